"""JCoLA: sentences from the linguistic literature, and whether their authors found them acceptable.

The paper did not use this corpus, so both renderings are the same. Used: `sentence` and `label` (1: 自然, 0: 不自然),
under one of three wordings. Cluster: acceptability. `train` (in-domain, 6,919 rows) may be trained on, `valid`
(in-domain, 865) and `out_of_domain_valid` (685; 342 at hand) may not.

The corpus has no open licence: its README says that copyright remains with the authors and publishers of the works
that the sentences come from, and that research use is expected to be lawful. So it is declared as non-commercial under
a name of its own, and share-alike mixtures refuse it.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from tehon.formats.finding import chosen, find_one
from tehon.formats.github import Repository
from tehon.formats.json_lines import json_rows
from tehon.formats.judgement import Judged, Judgement
from tehon.formats.lines import file_lines
from tehon.records.corpus import Drop, Example, Licence, Measured, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples

UPSTREAM = Repository("osekilab/JCoLA", "736d9eef3af04bb17e4cf59adf01325973234ff9")
FILES = {"train": "in_domain_train", "valid": "in_domain_valid", "out_of_domain_valid": "out_of_domain_valid"}
NATURALNESS = Judgement(
    source="jcola",
    part="sentences",
    cluster="acceptability",
    wordings=(
        "次の文は日本語の文として自然ですか。「自然」か「不自然」で答えてください。",
        "次の文が文法的に受け入れられるなら「自然」、受け入れられないなら「不自然」と答えてください。",
        "日本語を母語とする人は次の文をどう感じるでしょうか。「自然」か「不自然」のどちらかで答えてください。",
    ),
    words={"1": "自然", "0": "不自然"},
)


class Sentence(msgspec.Struct, frozen=True):
    """One line of the corpus."""

    uid: int
    sentence: str
    label: int | None = None


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every sentence in the file's order."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    for split in chosen(SOURCE.splits, options.splits):
        path = find_one(folder, f"{FILES[split]}-v1.*.json")
        for line in json_rows(file_lines(path), path.name, Sentence):
            if isinstance(line, LeftOut):
                yield line
                continue
            place, sentence = line
            judged = Judged(
                place=place,
                id=str(sentence.uid),
                split=split,
                material=sentence.sentence,
                label="" if sentence.label is None else str(sentence.label),
            )
            yield NATURALNESS.row(judged, options.seed)


SOURCE = Source(
    name="jcola",
    title="JCoLA",
    licence=Licence(
        spdx="LicenseRef-JCoLA",
        url="https://github.com/osekilab/JCoLA#license",
        attribution="Taiga Someya, Yushi Sugimoto and Yohei Oseki, JCoLA; copyright of the sentences remains with "
        "their authors and publishers",
        commercial=False,
    ),
    citation="Taiga Someya, Yushi Sugimoto, Yohei Oseki: JCoLA: Japanese Corpus of Linguistic Acceptability. "
    "arXiv 2309.12676, 2023.",
    homepage="https://github.com/osekilab/JCoLA",
    splits={"train": True, "valid": False, "out_of_domain_valid": False},
    benchmark="jglue",
    downloads=(
        UPSTREAM.download(
            "data/jcola-v1.0/in_domain_train-v1.0.json",
            "c665f8a8b371b34c3c8947cde3670637cf0403ac7529ba8bb62370d07f008396",
            size_bytes=1_322_900,
        ),
        UPSTREAM.download(
            "data/jcola-v1.0/in_domain_valid-v1.0.json",
            "677fb021886b6829d6a84e8ca9f62808f6bd479fa829439f49eac4f94f23658c",
            size_bytes=165_053,
        ),
        UPSTREAM.download("data/jcola-v1.0/out_of_domain_valid-v1.0.json"),
    ),
    parts=(NATURALNESS.as_part(),),
    fields=("sentence", "label"),
    labels=NATURALNESS.words,
    measured={
        "train": Measured(examples=6_919),
        "valid": Measured(examples=865),
        "out_of_domain_valid": Measured(examples=342, note="half of upstream's 685"),
    },
    sample={
        "in_domain_train-v1.0.json": (
            '{"uid":1,"source":"Sample_2000","label":1,"diacritic":"g","sentence":"妹が庭で歌を歌った。",'
            '"original":"妹が庭で歌を歌った。"}\n'
            '{"uid":2,"source":"Sample_2000","label":0,"diacritic":"*","sentence":"妹が庭へ歌に歌った。",'
            '"original":"妹が庭へ歌に歌った。"}\n'
            '{"uid":3,"source":"Sample_2000","diacritic":"g","sentence":"札のない文です。","original":""}\n'
            '{"uid":4,"source":"Sample_2000","label":1,"diacritic":"g","sentence":"","original":""}\n'
        ).encode(),
        "in_domain_valid-v1.0.json": (
            '{"uid":5,"source":"Sample_2000","label":1,"diacritic":"g","sentence":"兄に手紙が届いた。",'
            '"original":"兄に手紙が届いた。"}\n'
        ).encode(),
        "out_of_domain_valid-v1.0.json": (
            '{"uid":6,"source":"Sample_2010","label":0,"diacritic":"??","sentence":"兄を手紙が届いた。",'
            '"original":"兄を手紙が届いた。"}\n'
        ).encode(),
    },
    read=read,
)
