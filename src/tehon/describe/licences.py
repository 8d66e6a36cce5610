"""What the licences of the sources make of the whole.

A release is one adapted work. Share-alike sources bind all of it, so two share-alike licences that do not know each
other, or share-alike next to non-commercial, cannot be shared as one; no-derivatives data cannot be rendered at all.
Creative Commons lets share-alike adaptations move to a later version, never back. A mixture that is not meant to be
shared may join what cannot be. This is bookkeeping, no legal advice.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import combinations

from license_expression import ExpressionError, Licensing, get_spdx_licensing

from tehon.errors import BadLicence
from tehon.records.corpus import Licence
from tehon.records.record import Record
from tehon.records.release import Mixture

UNKNOWN = "LicenseRef-unknown"
"""The licence of data whose owner states none: not to be shared, taken as non-commercial."""
OPEN = {
    "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CDLA-Permissive-1.0", "CDLA-Permissive-2.0", "ISC", "MIT",
    "ODC-By-1.0", "PDDL-1.0", "Unicode-3.0", "Unicode-DFS-2016", "Unlicense",
}  # fmt: skip
"""Asks for its notice at most."""
SHARE_ALIKE = {"CDLA-Sharing-1.0", "ODbL-1.0"}
_CREATIVE_COMMONS = re.compile(r"CC-(BY(?:-NC)?(?:-SA|-ND)?)-(\d\.\d)(?:-[A-Z]+)?")
_OWN_NAME = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")


class Terms(Record, kw_only=True):
    """What one licence asks of a whole that it is part of.

    Attributes:
        spdx: its SPDX identifier.
        family: the licence without its version.
        version: empty where the identifier names none.
        commercial: commercial use is allowed.
        derivatives: changed versions may be shared.
        share_alike: the whole must carry this family.
    """

    spdx: str
    family: str
    version: str = ""
    commercial: bool = True
    derivatives: bool = True
    share_alike: bool = False


def terms(licence: Licence, where: str) -> tuple[Terms, ...]:
    """The terms of every licence in an expression; all of them hold.

    Raises:
        BadLicence: it is no SPDX expression, leaves a choice, or names a licence that is not known for data.
    """
    if _OWN_NAME.fullmatch(licence.spdx):
        return (_own_terms(licence),)
    remedy = "Write an SPDX expression such as CC-BY-SA-4.0, or LicenseRef-NAME for terms of its own"
    try:
        parsed = _spdx().parse(licence.spdx, validate=True)
    except ExpressionError as error:
        raise BadLicence(where, f"must state an SPDX licence, but says '{licence.spdx}'", remedy) from error
    if parsed is None:
        raise BadLicence(where, "must state an SPDX licence, but says nothing", remedy)
    if " OR " in str(parsed):
        raise BadLicence(where, f"leaves a choice: {parsed}", "State the one licence that you use the data under")
    return tuple(_known_terms(str(key), where) for key in parsed.symbols)


def whole_licence(licences: Mapping[str, Licence], mixture: Mixture) -> str:
    """The SPDX expression under which everything together can be shared; every licence, where it is not to be.

    Args:
        licences: source -> its licence.
        mixture: says whether it is to be shared, whether commercial use is needed and share-alike allowed.

    Raises:
        BadLicence: there is none; the message names the fewest sources to leave out.
    """
    stated = {name: terms(licence, f"source {name}") for name, licence in licences.items()}
    problem = conflict(stated, mixture)
    if problem:
        fewest = " and ".join(leave_out(stated, mixture))
        raise BadLicence(f"mixture {mixture.name}", problem, f"Leave out {fewest}")
    every = {single for several in stated.values() for single in several}
    return joined(every) if mixture.shared else _all(single.spdx for single in every)


def conflict(stated: Mapping[str, tuple[Terms, ...]], mixture: Mixture) -> str:
    """Why these sources cannot be one release; empty if they can."""
    every = [(name, single) for name, several in stated.items() for single in several]
    for name, single in every:
        if mixture.shared and not single.derivatives:
            return f"{single.spdx} ({name}) allows no changed versions, and an instruction example is one"
        if mixture.commercial and not single.commercial:
            return f"must allow commercial use, but {single.spdx} ({name}) does not"
        if not mixture.share_alike and single.share_alike:
            return f"must be free of share-alike, but {single.spdx} ({name}) asks for it"
    for (name, single), (other_name, other) in combinations(every if mixture.shared else (), 2):
        if _clash(single, other) or _clash(other, single):
            return f"{single.spdx} ({name}) and {other.spdx} ({other_name}) cannot be shared as one work"
    return ""


def leave_out(stated: Mapping[str, tuple[Terms, ...]], mixture: Mixture) -> list[str]:
    """The fewest sources without which the rest can be one release."""
    groups: dict[tuple[Terms, ...], list[str]] = {}
    for name, several in stated.items():  # sources of one licence stand or fall together
        groups.setdefault(several, []).append(name)
    subsets = [subset for size in range(len(groups) + 1) for subset in combinations(groups, size)]
    for subset in sorted(subsets, key=lambda chosen: sum(len(groups[several]) for several in chosen)):
        gone = {name for several in subset for name in groups[several]}
        if not conflict({name: several for name, several in stated.items() if name not in gone}, mixture):
            return sorted(gone)
    return sorted(stated)


def joined(every: Iterable[Terms]) -> str:
    """One expression for all: unknown, else the share-alike licence that binds all, else every one of them."""
    by_name = {single.spdx: single for single in every}
    if UNKNOWN in by_name:
        return UNKNOWN
    binding = [single for single in by_name.values() if single.share_alike]
    if not binding:
        return _all(by_name)
    if len(by_name) == 1 or not binding[0].version:
        return binding[0].spdx
    newest = max(single.version for single in by_name.values())
    return f"{binding[0].family}-{newest}"


def _all(names: Iterable[str]) -> str:
    """All of these licences at once; unknown if one of them is."""
    together = sorted(set(names))
    return UNKNOWN if UNKNOWN in together else " AND ".join(together)


def _clash(first: Terms, second: Terms) -> bool:
    if UNKNOWN in {first.spdx, second.spdx} or not first.share_alike:
        return False  # what is unknown is not shared at all
    return (second.share_alike and second.family != first.family) or (first.commercial and not second.commercial)


def _own_terms(licence: Licence) -> Terms:
    known = licence.spdx != UNKNOWN
    return Terms(
        spdx=licence.spdx,
        family=licence.spdx,
        commercial=licence.commercial and known,
        derivatives=licence.derivatives,
        share_alike=licence.share_alike,
    )


def _known_terms(key: str, where: str) -> Terms:
    if match := _CREATIVE_COMMONS.fullmatch(key):
        kind, version = match.groups()
        return Terms(
            spdx=key,
            # Version 1.0 alone does not allow a later one.
            family=f"CC-{kind}" + ("-1.0" if version == "1.0" else ""),
            version="" if version == "1.0" else version,
            commercial="-NC" not in kind,
            derivatives="-ND" not in kind,
            share_alike="-SA" in kind,
        )
    if key not in OPEN | SHARE_ALIKE:
        problem = f"must state a licence that is known for data, but says {key}"
        raise BadLicence(where, problem, "Use LicenseRef-NAME and say in the record what it allows")
    return Terms(spdx=key, family=key, share_alike=key in SHARE_ALIKE)


@cache
def _spdx() -> Licensing:
    return get_spdx_licensing()
