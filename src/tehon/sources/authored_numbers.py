"""Sums, dates, eras and units, worked out by plain arithmetic."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from tehon.formats.authored import OURS, PLACE, SPLITS, Table, Tables, read_book, written
from tehon.records.corpus import Example, Part, ReadOptions, Source

WEEKDAYS = ("月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日", "日曜日")


def read(folder: Path, options: ReadOptions) -> Iterator[Example]:
    """The examples of `authored/numbers.toml`; the folder is not looked at."""
    del folder
    return written(SOURCE, read_book(Path(__file__).parent / "authored" / "numbers.toml", computed), options)


def computed(tables: Tables) -> Tables:
    """Every table that is worked out."""
    return {
        "sum": _table("sum a b total", [(f"{a}+{b}", a, b, a + b) for a in range(3, 30) for b in range(2, 16)]),
        "product": _table(
            "product a b total yen sum",
            [(f"{a}*{b}", a, b, a * b, a * 10, f"{a * b * 10:,}") for a in range(2, 13) for b in range(2, 10)],
        ),
        "day_after": _table("question day after then", list(_days_after())),
        "weekday_after": _table("question day after then", list(_weekdays_after())),
        "era_year": _table("era year", list(_era_years(tables["era"]))),
        "conversion": _table("given unit result", list(_conversions(tables["unit"]))),
    }


def _table(columns: str, rows: list[tuple[object, ...]]) -> Table:
    return Table(columns=tuple(columns.split()), rows=tuple(tuple(map(str, row)) for row in rows), entities=True)


def _days_after() -> Iterator[tuple[str, ...]]:
    # March to November: no answer depends on whether the year is a leap year, none crosses New Year.
    first = date(2025, 3, 1)
    for start in range(0, 245, 7):
        for days, after in ((3, "3日後"), (5, "5日後"), (7, "一週間後"), (10, "10日後"), (14, "二週間後")):
            day, then = first + timedelta(start), first + timedelta(start + days)
            yield f"{day:%m%d}+{days}", _written(day), after, _written(then)


def _written(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _weekdays_after() -> Iterator[tuple[str, ...]]:
    for place, day in enumerate(WEEKDAYS):
        for days, after in ((1, "次の日"), (2, "二日後"), (3, "三日後"), (4, "四日後"), (7, "一週間後")):
            yield f"{day}+{days}", day, after, WEEKDAYS[(place + days) % 7]


def _era_years(eras: Table) -> Iterator[tuple[str, ...]]:
    # A year in which the era changed bears two names: it is left out.
    for era, first, last in eras.rows:
        for year in range(int(first) + 1, int(last) + 1):
            yield f"{era}{year - int(first) + 1}年", str(year)


def _conversions(units: Table) -> Iterator[tuple[str, ...]]:
    for large, small, factor in units.rows:
        for count in (2, 3, 5, 10):
            yield f"{count}{large}", small, f"{count * int(factor):,}{small}"
        yield f"{int(factor):,}{small}", large, f"1{large}"


SOURCE = Source(
    name="authored_numbers",
    title="tehon's own sums, dates and units",
    licence=OURS,
    citation="The tehon developers: sums, dates, eras and units, written for tehon's demo.",
    homepage=PLACE,
    splits=SPLITS,
    parts=(
        Part(name="arithmetic", cluster="commonsense", wording="…足す…はいくつですか？"),
        Part(name="calendar", cluster="commonsense", wording="…は西暦何年ですか？"),
        Part(name="units", cluster="commonsense", wording="…は何メートルですか？"),
    ),
    sample={},
    read=read,
    embedded=True,
)
