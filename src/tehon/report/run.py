"""Scores of many models become one report."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tehon.progress import Progress, silent
from tehon.records.reporting import ModelColumn, Report
from tehon.report import latex, render, rows
from tehon.report.browse import MOST_ITEMS, SCRIPTS, shown
from tehon.report.by_length import by_length
from tehon.report.compare import base_of, check_same_items, compare, in_order
from tehon.report.confusions import confusions
from tehon.report.lm_eval import lm_eval_files
from tehon.report.preferred import pairs_csv, with_votes
from tehon.report.prompt_lengths import prompt_lengths
from tehon.report.read import Folders, Opened, Run, open_folders, read_folders
from tehon.report.samples import samples
from tehon.report.wording import task_title
from tehon.report.work import work
from tehon.storage.atomic import write_bytes, write_text
from tehon.storage.manifest import fingerprint, finish, finished, pretty, records_sha256, result
from tehon.storage.provenance import provenance
from tehon.storage.votes import read_votes

TITLE = "Base and tuned models side by side"


def report(  # noqa: PLR0913 - one parameter an option
    runs: Sequence[Path],
    out: Path,
    *,
    title: str = "",
    notes: Sequence[str] = (),
    every_pair: bool = False,
    votes: Sequence[Path] = (),
    most_items: int = MOST_ITEMS,
    progress: Progress = silent,
) -> Report:
    """The report of these finished folders; also written as report.html, .md and .json, its tables as .tex and .csv.

    Args:
        runs: folders of scores, at least one; folders of releases and adapters add their sections.
        out: a new folder, or one that holds this very report.
        title: the heading.
        notes: what a reader must know, such as which data are stand-ins.
        every_pair: every two models are tested against each other, not only the tuned ones against their bases.
        votes: files that `tehon serve` wrote, about answers of these models.
        most_items: the page lets a reader look through so many items, chosen by hash; 0 leaves out all such lists.
        progress: listens.

    Raises:
        UsageError: there are no scores, or two of them have the same model name.
        OutputTaken: `out` holds something else.
        RawFileMissing, Damaged: a folder is not finished, or a file is not as it should be.
        DataError: a folder holds another kind, two runs do not fit together, or votes are about other models.
    """
    opened = open_folders(runs)
    config = {"title": title, "notes": list(notes), "every_pair": every_pair}
    config |= {} if most_items == MOST_ITEMS else {"most_items": most_items}
    inputs = _inputs(opened, votes)
    if manifest := finished(out, "report", fingerprint(config, inputs)):
        return result(manifest, Report)
    written = assemble(read_folders(opened, progress), title or TITLE, notes, every_pair=every_pair)
    written = with_votes(written, votes) if votes else written
    _write(written, page(written, opened, most_items, progress), out, progress)
    finish(out, "report", config=config, inputs=inputs, result=written, provenance=provenance())
    return written


def page(written: Report, opened: Sequence[Opened], most_items: int = MOST_ITEMS, progress: Progress = silent) -> str:
    """report.html: the report, with lists of what its folders hold."""
    lists = shown(written, opened, most_items, progress)
    return render.html(written, lists, SCRIPTS if lists["items"] else ())


def _inputs(opened: Sequence[Opened], votes: Sequence[Path]) -> dict[str, str]:
    """Name -> digest of everything that a report is made from."""
    folders = {f"{place:03d} {folder.name}": folder.sha256 for place, folder in enumerate(opened)}
    return folders | {f"votes {place:03d}": records_sha256(read_votes(path)) for place, path in enumerate(votes)}


def _write(written: Report, html: str, out: Path, progress: Progress) -> None:
    """All files; `lm_eval/MODEL/results.json` holds the scores under lm-evaluation-harness's keys."""
    write_text(out / "report.html", html)
    with progress("write", len(PAGES), "files") as advance:
        for name, write in PAGES.items():
            if text := write(written):
                write_text(out / name, text)
            advance(1, name)
    for name, content in lm_eval_files(written):
        write_bytes(out / name, content)
    write_bytes(out / "report.json", pretty(written))


PAGES: Mapping[str, Callable[[Report], str]] = {
    "report.md": render.markdown,
    "table_1.tex": latex.table_one,
    "table_2.tex": latex.table_two,
    "scores.csv": rows.scores_csv,
    "table_1.csv": rows.recipes_csv,
    "perplexity_by_length.csv": rows.by_length_csv,
    "preferences.csv": pairs_csv,
}
"""Name -> what writes it; what comes out empty is not written."""


def assemble(folders: Folders, title: str, notes: Sequence[str], *, every_pair: bool = False) -> Report:
    """The report of what was read.

    Raises:
        UsageError: two runs have the same model name.
        DataError: two runs do not fit together.
    """
    runs = in_order(folders.runs)
    check_same_items(runs)
    return Report(
        title=title,
        protocol=runs[0].scores.protocol,
        models=tuple(
            ModelColumn(
                model=run.scores.model,
                role="tuned" if run.scores.adapter else "base",
                base=run.scores.base,
                folder=run.folder,
                adapter=run.scores.adapter,
                recipe=run.scores.recipe,
                seed=run.scores.seed,
                scores=run.scores.scores,
            )
            for run in runs
        ),
        comparisons=compare(runs, every=every_pair),
        samples=samples(runs),
        judgements=folders.judgements,
        confusions=tuple(confusions(runs)),
        prompt_lengths=tuple(prompt_lengths(runs)),
        by_length=tuple(by_length(runs)),
        work=tuple(work(runs, folders.tunings)),
        releases=folders.releases,
        tunings=folders.tunings,
        notes=(*notes, *_own_notes(runs)),
        origins=folders.origins,
    )


def _own_notes(runs: Sequence[Run]) -> Iterator[str]:
    for task, sentence in {task: said for run in runs for task, said in run.scores.stand_ins.items()}.items():
        yield f"{task_title(task)} is a stand-in: {sentence}"
    under = {(cell.task, cell.protocol) for run in runs for cell in run.scores.suite.cells if cell.protocol}
    for task, protocol in sorted(under):
        yield f"{task_title(task)} was asked under another protocol than the rest: {protocol}."
    for run in runs:
        if run.scores.adapter and base_of(run, runs) is None:
            yield (
                f"{run.scores.model} stands without a comparison: "
                f"its base {run.scores.base} was not among the evaluations."
            )
