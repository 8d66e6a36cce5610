"""Upstream files under their upstream names, one a split."""

from pathlib import Path

import pytest

from tehon.errors import BadRawFile, RawFileMissing, UsageError
from tehon.storage.raw import LONGEST_SENTENCE, STAND_IN, files_of, find_raw, made_from, stand_in

PATTERNS = {"train": "train*.json", "valid": "valid*.json"}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    (tmp_path / "jnli").mkdir()
    (tmp_path / "jnli" / "valid-v1.3.json").write_text("{}")
    return tmp_path


def test_a_split_is_found_whatever_its_version(raw: Path) -> None:
    assert find_raw(raw, "jnli", PATTERNS, "valid") == raw / "jnli" / "valid-v1.3.json"


def test_a_link_to_the_file_will_do(raw: Path, tmp_path: Path) -> None:
    (raw / "jnli" / "train.json").symlink_to(tmp_path / "jnli" / "valid-v1.3.json")
    assert find_raw(raw, "jnli", PATTERNS, "train").name == "train.json"


def test_a_missing_file_says_what_to_put_where(raw: Path) -> None:
    with pytest.raises(RawFileMissing, match=r"Run tehon fetch jnli --raw .*, or put train\*\.json into .*jnli"):
        find_raw(raw, "jnli", PATTERNS, "train")


def test_two_files_for_one_split_are_an_error(raw: Path) -> None:
    (raw / "jnli" / "valid-v1.1.json").write_text("{}")
    with pytest.raises(UsageError, match=r"has valid-v1\.1\.json, valid-v1\.3\.json"):
        find_raw(raw, "jnli", PATTERNS, "valid")


def test_a_folder_is_no_file(raw: Path) -> None:
    (raw / "jnli" / "train.json").mkdir()
    with pytest.raises(RawFileMissing):
        find_raw(raw, "jnli", PATTERNS, "train")


def test_an_unknown_split_names_the_known_ones(raw: Path) -> None:
    with pytest.raises(UsageError, match="it has train, valid"):
        find_raw(raw, "jnli", PATTERNS, "dev")


def test_a_split_may_be_a_folder_of_files(raw: Path) -> None:
    folder = raw / "jnli" / "dev"
    (folder / "b").mkdir(parents=True)
    for name in ("c.json", "a.json", "b/d.json", ".hidden"):
        (folder / name).write_text("{}")
    (raw / "jnli" / "dev.json").write_text("{}")
    found = find_raw(raw, "jnli", {"dev": "dev/"}, "dev")
    assert found == folder
    assert list(files_of(found)) == ["dev/a.json", "dev/b/d.json", "dev/c.json"]
    assert files_of(folder / "a.json") == {"a.json": folder / "a.json"}


def test_a_split_may_be_the_raw_folder_itself_unless_it_is_empty(raw: Path) -> None:
    assert find_raw(raw, "jnli", {"all": "./"}, "all") == raw / "jnli"
    (raw / "empty").mkdir()
    for name in ("empty", "missing"):
        with pytest.raises(RawFileMissing):
            find_raw(raw, name, {"all": "./"}, "all")


def test_a_pattern_may_have_alternatives_of_which_one_is_there(raw: Path) -> None:
    patterns = {"valid": "valid*.csv|valid*.json|*v1.3.json"}
    assert find_raw(raw, "jnli", patterns, "valid").name == "valid-v1.3.json"
    (raw / "jnli" / "valid.csv").write_text("x")
    with pytest.raises(UsageError, match=r"has valid-v1\.3\.json, valid\.csv"):
        find_raw(raw, "jnli", patterns, "valid")


def test_data_are_the_corpus_itself_unless_they_say_otherwise(raw: Path) -> None:
    assert stand_in(raw / "jnli") == ""


def test_a_stand_in_says_in_one_sentence_what_it_is(raw: Path) -> None:
    (raw / "jnli" / STAND_IN).write_text("Pairs written\nby us.\n", "utf-8")
    assert stand_in(raw / "jnli") == "Pairs written by us."


@pytest.mark.parametrize("text", ["", " \n", "あ" * (LONGEST_SENTENCE + 1), "x" * 10**6])
def test_a_stand_in_that_says_nothing_or_too_much_is_an_error(raw: Path, text: str) -> None:
    (raw / "jnli" / STAND_IN).write_text(text, "utf-8")
    with pytest.raises(BadRawFile, match="must hold one sentence"):
        stand_in(raw / "jnli")


def test_a_stand_in_may_say_what_it_was_made_from(raw: Path) -> None:
    assert made_from(raw / "jnli") == ()
    (raw / "jnli" / STAND_IN).write_text("Pairs written\nby us.\nmade_from: chabsa, niilc,\n", "utf-8")
    assert stand_in(raw / "jnli") == "Pairs written by us."
    assert made_from(raw / "jnli") == ("chabsa", "niilc")
