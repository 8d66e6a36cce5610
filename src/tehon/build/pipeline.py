"""A mixture and a raw folder become a release: plan → sift every piece → select → gather every shard → describe.

Sifting and gathering are jobs that run anywhere and keep what they finish, so a build that was killed goes on, and one
whose mixture changed a little repeats little. The digest is the same from one worker, from many, and after any crash.
"""

from pathlib import Path

from tehon.build.assemble import assemble
from tehon.build.folder import QUARANTINE, WORK, prepare
from tehon.build.plan import make_plan
from tehon.build.scale import Scale, settled
from tehon.build.workshop import Share, Workshop
from tehon.errors import UsageError
from tehon.progress import Progress, silent
from tehon.records.release import Mixture, Release
from tehon.storage.atomic import disk_errors
from tehon.storage.manifest import finish, finished, result
from tehon.storage.provenance import provenance
from tehon.storage.results import Results

HERE = Scale()


def build(
    mixture: Mixture, raw: Path | None, out: Path, *, scale: Scale = HERE, progress: Progress = silent
) -> Release:
    """Build a release into `out`; where it already stands there, return it without reading a raw row.

    Args:
        mixture: which sources, and how.
        raw: a folder with one subfolder of upstream files for each source and held-out task.
        out: the folder of the release.
        scale: where the jobs run.
        progress: told of every finished job.

    Raises:
        RawFileMissing, BadRawFile: an upstream file is missing or damaged.
        BadLicence: the sources cannot be shared as one work of the wanted kind.
        EmptyData: a source gives no example, or none is left in the end.
        DataError: a job took its worker down every time.
        OutputTaken: `out` holds something else.
        OutOfDisk: the disk is full.
    """
    plan = make_plan(mixture, raw)
    done = finished(out, "release", plan.fingerprint)
    if done:
        return result(done, Release)
    prepare(out)
    results = Results(scale.work or out / WORK)
    with disk_errors(out):
        workshop = Workshop(plan, results, settled(scale, plan.raw_bytes), progress)
        release, known = assemble(out, plan, workshop.made(out / QUARANTINE), results)
    inputs = dict(plan.inputs)
    made = provenance()
    finish(out, "release", config=plan.config, inputs=inputs, result=release, provenance=made, known=known)
    Results(out / WORK).remove()
    return release


def build_share(mixture: Mixture, raw: Path | None, scale: Scale, *, progress: Progress = silent) -> Share:
    """Do one rank's share of the jobs that can be done now, for a build on several machines with one folder.

    When every rank has, run the same again for the second kind of jobs, or `build` with the same work folder, which
    does whatever is left.

    Raises:
        UsageError: there is no work folder to share, or the rank is not below the world.
        TehonError: as `build`.
    """
    if scale.work is None:
        raise UsageError("--work", "must be a folder that all ranks share", "Give --work FOLDER")
    if scale.rank >= scale.world:
        raise UsageError("--rank", f"must be below --world {scale.world}, got {scale.rank}", "Ranks count from 0")
    plan = make_plan(mixture, raw)
    with disk_errors(scale.work):
        return Workshop(plan, Results(scale.work), settled(scale, plan.raw_bytes), progress).share()
