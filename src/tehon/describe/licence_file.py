"""LICENSE: under what a release may be shared, in plain text, with the legal code of every licence in it.

Long legal codes are named by their canonical address and not repeated; the short ones that ask to be shown with every
copy stand below. This is bookkeeping, no legal advice.
"""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from tehon.describe import legal
from tehon.describe.licences import UNKNOWN
from tehon.records.release import Mixture, Release
from tehon.records.supply import Supply

WIDTH = 100
RULE = "-" * WIDTH
ATTRIBUTIONS = (
    "NOTICE.md holds the attributions that these licences ask for. It must go wherever the data go, and whatever is "
    "changed again must be said there."
)
NO_WARRANTY = (
    "The data come without any warranty. This file was computed from what the sources state of themselves; it is "
    "bookkeeping, no legal advice."
)


def licence_file(release: Release, mixture: Mixture, supplies: Sequence[Supply]) -> str:
    """The whole file."""
    blocks = [
        f"Licence of the dataset {release.name}\n\nSPDX-License-Identifier: {release.licence}",
        *_whole(release, mixture, supplies),
        "Every row keeps the licence of its source as well, named in its column `licence`:",
        *(_source(supply, release) for supply in supplies if release.by_source.get(supply.source.name)),
        ATTRIBUTIONS,
        NO_WARRANTY,
        *_texts(release),
    ]
    return "\n\n".join("\n".join(map(_wrapped, block.split("\n"))) for block in blocks) + "\n"


def _whole(release: Release, mixture: Mixture, supplies: Sequence[Supply]) -> Iterator[str]:
    if not mixture.shared:
        yield "This release was built for its builder's own use. As a whole it may not be shared."
        return
    if release.licence == UNKNOWN:
        names = [supply.source.name for supply in supplies if supply.licence.spdx == UNKNOWN]
        yield (
            f"No licence is granted for the whole: {', '.join(names) or 'a source'} states none. Do not share it, and "
            "use it for no profit, until that is settled."
        )
        return
    named = legal.parts(release.licence)
    if len(named) == 1:
        yield f"The dataset as a whole may be shared under\n\n{_licence(named[0], '  ', supplies)}"
        return
    every = "\n\n".join(_licence(spdx, "  ", supplies) for spdx in named)
    yield f"Whoever shares the dataset as a whole must meet all of these licences:\n\n{every}"


def _source(supply: Supply, release: Release) -> str:
    name, licence = supply.source.name, supply.licence
    rows = release.by_source[name]
    own = "\n".join(_licence(spdx, "    ", [supply]) for spdx in legal.parts(licence.spdx))
    stated = f"\n    stated at {licence.url}" if licence.url else ""
    return f"  {name}: {supply.source.title}, {rows:,} row{'s' if rows != 1 else ''}\n{own}{stated}"


def _licence(spdx: str, indent: str, supplies: Sequence[Supply]) -> str:
    """Title and identifier, and where the legal code stands."""
    title = legal.title(spdx)
    named = f"{indent}{title} ({spdx})" if title != spdx else f"{indent}{spdx}"
    url = legal.code_url(spdx) or next((s.licence.url for s in supplies if spdx in legal.parts(s.licence.spdx)), "")
    return f"{named}\n{indent}legal code: {url}" if url else named


def _texts(release: Release) -> Iterator[str]:
    """The texts that must be shown with every copy; whose data they are for stands in NOTICE.md."""
    named = sorted({spdx for expression in release.licences for spdx in legal.parts(expression)})
    for spdx in named:
        if text := legal.text(spdx):
            yield f"{RULE}\n{legal.title(spdx)} ({spdx})\n\n{text.rstrip()}"


def _wrapped(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    if len(line) <= WIDTH:
        return line
    return "\n".join(wrap(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False))
