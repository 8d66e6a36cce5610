"""Sees by what a release says of its own rows whether they are of a split that a task scores.

What stands in other corpora under other names is found by content, where the tasks' items are at hand: when a release
is built (`held_out`).
"""

from collections.abc import Sequence
from pathlib import Path

from tehon.errors import Contaminated
from tehon.storage.shards import count_by
from tehon.tasks import TASKS


def check_contamination(release: Path, allowed: Sequence[str]) -> None:
    """See that a release holds no row of a split that a task scores.

    Args:
        release: folder of a finished release.
        allowed: tasks whose items it may hold.

    Raises:
        Contaminated: it does.
        UnknownName: there is no such task.
    """
    known = {TASKS[name].name for name in allowed}
    counts = count_by(release, "source", "split")
    for source in sorted({source for source, _ in counts} & set(TASKS) - known):
        task = TASKS[source]
        held = sum(count for (name, split), count in counts.items() if name == source and split == task.split)
        if held:
            problem = f"must hold nothing that {source} scores, but holds {held:,} examples of its split {task.split}"
            remedy = f'Leave that split out of the mixture, or set allow_contamination = ["{source}"]'
            raise Contaminated(str(release), problem, remedy)
