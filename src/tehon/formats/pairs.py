"""Sentence pairs of a parallel corpus, asked for in either direction."""

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from tehon.records.corpus import Part
from tehon.records.rows import LeftOut, Row

Side = Literal["ja", "en"]


class Pair(NamedTuple):
    """One sentence in both languages.

    Attributes:
        place: `file:line`.
        id: the corpus's own, or the line's number.
        ja: the Japanese sentence.
        en: the English sentence.
        split: the upstream split that it was read from.
    """

    place: str
    id: str
    ja: str
    en: str
    split: str


class Way(NamedTuple):
    """One direction of a corpus.

    Attributes:
        part: its name as a part.
        instruction: what is asked.
        asked: the language of the input; the response is in the other.
    """

    part: str
    instruction: str
    asked: Side


def part_of(way: Way) -> Part:
    """The part that a direction is."""
    answered = _other(way.asked)
    return Part(
        name=way.part,
        cluster="translation",
        language=answered,
        direction=f"{way.asked}-{answered}",
        translation=True,
        wording=way.instruction,
    )


def in_turn(read: Callable[[], Iterator[Pair | LeftOut]], *ways: Way) -> Iterator[Row | LeftOut]:
    """All pairs in the first direction, then all in the next: the order of the paper's releases.

    The corpus is read once for each direction, so that memory holds one pair; what cannot be a pair is told once.
    """
    for turn, way in enumerate(ways):
        for pair in read():
            if isinstance(pair, LeftOut):
                if turn == 0:
                    yield pair
            elif pair.ja.strip() and pair.en.strip():
                yield _row(pair, way)
            elif turn == 0:
                yield LeftOut(place=pair.place, reason="a sentence is missing")


def _row(pair: Pair, way: Way) -> Row:
    sides: dict[Side, str] = {"ja": pair.ja, "en": pair.en}
    return Row(
        upstream_id=pair.id,
        instruction=way.instruction,
        input=sides[way.asked],
        response=sides[_other(way.asked)],
        part=way.part,
        split=pair.split,
    )


def _other(side: Side) -> Side:
    return "en" if side == "ja" else "ja"
