"""Ray: clusters that are there, that are not, and that lose a node."""

import sys
from types import ModuleType

import pytest

from tehon.errors import PackageMissing
from tehon.executors.ray import EXECUTOR

run = EXECUTOR.run


def test_without_the_package_the_error_says_how_to_get_it(
    killable: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(PackageMissing, match=r"Run pip install 'tehon\[ray\]'"):
        list(run(killable.reverse, {"task": b""}, 1))
