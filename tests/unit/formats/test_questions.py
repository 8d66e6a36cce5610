from pathlib import Path

import pytest

from tehon.errors import BadRawFile
from tehon.formats.questions import read_questions

LINE = (
    '{"id": "q1", "cluster": "summarisation", '
    '"instruction": "要約してください。", "input": "長い話。", "response": "話です。"}\n'
)


def test_a_line_is_an_item_with_its_own_id_kept(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(
        LINE + '{"id": "q9", "cluster": "commonsense", "instruction": "何ですか？", "response": "本です。"}\n', "utf-8"
    )
    first, second = read_questions(path, "asked", "Apache-2.0")
    assert (first.example.id, first.example.upstream_id, first.example.input) == ("asked/000000", "q1", "長い話。")
    assert (second.example.id, second.example.upstream_id, second.example.input) == ("asked/000001", "q9", "")
    assert first.fields == {"instruction": "要約してください。", "input": "長い話。"}


@pytest.mark.parametrize(
    ("was", "becomes"), [('"input"', '"imput"'), ("summarisation", "summaries"), ('"id": "q1", ', "")]
)
def test_a_line_of_another_kind_is_refused(tmp_path: Path, was: str, becomes: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(LINE.replace(was, becomes), "utf-8")
    with pytest.raises(BadRawFile, match=r"questions\.jsonl:1"):
        list(read_questions(path, "asked", "Apache-2.0"))
