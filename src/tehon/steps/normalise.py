"""Writes the same characters in the same way: widths, wave dashes; if wanted, all of NFKC, and white space.

Nothing is deleted unless `spaces` asks for it: `1467〜1487年` stays as it is. By default only those characters change
that mean the same in both widths: half-width katakana become full-width (`ｶﾞ` → `ガ`), full-width letters and digits
ASCII (`３．５` → `3.5`), and the full-width tilde `～`, as which files in CP932 write the wave dash, `〜`. Other
full-width punctuation stays: it is how Japanese is written.

NFKC does more than most texts can bear: `10²` becomes `102`, `…` becomes three full stops, and the compatibility
ideographs in names (`﨑`, `神`) become ordinary ones. It therefore has to be asked for.
"""

import re
from collections.abc import Callable
from typing import Literal
from unicodedata import is_normalized, normalize

import jaconv

from tehon.errors import BadConfig
from tehon.records.contents import with_texts
from tehon.records.record import Record
from tehon.records.step import Changed, Content, Step

Width = Literal["keep", "narrow", "wide"]
SYMBOLS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
_WIDER = 0xFEE0
"""From an ASCII character's code to that of its full-width form."""
_POINT = re.compile("(?<=[０-９])[．，](?=[０-９])")
HALF_KANA = "".join(map(chr, range(0xFF61, 0xFFA0)))
_HALF_KANA = re.compile(f"[{HALF_KANA}]+")
_SPACES = re.compile(r"(?<=\S)[^\S\n]+")


class Normalise(Record, kw_only=True):
    """What is unified, and how.

    Attributes:
        kana: half-width katakana and their punctuation become full-width.
        letters: Latin letters become ASCII (`narrow`), full-width (`wide`), or stay (`keep`).
        digits: the same for digits, and for the point or comma between two of them that are full-width.
        symbols: the same for the punctuation of ASCII.
        wave_dash: the full-width tilde `～` becomes the wave dash `〜`.
        nfkc: the whole of Unicode's NFKC afterwards; needs nothing `wide`.
        spaces: `single` makes each run of spaces within a line one space and deletes those at its end; indentation and
            line ends stay. `keep` leaves all of them.
    """

    kana: bool = True
    letters: Width = "narrow"
    digits: Width = "narrow"
    symbols: Width = "keep"
    wave_dash: bool = True
    nfkc: bool = False
    spaces: Literal["keep", "single"] = "keep"

    def __post_init__(self) -> None:
        """Check what types cannot say.

        Raises:
            BadConfig: NFKC would undo another option.
        """
        if self.nfkc and "wide" in {self.letters, self.digits, self.symbols}:
            problem = "must be false where something becomes wide, which NFKC would undo, but is true"
            raise BadConfig("steps.normalise.nfkc", problem, "Take one of the two")


def make(options: Normalise) -> Callable[[Content], Changed]:
    """The step for these options."""
    table = _table(options)
    wanted = "".join(map(chr, table)) + HALF_KANA * options.kana
    one = f"[{re.escape(wanted)}]" if wanted else "(?!)"
    # A search for one character is twice as fast as a search for a run of them.
    affected, runs = re.compile(one), re.compile(f"(?:{one})+")
    points = options.digits == "narrow" and options.symbols == "keep"

    def rewrite(run: re.Match[str]) -> str:
        text = run[0].translate(table)
        return _HALF_KANA.sub(_full_kana, text) if options.kana else text

    def change(text: str) -> str:
        if affected.search(text):
            text = runs.sub(rewrite, _POINT.sub(_narrow, text) if points else text)
        if options.nfkc and not is_normalized("NFKC", text):
            text = normalize("NFKC", text)
        return _SPACES.sub(_one_space, text) if options.spaces == "single" else text

    return lambda content: with_texts(content, change)


def _table(options: Normalise) -> dict[int, int]:
    """Code -> code of each character that changes."""
    kinds = {
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz": options.letters,
        "0123456789": options.digits,
        SYMBOLS: options.symbols,
    }
    table = {ord("～"): ord("〜")} if options.wave_dash else {}
    for characters, width in kinds.items():
        for code in map(ord, characters):
            if width == "narrow":
                table.setdefault(code + _WIDER, code)
            elif width == "wide":
                table[code] = table.get(code + _WIDER, code + _WIDER)
    return table


def _narrow(found: re.Match[str]) -> str:
    return chr(ord(found[0]) - _WIDER)


def _full_kana(run: re.Match[str]) -> str:
    return str(jaconv.h2z(run[0]))


def _one_space(run: re.Match[str]) -> str:
    return "" if run.end() == len(run.string) or run.string[run.end()] == "\n" else " "


STEP = Step(
    name="normalise",
    title="Unifies widths of kana, letters and digits, and wave dashes; NFKC and white space on demand",
    options=Normalise,
    make=make,
    packages=("jaconv",),
)
