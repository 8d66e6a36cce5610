"""Judgements: a piece of material is asked about in one of several wordings, and the label's word is the response.

Corpora for classification hold labels, not sentences. Which word stands for a label and how it is asked for is the
project's choice; both stand in the source's part, so that the docs can show them.
"""

from collections.abc import Mapping

from tehon.formats.authored import choose
from tehon.records.corpus import Cluster, Part
from tehon.records.record import Record
from tehon.records.rows import LeftOut, Row


class Judged(Record, kw_only=True):
    """A labelled piece of material.

    Attributes:
        place: `file:row`.
        id: the corpus's own, unique in the source.
        split: the upstream split that it was read from.
        material: what is judged; empty where the corpus lacks it.
        label: as the corpus writes it; empty where it lacks one.
    """

    place: str
    id: str
    split: str
    material: str
    label: str


class Judgement(Record, kw_only=True):
    """How a source asks for its labels.

    Attributes:
        source: the source's name, part of the key that chooses a wording.
        part: the name of its part.
        cluster: the part's task cluster.
        wordings: instructions that ask for the same.
        words: label -> the word that is the response.
    """

    source: str
    part: str
    cluster: Cluster
    wordings: tuple[str, ...]
    words: Mapping[str, str]

    def as_part(self) -> Part:
        """The part, with every wording for the docs."""
        return Part(name=self.part, cluster=self.cluster, wording="／".join(self.wordings))

    def row(self, judged: Judged, seed: int) -> Row | LeftOut:
        """The example's row, its wording chosen by keyed hash of seed, source and id, or why there is none."""
        if not judged.material.strip():
            return LeftOut(place=judged.place, reason="text missing")
        if judged.label not in self.words:
            return LeftOut(place=judged.place, reason="unknown label" if judged.label else "label missing")
        wording = choose(self.wordings, "wording", self.source, seed, judged.id)
        return Row(
            upstream_id=judged.id,
            instruction=wording,
            input=judged.material,
            response=self.words[judged.label],
            part=self.part,
            split=judged.split,
            wording=wording,
        )


def pair(first: str, second: str, names: tuple[str, str]) -> str:
    """Two sentences under their names, one a line; empty where one is missing."""
    return f"{names[0]}：{first}\n{names[1]}：{second}" if first.strip() and second.strip() else ""
