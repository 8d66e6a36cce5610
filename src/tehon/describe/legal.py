"""Where the legal code of a licence stands, and what it is called."""

import re
from importlib.resources import files

_CREATIVE_COMMONS = re.compile(r"CC-((?:BY)(?:-NC)?(?:-SA|-ND)?)-(\d\.\d)(?:-([A-Z]+))?")
_WORDS = {"BY": "Attribution", "NC": "NonCommercial", "SA": "ShareAlike", "ND": "NoDerivatives"}  # codespell:ignore
_CODES = {
    "Apache-2.0": "https://www.apache.org/licenses/LICENSE-2.0",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/legalcode",
    "ODbL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
    "ODC-By-1.0": "https://opendatacommons.org/licenses/by/1-0/",
    "PDDL-1.0": "https://opendatacommons.org/licenses/pddl/1-0/",
}
_TITLES = {"Apache-2.0": "Apache License 2.0", "CC0-1.0": "Creative Commons Zero 1.0 Universal", "MIT": "MIT License"}
OWN = "LicenseRef-"
"""Begins the identifier of terms that SPDX does not list."""


def parts(expression: str) -> list[str]:
    """The identifiers of an SPDX expression, in its order."""
    return list(dict.fromkeys(re.findall(r"[A-Za-z0-9][A-Za-z0-9.+-]*", re.sub(r"\b(AND|OR|WITH)\b", " ", expression))))


def code_url(spdx: str) -> str:
    """The address of a licence's legal code; empty for terms that SPDX does not list."""
    if spdx.startswith(OWN):
        return ""
    if match := _CREATIVE_COMMONS.fullmatch(spdx):
        kind, version, port = match.groups()
        place = f"{version}/{port.lower()}" if port else version
        return f"https://creativecommons.org/licenses/{kind.lower()}/{place}/legalcode"
    return _CODES.get(spdx, f"https://spdx.org/licenses/{spdx}.html")


def title(spdx: str) -> str:
    """The licence's name in words, its identifier where no other is known."""
    if match := _CREATIVE_COMMONS.fullmatch(spdx):
        kind, version, port = match.groups()
        words = "-".join(_WORDS[word] for word in kind.split("-"))
        return f"Creative Commons {words} {version}" + (f" {port}" if port else "")
    return _TITLES.get(spdx, spdx)


def text(spdx: str) -> str:
    """The whole text of a short licence that must be shown with every copy; empty for others."""
    path = files("tehon.describe").joinpath(f"legal_texts/{spdx}.txt")
    return path.read_text("utf-8") if path.is_file() else ""
