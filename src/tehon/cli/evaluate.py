"""`tehon evaluate`: a suite on one model."""

from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from tehon.cli import evaluate_options as options
from tehon.cli.console import AllowBin, AsJson, Debug, Quiet, out, progress, show
from tehon.cli.launch import is_first, launch
from tehon.cli.tables import print_scores
from tehon.cli.tune import Launcher
from tehon.errors import UsageError
from tehon.evaluate.choose import Overrides, choose_suite
from tehon.evaluate.run import evaluate_share
from tehon.evaluate.share import launched_share, named_share
from tehon.evaluate.spread import evaluate_on
from tehon.evaluate.subject import Subject
from tehon.evaluate.sweep import sweep
from tehon.progress import Progress
from tehon.records.evaluation import Suite
from tehon.records.scores import Scores


def evaluate(  # noqa: PLR0913 - one parameter an option
    suite: options.SuiteName,
    *,
    model: options.ModelName,
    to: options.To,
    adapter: options.Adapters = None,
    raw: options.Raw = None,
    limit: options.Limit = None,
    shots: options.Shots = "",
    template: options.Templates = "",
    protocol: options.ProtocolName = "",
    shots_split: options.ShotsSplit = "",
    shots_from: options.ShotsFrom = "",
    settings: options.Settings = None,
    allow_contaminated: options.AllowContaminated = None,
    precision: options.Weights = "auto",
    name: options.Title = "",
    every_metric: options.EveryMetric = False,
    launcher: Launcher = "",
    share: options.ShareName = "",
    ray: options.Ray = 0,
    allow_bin: AllowBin = False,
    quiet: Quiet = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Score a model, with baselines, histograms and flags beside every number; a stopped run goes on where it was.

    How it is asked is a protocol: tehon (the default), paper, jp_stable_1_3, lm_eval, or a TOML file of your own; --set
    changes one setting. docs/evaluation.md says what each changes, and how several GPUs or machines answer one suite.
    """
    del debug
    launch(launcher)
    changed = Overrides(shots=_numbers(shots), templates=_words(template), protocol=protocol, limit=limit)
    changed = replace(changed, shots_split=shots_split, shots_from=shots_from, settings=tuple(settings or ()))
    changed = replace(changed, allow_contamination=tuple(allow_contaminated or ()))
    base = Subject(base=model, name=name, precision=precision, allow_bin=allow_bin)
    subjects = [replace(base, adapter=folder) for folder in adapter or []] or [base]
    listening = progress(quiet=quiet or not is_first())
    _tell(_found(Asked(choose_suite(suite, changed), subjects, to, raw, share, ray), listening), to, every_metric, json)


class Asked(NamedTuple):
    """What is evaluated, and by whom."""

    suite: Suite
    subjects: list[Subject]
    to: Path
    raw: Path | None
    share: str
    ray: int


def _found(asked: Asked, listening: Progress) -> dict[Path, Scores]:
    """Folder -> scores: of the base, of its one adapter, or of several that take turns; without those still missing."""
    suite, subjects, to, raw = asked.suite, asked.subjects, asked.to, asked.raw
    if asked.ray:
        if len(subjects) > 1:
            problem = f"must have one adapter at a time, but there are {len(subjects)}"
            raise UsageError("--ray", problem, "Give one, or take --launch")
        return {to: evaluate_on("ray", asked.ray, suite, subjects[0], to, raw=raw, progress=listening)}
    share = named_share(asked.share) if asked.share else launched_share()
    if len(subjects) > 1:
        swept = sweep(suite, subjects, to, raw=raw, progress=listening, share=share)
        return {to / name: scores for name, scores in swept.items()}
    scores = evaluate_share(suite, subjects[0], to, share, raw=raw, progress=listening)
    return {to: scores} if scores else {}


def _tell(found: dict[Path, Scores], to: Path, every_metric: bool, json: bool) -> None:  # noqa: FBT001 - both by name
    """What came of it, as JSON or for people; of several processes started by one command the first alone speaks."""
    if json and found:
        show(list(found.values()) if len(found) > 1 else next(iter(found.values())))
        return
    if not found and is_first():
        out.print(f"This share is answered. Others are missing, and the last one scores: {to}")
    for folder, scores in found.items():
        print_scores(scores, every_metric=every_metric)
        out.print(f"{scores.items:,} items, {scores.positions:,} positions computed: {folder}")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _numbers(text: str) -> tuple[int, ...]:
    words = _words(text)
    if not all(word.isdecimal() for word in words):
        raise UsageError(
            "--shots", f"must be whole numbers joined by commas, got {text!r}", "For example --shots 1,2,3"
        )
    return tuple(int(word) for word in words)
