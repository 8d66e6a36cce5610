"""chABSA: is a sentence from a company's annual report good news, bad news, or neither?

The sentiment of whole sentences whose opinions all have one polarity, as the source of this name reads them; the other
sentences are no items. Upstream has no splits: these are the source's, a fifth of the documents for the test.
"""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats.labelled import OURS, Labelling, Place
from tehon.formats.whole import whole
from tehon.records.evaluation import Item, Task
from tehon.sources.chabsa import SENTIMENT, SOURCE, judged

LABELLING = Labelling(
    task="chabsa",
    cluster="sentiment",
    licence=SOURCE.licence.spdx,
    instruction=(
        "企業の報告書の文を読み、業績などについての評価がよければポジティブ、悪ければネガティブ、"
        "どちらでもなければ中立と、一語で答えてください。"
    ),
    words=SENTIMENT.words,
    names={"sentence": "文"},
)


def read(folder: Path, split: str) -> Iterator[Item]:
    """One item a sentence, document by document; reads upstream's archive, or its files."""
    for number, one in enumerate(whole(judged(folder, (split,)), folder)):
        at = Place(split=split, number=number, id=one.id, where=str(folder / one.place))
        yield LABELLING.item(at, one.label, sentence=one.material)


def document(*sentences: tuple[str, str]) -> bytes:
    """A report in the upstream layout; a sentence without a polarity has no opinion."""
    said = ",\n".join(
        f"""{{"sentence_id": {number}, "sentence": "{sentence}", "opinions": [{opinion(polarity)}]}}"""
        for number, (sentence, polarity) in enumerate(sentences)
    )
    return f"""{{"header": {{"document_id": "E00000"}}, "sentences": [\n{said}]}}""".encode()


def opinion(polarity: str) -> str:
    """What a sentence says of its target."""
    return f"""{{"target": "品", "category": "product#sales", "polarity": "{polarity}"}}""" if polarity else ""


TASK = Task(
    name="chabsa",
    title=f"{SOURCE.title}, sentiment",
    kind="choice",
    language="ja",
    labels=tuple(SENTIMENT.words),
    splits={"train": "./", "test": "./"},
    split="test",
    shots_split="train",
    prompts=LABELLING.prompts(),
    default_template=OURS,
    licence=SOURCE.licence,
    citation=SOURCE.citation,
    homepage=SOURCE.homepage,
    benchmark=SOURCE.benchmark,
    downloads=SOURCE.downloads,
    sample={
        "e00001_ann.json": document(
            ("茶の売上が伸びました", "positive"),
            ("本社は丘の上にあります", ""),
            ("紙の値上がりで利益が減りました", "negative"),
        ),
        "e00002_ann.json": document(("店の数は前の年と同じでした", "neutral")),
        "e00006_ann.json": document(
            ("{新しい}店が客を集め、過去最高の利益でした", "positive"), ("工場が止まり、大きな損が出ました", "negative")
        ),
    },
    read=read,
)
