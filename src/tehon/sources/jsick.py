"""JSICK: image captions translated from SICK, with the relation that Japanese annotators saw between them.

The paper names inference as missing; it did not use this corpus, so both renderings are the same. Used:
`sentence_A_Ja` as premise, `sentence_B_Ja` as hypothesis, `entailment_label_Ja` (含意, 矛盾, 中立), under one of three
wordings. Cluster: inference. `train` (5,000 rows, 4,946 different pairs) may be trained on, `test` (4,927; 3,927 at
hand) may not; 85 of the test pairs at hand stand in `train` too, as upstream made them, so hold them out to evaluate.
The repository's README of 2022 says CC BY 4.0, copies of the corpus say CC BY-SA 4.0; the stricter is declared.
"""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats.delimited import read_delimited
from tehon.formats.finding import chosen, find_one
from tehon.formats.github import Repository
from tehon.formats.inference import NAMES, WORDINGS, WORDS
from tehon.formats.judgement import Judged, Judgement, pair
from tehon.formats.lines import file_lines
from tehon.records.corpus import Drop, Example, Licence, Measured, ReadOptions, Source
from tehon.records.rows import LeftOut, Row, examples

UPSTREAM = Repository("verypluming/JSICK", "da426bbdb6dc133754daabfd2aa9396d54c75fea")
RELATION = Judgement(source="jsick", part="pairs", cluster="inference", wordings=WORDINGS, words=WORDS)
COLUMNS = ("pair_ID", "sentence_A_Ja", "sentence_B_Ja", "entailment_label_Ja")
HEADER = (
    "pair_ID\tdata\tsentence_A_En\tsentence_B_En\tentailment_label_En\trelatedness_score_En"
    "\tcorr_entailment_labelAB_En\tcorr_entailment_labelBA_En\tsentence_A_Ja\tsentence_B_Ja\tentailment_label_Ja"
    "\trelatedness_score_Ja\timage_ID\toriginal_caption\tsemtag_short\tsemtag_long\n"
)


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every pair of sentences in the file's order."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    for split in chosen(SOURCE.splits, options.splits):
        path = find_one(folder, f"{split}*.tsv")
        for line in read_delimited(file_lines(path), path.name, "\t", quoted=False, columns=COLUMNS):
            if isinstance(line, LeftOut):
                yield line
                continue
            place, cells = line
            judged = Judged(
                place=place,
                id=f"{split}-{cells.get('pair_ID', '')}",
                split=split,
                material=pair(cells.get("sentence_A_Ja", ""), cells.get("sentence_B_Ja", ""), NAMES),
                label=cells.get("entailment_label_Ja", ""),
            )
            yield RELATION.row(judged, options.seed)


SOURCE = Source(
    name="jsick",
    title="JSICK",
    licence=Licence(
        spdx="CC-BY-SA-4.0",
        url="https://github.com/verypluming/JSICK#license",
        attribution="Hitomi Yanaka and Koji Mineshima, JSICK, CC BY-SA 4.0",
        share_alike=True,
    ),
    citation="Hitomi Yanaka, Koji Mineshima: Compositional Evaluation on Japanese Textual Entailment and Similarity. "
    "TACL 10, pp. 1266-1284, 2022.",
    homepage="https://github.com/verypluming/JSICK",
    splits={"train": True, "test": False},
    benchmark="jsick",
    downloads=(
        UPSTREAM.download(
            "jsick/train.tsv", "5aee77c7cb5e598c35cadc99f54eb53f980cf554219f497871fbdcc5a25b71be", size_bytes=786_436
        ),
        UPSTREAM.download("jsick/test.tsv"),
    ),
    parts=(RELATION.as_part(),),
    fields=("sentence_A_Ja", "sentence_B_Ja", "entailment_label_Ja"),
    labels=RELATION.words,
    measured={
        "train": Measured(examples=5_000),
        "test": Measured(examples=3_927, note="part of upstream's 4,927"),
    },
    sample={
        "train.tsv": (
            HEADER + "1\t\t\t\t\t\t\t\t庭で猫が眠っている\t猫が外で寝ている\tentailment\t\t\t\t\t\n"
            "2\t\t\t\t\t\t\t\t庭で猫が眠っている\t猫は一匹も眠っていない\tcontradiction\t\t\t\t\t\n"
            "3\t\t\t\t\t\t\t\t庭で猫が眠っている\t\tneutral\t\t\t\t\t\n"
            "4\t\t\t\t\t\t\t\t庭で猫が眠っている\t猫の名前は太郎だ\t\t\t\t\t\t\n"
        ).encode(),
        "test.tsv": (
            HEADER + "5\ttest\tA boy paints.\tA boy draws.\tneutral\t3.9\t\t\t少年が絵を描いている\t"
            '少年が"絵"を描いている\tneutral\t4.1\tp.jpg\tA boy .\tQuote\tQuote;"\n'
        ).encode(),
    },
    read=read,
)
