"""AI王 (AIO, JAQKET): Japanese quiz questions, asked forwards and turned round.

Two upstream layouts are read: JSON Lines (`aio_02_train.jsonl`) and the tab-separated files of cl-tohoku/quiz-datasets
(`aio_01_dev1.txt`), where quotes are text. The reverse part asks about the answer and gives the question as a
statement; its rewriting is the paper's. A question that no rule rewrites stays a question in `published`; in `fixed`
it is left out, and so are reversals whose answer or question points at nothing alone, and answers are asked about in
several wordings.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tehon.formats.delimited import read_delimited
from tehon.formats.finding import chosen, find_all
from tehon.formats.json_lines import json_rows
from tehon.formats.lines import file_lines
from tehon.formats.wordings import APART, worded
from tehon.records.corpus import Download, Drop, Example, Licence, Part, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples

FILES = {
    "train": ("aio_0?_train*", "aio_0?_unused*"),
    "dev": ("aio_0?_dev*",),
    "test": ("aio_0?_test*",),
}
REWRITES = {
    "を総称して何というでしょう？": "の総称です。",
    "を略して何というでしょう？": "の略です。",
    "のことを何というでしょう？": "のことです。",
    "を、和製英語で何というでしょう？": "を示す和製英語です。",
    "のは、何という湖でしょう？": "湖です。",
    "海峡は何海峡でしょう？": "海峡です。",
    "のは何でしょう？": "ものです。",
    "ものでしょう？": "ものです。",
} | dict.fromkeys(
    (
        "を、漢字四文字で何というでしょう？",
        "を、英語で何というでしょう？",
        "を英語で何というでしょう？",
        "といえば「何と何」でしょう？",
        "を一般に何というでしょう？",
        "を特に何というでしょう？",
        "を俗に何というでしょう？",
        "をなんと言うでしょう？",
        "といったら何でしょう？",
        "を何といったでしょう？",
        "といえばどこでしょう？",
        "で何というでしょう？",
        "を何というでしょう？",
        "といえば何でしょう？",
        "といえば誰でしょう？",
        "は何海峡でしょう？",
        "は何教でしょう？",
        "はどこでしょう？",
        "は何でしょう？",
        "は誰でしょう？",
        "は誰？",
        "は何？",
    ),
    "です。",
)
"""Ending of a question -> ending of the statement; the longest that fits is taken."""
POINTLESS = (
    *("ですが", "ますが、", "いくつでしょう", "対して何", "といえば", "といえば、どんな"),
    *("と誰", "と何", "とどこ", "の他に誰", "の他に何"),
)
"""A question with one of these says nothing about its answer once it is turned round."""
ABOUT = (
    "{answer}について説明してください。",
    "「{answer}」を一文で説明してください。",
    "「{answer}」について知っていることを教えてください。",
)
"""How an answer is asked about."""
COLUMNS = ("original_question", "original_answer")
_BY_LENGTH = sorted(REWRITES.items(), key=lambda rewrite: -len(rewrite[0]))
_DIGIT = re.compile("[0-9０-９]")


class Quiz(msgspec.Struct, frozen=True):
    """One question in either layout."""

    original_question: str
    original_answer: str
    qid: str = ""


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Of each split, every question with its answer, then every answer with its question as a statement."""
    return examples(SOURCE, _rows(folder, options))


def statement(question: str) -> str | None:
    """The question as a statement about its answer; None where no rule rewrites it."""
    asked = _ended(question)
    for suffix, replacement in _BY_LENGTH:
        if asked.endswith(suffix):
            return asked.removesuffix(suffix) + replacement
    return None


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    default = ("train", "dev") if options.rendering == "published" else ()
    for split in chosen(SOURCE.splits, options.splits, default):
        paths = find_all(folder, *FILES[split])
        for row in _quizzes(paths):
            if isinstance(row, LeftOut):
                yield row
                continue
            _, number, quiz = row
            yield Row(
                upstream_id=quiz.qid or f"{split}-F{number}",
                instruction=quiz.original_question,
                response=quiz.original_answer,
                part="forward",
                split=split,
            )
        for row in _quizzes(paths):
            if not isinstance(row, LeftOut):
                yield _reverse(row, split, options)


