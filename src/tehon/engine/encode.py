"""Text to tokens: the one place where prompts become ids, for tuning, evaluation and generation alike.

Segments are encoded apart and joined, so that the border between context and response is a border between tokens.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from jinja2 import TemplateError

from tehon.engine.borders import Pair, counted, shared
from tehon.engine.spelling import Speller
from tehon.engine.tokens import Encoded, Tokens, encoded, weighed
from tehon.errors import ModelError
from tehon.prompts import ChatTemplate, ask
from tehon.records.evaluation import Protocol
from tehon.records.prompt import Prompt, Segment, Template
from tehon.records.requests import Generation, Loglikelihood, Spelling

UNKNOWN = "\ue000"
"""A character that no tokenizer was trained on."""
DAY = "26 Jul 2024"
"""What LLaMA 3's chat template is told of today, its own default: an example is the same prompt on every day."""


class Encoder:
    """A tokenizer and what it does by itself, found out by trying.

    Args:
        tokenizer: a tokenizer of transformers.

    Attributes:
        bos: the token that it puts at the front by itself; None where it puts none.
        end: its end token.
        vocabulary: every id lies below.
        chat: its chat template; None where it has none.

    Raises:
        ModelError: it has no end token.
    """

    def __init__(self, tokenizer: Any) -> None:  # noqa: ANN401 - a foreign class without types
        """Try the tokenizer on a few short texts."""
        self.tokenizer = tokenizer
        if tokenizer.eos_token_id is None:
            raise ModelError("the tokenizer", "must have an end token, but has none", "Set eos_token in its config")
        self.end: int = tokenizer.eos_token_id
        self.bos: int | None = tokenizer.bos_token_id if self._puts_bos() else None
        self._speller = Speller(tokenizer)
        self.vocabulary = self._speller.vocabulary
        self.chat: ChatTemplate | None = self._apply_chat if tokenizer.chat_template else None

    def apart(self, texts: Sequence[str]) -> list[list[int]]:
        """Each text as the tokenizer encodes it alone, without special tokens."""
        return self._speller.alone(texts)

    def inside(self, texts: Sequence[str]) -> list[list[int]]:
        """Each text as it is encoded inside a longer one: without the mark that a tokenizer puts at a text's start."""
        return self._speller.within(texts)

    def tokens(self, prompts: Sequence[Prompt]) -> list[Tokens]:
        """Prompts in tokens: at most one BOS at the front, an end token after each segment that asks for one."""
        firsts = self._segments([prompt.segments[0] for prompt in prompts], self._speller.alone)
        later = iter(
            self._segments([segment for prompt in prompts for segment in prompt.segments[1:]], self._speller.within)
        )
        found = []
        for prompt, first in zip(prompts, firsts, strict=True):
            ids, scored = self.opened(first), []
            for place, segment in enumerate(prompt.segments):
                start = len(ids) if place else len(ids) - len(first)
                ids = ids + next(later) if place else ids
                ids = [*ids, self.end] if segment.end else ids
                if segment.scored and len(ids) > start:
                    scored.append((start, len(ids)))
            found.append(Tokens(ids, scored))
        return found

    def prompts(self, prompts: Sequence[Prompt], context_weight: float = 0.0) -> list[Encoded]:
        """The same, with a weight on each token.

        Args:
            prompts: segments, scored or not.
            context_weight: of the tokens that are not scored; the scored ones weigh 1.
        """
        sequences = []
        for ids, scored in self.tokens(prompts):
            weights = [context_weight] * len(ids)
            for start, stop in scored:
                weights[start:stop] = [1.0] * (stop - start)
            sequences.append(encoded(ids, weights))
        return sequences

    def requests(self, requests: Sequence[Loglikelihood], protocol: Protocol) -> list[Encoded]:
        """The same as `spellings`, those tokens weighing 1 that are scored."""
        return [weighed(spelling) for spelling in self.spellings(requests, protocol)]

    def spellings(self, requests: Sequence[Loglikelihood], protocol: Protocol) -> list[Spelling]:
        """Contexts and continuations in tokens, the continuation scored, as the protocol wants them encoded.

        Requests that have a spelling keep it.

        Raises:
            ModelError: the protocol wants a BOS, and the tokenizer has none.
        """
        bos = self.front(protocol)
        new = [request for request in requests if request.spelling is None]
        found = iter([self._spelling(*each, bos) for each in zip(new, self._pairs(new, protocol), strict=True)])
        return [request.spelling or next(found) for request in requests]

    def _spelling(self, request: Loglikelihood, pair: Pair, bos: int | None) -> Spelling:
        # Without any token before it, the first scored token could not be predicted.
        opened = _opened(pair.context, bos) or [self.end]
        scored = [*pair.continuation, self.end] if request.end else pair.continuation
        return Spelling(ids=(*opened, *scored), scored=len(scored), merged=pair.merged)

    def _pairs(self, requests: Sequence[Loglikelihood], protocol: Protocol) -> list[Pair]:
        texts = [_read_before(request, protocol.encode) for request in requests]
        before = [(text, request.special) for text, request in zip(texts, requests, strict=True)]
        if protocol.encode in {"joint", "joint_lcp"}:
            whole = [(self._whole(request), request.special) for request in requests]
            found = _mixed([*before, *whole], self._speller.alone)
            split = counted if protocol.encode == "joint" else shared
            return [split(*pair) for pair in zip(found[: len(before)], found[len(before) :], strict=True)]
        contexts = _mixed(before, self._speller.alone)
        moved = [request.context[len(text) :] for text, request in zip(texts, requests, strict=True)]
        encode = self.apart if protocol.encode == "separate" else self.inside
        continuations = encode([space + r.continuation for space, r in zip(moved, requests, strict=True)])
        return [Pair(context, continuation) for context, continuation in zip(contexts, continuations, strict=True)]

    def openings(self, requests: Sequence[Generation]) -> list[Spelling]:
        """What a model reads before it writes: each context, with the BOS that the tokenizer puts by itself.

        Requests that have a spelling keep it.
        """
        new = [(request.context, request.special) for request in requests if request.spelling is None]
        found = iter(_mixed(new, self._speller.alone))
        return [request.spelling or Spelling(ids=tuple(self.opened(next(found)) or [self.end])) for request in requests]

    def front(self, protocol: Protocol) -> int | None:
        """The BOS that a protocol wants in front; None for none.

        Raises:
            ModelError: it wants one in any case, and the tokenizer has none.
        """
        if protocol.bos != "always":
            return self.bos if protocol.bos == "tokenizer" else None
        if self.tokenizer.bos_token_id is None:
            problem = 'must have a BOS, for the protocol says bos = "always", but has none'
            raise ModelError("the tokenizer", problem, 'Set bos to "tokenizer" or "never"')
        bos: int = self.tokenizer.bos_token_id
        return bos

    def guarded(self, text: str) -> str:
        """Data that can be put into a text that means its special tokens; itself where it holds none."""
        return self._speller.guarded(text)

    def opened(self, ids: list[int]) -> list[int]:
        """The ids with the BOS that the tokenizer puts by itself, unless they begin with it."""
        return _opened(ids, self.bos)

    def decode(self, ids: Sequence[int]) -> str:
        """The text of these tokens, special ones left out."""
        text: str = self.tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text

    def spell(self, ids: Sequence[int]) -> str:
        """The text of these tokens, special ones and all."""
        text: str = self.tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        return text

    def _segments(self, segments: Iterable[Segment], encode: Callable[..., list[list[int]]]) -> list[list[int]]:
        return _mixed([(segment.text, segment.special) for segment in segments], encode)

    def _whole(self, request: Loglikelihood) -> str:
        """Context and continuation as one text."""
        return request.context + (self.guarded(request.continuation) if request.special else request.continuation)

    def _puts_bos(self) -> bool:
        bos = self.tokenizer.bos_token_id
        declared = self.tokenizer.init_kwargs.get("add_bos_token") is True
        return bos is not None and (declared or self.tokenizer("はい")["input_ids"][0] == bos)

    def _apply_chat(self, messages: list[dict[str, str]], opening: bool) -> str:  # noqa: FBT001 - ChatTemplate's form
        # Models that think aloud are asked to answer at once: examples hold answers, no thoughts.
        how = {
            "tokenize": False,
            "add_generation_prompt": opening,
            "enable_thinking": False,
            "date_string": DAY,
        }
        data = [message | {"content": self.guarded(message["content"])} for message in messages]
        try:
            text: str = self.tokenizer.apply_chat_template(data, **how)
        except TemplateError as error:
            roles = ", ".join(message["role"] for message in messages)
            problem = f"must render the turns {roles}, but says: {error}"
            raise ModelError("the tokenizer's chat template", problem, "Choose another template") from error
        return text


