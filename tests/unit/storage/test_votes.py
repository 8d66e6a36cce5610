"""The file of votes: what was answered for is there, whatever happens next."""

import errno
import os
from pathlib import Path

import msgspec
import pytest

from tehon.errors import Damaged, OutOfDisk, RawFileMissing, UsageError
from tehon.records.preferences import Vote
from tehon.storage.votes import read_votes, vote_file


def vote(voter: str, matchup: str) -> Vote:
    return Vote(
        voter=voter, matchup=matchup, item="quiz/1", models=("base", "tuned"), choice="b", time="2026-01-01T00:00:00Z"
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "votes.jsonl"


def test_a_vote_is_a_line_as_soon_as_it_is_counted(path: Path) -> None:
    with vote_file(path) as votes:
        assert votes.add(vote("花", "m1"))
        assert read_votes(path) == (vote("花", "m1"),)
        assert path.read_bytes().endswith(b"\n")


def test_a_person_s_second_vote_on_a_matchup_does_not_count(path: Path) -> None:
    with vote_file(path) as votes:
        assert votes.add(vote("花", "m1"))
        assert not votes.add(vote("花", "m1"))
        assert votes.add(vote("太郎", "m1"))
        assert votes.add(vote("花", "m2"))
    assert len(read_votes(path)) == 3


def test_a_restart_remembers_who_judged_what(path: Path) -> None:
    with vote_file(path) as votes:
        votes.add(vote("花", "m1"))
    with vote_file(path) as votes:
        assert votes.has("花", "m1")
        assert not votes.add(vote("花", "m1"))


@pytest.mark.parametrize("kept", range(1, 40, 7))
def test_a_half_line_is_cut_off_and_the_next_vote_starts_on_its_own(path: Path, kept: int) -> None:
    path.parent.mkdir()
    half = msgspec.json.encode(vote("花", "m2"))[:kept]
    path.write_bytes(msgspec.json.encode(vote("花", "m1")) + b"\n" + half)
    assert read_votes(path) == (vote("花", "m1"),)
    with vote_file(path) as votes:
        votes.add(vote("花", "m3"))
    assert read_votes(path) == (vote("花", "m1"), vote("花", "m3"))


def test_a_whole_vote_whose_line_end_was_lost_still_counts(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(msgspec.json.encode(vote("花", "m1")))
    with vote_file(path) as votes:
        assert votes.has("花", "m1")
        votes.add(vote("花", "m2"))
    assert read_votes(path) == (vote("花", "m1"), vote("花", "m2"))


def test_a_broken_line_in_the_middle_is_an_error_with_its_number(path: Path) -> None:
    path.parent.mkdir()
    line = msgspec.json.encode(vote("花", "m1")) + b"\n"
    path.write_bytes(line + b'{"voter": 3}\n' + line)
    with pytest.raises(Damaged, match=r"votes\.jsonl:2: must be a vote"), vote_file(path):
        pass
    assert path.read_bytes().count(b"\n") == 3


def test_two_servers_never_share_a_file(path: Path) -> None:
    with vote_file(path), pytest.raises(UsageError, match="another one is at it"), vote_file(path):
        pass
    with vote_file(path) as votes:
        assert votes.add(vote("花", "m1"))


def test_a_full_disk_keeps_nothing_of_a_vote_and_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with vote_file(path) as votes:
        votes.add(vote("花", "m1"))
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(OutOfDisk):
                votes.add(vote("花", "m2"))
        assert not votes.has("花", "m2")
        assert votes.add(vote("花", "m2"))
    assert read_votes(path) == (vote("花", "m1"), vote("花", "m2"))


def test_a_vote_that_is_taken_back_is_another_line_and_counts_no_more(path: Path) -> None:
    with vote_file(path) as votes:
        votes.add(vote("花", "m1"))
        votes.add(vote("花", "m2"))
        before = path.read_bytes()
        assert votes.retract("花", "m2", "2026-01-02")
        assert not votes.retract("花", "m2", "2026-01-02")
        assert not votes.retract("太郎", "m1", "2026-01-02")
        assert not votes.has("花", "m2")
    assert path.read_bytes() == before + '{"voter":"花","retracts":"m2","time":"2026-01-02"}\n'.encode()
    assert read_votes(path) == (vote("花", "m1"),)


def test_who_took_a_vote_back_may_judge_again_after_a_restart_too(path: Path) -> None:
    with vote_file(path) as votes:
        votes.add(vote("花", "m1"))
        votes.retract("花", "m1", "2026-01-02")
    again = msgspec.structs.replace(vote("花", "m1"), choice="tie")
    with vote_file(path) as votes:
        assert votes.add(again)
    assert read_votes(path) == (again,)


def test_the_last_vote_is_the_person_s_own_among_those_that_are_asked_about(path: Path) -> None:
    with vote_file(path) as votes:
        for voter, matchup in (("花", "m1"), ("花", "m2"), ("太郎", "m3"), ("花", "other")):
            votes.add(vote(voter, matchup))
        assert votes.last("花", {"m1", "m2", "m3"}) == "m2"
        votes.retract("花", "m2", "2026-01-02")
        assert votes.last("花", {"m1", "m2", "m3"}) == "m1"
        assert votes.last("次郎", {"m1"}) is None


@pytest.mark.parametrize("kept", [5, 20, 40])
def test_half_a_retraction_takes_nothing_back(path: Path, kept: int) -> None:
    with vote_file(path) as votes:
        votes.add(vote("花", "m1"))
    whole = path.read_bytes()
    path.write_bytes(whole + '{"voter":"花","retracts":"m1","time":"2026-01-02"}'.encode()[:kept])
    assert len(read_votes(path)) == 1
    with vote_file(path) as votes:
        assert votes.has("花", "m1")
    assert path.read_bytes() == whole


def test_no_file_of_votes_is_an_error(path: Path) -> None:
    with pytest.raises(RawFileMissing, match="must be a file of votes"):
        read_votes(path)
