"""MARC-ja: is a product review positive or negative?

Upstream has withdrawn the reviews, so the files must be at hand; data that stand in for them say so in STAND-IN.txt.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from tehon.formats import jglue
from tehon.formats.json_lines import as_json_lines, read_json_lines
from tehon.records.corpus import Download, Example, Licence
from tehon.records.evaluation import Item, Task, TaskPrompt
from tehon.text import harness
from tehon.text.harness import framed

LABELS = ("positive", "negative")
LABELS_JA = ("ポジティブ", "ネガティブ")
SOURCE = "Stability-AI/lm-evaluation-harness, branch jp-stable, commit 3b52e8c (1 September 2023), task marc_ja-1.1"
BEFORE = "the same, before commit 8eaa358 (8 July 2023)"
INSTRUCTION = "以下の製品レビューを、ポジティブまたはネガティブの感情クラスのいずれかに分類してください。"


class Row(msgspec.Struct):
    """One upstream line."""

    review_id: str
    text: str
    label: Literal["positive", "negative"]


def prompts() -> dict[str, TaskPrompt]:
    """The harness's versions 0.2 to 0.6."""
    plain = TaskPrompt(
        description=(
            "製品レビューをnegativeかpositiveのいずれかのセンチメントに分類してください。"
            "出力は小文字化してください。 \n\n"
        ),
        query="製品レビュー:{text}\nセンチメント:",
        choices=LABELS,
        source=SOURCE,
    )
    japanese = framed(INSTRUCTION, INSTRUCTION.replace("以下の", "与えられた"), "{text}")
    versions = {name: replace(prompt, choices=LABELS_JA, source=SOURCE) for name, prompt in japanese.items()}
    before = replace(
        versions["0.3"],
        description=harness.ALPACA_BEFORE,
        query=versions["0.3"].query.replace("してください。\n\n", "してください。 \n\n\n\n"),
        source=BEFORE,
    )
    return {"0.2": plain, **versions, "0.3-before": before}


def read(file: Path, split: str) -> Iterator[Item]:
    """One item a review."""
    for place, (_, row) in enumerate(read_json_lines(file, Row)):
        answer = LABELS.index(row.label)
        example = Example(
            id=f"marc_ja/{split}/{place:06d}",
            upstream_id=row.review_id,
            instruction=INSTRUCTION,
            input=row.text,
            response=LABELS_JA[answer],
            source="marc_ja",
            part="marc_ja",
            split=split,
            cluster="sentiment",
            language="ja",
            licence=TASK.licence.spdx,
        )
        yield Item(example=example, fields={"text": row.text}, choices=LABELS_JA, answer=answer)


TASK = Task(
    name="marc_ja",
    title="MARC-ja (JGLUE)",
    kind="choice",
    language="ja",
    labels=LABELS,
    splits=jglue.SPLITS,
    split="valid",
    shots_split="train",
    items={"train": 187_528, "valid": 5_654, "test": 5_639},
    prompts=prompts(),
    default_template="0.3",
    licence=Licence(
        spdx="LicenseRef-Amazon-MARC",
        url="https://docs.opendata.aws/amazon-reviews-ml/license.txt",
        attribution="Multilingual Amazon Reviews Corpus, Amazon; prepared by JGLUE",
        commercial=False,
        derivatives=False,
    ),
    citation=f"Keung, Lu, Szarvas, Smith: The Multilingual Amazon Reviews Corpus. EMNLP 2020. {jglue.CITATION}",
    homepage=jglue.HOMEPAGE,
    benchmark="jglue",
    downloads=(
        Download(
            url=jglue.HOMEPAGE,
            file="valid-v1.1.json",
            by_hand="Amazon has withdrawn the reviews that MARC-ja is made of, so only a copy from before that will "
            "do; shots need train-v1.1.json as well",
        ),
    ),
    sample={
        "train-v1.1.json": as_json_lines(
            Row("R10", "音がきれいで、毎日使っています。", "positive"),
            Row("R11", "三日で電源が入らなくなりました。", "negative"),
            Row("R12", "説明書が分かりやすく、組み立ても簡単でした。", "positive"),
            Row("R13", "色が写真とまったく違います。", "negative"),
        ),
        "valid-v1.1.json": as_json_lines(
            Row("R0", "軽くて持ち運びに便利です。{満足}", "positive"),
            Row("R1", "すぐに壊れてしまい、残念でした。", "negative"),
            Row("R2", "値段の割に丈夫で、買ってよかったです。", "positive"),
        ),
    },
    read=read,
)
