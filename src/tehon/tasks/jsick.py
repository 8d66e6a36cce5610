"""JSICK: does one translated caption follow from another, contradict it, or neither?

85 of the test pairs at hand stand in `train` as well, as upstream made them; none is drawn as a shot for itself.
"""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats.delimited import read_delimited
from tehon.formats.inference import WORDS
from tehon.formats.labelled import OURS, Labelling, Place
from tehon.formats.lines import file_lines
from tehon.formats.whole import whole
from tehon.records.evaluation import Item, Task
from tehon.sources.jsick import COLUMNS, HEADER, SOURCE

LABELLING = Labelling(
    task="jsick",
    cluster="inference",
    licence=SOURCE.licence.spdx,
    instruction=(
        "前提から仮説が言えれば含意、前提と仮説が両立しなければ矛盾、そのどちらでもなければ中立です。"
        "前提と仮説の関係を、含意、矛盾、中立のどれか一語で答えてください。"
    ),
    words=WORDS,
    names={"premise": "前提", "hypothesis": "仮説"},
)


def read(file: Path, split: str) -> Iterator[Item]:
    """One item a pair."""
    rows = read_delimited(file_lines(file), file.name, "\t", quoted=False, columns=COLUMNS)
    for number, (place, cells) in enumerate(whole(rows, file)):
        at = Place(split=split, number=number, id=cells["pair_ID"], where=str(file.parent / place))
        pair = {"premise": cells["sentence_A_Ja"], "hypothesis": cells["sentence_B_Ja"]}
        yield LABELLING.item(at, cells["entailment_label_Ja"], **pair)


def line(number: int, premise: str, hypothesis: str, label: str) -> str:
    """A row in the upstream layout, most of whose cells are empty in the training split."""
    return f"{number}" + "\t" * 8 + f"{premise}\t{hypothesis}\t{label}" + "\t" * 5 + "\n"


TASK = Task(
    name="jsick",
    title=SOURCE.title,
    kind="choice",
    language="ja",
    labels=tuple(WORDS),
    splits={"train": "train*.tsv", "test": "test*.tsv"},
    split="test",
    shots_split="train",
    items={"train": 5_000, "test": 4_927},
    prompts=LABELLING.prompts(),
    default_template=OURS,
    licence=SOURCE.licence,
    citation=SOURCE.citation,
    homepage=SOURCE.homepage,
    benchmark=SOURCE.benchmark,
    downloads=SOURCE.downloads,
    sample={
        "train.tsv": "".join(
            (
                HEADER,
                line(1, "老人が駅で新聞を読んでいる", "駅に老人がいる", "entailment"),
                line(2, "老人が駅で新聞を読んでいる", "駅には誰もいない", "contradiction"),
                line(3, "老人が駅で新聞を読んでいる", "老人は電車を待っている", "neutral"),
            )
        ).encode(),
        "test.tsv": "".join(
            (
                HEADER,
                line(4, "少女が丘で凧をあげている", "丘で凧があがっている", "entailment"),
                line(5, "少女が丘で凧をあげている", "少女は{家}で眠っている", "contradiction"),
            )
        ).encode(),
    },
    read=read,
)
