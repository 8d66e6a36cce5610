"""Which contents of two releases are the same, which were changed, and which stand in one of them alone.

A content is the same where source and every text agree. Of the rest, one was changed where source, part and upstream
id, or source and id, agree. Contents that repeat are matched as often as they stand on both sides. Texts are known by
their MD5; everything happens in DuckDB, out of core.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import duckdb

from tehon.errors import Damaged
from tehon.publish.duck import database
from tehon.publish.queries import KEYS, PAIR, READ, REST, ROWS, SHOW, SHOWN, SHOWS, TAKE, TEXTS
from tehon.records.publishing import Moved, Shown
from tehon.storage.shards import shards


class Match:
    """What was matched.

    Attributes:
        moved: source by source, in the order of the names.
        shown: a few of the differences, by kind and place.
    """

    def __init__(self, moved: tuple[Moved, ...], shown: tuple[Shown, ...]) -> None:
        """Keep both."""
        self.moved = moved
        self.shown = shown


def match(before: Path, after: Path, kind: str) -> Match:
    """Match the contents of two releases of the same kind.

    Raises:
        Damaged: a shard cannot be read.
    """
    sides = {"before": [str(path) for path in shards(before)], "after": [str(path) for path in shards(after)]}
    with database() as engine:
        try:
            return _Matching(engine, sides, kind).match()
        except (duckdb.InvalidInputException, duckdb.IOException, duckdb.BinderException) as error:
            problem = f"must hold the shards of two releases, but {str(error).splitlines()[0]}"
            raise Damaged(f"{before}, {after}", problem, "Build the damaged one again") from error


class _Matching:
    def __init__(self, engine: duckdb.DuckDBPyConnection, sides: Mapping[str, Sequence[str]], kind: str) -> None:
        self._engine, self._sides, self._kind = engine, sides, kind

    def match(self) -> Match:
        for side, files in self._sides.items():
            query = READ.format(side=side, texts=TEXTS[self._kind], key=KEYS[self._kind], rows=ROWS)
            self._engine.execute(query, {"files": files})
        for side, other in (("before", "after"), ("after", "before")):
            self._engine.execute(REST.format(side=side, other=other))
        self._take("text")
        same = self._count("before") - self._count("before_rest")
        changed: Counter[str] = Counter()
        pairs: list[tuple[int, int]] = []
        for by in ("key", "ident"):
            changed += self._take(by)
            pairs += self._few("SELECT before_place, after_place FROM pair ORDER BY ALL LIMIT $most")
        gone, new = self._count("before_rest"), self._count("after_rest")
        moved = tuple(
            Moved(source=name, same=same[name], changed=changed[name], gone=gone[name], new=new[name])
            for name in sorted({*same, *changed, *gone, *new})
        )
        return Match(moved, tuple(self._shown(pairs[:SHOWN])))

    def _take(self, by: str) -> Counter[str]:
        """Pair what is left by a column, and take it out; how many pairs each source has."""
        self._engine.execute(PAIR.format(by=by))
        for side in self._sides:
            self._engine.execute(TAKE.format(side=side))
        return self._count("pair")

    def _count(self, table: str) -> Counter[str]:
        found = self._engine.execute(f"SELECT source, count(*) FROM {table} GROUP BY source")  # noqa: S608 - our own names
        return Counter(dict(found.fetchall()))

    def _few(self, query: str) -> list[Any]:
        found: list[Any] = self._engine.execute(query, {"most": SHOWN}).fetchall()
        return found

    def _shown(self, pairs: list[tuple[int, int]]) -> Iterator[Shown]:
        order = "SELECT place FROM {side}_rest ORDER BY place, copy LIMIT $most"
        gone = [place for (place,) in self._few(order.format(side="before"))]
        new = [place for (place,) in self._few(order.format(side="after"))]
        before = self._rows("before", [place for place, _ in pairs] + gone)
        after = self._rows("after", [place for _, place in pairs] + new)
        for first, second in pairs:
            yield _told("changed", before[first], before[first][2], after[second][2])
        for place in gone:
            yield _told("gone", before[place], before[place][2], "")
        for place in new:
            yield _told("new", after[place], "", after[place][2])

    def _rows(self, side: str, places: list[int]) -> dict[int, tuple[str, str, str]]:
        """Place -> source, id and text of these rows; only their own shards are read."""
        if not places:
            return {}
        query = SHOW.format(rows=ROWS, shows=SHOWS[self._kind])
        wanted = {place // ROWS for place in places}
        files = [file if number in wanted else "" for number, file in enumerate(self._sides[side], start=1)]
        found = self._engine.execute(
            query.replace("read_parquet($files", "read_parquet($read"),
            {"files": files, "read": [file for file in files if file], "places": places},
        )
        return {place: (source, identity, text) for place, source, identity, text in found.fetchall()}


def _told(kind: Literal["changed", "gone", "new"], row: tuple[str, str, str], before: str, after: str) -> Shown:
    return Shown(kind=kind, source=row[0], id=row[1], before=before, after=after)
