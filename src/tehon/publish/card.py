"""README.md of an export: what it is a view of, and how it is loaded."""

from collections.abc import Mapping, Sequence

from tehon.publish.finished import Finished
from tehon.publish.rows import values
from tehon.records.publishing import Export
from tehon.writing.escaping import for_markdown
from tehon.writing.hub import Config, Head, front_matter
from tehon.writing.markdown import section, table
from tehon.writing.words import amount


def card(
    made: Export, release: Finished, configs: Sequence[Config], features: Mapping[str, tuple[str, ...]] | None = None
) -> str:
    """The whole file.

    Args:
        made: the export.
        release: what it was made from.
        configs: what can be loaded by name, the default first.
        features: column -> the fields of its records; none for a text. None leaves the columns to their reader.
    """
    noun = "example" if release.mixture.kind == "examples" else "document"
    named = ", ".join(f"`{config.name}`" for config in configs)
    left_out = table(("left out", f"{noun}s"), made.left_out.items()) if made.left_out else ""
    sections = [
        front_matter(_head(made, release, configs, features or {})),
        f"# {for_markdown(made.name)}\n\n{for_markdown(release.mixture.title)}".rstrip(),
        f"{amount(made.examples, noun)} of the release {for_markdown(made.name)}, written as `{made.layout}`.",
        f"Digest of the release: `{made.digest}`. It holds sources, ledger and card; this is a view of it.",
        section("What the layout cannot hold", left_out),
        section("Sources", table(("source", f"{noun}s of the release"), release.release.by_source.items())),
        section("Licence", _whole(made), table(("licence", "rows"), sorted(made.licences.items()))),
        section("Loading it", f'`load_dataset(folder, NAME, split="train")`, where NAME is one of {named}.'),
    ]
    return "\n\n".join(part for part in sections if part) + "\n"


def _head(made: Export, release: Finished, configs: Sequence[Config], features: Mapping[str, tuple[str, ...]]) -> Head:
    return Head(
        name=made.name,
        licence=made.licence,
        languages=values(release.path, "language"),
        clusters=list(release.release.by_cluster),
        examples=made.examples,
        configs=tuple(configs),
        tags=("instruction-tuning" if release.mixture.kind == "examples" else "pretraining", "tehon"),
        features=features,
    )


def _whole(made: Export) -> str:
    return (
        f"The whole: **{for_markdown(made.licence)}**, see `LICENSE`; `NOTICE.md` holds the attributions.\n"
        "This is computed from the sources' own statements; it is no legal advice."
    )
