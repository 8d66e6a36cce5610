"""Which upstream files somebody asks for: those of a source, a task, a mixture, a suite, or an experiment."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from tehon.errors import UnknownName, UsageError
from tehon.recipes import EXPERIMENTS, MIXTURES, SUITES
from tehon.records.corpus import Download, Source
from tehon.records.evaluation import Task
from tehon.records.record import Record
from tehon.sources import SOURCES
from tehon.tasks import TASKS


class Wanted(Record, kw_only=True):
    """One upstream file that a source or task needs.

    Attributes:
        name: of the source or task, and of its raw folder.
        download: where it is published, and what it is called.
        licence: SPDX expression.
    """

    name: str
    download: Download
    licence: str

    @property
    def key(self) -> str:
        """Its path below RAW."""
        return f"{self.name}/{self.download.path}"


def wanted(names: Sequence[str]) -> list[Wanted]:
    """Every file that these names need, each once, in their order.

    Args:
        names: of sources, tasks, mixtures, suites or experiments; paths of mixtures' TOML files. What a name means on
            several shelves is all wanted.

    Raises:
        UnknownName: a name stands on no shelf.
        UsageError: a file would not lie within its raw folder.
    """
    files: dict[str, Wanted] = {}
    for name in names:
        for corpus in _corpora(name):
            for download in [] if corpus.embedded else corpus.downloads or _unnamed(corpus):
                file = Wanted(name=corpus.name, download=download, licence=corpus.licence.spdx)
                _check(file)
                files.setdefault(file.key, file)
    return list(files.values())


def _corpora(name: str) -> Iterator[Source | Task]:
    if name.endswith(".toml"):
        yield from _mixture(name)
        return
    shelves = (SOURCES, TASKS, MIXTURES, SUITES, EXPERIMENTS)
    if not any(name in shelf for shelf in shelves):
        raise UnknownName("source", name, {entry for shelf in shelves for entry in shelf})
    if name in SOURCES:
        yield SOURCES[name]
    if name in TASKS:
        yield TASKS[name]
    if name in MIXTURES:
        yield from _mixture(name)
    if name in SUITES:
        yield from _suite(name)
    if name in EXPERIMENTS:
        experiment = EXPERIMENTS[name]
        yield from _mixture(experiment.mixture)
        yield from _suite(experiment.suite)


def _mixture(name: str) -> Iterator[Source | Task]:
    mixture = MIXTURES.open(name)
    yield from (SOURCES[source] for source in mixture.sources)
    yield from (TASKS[task] for task in mixture.held_out)


def _suite(name: str) -> Iterator[Task]:
    yield from (TASKS[cell.task] for cell in SUITES.open(name).cells)


def _unnamed(corpus: Source | Task) -> tuple[Download, ...]:
    """What stands for the files of a corpus that names none."""
    file = next(iter(corpus.sample), "its files")
    return (Download(url=corpus.homepage, file=file, by_hand="It names no files that a program could fetch"),)


def _check(file: Wanted) -> None:
    """See that a file lies where only this source's files lie, whoever declared it."""
    path = PurePosixPath(file.download.path)
    hidden = any(piece.startswith(".") for piece in path.parts)
    plain = path.name and path.as_posix() == file.download.path and "\\" not in file.key and file.key.isprintable()
    if hidden or path.is_absolute() or not plain:
        problem = f"must lie within RAW/{file.name}, but is called {file.download.path!r}"
        raise UsageError(f"a download of {file.name}", problem, f"Correct it in the entry {file.name}")
