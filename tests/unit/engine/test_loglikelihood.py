"""Requests to log-likelihoods: shared contexts, cuts, ends and errors."""

from math import log
from pathlib import Path

import msgspec
import pytest
import torch

from tehon.engine.load import LoadedModel, load
from tehon.errors import ModelError, NotFinite
from tehon.families import FAMILIES
from tehon.records.evaluation import Loglikelihood, Protocol

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
    with pytest.raises(NotFinite, match=r"request 0 \('はい'\): the log-likelihood must be a finite number"):
        list(
            load(str(tmp_path), precision="fp32").loglikelihood(
                [Loglikelihood(context="", continuation="はい")], PROTOCOL
            )
        )


def test_a_random_model_is_about_as_surprised_as_a_uniform_guess(model: LoadedModel) -> None:
    answers = list(model.loglikelihood([Loglikelihood(context=LONG, continuation=c) for c in CHOICES], PROTOCOL))
    mean = -sum(answer.logprob for answer in answers) / sum(answer.tokens for answer in answers)
    assert log(512) / 2 < mean < log(512) * 2
