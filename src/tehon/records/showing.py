"""What a run would read first, for people to look at."""

from tehon.records.record import Record


class Stretch(Record, kw_only=True):
    """Neighbouring tokens of one weight.

    Attributes:
        text: with special tokens.
        tokens: how many they are.
        weight: of the loss on each.
    """

    text: str
    tokens: int
    weight: float


class Shown(Record, kw_only=True):
    """One example, or one piece of a document, as the model reads it.

    Attributes:
        id: in the release.
        stretches: in order.
    """

    id: str
    stretches: tuple[Stretch, ...]
