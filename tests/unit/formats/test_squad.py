from pathlib import Path

import pytest

from tehon.errors import BadRawFile
from tehon.formats.json_lines import WRONG_FIELDS
from tehon.formats.squad import Asked, read_squad
from tehon.records.rows import LeftOut


def test_a_broken_question_does_not_take_its_paragraph_along(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_bytes(
        b'{"data": [{"title": "t", "paragraphs": [{"context": "c", "qas": ['
        b'{"id": "1", "question": "q", "answers": [{"text": "a"}, {"text": "b"}]},'
        b'{"id": 2, "question": "q", "answers": []}, {"id": "3", "question": "q", "answers": null}]}]}]}'
    )
    assert list(read_squad(path)) == [
        ("f.json:1", Asked(id="1", title="t", context="c", question="q", answers=("a", "b"))),
        LeftOut(place="f.json:2", reason=WRONG_FIELDS, damaged=True),
        LeftOut(place="f.json:3", reason=WRONG_FIELDS, damaged=True),
    ]


@pytest.mark.parametrize("data", [b"", b"<html>", b"[]", b'{"data": [{"paragraphs": [{}]}]}', b'{"data": [\xff]}'])
def test_a_file_of_another_format_is_one_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "f.json"
    path.write_bytes(data)
    with pytest.raises(BadRawFile, match=r"Fetch (the file|it) again"):
        list(read_squad(path))
