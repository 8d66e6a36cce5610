"""Damaged files: a corpus gives its sound rows and tells of the others, or one clear error names the file."""

import gzip
import random
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tehon.errors import BadConfig, DataError
from tehon.formats.gz import pack_gz
from tehon.formats.tar import pack_tar
from tehon.records.corpus import Drop, Example, ReadOptions, Rendering
from tehon.sources import SOURCES

WRITTEN = [name for name, source in SOURCES.items() if not source.embedded]
NOISE = random.Random(7).randbytes(3000)
RENDERINGS: tuple[Rendering, ...] = ("published", "fixed")
Damage = Callable[[bytes], bytes]


def flipped(sixteenth: int, data: bytes) -> bytes:
    place = len(data) * sixteenth // 16
    return data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]


DAMAGES: dict[str, Damage] = {
    "empty": lambda data: data[:0],
    "first byte": lambda data: data[:1],
    "a quarter": lambda data: data[: len(data) // 4],
    "half": lambda data: data[: len(data) // 2],
    "three quarters": lambda data: data[: len(data) * 3 // 4],
    "but the last byte": lambda data: data[:-1],
    "noise": lambda data: data[:0] + NOISE,
    "noise behind": lambda data: data + NOISE,
    "noise before": lambda data: NOISE + data,
    "noise within": lambda data: data[: len(data) // 2] + NOISE + data[len(data) // 2 :],
    "zeros": lambda data: bytes(len(data)),
    "a zero within": lambda data: data[: len(data) // 2] + b"\0" + data[len(data) // 2 :],
    "no UTF-8 within": lambda data: data[: len(data) // 2] + b"\xff\xc0" + data[len(data) // 2 :],
    "twice": lambda data: data * 2,
    "another format": lambda data: data[:0] + b"<html><body>404 Not Found</body></html>\n",
    "CP932": lambda data: data.decode("utf-8", "ignore").encode("cp932", "ignore"),
    "UTF-16": lambda data: data.decode("utf-8", "ignore").encode("utf-16"),
    **{f"byte {sixteenth} of 16": partial(flipped, sixteenth) for sixteenth in range(16)},
}


@contextmanager
def raw_folder(name: str, changed: dict[str, bytes]) -> Iterator[Path]:
    """The source's sample with some of its files changed."""
    with TemporaryDirectory() as folder:
        for file, content in {**SOURCES[name].sample, **changed}.items():
            path = Path(folder) / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield Path(folder)


def rows(name: str, rendering: Rendering, changed: dict[str, bytes]) -> list[Example | Drop]:
    splits = tuple(SOURCES[name].splits)
    with raw_folder(name, changed) as folder:
        return list(SOURCES[name].read(folder, ReadOptions(rendering=rendering, splits=splits)))


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", WRITTEN)
def test_damage_is_told_of_in_the_ledger_or_in_one_sentence_that_names_the_file(name: str, damage: str) -> None:
    for file, content in SOURCES[name].sample.items():
        expected = BadConfig if file.endswith(".toml") else DataError
        for rendering in RENDERINGS:
            said = ""
            try:
                found = rows(name, rendering, {file: DAMAGES[damage](content)})
            except expected as error:
                said = str(error)
            assert not said or (Path(file).name in said and len(said) < 500 and "\n" not in said)
            assert said or all(0 < len(drop.reason) <= 50 for drop in found if isinstance(drop, Drop))


def members(file: str, content: bytes) -> dict[str, bytes]:
    """The files of lines that a sample's file holds: itself, or what is packed in it."""
    if file.endswith((".tgz", ".tar.gz")):
        with tarfile.open(fileobj=BytesIO(content)) as archive:
            return {info.name: (archive.extractfile(info) or BytesIO()).read() for info in archive}
    return {file: gzip.decompress(content) if file.endswith(".gz") else content}


def packed(file: str, inside: dict[str, bytes]) -> bytes:
    if file.endswith((".tgz", ".tar.gz")):
        return pack_tar(inside)
    return pack_gz(inside[file]) if file.endswith(".gz") else inside[file]


ROW_A_LINE = {
    *("aio", "hub", "janli", "jcola", "jcommonsense_morality", "jcommonsenseqa", "jesc", "jnli", "jqac", "jsick"),
    *("jsonl", "jsts", "mkqa", "oasst1_ja", "tab_delimited", "tanaka", "wikinews", "wikipedia_typo", "wordnet"),
}
"""Sources in whose files, arrays apart, every line is a row of its own."""


def changes(name: str) -> Iterator[tuple[str, bytes, bytes]]:
    """For every line but the first of every file of lines: the file without it, and with it damaged."""
    for file, content in SOURCES[name].sample.items():
        inside = members(file, content)
        for member, data in inside.items():
            lines = data.splitlines(keepends=True)
            if data.startswith((b"[", b"\0")) or member.endswith((".toml", ".html", "README.txt", "diary.txt")):
                continue
            for place in range(1, len(lines)):
                damaged = lines[place][: len(lines[place]) // 2] + b"\xff" + lines[place][len(lines[place]) // 2 :]
                yield (
                    file,
                    packed(file, inside | {member: b"".join(lines[:place] + lines[place + 1 :])}),
                    packed(file, inside | {member: b"".join((*lines[:place], damaged, *lines[place + 1 :]))}),
                )


def contents(found: list[Example | Drop]) -> Counter[tuple[str, str, str]]:
    return Counter((row.instruction, row.input, row.response) for row in found if isinstance(row, Example))


@pytest.mark.parametrize("name", sorted(ROW_A_LINE))
def test_a_damaged_line_is_counted_and_takes_no_other_along(name: str) -> None:
    sound, tried = rows(name, "published", {}), 0
    for file, without, damaged in changes(name):
        others = rows(name, "published", {file: without})
        if len(others) == len(sound):  # nobody reads this line
            continue
        found = rows(name, "published", {file: damaged})
        assert contents(found) == contents(others)
        offsets = {row.byte_offset for row in found if isinstance(row, Drop) and row.reason == "not UTF-8"}
        assert len(offsets - {None}) == 1
        tried += 1
    assert tried
