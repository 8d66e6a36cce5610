"""Of the tasks beside the paper's: what no item can be made of is an error with its place; both layouts are read."""

from pathlib import Path

import pytest

from tehon.errors import BadRawFile, RawFileMissing
from tehon.formats.delimited import MAX_CELL_LINES
from tehon.formats.json_lines import as_json_lines
from tehon.records.evaluation import Item
from tehon.tasks import TASKS
from tehon.tasks.elyza_tasks_100 import Row

JSICK = TASKS["jsick"].sample["test.tsv"].decode()
JANLI = TASKS["janli"].sample["janli.tsv"].decode()
JCOLA = '{"uid": 1, "sentence": "文。", "label": 1}\n'
MORALITY = ",sent,label\n0,本を読んだ,0\n"
JSTS = '{"sentence_pair_id": "0", "sentence1": "一。", "sentence2": "二。", "label": 2.0}\n'
JEMHOP = '[{"qid": "1", "question": "どこ？", "answer": "村"}, {"qid": "2", "question": %s, "answer": %s}]'
SQUAD = (
    '{"data": [{"title": "題", "paragraphs": [{"context": "文脈。", "qas":'
    ' [{"id": "1", "question": "何？", "answers": [{"text": "文"}]}, %s]}]}]}'
)


def items(name: str, content: str | bytes, tmp_path: Path, split: str = "test", file: str = "file") -> list[Item]:
    path = tmp_path / file
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(TASKS[name].read(path, split))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("jsick", JSICK.replace("contradiction", "unknown"), r"file:3: must be labelled with one of entailment,"),
        ("jsick", JSICK.replace("contradiction", ""), r"file:3: .* but has ''"),
        ("jsick", JSICK.replace("丘で凧があがっている", " "), r"file:2: has no hypothesis"),
        ("jsick", JSICK + "7\t少女\n", r"file:4: every row must be an item, but .* fewer cells"),
        (
            "janli",
            JANLI.replace("\ttest\n", "\tdev\n", 1),
            r"file:5: must be of a split of train, test, but is of 'dev'",
        ),
        ("janli", JANLI.replace("non-entailment\torder\t2\tscrambling\ttest", "\torder\t2\ts\ttest"), r"file:6"),
        ("jcola", JCOLA + '{"uid": 2, "sentence": "文。"}\n', r"file:2: must be labelled with one of 1, 0"),
        ("jcola", JCOLA + '{"uid": 2, "sentence": "文。", "label": 2}\n', r"file:2"),
        ("jcola", JCOLA + '{"uid": 2}\n', r"file:2: must be a JSON line"),
        ("jcommonsense_morality", MORALITY + "1,花を折った,\n", r"file:3"),
        ("jcommonsense_morality", MORALITY + "1,,1\n", r"file:3: has no action"),
        ("jsts", JSTS + JSTS.replace("2.0", "5.1"), r"file:2: must be labelled with a number from 0 to 5, but has 5.1"),
        ("jsts", JSTS + JSTS.replace("2.0", '"entailment"'), r"file:2: .*but has 'entailment'"),
        ("jsts", JSTS + JSTS.replace("2.0", "null"), r"file:2"),
        ("jemhopqa", JEMHOP % ('"何？"', "null"), r"file:2: a question must have a text and an answer"),
        ("jemhopqa", JEMHOP % ('""', '"石"'), r"file:2"),
        ("jemhopqa", JEMHOP % ("5", '"石"'), r"file:2: every row must be an item"),
        ("jsquad", SQUAD % '{"id": "2", "question": "誰？", "answers": []}', r"file:2: a question must have"),
        ("jsquad", SQUAD % '{"id": "2", "question": "誰？", "answers": [{"text": " "}]}', r"file:2"),
        ("jsquad", SQUAD % '{"id": "2", "question": "誰？"}', r"file:2: every row must be an item"),
        ("elyza_tasks_100", as_json_lines(Row("", "答え", "")), r"file:1: an instruction must have a text"),
    ],
)
def test_a_row_that_is_no_item_is_an_error_with_its_place(
    name: str, content: str | bytes, message: str, tmp_path: Path
) -> None:
    with pytest.raises(BadRawFile, match=message):
        items(name, content, tmp_path)


