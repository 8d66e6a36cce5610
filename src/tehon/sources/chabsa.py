"""chABSA: sentences from companies' annual reports, with the opinions that they hold about sales, profit and the like.

The paper proposes this corpus for sentiment but did not use it, so both renderings are the same. Used: `sentence` and
the `polarity` of all of its opinions (positive: ポジティブ, negative: ネガティブ, neutral: 中立), under one of three
wordings. A sentence with several opinions is used where all of them have one polarity; where they differ, or where
there is none, the sentence as a whole has no label and is left out. Cluster: sentiment. Upstream has no splits: here a
fifth of the documents, by keyed hash of their names, is `test` (336 sentences at hand), which may not be trained on;
`train` (1,492 at hand) may. Of the 4,936 sentences of the 184 documents at hand, 1,037 are positive, 730 negative and
61 neutral.

The upstream zip is read, or its `e*_ann.json` files, alone or in their folder.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from tehon.errors import RawFileMissing
from tehon.formats.authored import choose
from tehon.formats.finding import chosen
from tehon.formats.json_document import decode_json
from tehon.formats.judgement import Judged, Judgement
from tehon.formats.tree import Tree, open_tree
from tehon.records.corpus import Download, Drop, Example, Licence, Measured, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples

PARTS = ("train", "train", "train", "train", "test")
"""What a document is a part of, each as often as the others."""
SENTIMENT = Judgement(
    source="chabsa",
    part="sentences",
    cluster="sentiment",
    wordings=(
        "次の文の内容は「ポジティブ」「ネガティブ」「中立」のどれですか。",
        "次の文は企業の報告書の一文です。書かれている評価を、ポジティブ、ネガティブ、中立のどれか一つで答えてください。",
        "次の文が良い知らせなら「ポジティブ」、悪い知らせなら「ネガティブ」、どちらでもなければ「中立」と答えてください。",
    ),
    words={"positive": "ポジティブ", "negative": "ネガティブ", "neutral": "中立"},
)


class Opinion(msgspec.Struct, frozen=True):
    """What a sentence says of one target."""

    polarity: str


class Sentence(msgspec.Struct, frozen=True):
    """One sentence of a report."""

    sentence_id: int
    sentence: str
    opinions: tuple[Opinion, ...]


class Report(msgspec.Struct, frozen=True):
    """One file of the corpus."""

    sentences: tuple[Sentence, ...]


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every sentence of one polarity, file by file."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    splits = chosen(SOURCE.splits, options.splits)
    for one in judged(folder, splits):
        yield one if isinstance(one, LeftOut) else SENTIMENT.row(one, options.seed)


def judged(folder: Path, splits: Sequence[str]) -> Iterator[Judged | LeftOut]:
    """Every sentence of the documents of these splits, file by file, or why it as a whole has no polarity.

    Raises:
        RawFileMissing: the folder has no documents.
        BadRawFile: a document is damaged.
    """
    with open_tree(folder, "chABSA-dataset*.zip") as tree:
        for path in _reports(tree):
            name = path.rpartition("/")[2]
            split = _split(name)
            if split in splits:
                report = decode_json(b"".join(tree.lines(path)), f"{tree.where}/{path}", Report)
                yield from _sentences(report, name, split)


def _split(name: str) -> str:
    """The split of a document."""
    return choose(PARTS, "split", "chabsa", name)


def _reports(tree: Tree) -> list[str]:
    names = [name for name in tree.names if name.endswith("_ann.json") and "/." not in f"/{name}"]
    if not names:
        raise RawFileMissing(tree.where, "must hold *_ann.json, but has none", "Put the files there")
    return names


def _sentences(report: Report, name: str, split: str) -> Iterator[Judged | LeftOut]:
    for sentence in report.sentences:
        place = f"{name}:{sentence.sentence_id}"
        polarities = {opinion.polarity for opinion in sentence.opinions}
        if len(polarities) != 1:
            reason = "opinions of several polarities" if polarities else "no opinion"
            yield LeftOut(place=place, reason=reason)
            continue
        yield Judged(
            place=place,
            id=f"{name.removesuffix('_ann.json')}-{sentence.sentence_id}",
            split=split,
            material=sentence.sentence,
            label=polarities.pop(),
        )


SOURCE = Source(
    name="chabsa",
    title="chABSA-dataset",
    licence=Licence(
        spdx="CC-BY-4.0",
        url="https://github.com/chakki-works/chABSA-dataset#license",
        attribution="TIS Inc., chABSA-dataset, CC BY 4.0; text of annual reports published on EDINET",
    ),
    citation="Takahiro Kubo, Hiroki Nakayama: chABSA: Aspect Based Sentiment Analysis dataset in Japanese, 2018.",
    homepage="https://github.com/chakki-works/chABSA-dataset",
    splits={"train": True, "test": False},
    benchmark="chabsa",
    downloads=(
        Download(
            url="https://s3-ap-northeast-1.amazonaws.com/dev.tech-sketch.jp/chakki/public/chABSA-dataset.zip",
        ),
    ),
    parts=(SENTIMENT.as_part(),),
    fields=("sentence", "polarity"),
    labels=SENTIMENT.words,
    measured={
        "train": Measured(examples=1_492, left_out=2_484, note="147 documents; upstream has 230 in all"),
        "test": Measured(examples=336, left_out=624, note="37 documents"),
    },
    sample={
        "e00001_ann.json": """{"header": {"document_id": "E00001", "document_name": "見本株式会社",
 "doc_text": "有価証券報告書", "edi_id": "E00001", "security_code": "00000", "category33": "小売業",
 "category17": "小売", "scale": "6"}, "sentences": [
{"sentence_id": 0, "sentence": "傘の売上は前の年を大きく上回りました", "opinions": [
 {"target": "傘", "category": "product#sales", "polarity": "positive", "from": 0, "to": 1}]},
{"sentence_id": 1, "sentence": "靴の売上も利益も減りました", "opinions": [
 {"target": "靴", "category": "product#sales", "polarity": "negative", "from": 0, "to": 1},
 {"target": "靴", "category": "product#profit", "polarity": "negative", "from": 0, "to": 1}]},
{"sentence_id": 2, "sentence": "傘は売れましたが、靴は売れませんでした", "opinions": [
 {"target": "傘", "category": "product#sales", "polarity": "positive", "from": 0, "to": 1},
 {"target": "靴", "category": "product#sales", "polarity": "negative", "from": 9, "to": 10}]},
{"sentence_id": 3, "sentence": "当社は三つの店を営んでいます", "opinions": []}]}""".encode(),
        "e00002_ann.json": """{"header": {"document_id": "E00002"}, "sentences": [
{"sentence_id": 0, "sentence": "町の景気は横ばいでした", "opinions": [
 {"target": "町の景気", "category": "market#general", "polarity": "neutral", "from": 0, "to": 4}]},
{"sentence_id": 1, "sentence": "費用は見込みどおりでした", "opinions": [
 {"target": "費用", "category": "company#cost", "polarity": "unsure", "from": 0, "to": 2}]}]}""".encode(),
        "e00006_ann.json": """{"header": {"document_id": "E00006"}, "sentences": [
{"sentence_id": 0, "sentence": "帽子の注文は大きく増えました", "opinions": [
 {"target": "帽子", "category": "product#sales", "polarity": "positive", "from": 0, "to": 2}]}]}""".encode(),
    },
    read=read,
)
