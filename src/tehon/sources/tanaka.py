"""Tanaka corpus: Japanese sentences with English translations, from textbooks, as edited for WWWJDIC.

A line `A: JAPANESE<tab>ENGLISH#ID=NUMBER` is a pair; the line `B: ` below it lists its words and gives none.
`published` takes any line that holds `A: ` from behind it, and cuts the English at its first `#`, as the paper's
generator did. `fixed` takes the lines that start with it, cuts at the id alone, and asks in several wordings.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tehon.formats.finding import chosen, find_one
from tehon.formats.gz import pack_gz, unpacked_lines
from tehon.formats.lines import Line, broken, text_lines
from tehon.formats.pairs import Pair, Way, in_turn, part_of
from tehon.records.corpus import Download, Drop, Example, Licence, ReadOptions, Rendering, Source
from tehon.records.rows import LeftOut, Row, examples

MARK = "A: "
ID = "#ID="
WAYS = (
    Way("ja_en", "次の日本語を英語に翻訳してください。", "ja"),
    Way("en_ja", "次の英語を日本語に翻訳してください。", "en"),
)


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every pair from Japanese in the file's order, then every pair from English."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    for split in chosen(SOURCE.splits, options.splits):
        path = find_one(folder, "examples.utf*")
        yield from in_turn(partial(_pairs, path, split, options.rendering), WAYS, SOURCE.name, options)


def _pairs(path: Path, split: str, rendering: Rendering) -> Iterator[Pair | LeftOut]:
    name = path.name.removesuffix(".gz")
    for line in text_lines(unpacked_lines(path), name):
        if isinstance(line, LeftOut):
            yield line
        elif MARK in line.text if rendering == "published" else line.text.startswith(MARK):
            yield _pair(f"{name}:{line.number}", line, split, rendering)
        elif not line.text.startswith(("B: ", "#")) and line.text.strip():
            yield broken(f"{name}:{line.number}", "neither a pair nor its words", line.offset)


def _pair(place: str, line: Line, split: str, rendering: Rendering) -> Pair | LeftOut:
    ja, tab, rest = line.text.rstrip("\r\n").partition(MARK)[2].partition("\t")
    if not tab:
        return broken(place, "no translation", line.offset)
    sentence, mark, number = rest.rpartition(ID)
    en = rest.partition("#")[0] if rendering == "published" else sentence if mark else rest
    return Pair(place, number if mark else place.rpartition(":")[2], ja, en, split)


SOURCE = Source(
    name="tanaka",
    title="Tanaka Corpus",
    licence=Licence(
        spdx="CC-BY-2.0",  # the French one, to the letter; the paper's notice says 2.5
        url="https://www.edrdg.org/wiki/index.php/Tanaka_Corpus",
        attribution="Yasuhito Tanaka, Jim Breen and the contributors of tatoeba.org, Tanaka Corpus, CC BY 2.0 FR",
    ),
    citation="Yasuhito Tanaka: Compilation of a multilingual parallel corpus. PACLING 2001.",
    homepage="https://www.edrdg.org/wiki/index.php/Tanaka_Corpus",
    splits={"all": True},
    downloads=(
        Download(
            url="https://www.edrdg.org/pub/Nihongo/examples.utf.gz",
            mirrors=(
                "http://ftp.edrdg.org/pub/Nihongo/examples.utf.gz",
                "ftp://ftp.edrdg.org/pub/Nihongo/examples.utf.gz",
            ),
        ),
    ),
    parts=tuple(map(part_of, WAYS)),
    sample={
        "examples.utf.gz": pack_gz(
            (
                "A: 彼は毎朝犬と歩く。\tHe walks with his dog every morning.#ID=1_2\n"
                "B: 彼(かれ)[01] は 毎朝 犬 と 歩く\n"
                "A: 札には「#7」とある。\tThe tag says #7.#ID=3_4\n"
                "B: 札{札} に は と ある\n"
                "A: 訳のない文。\n"
            ).encode()
        )
    },
    read=read,
)
