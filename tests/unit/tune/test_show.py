"""The first step in letters: what is scored, and that it is what the run draws."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from tehon.records.corpus import Example, Turn
from tehon.records.tuning import Recipe
from tehon.tune.order import Order
from tehon.tune.show import first_step

MakeRelease = Callable[[Path, Sequence[Example]], Path]
FEW = 3


@pytest.fixture
def release(tmp_path: Path, make_release: MakeRelease, few_examples: list[Example]) -> Path:
    return make_release(tmp_path / "release", few_examples)


def recipe(**changes: object) -> Recipe:
    return Recipe(**({"name": "test", "base": "tiny:llama", "template": "alpaca_ja"} | changes))  # type: ignore[arg-type]


def test_the_response_and_its_end_are_scored_and_nothing_else(release: Path, few_examples: list[Example]) -> None:
    shown = first_step(recipe(prompt_loss_weight=0.0), release, FEW)
    drawn = Order(len(few_examples), 128, 1, recipe().seed).step(0)[:FEW]
    assert [one.id for one in shown] == [few_examples[number].id for number in drawn]
    for one, number in zip(shown, drawn, strict=True):
        context, answer = one.stretches
        assert (context.weight, answer.weight) == (0.0, 1.0)
        assert answer.text == f"{few_examples[number].response}</s>"
        assert context.text.startswith("<s>")
        assert few_examples[number].instruction in context.text


def test_a_prompt_that_counts_is_shown_with_its_weight(release: Path) -> None:
    for weight in (0.25, 1.0):
        shown = first_step(recipe(prompt_loss_weight=weight), release, 1)
        assert shown[0].stretches[0].weight == weight


def test_every_answer_of_a_conversation_is_scored(
    tmp_path: Path, make_release: MakeRelease, make_example: Callable[..., Example]
) -> None:
    turns = (Turn(role="user", content="名前は？"), Turn(role="assistant", content="見本です。"))
    talk = msgspec.structs.replace(make_example(0, "年は？", "", "三つです。"), history=turns)
    (shown,) = first_step(recipe(prompt_loss_weight=0.0), make_release(tmp_path / "release", [talk]), FEW)
    scored = [stretch.text for stretch in shown.stretches if stretch.weight]
    assert scored == ["見本です。</s>", "三つです。</s>"]


def test_the_command_marks_what_is_scored_and_makes_no_folder(release: Path, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    asked = [sys.executable, "-m", "tehon", "tune", "demo_tiny", "--release", str(release), "--show-batch", "2", "-q"]
    done = subprocess.run(asked, check=False, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("⟦") == done.stdout.count("</s>⟧") == 2
    assert set(tmp_path.iterdir()) == before


def test_without_show_batch_a_folder_must_be_named(release: Path, tmp_path: Path) -> None:
    asked = [sys.executable, "-m", "tehon", "tune", "demo_tiny", "--release", str(release)]
    done = subprocess.run(asked, check=False, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert "--out: must name the folder of the adapter, but is missing. Give --out FOLDER" in done.stderr
