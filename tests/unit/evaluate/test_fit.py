"""A prompt that is too long is dealt with as the protocol says, and never in silence."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tehon.engine.scripted import Scripted
from tehon.errors import EmptyData, ModelError
from tehon.evaluate.requests import size
from tehon.prompts import few_shot
from tehon.recipes import PROTOCOLS
from tehon.records.evaluation import Cell
from tehon.records.requests import Generation, Loglikelihood
from tehon.records.scores import ItemResult, Lengths, Scores
from tehon.storage.items import ITEMS, read_items
from tehon.tasks import TASKS

Evaluate = Callable[..., Scores]
JNLI = TASKS["jnli"]
CELL = Cell(task="jnli", templates=("0.3",), shots=(3,))
TIGHT = Scripted(context_length=420)
"""Holds the sample's items in version 0.3 with one shot, but not with two or three."""


def items(tmp_path: Path) -> list[ItemResult]:
    return list(read_items(tmp_path / "out" / ITEMS, ItemResult))


def told(scores: Scores) -> Lengths:
    found = scores.scores[0].lengths
    assert found is not None
    assert all(score.lengths == found for score in scores.scores)
    return found


def test_left_cuts_on_the_left_and_says_what_is_gone(run: Evaluate, tmp_path: Path) -> None:
    found = told(run(CELL, model=TIGHT, settings=("overlong=left",)))
    assert (found.items, found.over_context, found.dropped_shots, found.skipped) == (3, 3, 0, 0)
    assert found.cut == {"description": 3, "shots": 3}
    each = items(tmp_path)
    assert found.truncated == sum(one.truncated for one in each)
    assert found.longest == max(one.prompt_tokens for one in each)
    for one in each:
        assert one.prompt_tokens - one.truncated == TIGHT.context_length + 1
        assert len(one.shot_ids) == 3


def test_a_cut_may_reach_the_question_itself(run: Evaluate) -> None:
    found = told(run(CELL, model=Scripted(context_length=60), settings=("overlong=left",)))
    assert found.cut == {"description": 3, "shots": 3, "query": 3}


def test_a_cut_within_the_description_takes_no_shot(run: Evaluate, tmp_path: Path) -> None:
    whole = run(CELL, out="whole")
    shortest = min(one.prompt_tokens for one in read_items(tmp_path / "whole" / ITEMS, ItemResult))
    assert told(whole).cut == {}
    found = told(run(CELL, model=Scripted(context_length=shortest - 11), settings=("overlong=left",)))
    assert found.cut["description"] == 3
    assert found.truncated >= 3 * 10
    assert "query" not in found.cut


def test_drop_shot_takes_the_oldest_shots_away_until_the_prompt_fits(run: Evaluate, tmp_path: Path) -> None:
    run(CELL, out="whole", settings=("overlong=left",))
    before = {one.item: one for one in read_items(tmp_path / "whole" / ITEMS, ItemResult)}
    found = told(run(CELL, model=TIGHT, settings=("overlong=drop_shot",)))
    assert (found.over_context, found.truncated, found.cut) == (3, 0, {"shots": 3})
    train = {item.example.id: item for item in JNLI.read(tmp_path / "raw" / "jnli" / "train-v1.3.json", "train")}
    valid = {item.example.id: item for item in JNLI.read(tmp_path / "raw" / "jnli" / "valid-v1.3.json", "valid")}
    for one in items(tmp_path):
        assert one.dropped_shots >= 1
        assert one.shot_ids == before[one.item].shot_ids[one.dropped_shots :]
        assert one.context == few_shot(JNLI.prompts["0.3"], valid[one.item], [train[shot] for shot in one.shot_ids])
        # What it would have been is counted, not what it became.
        assert one.prompt_tokens == before[one.item].prompt_tokens > TIGHT.context_length
        longest = max(len(word) for word in one.choices)
        assert len(one.context) + longest <= TIGHT.context_length + 1
        one_more = before[one.item].shot_ids[one.dropped_shots - 1 :]
        longer = few_shot(JNLI.prompts["0.3"], valid[one.item], [train[shot] for shot in one_more])
        assert len(longer) + longest > TIGHT.context_length + 1


