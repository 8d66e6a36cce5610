"""Published scores of real models, beside what a model that never reads would reach: docs/published_scores.md.

    python benchmarks/published_scores.py FOLDER > docs/published_scores.md

FOLDER holds result files of Stability-AI/lm-evaluation-harness, branch jp-stable, in folders named by model.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

JNLI = {"entailment": 353, "contradiction": 734, "neutral": 1347}
"""JNLI v1.1, validation split: how many items have each label."""
TITLES = {"jnli": "JNLI", "marc_ja": "MARC-ja", "jcommonsenseqa": "JCommonsenseQA"}
PAPER = {
    "jnli": {
        "Stormy 7B": (0.459, 0.508, 0.475),
        "CALM 7B": (0.294, 0.331, 0.314),
        "Instruct LLaMA 7B": (0.398, 0.454, 0.479),
        "LLaMA 7B": (0.171, 0.273, 0.303),
        "Instruct LLaMA 13B": (0.302, 0.302, 0.302),
        "LLaMA 13B": (0.316, 0.281, 0.263),
    },
    "marc_ja": {
        "Stormy 7B": (0.468, 0.828, 0.784),
        "CALM 7B": (0.781, 0.836, 0.856),
        "Instruct LLaMA 7B": (0.795, 0.829, 0.847),
        "LLaMA 7B": (0.839, 0.848, 0.852),
        "Instruct LLaMA 13B": (0.859, 0.855, 0.855),
        "LLaMA 13B": (0.855, 0.855, 0.855),
    },
}
"""Table II of arXiv 2309.03412: 1, 2 and 3 shots."""
HEAD = """\
# Published scores

