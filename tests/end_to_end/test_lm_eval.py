"""The protocol `lm_eval` beside lm-evaluation-harness itself: the same prompts, log-likelihoods, predictions, scores.

The harness reads the same raw files through a local task file, and renders, draws shots, encodes and scores by itself.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tehon.engine.load import LoadedModel, load
from tehon.engine.locate import locate
from tehon.evaluate.jobs import Job
from tehon.evaluate.planner import Planner
from tehon.evaluate.requests import ask_all, ready
from tehon.evaluate.session import KINDS
from tehon.recipes import PROTOCOLS
from tehon.records.evaluation import Cell, Protocol, TaskPrompt
from tehon.records.scores import ItemResult
from tehon.storage.atomic import write_text
from tehon.tasks import TASKS

pytestmark = pytest.mark.filterwarnings("default")  # the harness's own, and those of what it imports
CONTEXT = 4096
JNLI = {"premise": "sentence1", "hypothesis": "sentence2"}
"""Our name of a field -> upstream's."""
ROWS = 40


@pytest.fixture(scope="module", autouse=True)
def harness() -> Any:
    return pytest.importorskip("lm_eval", reason="lm-evaluation-harness is not installed: pip install lm-eval==0.4.13")


@pytest.fixture(scope="module", params=["gpt_neox", "llama", "gemma"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    """A tiny model that can read long prompts."""
    folder = tmp_path_factory.mktemp("model") / request.param
    shutil.copytree(locate(f"tiny:{request.param}"), folder)
    config = json.loads((folder / "config.json").read_bytes())
    write_text(folder / "config.json", json.dumps(config | {"max_position_embeddings": CONTEXT}))
    return load(str(folder), precision="fp32")


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """JNLI's raw folder with sentences of the sample, every pair in both splits at another place."""
    sample = TASKS["jnli"].sample
    rows = [json.loads(line) for data in sample.values() for line in data.splitlines()]
    words = [word for row in rows for word in (row["sentence1"], row["sentence2"])]
    folder = tmp_path / "raw" / "jnli"
    folder.mkdir(parents=True)
    for split, first in (("train", 0), ("valid", ROWS)):
        lines = [
            rows[at % len(rows)] | {"sentence1": f"{words[at % 11]}{at}", "sentence2": words[at % 13]}
            for at in range(first, first + ROWS)
        ]
        write_text(folder / f"{split}-v1.3.json", "".join(json.dumps(row) + "\n" for row in lines))
    return tmp_path / "raw"


def planned(raw: Path, cell: Cell, protocol: Protocol) -> Job:
    (job,) = Planner(raw).cell_jobs(cell, protocol)
    return job


def ours(job: Job, model: LoadedModel) -> tuple[list[ItemResult], dict[str, float]]:
    items = list(ask_all(job, job.items(), job.pool(), model.chat))
    asked = ready(items, KINDS["choice"].requests, job.way, model)
    results = list(KINDS["choice"].answer(asked, job.way, model))
    return results, {score.metric: score.value for score in KINDS["choice"].score(results)}


def task_file(folder: Path, raw: Path, prompt: TaskPrompt) -> None:
    """The prompt as the harness's own task, over the same files."""
    query = prompt.query
    for own, upstream in JNLI.items():
        query = query.replace(f"{{{own}}}", f"{{{{{upstream}}}}}")
    task = {
        "task": "theirs",
        "dataset_path": "json",
        "dataset_kwargs": {
            "data_files": {split: str(raw / "jnli" / f"{split}-v1.3.json") for split in ("train", "valid")},
            "cache_dir": str(folder / "cache"),
        },
        "fewshot_split": "train",
        "validation_split": "valid",
        "output_type": "multiple_choice",
        "description": prompt.description,
        "doc_to_text": query,
        "doc_to_target": "label",
        "doc_to_choice": list(prompt.choices),
        "target_delimiter": "",
        "fewshot_delimiter": prompt.separator,
        "metric_list": [{"metric": "acc"}, {"metric": "acc_norm"}],
    }
    # YAML reads JSON.
    write_text(folder / "theirs.yaml", json.dumps(task))


def theirs(folder: Path, model: LoadedModel, shots: int) -> tuple[list[dict[str, Any]], dict[str, float]]:
    from lm_eval import simple_evaluate  # noqa: PLC0415 - it may not be installed
    from lm_eval.models.huggingface import HFLM  # noqa: PLC0415 - likewise
    from lm_eval.tasks import TaskManager  # noqa: PLC0415 - likewise

    found = simple_evaluate(
        model=HFLM(pretrained=model.network.model, tokenizer=model.encoder.tokenizer, batch_size=4),
        tasks=["theirs"],
        task_manager=TaskManager(include_path=str(folder), include_defaults=False),
        num_fewshot=shots,
        bootstrap_iters=0,
        log_samples=True,
    )
    metrics = found["results"]["theirs"]
    return found["samples"]["theirs"], {"accuracy": metrics["acc,none"], "accuracy_norm": metrics["acc_norm,none"]}


@pytest.mark.parametrize("shots", [0, 3])
@pytest.mark.parametrize("version", ["0.2", "0.3", "0.4"])
def test_the_harness_asks_the_same_and_hears_the_same(
    model: LoadedModel, raw: Path, tmp_path: Path, version: str, shots: int
) -> None:
    job = planned(raw, Cell(task="jnli", templates=(version,), shots=(shots,)), PROTOCOLS["lm_eval"])
    assert isinstance(job.frame, TaskPrompt)
    results, scores = ours(job, model)
    task_file(tmp_path, raw, job.frame)
    samples, metrics = theirs(tmp_path, model, shots)
    assert len(samples) == len(results) == ROWS
    for sample, result in zip(samples, results, strict=True):
        asked = list(sample["arguments"].values()) if isinstance(sample["arguments"], dict) else sample["arguments"]
        contexts = [one["arg_0"] if isinstance(one, dict) else one[0] for one in asked]
        assert set(contexts) == {result.context}
        logprobs = [one[0] for one in sample["filtered_resps"]]
        assert result.logprobs == pytest.approx(logprobs, abs=1e-4 * result.tokens)
    assert metrics == pytest.approx({name: scores[name] for name in metrics})


def test_in_separate_encoding_the_harness_hears_the_same_where_its_encoding_is_replaced(
    model: LoadedModel, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The paper's harness is older: the present one is set to its encoding, and shown its shots' prompts."""
    from lm_eval.models.huggingface import HFLM  # noqa: PLC0415 - it may not be installed

    def separate(self: Any, context: str, continuation: str) -> tuple[list[int], list[int]]:
        encode = self.tokenizer.encode
        return encode(context, add_special_tokens=False), encode(continuation, add_special_tokens=False)

    monkeypatch.setattr(HFLM, "_encode_pair", separate)
    protocol = replace(PROTOCOLS["paper"], order="file", seeds=(1234,))
    job = planned(raw, Cell(task="jnli", templates=("0.3",), shots=(2,)), protocol)
    assert isinstance(job.frame, TaskPrompt)
    results, scores = ours(job, model)
    task_file(tmp_path, raw, job.frame)
    samples, metrics = theirs(tmp_path, model, 2)
    for sample, result in zip(samples, results, strict=True):
        logprobs = [one[0] for one in sample["filtered_resps"]]
        assert result.logprobs == pytest.approx(logprobs, abs=1e-4 * result.tokens)
    assert metrics["accuracy"] == pytest.approx(scores["accuracy"])
