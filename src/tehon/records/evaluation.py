"""What evaluation takes: tasks, items, protocols, suites; and what a model is asked and answers."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from tehon.records.corpus import Download, Example, Licence
from tehon.records.record import Record

TaskKind = Literal["choice", "perplexity", "generation"]


class TaskPrompt(Record, kw_only=True):
    """One published prompt version of a task; strings only.

    Attributes:
        description: stands once, at the front.
        query: one item without its label, with `{…}` for the item's fields.
        separator: follows each shot's label.
        choices: in label order; empty means the item's own.
        source: where the strings come from.
    """

    description: str = ""
    query: str
    separator: str = "\n\n"
    choices: tuple[str, ...] = ()
    source: str = ""


class Item(Record, kw_only=True):
    """One evaluation example: an Example, which any template renders, plus what only evaluation needs.

    Attributes:
        example: id, instruction, input and the gold response.
        fields: what a task prompt's query may name, such as `premise`.
        choices: the answers to choose from; empty where the task has none.
        answer: index of the right choice; None where the task has no choices.
        references: other right answers; may be empty.
    """

    example: Example
    fields: dict[str, str]
    choices: tuple[str, ...] = ()
    answer: int | None = None
    references: tuple[str, ...] = ()


class Task(Record, kw_only=True):
    """One evaluation task.

    Attributes:
        name: the file's name on the shelf.
        title: the corpus's own name.
        kind: how it is scored.
        language: BCP 47 code of its items.
        labels: names of the choices for tables, in label order; empty where items bring their own.
        splits: split -> file pattern in the task's raw folder, such as `valid*.json`.
        split: the one that is scored.
        shots_split: the one that shots are drawn from; empty for a task without shots.
        prompts: version -> its strings.
        default_template: a version of `prompts`, or a template's name.
        licence: with evidence.
        citation: how its authors want to be cited.
        homepage: where it is published.
        benchmark: the benchmark family, such as `jglue`; empty if none.
        downloads: upstream files.
        sample: file name -> content written by us in the upstream layout.
        read: yields the items of one file in upstream order.
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
    prompts: Mapping[str, TaskPrompt] = {}
    default_template: str
    licence: Licence
    citation: str
    homepage: str
    benchmark: str = ""
    downloads: tuple[Download, ...] = ()
    sample: Mapping[str, bytes]
    read: Callable[[Path], Iterator[Item]]
    embedded: bool = False


class Protocol(Record, kw_only=True):
    """How contexts and continuations become tokens, how shots are drawn, what is done with long prompts.

    Attributes:
        name: the file's name.
        title: one line for tables.
        encode: `tuning` encodes segments apart as tuning does, without a word-start mark inside the text; `separate`
            encodes them apart, marks and all (jp-stable); `joint` encodes the whole and splits it at the longest
            common token prefix (later harnesses).
        bos: `never`, or as the `tokenizer` does by itself.
        shots: `harness42` draws anew for every item from one stream seeded 42 after shuffling the items (jp-stable of
            summer 2023); `fixed` draws one balanced set for all items.
        overlong: what is done with a prompt longer than the model's context: `left` cuts on the left and says so.
        seed: of the shots.
        source: where the protocol comes from.
    """

    name: str
    title: str
    encode: Literal["tuning", "separate", "joint"] = "tuning"
    bos: Literal["never", "tokenizer"] = "tokenizer"
    shots: Literal["harness42", "fixed"] = "fixed"
    overlong: Literal["left", "error"] = "left"
    seed: int = 42
    source: str = ""


class Cell(Record, kw_only=True):
    """One task of a suite, with every template and number of shots that it is scored at.

    Attributes:
        task: its name.
        templates: prompt versions or template names; empty means the adapter's own template, else the task's default.
        shots: numbers of shots.
        split: the split to score; empty means the task's own.
        shots_split: the split that shots come from; empty means the task's own.
        limit: score only this many items, the first after the protocol's shuffle; None scores all.
        protocol: another than the suite's; empty means the suite's.
        max_new_tokens: for generation.
        repetition_penalty: for generation; 1 is none.
    """

    task: str
    templates: tuple[str, ...] = ()
    shots: tuple[Annotated[int, msgspec.Meta(ge=0)], ...] = (0,)
    split: str = ""
    shots_split: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1)] | None = None
    protocol: str = ""
    max_new_tokens: Annotated[int, msgspec.Meta(ge=1)] = 256
    repetition_penalty: Annotated[float, msgspec.Meta(gt=0)] = 1.0


class Suite(Record, kw_only=True):
    """Tasks × templates × shots under one protocol."""

    name: str
    title: str = ""
    protocol: str = "tehon"
    cells: tuple[Cell, ...]


class Loglikelihood(Record, kw_only=True):
    """Asks for log p(continuation | context), in nats.

    Attributes:
        context: what comes before; may be empty.
        continuation: what is scored.
        end: the end token is scored after it as well.
        special: the context means the special tokens in it, as a tokenizer's chat template does.
    """

    context: str
    continuation: str
    end: bool = False
    special: bool = False


class Generation(Record, kw_only=True):
    """Asks for a continuation.

    Attributes:
        context: what the model reads.
        stop: strings that end the answer; they are cut off.
        max_new_tokens: at most.
        repetition_penalty: 1 is none (Keskar et al. 2019, arXiv 1909.05858).
        special: the context means the special tokens in it, as a tokenizer's chat template does.
    """

    context: str
    stop: tuple[str, ...] = ()
    max_new_tokens: int = 256
    repetition_penalty: float = 1.0
    special: bool = False


class Scored(Record, kw_only=True):
    """The answer to a Loglikelihood.

    Attributes:
        logprob: of the continuation, summed over its tokens, in nats, the end token left out.
        tokens: of the continuation, the end token left out.
        end_logprob: of the end token; None unless asked for.
        greedy: every token of the continuation was the most likely one.
        prompt_tokens: of context and continuation before any cut.
        truncated: tokens cut on the left.
    """

    logprob: float
    tokens: int
    end_logprob: float | None = None
    greedy: bool
    prompt_tokens: int
    truncated: int = 0


class Completion(Record, kw_only=True):
    """The answer to a Generation.

    Attributes:
        text: without the stop string.
        finish: `end` token, `stop` string, or `length` when neither came.
        tokens: generated, the end token included.
        prompt_tokens: of the context.
        truncated: tokens cut on the left.
    """

    text: str
    finish: Literal["end", "stop", "length"]
    tokens: int
    prompt_tokens: int
    truncated: int = 0
