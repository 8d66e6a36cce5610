"""Examples with small changes put in on purpose, and examples that only look as if they had been changed."""

import re
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import NamedTuple

import jaconv

from tehon.text.ngrams import NUMERALS
from tehon.text.normalise import same_words

SHORT = 13
"""Letters that a question of the class `under 13 letters` has less than."""
HEADS = (
    "次の質問に答えてください。",
    "以下の問いに、日本語で簡潔にお答えください。\n",
    "質問：",
    "クイズです！ ",
    "教えてください。",
    "問１ ",
    "知識を使って、次の問いに一言で答えなさい。",
    "ユーザーから質問が届きました。短く答えましょう。",
)
_DIGIT = re.compile(r"[0-9０-９]")
_MARKS = str.maketrans({"、": "，", "。": "．", "？": "?", "！": "!", "「": "『", "」": "』", "・": " "})


class Asked(NamedTuple):
    """One question with what belongs to it.

    Attributes:
        question: what is asked.
        response: the answer.
        passage: what it is asked about.
        choices: what can be answered.
        other: the second sentence of a pair, the question being the first.
    """

    question: str
    response: str
    passage: str = ""
    choices: tuple[str, ...] = ()
    other: str = ""


Change = Callable[[Asked, Random], Asked | None]
"""The changed question, or None where there is nothing to change."""


def everywhere(asked: Asked, change: Callable[[str], str]) -> Asked:
    """The same with every text changed."""
    return Asked(
        change(asked.question), change(asked.response), change(asked.passage), tuple(map(change, asked.choices)),
        change(asked.other),
    )  # fmt: skip


def width(asked: Asked, random: Random) -> Asked | None:
    """Full width for half, or half width for full, in letters, digits and katakana."""
    wide = random.random() < 0.5  # noqa: PLR2004 - a coin

    def change(text: str) -> str:
        if wide:
            return str(jaconv.h2z(text, kana=True, ascii=True, digit=True))
        return str(jaconv.z2h(text, kana=True, ascii=True, digit=True))

    return _unless_same(asked, everywhere(asked, change))


def punctuation(asked: Asked, random: Random) -> Asked | None:
    """Other marks, some of them gone, and a space here and there."""

    def change(text: str) -> str:
        kept = "".join(letter for letter in text.translate(_MARKS) if letter not in "，．" or random.random() < 0.5)  # noqa: PLR2004
        place = random.randrange(len(kept) + 1)
        return f"{kept[:place]} {kept[place:]}" if text else text

    return _unless_same(asked, everywhere(asked, change))


def edits(count: int) -> Change:
    """So many letters left out, put in or exchanged, anywhere in the question; numerals stay."""

    def change(asked: Asked, random: Random) -> Asked | None:
        if len(same_words(asked.question)) < SHORT:
            return None
        return asked._replace(question=edited(asked.question, count, asked.question + asked.passage, random))

    return change


def edits_anywhere(count: int) -> Change:
    """The same, anywhere in question, passage and response."""

    def change(asked: Asked, random: Random) -> Asked | None:
        texts = {"question": asked.question, "passage": asked.passage, "response": asked.response}
        long = {name: text for name, text in texts.items() if len(same_words(text)) >= SHORT}
        if not long:
            return None
        letters = "".join(texts.values())
        for _ in range(count):
            [name] = random.choices(list(long), weights=[len(text) for text in long.values()])
            long[name] = edited(long[name], 1, letters, random)
        question, passage, response = (long.get(name, text) for name, text in texts.items())
        return asked._replace(question=question, passage=passage, response=response)

    return change


def edited(text: str, count: int, letters: str, random: Random) -> str:
    """A text with so many letters changed; `letters` are those that may come in."""
    for _ in range(count):
        places = [place for place, letter in enumerate(text) if same_words(letter) and letter not in NUMERALS]
        place = random.choice([one for one in places if not _DIGIT.match(text[one])])
        new = random.choice([letter for letter in same_words(letters) if letter not in NUMERALS])
        kept, gone = random.choice([(new, 1), ("", 1), (new, 0)])
        text = text[:place] + kept + text[place + gone :]
    return text


def head(asked: Asked, random: Random) -> Asked | None:
    """A request or a name in front of the question; a pair has none to put it before."""
    if asked.other:
        return None
    return asked._replace(question=random.choice(HEADS) + asked.question)


def choices(asked: Asked, random: Random) -> Asked | None:
    """The choices in another order."""
    if not asked.choices:
        return None
    mixed = random.sample(asked.choices, len(asked.choices))
    return asked._replace(choices=tuple(mixed)) if tuple(mixed) != asked.choices else None


def short(asked: Asked, random: Random) -> Asked | None:
    """A question of less than 13 letters, and alone, in another width, with other marks or with a head."""
    if len(same_words(asked.question)) >= SHORT or asked.other:
        return None
    return random.choice((width, punctuation, head))(asked, random)


def pair_turned(asked: Asked, _random: Random) -> Asked | None:
    """The two sentences of a pair in the other order."""
    return asked._replace(question=asked.other, other=asked.question) if asked.other else None


def number(asked: Asked, random: Random) -> Asked | None:
    """Another number in the question: another question."""
    places = [found.start() for found in _DIGIT.finditer(asked.question)]
    if not places:
        return None
    place = random.choice(places)
    other = random.choice([digit for digit in "123456789" if digit != same_words(asked.question[place])])
    return asked._replace(question=asked.question[:place] + other + asked.question[place + 1 :])


def new_questions(rows: Sequence[Asked]) -> Iterator[tuple[Asked, Asked]]:
    """Pairs of different questions about one passage."""
    of_passage: dict[str, Asked] = {}
    for row in rows:
        if row.passage:
            first = of_passage.setdefault(row.passage, row)
            if first is not row and not akin(first.question, row.question):
                del of_passage[row.passage]
                yield first, row


def akin(first: str, second: str) -> bool:
    """Whether two questions about one passage are more or less the same one, as annotators often ask twice."""
    sets = [{words[i : i + 2] for i in range(len(words) - 1)} for words in map(same_words, (first, second))]
    return 2 * len(sets[0] & sets[1]) > len(sets[0] | sets[1])


def _unless_same(before: Asked, after: Asked) -> Asked | None:
    return None if after == before else after
