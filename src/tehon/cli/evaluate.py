"""`tehon evaluate`: a suite on one model."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import JustifyMethod
from rich.table import Table

from tehon.cli.console import AllowBin, AsJson, Debug, Quiet, out, progress, show
from tehon.errors import UsageError
from tehon.evaluate.choose import Overrides, choose_suite
from tehon.evaluate.run import evaluate as evaluate_model
from tehon.evaluate.subject import Subject
from tehon.records.scores import Scores
from tehon.records.tuning import Precision


def evaluate(  # noqa: PLR0913 - one parameter an option
    suite: Annotated[str, typer.Argument(help="A shipped suite, a TOML file, or tasks joined by +.")],
    *,
    model: Annotated[str, typer.Option(help="Folder, hub name, GGUF file, package:NAME or tiny:FAMILY.")],
    to: Annotated[Path, typer.Option("--out", help="Folder of the scores.")],
    adapter: Annotated[Path | None, typer.Option(help="Folder of a LoRA adapter over the model.")] = None,
    raw: Annotated[Path | None, typer.Option(help="Folder with one subfolder of upstream files per task.")] = None,
    limit: Annotated[int | None, typer.Option(help="Score only this many items a line.")] = None,
    shots: Annotated[str, typer.Option(help="Numbers of shots, such as 1,2,3.")] = "",
    template: Annotated[str, typer.Option(help="Prompt versions or templates, such as 0.2,0.3.")] = "",
    protocol: Annotated[
        str, typer.Option(help="How it is asked: paper, jp_stable_1_3, lm_eval, tehon, or a TOML file.")
    ] = "",
    shots_split: Annotated[str, typer.Option(help="The split that shots come from.")] = "",
    shots_from: Annotated[str, typer.Option(help="A file of the task's layout that shots come from.")] = "",
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Change a setting of the protocol, such as answer=both.")
    ] = None,
    allow_contaminated: Annotated[
        list[str] | None,
        typer.Option("--allow-contaminated", help="Score this task even where the model was tuned on its items."),
    ] = None,
    precision: Annotated[Precision, typer.Option(help="Of the base's weights.")] = "auto",
    name: Annotated[str, typer.Option(help="The model's name in tables.")] = "",
    allow_bin: AllowBin = False,
    quiet: Quiet = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Score a model, with baselines, histograms and flags beside every number; a stopped run goes on where it was."""
    del debug
    overrides = Overrides(
        shots=_numbers(shots),
        templates=_words(template),
        protocol=protocol,
        limit=limit,
        shots_split=shots_split,
        shots_from=shots_from,
        settings=tuple(settings or ()),
        allow_contamination=tuple(allow_contaminated or ()),
    )
    chosen = choose_suite(suite, overrides)
    subject = Subject(base=model, adapter=adapter, name=name, precision=precision, allow_bin=allow_bin)
    scores = evaluate_model(chosen, subject, to, raw=raw, progress=progress(quiet=quiet))
    if json:
        show(scores)
        return
    out.print(table(scores))
    out.print(f"{scores.items:,} items, {scores.positions:,} positions computed: {to}")


def table(scores: Scores) -> Table:
    """Every score of one model, a line a metric."""
    lines = Table(title=scores.model, title_justify="left", pad_edge=False)
    for column in ("task", "template", "shots", "metric", "value", "±", "baseline", "items", "flags"):
        justify: JustifyMethod = "right" if column in {"shots", "value", "±", "baseline", "items"} else "left"
        lines.add_column(column, justify=justify, no_wrap=column != "flags", overflow="fold")
    for score in scores.scores:
        numbers = (score.value, score.standard_error, score.baseline)
        value, error, baseline = ("" if number is None else f"{number:.4g}" for number in numbers)
        flags = ", ".join(score.flags)
        lines.add_row(
            score.task,
            score.template,
            str(score.shots),
            score.metric,
            value,
            error,
            baseline,
            f"{score.count:,}",
            flags,
        )
    return lines


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _numbers(text: str) -> tuple[int, ...]:
    words = _words(text)
    if not all(word.isdecimal() for word in words):
        raise UsageError(
            "--shots", f"must be whole numbers joined by commas, got {text!r}", "For example --shots 1,2,3"
        )
    return tuple(int(word) for word in words)
