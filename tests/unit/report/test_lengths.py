"""Lengths: of prompts, of answers, and what was computed for them."""

from collections.abc import Callable
from math import exp
from pathlib import Path

import pytest
from msgspec.structs import replace

from tehon.records.scores import ItemResult
from tehon.report.by_length import BINS
from tehon.report.length_figures import answer_figures, prompt_figures
from tehon.report.prompt_lengths import BINS as PROMPT_BINS
from tehon.report.prompt_lengths import bin_width
from tehon.report.run import report

Write = Callable[..., Path]
Items = Callable[..., list[ItemResult]]


def test_every_prompt_is_in_one_bin_and_its_upper_bound_belongs_to_it(
    write_scores: Write, weather: Items, tmp_path: Path
) -> None:
    items = [
        replace(item, prompt_tokens=tokens) for item, tokens in zip(weather(skill=1, seed=1), (1, 10, 11), strict=False)
    ]
    items += [replace(item, shots=0, shot_ids=(), prompt_tokens=400) for item in weather(skill=1, seed=1)]
    [found] = report([write_scores("small", items)], tmp_path / "report").prompt_lengths
    assert found.width == 10
    assert found.counts["3"][:3] == (2, 1, 0)
    assert found.counts["0"][39] == 60
    assert len(found.counts["0"]) == 40


@pytest.mark.parametrize(("longest", "width"), [(1, 1), (40, 1), (41, 2), (201, 10), (8192, 500)])
def test_bins_are_round_and_few(longest: int, width: int) -> None:
    assert bin_width(longest) == width
    assert PROMPT_BINS * width >= longest


def test_models_with_equal_prompts_share_a_figure_and_bounds_stand_in_it(
    write_scores: Write, weather: Items, tmp_path: Path
) -> None:
    items = weather(skill=1, seed=1)
    longer = [replace(item, prompt_tokens=item.prompt_tokens + 1) for item in items]
    folders = [
        write_scores("small", items),
        write_scores("small, tuned", items, adapter="f"),
        write_scores("large", longer, base="models/large"),
    ]
    first, second = prompt_figures(report(folders, tmp_path / "report"))
    assert first.title.endswith("as read by small and small, tuned")
    assert second.title.endswith("as read by large")
    assert "3-shot: most often 300 to 310 tokens, at most 360" in first.description


def test_perplexity_by_length_is_the_mean_over_items_of_that_length(
    write_scores: Write, picture: Items, tmp_path: Path
) -> None:
    items = picture(surprise=1, seed=1)
    [found] = report([write_scores("small", items)], tmp_path / "report").by_length
    assert sum(one.count for one in found.bins) == len(items)
    ones = [item for item in items if item.tokens == 1]
    assert (found.bins[0].low, found.bins[0].high, found.bins[0].count) == (1, 1, len(ones))
    assert found.bins[0].perplexity == pytest.approx(exp(-sum(item.logprobs[0] for item in ones) / len(ones)))
    ended = [(item.logprobs[0] + (item.end_logprob or 0)) / 2 for item in ones]
    assert found.bins[0].with_end == pytest.approx(exp(-sum(ended) / len(ones)))


def test_bins_of_answers_leave_no_length_out() -> None:
    assert BINS[0][0] == 1
    assert [high + 1 for _, high in BINS if high is not None] == [low for low, _ in BINS[1:]]
    assert BINS[-1][1] is None


def test_answers_of_one_length_are_no_figure(write_scores: Write, picture: Items, tmp_path: Path) -> None:
    same = [item for item in picture(surprise=1, seed=1) if item.tokens == 2]
    written = report([write_scores("small", same)], tmp_path / "report")
    assert list(answer_figures(written, written.models)) == []


def test_answers_without_a_scored_end_have_one_figure(write_scores: Write, picture: Items, tmp_path: Path) -> None:
    items = [replace(item, end_logprob=None) for item in picture(surprise=1, seed=1)]
    written = report([write_scores("small", items)], tmp_path / "report")
    [figure] = answer_figures(written, written.models)
    assert figure.title.endswith("without its end")


def test_tokens_asked_for_count_every_prompt_with_its_answer_in_full(
    write_scores: Write, weather: Items, picture: Items, questions: Items, adapter: Path, tmp_path: Path
) -> None:
    chosen = replace(weather(skill=1, seed=1)[0], prompt_tokens=103, choice_tokens=(1, 3, 2))
    skipped = replace(weather(skill=1, seed=1)[1], prompt_tokens=9999, skipped=True)
    scored = replace(picture(surprise=1, seed=1)[0], prompt_tokens=20)
    written = replace(questions(["富士山です。"])[0], prompt_tokens=50, tokens=7)
    folder = write_scores("small", [chosen, skipped, scored, written])
    tuning, evaluation = report([folder, adapter], tmp_path / "report").work
    assert evaluation.tokens == (101 + 103 + 102) + 20 + 57
    assert evaluation.positions == 1000
    assert (tuning.tokens, tuning.positions) == (400_000, 310_000)
