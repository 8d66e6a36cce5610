"""Requests to log-likelihoods: shared contexts, cuts, ends and errors."""

from math import log
from pathlib import Path

import msgspec
import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from tehon.engine import loglikelihood
from tehon.engine.load import LoadedModel, load
from tehon.errors import ModelError, NotFinite
from tehon.families import FAMILIES
from tehon.records.evaluation import Protocol
from tehon.records.requests import Loglikelihood

PROTOCOL = Protocol(name="test", title="test")
LONG = "以下はタスクを説明する指示です。要求を適切に満たすような返答を書いてください。" * 8
CHOICES = ("はい", "いいえ", "分かりません")


@pytest.fixture(scope="module", params=FAMILIES)
def model(request: pytest.FixtureRequest) -> LoadedModel:
    return load(f"tiny:{request.param}", precision="fp32")


def alone(model: LoadedModel, request: Loglikelihood, protocol: Protocol = PROTOCOL) -> list[float]:
    """By the model's own forward pass."""
    sequence = model.encoder.requests([request], protocol)[0]
    with torch.inference_mode():
        logits = model.network.model(input_ids=torch.tensor(sequence.ids[None].astype("int64"))).logits[0]
    logprobs = torch.log_softmax(logits.double(), dim=-1)
    return [float(logprobs[token - 1, int(sequence.ids[token])]) for token in sequence.scored]


@pytest.mark.parametrize("encode", ["tuning", "separate", "joint"])
def test_a_long_shared_context_is_computed_once_and_changes_no_answer(model: LoadedModel, encode: str) -> None:
    protocol = msgspec.convert({"name": "test", "title": "test", "encode": encode}, Protocol)
    requests = [Loglikelihood(context=f"{LONG}{item}", continuation=c, end=True) for item in range(4) for c in CHOICES]
    before = model.positions
    answers = list(model.loglikelihood(requests, protocol))
    for request, answer in zip(requests, answers, strict=True):
        *own, end = alone(model, request, protocol)
        assert answer.logprob == pytest.approx(sum(own), abs=1e-4)
        assert answer.end_logprob == pytest.approx(end, abs=1e-5)
        assert answer.tokens == len(own)
    context = len(model.encoder.requests(requests[:1], protocol)[0].ids)
    assert model.positions - before < context + 12 * 12


def prefixes(model: LoadedModel, requests: list[Loglikelihood]) -> tuple[set[bytes], set[bytes]]:
    """Every distinct prefix that must be read, and those of them that predict something."""
    read, predict = set(), set()
    for sequence in model.encoder.requests(requests, PROTOCOL):
        read |= {sequence.ids[:length].tobytes() for length in range(1, len(sequence.inputs) + 1)}
        predict |= {sequence.ids[:length].tobytes() for length in sequence.scored}
    return read, predict


FEW_SHOT = [
    Loglikelihood(context=f"{LONG}{shot}{LONG[:90]}{item}", continuation=choice, end=item == "四")
    for shot, item in (("一", "二"), ("一", "三"), ("五", "四"))
    for choice in CHOICES
]


