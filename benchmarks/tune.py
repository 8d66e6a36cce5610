"""What a step of tuning costs, beside the authors' way and TRL: `python benchmarks/tune.py --help`.

Builds a release of real corpora, draws its steps as `tehon tune` draws them, gives the very same examples to every way,
each in a process of its own and all in turn, sees that the first step's loss is the same, and prints one table. What is
counted (tokens, positions, operations) does not depend on the machine; seconds do.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from subprocess import run
from tempfile import mkdtemp

import msgspec

import tune_bases
from tehon.engine.peak import peak_flops
from tune_clock import Cost
from tune_table import Line, table
from tune_ways import AUTHORS, OURS, TRL, WAYS
from tune_work import Asked, build, keep, machine, recipe, steps, work_of

HERE = Path(__file__).parent
SAME = 0.02
"""Relative difference of two first losses that bf16 explains; a packed step of TRL holds other examples."""
OTHER_STEPS = ("trl_packed",)


def main() -> None:
    """Measure and print."""
    asked = arguments()
    folder = Path(mkdtemp(prefix="tehon-benchmark-", dir=asked.folder))
    build(str(HERE / "tune.toml"), asked.raw, release := (asked.release or folder / "release"))
    lines = recorded(asked.record)
    print(f"{machine()}\n{folder}", file=sys.stderr)
    for name, loss in product(asked.bases, asked.losses):
        place = folder / f"{name.replace(':', '-')}-{loss}"
        place.mkdir()
        base, drawn = tune_bases.base(name, release, folder / "bases")
        wanted = Asked(
            base=base,
            drawn=drawn,
            release=str(release),
            loss=loss,
            batch_size=asked.batch_size,
            steps=asked.steps,
            micro_batch=asked.micro_batch,
            budget=asked.budget,
            dropout=asked.dropout,
            seed=asked.seed,
        )
        lines += measured(name, wanted, place, asked)
        if asked.record:
            asked.record.write_bytes(msgspec.json.format(msgspec.json.encode(lines)))
    print(table(lines))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--raw", type=Path, help="folder with the raw folders of the corpora in tune.toml")
    parser.add_argument("--release", type=Path, help="a release that is there already, in place of them")
    parser.add_argument("--bases", nargs="*", default=["gemma", "smollm2"], help="gemma, smollm2, llama-7b:2, …")
    parser.add_argument("--losses", nargs="+", choices=("all", "response"), default=["all", "response"])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--steps", type=int, default=2, help="the first warms up where there are more (default: 2)")
    parser.add_argument("--repeats", type=int, default=1, help="runs of each, in turn (default: 1)")
    parser.add_argument("--batch-size", type=int, default=128, help="examples in a step (default: 128)")
    parser.add_argument("--micro-batch", type=int, default=8, help="examples in a pass of the others (default: 8)")
    parser.add_argument("--budget", type=int, default=1024, help="positions in a pass of tehon's (default: 1,024)")
    parser.add_argument("--dropout", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="where to put everything (default: the system's, such as /tmp)")
    parser.add_argument("--record", type=Path, help="add the lines to those in this JSON file")
    return parser.parse_args()


def recorded(path: Path | None) -> list[Line]:
    """The lines that a file holds already."""
    return msgspec.json.decode(path.read_bytes(), type=list[Line]) if path and path.exists() else []


def measured(name: str, wanted: Asked, place: Path, asked: argparse.Namespace) -> Iterator[Line]:
    """Every way on one base, as often as asked; the quickest run of each counts.

    Raises:
        SystemExit: a way failed, or computed another loss.
    """
    sequences = steps(wanted)
    keep(place, wanted, sequences)
    costs: dict[str, list[Cost]] = {way: [] for way in asked.ways}
    for repeat in range(asked.repeats):
        turn = repeat % len(asked.ways)
        for way in asked.ways[turn:] + asked.ways[:turn]:
            costs[way].append(cost := one(way, place))
            print(f"  {name} {wanted.loss} {way}: {cost}", file=sys.stderr, flush=True)
    check_same({way: found[0].loss for way, found in costs.items() if way not in OTHER_STEPS})
    tokens = sum(len(sequence.ids) for step in sequences for sequence in step)
    work, peak = work_of(wanted), peak_flops()
    for way, found in costs.items():
        best = min(found, key=lambda cost: sum(cost.wall_seconds))
        passes = 2 + (recipe(wanted, "sorted").lora is None)
        operations = passes * (best.positions * work.position + best.pairs * work.pair)
        yield Line(
            base=name,
            loss=wanted.loss,
            way=way,
            machine=machine(),
            tokens=tokens,
            positions=best.positions,
            operations=operations,
            seconds=sum(best.wall_seconds[1:] or best.wall_seconds) / max(1, len(best.wall_seconds) - 1),
            cpu_seconds=sum(best.cpu_seconds[1:] or best.cpu_seconds) / max(1, len(best.cpu_seconds) - 1),
            peak_bytes=best.peak_bytes,
            first_loss=best.loss,
            share_of_peak=0.0,
        )
