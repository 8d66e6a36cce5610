"""Who sees what next: everybody everything once, on a side that chance chose."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from served_pages import prepared

from tehon.errors import DataError
from tehon.records.preferences import Matchup
from tehon.storage.votes import read_votes, vote_file
from tehon.web.collect import collect
from tehon.web.deal import Deal


@pytest.fixture
def matchups(tmp_path: Path) -> tuple[Matchup, ...]:
    return collect([prepared(tmp_path / "set.jsonl", 100, "base", "tuned", "longer")], ())


@pytest.fixture
def deal(matchups: tuple[Matchup, ...], tmp_path: Path) -> Iterator[Deal]:
    with vote_file(tmp_path / "votes.jsonl") as votes:
        yield Deal(matchups, votes)


def test_every_person_judges_every_matchup_once(deal: Deal, tmp_path: Path) -> None:
    for voter in ("花", "太郎"):
        while matchup := deal.following(voter):
            assert deal.judge(voter, matchup.key, "a", "")
    cast = read_votes(tmp_path / "votes.jsonl")
    assert len(cast) == 2 * 3 * 100
    assert set(Counter((vote.voter, vote.item, frozenset(vote.models)) for vote in cast).values()) == {1}
    assert deal.judged("花") == deal.count == 300


def test_a_reload_changes_neither_the_matchup_nor_its_sides(deal: Deal, matchups: tuple[Matchup, ...]) -> None:
    again = Deal(matchups, deal._votes)
    for voter in ("花", "太郎", "次郎"):
        matchup = deal.following(voter)
        assert matchup
        assert again.following(voter) == matchup
        assert again.shown(voter, matchup) == deal.shown(voter, matchup)


def test_sides_are_swapped_about_every_other_time_and_not_alike_for_all(
    deal: Deal, matchups: tuple[Matchup, ...]
) -> None:
    sides = {voter: [deal.shown(voter, matchup) for matchup in matchups] for voter in ("花", "太郎")}
    for shown in sides.values():
        assert 120 < shown.count((1, 0)) < 180
    assert 120 < sum(map(tuple.__eq__, *sides.values())) < 180


def test_people_see_the_matchups_in_different_orders(deal: Deal) -> None:
    first = {voter: deal.following(voter) for voter in map(str, range(20))}
    assert len({matchup.key for matchup in first.values() if matchup}) > 10


def test_a_vote_names_the_models_in_the_order_shown(deal: Deal, tmp_path: Path) -> None:
    for _ in range(20):
        matchup = deal.following("花")
        assert matchup
        left, right = deal.shown("花", matchup)
        deal.judge("花", matchup.key, "b", "短い")
        vote = read_votes(tmp_path / "votes.jsonl")[-1]
        assert vote.models == (matchup.models[left], matchup.models[right])
        assert (vote.choice, vote.reason, vote.item) == ("b", "短い", matchup.item)


def test_a_matchup_of_another_server_is_refused(deal: Deal) -> None:
    with pytest.raises(DataError, match="must be about a matchup of this server"):
        deal.judge("花", "0" * 32, "a", "")


def test_scripted_votes_say_so(matchups: tuple[Matchup, ...], tmp_path: Path) -> None:
    with vote_file(tmp_path / "scripted.jsonl") as votes:
        Deal(matchups, votes, scripted=True).judge("bot", matchups[0].key, "tie", "")
    assert read_votes(tmp_path / "scripted.jsonl")[0].scripted


def test_who_takes_the_last_verdict_back_is_asked_the_same_again(deal: Deal, tmp_path: Path) -> None:
    assert deal.last("花") is None
    first = deal.following("花")
    assert first
    shown = deal.shown("花", first)
    deal.judge("花", first.key, "a", "")
    second = deal.following("花")
    assert second
    deal.judge("花", second.key, "b", "")
    assert deal.last("花") == second.key
    assert deal.undo("花", second.key)
    assert not deal.undo("花", second.key)
    assert not deal.undo("太郎", first.key)
    assert deal.following("花") == second
    assert deal.last("花") == first.key
    assert deal.undo("花", first.key)
    assert deal.following("花") == first
    assert deal.shown("花", first) == shown
    assert deal.judged("花") == 0
    assert read_votes(tmp_path / "votes.jsonl") == ()
