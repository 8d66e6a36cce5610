"""What evaluation found: results item by item, and the scores over them."""

from typing import Literal

from tehon.records.evaluation import Protocol, Suite
from tehon.records.record import Record

STOOD_IN = " (stand-in)"
"""Follows a task's name in every result on data that only stand in for the corpus."""


class ItemResult(Record, kw_only=True):
    """One item under one template and number of shots: one line of `items.jsonl`.

    Attributes:
        item: the example's id.
        task: its name, with STOOD_IN where its data stand in.
        template: prompt version or template name.
        shots: number of shots.
        shot_ids: the examples that were shown.
        instruction: what was asked, free of any frame.
        input: what the instruction is about; may be empty.
        context: what the model read.
        gold: the right answer.
        choices: what could be chosen.
        logprobs: of each choice, or of the gold response alone.
        prediction: the chosen text, or the generated one; empty for perplexity.
        correct: the prediction is right; None where that is not judged.
        tokens: scored or generated tokens, the end token left out.
        end_logprob: of the end token after the gold response; None unless scored.
        bytes: UTF-8 bytes of the gold response.
        finish: how a generation ended, as in Completion; empty where nothing was generated.
        prompt_tokens: of the longest prompt of this item before any cut.
        truncated: tokens cut on the left of it.
    """

    item: str
    task: str
    template: str
    shots: int
    shot_ids: tuple[str, ...] = ()
    instruction: str = ""
    input: str = ""
    context: str
    gold: str = ""
    choices: tuple[str, ...] = ()
    logprobs: tuple[float, ...] = ()
    prediction: str = ""
    correct: bool | None = None
    tokens: int = 0
    end_logprob: float | None = None
    bytes: int = 0
    finish: Literal["end", "stop", "length", ""] = ""
    prompt_tokens: int = 0
    truncated: int = 0


class Score(Record, kw_only=True):
    """One number of one cell, with what must be known to read it.

    Attributes:
        task: its name, with STOOD_IN where its data stand in.
        template: prompt version or template name.
        shots: number of shots.
        metric: `accuracy`, `token_perplexity`, `distinct`, …
        value: of the metric.
        standard_error: None where none is defined.
        count: items.
        baseline: the same metric for always choosing these items' most frequent class; None where there is none.
        histogram: predicted choice -> items, in label order.
        flags: `constant` (one choice always), `over_training_length:N` and `over_context:N` (items), `stand-in`,
            `other_template` (not the one that the adapter was tuned with), `empty_response:N`.
    """

    task: str
    template: str
    shots: int
    metric: str
    value: float
    standard_error: float | None = None
    count: int
    baseline: float | None = None
    histogram: dict[str, int] = {}
    flags: tuple[str, ...] = ()


class Scores(Record, kw_only=True):
    """Everything that one evaluation of one model found: `scores.json`.

    Attributes:
        model: name for tables.
        base: what was loaded.
        model_digest: of configuration and weights.
        adapter: the adapter's fingerprint; empty for a base.
        adapter_template: the template that the adapter was tuned with; empty for a base.
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
    suite: Suite
    protocol: Protocol
    scores: tuple[Score, ...]
    positions: int
    items: int
    stand_ins: dict[str, str] = {}
