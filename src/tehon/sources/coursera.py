"""Coursera parallel corpus: sentences of English lectures with crowd-sourced Japanese translations.

The Japanese comes with spaces between its words. `published` takes every space out, as the paper's generator did, so
that `pip install` within a sentence becomes `pipinstall`, and it reads the evaluation splits, dev and test. `fixed`
keeps one space where both its neighbours are ASCII, reads `train` alone, and asks in several wordings. The upstream zip
or its folder is read.
"""

import re
from collections.abc import Iterator
from functools import partial
from itertools import zip_longest
from pathlib import Path

from tehon.errors import BadRawFile
from tehon.formats.finding import chosen
from tehon.formats.github import Repository
from tehon.formats.lines import text_lines
from tehon.formats.pairs import Pair, Way, in_turn, part_of
from tehon.formats.tree import Tree, find_name, open_tree
from tehon.formats.zip import pack_zip
from tehon.records.corpus import Drop, Example, Licence, ReadOptions, Rendering, Source
from tehon.records.rows import LeftOut, Row, examples

FOLDER = "Coursera_En-Ja"
WAYS = (
    Way("ja_en", "次の日本語を英語に翻訳してください。", "ja"),
    Way("en_ja", "次の英語を日本語に翻訳してください。", "en"),
)
_BESIDE_JAPANESE = re.compile(r" +(?=[^\x00-\x7f])|(?<=[^\x00-\x7f]) +")
_SPACES = re.compile(" +")


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every pair from Japanese, split by split, then every pair from English."""
    return examples(SOURCE, _rows(folder, options))


def joined(sentence: str, rendering: Rendering) -> str:
    """The Japanese sentence without the spaces between its words."""
    if rendering == "published":
        return sentence.replace(" ", "")
    return _SPACES.sub(" ", _BESIDE_JAPANESE.sub("", sentence)).strip()


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    default = ("train", "dev", "test") if options.rendering == "published" else ()
    splits = chosen(SOURCE.splits, options.splits, default)
    with open_tree(folder, "*.zip") as tree:
        yield from in_turn(partial(_pairs, tree, splits, options.rendering), WAYS, SOURCE.name, options)


def _pairs(tree: Tree, splits: list[str], rendering: Rendering) -> Iterator[Pair | LeftOut]:
    for split in splits:
        names = [find_name(tree, f"{FOLDER}/{split}.{language}.txt") for language in ("ja", "en")]
        sides = (text_lines(tree.lines(name), name.rpartition("/")[2]) for name in names)
        for number, (ja, en) in enumerate(zip_longest(*sides), start=1):
            if ja is None or en is None:
                problem = f"must have as many lines as {split}.en.txt, but one of the two ends at line {number - 1}"
                raise BadRawFile(f"{tree.where}/{names[0]}", problem, "Fetch the corpus again")
            if isinstance(ja, LeftOut):
                yield ja
            elif isinstance(en, LeftOut):
                yield en
            else:
                japanese, english = joined(ja.text.strip("\r\n"), rendering), en.text.strip("\r\n")
                yield Pair(f"{split}.ja.txt:{number}", f"{split}-{number}", japanese, english, split)


SOURCE = Source(
    name="coursera",
    title="Coursera parallel corpus (English-Japanese)",
    licence=Licence(
        spdx="Apache-2.0",
        url="https://github.com/shyyhs/CourseraParallelCorpusMining/blob/master/LICENSE",
        attribution="Haiyue Song and others, Coursera parallel corpus, Apache-2.0",
    ),
    citation="Haiyue Song, Raj Dabre, Atsushi Fujita, Sadao Kurohashi: Coursera Corpus Mining and Multistage "
    "Fine-Tuning for Improving Lectures Translation. LREC 2020, pp. 3640-3649.",
    homepage="https://github.com/shyyhs/CourseraParallelCorpusMining",
    splits={"train": True, "dev": False, "test": False},
    benchmark="coursera",
    downloads=(
        Repository(
            "shyyhs/CourseraParallelCorpusMining", "d44f2aed213e0fea3045474de4e81ab9869d9e37", branch="master"
        ).download(f"data/{FOLDER}.zip"),
    ),
    parts=tuple(map(part_of, WAYS)),
    sample={
        "Coursera_En-Ja.zip": pack_zip(
            {
                f"{FOLDER}/train.ja.txt": (
                    "今日 は pip install から 始め ます 。\n答え は 三 つ です 。\n \n".encode()
                ),
                f"{FOLDER}/train.en.txt": b"Today we start with pip install.\nThere are three answers.\nGood.\n",
                f"{FOLDER}/dev.ja.txt": "見本 の 講義 です 。\n".encode(),
                f"{FOLDER}/dev.en.txt": b"This is a sample lecture.\n",
                f"{FOLDER}/test.ja.txt": "また 来週 。\n".encode(),
                f"{FOLDER}/test.en.txt": b"See you next week.\n",
            }
        )
    },
    read=read,
)
