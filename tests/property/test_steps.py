"""Laws of the optional steps that hold for any text."""

import re
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from tehon.records.contents import texts
from tehon.records.corpus import Document, Example, Turn
from tehon.records.step import Changed, Content
from tehon.steps import STEPS
from tehon.steps.personal import Personal
from tehon.text.normalise import same_writing
from tehon.text.personal import FINDERS, plain, worth_a_look
from tehon.text.script import WRITTEN, letters, plainly, reads_chinese

# Any text at all, lone surrogates too; what the steps look for comes up often.
pieces = st.one_of(
    st.sampled_from(
        "か\u3099ガｶﾞﾟ｡Ａa１1．，～〜~①²、 　\n\t\0\u0301\ufa1b縺ｮã\u200b\ufffd東东这Яз한α-－ー(（)@＠.:/+〒"
    ),
    st.sampled_from(
        [
            "nan",
            "03-1234-5678",
            "０９０",
            "+81",
            "4111 1111 1111 1111",
            "123456789018",
            "a@b.jp",
            "133.11.93.1",
            "電話",
            "2001:4860::8",
        ]
    ),
    st.text(st.sampled_from("0123456789０１２３４５６７８９-－ー‐ ().:"), max_size=12),
    st.characters(),
)
any_text = st.lists(pieces, max_size=12).map("".join)
turns = st.builds(Turn, role=st.sampled_from(["user", "assistant"]), content=any_text)
examples = st.builds(
    Example,
    id=st.just("s/000000"),
    upstream_id=st.just("0"),
    instruction=any_text,
    input=any_text,
    response=any_text,
    history=st.lists(turns, max_size=2).map(tuple),
    source=st.just("s"),
    part=st.just("p"),
    split=st.just("all"),
    cluster=st.sampled_from(["general", "translation", "correction", "dialogue"]),
    language=st.sampled_from(["ja", "en", "zh", "ko", "ru", "und"]),
    licence=st.just("MIT"),
)
documents = st.builds(
    Document,
    id=st.just("s/000000"),
    upstream_id=st.just("0"),
    title=any_text,
    text=any_text,
    source=st.just("s"),
    split=st.just("all"),
    language=st.sampled_from(["ja", "en", "und"]),
    licence=st.just("MIT"),
)
contents = st.one_of(examples, documents)
NORMALISE = st.fixed_dictionaries(
    {
        "kana": st.booleans(),
        "letters": st.sampled_from(["keep", "narrow", "wide"]),
        "digits": st.sampled_from(["keep", "narrow", "wide"]),
        "symbols": st.sampled_from(["keep", "narrow", "wide"]),
        "wave_dash": st.booleans(),
        "spaces": st.sampled_from(["keep", "single"]),
    }
) | st.fixed_dictionaries(
    {"nfkc": st.sampled_from([True]), "wave_dash": st.booleans(), "spaces": st.sampled_from(["keep", "single"])}
)


def step(name: str, **options: object) -> Callable[[Content], Changed]:
    return STEPS[name].make(STEPS[name].options(**options))


@given(contents)
@settings(max_examples=200)
def test_no_step_stumbles_over_any_text(content: Content) -> None:
    for name in STEPS:
        change = step(name)
        changed = change(content)
        assert changed == change(content)
        if not isinstance(changed, str):
            assert change(changed) == changed


@given(contents, NORMALISE)
@settings(max_examples=200)
def test_normalising_twice_is_normalising_once_with_any_options(content: Content, options: dict[str, object]) -> None:
    change = step("normalise", **options)
    once = change(content)
    assert not isinstance(once, str)
    assert change(once) == once


@given(contents, NORMALISE)
@settings(max_examples=200)
def test_normalising_changes_the_writing_and_never_the_text(content: Content, options: dict[str, object]) -> None:
    changed = step("normalise", **options | {"wave_dash": False})(content)
    assert not isinstance(changed, str)
    assert list(map(same_writing, texts(changed))) == list(map(same_writing, texts(content)))


@given(contents)
@settings(max_examples=200)
def test_normalising_by_default_takes_no_character_away_but_a_voicing_mark(content: Content) -> None:
    changed = step("normalise")(content)
    assert not isinstance(changed, str)
    for before, after in zip(texts(content), texts(changed), strict=True):
        assert len(before) - len(after) == len(re.findall("[ｳｶ-ﾄﾊ-ﾎ]ﾞ|[ﾊ-ﾎ]ﾟ", before))


@given(any_text, st.sets(st.sampled_from(sorted(FINDERS))))
@settings(max_examples=300)
def test_masking_twice_is_masking_once_whatever_is_masked(text: str, kinds: set[str]) -> None:
    document = Document(id="s/0", upstream_id="0", text=text, source="s", split="all", language="ja", licence="MIT")
    change = step("personal", **{kind: "■" if kind in kinds else "" for kind in FINDERS})
    once = change(document)
    assert isinstance(once, Document)
    assert change(once) == once
    assert not any(list(FINDERS[kind](plain(once.text))) for kind in kinds)


@given(any_text)
@settings(max_examples=300)
def test_what_can_be_found_is_worth_a_look_and_keeps_its_place(text: str) -> None:
    seen = plain(text)
    assert len(seen) == len(text)
    assert plain(seen) == seen
    for find in FINDERS.values():
        for start, end in find(seen):
            assert worth_a_look(text)
            assert 0 <= start < end <= len(text)
            assert any(map(str.isalnum, text[start:end]))


@given(any_text)
@settings(max_examples=300)
def test_masks_alone_are_added_and_personal_places_alone_taken(text: str) -> None:
    mask = Personal().phone
    document = Document(id="s/0", upstream_id="0", text=text, source="s", split="all", language="ja", licence="MIT")
    changed = step("personal", **dict.fromkeys(FINDERS, mask))(document)
    assert isinstance(changed, Document)
    rest = iter(text)
    assert all(character in rest for part in changed.text.split(mask) for character in part)


@given(any_text, st.sampled_from(sorted(WRITTEN)), st.floats(0, 1))
@settings(max_examples=300)
def test_a_short_look_never_says_yes_to_what_a_long_look_denies(text: str, language: str, share: float) -> None:
    own = WRITTEN[language]
    if plainly(text, own, share):
        found = letters(text)
        assert sum(found.get(script, 0) for script in own) >= share * sum(found.values())
        assert "kana" not in own or not reads_chinese(text)
