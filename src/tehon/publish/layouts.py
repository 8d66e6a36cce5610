"""The layouts that other trainers read, one row of JSON a line, and how LLaMA-Factory is told of each.

| layout | a row | read by |
|---|---|---|
| `alpaca` | `instruction`, `input`, `output`; with earlier turns also `system` and `history` | LLaMA-Factory, axolotl |
| `sharegpt` | `conversations`: `from` (system, human, gpt) and `value` | LLaMA-Factory, axolotl |
| `messages` | `messages`: `role` (system, user, assistant) and `content` | TRL, axolotl, LLaMA-Factory |

Source: https://github.com/hiyouga/LLaMA-Factory/blob/main/data/README.md and
https://huggingface.co/docs/trl/dataset_formats
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tehon.records.record import Record

OUT_OF_TURN = "turns do not alternate"
SPEAKERS = {"system": "system", "user": "human", "assistant": "gpt"}
Turns = list[dict[str, str]]


class Said(NamedTuple):
    """What is said in one example."""

    instruction: str
    input: str
    response: str
    history: Turns


class Layout(Record, kw_only=True):
    """One layout.

    Attributes:
        title: one line for the command line.
        row: what an example becomes, or why the layout cannot hold it; told whether any example has earlier turns.
        factory: the entry of LLaMA-Factory's `dataset_info.json` without its file; told the same.
    """

    title: str
    row: Callable[[Said, bool], dict[str, Any] | str]
    factory: Callable[[bool], dict[str, Any]]


def user_turn(said: Said) -> str:
    """What the user says last: the instruction, and below it the input; as the chat template of tuning has it."""
    return f"{said.instruction}\n\n{said.input}" if said.input else said.instruction


def alternating(history: Turns) -> bool:
    """Whether user and assistant take turns, after a system prompt at most, and the assistant spoke last."""
    roles = [turn["role"] for turn in history]
    talk = roles[1:] if roles[:1] == ["system"] else roles
    return talk == ["user", "assistant"] * (len(talk) // 2)


def alpaca(said: Said, conversations: bool) -> dict[str, Any] | str:  # noqa: FBT001 - the form of every layout's row
    """Instruction, input and output; earlier turns as pairs, the way LLaMA-Factory has them."""
    row: dict[str, Any] = {"instruction": said.instruction, "input": said.input, "output": said.response}
    if not conversations:
        return row
    if not alternating(said.history):
        return OUT_OF_TURN
    texts = [turn["content"] for turn in said.history]
    system = texts.pop(0) if len(texts) % 2 else ""
    return row | {"system": system, "history": [list(pair) for pair in zip(texts[::2], texts[1::2], strict=True)]}


def sharegpt(said: Said, conversations: bool) -> dict[str, Any] | str:  # noqa: FBT001 - likewise
    """Turns under the names of ShareGPT; its readers insist that human and model take turns."""
    del conversations
    if not alternating(said.history):
        return OUT_OF_TURN
    turns = [{"from": SPEAKERS[turn["role"]], "value": turn["content"]} for turn in said.history]
    last = [{"from": "human", "value": user_turn(said)}, {"from": "gpt", "value": said.response}]
    return {"conversations": turns + last}


def messages(said: Said, conversations: bool) -> dict[str, Any] | str:  # noqa: FBT001 - likewise
    """Every turn as it is."""
    del conversations
    turns = [{"role": turn["role"], "content": turn["content"]} for turn in said.history]
    last = [{"role": "user", "content": user_turn(said)}, {"role": "assistant", "content": said.response}]
    return {"messages": turns + last}


def _alpaca_entry(conversations: bool) -> dict[str, Any]:  # noqa: FBT001 - the form of every layout's entry
    columns = {"prompt": "instruction", "query": "input", "response": "output"}
    return {"columns": columns | ({"system": "system", "history": "history"} if conversations else {})}


def _sharegpt_entry(conversations: bool) -> dict[str, Any]:  # noqa: FBT001 - likewise
    del conversations
    return {"formatting": "sharegpt", "columns": {"messages": "conversations"}}


def _messages_entry(conversations: bool) -> dict[str, Any]:  # noqa: FBT001 - likewise
    del conversations
    tags = {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"}
    return {
        "formatting": "sharegpt",
        "columns": {"messages": "messages"},
        "tags": tags | {"system_tag": "system"},
    }


LAYOUTS: Mapping[str, Layout] = {
    "alpaca": Layout(title="instruction, input, output", row=alpaca, factory=_alpaca_entry),
    "sharegpt": Layout(title="conversations of human and gpt", row=sharegpt, factory=_sharegpt_entry),
    "messages": Layout(title="messages of user and assistant", row=messages, factory=_messages_entry),
}
