"""What is said beside a number: lengths, templates, stand-ins."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tehon.engine.scripted import Scripted
from tehon.errors import DataError, ModelError, OutputTaken, RawFileMissing, UsageError
from tehon.evaluate.lengths import Ruler
from tehon.evaluate.subject import Subject, read_tuned
from tehon.records.evaluation import Cell
from tehon.records.scores import ItemResult, Scores
from tehon.records.tuning import Adapter, Recipe, TuningCounts
from tehon.storage.items import ITEMS, read_items
from tehon.storage.manifest import finish
from tehon.storage.provenance import provenance

Evaluate = Callable[..., Scores]


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    """A finished tuning on prompts of at most 180 tokens in alpaca_ja."""
    counts = TuningCounts(
        examples=1,
        drawn=1,
        tokens=1,
        scored_tokens=1,
        cut_right=0,
        input_shortened=0,
        dropped=0,
        steps=1,
        positions=1,
    )
    tuning = Adapter(
        recipe=Recipe(name="test", template="alpaca_ja", sequence_length=180),
        base="scripted",
        base_digest="0",
        release="test",
        release_digest="0",
        template="alpaca_ja",
        parameters=1,
        counts=counts,
        first_loss=1.0,
        last_loss=1.0,
    )
    folder = tmp_path / "tuned"
    folder.mkdir()
    finish(folder, "adapter", config={}, inputs={}, result=tuning, provenance=provenance())
    return folder


def result(prompt_tokens: int, truncated: int = 0) -> ItemResult:
    return ItemResult(
        item="x", task="x", template="t", shots=0, context="", prompt_tokens=prompt_tokens, truncated=truncated
    )


def test_items_beyond_a_length_are_counted() -> None:
    ruler = Ruler(256, 2048)
    passed = [result(100), result(256), result(257), result(3000, truncated=900)]
    assert list(ruler.watch(passed)) == passed
    assert list(ruler.flags()) == ["over_training_length:2", "over_context:1"]
    lengths = ruler.lengths()
    assert (lengths.items, lengths.longest, lengths.mean) == (4, 3000, (100 + 256 + 257 + 3000) / 4)
    assert (lengths.tuning_length, lengths.over_tuning) == (256, 2)
    assert (lengths.context_length, lengths.over_context, lengths.truncated) == (2048, 1, 900)


def test_items_that_had_to_be_settled_are_counted() -> None:
    ruler = Ruler(None, 2048)
    told = [
        replace(result(90), merged=True),
        replace(result(3000), dropped_shots=2, cut=("shots",)),
        replace(result(4000), skipped=True),
    ]
    assert list(ruler.watch(told)) == told[:2]
    assert list(ruler.flags()) == ["over_context:2", "dropped_shots:2", "skipped:1", "merged:1"]
    assert ruler.lengths().cut == {"shots": 1}


def test_a_base_has_no_training_length() -> None:
    ruler = Ruler(None, 10_000)
    assert [*ruler.watch([result(9999)]), *ruler.flags()] == [result(9999)]


def test_the_longest_prompt_of_an_item_decides(run: Evaluate, adapter: Path) -> None:
    # The sample's items have about 195 characters in version 0.3; the adapter saw 180, and this model holds 220.
    model = Scripted(context_length=220)
    for score in run(Cell(task="jnli", templates=("0.3",), shots=(0, 2)), model=model, adapter=adapter).scores:
        assert "over_training_length:3" in score.flags
        assert ("over_context:3" in score.flags) == (score.shots == 2)


def test_an_adapter_is_asked_in_its_own_template_unless_another_is_allowed(run: Evaluate, adapter: Path) -> None:
    other = Cell(task="jnli", templates=("0.3", "alpaca_en"), other_template=True)
    scores = run(Cell(task="vqa"), other, adapter=adapter)
    assert scores.adapter_template == "alpaca_ja"
    assert {score.template for score in scores.scores if score.task == "vqa"} == {"alpaca_ja"}
    for score in scores.scores:
        assert ("other_template" in score.flags) == (score.template == "alpaca_en")


def test_an_adapter_asked_in_another_template_is_an_error(run: Evaluate, adapter: Path) -> None:
    with pytest.raises(UsageError, match="must be asked in alpaca_ja, with which the model was tuned, got alpaca_en"):
        run(Cell(task="jnli", templates=("alpaca_en",)), adapter=adapter)


def test_a_base_is_asked_in_the_task_s_own_template(run: Evaluate) -> None:
    scores = run(Cell(task="vqa"), Cell(task="jnli"))
    assert {(score.task, score.template) for score in scores.scores} == {("vqa", "vqa_ja"), ("jnli", "0.3")}
    assert not any("other_template" in score.flags for score in scores.scores)


def test_an_adapter_from_elsewhere_says_nothing_about_itself(tmp_path: Path) -> None:
    folder = tmp_path / "peft"
    folder.mkdir()
    (folder / "adapter_config.json").write_text("{}")
    (folder / "adapter_model.safetensors").write_bytes(b"1")
    first = read_tuned(Subject(base="tiny:llama", adapter=folder))
    assert (first.template, first.sequence_length) == ("", None)
    (folder / "adapter_model.safetensors").write_bytes(b"2")
    assert read_tuned(Subject(base="tiny:llama", adapter=folder)).fingerprint != first.fingerprint


def test_changed_weights_of_an_adapter_make_another_evaluation(run: Evaluate, adapter: Path) -> None:
    (adapter / "adapter_model.safetensors").write_bytes(b"1")
    run(Cell(task="vqa"), adapter=adapter)
    (adapter / "adapter_model.safetensors").write_bytes(b"2")
    with pytest.raises(OutputTaken):
        run(Cell(task="vqa"), adapter=adapter)


def test_a_folder_that_is_no_adapter_is_an_error(run: Evaluate, tmp_path: Path) -> None:
    with pytest.raises(RawFileMissing):
        read_tuned(Subject(base="tiny:llama", adapter=tmp_path / "nothing"))
    run(Cell(task="vqa"))
    with pytest.raises(DataError, match="its manifest says scores"):
        read_tuned(Subject(base="tiny:llama", adapter=tmp_path / "out"))


def test_a_model_is_called_by_its_name_its_adapter_or_its_path() -> None:
    assert Subject(base="models/gemma", name="Gemma").title == "Gemma"
    assert Subject(base="models/gemma", adapter=Path("runs/tuned")).title == "tuned"
    assert Subject(base="models/gemma").title == "gemma"


def test_a_prompt_that_may_not_be_cut_is_an_error(run: Evaluate) -> None:
    with pytest.raises(ModelError, match=r"at most 21 tokens to be read whole, but has 51\. Set overlong"):
        run(Cell(task="vqa", protocol="paper_vqa"), model=Scripted(context_length=20))


def test_the_chat_template_of_a_model_without_one_is_an_error(run: Evaluate) -> None:
    with pytest.raises(ModelError, match="chat template"):
        run(Cell(task="jnli", templates=("chat",)))


class Chatty(Scripted):
    """A model with a chat template."""

    @staticmethod
    def chat(messages: list[dict[str, str]], opened: bool) -> str:  # noqa: FBT001
        said = "".join(f"<{message['role']}>{message['content']}</>" for message in messages)
        return said + ("<assistant>" if opened else "")


def test_shots_become_earlier_turns_of_a_chat(run: Evaluate, tmp_path: Path) -> None:
    run(Cell(task="jnli", templates=("chat",), shots=(1,)), model=Chatty())
    first = next(read_items(tmp_path / "out" / ITEMS, ItemResult)).context
    assert first.count("<user>") == 2
    assert first.count("<assistant>") == 2