def test_skip_leaves_the_item_out_of_every_score_but_not_out_of_the_results(run: Evaluate, tmp_path: Path) -> None:
    run(CELL, out="whole")
    sizes = sorted(one.prompt_tokens for one in read_items(tmp_path / "whole" / ITEMS, ItemResult))
    assert sizes[0] < sizes[-1]
    model = Scripted(context_length=sizes[0] - 1)
    scores = run(CELL, model=model, settings=("overlong=skip",))
    found = told(scores)
    assert (found.items, found.skipped) == (3, sum(size > sizes[0] for size in sizes))
    assert {score.count for score in scores.scores} == {3 - found.skipped}
    each = items(tmp_path)
    assert len(each) == 3
    for one in each:
        assert one.skipped is (one.prompt_tokens > sizes[0])
        assert bool(one.logprobs) is not one.skipped


@pytest.mark.parametrize(
    "cell", [CELL, Cell(task="vqa"), Cell(task="qualitative"), Cell(task="qualitative", templates=("alpaca_en",))]
)
def test_nothing_but_skipped_items_is_an_error(run: Evaluate, cell: Cell) -> None:
    with pytest.raises(
        EmptyData, match=rf"{cell.task} .*: must leave an item to score, but all are longer than 20 tok"
    ):
        run(cell, model=Scripted(context_length=20), settings=("overlong=skip",))


def test_error_names_the_item_its_shots_and_its_length(run: Evaluate) -> None:
    with pytest.raises(ModelError, match=r"item jnli/valid/00000\d: its prompt with 3 shots must have at most 421 tok"):
        run(CELL, model=TIGHT, settings=("overlong=error",))


@pytest.mark.parametrize("overlong", ["error", "drop_shot"])
def test_a_prompt_too_long_without_any_shot_is_an_error_that_says_what_to_set(run: Evaluate, overlong: str) -> None:
    message = r'its prompt must have at most 41 tokens to be read whole, but has \d+\. Set overlong to "skip" or "left"'
    with pytest.raises(ModelError, match=message):
        run(Cell(task="jnli"), model=Scripted(context_length=40), settings=(f"overlong={overlong}",))


@pytest.mark.parametrize("answer", ["likelihood", "output", "both"])
def test_room_for_what_is_written_is_kept(run: Evaluate, tmp_path: Path, answer: str) -> None:
    run(CELL, model=TIGHT, settings=("overlong=drop_shot", f"answer={answer}"))
    for one in items(tmp_path):
        assert one.truncated == 0
        written = len("contradiction") + 8 if answer != "likelihood" else 0
        assert len(one.context) + written <= TIGHT.context_length + 1


def test_generation_and_perplexity_are_fitted_too(run: Evaluate) -> None:
    model = Scripted(context_length=40)
    for cell in (Cell(task="qualitative", max_new_tokens=8), Cell(task="vqa")):
        with pytest.raises(ModelError, match="tokens to be read whole"):
            run(cell, model=model, out=f"error-{cell.task}", protocol="tehon", settings=("overlong=error",))
        found = run(cell, model=model, out=cell.task, protocol="tehon", settings=("overlong=left",))
        assert told(found).over_context > 0


def test_what_fits_is_asked_alike_whatever_the_setting(run: Evaluate) -> None:
    for overlong in ("left", "drop_shot", "skip", "error"):
        found = run(CELL, out=overlong, settings=(f"overlong={overlong}",)).scores
        assert found == run(CELL, out="left", settings=("overlong=left",)).scores


def test_a_model_measures_what_it_answers_about() -> None:
    requests = [Loglikelihood(context="問い", continuation="はい"), Loglikelihood(context="", continuation="いいえ。")]
    answers = TIGHT.loglikelihood(requests, PROTOCOLS["paper"])
    assert [*map(size, TIGHT.read(requests, PROTOCOLS["paper"]))] == [scored.prompt_tokens for scored in answers]
    assert [*map(size, TIGHT.read([Generation(context="問い")], PROTOCOLS["paper"]))] == [2]
