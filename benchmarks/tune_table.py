"""The measurements of tuning as Markdown."""

from collections.abc import Sequence

import msgspec

AUTHORS, TRL = "authors", "trl_"
MIB = 1 << 20


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One way on one base.

    Attributes:
        base: short name.
        loss: on all tokens, or on the response alone.
        way: whose.
        tokens: of the examples of all steps.
        positions: that went through the layers in all steps.
        scored: positions whose logits were computed in all steps.
        wall_seconds: of a step after the first.
        cpu_seconds: likewise.
        steps: that were run.
        peak_bytes: of memory.
        first_loss: of the first step, per scored token, in nats.
        share_of_peak: operations of layers and head, forward and backward, over what matrix products reach at best.
    """

    base: str
    loss: str
    way: str
    tokens: int
    positions: int
    scored: int
    wall_seconds: float
    cpu_seconds: float
    steps: int
    peak_bytes: int
    first_loss: float
    share_of_peak: float


def table(lines: Sequence[Line]) -> str:
    """One row a way; ratios are against the authors' way and TRL's quickest way on the same base and loss."""
    header = (
        "base", "loss on", "way", "positions a token", "logits a token", "s a step", "CPU-s a step", "MiB",
        "share of peak", "first loss", "authors' to this: positions, wall", "TRL's best to this: positions, wall",
    )  # fmt: skip
    rows = [header, ("---", "---", "---", *["---:"] * (len(header) - 3))]
    for line in lines:
        alike = [other for other in lines if (other.base, other.loss) == (line.base, line.loss)]
        authors = [other for other in alike if other.way == AUTHORS]
        trl = sorted((other for other in alike if other.way.startswith(TRL)), key=lambda other: other.wall_seconds)
        rows.append(
            (
                line.base,
                line.loss,
                line.way,
                f"{line.positions / line.tokens:.2f}",
                f"{line.scored / line.tokens:.2f}",
                f"{line.wall_seconds:.1f}",
                f"{line.cpu_seconds:.1f}",
                f"{line.peak_bytes / MIB:,.0f}",
                f"{line.share_of_peak:.0%}",
                f"{line.first_loss:.4f}",
                _against(line, authors),
                _against(line, trl),
            )
        )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _against(line: Line, others: Sequence[Line]) -> str:
    if not others or others[0].way == line.way:
        return "–"
    other = others[0]
    return f"{other.positions / line.positions:.2f} ×, {other.wall_seconds / line.wall_seconds:.2f} ×"
