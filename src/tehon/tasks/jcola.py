"""JCoLA: is a sentence from the linguistic literature acceptable?

The in-domain validation split is scored; `out_of_domain_valid` is another split of the same. Three of four sentences
are acceptable, so MCC, which its authors report, and balanced accuracy say more than accuracy.
"""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats.json_lines import as_json_lines, read_json_lines
from tehon.formats.labelled import OURS, Labelling, Place
from tehon.records.evaluation import Item, Task
from tehon.sources.jcola import FILES, NATURALNESS, SOURCE, Sentence

LABELLING = Labelling(
    task="jcola",
    cluster="acceptability",
    licence=SOURCE.licence.spdx,
    instruction="文が日本語として受け入れられるものなら自然、そうでなければ不自然と、一語で答えてください。",
    words=NATURALNESS.words,
    names={"sentence": "文"},
)


def read(file: Path, split: str) -> Iterator[Item]:
    """One item a sentence."""
    for number, (place, row) in enumerate(read_json_lines(file, Sentence)):
        at = Place(split=split, number=number, id=str(row.uid), where=str(file.parent / place))
        yield LABELLING.item(at, "" if row.label is None else str(row.label), sentence=row.sentence)


TASK = Task(
    name="jcola",
    title=SOURCE.title,
    kind="choice",
    language="ja",
    labels=("acceptable", "unacceptable"),
    splits={split: f"{name}*.json" for split, name in FILES.items()},
    split="valid",
    shots_split="train",
    items={"train": 6_919, "valid": 865, "out_of_domain_valid": 685},
    prompts=LABELLING.prompts(),
    default_template=OURS,
    licence=SOURCE.licence,
    citation=SOURCE.citation,
    homepage=SOURCE.homepage,
    benchmark=SOURCE.benchmark,
    downloads=SOURCE.downloads,
    sample={
        "in_domain_train-v1.0.json": as_json_lines(
            Sentence(1, "弟は祖母に花を贈った。", 1),
            Sentence(2, "弟は祖母へ花に贈った。", 0),
            Sentence(3, "母が作った弁当を兄が食べた。", 1),
        ),
        "in_domain_valid-v1.0.json": as_json_lines(
            Sentence(4, "友人が駅まで迎えに来た。", 1), Sentence(5, "友人を{駅}まで迎えが来た。", 0)
        ),
        "out_of_domain_valid-v1.0.json": as_json_lines(Sentence(6, "窓が風で開けた。", 0)),
    },
    read=read,
)
