"""A short answer is compared with every right one, and the best comparison counts."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from msgspec.structs import replace

from tehon.engine.scripted import Scripted
from tehon.evaluate import extraction
from tehon.evaluate.jobs import Way
from tehon.evaluate.requests import Asked, context, ready
from tehon.records.corpus import Example
from tehon.records.evaluation import Cell, Item, Protocol
from tehon.records.requests import Generation
from tehon.records.scores import ItemResult
from tehon.tasks import TASKS
from tehon.templates import TEMPLATES
from tehon.text.normalise import same_words

PROTOCOL = Protocol(name="test", title="test")


def result(said: str, *, correct: bool, f1: float, finish: Literal["end", "stop"] = "stop") -> ItemResult:
    return ItemResult(
        item="x", task="x", template="t", shots=0, context="", prediction=said, correct=correct, f1=f1, finish=finish
    )


@pytest.mark.parametrize(
    ("said", "right", "same"),
    [
        ("5月から7月", "５月から７月", True),
        ("白鳥 ", " 白鳥", True),
        ("ﾄｳｷｮｳ", "トウキョウ", True),
        ("白鳥。", "白鳥", False),
        ("tokyo", "Tokyo", False),
        ("", "白鳥", False),
    ],
)
def test_equal_means_equal_once_normalised(said: str, right: str, *, same: bool) -> None:
    assert extraction.exact(said, right) is same


@pytest.mark.parametrize(
    ("said", "right", "share"),
    [
        ("白鳥", "白鳥", 1.0),
        ("「白鳥」です。", "白鳥", 2 * 2 / 6),
        ("白い鳥", "白鳥", 2 * 2 / 5),
        ("鳥鳥鳥", "白鳥", 2 * 1 / 5),
        ("TOKYO！", "tokyo", 1.0),
        ("犬", "白鳥", 0.0),
        ("", "白鳥", 0.0),
        ("、。", "！", 0.0),
        ("！", "！", 1.0),
    ],
)
def test_f1_is_over_letters_without_marks_and_case(said: str, right: str, share: float) -> None:
    assert extraction.f1(said, right) == pytest.approx(share)
    assert extraction.f1(right, said) == pytest.approx(share)


def asked(example: Example, *references: str, frame: str = "0.3") -> tuple[Asked, Way]:
    fields = {"title": "題", "context": "文脈", "question": "問い"}
    item = Item(example=example, fields=fields, references=references)
    prompt = TASKS["jsquad"].prompts.get(frame) or TEMPLATES[frame]
    blank = ItemResult(item="x", task="x", template=frame, shots=0, context=context(prompt, item, ()))
    return Asked(item=item, blank=blank), Way(frame=prompt, protocol=PROTOCOL, cell=Cell(task="jsquad"))


@pytest.mark.parametrize(
    ("frame", "opening"), [("0.3", "### 応答:\n"), ("0.4", "システム: "), ("alpaca_ja", "### 返答:\n")]
)
def test_an_answer_is_one_line_and_the_best_of_all_references_counts(
    frame: str, opening: str, make_example: Callable[..., Example]
) -> None:
    one, way = asked(make_example(0, "抜き出す", "文脈", "小笠原諸島"), "小笠原", "小笠原諸島を除く日本", frame=frame)
    model = Scripted([opening + " 小笠原\n次の質問：" + "x" * 9])
    (found,) = extraction.answer(ready([one], extraction.requests, way, model), way, model)
    assert (found.prediction, found.correct, found.f1, found.finish) == ("小笠原", True, 1.0, "stop")
    assert (found.gold, found.references) == ("小笠原諸島", ("小笠原", "小笠原諸島を除く日本"))


def test_what_is_asked_is_what_is_measured(make_example: Callable[..., Example]) -> None:
    one, way = asked(make_example(0, "抜き出す", "文脈", "答え"), frame="0.4")
    (request,) = extraction.requests(one, way)
    assert request.context == one.blank.context
    assert isinstance(request, Generation)
    assert request.stop == ("<NL>", "\n")


def test_both_metrics_and_the_share_of_ended_answers() -> None:
    results = [
        result("a", correct=True, f1=1.0, finish="end"),
        result("b", correct=False, f1=0.5),
        result("", correct=False, f1=0.0),
    ]
    found = {score.metric: score for score in extraction.score(results)}
    assert {name: score.value for name, score in found.items()} == pytest.approx(
        {"exact_match": 1 / 3, "f1": 0.5, "contains_answer": 0, "ends": 1 / 3}
    )
    assert found["exact_match"].interval_kind == "exact"
    assert not any(score.flags for score in found.values())


@pytest.mark.parametrize(
    ("said", "share"), [("それは富士山です。", 1), ("ﾌｼﾞﾔﾏ", 1), ("富士", 0), ("", 0), ("それは 富士 山", 0)]
)
def test_an_answer_that_holds_any_right_one_is_counted(said: str, share: float) -> None:
    one = replace(result(said, correct=False, f1=0.0), gold="富士山", references=("フジヤマ", ""))
    found = {score.metric: score.value for score in extraction.score([one])}
    assert found["contains_answer"] == share


def test_one_answer_to_everything_is_flagged() -> None:
    results = [result("はい", correct=place == 0, f1=float(place == 0)) for place in range(3)]
    assert {score.flags for score in extraction.score(results)} == {("constant",)}


def test_every_right_answer_of_the_real_corpus_scores_one(shared: Path) -> None:
    items = TASKS["jsquad"].read(shared / "jglue" / "jsquad-v1.3" / "valid-v1.3.json", "valid")
    for item in items:
        for right in (item.example.response, *item.references):
            assert extraction.exact(right, right)
            assert extraction.f1(f"「{right}」", right) == float(bool(same_words(right)))
