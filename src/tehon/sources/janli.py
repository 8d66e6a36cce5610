"""JaNLI: template sentences in which word order and particles decide whether one follows from the other.

The paper names inference as missing; it did not use this corpus, so both renderings are the same. Used:
`sentence_A_Ja` as premise, `sentence_B_Ja` as hypothesis, `entailment_label_Ja`: 含意 or, since contradiction and
neutral are not told apart, 非含意, under one of three wordings. Cluster: inference. One file holds both splits in its
`split` column: `train` (13,680 rows) may be trained on, `test` (720; 360 at hand) may not.
"""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats.delimited import read_delimited
from tehon.formats.finding import chosen, find_one
from tehon.formats.github import Repository
from tehon.formats.inference import NAMES
from tehon.formats.judgement import Judged, Judgement, pair
from tehon.formats.lines import file_lines
from tehon.records.corpus import Drop, Example, Licence, Measured, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples

RELATION = Judgement(
    source="janli",
    part="pairs",
    cluster="inference",
    wordings=(
        "前提から仮説が導けるかどうかを、「含意」か「非含意」で答えてください。",
        "前提が正しければ仮説も必ず正しいなら「含意」、そうとは限らないなら「非含意」と答えてください。",
        "仮説は前提から必ず言えますか。言えるなら「含意」、言えないなら「非含意」と答えてください。",
    ),
    words={"entailment": "含意", "non-entailment": "非含意"},
)
COLUMNS = ("sentence_A_Ja", "sentence_B_Ja", "entailment_label_Ja", "split")
HEADER = "\tsentence_A_Ja\tsentence_B_Ja\tentailment_label_Ja\theuristics\tnumber_of_NPs\tsemtag\tsplit\n"


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every pair of the splits asked for, in the file's order."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    splits = chosen(SOURCE.splits, options.splits)
    path = find_one(folder, "janli*.tsv")
    for line in read_delimited(file_lines(path), path.name, "\t", quoted=False, columns=COLUMNS):
        if isinstance(line, LeftOut):
            yield line
            continue
        place, cells = line
        split = cells.get("split", "")
        if split not in SOURCE.splits:
            yield LeftOut(place=place, reason="unknown split")
        elif split in splits:
            judged = Judged(
                place=place,
                id=cells.get("", ""),
                split=split,
                material=pair(cells.get("sentence_A_Ja", ""), cells.get("sentence_B_Ja", ""), NAMES),
                label=cells.get("entailment_label_Ja", ""),
            )
            yield RELATION.row(judged, options.seed)


SOURCE = Source(
    name="janli",
    title="JaNLI",
    licence=Licence(
        spdx="CC-BY-SA-4.0",
        url="https://github.com/verypluming/JaNLI#license",
        attribution="Hitomi Yanaka and Koji Mineshima, JaNLI, CC BY-SA 4.0",
        share_alike=True,
    ),
    citation="Hitomi Yanaka, Koji Mineshima: Assessing the Generalization Capacity of Pre-trained Language Models "
    "through Japanese Adversarial Natural Language Inference. BlackboxNLP 2021, pp. 337-349.",
    homepage="https://github.com/verypluming/JaNLI",
    splits={"train": True, "test": False},
    benchmark="janli",
    downloads=(Repository("verypluming/JaNLI", "54099bbf18c28b4d74f41ff97f873d57efaac209").download("janli.tsv"),),
    parts=(RELATION.as_part(),),
    fields=("sentence_A_Ja", "sentence_B_Ja", "entailment_label_Ja"),
    labels=RELATION.words,
    measured={
        "train": Measured(examples=13_680),
        "test": Measured(examples=360, note="half of upstream's 720"),
    },
    sample={
        "janli.tsv": (
            HEADER + "0\t先生が猫を追いかけた\t猫を先生が追いかけた\tentailment\toverlap-full\t2\tscrambling\ttrain\n"
            "1\t先生が猫を追いかけた\t先生を猫が追いかけた\tnon-entailment\torder\t2\tscrambling\ttrain\n"
            "2\t先生が猫を追いかけた\t猫が走った\t\tsubsequence\t2\tscrambling\ttrain\n"
            "3\t生徒が医者を探した\t医者を生徒が探した\tentailment\toverlap-full\t2\tscrambling\ttest\n"
            "4\t生徒が医者を探した\t医者が探した\tnon-entailment\tsubsequence\t2\tscrambling\ttest\n"
        ).encode()
    },
    read=read,
)
