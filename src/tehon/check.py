"""Validation without running anything: every entry is opened, what it names is followed, an example is rendered."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from msgspec.structs import replace

from tehon.build.choose import choose_mixture
from tehon.build.read import files, read, supplies
from tehon.build.row_steps import row_steps
from tehon.build.sample import sample_examples
from tehon.describe.licences import terms, whole_licence
from tehon.errors import BadConfig, TehonError, UnknownName
from tehon.evaluate.choose import choose_suite
from tehon.evaluate.jobs import frame
from tehon.evaluate.requests import context
from tehon.experiment import Stages
from tehon.families import FAMILIES
from tehon.formats.inheritance import EXTENDS, WITHOUT
from tehon.formats.toml import read_table
from tehon.progress import silent
from tehon.prompts import ask, render
from tehon.recipes import EXPERIMENTS, MIXTURES, PROTOCOLS, RECIPES, SUITES
from tehon.records.corpus import Drop, Example
from tehon.records.record import Record
from tehon.records.release import Mixture, Share
from tehon.records.step import Content
from tehon.sources import SOURCES
from tehon.steps import STEPS
from tehon.storage.manifest import plain
from tehon.storage.raw import find_raw
from tehon.tasks import TASKS
from tehon.templates import TEMPLATES
from tehon.tune.estimate import outlook
from tehon.tune.precision import base_precision

SHOWN = 2
"""Rendered examples of one entry."""
FRAME = "alpaca_ja"
Lines = Iterator[str]


class Given(Record, kw_only=True):
    """What a check may look at beside the entries.

    Attributes:
        raw: where given, the raw files of the named sources and mixtures are read to their end.
        release: where given, recipes are estimated on it.
        tokens_per_second: of the device that recipes are estimated for.
    """

    raw: Path | None = None
    release: Path | None = None
    tokens_per_second: float | None = None


class Checked(Record, kw_only=True):
    """What was found of one entry.

    Attributes:
        kind: the shelf's noun.
        name: of the entry, or the path of a TOML file.
        shown: rendered examples and facts, ready to print.
        problem: the error's message; empty where all is well.
        exit_code: the error's; 0 where all is well.
    """

    kind: str
    name: str
    shown: tuple[str, ...] = ()
    problem: str = ""
    exit_code: int = 0


def check(names: Sequence[str], given: Given | None = None) -> Iterator[Checked]:
    """Check the named entries, or all; a name that stands on several shelves is checked on each.

    Args:
        names: entries, or paths of TOML files; none means every entry.
        given: what else is looked at.

    Raises:
        UnknownName: a name stands on no shelf.
    """
    given = given or Given()
    paths = [name for name in names if name.endswith(".toml")]
    entries = [name for name in names if name not in paths]
    for name in entries:
        if not any(name in shelf for shelf, _ in CHECKS.values()):
            raise UnknownName("entry", name, {entry for shelf, _ in CHECKS.values() for entry in shelf})
    for kind, (shelf, look) in CHECKS.items():
        for name in [name for name in entries if name in shelf] if names else shelf:
            yield _checked(kind, name, look, given)
    for path in paths:
        yield _checked(toml_kind(Path(path)), path, CHECKS[toml_kind(Path(path))][1], given)


def toml_kind(path: Path) -> str:
    """Which record a TOML file means: by the one key that only that record must have, its own or inherited.

    Raises:
        BadConfig: the file is no TOML, or has none of these keys.
    """
    table, seen = read_table(path), [path]
    while isinstance(parent := table.get(EXTENDS), str) and not TOML_KEYS.keys() & table.keys():
        if not parent.endswith(".toml"):
            kinds = [kind for kind in TOML_KEYS.values() if parent in CHECKS[kind][0] and _fits(table, kind)]
            if kinds:
                return kinds[0]
            break
        following = seen[-1].parent / parent
        if following in seen:
            break
        table, seen = read_table(following), [*seen, following]
    for key, kind in TOML_KEYS.items():
        if key in table:
            return kind
    problem = f"must have one of the keys {', '.join(TOML_KEYS)}, but has {', '.join(table) or 'none'}"
    raise BadConfig(str(path), problem, "See the files in tehon/recipes")


def _fits(table: Mapping[str, object], kind: str) -> bool:
    """Whether a record of this kind has all of these keys."""
    shelf = CHECKS[kind][0]
    fields = {field.name for field in msgspec.structs.fields(shelf[next(iter(shelf))])}
    return table.keys() <= fields | {EXTENDS, WITHOUT}


def _checked(kind: str, name: str, look: "Look", given: Given) -> Checked:
    try:
        return Checked(kind=kind, name=name, shown=tuple(look(name, given)))
    except TehonError as error:
        return Checked(kind=kind, name=name, problem=str(error), exit_code=error.exit_code)


def _source(name: str, given: Given) -> Lines:
    source = SOURCES[name]
    alone = Mixture(name=name, sources={name: Share()})
    if given.raw is not None and source.stated:  # what the user states is shown, not a sample
        [supply] = supplies(alone, given.raw)
        terms(supply.licence, f"source {name}")
        alone = alone if supply.source.parts else replace(alone, kind="documents")
        rows = (row for row in read(supply, alone) if not isinstance(row, Drop))
        yield from map(_shown, islice(rows, SHOWN))
    else:
        terms(source.licence, f"source {name}")
        yield from map(_shown, sample_examples(source, SHOWN))
    if given.raw is not None and not source.embedded:
        yield from _raw_rows(alone, given.raw)


def _shown(content: Content) -> str:
    return render(TEMPLATES[FRAME], content).text if isinstance(content, Example) else content.text


def _raw_rows(mixture: Mixture, raw: Path) -> Lines:
    for supply in supplies(mixture, raw):
        kept, dropped = 0, 0
        for row in read(supply, mixture):
            dropped += isinstance(row, Drop)
            kept += not isinstance(row, Drop)
        name, raw_files = supply.source.name, len(files(supply))
        yield f"{name}: {kept:,} {mixture.kind}, {dropped:,} rows dropped, {raw_files} raw files"


def _template(name: str, _: Given) -> Lines:
    template = TEMPLATES[name]
    if template.kind == "strings":
        yield ask(template, "INSTRUCTION")
        yield ask(template, "INSTRUCTION", "INPUT")


def _task(name: str, _: Given) -> Lines:
    task = TASKS[name]
    terms(task.licence, f"task {name}")
    with TemporaryDirectory() as raw:
        for file, content in task.sample.items():
            path = Path(raw) / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        found = Path() if task.embedded else find_raw(Path(raw), name, task.splits, task.split)
        items = list(islice(task.read(found, task.split), SHOWN))
    for version in task.prompts or (task.default_template,):
        yield f"[{version}]\n{context(frame(task, version), items[0], ())}"


def _family(name: str, _: Given) -> Lines:
    family = FAMILIES[name]
    yield f"model types {', '.join(family.model_types)}; LoRA on {', '.join(family.targets)}"


def _step(name: str, _: Given) -> Lines:
    row_steps({name: {}}, f"step {name}")
    options = plain(STEPS[name].options())
    yield ", ".join(f"{option} {value!r}" for option, value in options.items())


def _mixture(name: str, given: Given) -> Lines:
    mixture = choose_mixture(name)
    row_steps(mixture.steps, f"mixture {name}")
    for task in mixture.held_out:
        TASKS[task]
    chosen = supplies(mixture, given.raw) if given.raw else []
    licences = {source: SOURCES[source].licence for source in mixture.sources}
    licences |= {supply.source.name: supply.licence for supply in chosen}
    yield f"{len(mixture.sources)} sources, {whole_licence(licences, mixture)}"
    if given.raw:
        yield from _raw_rows(mixture, given.raw)


def _recipe(name: str, given: Given) -> Lines:
    recipe = RECIPES.open(name)
    TEMPLATES[recipe.template]
    if recipe.family:
        FAMILIES[recipe.family]
    base_precision(recipe)
    trained = f"r {recipe.lora.rank}" if recipe.lora else "every weight"
    yield (
        f"{trained}, learning rate {recipe.learning_rate:g}, batch {recipe.batch_size}, "
        f"{recipe.epochs} epochs, {recipe.sequence_length} tokens, {recipe.template}"
    )
    yield from outlook(recipe, given.release, given.tokens_per_second)


def _suite(name: str, _: Given) -> Lines:
    suite = choose_suite(name)
    for cell in suite.cells:
        task = TASKS[cell.task]
        for template in cell.templates or (task.default_template,):
            frame(task, template)
    yield f"{len(suite.cells)} cells, protocol {suite.protocol}"


def _protocol(name: str, _: Given) -> Lines:
    protocol = PROTOCOLS.open(name)
    settings = plain(protocol)
    yield ", ".join(f"{name} {settings[name]!r}" for name in settings if name not in {"name", "title", "source"})


def _experiment(name: str, given: Given) -> Lines:
    experiment = EXPERIMENTS.open(name)
    stages = Stages(experiment, Path(), None, silent)
    for key in experiment.tunings:
        stages.recipe(key)
    yield from _mixture(experiment.mixture, given)
    yield from _suite(experiment.suite, given)


Look = Callable[[str, Given], Lines]
CHECKS: Mapping[str, tuple[Mapping[str, Record], Look]] = {
    "source": (SOURCES, _source),
    "step": (STEPS, _step),
    "template": (TEMPLATES, _template),
    "task": (TASKS, _task),
    "family": (FAMILIES, _family),
    "mixture": (MIXTURES, _mixture),
    "recipe": (RECIPES, _recipe),
    "suite": (SUITES, _suite),
    "protocol": (PROTOCOLS, _protocol),
    "experiment": (EXPERIMENTS, _experiment),
}
TOML_KEYS = {"sources": "mixture", "cells": "suite", "bases": "experiment", "template": "recipe", "encode": "protocol"}
