import numpy as np

from tehon.build.mix import BEYOND_LIMIT, BEYOND_WEIGHT, Mask, beyond, choice_keys, copies
from tehon.records.corpus import Example
from tehon.records.release import Share


def examples(count: int, source: str = "s") -> list[Example]:
    return [
        Example(
            id=f"{source}/{number:06d}", upstream_id=f"u{number}", instruction="i", response="r" * number,
            source=source, part="p", split="all", cluster="general", language="ja", licence="MIT",
        )
        for number in range(count)
    ]  # fmt: skip


def keys(share: Share, rows: list[Example], seed: int = 0) -> np.ndarray:
    return np.array([choice_keys(row, share, seed) for row in rows], dtype=np.uint64)


def left_out(share: Share, rows: list[Example], seed: int = 0, alive: Mask | None = None) -> dict[str, Mask]:
    everyone = np.ones(len(rows), dtype=np.bool_)
    return beyond(keys(share, rows, seed), everyone if alive is None else alive, share)


def kept(share: Share, rows: list[Example], seed: int = 0) -> list[str]:
    out = np.any(list(left_out(share, rows, seed).values()), axis=0)
    return [row.upstream_id for row, gone in zip(rows, out, strict=True) if not gone]


def test_a_limit_keeps_exactly_so_many() -> None:
    assert len(kept(Share(limit=7), examples(100))) == 7
    assert len(kept(Share(limit=1000), examples(10))) == 10


def test_what_is_already_out_takes_no_place_under_the_limit() -> None:
    alive = np.arange(100) >= 40
    late = left_out(Share(limit=50), examples(100), alive=alive)[BEYOND_LIMIT]
    assert late.sum() == 10
    assert not late[:40].any()


def test_a_smaller_limit_takes_a_part_of_what_a_larger_one_takes() -> None:
    assert set(kept(Share(limit=10), examples(100))) < set(kept(Share(limit=20), examples(100)))


def test_the_choice_depends_on_seed_and_source_and_on_nothing_else() -> None:
    rows = examples(200)
    assert set(kept(Share(limit=20), rows)) == set(kept(Share(limit=20), rows[::-1]))
    assert kept(Share(limit=20), rows) != kept(Share(limit=20), rows, seed=1)
    assert kept(Share(limit=20), rows) != kept(Share(limit=20), examples(200, "t"))


def test_a_fraction_keeps_about_its_share_and_a_limit_comes_after_it() -> None:
    assert 420 < len(kept(Share(weight=0.5), examples(1000))) < 580
    both = left_out(Share(weight=0.5, limit=100), examples(1000))
    assert set(both) == {BEYOND_WEIGHT, BEYOND_LIMIT}
    assert not (both[BEYOND_WEIGHT] & both[BEYOND_LIMIT]).any()
    assert 1000 - sum(int(mask.sum()) for mask in both.values()) == 100


def test_a_weight_repeats_examples_and_its_fraction_repeats_some_once_more() -> None:
    share = Share(weight=2.5)
    counts = copies(keys(share, examples(400)), share)
    assert set(counts.tolist()) == {2, 3}
    assert 140 < int((counts == 3).sum()) < 260
    assert copies(keys(Share(), examples(3)).reshape(3, 0), Share()).tolist() == [1, 1, 1]
