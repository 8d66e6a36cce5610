"""A row that evaluation cannot use is an error with its place, never a silent gap."""

from pathlib import Path

import pytest

from tehon.errors import BadRawFile
from tehon.tasks import TASKS

JCQA = (
    b'{"q_id":1, "question": "a", "choice0": "a", "choice1": "b", "choice2": "c", "choice3": "d", "choice4": "e",%s}\n'
)
QUESTION = "<questions><question id='1'><text>%s</text><answers><answer>%s</answer></answers></question></questions>"


@pytest.mark.parametrize("label", [b'"label": 5', b'"label": -1', b'"label": null', b'"label": "2"', b'"other": 1'])
def test_jcommonsenseqa_takes_no_label_outside_its_choices(tmp_path: Path, label: bytes) -> None:
    file = tmp_path / "valid.json"
    file.write_bytes(JCQA % b'"label": 2' + JCQA % label)
    with pytest.raises(BadRawFile, match=r"valid\.json:2"):
        list(TASKS["jcommonsenseqa"].read(file, "valid"))


@pytest.mark.parametrize(("question", "answer"), [("", "答え"), ("問い", "")])
def test_niilc_takes_no_question_without_text_or_answer(tmp_path: Path, question: str, answer: str) -> None:
    file = tmp_path / "NIILC-ECQA2015_test.xml"
    file.write_text(QUESTION % (question, answer), "utf-8")
    with pytest.raises(BadRawFile, match=r"test\.xml:1: a question must have a text and an answer"):
        list(TASKS["niilc"].read(file, "test"))


@pytest.mark.parametrize("name", ["jnli", "marc_ja"])
@pytest.mark.parametrize("content", [b"\xff\xfe", b"[]", b'{"label": "neutral"}', b"not json", b"null"])
def test_a_line_of_another_kind_is_an_error(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / "valid.json"
    file.write_bytes(b"\n" + content + b"\n")
    with pytest.raises(BadRawFile, match=r"valid\.json:2"):
        list(TASKS[name].read(file, "valid"))
