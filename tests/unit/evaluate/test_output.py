"""A model that writes its choice is taken at its word, and what is no choice is counted."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tehon.engine.scripted import Scripted
from tehon.evaluate import output
from tehon.evaluate.choice import UNMATCHED
from tehon.records.evaluation import Cell
from tehon.records.requests import Completion, Generation
from tehon.records.scores import ItemResult, Scores
from tehon.storage.items import ITEMS, read_items

Evaluate = Callable[..., Scores]
WORDS = ("entailment", "contradiction", "neutral")


@pytest.mark.parametrize(
    ("text", "said", "matched"),
    [
        ("neutral", "neutral", "exact"),
        (" neutral\n", "neutral", "exact"),
        ("neutral です。", "neutral", "prefix"),
        ("neutrality", "neutral", "prefix"),
        ("Neutral", "neutral", "normalised"),
        ("「ｎｅｕｔｒａｌ」です", "neutral", "normalised"),
        ("答えは neutral", "", "none"),
        ("", "", "none"),
        ("。", "", "none"),
    ],
)
def test_what_is_written_is_matched_exactly_by_its_beginning_or_normalised(text: str, said: str, matched: str) -> None:
    assert output.match(text, WORDS) == (said, matched)


def test_of_choices_that_begin_alike_the_longest_is_meant() -> None:
    assert output.match("東京都です", ("東京", "東京都", "京都")) == ("東京都", "prefix")
    assert output.match("東京", ("東京", "東京都")) == ("東京", "exact")


def test_choices_that_are_equal_once_normalised_are_told_apart_as_they_stand_and_else_the_first_is_meant() -> None:
    assert output.match("A", ("a", "A")) == ("A", "exact")
    assert output.match("Ａ", ("a", "A")) == ("a", "normalised")


@given(st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=5, unique=True), st.text(max_size=8))
def test_every_choice_is_itself_and_nothing_else_is_ever_said(words: list[str], text: str) -> None:
    said, matched = output.match(text, words)
    assert (said in words) is (matched != "none")
    for word in words:
        if word.strip() and [other.strip() for other in words].count(word.strip()) == 1:
            assert output.match(word, words) == (word, "exact")


class Writer(Scripted):
    """Writes what it is told to, item by item."""

    def __init__(self, *texts: str) -> None:
        super().__init__()
        self.texts = texts
        self.asked: list[Generation] = []

    def generate(self, requests: Sequence[Generation]) -> Iterator[Completion]:
        self.asked += requests
        for request, text in zip(requests, self.texts, strict=True):
            yield Completion(text=text, finish="stop", tokens=len(text), prompt_tokens=len(request.context))


def test_accuracy_of_what_is_written_is_counted_by_hand(run: Evaluate, tmp_path: Path) -> None:
    # The sample's items are one of each class, in this order.
    model = Writer("entailment", "Contradiction!", "分かりません")
    scores = run(Cell(task="jnli"), model=model, settings=("answer=output",))
    found = {score.metric: score for score in scores.scores}
    assert set(found) == {"output_accuracy", "output_balanced_accuracy", "output_unmatched"}
    assert found["output_accuracy"].value == pytest.approx(2 / 3)
    assert found["output_accuracy"].baseline == pytest.approx(1 / 3)
    assert found["output_balanced_accuracy"].value == pytest.approx(2 / 3)
    assert found["output_unmatched"].value == pytest.approx(1 / 3)
    assert found["output_accuracy"].histogram == {"entailment": 1, "contradiction": 1, "neutral": 0, UNMATCHED: 1}
    each = list(read_items(tmp_path / "out" / ITEMS, ItemResult))
    assert [(one.output, one.said, one.matched) for one in each] == [
        ("entailment", "entailment", "exact"),
        ("Contradiction!", "contradiction", "normalised"),
        ("分かりません", "", "none"),
    ]
    assert all(one.correct is None and not one.logprobs for one in each)


def test_a_model_that_never_says_a_choice_is_constant(run: Evaluate) -> None:
    scores = run(Cell(task="jnli"), model=Writer("は", "ひ", "ふ"), settings=("answer=output",))
    assert all("constant" in score.flags for score in scores.scores)
    assert scores.scores[0].histogram == dict.fromkeys(WORDS, 0) | {UNMATCHED: 3}


def test_both_ways_to_answer_change_nothing_in_each_other(run: Evaluate, tmp_path: Path) -> None:
    model = Scripted()
    alone = {
        answer: run(Cell(task="jnli"), model=model, out=answer, settings=(f"answer={answer}",))
        for answer in ("likelihood", "output", "both")
    }
    metrics = {
        name: {score.metric: replace(score, lengths=None) for score in found.scores} for name, found in alone.items()
    }
    assert metrics["both"] == metrics["likelihood"] | metrics["output"]
    both, likely = (list(read_items(tmp_path / name / ITEMS, ItemResult)) for name in ("both", "likelihood"))
    assert [one.logprobs for one in both] == [one.logprobs for one in likely]
    assert [one.correct for one in both] == [one.correct for one in likely]


def test_a_model_may_write_a_little_more_than_the_longest_choice_up_to_the_next_shot(run: Evaluate) -> None:
    model = Writer("は", "ひ", "ふ")
    run(Cell(task="jnli", templates=("0.3",)), model=model, settings=("answer=output",))
    assert {request.max_new_tokens for request in model.asked} == {len("contradiction") + output.BEYOND_CHOICE}
    assert {request.stop for request in model.asked} == {("\n\n",)}
    short = Writer("は", "ひ", "ふ")
    run(Cell(task="jnli", max_new_tokens=5), model=short, out="short", settings=("answer=output",))
    assert {request.max_new_tokens for request in short.asked} == {5}


def test_a_space_before_the_answer_is_the_answer_s(run: Evaluate) -> None:
    cell = Cell(task="jnli", templates=("0.5",))
    for protocol, bare in (("tehon", True), ("paper", False)):
        model = Writer("は", " neutral", "ふ")
        found = run(cell, model=model, out=protocol, protocol=protocol, settings=("answer=output",))
        assert all(request.context.endswith("システム:") is bare for request in model.asked)
        assert found.scores[0].histogram["neutral"] == 1
