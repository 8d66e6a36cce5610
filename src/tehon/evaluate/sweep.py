"""One suite on many adapters of one base: the base is loaded once, and its adapters take turns in it."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tehon.engine.protocol import Model
from tehon.errors import UsageError
from tehon.evaluate.loader import ENGINE
from tehon.evaluate.run import evaluate_share, plan
from tehon.evaluate.share import WHOLE, Share
from tehon.evaluate.subject import Subject
from tehon.progress import Progress, silent
from tehon.records.evaluation import Suite
from tehon.records.scores import Scores

if TYPE_CHECKING:
    from tehon.engine.load import LoadedModel


class OneBase:
    """A base that stays in memory, whichever adapter it is asked for with. It is a `Loader`.

    Every model that it gives is used up by the next one.
    """

    def __init__(self) -> None:
        """Load nothing before a model is asked for."""
        self._model: LoadedModel | None = None
        self._base: Subject | None = None

    def digest(self, subject: Subject) -> str:
        """Of configuration, tokenizer and weights, as they lie on the disk."""
        return ENGINE.digest(subject)

    def load(self, subject: Subject) -> Model:
        """The subject, in the base that is in memory where it is the same."""
        from tehon.engine.load import load, with_adapter  # noqa: PLC0415 - torch takes seconds to import

        base = replace(subject, adapter=None, name="")
        if self._model is None or base != self._base:
            # The old base must be gone before the new one comes.
            self._model, self._base = None, base
            self._model = load(subject.base, precision=subject.precision, allow_bin=subject.allow_bin)
        self._model = with_adapter(self._model, subject.adapter, allow_bin=subject.allow_bin)
        return self._model


def sweep(
    suite: Suite,
    subjects: Sequence[Subject],
    out: Path,
    *,
    raw: Path | None = None,
    progress: Progress = silent,
    share: Share = WHOLE,
) -> dict[str, Scores]:
    """Folder's name -> the scores of each subject; each has a folder of its own below `out`, named as it is.

    What is wrong with any of them is found before the first is loaded. What is finished is not asked again.

    Args:
        suite: what is asked.
        subjects: who is asked; those on one base stand together.
        out: the folder of folders.
        raw: the folder of raw folders, one a task.
        progress: is told about every item.
        share: what is answered here; scores are given of those of which nothing is missing then.

    Raises:
        UsageError: two of them have the same name, or as `evaluate`.
        DataError, ModelError: as `evaluate`.
    """
    names = Counter(subject.title for subject in subjects)
    for name, count in names.items():
        if count > 1 or Path(name).name != name:
            problem = f"each must have a folder of its own name, but {count} would be {name!r}"
            raise UsageError("--adapter", problem, "Rename the folders, or evaluate them one by one with --name")
    loader = OneBase()
    for subject in subjects:
        plan(suite, subject, raw, loader)
    found = {
        subject.title: evaluate_share(
            suite, subject, out / subject.title, share, raw=raw, progress=progress, loader=loader
        )
        for subject in subjects
    }
    return {name: scores for name, scores in found.items() if scores}
