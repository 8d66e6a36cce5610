"""Who is compared with whom, and on what."""

from collections.abc import Callable
from math import exp, isclose
from pathlib import Path

from msgspec.structs import replace

from tehon.records.scores import ItemResult
from tehon.report.run import report
from tehon.report.significance import holm

Write = Callable[..., Path]
Items = Callable[..., list[ItemResult]]


def test_every_base_is_followed_by_what_was_tuned_from_it(write_scores: Write, weather: Items, tmp_path: Path) -> None:
    items = weather(skill=0.5, seed=1)
    runs = [
        write_scores("large, tuned", items, adapter="f", base="models/large"),
        write_scores("orphan", items, adapter="e", base="models/gone"),
        write_scores("small", items),
        write_scores("large", items, base="models/large"),
        write_scores("small, tuned", items, adapter="d"),
    ]
    written = report(runs, tmp_path / "report")
    assert [model.model for model in written.models] == ["small", "small, tuned", "large", "large, tuned", "orphan"]
    assert [(each.first, each.second) for each in written.comparisons] == [
        ("small", "small, tuned"),
        ("large", "large, tuned"),
    ]


def test_the_counts_of_changed_answers_explain_the_difference(pair: list[Path], tmp_path: Path) -> None:
    accuracy = report(pair, tmp_path / "report").comparisons[0]
    assert accuracy.test == "McNemar exact"
    assert accuracy.only_first is not None
    assert accuracy.only_second is not None
    gained = (accuracy.only_second - accuracy.only_first) / accuracy.count
    assert isclose(accuracy.second_value - accuracy.first_value, gained)


def test_compared_values_are_the_scores_themselves(pair: list[Path], tmp_path: Path) -> None:
    written = report(pair, tmp_path / "report")
    for comparison in written.comparisons:
        for name, value in (
            (comparison.first, comparison.first_value),
            (comparison.second, comparison.second_value),
        ):
            model = next(model for model in written.models if model.model == name)
            score = next(
                score for score in model.scores if (score.task, score.metric) == (comparison.task, comparison.metric)
            )
            assert isclose(score.value, value, rel_tol=1e-12)
            assert score.count == comparison.count


def test_perplexity_is_compared_by_the_mean_of_every_item_with_and_without_its_end_token(
    write_scores: Write, picture: Items, tmp_path: Path
) -> None:
    items = picture(surprise=2, seed=1, count=2)
    runs = [write_scores("small", items), write_scores("tuned", items, adapter="f")]
    with_end, without = report(runs, tmp_path / "report").comparisons
    nats = [-(item.logprobs[0] + (item.end_logprob or 0)) / (item.tokens + 1) for item in items]
    assert with_end.metric == "item_perplexity_with_end"
    assert isclose(with_end.first_value, exp(sum(nats) / 2))
    bare = [-item.logprobs[0] / item.tokens for item in items]
    assert without.metric == "item_perplexity"
    assert isclose(without.first_value, exp(sum(bare) / 2))
    assert with_end.p_value == without.p_value == 1.0


def test_an_empty_response_counts_with_its_end_token_only(write_scores: Write, picture: Items, tmp_path: Path) -> None:
    first, *others = picture(surprise=2, seed=1, count=3)
    items = [replace(first, gold="", logprobs=(0.0,), tokens=0, bytes=0), *others]
    runs = [write_scores("small", items), write_scores("tuned", items, adapter="f")]
    with_end, without = report(runs, tmp_path / "report").comparisons
    assert (with_end.count, without.count) == (3, 2)


def test_answers_that_end_are_compared_item_by_item(write_scores: Write, questions: Items, tmp_path: Path) -> None:
    texts = ["北岳", "出ます。", "葵祭"]
    runs = [
        write_scores("small", questions(texts, finishes=("length", "stop", "end"))),
        write_scores("tuned", questions(texts, finishes=("end", "end", "stop")), adapter="f"),
    ]
    (comparison,) = report(runs, tmp_path / "report").comparisons
    assert (comparison.metric, comparison.test) == ("ends", "McNemar exact")
    assert (comparison.only_first, comparison.only_second, comparison.count) == (1, 2, 3)
    assert (comparison.first_value, comparison.second_value) == (1 / 3, 2 / 3)


def test_right_answers_and_ends_are_two_comparisons(write_scores: Write, questions: Items, tmp_path: Path) -> None:
    before = [replace(item, correct=False) for item in questions(["北岳", "出ます。", "葵祭"])]
    after = [replace(item, correct=True) for item in before]
    runs = [write_scores("small", before), write_scores("tuned", after, adapter="f")]
    compared = {each.metric: each for each in report(runs, tmp_path / "report").comparisons}
    assert compared.keys() == {"contains_answer", "ends"}
    assert compared["contains_answer"].only_second == 3
    assert compared["ends"].p_value == 1.0


def test_one_template_each_is_compared_across_templates(write_scores: Write, weather: Items, tmp_path: Path) -> None:
    items = weather(skill=0.5, seed=1)
    other = [replace(item, template="alpaca_ja") for item in items]
    runs = [write_scores("small", items), write_scores("tuned", other, adapter="f")]
    (comparison,) = report(runs, tmp_path / "report").comparisons
    assert comparison.template == "0.3/alpaca_ja"


def test_all_p_values_of_a_report_are_corrected_together(pair: list[Path], tmp_path: Path) -> None:
    written = report(pair, tmp_path / "report")
    assert {each.metric for each in written.comparisons} == {
        "accuracy",
        "ends",
        "item_perplexity",
        "item_perplexity_with_end",
    }
    adjusted = [each.adjusted_p_value for each in written.comparisons]
    assert adjusted == holm([each.p_value for each in written.comparisons if each.p_value is not None])
