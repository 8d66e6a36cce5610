"""What evaluation found: results item by item, and the scores over them."""

from typing import Literal

from tehon.records.evaluation import Protocol, Suite
from tehon.records.record import Record

Matched = Literal["exact", "prefix", "normalised", "none", ""]
Part = Literal["description", "shots", "query"]
IntervalKind = Literal["exact", "bootstrap", "normal", ""]
STOOD_IN = " (stand-in)"
"""Follows a task's name in every result on data that only stand in for the corpus."""


class ItemResult(Record, kw_only=True):
    """One item under one template and number of shots: one row of `items.parquet`.

    Attributes:
        item: the example's id.
        task: its name, with STOOD_IN where its data stand in.
        template: prompt version or template name.
        shots: number of shots.
        seed: of the shots' draw, where there are several; else None.
        shot_ids: the examples that were shown.
        instruction: what was asked, free of any frame.
        input: what the instruction is about; may be empty.
        history: what was said before that, the user and the model in turn, the user first; empty where nothing was.
        category: the corpus's own name for items of this sort; may be empty.
        context: what the model read.
        gold: the right answer; empty where there is none.
        references: other right answers.
        value: what annotators gave on a scale; None where there is no scale.
        estimate: what the likelihoods say on that scale: the mean of its steps, each weighted by its likelihood.
        model_answers: a good answer to every turn for a judge to look at; empty where nobody gave any.
        criteria: what the corpus asks its judges to look at; may be empty.
        choices: what could be chosen.
        logprobs: of each choice, or of the gold response alone.
        choice_tokens: of each choice; empty where there are none.
        prior_logprobs: of each choice without any context; empty unless asked for.
        prediction: the chosen text, or the generated one; empty for perplexity.
        correct: the prediction is right; None where that is not judged.
        f1: how much of the prediction and of the likest right answer is the same; None where that is not judged.
        output: what the model wrote where it was to choose by writing.
        matched: how that was found to be a choice: `exact`ly, by its beginning (`prefix`), one of the two once both are
            `normalised`, or `none` of them; empty where nothing was written.
        said: the choice that it is; empty if none.
        tokens: scored or generated tokens, the end token left out.
        end_logprob: of the end token after the gold response; None unless scored.
        bytes: UTF-8 bytes of the gold response.
        finish: how a generation ended, as in Completion; empty where nothing was generated.
        prompt_tokens: of the longest prompt of this item before any cut, with all of its shots.
        truncated: tokens cut on the left of it.
        dropped_shots: taken away, so that the prompt fits.
        cut: the parts of the prompt that lost anything, in their order.
        skipped: the prompt does not fit, so the item was not asked; it counts in no score.
        merged: a token spans the border between the context and a continuation.
    """

    item: str
    task: str
    template: str
    shots: int
    seed: int | None = None
    shot_ids: tuple[str, ...] = ()
    instruction: str = ""
    input: str = ""
    history: tuple[str, ...] = ()
    category: str = ""
    context: str
    gold: str = ""
    references: tuple[str, ...] = ()
    value: float | None = None
    estimate: float | None = None
    model_answers: tuple[str, ...] = ()
    criteria: str = ""
    choices: tuple[str, ...] = ()
    logprobs: tuple[float, ...] = ()
    choice_tokens: tuple[int, ...] = ()
    prior_logprobs: tuple[float, ...] = ()
    prediction: str = ""
    correct: bool | None = None
    f1: float | None = None
    output: str = ""
    matched: Matched = ""
    said: str = ""
    tokens: int = 0
    end_logprob: float | None = None
    bytes: int = 0
    finish: Literal["end", "stop", "length", ""] = ""
    prompt_tokens: int = 0
    truncated: int = 0
    dropped_shots: int = 0
    cut: tuple[Part, ...] = ()
    skipped: bool = False
    merged: bool = False


