"""Japanese WordNet: words, definitions of their senses, and examples, with the English that these were translated from.

The definitions are asked for word by word: every word of a sense with every definition of it, sense by sense in the
order of their numbers. A word without a definition, a definition without a word, and a definition that holds its own
word are left out. Definitions and examples as pairs of Japanese and English are parts of their own.

`published` reads quotes as pandas does by default, so that a cell that opens with one loses it and a stray one merges
lines. `fixed` keeps quotes as text and asks in several wordings.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tehon.formats.columns import read_columns
from tehon.formats.finding import chosen, find_one
from tehon.formats.gz import pack_gz, unpacked_lines
from tehon.formats.pairs import Pair, Way, in_turn, part_of
from tehon.formats.wordings import APART, worded
from tehon.records.corpus import Download, Drop, Example, Licence, Part, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples

URL = "https://github.com/bond-lab/wnja/releases/download/v1.1"
MIRRORS = ("http://compling.hss.ntu.edu.sg/wnja/data/1.1", "http://nlpwww.nict.go.jp/wn-ja/data/1.1")
TO_JAPANESE, TO_ENGLISH = "次の文を日本語に翻訳してください。", "次の文を英語に翻訳してください。"
MEANING = (
    "「{word}」の意味を教えてください。",
    "「{word}」とはどういう意味ですか。",
    "「{word}」という言葉の意味を簡潔に説明してください。",
    "国語辞典で「{word}」を引くと、どのように説明されていますか。",
)
DEFINITIONS = (Way("definitions_en_ja", TO_JAPANESE, "en"), Way("definitions_ja_en", TO_ENGLISH, "ja"))
EXAMPLES = (Way("examples_en_ja", TO_JAPANESE, "en"), Way("examples_ja_en", TO_ENGLISH, "ja"))


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every word with its definitions, then definitions and examples as pairs, each in either direction."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    quoted = options.rendering == "published"
    for split in chosen(SOURCE.splits, options.splits):
        words, definitions, usages = (find_one(folder, f"wnjpn-{kind}.tab*") for kind in ("ok", "def", "exe"))
        yield from _meanings(words, definitions, split, options)
        for path, ways in ((definitions, DEFINITIONS), (usages, EXAMPLES)):
            yield from in_turn(partial(_pairs, path, split, quoted=quoted), ways, SOURCE.name, options)


def _meanings(words: Path, definitions: Path, split: str, options: ReadOptions) -> Iterator[Row | LeftOut]:
    """The join; words and definitions, about 300,000 short texts, wait in memory."""
    quoted = options.rendering == "published"
    defined: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in _pairs(definitions, split, quoted=quoted):
        if not isinstance(pair, LeftOut):  # those are told of with the pairs
            defined[pair.id.partition(" ")[0]].append(pair)
    named: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in read_columns(unpacked_lines(words), words.name, 3, 3, quoted=quoted):
        if isinstance(row, LeftOut):
            yield row
        else:
            named[row[1][0]].append((row[0], row[1][1]))
    for sense in sorted(named.keys() | defined.keys()):
        yield from _sense(named.get(sense, []), defined.get(sense, []), options)


def _sense(words: list[tuple[str, str]], definitions: list[Pair], options: ReadOptions) -> Iterator[Row | LeftOut]:
    if not words:
        yield from (LeftOut(place=f"{pair.place} joined", reason="definition without a word") for pair in definitions)
    for place, word in words:
        if not definitions:
            yield LeftOut(place=place, reason="word without a definition")
        for pair in definitions:
            if not pair.ja.strip() or not word:
                yield LeftOut(place=f"{place} joined", reason="word or definition empty")
            elif word in pair.ja:
                yield LeftOut(place=f"{place} joined", reason="definition holds its word")
            else:
                asked = worded(MEANING, options, SOURCE.name, "definitions", pair.id, word)
                yield Row(
                    upstream_id=f"{pair.id} {word}",
                    instruction=asked.pattern.format(word=word),
                    response=pair.ja,
                    part="definitions",
                    split=pair.split,
                    wording=asked.noted,
                )


def _pairs(path: Path, split: str, *, quoted: bool) -> Iterator[Pair | LeftOut]:
    for row in read_columns(unpacked_lines(path), path.name, 4, 4, quoted=quoted):
        if isinstance(row, LeftOut):
            yield row
            continue
        place, (sense, number, en, ja) = row
        yield Pair(place, f"{sense} {number}", ja, en, split)


SOURCE = Source(
    name="wordnet",
    title="Japanese WordNet 1.1",
    licence=Licence(
        spdx="LicenseRef-Japanese-WordNet",  # WordNet's own terms: any use, with the notice
        url="https://github.com/bond-lab/wnja/blob/master/docs/license.txt",
        attribution="Japanese WordNet (v1.1), copyright NICT 2009-2011, Francis Bond 2012-2016 and Takayuki "
        "Kuribayashi 2015-2016, linked to http://compling.hss.ntu.edu.sg/wnja/",
    ),
    citation="Francis Bond, Hitoshi Isahara, Sanae Fujita, Kiyotaka Uchimoto, Takayuki Kuribayashi, Kyoko Kanzaki: "
    "Enhancing the Japanese WordNet. ALR 2009.",
    homepage="https://bond-lab.github.io/wnja/",
    splits={"all": True},
    downloads=tuple(
        Download(url=f"{URL}/{name}", mirrors=tuple(f"{mirror}/{name}" for mirror in MIRRORS))
        for name in ("wnjpn-ok.tab.gz", "wnjpn-def.tab.gz", "wnjpn-exe.tab.gz")
    ),
    parts=(
        Part(name="definitions", cluster="commonsense", wording=APART.join(MEANING)),
        *map(part_of, (*DEFINITIONS, *EXAMPLES)),
    ),
    sample={
        "wnjpn-ok.tab.gz": pack_gz(
            (
                "00000002-n\t小舟\thand\n00000001-n\t長靴\thand\n00000001-n\tブーツ\thand\n"
                "00000003-n\t名のみ\tmono\n00000005-n\t坂\thand\n"
            ).encode()
        ),
        "wnjpn-def.tab.gz": pack_gz(
            (
                "00000001-n\t0\tfootwear that covers the leg\t足とすねを覆う履物\n"
                '00000002-n\t0\ta "little" boat\t人が漕ぐ小さな船\n'
                '00000002-n\t1\t"dinghy" for short\t小舟の一種\n'
                "00000004-n\t0\ta sense without a word\t言葉のない意味\n"
                "00000005-n\t0\ta slope\t\n"
            ).encode()
        ),
        "wnjpn-exe.tab.gz": pack_gz("00000001-n\t0\the bought new boots\t彼は新しい長靴を買った\n".encode()),
    },
    read=read,
)
