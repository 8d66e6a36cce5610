"""JaQuAD: the answer to a question, taken out of a paragraph of Wikipedia, in the words of JSQuAD's prompts.

The harness scores it with JSQuAD's prompts of version 1.1; those that show the title are 1.2's.
"""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats.finding import find_all
from tehon.formats.squad import read_items
from tehon.records.evaluation import Item, Task
from tehon.sources.jaquad import SOURCE
from tehon.text.harness import EXTRACT, extraction


def read(folder: Path, split: str) -> Iterator[Item]:
    """One item a question, file by file."""
    return read_items(find_all(folder, f"jaquad_{split}_*.json"), TASK, split, EXTRACT)


def sample(split: str, title: str, context: str, *asked: tuple[str, str]) -> bytes:
    """A document of one paragraph."""
    questions = ", ".join(
        f"""{{"question": "{question}", "id": "{split}-{place}", "question_type": "Syntactic variation",
 "answers": [{{"text": "{answer}", "answer_start": 0, "answer_type": "Object"}}]}}"""
        for place, (question, answer) in enumerate(asked)
    )
    return f"""{{"version": "sample", "data": [{{"title": "{title}", "paragraphs": [{{"context": "{context}",
 "qas": [{questions}]}}]}}]}}""".encode()


TASK = Task(
    name="jaquad",
    title=SOURCE.title,
    kind="extraction",
    language="ja",
    splits={"train": "train/", "dev": "dev/"},
    split="dev",
    shots_split="train",
    items={"train": 31_748, "dev": 3_939},
    prompts=extraction(),
    default_template="0.3",
    licence=SOURCE.licence,
    citation=SOURCE.citation,
    homepage=SOURCE.homepage,
    benchmark=SOURCE.benchmark,
    downloads=SOURCE.downloads,
    sample={
        "train/jaquad_train_0000.json": sample(
            "tr0", "塩田", "浜の塩田では海の水を日に当てて塩を作る。", ("浜で何を作るか。", "塩")
        ),
        "train/jaquad_train_0001.json": sample(
            "tr1", "炭焼き", "山では樫の木を焼いて炭にする。", ("何の木を焼くか。", "樫"), ("木は何になるか。", "炭")
        ),
        "dev/jaquad_dev_0000.json": sample(
            "dev0",
            "水門",
            "水門は朝に開き、{夕方}に閉じる。",
            ("水門はいつ開くか。", "朝"),
            ("いつ閉じるか。", "{夕方}"),
        ),
        "dev/jaquad_dev_0001.json": sample(
            "dev1", "時計台", "時計台の鐘は正午に十二回鳴る。", ("鐘は正午に何回鳴るか。", "十二回")
        ),
    },
    read=read,
)
