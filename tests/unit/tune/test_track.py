"""Trackers are told the curve once and whole, by processes that can neither change nor end a run."""

import fcntl
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import msgspec
import pytest
from tensorboardX.proto.event_pb2 import Event

from tehon.errors import PackageMissing
from tehon.records.corpus import Example
from tehon.records.tuning import Lora, Recipe, Tracker
from tehon.tune import curve, track
from tehon.tune.curve import CURVE, Line
from tehon.tune.follow import looks, memory
from tehon.tune.run import tune
from tehon.tune.track import TrackerLost, check_trackers, tracked

MakeRelease = Callable[[Path, Sequence[Example]], Path]
SETTINGS = {"recipe.seed": 1, "recipe.base": "tiny:llama", "recipe.lora.targets": [], "recipe.max_steps": None}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a run; trackers write below the test's own."""
    monkeypatch.chdir(tmp_path)
    for name in ("WANDB_DIR", "TRACKIO_DIR", "TENSORBOARD_LOGGING_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "told"))
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    (tmp_path / "run").mkdir()
    return tmp_path / "run"


def line(step: int) -> Line:
    validation = 2.0 / step if step % 2 else None
    return Line(
        step=step, examples=8 * step, loss=3 / step, learning_rate=1e-3, gradient_norm=0.5, validation_loss=validation
    )


def events(folder: Path) -> list[tuple[str, int, float]]:
    """Name, step and value of every scalar that TensorBoard would show of the only run there."""
    (found,) = folder.iterdir()
    told = []
    for path in sorted(found.glob("events.*")):
        data, start = path.read_bytes(), 0
        while start < len(data):
            # Each record stands between its length, a checksum of that, and a checksum of itself.
            size = int.from_bytes(data[start : start + 8], "little")
            event = Event.FromString(data[start + 12 : start + 12 + size])
            told += [(value.tag, event.step, value.simple_value) for value in event.summary.value]
            start += size + 16
    return told


def fail_after(run: Path, steps: int) -> None:
    with tracked([Tracker.TENSORBOARD], run, SETTINGS):
        for step in range(1, steps + 1):
            curve.add(run, line(step))
        raise RuntimeError("killed")


def test_a_tracker_is_told_every_line_once_though_the_run_was_killed_and_went_on_before_that(run: Path) -> None:
    with pytest.raises(RuntimeError, match="killed"):
        fail_after(run, 5)
    assert memory(run, Tracker.TENSORBOARD).exists()
    curve.rewind(run, 2)
    with tracked([Tracker.TENSORBOARD, Tracker.TENSORBOARD], run, SETTINGS):
        for step in range(3, 9):
            curve.add(run, line(step))
    assert list(run.iterdir()) == [run / CURVE]
    told = events(run.parent / "told")
    expected = [
        (name, each.step, value)
        for each in map(line, range(1, 9))
        for name, value in msgspec.to_builtins(each).items()
        if name != "step"
    ]
    assert [(name, step) for name, step, _ in told] == [(name, step) for name, step, _ in expected]
    assert [value for *_, value in told] == pytest.approx([value for *_, value in expected])


@pytest.mark.parametrize("tracker", Tracker)
def test_every_tracker_that_is_installed_takes_a_run(
    run: Path, tracker: Tracker, capfd: pytest.CaptureFixture[str]
) -> None:
    if not any(find_spec(package) for package in track.PACKAGES.get(tracker, (tracker,))):
        pytest.skip(f"{tracker} is not installed")
    with tracked([tracker], run, SETTINGS):
        curve.add(run, line(1))
    said, told = capfd.readouterr()
    assert not said
    assert "warning" not in told
    assert list(run.iterdir()) == [run / CURVE]


def test_a_tracker_that_is_not_installed_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(track.PACKAGES, Tracker.WANDB, ("no_such_package",))
    check_trackers([Tracker.TENSORBOARD])
    with pytest.raises(PackageMissing, match=r"--track wandb: needs the package wandb, .* Run pip install wandb\."):
        check_trackers([Tracker.TENSORBOARD, Tracker.WANDB])


def test_a_tracker_that_fails_says_so_in_one_line_and_the_run_goes_on(
    run: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (run.parent / "file").touch()
    monkeypatch.setenv("TENSORBOARD_LOGGING_DIR", str(run.parent / "file"))
    with tracked([Tracker.TENSORBOARD], run, SETTINGS):
        curve.add(run, line(1))
    said, told = capfd.readouterr()
    assert not said
    assert told.startswith("warning: --track tensorboard: it is told nothing more, for NotADirectoryError: ")
    assert told.endswith("metrics.jsonl has every line\n")
    assert told.count("\n") == 1


def test_a_tracker_that_never_answers_is_ended_when_the_run_is(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(track, "PATIENCE", 0.2)
    with memory(run, Tracker.TENSORBOARD).open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with (
            pytest.warns(TrackerLost, match="tensorboard: it did not end in time"),
            tracked([Tracker.TENSORBOARD], run, SETTINGS),
        ):
            curve.add(run, line(1))


def test_trackers_change_nothing(
    run: Path, make_release: MakeRelease, few_examples: list[Example], tmp_path: Path
) -> None:
    release = make_release(tmp_path / "release", few_examples)
    recipe = Recipe(
        name="test", base="tiny:llama", template="alpaca_ja", lora=Lora(), batch_size=8, max_steps=3, precision="fp32"
    )
    plain = tune(recipe, release, tmp_path / "plain")
    assert tune(recipe, release, run, track=[Tracker.TENSORBOARD]) == plain
    contents = [
        {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}
        for folder in (tmp_path / "plain", run)
    ]
    assert contents[0] == contents[1]
    assert {step for _, step, _ in events(tmp_path / "told")} == {1, 2, 3}


def test_half_a_line_waits_and_a_curve_that_was_written_anew_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / CURVE
    states = iter([False, False, False, True])
    found = looks(path, lambda: next(states))
    assert next(found) == []
    curve.add(tmp_path, line(1))
    with path.open("ab") as stream:
        stream.write(b'{"step":2,')
    assert next(found) == [line(1)]
    curve.rewind(tmp_path, 1)
    curve.add(tmp_path, line(2))
    assert next(found) == [line(1), line(2)]
    curve.add(tmp_path, line(3))
    assert next(found) == [line(3)]
    assert list(found) == []
