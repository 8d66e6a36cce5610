"""The benchmark's raw tree gives what it says: every source's reader is asked."""

import sys
from pathlib import Path

import pytest

from tehon.build.choose import choose_mixture
from tehon.build.read import OTHER_PART, read, supplies
from tehon.records.corpus import Drop, Example

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
SCALE = 0.013


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, tuple[int, int, int, int]]]:
    raw = tmp_path_factory.mktemp("tree") / "raw"
    sys.path.insert(0, str(BENCHMARKS))
    try:
        from raw_tree import write_tree  # noqa: PLC0415 - a script's module

        return raw, dict(write_tree(raw, SCALE))
    finally:
        sys.path.remove(str(BENCHMARKS))


def test_every_source_reads_from_the_benchmark_s_raw_tree_exactly_what_was_written(
    tree: tuple[Path, dict[str, tuple[int, int, int, int]]],
) -> None:
    raw, written = tree
    mixture = choose_mixture("vanilla_v1_0_1")
    for supply in supplies(mixture, raw):
        name = supply.source.name
        rows = list(read(supply, mixture))
        found = [row for row in rows if isinstance(row, Example)]
        empty = sum(not row.response.strip() for row in found)
        dropped = sum(isinstance(row, Drop) and row.reason != OTHER_PART for row in rows)
        examples, _, blank, left_out = written[name]
        assert (name, len(found), empty, dropped) == (name, examples, blank, left_out)
