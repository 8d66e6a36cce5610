"""Who is compared with whom, and on what."""

from collections.abc import Callable
from math import exp, isclose
from pathlib import Path

from msgspec.structs import replace

from tehon.records.evaluation import ItemResult
from tehon.report.run import report

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


def test_perplexity_is_compared_by_the_mean_of_every_item_with_its_end_token(
    write_scores: Write, picture: Items, tmp_path: Path
) -> None:
    items = picture(surprise=2, seed=1, count=2)
    runs = [write_scores("small", items), write_scores("tuned", items, adapter="f")]
    (comparison,) = report(runs, tmp_path / "report").comparisons
    nats = [-(item.logprobs[0] + (item.end_logprob or 0)) / (item.tokens + 1) for item in items]
    assert comparison.metric == "item_perplexity_with_end"
    assert isclose(comparison.first_value, exp(sum(nats) / 2))
    assert comparison.p_value == 1.0


def test_one_template_each_is_compared_across_templates(write_scores: Write, weather: Items, tmp_path: Path) -> None:
    items = weather(skill=0.5, seed=1)
    other = [replace(item, template="alpaca_ja") for item in items]
    runs = [write_scores("small", items), write_scores("tuned", other, adapter="f")]
    (comparison,) = report(runs, tmp_path / "report").comparisons
    assert comparison.template == "0.3/alpaca_ja"


def test_all_p_values_of_a_report_are_corrected_together(pair: list[Path], tmp_path: Path) -> None:
    first, second = sorted(report(pair, tmp_path / "report").comparisons, key=lambda each: each.p_value or 0)
    assert first.p_value is not None
    assert first.adjusted_p_value == 2 * first.p_value
    assert second.adjusted_p_value == second.p_value
