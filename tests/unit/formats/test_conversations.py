import pytest

from tehon.formats.conversations import Alpaca, Exchange, Message, Messages, Piece, from_turns, layout_of
from tehon.records.corpus import Turn


def test_every_turn_and_the_system_prompt_are_kept() -> None:
    turns = [("system", "s"), ("human", "1"), ("gpt", "2"), ("human", "3"), ("gpt", "4")]
    history = (
        Turn(role="system", content="s"),
        Turn(role="user", content="1"),
        Turn(role="assistant", content="2"),
    )
    assert from_turns(turns) == Exchange(instruction="3", response="4", history=history)


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        ([], "no assistant answer"),
        ([("user", "1")], "no assistant answer"),
        ([("system", "s")], "no assistant answer"),
        ([("user", "1"), ("assistant", "2"), ("user", "3")], "last turn has no answer"),
        ([("assistant", "1"), ("user", "2"), ("assistant", "3")], "turns do not alternate"),
        ([("user", "1"), ("user", "2"), ("assistant", "3")], "turns do not alternate"),
        ([("user", "1"), ("system", "s"), ("assistant", "3")], "system prompt inside the conversation"),
        ([("user", "1"), ("narrator", "2")], "unknown role"),
        ([("user", "1"), ("tool", "2"), ("assistant", "3")], "tool calls"),
        ([("user", "1"), ("assistant", None)], "content is not text"),
    ],
)
def test_what_cannot_be_kept_whole_says_why(turns: list[tuple[str, str | None]], reason: str) -> None:
    assert from_turns(turns) == reason


def test_pieces_of_text_are_joined_and_pictures_are_not_text() -> None:
    text, picture = Piece(type="text", text="あ"), Piece(type="image_url")
    answer = Message(role="assistant", content="い")
    assert Messages((Message(role="user", content=(text, text)), answer)).exchange() == Exchange("ああ", "い")
    assert Messages((Message(role="user", content=(text, picture)), answer)).exchange() == "content is not text"


def test_a_missing_input_is_an_empty_one() -> None:
    assert Alpaca("a", "b", None).exchange() == Exchange("a", "b", "")


@pytest.mark.parametrize(
    ("keys", "layout"),
    [
        (("instruction", "output", "more"), "alpaca"),
        (("messages", "prompt", "completion"), "messages"),
        (("conversations", "id"), "sharegpt"),
        (("prompt", "completion"), "completion"),
        (("prompt", "response"), ""),
    ],
)
def test_a_layout_is_known_by_its_keys(keys: tuple[str, ...], layout: str) -> None:
    assert layout_of(dict.fromkeys(keys)) == layout