def round_trip_losses(encoder: Encoder, template: Template) -> list[str]:
    """What a template loses on its way through the tokenizer, one sentence each; empty where nothing is lost."""
    if template.kind == "chat":
        return []
    losses = []
    if encoder.end in encoder.apart([UNKNOWN])[0]:
        losses.append("a character that the tokenizer does not know becomes its end token")
    for frame, material in ((template.with_input, "B"), (template.without_input, "")):
        text = ask(template, "A", material) if frame else ""
        if encoder.guarded(text) != text:
            losses.append("what looks like a special token in it is encoded as letters; only chat templates mean them")
        back = encoder.decode(encoder.apart([text])[0]).removeprefix(" ")
        if back != text:
            place = next((at for at, (a, b) in enumerate(zip(text, back, strict=False)) if a != b), len(back))
            losses.append(
                f"{text[max(0, place - 6) : place + 6]!r} comes back as {back[max(0, place - 6) : place + 6]!r}"
            )
    return losses


def _mixed(texts: Sequence[tuple[str, bool]], encode: Callable[..., list[list[int]]]) -> list[list[int]]:
    """Texts, each with whether it means its special tokens, in tokens."""
    found: list[list[int]] = [[]] * len(texts)
    for special in {meant for _, meant in texts}:
        places = [place for place, (_, meant) in enumerate(texts) if meant is special]
        for place, ids in zip(places, encode([texts[at][0] for at in places], special=special), strict=True):
            found[place] = ids
    return found


def _opened(ids: list[int], bos: int | None) -> list[int]:
    return ids if bos is None or ids[:1] == [bos] else [bos, *ids]


def _read_before(request: Loglikelihood, encode: str) -> str:
    """The context, without the white space at its end that an encoding moves to the continuation."""
    if encode == "joint":
        return request.context.rstrip()
    # A space belongs to the word behind it; a line break is a token of its own. Chat templates are tuning's business.
    return request.context.rstrip(" ") if encode == "joint_safe" and not request.special else request.context
