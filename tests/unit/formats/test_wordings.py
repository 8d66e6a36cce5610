"""Wordings: the first as published, one by keyed hash when fixed."""

from collections import Counter

from tehon.formats.wordings import worded
from tehon.records.corpus import ReadOptions

WORDINGS = ("一", "二", "三")


def test_the_published_rendering_always_takes_the_first_and_notes_none() -> None:
    for seed in range(20):
        assert worded(WORDINGS, ReadOptions(rendering="published", seed=seed), "s", str(seed)) == ("一", "")


def test_the_fixed_rendering_takes_each_about_as_often_and_notes_which() -> None:
    asked = [worded(WORDINGS, ReadOptions(), "source", "part", str(number)) for number in range(3000)]
    assert all(pattern == noted for pattern, noted in asked)
    counts = Counter(pattern for pattern, _ in asked)
    assert set(counts) == set(WORDINGS)
    assert min(counts.values()) > 900


def test_seed_source_and_id_decide_alone() -> None:
    def way(seed: int, *key: str) -> list[str]:
        return [worded(WORDINGS, ReadOptions(seed=seed), *key, str(number)).pattern for number in range(50)]

    assert way(0, "a") == way(0, "a")
    assert way(0, "a") != way(1, "a")
    assert way(0, "a") != way(0, "b")
