"""JEMHopQA: questions that join or compare facts of two Wikipedia articles.

The paper did not use this corpus, so both renderings are the same. Used: `question` as it is, `answer`, YES and NO as
はい and いいえ; questions marked `time_dependent` are left out, since their answers were right in 2021 alone. Cluster:
question answering. `train` may be trained on (1,059 questions, 1,020 of them kept), `dev` (120; 60 at hand) may not.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from tehon.formats.finding import chosen, find_one
from tehon.formats.github import Repository
from tehon.formats.json_array import file_rows
from tehon.records.corpus import Drop, Example, Licence, Measured, Part, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples

UPSTREAM = Repository("aiishii/JEMHopQA", "c7be2b01e525779affcb8cde4c5b68f4bc1f13e0")
YES_NO = {"YES": "はい", "NO": "いいえ"}


class Question(msgspec.Struct, frozen=True):
    """One element of a file's array."""

    qid: str
    question: str
    answer: str | None = None
    time_dependent: bool = False


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every question in the file's order."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    for split in chosen(SOURCE.splits, options.splits):
        for row in file_rows(find_one(folder, f"{split}*.json"), Question):
            yield row if isinstance(row, LeftOut) else _row(*row, split)


def _row(place: str, question: Question, split: str) -> Row | LeftOut:
    answer = question.answer or ""
    if not question.question.strip() or not answer.strip():
        return LeftOut(place=place, reason="question or answer missing")
    if question.time_dependent:
        return LeftOut(place=place, reason="answer changes with time")
    return Row(
        upstream_id=question.qid,
        instruction=question.question,
        response=YES_NO.get(answer, answer),
        part="questions",
        split=split,
    )


SOURCE = Source(
    name="jemhopqa",
    title="JEMHopQA",
    licence=Licence(
        spdx="CC-BY-SA-4.0",
        url="https://github.com/aiishii/JEMHopQA#license-and-acknowledgements",
        attribution="RIKEN, JEMHopQA, CC BY-SA 4.0",
        share_alike=True,
    ),
    citation="石井愛, 井之上直也, 関根聡: "
    "根拠を説明可能な質問応答システムのための日本語マルチホップQAデータセット構築. 言語処理学会第29回年次大会, 2023.",
    homepage="https://github.com/aiishii/JEMHopQA",
    splits={"train": True, "dev": False},
    benchmark="jemhopqa",
    downloads=(
        UPSTREAM.download(
            "corpus/train.json", "c64392b4087299bcfaa02fe2584128b5dc50fe5ea83e1bd600cadfc984669e65", size_bytes=433_076
        ),
        UPSTREAM.download("corpus/dev.json"),
    ),
    parts=(Part(name="questions", cluster="question answering", wording="{question}"),),
    fields=("question", "answer", "time_dependent"),
    labels=YES_NO,
    measured={
        "train": Measured(examples=1_020, left_out=39),
        "dev": Measured(examples=58, left_out=2, note="half of upstream's 120"),
    },
    sample={
        "train.json": """[{"qid": "s0", "type": "comparison", "question": "見本橋と手本橋、長いのはどちらですか？",
 "answer": "手本橋", "derivations": [["見本橋", "長さ", ["10m"]], ["手本橋", "長さ", ["20m"]]],
 "page_ids": ["1", "2"], "time_dependent": false},
{"qid": "s1", "type": "comparison", "question": "見本橋と手本橋はどちらも石の橋ですか？", "answer": "NO",
 "derivations": [], "page_ids": ["1", "2"], "time_dependent": false},
{"qid": "s2", "type": "compositional", "question": "見本橋がある町の今の町長は誰ですか？", "answer": "見本太郎",
 "derivations": [], "page_ids": ["1", "3"], "time_dependent": true},
{"qid": "s3", "type": "compositional", "question": "答えのない問いですか？", "answer": null,
 "derivations": [], "page_ids": ["1", "3"], "time_dependent": false}]""".encode(),
        "dev.json": """[{"qid": "s4", "type": "comparison", "question": "見本橋と手本橋はどちらも川に架かりますか？",
 "answer": "YES", "derivations": [], "page_ids": ["1", "2"], "time_dependent": false}]""".encode(),
    },
    read=read,
)
