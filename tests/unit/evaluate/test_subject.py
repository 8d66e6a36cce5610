"""What is known of a tuned model before it is loaded."""

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from tehon.evaluate.subject import Subject, read_tuned
from tehon.leakage.trained_on import TRAINED_ON
from tehon.records.tuning import Adapter, Merged, Recipe, TuningCounts
from tehon.storage.manifest import finish, plain
from tehon.storage.provenance import provenance

COUNTS = TuningCounts(
    examples=1, drawn=1, tokens=1, scored_tokens=1, cut_right=0, input_shortened=0, dropped=0, steps=1, positions=1
)
RECIPE = Recipe(name="test", template="alpaca_ja", sequence_length=180)
TUNING = Adapter(
    recipe=RECIPE,
    base="scripted",
    base_digest="0",
    release="test",
    release_digest="1",
    template="alpaca_ja",
    parameters=1,
    counts=COUNTS,
    first_loss=1.0,
    last_loss=1.0,
)


def write(folder: Path, recipe: Recipe, release: str = "1", **extra: object) -> Subject:
    """A finished adapter, as tuning writes its manifest."""
    folder.mkdir()
    config = {"recipe": plain(recipe), "template": {"name": "alpaca_ja"}, **extra}
    made = replace(TUNING, recipe=recipe)
    inputs = {"base": "0", "release": release}
    finish(folder, "adapter", config=config, inputs=inputs, result=made, provenance=provenance())
    return Subject(base="scripted", adapter=folder)


def test_adapters_that_differ_in_their_seed_alone_share_a_recipe(tmp_path: Path) -> None:
    first, second = (read_tuned(write(tmp_path / f"seed {seed}", replace(RECIPE, seed=seed))) for seed in (1, 2))
    assert first.recipe == second.recipe != ""
    assert (first.seed, second.seed) == (1, 2)
    assert first.fingerprint != second.fingerprint


@pytest.mark.parametrize("changes", [{"learning_rate": 0.1}, {"epochs": 2}, {"template": "alpaca_en"}])
def test_another_setting_is_another_recipe(tmp_path: Path, changes: dict[str, object]) -> None:
    one = read_tuned(write(tmp_path / "one", RECIPE))
    other = read_tuned(write(tmp_path / "other", replace(RECIPE, seed=7, **changes)))
    assert one.recipe != other.recipe


def test_another_release_is_another_recipe(tmp_path: Path) -> None:
    one = read_tuned(write(tmp_path / "one", RECIPE))
    assert read_tuned(write(tmp_path / "other", RECIPE, release="2")).recipe != one.recipe


def test_a_model_that_was_merged_or_comes_from_elsewhere_is_of_no_recipe(tmp_path: Path) -> None:
    merged = Merged(
        base="scripted", base_digest="0", adapter="a", adapter_digest="1", tuning=TUNING, precision="fp32",
        difference=0.0, largest_logit=1.0, positions=1,
    )  # fmt: skip
    folder = tmp_path / "merged"
    folder.mkdir()
    finish(folder, "merged", config={}, inputs={}, result=merged, provenance=provenance())
    found = read_tuned(Subject(base=str(folder)))
    assert (found.recipe, found.seed, found.template) == ("", None, "alpaca_ja")
    (tmp_path / "peft").mkdir()
    (tmp_path / "peft" / "adapter_config.json").write_bytes(msgspec.json.encode({}))
    assert read_tuned(Subject(base="scripted", adapter=tmp_path / "peft")).recipe == ""


def test_what_a_model_was_tuned_on_is_among_what_decides_its_scores(tmp_path: Path) -> None:
    subject = write(tmp_path / "one", RECIPE)
    before = read_tuned(subject).inputs
    (tmp_path / "one" / TRAINED_ON).write_bytes(b"hashes")
    after = read_tuned(subject).inputs
    assert after.keys() - before.keys() == {f"adapter/{TRAINED_ON}"}


def test_an_adapter_given_as_a_dot_is_named_by_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "mine", RECIPE)
    monkeypatch.chdir(tmp_path / "mine")
    assert Subject(base="scripted", adapter=Path()).title == "mine"
