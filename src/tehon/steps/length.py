"""Drops rows that are too short or too long, in characters or in a tokenizer's tokens.

Without a limit it leaves every row. The whole of an example is its earlier turns, its instruction, its input and its
response; the whole of a document is its title and its text, and its text counts as the response. Characters are code
points of Unicode. Tokens are those of the whole, each text encoded by itself, without special tokens and without the
words of a prompt frame: keep the limit below the sequence length by as much as the frame takes.
"""

from collections.abc import Callable, Sequence
from math import inf
from typing import Annotated
from unicodedata import normalize

import msgspec

from tehon.errors import BadConfig
from tehon.formats.tokenizer import Count, token_counter, tokenizer_file
from tehon.records.contents import texts
from tehon.records.record import Record
from tehon.records.step import Changed, Content, Step

Limit = Annotated[int, msgspec.Meta(ge=1)]
WHERE = "steps.length"


class Length(Record, kw_only=True):
    """The limits; each is itself allowed.

    Attributes:
        fewest_characters: of the whole.
        most_characters: of the whole.
        fewest_response_characters: of the response.
        most_response_characters: of the response.
        most_tokens: of the whole; needs a tokenizer.
        tokenizer: whose tokens: a folder with `tokenizer.json` or one SentencePiece model (`*.model`), either file, or
            a name on the Hugging Face hub.
    """

    fewest_characters: Limit | None = None
    most_characters: Limit | None = None
    fewest_response_characters: Limit | None = None
    most_response_characters: Limit | None = None
    most_tokens: Limit | None = None
    tokenizer: str = ""

    def __post_init__(self) -> None:
        """Check what types cannot say.

        Raises:
            BadConfig: no row can meet the limits, or one of tokenizer and limit is missing.
        """
        for fewest, most, name in (
            (self.fewest_characters, self.most_characters, "most_characters"),
            (self.fewest_response_characters, self.most_response_characters, "most_response_characters"),
            (self.fewest_response_characters, self.most_characters, "most_characters"),
        ):
            if fewest and most and fewest > most:
                problem = f"must be at least the fewest characters, {fewest}, but is {most}"
                raise BadConfig(f"{WHERE}.{name}", problem, "Raise it, or lower the other")
        if bool(self.tokenizer) != bool(self.most_tokens):
            problem = "must name both a tokenizer and most_tokens, or neither"
            raise BadConfig(WHERE, problem, 'For example tokenizer = "models/my-base" and most_tokens = 256')


def make(options: Length) -> Callable[[Content], Changed]:
    """The step for these options.

    Raises:
        ModelNotFound: there is no such tokenizer.
        ModelError: its file is damaged.
        PackageMissing: what reads it is not installed.
    """
    fewest, most = options.fewest_characters or 0, options.most_characters or inf
    fewest_response, most_response = options.fewest_response_characters or 0, options.most_response_characters or inf
    most_tokens = options.most_tokens
    count = token_counter(tokenizer_file(options.tokenizer)) if options.tokenizer else None

    def check(content: Content) -> Changed:
        whole = texts(content)
        response = len(whole[-1])
        characters = sum(map(len, whole))
        if response < fewest_response or response > most_response:
            return "response too short" if response < fewest_response else "response too long"
        if characters < fewest or characters > most:
            return "too few characters" if characters < fewest else "too many characters"
        if count and most_tokens and _exceed(whole, count, most_tokens):
            return "too many tokens"
        return content

    return check


def _exceed(whole: Sequence[str], count: Count, most: int) -> bool:
    # A token stands for a byte at least, of the text or of its longest normal form, and one can mark a text's start.
    # Counting bytes costs a small part of counting tokens.
    size = sum(len(text.encode()) + len(normalize("NFKD", text).encode()) + 1 for text in whole)
    return size > most and sum(map(count, whole)) > most


STEP = Step(
    name="length",
    title="Drops rows that are too short or too long, in characters or in tokens",
    options=Length,
    make=make,
    packages=("sentencepiece", "tokenizers"),
    files=lambda options: (tokenizer_file(options.tokenizer),) if options.tokenizer else (),
)
