"""JCommonsenseQA: five-choice questions about everyday knowledge.

`valid` is what everybody evaluates on, so it is not read for training. The paper's generator read it nevertheless;
`published` does so too, and the paper dropped the evaluation for that reason.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from tehon.formats import jglue
from tehon.formats.finding import chosen, find_one
from tehon.formats.json_lines import json_rows
from tehon.formats.lines import file_lines
from tehon.records.corpus import Drop, Example, Part, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples


class Question(msgspec.Struct, frozen=True):
    """One line of the corpus."""

    q_id: int
    question: str
    choice0: str
    choice1: str
    choice2: str
    choice3: str
    choice4: str
    label: int

    @property
    def choices(self) -> tuple[str, str, str, str, str]:
        """The five, in label order."""
        return self.choice0, self.choice1, self.choice2, self.choice3, self.choice4


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every question with its choices as input and the right one's text as response."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    default = ("train", "valid") if options.rendering == "published" else ()
    for split in chosen(SOURCE.splits, options.splits, default):
        path = find_one(folder, f"{split}-v1.*.json")
        for line in json_rows(file_lines(path), path.name, Question):
            if isinstance(line, LeftOut):
                yield line
                continue
            place, question = line
            if not 0 <= question.label < len(question.choices):
                yield LeftOut(place=place, reason="label outside the choices")
                continue
            yield Row(
                upstream_id=f"{split}-{question.q_id}",
                instruction=question.question,
                input="、".join(question.choices),
                response=question.choices[question.label],
                part="questions",
                split=split,
            )


SOURCE = Source(
    name="jcommonsenseqa",
    title="JCommonsenseQA (JGLUE)",
    licence=jglue.LICENCE,
    citation=jglue.CITATION,
    homepage=jglue.HOMEPAGE,
    splits={"train": True, "valid": False},
    benchmark="jglue",
    downloads=jglue.downloads("jcommonsenseqa", "train", "valid"),
    parts=(Part(name="questions", cluster="commonsense", wording="{question}"),),
    sample={
        "train-v1.3.json": (
            '{"q_id": 0, "question": "雨の日に差すものは？", "choice0": "傘", "choice1": "箸", "choice2": "枕",'
            ' "choice3": "窓", "choice4": "靴下", "label": 0}\n'
            '{"q_id": 1, "question": "手紙に貼るものは？", "choice0": "葉", "choice1": "板", "choice2": "切手",'
            ' "choice3": "石", "choice4": "砂", "label": 2}\n'
            '{"q_id": 2, "question": "答えのない問いは？", "choice0": "葉", "choice1": "板", "choice2": "切手",'
            ' "choice3": "石", "choice4": "砂", "label": null}\n'
        ).encode(),
        "valid-v1.3.json": (
            '{"q_id": 0, "question": "湯を沸かすものは？", "choice0": "たんす", "choice1": "やかん", "choice2": "畳",'
            ' "choice3": "帽子", "choice4": "鏡", "label": 1}\n'
        ).encode(),
    },
    read=read,
)
