"""What reporting takes and gives: experiments, comparisons, the report."""

from typing import Any, Literal

from tehon.records.counted import ByLength, Confusion, CurvePoint, PromptLengths, Work
from tehon.records.evaluation import Protocol
from tehon.records.files import Kind, Provenance
from tehon.records.judging import Judged
from tehon.records.preferences import Preferences
from tehon.records.record import Record
from tehon.records.release import Release
from tehon.records.scores import Score
from tehon.records.tuning import Adapter


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
        test: `McNemar exact`, `sign-flip permutation` or `swap permutation`, these with how it was done in brackets.
        count: items both answered.
        adjusted_p_value: after Holm's correction over every comparison of the report.
        only_first: items that only the first model answered right; None where that is not judged.
        only_second: items that only the second one did.
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
    adjusted_p_value: float | None = None
    only_first: int | None = None
    only_second: int | None = None


class Answered(Record, kw_only=True):
    """One prompt with every model's answer and automatic marks.

    Attributes:
        item: the example's id.
        prompt: the instruction as a person reads it.
        model: its name.
        text: the answer.
        marks: `ends` (by the model's own end token), `runs on` (into a new heading, where a stop string cut it off) or
            `cut off` (at the longest allowed length); then `empty`, `repeats itself`, `echoes the prompt`.
        japanese_share: of its letters that are kana or kanji; 0 where it has no letters.
        tokens: that the model wrote.
    """

    item: str
    prompt: str
    model: str
    text: str
    marks: tuple[str, ...]
    japanese_share: float = 0.0
    tokens: int = 0


class ModelColumn(Record, kw_only=True):
    """One model's scores in a report, and where they came from.

    Attributes:
        model: name for tables.
        role: base or tuned.
        base: what was loaded.
        folder: name of the folder that the scores were read from.
        adapter: fingerprint of the tuning that made it; empty for a base.
        recipe: digest of what made it but the seed; empty for a base, or where nobody says so.
        seed: that it was tuned with; None where nobody says so.
        seeds: of a row that stands for several models; empty for one.
        scores: all of them; of several models their mean, with the standard deviation as its error.
    """

    model: str
    role: Literal["base", "tuned"]
    base: str
    folder: str
    adapter: str = ""
    recipe: str = ""
    seed: int | None = None
    seeds: tuple[int, ...] = ()
    scores: tuple[Score, ...]


class ReleaseSummary(Record, kw_only=True):
    """A release, and which source brought how much to which cluster: the paper's Figure 1."""

    folder: str
    release: Release
    clusters: dict[str, dict[str, int]]


class TuningSummary(Record, kw_only=True):
    """An adapter, its fingerprint, and how its loss fell."""

    folder: str
    adapter: Adapter
    curve: tuple[CurvePoint, ...]
    fingerprint: str = ""


class Origin(Record, kw_only=True):
    """A folder that the report was made from.

    Attributes:
        folder: its name.
        kind: what it holds.
        fingerprint: of its configuration and of everything that was read.
        provenance: where and with what it was made.
        config: everything that was chosen, seeds included.
        inputs: name -> sha256 of everything that was read.
    """

    folder: str
    kind: Kind
    fingerprint: str
    provenance: Provenance
    config: dict[str, Any] = {}
    inputs: dict[str, str] = {}


class TextTable(Record, kw_only=True):
    """A table of plain text, for a terminal.

    Attributes:
        title: stands above it.
        columns: their headings.
        rows: as many texts each as there are columns.
        notes: lines that stand below it: what the marks mean.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


class Report(Record, kw_only=True):
    """Everything that the report's pages show: `report.json`.

    Attributes:
        title: stands above it.
        protocol: how every model was asked.
        models: each base followed by what was tuned from it.
        comparisons: every tuned model with its base, or every two models.
        samples: prompt by prompt, the models in their order.
        judgements: what judge models preferred, where their folders were given.
        preferences: what votes between these models come to; None where none were given.
        confusions: of every cell whose choices are the same for all items.
        prompt_lengths: of every task and model.
        by_length: of every cell whose answers were scored as they stand.
        work: of every evaluation and tuning that was not done by somebody else's server.
        releases: the data that were tuned on, where their folders were given.
        tunings: the adapters, where their folders were given.
        notes: what a reader must know.
        origins: the folders that it was made from.
    """

    title: str
    protocol: Protocol
    models: tuple[ModelColumn, ...]
    comparisons: tuple[Comparison, ...]
    samples: tuple[Answered, ...]
    judgements: tuple[Judged, ...] = ()
    preferences: Preferences | None = None
    confusions: tuple[Confusion, ...] = ()
    prompt_lengths: tuple[PromptLengths, ...] = ()
    by_length: tuple[ByLength, ...] = ()
    work: tuple[Work, ...] = ()
    releases: tuple[ReleaseSummary, ...] = ()
    tunings: tuple[TuningSummary, ...] = ()
    notes: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()
