"""Japanese Wikipedia Typo Dataset (JWTD, version 2): sentences before and after a typing error was put right.

`published` reads every member of the archive in its order, the held-out ones too, and asks with one sentence, as the
paper's generator did (702,756 rows). `fixed` reads `train` alone, asks in one of three wordings, and leaves out rows in
which nothing was changed. The kind of error that the corpus states is the example's part, the page and the two
revisions stand in its upstream id. Cluster: correction.

Reads the upstream archive with `train.jsonl`, `test.jsonl` and `gold.jsonl`, or such files by themselves; a file whose
name says neither `test` nor `gold` counts as `train`. The text is full-width throughout, as upstream normalised it.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

import msgspec

from tehon.formats.authored import choose
from tehon.formats.finding import chosen, find_all
from tehon.formats.json_lines import json_rows
from tehon.formats.lines import file_lines
from tehon.formats.tar import pack_tar, tar_members
from tehon.records.corpus import Download, Drop, Example, Licence, Part, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples

PUBLISHED = "次の日本語には間違っている部分があります。その部分を直して、正しい日本語の文を出力してください。"
WORDINGS = (
    PUBLISHED,
    "次の文には入力の誤りがあります。誤りを直した文を書いてください。",
    "次の文の誤字や脱字を直してください。",
)
KINDS = ("deletion", "insertion", "kanji-conversion", "substitution", "transposition")
"""Upstream's categories without the suffixes that tell their shades apart."""
SEVERAL, OTHER = "several", "other"


class Diff(msgspec.Struct, frozen=True):
    """One change of a sentence."""

    category: str = ""


class Edit(msgspec.Struct, frozen=True):
    """One line of the corpus."""

    pre_text: str
    post_text: str
    page: str = ""
    pre_rev: str = ""
    post_rev: str = ""
    diffs: tuple[Diff, ...] = ()

    @property
    def kind(self) -> str:
        """The part it belongs to."""
        kinds = {diff.category.partition("_")[0] for diff in self.diffs}
        if len(kinds) > 1:
            return SEVERAL
        return next((kind for kind in kinds if kind in KINDS), OTHER)


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every edited sentence, member by member."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    published = options.rendering == "published"
    splits = chosen(SOURCE.splits, options.splits, tuple(SOURCE.splits) if published else ())
    for where, lines in _members(folder):
        split = next((name for name in ("test", "gold") if name in PurePosixPath(where).stem), "train")
        if split not in splits:
            continue
        for number, line in enumerate(json_rows(lines, where, Edit)):
            if isinstance(line, LeftOut):
                yield line
                continue
            place, edit = line
            if not edit.pre_text.strip() or not edit.post_text.strip():
                yield LeftOut(place=place, reason="sentence missing")
                continue
            if not published and edit.pre_text == edit.post_text:
                yield LeftOut(place=place, reason="nothing was changed")
                continue
            id_ = f"{split}-{number}" + (f"@{edit.page}:{edit.pre_rev}-{edit.post_rev}" if edit.page else "")
            wording = PUBLISHED if published else choose(WORDINGS, "wording", SOURCE.name, options.seed, id_)
            yield Row(
                upstream_id=id_,
                instruction=wording,
                input=edit.pre_text,
                response=edit.post_text,
                part=edit.kind,
                split=split,
                wording="" if published else wording,
            )


def _members(folder: Path) -> Iterator[tuple[str, Iterable[bytes]]]:
    for path in find_all(folder, "[jJ][wW][tT][dD]*.tar.gz", "*.jsonl"):
        if path.suffix == ".jsonl":
            yield path.name, file_lines(path)
            continue
        for member in tar_members(path):
            if member.name.endswith(".jsonl") and not PurePosixPath(member.name).name.startswith("."):
                yield member.where, member.lines()


SOURCE = Source(
    name="wikipedia_typo",
    title="Japanese Wikipedia Typo Dataset (JWTD) v2",
    licence=Licence(
        spdx="CC-BY-SA-3.0",
        url="https://nlp.ist.i.kyoto-u.ac.jp/?%E6%97%A5%E6%9C%AC%E8%AA%9EWikipedia%E5%85%A5%E5%8A%9B%E8%AA%A4%E3%82%8A"
        "%E3%83%87%E3%83%BC%E3%82%BF%E3%82%BB%E3%83%83%E3%83%88",
        attribution="Kurohashi-Chu-Murawaki Laboratory, Kyoto University, Japanese Wikipedia Typo Dataset, CC BY-SA "
        "3.0; text of Japanese Wikipedia",
        share_alike=True,
    ),
    citation="Yu Tanaka, Yugo Murawaki, Daisuke Kawahara, Sadao Kurohashi: Building a Japanese Typo Dataset from "
    "Wikipedia's Revision History. ACL 2020 Student Research Workshop, pp. 230-236.",
    homepage="https://nlp.ist.i.kyoto-u.ac.jp/",
    splits={"train": True, "test": False, "gold": False},
    benchmark="jwtd",
    downloads=(Download(url="https://nlp.ist.i.kyoto-u.ac.jp/nl-resource/JWTD/jwtd_v2.0.tar.gz"),),
    parts=tuple(
        Part(name=kind, cluster="correction", wording="／".join(WORDINGS)) for kind in (*KINDS, SEVERAL, OTHER)
    ),
    sample={
        "jwtd_v2.0.tar.gz": pack_tar(
            {
                "jwtd_v2.0/gold.jsonl": '{"pre_text": "窓をを開ける。", "post_text": "窓を開ける。"}\n'.encode(),
                "jwtd_v2.0/train.jsonl": (
                    '{"page": "1", "title": "傘", "pre_rev": "10", "post_rev": "11", "pre_text": "雨が振る。",'
                    ' "post_text": "雨が降る。", "diffs": [{"pre_str": "振る", "post_str": "降る",'
                    ' "pre_bart_likelihood": -9.5, "post_bart_likelihood": -2.5, "category": "kanji-conversion_a"}],'
                    ' "lstm_average_likelihood": -2.0}\n'
                    '{"page": "2", "title": "靴", "pre_rev": "20", "post_rev": "21", "pre_text": "靴はく。はきまた。",'
                    ' "post_text": "靴をはく。はきました。", "diffs": [{"category": "deletion"},'
                    ' {"category": "substitution"}]}\n'
                    '{"pre_text": "変わらない。", "post_text": "変わらない。"}\n'
                    '{"pre_text": "直した後がない。", "post_text": ""}\n'
                    '{"pre_text": "欄がない。"}\n'
                ).encode(),
                "jwtd_v2.0/test.jsonl": (
                    '{"page": "3", "pre_rev": "30", "post_rev": "31", "pre_text": "花咲くが。",'
                    ' "post_text": "花が咲く。", "diffs": [{"category": "transposition"}]}\n'
                ).encode(),
                "jwtd_v2.0/README.txt": b"A sample.",
            }
        )
    },
    read=read,
)
