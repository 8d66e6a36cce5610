"""Greedy continuations: those of transformers, whatever the batch."""

import pytest
import torch
from msgspec.structs import replace

from tehon.engine import generate
from tehon.engine.load import LoadedModel, load
from tehon.errors import ModelError
from tehon.families import FAMILIES
from tehon.records.requests import Generation

CONTEXTS = (
    "以下はタスクを説明する指示です。",
    "日本",
    "以下はタスクを説明する指示とさらなる文脈を適用する入力の組み合わせです。" * 3,
    "Below is an instruction that describes a task.",
)


@pytest.fixture(scope="module", params=FAMILIES)
def model(request: pytest.FixtureRequest) -> LoadedModel:
    return load(f"tiny:{request.param}", precision="fp32")


def reference(model: LoadedModel, request: Generation) -> list[int]:
    """Ids by the greedy search of transformers, the prompt left out."""
    ids = model.encoder.opened(model.encoder.apart([request.context])[0])
    found = model.network.model.generate(
        torch.tensor([ids]),
        attention_mask=torch.ones(1, len(ids), dtype=torch.long),
        do_sample=False,
        max_new_tokens=request.max_new_tokens,
        repetition_penalty=request.repetition_penalty,
        eos_token_id=model.encoder.end,
        pad_token_id=model.encoder.end,
    )
    answer: list[int] = found[0, len(ids) :].tolist()
    return answer


@pytest.mark.parametrize("penalty", [1.0, 1.3])
def test_answers_are_those_of_transformers(model: LoadedModel, penalty: float) -> None:
    requests = [Generation(context=c, max_new_tokens=24, repetition_penalty=penalty) for c in CONTEXTS]
    for request, answer in zip(requests, model.generate(requests), strict=True):
        ids = reference(model, request)
        assert answer.tokens == len(ids)
        assert answer.text == model.encoder.decode(ids)
        assert answer.finish == ("end" if ids[-1] == model.encoder.end else "length")


def test_an_answer_does_not_depend_on_its_batch(model: LoadedModel) -> None:
    requests = [Generation(context=c, max_new_tokens=n) for c in CONTEXTS for n in (3, 9, 20)]
    assert list(model.generate(requests)) == [next(model.generate([request])) for request in requests]


def test_a_stop_string_ends_the_answer_and_is_cut_off(model: LoadedModel) -> None:
    (whole,) = model.generate([Generation(context=CONTEXTS[0], max_new_tokens=24)])
    stop = whole.text[3:5]
    (answer,) = model.generate([Generation(context=CONTEXTS[0], max_new_tokens=24, stop=("never said", stop))])
    assert answer.finish == "stop"
    assert answer.text == whole.text[: whole.text.index(stop)]
    assert answer.tokens < whole.tokens


def test_a_prompt_that_leaves_no_room_is_cut_on_the_left(model: LoadedModel) -> None:
    (answer,) = model.generate([Generation(context=CONTEXTS[2] * 20, max_new_tokens=12)])
    assert answer.prompt_tokens - answer.truncated == model.context_length - 12
    assert answer.tokens <= 12


def test_more_tokens_than_the_context_holds_are_an_error(model: LoadedModel) -> None:
    with pytest.raises(ModelError, match="max_new_tokens must be below the context of 512, got 512"):
        list(model.generate([Generation(context="問", max_new_tokens=512)]))


def test_an_empty_context_is_continued_too(model: LoadedModel) -> None:
    (answer,) = model.generate([Generation(context="", max_new_tokens=4)])
    assert answer.tokens >= 1


MANY = [
    Generation(context=context, max_new_tokens=longest, temperature=heat, repetition_penalty=penalty, seed=7)
    for context in CONTEXTS
    for longest, heat, penalty in ((3, 0.0, 1.0), (20, 0.0, 1.3), (9, 0.7, 1.0), (20, 1.5, 1.1))
]


@pytest.mark.parametrize("room", [(1, 10_000), (3, 10_000), (5, 200), (100, 10_000)])
def test_an_answer_does_not_depend_on_who_leaves_and_who_comes(
    model: LoadedModel, room: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = [next(model.generate([request])) for request in MANY]
    monkeypatch.setattr(generate, "ON_PROCESSOR", room)
    assert list(model.generate(MANY)) == alone


def test_one_by_one_every_position_is_read_once_and_the_head_sees_only_the_last(
    model: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generate, "ON_PROCESSOR", (1, 10_000))
    before = model.positions, model.network.head_positions
    answers = list(model.generate(MANY))
    assert model.positions - before[0] == sum(answer.prompt_tokens + answer.tokens - 1 for answer in answers)
    assert model.network.head_positions - before[1] == sum(answer.tokens for answer in answers)


def test_whoever_has_finished_takes_no_more_work(model: LoadedModel) -> None:
    short, long = (Generation(context=CONTEXTS[0], max_new_tokens=tokens) for tokens in (2, 20))
    before = model.network.head_positions
    answers = list(model.generate([short, long, short]))
    assert model.network.head_positions - before == sum(answer.tokens for answer in answers)


def test_the_seed_decides_what_is_drawn(model: LoadedModel) -> None:
    warm = Generation(context=CONTEXTS[0], max_new_tokens=12, temperature=1.0)
    once, again, other = model.generate([warm, warm, replace(warm, seed=1)])
    assert once == again
    assert once.text != other.text


def test_next_to_no_temperature_is_greedy(model: LoadedModel) -> None:
    for context in CONTEXTS:
        cold = Generation(context=context, max_new_tokens=12)
        assert len({answer.text for answer in model.generate([cold, replace(cold, temperature=1e-4)])}) == 1
