"""Which scripts and which language a text is in, as far as its letters tell."""

import re
from functools import cache
from typing import Literal

Script = Literal["kana", "han", "hangul", "latin", "cyrillic", "other"]
RANGES: dict[Script, str] = {
    "kana": "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9f",
    "han": "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af",
    "hangul": "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3",
    "latin": "A-Za-zªºÀ-ÖØ-öø-ɏ\u1e00-\u1effＡ-Ｚａ-ｚ",
    "cyrillic": "\u0400-\u052f",
}
"""The letters of each script, as ranges of a regular expression."""
WRITTEN: dict[str, tuple[Script, ...]] = {
    "ja": ("kana", "han"),
    "zh": ("han",),
    "ko": ("hangul", "han"),
    **dict.fromkeys(("en", "de", "es", "fr", "id", "it", "ms", "nl", "pt", "sv", "tl", "tr", "vi"), ("latin",)),
    **dict.fromkeys(("be", "bg", "ru", "uk"), ("cyrillic",)),
}
"""Language (the first part of a BCP 47 code) -> the scripts that it is written in; of others nothing is known."""
_RUNS = {script: re.compile(f"[{ranges}]+") for script, ranges in RANGES.items()}
_JAPANESE_RUN = re.compile(f"[{RANGES['kana']}\u4e00-\u9fff]+")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
"""Kana without the marks of length and repetition, which also stand for dashes."""
_LATIN = re.compile("[A-Za-z]")
_LETTER = re.compile(r"[^\W\d_]")
_SENTENCE_WORD = re.compile(
    r"\b(?:am|are|be|been|but|could|did|does|had|have|he|she|should|that|their|them|there|these|they|those|was|we|were"
    r"|what|when|which|who|why|will|would|you|your)\b",
    re.IGNORECASE,
)
"""Words that make sentences and are rare in names, titles and code."""
_EVERYDAY_CHINESE = "你妳您她很吧呢哪吗嗎這們麼啊哦东车开关两没还过对给让从"
"""Common in Chinese; JIS X 0213 has most of them, but no modern Japanese is written with them."""
_SHARED_WITH_CHINESE = re.compile("[的是了我他在不]")
"""The commonest words of Chinese, of which Japanese has some, too."""


def language(text: str) -> str:
    """`ja` where there is kana, `en` where nearly all letters are plain Latin, else `und`."""
    if _KANA.search(text):
        return "ja"
    total = len(_LETTER.findall(text))
    return "en" if total and len(_LATIN.findall(text)) >= 0.95 * total else "und"


def letters(text: str) -> dict[Script, int]:
    """Script -> how many of the text's letters are in it; scripts without any are left out."""
    found = {script: sum(map(len, runs.findall(text))) for script, runs in _RUNS.items()}
    if not text.isascii():
        found["other"] = len(_LETTER.findall(text)) - sum(found.values())
    return {script: count for script, count in found.items() if count > 0}


def plainly(text: str, scripts: tuple[Script, ...], share: float) -> bool:
    """Whether a short look tells that these scripts make up that share of the letters; no answer is no `no`.

    Of Japanese, kana must be among them, so that the text is not Chinese.
    """
    if scripts == ("latin",):
        return text.isascii()
    if "kana" not in scripts or not _KANA.search(text):
        return False
    wanted = share * len(text)
    for run in _JAPANESE_RUN.finditer(text):
        wanted -= run.end() - run.start()
        if wanted <= 0:
            return True
    return False


def reads_chinese(text: str) -> bool:
    """Whether it has no kana, a character that only Chinese uses, and a second sign of Chinese."""
    if _KANA.search(text):
        return False
    only = len(_chinese_only().findall(text))
    return only > 1 or (only == 1 and bool(_SHARED_WITH_CHINESE.search(text)))


def reads_english(text: str) -> bool:
    """Whether it has at least two words that make English sentences, such as `you` and `that`."""
    return len(_SENTENCE_WORD.findall(text)) > 1


@cache
def _chinese_only() -> re.Pattern[str]:
    """What GB 2312 and the common half of Big5 have and JIS X 0213 has not, and everyday words of Chinese beside it."""
    simplified = _decoded("gb2312", range(0xB0, 0xF8), range(0xA1, 0xFF))
    traditional = _decoded("big5", range(0xA4, 0xC7), range(0x40, 0xFF))
    both = simplified + traditional
    japanese = both.encode("euc_jis_2004", "ignore").decode("euc_jis_2004")
    only = set(both).difference(japanese).union(_EVERYDAY_CHINESE)
    return re.compile(f"[{''.join(sorted(only))}]")


def _decoded(encoding: str, leads: range, trails: range) -> str:
    """All characters of two bytes within these ranges; pairs that mean none are passed over."""
    return "".join(bytes((lead, trail)).decode(encoding, "ignore") for lead in leads for trail in trails)
