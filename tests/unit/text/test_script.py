import pytest

from tehon.text.script import RANGES, WRITTEN, letters, plainly, reads_chinese, reads_english


def test_every_letter_counts_once_for_its_script() -> None:
    text = "漢字とカナｱ々〆𠮷 Hello Ａ é Привет 안녕 ﾞー。、123 αβ ا ไ _"
    assert letters(text) == {"kana": 6, "han": 5, "latin": 7, "cyrillic": 6, "hangul": 2, "other": 4}


@pytest.mark.parametrize("text", ["", "123", "。、！？", "①㈱…", "🙇"])
def test_what_is_no_letter_counts_for_none(text: str) -> None:
    assert not {script for script in letters(text) if script != "other"}


def test_the_ranges_of_the_scripts_do_not_overlap() -> None:
    for script in RANGES:
        (own,) = letters({"kana": "あ", "han": "字", "hangul": "가", "latin": "a", "cyrillic": "я"}[script])
        assert own == script


@pytest.mark.parametrize(
    ("text", "share", "answer"),
    [
        ("これは山です。", 0.9, False),
        ("これは山です。", 0.8, True),
        ("A「これ」B『それ』C", 0.35, True),
        ("A「これ」B『それ』C", 0.4, False),
        ("漢字だけ", 0.1, True),
        ("漢字", 0.1, False),
        ("abc", 0.0, False),
        ("", 0.0, False),
    ],
)
def test_a_short_look_at_japanese_says_yes_only_where_kana_are_among_the_share(
    text: str, share: float, *, answer: bool
) -> None:
    assert plainly(text, WRITTEN["ja"], share) is answer


def test_a_short_look_at_other_scripts() -> None:
    assert plainly("What?", WRITTEN["en"], 1.0)
    assert not plainly("Où?", WRITTEN["fr"], 0.1)
    assert not plainly("안녕", WRITTEN["ko"], 0.1)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("这是什么东西", True),
        ("东京是日本的首都", True),
        ("這是你的書嗎", True),
        ("东京", False),
        ("習近平", False),
        ("习近平国家主席", False),
        ("東京是日本的首都", False),
        ("中国語の「这是什么东西」は", False),
        ("國體護持、萬國公法、佛敎傳來、髙島屋、渡邉邊邊", False),
    ],
)
def test_chinese_is_told_by_characters_that_japanese_lacks(text: str, *, answer: bool) -> None:
    assert reads_chinese(text) is answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("They said that it rains.", True),
        ("What ' s your opinion ?", True),
        ("It rains.", False),
        ("The Lord of the Rings: The Return of the King", False),
        ("if (this.is_not(x)) { do(it) } while (true)", False),
        ("areas beginning whatever", False),
    ],
)
def test_english_is_told_by_words_that_make_sentences(text: str, *, answer: bool) -> None:
    assert reads_english(text) is answer
