"""Evaluation questions that the project wrote itself: JSON Lines, one question a line."""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats.json_lines import read_json_lines
from tehon.records.corpus import Cluster, Example
from tehon.records.evaluation import Item
from tehon.records.record import Record


class Question(Record, kw_only=True):
    """One line.

    Attributes:
        id: unique in the file, and kept when lines move.
        cluster: its task cluster.
        instruction: what is asked.
        input: the material that it is asked about; empty when there is none.
        response: a good answer.
    """

    id: str
    cluster: Cluster
    instruction: str
    input: str = ""
    response: str


def read_questions(path: Path, task: str, licence: str) -> Iterator[Item]:
    """The items of a file in its order.

    Raises:
        BadRawFile: a line is no question.
    """
    for place, (_, question) in enumerate(read_json_lines(path, Question)):
        example = Example(
            id=f"{task}/{place:06d}",
            upstream_id=question.id,
            instruction=question.instruction,
            input=question.input,
            response=question.response,
            source=task,
            part=task,
            split="test",
            cluster=question.cluster,
            language="ja",
            licence=licence,
        )
        yield Item(example=example, fields={"instruction": question.instruction, "input": question.input})
