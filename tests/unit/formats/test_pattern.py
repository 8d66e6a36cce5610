"""Patterns: slots are names, nested fields are reached by dots, and nothing is computed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tehon.errors import BadConfig
from tehon.formats.pattern import MISSING, NO_TEXT, NO_WORD, Pattern, Rules, Unfilled

ROW: dict[str, Any] = {
    "q": "川は？",
    "answers": {"text": ["利根川", "信濃川"], "start": [1, 2]},
    "turns": [{"who": "a", "said": "一"}, {"who": "b", "said": None}, {"who": "c", "said": "三"}],
    "label": 1,
    "kind": "A",
    "choices": ["海", "山"],
    "none": None,
    "empty": [],
    "nan": float("nan"),
    "picture": b"\x89PNG",
    "inner": {"x": {"y": "深い"}},
}


def fill(text: str, **rules: Any) -> str | Unfilled:
    return Pattern(text, "here").fill(ROW, Rules(**rules))


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{q}", "川は？"),
        ("「{q}」と{q}", "「川は？」と川は？"),
        ("何もない", "何もない"),
        ("{{q}} {q}", "{q} 川は？"),
        ("{answers.text.0}", "利根川"),
        ("{answers.text}", "利根川、信濃川"),
        ("{answers.start}", "1、2"),
        ("{turns.said}", "一、三"),
        ("{turns.1.who}", "b"),
        ("{inner.x.y}", "深い"),
        ("{label}", "1"),
    ],
)
def test_slots_are_filled_from_fields_lists_and_what_lies_within(text: str, filled: str) -> None:
    assert fill(text) == filled


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"), (0, "0"), (2.5, "2.5"), (Decimal("1.10"), "1.10"), (date(2023, 4, 1), "2023-04-01"), ("", ""),
        ([["一", None], ["二"]], "一、二"),
    ],
)  # fmt: skip
def test_a_value_that_is_no_text_but_has_one_is_written_out(value: object, text: str) -> None:
    assert Pattern("{v}", "here").fill({"v": value}, Rules()) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{nothing}", MISSING), ("{none}", MISSING), ("{empty}", MISSING), ("{nan}", MISSING),
        ("{answers.text.7}", MISSING), ("{q.deeper}", MISSING), ("{picture}", NO_TEXT), ("{answers}", NO_TEXT),
        ("{turns}", NO_TEXT),
    ],
)  # fmt: skip
def test_what_cannot_be_filled_says_why(text: str, reason: str) -> None:
    assert fill(text) == Unfilled(reason)


def test_an_optional_field_may_be_missing_and_only_that() -> None:
    assert fill("[{none}]", optional=frozenset({"none"})) == "[]"
    assert fill("{picture}", optional=frozenset({"picture"})) == Unfilled(NO_TEXT)


def test_a_label_has_a_word_which_may_hold_slots() -> None:
    words = {"label": {"1": Pattern("はい", "h")}, "kind": {"A": Pattern("{choices.0}（{kind}）", "h")}}
    assert fill("{label}：{kind}", labels=words) == "はい：海（A）"
    assert fill("{label}", labels={"label": {"0": Pattern("いいえ", "h")}}) == Unfilled(NO_WORD)
    assert fill("{kind}", labels={"kind": {"A": Pattern("{none}", "h")}}) == Unfilled(MISSING)


def test_lists_are_joined_as_the_mapping_says() -> None:
    assert fill("{choices}", join=" / ") == "海 / 山"


@pytest.mark.parametrize(
    "text", ["{q", "q}", "{}", "{q!r}", "{q:>10}", "{q[0]}", "{.q}", "{q..x}", "{0.__class__!s}", "{q:{label}}"]
)
def test_anything_else_between_braces_is_refused(text: str) -> None:
    with pytest.raises(BadConfig, match="here"):
        Pattern(text, "here")


def test_attributes_of_values_are_out_of_reach() -> None:
    assert fill("{q.__class__}") == Unfilled(MISSING)
    assert fill("{answers.__class__.__init__}") == Unfilled(MISSING)
