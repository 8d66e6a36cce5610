"""The jobs of a build, each with the digest of everything that its result depends on."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from tehon import __version__
from tehon.build.gather import GatherJob, Segment
from tehon.build.piece import Piece
from tehon.build.plan import LAYOUT, Plan
from tehon.build.read import files, pieces
from tehon.build.select import Selection
from tehon.build.sift import SiftJob
from tehon.leakage.held_out import write_index
from tehon.records.release import Mixture
from tehon.records.supply import Supply
from tehon.storage.manifest import file_sha256, fingerprint, plain
from tehon.storage.results import Results
from tehon.tasks import TASKS

HELD_OUT, INDEX = "held_out", "index"


def held_out_index(plan: Plan, results: Results) -> Path | None:
    """The file by which held-out items are known again, made if need be; None where nothing is held out."""
    mixture = plan.mixture
    if not mixture.held_out and not mixture.held_out_files:
        return None
    names = (*mixture.held_out, "held_out_files")
    inputs = {name: digest for name, digest in plan.inputs.items() if name.partition("/")[0] in names}
    digest = fingerprint({"layout": LAYOUT, "version": __version__}, inputs)
    if not results.has(HELD_OUT, digest):
        with results.write(HELD_OUT, digest) as folder:
            own = [Path(file) for file in mixture.held_out_files]
            write_index([TASKS[name] for name in mixture.held_out], own, plan.raw, folder / INDEX)
    return results.place(HELD_OUT, digest) / INDEX


def sift_jobs(plan: Plan, results: Results) -> list[SiftJob]:
    """Every piece of every source, in the order of the release."""
    index = held_out_index(plan, results)
    every = {"layout": LAYOUT, "version": __version__, "rensa": version("rensa"), "steps": plan.config["steps"]}
    every |= {"held_out": file_sha256(index) if index else ""}
    return [job for supply in plan.supplies for job in _pieces(supply, plan, results, index, every)]


def _pieces(
    supply: Supply, plan: Plan, results: Results, index: Path | None, every: Mapping[str, Any]
) -> Iterator[SiftJob]:
    name, alone = supply.source.name, _alone(plan.mixture, supply.source.name)
    of_source = {file: digest for file, digest in plan.inputs.items() if _bears_on(file, name)}
    size = sum(path.stat().st_size for path in files(supply).values())
    names = pieces(supply, plan.mixture)
    for piece in names:
        yield SiftJob(
            mixture=alone,
            source=name,
            raw=str(plan.raw.absolute()) if plan.raw else "",
            piece=piece,
            held_out=str(index.absolute()) if index else "",
            results=str(results.folder.absolute()),
            digest=fingerprint({**every, "mixture": plain(alone), "piece": piece}, of_source),
            size_bytes=size // len(names),
        )


def _bears_on(file: str, source: str) -> bool:
    """Whether an input is a file of the source, or of a step, which every source goes through."""
    return file.startswith((f"{source}/", "steps."))


def _alone(mixture: Mixture, source: str) -> Mixture:
    """What of a mixture bears on the pieces of one source; they outlive a change of all the rest."""
    return Mixture(
        name=source,
        kind=mixture.kind,
        sources={source: mixture.sources[source]},
        rendering=mixture.rendering,
        translation=mixture.translation,
        steps=mixture.steps,
        near_duplicates=mixture.near_duplicates,
        seed=mixture.seed,
    )


def selection_digest(mixture: Mixture, jobs: Sequence[SiftJob]) -> str:
    """Of the pieces, in their order, and of what the mixture wants of them."""
    wanted = plain(mixture)
    keys = ("sources", "deduplicate", "near_duplicates", "seed")
    config = {"layout": LAYOUT, "version": __version__, **{key: wanted[key] for key in keys}}
    return fingerprint(config, {f"{number:06d}": job.digest for number, job in enumerate(jobs)})


def gather_jobs(
    mixture: Mixture, pieces_: Sequence[Piece], selection: Selection, results: Results
) -> Iterator[GatherJob]:
    """Every shard, in the order of the release; one holds contents of one source."""
    places = {source: place for place, source in enumerate(mixture.sources)}
    for source, group in groupby(enumerate(pieces_), key=lambda pair: pair[1].source):
        name = source.replace("/", "-")  # `hub/rivers` is no folder
        segments = _segments(list(group), selection, mixture.shard_rows)
        for number, segment in enumerate(segments):
            yield GatherJob(
                kind=mixture.kind,
                source=source,
                file=f"{places[source]:02d}-{name}-{number:05d}",
                segments=tuple(segment),
                results=str(results.folder.absolute()),
                digest=_shard_digest(mixture, source, segment),
            )


def _segments(group: Sequence[tuple[int, Piece]], selection: Selection, shard_rows: int) -> Iterator[list[Segment]]:
    shard: list[Segment] = []
    room = shard_rows
    for number, piece in group:
        start, count = 0, selection.said.kept[number]
        while start < count:
            stop = min(count, start + room)
            shard.append(
                Segment(
                    folder=str(piece.folder.absolute()),
                    offset=piece.offset,
                    kept=str(selection.kept(number).absolute()),
                    start=start,
                    stop=stop,
                )
            )
            room -= stop - start
            start = stop
            if not room:
                yield shard
                shard, room = [], shard_rows
    if shard:
        yield shard


def _shard_digest(mixture: Mixture, source: str, segments: Sequence[Segment]) -> str:
    digest = sha256()
    for segment in segments:
        kept = np.load(segment.kept, mmap_mode="r")
        digest.update(f"{Path(segment.folder).name} {segment.offset} {segment.stop - segment.start}\n".encode())
        digest.update(kept[segment.start : segment.stop].tobytes())
    config = {"layout": LAYOUT, "version": __version__, "pyarrow": version("pyarrow"), "kind": mixture.kind}
    return fingerprint(config, {source: digest.hexdigest()})
