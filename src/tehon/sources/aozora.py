"""Aozora Bunko: the openings of literary works out of copyright, asked for by title and the other way round.

Two distributions are read, each with its own encoding: the release AozoraTxt (`person_utf8/`, UTF-8), which the paper
used, as a zip archive or unpacked, and aozorabunko_text (`cards/`, CP932).

`published` takes the file's second line for the author even where it is a subtitle, all spaces out, and as the opening
the hundred characters behind the second ruler, ruby, inner notes and a short work's colophon included; a file without
two rulers gives the empty opening `「」です。`. `fixed` reads the heading up to its empty line, joins a subtitle to the
title, takes ruby, notes, headings and the colophon out, ends the opening at the end of a sentence where one is near,
leaves works without a text out, and asks in several wordings.

As a document, a work is its whole body, a paragraph a line, with the markup taken out as for `fixed`.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tehon.errors import BadRawFile, RawFileMissing, UnknownName
from tehon.formats.aozora import RULER, read_work
from tehon.formats.finding import chosen
from tehon.formats.lines import decoded
from tehon.formats.tree import Tree, open_tree
from tehon.formats.wordings import APART, worded
from tehon.records.corpus import Document, Download, Drop, Example, Licence, Part, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, Text, documents, examples

ENCODINGS = {"person_utf8": "utf-8", "cards": "cp932"}
"""Folder of a distribution -> the encoding of the files in it."""
PARTS = ("opening", "work")
PIECE_WORKS = 4096
"""Works in one piece; of most of them no more than the beginning is read."""
NO_HEADING = "no title and author"
DAMAGED = "damaged, or not in the declared encoding"
LONGEST = 100
"""Characters of an opening."""
SENTENCE_ENDS = "。！？"
OPENING = (
    "{author}の作品『{title}』の冒頭を教えてください。",
    "{author}の『{title}』は、どのような書き出しで始まりますか。",
    "『{title}』（{author}）の書き出しを引用してください。",
)
WORK = (
    "「{text}」で始まる文学作品の作者とタイトルを教えてください。",
    "「{text}」という書き出しの作品は、誰の何という作品ですか。",
    "次のように始まる文学作品は何ですか。作者と題名を答えてください。\n「{text}」",
)
"""How a work's opening is asked for, and how the work is."""


class Opening(NamedTuple):
    """How a work begins, or all of it."""

    title: str
    author: str
    text: str


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """For every work its opening, file by file, then for every opening its work."""
    return examples(SOURCE, _rows(folder, options))


def texts(folder: Path, options: ReadOptions) -> Iterator[Document | Drop]:
    """Every work, file by file; they stand in the pieces of the openings."""
    return documents(SOURCE, _bodies(folder, options))


def pieces(folder: Path, options: ReadOptions) -> tuple[str, ...]:
    """Works that stand one behind the other, first for their openings, then for themselves."""
    del options
    with open_tree(folder, "*.zip") as tree:
        count = len(_files(tree)[0])
    return tuple(f"{part}-{start:05d}" for part in PARTS for start in range(0, count, PIECE_WORKS))


def _in_piece(names: list[str], part: str, piece: str) -> list[str]:
    """The works that a piece holds for one part; all of them where no piece is named."""
    if not piece:
        return names
    wanted, _, start = piece.partition("-")
    if wanted not in PARTS or not start.isdigit():
        raise UnknownName("piece", piece, ())
    return names[int(start) :][:PIECE_WORKS] if wanted == part else []


def _bodies(folder: Path, options: ReadOptions) -> Iterator[Text | LeftOut]:
    for split in chosen(SOURCE.splits, options.splits):
        with open_tree(folder, "*.zip") as tree:
            names, encoding = _files(tree)
            for name in _in_piece(names, PARTS[0], options.piece):
                found = _from(tree, name, encoding, whole)
                if isinstance(found, Opening):
                    yield Text(upstream_id=name, title=found.title, text=found.text, split=split)
                else:
                    yield LeftOut(place=name, reason=found, damaged=found == DAMAGED)


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    begin = published if options.rendering == "published" else fixed
    for split in chosen(SOURCE.splits, options.splits):
        with open_tree(folder, "*.zip") as tree:
            names, encoding = _files(tree)
            for part in PARTS:
                for name in _in_piece(names, part, options.piece):
                    found = _from(tree, name, encoding, begin)
                    if isinstance(found, Opening):
                        yield _row(found, name, part, split, options)
                    elif part == "opening":
                        yield LeftOut(place=name, reason=found, damaged=found == DAMAGED)


def _row(found: Opening, name: str, part: str, split: str, options: ReadOptions) -> Row:
    title, author, text = found
    asked = worded(OPENING if part == "opening" else WORK, options, SOURCE.name, part, name)
    return Row(
        upstream_id=name,
        instruction=asked.pattern.format(author=author, title=title, text=text),
        response=f"「{text}」です。" if part == "opening" else f"{author}の『{title}』です。",
        part=part,
        split=split,
        wording=asked.noted,
    )


