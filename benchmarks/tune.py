"""What a step of tuning costs, beside the authors' way and TRL: `python benchmarks/tune.py --help`.

Builds a release of real corpora, draws its steps as `tehon tune` draws them, gives the very same examples to every way,
each in a process of its own and all in turn, sees that the first step's loss is the same, and prints one table. What is
counted (tokens, positions, operations) does not depend on the machine; seconds do.
"""

import argparse
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from subprocess import run
from tempfile import mkdtemp

import msgspec
import torch

import tune_bases
from tehon.engine.peak import matmul_peak
from tune_clock import Cost
from tune_table import Line, table
from tune_ways import WAYS
from tune_work import Asked, build, keep, machine, steps, work_of

HERE = Path(__file__).parent
SAME = 0.02
"""Relative difference of two first losses that bf16 explains."""
OTHER_EXAMPLES = ("trl_packed", "trl_grouped")
"""Ways whose first step holds other examples."""


def main() -> None:
    """Measure and print."""
    asked = arguments()
    folder = Path(mkdtemp(prefix="tehon-benchmark-", dir=asked.folder))
    release = asked.release or folder / "release"
    build(str(HERE / "tune.toml"), asked.raw, release)
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
    parser.add_argument("--bases", nargs="*", default=["gemma", "smollm2"], help="gemma, smollm2, llama-7b:2 …")
    parser.add_argument("--losses", nargs="+", choices=("all", "response"), default=["all", "response"])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--steps", type=int, default=2, help="the first warms up where there are more (default: 2)")
    parser.add_argument("--repeats", type=int, default=1, help="runs of each, in turn (default: 1)")
    parser.add_argument("--batch-size", type=int, default=128, help="examples in a step (default: 128)")
    parser.add_argument("--micro-batch", type=int, default=8, help="examples in a pass of the others (default: 8)")
    parser.add_argument("--budget", type=int, default=1024, help="positions in a pass of tehon's (default: 1,024)")
    parser.add_argument("--dropout", type=float, default=0.05, help="of the adapter (default: the paper's 0.05)")
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
    sequences = [sequence for step in steps(wanted) for sequence in step]
    keep(place, wanted, sequences)
    costs: dict[str, list[Cost]] = {way: [] for way in asked.ways}
    for repeat in range(asked.repeats):
        turn = repeat % len(asked.ways)
        for way in asked.ways[turn:] + asked.ways[:turn]:
            costs[way].append(once(way, place))
            print(f"  {name} {wanted.loss} {way}: {costs[way][-1]}", file=sys.stderr, flush=True)
    check_same({way: found[0].loss for way, found in costs.items() if way not in OTHER_EXAMPLES})
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    work, peak = work_of(wanted), matmul_peak(device, torch.bfloat16)
    for way, found in costs.items():
        best = min(found, key=lambda cost: sum(cost.wall_seconds))
        operations = 2 * (best.positions * work.position + best.scored * work.edge)
        yield Line(
            base=name,
            loss=wanted.loss,
            way=way,
            tokens=sum(len(sequence.ids) for sequence in sequences),
            positions=best.positions,
            scored=best.scored,
            wall_seconds=mean_after_first(best.wall_seconds),
            cpu_seconds=mean_after_first(best.cpu_seconds),
            steps=len(best.wall_seconds),
            peak_bytes=best.peak_bytes,
            first_loss=best.loss,
            share_of_peak=operations / sum(best.wall_seconds) / peak,
        )


def once(way: str, place: Path) -> Cost:
    """What a way costs, run in a process of its own.

    Raises:
        SystemExit: it failed; its own words stand before.
    """
    done = run([sys.executable, str(HERE / "tune_ways.py"), way, str(place)], stdout=sys.stderr, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(f"{way} failed")
    return msgspec.json.decode((place / f"{way}.json").read_bytes(), type=Cost)


def check_same(losses: dict[str, float]) -> None:
    """See that all ways computed the same.

    Raises:
        SystemExit: they did not.
    """
    if max(losses.values()) > (1 + SAME) * min(losses.values()):
        sys.exit(f"all ways must compute the same first loss, but found {losses}")


def mean_after_first(seconds: list[float]) -> float:
    """Of the steps after the first, which warms up; of the only one where there are no more."""
    counted = seconds[1:] or seconds
    return sum(counted) / len(counted)


if __name__ == "__main__":
    main()
