"""Which language a text is in, as far as its letters tell."""

import re

_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
_LATIN = re.compile("[A-Za-z]")
_LETTER = re.compile(r"[^\W\d_]")


def language(text: str) -> str:
    """`ja` where there is kana, `en` where nearly all letters are plain Latin, else `und`."""
    if _KANA.search(text):
        return "ja"
    letters = len(_LETTER.findall(text))
    return "en" if letters and len(_LATIN.findall(text)) >= 0.95 * letters else "und"
