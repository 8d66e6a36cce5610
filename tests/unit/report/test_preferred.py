"""Votes as a section of the report, which says whose they are."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from narrow import on_terminal, plain
from rich.cells import cell_len

from tehon.errors import DataError, OutputTaken, RawFileMissing
from tehon.records.preferences import Vote
from tehon.report.run import report

Cast = Callable[..., Path]
MODELS = ("small", "small, tuned")


@pytest.fixture
def cast(tmp_path: Path) -> Cast:
    """Writes a file of twelve votes of each of two voters."""

    def write(*, scripted: bool, models: tuple[str, str] = MODELS, name: str = "votes.jsonl") -> Path:
        votes = [
            Vote(
                voter=voter,
                matchup=str(item),
                item=f"quiz/{item}",
                models=models,
                choice="b" if item % 4 else "a",
                time="2026-01-01T00:00:00Z",
                scripted=scripted,
            )
            for voter in ("shorter", "longer")
            for item in range(12)
        ]
        path = tmp_path / name
        path.write_bytes(b"".join(msgspec.json.encode(vote) + b"\n" for vote in votes))
        return path

    return write


def test_votes_are_a_section_with_intervals_strengths_agreement_and_sides(
    pair: list[Path], cast: Cast, tmp_path: Path
) -> None:
    written = report(pair, tmp_path / "report", votes=[cast(scripted=False)])
    assert written.preferences
    assert written.preferences.pairs[0].win_rate == 0.25
    for name in ("report.html", "report.md"):
        text = (tmp_path / "report" / name).read_text("utf-8")
        for said in ("What people preferred", "25.0 % (", "Bradley–Terry", "Krippendorff", "25.0 % went to A"):
            assert said in text
    [row] = csv.DictReader((tmp_path / "report" / "preferences.csv").read_text("utf-8").splitlines())
    assert (row["first"], row["second"], row["votes"], row["second_wins"]) == (*MODELS, "24", "18")
    assert float(row["low"]) < 0.25 < float(row["high"])


def test_scripted_votes_are_nowhere_called_a_person_s(pair: list[Path], cast: Cast, tmp_path: Path) -> None:
    plain = report(pair, tmp_path / "plain")
    report(pair, tmp_path / "report", votes=[cast(scripted=True)])
    for name in ("report.html", "report.md", "preferences.csv"):
        text = (tmp_path / "report" / name).read_text("utf-8")
        before = tmp_path / "plain" / name
        other = before.read_text("utf-8") if before.exists() else ""
        added = set(text.splitlines()) - set(other.splitlines())
        assert any("cripted" in line for line in added), name
        assert not [line for line in added if re.search("people|person|human", line, re.IGNORECASE)], name
    assert plain.preferences is None
    assert not (tmp_path / "plain" / "preferences.csv").exists()


def test_votes_on_other_models_are_left_out_and_said(pair: list[Path], cast: Cast, tmp_path: Path) -> None:
    others = cast(scripted=True, models=("small", "elsewhere"), name="others.jsonl")
    with pytest.raises(DataError, match="are about elsewhere, small"):
        report(pair, tmp_path / "report", votes=[others])
    written = report(pair, tmp_path / "report", votes=[others, cast(scripted=True)])
    assert written.preferences
    assert written.preferences.votes == 24
    assert "24 votes on models that are not in this report are left out." in written.notes


def test_a_vote_that_is_taken_back_makes_another_report(pair: list[Path], cast: Cast, tmp_path: Path) -> None:
    votes = cast(scripted=True)
    report(pair, tmp_path / "report", votes=[votes])
    report(pair, tmp_path / "report", votes=[votes])
    with votes.open("ab") as stream:
        stream.write(b'{"voter":"longer","retracts":"3","time":"2026-01-02"}\n')
    with pytest.raises(OutputTaken):
        report(pair, tmp_path / "report", votes=[votes])
    with pytest.raises(RawFileMissing):
        report(pair, tmp_path / "other", votes=[tmp_path / "none.jsonl"])


def test_at_eighty_columns_every_name_and_number_is_there(pair: list[Path], cast: Cast, tmp_path: Path) -> None:
    report(pair, tmp_path / "report", votes=[cast(scripted=True)])
    shown = plain(on_terminal("show", tmp_path / "report"))
    drawn = [line for line in shown.splitlines() if re.match("[│┃┏┡├└]", line)]
    assert drawn
    assert max(map(cell_len, drawn)) <= 80
    assert "…" not in "".join(drawn).replace(" … ", "")
    for said in ("Scripted votes", "18", "25.0 %", "small, tuned"):
        assert said in shown
