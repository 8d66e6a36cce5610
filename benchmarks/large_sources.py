"""The two corpora that make four fifths of the release: WikiExtractor's tree, and the archive of typing errors."""

import io
import tarfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import msgspec

from rows import Counted, Fate, Past, broken, fates
from words import Writer

BLOCK = 10_000
"""Rows whose texts are made at once."""
WIKI_FILE_BYTES = 1 << 20
"""WikiExtractor's default."""
WIKI_FILES = 100
"""In one folder."""
HELD_OUT = 0.01
KINDS = ("kanji-conversion_a", "deletion", "insertion_a", "substitution", "kanji-conversion_b", "transposition")


def wikipedia_summary(folder: Path, examples: int, writer: Writer) -> Counted:
    """`text/AA/wiki_00` and so on: a title, a paragraph of about 700 bytes, two more of about 600 together."""
    drawn, counted = fates(examples, writer, "repeated", "blank", "broken")
    files = _wiki_files(folder)
    held, size = [], 0
    for page in _pages(drawn, writer):
        held.append(page)
        size += len(page)
        if size >= WIKI_FILE_BYTES:
            next(files).write_bytes(b"".join(held))
            held, size = [], 0
    next(files).write_bytes(b"".join(held))
    return counted


def _wiki_files(folder: Path) -> Iterator[Path]:
    for number in count():
        place = folder / "text" / "".join(chr(ord("A") + digit) for digit in divmod(number // WIKI_FILES, 26))
        place.mkdir(parents=True, exist_ok=True)
        yield place / f"wiki_{number % WIKI_FILES:02d}"


def _pages(drawn: list[Fate], writer: Writer) -> Iterator[bytes]:
    past = Past(writer)
    for start in range(0, len(drawn), BLOCK):
        block = drawn[start : start + BLOCK]
        titles = writer.names(len(block))
        firsts, seconds, thirds = (writer.texts(len(block), mean) for mean in (50, 18, 26))
        for number, fate in enumerate(block):
            title, said = titles[number], f"{titles[number]}（{writer.name()}）は、{firsts[number]}"
            if fate == "repeated":
                title, said = past.again()
            elif fate == "blank":
                said = "　"
            elif fate == "sound":
                past.add(title, said)
            id_ = start + number + 5
            head = f'<doc id="{id_}" url="https://ja.wikipedia.org/wiki?curid={id_}" title="{title}">\n{title}\n\n'
            end = "" if fate == "broken" else "\n</doc>\n"
            yield f"{head}{said}\n\n{seconds[number]}\n概要.\n{thirds[number]}\n{end}".encode()


def wikipedia_typo(folder: Path, examples: int, writer: Writer) -> Counted:
    """`jwtd_v2.0.tar.gz` with its three members; lines of about 1,000 bytes, two sentences of 210 bytes in each."""
    drawn, counted = fates(examples, writer, "repeated", "broken")
    rows = _edits(drawn, writer)
    held_out = int(HELD_OUT * len(drawn))
    sizes = {"gold": held_out, "test": held_out, "train": len(drawn) - 2 * held_out}
    with tarfile.open(folder / "jwtd_v2.0.tar.gz", "w:gz", compresslevel=1) as archive:
        for name, size in sizes.items():
            with TemporaryFile(dir=folder) as stream:
                stream.writelines(next(rows) for _ in range(size))
                _add(archive, f"jwtd_v2.0/{name}.jsonl", stream)
    return counted


def _add(archive: tarfile.TarFile, name: str, stream: IO[bytes]) -> None:
    info = tarfile.TarInfo(name)
    info.size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    archive.addfile(info, stream)


def _edits(drawn: list[Fate], writer: Writer) -> Iterator[bytes]:
    past, encoder = Past(writer), msgspec.json.Encoder()
    for start in range(0, len(drawn), BLOCK):
        block = drawn[start : start + BLOCK]
        texts = writer.texts(len(block), 15)
        for number, fate in enumerate(block):
            right = texts[number]
            place = len(right) // 3
            wrong = right[:place] + right[place + 1 :]
            if fate == "repeated":
                wrong, right = past.again()
            elif fate == "sound":
                past.add(wrong, right)
            line = encoder.encode(_edit(start + number, wrong, right))
            yield broken(line) if fate == "broken" else line + b"\n"


def _edit(number: int, wrong: str, right: str) -> dict[str, object]:
    change = {"pre_str": wrong[-12:], "post_str": right[-13:], "pre_bart_likelihood": -35.25}
    return {
        "page": str(number // 3),
        "title": right[:8],
        "pre_rev": str(70_000_000 + number),
        "post_rev": str(70_000_001 + number),
        "pre_text": wrong,
        "post_text": right,
        "diffs": [change | {"post_bart_likelihood": -9.125, "category": KINDS[number % len(KINDS)]}],
        "lstm_average_likelihood": -3.5,
    }
