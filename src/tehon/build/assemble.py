"""The finished shards of a build become a release: linked in order, counted, described."""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np

from tehon.build.folder import DROPS
from tehon.build.gather import PROFILE, SHARD
from tehon.build.gather import RESULT as GATHERED
from tehon.build.ledger import check, merged
from tehon.build.mix import copy_numbers
from tehon.build.packed import copy_lines
from tehon.build.piece import Piece
from tehon.build.plan import Plan
from tehon.build.workshop import Made
from tehon.describe.beside import write_beside
from tehon.describe.expected import compared
from tehon.describe.profile import Profile, ShardProfile
from tehon.errors import EmptyData
from tehon.records.files import FileEntry
from tehon.records.release import LedgerLine, Release
from tehon.storage.atomic import atomic_path
from tehon.storage.results import Results, link
from tehon.storage.shards import DATA, PUBLISHED


def assemble(out: Path, plan: Plan, made: Made, results: Results) -> tuple[Release, Mapping[str, FileEntry]]:
    """Write everything of a release but its manifest; the digests of the large files come back, too.

    Raises:
        EmptyData: no example is left.
    """
    mixture = plan.mixture
    folders = [results.place(GATHERED, job.digest) for job in made.shards]
    profile = Profile(msgspec.json.decode((folder / PROFILE).read_bytes(), type=ShardProfile) for folder in folders)
    _write_drops(out / DROPS, made)
    if not folders:
        problem = "must leave at least one example, but every one was dropped"
        raise EmptyData(f"mixture {mixture.name}", problem, f"See {out / DROPS} for the reasons")
    release = Release(
        name=mixture.name,
        examples=profile.sources.total(),
        by_source=dict(profile.sources),
        by_cluster=dict(profile.clusters),
        licences=dict(profile.licences),
        licence=plan.licence,
        ledger=_ledger(made),
        digest=_publish(out, made, folders),
        compared=compared(mixture, profile.parts),
        shared_passages=_shared_passages(made.pieces),
    )
    return release, write_beside(out, release, mixture, plan.supplies, profile)


def _shared_passages(pieces: Sequence[Piece]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for piece in pieces:
        counts.setdefault(piece.source, Counter()).update(piece.summary.shared_passages)
    return {source: dict(sorted(shared.items())) for source, shared in counts.items() if shared}


def _publish(out: Path, made: Made, folders: Sequence[Path]) -> str:
    """Put shards and lines in place; the release's digest: sha256 over the digests of its contents, in order."""
    for job, folder in zip(made.shards, folders, strict=True):
        link(folder / SHARD, out / DATA / f"{job.file}.parquet")
    digest = sha256()
    with atomic_path(out / PUBLISHED) as path, path.open("wb") as lines:
        for number, piece in enumerate(made.pieces):
            rows = np.load(made.selection.kept(number))
            digest.update(piece.digests(rows, copy_numbers(rows)))
            copy_lines(piece.folder, rows, lines)
    return digest.hexdigest()


def _write_drops(path: Path, made: Made) -> None:
    with atomic_path(path) as partial, partial.open("wb") as stream:
        for number, piece in enumerate(made.pieces):
            stream.writelines(piece.drops())
            with made.selection.drops(number).open("rb") as later:
                shutil.copyfileobj(later, stream)


def _ledger(made: Made) -> tuple[LedgerLine, ...]:
    """Every source's way: through the row-wise steps first, then through those that see all contents.

    Raises:
        DataError: rows were lost or made up on the way; that is a defect of a step.
    """
    rowwise = merged(line for piece in made.pieces for line in piece.summary.ledger)
    lines = tuple(_by_source(rowwise, made.selection.said.ledger))
    check(lines)
    return lines


def _by_source(first: Sequence[LedgerLine], then: Sequence[LedgerLine]) -> Iterator[LedgerLine]:
    for source in dict.fromkeys(line.source for line in first):
        yield from (line for line in first if line.source == source)
        yield from (line for line in then if line.source == source)
