"""A raw tree of any size: every source of `vanilla_v1_0_1` in its upstream layout, with invented text.

At scale 1 the tree gives 2,463,624 examples, as many as the published release, split over the sources as there
(`docs/benchmarks.md` says what is known and what is derived). Beyond scale 1 only the two large corpora grow, as in the
authors' own larger release; below it all shrink.

Known beforehand, for every source: how many examples its reader gives, how many of them repeat an earlier one (half of
these in another width, so that only NFKC unifies them), how many have a blank response, and how many rows are left
out because they are broken.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import json_sources
import large_sources
import packed_sources
from rows import Counted
from words import Writer


class Recipe(NamedTuple):
    """How one source's files are written.

    Attributes:
        examples: that its reader gives at scale 1, in the published rendering without translation.
        write: the files into a folder.
        grows: beyond scale 1, too.
    """

    examples: int
    write: Callable[[Path, int, Writer], Counted]
    grows: bool = False


RECIPES = {
    "aio": Recipe(46_580, json_sources.aio),
    "dolly_ja": Recipe(15_015, json_sources.dolly_ja),
    "jcommonsenseqa": Recipe(10_058, json_sources.jcommonsenseqa),
    "jmrd": Recipe(611, json_sources.jmrd),
    "jqac": Recipe(906, packed_sources.jqac),
    "jsquad": Recipe(67_304, json_sources.jsquad),
    "wikipedia_typo": Recipe(702_756, large_sources.wikipedia_typo, grows=True),
    "wikipedia_summary": Recipe(1_323_972, large_sources.wikipedia_summary, grows=True),
    "paranatcom": Recipe(3_540, packed_sources.paranatcom),
    "aozora": Recipe(33_020, packed_sources.aozora),
    "wikinews": Recipe(4_440, json_sources.wikinews),
    "wordnet": Recipe(171_122, packed_sources.wordnet),
    "snow": Recipe(84_300, packed_sources.snow),
}
"""In the order of the mixture."""
WHOLE = sum(recipe.examples for recipe in RECIPES.values())


def sizes(scale: float) -> dict[str, int]:
    """Source -> examples; together `scale` times the published release."""
    shares = {name: recipe.examples * min(scale, 1) for name, recipe in RECIPES.items()}
    if scale > 1:
        growing = sum(shares[name] for name, recipe in RECIPES.items() if recipe.grows)
        factor = 1 + WHOLE * (scale - 1) / growing
        shares |= {name: shares[name] * factor for name, recipe in RECIPES.items() if recipe.grows}
    return {name: max(2, round(share)) for name, share in shares.items()}


def write_tree(raw: Path, scale: float, seed: int = 0, only: Iterable[str] = RECIPES) -> dict[str, Counted]:
    """Write `raw/SOURCE/…` for every source; returns what its reader gives, source by source."""
    counted = {}
    for name in only:
        folder = raw / name
        folder.mkdir(parents=True)
        counted[name] = RECIPES[name].write(folder, sizes(scale)[name], Writer(seed, name))
    return counted