What others have published for the tasks of Table II, and which of the numbers a model that never reads would reach.
Made by `benchmarks/published_scores.py` from the result files of
[Stability-AI/lm-evaluation-harness](https://github.com/Stability-AI/lm-evaluation-harness), branch jp-stable (MIT),
and from Table II of [arXiv 2309.03412](https://arxiv.org/abs/2309.03412). Facts only: tehon measured none of it.

All of them were asked in one way, tehon's protocol `paper`: task versions 1.1 have English labels, shots drawn anew for
every item without regard to labels, context and choice encoded apart and without BOS; 3 shots for these three tasks.
`acc` chooses by the summed log-likelihood, `acc_norm` by that per character. What differs is the prompt version
(`--template` here) and the precision. How many items were scored is not in the files; it follows from the standard
error, √(p(1−p)/(n−1)).
"""


class Line(NamedTuple):
    """One task of one file."""

    model: str
    task: str
    prompt: str
    precision: str
    acc: float
    error: float
    norm: float

    @property
    def items(self) -> int:
        """How many were scored."""
        return round(self.acc * (1 - self.acc) / self.error**2 + 1)

    def hits(self, share: float) -> int:
        """How many of them are right."""
        return round(share * self.items)


def lines(folder: Path) -> Iterator[Line]:
    """Every choice task of every file, in the order of the files."""
    for path in sorted(folder.rglob("result*.json")):
        told = json.loads(path.read_text("utf-8"))
        for name, numbers in told["results"].items():
            task, _, version = name.partition("-")
            if task in TITLES and version.startswith("1.1-"):
                yield Line(
                    model=path.parent.name,
                    task=task,
                    prompt=version.removeprefix("1.1-"),
                    precision=precision(told["config"]),
                    acc=numbers["acc"],
                    error=numbers["acc_stderr"],
                    norm=numbers["acc_norm"],
                )


def precision(config: dict[str, Any]) -> str:
    """As the model's arguments say; `hf-causal` alone loads fp32, `hf-causal-experimental` what the weights are in."""
    arguments: dict[str, str] = dict(part.partition("=")[::2] for part in config["model_args"].split(","))
    if arguments.get("load_in_8bit") == "True":
        return "8-bit"
    written = arguments.get("torch_dtype", "fp32" if config["model"] == "hf-causal" else "as the weights")
    return {"float16": "fp16", "bfloat16": "bf16", "auto": "as the weights"}.get(written, written)


def constant(line: Line, share: float) -> str:
    """The label that a constant predictor of exactly this many hits gives; empty where there is none."""
    if line.task != "jnli" or line.items != sum(JNLI.values()):
        return ""
    return next((label for label, count in JNLI.items() if count == line.hits(share)), "")


def section(task: str, found: Sequence[Line]) -> Iterator[str]:
    """One task's table, and what it shows."""
    yield f"\n## {TITLES[task]}\n"
    if task == "jnli":
        counts = ", ".join(f"{label} {count:,} ({count / 2434:.4f})" for label, count in JNLI.items())
        yield f"2,434 items: {counts}. Always answering `neutral` is right in 0.553.\n"
    yield "| model | prompt | precision | items | acc | acc_norm | |\n|---|---|---|---:|---:|---:|---|"
    for line in sorted(found, key=lambda line: -line.acc):
        marks = [
            f"{name} = always `{label}`"
            for name, share in (("acc", line.acc), ("acc_norm", line.norm))
            if (label := constant(line, share))
        ]
        numbers = f"{line.acc:.4f} ±{line.error:.4f} | {line.norm:.4f}"
        yield f"| {line.model} | {line.prompt} | {line.precision} | {line.items:,} | {numbers} | {'; '.join(marks)} |"
    yield ""
    yield from findings(task, found)


def findings(task: str, found: Sequence[Line]) -> Iterator[str]:
    """What can be counted in a table."""
    if task == "jnli":
        above = sum(line.acc > JNLI["neutral"] / 2434 for line in found)
        norms = sum(bool(constant(line, line.norm)) for line in found)
        exact = sum(bool(constant(line, line.acc)) for line in found)
        yield f"- {above} of {len(found)} results lie above the majority class by `acc`."
        yield f"- {exact} has the `acc` of a constant predictor to the item, {norms} have its `acc_norm`."
    sizes = sorted({line.items for line in found})
    if len(sizes) > 1:
        some = " and ".join(f"{size:,} ({sum(line.items == size for line in found)} results)" for size in sizes)
        yield f"- **Not all were scored on the same items**: {some}. They must not be compared across the two."
    shared: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for line in found:
        shared[line.items, line.hits(line.acc)].append(line)
    for (items, hits), same in sorted(shared.items()):
        if len({line.model for line in same}) > 1:
            names = ", ".join(f"{line.model} ({line.prompt})" for line in same)
            yield f"- {hits:,} of {items:,} are right by `acc` in {len(same)} results: {names}."


def paper() -> Iterator[str]:
    """Table II, with what is constant in it."""
    yield "\n## Table II of the paper\n"
    yield "| task | model | 1-shot | 2-shot | 3-shot | |\n|---|---|---:|---:|---:|---|"
    for task, rows in PAPER.items():
        for model, values in rows.items():
            cells = " | ".join(f"{value:.3f}" for value in values)
            yield f"| {TITLES[task]} | {model} | {cells} | {'; '.join(dict.fromkeys(remarks(task, values)))} |"
    below = all(value < JNLI["neutral"] / 2434 for values in PAPER["jnli"].values() for value in values)
    yield ""
    if below:
        yield "- No JNLI number of Table II reaches the majority class, 0.553."
    yield "- 0.302 in all three columns of one model is what always answering `contradiction` gives, 734 of 2,434."
    repeated = [value for values in PAPER["marc_ja"].values() for value in values].count(0.855)
    yield (
        f"- MARC-ja 0.855 stands {repeated} times, for two models. Its items cannot be had any more; "
        "that 0.855 is the share of `positive` can only be inferred."
    )


def remarks(task: str, values: Sequence[float]) -> Iterator[str]:
    """Labels whose share a published number is, to its three digits."""
    for value in values:
        for label, count in JNLI.items() if task == "jnli" else ():
            if round(count / 2434, 3) == value:
                yield f"{value:.3f} = always `{label}`"


def main() -> None:
    """Print the page."""
    found = list(lines(Path(sys.argv[1])))
    print(HEAD, end="")
    for text in paper():
        print(text)
    for task in TITLES:
        for text in section(task, [line for line in found if line.task == task]):
            print(text)


if __name__ == "__main__":
    main()
