"""Many adapters of one base in one run."""

import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from msgspec.structs import replace
from peft import LoraConfig, get_peft_model
from typer.testing import CliRunner

from tehon.cli.main import app
from tehon.engine import load as engine
from tehon.errors import RawFileMissing, UsageError
from tehon.evaluate.choose import Overrides, choose_suite
from tehon.evaluate.run import evaluate
from tehon.evaluate.subject import Subject
from tehon.evaluate.sweep import sweep
from tehon.storage.items import ITEMS
from tehon.tasks import TASKS

SUITE = choose_suite("jnli+qualitative", Overrides(limit=2, shots=(0,)))
BASE = Subject(base="tiny:llama", precision="fp32")


@pytest.fixture(scope="module")
def subjects(tmp_path_factory: pytest.TempPathFactory) -> list[Subject]:
    """The base and three adapters, as PEFT writes them."""
    found = [BASE]
    for seed in range(3):
        folder = tmp_path_factory.mktemp("adapters") / f"step-{seed}"
        torch.manual_seed(seed)
        with warnings.catch_warnings():
            # What transformers and PEFT say of each other.
            warnings.simplefilter("ignore")
            base = engine.load("tiny:llama", precision="fp32").network.model
            config = LoraConfig(r=2, target_modules=["q_proj"], init_lora_weights=False)
            get_peft_model(base, config).save_pretrained(folder)
        found.append(replace(BASE, adapter=folder))
    return found


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """JNLI's sample, as if it were the corpus."""
    folder = tmp_path / "raw" / "jnli"
    folder.mkdir(parents=True)
    for file, content in TASKS["jnli"].sample.items():
        (folder / file).write_bytes(content)
    return tmp_path / "raw"


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The bases that were loaded, in order."""
    asked: list[str] = []
    whole: Callable[..., engine.LoadedModel] = engine.load

    def counting(name: str, **options: object) -> engine.LoadedModel:
        asked.append(name)
        return whole(name, **options)

    monkeypatch.setattr(engine, "load", counting)
    return asked


def test_each_adapter_of_a_sweep_scores_as_it_does_alone_and_the_base_is_loaded_once(
    subjects: list[Subject], raw: Path, tmp_path: Path, loads: list[str]
) -> None:
    found = sweep(SUITE, subjects, tmp_path / "out", raw=raw)
    assert loads == ["tiny:llama"]
    assert list(found) == ["tiny:llama", "step-0", "step-1", "step-2"]
    for subject in subjects:
        evaluate(SUITE, subject, tmp_path / "alone" / subject.title, raw=raw)
        for name in ("scores.json", ITEMS):
            swept, alone = (tmp_path / folder / subject.title / name for folder in ("out", "alone"))
            assert swept.read_bytes() == alone.read_bytes()
    assert len({scores.model_digest for scores in found.values()}) == len(subjects)


def test_what_is_finished_is_not_asked_again(
    subjects: list[Subject], raw: Path, tmp_path: Path, loads: list[str]
) -> None:
    first = sweep(SUITE, subjects[:2], tmp_path / "out", raw=raw)
    again = sweep(SUITE, subjects, tmp_path / "out", raw=raw)
    assert {name: again[name] for name in first} == first
    assert loads == ["tiny:llama"] * 2
    assert sweep(SUITE, subjects, tmp_path / "out", raw=raw) == again
    assert len(loads) == 2


def test_what_is_wrong_with_the_last_is_found_before_the_first_is_loaded(
    subjects: list[Subject], raw: Path, tmp_path: Path, loads: list[str]
) -> None:
    (tmp_path / "nothing").mkdir()
    with pytest.raises(RawFileMissing, match="nothing"):
        sweep(SUITE, [*subjects, replace(BASE, adapter=tmp_path / "nothing")], tmp_path / "out", raw=raw)
    assert not loads


def test_two_adapters_of_one_name_need_other_names(subjects: list[Subject], raw: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="2 would be 'step-0'"):
        sweep(SUITE, [subjects[1], subjects[1]], tmp_path / "out", raw=raw)


def test_the_command_line_takes_several_adapters(subjects: list[Subject], raw: Path, tmp_path: Path) -> None:
    adapters = [part for subject in subjects[1:] for part in ("--adapter", str(subject.adapter))]
    options = ["--raw", str(raw), "--shots", "0", "--limit", "2", "--out", str(tmp_path / "out"), "--quiet"]
    said = CliRunner().invoke(app, ["evaluate", "jnli", "--model", "tiny:llama", *adapters, *options])
    assert said.exit_code == 0, said.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["step-0", "step-1", "step-2"]
    assert all((path / "manifest.json").is_file() for path in (tmp_path / "out").iterdir())
