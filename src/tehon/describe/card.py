"""README.md of a release: a dataset card that Hugging Face can read and a person can check."""

from collections.abc import Collection, Sequence

from tehon.describe.caveats import caveats
from tehon.describe.configs import configs
from tehon.describe.expected import TOTAL
from tehon.describe.profile import Profile
from tehon.records.corpus import Part
from tehon.records.release import Compared, LedgerLine, Mixture, Release
from tehon.records.supply import Supply
from tehon.writing.escaping import for_markdown
from tehon.writing.hub import Config, Head, front_matter
from tehon.writing.markdown import address, bullets, section, table
from tehon.writing.words import MISSING, amount

TAGS = ("instruction-tuning", "tehon")
DOCUMENT_TAGS = ("pretraining", "tehon")
WITHOUT_ADVICE = "This is computed from the sources' own statements; it is no legal advice."


def card(
    release: Release, mixture: Mixture, supplies: Sequence[Supply], profile: Profile, files: Collection[str]
) -> str:
    """The whole file.

    Args:
        release: what was built.
        mixture: what was asked for.
        supplies: its sources, in its order.
        profile: what it looks like.
        files: the shards, as `data/NN-SOURCE-NNNNN.parquet`.
    """
    selections = tuple(configs(release, supplies, profile, files))
    head = Head(
        name=release.name,
        licence=release.licence,
        languages=list(profile.languages),
        clusters=list(release.by_cluster),
        examples=release.examples,
        configs=selections,
        tags=DOCUMENT_TAGS if mixture.kind == "documents" else TAGS,
    )
    sections = [
        front_matter(head),
        _title(release, mixture),
        section("What to know before using it", bullets(caveats(release, mixture, supplies, profile))),
        section("Where it comes from", _parts(mixture, supplies, profile), _lengths(release, profile)),
        section("Against the published counts", compared(release.compared)),
        section("One example of each source", _glimpses(profile)),
        section(
            "What was left out",
            "read = kept + left out, for every source and step; `drops.jsonl` names every row.",
            _ledger(release.ledger),
        ),
        section("Licences", *_licences(release, supplies)),
        section("Citations", bullets(sorted({supply.source.citation for supply in supplies}))),
        section("Loading it", _loading(selections)),
        section("Files", _files(mixture)),
    ]
    return "\n\n".join(part for part in sections if part) + "\n"


def compared(counts: Sequence[Compared]) -> str:
    """Published counts beside the build's own, with the difference and its reason; empty where none are known."""
    rows = [
        (_counted(each), each.expected, each.actual, each.difference, for_markdown(each.reason or MISSING))
        for each in counts
    ]
    return table(("count", "published", "here", "difference", "why"), rows) if rows else ""


def _counted(count: Compared) -> str:
    parts = f" ({', '.join(count.parts)})" if count.parts else ""
    named = "" if count.name == TOTAL or count.sources == (count.name,) else f": {', '.join(count.sources)}"
    return f"{count.name}{named}{parts}"


def _title(release: Release, mixture: Mixture) -> str:
    noun = "document" if mixture.kind == "documents" else "example"
    counts = sorted(release.by_cluster.items(), key=lambda item: (-item[1], item[0]))
    clusters = ", ".join(f"{cluster} {count:,}" for cluster, count in counts)
    lines = [
        f"# {for_markdown(release.name)}",
        for_markdown(mixture.title),
        (
            f"**{amount(release.examples, noun)}** from {amount(len(release.by_source), 'source')}, rendering "
            f"`{mixture.rendering}`, seed {mixture.seed}. `card.html` shows the same with figures."
        ),
        f"By task cluster: {clusters}." if clusters else "",
        f"Digest of the {noun}s in order: `{release.digest}`",
    ]
    return "\n\n".join(line for line in lines if line)


def _parts(mixture: Mixture, supplies: Sequence[Supply], profile: Profile) -> str:
    rows = [
        (source.title, part.name, part.cluster, _wording(part, mixture), profile.parts[source.name, part.name])
        for source in (supply.source for supply in supplies)
        for part in source.parts
        if profile.parts[source.name, part.name]
    ]
    return table(("source", "part", "cluster", "instruction", "examples"), rows) if rows else ""


def _wording(part: Part, mixture: Mixture) -> str:
    """Its instructions; the published rendering knows the first one alone."""
    wordings = part.wording.split("／") if mixture.rendering == "published" else [part.wording]
    return wordings[0] or "as written"


def _lengths(release: Release, profile: Profile) -> str:
    rows = [
        (name, count, round(profile.characters[name] / count), profile.longest[name])
        for name, count in release.by_source.items()
    ]
    return table(("source", "count", "mean characters", "longest"), rows)


def _glimpses(profile: Profile) -> str:
    rows = [(name, each.instruction, each.input, each.response) for name, each in profile.first.items()]
    return table(("source", "instruction", "input", "response"), rows) if rows else ""


def _ledger(lines: Sequence[LedgerLine]) -> str:
    rows = [(line.source, line.step, line.read, line.kept, for_markdown(_said(line))) for line in lines]
    return table(("source", "step", "read", "kept", "left out, by reason"), rows)


def _said(line: LedgerLine) -> str:
    reasons = [f"{reason} {count:,}" for reason, count in line.dropped.items()]
    return ", ".join([*reasons, line.note] if line.note else reasons) or MISSING


def _licences(release: Release, supplies: Sequence[Supply]) -> tuple[str, str]:
    rows = [
        (s.source.name, s.licence.spdx, address(s.licence.url), release.by_source.get(s.source.name, 0))
        for s in supplies
    ]
    whole = (
        f"The whole: **{for_markdown(release.licence)}**, see `LICENSE`. Every row keeps its own licence in its "
        f"`licence` column; `NOTICE.md` holds the attributions.\n{WITHOUT_ADVICE}"
    )
    return whole, table(("source", "licence", "stated at", "rows"), rows)


def _loading(selections: Sequence[Config]) -> str:
    more = ", ".join(f"`{config.name}`" for config in selections[1:])
    named = f"\n\n`load_dataset(folder, NAME)` loads a selection: {more}." if more else ""
    return (
        f'```python\nfrom datasets import load_dataset\n\nload_dataset("path/or/repository", split="train")\n```{named}'
    )


def _files(mixture: Mixture) -> str:
    documents = mixture.kind == "documents"
    shards = "documents with id, source, split" if documents else "examples with id, source, part, split, cluster"
    lines = {
        "data/*.parquet": f"{shards}, language and licence",
        "data.jsonl": "the text alone" if documents else "instruction, input, output alone",
        "drops.jsonl": "every row that was left out, and why",
        "quarantine.jsonl": "broken rows among them: file, place and byte offset",
        "LICENSE": "under what the whole may be shared",
        "NOTICE.md": "attributions",
        "card.html": "this card with figures",
        "croissant.json": "this card for machines: Croissant 1.1",
        "manifest.json": "what went in, what came out, checksums",
    }
    return "\n".join(f"- `{name}`: {what}" for name, what in lines.items())
