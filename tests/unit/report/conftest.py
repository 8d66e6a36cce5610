"""Finished folders to report on: items made up, scored by the evaluation's own formulas, written as it writes them."""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Literal

import msgspec
import pytest
from msgspec.structs import replace

from tehon.evaluate import choice, generation, perplexity
from tehon.records.corpus import Example
from tehon.records.evaluation import Cell, Protocol, Suite
from tehon.records.files import Provenance
from tehon.records.scores import ItemResult, Score, Scores
from tehon.records.tuning import Adapter, Lora, Recipe, TuningCounts
from tehon.storage.atomic import write_bytes
from tehon.storage.items import ITEMS, item_writer
from tehon.storage.manifest import finish, pretty
from tehon.templates import TEMPLATES

PROTOCOL = Protocol(name="tehon", title="every prompt encoded as in tuning")
MADE = Provenance(
    version="0.1.0",
    python="3.11.2",
    packages={"torch": "2.13.0"},
    machine="2 x Test CPU",
    command="tehon evaluate weather",
)
LABELS = ("晴れ", "雨", "雪")
QUESTIONS = ("日本で一番高い山は何ですか？", "電話が鳴っています。どうすればよいですか？", "京都の三大祭りは何ですか？")
Finish = Literal["end", "stop", "length"]
Write = Callable[..., Path]
Items = Callable[..., list[ItemResult]]


def choices(*, skill: float, seed: int, count: int = 60, shots: int = 3) -> list[ItemResult]:
    """Items of a task named weather, answered right as often as `skill` says; 0 always says the last label."""
    gold, luck = Random(1), Random(seed)
    found = []
    for place in range(count):
        right = gold.choices(LABELS, (1, 3, 6))[0]
        said = "雪" if not skill else right if luck.random() < skill else luck.choice(LABELS)
        found.append(
            ItemResult(
                item=f"weather/{place:06d}",
                task="weather",
                template="0.3",
                shots=shots,
                shot_ids=tuple(f"weather/{900 + place + shot:06d}" for shot in range(shots)),
                context=f"空の様子：{place}\n天気：",
                gold=right,
                choices=LABELS,
                logprobs=tuple(-1.0 if label == said else -2.0 - place / 100 for label in LABELS),
                prediction=said,
                correct=said == right,
                prompt_tokens=300 + place,
            )
        )
    return found


def likelihoods(*, surprise: float, seed: int, count: int = 40) -> list[ItemResult]:
    """Items of a task named picture, with about `surprise` nats a token."""
    luck = Random(seed)
    found = []
    for place in range(count):
        tokens = 1 + place % 5
        found.append(
            ItemResult(
                item=f"picture/{place:06d}",
                task="picture",
                template="vqa_ja",
                shots=0,
                context="何が見えますか？",
                gold="犬" * tokens,
                logprobs=(-tokens * surprise * luck.uniform(0.5, 1.5),),
                tokens=tokens,
                end_logprob=-2 * surprise,
                bytes=3 * tokens,
            )
        )
    return found


def answers(texts: Iterable[str], *, finishes: Sequence[Finish] = ("end", "end", "end")) -> list[ItemResult]:
    """One answer to each of QUESTIONS, and how it finished."""
    frame = TEMPLATES["alpaca_ja"].without_input
    return [
        ItemResult(
            item=f"questions/{place:06d}",
            task="questions",
            template="alpaca_ja",
            shots=0,
            instruction=question,
            context=frame.replace("{instruction}", question),
            prediction=text,
            tokens=len(text),
            finish=finish,
        )
        for place, (question, text, finish) in enumerate(zip(QUESTIONS, texts, finishes, strict=False))
    ]


def score(items: Sequence[ItemResult], flags: dict[str, tuple[str, ...]]) -> tuple[Score, ...]:
    """What evaluation says of these items, cell by cell."""
    cells: dict[tuple[str, str, int], list[ItemResult]] = {}
    for item in items:
        if item.skipped:
            continue
        cells.setdefault((item.task, item.template, item.shots), []).append(item)
    found: list[Score] = []
    for cell in cells.values():
        kind = choice if cell[0].choices else generation if cell[0].finish else perplexity
        found += kind.score(cell)
    return tuple(replace(each, flags=(*each.flags, *flags.get(each.task, ()))) for each in found)


@pytest.fixture
def weather() -> Items:
    """Makes items to choose in."""
    return choices


