"""One suite on one model by the workers of an executor, such as the nodes of a Ray cluster."""

from pathlib import Path

import msgspec

from tehon.errors import ModelError
from tehon.evaluate.run import evaluate_share
from tehon.evaluate.share import Share
from tehon.evaluate.subject import Subject
from tehon.executors import EXECUTORS
from tehon.progress import Progress, silent
from tehon.records.evaluation import Suite
from tehon.records.execution import Crashed
from tehon.records.record import Record
from tehon.records.scores import Scores
from tehon.records.tuning import Precision
from tehon.storage.manifest import read_manifest, result


class Commission(Record, kw_only=True):
    """What a worker is asked to do. All workers must see the same folders under the same paths.

    Attributes:
        suite: what is asked.
        share: of this worker.
        base, adapter, name, precision, allow_bin: who is asked; see `Subject`.
        out: folder of the scores.
        raw: the folder of raw folders; empty where no task needs one.
    """

    suite: Suite
    share: Share
    base: str
    adapter: str
    name: str
    precision: Precision
    allow_bin: bool
    out: str
    raw: str

    @property
    def subject(self) -> Subject:
        """Who is asked."""
        return Subject(
            base=self.base,
            adapter=Path(self.adapter) if self.adapter else None,
            name=self.name,
            precision=self.precision,
            allow_bin=self.allow_bin,
        )


def _commission(suite: Suite, subject: Subject, out: Path, raw: Path | None, share: Share) -> bytes:
    """As bytes; folders from the root, because a worker may stand elsewhere. The base's name is part of the result."""
    commission = Commission(
        suite=suite,
        share=share,
        base=subject.base,
        adapter=str(subject.adapter.resolve()) if subject.adapter else "",
        name=subject.title,
        precision=subject.precision,
        allow_bin=subject.allow_bin,
        out=str(out.resolve()),
        raw=str(raw.resolve()) if raw else "",
    )
    return msgspec.json.encode(commission)


def evaluate_on(  # noqa: PLR0913 - one parameter an option
    executor: str,
    workers: int,
    suite: Suite,
    subject: Subject,
    out: Path,
    *,
    raw: Path | None = None,
    progress: Progress = silent,
) -> Scores:
    """The scores, as from one process; each worker loads the model and answers its share.

    Args:
        executor: a name on the shelf of executors.
        workers: how many; each has a GPU of its own where the executor gives out GPUs.
        suite: what is asked.
        subject: who is asked.
        out: a new folder, or one of the same evaluation.
        raw: the folder of raw folders, one a task.
        progress: is told about every share.

    Raises:
        ModelError: a worker died every time; what was answered is kept.
        TehonError: as `evaluate`.
    """
    shares = [Share(rank=rank, world=workers) for rank in range(workers)]
    tasks = {f"share {share.rank + 1} of {workers}": _commission(suite, subject, out, raw, share) for share in shares}
    died: dict[str, Crashed] = {}
    with progress(f"answer on {executor}", len(tasks), "shares") as advance:
        for name, said in EXECUTORS[executor].run(answer, tasks, workers, gpus=1):
            if isinstance(said, Crashed):
                died[name] = said
            advance(1, name)
    for name, crash in died.items():
        problem = f"took its worker down {crash.tries} times ({crash.how}); what was answered is kept"
        raise ModelError(name, problem, "Take fewer workers, or a precision that needs less memory")
    return result(read_manifest(out, "scores"), Scores)


def answer(commission: bytes) -> bytes:
    """Answers a share; nothing but the folder tells what came of it."""
    asked = msgspec.json.decode(commission, type=Commission)
    raw = Path(asked.raw) if asked.raw else None
    evaluate_share(asked.suite, asked.subject, Path(asked.out), asked.share, raw=raw)
    return b""
