"""databricks-dolly-15k-ja: instructions by employees of Databricks, translated into Japanese by machine.

The fields are passed through unchanged, as the paper's generator did, faults of the translation included, so both
renderings are the same; rows without an instruction or an output are left out. Every category is a part of its own,
with the cluster that fits it. Upstream: 15,015 rows.

Reads a JSON array or JSON Lines with `instruction`, `input`, `output`, `category`, `index`.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from tehon.formats.finding import chosen, find_one
from tehon.formats.github import Repository
from tehon.formats.json_array import file_rows
from tehon.records.corpus import Cluster, Drop, Example, Licence, Part, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples

CLUSTERS: dict[str, Cluster] = {
    "brainstorming": "general",
    "classification": "general",
    "closed_qa": "reading comprehension",
    "creative_writing": "general",
    "general_qa": "question answering",
    "information_extraction": "reading comprehension",
    "open_qa": "question answering",
    "summarization": "summarisation",
    "other": "general",
}
"""The categories, and one for rows that have none of them."""


class Record(msgspec.Struct, frozen=True):
    """One row of the corpus."""

    instruction: str
    output: str
    input: str | None = None
    category: str | None = None
    index: str | int | None = None


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every row in the file's order."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    for split in chosen(SOURCE.splits, options.splits):
        for number, row in enumerate(file_rows(find_one(folder, "databricks-dolly-15k-ja*.json*"), Record)):
            if isinstance(row, LeftOut):
                yield row
                continue
            place, record = row
            if not record.instruction.strip() or not record.output.strip():
                yield LeftOut(place=place, reason="instruction or output missing")
                continue
            yield Row(
                upstream_id=str(number if record.index is None else record.index),
                instruction=record.instruction,
                input=record.input or "",
                response=record.output,
                part=record.category if record.category in CLUSTERS else "other",
                split=split,
            )


SOURCE = Source(
    name="dolly_ja",
    title="databricks-dolly-15k-ja",
    licence=Licence(
        spdx="CC-BY-SA-3.0",
        url="https://github.com/kunishou/databricks-dolly-15k-ja",
        attribution="Databricks, Inc., databricks-dolly-15k, translated by kunishou, CC BY-SA 3.0",
        share_alike=True,
    ),
    citation="kunishou: databricks-dolly-15k-ja, 2023; a translation of Databricks, Inc.: databricks-dolly-15k, 2023.",
    homepage="https://github.com/kunishou/databricks-dolly-15k-ja",
    splits={"all": True},
    downloads=(
        Repository("kunishou/databricks-dolly-15k-ja", "a43a00cb7671d4d70885999bd779ee9f652f197c").download(
            "databricks-dolly-15k-ja.json"
        ),
    ),
    parts=tuple(Part(name=name, cluster=cluster, wording="{instruction}") for name, cluster in CLUSTERS.items()),
    sample={
        "databricks-dolly-15k-ja.json": """[
 {"index": "0", "category": "open_qa", "instruction": "虹の色はいくつ？", "input": "", "output": "七つと言われます。"},
 {"index": "1", "category": "closed_qa", "instruction": "店はいつ開きますか？", "input": "店は朝の十時に開きます。",
  "output": "朝の十時です。"},
 {"index": "2", "category": "summarization", "instruction": "次の文を短くしてください。",
  "input": "昨日は一日中雨が降り、遠足は来週になりました。", "output": "雨で遠足は来週になりました。"},
 {"index": "3", "category": "brainstorming", "instruction": "贈り物の案を挙げてください。", "output": "花、本、手紙。"},
 {"index": "4", "instruction": "分類のない指示です。", "input": null, "output": "はい。"},
 {"index": "5", "category": "open_qa", "instruction": "答えのない問いは？", "input": "", "output": " "},
 {"index": "6", "category": "open_qa", "instruction": "答えが空の問いは？", "input": "", "output": null}
]""".encode()
    },
    read=read,
)
