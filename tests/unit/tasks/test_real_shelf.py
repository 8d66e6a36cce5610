"""The tasks beside the paper's on the real files: how many items, how they are labelled, what is in the first."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from tehon.leakage.wanted import of_item
from tehon.records.corpus import Example, ReadOptions
from tehon.records.evaluation import Item
from tehon.sources import SOURCES
from tehon.tasks import TASKS


class Files(NamedTuple):
    """A split of a task at hand: where it lies, and how many of each right answer it has."""

    task: str
    split: str
    path: str
    items: int
    labels: dict[str, int] = {}


SPLITS = [
    Files("jsquad", "valid", "jglue/jsquad-v1.3/valid-v1.3.json", 4442),
    Files("jaquad", "dev", "jaquad/dev", 2072),
    Files("jaquad", "train", "jaquad/train", 6114),
    Files("jemhopqa", "dev", "jemhopqa/dev.first-half.json", 60),
    Files("jemhopqa", "train", "jemhopqa/train.json", 1059),
    Files("janli", "test", "janli/janli.part.tsv", 360, {"含意": 175, "非含意": 185}),
    Files("janli", "train", "janli/janli.part.tsv", 13680, {"含意": 6840, "非含意": 6840}),
    Files("jsick", "test", "jsick/test.first-part.tsv", 3927, {"含意": 913, "矛盾": 721, "中立": 2293}),
    Files("jcola", "valid", "jcola/in_domain_valid-v1.0.json", 865, {"自然": 726, "不自然": 139}),
    Files("jcola", "out_of_domain_valid", "jcola/out_of_domain_valid-v1.0.first-half.json", 342),
    Files("jcommonsense_morality", "test", "commonsense-moral-ja/data_test.first-half.csv", 1996),
    Files("chabsa", "test", "chabsa", 336, {"ポジティブ": 206, "ネガティブ": 121, "中立": 9}),
    Files("chabsa", "train", "chabsa", 1492, {"ポジティブ": 831, "ネガティブ": 609, "中立": 52}),
    Files("jsts", "valid", "jglue/jsts-v1.3/valid-v1.3.json", 1457),
    Files("jsts", "train", "jglue/jsts-v1.3/train-v1.3.json", 12451),
    Files("mt_bench_ja", "test", "eval-prompts/japanese-mt-bench", 64),
    Files("vicuna_qa_ja", "test", "eval-prompts/ja-vicuna-qa", 80),
    Files("elyza_tasks_100", "test", "eval-prompts/elyza-tasks-100/dataset.part.jsonl", 80),
]


def read(shared: Path, task: str, split: str) -> list[Item]:
    [files] = (files for files in SPLITS if (files.task, files.split) == (task, split))
    return list(TASKS[task].read(shared / files.path, split))


@pytest.mark.parametrize("files", SPLITS, ids=lambda files: f"{files.task}-{files.split}")
def test_every_row_of_a_split_is_an_item(shared: Path, files: Files) -> None:
    items = read(shared, files.task, files.split)
    assert len(items) == files.items
    assert len({item.example.id for item in items}) == files.items
    assert {item.example.split for item in items} == {files.split}
    found = Counter(item.example.response for item in items)
    assert not files.labels or found == files.labels
    # Some files at hand are a part of upstream's.
    assert files.items <= TASKS[files.task].items.get(files.split, files.items)


@pytest.mark.parametrize("files", SPLITS, ids=lambda files: f"{files.task}-{files.split}")
def test_a_sample_is_no_row_of_the_real_corpus(shared: Path, files: Files, tmp_path: Path) -> None:
    task = TASKS[files.task]
    for name, content in task.sample.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    [found] = [tmp_path] if task.splits[files.split] == "./" else tmp_path.glob(task.splits[files.split].split("|")[0])
    ours = {of_item(item).asked for item in task.read(found, files.split)}
    assert ours
    assert not ours & {of_item(item).asked for item in read(shared, files.task, files.split)}


def test_paragraphs_come_without_their_title(shared: Path) -> None:
    first = read(shared, "jsquad", "valid")[0]
    assert first.fields["title"] == "梅雨"
    assert first.fields["context"].startswith("梅雨（つゆ、ばいう）は、")
    assert (first.example.response, first.references) == ("小笠原諸島", ("小笠原諸島を除く日本",))


def test_conversations_have_eight_categories_and_two_turns(shared: Path) -> None:
    items = read(shared, "mt_bench_ja", "test")
    assert set(Counter(item.category for item in items).values()) == {8}
    assert {len(item.turns) for item in items} == {1}


def test_instructions_come_with_a_good_answer_and_what_a_judge_looks_at(shared: Path) -> None:
    items = read(shared, "elyza_tasks_100", "test")
    assert all(item.model_answers[0] and item.criteria for item in items)
    assert items[0].criteria.startswith("- 熱意を取り戻すのではなく")
    assert not any(item.example.response for item in items)


def test_scores_of_likeness_are_rounded_to_the_nearest_step(shared: Path) -> None:
    items = read(shared, "jsts", "valid")
    assert items[1].value == 2.4
    assert items[1].answer == 2
    assert {item.answer for item in items} == set(range(6))


def test_questions_of_yes_or_no_are_answered_in_japanese(shared: Path) -> None:
    found = Counter(item.example.response for item in read(shared, "jemhopqa", "dev"))
    assert (found["はい"], found["いいえ"], found["YES"], found["NO"]) == (13, 13, 0, 0)


@pytest.mark.parametrize(("name", "folder"), [("chabsa", "chabsa"), ("janli", "janli"), ("jaquad", "jaquad")])
def test_what_is_scored_is_nothing_that_the_source_gives_for_training(shared: Path, name: str, folder: str) -> None:
    task = TASKS[name]
    scored = {item.example.upstream_id for item in read(shared, name, task.split)}
    rows = SOURCES[name].read(shared / folder, ReadOptions())
    trained = {row.upstream_id for row in rows if isinstance(row, Example)}
    assert scored
    assert not scored & trained
