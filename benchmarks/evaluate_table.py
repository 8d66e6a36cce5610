"""The measurements of scoring as Markdown."""

from collections.abc import Sequence

import msgspec

from evaluate_ways import TEHON, Positions

MIB = 1 << 20


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One way on one load.

    Attributes:
        base: short name of the model.
        load: title.
        way: whose.
        machine: in words.
        batch: requests in one pass; of tehon, requests that are laid out together.
        items: that were scored.
        positions: that went through the layers.
        head_positions: whose logits were computed.
        seconds: of every run.
        cpu_seconds: of every run, all threads together.
        peak_bytes: resident at most, the model included; on an accelerator, of its memory.
        operations: in one run, attention's products left out.
        peak_flops: what the device can do, in operations a second.
        agrees: items whose prediction is tehon's; for a perplexity, requests with its log-likelihood but for rounding.
        perplexity: per token over all requests.
    """

    base: str
    load: str
    way: str
    machine: str
    batch: int
    items: int
    positions: int
    head_positions: int
    seconds: list[float]
    cpu_seconds: list[float]
    peak_bytes: int
    operations: int
    peak_flops: float
    agrees: int
    perplexity: float

    @property
    def per_second(self) -> float:
        """Items, in the quickest run."""
        return self.items / min(self.seconds)

    @property
    def share_of_peak(self) -> str:
        """Of what an accelerator can do at best; a processor's best depends too much on its neighbours."""
        share = self.operations / min(self.seconds) / self.peak_flops
        return "" if "core" in self.machine else f"{share:.0%}"


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """A way's work on all items of a load, counted."""

    base: str
    load: str
    way: str
    items: int
    positions: Positions


def measured(lines: Sequence[Line]) -> str:
    """One row a way."""
    header = (
        "base", "load", "way", "batch", "items", "positions", "tehon's share", "head positions", "wall, s", "items/s",
        "tehon is quicker by", "CPU-s", "by CPU-s", "peak memory, MiB", "share of matmul peak",
        "same as tehon", "perplexity",
    )  # fmt: skip
    ours = {(line.base, line.load): line for line in lines if line.way == TEHON}
    table = []
    for line in lines:
        own = ours[line.base, line.load]
        table.append(
            (
                line.base,
                line.load,
                line.way,
                f"{line.batch}",
                f"{line.items:,}",
                f"{line.positions:,}",
                f"{own.positions / line.positions:.3f}",
                f"{line.head_positions:,}",
                _spread(line.seconds),
                f"{line.per_second:.2f}",
                f"{own.per_second / line.per_second:.1f} ×",
                _spread(line.cpu_seconds),
                f"{min(line.cpu_seconds) / min(own.cpu_seconds):.1f} ×",
                f"{line.peak_bytes / MIB:,.0f}",
                line.share_of_peak,
                f"{line.agrees:,}",
                f"{line.perplexity:.4f}",
            )
        )
    return _markdown(header, table, text=3)


def whole(lines: Sequence[Whole]) -> str:
    """One row a way: positions on all items, and tehon's share of them."""
    header = ("base", "load", "way", "items", "positions", "an item", "tehon's share of it", "head positions")
    ours = {(line.base, line.load): line.positions.body for line in lines if line.way == TEHON}
    table = [
        (
            line.base,
            line.load,
            line.way,
            f"{line.items:,}",
            f"{line.positions.body:,}",
            f"{line.positions.body / line.items:.0f}",
            f"{ours[line.base, line.load] / line.positions.body:.3f}",
            f"{line.positions.head:,}",
        )
        for line in lines
    ]
    return _markdown(header, table, text=3)


def _markdown(header: Sequence[str], table: Sequence[Sequence[str]], text: int) -> str:
    rule = ["---"] * text + ["---:"] * (len(header) - text)
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, rule, *table))


def _spread(seconds: Sequence[float]) -> str:
    low, high = f"{min(seconds):,.2f}", f"{max(seconds):,.2f}"
    return low if low == high else f"{low} to {high}"
