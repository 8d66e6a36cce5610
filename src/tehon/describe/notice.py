"""NOTICE.md: who made the data, under which licence, and what was changed."""

from collections.abc import Sequence

from tehon.describe.licences import UNKNOWN
from tehon.records.release import Mixture, Release
from tehon.records.supply import Supply
from tehon.writing.escaping import for_markdown
from tehon.writing.markdown import address
from tehon.writing.words import listing


def notice(release: Release, mixture: Mixture, supplies: Sequence[Supply]) -> str:
    """The whole file; what each licence asks to be shown stands in its source's section."""
    head = f"""# Notices of the dataset {for_markdown(release.name)}

{_may_be_shared(release, mixture)} Every row keeps its own licence, named in its `licence` column.
All sources were changed: {_changes(mixture)}.
README.md says what was left out. Nobody named here endorses the result.
This page is bookkeeping, no legal advice.
"""
    return "\n".join([head, *("\n".join(_section(supply)) for supply in supplies)])


def _may_be_shared(release: Release, mixture: Mixture) -> str:
    if not mixture.shared:
        return "The whole may not be shared: it was built for its builder's own use."
    if release.licence == UNKNOWN:
        return "The whole may not be shared: the licence of a source is not stated."
    return f"The whole may be shared under {release.licence}; see LICENSE."


def _changes(mixture: Mixture) -> str:
    rendered = "plain texts" if mixture.kind == "documents" else "instructions and responses"
    deduplicated = ["deduplicated"] if mixture.deduplicate or mixture.near_duplicates else []
    return f"their rows were {listing([f'rendered as {rendered}', 'cleaned', *deduplicated, 'selected'])}"


def _section(supply: Supply) -> list[str]:
    source, licence = supply.source, supply.licence
    lines = [f"## {for_markdown(source.title)}", ""]
    if supply.stand_in:
        lines += [f"- **Stand-in:** {for_markdown(supply.stand_in)}"]
    lines += [f"- Attribution: {for_markdown(licence.attribution)}"] if licence.attribution else []
    lines += [f"- Licence: {for_markdown(licence.spdx)}" + (f" ({address(licence.url)})" if licence.url else "")]
    lines += [f"- From: {address(source.homepage)}"] if source.homepage else []
    return [*lines, f"- Cite: {for_markdown(source.citation)}", ""]
