"""JESC, the Japanese-English Subtitle Corpus: lines of film and television subtitles, aligned by machine.

Both renderings translate in the direction that the instruction names, as the paper's releases from 0.1.1 do. In
release 0.1.0 the half that asks for English has English as its input and Japanese as its response; the variant `v0_1_0`
of `published` imitates it, and gives that half as the part `reversed_v0_1_0`.

`published` reads quotes as pandas does by default, so that a stray one merges lines; that the released 2,698,102 pairs
came about in this way is likely, not proven. `fixed` keeps quotes as text and asks in several wordings.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from tehon.formats.columns import read_columns
from tehon.formats.finding import chosen, find_one, variant_of
from tehon.formats.pairs import Pair, Way, in_turn, part_of
from tehon.formats.tar import pack_tar, tar_members
from tehon.records.corpus import Download, Drop, Example, Licence, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples

WRONG, RIGHT = "v0_1_0", "v0_1_1"
FROM_JAPANESE = Way("ja_en", "次の日本語を英語に翻訳してください。", "ja")
FROM_ENGLISH = Way("en_ja", "次の英語を日本語に翻訳してください。", "en")
REVERSED = Way("reversed_v0_1_0", FROM_JAPANESE.published, "en")


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every pair from Japanese in the file's order, then every pair from English."""
    return examples(SOURCE, _rows(folder, options))


def pieces(folder: Path, options: ReadOptions) -> tuple[str, ...]:
    """The two directions."""
    del folder, options
    return "0", "1"


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    published = options.rendering == "published"
    first = REVERSED if published and variant_of(SOURCE.variants, options.variant) == WRONG else FROM_JAPANESE
    for split in chosen(SOURCE.splits, options.splits):
        pairs = partial(_pairs, find_one(folder, "raw*.tar.gz"), split, quoted=published)
        yield from in_turn(pairs, (first, FROM_ENGLISH), SOURCE.name, options)


def _pairs(path: Path, split: str, *, quoted: bool) -> Iterator[Pair | LeftOut]:
    for member in tar_members(path):
        if member.name.rpartition("/")[2].startswith("."):  # the Finder's own files
            continue
        for row in read_columns(member.lines(), member.where, 2, 2, quoted=quoted):
            if isinstance(row, LeftOut):
                yield row
                continue
            place, (en, ja) = row
            yield Pair(place, place.rpartition(":")[2], ja, en, split)


SOURCE = Source(
    name="jesc",
    title="JESC: Japanese-English Subtitle Corpus",
    licence=Licence(
        spdx="CC-BY-SA-4.0",
        url="https://nlp.stanford.edu/projects/jesc/",
        attribution="Reid Pryzant and others, JESC: Japanese-English Subtitle Corpus, CC BY-SA 4.0",
        share_alike=True,
    ),
    citation="Reid Pryzant, Youngjoo Chung, Dan Jurafsky, Denny Britz: JESC: Japanese-English Subtitle Corpus. "
    "LREC 2018.",
    homepage="https://nlp.stanford.edu/projects/jesc/",
    splits={"all": True},
    downloads=(Download(url="https://nlp.stanford.edu/projects/jesc/data/raw.tar.gz"),),
    parts=(
        part_of(FROM_JAPANESE),
        part_of(FROM_ENGLISH),
        replace(part_of(REVERSED), wording=REVERSED.published),
    ),
    variants={
        WRONG: "the half that asks for English has English as its input and Japanese as its response",
        RIGHT: "every half is in the direction that it asks for",
    },
    sample={
        "raw.tar.gz": pack_tar(
            {
                "raw/._raw": b"\0\5\x16\7Mac OS X",
                "raw/raw": (
                    "where did you leave the boat?\t船をどこに置いた？\n"
                    '"left" or "right"?\t左か右か？\n'
                    "no translation follows\n"
                    "hold the rope\t綱を持て\n"
                ).encode(),
            }
        )
    },
    read=read,
    pieces=pieces,
)