def _files(tree: Tree) -> tuple[list[str], str]:
    """The names of the works' files and their encoding."""
    found = {
        encoding: [name for name in tree.names if f"/{place}/" in f"/{name}" and name.endswith(".txt")]
        for place, encoding in ENCODINGS.items()
    }
    present = [(names, encoding) for encoding, names in found.items() if names]
    wanted = " or ".join(ENCODINGS)
    if not present:
        raise RawFileMissing(tree.where, f"must hold texts in {wanted}, but has none", "Fetch one of the two there")
    if len(present) > 1:
        raise BadRawFile(tree.where, f"must hold texts in {wanted}, but has both", "Move one of the two away")
    return present[0]


def _from(tree: Tree, name: str, encoding: str, take: Callable[[Iterable[str]], Opening | str]) -> Opening | str:
    """What is taken from a file's lines, or why it cannot be; no more of the file is read than that takes."""
    try:
        return take(decoded(tree.lines(name), name, encoding))
    except BadRawFile:
        return DAMAGED


def published(lines: Iterable[str]) -> Opening | str:
    """As the paper's generator read a file."""
    rest = (line.replace("\u3000", "").replace(" ", "").strip("\r\n") for line in lines)
    title, author = next(rest, ""), next(rest, "")
    if not author:
        return NO_HEADING
    text, rulers = "", 0
    for line in rest:
        if line.startswith(RULER):
            rulers += 1
        elif rulers > 1 and not line.startswith("［＃"):
            text += line
            if len(text) >= LONGEST:
                break
    return Opening(title, author, text[:LONGEST])


def whole(lines: Iterable[str]) -> Opening | str:
    """A work from its beginning to its end."""
    work = read_work(lines)
    if work is None:
        return NO_HEADING
    return Opening(work.title, work.author, "\n".join(work.paragraphs))


def fixed(lines: Iterable[str]) -> Opening | str:
    """The opening without markup, up to the end of a sentence where one is near."""
    work = read_work(lines)
    if work is None:
        return NO_HEADING
    text = ""
    for paragraph in work.paragraphs:
        text += paragraph
        if len(text) > LONGEST:
            break
    if not text:
        return "no text"
    if len(text) > LONGEST:
        end = 1 + max(text.rfind(mark, 0, LONGEST) for mark in SENTENCE_ENDS)
        text = text[: end if end > LONGEST // 2 else LONGEST]
    return Opening(work.title, work.author, text)


SOURCE = Source(
    name="aozora",
    title="Aozora Bunko",
    licence=Licence(
        # Out of copyright in Japan; Aozora Bunko's handling rules ask for the notice.
        spdx="LicenseRef-Aozora-Bunko-public-domain",
        url="https://www.aozora.gr.jp/guide/kijyunn.html",
        attribution="青空文庫 (Aozora Bunko), https://www.aozora.gr.jp, and its volunteers",
    ),
    citation="青空文庫. https://www.aozora.gr.jp.",
    homepage="https://www.aozora.gr.jp/",
    splits={"all": True},
    downloads=(Download(url="https://github.com/levelevel/AozoraTxt/releases/download/v20221227/AozoraTxt_UTF8.zip"),),
    parts=(
        Part(name="opening", cluster="commonsense", wording=APART.join(OPENING)),
        Part(name="work", cluster="commonsense", wording=APART.join(WORK)),
    ),
    sample={
        "AozoraTxt/person_utf8/000000/mihon_no_mizuumi.txt": (
            f"見本の湖\r\n――ある秋の話――\r\n見本太郎\r\n\r\n{RULER}---------\r\n【テキスト中に現れる記号について】\r\n\r\n"
            f"《》：ルビ\r\n{RULER}---------\r\n\r\n［＃３字下げ］一［＃「一」は中見出し］\r\n\r\n"
            "　湖《みずうみ》の｜朝霧《あさぎり》は深い。舟は※［＃「木＋世」、第3水準1-85-56］を立てて待っていた。\r\n"
            "　老人は何も言わずに綱を解き、岸の柳が一本ずつ霧の中へ消えていくのを見ていた。"
            "やがて鐘が鳴り、水鳥が飛び立ち、私たちは向こう岸の町の屋根を数えはじめた。\r\n\r\n"
            "底本：「見本全集」見本書房\r\n"
        ).encode(),
        "AozoraTxt/person_utf8/000000/mijikai_tayori.txt": (
            "短い便り\r\n見本花子\r\n\r\n　雨がやんだら帰ります。\r\n\r\n底本：「見本全集」見本書房\r\n"
        ).encode(),
        "AozoraTxt/person_utf8/000000/kara.txt": "題のみ\r\n".encode(),
    },
    read=read,
    pieces=pieces,
    documents=texts,
)
