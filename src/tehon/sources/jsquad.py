"""JSQuAD: questions about paragraphs of Japanese Wikipedia.

`published` gives one example for every answer that is no part of a longer one, as the paper's generator did, so a
question can stand twice with different responses, and it reads `valid`, which others evaluate on. `fixed` gives one
example a question, with the answer that most annotators gave, and reads `train` alone.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from tehon.formats import jglue
from tehon.formats.finding import chosen, find_one
from tehon.formats.squad import read_squad
from tehon.records.corpus import Drop, Example, Part, ReadOptions, Rendering, Source
from tehon.records.rows import LeftOut, Row, examples

SHORTEST_INPUT = 30
"""Characters; a shorter paragraph is a fragment."""
HEADLESS = ("a1000888p0q2", "たに語")
"""The one question that lost its first character, 新, and how it starts."""


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every question with its paragraph as input."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    default = ("train", "valid") if options.rendering == "published" else ()
    for split in chosen(SOURCE.splits, options.splits, default):
        for line in read_squad(find_one(folder, f"{split}-v1.*.json")):
            if isinstance(line, LeftOut):
                yield line
                continue
            place, asked = line
            paragraph = "：".join(piece.strip() for piece in asked.context.split("[SEP]"))
            if len(paragraph) < SHORTEST_INPUT:
                yield LeftOut(place=place, reason="paragraph shorter than 30 characters")
                continue
            kept = answers(asked.answers, options.rendering)
            if not kept:
                yield LeftOut(place=place, reason="no answer")
            headless = asked.id == HEADLESS[0] and asked.question.startswith(HEADLESS[1])
            question = "新" + asked.question if headless else asked.question
            for response in kept:
                yield Row(
                    upstream_id=asked.id,
                    instruction=question,
                    input=paragraph,
                    response=response,
                    part="questions",
                    split=split,
                )


def answers(given: tuple[str, ...], rendering: Rendering) -> list[str]:
    """Which of the annotators' answers become responses."""
    if rendering == "published":
        by_length = sorted(given, key=len)
        return [text for i, text in enumerate(by_length) if not any(text in longer for longer in by_length[i + 1 :])]
    counts = Counter(text for text in given if text.strip())
    return [max(counts, key=lambda text: (counts[text], len(text)))] if counts else []


SOURCE = Source(
    name="jsquad",
    title="JSQuAD (JGLUE)",
    licence=replace(jglue.LICENCE, attribution=f"{jglue.LICENCE.attribution}; text of Japanese Wikipedia"),
    citation=jglue.CITATION,
    homepage=jglue.HOMEPAGE,
    splits={"train": True, "valid": False},
    benchmark="jglue",
    downloads=jglue.downloads("jsquad", "train", "valid"),
    parts=(Part(name="questions", cluster="reading comprehension", wording="{question}"),),
    sample={
        "train-v1.3.json": """{"data": [{"title": "見本市", "paragraphs": [{"qas": [
{"question": "見本市の会場はどこか。", "id": "s1p0q0", "answers": [{"text": "港の倉庫", "answer_start": 27},
 {"text": "倉庫", "answer_start": 29}, {"text": "倉庫", "answer_start": 29}], "is_impossible": false},
{"question": "入場料はいくらか。", "id": "s1p0q1", "answers": [], "is_impossible": true},
{"question": "答えの欄がない問いは？", "id": "s1p0q2"}],
"context": "見本市 [SEP] 町の見本市は毎年秋に開かれる。会場は港の倉庫で、三日間に約千人が訪れる。"},
{"qas": [{"question": "何が短いか。", "id": "s1p1q0", "answers": [{"text": "文", "answer_start": 11}]}],
"context": "見本市 [SEP] 短い文。"}]}]}""".encode(),
        "valid-v1.3.json": """{"data": [{"title": "水車", "paragraphs": [{"qas": [
{"question": "水車は何を回すか。", "id": "s2p0q0", "answers": [{"text": "石臼", "answer_start": 18},
 {"text": "大きな石臼", "answer_start": 15}, {"text": "粉", "answer_start": 26}]}],
"context": "水車 [SEP] 村の水車は川の流れで大きな石臼を回し、毎日そばの粉をひく。"}]}]}""".encode(),
    },
    read=read,
)
