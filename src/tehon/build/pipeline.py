"""A mixture and a raw folder become a release: read → clean → deduplicate → decontaminate → mix → write."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from tehon.build import clean, deduplicate, mix
from tehon.build import decontaminate as contamination
from tehon.build.card import card
from tehon.build.folder import CARD, NOTICE, drops_file, prepare
from tehon.build.ledger import Ledger
from tehon.build.licences import whole_licence
from tehon.build.notice import notice
from tehon.build.profile import Profile
from tehon.build.read import Supply, files, read, supplies
from tehon.errors import EmptyData
from tehon.progress import Advance, Progress, silent
from tehon.records.corpus import Drop, Example
from tehon.records.release import Mixture, Release
from tehon.storage.atomic import disk_errors, write_text
from tehon.storage.manifest import fingerprint, finish, finished, plain, records_sha256, result, tree_sha256
from tehon.storage.provenance import provenance
from tehon.storage.shards import Tally, write_release
from tehon.tasks import TASKS

LAYOUT = 2
"""Changes when the same mixture and the same raw files give another release."""
TOLD_EVERY = 1000
Step = Callable[[Iterable[Example]], Iterator[Example | Drop]]


def build(mixture: Mixture, raw: Path | None, out: Path, *, progress: Progress = silent) -> Release:
    """Build a release into `out`; where it already stands there, return it without reading a raw row.

    Args:
        mixture: which sources, and how.
        raw: a folder with one subfolder of upstream files for each source and held-out task.
        out: the folder of the release.
        progress: told of every example.

    Raises:
        RawFileMissing, BadRawFile: an upstream file is missing or damaged.
        BadLicence: the sources cannot be shared as one work of the wanted kind.
        EmptyData: a source gives no example, or none is left in the end.
        OutputTaken: `out` holds something else.
        OutOfDisk: the disk is full.
    """
    chosen = supplies(mixture, raw)
    licence = whole_licence({supply.source.name: supply.licence for supply in chosen}, mixture)
    config = {"layout": LAYOUT, "mixture": plain(mixture)}
    inputs = _inputs(chosen, mixture, raw)
    done = finished(out, "release", fingerprint(config, inputs))
    if done:
        return result(done, Release)
    prepare(out)
    release = _write(mixture, chosen, _held_out(mixture, raw), licence, out, progress)
    finish(out, "release", config=config, inputs=inputs, result=release, provenance=provenance())
    return release


def _inputs(chosen: list[Supply], mixture: Mixture, raw: Path | None) -> dict[str, str]:
    """Name -> digest of everything that is read: raw files, and the rows of what the package itself makes."""
    paths = {name: path for supply in chosen for name, path in files(supply).items()}
    made = {supply.source.name: records_sha256(read(supply, mixture)) for supply in chosen if supply.source.embedded}
    for task in (TASKS[name] for name in mixture.held_out):
        paths |= {f"{task.name}/{path.name}": path for path in contamination.item_files(task, raw)}
        if task.embedded:
            made[task.name] = records_sha256(task.read(Path()))
    return tree_sha256(paths) | made


def _held_out(mixture: Mixture, raw: Path | None) -> dict[str, set[bytes]]:
    return {task: contamination.held_out(TASKS[task], raw) for task in mixture.held_out}


def _write(
    mixture: Mixture,
    chosen: list[Supply],
    tasks: Mapping[str, set[bytes]],
    licence: str,
    out: Path,
    progress: Progress,
) -> Release:
    profile = Profile()
    with disk_errors(out), drops_file(out) as note, progress(f"building {mixture.name}", None, "examples") as advance:
        ledger = Ledger(note)
        examples = profile.watch(_examples(mixture, chosen, tasks, ledger, out))
        tally = write_release(out, _counted(examples, advance), mixture.shard_rows)
    release = _release(mixture, ledger, tally, licence)
    write_text(out / NOTICE, notice(mixture.name, licence, chosen))
    write_text(out / CARD, card(release, mixture, chosen, profile))
    return release


def _examples(
    mixture: Mixture, chosen: list[Supply], tasks: Mapping[str, set[bytes]], ledger: Ledger, scratch: Path
) -> Iterator[Example]:
    seen: set[bytes] = set()
    for supply in chosen:
        name, share = supply.source.name, supply.share
        steps: list[tuple[str, Step]] = [(clean.STEP, clean.clean)]
        if mixture.deduplicate:
            steps.append((deduplicate.STEP, partial(deduplicate.deduplicate, seen=seen)))
        if tasks:
            steps.append((contamination.STEP, partial(contamination.decontaminate, tasks=tasks)))
        steps.append((mix.STEP, partial(mix.mix, share=share, seed=mixture.seed, scratch=scratch)))
        examples = ledger.read(name, read(supply, mixture))
        for step, function in steps:
            examples = ledger.through(name, step, examples, function)
        given = 0
        for example in mix.repeat(examples, share.weight, mixture.seed):
            given += 1
            yield example
        ledger.finish(name, given, supply.folder)


def _counted(examples: Iterator[Example], advance: Advance) -> Iterator[Example]:
    number = 0
    for number, example in enumerate(examples, start=1):
        if number % TOLD_EVERY == 0:
            advance(TOLD_EVERY)
        yield example
    advance(number % TOLD_EVERY)


def _release(mixture: Mixture, ledger: Ledger, tally: Tally, licence: str) -> Release:
    examples = tally.by_source.total()
    if not examples:
        problem = "must leave at least one example, but every one was dropped"
        raise EmptyData(f"mixture {mixture.name}", problem, "See drops.jsonl for the reasons")
    return Release(
        name=mixture.name,
        examples=examples,
        by_source=dict(tally.by_source),
        by_cluster=dict(tally.by_cluster),
        licences=dict(tally.licences),
        licence=licence,
        ledger=ledger.lines(),
        digest=tally.digest,
    )
