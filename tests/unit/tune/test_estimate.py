"""What a recipe would take: the paper's own runs, and a release at hand."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from tehon.check import Given, check
from tehon.engine.encode import Encoder
from tehon.engine.load import load
from tehon.errors import EmptyData, UsageError
from tehon.prompts import render
from tehon.recipes import RECIPES
from tehon.records.corpus import Example
from tehon.records.tuning import Lora, Recipe
from tehon.storage.atomic import write_text
from tehon.templates import TEMPLATES
from tehon.tune.estimate import estimate
from tehon.tune.measure import data_size
from tehon.tune.run import tune

MakeRelease = Callable[[Path, Sequence[Example]], Path]
PLAIN = Recipe(name="test", base="tiny:llama", template="alpaca_ja", lora=Lora(), batch_size=8, epochs=3)


@pytest.mark.parametrize(
    ("name", "steps", "drawn", "tokens"),
    [
        # 1.4 and 8.4 million examples less the 2,000 that are held back, by batches of 128 and 130.
        ("stormy", 109_219, 13_980_000, 1_398_000_000),
        ("instruct_llama_7b", 328_047, 41_990_000, 5_458_700_000),
        ("instruct_llama_13b", 64_600, 8_398_000, 1_091_740_000),
    ],
)
def test_the_papers_runs_have_these_steps_and_tokens(name: str, steps: int, drawn: int, tokens: int) -> None:
    recipe = RECIPES.open(name)
    assert recipe.published is not None
    found = estimate(recipe, recipe.published.examples, recipe.published.mean_tokens, 20_000)
    assert (found.steps, found.drawn, found.tokens) == (steps, drawn, tokens)
    assert found.hours == pytest.approx(tokens / 20_000 / 3600)


def test_examples_longer_than_the_recipe_allows_are_cut() -> None:
    assert estimate(PLAIN, 100, 1000).tokens == 300 * PLAIN.sequence_length
    assert estimate(PLAIN, 100, 1000).hours is None


def test_a_recipe_that_holds_everything_back_is_refused() -> None:
    with pytest.raises(UsageError, match="holds back 100 of 100"):
        estimate(msgspec.structs.replace(PLAIN, validation_size=100), 100, 50)


def test_an_estimate_on_a_release_is_what_tuning_takes(
    make_release: MakeRelease, few_examples: list[Example], tmp_path: Path
) -> None:
    # The shards hold fewer examples than are measured of each, so that every one is.
    release = make_release(tmp_path / "release", few_examples)
    mean = data_size(PLAIN, release).mean_tokens
    done = tune(PLAIN, release, tmp_path / "out").counts
    found = estimate(PLAIN, len(few_examples), mean)
    assert (found.steps, found.drawn, found.tokens) == (done.steps, done.drawn, done.tokens)


def test_large_shards_count_by_their_size(
    make_release: MakeRelease, make_example: Callable[..., Example], tmp_path: Path
) -> None:
    short = [make_example(number, "はい") for number in range(100)]
    long = [make_example(100 + number, "はい" * 20) for number in range(20)]
    encoder = load("tiny:llama").encoder
    wanted = (100 * length(encoder, short[0]) + 20 * length(encoder, long[0])) / 120
    found = data_size(PLAIN, make_release(tmp_path / "release", [*short, *long]))
    assert found.examples == 120
    assert found.mean_tokens == pytest.approx(wanted)


def length(encoder: Encoder, example: Example) -> int:
    (sequence,) = encoder.prompts([render(TEMPLATES["alpaca_ja"], example)])
    return len(sequence.ids)


def test_an_empty_release_cannot_be_measured(tmp_path: Path) -> None:
    with pytest.raises(EmptyData, match="must hold examples"):
        data_size(PLAIN, tmp_path)


def shown(name: str, given: Given) -> str:
    [found] = [found for found in check([name], given) if found.kind == "recipe"]
    assert not found.problem
    return "\n".join(found.shown)


def test_check_shows_what_a_recipe_would_take() -> None:
    text = shown("stormy", Given(tokens_per_second=20_000))
    assert "1,400,000 examples (as published, their length assumed) of 100 tokens on average" in text
    assert "109,219 steps, 13,980,000 examples drawn, 1,398.0 million tokens" in text
    assert "at 20,000 tokens/s: 19.4 hours" in text
    assert "give --tokens-per-second for the hours that a device needs" in shown("stormy", Given())


def test_check_finds_what_a_precision_does_not_allow(tmp_path: Path) -> None:
    write_text(tmp_path / "mine.toml", 'extends = "stormy"\nwithout = ["lora"]\nprecision = "nf4"\n')
    (found,) = check([str(tmp_path / "mine.toml")])
    assert found.exit_code == 2
    assert "precision must be auto, fp32 or bf16 where every weight is trained, got nf4" in found.problem


def test_check_estimates_on_a_release(make_release: MakeRelease, few_examples: list[Example], tmp_path: Path) -> None:
    release = make_release(tmp_path / "release", few_examples)
    assert "40 examples (of the release, measured) of" in shown("demo_tiny", Given(release=release))
    large = make_release(tmp_path / "large", few_examples * 60)
    assert "2,400 examples (of the release, their length assumed)" in shown("stormy", Given(release=large))
    assert "the tokenizer of Qwen/Qwen3-0.6B must be at hand" in shown("chat_qwen3_0_6b", Given(release=large))
