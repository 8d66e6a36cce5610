"""NIILC-QA: encyclopaedic questions with short answers, from memory; one in six has several right answers."""

from collections.abc import Iterator
from pathlib import Path

from tehon.errors import BadRawFile
from tehon.formats import niilc
from tehon.formats.labelled import OURS
from tehon.formats.xml import read_xml
from tehon.records.corpus import Example, Licence
from tehon.records.evaluation import Item, Task, TaskPrompt

ASKED = "質問の答えだけを、説明を付けずに書いてください。"
SPLITS = {"dev": "NIILC-ECQA2015_dev*.xml", "test": "NIILC-ECQA2015_test*.xml"}


def read(file: Path, split: str) -> Iterator[Item]:
    """One item a question; its other answers are references."""
    for place, element in enumerate(read_xml(file, "question")):
        question = "".join(element.texts("text"))
        answers = [answer for answer in element.texts("answers", "answer") if answer]
        if not (question and answers):
            problem = "a question must have a text and an answer, but one of them is missing"
            raise BadRawFile(f"{file}:{element.line}", problem, "Fetch the file again")
        example = Example(
            id=f"niilc/{split}/{place:06d}",
            upstream_id=element.attributes.get("id", str(place)),
            instruction=ASKED,
            input=question,
            response=answers[0],
            source="niilc",
            part="niilc",
            split=split,
            cluster="question answering",
            language="ja",
            licence=TASK.licence.spdx,
        )
        yield Item(example=example, fields={"question": question}, references=tuple(answers[1:]))


SAMPLE = """<?xml version='1.0' encoding="UTF-8"?>
<questions>
<question id="{split}-1">
  <text>見本の町で一番高い塔は？</text>
  <answers><answer>時計塔</answer><answer>町の時計塔</answer></answers>
  <meta><B1>は</B1></meta>
</question>
<question id="{split}-2">
  <text>見本の村の川の名は？</text>
  <answers><answer>小川</answer></answers>
</question>
</questions>
"""
TASK = Task(
    name="niilc",
    title="NIILC Question Answering Dataset",
    kind="extraction",
    language="ja",
    splits=SPLITS,
    split="test",
    shots_split="dev",
    items={"dev": 800, "test": 200},
    prompts={OURS: TaskPrompt(description=f"{ASKED}\n\n", query="質問：{question}\n答え：", stop=("\n",), source=OURS)},
    default_template=OURS,
    licence=Licence(
        spdx="CC-BY-SA-4.0",
        url="https://github.com/mynlp/niilc-qa#license",
        attribution="Satoshi Sekine and the NIILC-QA developers, NIILC Question Answering Dataset",
        share_alike=True,
    ),
    citation="関根聡: 百科事典を対象とした質問応答システムの開発. 言語処理学会第9回年次大会, 2003.",
    homepage="https://github.com/mynlp/niilc-qa",
    benchmark="niilc",
    downloads=niilc.DOWNLOADS,
    sample={f"NIILC-ECQA2015_{split}.xml": SAMPLE.replace("{split}", split).encode() for split in SPLITS},
    read=read,
)
