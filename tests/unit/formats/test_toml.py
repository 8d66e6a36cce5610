"""TOML: what breaks the schema is named with its key, and what came."""

from pathlib import Path

import pytest

from tehon.errors import BadConfig
from tehon.formats.toml import read_toml
from tehon.records.tuning import Lora, Recipe


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "calm.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_name_is_the_file_s_own(tmp_path: Path) -> None:
    assert read_toml(write(tmp_path, 'template = "alpaca_ja"'), Recipe).name == "calm"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('template = "t"\nlora = { rank = "4" }', r"calm\.toml: lora\.rank .* got '4'"),
        ('template = "t"\nlora = { rank = 0 }', r"lora\.rank is wrong: expected `int` >= 1, got 0"),
        ('template = "t"\nlearning_rat = 1', r"unknown field `learning_rat`.*Known keys are .*learning_rate"),
        ("template = ", r"must be TOML"),
        ("lora = {}", r"missing required field `template`"),
    ],
)
def test_a_wrong_file_is_one_clear_sentence(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadConfig, match=message):
        read_toml(write(tmp_path, text), Recipe)


def test_a_file_that_is_not_utf8_is_one_clear_sentence(tmp_path: Path) -> None:
    path = tmp_path / "calm.toml"
    path.write_bytes('title = "手本"'.encode("cp932"))
    with pytest.raises(BadConfig, match="must be TOML"):
        read_toml(path, Recipe)


def test_changes_win_over_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, 'template = "alpaca_ja"\nlora = { rank = 4 }')
    recipe = read_toml(path, Recipe, ("lora.rank=8", "template=vqa_ja", "max_steps=3", 'lora.targets=["a"]'))
    assert (recipe.lora, recipe.template, recipe.max_steps) == (Lora(rank=8, targets=("a",)), "vqa_ja", 3)


@pytest.mark.parametrize("change", ["rank", "=4", "lora..rank=1", "template.x=1"])
def test_a_change_that_names_no_key_is_refused(tmp_path: Path, change: str) -> None:
    with pytest.raises(BadConfig, match="--set"):
        read_toml(write(tmp_path, 'template = "t"'), Recipe, (change,))
