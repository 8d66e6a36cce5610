"""JQAC: questions that university students wrote about Japanese Wikipedia articles.

The published rule: every CSV but the syllabus, `{topic}に関して、{question}`; the archive's rows without a question or
an answer (nine of ten are empty lines) are left out.
"""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats.delimited import read_delimited
from tehon.formats.finding import chosen, find_one
from tehon.formats.tar import pack_tar, tar_members
from tehon.records.corpus import Download, Drop, Example, Licence, Part, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples

TOPIC = "Topic (Title)"
QUESTION = "Question (What, Who, Where, Whose, How, Yes/No)"
COLUMNS = (TOPIC, QUESTION, "Answer")
HEADER = f'Theme (Category),{TOPIC},"{QUESTION}",Answer,Difficulty (by Author),Difficulty (by Answerer),URL\r\n'


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every question of the archive's nine themes, in the archive's order."""
    for split in chosen(SOURCE.splits, options.splits):
        yield from examples(SOURCE, _rows(find_one(folder, "jqac*.tgz"), split))


def _rows(path: Path, split: str) -> Iterator[Row | LeftOut]:
    for member in tar_members(path):
        if not member.name.endswith(".csv") or member.name.endswith("Syllabus.csv"):
            continue
        if member.name.startswith("jqac/."):  # the Finder's own files, named like the real ones
            continue
        for row in read_delimited(member.lines(), member.where, ",", quoted=True, columns=COLUMNS):
            if isinstance(row, LeftOut):
                yield row
                continue
            place, cells = row
            if cells.get(QUESTION) and cells.get("Answer"):
                yield Row(
                    upstream_id=place.partition("/")[2],
                    instruction=f"{cells[TOPIC]}に関して、{cells[QUESTION]}",
                    response=cells["Answer"],
                    part="questions",
                    split=split,
                )
            else:
                reason = "question or answer missing" if any(cells.values()) else "empty row"
                yield LeftOut(place=place, reason=reason)


SOURCE = Source(
    name="jqac",
    title="Japanese Question-Answering Corpus (JQAC)",
    licence=Licence(
        spdx="CC-BY-SA-4.0",
        url="https://taniokah.github.io/jqac/",
        attribution="Hiroki Tanioka, Japanese Question-Answering Corpus (JQAC), CC BY-SA 4.0",
        share_alike=True,
    ),
    citation="Hiroki Tanioka: Japanese Question-Answering Corpus (JQAC), 2018.",
    homepage="https://taniokah.github.io/jqac/",
    splits={"all": True},
    downloads=(
        Download(
            url="https://taniokah.github.io/jqac/jqac20180625.tgz",
            sha256="1d128f8dd2bb38fa9b8a7b13c9c24d25ceb4c640dd17f75660cf07c98ff15927",
            size_bytes=45_409,
        ),
    ),
    parts=(Part(name="questions", cluster="question answering", wording="{topic}に関して、{question}"),),
    sample={
        "jqac20180625.tgz": pack_tar(
            {
                "jqac/._Crafts.csv": b"\0\5\x16\7Mac OS X",
                "jqac/Crafts.csv": (
                    HEADER + "手芸,折り紙,折り紙は何を折って作りますか？,紙,1,,https://example.org/1\r\n"
                    '手芸,折り紙,"角が八つ、ではなく""六つ""ある星は作れますか？",はい,2,,https://example.org/1\r\n'
                    "手芸,編み物,編み物の道具は？,,1,,https://example.org/2\r\n,,,,,,\r\n"
                ).encode(),
                "jqac/Sample University Syllabus.csv": (HEADER + "授業,手芸入門,いつですか？,春,1,,\r\n").encode(),
                "README.html": b"<p>A sample.</p>",
            }
        )
    },
    read=read,
)
