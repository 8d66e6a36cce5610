"""The highest summed log-likelihood wins."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tehon.engine.scripted import Scripted
from tehon.errors import NotFinite
from tehon.evaluate import choice
from tehon.evaluate.jobs import Way
from tehon.evaluate.requests import Asked, context, ready
from tehon.prompts import choices
from tehon.recipes import PROTOCOLS
from tehon.records.evaluation import Cell, Item, Protocol
from tehon.records.requests import Loglikelihood, Scored
from tehon.records.scores import ItemResult
from tehon.tasks import TASKS

PAPER = PROTOCOLS["paper"]
JNLI = TASKS["jnli"]
PROMPT = JNLI.prompts["0.3"]
WAY = Way(PROMPT, PAPER, Cell(task="jnli"))


@pytest.fixture
def asked(raw: Path) -> list[Asked]:
    items = JNLI.read(raw / "jnli" / "valid-v1.3.json", "valid")
    return ready([Asked(item=item, blank=blank(item)) for item in items], choice.requests, WAY, Scripted())


def blank(item: Item) -> ItemResult:
    return ItemResult(item=item.example.id, task="jnli", template="0.3", shots=0, context=context(PROMPT, item, ()))


def result(number: int, gold: str, logprobs: tuple[float, ...], words: tuple[str, ...] = ("aa", "b")) -> ItemResult:
    best = words[choice.argmax(logprobs)]
    return ItemResult(
        item=f"x/{number}",
        task="x",
        template="1",
        shots=0,
        context="",
        gold=gold,
        choices=words,
        logprobs=logprobs,
        choice_tokens=tuple(map(len, words)),
        prediction=best,
        correct=best == gold,
    )


def test_every_choice_is_scored_after_the_same_context(asked: list[Asked]) -> None:
    model = Scripted()
    for one, found in zip(asked, choice.answer(asked, WAY, model), strict=True):
        expected = [
            model.score(Loglikelihood(context=one.blank.context, continuation=word), PAPER).logprob
            for word in choices(PROMPT, one.item)
        ]
        assert list(found.logprobs) == expected
        assert found.prediction == found.choices[expected.index(max(expected))]
        assert found.correct == (found.prediction == found.gold)


def test_the_first_of_equals_wins() -> None:
    assert choice.argmax([-2.0, -1.0, -1.0]) == 1


def test_dividing_by_characters_takes_the_advantage_from_short_choices() -> None:
    short_wins = result(0, "b", (-3.0, -2.0))
    assert short_wins.prediction == "b"
    assert choice.chosen(short_wins, "char") == 0


def test_figures_of_one_cell_worked_out_by_hand() -> None:
    results = [result(0, "aa", (-1, -2)), result(1, "aa", (-3, -1)), result(2, "b", (-9, -1)), result(3, "aa", (0, -1))]
    scores = {score.metric: score for score in choice.score(results)}
    assert scores["accuracy"].value == 0.75
    assert scores["accuracy"].baseline == 0.75
    assert scores["accuracy"].standard_error == pytest.approx(0.25)
    assert scores["accuracy"].histogram == {"aa": 2, "b": 2}
    assert scores["balanced_accuracy"].value == pytest.approx((2 / 3 + 1) / 2)
    assert scores["balanced_accuracy"].baseline == 0.5
    assert scores["balanced_accuracy"].standard_error is None
    # By character: -0.5/-2 → aa, -1.5/-1 → b, -4.5/-1 → b, 0/-1 → aa.
    assert scores["accuracy_norm"].value == 0.75


def test_a_constant_answer_is_flagged_and_equals_its_baseline() -> None:
    results = [result(number, gold, (0.0, -1.0)) for number, gold in enumerate(["aa", "aa", "b"])]
    for score in choice.score(results):
        assert score.value == pytest.approx(score.baseline) or score.metric == "calibration_error"
        assert "constant" in score.flags


def test_a_single_item_is_not_called_constant() -> None:
    assert {score.flags for score in choice.score([result(0, "aa", (0.0, -1.0))])} == {()}


def test_a_choice_that_nobody_made_stands_in_the_histogram() -> None:
    results = [result(number, "aa", (0.0, -1.0)) for number in range(3)]
    assert next(choice.score(results)).histogram == {"aa": 3, "b": 0}


def test_items_with_their_own_choices_have_accuracy_alone() -> None:
    results = [result(0, "x", (0, -1), ("x", "y")), result(1, "q", (0, -1), ("p", "q"))]
    scores = {score.metric: score for score in choice.score(results)}
    assert set(scores) == {"accuracy", "accuracy_norm", "accuracy_byte", "accuracy_token", "calibration_error"}
    assert scores["accuracy"].value == 0.5
    assert scores["accuracy"].histogram == {"0": 2, "1": 0}
    assert scores["accuracy"].flags == ()


class Broken(Scripted):
    """A model whose weights hold a NaN."""

    def loglikelihood(self, requests: Sequence[Loglikelihood], protocol: Protocol) -> Iterator[Scored]:
        for found in super().loglikelihood(requests, protocol):
            yield Scored(logprob=float("nan"), tokens=found.tokens, greedy=False, prompt_tokens=found.prompt_tokens)


def test_a_model_that_answers_nan_is_an_error_that_names_the_item(asked: list[Asked]) -> None:
    with pytest.raises(NotFinite, match="jnli/valid/000000"):
        list(choice.answer(asked, WAY, Broken()))
