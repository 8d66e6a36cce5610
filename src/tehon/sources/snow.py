"""SNOW T15 and T23: sentences in plain Japanese, their originals, and the English of the originals.

Read from the two workbooks, `T15-*.xlsx` and `T23-*.xlsx`. `published` asks for every sentence in plain words, though
nearly half of them were plain already and come back unchanged; `fixed` leaves those out, and asks in several wordings.
The pairs of Japanese and
English are parts of their own, which a mixture without translation does not take.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tehon.formats.finding import chosen, find_one
from tehon.formats.pairs import Pair, Way, in_turn, part_of
from tehon.formats.wordings import APART, worded
from tehon.formats.xlsx import pack_xlsx, read_xlsx
from tehon.records.corpus import Download, Drop, Example, Licence, Part, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples

ORIGINAL, PLAIN, ENGLISH = HEADER = ("#日本語(原文)", "#やさしい日本語", "#英語(原文)")
SIMPLIFY = (
    "以下の日本語をやさしい日本語に言い換えてください。",
    "次の文を、やさしい言葉だけを使って書き直してください。",
    "日本語を学んでいる人にも分かるように、次の文を言い換えてください。",
    "次の日本語を、同じ意味の簡単な日本語にしてください。",
)
WAYS = (
    Way("ja_en", "以下の日本語を英語に翻訳してください。", "ja"),
    Way("en_ja", "以下の英語を日本語に翻訳してください。", "en"),
)
Cells = tuple[str, str, dict[str, str]]
"""Place, id, cells."""


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every simplification, T15 before T23, then every pair from Japanese, then every pair from English."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    splits = chosen(SOURCE.splits, options.splits)
    paths = {split: find_one(folder, f"{split}*.xlsx") for split in splits}
    for split, path in paths.items():
        yield from _simplifications(path, split, options)
    yield from in_turn(partial(_pairs, paths), WAYS, SOURCE.name, options)


def _simplifications(path: Path, split: str, options: ReadOptions) -> Iterator[Row | LeftOut]:
    for place, id_, cells in _cells(path, split):
        if not cells[ORIGINAL].strip() or not cells[PLAIN].strip():
            yield LeftOut(place=place, reason="a sentence is missing")
        elif options.rendering == "fixed" and cells[ORIGINAL] == cells[PLAIN]:
            yield LeftOut(place=place, reason="plain already")
        else:
            asked = worded(SIMPLIFY, options, SOURCE.name, "simplification", id_)
            yield Row(
                upstream_id=id_,
                instruction=asked.pattern,
                input=cells[ORIGINAL],
                response=cells[PLAIN],
                part="simplification",
                split=split,
                wording=asked.noted,
            )


def _pairs(paths: dict[str, Path]) -> Iterator[Pair]:
    for split, path in paths.items():
        for place, id_, cells in _cells(path, split):
            yield Pair(f"{place} translated", id_, cells[ORIGINAL], cells[ENGLISH], split)


def _cells(path: Path, split: str) -> Iterator[Cells]:
    for place, cells in read_xlsx(path, ("ID", *HEADER)):
        yield place, f"{split}-{cells['ID']}", cells


SOURCE = Source(
    name="snow",
    title="SNOW T15 and T23: Japanese simplified corpora",
    licence=Licence(
        spdx="CC-BY-4.0",
        url="https://www.jnlp.org/GengoHouse/snow/t15",
        attribution="Nagaoka University of Technology, Natural Language Processing Laboratory, SNOW T15 and T23, "
        "CC BY 4.0",
    ),
    citation="Takumi Maruyama, Kazuhide Yamamoto: Simplified Corpus with Core Vocabulary. LREC 2018; "
    "Akihiro Katsuta, Kazuhide Yamamoto: Crowdsourced Corpus of Sentence Simplification with Core Vocabulary. "
    "LREC 2018.",
    homepage="https://www.jnlp.org/GengoHouse/snow/t15",
    splits={"T15": True, "T23": True},
    downloads=(
        Download(url="https://filedn.com/lit4DCIlHwxfS1gj9zcYuDJ/SNOW/T15-2020.1.7.xlsx"),
        Download(url="https://filedn.com/lit4DCIlHwxfS1gj9zcYuDJ/SNOW/T23-2020.1.7.xlsx"),
    ),
    parts=(Part(name="simplification", cluster="simplification", wording=APART.join(SIMPLIFY)), *map(part_of, WAYS)),
    sample={
        "T15-2020.1.7.xlsx": pack_xlsx(
            ("ID", *HEADER),
            ("1", "薪を割る作業は骨が折れる。", "木を切ることは大変だ。", "splitting firewood is hard work ."),
            ("2", "犬が庭にいる。", "犬が庭にいる。", "a dog is in the garden ."),
            ("3", "訳のない文は概して短い。", "英語がない文はだいたい短い。", ""),
        ),
        "T23-2020.1.7.xlsx": pack_xlsx(
            ("ID", *HEADER),
            ("1", "彼は約束を反故にした。", "彼は約束を守らなかった。", "he broke his promise ."),
        ),
    },
    read=read,
)
