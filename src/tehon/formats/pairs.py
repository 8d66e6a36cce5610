"""Sentence pairs of a parallel corpus, asked for in either direction, and how that is asked."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from tehon.formats.wordings import APART, Worded, worded
from tehon.records.corpus import Part, ReadOptions
from tehon.records.rows import LeftOut, Row

INTO_ENGLISH = (
    "以下の日本語を英訳してください。",
    "次の日本語の文を英語に直してください。",
    "次の日本語は、英語ではどのように言いますか。",
)
INTO_JAPANESE = (
    "以下の英語を和訳してください。",
    "次の英語の文を日本語に直してください。",
    "次の英語は、日本語ではどのように言いますか。",
)
"""Ways to ask beside the published one of each corpus."""
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
        published: how the paper's generator asks.
        asked: the language of the input; the response is in the other.
    """

    part: str
    published: str
    asked: Side

    @property
    def wordings(self) -> tuple[str, ...]:
        """Every way to ask, the published one first."""
        return self.published, *(INTO_ENGLISH if self.asked == "ja" else INTO_JAPANESE)


def part_of(way: Way) -> Part:
    """The part that a direction is."""
    answered = _other(way.asked)
    return Part(
        name=way.part,
        cluster="translation",
        language=answered,
        direction=f"{way.asked}-{answered}",
        translation=True,
        wording=APART.join(way.wordings),
    )


def in_turn(
    read: Callable[[], Iterator[Pair | LeftOut]],
    ways: Sequence[Way],
    source: str,
    options: ReadOptions,
    *,
    keep_empty: bool = False,
) -> Iterator[Row | LeftOut]:
    """All pairs in the first direction, then all in the next: the order of the paper's releases.

    The corpus is read once for each direction, so that memory holds one pair; what cannot be a pair is told once.

    Args:
        read: the corpus's pairs.
        ways: the directions.
        source: its name, part of the key that chooses wordings.
        options: with the rendering, the seed, and the number of a direction as the piece to read, or none.
        keep_empty: a pair that lacks a sentence is one, too.
    """
    for turn, way in enumerate(ways):
        if options.piece not in {"", str(turn)}:
            continue
        wordings = way.wordings
        for pair in read():
            if isinstance(pair, LeftOut):
                if turn == 0:
                    yield pair
            elif keep_empty or (pair.ja.strip() and pair.en.strip()):
                yield _row(pair, way, worded(wordings, options, source, way.part, pair.id))
            elif turn == 0:
                yield LeftOut(place=pair.place, reason="a sentence is missing")


def _row(pair: Pair, way: Way, asked: Worded) -> Row:
    sides: dict[Side, str] = {"ja": pair.ja, "en": pair.en}
    return Row(
        upstream_id=pair.id,
        instruction=asked.pattern,
        input=sides[way.asked],
        response=sides[_other(way.asked)],
        part=way.part,
        split=pair.split,
        wording=asked.noted,
    )


def _other(side: Side) -> Side:
    return "en" if side == "ja" else "ja"
