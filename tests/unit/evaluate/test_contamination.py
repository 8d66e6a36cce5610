"""A model is not asked what it was tuned on, whatever its data call it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from tehon.engine.scripted import Scripted
from tehon.errors import Contaminated, Damaged
from tehon.evaluate.contamination import Guard
from tehon.evaluate.loader import InMemory
from tehon.evaluate.planner import Planner
from tehon.evaluate.run import evaluate
from tehon.evaluate.subject import Subject
from tehon.leakage.trained_on import TRAINED_ON, write_trained_on
from tehon.records.corpus import Example
from tehon.records.evaluation import Cell, Suite
from tehon.records.scores import Scores
from tehon.storage.raw import STAND_IN
from tehon.tasks import TASKS

Make = Callable[..., Example]
Tuned = Callable[..., Path]
JNLI = Cell(task="jnli", shots=(0,))
MARC = Cell(task="marc_ja", shots=(0,))


@pytest.fixture
def tuned(tmp_path: Path) -> Tuned:
    """An adapter from elsewhere, with the hashes that tuning here writes beside it."""

    def write(contents: Sequence[Example] | None, name: str = "adapter") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "adapter_config.json").write_text("{}")
        (folder / "adapter_model.safetensors").write_bytes(b"1")
        if contents is not None:
            write_trained_on(contents, folder / TRAINED_ON)
        return folder

    return write


def scored(raw: Path, adapter: Path | None, *cells: Cell, allowed: tuple[str, ...] = (), out: str = "out") -> Scores:
    suite = Suite(name="test", protocol="paper", cells=cells or (JNLI,), allow_contamination=allowed)
    subject = Subject(base="scripted", adapter=adapter)
    return evaluate(suite, subject, raw.parent / out, raw=raw, loader=InMemory(Scripted()))


def flags(scores: Scores) -> set[str]:
    told = ("contaminated", "in_family", "unchecked")
    return {flag for score in scores.scores for flag in score.flags if flag.startswith(told)}


def items(raw: Path, split: str) -> list[Example]:
    [file] = (raw / "jnli").glob(f"{split}*.json")
    return [item.example for item in TASKS["jnli"].read(file, split)]


def of(source: str, split: str, examples: Sequence[Example]) -> list[Example]:
    return [replace(example, source=source, split=split) for example in examples]


def test_an_adapter_that_was_tuned_on_a_task_s_items_is_refused(raw: Path, tuned: Tuned) -> None:
    with pytest.raises(Contaminated, match=r"holds 3 of its items \(in jnli/valid\).*--allow-contaminated jnli"):
        scored(raw, tuned(of("jnli", "valid", items(raw, "valid"))))
    assert not (raw.parent / "out").exists()


def test_another_name_does_not_help(raw: Path, tuned: Tuned) -> None:
    with pytest.raises(Contaminated, match=r"holds 1 of its items \(in pairs/train\)"):
        scored(raw, tuned(of("pairs", "train", items(raw, "valid")[:1])))


def test_nor_does_another_frame(raw: Path, tuned: Tuned, make_example: Make) -> None:
    fields = next(TASKS["jnli"].read(next((raw / "jnli").glob("valid*.json")), "valid")).fields
    framed = make_example(
        0, "二つの文を比べてください。", f"文A：{fields['hypothesis']}\n文B：{fields['premise']}", "同じ"
    )
    with pytest.raises(Contaminated, match="test/train"):
        scored(raw, tuned([framed]))


def test_a_task_is_scored_all_the_same_where_it_is_named(raw: Path, tuned: Tuned) -> None:
    adapter = tuned(of("pairs", "train", items(raw, "valid")))
    assert flags(scored(raw, adapter, allowed=("jnli",))) == {"contaminated:3"}
    with pytest.raises(Contaminated):
        scored(raw, adapter, allowed=("marc_ja",), out="other")


def test_the_corpus_s_other_split_is_marked_and_not_refused(raw: Path, tuned: Tuned) -> None:
    assert flags(scored(raw, tuned(of("jnli", "train", items(raw, "train"))))) == {"in_family"}


def test_equal_items_in_the_corpus_s_own_splits_are_in_the_family(raw: Path, tuned: Tuned) -> None:
    assert flags(scored(raw, tuned(of("jnli", "train", items(raw, "valid"))))) == {"in_family"}


def test_unrelated_data_are_no_matter(raw: Path, tuned: Tuned, make_example: Make) -> None:
    assert flags(scored(raw, tuned([make_example(0, "日本で一番高い山は何ですか？")]), JNLI, MARC)) == set()


def test_only_the_tasks_concerned_are_marked(raw: Path, tuned: Tuned) -> None:
    scores = scored(raw, tuned(of("jnli", "train", items(raw, "train"))), JNLI, MARC)
    assert {score.task for score in scores.scores if "in_family" in score.flags} == {"jnli"}


def test_what_a_stand_in_was_made_from_counts_as_the_task_s_own(raw: Path, tuned: Tuned, make_example: Make) -> None:
    (raw / "marc_ja" / STAND_IN).write_text("Sentences of reports.\nmade_from: chabsa, niilc\n", "utf-8")
    adapter = tuned(of("chabsa", "train", [make_example(0, "売上高は前年を上回りました。")]))
    assert flags(scored(raw, adapter, MARC)) == {"in_family"}
    (raw / "marc_ja" / STAND_IN).write_text("Sentences of reports.\n", "utf-8")
    assert flags(scored(raw, adapter, MARC, out="unsaid")) == set()


def test_an_adapter_that_says_nothing_of_its_data_is_marked(raw: Path, tuned: Tuned) -> None:
    assert flags(scored(raw, tuned(None))) == {"unchecked"}


def test_a_base_is_not_checked(raw: Path) -> None:
    assert flags(scored(raw, None)) == set()


def test_damaged_hashes_are_an_error(raw: Path, tuned: Tuned) -> None:
    adapter = tuned([])
    (adapter / TRAINED_ON).write_bytes(b"PAR1")
    with pytest.raises(Damaged, match="Tune again"):
        scored(raw, adapter)


def test_every_split_that_is_asked_is_looked_up(raw: Path, tuned: Tuned) -> None:
    adapter = tuned(of("pairs", "train", items(raw, "train")))
    assert flags(scored(raw, adapter)) == set()
    with pytest.raises(Contaminated, match="pairs/train"):
        scored(raw, adapter, JNLI, Cell(task="jnli", templates=("0.2",), shots=(0,), split="train"), out="both")


def test_a_release_is_checked_before_anything_is_tuned_on_it(raw: Path) -> None:
    jobs = Planner(raw, "").plan(Suite(name="test", protocol="paper", cells=(JNLI, MARC)))
    guard = Guard(jobs, (), raw)
    assert guard.of_contents(of("jnli", "train", items(raw, "train")), raw) == {"jnli": ("in_family",), "marc_ja": ()}
    with pytest.raises(Contaminated, match=f"{raw}: must hold nothing that jnli asks"):
        guard.of_contents(of("pairs", "train", items(raw, "valid")), raw)
