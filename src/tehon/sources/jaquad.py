"""JaQuAD: questions about paragraphs of Japanese Wikipedia, written and typed by hand.

The paper did not use this corpus, so both renderings are the same. Used: `question` as it is, `title` and `context`,
one behind the other, as input, the first of `answers` as response. Cluster: reading comprehension. `train` may be
trained on (6,114 questions at hand), `dev` may not (2,072 at hand). As documents, every paragraph of the splits asked
for stands once.
"""

from collections.abc import Iterator
from pathlib import Path

from xxhash import xxh3_128_digest

from tehon.formats.finding import chosen, find_all
from tehon.formats.github import Repository
from tehon.formats.squad import read_paragraphs, read_squad
from tehon.records.corpus import Document, Drop, Example, Licence, Measured, Part, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, Text, documents, examples

UPSTREAM = Repository("SkelterLabsInc/JaQuAD", "23f5d72cc273c49b35e2d9efe0f51757aa1770bd")


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every question with its paragraph as input and its first answer as response, file by file."""
    return examples(SOURCE, _rows(folder, options))


def texts(folder: Path, options: ReadOptions) -> Iterator[Document | Drop]:
    """Every paragraph once, file by file."""
    return documents(SOURCE, _paragraphs(folder, options))


def _paragraphs(folder: Path, options: ReadOptions) -> Iterator[Text | LeftOut]:
    seen: set[bytes] = set()
    for split, path in _files(folder, options):
        for paragraph in read_paragraphs(path):
            key = xxh3_128_digest(paragraph.text.encode())
            if key in seen:
                yield LeftOut(place=paragraph.place, reason="paragraph stood before")
                continue
            seen.add(key)
            yield Text(upstream_id=paragraph.place, title=paragraph.title, text=paragraph.text, split=split)


def _files(folder: Path, options: ReadOptions) -> Iterator[tuple[str, Path]]:
    for split in chosen(SOURCE.splits, options.splits):
        for path in find_all(folder, f"{split}/jaquad_{split}_*.json"):
            yield split, path


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    for split, path in _files(folder, options):
        for line in read_squad(path):
            if isinstance(line, LeftOut):
                yield line
                continue
            place, asked = line
            response = next((text for text in asked.answers if text.strip()), None)
            if response is None:
                yield LeftOut(place=place, reason="no answer")
                continue
            yield Row(
                upstream_id=asked.id,
                instruction=asked.question,
                input=f"{asked.title}：{asked.context}" if asked.title else asked.context,
                response=response,
                part="questions",
                split=split,
            )


SOURCE = Source(
    name="jaquad",
    title="JaQuAD",
    licence=Licence(
        spdx="CC-BY-SA-3.0",
        url="https://github.com/SkelterLabsInc/JaQuAD#license",
        attribution="Skelter Labs, JaQuAD, CC BY-SA 3.0; text of Japanese Wikipedia",
        share_alike=True,
    ),
    citation="ByungHoon So, Kyuhong Byun, Kyungwon Kang, Seongjin Cho: JaQuAD: Japanese Question Answering Dataset for "
    "Machine Reading Comprehension. arXiv 2202.01764, 2022.",
    homepage="https://github.com/SkelterLabsInc/JaQuAD",
    splits={"train": True, "dev": False},
    benchmark="jaquad",
    downloads=tuple(
        UPSTREAM.download(f"data/{path}", file=path)
        for split, files in (("train", 30), ("dev", 4))
        for path in (f"{split}/jaquad_{split}_{number:04d}.json" for number in range(files))
    ),
    parts=(Part(name="questions", cluster="reading comprehension", wording="{question}"),),
    fields=("title", "context", "question", "answers.text"),
    measured={
        "train": Measured(examples=6_114, note="some of upstream's files"),
        "dev": Measured(examples=2_072, note="some of upstream's files"),
    },
    sample={
        "train/jaquad_train_0000.json": """{"version": "sample", "data": [{"title": "灯台", "paragraphs": [{
"context": "岬の灯台は石で作られ、夜になると沖の船を導く。\\n番人は二人いる。", "qas": [
{"question": "番人は何人か。", "id": "s-0", "answers": [
 {"text": "二人", "answer_start": 28, "answer_type": "Quantity"}], "question_type": "Lexical variation"},
{"question": "答えのない問いは？", "id": "s-1", "answers": [], "question_type": "Lexical variation"}]}]}]}""".encode(),
        "dev/jaquad_dev_0000.json": """{"version": "sample", "data": [{"title": "渡し船", "paragraphs": [{
"context": "渡し船は朝と夕に川を渡る。", "qas": [{"question": "いつ川を渡るか。", "id": "s-2", "answers": [
 {"text": "朝と夕", "answer_start": 5, "answer_type": "Date/Time"}],
 "question_type": "Syntactic variation"}]}]}]}""".encode(),
    },
    read=read,
    documents=texts,
)
