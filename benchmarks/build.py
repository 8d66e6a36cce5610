"""What a build costs, beside the authors' way and Hugging Face datasets: `python benchmarks/build.py --help`.

Writes a raw tree of the wanted size, runs every way on it in turn, sees that all of them make the same rows, and prints
one table. At one scale it also times what a second build costs: nothing changed, and one source changed.
"""

import argparse
import os
import platform
import shutil
import sys
import time
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp

import msgspec

from measure import Measured
from raw_tree import write_tree
from rows import Counted
from tables import Run, comparison, curve
from ways import TEHON, WAYS, Made, made, run

CHANGED = "wikinews"
CHANCE = 1e-5
"""Share of the invented rows that may repeat another by chance: 4 of 8.4 million do."""
ARTICLE = {"url": "https://ja.wikinews.org/wiki/new", "title": "見本町の橋", "text": "【2023年4月1日】\n橋が開いた。"}


def main() -> None:
    """Measure and print."""
    asked = arguments()
    folder = Path(mkdtemp(prefix="tehon-benchmark-", dir=asked.folder))
    runs = recorded(asked.record)
    print(f"{machine()}\n{folder}", file=sys.stderr)
    try:
        for scale in asked.scales:
            runs += compare(folder, scale, asked)
            if asked.record:
                asked.record.write_bytes(msgspec.json.encode([one._asdict() for one in runs]))
        if asked.again and asked.scales:
            print(again(folder, asked.workers))
    finally:
        if not asked.keep:
            shutil.rmtree(folder)
    print(comparison(runs))
    if asked.svg:
        asked.svg.write_text(curve(runs), encoding="utf-8")


def recorded(path: Path | None) -> list[Run]:
    """The runs that a file holds already."""
    if path is None or not path.exists():
        return []
    return [Run(**one) for one in msgspec.json.decode(path.read_bytes())]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--scales", type=float, nargs="*", default=[1.0], help="1 is 2,463,624 rows (default); none: what was recorded"
    )
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS), help="what is run (default: all)")
    parser.add_argument("--repeats", type=int, default=2, help="runs of each, in turn (default: 2)")
    parser.add_argument("--workers", type=int, default=2, help="of tehon (default: 2; the others' number is fixed)")
    parser.add_argument("--again", action="store_true", help="time builds where nothing, or one source, has changed")
    parser.add_argument("--folder", type=Path, help="where to put everything (default: the system's, such as /tmp)")
    parser.add_argument("--keep", action="store_true", help="leave it there")
    parser.add_argument("--record", type=Path, help="add the runs to those in this JSON file")
    parser.add_argument("--svg", type=Path, help="draw memory over rows to this file")
    return parser.parse_args()


def compare(folder: Path, scale: float, asked: argparse.Namespace) -> list[Run]:
    """Every way, as often as asked, on one tree."""
    raw = folder / "raw"
    counted = tree(raw, scale).values()
    read, kept = sum(one.examples for one in counted), sum(one.examples - one.repeated - one.blank for one in counted)
    runs: list[Run] = []
    results: dict[str, Made] = {}
    for repeat in range(asked.repeats):
        turn = repeat % len(asked.ways)
        for way in asked.ways[turn:] + asked.ways[:turn]:
            out = folder / "out" / way
            cost = run(way, raw, out, *_more(way, asked.workers))
            if way not in results:
                results[way] = made(out)
            shutil.rmtree(out)
            runs.append(_run(way, scale, read, results[way], cost))
            print(f"  {runs[-1]}", file=sys.stderr, flush=True)
    first, *others = results.values()
    if any((one.rows, one.digest) != (first.rows, first.digest) for one in others):
        sys.exit(f"all ways must make the same rows, but made {results}")
    if not kept - CHANCE * read <= first.rows <= kept:
        sys.exit(f"the tree holds {kept} different rows, but {first.rows} were made")
    return sorted(runs, key=lambda one: asked.ways.index(one.way))


def tree(raw: Path, scale: float) -> dict[str, Counted]:
    """The raw tree of a scale, in place of the one before."""
    if raw.exists():
        shutil.rmtree(raw)
    start = time.perf_counter()
    counted = write_tree(raw, scale)
    size_bytes = sum(path.stat().st_size for path in raw.rglob("*") if path.is_file())
    print(f"scale {scale:g}: {size_bytes / 1e9:.2f} GB in {time.perf_counter() - start:.0f} s", file=sys.stderr)
    return counted


def again(folder: Path, workers: int) -> str:
    """What a second build costs: nothing changed, one source changed."""
    raw, work = folder / "raw", folder / "work"
    first, second = folder / "out" / "first", folder / "out" / "second"
    run(TEHON, raw, first, *_more(TEHON, workers), "--work", str(work))
    nothing = run(TEHON, raw, first, *_more(TEHON, workers), "--work", str(work))
    with (raw / CHANGED / f"{CHANGED}.jsonl").open("ab") as stream:
        stream.write(msgspec.json.encode(ARTICLE) + b"\n")
    changed = run(TEHON, raw, second, *_more(TEHON, workers), "--work", str(work))
    before, after = (_inodes(out / "data") for out in (first, second))
    written = [name for name, inode in after.items() if before.get(name) != inode]
    return (
        f"nothing changed: {nothing.wall_seconds:.1f} s wall, {nothing.cpu_seconds:.1f} CPU-s\n"
        f"one article added to {CHANGED}: {changed.wall_seconds:.1f} s wall, {changed.cpu_seconds:.1f} CPU-s; "
        f"{len(written)} of {len(after)} shards written again: {', '.join(written)}"
    )


def _more(way: str, workers: int) -> tuple[str, ...]:
    return ("--workers", str(workers)) if way == TEHON else ()


def _run(way: str, scale: float, read: int, result: Made, cost: Measured) -> Run:
    return Run(
        way=way,
        scale=scale,
        read=read,
        kept=result.rows,
        wall_seconds=cost.wall_seconds,
        cpu_seconds=cost.cpu_seconds,
        peak_bytes=cost.peak_bytes,
        own_bytes=cost.own_bytes,
        size_bytes=result.size_bytes,
    )


def _inodes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in folder.iterdir()}


def machine() -> str:
    """What it runs on, in words."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in ("pyarrow", "msgspec", "duckdb", "datasets", "pandas"))
    return (
        f"{len(os.sched_getaffinity(0))} cores of {model}, {memory:.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, tehon {version('tehon')}, {libraries}"
    )


if __name__ == "__main__":
    main()
