"""Work that workers can import."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def killable(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module of tests/importable, on the path of this process alone."""
    monkeypatch.syspath_prepend(Path(__file__).resolve().parents[2] / "importable")
    return import_module("killable")