class Lengths(Record, kw_only=True):
    """How long a cell's prompts are, in tokens before any cut, and what was done with those that are too long.

    Attributes:
        items: with those that were skipped.
        longest: prompt.
        mean: prompt.
        tuning_length: the longest that the model was tuned on; None for a base, or where nobody says so.
        over_tuning: items whose prompt is longer than that: the paper's `*` stands where there is one.
        context_length: of the model.
        over_context: items whose prompt is longer than that: the paper's `†`.
        truncated: tokens cut on the left, of all items.
        dropped_shots: of all items.
        skipped: items.
        cut: part of the prompt -> items in which it lost anything.
    """

    items: int
    longest: int
    mean: float
    tuning_length: int | None
    over_tuning: int
    context_length: int
    over_context: int
    truncated: int
    dropped_shots: int
    skipped: int
    cut: dict[Part, int]


class Bin(Record, kw_only=True):
    """Items whose likeliest choice has a likelihood between two bounds.

    Attributes:
        low: the lower bound.
        high: the upper one, which belongs to the next bin, but for the last.
        count: items.
        confidence: their mean likelihood of the likeliest choice.
        accuracy: share of them that are right.
    """

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


class Score(Record, kw_only=True):
    """One number of one cell, with what must be known to read it.

    Attributes:
        task: its name, with STOOD_IN where its data stand in.
        template: prompt version or template name.
        shots: number of shots.
        seed: of the shots' draw, where there are several; None for their mean, and where there is one draw.
        metric: `accuracy`, `token_perplexity`, `distinct`, …
        value: of the metric.
        standard_error: None where none is defined.
        interval: holds the value in 95 of 100 such samples of items; None where none is defined.
        interval_kind: `exact` (Clopper–Pearson), `bootstrap`, or `normal` where items are too many for it.
        count: items.
        distinct: different prompts with their responses among them, each asked once; None where that is not counted.
        spread: standard deviation over the seeds of the shots, of their mean; else None.
        baseline: the same metric for always choosing these items' most frequent class; None where there is none.
        random_baseline: the same for choosing by lot; None where there is none.
        histogram: predicted choice -> items, in label order.
        bins: of the calibration; empty for other metrics.
        flags: `constant` (one choice always), `over_training_length:N` and `over_context:N` (items), `stand-in`,
            `other_template` (not the one that the adapter was tuned with), `empty_response:N`,
            `merged:N` (items of which a token spans the border of context and continuation), `own_shot:N` (items that
            were drawn as their own shot and got another), `skipped:N`, `dropped_shots:N`, `other_data` (than the
            protocol's), `chosen` (the prompt version that would be reported, chosen on these items), `contaminated:N`
            (items that the model was tuned on), `in_family` (it was tuned on another split of the corpus), `unchecked`
            (nobody says what it was tuned on).
        lengths: of the prompts.
    """

    task: str
    template: str
    shots: int
    seed: int | None = None
    metric: str
    value: float
    standard_error: float | None = None
    interval: tuple[float, float] | None = None
    interval_kind: IntervalKind = ""
    count: int
    distinct: int | None = None
    spread: float | None = None
    baseline: float | None = None
    random_baseline: float | None = None
    histogram: dict[str, int] = {}
    bins: tuple[Bin, ...] = ()
    flags: tuple[str, ...] = ()
    lengths: Lengths | None = None


class Scores(Record, kw_only=True):
    """Everything that one evaluation of one model found: `scores.json`.

    Attributes:
        model: name for tables.
        base: what was loaded.
        model_digest: of configuration and weights.
        adapter: the adapter's fingerprint; empty for a base.
        adapter_template: the template that the adapter was tuned with; empty for a base.
        recipe: digest of everything that made what was tuned but the seed; empty where nobody says so.
        seed: that it was tuned with; None where nobody says so.
        suite: as it ran.
        protocol: as it ran.
        scores: one line a metric.
        positions: that the model computed.
        items: scored or generated for.
        stand_ins: task -> what its data are, where they only stand in for the corpus; may be empty.
    """

    model: str
    base: str
    model_digest: str
    adapter: str = ""
    adapter_template: str = ""
    recipe: str = ""
    seed: int | None = None
    suite: Suite
    protocol: Protocol
    scores: tuple[Score, ...]
    positions: int
    items: int
    stand_ins: dict[str, str] = {}