@pytest.fixture
def picture() -> Items:
    """Makes items whose answer is scored."""
    return likelihoods


@pytest.fixture
def questions() -> Items:
    """Makes answers."""
    return answers


@pytest.fixture
def write_scores(tmp_path: Path) -> Write:
    """Writes a finished folder of scores and returns its path."""

    def write(  # noqa: PLR0913 - one argument a case
        name: str,
        items: Sequence[ItemResult],
        *,
        adapter: str = "",
        base: str = "models/small",
        flags: dict[str, tuple[str, ...]] | None = None,
        protocol: Protocol = PROTOCOL,
        folder: str = "",
        stand_ins: dict[str, str] | None = None,
        recipe: str = "",
        seed: int | None = None,
    ) -> Path:
        out = tmp_path / (folder or name.replace(" ", "_"))
        cells = dict.fromkeys((item.task, item.shots) for item in items)
        suite = Suite(name="small", cells=tuple(Cell(task=task, shots=(shots,)) for task, shots in cells))
        scores = Scores(
            model=name,
            base=base,
            model_digest=sha256(base.encode()).hexdigest(),
            adapter=adapter,
            adapter_template="alpaca_ja" if adapter else "",
            recipe=recipe,
            seed=seed,
            suite=suite,
            protocol=protocol,
            scores=score(items, flags or {}),
            positions=1000,
            items=len(items),
            stand_ins=stand_ins or {},
        )
        with item_writer(out / ITEMS) as rows:
            for item in items:
                rows.write(item)
        write_bytes(out / "scores.json", pretty(scores))
        finish(
            out, "scores", config={"name": name}, inputs={}, result=scores, provenance=replace(MADE, wall_seconds=75.5)
        )
        return out

    return write


@pytest.fixture
def pair(write_scores: Write) -> list[Path]:
    """A base that always says the same and goes in circles, and the same model tuned."""
    before = choices(skill=0, seed=2) + likelihoods(surprise=3, seed=3)
    after = choices(skill=0.7, seed=4) + likelihoods(surprise=1, seed=5)
    dull = ["富士山は山です。" * 8, QUESTIONS[1] * 2, ""]
    good = ["富士山です。", "電話に出てください。", "葵祭、祇園祭、時代祭です。"]
    return [
        write_scores("small", before + answers(dull, finishes=("length", "stop", "stop"))),
        write_scores(
            "small, tuned",
            after + answers(good),
            adapter="f" * 64,
            flags={"weather": ("over_training_length:60",), "picture": ("stand-in",)},
        ),
    ]


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    """A finished tuning with a curve of 500 steps."""
    out = tmp_path / "adapter"
    lines = [{"step": step, "loss": 2 + 2 / step, "learning_rate": 3e-4 * (1 - step / 500)} for step in range(1, 501)]
    write_bytes(out / "metrics.jsonl", b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    counts = TuningCounts(
        examples=4000,
        drawn=10_000,
        tokens=400_000,
        scored_tokens=400_000,
        cut_right=0,
        input_shortened=12,
        dropped=1,
        steps=500,
        positions=310_000,
        lengths=(0, 900, 2000, 700, 300, 60, 28, 12),
    )
    made = Adapter(
        recipe=Recipe(name="small", title="Small", template="alpaca_ja", lora=Lora(targets=("query_key_value",))),
        base="models/small",
        base_digest="0" * 64,
        release="tiny",
        release_digest="1" * 64,
        template="alpaca_ja",
        parameters=2_097_152,
        counts=counts,
        first_loss=4.0,
        last_loss=2.004,
    )
    finish(out, "adapter", config={}, inputs={}, result=made, provenance=MADE)
    return out


@pytest.fixture
def release(tmp_path: Path, make_release: Callable[..., Path]) -> Path:
    """A finished release of three sources in two clusters."""
    plan = (("jqac", "question answering", 30), ("quiz", "question answering", 10), ("typos", "correction", 60))
    examples = [
        Example(
            id=f"{source}/{place:06d}",
            upstream_id=str(place),
            instruction=f"{place}について書いてください。",
            response="はい。",
            source=source,
            part="all",
            split="train",
            cluster=msgspec.convert(cluster, Example.__annotations__["cluster"]),
            language="ja",
            licence="CC-BY-SA-4.0",
        )
        for source, cluster, count in plan
        for place in range(count)
    ]
    return make_release(tmp_path / "release", examples, "tiny", MADE)
