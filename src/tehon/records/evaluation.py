"""What evaluation takes: tasks, items, protocols, suites."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from tehon.records.corpus import Download, Example, Licence
from tehon.records.record import Record

TaskKind = Literal["choice", "correlation", "extraction", "generation", "perplexity"]

Norm = Literal["sum", "char", "byte", "token", "pmi"]


class TaskPrompt(Record, kw_only=True):
    """One published prompt version of a task; strings only.

    Attributes:
        description: stands once, at the front.
        query: one item without its label, with `{…}` for the item's fields.
        separator: follows each shot's label.
        choices: in label order; empty means the item's own.
        shown: what shots answer with, in label order; empty means the choices.
        stop: strings that end a generated answer; empty means the separator.
        source: where the strings come from.
    """

    description: str = ""
    query: str
    separator: str = "\n\n"
    choices: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    source: str = ""


class Item(Record, kw_only=True):
    """One evaluation example: an Example, which any template renders, plus what only evaluation needs.

    Attributes:
        example: id, instruction, input and the gold response.
        fields: what a task prompt's query may name, such as `premise`.
        choices: the answers to choose from; empty where the task has none.
        answer: index of the right choice; None where the task has no choices.
        references: other right answers; may be empty.
        value: what annotators gave on a scale, of which the answer is the nearest step; None where there is no scale.
        turns: what the user says later, each time after the model's own answer; empty where one answer is all. Only
            tuning templates hold conversations, so such a task has no prompts of its own.
        category: the corpus's own name for items of this sort; may be empty.
        model_answers: a good answer to every turn for a judge to look at, one of many; empty where nobody gave any.
        criteria: what the corpus asks its judges to look at; may be empty.
    """

    example: Example
    fields: dict[str, str]
    choices: tuple[str, ...] = ()
    answer: int | None = None
    references: tuple[str, ...] = ()
    value: float | None = None
    turns: tuple[str, ...] = ()
    category: str = ""
    model_answers: tuple[str, ...] = ()
    criteria: str = ""


class Task(Record, kw_only=True):
    """One evaluation task.

    Attributes:
        name: the file's name on the shelf.
        title: the corpus's own name.
        kind: how it is scored.
        language: BCP 47 code of its items.
        labels: names of the choices for tables, in label order; empty where items bring their own.
        splits: split -> pattern of what holds it in the task's raw folder: of a file, such as `valid*.json`, or of a
            folder of files, such as `dev/`, the raw folder itself being `./`; `|` stands between alternatives.
        split: the one that is scored.
        shots_split: the one that shots are drawn from; empty for a task without shots.
        items: split -> how many items upstream's own file has, as far as that is known.
        prompts: version -> its strings.
        default_template: a version of `prompts`, or a template's name.
        licence: with evidence.
        citation: how its authors want to be cited.
        homepage: where it is published.
        benchmark: the benchmark family, such as `jglue`; empty if none.
        editions: of the corpus, where they differ in what is scored -> items of each class there, in label order.
        downloads: upstream files.
        sample: file name -> content written by us in the upstream layout.
        read: yields the items of a split from the file or folder that holds it, in upstream order.
        embedded: the items are in the package itself, so no raw folder is needed.
    """

    name: str
    title: str
    kind: TaskKind
    language: str
    labels: tuple[str, ...] = ()
    splits: Mapping[str, str]
    split: str
    shots_split: str = ""
    items: Mapping[str, int] = {}
    prompts: Mapping[str, TaskPrompt] = {}
    default_template: str
    licence: Licence
    citation: str
    homepage: str
    benchmark: str = ""
    editions: Mapping[str, tuple[int, ...]] = {}
    downloads: tuple[Download, ...] = ()
    sample: Mapping[str, bytes]
    read: Callable[[Path, str], Iterator[Item]]
    embedded: bool = False


class Protocol(Record, kw_only=True):
    """How a suite is asked: which strings, which shots, which tokens, and what is read off the answers.

    Every mode in which two published figures of one task may differ is a setting here; a preset is a TOML that names
    them all.

    Attributes:
        name: the file's name.
        title: one line for tables.
        encode: `joint_safe` encodes context and continuation as they stand inside one text, with a border between two
            tokens; spaces at the context's end go to the continuation, for they belong to the word behind them. Where
            the whole text has a border there, these are its tokens, and in no case does a token span it. `tuning` is
            the same, but leaves the spaces where tuning has them. `separate` encodes both apart, the mark of a text's
            start in front of each (jp-stable). `joint` moves all white space, encodes the whole, and counts off the
            tokens of the context (lm-evaluation-harness). `joint_lcp` encodes the whole and counts off what context
            and whole share.
        bos: `never`, as the `tokenizer` does by itself, or `always`.
        labels: of a task whose prompt versions have both: English ones, or Japanese ones (jp-stable since 1.2).
        newlines: of prompt versions that commit 8eaa358 of jp-stable (8 July 2023) changed: as `after` or `before` it.
        data: the edition of the corpus that published figures are about; a score on another one says so. Empty for any.
        shots: `per_item` draws anew for every item; `stratified` too, but with the classes in the shares that they have
            in the split; `fixed` draws one balanced set for all items. All of them go on in one random stream.
        order: items are `shuffled` before shots are drawn and a limit is cut (jp-stable), or taken as the `file` has
            them (lm-evaluation-harness).
        seeds: of the draws; several give a line each and their mean.
        overlong: what is done with a prompt longer than the model's context: `left` cuts on the left, `drop_shot` takes
            shots away from the oldest on, `skip` leaves the item out, `error` stops; each is counted.
        norm: what a choice's log-likelihood is divided by to decide the prediction: its characters (`char`), bytes
            (`byte`) or tokens (`token`), or nothing (`sum`); `pmi` takes off what the choice is worth without any
            context. The accuracies of all but the last stand in the scores in any case.
        answer: the choice is read off the `likelihood`s, off what the model writes (`output`), or off `both`.
        temperature: of whatever the model writes, choices included: 0 takes the most likely token each time, above it
            one is drawn.
        top_p: what is drawn from: the fewest of the most likely tokens that have this probability together; 1 is all.
        writing_seed: of these draws, which depend on it and on the prompt, and never on what is asked beside it.
        headline: metrics that tables lead with, where a task has them; all others are computed as well.
        source: where the protocol comes from.
    """

    name: str
    title: str
    encode: Literal["joint_safe", "tuning", "separate", "joint", "joint_lcp"] = "joint_safe"
    bos: Literal["never", "tokenizer", "always"] = "tokenizer"
    labels: Literal["en", "ja"] = "en"
    newlines: Literal["after", "before"] = "after"
    data: Literal["", "jglue-1.1", "jglue-1.2", "jglue-1.3"] = ""
    shots: Literal["per_item", "stratified", "fixed"] = "fixed"
    order: Literal["shuffled", "file"] = "shuffled"
    seeds: Annotated[tuple[int, ...], msgspec.Meta(min_length=1)] = (42,)
    overlong: Literal["left", "drop_shot", "skip", "error"] = "left"
    norm: Norm = "sum"
    answer: Literal["likelihood", "output", "both"] = "likelihood"
    temperature: Annotated[float, msgspec.Meta(ge=0, le=10)] = 0.0
    top_p: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0
    writing_seed: int = 42
    headline: tuple[str, ...] = ()
    source: str = ""


class Cell(Record, kw_only=True):
    """One task of a suite, with every template and number of shots that it is scored at.

    Attributes:
        task: its name.
        templates: prompt versions or template names; empty means the adapter's own template, else the task's default.
        shots: numbers of shots.
        split: the split to score; empty means the task's own.
        shots_split: the split that shots come from; empty means the task's own.
        shots_from: a file of the task's own layout that shots come from, where a split for them cannot be had.
        limit: score only this many items, the first in the protocol's order; None scores all.
        protocol: another than the suite's; empty means the suite's.
        other_template: a tuned model may be asked in another template than its own, which its scores then say.
        max_new_tokens: for generation.
        repetition_penalty: for generation; 1 is none.
    """

    task: str
    templates: tuple[str, ...] = ()
    shots: tuple[Annotated[int, msgspec.Meta(ge=0)], ...] = (0,)
    split: str = ""
    shots_split: str = ""
    shots_from: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1)] | None = None
    protocol: str = ""
    other_template: bool = False
    max_new_tokens: Annotated[int, msgspec.Meta(ge=1)] = 256
    repetition_penalty: Annotated[float, msgspec.Meta(gt=0)] = 1.0


class Suite(Record, kw_only=True):
    """Tasks × templates × shots under one protocol.

    Attributes:
        name: the file's name.
        title: one line for tables.
        protocol: its name, or a TOML file.
        settings: changes to every protocol of the suite, such as `answer=both`.
        cells: what is scored.
        chosen: part of a model's name, in small letters joined by hyphens -> the prompt version that a paper reports
            for it, chosen on the items that are scored. A model that is not named has its own choice made in the same
            way. Empty where nothing is chosen.
        allow_contamination: tasks that are scored even where the model was tuned on what they ask; their scores say so.
    """

    name: str
    title: str = ""
    protocol: str = "tehon"
    settings: tuple[str, ...] = ()
    cells: tuple[Cell, ...]
    chosen: dict[str, str] = {}
    allow_contamination: tuple[str, ...] = ()
