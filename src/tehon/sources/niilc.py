"""NIILC-QA: encyclopaedic questions with short answers.

The paper did not use this corpus, so both renderings are the same. Used: `text` as it is, and the first of `answers`
that is not empty. Cluster: question answering. `dev` may be trained on (800 questions), `test` may not (200; 100 at
hand).
"""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats import niilc
from tehon.formats.finding import chosen, find_one
from tehon.formats.xml import read_xml
from tehon.records.corpus import Drop, Example, Licence, Measured, Part, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every question in the file's order."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    for split in chosen(SOURCE.splits, options.splits):
        path = find_one(folder, f"NIILC-ECQA2015_{split}*.xml")
        for question in read_xml(path, "question"):
            text = next(iter(question.texts("text")), "")
            response = next((answer for answer in question.texts("answers", "answer") if answer), None)
            if not text or response is None:
                place = f"{path.name}:{question.line}"
                yield LeftOut(place=place, reason="no question" if not text else "no answer")
                continue
            yield Row(
                upstream_id=question.attributes.get("id", f"{split}-{question.line}"),
                instruction=text,
                response=response,
                part="questions",
                split=split,
            )


SOURCE = Source(
    name="niilc",
    title="NIILC Question Answering Dataset",
    licence=Licence(
        spdx="CC-BY-SA-4.0",
        url="https://github.com/mynlp/niilc-qa#license",
        attribution="Satoshi Sekine and the NIILC-QA developers, NIILC Question Answering Dataset, CC BY-SA 4.0",
        share_alike=True,
    ),
    citation="関根聡: 百科事典を対象とした質問応答システムの開発. 言語処理学会第9回年次大会, 2003.",
    homepage="https://github.com/mynlp/niilc-qa",
    splits={"dev": True, "test": False},
    benchmark="niilc",
    downloads=niilc.DOWNLOADS,
    parts=(Part(name="questions", cluster="question answering", wording="{question}"),),
    fields=("text", "answers.answer"),
    measured={
        "dev": Measured(examples=800),
        "test": Measured(examples=100, note="half of upstream's 200"),
    },
    sample={
        "NIILC-ECQA2015_dev.xml": """<?xml version='1.0' encoding="UTF-8"?>
<questions>
<question id="S-1">
  <text>見本の町で一番高い塔は？</text>
  <answers>
    <answer>時計塔</answer>
    <answer>町の時計塔</answer>
  </answers>
  <meta><B1>は</B1><C.1>Select ?x Where { 塔 &lt; ?x. }</C.1></meta>
</question>
<question id="S-2">
  <text>答えのない問いは？</text>
  <answers>
    <answer></answer>
  </answers>
</question>
</questions>
""".encode(),
        "NIILC-ECQA2015_test.xml": """<?xml version='1.0' encoding="UTF-8"?>
<questions>
<question id="S-3">
  <text>見本の村の川の名は？</text>
  <answers>
    <answer>小川</answer>
  </answers>
</question>
</questions>
""".encode(),
    },
    read=read,
)
