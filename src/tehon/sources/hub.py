r"""Any dataset of the Hugging Face hub, described by a few lines of TOML: Parquet, Arrow, CSV, TSV, JSON or JSON Lines.

`hub/NAME` is read from `RAW/hub/NAME/`, which holds the dataset's files and a `mapping.toml`; `hub` alone from
`RAW/hub/`. Nothing is fetched, and no code of a dataset is run. To have the files there:

    hf download OWNER/DATASET --repo-type dataset --revision COMMIT --local-dir RAW/hub/NAME

What `datasets.Dataset.save_to_disk` or `to_parquet` wrote serves as well. A mixture then names it as any other source:

    [sources."hub/rivers"]
    limit = 10_000

and `tehon build hub/rivers` takes all of it. The mapping says what becomes of a row:

    title = "Questions about rivers"
    repository = "someone/rivers"
    revision = "0123abc"
    licence = { spdx = "CC-BY-4.0", url = "https://example.org", attribution = "Someone, Rivers, CC BY 4.0" }
    optional = ["hint"]

    [splits]
    train = { files = ["data/train-*.parquet"] }
    validation = { files = ["data/validation-*.parquet"] }

    [parts.questions]
    cluster = "question answering"
    instruction = ["{question}", "次の質問に答えてください。\n{question}"]
    input = "{hint}"
    response = "{answers.text.0}"

    [parts.kinds]
    cluster = "sentiment"
    instruction = "次の文は良い知らせですか。"
    input = "{question}"
    response = "{label}"
    [labels.label]
    0 = "いいえ"
    1 = "はい"

A slot is a field's name. Dots lead into nested fields, a number takes one element of a list, a list of texts is joined
with `join` (、). Several instructions are wordings of which each row takes one by keyed hash. `[labels.FIELD]` says
which word stands for a value; words may hold slots, too, so that `0 = "{choices.0}"` gives the chosen choice.
Conversations have `turns = { field = "messages" }` instead of the three patterns, further names of speakers in `roles`,
a system prompt in `system`. `[document]` with `text` and `title` makes each row a plain text for continued
pre-training.

A null, a label without a word, a field that holds no text, an empty instruction or response: each leaves the row out
and is counted, unless `optional` names the field. A split may be trained on if it is named `train` or `all`, or says
`trainable = true`. The licence stands in the mapping as evidence; without one there is no build.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from tehon.errors import BadConfig, RawFileMissing
from tehon.formats.finding import chosen
from tehon.formats.mapped import Found, Mapped
from tehon.formats.mapping import FILE, Asking, Mapping, columns_of, read_mapping
from tehon.formats.tables import LAYOUTS, Table, layout, read_table, table_pieces
from tehon.formats.wordings import APART
from tehon.records.corpus import Document, Download, Drop, Example, Licence, Part, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, Text, documents, examples


def named(name: str) -> Source:
    """The source of that name, before its mapping is read."""
    return replace(
        SOURCE,
        name=name,
        read=partial(read, name=name),
        stated=partial(stated, name=name),
        documents=partial(texts, name=name),
    )


def stated(folder: Path, name: str = "hub") -> Source:
    """The source of that name as the mapping in its folder describes it.

    Raises:
        RawFileMissing: there is no mapping.
        BadConfig: the mapping is wrong.
    """
    mapping = read_mapping(folder)
    source = named(name)
    return replace(
        source,
        title=mapping.title,
        licence=mapping.licence,
        citation=mapping.citation or f"{mapping.title}. {mapping.home}",
        homepage=mapping.home,
        splits=mapping.trainable,
        benchmark=mapping.benchmark,
        encoding=mapping.encoding,
        parts=tuple(_part(part_name, part) for part_name, part in mapping.parts.items()),
        documents=source.documents if mapping.document else None,
    )


def read(folder: Path, options: ReadOptions, name: str = "hub") -> Iterator[Example | Drop]:
    """Every row of every file, each part of a row after the other.

    Raises:
        RawFileMissing, BadRawFile: a file is missing or damaged, or lacks a column.
        BadConfig: the mapping is wrong, or makes no examples.
    """
    mapping = read_mapping(folder)
    if not mapping.parts:
        problem = "must have parts, since examples are asked for, but describes documents alone"
        raise BadConfig(str(folder / FILE), problem, 'Add a part, or write kind = "documents" in the mixture')
    return examples(stated(folder, name), _rows(folder, options, mapping, name))


def texts(folder: Path, options: ReadOptions, name: str = "hub") -> Iterator[Document | Drop]:
    """Every row of every file as a document.

    Raises:
        RawFileMissing, BadRawFile: a file is missing or damaged, or lacks a column.
        BadConfig: the mapping is wrong.
    """
    return documents(stated(folder, name), _texts(folder, options, read_mapping(folder), name))


def pieces(folder: Path, options: ReadOptions) -> tuple[str, ...]:
    """Groups of rows of Parquet files, stretches of files of lines, and every other file as one."""
    mapping = read_mapping(folder)
    return tuple(
        f"{table.where}#{piece}" for _, table in _tables(folder, mapping, options) for piece in table_pieces(table.path)
    )


def _rows(folder: Path, options: ReadOptions, mapping: Mapping, name: str) -> Iterator[Row | LeftOut]:
    mapped = Mapped(mapping, str(folder / FILE), name)
    for found in _found(folder, mapping, options):
        yield from [found] if isinstance(found, LeftOut) else mapped.rows(found, options)


def _texts(folder: Path, options: ReadOptions, mapping: Mapping, name: str) -> Iterator[Text | LeftOut]:
    mapped = Mapped(mapping, str(folder / FILE), name)
    for found in _found(folder, mapping, options):
        yield from [found] if isinstance(found, LeftOut) else mapped.texts(found)


def _found(folder: Path, mapping: Mapping, options: ReadOptions) -> Iterator[Found | LeftOut]:
    wanted, _, piece = options.piece.rpartition("#")
    for split, table in _tables(folder, mapping, options):
        if options.piece and table.where != wanted:
            continue
        for row in read_table(table, piece):
            yield row if isinstance(row, LeftOut) else Found(place=row[0], split=split, fields=row[1])


def _tables(folder: Path, mapping: Mapping, options: ReadOptions) -> Iterator[tuple[str, Table]]:
    """The files of the splits that are wanted, split by split."""
    columns = columns_of(mapping, str(folder / FILE))
    for split in chosen(mapping.trainable, options.splits):
        patterns = mapping.splits[split].files
        paths = {path for pattern in patterns for path in folder.glob(pattern) if path.is_file()}
        if not paths:
            problem = f"must hold {' or '.join(patterns)}, the split {split}, but has none"
            raise RawFileMissing(str(folder), problem, _how_to_fetch(mapping, folder))
        for path in sorted(paths):
            if layout(path):
                yield split, Table(path, path.relative_to(folder).as_posix(), columns, mapping.encoding)
            else:
                problem = f"must be a file that ends in {', '.join(LAYOUTS)}, as split {split} names it"
                raise BadConfig(str(path), problem, f"Name its tables alone in {FILE}")


def _how_to_fetch(mapping: Mapping, folder: Path) -> str:
    if not mapping.repository:
        return "Put it there"
    revision = f" --revision {mapping.revision}" if mapping.revision else ""
    return f"Run hf download {mapping.repository} --repo-type dataset{revision} --local-dir {folder}"


def _part(name: str, part: Asking) -> Part:
    return Part(
        name=name,
        cluster=part.cluster,
        language=part.language or "und",
        direction=part.direction,
        translation=part.cluster == "translation",
        wording=APART.join(part.wordings) or "last turn of the user",
    )


SOURCE = Source(
    name="hub",
    title="Any dataset of the Hugging Face hub",
    licence=Licence(spdx="LicenseRef-unknown", url="", commercial=False),
    citation="As the mapping says.",
    homepage="https://huggingface.co/datasets",
    splits={"train": True},
    downloads=(
        Download(
            url="https://huggingface.co/datasets",
            file="mapping.toml",
            by_hand="Get the dataset's files with hf download OWNER/DATASET --repo-type dataset --local-dir "
            "RAW/hub/NAME, and write beside them what their fields become",
        ),
    ),
    parts=(),
    sample={
        "mapping.toml": """title = "Sample questions about a village"
