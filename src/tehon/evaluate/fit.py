"""Prompts that are too long for the model, and what the protocol does with them."""

from collections.abc import Sequence

from msgspec.structs import replace

from tehon.engine.protocol import Model
from tehon.errors import ModelError
from tehon.evaluate.jobs import Frame, Way
from tehon.evaluate.requests import Ask, Asked, context, description, ready, size
from tehon.records.requests import Generation, Loglikelihood, Request
from tehon.records.scores import ItemResult, Part


def fit(asked: Sequence[Asked], way: Way, ask: Ask, model: Model) -> list[Asked]:
    """The items with prompts that the model can read whole, or as they are where the protocol cuts on the left.

    An item that is skipped says so in its blank result, and is to be left out.

    Args:
        asked: items with all of their shots, and with their requests.
        way: how they are asked.
        ask: makes the requests of an item that had to be shortened.
        model: who is to read it.

    Raises:
        ModelError: a prompt is too long, and the protocol allows nothing to be done about it, or no shot is left.
    """
    fitted = list(asked)
    if way.protocol.overlong == "left":
        return fitted
    places = list(range(len(fitted)))
    while places:
        sizes = ((place, *_size(fitted[place], model)) for place in places)
        long = [(place, tokens, room) for place, tokens, room in sizes if tokens > room]
        for place, tokens, room in long:
            fitted[place] = _shortened(fitted[place], way, model, tokens, room)
        places = [place for place, _, _ in long if not fitted[place].blank.skipped]
        for place, one in zip(places, ready([fitted[at] for at in places], ask, way, model), strict=True):
            fitted[place] = one
    return fitted


def _size(one: Asked, model: Model) -> tuple[int, int]:
    """Of the item's request that is closest to its bound, or furthest beyond it: the tokens, and how many fit."""
    found = [(size(request), _room(request, model)) for request in one.requests]
    return max(found, key=lambda tokens_and_room: tokens_and_room[0] - tokens_and_room[1])


def _room(request: Request, model: Model) -> int:
    """The most tokens that fit: the last one of a continuation is predicted, never read."""
    if isinstance(request, Loglikelihood):
        return model.context_length + 1
    return model.context_length - request.max_new_tokens


def _shortened(one: Asked, way: Way, model: Model, tokens: int, room: int) -> Asked:
    """An item after one step of what the protocol does."""
    longest = max(tokens, one.tokens)
    if way.protocol.overlong == "skip":
        return replace(one, tokens=longest, blank=replace(one.blank, skipped=True, prompt_tokens=longest))
    if way.protocol.overlong == "error" or not one.shown:
        shots = f" with {len(one.shown)} shots" if one.shown else ""
        problem = f"its prompt{shots} must have at most {room} tokens to be read whole, but has {tokens}"
        fewer = 'Take fewer shots, or set overlong to "drop_shot", "skip" or "left"'
        raise ModelError(f"item {one.blank.item}", problem, fewer if shots else 'Set overlong to "skip" or "left"')
    shown = one.shown[1:]
    blank = replace(
        one.blank,
        shot_ids=one.blank.shot_ids[1:],
        context=context(way.frame, one.item, shown, model.chat),
        dropped_shots=one.blank.dropped_shots + 1,
        cut=("shots",),
    )
    return replace(one, shown=shown, blank=blank, tokens=longest)


def parts_cut(result: ItemResult, one: Asked, way: Way, model: Model) -> tuple[Part, ...]:
    """The parts of a prompt that a cut on the left has taken something from."""
    if not result.truncated:
        return result.cut
    told = description(way.frame)
    # What was said before belongs to what is asked now.
    query = result.context if result.history else _query(way.frame, one, model).removeprefix(told)
    texts = [told, result.context, query]
    head, whole, own = map(size, model.read([Generation(context=text) for text in texts], way.protocol))
    lost: list[Part] = []
    if told:
        lost.append("description")
    if one.shown and result.truncated > (head if told else 0):
        lost.append("shots")
    if result.truncated > whole - own:
        lost.append("query")
    return tuple(lost)


def _query(frame: Frame, one: Asked, model: Model) -> str:
    return context(frame, one.item, (), model.chat)
