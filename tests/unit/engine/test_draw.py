"""Drawn tokens: as often as they are likely."""

from itertools import pairwise

import pytest
import torch

from tehon.engine.draw import draw

LOGITS = torch.tensor([2.0, -torch.inf, 0.5, 0.5, -3.0, -torch.inf])
DRAWS = 10_000
EVENLY = [(step + 0.5) / DRAWS for step in range(DRAWS)]


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_a_token_is_drawn_as_often_as_it_is_likely(temperature: float) -> None:
    tokens = draw(LOGITS.expand(DRAWS, -1), [temperature] * DRAWS, EVENLY)
    counts = torch.bincount(tokens, minlength=len(LOGITS))
    assert (counts - DRAWS * torch.softmax(LOGITS / temperature, dim=0)).abs().max() <= 1
    assert all(first <= second for first, second in pairwise(tokens.tolist()))


@pytest.mark.parametrize("place", [0.0, 0.5, 1 - 2**-53])
def test_what_cannot_come_never_comes(place: float) -> None:
    only = torch.full((2, 6), -torch.inf)
    only[0, 3] = only[1, 5] = 0.0
    assert draw(only, [1.0, 0.1], [place, place]).tolist() == [3, 5]
    assert LOGITS[draw(LOGITS[None], [1.0], [place])].isfinite().all()


def test_every_row_has_its_own_temperature_and_place() -> None:
    rows = draw(LOGITS.expand(3, -1), [1e-3, 1e9, 1e9], [0.99, 0.1, 0.99])
    assert rows.tolist() == [0, 0, 4]


def test_hardly_any_temperature_takes_the_most_likely() -> None:
    many = torch.randn(50, 300, generator=torch.Generator().manual_seed(1))
    assert draw(many, [1e-6] * 50, [0.999] * 50).tolist() == many.argmax(dim=1).tolist()


def test_only_the_fewest_likeliest_that_reach_top_p_are_drawn_as_often_as_they_are_likely() -> None:
    likelihoods = torch.tensor([0.1, 0.5, 0.15, 0.25])
    for top, kept in ((1.0, 4), (0.95, 4), (0.9, 3), (0.76, 3), (0.74, 2), (0.5, 1), (1e-9, 1)):
        tokens = draw(likelihoods.log().expand(DRAWS, -1), [1.0] * DRAWS, EVENLY, [top] * DRAWS)
        expected = likelihoods.where(likelihoods >= likelihoods.sort(descending=True).values[kept - 1], 0)
        counts = torch.bincount(tokens, minlength=4)
        assert (counts - DRAWS * expected / expected.sum()).abs().max() <= 1


def test_every_row_has_its_own_top_p_and_of_equals_the_first_is_meant() -> None:
    equal = torch.zeros(3, 4)
    assert draw(equal, [1.0] * 3, [0.99] * 3, [1.0, 0.5, 0.1]).tolist() == [3, 1, 0]


@pytest.mark.parametrize("place", [0.0, 1 - 2**-53])
def test_what_top_p_leaves_out_never_comes(place: float) -> None:
    assert draw(torch.tensor([[5.0, 1.0, 0.0]]), [1.0], [place], [0.5]).tolist() == [0]
