from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tehon.errors import BadConfig
from tehon.records.corpus import Document, Example
from tehon.records.step import Changed
from tehon.steps.language import DIRECTION, INPUT, RESPONSE, TEXT, Language

Run = Callable[..., Changed]
Make = Callable[..., Example]

ENGLISH = "The city was founded in 1603, and there are many people who live there."
KOREAN = "대한민국의 수도는 서울이며 인구는 약 천만 명입니다."
CHINESE = "东京是日本的首都，也是世界上人口最多的城市之一。"
RUSSIAN = "Москва является столицей России и крупнейшим городом."
JAPANESE = "東京は日本の首都であり、人口がもっとも多い都市です。"


@pytest.mark.parametrize("response", [ENGLISH, KOREAN, CHINESE, RUSSIAN])
def test_a_foreign_response_in_a_japanese_row_goes(run: Run, make_example: Make, response: str) -> None:
    assert run("language", make_example(0, "東京は？", "", response)) == RESPONSE


@pytest.mark.parametrize(
    "response",
    [
        "富士山",
        "1868年",
        "習近平",
        "习近平",
        "DVD",
        "東京都千代田区永田町一丁目七番一号国会議事堂中央玄関前",
        "Leonardo di ser Piero da Vinci",
        "The Beatles, The Rolling Stones, The Who, Pink Floyd",
        "print('hello world')\nfor i in range(10):\n    if i % 2 == 0:\n        print(i, 'is even')",
        "WindowsのMicrosoft Office Word",
        "Photo OCRはPhoto Optical Character Recognitionの略だ。",
        "『Just the Way You Are』『Marry You』などのヒット曲がある歌手です。",
        "「Спасибо」",
        "사랑",
        "π = 3.14159",
        "12,345",
        "",
    ],
)
def test_what_cannot_be_decided_stays(run: Run, make_example: Make, response: str) -> None:
    example = make_example(0, "何？", "", response)
    assert run("language", example) is example


def test_kanji_without_kana_are_chinese_only_by_characters_that_japanese_lacks(run: Run, make_example: Make) -> None:
    sutra = make_example(0, "何？", "", "観自在菩薩行深般若波羅蜜多時照見五蘊皆空度一切苦厄舎利子")
    quoting = make_example(0, "何？", "", f"中国語では「{CHINESE}」と言います。")
    assert run("language", sutra) is sutra
    assert run("language", quoting) is quoting
    assert (
        run("language", make_example(0, "何？", "", "這是一個很長的句子，說的是你們不知道的事情，為什麼呢？"))
        == RESPONSE
    )


def test_a_document_is_judged_by_its_text(run: Run, make_document: Callable[..., Document]) -> None:
    assert run("language", make_document(ENGLISH)) == TEXT
    assert run("language", make_document(JAPANESE, language="en")) == TEXT
    document = make_document(JAPANESE, title="Tokyo")
    assert run("language", document) is document


@pytest.mark.parametrize("code", ["und", "x-none", "el", "th"])
def test_of_an_unknown_language_nothing_is_certain(run: Run, make_document: Callable[..., Document], code: str) -> None:
    for text in (ENGLISH, JAPANESE, KOREAN):
        document = make_document(text, language=code)
        assert run("language", document) is document


@pytest.mark.parametrize(
    ("text", "code"),
    [(ENGLISH, "en-GB"), (ENGLISH, "fr"), (KOREAN, "ko"), (CHINESE, "zh-Hans"), (RUSSIAN, "uk"), (JAPANESE, "ja-JP")],
)
def test_a_region_does_not_matter_and_languages_share_scripts(
    run: Run, make_document: Callable[..., Document], text: str, code: str
) -> None:
    document = make_document(text, language=code)
    assert run("language", document) is document


@pytest.mark.parametrize(
    ("material", "response", "language", "reason"),
    [
        ("is that true?", "本当ですか？", "en", DIRECTION),
        ("本当ですか？", "is that true?", "ja", DIRECTION),
        ("それはあなたの本ですか？", "Is that the book that you were reading?", "ja", DIRECTION),
        ("Is that your book?", "What is that book to you?", "ja", RESPONSE),
        ("這是你的書嗎？", "Is that your book?", "en", INPUT),
        ("Is that your book?", "这是你的书吗？", "ja", RESPONSE),
        ("Is that your book?", "그건 네 책이니?", "ja", RESPONSE),
        ("Could you give me directions?", "Would you mind giving me directions?", "en", INPUT),
        ("はい", "はい", "en", RESPONSE),
    ],
)
def test_a_translation_has_a_direction(
    run: Run, make_translation: Make, material: str, response: str, language: str, reason: str
) -> None:
    assert run("language", make_translation(material, response, language)) == reason


@pytest.mark.parametrize(
    ("material", "response", "language"),
    [
        ("Is that your book?", "それはあなたの本ですか？", "ja"),
        ("それはあなたの本ですか？", "Is that your book?", "en"),
        ("SMAP", "SMAP", "ja"),
        ("OK?", "OK?", "en"),
        ("東京", "Tokyo", "en"),
        ("α線", "alpha rays", "en"),
        ("α", "アルファ", "ja"),
        ("2 + 2 = 4", "2 + 2 = 4", "ja"),
        ("エッフェル塔 (la tour Eiffel)", "the Eiffel Tower (エッフェル塔)", "en"),
        ("Google Hangouts, Skype, WebEx.", "Google Hangouts、Skype、WebExなどがあります。", "ja"),
    ],
)
def test_a_translation_in_the_right_direction_stays(
    run: Run, make_translation: Make, material: str, response: str, language: str
) -> None:
    example = make_translation(material, response, language)
    assert run("language", example) is example


def test_the_pair_of_languages_can_be_another_or_none(run: Run, make_translation: Make) -> None:
    french = make_translation("C'est le livre de mon père, je crois bien.", "I think it is my father's book.", "en")
    assert run("language", french) == INPUT
    assert run("language", french, pair=("en", "fr")) is french
    assert run("language", french, pair=()) is french
    korean = make_translation(KOREAN, JAPANESE, "ja")
    assert run("language", korean) == INPUT
    assert run("language", korean, pair=("ja", "ko")) is korean


def test_a_pair_has_two_languages() -> None:
    for pair in (("ja",), ("ja", "ja"), ("ja", "en", "ko")):
        with pytest.raises(BadConfig, match=r"steps\.language\.pair: must be two languages or none, but is ja"):
            Language(pair=pair)


def test_shares_and_letters_move_the_border(run: Run, make_example: Make) -> None:
    mixed = make_example(0, "何？", "", "The tower, 東京タワーと言います in Japanese, was built there when they could.")
    assert run("language", mixed) is mixed
    assert run("language", mixed, least_share_japanese=0.3) == RESPONSE
    short = make_example(0, "何？", "", "대한민국의 수도")
    assert run("language", short) is short
    assert run("language", short, least_letters=5) == RESPONSE
    english = replace(make_example(0, "何？", "", f"{ENGLISH}（{JAPANESE}）"), language="en")
    assert run("language", english) is english
    assert run("language", english, least_share=0.9) == RESPONSE
