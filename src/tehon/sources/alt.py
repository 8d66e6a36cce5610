"""Asian Language Treebank: sentences of English Wikinews with Japanese translations, joined by their ids.

Every sentence is read: the upstream lists that split the articles into train, dev and test lie apart from the
archive. A sentence that stands in one language alone is left out. `published` reads quotes as pandas does by default: a
sentence that opens with one loses it, and a stray one merges lines. Its variant `v1_0_3` leaves out pairs that lack a
sentence; `v0_1_0` keeps them, as the releases before 1.0.3 kept ten such rows as NaN: an empty input, or an empty
response, which cleaning then counts. `fixed` keeps quotes as text and asks in several wordings.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tehon.formats.columns import read_columns
from tehon.formats.finding import chosen, variant_of
from tehon.formats.pairs import Pair, Way, in_turn, part_of
from tehon.formats.tree import Tree, find_name, open_tree
from tehon.formats.zip import pack_zip
from tehon.records.corpus import Download, Drop, Example, Licence, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples

ARCHIVE = "ALT-Parallel-Corpus-20191206"
WITH_NAN, WITHOUT_NAN = "v0_1_0", "v1_0_3"
WAYS = (
    Way("ja_en", "次の日本語を英語に翻訳してください。", "ja"),
    Way("en_ja", "次の英語を日本語に翻訳してください。", "en"),
)


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every pair from Japanese in the Japanese file's order, then every pair from English."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    published = options.rendering == "published"
    keep_empty = published and variant_of(SOURCE.variants, options.variant) == WITH_NAN
    for split in chosen(SOURCE.splits, options.splits):
        with open_tree(folder, "ALT-Parallel-Corpus-*.zip") as tree:
            pairs = partial(_pairs, tree, split, quoted=published)
            yield from in_turn(pairs, WAYS, SOURCE.name, options, keep_empty=keep_empty)


def _pairs(tree: Tree, split: str, *, quoted: bool) -> Iterator[Pair | LeftOut]:
    """The join; the English sentences, about 20,000, wait in memory."""
    english: dict[str, tuple[str, str]] = {}
    for row in _sentences(tree, "data_en.txt", quoted=quoted):
        if isinstance(row, LeftOut):
            yield row
        elif row[1] in english:
            yield LeftOut(place=row[0], reason="id stands twice")
        else:
            english[row[1]] = row[0], row[2]
    for row in _sentences(tree, "data_ja.txt", quoted=quoted):
        if isinstance(row, LeftOut):
            yield row
            continue
        place, id_, ja = row
        found = english.pop(id_, None)
        if found is None:
            yield LeftOut(place=place, reason="no English sentence")
        else:
            yield Pair(place, id_, ja, found[1], split)
    for place, _ in english.values():
        yield LeftOut(place=place, reason="no Japanese sentence")


def _sentences(tree: Tree, name: str, *, quoted: bool) -> Iterator[tuple[str, str, str] | LeftOut]:
    for row in read_columns(tree.lines(find_name(tree, name)), name, 2, 2, quoted=quoted):
        yield row if isinstance(row, LeftOut) else (row[0], row[1][0], row[1][1])


SOURCE = Source(
    name="alt",
    title="Asian Language Treebank (ALT) parallel corpus",
    licence=Licence(
        spdx="CC-BY-4.0",
        url="https://www2.nict.go.jp/astrec-att/member/mutiyama/ALT/",
        attribution="NICT and the ALT project, Asian Language Treebank Parallel Corpus, CC BY 4.0",
    ),
    citation="Hammam Riza and others: Introduction of the Asian Language Treebank. Oriental COCOSDA 2016.",
    homepage="https://www2.nict.go.jp/astrec-att/member/mutiyama/ALT/",
    splits={"all": True},
    benchmark="alt",
    downloads=(Download(url=f"https://www2.nict.go.jp/astrec-att/member/mutiyama/ALT/{ARCHIVE}.zip"),),
    parts=tuple(map(part_of, WAYS)),
    variants={WITH_NAN: "pairs that lack a sentence are kept", WITHOUT_NAN: "pairs that lack a sentence are left out"},
    sample={
        f"{ARCHIVE}.zip": pack_zip(
            {
                f"{ARCHIVE}/data_ja.txt": (
                    "SNT.1.1\t見本の町で祭りが開かれた。\nSNT.1.2\t「また来年」と町長は述べた。\n"
                    "SNT.1.3\t日本語だけの文。\nSNT.1.5\t\n"
                ).encode(),
                f"{ARCHIVE}/data_en.txt": (
                    b"SNT.1.1\tA festival was held in the sample town.\n"
                    b'SNT.1.2\t"See you next year," said the mayor.\n'
                    b"SNT.1.4\tA sentence in English alone.\nSNT.1.5\tNobody translated this.\n"
                ),
            }
        )
    },
    read=read,
)
