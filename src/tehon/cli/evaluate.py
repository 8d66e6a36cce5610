"""`tehon evaluate`: a suite on one model."""

from pathlib import Path

from msgspec.structs import replace

from tehon.cli import evaluate_options as options
from tehon.cli.console import AllowBin, AsJson, Debug, Quiet, out, progress, show
from tehon.cli.tables import print_scores
from tehon.errors import UsageError
from tehon.evaluate.choose import Overrides, choose_suite
from tehon.evaluate.run import evaluate as evaluate_model
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
    allow_bin: AllowBin = False,
    quiet: Quiet = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Score a model, with baselines, histograms and flags beside every number; a stopped run goes on where it was.

    How it is asked is a protocol: tehon (the default), paper, jp_stable_1_3, lm_eval, or a TOML file of your own that
    extends one of them; --set changes one setting. docs/evaluation.md says what each of them changes.
    """
    del debug
    changed = Overrides(shots=_numbers(shots), templates=_words(template), protocol=protocol, limit=limit)
    changed = replace(changed, shots_split=shots_split, shots_from=shots_from, settings=tuple(settings or ()))
    changed = replace(changed, allow_contamination=tuple(allow_contaminated or ()))
    base = Subject(base=model, name=name, precision=precision, allow_bin=allow_bin)
    found = _found(choose_suite(suite, changed), base, adapter or [], to, raw=raw, listening=progress(quiet=quiet))
    if json:
        show(list(found.values()) if len(found) > 1 else found[to])
        return
    for folder, scores in found.items():
        print_scores(scores, every_metric=every_metric)
        out.print(f"{scores.items:,} items, {scores.positions:,} positions computed: {folder}")


def _found(
    suite: Suite, base: Subject, adapters: list[Path], to: Path, *, raw: Path | None, listening: Progress
) -> dict[Path, Scores]:
    """Folder -> scores: of the base, of its one adapter, or of several that take turns."""
    tuned = [replace(base, adapter=folder) for folder in adapters]
    if len(tuned) > 1:
        return {to / name: found for name, found in sweep(suite, tuned, to, raw=raw, progress=listening).items()}
    subject = tuned[0] if tuned else base
    return {to: evaluate_model(suite, subject, to, raw=raw, progress=listening)}


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _numbers(text: str) -> tuple[int, ...]:
    words = _words(text)
    if not all(word.isdecimal() for word in words):
        raise UsageError(
            "--shots", f"must be whole numbers joined by commas, got {text!r}", "For example --shots 1,2,3"
        )
    return tuple(int(word) for word in words)
