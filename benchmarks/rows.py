"""What becomes of the rows of an invented corpus: most are sound, a stated share is not."""

from collections import deque
from collections.abc import Iterator
from typing import Literal, NamedTuple

from words import Writer

REPEATED, BLANK, BROKEN = 0.02, 0.002, 0.001
"""Shares of the examples; broken rows come on top."""
NEAR = 1000
"""Rows back that a repeated one may stand."""
Fate = Literal["sound", "repeated", "blank", "broken"]


class Counted(NamedTuple):
    """What a source's reader gives.

    Attributes:
        examples: blank and repeated ones included.
        repeated: of these, how many say what an earlier one said.
        blank: of these, how many have a blank response.
        left_out: rows beside them that it leaves out, damaged or unwanted.
    """

    examples: int
    repeated: int = 0
    blank: int = 0
    left_out: int = 0


def fates(examples: int, writer: Writer, *allowed: Fate) -> tuple[list[Fate], Counted]:
    """What becomes of each row of a corpus, in exact shares and in random order, the first one sound.

    Args:
        examples: how many rows its reader shall give.
        writer: whose random numbers are used.
        allowed: fates beside `sound` that the corpus's layout can show.
    """
    shares: dict[Fate, float] = {"repeated": REPEATED, "blank": BLANK, "broken": BROKEN}
    counts = {fate: int(examples * share) if fate in allowed else 0 for fate, share in shares.items()}
    sound = examples - counts["repeated"] - counts["blank"]
    drawn: list[Fate] = [fate for fate, count in counts.items() for _ in range(count)] + ["sound"] * (sound - 1)
    writer.rng.shuffle(drawn)
    return ["sound", *drawn], Counted(examples, counts["repeated"], counts["blank"], counts["broken"])


def broken(line: bytes) -> bytes:
    """The first half of a line, as an interrupted download leaves it."""
    return line[: len(line) // 2].decode(errors="ignore").encode() + b"\n"


class Past:
    """The rows written so far, to repeat one of them."""

    def __init__(self, writer: Writer) -> None:
        """Nothing has been written."""
        self._rows: deque[tuple[str, ...]] = deque(maxlen=NEAR)
        self._places = self._random(writer)
        self._repeats = 0

    def add(self, *row: str) -> tuple[str, ...]:
        """The same row, remembered."""
        self._rows.append(row)
        return row

    def again(self) -> tuple[str, ...]:
        """One of the rows; every second time with half-width brackets and digits."""
        self._repeats += 1
        row = self._rows[next(self._places) % len(self._rows)]
        return tuple(text.translate(HALF_WIDTH) for text in row) if self._repeats % 2 else row

    def _random(self, writer: Writer) -> Iterator[int]:
        while True:
            yield from writer.rng.integers(0, 1 << 30, NEAR).tolist()


HALF_WIDTH = str.maketrans("（）０１２３４５６７８９", "()0123456789")
