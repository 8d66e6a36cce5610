"""VQA's archive is hostile until checked, and its pairs are all there."""

from pathlib import Path

import pytest

from tehon.errors import BadRawFile, RawFileMissing
from tehon.formats.zip import pack_zip
from tehon.tasks import TASKS
from tehon.tasks.vqa import MEMBER

VQA = TASKS["vqa"]
DOCUMENT = '[{"id": 1, "url": "x", "qas": [{"qa_id": 7, "question": "何色？", "answer": "赤", "q_objects": [1]}]}]'


def archive(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / f"{MEMBER}.zip"
    path.write_bytes(pack_zip(files))
    return path


@pytest.mark.parametrize("packed", [True, False])
def test_keys_that_evaluation_does_not_use_are_passed_over(tmp_path: Path, *, packed: bool) -> None:
    path = archive(tmp_path, {MEMBER: DOCUMENT.encode()})
    if not packed:
        path = tmp_path / MEMBER
        path.write_text(DOCUMENT, "utf-8")
    (item,) = VQA.read(path, "all")
    assert (item.example.instruction, item.example.response, item.example.upstream_id) == ("何色？", "赤", "7")


def test_ids_count_over_all_images(tmp_path: Path) -> None:
    image = (
        b'{"id": 1, "qas": [{"qa_id": 1, "question": "a", "answer": "b"}, {"qa_id": 2, "question": "c", "answer": ""}]}'
    )
    items = list(VQA.read(archive(tmp_path, {MEMBER: b"[" + image + b"," + image + b"]"}), "all"))
    assert [item.example.id for item in items] == [f"vqa/{place:06d}" for place in range(4)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "truncated"),
        (b"{}", "Expected `array`"),
        (b'[{"id": 1, "qas": []}, {"id": 2, "qas": [{"qa_id": 1, "question": "a"}]}]', r"zip\[1\].*answer"),
        (b'[{"id": 1, "qas": [{"qa_id": 1, "question": 5, "answer": "a"}]}]', r"zip\[0\].*Expected `str`"),
        (b'[{"id": 1, "qas": [{"qa_id": 1, "question": "\xff", "answer": "a"}]}]', r"zip\[0\].*utf-8"),
        (b"[" * 100_000, "recursion|truncated"),
    ],
)
def test_another_layout_is_an_error_that_names_the_image(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(BadRawFile, match=message):
        list(VQA.read(archive(tmp_path, {MEMBER: content}), "all"))


def test_a_flipped_bit_is_an_error(tmp_path: Path) -> None:
    path = archive(tmp_path, {MEMBER: DOCUMENT.encode() * 1})
    data = bytearray(path.read_bytes())
    data[60] ^= 0x20
    path.write_bytes(data)
    with pytest.raises(BadRawFile, match="must be a whole zip archive"):
        list(VQA.read(path, "all"))


def test_half_an_archive_is_an_error(tmp_path: Path) -> None:
    path = archive(tmp_path, {MEMBER: DOCUMENT.encode()})
    path.write_bytes(path.read_bytes()[:80])
    with pytest.raises(BadRawFile):
        list(VQA.read(path, "all"))


def test_an_archive_without_the_questions_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RawFileMissing, match=MEMBER):
        list(VQA.read(archive(tmp_path, {"region_graphs.json": b"[]"}), "all"))


def test_a_name_that_climbs_out_of_the_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRawFile, match="inside the archive"):
        list(VQA.read(archive(tmp_path, {f"../{MEMBER}": DOCUMENT.encode()}), "all"))


def test_packing_gives_the_same_bytes_every_time() -> None:
    assert pack_zip({"a": b"1", "b": b"2"}) == pack_zip({"a": b"1", "b": b"2"})
