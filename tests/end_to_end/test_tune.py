"""Tuning as a whole on random tiny models: the finished folder, and runs that are stopped, killed or shared."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from tehon.engine.load import load
from tehon.errors import AdapterMismatch, NotFinite, OutputTaken, TargetsMissing, UsageError
from tehon.progress import Advance, Progress
from tehon.records.corpus import Example
from tehon.records.tuning import Adapter, Lora, Recipe
from tehon.storage.manifest import read_manifest, result, verify
from tehon.tune.run import tune

MakeRelease = Callable[[Path, Sequence[Example]], Path]
FAMILIES = ("gpt_neox", "llama")
SAME = (
    "adapter_model.safetensors",
    "adapter_config.json",
    "metrics.jsonl",
    "loss.svg",
    "README.md",
    "trained_on.parquet",
)
STEPS = 8


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, make_release: MakeRelease, few_examples: list[Example]) -> Path:
    return make_release(tmp_path_factory.mktemp("tune") / "release", few_examples)


def recipe(kind: str, **changes: object) -> Recipe:
    plain = Recipe(
        name="test",
        base=f"tiny:{kind}",
        template="alpaca_ja",
        lora=Lora(),
        precision="fp32",
        batch_size=8,
        epochs=2,
        max_steps=STEPS,
        learning_rate=1e-2,
        log_steps=3,
        checkpoint_minutes=0,
        validation_size=6,
    )
    return msgspec.structs.replace(plain, **changes)


def interrupting(after: int, number: int) -> Progress:
    """Sends this process a signal once that many examples were trained on; the run stops one step later."""

    @contextmanager
    def progress(title: str, total: int | None, unit: str) -> Iterator[Advance]:
        seen = 0

        def advance(done: int, note: str = "") -> None:
            nonlocal seen
            del note
            before, seen = seen, seen + done
            if title == "tune" and before < after <= seen:
                os.kill(os.getpid(), number)

        del total, unit
        yield advance

    return progress


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in SAME}


def test_a_finished_folder_holds_adapter_card_curve_and_manifest(release: Path, tmp_path: Path) -> None:
    adapter = tune(recipe("llama"), release, tmp_path / "out")
    manifest = read_manifest(tmp_path / "out", "adapter")
    verify(tmp_path / "out", manifest)
    assert sorted(manifest.files) == sorted(SAME)
    assert result(manifest, Adapter) == adapter
    assert adapter.last_loss < adapter.first_loss
    counts = adapter.counts
    assert counts.steps == STEPS
    assert counts.examples == 34
    assert counts.drawn == STEPS * adapter.recipe.batch_size
    assert 0 < counts.scored_tokens <= counts.tokens
    assert adapter.validation_loss is not None
    assert "template `alpaca_ja`" in (tmp_path / "out" / "README.md").read_text("utf-8")
    lines = (tmp_path / "out" / "metrics.jsonl").read_bytes().splitlines()
    assert [msgspec.json.decode(line)["step"] for line in lines] == [3, 6, 8]


def test_the_same_call_again_changes_nothing_and_another_recipe_is_refused(release: Path, tmp_path: Path) -> None:
    first = tune(recipe("llama"), release, tmp_path / "out")
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    assert tune(recipe("llama"), release, tmp_path / "out") == first
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()} == stamps
    with pytest.raises(OutputTaken, match="another configuration or other inputs"):
        tune(recipe("llama", seed=1), release, tmp_path / "out")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_stopped_run_goes_on_to_the_same_bytes(family: str, release: Path, tmp_path: Path) -> None:
    whole = tune(recipe(family), release, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        tune(recipe(family), release, tmp_path / "stopped", progress=interrupting(20, signal.SIGTERM))
    assert (tmp_path / "stopped" / "checkpoint.safetensors").exists()
    with pytest.raises(KeyboardInterrupt):
        tune(recipe(family), release, tmp_path / "stopped", progress=interrupting(40, signal.SIGINT))
    assert tune(recipe(family), release, tmp_path / "stopped") == whole
    assert contents(tmp_path / "stopped") == contents(tmp_path / "whole")
    assert not (tmp_path / "stopped" / "checkpoint.safetensors").exists()


CHILD = """
import sys
from pathlib import Path
import msgspec, importlib.util
spec = importlib.util.spec_from_file_location("test_tune", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
out, release, family, number = Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], int(sys.argv[5])
module.tune(module.recipe(family), release, out, progress=module.interrupting(30, number))
"""


@pytest.mark.parametrize(
    ("family", "number"), [("gpt_neox", signal.SIGKILL), ("llama", signal.SIGKILL), ("llama", signal.SIGTERM)]
)
def test_a_killed_process_goes_on_to_the_same_bytes(
    family: str, number: signal.Signals, release: Path, tmp_path: Path
) -> None:
    whole = tune(recipe(family), release, tmp_path / "whole")
    arguments = [__file__, str(tmp_path / "killed"), str(release), family, str(int(number))]
    died = subprocess.run([sys.executable, "-c", CHILD, *arguments], check=False, capture_output=True, text=True)
    if number == signal.SIGKILL:
        assert died.returncode == -signal.SIGKILL, died.stderr
    else:
        # Not its number: Python forgets why it ends where a library, such as torch's of operations, tidies up last.
        assert died.returncode, died.stderr
        assert died.stderr.endswith("\nKeyboardInterrupt\n")
    assert not (tmp_path / "killed" / "manifest.json").exists()
    assert tune(recipe(family), release, tmp_path / "killed") == whole
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


def test_two_processes_tune_what_one_tunes(release: Path, tmp_path: Path) -> None:
    plain = recipe("llama", lora=Lora(dropout=0), token_budget=200)
    alone = tune(plain, release, tmp_path / "alone")
    script = (
        "import sys, msgspec; from pathlib import Path; from tehon.tune.run import tune; "
        "from tehon.records.tuning import Recipe; "
        "tune(msgspec.json.decode(sys.argv[1], type=Recipe), Path(sys.argv[2]), Path(sys.argv[3]))"
    )
    (tmp_path / "run.py").write_text(script)
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    given = [msgspec.json.encode(plain).decode(), str(release), str(tmp_path / "shared")]
    done = subprocess.run([*launch, str(tmp_path / "run.py"), *given], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    shared = result(read_manifest(tmp_path / "shared", "adapter"), Adapter)
    assert shared.counts == msgspec.structs.replace(alone.counts, positions=shared.counts.positions)
    assert shared.last_loss == pytest.approx(alone.last_loss, rel=1e-4)
    assert shared.validation_loss == pytest.approx(alone.validation_loss, rel=1e-3)


def test_a_smaller_budget_may_finish_a_run_but_another_seed_may_not(release: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        tune(recipe("llama"), release, tmp_path / "out", progress=interrupting(30, signal.SIGTERM))
    with pytest.raises(OutputTaken, match=r"holds an unfinished run whose recipe\.seed is 42, not 1"):
        tune(recipe("llama", seed=1), release, tmp_path / "out")
    assert tune(recipe("llama", token_budget=100), release, tmp_path / "out").counts.steps == STEPS


def test_a_foreign_file_in_the_folder_is_never_swallowed(release: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(OutputTaken, match=r"must be empty or hold a run of this recipe, but holds letter\.txt"):
        tune(recipe("llama"), release, tmp_path)


def test_wrong_targets_are_answered_with_near_names(release: Path, tmp_path: Path) -> None:
    wrong = recipe("gpt_neox", lora=Lora(targets=("query_key_values",)))
    with pytest.raises(TargetsMissing, match=r"there is no query_key_values\. Take one of query_key_value"):
        tune(wrong, release, tmp_path / "out")


def test_the_head_is_no_target(release: Path, tmp_path: Path) -> None:
    with pytest.raises(TargetsMissing, match="there is no lm_head"):
        tune(recipe("llama", lora=Lora(targets=("lm_head",))), release, tmp_path / "out")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sequence_length": 600}, "sequence_length must be at most 512, the context of tiny:llama, got 600"),
        ({"family": "gemma"}, "family must be that of tiny:llama, which is llama, got gemma"),
        ({"base": ""}, "a base must be named, but is not"),
    ],
)
def test_a_recipe_that_does_not_fit_the_base_is_refused(
    changes: dict[str, object], message: str, release: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=message):
        tune(recipe("llama", **changes), release, tmp_path / "out")


def test_nan_stops_the_run_and_names_the_examples(release: Path, tmp_path: Path) -> None:
    broken = load("tiny:llama", precision="fp32")
    broken.network.model.get_decoder().norm.weight.data.fill_(float("nan"))
    broken.network.model.save_pretrained(tmp_path / "base")
    broken.encoder.tokenizer.save_pretrained(tmp_path / "base")
    with pytest.raises(
        NotFinite, match=r"step 1 \(test/0000\d\d, test/.*loss and gradient must be finite, but are nan"
    ):
        tune(recipe("llama", base=str(tmp_path / "base")), release, tmp_path / "out")
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_an_adapter_is_loaded_on_its_own_base_only(release: Path, tmp_path: Path) -> None:
    tune(recipe("llama"), release, tmp_path / "out")
    with pytest.raises(AdapterMismatch, match=r"was tuned on tiny:llama \([0-9a-f]{12}\), but the base here is"):
        load("tiny:gemma", adapter=tmp_path / "out")


def test_the_best_adapter_by_held_back_loss_is_kept_and_a_run_without_progress_stops(
    release: Path, tmp_path: Path
) -> None:
    wild = {"learning_rate": 0.3, "schedule": "constant", "validation_steps": 1, "lora": Lora(dropout=0)}
    last = tune(recipe("llama", **wild), release, tmp_path / "last")
    best = tune(recipe("llama", **wild, keep="best"), release, tmp_path / "best")
    losses = [
        msgspec.json.decode(line)["validation_loss"]
        for line in (tmp_path / "best" / "metrics.jsonl").read_bytes().splitlines()
    ]
    assert len(losses) == STEPS
    assert best.validation_loss == pytest.approx(min(losses), rel=1e-6)
    assert last.validation_loss == pytest.approx(losses[-1], rel=1e-6)
    assert min(losses) < losses[-1], "the run is wild enough for the last step not to be the best"
    patient = tune(recipe("llama", **wild, patience=2), release, tmp_path / "patient")
    waits = next(n for n in range(2, STEPS) if min(losses[: n + 1]) < min(losses[n - 1 : n + 1]))
    assert patient.counts.steps == waits + 1 < STEPS


def test_a_stopped_run_remembers_its_best_adapter(release: Path, tmp_path: Path) -> None:
    wild = {"learning_rate": 0.3, "schedule": "constant", "validation_steps": 1, "keep": "best"}
    whole = tune(recipe("llama", **wild), release, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        tune(recipe("llama", **wild), release, tmp_path / "stopped", progress=interrupting(40, signal.SIGTERM))
    assert tune(recipe("llama", **wild), release, tmp_path / "stopped") == whole
    assert contents(tmp_path / "stopped") == contents(tmp_path / "whole")
