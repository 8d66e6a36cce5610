"""Counts, shares and times as a person writes them."""

from collections.abc import Sequence

MISSING = "–"
"""Stands where there is no value."""


def amount(count: int, noun: str) -> str:
    """`1 task`, `3 tasks`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def listing(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def share(value: float) -> str:
    """A share in percent."""
    return f"{100 * value:.1f} %"


def duration(seconds: float | None) -> str:
    """Seconds as a person says them."""
    if seconds is None:
        return MISSING
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
