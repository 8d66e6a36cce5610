"""The shelf of tasks as a page of the docs: one row a task, and under it what each task's own file says of it."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from inspect import getdoc
from pathlib import Path

from tehon.records.evaluation import Task, TaskKind
from tehon.shelf import Shelf

METRICS: Mapping[TaskKind, str] = {
    "choice": "accuracy, raw and length-normalised; by what is written, too; balanced accuracy, macro F1 and MCC where "
    "all items share their choices; calibration error",
    "correlation": "Pearson's r and Spearman's ρ",
    "extraction": "exact match and F1 over characters, the best over all right answers; how often one stands in it",
    "generation": "share of answers that end by themselves, distinct runs of characters; people's votes, or a judge's",
    "perplexity": "of the response alone: per token, per item and per byte, with and without the end token; bits per "
    "character",
}
"""What is computed of each kind of task."""
INTRODUCTION = """# Tasks

Everything that a model can be scored on: one file in `src/tehon/tasks/`, one row here. This page is made from those
files; `make golden` rewrites it.

The split in bold is scored; shots come from the one in italics. The numbers are how many items upstream's own files
have. A prompt version is a task's own frame, in the words of whoever published it; `ours` is the project's own, for
corpora without one. Besides, every task can be asked in every template, the one that an adapter was tuned with
included. Without either, the frame in bold is taken.

`tehon evaluate japanese` asks most of them with the usual numbers of shots, `tehon evaluate jnli+jsts` those two.
Held out of a build (`held_out` in a mixture), a task's items are known again by their content, in whatever corpus they
stand. Each licence leads to the place where it is stated; this is no legal advice.

| kind | what is asked | scores |
|---|---|---|
"""
ASKED: Mapping[TaskKind, str] = {
    "choice": "which of several continuations is the most likely, or which the model writes",
    "correlation": "the same for the steps of a scale",
    "extraction": "a short answer, up to the end of the line",
    "generation": "an answer in full, and the next turn after it where there is one",
    "perplexity": "how likely the right response is",
}
HEADER = ("name", "title", "kind", "splits", "frames", "strings from", "licence")
BREAK = "<br>"
Row = tuple[str, ...]


def task_page(shelf: Shelf[Task]) -> str:
    """The whole page, tasks in alphabetical order."""
    kinds = "".join(f"| {kind} | {ASKED[kind]} | {METRICS[kind]} |\n" for kind in sorted(METRICS))
    sections = [
        line for name in shelf for line in ("", f"## {name}", "", getdoc(import_module(shelf.modules[name])) or "")
    ]
    rows = [HEADER, ("---",) * len(HEADER), *map(_row, shelf.values())]
    table = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join((INTRODUCTION + kinds, *table, *sections)) + "\n"


def _row(task: Task) -> Row:
    licence = task.licence
    frames = [*task.prompts, *([] if task.default_template in task.prompts else [task.default_template])]
    return (
        f"[{task.name}](#{task.name})",
        f"[{task.title}]({task.homepage})" if task.homepage.startswith("https://") else task.title,
        task.kind,
        _lines(_split(task, split) for split in task.splits),
        ", ".join(f"**`{frame}`**" if frame == task.default_template else f"`{frame}`" for frame in frames),
        _lines(prompt.source for prompt in task.prompts.values()) or "the templates",
        f"[{licence.spdx}]({licence.url})" + ("" if licence.commercial else f"{BREAK}not for commercial use"),
    )


def _split(task: Task, split: str) -> str:
    mark = "**" if split == task.split else "*" if split == task.shots_split else ""
    count = sum(1 for _ in task.read(Path(), split)) if task.embedded else task.items.get(split)
    return f"{mark}{split}{mark}" + (f": {count:,}" if count else "")


def _lines(texts: Iterable[str]) -> str:
    return BREAK.join(dict.fromkeys(texts))
