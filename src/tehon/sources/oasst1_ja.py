"""OpenAssistant Conversations (OASST1), Japanese: conversations that volunteers wrote, as trees of messages.

The paper did not use this corpus, so both renderings are the same. Used: trees whose first message is Japanese. Every
message of a prompter is an example together with the answer that annotators ranked first (rank 0; the first one where
there are no ranks), and with all turns before it as history, so each answer is learned once. Cluster: dialogue. The
ledger counts a row for each answer of a Japanese tree, for each prompt without one, and for each tree in another
language. The export has no splits; everything may be trained on. The file was not at hand, so no count is known.

Reads the export of trees, `*.trees.jsonl.gz` or unpacked, with `message_id`, `text`, `role`, `lang`, `rank`, `deleted`,
`replies`.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from tehon.formats.finding import chosen, find_one
from tehon.formats.gz import pack_gz, unpacked_lines
from tehon.formats.json_lines import json_rows
from tehon.records.corpus import Download, Drop, Example, Licence, Part, ReadOptions, Source, Turn
from tehon.records.rows import LeftOut, Row, examples

ASSISTANT = "assistant"
URL = "https://huggingface.co/datasets/OpenAssistant/oasst1/resolve"


class Message(msgspec.Struct, frozen=True):
    """One message with everything that was answered to it."""

    message_id: str
    text: str
    role: str
    lang: str
    rank: int | None = None
    deleted: bool | None = False
    replies: tuple["Message", ...] = ()

    @property
    def fault(self) -> str:
        """Why it cannot be used; empty if it can."""
        if self.lang != "ja":
            return "another language"
        return "deleted or empty" if self.deleted or not self.text.strip() else ""


class Tree(msgspec.Struct, frozen=True):
    """One line of the export."""

    prompt: Message


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every prompt with its best answer, tree by tree, an answer before what follows it."""
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row | LeftOut]:
    for split in chosen(SOURCE.splits, options.splits):
        path = find_one(folder, "*.trees.jsonl*")
        for line in json_rows(unpacked_lines(path), path.name, Tree):
            if isinstance(line, LeftOut):
                yield line
                continue
            place, tree = line
            if tree.prompt.fault:
                yield LeftOut(place=place, reason=tree.prompt.fault)
                continue
            yield from _tree(place, tree, split)


def _tree(place: str, tree: Tree, split: str) -> Iterator[Row | LeftOut]:
    waiting: list[tuple[Message, tuple[Turn, ...]]] = [(tree.prompt, ())]
    while waiting:
        prompt, history = waiting.pop()
        best = _best(prompt)
        for reply in prompt.replies:
            if reply is best:
                yield Row(
                    upstream_id=reply.message_id,
                    instruction=prompt.text,
                    response=reply.text,
                    history=history,
                    part="conversations",
                    split=split,
                )
            else:
                yield from _left_out(place, reply, reply.fault or prompt.fault or "ranked behind another answer")
        if not prompt.replies:
            yield LeftOut(place=f"{place}/{prompt.message_id}", reason="prompt without an answer")
        if best:
            said = (Turn(role="user", content=prompt.text), Turn(role="assistant", content=best.text))
            waiting += [(follow_up, history + said) for follow_up in reversed(best.replies)]


def _best(prompt: Message) -> Message | None:
    usable = [reply for reply in prompt.replies if reply.role == ASSISTANT and not (reply.fault or prompt.fault)]
    return min(usable, key=lambda reply: (reply.rank is None, reply.rank or 0), default=None)


def _left_out(place: str, message: Message, reason: str) -> Iterator[LeftOut]:
    waiting = [(message, reason)]
    while waiting:
        one, why = waiting.pop()
        if one.role == ASSISTANT:
            yield LeftOut(place=f"{place}/{one.message_id}", reason=why)
        waiting += [(reply, "follows an answer that was left out") for reply in reversed(one.replies)]


SOURCE = Source(
    name="oasst1_ja",
    title="OpenAssistant Conversations (OASST1), Japanese",
    licence=Licence(
        spdx="Apache-2.0",
        url="https://huggingface.co/datasets/OpenAssistant/oasst1",
        attribution="The OpenAssistant contributors, OpenAssistant Conversations Dataset (OASST1), Apache-2.0",
    ),
    citation="Andreas Köpf, Yannic Kilcher, Dimitri von Rütte, Sotiris Anagnostidis and others: OpenAssistant "
    "Conversations - Democratizing Large Language Model Alignment. NeurIPS 2023.",
    homepage="https://huggingface.co/datasets/OpenAssistant/oasst1",
    splits={"all": True},
    downloads=(
        Download(
            url=f"{URL}/fdf72ae0827c1cda404aff25b6603abec9e3399b/2023-04-12_oasst_ready.trees.jsonl.gz",
            sha256="2a9a8fd343e9b28e04a895a669d3253f82d93e9c174d440199ae19d5fafbdff7",
            size_bytes=34_145_252,
            mirrors=(f"{URL}/main/2023-04-12_oasst_ready.trees.jsonl.gz",),
        ),
    ),
    parts=(Part(name="conversations", cluster="dialogue", wording="last message of the prompter"),),
    fields=("text", "role", "lang", "rank", "deleted", "replies"),
    sample={
        "2023-04-12_oasst_ready.trees.jsonl.gz": pack_gz(
            (
                '{"message_tree_id": "a", "tree_state": "ready_for_export", "prompt": {"message_id": "a",'
                ' "text": "朝食は何がいいですか？", "role": "prompter", "lang": "ja", "replies": ['
                '{"message_id": "b", "text": "パンです。", "role": "assistant", "lang": "ja", "rank": 1, "replies": ['
                '{"message_id": "c", "text": "他には？", "role": "prompter", "lang": "ja", "replies": ['
                '{"message_id": "d", "text": "卵です。", "role": "assistant", "lang": "ja", "replies": []}]}]}, '
                '{"message_id": "e", "text": "ご飯と味噌汁はいかがでしょう。", "role": "assistant", "lang": "ja",'
                ' "rank": 0, "deleted": false, "replies": ['
                '{"message_id": "f", "text": "味噌汁の具は？", "role": "prompter", "lang": "ja", "replies": ['
                '{"message_id": "g", "text": "Tofu.", "role": "assistant", "lang": "en", "rank": 0, "replies": []}, '
                '{"message_id": "h", "text": "豆腐とわかめです。", "role": "assistant", "lang": "ja", "rank": 1}]}, '
                '{"message_id": "i", "text": "ありがとう。", "role": "prompter", "lang": "ja", "replies": []}]}, '
                '{"message_id": "j", "text": "", "role": "assistant", "lang": "ja", "rank": 2, "deleted": true}]}}\n'
                '{"message_tree_id": "k", "prompt": {"message_id": "k", "text": "Hello?", "role": "prompter",'
                ' "lang": "en", "replies": []}}\n'
                '{"message_tree_id": "l"}\n'
            ).encode()
        )
    },
    read=read,
)
