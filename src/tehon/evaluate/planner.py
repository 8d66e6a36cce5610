"""A suite as jobs: what is wrong with it or with its data is found here, before any model is loaded."""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

from xxhash import xxh3_64_intdigest

from tehon.errors import BadConfig, EmptyData, RawFileMissing, UsageError
from tehon.evaluate.jobs import Job, frame, read, version
from tehon.evaluate.shots import Pool, alike, draw
from tehon.recipes import PROTOCOLS
from tehon.records.evaluation import Cell, Item, Protocol, Suite, Task
from tehon.records.prompt import Template
from tehon.storage.raw import find_raw, stand_in
from tehon.tasks import TASKS


class Place(NamedTuple):
    """Where a split lies; no file for embedded items."""

    file: Path | None
    split: str


class Survey(NamedTuple):
    """What is known of every item of a split after one pass.

    Attributes:
        answers: the index of its right choice; None where it has none.
        contents: a hash of what it asks, however it is spaced and whichever width its letters have.
    """

    answers: list[int | None]
    contents: list[int]


class Planner:
    """Turns cells into jobs, reading every raw file once.

    Args:
        raw: the folder of all raw folders.
        own_template: the adapter's; empty for a base.
    """

    def __init__(self, raw: Path | None, own_template: str = "") -> None:
        """Read nothing yet."""
        self.raw = raw
        self.own_template = own_template
        self.surveys: dict[tuple[str, Place], Survey] = {}
        self.pools: dict[tuple[str, Place, Place], Pool] = {}

    def plan(self, suite: Suite) -> tuple[Job, ...]:
        """Every job of a suite, in its order.

        Raises:
            UnknownName: a task, a protocol, or a template that is neither the task's nor on the shelf.
            BadConfig: two jobs would be the same line of a table, or a setting is none of the protocol's.
            UsageError: a raw folder is missing, or the task has no such split.
            RawFileMissing: a file is missing.
            BadRawFile: a file is damaged.
            EmptyData: a file has no items, or too few for the shots.
        """
        jobs = tuple(job for cell in suite.cells for job in self.cell_jobs(cell, protocol_of(suite, cell)))
        seen = set()
        for job in jobs:
            if job.title in seen:
                problem = f"must name every line once, but has {job.title} twice"
                raise BadConfig(f"suite {suite.name}", problem, "Take one of them out, or make two suites")
            seen.add(job.title)
        return jobs

    def cell_jobs(self, cell: Cell, protocol: Protocol) -> Iterator[Job]:
        """A cell's jobs: templates × shots × the seeds of the shots."""
        task = TASKS[cell.task]
        templates = cell.templates or (self.own_template or task.default_template,)
        for template, shots in product(templates, cell.shots):
            seeds = protocol.seeds if shots and len(protocol.seeds) > 1 else (None,)
            for seed in seeds:
                yield self.job(task, cell, protocol, version(task, template, protocol), (shots, seed))

    def job(self, task: Task, cell: Cell, protocol: Protocol, template: str, drawn: tuple[int, int | None]) -> Job:
        """One job.

        Args:
            task: what is asked.
            cell: of the suite.
            protocol: the cell's.
            template: prompt version or template name.
            drawn: number of shots, and the seed where there are several.

        Raises:
            UsageError: the model was tuned with another template, and the cell does not say that it may be asked so.
        """
        shots, seed = drawn
        place = self.place(task, cell.split or task.split)
        shown = self.shots_place(task, cell, shots) if shots else place
        survey = self.survey(task, place)
        pool = self.pool(task, place, shown) if shots else None
        asked = frame(task, template)
        # A task's own prompt version is nobody's template.
        if isinstance(asked, Template) and self.own_template not in {"", template} and not cell.other_template:
            problem = f"must be asked in {self.own_template}, with which the model was tuned, got {template}"
            raise UsageError(f"task {task.name}", problem, "Leave the template out, or set other_template = true")
        return Job(
            task=task,
            template=template,
            frame=asked,
            shots=shots,
            seed=seed,
            cell=cell,
            protocol=protocol,
            file=place.file,
            split=place.split,
            shots_file=shown.file,
            shots_split=shown.split,
            draw=draw(protocol, len(survey.answers), shots=shots, pool=pool, limit=cell.limit, seed=seed),
            stand_in=stand_in(self.raw / task.name) if self.raw and place.file else "",
            other_data=place.split == task.split and _other_edition(task, protocol, survey),
        )

    def place(self, task: Task, split: str) -> Place:
        """Where a split lies."""
        return Place(None if task.embedded else find_raw(self.raw, task.name, task.splits, split), split)

    def shots_place(self, task: Task, cell: Cell, shots: int) -> Place:
        """Where a cell's shots come from.

        Raises:
            UsageError: nothing says where from, or two things do.
            RawFileMissing: the file that the cell names is not there.
        """
        where = f"task {task.name}"
        if cell.shots_from:
            if cell.shots_split:
                problem = f"must have one place that shots come from, but has {cell.shots_split} and {cell.shots_from}"
                raise UsageError(where, problem, "Leave out shots_split or shots_from")
            file = Path(cell.shots_from)
            if not file.exists():
                problem = "must be a file that shots come from, but is not there"
                raise RawFileMissing(cell.shots_from, problem, "Correct shots_from")
            return Place(file, task.shots_split or task.split)
        split = cell.shots_split or task.shots_split
        if not split:
            problem = f"must name the split that its {shots} shots come from, for the task itself names none"
            known = ", ".join(task.splits)
            raise UsageError(where, problem, f"Set shots_split to one of {known}, or shots_from to a file")
        return self.place(task, split)

    def pool(self, task: Task, place: Place, shown: Place) -> Pool:
        """What shots are drawn from, and who must not be shown before whom."""
        key = task.name, place, shown
        if key not in self.pools:
            own = place == shown
            asked, offered = self.survey(task, place), self.survey(task, shown)
            barred = dict(alike(asked.contents, offered.contents, own=own))
            self.pools[key] = Pool(answers=offered.answers, own=own, alike=barred)
        return self.pools[key]

    def survey(self, task: Task, place: Place) -> Survey:
        """One pass over a split that finds its bad rows.

        Raises:
            EmptyData: it has no items.
        """
        key = task.name, place
        if key not in self.surveys:
            found = [(item.answer, content(item)) for item in read(task, place.file, place.split)]
            if not found:
                where = str(place.file or task.name)
                raise EmptyData(where, "must hold at least one item, but has none", "Fetch it again")
            self.surveys[key] = Survey([answer for answer, _ in found], [asked for _, asked in found])
        return self.surveys[key]


