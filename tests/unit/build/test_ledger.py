from collections.abc import Iterable, Iterator

import pytest

from tehon.build.ledger import Ledger, merged
from tehon.errors import DataError
from tehon.records.corpus import Drop, Example
from tehon.records.release import LedgerLine
from tehon.records.step import Content

BAD = Drop(example_id="s/f:1", step="read", reason="not JSON")


def example(number: int) -> Example:
    return Example(
        id=f"s/{number}", upstream_id=str(number), instruction="i", response="r", source="s", part="p", split="all",
        cluster="general", language="ja", licence="MIT",
    )  # fmt: skip


def odd_ones(examples: Iterable[Content]) -> Iterator[Content | Drop]:
    for number, row in enumerate(examples):
        yield row if number % 2 else Drop(example_id=row.id, step="odd", reason="even")


def loses_one(examples: Iterable[Content]) -> Iterator[Content | Drop]:
    yield from list(examples)[1:]


def test_every_step_says_what_it_read_kept_and_dropped() -> None:
    drops: list[Drop] = []
    ledger = Ledger(drops.append)
    first = ledger.read("s", [example(0), BAD, example(1), example(2)])
    kept = list(ledger.through("s", "odd", first, odd_ones))
    assert [row.id for row in kept] == ["s/1"]
    assert ledger.lines() == (
        LedgerLine(source="s", step="read", read=4, kept=3, dropped={"not JSON": 1}),
        LedgerLine(source="s", step="odd", read=3, kept=1, dropped={"even": 2}),
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


def test_the_lines_of_a_sources_pieces_are_added_up() -> None:
    def line(source: str, step: str, kept: int, **dropped: int) -> LedgerLine:
        return LedgerLine(source=source, step=step, read=kept + sum(dropped.values()), kept=kept, dropped=dropped)

    pieces = [line("s", "read", 3, x=1), line("s", "clean", 3), line("s", "read", 2, y=2), line("s", "clean", 1, z=1)]
    assert merged([*pieces, line("t", "read", 5)]) == [
        line("s", "read", 5, x=1, y=2),
        line("s", "clean", 4, z=1),
        line("t", "read", 5),
    ]
