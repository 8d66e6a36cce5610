"""Countries, currencies, languages, days and months: questions by us, facts from the Unicode CLDR through babel."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from tehon.errors import PackageMissing
from tehon.formats.authored import SPLITS, Table, Tables, read_book, written
from tehon.records.corpus import Example, Licence, Part, ReadOptions, Source

if TYPE_CHECKING:
    from babel import Locale

AS_OF = date(2025, 6, 1)
"""The day whose currencies are asked for: fixed, so that the same babel always gives the same corpus."""


def read(folder: Path, options: ReadOptions) -> Iterator[Example]:
    """The examples of `authored/atlas.toml` filled from CLDR; the folder is not looked at.

    Raises:
        PackageMissing: babel is not installed.
    """
    del folder
    return written(SOURCE, read_book(Path(__file__).parent / "authored" / "atlas.toml", facts), options)


def facts(codes: Tables) -> Tables:
    """Every table of facts about what the book's codes name.

    Raises:
        PackageMissing: babel is not installed.
    """
    ja = _locale("ja")
    units = tuple((country, name.rpartition("・")[2]) for country, name in _currencies(ja, codes["unit_country"]))
    return {
        "currency_of": _table("country currency", tuple(_currencies(ja, codes["currency_country"]))),
        "unit_of": _table("country unit", units),
        "language_of": _table("country languages", tuple(_languages(ja, codes["language_country"]))),
        "code_of": _table("money code", tuple((_money(ja, code), code) for (code,) in codes["money"].rows)),
        "own_name": _table(
            "tongue own", tuple((ja.languages[code], _locale(code).languages[code]) for (code,) in codes["tongue"].rows)
        ),
        "day_in": _table("question ja tongue word", tuple(_words(ja, codes["day_tongue"], "days"))),
        "month_in": _table("question ja tongue word", tuple(_words(ja, codes["month_tongue"], "months"))),
    }


def _locale(code: str) -> "Locale":
    try:
        from babel import Locale  # noqa: PLC0415 - an optional dependency
    except ImportError as error:
        problem = "needs babel for the facts of the Unicode CLDR, but it is not installed"
        raise PackageMissing("source cldr_atlas", problem, "Install tehon[demo], or leave the source out") from error
    return Locale.parse(code)


def _table(columns: str, rows: tuple[tuple[str, ...], ...]) -> Table:
    return Table(columns=tuple(columns.split()), rows=rows, entities=True)


def _currencies(ja: "Locale", countries: Table) -> Iterator[tuple[str, str]]:
    from babel.numbers import get_territory_currencies  # noqa: PLC0415 - see _locale

    for (code,) in countries.rows:
        current = get_territory_currencies(code, AS_OF, AS_OF)
        if len(current) == 1:
            yield ja.territories[code], _money(ja, current[0])


def _money(ja: "Locale", code: str) -> str:
    # CLDR parts the words with a space, Japanese newspapers with a dot.
    name: str = ja.currencies[code]
    return name.replace(" ", "・")


def _languages(ja: "Locale", countries: Table) -> Iterator[tuple[str, str]]:
    from babel.core import get_global  # noqa: PLC0415 - see _locale

    spoken = get_global("territory_languages")
    for (code,) in countries.rows:
        # A language written in two scripts stands there twice.
        names = {
            ja.languages[language.partition("_")[0]]: None
            for language, status in spoken[code].items()
            if status["official_status"] == "official"
        }
        yield ja.territories[code], "と".join(names) if len(names) == 2 else "、".join(names)  # noqa: PLR2004


def _words(ja: "Locale", tongues: Table, kind: str) -> Iterator[tuple[str, ...]]:
    for (code,) in tongues.rows:
        tongue, own = ja.languages[code], _locale(code)
        names = own.days if kind == "days" else own.months
        japanese = ja.days if kind == "days" else ja.months
        for key, word in names["format"]["wide"].items():
            here = japanese["format"]["wide"][key]
            yield f"{tongue}の{here}", here, tongue, word


SOURCE = Source(
    name="cldr_atlas",
    title="Countries, currencies and languages of the Unicode CLDR",
    licence=Licence(
        spdx="Unicode-3.0",
        url="https://www.unicode.org/license.txt",
        attribution="Unicode Common Locale Data Repository, copyright 1991-2025 Unicode, Inc.",
    ),
    citation="Unicode Consortium: Common Locale Data Repository. Questions by the tehon developers.",
    homepage="https://cldr.unicode.org",
    splits=SPLITS,
    parts=(
        Part(name="countries", cluster="commonsense", wording="…の通貨は何ですか？"),
        Part(name="currencies", cluster="commonsense", wording="通貨コード「…」は何を表しますか？"),
        Part(name="languages", cluster="commonsense", wording="…は…で何と言いますか？"),
        Part(name="calendar", cluster="commonsense", wording="…は…で何と言いますか？"),
    ),
    sample={},
    read=read,
    embedded=True,
)