def _reverse(row: tuple[str, int, Quiz], split: str, options: ReadOptions) -> Row | LeftOut:
    place, number, quiz = row
    question, answer = quiz.original_question, quiz.original_answer
    said = statement(question)
    if options.rendering == "fixed":
        if said is None:
            return LeftOut(place=f"{place} reversed", reason="no rule turns the question round")
        if _DIGIT.search(answer) or any(words in question for words in POINTLESS):
            return LeftOut(place=f"{place} reversed", reason="says nothing when turned round")
    id_ = quiz.qid or f"{split}-R{number}"
    asked = worded(ABOUT, options, SOURCE.name, "reverse", id_)
    return Row(
        upstream_id=id_,
        instruction=asked.pattern.format(answer=answer),
        response=said or _ended(question),
        part="reverse",
        split=split,
        wording=asked.noted,
    )


def _ended(question: str) -> str:
    asked = question.replace("?", "？")
    return asked if asked.endswith("？") else asked + "？"


def _quizzes(paths: list[Path]) -> Iterator[tuple[str, int, Quiz] | LeftOut]:
    number = 0
    for path in paths:
        for row in _file(path):
            if isinstance(row, LeftOut):
                yield row
                continue
            place, quiz = row
            if quiz.original_question and quiz.original_answer:
                yield place, number, quiz
                number += 1
            else:
                yield LeftOut(place=place, reason="question or answer missing")


def _file(path: Path) -> Iterator[tuple[str, Quiz] | LeftOut]:
    lines = file_lines(path)
    if path.suffix == ".jsonl":
        yield from json_rows(lines, path.name, Quiz)
        return
    for row in read_delimited(lines, path.name, "\t", quoted=False, columns=COLUMNS):
        if isinstance(row, LeftOut):
            yield row
            continue
        place, cells = row
        yield place, Quiz(cells.get("original_question", ""), cells.get("original_answer", ""), cells.get("qid", ""))


SOURCE = Source(
    name="aio",
    title="AI王 quiz questions (JAQKET)",
    licence=Licence(
        spdx="CC-BY-SA-4.0",
        url="https://sites.google.com/view/project-aio/dataset",
        attribution="Project AI王, JAQKET quiz questions; copyright of the questions: abc/EQIDEN, CC BY-SA 4.0",
        share_alike=True,
    ),
    citation="鈴木正敏, 鈴木潤, 松田耕史, 西田京介, 井之上直也: JAQKET: クイズを題材にした日本語QAデータセットの構築. "
    "言語処理学会第26回年次大会, 2020.",
    homepage="https://github.com/cl-tohoku/quiz-datasets",
    splits={"train": True, "dev": False, "test": False},
    benchmark="jaqket",
    downloads=(
        Download(url="https://jaqket.s3.ap-northeast-1.amazonaws.com/data/aio_02/aio_02_train.jsonl"),
        Download(url="https://jaqket.s3.ap-northeast-1.amazonaws.com/data/aio_02/aio_02_dev_v1.0.jsonl"),
    ),
    parts=(
        Part(name="forward", cluster="commonsense", wording="{question}"),
        Part(name="reverse", cluster="commonsense", wording=APART.join(ABOUT)),
    ),
    sample={
        "aio_02_train.jsonl": (
            '{"qid": "S-1", "original_question": "雨の日に頭の上で開くものを何というでしょう?",'
            ' "original_answer": "傘"}\n'
            '{"qid": "S-2", "original_question": "三人の人物といえば、一人は誰でしょう？", "original_answer": "太郎"}\n'
            '{"qid": "S-3", "original_question": "三角形の角はいくつ", "original_answer": "3"}\n'
            '{"qid": "S-4", "original_question": "答えのない問い？"}\n'
        ).encode(),
        "aio_01_test.txt": (
            "qid\toriginal_question\toriginal_answer\r\nS-7\t紙を二つに分ける道具は何？\t見本ばさみ\r\n"
        ).encode(),
        "aio_02_dev.txt": (
            "qid\tcompetition\ttimestamp\tsection\tnumber\toriginal_question\toriginal_answer"
            "\toriginal_additional_info\r\n"
            'S-5\t見本\t2020/01/01\t見本\t1\t"箱"と呼ばれ、物を入れるのは何でしょう？\tはこ\t\r\n'
            "S-6\t見本\t2020/01/01\t見本\t2\t答えのない問いは何でしょう？\t\t\r\n"
        ).encode(),
    },
    read=read,
)
