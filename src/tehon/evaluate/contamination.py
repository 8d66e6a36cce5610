"""Whether a model was tuned on what it is asked, by content: what was tuned here carries hashes of all that it saw."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tehon.errors import Contaminated
from tehon.evaluate.jobs import Job, read
from tehon.evaluate.subject import Subject
from tehon.leakage.trained_on import TRAINED_ON, Origin, Seen, look_up, write_trained_on
from tehon.leakage.wanted import of_item
from tehon.records.step import Content
from tehon.storage.raw import made_from

Flags = Mapping[str, tuple[str, ...]]
"""Task as its results name it -> what its scores must say."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What is asked, and what of it may have been seen.

    Attributes:
        jobs: what is asked.
        allowed: tasks that may be scored all the same; their scores are marked `contaminated:N`.
        raw: the folder of raw folders.
    """

    jobs: Sequence[Job]
    allowed: Sequence[str]
    raw: Path | None

    def of_model(self, subject: Subject) -> Flags:
        """What the scores of each task must say about the data that a model was tuned on.

        A task's own corpus may have been tuned on in another split: the scores are marked `in_family`. So are those of
        a task whose data stand in for a corpus and were made from what was tuned on. A model that was tuned elsewhere
        tells nothing: its scores are marked `unchecked`.

        Raises:
            Contaminated: it was tuned on items of a task that is not allowed.
            Damaged: its hashes cannot be read.
        """
        folder = subject.tuned_folder
        if folder is None:
            return {}
        if not (folder / TRAINED_ON).is_file():
            return dict.fromkeys((job.name for job in self.jobs), ("unchecked",))
        return self._of_file(folder / TRAINED_ON, folder)

    def of_contents(self, contents: Iterable[Content], release: Path) -> Flags:
        """The same about a model that is yet to be tuned on a release's contents.

        Raises:
            Contaminated: they hold items of a task that is not allowed.
        """
        with TemporaryDirectory(prefix="tehon-") as folder:
            write_trained_on(contents, Path(folder) / TRAINED_ON)
            return self._of_file(Path(folder) / TRAINED_ON, release)

    def _of_file(self, file: Path, folder: Path) -> Flags:
        asked = {f"{job.name}/{job.split}": job for job in self.jobs}
        seen = look_up(file, {key: map(of_item, read(job.task, job.file, job.split)) for key, job in asked.items()})
        found: dict[str, tuple[str, ...]] = {}
        for key, job in asked.items():
            flags = self._flags(job, seen, seen.items[key], folder)
            found[job.name] = tuple(dict.fromkeys((*found.get(job.name, ()), *flags)))
        return found

    def _flags(self, job: Job, seen: Seen, items: Mapping[Origin, int], folder: Path) -> list[str]:
        name = job.task.name
        held = {origin: count for origin, count in items.items() if not _other_split(origin, job)}
        count = sum(held.values()) or seen.contents[name, job.split]
        if count and name not in self.allowed:
            where = ", ".join("/".join(origin) for origin in sorted(held)) or f"{name}/{job.split}"
            problem = f"must hold nothing that {name} asks, but holds {count:,} of its items (in {where})"
            remedy = f"Leave the task out, or mark its scores with --allow-contaminated {name}"
            raise Contaminated(str(folder), problem, remedy)
        if count:
            return [f"contaminated:{count}"]
        made = made_from(self.raw / name) if self.raw and not job.task.embedded else ()
        return ["in_family"] if any(source in {name, *made} for source, _ in seen.contents) else []


def _other_split(origin: Origin, job: Job) -> bool:
    """Whether it is another split of the task's own corpus."""
    source, split = origin
    return source == job.task.name and split != job.split
