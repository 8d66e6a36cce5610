"""Finished evaluations of two models on as many items as wanted: made up by a fixed rule, written as tehon writes."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from random import Random

from msgspec.structs import replace

from tehon.evaluate import choice
from tehon.prompts import few_shot
from tehon.records.corpus import Example
from tehon.records.evaluation import Cell, Item, Protocol, Suite
from tehon.records.scores import ItemResult, Score, Scores
from tehon.storage.atomic import write_bytes
from tehon.storage.items import ITEMS, item_writer
from tehon.storage.manifest import finish, pretty
from tehon.storage.provenance import provenance
from tehon.tasks import TASKS

TASK, TEMPLATE = TASKS["jnli"], "0.3"
SHOTS = (0, 3)
WORDS = ("空", "海", "山", "川", "森", "雪", "花", "鳥", "月", "風", "電車", "自転車", "子ども", "公園", "台所", "窓")
HOSTILE = "</script><img src=x onerror=alert(1)>&lt;b&gt;\u202e"
"""Stands in the first item."""
NEEDLE = "ＲＡＲＥ針"
"""Stands in one item of a thousand."""


def evaluations(folder: Path, count: int) -> list[Path]:
    """The folders of a base that always says the same without shots, and of the same model tuned."""
    return [_write(folder / name, name, count, tuned=name == "tuned") for name in ("small", "tuned")]


def _write(out: Path, name: str, count: int, *, tuned: bool) -> Path:
    found: list[Score] = []
    with item_writer(out / ITEMS) as rows:
        for shots in SHOTS:
            kept = []
            for result in _results(count // len(SHOTS), shots, tuned=tuned):
                rows.write(result)
                kept.append(result)
            found += [each for each in choice.score(kept[:500]) if each.metric in {"accuracy", "macro_f1"}]
    return _finish(out, name, found, count, tuned=tuned)


def _finish(out: Path, name: str, found: Sequence[Score], count: int, *, tuned: bool) -> Path:
    tasks = dict.fromkeys(score.task for score in found)
    scores = Scores(
        model=name,
        base="models/small",
        model_digest=sha256(b"small").hexdigest(),
        adapter="f" * 64 if tuned else "",
        suite=Suite(name="many", cells=tuple(Cell(task=task, shots=SHOTS) for task in tasks)),
        protocol=Protocol(name="tehon", title="every prompt encoded as in tuning"),
        scores=tuple(found),
        positions=1,
        items=count,
    )
    write_bytes(out / "scores.json", pretty(scores))
    finish(out, "scores", config={"name": name}, inputs={}, result=scores, provenance=provenance())
    return out


def of_every_kind(folder: Path) -> list[Path]:
    """The same two models on a few items of every kind of task, some of whose prompts lost something."""
    found = []
    for name in ("small", "tuned"):
        tuned = name == "tuned"
        results = list(_kinds("雨です。" if tuned else "", tuned=tuned))
        with item_writer(folder / name / ITEMS) as rows:
            for result in results:
                rows.write(result)
        counted = [
            Score(task=each.task, template=each.template, shots=0, metric="ends", value=1, count=1) for each in results
        ]
        found.append(_finish(folder / name, name, counted, len(results), tuned=tuned))
    return found


def _kinds(said: str, *, tuned: bool) -> Iterator[ItemResult]:
    asked = ItemResult(
        item="a/0",
        task="written",
        template="own" if tuned else "other",
        shots=0,
        instruction="明日の天気は？",
        context=f"{'問い' if tuned else '質問'}：明日の天気は？\n答え：",
        prompt_tokens=12,
        gold="雨",
    )
    chosen = replace(asked, choices=("晴れ", "雨"), logprobs=(-1.0, -2.5), prediction="晴れ", correct=False)
    yield replace(chosen, output=said, matched="prefix" if said else "none", said="雨" if said else "")
    yield replace(asked, item="a/1", choices=("晴れ", "雨"), skipped=True)
    spoken = replace(asked, item="b/0", task="spoken", prediction=said, finish="end", tokens=4, f1=0.5, correct=tuned)
    yield replace(spoken, references=("雨天",), category="weather", truncated=3, cut=("query",))
    yield replace(asked, item="c/0", task="scored", logprobs=(-2.0,), tokens=2, end_logprob=-1.0)
    for seed in (1, 2):
        yield replace(chosen, item="d/0", task="drawn", seed=seed, dropped_shots=1, value=2.5)


def _results(count: int, shots: int, *, tuned: bool) -> Iterator[ItemResult]:
    prompt, words = TASK.prompts[TEMPLATE], Random(shots)
    luck = Random(f"{shots} {tuned}")
    drawn = tuple(_item(place, words) for place in range(-shots, 0))
    for place in range(count):
        item = _item(place, words)
        right = prompt.choices[item.answer or 0]
        said = "neutral" if not tuned and not shots else right if luck.random() < 0.6 else luck.choice(prompt.choices)
        yield ItemResult(
            item=item.example.id,
            task=TASK.name,
            template=TEMPLATE,
            shots=shots,
            shot_ids=tuple(shot.example.id for shot in drawn),
            instruction=item.example.instruction,
            input=item.example.input,
            context=few_shot(prompt, item, drawn),
            gold=right,
            choices=prompt.choices,
            logprobs=tuple(-luck.random() - 3 * (word != said) for word in prompt.choices),
            choice_tokens=(3, 4, 2),
            prediction=said,
            correct=said == right,
            prompt_tokens=200 + 90 * shots,
            truncated=7 if place % 500 == 3 else 0,
            cut=("shots",) if place % 500 == 3 and shots else (),
        )


def _item(place: int, luck: Random) -> Item:
    first, second = ("".join(luck.choices(WORDS, k=12)) + "がある。" for _ in range(2))
    first += HOSTILE if place == 0 else NEEDLE if place % 1000 == 7 else ""
    answer = luck.choices(range(3), (1, 2, 4))[0]
    example = Example(
        id=f"jnli/validation/{place:06d}",
        upstream_id=str(place),
        instruction="前提と仮説の関係を回答してください。",
        input=f"前提：{first}\n仮説：{second}",
        response=TASK.labels[answer],
        source="jnli",
        part="jnli",
        split="validation",
        cluster="inference",
        language="ja",
        licence="CC-BY-SA-4.0",
    )
    fields = {"premise": first, "hypothesis": second}
    return Item(example=example, fields=fields, choices=TASK.labels, answer=answer)
