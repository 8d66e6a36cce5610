"""Answers are judged only by what needs no judge."""

from pathlib import Path
from typing import Literal

import pytest
from msgspec.structs import replace

from tehon.engine.scripted import Scripted
from tehon.evaluate import generation
from tehon.evaluate.jobs import Way
from tehon.evaluate.requests import Asked, context, ready
from tehon.recipes import PROTOCOLS
from tehon.records.evaluation import Cell, Item
from tehon.records.scores import ItemResult
from tehon.tasks import TASKS
from tehon.templates import TEMPLATES

TEMPLATE = TEMPLATES["alpaca_ja"]
WAY = Way(TEMPLATE, PROTOCOLS["tehon"], Cell(task="qualitative"))


def questions(model: Scripted | None = None, way: Way = WAY) -> list[Asked]:
    asked = [
        Asked(
            item=item,
            blank=ItemResult(
                item=item.example.id, task="q", template="alpaca_ja", shots=0, context=context(TEMPLATE, item, ())
            ),
        )
        for item in TASKS["qualitative"].read(Path(), "all")
    ]
    return ready(asked, generation.requests, way, model or Scripted())


def result(text: str, finish: Literal["end", "stop", "length"] = "end", *, correct: bool | None = None) -> ItemResult:
    return ItemResult(
        item="x", task="x", template="t", shots=0, context="", prediction=text, finish=finish, correct=correct
    )


def test_an_answer_stops_where_the_template_says() -> None:
    model = Scripted(["### 返答:\n" + "わかりません。\n\n### 指示:\n次"])
    for found in generation.answer(questions(model), WAY, model):
        assert found.prediction == "わかりません。"
        assert found.finish == "stop"
        assert found.correct is None


def test_an_answer_is_cut_off_at_the_cell_s_limit() -> None:
    model = Scripted(["### 返答:\n" + "あいうえおかきくけこ"])
    way = WAY._replace(cell=Cell(task="qualitative", max_new_tokens=4))
    found = list(generation.answer(questions(model, way), way, model))
    assert {(one.prediction, one.finish, one.tokens) for one in found} == {("あいうえ", "length", 4)}


def test_the_end_token_is_no_token_of_the_answer() -> None:
    model = Scripted(["### 返答:\n" + "はい。"])
    found = next(generation.answer(questions(model), WAY, model))
    assert (found.prediction, found.finish, found.tokens) == ("はい。", "end", 3)


@pytest.mark.parametrize(
    ("response", "references", "text", "right"),
    [
        ("富士山", (), "それは富士山です。", True),
        ("富士山", ("ふじさん",), "ふじさん", True),
        ("富士山", (), "北岳です。", False),
        ("", (), "何でも", None),
    ],
)
def test_an_answer_is_right_if_it_holds_a_right_answer(
    response: str, references: tuple[str, ...], text: str, *, right: bool | None
) -> None:
    item = questions()[0].item
    asked = Item(example=replace(item.example, response=response), fields={}, references=references)
    assert generation.correct(asked, text) is right


def test_going_in_circles_is_not_distinct() -> None:
    assert generation.distinct("京都の祭りは三つです") == 1
    assert generation.distinct("はい" * 50) == pytest.approx(2 / 97)
    assert generation.distinct("短") == 1


def test_figures_of_one_cell() -> None:
    results = [
        result("富士山です", correct=True),
        result("", "length", correct=False),
        result("北岳", correct=False),
        result("富士山", "stop", correct=True),
    ]
    found = {score.metric: score for score in generation.score(results)}
    assert found["ends"].value == 0.5
    assert found["distinct"].count == 3
    assert found["contains_answer"].value == 0.5


def test_an_answer_that_runs_on_into_a_new_heading_does_not_end_by_itself() -> None:
    found = {score.metric: score.value for score in generation.score([result("富士山です。", "stop")])}
    assert found["ends"] == 0


def test_without_right_answers_there_is_no_share_of_them() -> None:
    assert {score.metric for score in generation.score([result("あいうえお")])} == {"ends", "distinct"}
