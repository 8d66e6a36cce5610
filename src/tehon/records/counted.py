"""What a report counts in the folders that it is made from, for its figures."""

from tehon.records.files import Kind
from tehon.records.record import Record


class Confusion(Record, kw_only=True):
    """What one model chose in one cell, whose items all have the same choices.

    Attributes:
        model: its name.
        task: its name.
        template: prompt version or template name.
        shots: number of shots.
        choices: what could be chosen.
        counts: for each choice that is right, how many items were said to be of each, in the order of the choices.
    """

    model: str
    task: str
    template: str
    shots: int
    choices: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def gold(self) -> tuple[int, ...]:
        """Items for which each choice is right."""
        return tuple(map(sum, self.counts))

    @property
    def predicted(self) -> tuple[int, ...]:
        """Items for which each choice was taken."""
        return tuple(map(sum, zip(*self.counts, strict=True)))


class PromptLengths(Record, kw_only=True):
    """How long the prompts of one task are for one model, in its tokens, before any cut.

    Attributes:
        model: its name.
        task: its name.
        template: prompt version or template name.
        width: of a bin, in tokens.
        counts: number of shots -> items in each bin; the first bin begins at 0, and holds its upper bound.
        tuning_length: the longest prompt that the model was tuned on; None where there is none.
        context_length: of the model; None where nobody says so.
    """

    model: str
    task: str
    template: str
    width: int
    counts: dict[str, tuple[int, ...]]
    tuning_length: int | None
    context_length: int | None


class LengthBin(Record, kw_only=True):
    """Answers of about one length.

    Attributes:
        low: the fewest tokens.
        high: the most; None where the bin is open.
        count: items.
        perplexity: e to the mean over items of their mean surprise a token.
        with_end: the same with the end token as one token more; None where that was not scored.
    """

    low: int
    high: int | None
    count: int
    perplexity: float
    with_end: float | None


class ByLength(Record, kw_only=True):
    """One model's perplexity in one cell, by the length of the right answer in its tokens."""

    model: str
    task: str
    template: str
    shots: int
    bins: tuple[LengthBin, ...]


class Work(Record, kw_only=True):
    """What was asked for and what was computed for it.

    Attributes:
        folder: whose.
        kind: of the folder.
        tokens: of every prompt with its answer, each counted in full.
        positions: that the model computed, padding included.
    """

    folder: str
    kind: Kind
    tokens: int
    positions: int


class CurvePoint(Record, kw_only=True):
    """What was logged at one step.

    Attributes:
        step: finished steps.
        loss: in nats per scored token.
        learning_rate: None where it was not logged.
        validation_loss: on held-back examples; None where it was not measured.
    """

    step: int
    loss: float
    learning_rate: float | None = None
    validation_loss: float | None = None
