import numpy as np
import pytest
import torch

from tehon.engine.padded import blocks
from tehon.engine.prefix_tree import rows
from tehon.engine.tokens import encoded
from tehon.tune.dropout import KeyedDropout, Positions, kept_features, position_keys

SEQUENCES = [encoded(ids, [1.0] * len(ids)) for ids in ([5, 6, 7, 8, 9], [5, 6, 7, 1, 2, 3], [4, 6, 7, 8])]


def by_prefix(seed: int = 1, step: int = 2) -> dict[tuple[int, ...], int]:
    (block,) = blocks(SEQUENCES, 1000)
    keys = position_keys(block, seed, step)
    return {
        tuple(sequence.inputs[: place + 1].tolist()): int(keys[row, place])
        for row, sequence in enumerate(SEQUENCES)
        for place in range(len(sequence.inputs))
    }


def test_a_positions_key_follows_from_the_tokens_up_to_it_and_is_the_same_in_the_tree() -> None:
    (row,) = rows(SEQUENCES, 1000)
    found = position_keys(row, 1, 2)[0].tolist()
    assert len(found) == len(by_prefix()) < sum(len(sequence.inputs) for sequence in SEQUENCES)
    assert sorted(found) == sorted(by_prefix().values())
    assert len(set(found)) == len(found)


def test_another_step_or_seed_has_other_keys() -> None:
    assert not set(by_prefix().values()) & set(by_prefix(step=3).values())
    assert not set(by_prefix().values()) & set(by_prefix(seed=2).values())


@pytest.mark.parametrize("probability", [0.05, 0.5])
def test_features_are_dropped_with_the_asked_probability_and_independently(probability: float) -> None:
    keys = torch.randint(-(2**31), 2**31, (1, 2000), dtype=torch.int32, generator=torch.Generator().manual_seed(0))
    kept = kept_features(keys, 500, round(probability * 2**32) - 2**31)[0].double()
    assert float(kept.mean()) == pytest.approx(1 - probability, abs=0.002)
    # Each position and each feature is dropped as often as chance allows, and neighbours do not go together.
    for axis, count in ((0, 2000), (1, 500)):
        deviation = (probability * (1 - probability) / count) ** 0.5
        assert float((kept.mean(axis) - (1 - probability)).abs().max()) < 5 * deviation
    related = np.corrcoef(kept[:, :-1].flatten().numpy(), kept[:, 1:].flatten().numpy())[0, 1]
    assert abs(related) < 0.005


def test_what_is_kept_is_scaled_so_that_the_mean_stays_and_modules_drop_elsewhere() -> None:
    positions = Positions(keys=torch.arange(4000, dtype=torch.int32)[None] * 7919)
    inputs = torch.ones(1, 4000, 64)
    first, again, other = (KeyedDropout(0.25, name, positions)(inputs) for name in ("a", "a", "b"))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert float(first.mean()) == pytest.approx(1.0, abs=0.01)
    assert first.unique().tolist() == pytest.approx([0.0, 1 / 0.75])


def test_outside_of_tuning_nothing_is_dropped() -> None:
    positions = Positions(keys=torch.zeros(1, 3, dtype=torch.int32))
    module = KeyedDropout(0.9, "a", positions).eval()
    assert torch.equal(module(torch.ones(1, 3, 8)), torch.ones(1, 3, 8))
