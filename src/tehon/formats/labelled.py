"""Evaluation by labels: how the project asks for those of corpora that have no published prompt.

The counterpart of `judgement`, which makes training examples of the same corpora. The instructions are others, so that
a model tuned on those has not seen what it is asked here.
"""

from collections.abc import Mapping

from tehon.errors import BadRawFile
from tehon.records.corpus import Cluster, Example
from tehon.records.evaluation import Item, TaskPrompt
from tehon.records.record import Record

OURS = "ours"
"""Name and source of the prompts that the project wrote itself."""


class Place(Record, kw_only=True):
    """Where an item stands.

    Attributes:
        split: that it belongs to.
        number: within the split, from 0.
        id: the corpus's own.
        where: for messages, `file:line`.
    """

    split: str
    number: int
    id: str
    where: str


class Labelling(Record, kw_only=True):
    """A task whose answers are labels.

    Attributes:
        task: its name.
        cluster: its task cluster.
        licence: SPDX expression.
        instruction: what is asked; it names every word.
        words: label as the corpus writes it -> the word to choose, in label order.
        names: field -> what it is called before its text, in order.
    """

    task: str
    cluster: Cluster
    licence: str
    instruction: str
    words: Mapping[str, str]
    names: Mapping[str, str]

    @property
    def choices(self) -> tuple[str, ...]:
        """The words, in label order."""
        return tuple(self.words.values())

    def prompts(self) -> dict[str, TaskPrompt]:
        """One plain prompt: the instruction once, then every item with its fields."""
        asked = "".join(f"{name}：{{{field}}}\n" for field, name in self.names.items())
        return {OURS: TaskPrompt(description=f"{self.instruction}\n\n", query=f"{asked}答え：", source=OURS)}

    def item(self, place: Place, label: str, **fields: str) -> Item:
        """One item.

        Raises:
            BadRawFile: a field is empty, or the label is none of those known.
        """
        empty = [name for name, text in fields.items() if not text.strip()]
        if empty or label not in self.words:
            known = ", ".join(self.words)
            problem = f"has no {empty[0]}" if empty else f"must be labelled with one of {known}, but has {label!r}"
            raise BadRawFile(place.where, problem, "Fetch the file again")
        word = self.words[label]
        example = Example(
            id=f"{self.task}/{place.split}/{place.number:06d}",
            upstream_id=place.id,
            instruction=self.instruction,
            input="\n".join(f"{name}：{fields[field]}" for field, name in self.names.items()),
            response=word,
            source=self.task,
            part=self.task,
            split=place.split,
            cluster=self.cluster,
            language="ja",
            licence=self.licence,
        )
        return Item(example=example, fields=fields, choices=self.choices, answer=self.choices.index(word))