def protocol_of(suite: Suite, cell: Cell | None = None) -> Protocol:
    """The protocol of a cell, or of the suite, with the suite's settings over it.

    Raises:
        UnknownName: there is no such protocol.
        BadConfig: the file breaks the schema, a setting is none of the protocol's, or two of them cannot both be meant.
    """
    name = cell.protocol if cell and cell.protocol else suite.protocol
    protocol = PROTOCOLS.open(name, suite.settings)
    if protocol.top_p < 1 and not protocol.temperature:
        problem = f"top_p must be 1 where temperature is 0, for nothing is drawn there, but is {protocol.top_p:g}"
        raise BadConfig(f"protocol {name}", problem, "Set temperature above 0, or leave top_p out")
    return protocol


def content(item: Item) -> int:
    """A hash of what an item asks, free of any frame, without its answer."""
    asked = "\0".join((item.example.instruction, item.example.input, *(turn.content for turn in item.example.history)))
    return xxh3_64_intdigest("".join(unicodedata.normalize("NFKC", asked).split()).encode())


def _other_edition(task: Task, protocol: Protocol, survey: Survey) -> bool:
    """Whether the classes are spread otherwise than in the edition that the protocol is about."""
    wanted = task.editions.get(protocol.data)
    counts = Counter(survey.answers)
    return wanted is not None and tuple(counts[label] for label in range(len(wanted))) != wanted
