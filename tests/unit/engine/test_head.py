import pytest
import torch
from torch import Tensor

from tehon.engine import head
from tehon.engine.head import logprobs, weighted_nll

ROWS, WIDTH, VOCABULARY = 40, 16, 5000


def given(scale: float = 1.0) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Hidden states, head and edges: some states predict several tokens, one of them twice, and some predict none."""
    draw = torch.Generator().manual_seed(3)
    hidden = scale * torch.randn(ROWS, WIDTH, generator=draw)
    matrix = torch.randn(VOCABULARY, WIDTH, generator=draw)
    source = torch.tensor([0, 0, 0, 1, 5, 5, 5, 39])
    target = torch.tensor([7, VOCABULARY - 1, 0, 1024, 1023, 2500, 2500, 42])
    weight = torch.tensor([1.0, 2.0, 0.5, 1.0, 0.0, 3.0, 1.0, 0.25])
    return hidden, matrix, source, target, weight


def plain(hidden: Tensor, matrix: Tensor, source: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    logits = hidden @ matrix.T
    return (torch.nn.functional.cross_entropy(logits[source], target, reduction="none") * weight).sum()


@pytest.mark.parametrize("tile", [1, ROWS * 1700, 10**9], ids=["many tiles", "a few, the last one short", "one tile"])
@pytest.mark.parametrize("scale", [0.01, 1.0, 30.0])
def test_loss_and_gradients_are_those_of_all_logits_at_once(
    tile: int, scale: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head, "TILE_ON_PROCESSOR", tile)
    found = []
    for nll in (plain, weighted_nll):
        hidden, matrix, *edges = given(scale)
        loss = nll(hidden.requires_grad_(), matrix.requires_grad_(), *edges)
        (2 * loss).backward()  # type: ignore[no-untyped-call]
        assert hidden.grad is not None
        assert matrix.grad is not None
        found.append((loss.detach(), hidden.grad, matrix.grad))
    for wanted, got in zip(*found, strict=True):
        assert float((got - wanted).norm()) <= 2e-6 * float(wanted.norm())


def test_what_weighs_nothing_has_no_gradient() -> None:
    hidden, matrix, source, target, weight = given()
    weighted_nll(hidden.requires_grad_(), matrix, source, target, 0 * weight).backward()  # type: ignore[no-untyped-call]
    assert hidden.grad is not None
    assert not hidden.grad.any()


def test_logits_beyond_the_range_of_exp_do_no_harm() -> None:
    hidden, matrix, *edges = given(1e4)
    loss = weighted_nll(hidden, matrix, *edges)
    assert torch.allclose(loss, plain(hidden, matrix, *edges), rtol=1e-5)
    assert torch.isfinite(loss)


@pytest.mark.parametrize("tile", [1, ROWS * 1700, 10**9], ids=["many tiles", "a few, the last one short", "one tile"])
@pytest.mark.parametrize("scale", [0.01, 1.0, 30.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_log_likelihoods_are_those_of_all_logits_in_double_precision_whatever_the_models_type(
    dtype: torch.dtype, tile: int, scale: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head, "TILE_ON_PROCESSOR", tile)
    hidden, matrix, source, target, _ = given(scale)
    hidden, matrix = hidden.to(dtype), matrix.to(dtype)
    logits = hidden.double() @ matrix.double().T
    wanted = torch.log_softmax(logits, dim=1)[source, target]
    found = logprobs(hidden, matrix, source, target)
    assert found.logprob.dtype == torch.float32
    assert torch.allclose(found.logprob.double(), wanted, rtol=1e-6, atol=1e-5 * scale)
    assert found.greedy.tolist() == (logits.argmax(dim=1)[source] == target).tolist()


def test_the_most_likely_token_is_called_greedy() -> None:
    hidden, matrix, _, _, _ = given()
    best = (hidden @ matrix.T).argmax(dim=1)
    assert logprobs(hidden, matrix, torch.arange(ROWS), best).greedy.all()
