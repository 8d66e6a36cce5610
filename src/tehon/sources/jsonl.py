"""Your own data: JSON Lines or JSON arrays in the Alpaca, ShareGPT, messages or prompt/completion layout.

Each file's layout is told by its first row and stands in the part of its examples. Every turn and the system prompt
of a conversation are kept; what cannot be kept whole is left out and counted. For a mixture of documents, the files are
JSON with `text` and perhaps `title` in each row, or `*.txt`, one document a file, in UTF-8. One folder may hold both;
files of the kind that is not asked for are counted.

Put a `licence.toml` beside the files to state their licence, such as

    spdx = "CC-BY-4.0"
    attribution = "The example company"
    url = "https://example.org/terms"

Without it the licence is `LicenseRef-unknown`: the release's card says so first, and a mixture for commercial use
refuses the source. Data under different licences stand in folders of their own: `jsonl/diary` is read from
`RAW/jsonl/diary/`, with a `licence.toml` there.
"""

import tomllib
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import msgspec
from msgspec.structs import replace

from tehon.errors import BadLicence, BadRawFile
from tehon.formats.conversations import LAYOUTS, layout_of
from tehon.formats.encodings import misfit
from tehon.formats.finding import chosen, find_all
from tehon.formats.json_array import file_rows, is_array, raw_rows
from tehon.formats.lines import BOM, MAX_LINE_BYTES, broken
from tehon.formats.opening import opened
from tehon.formats.pieces import Span, cut, spans
from tehon.formats.toml import to_record
from tehon.records.corpus import Document, Download, Drop, Example, Licence, Part, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, Text, documents, examples
from tehon.storage.raw import STAND_IN
from tehon.text.script import language

TEXT = ".txt"
FILES = ("*.jsonl", "*.json", f"*{TEXT}")
LICENCE = "licence.toml"
UNKNOWN = Licence(spdx="LicenseRef-unknown", url="", commercial=False)
DOCUMENTS = "documents"
"""The layout of rows with `text`."""
FIRST_ROWS = 1000
"""Rows that may be broken before a file is given up."""


class Plain(msgspec.Struct, frozen=True):
    """A row that is a document."""

    text: str
    title: str | None = None
    id: str | int | None = None


def named(name: str) -> Source:
    """The source whose files lie in `RAW/jsonl/`, or, under a name like `jsonl/diary`, in `RAW/jsonl/diary/`."""
    return replace(
        SOURCE,
        name=name,
        read=partial(read, name=name),
        stated=partial(stated, name=name),
        documents=partial(texts, name=name),
    )


def read(folder: Path, options: ReadOptions, name: str = "jsonl") -> Iterator[Example | Drop]:
    """Every row of every `*.jsonl` and `*.json` file, file by file."""
    return examples(stated(folder, name), _rows(folder, options))


def texts(folder: Path, options: ReadOptions, name: str = "jsonl") -> Iterator[Document | Drop]:
    """Every row of every `*.jsonl` and `*.json` file, and every `*.txt` file, file by file."""
    return documents(stated(folder, name), _texts(folder, options))


def stated(folder: Path, name: str = "jsonl") -> Source:
    """The source of that name under the licence that the folder's `licence.toml` states.

    Raises:
        BadLicence: the file is there, but is no TOML.
        BadConfig: it has unknown keys.
    """
    path = folder / LICENCE
    source = named(name)
    if not path.is_file():
        return source
    try:
        with opened(path) as stream:
            table = tomllib.load(stream)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadLicence(str(path), f"must be TOML, but {error}", "Correct that place") from error
    return replace(source, licence=to_record({"url": "", **table}, Licence, str(path)))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    for split in chosen(SOURCE.splits, options.splits):
        for span in _spans(folder, options):
            yield from _file(span, split)


def _texts(folder: Path, options: ReadOptions) -> Iterator[Text | LeftOut]:
    for split in chosen(SOURCE.splits, options.splits):
        for span in _spans(folder, options):
            yield from [_text_file(span.path, split)] if span.path.suffix == TEXT else _plain_rows(span, split)


def pieces(folder: Path, options: ReadOptions) -> tuple[str, ...]:
    """Small files together, and large ones of lines cut."""
    del options
    return cut(_paths(folder), _holds_lines)


def _spans(folder: Path, options: ReadOptions) -> list[Span]:
    return spans(_paths(folder), _holds_lines, options.piece)


def _paths(folder: Path) -> list[Path]:
    return [path for path in find_all(folder, *FILES) if path.name != STAND_IN]


def _holds_lines(path: Path) -> bool:
    return path.suffix != TEXT and not is_array(path)


def _text_file(path: Path, split: str) -> Text | LeftOut:
    with opened(path) as stream:
        data = stream.read(MAX_LINE_BYTES + 1)
    if len(data) > MAX_LINE_BYTES:
        problem = f"a document must have at most {MAX_LINE_BYTES} bytes, but this one has more"
        raise BadRawFile(str(path), problem, "Cut it into several, or into rows of JSON")
    try:
        text = data.removeprefix(BOM).decode()
    except UnicodeDecodeError:
        return broken(path.name, misfit(data, "utf-8"), 0)
    return Text(upstream_id=path.name, title=path.stem, text=text, split=split, language=language(text))


