"""One evaluation as a whole: its files, its errors, and what a killed run leaves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from tehon.engine.protocol import Model
from tehon.engine.scripted import Scripted
from tehon.errors import (
    BadConfig,
    BadRawFile,
    Damaged,
    EmptyData,
    NotFinite,
    OutputTaken,
    RawFileMissing,
    UnknownName,
    UsageError,
)
from tehon.evaluate import session
from tehon.evaluate.kept import FOLDER
from tehon.evaluate.loader import InMemory
from tehon.evaluate.run import evaluate
from tehon.evaluate.subject import Subject
from tehon.progress import Advance
from tehon.records.evaluation import Cell, Protocol, Suite
from tehon.records.requests import Loglikelihood, Scored
from tehon.records.scores import ItemResult, Scores
from tehon.storage.items import ITEMS, read_items
from tehon.storage.manifest import read_manifest
from tehon.storage.raw import STAND_IN
from tehon.tasks import TASKS

Evaluate = Callable[..., Scores]
JNLI = Cell(task="jnli", templates=("0.3", "0.2-ja", "alpaca_ja"), shots=(0, 2))
VQA = Cell(task="vqa", templates=("vqa_ja", "vqa_en"))
FIVE = Cell(task="qualitative", max_new_tokens=8)


class Watched(Scripted):
    """Counts what it is asked, and gives up after a while."""

    def __init__(self, answers: int = 10**9) -> None:
        super().__init__()
        self.answered = 0
        self.answers = answers

    def loglikelihood(self, requests: Sequence[Loglikelihood], protocol: Protocol) -> Iterator[Scored]:
        for scored in super().loglikelihood(requests, protocol):
            if self.answered >= self.answers:
                raise KeyboardInterrupt
            self.answered += 1
            yield scored


class Unloadable(InMemory):
    """Knows its model, but must not be asked for it."""

    def load(self, subject: Subject) -> Model:
        raise AssertionError(subject)


def items(folder: Path) -> list[ItemResult]:
    return list(read_items(folder / ITEMS, ItemResult))


def test_a_run_writes_every_item_and_every_score(run: Evaluate, tmp_path: Path) -> None:
    scores = run(JNLI, VQA, FIVE)
    found = items(tmp_path / "out")
    assert scores.items == len(found) == 3 * 2 * 3 + 2 * 3 + 5
    assert msgspec.json.decode((tmp_path / "out" / "scores.json").read_bytes(), type=Scores) == scores
    assert {(one.task, one.template, one.shots) for one in scores.scores} == {
        (one.task, one.template, one.shots) for one in found
    }
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [ITEMS, "manifest.json", "scores.json"]
    manifest = read_manifest(tmp_path / "out", "scores")
    assert set(manifest.files) == {ITEMS, "scores.json"}
    assert {"base", "raw/jnli/valid-v1.3.json", "raw/jnli/train-v1.3.json", "items/qualitative"} <= set(manifest.inputs)


def test_an_item_says_what_was_asked_free_of_any_frame(run: Evaluate, tmp_path: Path) -> None:
    run(Cell(task="jnli", templates=("0.3", "alpaca_ja"), shots=(0, 2)))
    asked = {(one.item, one.instruction, one.input) for one in items(tmp_path / "out")}
    examples = [item.example for item in TASKS["jnli"].read(tmp_path / "raw" / "jnli" / "valid-v1.3.json", "valid")]
    assert asked == {(one.id, one.instruction, one.input) for one in examples}


def test_items_stand_in_upstream_order_with_their_shots(run: Evaluate, tmp_path: Path) -> None:
    run(Cell(task="jnli", shots=(2,)))
    found = items(tmp_path / "out")
    assert [one.item for one in found] == [f"jnli/valid/{place:06d}" for place in range(3)]
    for one in found:
        assert len(one.shot_ids) == 2
        assert all(shot.startswith("jnli/train/") for shot in one.shot_ids)


def test_the_same_run_twice_gives_the_same_bytes(run: Evaluate, tmp_path: Path) -> None:
    run(JNLI, VQA, FIVE, out="first")
    run(JNLI, VQA, FIVE, out="second")
    for name in (ITEMS, "scores.json"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_a_finished_run_is_answered_from_its_folder_and_loads_no_model(run: Evaluate) -> None:
    first = run(JNLI)
    assert run(JNLI, loader=Unloadable(Scripted())) == first


@pytest.mark.parametrize("name", [ITEMS, "scores.json"])
def test_a_finished_folder_with_a_half_written_file_is_an_error_that_says_what_to_do(
    run: Evaluate, tmp_path: Path, name: str
) -> None:
    run(JNLI)
    file = tmp_path / "out" / name
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(Damaged, match=rf"{name}: must be as its manifest says.* Take its folder away"):
        run(JNLI)


def test_a_folder_of_another_run_is_never_overwritten(run: Evaluate, tmp_path: Path) -> None:
    run(JNLI)
    before = (tmp_path / "out" / "scores.json").read_bytes()
    with pytest.raises(OutputTaken):
        run(VQA)
    assert (tmp_path / "out" / "scores.json").read_bytes() == before


def test_another_model_is_noticed_before_it_is_loaded(run: Evaluate) -> None:
    run(JNLI)
    with pytest.raises(OutputTaken):
        run(JNLI, loader=Unloadable(Scripted(["別のモデルです。"])))


def test_changed_raw_data_make_another_result(run: Evaluate, raw: Path) -> None:
    run(JNLI)
    file = raw / "jnli" / "valid-v1.3.json"
    file.write_bytes(file.read_bytes().replace("赤い".encode(), "青い".encode()))
    with pytest.raises(OutputTaken):
        run(JNLI)


@pytest.mark.parametrize("answers", [0, 1, 7, 20, 40])
def test_an_interrupted_run_goes_on_where_it_was(
    run: Evaluate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: int
) -> None:
    monkeypatch.setattr(session, "CHUNK_ITEMS", 2)
    whole = Watched()
    expected = run(JNLI, VQA, FIVE, out="whole", model=whole)
    with pytest.raises(KeyboardInterrupt):
        run(JNLI, VQA, FIVE, model=Watched(answers))
    resumed = Watched()
    assert run(JNLI, VQA, FIVE, model=resumed) == expected
    # A chunk of two items asks at most six times, and only the unfinished one is asked again.
    assert whole.answered - answers <= resumed.answered <= whole.answered - answers + 6
    for name in (ITEMS, "scores.json"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_answers_of_another_model_are_not_taken_over(run: Evaluate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "CHUNK_ITEMS", 1)
    with pytest.raises(KeyboardInterrupt):
        run(JNLI, model=Watched(6))
    other = Scripted(["まったく違う文章です。"])
    assert run(JNLI, model=other) == run(JNLI, model=Scripted(["まったく違う文章です。"]), out="fresh")


class SameFiles(InMemory):
    """One base, loaded in a precision that its files do not say."""

    def digest(self, subject: Subject) -> str:
        del subject
        return "0" * 64


def test_answers_in_another_precision_are_not_taken_over(run: Evaluate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "CHUNK_ITEMS", 1)
    with pytest.raises(KeyboardInterrupt):
        run(JNLI, loader=SameFiles(Watched(6)))
    other = Scripted(["丸めた文章です。"])
    assert run(JNLI, loader=SameFiles(other)) == run(JNLI, model=other, out="fresh")


class Respelt(Watched):
    """The same files under the same names, but a library spells one word in other tokens."""

    def encode(self, text: str) -> list[int]:
        return super().encode(text.replace("含意", "矛盾").replace("entailment", "neutral"))


def test_answers_to_other_tokens_are_not_taken_over(run: Evaluate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "CHUNK_ITEMS", 1)
    with pytest.raises(KeyboardInterrupt):
        run(JNLI, model=Watched(9))
    assert run(JNLI, model=Respelt()) == run(JNLI, model=Respelt(), out="fresh")


@pytest.mark.parametrize(
    "changed",
    [
        {"template": "0.2"},
        {"shots": (2,)},
        {"limit": 2},
        {"protocol": "tehon"},
        {"split": "train"},
    ],
)
def test_answers_to_another_question_are_not_taken_over(
    run: Evaluate, monkeypatch: pytest.MonkeyPatch, changed: dict[str, object]
) -> None:
    monkeypatch.setattr(session, "CHUNK_ITEMS", 1)
    cell = Cell(task="jnli", templates=("0.3",), shots=(0,))
    if template := changed.pop("template", None):
        changed["templates"] = (template,)
    other = msgspec.structs.replace(cell, **changed)
    with pytest.raises(KeyboardInterrupt):
        run(cell, model=Watched(6))
    assert run(other) == run(other, out="fresh")


def test_answers_about_other_items_are_not_taken_over(
    run: Evaluate, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "CHUNK_ITEMS", 1)
    with pytest.raises(KeyboardInterrupt):
        run(JNLI, model=Watched(6))
    file = raw / "jnli" / "valid-v1.3.json"
    file.write_bytes(file.read_bytes().replace("赤い".encode(), "青い".encode()))
    assert run(JNLI) == run(JNLI, out="fresh")


@pytest.mark.parametrize("content", [b"", b'{"positions":1,"results":[{"item":', b"\xff\xfe", b"[]"])
def test_a_half_written_chunk_is_answered_again(
    run: Evaluate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr(session, "CHUNK_ITEMS", 1)
    expected = run(JNLI, out="whole")
    with pytest.raises(KeyboardInterrupt):
        run(JNLI, model=Watched(6))
    chunk = min((tmp_path / "out" / FOLDER).rglob("*.json"))
    chunk.write_bytes(content)
    assert run(JNLI) == expected


SLOW = """
import sys, time
from pathlib import Path
from tehon.engine.scripted import Scripted
from tehon.evaluate import session
from tehon.evaluate.loader import InMemory
from tehon.evaluate.run import evaluate
from tehon.evaluate.subject import Subject
from tehon.records.evaluation import Cell, Suite

