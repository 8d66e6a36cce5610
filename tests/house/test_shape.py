"""The house's shape, as ARCHITECTURE.md promises it."""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "tehon"
FILES = sorted(PACKAGE.rglob("*.py"))
TREES = {path: ast.parse(path.read_text("utf-8")) for path in FILES}
FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "helper", "misc", "base", "core"}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_is_short_enough_to_read(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= (10 if path.name == "__init__.py" else 300)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_function_is_short_and_takes_few_parameters(path: Path) -> None:
    for function in functions(path):
        assert (function.end_lineno or 0) - function.lineno < 40, function.name
        if path.parent.name != "cli" and "PLR0913" not in path.read_text("utf-8").splitlines()[function.lineno - 1]:
            taken = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
            assert len([argument for argument in taken if argument.arg not in {"self", "cls"}]) <= 6, function.name


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_is_named_for_what_it_holds(path: Path) -> None:
    assert path.stem not in FORBIDDEN_NAMES
    assert len(path.relative_to(PACKAGE).parts) <= 2


@pytest.mark.parametrize("path", FILES, ids=name)
def test_attributes_are_looked_up_by_name_only_on_the_shelf(path: Path) -> None:
    called = {
        node.func.id for node in ast.walk(TREES[path]) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert name(path) == "shelf.py" or not called & {"getattr", "hasattr", "setattr", "eval", "exec"}


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_error_is_caught_unnamed_and_no_user_meets_an_assert(path: Path) -> None:
    for node in ast.walk(TREES[path]):
        assert not isinstance(node, ast.Assert)
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None
            assert ast.unparse(node.type) not in {"Exception", "BaseException"}


@pytest.mark.parametrize("path", FILES, ids=name)
def test_nothing_is_left_for_later(path: Path) -> None:
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK|raise NotImplementedError)\b", path.read_text("utf-8"))


def test_the_median_file_is_between_one_and_two_screens() -> None:
    lengths = [len(path.read_text("utf-8").splitlines()) for path in FILES if path.name != "__init__.py"]
    assert 40 <= statistics.median(lengths) <= 90


def test_architecture_names_every_room() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    rooms = [path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"]
    assert [room for room in rooms if f"{room}/" not in text] == []


def test_readme_fits_on_three_screens() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150
