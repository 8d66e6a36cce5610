"""Japanese Alpaca: Stanford Alpaca's instructions, translated into Japanese by ChatGPT.

The fields are passed through unchanged, as the paper's generator did, so both renderings are the same; rows without an
instruction or an output are left out. Upstream: 52,002 rows.

The repository stands under Apache-2.0, and the first releases of the paper's dataset took its data as such. But the
data are a translation of Stanford Alpaca's, which OpenAI's text-davinci-003 wrote and which stand under CC BY-NC 4.0,
and a translation cannot allow what its original forbids; the repository itself asks for research use. Release 1.0.1
dropped the source for that reason. So it is declared as non-commercial, and share-alike mixtures refuse it.
"""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats.conversations import Alpaca
from tehon.formats.finding import chosen, find_one
from tehon.formats.json_array import file_rows
from tehon.records.corpus import Download, Drop, Example, Licence, Part, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every row in the file's order."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    for split in chosen(SOURCE.splits, options.splits):
        for number, row in enumerate(file_rows(find_one(folder, "japanese_alpaca_data*.json*"), Alpaca)):
            if isinstance(row, LeftOut):
                yield row
                continue
            place, alpaca = row
            if not alpaca.instruction.strip() or not alpaca.output.strip():
                yield LeftOut(place=place, reason="instruction or output missing")
                continue
            yield Row(
                upstream_id=str(number),
                instruction=alpaca.instruction,
                input=alpaca.input or "",
                response=alpaca.output,
                part="instructions",
                split=split,
            )


SOURCE = Source(
    name="alpaca_ja",
    title="Japanese Alpaca",
    licence=Licence(
        spdx="CC-BY-NC-4.0",
        url="https://github.com/tatsu-lab/stanford_alpaca/blob/main/DATA_LICENSE",
        attribution="Rohan Taori and others, Stanford Alpaca, translated by masa3141, CC BY-NC 4.0; written with "
        "OpenAI's text-davinci-003 and ChatGPT, whose terms apply as well",
        commercial=False,
    ),
    citation="masa3141: japanese-alpaca-lora, 2023; a translation of Rohan Taori, Ishaan Gulrajani, Tianyi Zhang, Yann "
    "Dubois, Xuechen Li, Carlos Guestrin, Percy Liang, Tatsunori B. Hashimoto: Stanford Alpaca, 2023.",
    homepage="https://github.com/masa3141/japanese-alpaca-lora",
    splits={"all": True},
    downloads=(
        Download(
            url="https://raw.githubusercontent.com/masa3141/japanese-alpaca-lora/main/data/japanese_alpaca_data.json"
        ),
    ),
    parts=(Part(name="instructions", cluster="general", wording="{instruction}"),),
    sample={
        "japanese_alpaca_data.json": """[
 {"instruction": "早起きのこつを二つ挙げてください。", "input": "", "output": "早く寝ること、朝の光を浴びることです。"},
 {"instruction": "次の文を丁寧にしてください。", "input": "これ見て。", "output": "こちらをご覧ください。"},
 {"instruction": "出力のない行です。", "input": "", "output": ""}
]""".encode()
    },
    read=read,
)
