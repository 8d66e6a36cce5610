"""One line of a table before it has its value: a task in one frame with so many shots, its files found, all drawn."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tehon.errors import UnknownName
from tehon.evaluate.shots import Draw
from tehon.records.evaluation import Cell, Item, Protocol, Task, TaskPrompt
from tehon.records.prompt import Template
from tehon.records.record import Record
from tehon.records.scores import STOOD_IN
from tehon.templates import TEMPLATES

Frame = TaskPrompt | Template
"""A task's own prompt version, or a tuning template."""


class Way(NamedTuple):
    """How the items of a job are asked."""

    frame: Frame
    protocol: Protocol
    cell: Cell


class Job(Record, kw_only=True):
    """One line of a table, before it has its value.

    Attributes:
        task: what is asked.
        template: prompt version or template name.
        frame: its strings.
        shots: shown before every item.
        seed: of their draw, where the protocol has several; else None.
        cell: of the suite.
        protocol: the cell's, else the suite's.
        file: that items come from, or a folder of files; None for embedded items.
        split: of the items.
        shots_file: that shots come from; None for embedded items.
        shots_split: of the shots.
        draw: which items, and which shots for each.
        stand_in: what the data are where they are not the corpus itself; else empty.
        other_data: the items are not of the edition that the protocol is about.
    """

    task: Task
    template: str
    frame: Frame
    shots: int
    seed: int | None = None
    cell: Cell
    protocol: Protocol
    file: Path | None
    split: str
    shots_file: Path | None
    shots_split: str
    draw: Draw
    stand_in: str
    other_data: bool = False

    @property
    def name(self) -> str:
        """The task's name in every result; data that only stand in for a corpus never bear its name alone."""
        return self.task.name + STOOD_IN * bool(self.stand_in)

    @property
    def title(self) -> str:
        """For progress and messages: `jnli 0.3 3-shot`, with the seed where there are several."""
        seed = "" if self.seed is None else f" seed {self.seed}"
        return f"{self.name} {self.template} {self.shots}-shot{seed}"

    @property
    def way(self) -> Way:
        """How its items are asked."""
        return Way(self.frame, self.protocol, self.cell)

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


def version(task: Task, template: str, protocol: Protocol) -> str:
    """The name of the prompt version that the protocol means: with its labels and line breaks, where there are both."""
    for suffix, wanted in (("-ja", protocol.labels == "ja"), ("-before", protocol.newlines == "before")):
        if wanted and template + suffix in task.prompts:
            template += suffix
    return template


def read(task: Task, file: Path | None, split: str) -> Iterator[Item]:
    """A split's items; an embedded task reads no file."""
    return task.read(file or Path(), split)
