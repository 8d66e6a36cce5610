"""Errors: one sentence that says what is wrong, one that says what to do, and an exit code by kind."""

import pytest

from tehon import errors


def tree(kind: type[errors.TehonError]) -> list[type[errors.TehonError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in tree(child))]


@pytest.mark.parametrize("kind", tree(errors.TehonError))
def test_the_tree_in_the_docstring_is_the_tree(kind: type[errors.TehonError]) -> None:
    assert errors.__doc__ is not None
    assert kind.__name__ in errors.__doc__


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.UsageError, 2),
        (errors.DataError, 3),
        (errors.ModelError, 4),
        (errors.OutOfDisk, 5),
    ],
)
def test_an_error_of_a_kind_has_its_exit_code(kind: type[errors.TehonError], code: int) -> None:
    assert {below.exit_code for below in tree(kind)} == {code}


def test_a_message_is_one_line_of_two_sentences() -> None:
    error = errors.BadRawFile("a.csv", "must be UTF-8,\n but is not", "Convert it")
    assert str(error) == "a.csv: must be UTF-8, but is not. Convert it."


def test_far_names_are_not_suggested() -> None:
    known = [f"source_{number}" for number in range(20)]
    assert (
        str(errors.UnknownName("source", "zzz", known)) == "no source named 'zzz'. Run tehon list sources to see them."
    )
