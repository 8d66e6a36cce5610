"""The four layouts that people keep instruction data in; each row becomes one exchange with all that came before it.

| layout | a row |
|---|---|
| `alpaca` | `instruction`, `output`, perhaps `input`; earlier turns as LLaMA-Factory has them: `system`, `history` |
| `sharegpt` | `conversations`: `from` (human, gpt, system) and `value` |
| `messages` | `messages`: `role` (user, assistant, system, developer) and `content` |
| `completion` | `prompt`, `completion` |
"""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from tehon.records.corpus import Turn

Role = Literal["system", "user", "assistant"]
ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
}
TOOLS = {"tool", "tool_call", "tool_response", "function", "function_call", "observation"}


class Exchange(msgspec.Struct, frozen=True):
    """What came before, what is asked, what is answered."""

    instruction: str
    response: str
    input: str = ""
    history: tuple[Turn, ...] = ()


class Alpaca(msgspec.Struct, frozen=True):
    """A row of the Alpaca layout."""

    instruction: str
    output: str
    input: str | None = None
    system: str | None = None
    history: tuple[tuple[str, str], ...] | None = None
    id: str | int | None = None

    def exchange(self) -> Exchange | str:
        """The exchange, or why there is none."""
        system = [Turn(role="system", content=self.system)] if self.system else []
        pairs = [
            turn
            for asked, told in self.history or ()
            for turn in (Turn(role="user", content=asked), Turn(role="assistant", content=told))
        ]
        return Exchange(self.instruction, self.output, self.input or "", (*system, *pairs))


class Completion(msgspec.Struct, frozen=True):
    """A row of the prompt/completion layout."""

    prompt: str
    completion: str
    id: str | int | None = None

    def exchange(self) -> Exchange | str:
        """The exchange, or why there is none."""
        return Exchange(self.prompt, self.completion)


class Said(msgspec.Struct, frozen=True, rename={"speaker": "from"}):
    """One turn of the ShareGPT layout."""

    speaker: str
    value: str | None


class ShareGpt(msgspec.Struct, frozen=True):
    """A row of the ShareGPT layout."""

    conversations: tuple[Said, ...]
    id: str | int | None = None

    def exchange(self) -> Exchange | str:
        """The exchange, or why there is none."""
        return from_turns((turn.speaker, turn.value) for turn in self.conversations)


class Piece(msgspec.Struct, frozen=True):
    """One piece of a message."""

    type: str
    text: str | None = None


class Message(msgspec.Struct, frozen=True):
    """One turn of the messages layout."""

    role: str
    content: str | tuple[Piece, ...] | None = None
    tool_calls: tuple[msgspec.Raw, ...] | None = None
    function_call: dict[str, msgspec.Raw] | None = None

    @property
    def text(self) -> str | None:
        """Its text; None where it holds anything else."""
        if not isinstance(self.content, tuple):
            return self.content
        texts = [piece.text for piece in self.content if piece.type == "text" and piece.text is not None]
        return "".join(texts) if len(texts) == len(self.content) else None


class Messages(msgspec.Struct, frozen=True):
    """A row of the messages layout."""

    messages: tuple[Message, ...]
    id: str | int | None = None

    def exchange(self) -> Exchange | str:
        """The exchange, or why there is none."""
        if any(message.tool_calls or message.function_call for message in self.messages):
            return "tool calls"
        return from_turns((message.role, message.text) for message in self.messages)


Layout = type[Alpaca] | type[ShareGpt] | type[Messages] | type[Completion]
LAYOUTS: dict[str, tuple[Layout, frozenset[str]]] = {
    "messages": (Messages, frozenset({"messages"})),
    "sharegpt": (ShareGpt, frozenset({"conversations"})),
    "alpaca": (Alpaca, frozenset({"instruction", "output"})),
    "completion": (Completion, frozenset({"prompt", "completion"})),
}
"""Name -> the row's type and the keys by which it is known."""


def layout_of(row: Mapping[str, object]) -> str:
    """The name of the layout that a row is in; empty if none."""
    return next((name for name, (_, keys) in LAYOUTS.items() if keys <= row.keys()), "")


def from_turns(turns: Iterable[tuple[str, str | None]]) -> Exchange | str:
    """The exchange at the end of these turns (role, text), or why the conversation cannot be kept whole.

    A system prompt may open it; then user and assistant must alternate, and the assistant has the last word.
    """
    said: list[Turn] = []
    for name, text in turns:
        if name in TOOLS:
            return "tool calls"
        if name not in ROLES:
            return "unknown role"
        if text is None:
            return "content is not text"
        said.append(Turn(role=ROLES[name], content=text))
    return _disorder([turn.role for turn in said]) or Exchange(
        instruction=said[-2].content, response=said[-1].content, history=tuple(said[:-2])
    )


def _disorder(roles: list[Role]) -> str:
    talk = roles[1:] if roles[:1] == ["system"] else roles
    if "assistant" not in talk:
        return "no assistant answer"
    if "system" in talk:
        return "system prompt inside the conversation"
    if talk[-1] != "assistant":
        return "last turn has no answer"
    return "" if talk == ["user", "assistant"] * (len(talk) // 2) else "turns do not alternate"
