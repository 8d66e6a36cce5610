"""How much of what repeats is found, and how much is taken for it wrongly: `python benchmarks/recall.py --help`.

Puts changed copies into real text and looks for them with the functions that a build uses, once among the examples
themselves (near-duplicates), once as held-out items (decontamination). Prints one table.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import injected
from injected import Asked, Change
from tehon.build.near import band_keys, near_duplicates
from tehon.leakage.held_out import HeldOut, read_index, write_index
from tehon.records.corpus import Example, ReadOptions
from tehon.records.release import NearDuplicates
from tehon.sources import SOURCES
from tehon.text.normalise import same_words

BLOCK = 1000
REPEATED: dict[str, Change] = {
    "width and NFKC": injected.width,
    "punctuation": injected.punctuation,
    "1 letter changed": injected.edits_anywhere(1),
    "2 letters changed": injected.edits_anywhere(2),
    "3 letters changed": injected.edits_anywhere(3),
    "head of the question": injected.head,
    "order of the choices": injected.choices,
    "question under 13 letters": injected.short,
}
ASKED: dict[str, Change] = REPEATED | {
    "1 letter changed": injected.edits(1),
    "2 letters changed": injected.edits(2),
    "3 letters changed": injected.edits(3),
    "pair in the other order": injected.pair_turned,
}
PACKAGED = ("authored_reading", "authored_everyday", "authored_numbers", "authored_summary", "cldr_atlas")
SHARED = {
    "aio": ("aio", ("dev", "test")),
    "jaquad": ("jaquad", None),
    "jcommonsenseqa": ("jglue/jcommonsenseqa-v1.3", None),
    "jemhopqa": ("jemhopqa", None),
    "jqac": ("jqac", None),
    "jsquad": ("jglue/jsquad-v1.3", ("valid",)),
    "jsts": ("jglue/jsts-v1.3", None),
    "niilc": ("niilc-qa", None),
}
"""Source -> its folder among the real corpora, and the splits at hand."""


class Result(NamedTuple):
    """Of one class: how many were put in, and how many were taken out."""

    put_in: int
    taken: int


class Outcome(NamedTuple):
    """Of one way of looking: what was changed and should go, and what is another example and should stay."""

    changed: Mapping[str, Result]
    other: Mapping[str, Result]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    shared = os.environ.get("TEHON_SHARED")
    parser.add_argument("--shared", type=Path, default=shared and Path(shared), help="folder of real corpora")
    parser.add_argument("--each", type=int, default=1000, help="changed examples of each class")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    rows = corpora(asked.shared)
    print(f"{len(rows):,} questions", file=sys.stderr)
    print(table(deduplication(rows, asked.each, asked.seed), decontamination(rows, asked.each, asked.seed)))


def corpora(shared: Path | None) -> list[Asked]:
    """The questions of the packaged sources, and of the real corpora where they are at hand."""
    rows = [row for name in PACKAGED for row in _read(name, Path(), None)]
    if shared:
        rows += [row for name, (folder, splits) in SHARED.items() for row in _read(name, shared / folder, splits)]
    return list(dict.fromkeys(rows))


def _read(name: str, folder: Path, splits: tuple[str, ...] | None) -> Iterator[Asked]:
    for row in SOURCES[name].read(folder, ReadOptions(splits=splits)):
        if not isinstance(row, Example):
            continue
        if name == "jcommonsenseqa":
            yield Asked(row.instruction, row.response, choices=tuple(row.input.split("、")))
        elif name == "jsts":
            first, second = (line.partition("：")[2] for line in row.input.splitlines())
            yield Asked(first, row.response, other=second)
        else:
            yield Asked(row.instruction, row.response, row.input)


def example(asked: Asked, number: int) -> Example:
    """A question as an example, in the layouts of the sources."""
    pair = f"文１：{asked.question}\n文２：{asked.other}" if asked.other else ""
    return Example(
        id=f"benchmark/{number:06d}", upstream_id=str(number),
        instruction="二つの文の意味はどれくらい似ていますか。" if pair else asked.question,
        input=pair or asked.passage or "、".join(asked.choices), response=asked.response, source="benchmark",
        part="benchmark", split="all", cluster="general", language="ja", licence="CC0-1.0",
    )  # fmt: skip


def deduplication(rows: Sequence[Asked], each: int, seed: int) -> Outcome:
    """Copies behind all rows: which of them go as near-duplicates, class by class."""
    random = Random(seed)
    news = list(injected.new_questions(rows))
    left = {id(second) for _, second in news}
    base = [row for row in rows if id(row) not in left]
    changed = {name: _changed(base, change, each, random) for name, change in REPEATED.items()}
    numbers = [after for _, after in _changed(base, injected.number, each, random)]
    other = {
        "the same passage, a new question": [second for _, second in random.sample(news, min(each, len(news)))],
        "another number in the question": numbers,
    }
    groups = {name: [after for _, after in pairs] for name, pairs in changed.items()} | other
    results = {"other rows of the corpora": Result(len(base), _repeats(base, ())[0])}
    for name, group in groups.items():
        results[name] = Result(len(group), _repeats(base, group)[1])
    return Outcome({name: results.pop(name) for name in changed}, {name: results[name] for name in (*other, *results)})


def _changed(rows: Sequence[Asked], change: Change, each: int, random: Random) -> list[tuple[Asked, Asked]]:
    """Up to `each` rows that can be changed that way, before and after."""
    found = []
    for row in random.sample(rows, len(rows)):
        after = change(row, random)
        if after is not None:
            found.append((row, after))
            if len(found) == each:
                break
    return found


def _repeats(base: Sequence[Asked], copies: Sequence[Asked]) -> tuple[int, int]:
    """How many of the base, and of the copies behind it, nearly repeat something."""
    settings = NearDuplicates()
    rows = [example(asked, number) for number, asked in enumerate([*base, *copies])]
    with TemporaryDirectory() as folder:
        keys = np.concatenate([band_keys(rows[at : at + BLOCK], settings) for at in range(0, len(rows), BLOCK)])
        file = Path(folder) / "bands.parquet"
        pq.write_table(pa.table({f"b{band}": keys[:, band] for band in range(settings.bands)}), file)
        alive = [np.ones(len(rows), dtype=np.bool_)]
        [dropped] = near_duplicates([file], alive, lambda _, row: rows[row], settings, Path(folder)).dropped
    return int(dropped[: len(base)].sum()), int(dropped[len(base) :].sum())


def decontamination(rows: Sequence[Asked], each: int, seed: int) -> Outcome:
    """A part of the rows is held out: which of its changed copies are found, and what else."""
    random = Random(seed)
    news = dict(injected.new_questions(rows))
    held = random.sample(rows, len(rows) // 4)
    index = _index([*held, *news])
    known = {_words(row) for row in (*held, *news)}
    rest = [row for row in rows if _words(row) not in known]
    asked: dict[str, list[str]] = {}
    for row in (*held, *news):
        asked.setdefault(row.passage, []).append(row.question)
    others = [
        second
        for second in news.values()
        if _words(second) not in known
        and not any(injected.akin(question, second.question) for question in asked[second.passage])
    ]
    changed = {name: [after for _, after in _changed(held, change, each, random)] for name, change in ASKED.items()}
    passages = [row.passage for row in rest if row.passage]
    about_another = [row for row in held if row.passage][:each]
    changed["the same question, another passage"] = [
        row._replace(passage=random.choice(passages)) for row in about_another
    ]
    other = {
        "the same passage, a new question": random.sample(others, min(each, len(others))),
        "another number in the question": [after for _, after in _changed(held, injected.number, each, random)],
        "other rows of the corpora": rest,
    }
    return Outcome(
        {name: _asked(index, group) for name, group in changed.items()},
        {name: _asked(index, group) for name, group in other.items()},
    )


def _words(asked: Asked) -> frozenset[str]:
    """What is asked, by its letters: who asks that about another passage asks the same."""
    return frozenset(map(same_words, (asked.question, asked.other)))


def _index(held: Iterable[Asked]) -> HeldOut:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "held_out.jsonl"
        file.write_bytes(b"\n".join(msgspec.json.encode(_row(asked)) for asked in held))
        write_index([], [file], None, Path(folder) / "index")
        return read_index(Path(folder) / "index")


def _row(asked: Asked) -> dict[str, object]:
    if asked.other:
        return {"sentence1": asked.question, "sentence2": asked.other}
    return {"question": asked.question, "context": asked.passage, "choices": list(asked.choices)}


def _asked(index: HeldOut, group: Sequence[Asked]) -> Result:
    examples = [example(asked, number) for number, asked in enumerate(group)]
    blocks = (examples[at : at + BLOCK] for at in range(0, len(examples), BLOCK))
    return Result(len(group), sum(bool(finding.reason) for block in blocks for finding in index.look(block)))


def table(near: Outcome, held: Outcome) -> str:
    """Markdown: a row a class, in two columns of three for the two ways of looking."""
    header = (
        "change",
        *(f"{way}: {of}" for way in ("near-duplicates", "held out") for of in ("put in", "recall", "precision")),
    )
    lines = [header, ("---", *["---:"] * 6)]
    changed, other = dict.fromkeys((*near.changed, *held.changed)), dict.fromkeys((*near.other, *held.other))
    lines += [(name, *_figures(near, name), *_figures(held, name)) for name in changed]
    lines.append(("**must stay**", *["put in", "taken", "share"] * 2))
    lines += [(name, *_taken(near.other[name]), *_taken(held.other[name])) for name in other]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _figures(outcome: Outcome, name: str) -> tuple[str, str, str]:
    """How many were put in, recall, and precision among as many changed examples as others that only look alike."""
    result = outcome.changed.get(name)
    if not result or not result.put_in:
        return "–", "–", "–"
    recall = result.taken / result.put_in
    wrong = wrongly(outcome)
    return f"{result.put_in:,}", f"{recall:.3f}", f"{recall / (recall + wrong):.3f}" if recall else "–"


def wrongly(outcome: Outcome) -> float:
    """Share of the examples that only look alike, but are others, that were taken."""
    alike = [result for name, result in outcome.other.items() if name != "other rows of the corpora"]
    return sum(result.taken for result in alike) / max(1, sum(result.put_in for result in alike))


def _taken(result: Result) -> tuple[str, str, str]:
    return f"{result.put_in:,}", f"{result.taken:,}", f"{result.taken / max(1, result.put_in):.4f}"


if __name__ == "__main__":
    main()
