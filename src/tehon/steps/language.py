"""Drops a row that is certainly in another language than it says, told by the scripts of its letters.

Looked at is the response, or a document's text; of a translation also the input, which must be able to be in the other
language of the pair. Only what is certain goes. These stay: texts of few letters (names, numbers, `DVD`), kanji without
kana, code and Latin names in Japanese rows, and languages that share their script, such as French and English.

Japanese holds many Latin letters, so two things alone speak against it: English sentences with next to no Japanese
around them, and, in a text without kana, characters that only Chinese uses. A translation's row says what
language each text must be in, so there a single letter of a foreign script is enough, and so are Latin letters alone.
"""

from collections.abc import Callable
from typing import Annotated

import msgspec

from tehon.errors import BadConfig
from tehon.records.corpus import Example
from tehon.records.record import Record
from tehon.records.step import Changed, Content, Step
from tehon.text.script import WRITTEN, Script, language, letters, plainly, reads_chinese, reads_english

RESPONSE = "response in another language"
INPUT = "input in another language"
DIRECTION = "translated in the other direction"
TEXT = "text in another language"
_CERTAIN: frozenset[Script] = frozenset({"kana", "han", "hangul", "cyrillic"})


class Language(Record, kw_only=True):
    """What must hold for a text to be in a language.

    Attributes:
        least_share: of a text's letters, how many must be in a script of its language.
        least_share_japanese: the same for Japanese.
        least_letters: a text of fewer letters is not judged.
        pair: two languages; a translation into one of them must come from the other. Empty: inputs are not judged.
    """

    least_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    least_share_japanese: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.1
    least_letters: Annotated[int, msgspec.Meta(ge=1)] = 20
    pair: tuple[str, ...] = ("en", "ja")

    def __post_init__(self) -> None:
        """Check what types cannot say.

        Raises:
            BadConfig: the pair is none.
        """
        if len(set(self.pair)) not in {0, 2}:
            problem = f"must be two languages or none, but is {', '.join(self.pair)}"
            raise BadConfig("steps.language.pair", problem, 'Write for example pair = ["en", "ja"]')


def make(options: Language) -> Callable[[Content], Changed]:
    """The step for these options."""

    def check(content: Content) -> Changed:
        if not isinstance(content, Example):
            return TEXT if contradicts(content.text, content.language, options) else content
        if content.cluster == "translation":
            return _translated(content, options) or content
        return RESPONSE if contradicts(content.response, content.language, options) else content

    return check


def contradicts(text: str, code: str, options: Language, *, told: bool = False) -> bool:
    """Whether a text can certainly not be in a language.

    Args:
        text: of any length.
        code: of BCP 47; of a language whose script is not known nothing is certain.
        options: see there.
        told: the row leaves no choice of the language, as a translation does.
    """
    own = WRITTEN.get(code.partition("-")[0].lower(), ())
    if not own or (len(text) < options.least_letters and not told):
        return False
    least = options.least_share_japanese if "kana" in own else options.least_share
    if plainly(text, own, least):
        return False
    found = letters(text)
    total = sum(found.values())
    enough = total >= options.least_letters
    if "kana" in own and (told or enough) and reads_chinese(text):
        return True
    owned = sum(found.pop(script, 0) for script in own)
    if owned >= least * total:
        return False
    main = max(found, key=found.__getitem__)
    if main == "latin" and "kana" in own:
        return reads_english(text) or not owned if enough and told else (enough or told) and reads_english(text)
    return enough or (told and main in _CERTAIN)


def _translated(example: Example, options: Language) -> str:
    """Why a translation goes; empty where it stays."""
    target = example.language.partition("-")[0].lower()
    others = [language for language in options.pair if language != target] if target in options.pair else []
    response = contradicts(example.response, target, options, told=True)
    material = any(contradicts(example.input, other, options, told=True) for other in others)
    if not response and not material:
        return ""
    exchanged = language(example.input) == target and language(example.response) in others
    if exchanged or (response and material):
        return DIRECTION
    return RESPONSE if response else INPUT


STEP = Step(
    name="language",
    title="Drops texts that are certainly in another language, and translations in the wrong direction",
    options=Language,
    make=make,
)
