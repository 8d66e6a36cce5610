"""JaNLI: does one template sentence follow from another that differs in word order and particles?

Upstream's one file holds both splits in a column.
"""

from collections.abc import Iterator
from pathlib import Path

from tehon.errors import BadRawFile
from tehon.formats.delimited import read_delimited
from tehon.formats.labelled import OURS, Labelling, Place
from tehon.formats.lines import file_lines
from tehon.formats.whole import whole
from tehon.records.evaluation import Item, Task
from tehon.sources.janli import COLUMNS, HEADER, RELATION, SOURCE

LABELLING = Labelling(
    task="janli",
    cluster="inference",
    licence=SOURCE.licence.spdx,
    instruction=(
        "前提が正しいとき仮説も必ず正しければ含意、正しいとは限らなければ非含意です。"
        "前提と仮説の関係を、含意、非含意のどちらか一語で答えてください。"
    ),
    words=RELATION.words,
    names={"premise": "前提", "hypothesis": "仮説"},
)


def read(file: Path, split: str) -> Iterator[Item]:
    """One item a pair of the split."""
    number = 0
    rows = read_delimited(file_lines(file), file.name, "\t", quoted=False, columns=COLUMNS)
    for place, cells in whole(rows, file):
        where = str(file.parent / place)
        if cells["split"] not in TASK.splits:
            problem = f"must be of a split of {', '.join(TASK.splits)}, but is of {cells['split']!r}"
            raise BadRawFile(where, problem, "Fetch the file again")
        if cells["split"] == split:
            pair = {"premise": cells["sentence_A_Ja"], "hypothesis": cells["sentence_B_Ja"]}
            at = Place(split=split, number=number, id=cells.get("", ""), where=where)
            yield LABELLING.item(at, cells["entailment_label_Ja"], **pair)
            number += 1


TASK = Task(
    name="janli",
    title=SOURCE.title,
    kind="choice",
    language="ja",
    labels=tuple(RELATION.words),
    splits={"train": "janli*.tsv", "test": "janli*.tsv"},
    split="test",
    shots_split="train",
    items={"train": 13_680, "test": 720},
    prompts=LABELLING.prompts(),
    default_template=OURS,
    licence=SOURCE.licence,
    citation=SOURCE.citation,
    homepage=SOURCE.homepage,
    benchmark=SOURCE.benchmark,
    downloads=SOURCE.downloads,
    sample={
        "janli.tsv": (
            HEADER + "0\t船長が子供を呼んだ\t子供を船長が呼んだ\tentailment\toverlap-full\t2\tscrambling\ttrain\n"
            "1\t船長が子供を呼んだ\t船長を子供が呼んだ\tnon-entailment\torder\t2\tscrambling\ttrain\n"
            "2\t画家が犬を見つめた\t犬を画家が見つめた\tentailment\toverlap-full\t2\tscrambling\ttrain\n"
            "3\t医師が{旅人}を待った\t{旅人}を医師が待った\tentailment\toverlap-full\t2\tscrambling\ttest\n"
            "4\t医師が{旅人}を待った\t医師を{旅人}が待った\tnon-entailment\torder\t2\tscrambling\ttest\n"
        ).encode()
    },
    read=read,
)
