"""The fourth step: an example that asks what a held-out task asks is left out.

An item is known by its instruction with its input, and by its fields alone (premise and hypothesis, say), so that
another instruction around the same question is found too. Several fields are known in any order and under any names as
well, where each stands on a line of its own: a corpus for paraphrase can hold an inference task's pairs. Texts are
compared whole, by their words (`same_words`); fields of fewer than SHORTEST letters together are too common to prove
anything. Passages that a task and a source share, such as paragraphs of Wikipedia, are no leakage of an answer and are
not looked at.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Literal

import xxhash

from tehon.build.held_out import HeldOut
from tehon.build.wanted import item_files
from tehon.errors import EmptyData
from tehon.records.corpus import Drop, Example
from tehon.records.evaluation import Item, Task
from tehon.records.step import Content
from tehon.text.normalise import same_words

STEP = "decontaminate"
BLOCK = 256
"""Contents that are looked at together."""
SHORTEST = 8
MOST_LINES = 8
"""A longer text is a passage, not a few fields."""
_NAME = re.compile(r"^[^：:]{1,8}[：:]")


def item_keys(items: Iterable[Item]) -> set[bytes]:
    """Keys of everything by which these items can be known again."""
    keys = set()
    for item in items:
        whole = same_words(item.example.instruction + item.example.input)
        alone = same_words("".join(item.fields.values()))
        keys |= {_key("whole", whole)} if whole else set()
        if len(alone) >= SHORTEST:
            keys |= {_key("alone", alone), *_apart(map(same_words, item.fields.values()))}
    return keys


def held_out(task: Task, raw: Path | None) -> set[bytes]:
    """Keys of a task's items.

    Raises:
        RawFileMissing: the scored split is not at hand.
        EmptyData: its files hold no item.
    """
    keys: set[bytes] = set()
    for file in item_files(task, raw) or [Path()]:
        keys |= item_keys(task.read(file))
    if not keys:
        problem = "must have items to be held out, but has none"
        raise EmptyData(f"task {task.name}", problem, "Check its raw files")
    return keys


def decontaminate(examples: Iterable[Example], tasks: Mapping[str, set[bytes]]) -> Iterator[Example | Drop]:
    """Every example that no held-out task asks, or why it is left out.

    Args:
        examples: of one source or of many.
        tasks: task -> keys of its items.
    """
    for example in examples:
        asked = [same_words(text) for text in (example.instruction, example.input) if text]
        whole = "".join(asked)
        probes = {_key("whole", whole), *(_key("alone", words) for words in (*asked, whole))}
        probes.update(_apart(_lines(example.input or example.instruction)))
        task = next((name for name, keys in tasks.items() if not keys.isdisjoint(probes)), None)
        yield Drop(example_id=example.id, step=STEP, reason=f"asked by {task}") if task else example


def _lines(text: str) -> list[str]:
    lines = text.splitlines()
    return [same_words(_NAME.sub("", line, count=1)) for line in lines] if 1 < len(lines) <= MOST_LINES else []


def _apart(fields: Iterable[str]) -> set[bytes]:
    words = sorted(field for field in fields if field)
    return {_key("apart", "\n".join(words))} if len(words) > 1 else set()


def _key(kind: Literal["whole", "alone", "apart"], words: str) -> bytes:
    return xxhash.xxh3_128_digest(f"{kind} {words}".encode())


def drop_held_out(contents: Iterable[Content], index: HeldOut, shared: Counter[str]) -> Iterator[Content | Drop]:
    """Every content that asks nothing held out, or why it is left out.

    Args:
        contents: of one source or of many; a few hundred are looked at together.
        index: of the held-out items.
        shared: grows: name of a task or file -> contents that stay although one of its passages stands in them, which
            is reported.
    """
    stream = iter(contents)
    while block := list(islice(stream, BLOCK)):
        for content, finding in zip(block, index.look(block), strict=True):
            if finding.reason:
                yield Drop(example_id=content.id, step=STEP, reason=finding.reason)
            else:
                shared.update(finding.passages)
                yield content
