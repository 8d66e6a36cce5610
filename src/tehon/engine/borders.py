"""Where a text's tokens are parted into those of a context and those of its continuation.

A text that is encoded whole need not have a border between two tokens where its context ends: a token may span it.
"""

from typing import NamedTuple


class Pair(NamedTuple):
    """A context and its continuation in tokens.

    Attributes:
        context: token ids.
        continuation: token ids.
        merged: a token of the whole text spans the border, or the context is encoded otherwise when more follows.
    """

    context: list[int]
    continuation: list[int]
    merged: bool = False


def counted(context: list[int], whole: list[int]) -> Pair:
    """The whole parted behind as many tokens as the context alone has.

    Where a token spans the border, what is scored may begin late, or hold nothing.

    Source: lm-evaluation-harness 0.4.13, `_encode_pair`.
    """
    border = len(context)
    return Pair(whole[:border], whole[border:], merged=whole[:border] != context)


def shared(context: list[int], whole: list[int]) -> Pair:
    """The whole parted behind the tokens that it shares with the context alone; one at least stays to be scored.

    Where a token spans the border, what is scored begins before the continuation does.
    """
    border = min(_common(context, whole), max(len(whole) - 1, 0))
    return Pair(whole[:border], whole[border:], merged=border < len(context))


def _common(left: list[int], right: list[int]) -> int:
    for place, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            return place
    return min(len(left), len(right))
