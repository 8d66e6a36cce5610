"""Differences between releases, told in Markdown."""

from collections.abc import Iterator, Sequence

from tehon.records.publishing import Counted, Differences, Foreseen, Shown
from tehon.writing.escaping import fenced, for_markdown
from tehon.writing.markdown import section, table
from tehon.writing.words import MISSING, amount, listing

SETTING_LENGTH = 80
"""Characters of a setting in a table."""
INPUTS = 20
"""Inputs that are named; of more, their number is said."""
KINDS = {"changed": "Changed", "gone": "Only before", "new": "Only after"}


def differences_told(found: Differences) -> str:
    """The whole page."""
    sections = [
        f"# {for_markdown(found.before.name)} → {for_markdown(found.after.name)}",
        _summary(found),
        section("By source", _moved(found)),
        section("By task cluster", _counts("cluster", found.clusters)),
        section("By licence", _licence(found), _counts("licence", found.licences)),
        section("Settings", _settings(found)),
        section("Inputs", _inputs(found)),
        section("A few of them", *_shown(found.shown)),
    ]
    return "\n\n".join(part for part in sections if part) + "\n"


def foreseen_told(found: Foreseen) -> str:
    """What leaving sources out will do, in one or two sentences."""
    lost = [each.name for each in found.sources if not each.after]
    said = f"Without {listing(lost)}: {found.before:,} → {amount(found.after, 'example')}"
    if found.may_return:
        said += f", and up to {found.may_return:,} more that were left out because they stood before"
    return said + "."


def _summary(found: Differences) -> str:
    before, after = found.before, found.after
    if before.digest == after.digest:
        return f"The same {amount(before.examples, 'example')} in the same order: digest `{before.digest}`."
    if found.reordered:
        return f"The same {amount(before.examples, 'example')} in another order."
    totals = {
        "the same": sum(each.same for each in found.moved),
        "changed": sum(each.changed for each in found.moved),
        "only before": sum(each.gone for each in found.moved),
        "only after": sum(each.new for each in found.moved),
    }
    counts = listing([f"{count:,} {what}" for what, count in totals.items() if count])
    return f"**{before.examples:,} → {amount(after.examples, 'example')}**: {counts}."


def _moved(found: Differences) -> str:
    moved = {each.source: each for each in found.moved}
    rows = [
        (each.name, each.before, each.after, each.after - each.before, m.same, m.changed, m.gone, m.new)
        for each in found.sources
        for m in [moved[each.name]]
    ]
    return table(("source", "before", "after", "difference", "same", "changed", "only before", "only after"), rows)


def _counts(name: str, counts: Sequence[Counted]) -> str:
    rows = [(each.name, each.before, each.after, each.after - each.before) for each in counts]
    return table((name, "before", "after", "difference"), rows) if rows else ""


def _licence(found: Differences) -> str:
    before, after = for_markdown(found.before.licence), for_markdown(found.after.licence)
    return f"The whole: **{before}** as before." if before == after else f"The whole: **{before}** → **{after}**."


def _settings(found: Differences) -> str:
    rows = [(each.key, _short(each.before), _short(each.after)) for each in found.settings]
    return table(("setting", "before", "after"), rows) if rows else ""


def _short(text: str) -> str:
    return (text if len(text) <= SETTING_LENGTH else text[: SETTING_LENGTH - 1] + "…") or MISSING


def _inputs(found: Differences) -> str:
    rows = list(found.inputs.items())
    more = f"\n\nand {len(rows) - INPUTS:,} more" if len(rows) > INPUTS else ""
    return table(("input", "is"), rows[:INPUTS]) + more if rows else ""


def _shown(shown: Sequence[Shown]) -> Iterator[str]:
    for each in shown:
        texts = [str(fenced(text)) for text in (each.before, each.after) if text]
        yield f"**{KINDS[each.kind]}**: {for_markdown(each.id)}\n\n" + "\n\n".join(texts)
