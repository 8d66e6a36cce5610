"""JSQuAD: the answer to a question, taken out of a paragraph of Wikipedia.

The harness cuts answers at the longest right answer's number of tokens, which tells a model how long to be; here the
suite's limit holds, and the end of the line.
"""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats import jglue
from tehon.formats.squad import read_items
from tehon.records.evaluation import Item, Task
from tehon.sources.jsquad import SOURCE
from tehon.text.harness import EXTRACT, extraction


def read(file: Path, split: str) -> Iterator[Item]:
    """One item a question, the paragraph without its title."""
    return read_items([file], TASK, split, EXTRACT)


def sample(split: str, *asked: tuple[str, str, str, str]) -> bytes:
    """A document of one article, with a paragraph for every question."""
    paragraphs = ", ".join(
        f"""{{"context": "{title} [SEP] {context}", "qas": [{{"question": "{question}", "id": "{split}p{place}q0",
 "answers": [{{"text": "{answer}", "answer_start": 0}}, {{"text": "{answer}", "answer_start": 0}},
  {{"text": "{answer}です", "answer_start": 0}}], "is_impossible": false}}]}}"""
        for place, (title, context, question, answer) in enumerate(asked)
    )
    return f"""{{"data": [{{"title": "{asked[0][0]}", "paragraphs": [{paragraphs}]}}]}}""".encode()


TASK = Task(
    name="jsquad",
    title=SOURCE.title,
    kind="extraction",
    language="ja",
    splits=jglue.SPLITS,
    split="valid",
    shots_split="train",
    items={"valid": 4_442, "test": 4_420},
    prompts=extraction(),
    default_template="0.3",
    licence=SOURCE.licence,
    citation=SOURCE.citation,
    homepage=SOURCE.homepage,
    benchmark=SOURCE.benchmark,
    downloads=jglue.downloads("jsquad", "train", "valid", "test"),
    sample={
        "train-v1.3.json": sample(
            "train",
            ("紙すき", "村では冬の間、川の水で紙をすく。", "いつ紙をすくか。", "冬の間"),
            ("紙すき", "紙の原料は裏山のこうぞである。", "紙の原料は何か。", "裏山のこうぞ"),
            ("紙すき", "できた紙は市場で売られる。", "紙はどこで売られるか。", "市場"),
        ),
        "valid-v1.3.json": sample(
            "valid",
            ("渡り鳥", "湖には秋になると北から白鳥が来る。", "湖に来る鳥は何か。", "白鳥"),
            ("渡り鳥", "白鳥は{春}の初めに飛び去る。", "いつ飛び去るか。", "{春}の初め"),
        ),
    },
    read=read,
)
