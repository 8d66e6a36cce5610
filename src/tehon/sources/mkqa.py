"""MKQA: questions that people typed into a search engine, translated into Japanese with their answers.

The paper did not use this corpus, so both renderings are the same. Used: `queries.ja` as it is, and the first of
`answers.ja` that has a text, yes and no as はい and いいえ. Cluster: question answering. Questions that cannot be
answered, or whose answer is long and not written down, have an answer whose text is null; they are left out and counted
(upstream: 1,427 and 1,815 of 10,000). Of the six questions at hand three are used.

Upstream offers the corpus for evaluation and has no splits. It may be trained on as long as nobody evaluates on it;
its benchmark family says so.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from tehon.formats.finding import chosen, find_one
from tehon.formats.gz import pack_gz, unpacked_lines
from tehon.formats.json_lines import json_rows
from tehon.records.corpus import Download, Drop, Example, Licence, Measured, Part, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples

YES_NO = {"yes": "はい", "no": "いいえ"}
WITHOUT_TEXT = {"unanswerable": "question without an answer", "long_answer": "long answer that is not written down"}


class Answer(msgspec.Struct, frozen=True):
    """One of the right answers."""

    type: str
    text: str | None = None


class Queries(msgspec.Struct, frozen=True):
    """The question's Japanese translation; other languages are not read."""

    ja: str


class Answers(msgspec.Struct, frozen=True):
    """The answers' Japanese translations."""

    ja: tuple[Answer, ...]


class Question(msgspec.Struct, frozen=True):
    """One line of the corpus."""

    example_id: int
    queries: Queries
    answers: Answers


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every question in the file's order."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    for split in chosen(SOURCE.splits, options.splits):
        path = find_one(folder, "*mkqa.jsonl*")
        for line in json_rows(unpacked_lines(path), path.name, Question):
            yield line if isinstance(line, LeftOut) else _row(*line, split)


def _row(place: str, question: Question, split: str) -> Row | LeftOut:
    answers = question.answers.ja
    response = next((answer.text for answer in answers if answer.text), None)
    if response is None:
        kinds = (WITHOUT_TEXT[answer.type] for answer in answers if answer.type in WITHOUT_TEXT)
        return LeftOut(place=place, reason=next(kinds, "no answer"))
    if not question.queries.ja.strip():
        return LeftOut(place=place, reason="no question")
    return Row(
        upstream_id=str(question.example_id),
        instruction=question.queries.ja,
        response=YES_NO.get(response.lower(), response),
        part="questions",
        split=split,
    )


SOURCE = Source(
    name="mkqa",
    title="MKQA, Japanese",
    licence=Licence(
        spdx="CC-BY-SA-3.0",
        url="https://github.com/apple/ml-mkqa#license",
        attribution="Apple Inc., MKQA, CC BY-SA 3.0; questions from Natural Questions by Google",
        share_alike=True,
    ),
    citation="Shayne Longpre, Yi Lu, Joachim Daiber: MKQA: A Linguistically Diverse Benchmark for Multilingual Open "
    "Domain Question Answering. TACL 9, pp. 1389-1406, 2021.",
    homepage="https://github.com/apple/ml-mkqa",
    splits={"all": True},
    benchmark="mkqa",
    downloads=(Download(url="https://github.com/apple/ml-mkqa/raw/main/dataset/mkqa.jsonl.gz"),),
    parts=(Part(name="questions", cluster="question answering", wording="{question}"),),
    fields=("queries.ja", "answers.ja"),
    labels=YES_NO,
    measured={
        "all": Measured(examples=3, left_out=3, note="6 of upstream's 10,000"),
    },
    sample={
        "mkqa.jsonl.gz": pack_gz(
            (
                '{"query": "who built the model tower", "example_id": 1, "queries": {"en": "who built the model tower",'
                ' "ja": "見本塔を建てたのは誰ですか"}, "answers": {"ja": [{"type": "entity", "entity": "Q0",'
                ' "text": "見本太郎", "aliases": []}, {"type": "entity", "entity": "Q1", "text": "見本次郎"}]}}\n'
                '{"query": "is the model tower tall", "example_id": -2, "queries": {"ja": "見本塔は高いですか"},'
                ' "answers": {"ja": [{"type": "binary", "text": "yes"}]}}\n'
                '{"query": "how to climb the tower", "example_id": 3, "queries": {"ja": "見本塔の登り方"},'
                ' "answers": {"ja": [{"type": "long_answer", "text": null}]}}\n'
                '{"query": "when will it fall", "example_id": 4, "queries": {"ja": "見本塔はいつ倒れますか"},'
                ' "answers": {"ja": [{"type": "unanswerable", "text": null}]}}\n'
                '{"query": "which", "example_id": 5, "queries": {"ja": "どれですか"}, "answers": {"ja": []}}\n'
                '{"query": "what", "example_id": 6, "queries": {"en": "what"}, "answers": {"en": []}}\n'
            ).encode()
        )
    },
    read=read,
)
