"""The measurements as Markdown, and the memory curve as a drawing of a few lines."""

from collections.abc import Iterable, Sequence
from math import log10
from typing import NamedTuple

from ways import TEHON

MIB = 1 << 20
WIDTH, HEIGHT, MARGIN = 640, 360, 56
COLOURS = {"tehon": "#1f6f8b", "datasets": "#c8763a", "authors": "#7a7a7a"}


class Run(NamedTuple):
    """One measured run.

    Attributes:
        way: whose.
        scale: of the raw tree.
        read: rows that the raw tree gives, duplicates included.
        kept: rows in the release.
        wall_seconds: wall clock.
        cpu_seconds: of all its processes.
        peak_bytes: summed PSS at its highest.
        own_bytes: the same without mapped files.
        size_bytes: of all that it left on disk.
    """

    way: str
    scale: float
    read: int
    kept: int
    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int
    own_bytes: int
    size_bytes: int


def comparison(runs: Sequence[Run]) -> str:
    """One row a way and scale: the best run, the others' spread, and how many times tehon's best it takes."""
    header = (
        "way", "rows read", "kept", "wall, s", "CPU-s", "CPU-s per 1 M rows", "peak memory, MiB", "not mapped, MiB",
        "on disk, MiB", "wall, CPU, memory against tehon",
    )  # fmt: skip
    lines = [header, ("---",) + ("---:",) * (len(header) - 1)]
    for scale in dict.fromkeys(run.scale for run in runs):
        of_scale = [run for run in runs if run.scale == scale]
        ours = [run for run in of_scale if run.way == TEHON]
        ways = dict.fromkeys(run.way for run in of_scale)
        lines += [_line([run for run in of_scale if run.way == way], ours) for way in ways]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _line(runs: Sequence[Run], ours: Sequence[Run]) -> tuple[str, ...]:
    first = runs[0]
    ratios = (
        f"{_best(runs, field) / _best(ours, field):.1f} ×"
        for field in ("wall_seconds", "cpu_seconds", "peak_bytes")
        if ours
    )
    return (
        first.way,
        f"{first.read:,}",
        f"{first.kept:,}",
        _spread([run.wall_seconds for run in runs]),
        _spread([run.cpu_seconds for run in runs]),
        f"{_best(runs, 'cpu_seconds') / first.read * 1e6:.1f}",
        _spread([run.peak_bytes / MIB for run in runs], digits=0),
        _spread([run.own_bytes / MIB for run in runs], digits=0),
        f"{first.size_bytes / MIB:,.0f}",
        ", ".join(ratios),
    )


def _best(runs: Sequence[Run], field: str) -> float:
    return min(float(run._asdict()[field]) for run in runs)


def _spread(values: Sequence[float], digits: int = 1) -> str:
    low, high = f"{min(values):,.{digits}f}", f"{max(values):,.{digits}f}"
    return low if low == high else f"{low} to {high}"


def curve(runs: Iterable[Run]) -> str:
    """Peak memory over rows read, both on logarithmic axes, as SVG."""
    points = [(run.way, run.read, max(run.peak_bytes, MIB)) for run in runs]
    columns = [10**power for power in (5, 6, 7)]
    sizes = [MIB * 10**power for power in (2, 3, 4)]
    grid = [_text(_x(rows), HEIGHT - MARGIN + 20, f"{rows / 1e6:g} M rows", "middle") for rows in columns]
    grid += [_path([(_x(rows), MARGIN), (_x(rows), HEIGHT - MARGIN)], "#dddddd", 1) for rows in columns]
    grid += [_text(MARGIN - 6, _y(size) + 4, f"{size // MIB:,} MiB", "end") for size in sizes]
    grid += [_path([(_x(columns[0]), _y(size)), (_x(columns[-1]), _y(size))], "#dddddd", 1) for size in sizes]
    for way in dict.fromkeys(way for way, _, _ in points):
        best: dict[int, int] = {}
        for name, rows, size in points:
            if name == way:
                best[rows] = min(size, best.get(rows, size))
        places = [(_x(rows), _y(size)) for rows, size in sorted(best.items())]
        grid += [
            _path(places, COLOURS[way], 2),
            _text(places[-1][0] + 6, places[-1][1] + 4, way, "start", COLOURS[way]),
        ]
        grid += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{COLOURS[way]}"/>' for x, y in places]
    style = "font-family:sans-serif;font-size:12px;background:#ffffff"
    title = "<title>Peak memory of a build, summed over its processes, by rows read</title>"
    view = f'viewBox="-30 0 {WIDTH + 60} {HEIGHT}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {view} role="img" style="{style}">'
    return "\n".join((head, title, *grid, "</svg>")) + "\n"


def _x(rows: float) -> float:
    return MARGIN + (log10(rows) - 5) / 2 * (WIDTH - 2 * MARGIN)


def _y(size_bytes: float) -> float:
    return HEIGHT - MARGIN - (log10(size_bytes / MIB) - 2) / 2 * (HEIGHT - 2 * MARGIN)


def _path(places: Sequence[tuple[float, float]], colour: str, width: int) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#333333") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{text}</text>'
