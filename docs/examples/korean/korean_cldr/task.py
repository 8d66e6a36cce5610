"""Questions about facts that training never showed: how surprised is a model by the right answer?"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from tehon.formats.json_lines import read_json_lines
from tehon.records.corpus import Example, Licence
from tehon.records.evaluation import Item, Task


class Row(msgspec.Struct):
    """One line of the file."""

    instruction: str
    output: str


def read(file: Path, split: str) -> Iterator[Item]:
    """One item a line."""
    for place, (_, row) in enumerate(read_json_lines(file, Row)):
        example = Example(
            id=f"korean_held_out/{split}/{place:06d}",
            upstream_id=str(place),
            instruction=row.instruction,
            response=row.output,
            source="korean_held_out",
            part="korean_held_out",
            split=split,
            cluster="commonsense",
            language="ko",
            licence=TASK.licence.spdx,
        )
        yield Item(example=example, fields={"question": row.instruction})


TASK = Task(
    name="korean_held_out",
    title="Korean facts of the CLDR, held out",
    kind="perplexity",
    language="ko",
    splits={"test": "test*.jsonl"},
    split="test",
    default_template="alpaca_ko",
    licence=Licence(
        spdx="Unicode-3.0",
        url="https://www.unicode.org/license.txt",
        attribution="Unicode Common Locale Data Repository, copyright 1991-2025 Unicode, Inc.",
    ),
    citation="Unicode Consortium: Common Locale Data Repository. Questions by the tehon developers.",
    homepage="https://cldr.unicode.org",
    sample={
        "test.jsonl": '{"instruction": "한국의 통화는 무엇입니까?", "output": "한국의 통화는 원입니다."}\n'.encode()
    },
    read=read,
)