@pytest.mark.parametrize("nodes", [1, 7, 64, 100_000])
def test_every_distinct_prefix_is_read_once_and_the_head_sees_only_what_predicts_however_long_a_pass_is(
    model: LoadedModel, nodes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = list(model.loglikelihood(FEW_SHOT, PROTOCOL))
    monkeypatch.setattr(loglikelihood, "NODES_ON_PROCESSOR", nodes)
    before = model.positions, model.network.head_positions
    answers = list(model.loglikelihood(FEW_SHOT, PROTOCOL))
    read, predict = prefixes(model, FEW_SHOT)
    assert (model.positions - before[0], model.network.head_positions - before[1]) == (len(read), len(predict))
    for one, other in zip(answers, usual, strict=True):
        assert one.logprob == pytest.approx(other.logprob, abs=1e-4)
        assert one.end_logprob == pytest.approx(other.end_logprob, abs=1e-4)
        assert one.greedy is other.greedy


@pytest.mark.parametrize("window", [1, 2, 5])
def test_no_answer_depends_on_how_many_are_laid_out_together(
    model: LoadedModel, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = list(model.loglikelihood(FEW_SHOT, PROTOCOL))
    monkeypatch.setattr(loglikelihood, "WINDOW", window)
    for one, other in zip(model.loglikelihood(FEW_SHOT, PROTOCOL), usual, strict=True):
        assert one.logprob == pytest.approx(other.logprob, abs=1e-4)
        assert one.greedy is other.greedy


def test_what_is_asked_twice_is_computed_once_and_answered_twice(model: LoadedModel) -> None:
    start = model.positions
    once = list(model.loglikelihood(FEW_SHOT, PROTOCOL))
    between = model.positions
    twice = list(model.loglikelihood([*FEW_SHOT, *reversed(FEW_SHOT)], PROTOCOL))
    assert model.positions - between == between - start
    assert twice == [*once, *reversed(once)]


class Largest(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Remembers the most rows of any result as wide as the vocabulary, the head itself left out."""

    def __init__(self, head: Tensor) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.head, self.vocabulary, self.rows = head.numel(), len(head), 0

    def __torch_dispatch__(self, function, types, arguments=(), named=None):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN204
        made = function(*arguments, **(named or {}))
        if isinstance(made, Tensor) and made.numel() != self.head and made.shape[-1:] == (self.vocabulary,):
            self.rows = max(self.rows, made.numel() // self.vocabulary)
        return made


def test_logits_exist_only_of_what_is_scored(model: LoadedModel) -> None:
    requests = [
        Loglikelihood(context=LONG[:100] + item, continuation=choice) for item in "一二三" for choice in CHOICES
    ]
    with Largest(model.network.head.weight) as largest:
        list(model.loglikelihood(requests, PROTOCOL))
    assert 0 < largest.rows <= len(prefixes(model, requests)[1])


def test_answers_come_in_the_order_of_the_requests(model: LoadedModel) -> None:
    requests = [Loglikelihood(context=f"{item}", continuation=choice) for item in (3, 1, 2) for choice in CHOICES]
    answers = list(model.loglikelihood(requests, PROTOCOL))
    assert [answer.logprob for answer in answers] == pytest.approx([sum(alone(model, r)) for r in requests], abs=1e-4)


def test_an_empty_context_is_answered_too(model: LoadedModel) -> None:
    (answer,) = model.loglikelihood([Loglikelihood(context="", continuation="はい")], PROTOCOL)
    assert answer.tokens > 0
    assert answer.logprob < 0


def test_the_end_token_is_neither_counted_nor_summed_unless_asked_for(model: LoadedModel) -> None:
    without, with_end = model.loglikelihood(
        [Loglikelihood(context="問", continuation="はい"), Loglikelihood(context="問", continuation="はい", end=True)],
        PROTOCOL,
    )
    assert without.end_logprob is None
    assert with_end.end_logprob is not None
    assert with_end.tokens == without.tokens
    assert with_end.logprob == pytest.approx(without.logprob, abs=1e-5)


def test_a_greedy_continuation_is_called_greedy(model: LoadedModel) -> None:
    ids = model.encoder.apart(["以下は"])[0]
    with torch.inference_mode():
        logits = model.network.model(input_ids=torch.tensor([model.encoder.opened(ids)])).logits[0, -1]
    likely, unlikely = int(logits.argmax()), int(logits.argmin())
    vocabulary = model.encoder.tokenizer
    for token, greedy in ((likely, True), (unlikely, False)):
        text = vocabulary.decode([token])
        if model.encoder.inside([text]) == [[token]]:
            (answer,) = model.loglikelihood([Loglikelihood(context="以下は", continuation=text)], PROTOCOL)
            assert answer.greedy is greedy


def test_a_context_that_is_too_long_is_cut_on_the_left_and_says_by_how_much(model: LoadedModel) -> None:
    request = Loglikelihood(context=LONG * 20, continuation="はい")
    (answer,) = model.loglikelihood([request], PROTOCOL)
    assert answer.prompt_tokens - answer.truncated == model.context_length + 1
    whole = model.encoder.requests([request], PROTOCOL)[0].ids.tolist()
    kept = model.context_length + 1
    bos = model.encoder.bos is not None
    cut = [whole[0], *whole[len(whole) - kept + 1 :]] if bos else whole[-kept:]
    with torch.inference_mode():
        logits = model.network.model(input_ids=torch.tensor([cut])).logits[0]
    logprobs = torch.log_softmax(logits.double(), dim=-1)
    wanted = sum(float(logprobs[at - 1, cut[at]]) for at in range(kept - answer.tokens, kept))
    assert answer.logprob == pytest.approx(wanted, abs=1e-3)


def test_a_protocol_may_forbid_to_cut(model: LoadedModel) -> None:
    strict = Protocol(name="test", title="test", overlong="error")
    with pytest.raises(ModelError, match=r"request 1: must have at most 513 tokens, but has \d+"):
        list(model.loglikelihood([Loglikelihood(context=c, continuation="は") for c in ("短い", LONG * 20)], strict))


def test_a_continuation_longer_than_the_context_is_an_error(model: LoadedModel) -> None:
    with pytest.raises(ModelError, match="what is scored must fit into the context of 512 tokens"):
        list(model.loglikelihood([Loglikelihood(context="問", continuation=LONG * 20)], PROTOCOL))


def test_nan_is_an_error_that_names_the_request(tmp_path: Path) -> None:
    broken = load("tiny:llama", precision="fp32")
    broken.network.model.get_decoder().norm.weight.data.fill_(float("nan"))
    broken.network.model.save_pretrained(tmp_path)
    broken.encoder.tokenizer.save_pretrained(tmp_path)
    with pytest.raises(NotFinite, match="request 0: the log-likelihood of 'はい' must be a finite number"):
        list(
            load(str(tmp_path), precision="fp32").loglikelihood(
                [Loglikelihood(context="", continuation="はい")], PROTOCOL
            )
        )


def test_a_random_model_is_about_as_surprised_as_a_uniform_guess(model: LoadedModel) -> None:
    answers = list(model.loglikelihood([Loglikelihood(context=LONG, continuation=c) for c in CHOICES], PROTOCOL))
    mean = -sum(answer.logprob for answer in answers) / sum(answer.tokens for answer in answers)
    assert log(512) / 2 < mean < log(512) * 2
