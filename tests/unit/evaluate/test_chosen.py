"""Which prompt version a paper would report is said, and that it was chosen on the items that are scored."""

from collections.abc import Callable

import pytest

from tehon.evaluate.choose import choose_suite
from tehon.evaluate.chosen import mark_chosen
from tehon.records.evaluation import Cell, Suite
from tehon.records.scores import Score, Scores

Evaluate = Callable[..., Scores]
SUITE = Suite(name="x", cells=(Cell(task="jnli"),), chosen=choose_suite("paper_table_2").chosen)


def score(task: str, template: str, value: float, shots: int = 1, metric: str = "accuracy") -> Score:
    return Score(task=task, template=template, shots=shots, metric=metric, value=value, count=9)


SCORES = (
    score("jnli", "0.2", 0.3),
    score("jnli", "0.3", 0.5),
    score("marc_ja", "0.2", 0.9),
    score("marc_ja", "0.3", 0.8),
    score("vqa", "vqa_ja", 30.0, 0, "item_perplexity"),
)


def chosen(*names: str, suite: Suite = SUITE, scores: tuple[Score, ...] = SCORES) -> set[str]:
    return {each.template for each in mark_chosen(scores, suite, names) if "chosen" in each.flags}


@pytest.mark.parametrize(
    ("name", "version"), [("Stormy-7B-10ep", "0.2"), ("cyberagent/open-calm-7b", "0.3"), ("Instruct LLaMA 13B", "0.3")]
)
def test_a_model_of_the_paper_has_the_paper_s_choice(name: str, version: str) -> None:
    assert chosen(name) == {version}


def test_a_later_model_of_the_same_family_is_not_the_paper_s() -> None:
    better = (*SCORES[:1], score("jnli", "0.3", 0.1), *SCORES[2:])
    assert chosen("meta-llama/Llama-2-7b-hf", scores=better) == {"0.2"}
    assert chosen("huggyllama/llama-7b", scores=better) == {"0.3"}


def test_another_model_has_the_version_that_does_best_over_both_tasks_together() -> None:
    assert chosen("gemma") == {"0.3"}
    worse = (*SCORES[:3], score("marc_ja", "0.3", 0.6), SCORES[4])
    assert chosen("gemma", scores=worse) == {"0.2"}


def test_tasks_of_one_version_are_neither_counted_nor_marked() -> None:
    found = mark_chosen(SCORES, SUITE, ("gemma",))
    assert [each.task for each in found if "chosen" in each.flags] == ["jnli", "marc_ja"]


def test_nothing_is_chosen_unless_the_suite_says_so() -> None:
    assert mark_chosen(SCORES, Suite(name="x", cells=()), ("stormy",)) == SCORES


def test_the_paper_s_table_marks_one_of_both_versions_of_every_model(run: Evaluate) -> None:
    cells = (Cell(task="jnli", templates=("0.2", "0.3"), shots=(1,)),)
    found = run(*cells, chosen=choose_suite("paper_table_2").chosen)
    marked = {score.template for score in found.scores if "chosen" in score.flags}
    best = max((score for score in found.scores if score.metric == "accuracy"), key=lambda each: each.value)
    assert marked == {best.template}
    assert {score.template for score in found.scores} == {"0.2", "0.3"}