class Slow(Scripted):
    def score(self, request, protocol):
        time.sleep(0.05)
        return super().score(request, protocol)

session.CHUNK_ITEMS = 1
suite = Suite(name="test", protocol="paper", cells=(Cell(task="jnli", shots=(0, 1, 2)),))
evaluate(suite, Subject(base="scripted"), Path(sys.argv[1]), raw=Path(sys.argv[2]), loader=InMemory(Slow()))
"""


def test_a_killed_process_leaves_nothing_that_looks_finished(run: Evaluate, raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen([sys.executable, "-c", SLOW, str(out), str(raw)], env=os.environ)
    deadline = time.monotonic() + 60
    while not list(out.rglob("00001.json")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert list(out.rglob("00001.json"))
    assert not (out / "manifest.json").exists()
    cell = Cell(task="jnli", shots=(0, 1, 2))
    assert run(cell) == run(cell, out="whole")
    assert (out / ITEMS).read_bytes() == (tmp_path / "whole" / ITEMS).read_bytes()


@pytest.mark.parametrize("before", [True, False], ids=["before a rename", "after a rename"])
def test_a_run_that_ends_at_any_write_goes_on_to_the_same_bytes(
    run: Evaluate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, before: bool
) -> None:
    monkeypatch.setattr(session, "CHUNK_ITEMS", 2)
    cells = (Cell(task="jnli", shots=(0,)), Cell(task="qualitative", max_new_tokens=4))
    expected = run(*cells, out="whole")
    whole: Callable[..., Path] = Path.replace
    ends = 0
    for number in range(50):
        left = number

        def dying(path: Path, target: Path) -> Path:
            nonlocal left
            left -= 1
            if left < 0 and before:
                raise KeyboardInterrupt
            moved = whole(path, target)
            if left < 0:
                raise KeyboardInterrupt
            return moved

        out = f"out {number}"
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", dying)
            try:
                run(*cells, out=out)
                break
            except KeyboardInterrupt:
                ends += 1
        assert run(*cells, out=out) == expected
        assert sorted(path.name for path in (tmp_path / out).iterdir()) == [ITEMS, "manifest.json", "scores.json"]
        for name in (ITEMS, "scores.json"):
            assert (tmp_path / out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    # Five chunks, the rows, the scores, the manifest.
    assert ends == 8


class Broken(Scripted):
    """Answers NaN."""

    def score(self, request: Loglikelihood, protocol: Protocol) -> Scored:
        return msgspec.structs.replace(super().score(request, protocol), logprob=float("nan"))


@pytest.mark.parametrize("cell", [JNLI, VQA])
def test_a_broken_model_yields_an_error_and_no_score(run: Evaluate, tmp_path: Path, cell: Cell) -> None:
    with pytest.raises(NotFinite):
        run(cell, model=Broken())
    assert not (tmp_path / "out" / "scores.json").exists()


def test_progress_hears_of_every_item_once(raw: Path, tmp_path: Path) -> None:
    heard: dict[str, tuple[int | None, int]] = {}

    @contextmanager
    def listen(title: str, total: int | None, unit: str) -> Iterator[Advance]:
        assert unit == "items"
        heard[title] = (total, 0)

        def advance(done: int, note: str = "") -> None:
            del note
            heard[title] = (total, heard[title][1] + done)

        yield advance

    suite = Suite(name="test", protocol="paper", cells=(JNLI, FIVE))
    evaluate(suite, Subject(base="x"), tmp_path / "out", raw=raw, progress=listen, loader=InMemory(Scripted()))
    assert set(heard.values()) == {(3, 3), (5, 5)}
    assert len(heard) == 7


def test_a_stand_in_is_named_at_every_score(run: Evaluate, raw: Path) -> None:
    (raw / "marc_ja" / STAND_IN).write_text("Sentences written for this test.\n", "utf-8")
    scores = run(Cell(task="marc_ja"), JNLI)
    assert scores.stand_ins == {"marc_ja (stand-in)": "Sentences written for this test."}
    for score in scores.scores:
        assert ("stand-in" in score.flags) == (score.task == "marc_ja (stand-in)")


def refused(run: Evaluate, cell: Cell, error: type[Exception], message: str) -> None:
    """What is wrong with the data is found before any model is loaded."""

    with pytest.raises(error, match=message):
        run(cell, loader=Unloadable(Scripted()))


def test_an_empty_task_file_is_an_error(run: Evaluate, raw: Path) -> None:
    (raw / "jnli" / "valid-v1.3.json").write_bytes(b"\n")
    refused(run, JNLI, EmptyData, "must hold at least one item")


def test_an_unknown_label_is_an_error_that_names_its_line(run: Evaluate, raw: Path) -> None:
    file = raw / "jnli" / "valid-v1.3.json"
    file.write_bytes(file.read_bytes().replace(b'"neutral"', b'"maybe"'))
    refused(run, JNLI, BadRawFile, r"valid-v1\.3\.json:3: .*maybe")


def test_a_bad_line_among_the_shots_is_an_error_too(run: Evaluate, raw: Path) -> None:
    with (raw / "jnli" / "train-v1.3.json").open("ab") as stream:
        stream.write(b'{"sentence1": 3}\n')
    refused(run, JNLI, BadRawFile, r"train-v1\.3\.json:5")


def test_a_missing_shots_file_says_which_file_to_put_where(run: Evaluate, raw: Path) -> None:
    (raw / "jnli" / "train-v1.3.json").unlink()
    refused(run, JNLI, RawFileMissing, r"put train\*\.json into .*raw/jnli")
    assert run(Cell(task="jnli", shots=(0,))).items == 3


def test_shots_can_come_from_the_scored_split_itself(run: Evaluate, raw: Path, tmp_path: Path) -> None:
    (raw / "jnli" / "train-v1.3.json").unlink()
    run(Cell(task="jnli", shots=(2,), shots_split="valid"))
    for one in items(tmp_path / "out"):
        assert one.item not in one.shot_ids
        assert len(one.shot_ids) == 2


def test_more_shots_than_there_are_items_are_an_error(run: Evaluate) -> None:
    refused(run, Cell(task="jnli", shots=(5,)), EmptyData, "needs 5 items to draw 5 shots from, but the split has 4")


def test_a_task_without_shots_says_so(run: Evaluate) -> None:
    refused(run, Cell(task="vqa", shots=(1,)), UsageError, "Set shots_split to one of all")


def test_an_unknown_split_names_the_known_ones(run: Evaluate) -> None:
    refused(run, Cell(task="jnli", split="dev"), UsageError, "it has train, valid, test")


def test_an_unknown_task_or_template_is_answered_with_near_ones(run: Evaluate) -> None:
    refused(run, Cell(task="jnil"), UnknownName, "Did you mean jnli")
    refused(run, Cell(task="jnli", templates=("0.9",)), UnknownName, "no template named '0.9'")
    refused(run, Cell(task="jnli", templates=("alpaca_jp",)), UnknownName, "alpaca_ja")


def test_the_same_line_twice_is_an_error(raw: Path, tmp_path: Path) -> None:
    suite = Suite(name="twice", cells=(Cell(task="jnli"), Cell(task="jnli", limit=2)))
    with pytest.raises(BadConfig, match=r"jnli 0\.3 0-shot twice"):
        evaluate(suite, Subject(base="x"), tmp_path / "out", raw=raw, loader=InMemory(Scripted()))


def test_without_a_raw_folder_the_option_is_named(tmp_path: Path) -> None:
    suite = Suite(name="test", cells=(Cell(task="jnli"),))
    with pytest.raises(UsageError, match="--raw"):
        evaluate(suite, Subject(base="x"), tmp_path / "out", loader=InMemory(Scripted()))


def test_an_embedded_task_needs_no_raw_folder(tmp_path: Path) -> None:
    suite = Suite(name="test", cells=(FIVE,))
    assert evaluate(suite, Subject(base="x"), tmp_path / "out", loader=InMemory(Scripted())).items == 5


def test_a_missing_raw_folder_says_which_file_to_put_where(tmp_path: Path) -> None:
    suite = Suite(name="test", cells=(Cell(task="jnli"),))
    with pytest.raises(RawFileMissing, match=r"put valid\*\.json into .*nowhere/jnli"):
        evaluate(suite, Subject(base="x"), tmp_path / "o", raw=tmp_path / "nowhere", loader=InMemory(Scripted()))
