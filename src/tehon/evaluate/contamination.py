"""Whether a model was tuned on what it is asked, by content: what was tuned here carries hashes of all that it saw."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tehon.errors import Contaminated
from tehon.evaluate.jobs import Job, read
from tehon.evaluate.subject import Subject
from tehon.leakage.trained_on import TRAINED_ON, Origin, Seen, look_up
from tehon.leakage.wanted import of_item
from tehon.storage.raw import made_from

Flags = Mapping[str, tuple[str, ...]]
"""Task as its results name it -> what its scores must say."""


def contamination(jobs: Sequence[Job], subject: Subject, allowed: Sequence[str], raw: Path | None) -> Flags:
    """What the scores of each task must say about the data that the model was tuned on.

    A task's own corpus may have been tuned on in another split: the scores are marked `in_family`. So are those of a
    task whose data stand in for a corpus and were made from what was tuned on. A model that was tuned elsewhere tells
    nothing: its scores are marked `unchecked`.

    Args:
        jobs: what is asked.
        subject: who is asked.
        allowed: tasks that may be scored all the same; their scores are marked `contaminated:N`.
        raw: the folder of raw folders.

    Raises:
        Contaminated: the model was tuned on items of a task that is not allowed.
        Damaged: its hashes cannot be read.
    """
    folder = subject.tuned_folder
    by_task = {job.name: job for job in jobs}
    if folder is None:
        return {}
    if not (folder / TRAINED_ON).is_file():
        return dict.fromkeys(by_task, ("unchecked",))
    seen = look_up(
        folder / TRAINED_ON, {name: map(of_item, read(job.task, job.file, job.split)) for name, job in by_task.items()}
    )
    return {name: tuple(_flags(job, seen, folder, allowed, raw)) for name, job in by_task.items()}


def _flags(job: Job, seen: Seen, folder: Path, allowed: Sequence[str], raw: Path | None) -> list[str]:
    task = job.task
    held = {origin: count for origin, count in seen.items[job.name].items() if not _other_split(origin, job)}
    count = sum(held.values()) or seen.contents[task.name, job.split]
    if count and task.name not in allowed:
        where = ", ".join("/".join(origin) for origin in sorted(held)) or f"{task.name}/{job.split}"
        problem = f"must not have been tuned on what {task.name} asks, but was on {count:,} of its items (in {where})"
        remedy = f"Leave the task out, or mark its scores with --allow-contaminated {task.name}"
        raise Contaminated(str(folder), problem, remedy)
    if count:
        return [f"contaminated:{count}"]
    own = {task.name, *(made_from(raw / task.name) if raw and not task.embedded else ())}
    return ["in_family"] if any(source in own for source, _ in seen.contents) else []


def _other_split(origin: Origin, job: Job) -> bool:
    """Whether it is another split of the task's own corpus."""
    source, split = origin
    return source == job.task.name and split != job.split
