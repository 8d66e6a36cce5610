"""Korean questions by us, facts from the Unicode CLDR through babel, as JSON Lines in the Alpaca layout.

    python -m korean_cldr.corpus raw

writes `raw/jsonl/korean/train.jsonl` with its licence beside it, and `raw/korean_held_out/test.jsonl`: a tenth of the
countries, currencies and words, in wordings that training never shows.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from babel import Locale
from babel.core import get_global
from babel.numbers import get_territory_currencies

AS_OF = date(2025, 6, 1)
"""The day whose currencies are asked for: fixed, so that the same babel always gives the same corpus."""
TONGUES = ("ar", "de", "en", "es", "fr", "id", "it", "ja", "nl", "pl", "pt", "ru", "sv", "th", "tr", "vi", "zh")
KO = Locale.parse("ko")
HELD_OUT_OF = 10
LICENCE = """\
spdx = "Unicode-3.0"
url = "https://www.unicode.org/license.txt"
attribution = "Unicode Common Locale Data Repository, copyright 1991-2025 Unicode, Inc."
"""


class Fact(NamedTuple):
    """What is asked about, and the ways to ask; the last one is kept for evaluation.

    Attributes:
        entity: by which it is held out or not.
        wordings: all ask the same.
        answer: a whole sentence.
    """

    entity: str
    wordings: tuple[str, ...]
    answer: str


def facts() -> Iterator[Fact]:
    """Every fact; each sentence is built so that no particle depends on the word before it."""
    yield from _countries()
    yield from _currencies()
    yield from _words()


def _countries() -> Iterator[Fact]:
    for code, country in _places():
        if len(current := _money(code)) == 1:
            ways = "{}의 통화는 무엇입니까?", "{}에서는 어떤 돈을 씁니까?", "{}의 돈 이름을 알려 주세요."
            yield _fact(country, ways, f"{country}의 통화는 {KO.currencies[current[0]]}입니다.")
        spoken = get_global("territory_languages").get(code, {})
        official = [name for name, status in spoken.items() if status["official_status"] == "official"]
        # A language that is written in two scripts stands there twice; some have no Korean name.
        names = dict.fromkeys(KO.languages.get(name.partition("_")[0]) for name in official)
        if names and None not in names:
            ways = "{}의 공용어는 무엇입니까?", "{}에서는 어떤 말을 씁니까?", "{}의 공용어를 알려 주세요."
            yield _fact(country, ways, f"{country}의 공용어는 {', '.join(map(str, names))}입니다.")


def _currencies() -> Iterator[Fact]:
    for code in sorted({money for place, _ in _places() for money in _money(place)}):
        ways = "통화 코드 {}의 뜻은 무엇입니까?", "{}: 어느 통화의 코드입니까?", "통화 코드 {}의 이름을 알려 주세요."
        yield _fact(code, ways, f"통화 코드 {code}의 이름은 {KO.currencies[code]}입니다.")


def _words() -> Iterator[Fact]:
    for code in TONGUES:
        own, tongue = Locale.parse(code), KO.languages[code]
        for korean, foreign in ((KO.days, own.days), (KO.months, own.months)):
            for key, word in korean["format"]["wide"].items():
                ways = "{1}은 {0}로 무엇입니까?", "{0}로 {1}을 뭐라고 합니까?", "{1}의 {0} 이름을 알려 주세요."
                asked = tuple(way.format(tongue, word) for way in ways)
                yield Fact(f"{tongue} {word}", asked, f"{word}은 {tongue}로 {foreign['format']['wide'][key]}입니다.")


def _places() -> list[tuple[str, str]]:
    """Code and name of every country: continents and the like have no currency of their own."""
    return sorted((code, name) for code, name in KO.territories.items() if _money(code))


def _money(country: str) -> list[str]:
    """Codes of what is paid with there, as far as it has a Korean name."""
    return [code for code in get_territory_currencies(country, AS_OF, AS_OF) if code in KO.currencies]


def _fact(entity: str, ways: tuple[str, ...], answer: str) -> Fact:
    return Fact(entity, tuple(way.format(entity) for way in ways), answer)


def held_out(entity: str) -> bool:
    """Whether nothing about it is shown in training: decided by its name alone."""
    return int(sha256(entity.encode()).hexdigest(), 16) % HELD_OUT_OF == 0


def write(raw: Path) -> None:
    """Write corpus, licence and held-out questions where tehon looks for them."""
    train, test = raw / "jsonl" / "korean", raw / "korean_held_out"
    lines: dict[Path, list[str]] = {train / "train.jsonl": [], test / "test.jsonl": []}
    for fact in facts():
        *seen, unseen = fact.wordings
        file, wordings = (test / "test.jsonl", [unseen]) if held_out(fact.entity) else (train / "train.jsonl", seen)
        for wording in wordings:
            row = {"instruction": wording, "output": fact.answer}
            lines[file].append(json.dumps(row, ensure_ascii=False) + "\n")
    for file, rows in lines.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(rows), "utf-8")
        print(f"{file}: {len(rows):,} lines")
    (train / "licence.toml").write_text(LICENCE, "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
