"""JNLI: does a premise entail a hypothesis, contradict it, or neither?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from tehon.formats import jglue
from tehon.formats.json_lines import as_json_lines, read_json_lines
from tehon.records.corpus import Example
from tehon.records.evaluation import Item, Task, TaskPrompt
from tehon.text import harness
from tehon.text.harness import framed

LABELS = ("entailment", "contradiction", "neutral")
LABELS_JA = ("含意", "矛盾", "中立")
PAPER = "Stability-AI/lm-evaluation-harness, branch jp-stable, commit 3b52e8c (1 September 2023), task jnli-1.1"
BEFORE = "the same, before commit 8eaa358 (8 July 2023), task jnli-1.1"
LATER = "the same, commit f9e1d75 (19 October 2023), task jnli-1.2"


class Row(msgspec.Struct):
    """One upstream line."""

    sentence_pair_id: str
    yjcaptions_id: str
    sentence1: str
    sentence2: str
    label: Literal["entailment", "contradiction", "neutral"]


def instruction(labels: tuple[str, ...]) -> str:
    """Version 0.3's instruction, which tuning templates use as well."""
    return "\n".join(
        ("与えられた前提と仮説の関係を回答してください。", "", "出力は以下から選択してください：", *labels)
    )


def prompts(labels: tuple[str, ...], suffix: str, source: str) -> dict[str, TaskPrompt]:
    """The harness's versions 0.2 to 0.6 with these words for the labels."""
    first, second, third = labels
    plain = TaskPrompt(
        description=(
            f"前提と仮説の関係を{first}、{second}、{third}の中から回答してください。\n\n制約:\n"
            f"- 前提から仮説が、論理的知識や常識的知識を用いて導出可能である場合は{first}と出力\n"
            f"- 前提と仮説が両立しえない場合は{second}と出力\n- そのいずれでもない場合は{third}と出力\n\n"
        ),
        query="前提:{premise}\n仮説:{hypothesis}\n関係:",
    )
    asked = "前提：{premise}\n仮説：{hypothesis}"
    versions = {"0.2": plain, **framed(instruction(labels), instruction(labels).replace("\n\n", ""), asked)}
    return {name + suffix: replace(prompt, choices=labels, source=source) for name, prompt in versions.items()}


def before(prompt: TaskPrompt) -> dict[str, TaskPrompt]:
    """Version 0.3 as it was before July 2023."""
    return {"0.3-before": replace(prompt, description=harness.ALPACA_BEFORE, source=BEFORE)}


def read(file: Path, split: str) -> Iterator[Item]:
    """One item a pair."""
    for place, (_, row) in enumerate(read_json_lines(file, Row)):
        example = Example(
            id=f"jnli/{split}/{place:06d}",
            upstream_id=row.sentence_pair_id,
            instruction=instruction(LABELS),
            input=f"前提：{row.sentence1}\n仮説：{row.sentence2}",
            response=row.label,
            source="jnli",
            part="jnli",
            split=split,
            cluster="inference",
            language="ja",
            licence="CC-BY-SA-4.0",
        )
        fields = {"premise": row.sentence1, "hypothesis": row.sentence2}
        yield Item(example=example, fields=fields, choices=LABELS, answer=LABELS.index(row.label))


PROMPTS = prompts(LABELS, "", PAPER)
TASK = Task(
    name="jnli",
    title="JNLI (JGLUE)",
    kind="choice",
    language="ja",
    labels=LABELS,
    splits=jglue.SPLITS,
    split="valid",
    shots_split="train",
    items={"train": 20_073, "valid": 2_434, "test": 2_508},
    prompts=PROMPTS | before(PROMPTS["0.3"]) | prompts(LABELS_JA, "-ja", LATER),
    default_template="0.3",
    licence=jglue.LICENCE,
    citation=jglue.CITATION,
    homepage=jglue.HOMEPAGE,
    benchmark="jglue",
    # Version 1.2 changed 29 labels, and 1.3 none.
    editions={"jglue-1.1": (353, 734, 1347), "jglue-1.2": (349, 735, 1350), "jglue-1.3": (349, 735, 1350)},
    downloads=jglue.downloads("jnli", "train", "valid", "test"),
    sample={
        "train-v1.3.json": as_json_lines(
            Row("10", "7-8-9", "橋を電車が渡っています。", "電車が橋の上にいます。", "entailment"),
            Row("11", "7-8-10", "橋を電車が渡っています。", "橋には何もありません。", "contradiction"),
            Row("12", "7-8-11", "橋を電車が渡っています。", "空は晴れています。", "neutral"),
            Row("13", "7-8-12", "子供が公園で遊んでいます。", "公園に子供がいます。", "entailment"),
        ),
        "valid-v1.3.json": as_json_lines(
            Row("0", "1-2-3", "犬が海辺を走っています。", "海の近くに犬がいます。", "entailment"),
            Row("1", "1-2-4", "犬が海辺を走っています。", "犬は家の中で寝ています。", "contradiction"),
            Row("2", "1-2-5", "犬が海辺を走っています。", "{犬}の首輪は赤いです。", "neutral"),
        ),
    },
    read=read,
)
