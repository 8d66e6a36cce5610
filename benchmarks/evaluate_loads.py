"""What every way of scoring is given to do: requests of the paper's tasks, in the tokens that tehon gives them."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Literal, NamedTuple

from msgspec.structs import replace

from tehon.engine.encode import Encoder
from tehon.engine.tokens import Encoded
from tehon.evaluate.planner import Planner
from tehon.evaluate.requests import ask_all
from tehon.evaluate.session import KINDS
from tehon.recipes import PROTOCOLS
from tehon.records.evaluation import Cell
from tehon.records.requests import Loglikelihood

FOLDERS = {
    "jnli": "jglue/jnli-v1.3",
    "marc_ja": "derived/marc-ja-schema-standin",
    "jcommonsense_morality": "commonsense-moral-ja",
    "vqa": "derived/vqa-schema-standin",
}
"""Task -> where its files lie in the shared data. Two are real text in the layout of a corpus that cannot be had."""


class Load(NamedTuple):
    """One table's work.

    Attributes:
        title: for the table.
        cell: of a suite.
        protocol: with settings, as `tehon evaluate` takes them.
        share: of the command's limit of items; dear loads take fewer.
    """

    title: str
    cell: Cell
    protocol: tuple[str, ...]
    share: float = 1.0


ITEM, FIXED = 'shots="per_item"', 'shots="fixed"'
LOADS = {
    "jnli": Load(
        "JNLI 0.3, 3 shots drawn per item",
        Cell(task="jnli", templates=("0.3",), shots=(3,), shots_split="test"),
        ("paper_bos", ITEM),
    ),
    "jnli_fixed": Load(
        "JNLI 0.3, 3 fixed shots",
        Cell(task="jnli", templates=("0.3",), shots=(3,), shots_split="test"),
        ("paper_bos", FIXED),
        share=2.0,
    ),
    "marc_ja": Load(
        "MARC-ja's prompt 0.3 on chABSA, 3 shots drawn per item",
        Cell(task="marc_ja", templates=("0.3",), shots=(3,), shots_split="valid"),
        ("paper_bos", ITEM),
    ),
    "morality": Load(
        "JCommonsenseMorality, two choices, 3 shots drawn per item",
        Cell(task="jcommonsense_morality", shots=(3,)),
        ("paper_bos", ITEM),
        share=2.0,
    ),
    "vqa": Load(
        "VQA's prompt on NIILC, perplexity with the end token",
        Cell(task="vqa", templates=("vqa_ja",)),
        ("paper_vqa",),
        share=16.0,
    ),
}


class Asked(NamedTuple):
    """A load for one model.

    Attributes:
        kind: of the task.
        choices: requests an item.
        sequences: each request in tokens, what is scored weighing 1.
    """

    kind: Literal["choice", "perplexity"]
    choices: int
    sequences: list[Encoded]


def ask(load: Load, shared: Path, encoder: Encoder, encode: str, limit: int | None) -> Asked:
    """The load's first items; None asks all of them.

    Args:
        load: which.
        shared: folder of the corpora.
        encoder: of the model that is asked.
        encode: how context and choice become tokens; empty leaves it to the protocol.
        limit: items.
    """
    name, *settings = load.protocol
    if encode and load.cell.task != "vqa":
        settings.append(f'encode="{encode}"')
    protocol = PROTOCOLS.open(name, tuple(settings))
    (job,) = Planner(_raw(shared, load.cell.task)).cell_jobs(replace(load.cell, limit=limit), protocol)
    asked = list(ask_all(job, job.items(), job.pool(), encoder.chat))
    requests = [request for one in asked for request in KINDS[job.task.kind].requests(one, job.way)]
    scored = [request for request in requests if isinstance(request, Loglikelihood)]
    return Asked(
        kind="perplexity" if job.task.kind == "perplexity" else "choice",
        choices=len(scored) // len(asked),
        sequences=encoder.requests(scored, protocol),
    )


def _raw(shared: Path, task: str) -> Path:
    """A raw folder with that task alone."""
    folder = Path(mkdtemp(prefix="tehon-benchmark-raw-"))
    (folder / task).symlink_to((shared / FOLDERS[task]).absolute())
    return folder


def predictions(asked: Asked, scores: Sequence[float]) -> list[int]:
    """The choice with the highest log-likelihood of every item, the first of equals."""
    items = [scores[start : start + asked.choices] for start in range(0, len(scores), asked.choices)]
    return [max(range(len(item)), key=item.__getitem__) for item in items]
