"""What the demo's sources keep back: entities that no training example asks about, in wordings that none uses.

The file is drawn from the sources' held-out splits once and frozen, so that scores stay comparable while the sources
grow; a test draws it anew and compares.
"""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats.authored import OURS
from tehon.formats.questions import read_questions
from tehon.records.corpus import Licence
from tehon.records.evaluation import Item, Task


def read(file: Path, split: str) -> Iterator[Item]:
    """The items of `authored/demo_held_out.jsonl`; no file is looked at."""
    del file, split
    return read_questions(Path(__file__).parent / "authored" / "demo_held_out.jsonl", TASK.name, TASK.licence.spdx)


TASK = Task(
    name="demo_held_out",
    title="Held out of the demo: unseen entities in unseen wordings",
    kind="perplexity",
    language="ja",
    splits={"test": ""},
    split="test",
    default_template="alpaca_ja",
    licence=Licence(
        spdx=f"{OURS.spdx} AND Unicode-3.0",
        url="https://www.unicode.org/license.txt",
        attribution="Unicode Common Locale Data Repository, copyright 1991-2025 Unicode, Inc.",
    ),
    citation="The tehon developers: held-out items of tehon's demo, some with facts of the Unicode CLDR.",
    homepage="https://cldr.unicode.org",
    sample={},
    read=read,
    embedded=True,
)
