from pathlib import Path

import pytest

from tehon.errors import BadRawFile, RawFileMissing, UnknownName
from tehon.formats.finding import chosen, find_all, find_one

SPLITS = {"train": True, "valid": False, "extra": True}


def test_any_version_of_a_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "train-v1.1.json").touch()
    assert find_one(tmp_path, "train-v1.*.json").name == "train-v1.1.json"


def test_two_versions_are_an_error_and_none_says_what_to_put_where(tmp_path: Path) -> None:
    for name in ("train-v1.1.json", "train-v1.3.json"):
        (tmp_path / name).touch()
    with pytest.raises(BadRawFile, match=r"holds train-v1\.1\.json, train-v1\.3\.json"):
        find_one(tmp_path, "train-v1.*.json")
    with pytest.raises(RawFileMissing, match=r"Put valid-\* or dev-\* there"):
        find_all(tmp_path, "valid-*", "dev-*")
    with pytest.raises(RawFileMissing, match="there is no such folder"):
        find_all(tmp_path / "nowhere", "x")


def test_splits_are_those_for_training_unless_others_are_named() -> None:
    assert chosen(SPLITS, None) == ["train", "extra"]
    assert chosen(SPLITS, None, ("train", "valid")) == ["train", "valid"]
    assert chosen(SPLITS, ("valid", "train")) == ["train", "valid"]
    with pytest.raises(UnknownName, match=r"no split named 'vaild'\. Did you mean valid"):
        chosen(SPLITS, ("vaild",))
