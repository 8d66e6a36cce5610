"""A suite as jobs: one task, one frame, one number of shots each, with its files found and its shots drawn."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

from tehon.errors import BadConfig, EmptyData, UnknownName, UsageError
from tehon.evaluate.shots import Draw, Pool, draw
from tehon.recipes import PROTOCOLS
from tehon.records.evaluation import Cell, Item, Protocol, Suite, Task, TaskPrompt
from tehon.records.prompt import Template
from tehon.records.record import Record
from tehon.records.scores import STOOD_IN
from tehon.storage.raw import find_raw, stand_in
from tehon.tasks import TASKS
from tehon.templates import TEMPLATES

Frame = TaskPrompt | Template
"""A task's own prompt version, or a tuning template."""


class Job(Record, kw_only=True):
    """One line of a table, before it has its value.

    Attributes:
        task: what is asked.
        template: prompt version or template name.
        frame: its strings.
        shots: shown before every item.
        cell: of the suite.
        protocol: the cell's, else the suite's.
        file: that items come from, or a folder of files; None for embedded items.
        split: of the items.
        shots_file: that shots come from; None for embedded items.
        shots_split: of the shots.
        draw: which items, and which shots for each.
        stand_in: what the data are where they are not the corpus itself; else empty.
    """

    task: Task
    template: str
    frame: Frame
    shots: int
    cell: Cell
    protocol: Protocol
    file: Path | None
    split: str
    shots_file: Path | None
    shots_split: str
    draw: Draw
    stand_in: str

    @property
    def name(self) -> str:
        """The task's name in every result; data that only stand in for a corpus never bear its name alone."""
        return self.task.name + STOOD_IN * bool(self.stand_in)

    @property
    def title(self) -> str:
        """For progress and messages: `jnli 0.3 3-shot`."""
        return f"{self.name} {self.template} {self.shots}-shot"

    def items(self) -> Iterator[tuple[int, Item]]:
        """Index and item of everything that is scored, in upstream order."""
        places = self.draw.places
        wanted = places if isinstance(places, range) else frozenset(places)
        return (found for found in enumerate(read(self.task, self.file, self.split)) if found[0] in wanted)

    def pool(self) -> dict[int, Item]:
        """Index and item of everything that is somebody's shot."""
        wanted = self.draw.wanted
        if not wanted:
            return {}
        items = enumerate(read(self.task, self.shots_file, self.shots_split))
        return {place: item for place, item in items if place in wanted}


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
        self.answers: dict[tuple[str, Path | None, str], list[int | None]] = {}

    def plan(self, suite: Suite) -> tuple[Job, ...]:
        """Every job of a suite, in its order.

        Raises:
            UnknownName: a task, or a template that is neither the task's nor on the shelf.
            BadConfig: two jobs would be the same line of a table.
            UsageError: a raw folder is missing, or the task has no such split.
            RawFileMissing: a file is missing.
            BadRawFile: a file is damaged.
            EmptyData: a file has no items, or too few for the shots.
        """
        jobs = tuple(
            job for cell in suite.cells for job in self.cell_jobs(cell, PROTOCOLS.open(cell.protocol or suite.protocol))
        )
        seen = set()
        for job in jobs:
            if job.title in seen:
                problem = f"must name every line once, but has {job.title} twice"
                raise BadConfig(f"suite {suite.name}", problem, "Take one of them out, or make two suites")
            seen.add(job.title)
        return jobs

    def cell_jobs(self, cell: Cell, protocol: Protocol) -> Iterator[Job]:
        """A cell's jobs: templates × shots."""
        task = TASKS[cell.task]
        templates = cell.templates or (self.own_template or task.default_template,)
        for template, shots in product(templates, cell.shots):
            yield self.job(task, cell, protocol, template, shots)

    def job(self, task: Task, cell: Cell, protocol: Protocol, template: str, shots: int) -> Job:
        """One job."""
        split = cell.split or task.split
        file = self.file(task, split)
        shots_file, shots_split, pool = file, split, None
        if shots:
            shots_split = cell.shots_split or task.shots_split
            if not shots_split:
                problem = f"must name the split that its {shots} shots come from, for the task itself names none"
                raise UsageError(f"task {task.name}", problem, f"Set shots_split to one of {', '.join(task.splits)}")
            shots_file = self.file(task, shots_split)
            own = (shots_file, shots_split) == (file, split)
            pool = Pool(answers=self.survey(task, shots_file, shots_split), own=own)
        count = len(self.survey(task, file, split))
        return Job(
            task=task,
            template=template,
            frame=frame(task, template),
            shots=shots,
            cell=cell,
            protocol=protocol,
            file=file,
            split=split,
            shots_file=shots_file,
            shots_split=shots_split,
            draw=draw(protocol, count, shots=shots, pool=pool, limit=cell.limit),
            stand_in=stand_in(self.raw / task.name) if self.raw and file else "",
        )

    def file(self, task: Task, split: str) -> Path | None:
        """A split's file; None for embedded items."""
        return None if task.embedded else find_raw(self.raw, task.name, task.splits, split)

    def survey(self, task: Task, file: Path | None, split: str) -> list[int | None]:
        """Every item's right choice: one pass over the file that finds its bad rows before any model is loaded."""
        key = task.name, file, split
        if key not in self.answers:
            self.answers[key] = [item.answer for item in read(task, file, split)]
        if not self.answers[key]:
            raise EmptyData(str(file or task.name), "must hold at least one item, but has none", "Fetch it again")
        return self.answers[key]


def frame(task: Task, template: str) -> Frame:
    """A prompt version of the task, or a tuning template.

    Raises:
        UnknownName: it is neither.
    """
    if template in task.prompts:
        return task.prompts[template]
    if template in TEMPLATES:
        return TEMPLATES[template]
    raise UnknownName("template", template, [*task.prompts, *TEMPLATES])


def read(task: Task, file: Path | None, split: str) -> Iterator[Item]:
    """A split's items; an embedded task reads no file."""
    return task.read(file or Path(), split)
