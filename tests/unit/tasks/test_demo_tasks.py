import os
import unicodedata
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from tehon.formats.authored import choose
from tehon.formats.questions import Question
from tehon.recipes import MIXTURES, SUITES
from tehon.records.corpus import Example, ReadOptions
from tehon.records.evaluation import Item
from tehon.sources import SOURCES
from tehon.tasks import TASKS

FROZEN = Path(__file__).resolve().parents[3] / "src" / "tehon" / "tasks" / "authored" / "demo_held_out.jsonl"
PER_CLUSTER = 24
GRAMS = 5


def examples(split: str) -> list[Example]:
    rows = (
        row for name in MIXTURES["demo"].sources for row in SOURCES[name].read(Path(), ReadOptions(splits=(split,)))
    )
    return [row for row in rows if isinstance(row, Example)]


def items(task: str) -> list[Item]:
    return list(TASKS[task].read(Path(), "test"))


def drawn() -> list[Example]:
    """Of every cluster the same number, no response and no pattern twice before every other once, by keyed hash."""
    ranked: dict[str, list[tuple[int, int, Example]]] = {}
    used: Counter[tuple[str, str]] = Counter()
    for row in sorted(examples("held_out"), key=_key):
        pattern = row.source + row.upstream_id.partition("/")[0]
        used[row.cluster, row.response] += 1
        used[row.cluster, pattern] += used[row.cluster, row.response] == 1
        rank = 100 * used[row.cluster, row.response] + used[row.cluster, pattern]
        ranked.setdefault(row.cluster, []).append((rank, _key(row), row))
    return [row for cluster in sorted(ranked) for *_, row in sorted(ranked[cluster], key=lambda r: r[:2])[:PER_CLUSTER]]


def _key(row: Example) -> int:
    return choose(range(10**12), "demo_held_out", row.source, row.upstream_id)


def grams(text: str) -> frozenset[str]:
    plain = "".join(letter for letter in unicodedata.normalize("NFKC", text) if letter.isalnum()).lower()
    return frozenset(plain[start : start + GRAMS] for start in range(max(1, len(plain) - GRAMS + 1)))


def alike(first: frozenset[str], second: frozenset[str]) -> float:
    return len(first & second) / len(first | second)


def test_the_frozen_file_is_what_the_sources_keep_back() -> None:
    questions = [
        Question(
            id=f"{row.source}/{row.upstream_id}",
            cluster=row.cluster,
            instruction=row.instruction,
            input=row.input,
            response=row.response,
        )
        for row in drawn()
    ]
    text = "".join(msgspec.json.encode(question).decode() + "\n" for question in questions)
    if os.environ.get("TEHON_REWRITE_GOLDEN"):
        FROZEN.write_text(text, "utf-8")
    assert FROZEN.read_text("utf-8") == text


def test_held_out_items_are_many_and_of_all_five_clusters() -> None:
    clusters = Counter(item.example.cluster for item in items("demo_held_out"))
    assert set(clusters.values()) == {PER_CLUSTER}
    assert len(clusters) == 5


def test_ordinary_questions_are_many_and_of_all_five_clusters() -> None:
    asked = items("ordinary_questions")
    assert len(asked) >= 60
    assert len({item.example.cluster for item in asked}) == 5
    assert len({item.example.upstream_id for item in asked}) == len(asked)


@pytest.mark.parametrize("task", ["demo_held_out", "ordinary_questions"])
def test_no_training_example_asks_nearly_the_same(task: str) -> None:
    train = {grams(row.instruction): row for row in examples("train")}
    for item in items(task):
        asked = grams(item.example.instruction)
        nearest = max(train, key=lambda other: alike(asked, other))
        assert alike(asked, nearest) < 0.6, (item.example, train[nearest])


@pytest.mark.parametrize("task", ["demo_held_out", "ordinary_questions"])
def test_no_training_example_has_nearly_the_same_material(task: str) -> None:
    train = [(grams(row.input), row) for row in examples("train") if row.input]
    for item in items(task):
        if item.example.input:
            material = grams(item.example.input)
            likeness, row = max(((alike(material, other), row) for other, row in train), key=lambda found: found[0])
            assert likeness < 1, (item.example, row)


def test_answers_are_given_to_the_first_ordinary_questions() -> None:
    answered, asked = items("ordinary_answers"), items("ordinary_questions")
    assert len(answered) == 15
    assert [item.example.instruction for item in answered] == [item.example.instruction for item in asked[:15]]
    assert len({item.example.cluster for item in answered}) == 5


@pytest.mark.parametrize("suite", ["demo", "demo_tiny"])
def test_the_demos_suites_name_embedded_tasks_alone(suite: str) -> None:
    cells = SUITES[suite].cells
    assert [cell.task for cell in cells] == ["demo_held_out", "ordinary_questions", "ordinary_answers"]
    assert all(TASKS[cell.task].embedded for cell in cells)


def test_whatever_the_demo_measures_by_perplexity_is_held_out_of_its_mixture() -> None:
    measured = {cell.task for cell in SUITES["demo"].cells if TASKS[cell.task].kind == "perplexity"}
    assert measured == set(MIXTURES["demo"].held_out)
