"""A preset names every mode, and every mode that published figures differ in is a setting."""

from collections.abc import Callable
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec
import pytest

from tehon.errors import BadConfig, UnknownName
from tehon.evaluate.jobs import version
from tehon.recipes import PROTOCOLS
from tehon.records.evaluation import Cell, Protocol
from tehon.records.scores import Scores
from tehon.tasks import TASKS

Evaluate = Callable[..., Scores]
MODES = {
    "encode": {"separate", "joint", "joint_lcp", "joint_safe", "tuning"},
    "bos": {"never", "tokenizer", "always"},
    "labels": {"en", "ja"},
    "newlines": {"after", "before"},
    "data": {"", "jglue-1.1", "jglue-1.2", "jglue-1.3"},
    "shots": {"per_item", "stratified", "fixed"},
    "order": {"shuffled", "file"},
    "overlong": {"left", "drop_shot", "skip", "error"},
    "norm": {"sum", "char", "byte", "token", "pmi"},
    "answer": {"likelihood", "output", "both"},
}


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_has_these_settings_and_no_other(mode: str) -> None:
    assert set(get_args(get_type_hints(Protocol)[mode])) == MODES[mode]
    for setting in MODES[mode]:
        assert msgspec.to_builtins(PROTOCOLS.open("tehon", (f'{mode}="{setting}"',)))[mode] == setting
    with pytest.raises(BadConfig, match=mode):
        PROTOCOLS.open("tehon", (f"{mode}=sideways",))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("paper", ("separate", "never", "en", "after", "jglue-1.1", "per_item", "shuffled", (42,), "left", "sum")),
        (
            "jp_stable_1_3",
            ("separate", "never", "ja", "after", "jglue-1.3", "stratified", "shuffled", (42,), "left", "sum"),
        ),
        ("lm_eval", ("joint", "tokenizer", "en", "after", "", "per_item", "file", (1234,), "left", "sum")),
        (
            "tehon",
            ("joint_safe", "tokenizer", "en", "after", "", "fixed", "shuffled", (42, 43, 44), "drop_shot", "sum"),
        ),
    ],
)
def test_a_preset_asks_as_what_it_is_named_for(name: str, settings: tuple[object, ...]) -> None:
    found = PROTOCOLS[name]
    names = ("encode", "bos", "labels", "newlines", "data", "shots", "order", "seeds", "overlong", "norm")
    told = msgspec.structs.asdict(found)
    assert tuple(told[each] for each in names) == settings
    assert found.answer == "likelihood"
    assert found.title


def test_the_later_harness_leads_with_metrics_that_no_constant_answer_pleases() -> None:
    assert PROTOCOLS["jp_stable_1_3"].headline[:3] == ("balanced_accuracy", "mcc", "macro_f1")


def test_labels_and_line_breaks_choose_a_prompt_version() -> None:
    jnli, marc_ja = TASKS["jnli"], TASKS["marc_ja"]
    japanese, before = (PROTOCOLS.open("paper", (change,)) for change in ("labels=ja", "newlines=before"))
    assert version(jnli, "0.3", PROTOCOLS["paper"]) == "0.3"
    assert version(jnli, "0.3", japanese) == "0.3-ja"
    assert version(marc_ja, "0.3", japanese) == "0.3"
    assert version(jnli, "0.3", before) == version(marc_ja, "0.3", before) == "0.3-before"
    assert version(jnli, "0.2", before) == "0.2"
    assert version(jnli, "alpaca_ja", japanese) == "alpaca_ja"


def test_the_labels_of_the_protocol_are_what_is_chosen_from(run: Evaluate) -> None:
    english, japanese = (
        run(Cell(task="jnli", templates=("0.2",)), out=name, protocol=name) for name in ("paper", "jp_stable_1_3")
    )
    assert set(english.scores[0].histogram) == {"entailment", "contradiction", "neutral"}
    assert set(japanese.scores[0].histogram) == {"含意", "矛盾", "中立"}
    assert {score.template for score in japanese.scores} == {"0.2-ja"}


def test_a_setting_changes_every_protocol_of_a_suite(run: Evaluate) -> None:
    found = run(Cell(task="jnli"), Cell(task="vqa", protocol="paper_vqa"), settings=("overlong=left", "bos=always"))
    assert (found.protocol.overlong, found.protocol.bos) == ("left", "always")


def test_a_setting_that_is_none_is_an_error(run: Evaluate) -> None:
    with pytest.raises(BadConfig, match=r"--set norms=char: .*unknown field `norms`.*Known keys are name"):
        run(Cell(task="jnli"), settings=("norms=char",))


def test_a_protocol_may_be_a_file_that_extends_one(run: Evaluate, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('extends = "paper"\nnorm = "byte"\n', "utf-8")
    assert run(Cell(task="jnli"), protocol=str(path)).protocol.norm == "byte"
    with pytest.raises(UnknownName, match="paper"):
        run(Cell(task="jnli"), protocol="papr")


def test_items_of_another_edition_than_the_protocol_s_say_so(run: Evaluate) -> None:
    # The sample has one item of each class; JNLI 1.1 has 353, 734 and 1,347.
    for name, told in (("paper", True), ("lm_eval", False)):
        found = run(Cell(task="jnli"), Cell(task="vqa"), out=name, protocol=name)
        for score in found.scores:
            assert ("other_data" in score.flags) is (told and score.task == "jnli")


def test_a_norm_decides_the_prediction_and_the_class_metrics(run: Evaluate) -> None:
    cell = Cell(task="jnli", templates=("0.2", "0.3"))
    by_sum, by_char = (run(cell, out=norm, settings=(f"norm={norm}",)) for norm in ("sum", "char"))
    for first, second in zip(by_sum.scores, by_char.scores, strict=True):
        if first.metric.startswith("accuracy"):
            assert first == second
    norm = [score.histogram for score in by_sum.scores if score.metric == "accuracy_norm"]
    assert norm == [score.histogram for score in by_char.scores if score.metric == "mcc"]
    assert norm != [score.histogram for score in by_sum.scores if score.metric == "mcc"]


def test_the_accuracy_less_the_choice_s_own_worth_is_there_only_where_it_is_asked_for(run: Evaluate) -> None:
    plain, pmi = (run(Cell(task="jnli"), out=norm, settings=(f"norm={norm}",)) for norm in ("sum", "pmi"))
    assert "accuracy_pmi" not in {score.metric for score in plain.scores}
    assert "accuracy_pmi" in {score.metric for score in pmi.scores}
