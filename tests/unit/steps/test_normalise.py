from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tehon.errors import BadConfig
from tehon.records.corpus import Document, Example, Turn
from tehon.records.step import Changed
from tehon.steps.normalise import Normalise

Run = Callable[..., Changed]
MakeDocument = Callable[..., Document]


@pytest.fixture
def normalised(run: Run, make_document: MakeDocument) -> Callable[..., str]:
    """The text of a document that went through the step."""

    def one(text: str, **options: object) -> str:
        changed = run("normalise", make_document(text), **options)
        assert isinstance(changed, Document)
        return changed.text

    return one


Normalised = Callable[..., str]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ｶﾞｷﾞﾊﾟ｡｢ｱｰ｣､･", "ガギパ。「アー」、・"),
        ("ＡＢＣ ｘｙｚ", "ABC xyz"),
        ("１９７３年１月", "1973年1月"),
        ("５～６世紀", "5〜6世紀"),
        ("３．５倍、１２，３４５円", "3.5倍、12,345円"),
    ],
)
def test_what_means_the_same_in_both_widths_is_written_in_one(normalised: Normalised, text: str, expected: str) -> None:
    assert normalised(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "1467〜1487年",
        "（はい）！？：；「」『』、。",
        "10²＋5½＝㍿①Ⅳ℃…‥",
        "﨑神髙德",
        "です．ます，",
        "　段落の始め。\n    print(1)  \n\n\n",
        "~/bin ¥100 \\n",
        "🙇\u200d♀️ はぁ～ぁ".replace("～", "〜"),
    ],
)
def test_nothing_else_changes_and_nothing_is_deleted_by_default(
    run: Run, make_document: MakeDocument, text: str
) -> None:
    document = make_document(text)
    assert run("normalise", document) is document


@pytest.mark.parametrize("options", [{}, {"nfkc": True}, {"spaces": "single"}, {"nfkc": True, "spaces": "single"}])
def test_no_wave_between_years_is_ever_lost(normalised: Normalised, options: dict[str, object]) -> None:
    for text in ("1467〜1487年", "1467～1487年"):
        assert normalised(text, **options) == "1467〜1487年"


def test_each_option_can_be_turned_off_or_round(normalised: Normalised) -> None:
    text = "ｶﾞＡa１1！!～"
    keep = {"kana": False, "letters": "keep", "digits": "keep", "wave_dash": False}
    assert normalised(text, **keep) == text
    assert normalised(text, **keep | {"kana": True}) == "ガＡa１1！!～"
    assert normalised(text, **keep | {"letters": "narrow"}) == "ｶﾞAa１1！!～"
    assert normalised(text, **keep | {"letters": "wide"}) == "ｶﾞＡａ１1！!～"
    assert normalised(text, **keep | {"digits": "narrow"}) == "ｶﾞＡa11！!～"
    assert normalised(text, **keep | {"digits": "wide"}) == "ｶﾞＡa１１！!～"
    assert normalised(text, **keep | {"symbols": "narrow"}) == "ｶﾞＡa１1!!~"
    assert normalised(text, **keep | {"symbols": "wide"}) == "ｶﾞＡa１1！！～"
    assert normalised(text, **keep | {"wave_dash": True}) == "ｶﾞＡa１1！!〜"


def test_a_full_width_point_becomes_narrow_within_a_number_alone(normalised: Normalised) -> None:
    assert normalised("第１．章です．２．５") == "第1．章です．2.5"
    assert normalised("２．５", digits="keep") == "２．５"


def test_a_tilde_made_wide_is_a_wave_dash_at_once(normalised: Normalised) -> None:
    once = normalised("~", symbols="wide")
    assert once == normalised(once, symbols="wide") == "〜"


def test_nfkc_has_to_be_asked_for_and_then_does_everything(normalised: Normalised) -> None:
    assert normalised("10²…㍿①ｶﾞ（Ａ）", nfkc=True) == "102...株式会社1ガ(A)"


def test_nfkc_and_wide_forms_exclude_each_other() -> None:
    for wide in ({"letters": "wide"}, {"digits": "wide"}, {"symbols": "wide"}):
        with pytest.raises(BadConfig, match=r"steps\.normalise\.nfkc: must be false where something becomes wide"):
            Normalise(nfkc=True, **wide)  # type: ignore[arg-type]


def test_single_spaces_leave_indentation_and_line_ends(normalised: Normalised) -> None:
    text = "  def f(x):\n\treturn  x \t+　1  \n\n東京　　大阪　"
    assert normalised(text, spaces="single") == "  def f(x):\n\treturn x + 1\n\n東京 大阪"


def test_every_text_of_an_example_is_normalised(run: Run, make_example: Callable[..., Example]) -> None:
    example = replace(make_example(0, "１", "２", "３"), history=(Turn(role="user", content="０"),))
    changed = run("normalise", example)
    assert isinstance(changed, Example)
    assert [turn.content for turn in changed.history] == ["0"]
    assert (changed.instruction, changed.input, changed.response) == ("1", "2", "3")
    assert replace(changed, instruction="", input="", response="", history=()) == replace(
        example, instruction="", input="", response="", history=()
    )
