"""What every step on the shelf must do, tried with its default options on the samples of all sources."""

from collections.abc import Iterator
from functools import cache

import msgspec
import pytest
from msgspec import inspect
from msgspec.structs import replace

from tehon.build.row_steps import row_steps, step_config
from tehon.build.sample import sample_rows
from tehon.describe.step_page import meanings
from tehon.errors import BadConfig
from tehon.records.contents import texts
from tehon.records.corpus import Document, Drop, Example, ReadOptions, Turn
from tehon.records.step import Content
from tehon.sources import SOURCES
from tehon.steps import STEPS

every_step = pytest.mark.parametrize("name", STEPS)
NASTY = (
    *("", " ", "\u200b", "\0", "\ud800", "\ufffd", "\U000e0001", "\u202eabc", "@" * 9, "\u3000" * 9),
    *(
        "nan",
        "縺ｮ縺ｧ縺吶",
        "ã\x81®ã\x81§ã\x81\x99ã\x81®",
        "ｶﾞﾞﾟ",
        "～〜~",
        "e\u0301",
        "か\u3099",
        "Ａ．１，２",
        "🙇\u200d♀️",
    ),
    *("0312345678", "03-1234-5678", "4111 1111 1111 1111", "１２３４５６７８９０１８", "a@b.jp", "133.11.93.1"),
    *("〒100-0001", "12:34::56", "这是什么", "안녕하세요", "They said that."),
)
"""Texts on which one or another step could stumble."""


@cache
def contents() -> tuple[Content, ...]:
    """Every example of every source's sample, the nasty texts in every place, and all of them as documents."""
    options = ReadOptions()
    found = [row for source in SOURCES.values() for row in sample_rows(source, options) if isinstance(row, Example)]
    plain = found[0]
    for text in NASTY:
        turns = (Turn(role="user", content=text),)
        found += [
            replace(plain, id=f"{plain.id}-{len(found)}", **{field: text}) for field in ("instruction", "response")
        ]
        found += [replace(plain, id=f"{plain.id}-{len(found)}", input=text, history=turns, cluster="translation")]
    documents = [
        Document(
            id=example.id,
            upstream_id=example.upstream_id,
            title=example.input,
            text=example.response,
            source=example.source,
            split=example.split,
            language=example.language,
            licence=example.licence,
        )
        for example in found
    ]
    return (*found, *documents)


def through(name: str, given: tuple[Content, ...]) -> list[Content | Drop]:
    [(_, step)] = row_steps({name: {}})
    return list(step(given))


def passed(name: str) -> Iterator[tuple[Content, Content | Drop]]:
    yield from zip(contents(), through(name, contents()), strict=True)


@every_step
def test_the_name_is_the_file_and_the_title_a_line_without_a_full_stop(name: str) -> None:
    step = STEPS[name]
    assert step.name == name
    assert step.title[0].isupper()
    assert not step.title.endswith(".")
    assert "\n" not in step.title


@every_step
def test_every_option_has_a_default_and_a_meaning(name: str) -> None:
    kind = inspect.type_info(STEPS[name].options)
    assert isinstance(kind, inspect.StructType)
    assert list(meanings(STEPS[name].options)) == [field.name for field in kind.fields]
    assert all(meanings(STEPS[name].options).values())
    assert not any(field.required for field in kind.fields)
    assert kind.forbid_unknown_fields


@every_step
def test_an_unknown_option_is_refused_with_its_place(name: str) -> None:
    with pytest.raises(
        BadConfig, match=rf"^the mixture: steps\.{name} is wrong: .*unknown field `no_such`.*Known keys"
    ):
        row_steps({name: {"no_such": 1}})


@every_step
def test_the_configuration_says_all_options(name: str) -> None:
    [[told, options, versions]] = step_config({name: {}})
    assert told == name
    assert options == msgspec.to_builtins(STEPS[name].options())
    assert set(versions) == set(STEPS[name].packages)


@every_step
def test_one_content_in_is_one_content_or_one_drop_out(name: str) -> None:
    assert len(contents()) > 400
    for given, out in passed(name):
        assert isinstance(out, (Drop, type(given)))
        assert (out.example_id if isinstance(out, Drop) else out.id) == given.id


@every_step
def test_the_same_input_gives_the_same_output_whatever_came_before(name: str) -> None:
    backwards = through(name, contents()[::-1])
    assert backwards[::-1] == through(name, contents())


@every_step
def test_nothing_that_is_handed_in_is_changed(name: str) -> None:
    before = [repr(content) for content in contents()]
    through(name, contents())
    assert [repr(content) for content in contents()] == before


@every_step
def test_what_came_through_comes_through_again_unchanged(name: str) -> None:
    kept = tuple(out for out in through(name, contents()) if not isinstance(out, Drop))
    assert kept
    assert through(name, kept) == list(kept)


@every_step
def test_only_texts_change(name: str) -> None:
    for given, out in passed(name):
        if isinstance(given, Example) and isinstance(out, Example):
            same = {"instruction": "", "input": "", "response": "", "history": ()}
            assert replace(given, **same) == replace(out, **same)
            assert [turn.role for turn in given.history] == [turn.role for turn in out.history]
        elif isinstance(given, Document) and isinstance(out, Document):
            assert replace(given, title="", text="") == replace(out, title="", text="")
        if not isinstance(out, Drop) and texts(out) == texts(given):
            assert out is given, "a content that stays is not copied"


@every_step
def test_a_drop_names_the_step_and_a_short_constant_reason(name: str) -> None:
    reasons = {out.reason for _, out in passed(name) if isinstance(out, Drop)}
    for _, out in passed(name):
        if isinstance(out, Drop):
            assert out.step == name
            assert not out.damaged
    assert len(reasons) <= 12
    for reason in reasons:
        assert 0 < len(reason) <= 50
        assert reason.isascii()
        assert reason == reason.strip().lower()
        assert not any(map(str.isdigit, reason))


@every_step
def test_the_project_s_own_examples_and_all_samples_stay(name: str) -> None:
    """Samples are what a row of each corpus looks like; a step that drops one by default drops too much."""
    for given, out in passed(name):
        if "-" not in given.id and isinstance(given, Example):
            assert not isinstance(out, Drop), (given, out)
