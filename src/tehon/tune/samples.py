"""What a model says while it is tuned: lines of JSON beside the curve, to be looked at, and no part of the result."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

from tehon.records.record import Record
from tehon.storage.atomic import disk_errors

SAMPLES = ".samples.jsonl"
"""Hidden, so that a finished folder is the same with it and without."""


class Sample(Record, kw_only=True):
    """One answer on the way.

    Attributes:
        step: finished steps.
        prompt: the instruction.
        text: the most likely answer then, cut off after a while.
        finish: how it ended.
    """

    step: int
    prompt: str
    text: str
    finish: Literal["end", "stop", "length"]


def add(folder: Path, samples: Iterable[Sample]) -> None:
    """Append them."""
    path = folder / SAMPLES
    with disk_errors(path), path.open("ab") as stream:
        stream.write(b"".join(msgspec.json.encode(sample) + b"\n" for sample in samples))


def newest(content: bytes) -> tuple[Sample, ...]:
    """The last answer to each prompt, in the order of the prompts; a last line on its way is left out.

    Raises:
        msgspec.DecodeError: a line is no sample.
    """
    lines = content.rpartition(b"\n")[0].splitlines()
    found = (msgspec.json.decode(line, type=Sample) for line in lines)
    return tuple({sample.prompt: sample for sample in found}.values())
