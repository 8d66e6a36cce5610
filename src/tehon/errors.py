"""The errors that a user can meet, as one tree.

    TehonError                 exit code 1
    ├── UsageError             2   what was asked for cannot be done as asked
    │   ├── UnknownName            no such source, template, task, …
    │   ├── BadConfig              a TOML file or a --set value breaks its schema
    │   └── OutputTaken            the output folder holds something else
    ├── DataError              3   the data at hand does not allow it
    │   ├── RawFileMissing         an upstream file is not where it should lie
    │   ├── BadRawFile             an upstream file is damaged or of another format
    │   ├── BadLicence             a licence is unknown or does not fit the mixture
    │   ├── Contaminated           data for training hold what a task asks
    │   ├── EmptyData              nothing is left to work on
    │   └── Damaged                a finished folder does not match its manifest
    ├── ModelError             4   the model at hand does not allow it
    │   ├── ModelNotFound          no model can be loaded from there
    │   ├── PackageMissing         an optional dependency is not installed
    │   ├── TargetsMissing         LoRA's target modules are not in this model
    │   ├── AdapterMismatch        the adapter belongs to another base, or is incomplete
    │   ├── NotFinite              a loss or a log-likelihood is NaN or infinite
    │   └── OutOfMemory            the device's memory is full
    └── OutOfDisk              5   the disk is full

Every message is one sentence that says where, what must hold and what came, and one that says what to do.
"""

from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


class TehonError(Exception):
    """An error for the user: where it is, what is wrong, what to do.

    Args:
        where: a file, a table cell, an option: the place to look at.
        problem: what must hold and what came instead, without a full stop.
        remedy: what to do, without a full stop; may be empty.

    Attributes:
        everywhere: all processes of a run have agreed on it and leave, so that none need be ended.
    """

    exit_code: ClassVar[int] = 1
    everywhere: bool = False

    def __init__(self, where: str, problem: str, remedy: str = "") -> None:
        """Keep the three parts; the message joins them."""
        self.where = where
        self.problem = problem
        self.remedy = remedy
        super().__init__(where, problem, remedy)

    def __str__(self) -> str:
        """`where: problem. Remedy.`, on one line."""
        sentences = f"{self.where}: {self.problem}." + (f" {self.remedy}." if self.remedy else "")
        return " ".join(sentences.split())


class UsageError(TehonError):
    """What was asked for cannot be done as asked."""

    exit_code = 2


class UnknownName(UsageError):
    """No entry of that name; near names are suggested.

    Args:
        kind: the shelf's noun, such as `source`.
        name: what was asked for.
        known: every name there is.
    """

    def __init__(self, kind: str, name: str, known: "Iterable[str]") -> None:
        """Suggest up to three near names, or all of them when they are few."""
        names = sorted(known)
        near = get_close_matches(name, names, n=3, cutoff=0.6) or (names if len(names) <= 12 else [])  # noqa: PLR2004
        remedy = f"Did you mean {' or '.join(near)}?" if near else f"Run tehon list {kind}s to see them"
        super().__init__(name, f"no {kind} named '{name}'", remedy)

    def __str__(self) -> str:
        """`no source named 'jsqad'. Did you mean jsquad?`."""
        return f"{self.problem}. {self.remedy}" + ("" if self.remedy.endswith("?") else ".")


class BadConfig(UsageError):
    """A TOML file or a `--set` value breaks its schema."""


class OutputTaken(UsageError):
    """The output folder holds something that this run would have to overwrite."""


class DataError(TehonError):
    """The data at hand does not allow it."""

    exit_code = 3


class RawFileMissing(DataError):
    """An upstream file is not where it should lie."""


class BadRawFile(DataError):
    """An upstream file is damaged, or of another format than its name says."""


class BadLicence(DataError):
    """A licence is unknown, or does not fit the mixture that uses it."""


class Contaminated(DataError):
    """A release holds what a task asks, so that its scores would prove nothing."""


class EmptyData(DataError):
    """Nothing is left to work on."""


class Damaged(DataError):
    """A finished folder does not match its manifest."""


class ModelError(TehonError):
    """The model at hand does not allow it."""

    exit_code = 4


class ModelNotFound(ModelError):
    """No model can be loaded from there."""


class PackageMissing(ModelError):
    """An optional dependency is not installed."""


class TargetsMissing(ModelError):
    """LoRA's target modules are not in this model."""


class AdapterMismatch(ModelError):
    """The adapter belongs to another base, or is not complete."""


class NotFinite(ModelError):
    """A loss or a log-likelihood is NaN or infinite."""


class OutOfMemory(ModelError):
    """The device's memory is full."""


class OutOfDisk(TehonError):
    """The disk is full."""

    exit_code = 5