licence = { spdx = "CC0-1.0", url = "https://example.org/licence" }
citation = "The tehon developers: a sample."
homepage = "https://example.org"
optional = ["hint"]

[splits]
train = { files = ["data/train-*"] }
test = { files = ["data/test.csv"] }

[parts.questions]
cluster = "question answering"
language = "ja"
instruction = ["{question}", "次の問いに答えてください。\\n{question}"]
input = "{hint}"
response = "{answers.text.0}"

[parts.size]
cluster = "commonsense"
language = "ja"
instruction = "次の問いの答えは短いですか。"
input = "{question}"
response = "{short}"
[labels.short]
true = "短いです。"
false = "長いです。"

[document]
title = "{question}"
text = "{question}{hint}"
""".encode(),
        "data/train-00000.jsonl": (
            '{"question": "水車は何で回るか。", "hint": null, "answers": {"text": ["川の水"]}, "short": true}\n'
            '{"question": "橋はいつ架けられたか。", "hint": "橋は祖父の代に架けられた。",'
            ' "answers": {"text": ["祖父の代", "昔"]}, "short": false}\n'
            '{"question": "答えのない問い。", "hint": "", "answers": {"text": []}, "short": null}\n'
            "{broken\n"
        ).encode(),
        "data/test.csv": "question,hint,short\n答えの欄がない問い。,,true\n".encode(),
    },
    read=read,
    stated=stated,
    many=named,
    pieces=pieces,
    documents=texts,
)
