"""What votes come to, held against formulas written out another way and against figures from the literature."""

from itertools import combinations
from math import exp, fsum, isclose, log
from random import Random

import msgspec
import numpy as np
import pytest

from tehon.errors import EmptyData
from tehon.records.preferences import Verdict, Vote
from tehon.report.agreement import agreement, alpha
from tehon.report.bradley_terry import PRIOR, connected, strengths
from tehon.report.preferences import preferences
from tehon.report.preferred import tables


def vote(item: int, choice: Verdict, voter: str = "花", models: tuple[str, str] = ("base", "tuned")) -> Vote:
    key = f"{item} {sorted(models)}"
    return Vote(voter=voter, matchup=key, item=f"quiz/{item}", models=models, choice=choice, time="2026-01-01")


def cast(count: int, seed: int = 1, models: tuple[str, ...] = ("base", "tuned", "longer")) -> list[Vote]:
    """Votes by chance, for whichever model stands later in `models` two times of three."""
    luck = Random(seed)
    found = []
    for item in range(count):
        for pair in combinations(models, 2):
            shown = pair if luck.random() < 0.5 else pair[::-1]
            better: Verdict = "b" if shown == pair else "a"
            worse: Verdict = "a" if better == "b" else "b"
            found.append(vote(item, luck.choice([better, better, better, worse, "tie", "bad"]), models=shown))
    return found


def test_sides_do_not_matter_and_ties_are_half_a_win() -> None:
    found = preferences(
        [vote(1, "a"), vote(2, "b", models=("tuned", "base")), vote(3, "b"), vote(4, "tie"), vote(5, "bad")]
    )
    (pair,) = found.pairs
    assert pair.models == ("base", "tuned")
    assert (pair.first, pair.second, pair.ties, pair.bad, pair.count) == (2, 1, 1, 1, 5)
    assert pair.win_rate == (2 + 2 / 2) / 5
    assert pair.shown_first == 1
    assert pair.p_value == 1


def test_the_p_value_is_the_exact_sign_test_s() -> None:
    (pair,) = preferences([vote(item, "a") for item in range(6)]).pairs
    assert pair.p_value == 2 / 2**6


def test_a_person_s_second_vote_does_not_count() -> None:
    found = preferences([vote(1, "a"), vote(1, "b"), vote(1, "b", "太郎")])
    assert found.votes == 2
    assert (found.pairs[0].first, found.pairs[0].second) == (1, 1)


def test_two_models_strengths_are_the_log_odds_of_their_wins() -> None:
    scores = strengths(np.array([[0.0, 30.0], [10.0, 0.0]]))
    assert scores[0] - scores[1] == pytest.approx(log((30 + PRIOR) / (10 + PRIOR)), abs=1e-9)
    assert scores.sum() == pytest.approx(0)


