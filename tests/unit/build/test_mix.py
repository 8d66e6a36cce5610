from pathlib import Path

from tehon.build.mix import mix, repeat
from tehon.records.corpus import Drop, Example
from tehon.records.release import Share


def examples(count: int, source: str = "s") -> list[Example]:
    return [
        Example(
            id=f"{source}/{number:06d}", upstream_id=f"u{number}", instruction="i", response="r" * number,
            source=source, part="p", split="all", cluster="general", language="ja", licence="MIT",
        )
        for number in range(count)
    ]  # fmt: skip


def kept(share: Share, rows: list[Example], scratch: Path, seed: int = 0) -> list[str]:
    return [row.upstream_id for row in mix(rows, share, seed, scratch) if isinstance(row, Example)]


def test_a_limit_keeps_exactly_so_many_in_their_order_and_counts_the_rest(tmp_path: Path) -> None:
    rows = list(mix(examples(100), Share(limit=7), 0, tmp_path))
    chosen = [row for row in rows if isinstance(row, Example)]
    assert len(chosen) == 7
    assert [row.id for row in chosen] == sorted(row.id for row in chosen)
    assert all(row in examples(100) for row in chosen)
    assert {row.reason for row in rows if isinstance(row, Drop)} == {"beyond the limit"}
    assert len(rows) == 100
    assert list(tmp_path.iterdir()) == []


def test_a_smaller_limit_takes_a_part_of_what_a_larger_one_takes(tmp_path: Path) -> None:
    assert set(kept(Share(limit=10), examples(100), tmp_path)) < set(kept(Share(limit=20), examples(100), tmp_path))


def test_the_choice_depends_on_seed_and_source_and_on_nothing_else(tmp_path: Path) -> None:
    rows = examples(200)
    assert set(kept(Share(limit=20), rows, tmp_path)) == set(kept(Share(limit=20), rows[::-1], tmp_path))
    assert kept(Share(limit=20), rows, tmp_path) != kept(Share(limit=20), rows, tmp_path, seed=1)
    assert kept(Share(limit=20), rows, tmp_path) != kept(Share(limit=20), examples(200, "t"), tmp_path)


def test_a_fraction_keeps_about_its_share(tmp_path: Path) -> None:
    assert 420 < len(kept(Share(weight=0.5), examples(1000), tmp_path)) < 580


def test_a_limit_above_what_there_is_keeps_all(tmp_path: Path) -> None:
    assert len(kept(Share(limit=1000), examples(10), tmp_path)) == 10


def test_a_weight_repeats_examples_under_ids_of_their_own() -> None:
    repeated = list(repeat(examples(400), 2.5, 0))
    assert 2 * 400 + 140 < len(repeated) < 2 * 400 + 260
    assert len({row.id for row in repeated}) == len(repeated)
    assert [row.id for row in repeated][:2] == ["s/000000", "s/000000+1"]
    assert list(repeat(examples(3), 1.0, 0)) == list(repeat(examples(3), 0.3, 0)) == examples(3)
