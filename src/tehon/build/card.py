"""README.md of a release: a dataset card that Hugging Face can read and a person can check."""

import json
from collections.abc import Iterable, Sequence

from tehon.build.licences import UNKNOWN
from tehon.build.profile import Profile
from tehon.build.read import Supply
from tehon.records.release import LedgerLine, Mixture, Release

SIZES = {10**3: "n<1K", 10**4: "1K<n<10K", 10**5: "10K<n<100K", 10**6: "100K<n<1M", 10**7: "1M<n<10M"}
SHOWN = 120
"""Characters of a text in a table cell."""


def card(release: Release, mixture: Mixture, supplies: list[Supply], profile: Profile) -> str:
    """The whole file."""
    sections = [
        _head(release, profile),
        _title(release, mixture),
        _warnings(release, mixture, supplies, profile),
        "## Where the examples come from\n\n" + _sources(release, supplies, profile),
        "## One example of each source\n\n" + _glimpses(profile),
        "## What was left out\n\nread = kept + left out, for every source and step; `drops.jsonl` names every row.\n\n"
        + _ledger(release.ledger),
        "## Licences\n\n" + _licences(release, supplies),
        "## Citations\n\n" + "\n".join(f"- {text}" for text in sorted({s.source.citation for s in supplies})),
        _loading(),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; numbers stand right, and nothing in a cell can break out of it."""
    body = [[_cell(value) for value in row] for row in rows]
    first = next(iter(body), None)
    marks = ["--:" if first and first[i].replace(",", "").isdigit() else "---" for i in range(len(header))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [list(header), marks, *body])


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    text = " ".join(str(value).split())
    text = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("`", "'")


def _head(release: Release, profile: Profile) -> str:
    spdx = release.licence
    single = " " not in spdx and not spdx.startswith("LicenseRef-")
    licence = f"license: {spdx.lower()}" if single else f"license: other\nlicense_name: {json.dumps(spdx)}"
    size = next((text for most, text in SIZES.items() if release.examples < most), "n>10M")
    languages = "".join(f"\n- {code}" for code in sorted(profile.languages) if code != "und") or " []"
    return (
        f"---\npretty_name: {json.dumps(release.name, ensure_ascii=False)}\n{licence}\nlanguage:{languages}\n"
        f"task_categories:\n- text-generation\nsize_categories:\n- {size}\ntags:\n- instruction-tuning\n- tehon\n"
        "configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/*.parquet\n---"
    )


def _title(release: Release, mixture: Mixture) -> str:
    sources = f"{len(release.by_source)} source{'s' if len(release.by_source) != 1 else ''}"
    clusters = ", ".join(f"{cluster} {count:,}" for cluster, count in sorted(release.by_cluster.items()))
    about = f"{mixture.title}\n\n" if mixture.title else ""
    return (
        f"# {release.name}\n\n{about}**{release.examples:,} examples** from {sources}, "
        f"rendering `{mixture.rendering}`, seed {mixture.seed}.\n\nBy task cluster: {clusters}.\n\n"
        f"Digest of the examples in order: `{release.digest}`"
    )


def _warnings(release: Release, mixture: Mixture, supplies: list[Supply], profile: Profile) -> str:
    lines = [f"`{s.source.name}` is a stand-in: {s.stand_in}" for s in supplies if s.stand_in]
    if release.licence == UNKNOWN:
        unknown = ", ".join(f"`{s.source.name}`" for s in supplies if s.licence.spdx == UNKNOWN)
        lines.append(f"The licence of {unknown} is not stated: do not share this release, and use it for no profit.")
    for supply in supplies:
        source = supply.source
        evaluated = [split for split, trained in source.splits.items() if not trained]
        read = [split for split in evaluated if profile.splits[source.name, split]]
        if read:
            names = ", ".join(f"`{split}`" for split in read)
            lines.append(f"`{source.name}` gave its evaluation data ({names}): scores on them would prove nothing.")
    families = sorted({s.source.benchmark for s in supplies if s.source.benchmark})
    if families:
        lines.append(f"Scores on {', '.join(families)} are in-family: its training data, or data like it, are in here.")
    held = ", ".join(f"`{task}`" for task in mixture.held_out)
    lines.append(f"Checked against the items of: {held}." if held else "Checked against no evaluation task.")
    return "## What to know before using it\n\n" + "\n".join(f"- {line}" for line in lines)


def _sources(release: Release, supplies: list[Supply], profile: Profile) -> str:
    rows = []
    for supply in supplies:
        source = supply.source
        for part in source.parts:
            count = profile.parts[source.name, part.name]
            if count:
                rows.append((source.title, part.name, part.cluster, part.wording or "as written", count))
    lengths = [
        (name, round(profile.characters[name] / count), profile.longest[name])
        for name, count in release.by_source.items()
    ]
    by_part = table(("source", "part", "cluster", "instruction", "examples"), rows)
    return by_part + "\n\n" + table(("source", "mean characters", "longest"), lengths)


def _glimpses(profile: Profile) -> str:
    rows = [(name, e.instruction, e.input, e.response) for name, e in profile.first.items()]
    return table(("source", "instruction", "input", "response"), rows)


def _ledger(lines: Sequence[LedgerLine]) -> str:
    rows = []
    for line in lines:
        reasons = [f"{reason} {count:,}" for reason, count in line.dropped.items()]
        said = ", ".join(reasons + ([line.note] if line.note else [])) or "–"
        rows.append((line.source, line.step, line.read, line.kept, said))
    return table(("source", "step", "read", "kept", "left out, by reason"), rows)


def _licences(release: Release, supplies: list[Supply]) -> str:
    rows = [(s.source.name, s.licence.spdx, s.licence.url, release.by_source.get(s.source.name, 0)) for s in supplies]
    return (
        f"The whole: **{release.licence}**. Every row keeps its own licence in its `licence` column; `NOTICE.md` holds "
        "the attributions.\nThis is computed from the sources' own statements; it is no legal advice.\n\n"
        + table(("source", "licence", "stated at", "examples"), rows)
    )


def _loading() -> str:
    return (
        "## Files\n\n- `data/*.parquet`: examples with id, source, part, split, cluster, language and licence\n"
        "- `data.jsonl`: instruction, input, output alone\n- `drops.jsonl`: every row that was left out, and why\n"
        "- `NOTICE.md`: attributions\n- `manifest.json`: what went in, what came out, checksums"
    )
