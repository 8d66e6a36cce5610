"""NOTICE.md: who made the data, under which licence, and what was changed."""

from tehon.build.read import Supply


def notice(name: str, licence: str, supplies: list[Supply]) -> str:
    """The whole file; what each licence asks to be shown stands in its source's section."""
    head = [
        f"# Notices of the dataset {name}",
        "",
        f"The whole may be shared under {licence}. Every row keeps its own licence, named in its `licence` column.",
        "All sources were changed: their rows were rendered as instructions and responses, cleaned, deduplicated and",
        "selected, as README.md says. Nobody named here endorses the result.",
        "This page is bookkeeping, no legal advice.",
    ]
    return "\n".join(head + [line for supply in supplies for line in _section(supply)]) + "\n"


def _section(supply: Supply) -> list[str]:
    source, licence = supply.source, supply.licence
    lines = ["", f"## {source.title}", ""]
    if supply.stand_in:
        lines += [f"- **Stand-in:** {supply.stand_in}"]
    lines += [f"- Attribution: {licence.attribution}"] if licence.attribution else []
    return [
        *lines,
        f"- Licence: {licence.spdx}" + (f" ({licence.url})" if licence.url else ""),
        f"- From: {source.homepage}",
        f"- Cite: {source.citation}",
    ]