def test_strengths_are_where_the_likelihood_is_flat_and_highest() -> None:
    luck = np.random.default_rng(3)
    wins = luck.integers(0, 30, (5, 5)).astype(float) * (1 - np.eye(5))
    best = strengths(wins)

    def likelihood(scores: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
        return fsum(
            (wins[one, two] + PRIOR) * log(1 / (1 + exp(scores[two] - scores[one])))
            for one in range(5)
            for two in range(5)
            if one != two
        )

    for place in range(5):
        for step in (-1e-4, 1e-4):
            assert likelihood(best) > likelihood(best + step * np.eye(5)[place])


def test_many_tables_at_once_are_each_as_alone() -> None:
    wins = np.random.default_rng(4).integers(1, 9, (7, 3, 3)).astype(float)
    for alone, together in zip(wins, strengths(wins), strict=True):
        assert strengths(alone) == pytest.approx(together, abs=1e-8)


def test_who_always_wins_has_a_finite_strength() -> None:
    scores = strengths(np.array([[0.0, 1000.0, 1000.0], [0.0, 0.0, 1000.0], [0.0, 0.0, 0.0]]))
    assert np.isfinite(scores).all()
    assert scores[0] > scores[1] > scores[2]


def test_models_that_never_met_share_no_scale() -> None:
    apart = [vote(1, "a"), vote(1, "a", models=("x", "y"))]
    assert preferences(apart).strengths == ()
    assert any("No scale" in note for note in tables(preferences(apart))[0].notes)
    assert not connected(np.array([[0.0, 1, 0], [0, 0, 0], [0, 0, 0]]))
    chain = np.zeros((4, 4))
    chain[[0, 1, 2], [1, 2, 3]] = 1
    assert connected(chain)


def test_strengths_come_in_order_and_intervals_hold_them() -> None:
    found = preferences(cast(60))
    assert [strength.model for strength in found.strengths] == ["longer", "tuned", "base"]
    for strength in found.strengths:
        assert strength.interval
        assert strength.interval.low < strength.score < strength.interval.high
    for pair in found.pairs:
        assert pair.interval
        assert pair.interval.low < pair.win_rate < pair.interval.high


def test_the_same_votes_in_another_order_say_the_same() -> None:
    votes = cast(40)
    shuffled = Random(5).sample(votes, len(votes))
    assert msgspec.json.encode(preferences(votes)) == msgspec.json.encode(preferences(shuffled))


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    truth = (3 + 0.5 * 2) / 6
    held = 0
    for seed in range(60):
        pair = next(pair for pair in preferences(cast(50, seed)).pairs if pair.models == ("base", "tuned"))
        assert pair.interval
        held += pair.interval.low <= 1 - truth <= pair.interval.high
    assert held >= 51


def test_people_who_repeat_an_item_make_no_interval_narrower() -> None:
    once = [vote(item, "a" if item % 3 else "b") for item in range(30)]
    often = [msgspec.structs.replace(each, voter=str(voter)) for each in once for voter in range(20)]
    (alone,), (many,) = preferences(once).pairs, preferences(often).pairs
    assert alone.interval
    assert many.interval
    assert many.interval.high - many.interval.low == pytest.approx(alone.interval.high - alone.interval.low, rel=0.01)


def test_one_item_has_no_interval() -> None:
    found = preferences([vote(1, "a"), vote(1, "b", "太郎")])
    assert found.pairs[0].interval is None
    assert found.strengths[0].interval is None


def test_alpha_of_krippendorff_s_own_example() -> None:
    """Computing Krippendorff's Alpha-Reliability, 2011, part C: four observers with gaps, nominal alpha 0.743."""
    observers = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
    units = [[value for value in unit if value != "."] for unit in zip(*observers, strict=True)]
    assert alpha([units]) == pytest.approx(0.743, abs=5e-4)


def test_chance_is_what_it_would_be_within_a_pair() -> None:
    one, other = [["a", "a"], ["b", "b"]], [["c", "d"], ["d", "c"], ["c", "c"], ["d", "d"]]
    assert alpha([one]) == 1
    both = alpha([one, other])
    assert both is not None
    assert (alpha([other]) or 0) < both < (alpha([one + other]) or 0)


def test_people_who_always_agree_have_alpha_one_and_by_chance_about_none() -> None:
    luck = Random(7)
    choices: list[Verdict] = ["a", "b", "tie", "bad"]
    alike = [vote(item, choices[item % 4], name) for item in range(40) for name in "xyz"]
    assert agreement(alike).alpha == 1
    assert agreement(alike).matchups == 40
    assert agreement(alike).voters == 3
    chance = [vote(item, luck.choice(choices), name) for item in range(2000) for name in "xy"]
    assert isclose(agreement(chance).alpha or 1, 0, abs_tol=0.05)


def test_agreement_counts_sides_as_models() -> None:
    votes = [vote(item, "a" if item % 2 else "b") for item in range(10)]
    swapped = [vote(item, "b" if item % 2 else "a", "太郎", ("tuned", "base")) for item in range(10)]
    assert agreement([*votes, *swapped]).alpha == 1


def test_what_one_person_alone_judged_says_nothing_of_agreement() -> None:
    found = agreement([vote(1, "a"), vote(2, "a", "太郎")])
    assert (found.alpha, found.matchups, found.voters) == (None, 0, 0)


def test_scripted_votes_are_never_called_people_s() -> None:
    votes = [msgspec.structs.replace(each, scripted=True) for each in cast(5)]
    (table, _) = tables(preferences(votes))
    assert table.title == "Scripted votes"
    assert "people" not in " ".join((table.title, *table.notes))
    assert "some of them scripted" in tables(preferences([*votes, vote(99, "a")]))[0].title
    assert tables(preferences(cast(5)))[0].title == "What people preferred"


def test_no_vote_is_an_error() -> None:
    with pytest.raises(EmptyData, match="at least one vote"):
        preferences([])
