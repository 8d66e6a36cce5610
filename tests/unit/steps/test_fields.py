from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tehon.records.corpus import Document, Example, Turn
from tehon.records.step import Changed
from tehon.steps.fields import HEADERS

Run = Callable[..., Changed]
Make = Callable[..., Example]
MakeDocument = Callable[..., Document]

MOJIBAKE = "日本の首都は東京です。".encode().decode("cp932", "replace")
LATIN = "日本の首都は東京です。".encode().decode("latin-1")
WINDOWS = "日本の首都は東京です。これはとても長い文です。".encode().decode("cp1252", "ignore")


@pytest.mark.parametrize("blank", ["", " \n", "\u3000", "\u200b", "\u2060\u3164", "\xa0\ufeff", "\u2800\xad"])
def test_what_leaves_no_mark_is_blank(run: Run, make_example: Make, make_document: MakeDocument, blank: str) -> None:
    assert run("fields", make_example(0, "山は？", "", blank)) == "blank instruction or response"
    assert run("fields", make_example(0, blank, "", "はい")) == "blank instruction or response"
    assert run("fields", make_document(blank)) == "blank text"


@pytest.mark.parametrize("response", ["0", "。", "\u200bはい\u200b", "👨\u200d👩\u200d👧", "ｰ", "-"])
def test_a_single_visible_character_is_a_response(run: Run, make_example: Make, response: str) -> None:
    example = make_example(0, "山は？", "", response)
    assert run("fields", example) is example


@pytest.mark.parametrize("value", ["nan", "NaN", " None\n", "null", "NULL", "<NA>", "#N/A"])
def test_a_missing_value_is_no_text(run: Run, make_example: Make, make_document: MakeDocument, value: str) -> None:
    reason = "missing value for an input or a response"
    assert run("fields", make_example(0, "山は？", "", value)) == reason
    assert run("fields", make_example(0, "要約してください。", value, "はい")) == reason
    assert run("fields", make_document(value)) == "missing value for a text"


@pytest.mark.parametrize("response", ["Nan", "nano", "none", "None of them", "ヌル (null)", "N/A", "なし", "無"])
def test_words_that_mean_something_are_no_missing_values(run: Run, make_example: Make, response: str) -> None:
    example = make_example(0, "山は？", "", response)
    assert run("fields", example) is example


def test_what_counts_as_missing_can_be_stated(run: Run, make_example: Make) -> None:
    assert run("fields", make_example(0, "山は？", "", "なし"), missing=("なし",)) != make_example(
        0, "山は？", "", "なし"
    )
    assert run("fields", make_example(0, "山は？", "", "nan"), missing=()) == make_example(0, "山は？", "", "nan")


@pytest.mark.parametrize(
    ("material", "response"),
    [("富士山です。", "富士山です。"), ("ＡＢＣ 山", "ABC\n山"), ("ｶﾞｶﾞｶﾞ", "ガガガ"), (" 山 ", "山")],
)
def test_a_response_that_repeats_the_input_goes(run: Run, make_example: Make, material: str, response: str) -> None:
    assert run("fields", make_example(0, "要約してください。", material, response)) == "response repeats the input"
    assert run("fields", make_example(0, material, "", response)) == "response repeats the instruction"


def test_where_nothing_had_to_be_changed_the_response_may_equal_the_input(run: Run, make_example: Make) -> None:
    example = make_example(0, "直してください。", "これは山です。", "これは山です。")
    for cluster in ("correction", "simplification"):
        same = replace(example, cluster=cluster)
        assert run("fields", same) is same
        assert run("fields", same, repeats_input=()) == "response repeats the input"
    assert run("fields", replace(example, cluster="translation")) == "response repeats the input"


def test_a_greeting_answers_itself_in_a_dialogue_alone(run: Run, make_example: Make) -> None:
    example = make_example(0, "おはようございます。", "", "おはようございます。")
    dialogue = replace(example, cluster="dialogue")
    assert run("fields", dialogue) is dialogue
    assert run("fields", example) == "response repeats the instruction"


