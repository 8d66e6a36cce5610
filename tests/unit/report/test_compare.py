"""Who is compared with whom, and on what."""

from collections.abc import Callable
from math import exp, isclose
from pathlib import Path

import pytest
from msgspec.structs import replace

from tehon.errors import DataError
from tehon.records.scores import ItemResult
from tehon.report.run import report
from tehon.report.significance import holm, sign_flip
from tehon.report.tables import score_table

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


def test_any_two_models_can_be_compared_and_all_tests_are_corrected_together(
    write_scores: Write, weather: Items, tmp_path: Path
) -> None:
    runs = [
        write_scores("small", weather(skill=0.2, seed=1)),
        write_scores("large", weather(skill=0.5, seed=2), base="models/large"),
        write_scores("small, tuned", weather(skill=0.9, seed=3), adapter="f"),
    ]
    written = report(runs, tmp_path / "report", every_pair=True)
    assert [(each.first, each.second) for each in written.comparisons] == [
        ("small", "small, tuned"),
        ("small", "large"),
        ("small, tuned", "large"),
    ]
    p_values = [each.p_value for each in written.comparisons if each.p_value is not None]
    assert [each.adjusted_p_value for each in written.comparisons] == holm(p_values)
    own = report(runs, tmp_path / "own").comparisons
    assert [(each.first, each.second) for each in own] == [("small", "small, tuned")]
    assert own[0].p_value == p_values[0]
    # Only the comparison with the base gives a number its arrow.
    table = score_table(written)
    assert [row.entries[0].comparison is not None for row in table.rows] == [False, True, False]


def drawn(items: list[ItemResult], seed: int) -> list[ItemResult]:
    return [replace(item, seed=seed, shot_ids=(f"weather/{seed}",)) for item in items]


def test_several_draws_of_shots_are_one_comparison_of_the_items_means(
    write_scores: Write, weather: Items, tmp_path: Path
) -> None:
    before = [weather(skill=0.3, seed=seed) for seed in (1, 2)]
    after = [weather(skill=0.6, seed=seed) for seed in (3, 4)]
    runs = [
        write_scores("small", [item for seed, items in enumerate(before) for item in drawn(items, seed)]),
        write_scores("tuned", [item for seed, items in enumerate(after) for item in drawn(items, seed)], adapter="f"),
    ]
    (comparison,) = report(runs, tmp_path / "report").comparisons
    assert comparison.count == 60
    assert comparison.test.startswith("sign-flip permutation")
    means = [(one.correct + other.correct) / 2 for one, other in zip(*before, strict=True)]
    assert isclose(comparison.first_value, sum(means) / 60)
    then = [(one.correct + other.correct) / 2 for one, other in zip(*after, strict=True)]
    assert comparison.p_value == sign_flip([late - early for early, late in zip(means, then, strict=True)])[0]


def test_draws_that_agree_on_every_item_are_as_one(write_scores: Write, weather: Items, tmp_path: Path) -> None:
    before, after = weather(skill=0.3, seed=1), weather(skill=0.6, seed=2)
    twice = [
        write_scores("small", drawn(before, 1) + drawn(before, 2)),
        write_scores("tuned", drawn(after, 1) + drawn(after, 2), adapter="f"),
    ]
    once = [
        write_scores("small", before, folder="small once"),
        write_scores("tuned", after, adapter="f", folder="tuned once"),
    ]
    assert report(twice, tmp_path / "twice").comparisons == report(once, tmp_path / "once").comparisons


def test_draws_of_other_seeds_are_not_compared(write_scores: Write, weather: Items, tmp_path: Path) -> None:
    items = weather(skill=0.3, seed=1)
    runs = [write_scores("small", drawn(items, 1)), write_scores("tuned", drawn(items, 2), adapter="f")]
    with pytest.raises(DataError, match="must show the same examples"):
        report(runs, tmp_path / "report")


def test_extracted_answers_are_compared_by_match_and_by_f1(
    write_scores: Write, questions: Items, tmp_path: Path
) -> None:
    items = questions(["北岳", "出ます。", "葵祭"])
    before = [replace(item, correct=False, f1=share) for item, share in zip(items, (0.0, 0.5, 0.2), strict=True)]
    after = [replace(item, correct=share == 1, f1=share) for item, share in zip(items, (1.0, 0.5, 0.9), strict=True)]
    runs = [write_scores("small", before), write_scores("tuned", after, adapter="f")]
    compared = {each.metric: each for each in report(runs, tmp_path / "report").comparisons}
    assert compared.keys() == {"exact_match", "f1", "ends"}
    assert compared["exact_match"].test == "McNemar exact"
    assert compared["exact_match"].only_second == 1
    assert compared["f1"].test.startswith("sign-flip permutation")
    assert isclose(compared["f1"].second_value, 0.8)


def test_what_is_written_as_a_choice_is_compared_beside_the_likelihoods(
    write_scores: Write, weather: Items, tmp_path: Path
) -> None:
    def writing(items: list[ItemResult], *, well: bool) -> list[ItemResult]:
        return [replace(item, matched="exact", said=item.gold if well else "") for item in items]

    items = weather(skill=0.5, seed=1)
    runs = [
        write_scores("small", writing(items, well=False)),
        write_scores("tuned", writing(items, well=True), adapter="f"),
    ]
    compared = {each.metric: each for each in report(runs, tmp_path / "report").comparisons}
    assert compared.keys() == {"accuracy", "output_accuracy"}
    assert compared["accuracy"].p_value == 1.0
    assert (compared["output_accuracy"].first_value, compared["output_accuracy"].second_value) == (0.0, 1.0)


def test_items_that_one_model_skipped_are_compared_by_neither(
    write_scores: Write, weather: Items, tmp_path: Path
) -> None:
    items = weather(skill=0.5, seed=1)
    skipped = [replace(items[0], choices=(), logprobs=(), correct=None, prediction="", skipped=True), *items[1:]]
    runs = [write_scores("small", skipped), write_scores("tuned", items, adapter="f")]
    (comparison,) = report(runs, tmp_path / "report").comparisons
    assert (comparison.metric, comparison.count) == ("accuracy", 59)
