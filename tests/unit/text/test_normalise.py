import pytest

from tehon.text.normalise import same_words, same_writing
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