def test_a_response_that_differs_by_one_character_stays(run: Run, make_example: Make) -> None:
    example = make_example(0, "直してください。", "これは山です。", "これは川です。")
    assert run("fields", example) is example


@pytest.mark.parametrize(
    ("left", "right"), [("English", "Japanese"), ("#日本語（原文）", "#やさしい日本語"), ("質問", "回答")]
)
def test_an_upstream_header_is_no_row(run: Run, make_example: Make, left: str, right: str) -> None:
    assert run("fields", make_example(0, "翻訳してください。", left, right)) == "header read as a row"
    assert run("fields", make_example(0, left, "", right)) == "header read as a row"
    assert isinstance(run("fields", make_example(0, left, "", right), headers=False), Example)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("English", "英語"),
        ("日本語", "Japanese"),
        ("question", "質問"),
        ("答え", "answer"),
        ("入力", "input"),
        ("質問", "問い"),
    ],
)
def test_the_translation_of_a_header_s_word_is_a_row(run: Run, make_example: Make, left: str, right: str) -> None:
    example = make_example(0, "翻訳してください。", left, right)
    assert run("fields", example) is example


def test_headers_are_written_as_they_are_looked_up() -> None:
    assert all(name == name.casefold().strip() for pair in HEADERS for name in pair)


def test_a_text_that_ends_within_a_character_goes(run: Run, make_example: Make, make_document: MakeDocument) -> None:
    cut = "東京は日本の首都".encode()[:-1].decode("utf-8", "replace")
    assert run("fields", make_example(0, "首都は？", "", cut)) == "text cut within a character"
    assert run("fields", make_example(0, cut, "", "はい")) == "text cut within a character"
    assert run("fields", make_document(cut + "\n")) == "text cut within a character"


def test_few_replacement_characters_in_a_long_text_may_be_its_subject(run: Run, make_document: MakeDocument) -> None:
    long = make_document("読めない文字は「\ufffd」と示される。" + "それは置換文字と呼ばれる。" * 20)
    assert run("fields", long) is long
    assert run("fields", long, most_replaced=0.0) == "undecodable characters"
    assert run("fields", make_document("東\ufffdは日本の首都です。")) == "undecodable characters"


@pytest.mark.parametrize("text", [MOJIBAKE, LATIN, WINDOWS])
def test_a_text_read_in_the_wrong_encoding_goes(run: Run, make_document: MakeDocument, text: str) -> None:
    assert run("fields", make_document(text)) == "text read in the wrong encoding"
    assert run("fields", make_document(text), mojibake=False) != "text read in the wrong encoding"


def test_mojibake_is_known_again_after_control_characters_are_cleaned_away(
    run: Run, make_document: MakeDocument
) -> None:
    cleaned = "".join(character for character in LATIN if character.isprintable())
    assert run("fields", make_document(cleaned)) == "text read in the wrong encoding"


@pytest.mark.parametrize(
    "text",
    [
        "糸が縺れた。縺れを解く。もう一度縺れる。",
        "繧繝縁（うんげんべり）は畳の縁の一種である。繧繝は彩色の技法で、繧繝彩色ともいう。",
        "São Paulo, não, maçã, coração, até amanhã, às três, irmão, pão, avião, João, manhã.",
        "àáâãäåæçèéêëìíîï",
        "café, thé, été, élève, père, « déjà »",
    ],
)
def test_rare_letters_are_no_mojibake(run: Run, make_document: MakeDocument, text: str) -> None:
    document = make_document(text)
    assert run("fields", document) is document


def test_a_document_of_its_title_alone_goes(run: Run, make_document: MakeDocument) -> None:
    assert run("fields", make_document("東京都", "東京都")) == "text repeats the title"
    document = make_document("東京都は日本の首都である。", "東京都")
    assert run("fields", document) is document


def test_earlier_turns_are_looked_at_for_broken_text(run: Run, make_example: Make) -> None:
    turn = Turn(role="user", content=MOJIBAKE)
    assert run("fields", replace(make_example(0, "山は？"), history=(turn,))) == "text read in the wrong encoding"
