"""What an encoding does at the border between a prompt and its choices, counted on real items and real tokenizers.

    python benchmarks/borders.py NAME=FOLDER … --raw RAW --task jnli --limit 200

Each folder holds a tokenizer that transformers can read. For every prompt version: how many tokens each choice has
under each encoding, in how many items a token of the whole text spans the border, and in how many the whole text's
tokens are others than those of `joint_safe`. Seconds, no model.
"""

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from tehon.engine.encode import Encoder
from tehon.engine.tokenizer import open_encoder
from tehon.evaluate.requests import context
from tehon.prompts import choices
from tehon.recipes import PROTOCOLS
from tehon.records.evaluation import Item, TaskPrompt
from tehon.records.requests import Loglikelihood
from tehon.storage.raw import find_raw
from tehon.tasks import TASKS

WAYS = ("separate", "joint", "joint_safe", "tuning")
HEADING = (
    "| tokenizer | version | choices' tokens: separate | joint | joint_safe | tuning "
    "| joint: a token over the border | joint: other ids than joint_safe's |"
)


def lines(name: str, encoder: Encoder, prompts: dict[str, TaskPrompt], items: Sequence[Item]) -> Iterator[str]:
    """A line of the table a prompt version."""
    for version, prompt in prompts.items():
        offered = choices(prompt, items[0])
        requests = [
            Loglikelihood(context=context(prompt, item, ()), continuation=word) for item in items for word in offered
        ]
        asked = {way: encoder.requests(requests, PROTOCOLS.open("lm_eval", (f"encode={way}",))) for way in WAYS}
        counts = [" ".join(str(len(found.scored)) for found in asked[way][: len(offered)]) for way in WAYS]
        each = range(0, len(requests), len(offered))
        merged = sum(any(asked["joint"][at + word].merged for word in range(len(offered))) for at in each)
        other = sum(
            any(
                asked["joint"][at + word].ids.tolist() != asked["joint_safe"][at + word].ids.tolist()
                for word in range(len(offered))
            )
            for at in each
        )
        yield f"| {name} | {version} | {' | '.join(counts)} | {merged} of {len(items)} | {other} of {len(items)} |"


def main() -> None:
    """Print the table."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("tokenizers", nargs="+", help="NAME=FOLDER")
    parser.add_argument("--raw", type=Path, required=True)
    parser.add_argument("--task", default="jnli")
    parser.add_argument("--limit", type=int, default=200)
    asked = parser.parse_args()
    task = TASKS[asked.task]
    file = find_raw(asked.raw, task.name, task.splits, task.split)
    items = list(islice(task.read(file, task.split), asked.limit))
    prompts = {name: prompt for name, prompt in task.prompts.items() if not name.endswith(("-ja", "-before"))}
    print(HEADING)
    print("|---" * HEADING.count(" |") + "|")
    for given in asked.tokenizers:
        name, _, folder = given.partition("=")
        for line in lines(name, open_encoder(Path(folder), name), prompts, items):
            print(line)


if __name__ == "__main__":
    main()
