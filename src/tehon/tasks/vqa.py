"""Japanese Visual Genome VQA as the paper uses it: short questions and answers, without the pictures."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from tehon.formats.json_document import json_array
from tehon.formats.zip import pack_zip, zip_member
from tehon.records.corpus import Download, Example, Licence
from tehon.records.evaluation import Item, Task

MEMBER = "question_answers.json"


class Pair(msgspec.Struct):
    """One question with its answer; upstream's other keys are passed over."""

    qa_id: int
    question: str
    answer: str


class Image(msgspec.Struct):
    """The pairs of one picture."""

    id: int
    qas: list[Pair]


def read(file: Path, split: str) -> Iterator[Item]:
    """One item a pair, in the order of the file; reads the archive as it is published, or its member alone."""
    data = zip_member(file, MEMBER) if file.suffix == ".zip" else file.read_bytes()
    pairs = (pair for image in json_array(data, str(file), Image) for pair in image.qas)
    for place, pair in enumerate(pairs):
        example = Example(
            id=f"vqa/{place:06d}",
            upstream_id=str(pair.qa_id),
            instruction=pair.question,
            response=pair.answer,
            source="vqa",
            part="vqa",
            split=split,
            cluster="question answering",
            language="ja",
            licence=TASK.licence.spdx,
        )
        yield Item(example=example, fields={"question": pair.question})


SAMPLE = (
    Image(1, [Pair(100, "空は何色ですか？", "青色"), Pair(101, "{犬}は何匹いますか？", "二匹")]),
    Image(2, [Pair(200, "男の人は何を持っていますか？", "赤い傘")]),
)
TASK = Task(
    name="vqa",
    title="Japanese Visual Genome VQA",
    kind="perplexity",
    language="ja",
    splits={"all": f"{MEMBER}*"},
    split="all",
    items={"all": 793_664},
    default_template="vqa_ja",
    licence=Licence(
        spdx="CC-BY-4.0",
        url="https://github.com/yahoojapan/ja-vg-vqa",
        attribution="Japanese Visual Genome VQA dataset, Yahoo Japan Corporation",
    ),
    citation=(
        "Shimizu, Rong, Miyazaki: Visual Question Answering Dataset for Bilingual Image Understanding. COLING 2018."
    ),
    homepage="https://github.com/yahoojapan/ja-vg-vqa",
    downloads=(
        Download(
            url=f"https://raw.githubusercontent.com/yahoojapan/ja-vg-vqa/master/{MEMBER}.zip",
            mirrors=(f"https://github.com/yahoojapan/ja-vg-vqa/raw/master/{MEMBER}.zip",),
        ),
    ),
    sample={f"{MEMBER}.zip": pack_zip({MEMBER: msgspec.json.encode(SAMPLE)})},
    read=read,
)
