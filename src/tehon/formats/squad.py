"""SQuAD-like JSON documents: titles, paragraphs, questions with their answers."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from tehon.errors import BadRawFile
from tehon.formats.json_document import read_json
from tehon.formats.json_lines import RawRow, decode_row
from tehon.formats.whole import whole
from tehon.records.corpus import Example
from tehon.records.evaluation import Item, Task
from tehon.records.rows import LeftOut

PARAGRAPH = "[SEP]"
"""What JSQuAD puts between an article's title and its paragraph."""


class Answer(msgspec.Struct, frozen=True):
    """One annotator's answer."""

    text: str


class Question(msgspec.Struct, frozen=True):
    """A question as it stands in the file."""

    id: str
    question: str
    answers: tuple[Answer, ...]


class Asked(msgspec.Struct, frozen=True):
    """A question with the paragraph that it is about; `answers` in the annotators' order."""

    id: str
    title: str
    context: str
    question: str
    answers: tuple[str, ...]


class Paragraph(msgspec.Struct, frozen=True):
    """A paragraph without the questions about it."""

    place: str
    title: str
    text: str


class _Paragraph(msgspec.Struct, frozen=True):
    context: str
    qas: tuple[msgspec.Raw, ...]


class _Article(msgspec.Struct, frozen=True):
    paragraphs: tuple[_Paragraph, ...]
    title: str = ""


class _Document(msgspec.Struct, frozen=True):
    data: tuple[_Article, ...]


def read_paragraphs(path: Path) -> Iterator[Paragraph]:
    """Every paragraph with its place (`file:number`, counted from 1), in the file's order.

    Raises:
        BadRawFile: the file is no SQuAD document.
    """
    number = 0
    for article in read_json(path, _Document).data:
        for paragraph in article.paragraphs:
            number += 1
            yield Paragraph(f"{path.name}:{number}", article.title, paragraph.context)


def read_squad(path: Path) -> Iterator[tuple[str, Asked] | LeftOut]:
    """Every question with its place (`file:number`, counted from 1), in the file's order.

    Raises:
        BadRawFile: the file is no SQuAD document.
    """
    decoder = msgspec.json.Decoder(Question)
    number = 0
    for article in read_json(path, _Document).data:
        for paragraph in article.paragraphs:
            for raw in paragraph.qas:
                number += 1
                row = decode_row(RawRow(f"{path.name}:{number}", None, bytes(raw)), decoder)
                if isinstance(row, LeftOut):
                    yield row
                    continue
                place, asked = row
                yield (
                    place,
                    Asked(
                        id=asked.id,
                        title=article.title,
                        context=paragraph.context,
                        question=asked.question,
                        answers=tuple(answer.text for answer in asked.answers),
                    ),
                )


def read_items(files: Iterable[Path], task: Task, split: str, instruction: str) -> Iterator[Item]:
    """One item a question, file by file; the first annotator's answer is the response, the others' are references.

    Args:
        files: of the split.
        task: whose items they are.
        split: that they belong to.
        instruction: what templates ask; the input holds paragraph and question.

    Raises:
        BadRawFile: a file is no SQuAD document, or a question has no answer.
    """
    found = ((file, *row) for file in files for row in whole(read_squad(file), file))
    for number, (file, place, asked) in enumerate(found):
        answers = list(dict.fromkeys(text for text in asked.answers if text.strip()))
        if not answers or not asked.question.strip():
            problem = "a question must have a text and an answer, but one of them is missing"
            raise BadRawFile(str(file.parent / place), problem, "Fetch the file again")
        context = asked.context.rpartition(PARAGRAPH)[2].strip()
        example = Example(
            id=f"{task.name}/{split}/{number:06d}",
            upstream_id=asked.id,
            instruction=instruction,
            input=f"文脈：{context}\n質問：{asked.question}",
            response=answers[0],
            source=task.name,
            part=task.name,
            split=split,
            cluster="reading comprehension",
            language=task.language,
            licence=task.licence.spdx,
        )
        fields = {"title": asked.title, "context": context, "question": asked.question}
        yield Item(example=example, fields=fields, references=tuple(answers[1:]))
