from collections.abc import Iterable, Iterator

import pytest

from tehon.build.ledger import Ledger
from tehon.errors import DataError, EmptyData
from tehon.records.corpus import Drop, Example
from tehon.records.release import LedgerLine

BAD = Drop(example_id="s/f:1", step="read", reason="not JSON")


def example(number: int) -> Example:
    return Example(
        id=f"s/{number}", upstream_id=str(number), instruction="i", response="r", source="s", part="p", split="all",
        cluster="general", language="ja", licence="MIT",
    )  # fmt: skip


def odd_ones(examples: Iterable[Example]) -> Iterator[Example | Drop]:
    for number, row in enumerate(examples):
        yield row if number % 2 else Drop(example_id=row.id, step="odd", reason="even")


def loses_one(examples: Iterable[Example]) -> Iterator[Example | Drop]:
    yield from list(examples)[1:]


def test_every_step_says_what_it_read_kept_and_dropped() -> None:
    drops: list[Drop] = []
    ledger = Ledger(drops.append)
    first = ledger.read("s", [example(0), BAD, example(1), example(2)])
    kept = list(ledger.through("s", "odd", first, odd_ones))
    ledger.finish("s", 3, "raw/s")
    assert [row.id for row in kept] == ["s/1"]
    assert ledger.lines() == (
        LedgerLine(source="s", step="read", read=4, kept=3, dropped={"not JSON": 1}),
        LedgerLine(source="s", step="odd", read=3, kept=1, dropped={"even": 2}, note="and 2 copies by weight"),
    )
    assert {drop.example_id for drop in drops} == {"s/f:1", "s/0", "s/2"}


def test_a_step_that_loses_a_row_is_found_out() -> None:
    ledger = Ledger(list[Drop]().append)
    list(ledger.through("s", "bad", ledger.read("s", [example(0), example(1)]), loses_one))
    with pytest.raises(DataError, match="s, step bad: read 2 rows, but kept or dropped 1"):
        ledger.lines()


def test_rows_lost_between_two_steps_are_found_out() -> None:
    ledger = Ledger(list[Drop]().append)
    between = list(ledger.read("s", [example(0), example(1)]))[:1]
    list(ledger.through("s", "next", between, odd_ones))
    with pytest.raises(DataError, match="must read the 2 rows that read kept, but read 1"):
        ledger.lines()


def test_a_source_that_gives_nothing_is_an_error_with_the_reasons() -> None:
    ledger = Ledger(list[Drop]().append)
    list(ledger.through("s", "odd", ledger.read("s", [BAD] * 3), odd_ones))
    with pytest.raises(EmptyData, match=r"raw/s: must give examples of s, but gives none: not JSON \(3\)"):
        ledger.finish("s", 0, "raw/s")