def _plain_rows(span: Span, split: str) -> Iterator[Text | LeftOut]:
    path = span.path
    if _layout(path) != DOCUMENTS:
        yield from _unasked(span, "file of examples")
        return
    for row in file_rows(path, Plain, span):
        if isinstance(row, LeftOut):
            yield row
            continue
        place, said = row
        yield Text(
            upstream_id=place if said.id is None else f"{path.name}#{said.id}",
            title=said.title or "",
            text=said.text,
            split=split,
            language=language(said.text),
        )


def _unasked(span: Span, reason: str) -> Iterator[LeftOut]:
    """That a file is of the other kind, once, however many pieces it has."""
    if not span.start:
        yield LeftOut(place=span.path.name, reason=reason)


def _file(span: Span, split: str) -> Iterator[Row | LeftOut]:
    path = span.path
    layout = DOCUMENTS if path.suffix == TEXT else _layout(path)
    if layout == DOCUMENTS:
        yield from _unasked(span, "file of documents")
        return
    for row in file_rows(path, LAYOUTS[layout][0], span):
        if isinstance(row, LeftOut):
            yield row
            continue
        place, said = row
        exchange = said.exchange()
        if isinstance(exchange, str):
            yield LeftOut(place=place, reason=exchange)
            continue
        yield Row(
            upstream_id=place if said.id is None else f"{path.name}#{said.id}",
            instruction=exchange.instruction,
            input=exchange.input,
            response=exchange.response,
            history=exchange.history,
            part=layout,
            split=split,
            language=language(exchange.response),
        )


def _layout(path: Path) -> str:
    """The layout of a file, told by its first row that is a JSON object.

    Raises:
        BadRawFile: none of the first rows is one, or it is in no layout.
    """
    for row in islice(raw_rows(path), FIRST_ROWS):
        try:
            first = msgspec.json.decode(row.json, type=dict[str, msgspec.Raw])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        layout = layout_of(first) or (DOCUMENTS if "text" in first else "")
        if not layout:
            problem = f"must be in one of the layouts {', '.join(LAYOUTS)}, but the first row is in none"
            raise BadRawFile(row.place, problem, "Rename its keys: tehon/formats/conversations.py shows them")
        return layout
    problem = f"must hold JSON objects, but none of the first {FIRST_ROWS:,} rows is one"
    raise BadRawFile(str(path), problem, "Convert it to UTF-8, one JSON object a line")


SOURCE = Source(
    name="jsonl",
    title="Your own JSON files",
    licence=UNKNOWN,
    citation="Data of the user's own.",
    homepage="",
    splits={"all": True},
    downloads=(Download(url="", file="mine.jsonl", by_hand="Take a file of your own, *.jsonl or *.json"),),
    parts=(
        Part(name="alpaca", cluster="general", language="und", wording="{instruction}"),
        Part(name="sharegpt", cluster="dialogue", language="und", wording="last turn of the user"),
        Part(name="messages", cluster="dialogue", language="und", wording="last turn of the user"),
        Part(name="completion", cluster="general", language="und", wording="{prompt}"),
    ),
    sample={
        "alpaca.json": (
            '[{"instruction": "次の数を足してください。", "input": "2と3", "output": "5です。"},\n'
            ' {"instruction": "挨拶してください。", "output": "おはようございます。"},\n'
            ' {"instruction": "答えのない行です。", "output": null}]\n'
        ).encode(),
        "diary.txt": "四月一日\n朝から雨。庭の水仙が咲いた。\n".encode(),
        "notes.jsonl": (
            '{"id": 1, "title": "灯台", "text": "岬の灯台は石で作られている。\\n夜は沖の船を導く。"}\n'
            '{"text": "The lamp is lit at dusk."}\n'
            '{"text": ""}\n'
            '{"title": "本文のない行"}\n'
        ).encode(),
        "completion.jsonl": b'{"prompt": "The sun rises in the", "completion": " east."}\n',
        "messages.jsonl": (
            '{"id": "m1", "messages": [{"role": "system", "content": "短く答えます。"},'
            ' {"role": "user", "content": "空の色は？"}, {"role": "assistant", "content": "青です。"},'
            ' {"role": "user", "content": [{"type": "text", "text": "夕方は？"}]},'
            ' {"role": "assistant", "content": "赤です。"}]}\n'
            '{"id": "m2", "messages": [{"role": "user", "content": "天気は？"},'
            ' {"role": "assistant", "content": null, "tool_calls": [{"type": "function"}]}]}\n'
            '{"id": "m3", "messages": [{"role": "user", "content": "聞こえますか？"}]}\n'
            "{broken\n"
        ).encode(),
        "sharegpt.jsonl": (
            '{"conversations": [{"from": "human", "value": "本を一冊薦めてください。"},'
            ' {"from": "gpt", "value": "どんな本が好きですか？"}, {"from": "human", "value": "旅の本です。"},'
            ' {"from": "gpt", "value": "では、紀行文はいかがでしょう。"}]}\n'
            '{"conversations": [{"from": "human", "value": "もう一冊。"}, {"from": "gpt", "value": "はい。"},'
            ' {"from": "human", "value": "もう一冊。"}]}\n'
            '{"conversations": [{"from": "narrator", "value": "昔々。"}, {"from": "gpt", "value": "はい。"}]}\n'
        ).encode(),
    },
    read=read,
    pieces=pieces,
    documents=texts,
    stated=stated,
    many=named,
)
