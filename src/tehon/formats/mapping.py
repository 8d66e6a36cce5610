"""How the fields of any dataset become examples or documents: one TOML file, `mapping.toml`, beside its files.

What it may say stands in the records below; `sources/hub.py` shows one.
"""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Annotated

import msgspec

from tehon.errors import BadConfig, RawFileMissing
from tehon.formats.conversations import Role
from tehon.formats.pattern import Pattern, Rules
from tehon.formats.toml import read_table, to_record
from tehon.records.corpus import Cluster, Licence
from tehon.records.record import Record

FILE = "mapping.toml"
HUB = "https://huggingface.co/datasets"
Texts = Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class Files(Record, kw_only=True):
    """One split.

    Attributes:
        files: patterns of its files, such as `data/train-*.parquet`.
        trainable: it may be trained on; where nothing is said, a split named `train` or `all` may.
    """

    files: Texts
    trainable: bool | None = None


class Turns(Record, kw_only=True):
    """A conversation in one field: the last answer is the response, what is before it the history.

    Attributes:
        field: path of the list of turns.
        role: name of a turn's field that says who speaks.
        content: name of a turn's field that holds what is said.
        roles: further names of speakers -> who they are.
        system: pattern of a system prompt that comes first; empty if there is none.
    """

    field: str
    role: str = "role"
    content: str = "content"
    roles: dict[str, Role] = {}
    system: str = ""


class Asking(Record, kw_only=True):
    """One part: what every row is made into.

    Attributes:
        cluster: its task cluster.
        instruction: a pattern, or several wordings of which each row takes one by keyed hash.
        input: pattern of the material; empty if there is none.
        response: pattern of the answer.
        turns: a conversation instead of the three patterns.
        language: BCP 47 code of the response; empty tells it from the letters.
        direction: `en-ja` for translation.
    """

    cluster: Cluster
    instruction: str | Texts = ()
    input: str = ""
    response: str = ""
    turns: Turns | None = None
    language: str = ""
    direction: str | None = None

    @property
    def wordings(self) -> tuple[str, ...]:
        """Every way to ask."""
        return (self.instruction,) if isinstance(self.instruction, str) else self.instruction


class Plain(Record, kw_only=True):
    """A document: patterns of its text and its title."""

    text: str
    title: str = ""
    language: str = ""


class Mapping(Record, kw_only=True):
    """A dataset as its user describes it.

    Attributes:
        title: its own name.
        repository: `owner/name` on the hub; empty if it came another way.
        revision: the commit that was downloaded.
        homepage: where it is published; empty means its page on the hub.
        citation: how its authors want to be cited.
        benchmark: the benchmark family that its data belong to.
        licence: its licence, with evidence.
        encoding: of CSV and TSV files; never guessed.
        id: pattern of a row's own id; empty counts rows.
        splits: name -> files.
        parts: name -> what each row is made into; empty for documents alone.
        document: the row as a document; None if it is none.
        labels: path -> value -> word. Words are patterns, too.
        optional: paths that may be null; they are empty then. Any other null leaves the row out.
        join: what stands between the texts of a list.
    """

    title: str
    repository: str = ""
    revision: str = ""
    homepage: str = ""
    citation: str = ""
    benchmark: str = ""
    licence: Licence
    encoding: str = "utf-8"
    id: str = ""
    splits: Annotated[dict[str, Files], msgspec.Meta(min_length=1)]
    parts: dict[str, Asking] = {}
    document: Plain | None = None
    labels: dict[str, dict[str, str]] = {}
    optional: tuple[str, ...] = ()
    join: str = "、"

    @property
    def home(self) -> str:
        """Where it is published."""
        return self.homepage or (f"{HUB}/{self.repository}" if self.repository else "")

    @property
    def trainable(self) -> dict[str, bool]:
        """Split -> it may be trained on."""
        return {
            name: split.trainable if split.trainable is not None else name in {"train", "all"}
            for name, split in self.splits.items()
        }


def read_mapping(folder: Path) -> Mapping:
    """The mapping in a dataset's folder.

    Raises:
        RawFileMissing: there is none.
        BadConfig: it breaks the schema, a pattern is none, or a part says too little or too much.
    """
    path = folder / FILE
    if not path.is_file():
        problem = f"must hold {FILE}, which says what its fields become, but has none"
        raise RawFileMissing(str(folder), problem, "Write one: docs/sources.md shows how, under hub")
    mapping = to_record(read_table(path), Mapping, str(path))
    for name, split in mapping.splits.items():
        for pattern in split.files:
            if PurePosixPath(pattern).is_absolute() or ".." in PurePosixPath(pattern).parts:
                problem = f"files of split {name} must lie beside it, but {pattern} leads elsewhere"
                raise BadConfig(str(path), problem, "Name them from this folder on")
    _see_parts(mapping, str(path))
    return mapping


def rules_of(mapping: Mapping, where: str) -> Rules:
    """What holds for every slot of a mapping.

    Raises:
        BadConfig: a label's word is no pattern.
    """
    labels = {
        path: {value: Pattern(word, f"{where}: labels.{path}") for value, word in words.items()}
        for path, words in mapping.labels.items()
    }
    return Rules(labels, frozenset(mapping.optional), mapping.join)


def columns_of(mapping: Mapping, where: str) -> frozenset[str]:
    """The top-level fields that a mapping reads.

    Raises:
        BadConfig: a pattern is none.
    """
    return frozenset(path.partition(".")[0] for path in _paths(mapping, where))


def _see_parts(mapping: Mapping, where: str) -> None:
    if not mapping.parts and mapping.document is None:
        raise BadConfig(where, "must have parts or a document, but has neither", "docs/sources.md shows how, under hub")
    for name, part in mapping.parts.items():
        patterns = bool(part.wordings and part.response)
        if patterns == bool(part.turns) or (part.turns and (part.wordings or part.input or part.response)):
            problem = f"parts.{name} must have instruction and response, or turns alone"
            raise BadConfig(where, problem, "Write the one or the other")
    paths = _paths(mapping, where)
    if not paths:
        raise BadConfig(where, "must name a field in some pattern, but names none", "Write {field} where it belongs")
    for kind, named in (("labels", mapping.labels), ("optional", mapping.optional)):
        for path in named:
            if path not in paths:
                raise BadConfig(where, f"{kind} names {path}, but no pattern does", f"Patterns name {_shown(paths)}")


def _paths(mapping: Mapping, where: str) -> frozenset[str]:
    """Every path that stands in a slot, or leads to turns."""
    found = {path for text in _patterns(mapping) for path in Pattern(text, where).fields}
    return frozenset(found | {part.turns.field for part in mapping.parts.values() if part.turns})


def _patterns(mapping: Mapping) -> Iterator[str]:
    yield mapping.id
    for part in mapping.parts.values():
        yield from (*part.wordings, part.input, part.response)
        if part.turns:
            yield part.turns.system
    if mapping.document:
        yield from (mapping.document.text, mapping.document.title)
    for words in mapping.labels.values():
        yield from words.values()


def _shown(paths: frozenset[str]) -> str:
    return ", ".join(sorted(paths))
