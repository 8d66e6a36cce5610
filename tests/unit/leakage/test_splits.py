"""A release that holds what a task scores is refused, by what its rows say of themselves."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from tehon.errors import Contaminated, UnknownName
from tehon.leakage.splits import check_contamination
from tehon.records.corpus import Example
from tehon.storage import shards

MakeRelease = Callable[[Path, Sequence[Example]], Path]


@pytest.fixture
def holding(tmp_path: Path, make_release: MakeRelease, few_examples: list[Example]) -> Callable[[str, str, int], Path]:
    """A release in which some rows are of a source's split."""

    def make(source: str, split: str, count: int) -> Path:
        rows = [msgspec.structs.replace(row, source=source, split=split) for row in few_examples[:count]]
        return make_release(tmp_path / "release", [*rows, *few_examples[count:]])

    return make


def test_a_scored_split_is_refused_with_its_size(holding: Callable[[str, str, int], Path]) -> None:
    release = holding("jnli", "valid", 3)
    with pytest.raises(Contaminated, match="jnli scores, but holds 3 examples of its split valid") as error:
        check_contamination(release, ())
    assert 'allow_contamination = ["jnli"]' in str(error.value)
    check_contamination(release, ("jnli",))


@pytest.mark.parametrize(("source", "split"), [("jnli", "train"), ("test", "valid"), ("wikinews", "valid")])
def test_other_splits_and_sources_without_a_task_may_stay(
    holding: Callable[[str, str, int], Path], source: str, split: str
) -> None:
    check_contamination(holding(source, split, 3), ())


def test_only_what_is_named_is_allowed(holding: Callable[[str, str, int], Path]) -> None:
    release = holding("jnli", "valid", 3)
    with pytest.raises(Contaminated):
        check_contamination(release, ("niilc",))
    with pytest.raises(UnknownName, match="jnly"):
        check_contamination(release, ("jnly",))


def test_splits_are_counted_over_row_groups_that_hold_different_ones(
    holding: Callable[[str, str, int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "BATCH_ROWS", 2)
    with pytest.raises(Contaminated, match="holds 3 examples"):
        check_contamination(holding("jnli", "valid", 3), ())
