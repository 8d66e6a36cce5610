"""ELYZA-tasks-100: a hundred varied instructions, each with a good answer and what a judge is to look at."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from tehon.errors import BadRawFile
from tehon.formats.delimited import read_delimited
from tehon.formats.json_lines import read_json_lines
from tehon.formats.lines import file_lines
from tehon.formats.whole import whole
from tehon.records.corpus import Download, Example, Licence
from tehon.records.evaluation import Item, Task

HUB = "https://huggingface.co/datasets/elyza/ELYZA-tasks-100"
COLUMNS = ("input", "output", "eval_aspect")


class Row(msgspec.Struct, frozen=True):
    """One instruction as copies in JSON Lines have it."""

    input_text: str
    output_text: str
    eval_aspect: str


def read(file: Path, split: str) -> Iterator[Item]:
    """One item an instruction, from the table as published or from a copy in JSON Lines."""
    for number, (place, row) in enumerate(_rows(file)):
        if not row.input_text.strip():
            problem = "an instruction must have a text, but this one has none"
            raise BadRawFile(str(file.parent / place), problem, "Fetch the file again")
        example = Example(
            id=f"elyza_tasks_100/{number:06d}",
            upstream_id=str(number),
            instruction=row.input_text,
            response="",
            source="elyza_tasks_100",
            part="elyza_tasks_100",
            split=split,
            cluster="general",
            language="ja",
            licence=TASK.licence.spdx,
        )
        yield Item(
            example=example,
            fields={"instruction": row.input_text},
            model_answers=(row.output_text,),
            criteria=row.eval_aspect.strip(),
        )


def _rows(file: Path) -> Iterator[tuple[str, Row]]:
    if file.suffix != ".csv":
        yield from read_json_lines(file, Row)
        return
    for place, cells in whole(read_delimited(file_lines(file), file.name, ",", quoted=True, columns=COLUMNS), file):
        yield place, Row(*(cells[name] for name in COLUMNS))


TASK = Task(
    name="elyza_tasks_100",
    title="ELYZA-tasks-100",
    kind="generation",
    language="ja",
    splits={"test": "test*.csv|*.jsonl"},
    split="test",
    items={"test": 100},
    default_template="alpaca_ja",
    licence=Licence(
        spdx="CC-BY-SA-4.0",
        url=HUB,
        attribution="Akira Sasaki, Masato Hirakawa, Shintaro Horie and Tomoaki Nakamura, ELYZA-tasks-100, CC BY-SA 4.0",
        share_alike=True,
    ),
    citation="Akira Sasaki, Masato Hirakawa, Shintaro Horie, Tomoaki Nakamura: ELYZA-tasks-100: "
    "日本語instructionモデル評価データセット, 2023.",
    homepage=HUB,
    benchmark="elyza_tasks_100",
    downloads=(Download(url=f"{HUB}/resolve/8479b4334136bd1d0fab67b77143e34722472362/test.csv"),),
    sample={
        "test.csv": (
            "input,output,eval_aspect\n"
            '"次の文を丁寧にしてください。\n「あした行く。」","明日、うかがいます。","- 丁寧でなければ1点減点\n"\n'
            "{石}で始まる言葉を三つ挙げてください。,石橋、石段、石畳,- 三つでなければ1点減点\n"
        ).encode()
    },
    read=read,
)
