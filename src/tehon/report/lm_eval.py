"""Scores under the keys of lm-evaluation-harness's result files, for whatever reads those."""

import re
from collections.abc import Iterator, Sequence

from tehon.records.reporting import ModelColumn, Report
from tehon.records.scores import Score
from tehon.report import wording
from tehon.storage.manifest import plain, pretty

NAMES = {
    "accuracy": "acc",
    "accuracy_norm": "acc_norm",
    "accuracy_byte": "acc_bytes",
    "accuracy_pmi": "acc_mutual_info",
    "balanced_accuracy": "balanced_acc",
}
"""Metric -> its name there; any other keeps its own."""
FOLDER = "lm_eval"
_ODD = re.compile(r"[^\w.+-]+")


def lm_eval_files(report: Report) -> Iterator[tuple[str, bytes]]:
    """`lm_eval/MODEL/results.json` for every model, as the harness itself lays them out."""
    taken: set[str] = set()
    for model in report.models:
        slug = _ODD.sub("_", model.model).strip("._") or "model"
        name = next(name for name in (slug, *(f"{slug}_{n}" for n in range(2, 9999))) if name not in taken)
        taken.add(name)
        yield f"{FOLDER}/{name}/results.json", pretty(results(report, model))


def results(report: Report, model: ModelColumn) -> dict[str, object]:
    """One model's scores under `results`, with `n-shot`, `n-samples`, `higher_is_better`, `configs` and the rest.

    A line is named by task, prompt version and shots, as jp-stable names its tasks. Several draws of the shots are one
    line, their mean. The key of a metric without a filter ends in `,none`; what has no standard error has `N/A`.
    """
    cells: dict[str, list[Score]] = {}
    for score in model.scores:
        if score.seed is None:
            cells.setdefault(f"{score.task}-{score.template}-{score.shots}shot", []).append(score)
    made = {origin.folder: origin.provenance for origin in report.origins}.get(model.folder)
    return {
        "results": {name: {"alias": name, **dict(_numbers(scores))} for name, scores in cells.items()},
        "group_subtasks": {},
        "configs": {name: _config(report, scores[0]) for name, scores in cells.items()},
        "versions": {name: scores[0].template for name, scores in cells.items()},
        "n-shot": {name: scores[0].shots for name, scores in cells.items()},
        "higher_is_better": {
            name: {_name(score): wording.metric(score.metric).better == "higher" for score in scores if _told(score)}
            for name, scores in cells.items()
        },
        "n-samples": {name: _samples(scores) for name, scores in cells.items()},
        "config": {"model": "tehon", "model_args": {"pretrained": model.base, "name": model.model}, "limit": None},
        "git_hash": made.commit if made else "",
        "tehon_version": made.version if made else "",
        "model_name": model.model,
    }


def _config(report: Report, score: Score) -> dict[str, object]:
    return {"task": score.task, "num_fewshot": score.shots, "metadata": {"protocol": plain(report.protocol)}}


def _samples(scores: Sequence[Score]) -> dict[str, int]:
    lengths = scores[0].lengths
    asked = max(score.count for score in scores)
    return {"original": lengths.items if lengths else asked, "effective": asked}


def _numbers(scores: Sequence[Score]) -> Iterator[tuple[str, float | str]]:
    for score in scores:
        yield f"{_name(score)},none", score.value
        error = score.standard_error
        yield f"{_name(score)}_stderr,none", "N/A" if error is None else error


def _name(score: Score) -> str:
    return NAMES.get(score.metric, score.metric)


def _told(score: Score) -> bool:
    return bool(wording.metric(score.metric).better)
