"""What a job answers: its result, or an error for the user, as bytes that travel between processes."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from tehon import errors
from tehon.errors import TehonError
from tehon.records.record import Record

R = TypeVar("R", bound=Record)


class Failure(Record, kw_only=True):
    """An error for the user: its class in `tehon.errors`, and its three parts."""

    error: str
    where: str
    problem: str
    remedy: str


class Outcome(Record, kw_only=True, omit_defaults=True):
    """Either a failure, or an encoded result."""

    failure: Failure | None = None
    result: msgspec.Raw = msgspec.Raw(b"null")


def answer(run: Callable[[], Record]) -> bytes:
    """Run a job and say how it went; an error that is no user's error is a defect and passes through."""
    try:
        outcome = Outcome(result=msgspec.Raw(msgspec.json.encode(run())))
    except TehonError as error:
        failure = Failure(error=type(error).__name__, where=error.where, problem=error.problem, remedy=error.remedy)
        outcome = Outcome(failure=failure)
    return msgspec.json.encode(outcome)


def result(said: bytes, kind: type[R]) -> R:
    """The result that a job answered with.

    Raises:
        TehonError: the error that it answered with, as it was raised.
    """
    outcome = msgspec.json.decode(said, type=Outcome)
    if outcome.failure is not None:
        raise _raised(outcome.failure)
    return msgspec.json.decode(outcome.result, type=kind)


def _raised(failure: Failure) -> TehonError:
    kind = vars(errors)[failure.error]
    error: TehonError = kind.__new__(kind)
    TehonError.__init__(error, failure.where, failure.problem, failure.remedy)
    return error
