"""The prefix tree and every layout and budget give what the plain padded path gives."""

from functools import cache
from typing import Literal, get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tehon.engine import loglikelihood
from tehon.engine.load import LoadedModel, load
from tehon.engine.loglikelihood import score
from tehon.engine.network import Network
from tehon.engine.tokens import Encoded, encoded
from tehon.families import FAMILIES
from tehon.records.tuning import Lora, Recipe
from tehon.tune import gradient
from tehon.tune.begin import begin
from tehon.tune.gradient import Turn
from tehon.tune.together import Together
from tehon.tune.tuned import Tuned, training

Layout = Literal["padded", "sorted", "prefix_tree"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)

# Prefixes out of a small pool, longer than the tiny Gemma's window of 16, with continuations of their own.
POOL = [[3 + (start * 7 + step * 5) % 500 for step in range(40)] for start in range(3)]
sequences = st.lists(
    st.tuples(
        st.sampled_from(POOL),
        st.integers(0, 40),
        st.lists(st.integers(3, 511), min_size=2, max_size=20),
        st.sampled_from([0.0, 1.0]),
    ).map(lambda drawn: _sequence(*drawn)),
    min_size=1,
    max_size=8,
)


def _sequence(prefix: list[int], length: int, tail: list[int], context_weight: float) -> Encoded:
    ids = [1, *prefix[:length], *tail]
    return encoded(ids, [context_weight] * (1 + length) + [1.0] * len(tail))


@cache
def frozen(family: str) -> LoadedModel:
    return load(f"tiny:{family}", precision="fp32")


@cache
def tuned(family: str, chosen: Lora | None) -> tuple[Network, Tuned]:
    """A network whose adapter is no longer zero, so that every gradient flows; all of its weights without LoRA.

    Its numbers stay small, so that what is compared is the mathematics and not the rounding of large logits.
    """
    model = load(f"tiny:{family}", precision="fp32")
    added = begin(model, Recipe(name="test", template="alpaca_ja", lora=chosen, precision="fp32"))
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(1)
        for name, matrix in added.parameters.items():
            if ".lora_" in name:
                matrix.normal_(std=0.05)
    return model.network, added


def naive(net: Network, sequence: Encoded) -> list[float]:
    """Log-likelihoods by the model's own forward pass on one sequence, in double precision."""
    with torch.inference_mode():
        logits = net.model(input_ids=torch.tensor(sequence.ids[None].astype(np.int64))).logits[0]
    logprobs = torch.log_softmax(logits.double(), dim=-1)
    return [float(logprobs[token - 1, int(sequence.ids[token])]) for token in sequence.scored]


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=25, deadline=None)
@given(given_=sequences, nodes=st.integers(1, 200))
def test_log_likelihoods_equal_the_plain_forward_pass_however_much_is_read_at_once(
    family: str, given_: list[Encoded], nodes: int
) -> None:
    net = frozen(family).network
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loglikelihood, "NODES_ON_PROCESSOR", nodes)
        found = score(net, given_)
    for sequence, (logprob, greedy) in zip(given_, found, strict=True):
        assert np.allclose(logprob, naive(net, sequence), atol=1e-5, rtol=0)
        assert len(greedy) == len(sequence.scored)


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=10, deadline=None)
@given(given_=sequences, data=st.data())
def test_log_likelihoods_do_not_depend_on_company_or_order(
    family: str, given_: list[Encoded], data: st.DataObject
) -> None:
    net = frozen(family).network
    order = data.draw(st.permutations(range(len(given_))))
    together = score(net, given_)
    again = dict(zip(order, score(net, [given_[place] for place in order]), strict=True))
    for place, sequence in enumerate(given_):
        (alone,) = score(net, [sequence])
        assert np.allclose(alone[0], together[place][0], atol=1e-5, rtol=0)
        assert np.allclose(again[place][0], together[place][0], atol=1e-5, rtol=0)


def gradients(family: str, given_: list[Encoded], recipe: Recipe, chosen: Lora | None) -> tuple[float, torch.Tensor]:
    net, added = tuned(family, chosen)
    spread = Together(net, added, recipe)
    with training(added):
        assert isinstance(recipe.token_budget, int)
        found = gradient.take(net, spread, given_, recipe, Turn(0, recipe.token_budget))
    spread.settle(found.weight)
    return found.loss, torch.cat([m.grad.flatten() for m in added.parameters.values() if m.grad is not None])


def check_the_same(family: str, given_: list[Encoded], layout: Layout, budget: int, chosen: Lora | None) -> None:
    """That a layout and budget give what padded sequences in one pass give."""
    plain = Recipe(name="test", template="alpaca_ja", layout="padded", token_budget=100_000, max_grad_norm=0)
    other = Recipe(name="test", template="alpaca_ja", layout=layout, token_budget=budget, max_grad_norm=0)
    loss, wanted = gradients(family, given_, plain, chosen)
    same, found = gradients(family, given_, other, chosen)
    assert same == pytest.approx(loss, rel=1e-5)
    assert float((found - wanted).norm()) <= 1e-5 * float(wanted.norm()) + 1e-9


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=15, deadline=None)
@given(
    given_=sequences, layout=st.sampled_from(LAYOUTS), budget=st.integers(1, 300), dropout=st.sampled_from([0.0, 0.3])
)
def test_loss_and_gradient_are_the_same_for_every_layout_and_budget_with_keyed_dropout_too(
    family: str, given_: list[Encoded], layout: Layout, budget: int, dropout: float
) -> None:
    check_the_same(family, given_, layout, budget, Lora(dropout=dropout))


VARIANTS = {
    "dora": Lora(dora=True, dropout=0.3),
    "rslora on all linear modules": Lora(rslora=True, targets="all-linear", dropout=0.3),
    "pissa": Lora(init="pissa"),
    "olora with dora": Lora(init="olora", dora=True, targets="all-linear"),
    "every weight": None,
}


@pytest.mark.parametrize("variant", VARIANTS)
@settings(max_examples=8, deadline=None)
@given(
    family=st.sampled_from(sorted(FAMILIES)),
    given_=sequences,
    layout=st.sampled_from(LAYOUTS),
    budget=st.integers(1, 300),
)
def test_loss_and_gradient_are_the_same_for_every_variant_too(
    variant: str, family: str, given_: list[Encoded], layout: Layout, budget: int
) -> None:
    check_the_same(family, given_, layout, budget, VARIANTS[variant])


@pytest.mark.parametrize("chosen", [Lora(dropout=0), None], ids=["lora", "every weight"])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_gradient_is_that_of_the_models_own_loss(family: str, chosen: Lora | None) -> None:
    net, added = tuned(family, chosen)
    sequence = _sequence(POOL[0], 30, [7, 8, 9], 1.0)
    _, found = gradients(
        family, [sequence], Recipe(name="test", template="alpaca_ja", token_budget=1000, max_grad_norm=0), chosen
    )
    net.model.zero_grad()
    ids = torch.tensor(sequence.ids[None].astype(np.int64))
    net.model(input_ids=ids, labels=ids).loss.backward()
    own = torch.cat([matrix.grad.flatten() for matrix in added.parameters.values() if matrix.grad is not None])
    assert float((found - own).norm()) <= 1e-5 * float(own.norm())
