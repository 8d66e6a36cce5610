"""What every way of tuning is given to do: the same examples in the same steps, with the same adapter."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from subprocess import run
from typing import Literal

import msgspec
import numpy as np
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from tehon.engine.locate import locate
from tehon.engine.network import network
from tehon.engine.tokenizer import open_encoder
from tehon.engine.tokens import Encoded
from tehon.engine.weights import family_of
from tehon.engine.work import Work
from tehon.progress import silent
from tehon.records.tuning import Layout, Lora, Recipe
from tehon.tune.cache import encoded_release
from tehon.tune.job import open_job
from tehon.tune.order import Order
from tehon.tune.validation import split

LENGTH = 300
"""Tokens of an example, at most: the paper's first recipe."""
TEMPLATE = "alpaca_ja"
EXAMPLES = "examples.npz"
ASKED = "asked.json"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement.

    Attributes:
        base: a model that tehon knows, or a folder with a configuration and a tokenizer.
        drawn: the base's weights are drawn at random.
        release: folder of the examples.
        loss: of all tokens, or of the response alone.
        batch_size: examples in a step.
        steps: one after the other; the first warms up where there are more.
        micro_batch: examples that the authors' way and TRL put into one pass.
        budget: positions that tehon puts into one pass, at most.
        dropout: of the adapter's inputs.
        seed: of the order and the adapter.
    """

    base: str
    drawn: bool
    release: str
    loss: Literal["all", "response"]
    batch_size: int
    steps: int
    micro_batch: int
    budget: int | Literal["auto"]
    dropout: float
    seed: int


def lora(asked: Asked) -> Lora:
    """The adapter of every way: the paper's."""
    return Lora(rank=4, alpha=16, dropout=asked.dropout)


def recipe(asked: Asked, layout: Layout) -> Recipe:
    """What tehon is asked to do."""
    return Recipe(
        name="benchmark",
        base=asked.base,
        init="config" if asked.drawn else "weights",
        template=TEMPLATE,
        lora=lora(asked),
        batch_size=asked.batch_size,
        max_steps=asked.steps,
        sequence_length=LENGTH,
        prompt_loss_weight=1.0 if asked.loss == "all" else 0.0,
        # The published recipes' way without a tree; in a tree, what is shared shares its mask.
        dropout="keyed" if layout == "prefix_tree" else "independent",
        layout=layout,
        token_budget=asked.budget,
        seed=asked.seed,
        checkpoint_minutes=1e6,
        allow_contamination=("jcommonsenseqa", "jsquad"),
    )


def build(mixture: str, raw: Path | None, out: Path) -> None:
    """The release, unless it is there already."""
    if not (out / "manifest.json").exists():
        command = [sys.executable, "-m", "tehon", "build", mixture, "--out", str(out), "--quiet"]
        run([*command, *(("--raw", str(raw)) if raw else ())], check=True, stdout=sys.stderr)  # noqa: S603 - our own


def steps(asked: Asked) -> list[list[Encoded]]:
    """The examples of each step, in the order in which tehon draws them."""
    wanted = recipe(asked, "padded")
    encoder = open_encoder(locate(asked.base, weights=not asked.drawn), asked.base)
    stored, _ = encoded_release(open_job(wanted, Path(asked.release), weights=False), encoder, silent)
    corpus, _ = split(stored, wanted)
    order = Order(len(corpus), asked.batch_size, wanted.epochs, asked.seed, asked.steps)
    return [corpus.draw(order.step(step)) for step in range(order.steps)]


def work_of(asked: Asked) -> Work:
    """What the base costs, counted from its shapes; no weights are read."""
    config = AutoConfig.from_pretrained(locate(asked.base, weights=not asked.drawn))
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, attn_implementation="sdpa")
    return network(model, family_of(config.model_type, asked.base), asked.base).work


def keep(folder: Path, asked: Asked, flat: Sequence[Encoded]) -> None:
    """Write down what is asked, and the examples of all steps in a row, for the processes that do it."""
    np.savez(
        folder / EXAMPLES,
        ids=np.concatenate([sequence.ids for sequence in flat]),
        weights=np.concatenate([sequence.weights for sequence in flat]),
        ends=np.cumsum([len(sequence.ids) for sequence in flat]),
    )
    (folder / ASKED).write_bytes(msgspec.json.encode(asked))


def kept(folder: Path) -> tuple[Asked, list[Encoded]]:
    """What was written down: what is asked, and the examples of all steps in a row."""
    with np.load(folder / EXAMPLES, allow_pickle=False) as file:
        ends = file["ends"][:-1]
        pieces = zip(np.split(file["ids"], ends), np.split(file["weights"], ends), strict=True)
        sequences = [Encoded(ids=ids, weights=weights) for ids, weights in pieces]
    return msgspec.json.decode((folder / ASKED).read_bytes(), type=Asked), sequences


def machine() -> str:
    """What it runs on, in words."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "processor")
    return f"{len(os.sched_getaffinity(0))} cores of {name}, {torch.get_num_threads()} threads"
