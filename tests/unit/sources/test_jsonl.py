from pathlib import Path

import pytest

from tehon.errors import BadConfig, BadLicence, BadRawFile, RawFileMissing
from tehon.records.corpus import Drop, Example, ReadOptions
from tehon.sources import SOURCES
from tehon.sources.jsonl import SOURCE, stated

ROW = '{"instruction": "問い", "output": "答え"}\n'


def read(folder: Path) -> list[Example | Drop]:
    return list(SOURCE.read(folder, ReadOptions()))


def test_the_first_row_tells_a_files_layout_and_others_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{broken\n" + ROW + '{"prompt": "a", "completion": "b"}\n', "utf-8")
    broken, example, other = read(tmp_path)
    assert broken == Drop(example_id="jsonl/a.jsonl:1", step="read", reason="not JSON", damaged=True, byte_offset=0)
    assert isinstance(example, Example)
    assert (example.id, example.upstream_id, example.part) == ("jsonl/000000", "a.jsonl:2", "alpaca")
    assert isinstance(other, Drop)


def test_a_file_in_no_known_layout_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"q": "a", "a": "b"}\n', "utf-8")
    with pytest.raises(BadRawFile, match="must be in one of the layouts messages, sharegpt, alpaca, completion"):
        read(tmp_path)


def test_an_empty_folder_says_what_to_put_there(tmp_path: Path) -> None:
    with pytest.raises(RawFileMissing, match=r"Put \*\.jsonl or \*\.json or \*\.txt there"):
        read(tmp_path)


def test_the_licence_is_what_the_folder_states_and_unknown_otherwise(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(ROW, "utf-8")
    assert stated(tmp_path).licence.spdx == "LicenseRef-unknown"
    assert not stated(tmp_path).licence.commercial
    (tmp_path / "licence.toml").write_text('spdx = "CC-BY-4.0"\nattribution = "We"\n', "utf-8")
    licence = stated(tmp_path).licence
    assert (licence.spdx, licence.attribution) == ("CC-BY-4.0", "We")
    assert [row.licence for row in read(tmp_path) if isinstance(row, Example)] == ["CC-BY-4.0"]


def test_folders_of_their_own_are_sources_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(ROW, "utf-8")
    (tmp_path / "licence.toml").write_text('spdx = "MIT"', "utf-8")
    diary = SOURCES["jsonl/diary"]
    assert diary.stated is not None
    assert (diary.name, diary.stated(tmp_path).name, diary.stated(tmp_path).licence.spdx) == (
        "jsonl/diary", "jsonl/diary", "MIT",
    )  # fmt: skip
    [row] = diary.read(tmp_path, ReadOptions())
    assert isinstance(row, Example)
    assert (row.id, row.source, row.licence) == ("jsonl/diary/000000", "jsonl/diary", "MIT")


def test_a_licence_file_with_a_typing_error_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "licence.toml").write_text('spdx = "CC-BY-4.0"\nattribution_ = "We"\n', "utf-8")
    with pytest.raises(BadConfig, match="attribution_"):
        stated(tmp_path)
    (tmp_path / "licence.toml").write_text("CC-BY-4.0", "utf-8")
    with pytest.raises(BadLicence, match="must be TOML"):
        stated(tmp_path)
