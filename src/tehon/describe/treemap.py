"""Areas that are as large as what they stand for: the paper's Figure 1, sources within their task clusters.

Source: M. Bruls, K. Huizing, J. van Wijk, "Squarified Treemaps", 2000.
"""

from collections.abc import Iterator, Mapping, Sequence

from tehon.records.record import Record

GAP, INNER_GAP = 2.0, 1.0
"""Pixels that stay free around a group and around a tile in it."""
LETTER, LINE = 6.6, 16.0
"""Width and height of a letter, in pixels; a name is written only where it fits."""


class Box(Record, kw_only=True):
    """A rectangle, in pixels."""

    x: float
    y: float
    width: float
    height: float


class Tile(Record, kw_only=True):
    """One rectangle with what it stands for.

    Attributes:
        name: what it stands for.
        count: how much.
        box: where it lies.
        lines: how many lines of text fit into it; none where its name or its count is too long.
    """

    name: str
    count: int
    box: Box
    lines: int


class Group(Record, kw_only=True):
    """A rectangle of rectangles.

    Attributes:
        tile: the whole; it has a line where its name can stand above the text of its first tile.
        tiles: what it consists of, the largest first.
    """

    tile: Tile
    tiles: tuple[Tile, ...]


def treemap(counts: Mapping[str, Mapping[str, int]], width: float, height: float) -> tuple[Group, ...]:
    """Groups and what is in them, each the larger the earlier and the wider.

    Args:
        counts: group -> name -> count, positive, the largest first on both levels.
        width: of the whole, in pixels.
        height: likewise.
    """
    sizes = [(name, sum(inner.values())) for name, inner in counts.items()]
    return tuple(_group(tile, counts[tile.name]) for tile in squarified(sizes, _box(0, 0, width, height)))


def _group(tile: Tile, counts: Mapping[str, int]) -> Group:
    box = _inset(tile.box, GAP)
    tiles = tuple(_labelled(each) for each in squarified(list(counts.items()), box))
    named = tiles[0].lines > 0 and _fits(tile.name, tiles[0].box)
    return Group(tile=Tile(name=tile.name, count=tile.count, box=box, lines=int(named)), tiles=tiles)


def _labelled(tile: Tile) -> Tile:
    box = _inset(tile.box, INNER_GAP)
    lines = int((box.height - 4) // LINE) if _fits(tile.name, box) and _fits(f"{tile.count:,}", box) else 0
    return Tile(name=tile.name, count=tile.count, box=box, lines=max(lines, 0))


def _fits(text: str, box: Box) -> bool:
    return len(text) * LETTER + 8 < box.width


def squarified(sizes: Sequence[tuple[str, int]], box: Box) -> Iterator[Tile]:
    """Rectangles that fill the box and are as near to squares as can be, in rows along its shorter side."""
    left, rest = box, list(sizes)
    while rest:
        total = sum(size for _, size in rest)
        count = _row_length([size / total for _, size in rest], left)
        row, rest = rest[:count], rest[count:]
        share = sum(size for _, size in row) / total
        strip, left = _split(left, share)
        yield from _row(row, strip)


def _row_length(shares: Sequence[float], box: Box) -> int:
    """How many go into the next row: as long as the worst of its rectangles comes nearer to a square."""
    best, length = float("inf"), 0
    for count in range(1, len(shares) + 1):
        worst = _worst(shares[:count], box)
        if worst > best:
            break
        best, length = worst, count
    return length


def _worst(shares: Sequence[float], box: Box) -> float:
    """The largest ratio of sides in a row along the shorter side."""
    short, long = sorted((max(box.width, 1e-9), max(box.height, 1e-9)))
    thick = sum(shares) * long
    sides = [share / sum(shares) * short for share in shares]
    return max(max(thick / side, side / thick) for side in sides)


def _split(box: Box, share: float) -> tuple[Box, Box]:
    if box.width >= box.height:
        cut = box.width * share
        return _box(box.x, box.y, cut, box.height), _box(box.x + cut, box.y, box.width - cut, box.height)
    cut = box.height * share
    return _box(box.x, box.y, box.width, cut), _box(box.x, box.y + cut, box.width, box.height - cut)


def _row(row: Sequence[tuple[str, int]], strip: Box) -> Iterator[Tile]:
    total, place = sum(size for _, size in row), 0.0
    upright = strip.height >= strip.width
    for name, size in row:
        share = size / total
        if upright:
            box = _box(strip.x, strip.y + place * strip.height, strip.width, share * strip.height)
        else:
            box = _box(strip.x + place * strip.width, strip.y, share * strip.width, strip.height)
        place += share
        yield Tile(name=name, count=size, box=box, lines=0)


def _inset(box: Box, gap: float) -> Box:
    gap = min(gap, box.width / 4, box.height / 4)
    return _box(box.x + gap, box.y + gap, box.width - 2 * gap, box.height - 2 * gap)


def _box(x: float, y: float, width: float, height: float) -> Box:
    return Box(x=x, y=y, width=max(width, 0.0), height=max(height, 0.0))
