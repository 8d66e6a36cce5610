"""What a step of building is: it changes one example, or says why it goes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tehon.records.corpus import Document, Example
from tehon.records.record import Record

Content = Example | Document
"""What a release holds: examples for instruction tuning, or documents for continued pre-training."""
Changed = Content | str
"""The content as it goes on, or the reason why it is left out: a short constant phrase, the key of a count."""


class Step(Record, kw_only=True):
    """One optional step, chosen by a mixture's `[steps.NAME]`.

    Attributes:
        name: the file's name on the shelf.
        title: one line for the docs.
        options: the record of its options, each with a default; a mixture's table is read as one.
        make: gives the step's function for one set of options. The function looks at one content alone, so that
            results depend on no order and no worker.
        files: the local files that a set of options names; what is in them changes results.
        packages: distributions whose version changes results.
    """

    name: str
    title: str
    options: type[Record]
    make: Callable[[Any], Callable[[Content], Changed]]
    files: Callable[[Any], tuple[Path, ...]] | None = None
    packages: tuple[str, ...] = ()
