"""Tab-delimited bilingual sentence pairs: English sentences of Tatoeba with Japanese translations, by manythings.org.

`jpn.txt` is read with two columns (2018) or with the attribution as a third, alone or within `jpn-eng.zip`.
`published` loses the file's first line, which the paper's generator took for a header, and reads quotes as pandas does
by default: a cell that opens with one loses it, and a stray one merges lines. `fixed` keeps both as text, and asks in
several wordings.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tehon.formats.columns import read_columns
from tehon.formats.finding import chosen
from tehon.formats.pairs import Pair, Way, in_turn, part_of
from tehon.formats.tree import Tree, find_name, open_tree
from tehon.records.corpus import Download, Drop, Example, Licence, ReadOptions, Rendering, Source
from tehon.records.rows import LeftOut, Row, examples

FILE = "jpn.txt"
WAYS = (
    Way("en_ja", "次の入力を日本語に翻訳してください。", "en"),
    Way("ja_en", "次の入力を英語に翻訳してください。", "ja"),
)


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every pair from English in the file's order, then every pair from Japanese."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    for split in chosen(SOURCE.splits, options.splits):
        with open_tree(folder, "jpn-eng*.zip") as tree:
            yield from in_turn(partial(_pairs, tree, split, options.rendering), WAYS, SOURCE.name, options)


def _pairs(tree: Tree, split: str, rendering: Rendering) -> Iterator[Pair | LeftOut]:
    lines = tree.lines(find_name(tree, FILE))
    header = rendering == "published"
    for row in read_columns(lines, FILE, 2, 3, quoted=rendering == "published"):
        if header:
            header = False
            yield LeftOut(place=f"{FILE}:1", reason="taken for a header")
        elif isinstance(row, LeftOut):
            yield row
        else:
            place, (en, ja, *_) = row
            yield Pair(place, place.rpartition(":")[2], ja, en, split)


SOURCE = Source(
    name="tab_delimited",
    title="Tab-delimited Bilingual Sentence Pairs (Tatoeba)",
    licence=Licence(
        spdx="CC-BY-2.0",  # the French one, to the letter; every version 2.0 accepts the others
        url="https://www.manythings.org/anki/",
        attribution="www.manythings.org/anki and the contributors of tatoeba.org, CC BY 2.0 FR",
    ),
    citation="Tab-delimited Bilingual Sentence Pairs. Tatoeba Project, https://tatoeba.org, through "
    "https://www.manythings.org/anki.",
    homepage="https://www.manythings.org/anki/",
    splits={"all": True},
    downloads=(
        Download(
            url="https://www.manythings.org/anki/jpn-eng.zip",
            by_hand="The site answers browsers alone: save jpn-eng.zip with one",
        ),
    ),
    parts=tuple(map(part_of, WAYS)),
    sample={
        FILE: (
            "Wait here.\tここで待っていて。\tCC-BY 2.0 (France) Attribution: a sample\n"
            '"Who is it?" asked the old cat.\t「誰だい」と年寄りの猫が聞いた。\tCC-BY 2.0 (France)\n'
            "My pen is blue.\t私のペンは青い。\n"
            "Nothing follows.\n"
            "The lamp is on.\t明かりがついている。\n"
        ).encode()
    },
    read=read,
)