def test_a_fifth_of_the_reports_is_the_test_split_of_either_layout(tmp_path: Path) -> None:
    task = TASKS["chabsa"]
    for name, content in task.sample.items():
        (tmp_path / name).write_bytes(content)
    assert [item.example.upstream_id for item in task.read(tmp_path, "test")] == ["e00006-0", "e00006-1"]
    assert [item.example.upstream_id for item in task.read(tmp_path, "train")] == ["e00001-0", "e00001-2", "e00002-0"]


def test_a_report_with_an_unknown_polarity_is_an_error(tmp_path: Path) -> None:
    content = TASKS["chabsa"].sample["e00006_ann.json"].replace(b"negative", b"unsure")
    (tmp_path / "e00006_ann.json").write_bytes(content)
    with pytest.raises(
        BadRawFile, match=r"e00006_ann\.json:1: must be labelled with one of positive, negative, neutral"
    ):
        list(TASKS["chabsa"].read(tmp_path, "test"))


def test_the_published_table_and_its_copy_in_json_lines_are_the_same_items(tmp_path: Path) -> None:
    text = "".join(f"{place}行目、\n" for place in range(MAX_CELL_LINES // 3))
    rows = (Row("箇条書きに\nしてください。", text, '- "引用"は不可\n\n'), Row("挨拶", "やあ", ""))
    table = "input,output,eval_aspect\n" + "".join(
        ",".join('"' + cell.replace('"', '""') + '"' for cell in (row.input_text, row.output_text, row.eval_aspect))
        + "\n"
        for row in rows
    )
    found = items("elyza_tasks_100", table, tmp_path, file="test.csv")
    assert found == items("elyza_tasks_100", as_json_lines(*rows), tmp_path, file="dataset.jsonl")
    assert found[0].criteria == '- "引用"は不可'
    assert found[0].model_answers == (text,)


def test_a_question_that_stands_twice_is_an_error(tmp_path: Path) -> None:
    content = TASKS["vicuna_qa_ja"].sample["question.jsonl"]
    (tmp_path / "question.jsonl").write_bytes(content + content)
    with pytest.raises(BadRawFile, match=r"question\.jsonl:3: .* number 1 stands twice"):
        list(TASKS["vicuna_qa_ja"].read(tmp_path, "test"))


@pytest.mark.parametrize(
    "line", [b'{"question_id": 1, "category": "a", "turns": []}', b'{"question_id": 1, "category": "a", "turns": [""]}']
)
def test_a_question_without_a_turn_is_an_error(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "question.jsonl").write_bytes(line)
    with pytest.raises(BadRawFile, match=r"question\.jsonl:1"):
        list(TASKS["mt_bench_ja"].read(tmp_path, "test"))


def test_answers_without_questions_are_no_benchmark(tmp_path: Path) -> None:
    (tmp_path / "reference_answer").mkdir()
    (tmp_path / "reference_answer" / "gpt-4.jsonl").write_bytes(b"{}")
    with pytest.raises(RawFileMissing, match=r"question\*\.jsonl"):
        list(TASKS["mt_bench_ja"].read(tmp_path, "test"))


def test_a_title_before_the_separator_is_no_part_of_the_paragraph(tmp_path: Path) -> None:
    content = (SQUAD % '{"id": "2", "question": "誰？", "answers": [{"text": "母"}]}').replace(
        "文脈。", "題 [SEP] 文脈。"
    )
    first, second = items("jsquad", content, tmp_path, "valid")
    assert first.fields == {"title": "題", "context": "文脈。", "question": "何？"}
    assert second.example.id == "jsquad/valid/000001"
