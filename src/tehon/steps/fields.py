"""Drops a row from which nothing can be learnt, or something wrong.

- The instruction, the response or a document's text has no visible character: spaces, zero-width characters, fillers.
- A whole text is what a program writes where there is nothing: `nan`, `None`, `null`.
- The response repeats the input or the instruction, up to width and white space. In correction and simplification a
  response may equal its input, where nothing had to be changed, and in a dialogue a greeting answers itself.
- The row is the upstream file's header: the translation of `English` is `Japanese`.
- A text ends within a character, or holds many replacement characters (U+FFFD), or was read in the wrong encoding:
  `縺ｮ縺ｧ` is UTF-8 read as CP932, `ã®ã§` the same read as Latin-1.
"""

import re
from collections.abc import Callable
from typing import Annotated

import msgspec

from tehon.records.contents import texts
from tehon.records.corpus import Cluster, Document, Example
from tehon.records.record import Record
from tehon.records.step import Changed, Content, Step
from tehon.text.normalise import same_writing

INVISIBLE = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028"
    "\u2029\u202f\u205f\u3000"  # white space
    "\xad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064"
    "\u2066\u2067\u2068\u2069\ufeff\ufff9\ufffa\ufffb"  # format characters
    "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00\ufe01\ufe02\ufe03\ufe04\ufe05\ufe06\ufe07\ufe08\ufe09\ufe0a\ufe0b"
    "\ufe0c\ufe0d\ufe0e\ufe0f"  # fillers, blanks, variation selectors
)
"""Characters that leave no mark; a text of nothing else is blank."""
HEADERS = frozenset(
    {
        ("english", "japanese"), ("japanese", "english"), ("en", "ja"), ("ja", "en"), ("eng", "jpn"), ("jpn", "eng"),
        ("英語", "日本語"), ("日本語", "英語"), ("原文", "訳文"), ("source", "target"), ("src", "tgt"),
        ("#日本語(原文)", "#やさしい日本語"), ("#日本語(原文)", "#英語(原文)"), ("#英語(原文)", "#日本語(原文)"),
        ("pre_text", "post_text"), ("input", "output"), ("instruction", "output"), ("instruction", "response"),
        ("prompt", "completion"), ("prompt", "response"), ("question", "answer"), ("questions", "answers"),
        ("original_question", "original_answer"), ("質問", "回答"), ("質問", "答え"), ("問題", "解答"),
        ("問題", "答え"), ("入力", "出力"), ("指示", "出力"), ("指示", "応答"), ("sentence", "label"),
        ("sent", "label"), ("text", "label"),
    }
)  # fmt: skip
"""What stands left, in the instruction or the input, and right, in the response, where a file's header became a row."""
REPLACEMENT = "\ufffd"
_LONGEST_HEADER = max(len(right) for _, right in HEADERS)
_UTF8_AS_CP932 = re.compile("[縺繧繝][\uff61-\uff9f。「」、・ァ-ヺー]")
_UTF8_AS_LATIN1 = re.compile("[ã-é][\x80-\xbfŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]{1,2}")


class Fields(Record, kw_only=True):
    """What a row may not be.

    Attributes:
        missing: what a program writes where there is nothing; an input, a response or a text that is nothing else
            goes.
        repeats_input: clusters in which the response may equal the input.
        repeats_instruction: clusters in which the response may equal the instruction.
        headers: rows that are the upstream file's header go.
        most_replaced: share of a text's characters that may be replacement characters.
        mojibake: rows that were read in the wrong encoding go.
    """

    missing: tuple[str, ...] = ("nan", "NaN", "null", "NULL", "None", "<NA>", "#N/A")
    repeats_input: tuple[Cluster, ...] = ("correction", "simplification")
    repeats_instruction: tuple[Cluster, ...] = ("dialogue",)
    headers: bool = True
    most_replaced: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.01
    mojibake: bool = True


def make(options: Fields) -> Callable[[Content], Changed]:
    """The step for these options."""
    missing = frozenset(options.missing)

    def check(content: Content) -> Changed:
        if isinstance(content, Document):
            return _document(content, missing) or _broken(content, options) or content
        return _example(content, options, missing) or _broken(content, options) or content

    return check


def _document(document: Document, missing: frozenset[str]) -> str:
    if not document.text.strip(INVISIBLE):
        return "blank text"
    if document.text.strip() in missing:
        return "missing value for a text"
    return "text repeats the title" if _same(document.text, document.title) else ""


def _example(example: Example, options: Fields, missing: frozenset[str]) -> str:
    instruction, material, response = example.instruction, example.input, example.response
    if not response.strip(INVISIBLE) or not instruction.strip(INVISIBLE):
        return "blank instruction or response"
    if response.strip() in missing or material.strip() in missing:
        return "missing value for an input or a response"
    if options.headers and len(response) <= _LONGEST_HEADER and _is_header(material or instruction, response):
        return "header read as a row"
    if example.cluster not in options.repeats_input and _same(response, material):
        return "response repeats the input"
    if example.cluster not in options.repeats_instruction and _same(response, instruction):
        return "response repeats the instruction"
    return ""


def _is_header(left: str, right: str) -> bool:
    return (same_writing(left).casefold(), same_writing(right).casefold()) in HEADERS


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    # Width and white space hardly ever double a text's length, and most pairs of texts differ by more.
    near = len(one) <= 2 * len(other) + 9 and len(other) <= 2 * len(one) + 9
    return near and same_writing(one) == same_writing(other)


def _broken(content: Content, options: Fields) -> str:
    for text in texts(content):
        if options.mojibake and _is_mojibake(text):
            return "text read in the wrong encoding"
        if REPLACEMENT in text:
            if text.rstrip().endswith(REPLACEMENT):
                return "text cut within a character"
            if text.count(REPLACEMENT) > options.most_replaced * len(text):
                return "undecodable characters"
    return ""


def _is_mojibake(text: str) -> bool:
    if ("縺" in text or "繧" in text) and len(_UTF8_AS_CP932.findall(text)) > 1:
        return True
    return "ã" in text and len(_UTF8_AS_LATIN1.findall(text)) > max(3, len(text) // 20)


STEP = Step(
    name="fields",
    title="Drops blank, missing, repeated, swallowed and wrongly decoded texts",
    options=Fields,
    make=make,
)
