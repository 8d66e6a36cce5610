"""JCommonsenseQA: which of five answers fits an everyday question?

The paper did not score it, because its own data held the questions. The harness's version 0.2 asks for a number and
shows numbers, but scores words, so its scores are low; it is here as it is.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec.structs import replace

from tehon.formats import jglue
from tehon.formats.json_lines import as_json_lines, read_json_lines
from tehon.records.corpus import Example
from tehon.records.evaluation import Item, Task, TaskPrompt
from tehon.text.harness import alpaca, dialogue, llama2

SPLITS = {"train": "train*.json", "valid": "valid*.json"}
SOURCE = "Stability-AI/lm-evaluation-harness, branch jp-stable, task jcommonsenseqa-1.1"
ASKED = "与えられた選択肢の中から、最適な答えを選んでください。"
INSTRUCTION = f"{ASKED}出力は以下から選択してください："
NUMBERED = (
    "質問と回答の選択肢を入力として受け取り、選択肢から回答を選択してください。"
    "なお、回答は選択肢の番号(例:0)でするものとします。 \n\n"
)


class Row(msgspec.Struct):
    """One upstream line."""

    q_id: int
    question: str
    choice0: str
    choice1: str
    choice2: str
    choice3: str
    choice4: str
    label: Annotated[int, msgspec.Meta(ge=0, le=4)]

    @property
    def choices(self) -> tuple[str, ...]:
        """The five in label order."""
        return self.choice0, self.choice1, self.choice2, self.choice3, self.choice4


def listed(choices: tuple[str, ...]) -> str:
    """One choice a line."""
    return "\n".join(f"- {choice}" for choice in choices)


def prompts() -> dict[str, TaskPrompt]:
    """The harness's versions 0.1 to 0.6; every item brings its own choices."""
    slots = tuple(f"{{choice{place}}}" for place in range(5))
    versions = {
        "0.1": TaskPrompt(
            description="[問題]に対する[答え]を[選択肢]の中から選んでください。\n\n",
            query=f"[問題]:{{question}}\n[選択肢]:[{', '.join(slots)}]\n[答え]:",
        ),
        "0.2": TaskPrompt(
            description=NUMBERED,
            query=f"質問:{{question}}\n選択肢:{','.join(f'{place}.{slot}' for place, slot in enumerate(slots))}\n回答:",
            shown=tuple(map(str, range(5))),
        ),
        "0.2.1": TaskPrompt(
            description=f"{ASKED} \n\n", query=f"質問：{{question}}\n選択肢：\n{listed(slots)}\n回答："
        ),
        "0.3": alpaca(f"{INSTRUCTION}\n{listed(slots)}", "{question}"),
        **dialogue(ASKED, f"質問：{{question}}\n選択肢：\n{listed(slots)}"),
        "0.6": llama2(f"{INSTRUCTION.replace('られた', 'られた5つの')}\n{listed(slots)}", "質問：{question}"),
    }
    return {name: replace(prompt, source=SOURCE) for name, prompt in versions.items()}


def read(file: Path, split: str) -> Iterator[Item]:
    """One item a question."""
    for place, (_, row) in enumerate(read_json_lines(file, Row)):
        example = Example(
            id=f"jcommonsenseqa/{split}/{place:06d}",
            upstream_id=str(row.q_id),
            instruction=f"{INSTRUCTION}\n{listed(row.choices)}",
            input=row.question,
            response=row.choices[row.label],
            source="jcommonsenseqa",
            part="jcommonsenseqa",
            split=split,
            cluster="commonsense",
            language="ja",
            licence=TASK.licence.spdx,
        )
        fields = {"question": row.question, **{f"choice{at}": choice for at, choice in enumerate(row.choices)}}
        yield Item(example=example, fields=fields, choices=row.choices, answer=row.label)


TASK = Task(
    name="jcommonsenseqa",
    title="JCommonsenseQA (JGLUE)",
    kind="choice",
    language="ja",
    splits=SPLITS,
    split="valid",
    shots_split="train",
    items={"train": 8_939, "valid": 1_119},
    prompts=prompts(),
    default_template="0.3",
    licence=jglue.LICENCE,
    citation=jglue.CITATION,
    homepage=jglue.HOMEPAGE,
    benchmark="jglue",
    downloads=jglue.downloads("jcommonsenseqa", "train", "valid"),
    sample={
        "train-v1.3.json": as_json_lines(
            Row(0, "雨の日に差すものは？", "箸", "傘", "枕", "窓", "靴下", 1),
            Row(1, "手紙に貼るものは？", "葉", "板", "切手", "石", "砂", 2),
            Row(2, "夜空で光るものは？", "星", "机", "鍋", "服", "本", 0),
        ),
        "valid-v1.3.json": as_json_lines(
            Row(10, "湯を沸かすものは？", "たんす", "やかん", "畳", "帽子", "鏡", 1),
            Row(11, "{部屋}を明るくするものは？", "布団", "皿", "紙", "石", "電灯", 4),
        ),
    },
    read=read,
)
