"""What reporting takes and gives: experiments, comparisons, the report."""

from typing import Literal

from tehon.records.evaluation import Score
from tehon.records.record import Record


class Base(Record, kw_only=True):
    """A model to start from, and its name in tables.

    Attributes:
        path: folder, hub name, GGUF file or `package:NAME`.
        title: what it is, in words that hide nothing.
        notice: terms that must be shown to whoever uses it; may be empty.
    """

    path: str
    title: str
    notice: str = ""


class Tuning(Record, kw_only=True):
    """One tuning of an experiment: a base by its key, a recipe by its name, and the differences to it."""

    base: str
    recipe: str
    title: str
    changes: dict[str, str | int | float | bool] = {}


class Experiment(Record, kw_only=True):
    """All stages of one comparison: mixture → tunings → suite over bases and tuned models → report.

    Attributes:
        name: the file's name.
        title: one line.
        mixture: its name.
        suite: its name.
        bases: key -> base.
        tunings: key -> tuning.
        notes: what a reader must know, such as which data are stand-ins.
    """

    name: str
    title: str
    mixture: str
    suite: str
    bases: dict[str, Base]
    tunings: dict[str, Tuning]
    notes: tuple[str, ...] = ()


class Comparison(Record, kw_only=True):
    """Two models on the same items.

    Attributes:
        task: its name.
        template: prompt version or template name; both models' where they differ, joined by `/`.
        shots: number of shots.
        metric: what is compared.
        first: the first model's name.
        second: the second model's name.
        first_value: the first model's value on the shared items.
        second_value: the second model's.
        p_value: of the paired test; None where none applies.
        test: `McNemar exact` or `sign-flip permutation`.
        count: items both answered.
    """

    task: str
    template: str
    shots: int
    metric: str
    first: str
    second: str
    first_value: float
    second_value: float
    p_value: float | None
    test: str
    count: int


class Answered(Record, kw_only=True):
    """One prompt with every model's answer and automatic marks.

    Attributes:
        item: the example's id.
        prompt: the instruction as a person reads it.
        model: its name.
        text: the answer.
        marks: `ends`, `cut off`, `repeats itself`, `echoes the prompt`, `empty`, …
    """

    item: str
    prompt: str
    model: str
    text: str
    marks: tuple[str, ...]


class ModelColumn(Record, kw_only=True):
    """One model's scores in a report, and where they came from.

    Attributes:
        model: name for tables.
        role: base or tuned.
        base: what was loaded.
        folder: name of the folder that the scores were read from.
        scores: all of them.
    """

    model: str
    role: Literal["base", "tuned"]
    base: str
    folder: str
    scores: tuple[Score, ...]


class Report(Record, kw_only=True):
    """Everything that the report's pages show: `report.json`."""

    title: str
    models: tuple[ModelColumn, ...]
    comparisons: tuple[Comparison, ...]
    samples: tuple[Answered, ...]
    notes: tuple[str, ...] = ()
