"""A content that asks what a held-out item asks is left out, whichever source it comes from.

What counts as asking the same stands in `held_out`; what a task or a file wants held out, in `wanted`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from tehon.leakage.held_out import HeldOut
from tehon.records.corpus import Drop
from tehon.records.step import Content

STEP = "decontaminate"
BLOCK = 256
"""Contents that are looked at together."""


def drop_held_out(contents: Iterable[Content], index: HeldOut, shared: Counter[str]) -> Iterator[Content | Drop]:
    """Every content that asks nothing held out, or why it is left out.

    Args:
        contents: of one source or of many.
        index: of the held-out items.
        shared: grows: name of a task or file -> contents that stay although one of its passages stands in them, which
            is reported.
    """
    stream = iter(contents)
    while block := list(islice(stream, BLOCK)):
        for content, finding in zip(block, index.look(block), strict=True):
            if finding.reason:
                yield Drop(example_id=content.id, step=STEP, reason=finding.reason)
            else:
                shared.update(finding.passages)
                yield content
