"""Answers and what can be said of them without a judge."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tehon.records.scores import ItemResult
from tehon.report import wording
from tehon.report.run import report
from tehon.report.samples import FINISHES, marks, repeats_itself
from tehon.text.japanese import japanese_share

Write = Callable[..., Path]
Items = Callable[..., list[ItemResult]]
PROMPT = "日本で一番高い山は何ですか？"


def test_every_prompt_has_every_model_s_answer(pair: list[Path], tmp_path: Path) -> None:
    samples = report(pair, tmp_path / "report").samples
    assert [(sample.item, sample.model) for sample in samples[:4]] == [
        ("questions/000000", "small"),
        ("questions/000000", "small, tuned"),
        ("questions/000001", "small"),
        ("questions/000001", "small, tuned"),
    ]
    assert samples[0].prompt == PROMPT
    assert [sample.marks for sample in samples[::2]] == [
        ("cut off", "repeats itself"),
        ("runs on", "echoes the prompt"),
        ("runs on", "empty"),
    ]
    assert all(sample.marks == ("ends",) for sample in samples[1::2])


def test_a_conversation_is_shown_whole_under_its_first_question(
    write_scores: Write, questions: Items, tmp_path: Path
) -> None:
    (last,) = questions(["八ヶ岳です。"])
    talks = [
        [replace(last, instruction="二番目は？", history=(PROMPT, first))] for first in ("富士山です。", "北岳です。")
    ]
    folders = [write_scores(f"model {place}", talk) for place, talk in enumerate(talks)]
    samples = report(folders, tmp_path / "report").samples
    assert [sample.prompt for sample in samples] == [PROMPT, PROMPT]
    assert samples[0].text == "富士山です。\n\n▷ 二番目は？\n\n八ヶ岳です。"
    assert samples[1].text.startswith("北岳です。")


def test_models_asked_in_different_frames_share_the_bare_question(
    write_scores: Write, questions: Items, tmp_path: Path
) -> None:
    asked = questions(["富士山"])
    framed = [replace(item, template="chat", context=f"<user>{PROMPT}</user>") for item in asked]
    runs = [write_scores("small", asked), write_scores("other", framed, base="models/other")]
    assert {sample.prompt for sample in report(runs, tmp_path / "report").samples} == {PROMPT}


def test_an_input_follows_its_instruction(write_scores: Write, questions: Items, tmp_path: Path) -> None:
    (asked,) = questions(["短い文。"])
    asked = replace(asked, instruction="要約してください。", input="長い文。")
    (sample,) = report([write_scores("small", [asked])], tmp_path / "report").samples
    assert sample.prompt == "要約してください。\n\n長い文。"


@pytest.mark.parametrize(
    ("text", "circles"),
    [
        ("葵祭、祇園祭、時代祭です。京都の夏は暑く、祇園祭の山鉾巡行には多くの人が集まります。", False),
        ("はい。", False),
        ("ははははははははははははははははは", True),
        ("東京です。" * 6, True),
        ("", False),
    ],
)
def test_going_in_circles_is_seen(text: str, circles: bool) -> None:  # noqa: FBT001 - a case
    assert repeats_itself(text) is circles


def test_a_short_prompt_may_stand_in_a_good_answer() -> None:
    assert marks("犬は動物です。", "end", "犬は") == ("ends",)
    assert marks(f"{PROMPT}富士山です。", "stop", PROMPT) == ("runs on", "echoes the prompt")


@pytest.mark.parametrize(
    ("text", "share"),
    [("富士山です。", 1.0), ("Mt. Fuji", 0.0), ("ｶﾀｶﾅ", 1.0), ("々", 1.0), ("123。、", 0.0), ("山a", 0.5)],
)
def test_the_share_of_japanese_is_of_letters(text: str, share: float) -> None:
    assert japanese_share(text) == share


def test_only_the_model_s_own_end_token_ends_an_answer() -> None:
    assert [marks("はい。", finish, PROMPT) for finish in FINISHES] == [("ends",), ("runs on",), ("cut off",)]


def test_every_mark_is_explained() -> None:
    texts = ["", "は" * 40, PROMPT, "はい。"]
    given = {mark for finish in FINISHES for text in texts for mark in marks(text, finish, PROMPT)}
    assert given == wording.ANSWER_MARKS.keys()


def test_of_several_draws_of_shots_the_first_is_shown(write_scores: Write, questions: Items, tmp_path: Path) -> None:
    first, second = (
        [replace(item, seed=seed, shots=1) for item in questions([f"{seed}番目の答え"] * 3)] for seed in (1, 2)
    )
    shown = report([write_scores("small", first + second)], tmp_path / "report").samples
    assert {(one.model, one.text) for one in shown} == {("small", "1番目の答え")}
    assert len(shown) == 3
