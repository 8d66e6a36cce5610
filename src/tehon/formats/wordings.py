"""Several ways to ask for the same: as published always the first, otherwise one by keyed hash.

A source lists its wordings with the paper's in front. Which one an example takes depends on the mixture's seed, the
source and the example's own id alone, so that no example changes when others come or go.
"""

from collections.abc import Sequence
from typing import NamedTuple

from tehon.formats.authored import choose
from tehon.records.corpus import ReadOptions

APART = "／"
"""Between the wordings of one part, in its description."""


class Worded(NamedTuple):
    """How one example is asked.

    Attributes:
        pattern: the wording, its slots in braces.
        noted: the same as it stands in the example; empty where there was no choice.
    """

    pattern: str
    noted: str


def worded(wordings: Sequence[str], options: ReadOptions, *key: str) -> Worded:
    """The wording of one example.

    Args:
        wordings: the published one first.
        options: with the rendering and the seed.
        key: source, part and upstream id of the example.
    """
    if options.rendering == "published":
        return Worded(wordings[0], "")
    pattern = choose(wordings, "wording", options.seed, *key)
    return Worded(pattern, pattern)
