"""Nikkaji Parallel Corpus: names of chemical compounds in Japanese and English.

The paper's authors wrote a generator for this corpus but never released its rows (about 5.66 million), so there is no
published count. Every pair is asked in both directions, first English to Japanese, then Japanese to English, file by
file. `published` asks with one sentence each, `fixed` in several wordings. Cluster: translation.

The archive holds pairs of files, `NAME.ja` and `NAME.en`, line by line the same compounds; the name is the first
tab-separated cell, and quotes are text. This layout is known from that generator alone; the archive was not at hand.
The archive is unpacked once a file and direction, so that memory does not grow with it.
"""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from tehon.errors import BadRawFile
from tehon.formats.finding import chosen, find_one
from tehon.formats.lines import text_lines
from tehon.formats.tar import pack_tar, tar_members
from tehon.formats.wordings import APART, worded
from tehon.records.corpus import Download, Drop, Example, Licence, Part, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples

EN_JA = (
    "次の化合物の英語名を日本語に翻訳してください。",
    "英語で次のように呼ばれる化合物は、日本語では何と言いますか。",
    "以下の英語の化合物名に当たる日本語名を答えてください。",
)
JA_EN = (
    "次の化合物の日本語名を英語にしてください。",
    "日本語で次のように呼ばれる化合物は、英語では何と言いますか。",
    "以下の日本語の化合物名に当たる英語名を答えてください。",
)
DIRECTIONS = (("en-ja", EN_JA, ".en", ".ja", "F"), ("ja-en", JA_EN, ".ja", ".en", "R"))
"""Part, wordings, the file that is asked about, the file that answers, and a letter for the id."""


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every pair of names, in both directions, file by file."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    for split in chosen(SOURCE.splits, options.splits):
        path = find_one(folder, "nikkaji*.tar.gz")
        names = [member.name for member in tar_members(path) if member.name.endswith((".ja", ".en"))]
        for stem in dict.fromkeys(name[:-3] for name in names):
            missing = [stem + ending for ending in (".ja", ".en") if stem + ending not in names]
            if missing:
                yield LeftOut(place=f"{path.name}/{missing[0]}", reason="file of the other language missing")
            else:
                yield from _file(path, stem, split, options)


def _file(path: Path, stem: str, split: str, options: ReadOptions) -> Iterator[Row | LeftOut]:
    for part, wordings, asking, answering, letter in DIRECTIONS:
        for number, (asked, answer) in enumerate(
            zip_longest(_compounds(path, stem + asking), _compounds(path, stem + answering))
        ):
            if asked is None or answer is None:
                problem = f"{stem}.ja and {stem}.en must have the same number of lines, but one ends at {number}"
                raise BadRawFile(str(path), problem, "Fetch the archive again")
            if isinstance(asked, LeftOut):
                yield asked
            elif isinstance(answer, LeftOut):
                yield answer
            elif asked and answer:
                id_ = f"{stem}_{letter}{number}"
                worded_as = worded(wordings, options, SOURCE.name, id_)
                yield Row(
                    upstream_id=id_,
                    instruction=worded_as.pattern,
                    input=asked,
                    response=answer,
                    part=part,
                    split=split,
                    wording=worded_as.noted,
                )
            else:
                yield LeftOut(place=f"{path.name}/{stem}{asking}:{number + 1}", reason="name missing")


def _compounds(path: Path, name: str) -> Iterator[str | LeftOut]:
    for member in tar_members(path):
        if member.name == name:
            for line in text_lines(member.lines(), member.where):
                yield line if isinstance(line, LeftOut) else line.text.partition("\t")[0].strip()
            return


SOURCE = Source(
    name="nikkaji",
    title="Nikkaji Parallel Corpus",
    licence=Licence(
        spdx="CC-BY-4.0",
        url="https://www2.nict.go.jp/astrec-att/member/mutiyama/nikkaji/index.html",
        attribution="Japan Science and Technology Agency and NICT, Nikkaji Parallel Corpus, CC BY 4.0",
    ),
    citation="Masao Utiyama: Nikkaji Parallel Corpus, National Institute of Information and Communications Technology, "
    "2018.",
    homepage="https://www2.nict.go.jp/astrec-att/member/mutiyama/nikkaji/index.html",
    splits={"all": True},
    downloads=(Download(url="https://www2.nict.go.jp/astrec-att/member/mutiyama/nikkaji/nikkaji-20180507.tar.gz"),),
    parts=(
        Part(name="en-ja", cluster="translation", direction="en-ja", translation=True, wording=APART.join(EN_JA)),
        Part(
            name="ja-en",
            cluster="translation",
            language="en",
            direction="ja-en",
            translation=True,
            wording=APART.join(JA_EN),
        ),
    ),
    sample={
        "nikkaji-20180507.tar.gz": pack_tar(
            {
                "nikkaji/a.en": b'Samplol\t1\n"Modelane"\nNothing\n',
                "nikkaji/a.ja": "サンプロール\t1\n「モデラン」\n\n".encode(),
                "nikkaji/b.ja": "見本酸\n".encode(),
                "nikkaji/b.en": b"sample acid\n",
                "nikkaji/c.ja": "片割れ\n".encode(),
                "nikkaji/README": b"A sample.",
            }
        )
    },
    read=read,
)
