import re
import sys
from collections.abc import Iterator
from unicodedata import combining, decomposition, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tehon.text.normalise import CHANGED, KEPT, same_words, same_writing
from tehon.text.script import language


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ａ　Ｂ", "A B"), ("ｶﾞ", "ガ"), ("a \n\t b ", "a b"), ("か\u3099", "が"), ("①", "1")],
)
def test_compatible_writing_is_the_same_writing(one: str, other: str) -> None:
    assert same_writing(one) == same_writing(other)


@pytest.mark.parametrize(("one", "other"), [("1.5", "15"), ("C", "C#"), ("はい。", "はい"), ("A", "a"), ("a b", "ab")])
def test_what_differs_in_a_character_is_not_the_same_writing(one: str, other: str) -> None:
    assert same_writing(one) != same_writing(other)


def test_same_words_ignore_case_punctuation_and_spaces() -> None:
    assert same_words("「Ｔｈｅ　Cat」、走る！") == same_words("the cat 走る") == "thecat走る"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("漢字とかな", "ja"),
        ("ｱｲｳ", "ja"),
        ("Good day.", "en"),
        ("漢字", "und"),
        ("123", "und"),
        ("Bonjour à tous", "und"),
    ],
)
def test_the_language_is_told_by_letters_or_not_at_all(text: str, code: str) -> None:
    assert language(text) == code


def characters(among: str) -> Iterator[str]:
    return (match[0] for match in re.finditer(f"[{among}]", "".join(map(chr, range(sys.maxunicode + 1)))))


def joins_what_stands_before(character: str) -> bool:
    return combining(character) != 0 or character in SECONDS or "\u1161" <= character <= "\u11ff"


PAIRS = [decomposition(chr(code)).split() for code in range(sys.maxunicode + 1)]
SECONDS = {chr(int(pair[1], 16)) for pair in PAIRS if len(pair) == 2 and not pair[0].startswith("<")}


def test_kept_characters_stay_and_join_nothing_before_them() -> None:
    kept = list(characters(KEPT))
    assert len(kept) > 28_000
    assert [one for one in kept if normalize("NFKC", one) != one or joins_what_stands_before(one)] == []


def test_changed_characters_become_kept_ones() -> None:
    changed = list(characters(CHANGED))
    assert len(changed) > 400
    kept = set(characters(KEPT))
    assert [
        one for one in changed if normalize("NFKC", one) == one or not kept.issuperset(normalize("NFKC", one))
    ] == []


@given(st.lists(st.sampled_from("aA1 。（）１Ａ　…①㌔かカ漢\u3099\u309aﾞｶ\u0301é각\u1100\u1161\u11a8ﬁ")).map("".join))
def test_the_same_writing_is_nfkc_with_single_spaces(text: str) -> None:
    plain = " ".join(normalize("NFKC", text).split())
    assert same_writing(text) == " ".join(normalize("NFKC", plain).split())
