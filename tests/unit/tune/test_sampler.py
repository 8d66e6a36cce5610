"""Answers on the way: there to be looked at, and without any trace in what a run comes to."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tehon.errors import UsageError
from tehon.records.corpus import Example
from tehon.records.tuning import Lora, Recipe
from tehon.storage.manifest import read_manifest, verify
from tehon.tune.run import tune
from tehon.tune.samples import SAMPLES, Sample, add, newest

RECIPE = Recipe(
    name="test",
    base="tiny:llama",
    template="alpaca_ja",
    precision="fp32",
    batch_size=8,
    max_steps=4,
    learning_rate=0.05,
    lora=Lora(dropout=0.1),
    validation_size=4,
)
PROMPTS = ("こんにちは", "山は？")


def sample(step: int, prompt: str = "山は？", text: str = "はい") -> Sample:
    return Sample(step=step, prompt=prompt, text=text, finish="end")


def test_a_run_with_samples_comes_to_the_same_bytes(
    make_release: Callable[..., Path], few_examples: list[Example], tmp_path: Path
) -> None:
    release = make_release(tmp_path / "release", few_examples)
    plain = tune(RECIPE, release, tmp_path / "plain")
    asked = tune(RECIPE, release, tmp_path / "asked", samples=PROMPTS)
    assert asked == plain
    manifests = [read_manifest(tmp_path / name, "adapter") for name in ("plain", "asked")]
    assert manifests[0].fingerprint == manifests[1].fingerprint
    assert manifests[0].files == manifests[1].files
    verify(tmp_path / "asked", manifests[1])
    assert not (tmp_path / "plain" / SAMPLES).exists()
    lines = [
        msgspec.json.decode(line, type=Sample) for line in (tmp_path / "asked" / SAMPLES).read_bytes().splitlines()
    ]
    assert [(each.step, each.prompt) for each in lines] == [(step, prompt) for step in (1, 4) for prompt in PROMPTS]
    assert len({each.text for each in lines if each.prompt == "山は？"}) == 2


def test_divided_weights_cannot_be_asked(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs all weights in one process"):
        tune(RECIPE, tmp_path, tmp_path / "out", sharding="zero3", samples=PROMPTS)


def test_the_newest_answer_to_each_prompt_counts_and_half_a_line_does_not(tmp_path: Path) -> None:
    add(tmp_path, [sample(1), sample(1, "海は？")])
    add(tmp_path, [sample(2, text="富士山")])
    content = (tmp_path / SAMPLES).read_bytes()
    assert newest(content) == (sample(2, text="富士山"), sample(1, "海は？"))
    assert newest(content + b'{"step":3,"pro') == newest(content)
    assert newest(b"") == ()
    with pytest.raises(msgspec.DecodeError):
        newest(b'{"step":3}\n')
