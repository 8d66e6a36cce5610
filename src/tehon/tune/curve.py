"""The loss over a run: one JSON line every few steps, the same whether or not the run was interrupted."""

from pathlib import Path

import msgspec

from tehon.records.record import Record
from tehon.storage.atomic import disk_errors, write_bytes

CURVE = "metrics.jsonl"
FIGURE = "loss.svg"


class Line(Record, omit_defaults=True):
    """One line of the curve.

    Attributes:
        step: finished steps.
        examples: seen so far, repetitions counted.
        loss: mean per unit of weight since the line before, in nats.
        learning_rate: of the last step.
        gradient_norm: of the last step, before clipping.
        validation_loss: mean NLL per scored token on the held-back examples, in nats; None where it was not measured.
    """

    step: int
    examples: int
    loss: float
    learning_rate: float
    gradient_norm: float
    validation_loss: float | None = None


def lines(folder: Path) -> list[Line]:
    """All lines of a finished run."""
    return [msgspec.json.decode(line, type=Line) for line in (folder / CURVE).read_bytes().splitlines()]


def rewind(folder: Path, step: int) -> None:
    """Forget the lines after that step: a resumed run writes them again."""
    path = folder / CURVE
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    # A killed run may have left half a line at the end; it is after the last checkpoint, too.
    kept = [line for line in lines if line.endswith(b"\n") and msgspec.json.decode(line, type=Line).step <= step]
    write_bytes(path, b"".join(kept))


def add(folder: Path, line: Line) -> None:
    """Append one line."""
    path = folder / CURVE
    with disk_errors(path), path.open("ab") as stream:
        stream.write(msgspec.json.encode(line) + b"\n")
