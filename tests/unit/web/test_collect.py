"""What is compared: every two models with an answer to the same item."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from served_pages import prepared

from tehon.errors import BadRawFile, DataError, RawFileMissing, UsageError
from tehon.records.preferences import Matchup
from tehon.report.read import open_folders, read_folders
from tehon.web.collect import collect as collect_answers

Write = Callable[..., Path]


def collect(paths: Sequence[Path]) -> tuple[Matchup, ...]:
    folders = [path for path in paths if path.is_dir()]
    runs = read_folders(open_folders(folders)).runs if folders else ()
    return collect_answers([path for path in paths if not path.is_dir()], runs)


@pytest.fixture
def write(write_answers: Write) -> Write:
    return write_answers


def test_finished_evaluations_meet_item_by_item(write: Write) -> None:
    matchups = collect([write("tuned", ["富士山です。", "出てください。"]), write("base", ["山。", "", "祭。"])])
    assert [matchup.item for matchup in matchups] == ["questions/000000", "questions/000001"]
    assert {matchup.models for matchup in matchups} == {("base", "tuned")}
    assert matchups[0].prompt == "日本で一番高い山は何ですか？"
    assert matchups[0].answers == ("山。", "富士山です。")


def test_three_models_make_three_pairs_of_an_item(write: Write) -> None:
    matchups = collect([write(name, [f"{name}の答え"]) for name in "cab"])
    assert sorted(matchup.models for matchup in matchups) == [("a", "b"), ("a", "c"), ("b", "c")]


def test_the_order_of_the_folders_changes_no_key(write: Write) -> None:
    runs = [write(name, ["一", "二"]) for name in "ab"]
    assert {matchup.key for matchup in collect(runs)} == {matchup.key for matchup in collect(runs[::-1])}


def test_other_answers_are_another_matchup(tmp_path: Path) -> None:
    before = collect([prepared(tmp_path / "set.jsonl", 3, "base", "tuned")])
    after = collect([prepared(tmp_path / "set.jsonl", 3, "base", "tuned", tuned="新しい答え")])
    assert not {matchup.key for matchup in before} & {matchup.key for matchup in after}


def test_a_model_asked_in_another_frame_is_compared_all_the_same(write: Write) -> None:
    assert len(collect([write("a", ["富士山"]), write("b", ["富士山"], "chat")])) == 1


def test_models_without_a_common_item_cannot_be_compared(write: Write) -> None:
    assert collect([write("a", ["一"])]) == ()


def test_two_models_of_one_name_are_an_error(write: Write) -> None:
    runs = [write("a", ["一"], folder=folder) for folder in ("x", "y")]
    with pytest.raises(UsageError, match="a name of its own"):
        collect(runs)


def test_a_prepared_item_stands_once_and_has_two_answers(tmp_path: Path) -> None:
    path = prepared(tmp_path / "set.jsonl", 2, "base", "tuned")
    path.write_text(path.read_text("utf-8") * 2, "utf-8")
    with pytest.raises(DataError, match="quiz/000 stands twice"):
        collect([path])
    with pytest.raises(BadRawFile, match="length >= 2"):
        collect([prepared(path, 2, "base")])
    with pytest.raises(RawFileMissing):
        collect([tmp_path / "none.jsonl"])
