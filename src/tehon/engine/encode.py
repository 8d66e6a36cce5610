"""Text to tokens: the one place where prompts become ids, for tuning, evaluation and generation alike.

Segments are encoded apart and joined, so that the border between context and response is a border between tokens.
"""

from collections.abc import Sequence
from typing import Any

from jinja2 import TemplateError

from tehon.engine.tokens import Encoded, encoded
from tehon.errors import ModelError
from tehon.prompts import ChatTemplate, ask
from tehon.records.evaluation import Loglikelihood, Protocol
from tehon.records.prompt import Prompt, Template

SENTINELS = ("\n", "。", ":", "|", "■")
"""Texts put before a segment to see how it is encoded inside a text; the first that a tokenizer keeps whole is used."""
UNKNOWN = "\ue000"
"""A character that no tokenizer was trained on."""
DAY = "26 Jul 2024"
"""What LLaMA 3's chat template is told of today, its own default: an example is the same prompt on every day."""
PROBES = ("はい", "「これ」", "The", "1")


class Encoder:
    """A tokenizer and what it does by itself, found out by trying.

    Args:
        tokenizer: a tokenizer of transformers.

    Attributes:
        bos: the token that it puts at the front by itself; None where it puts none.
        end: its end token.
        sentinel: what stands before a segment that must not begin like a text; None where that makes no difference.
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
        self.extra = tuple(self._call([""])[0])
        self.sentinel = self._find_sentinel()
        self.chat: ChatTemplate | None = self._apply_chat if tokenizer.chat_template else None

    def apart(self, texts: Sequence[str]) -> list[list[int]]:
        """Each text as the tokenizer encodes it alone, without special tokens."""
        return [self._strip(ids) for ids in self._call(texts)]

    def inside(self, texts: Sequence[str]) -> list[list[int]]:
        """Each text as it is encoded inside a longer one: without the mark that a tokenizer puts at a text's start."""
        if self.sentinel is None:
            return self.apart(texts)
        head = self.apart([self.sentinel])[0]
        whole = self.apart([self.sentinel + text for text in texts])
        merged = [place for place, ids in enumerate(whole) if ids[: len(head)] != head]
        alone = dict(zip(merged, self.apart([texts[place] for place in merged]), strict=True))
        return [alone.get(place, ids[len(head) :]) for place, ids in enumerate(whole)]

    def prompts(self, prompts: Sequence[Prompt], context_weight: float = 0.0) -> list[Encoded]:
        """Prompts in tokens: at most one BOS at the front, an end token after each segment that asks for one.

        Args:
            prompts: segments, scored or not.
            context_weight: of the tokens that are not scored; the scored ones weigh 1.
        """
        firsts = self.apart([prompt.segments[0].text for prompt in prompts])
        later = iter(self.inside([segment.text for prompt in prompts for segment in prompt.segments[1:]]))
        sequences = []
        for prompt, first in zip(prompts, firsts, strict=True):
            ids = self.opened(first)
            weights = [context_weight] * (len(ids) - len(first))
            for place, segment in enumerate(prompt.segments):
                piece = first if place == 0 else next(later)
                ids = ids if place == 0 else ids + piece
                ids = [*ids, self.end] if segment.end else ids
                weights += [1.0 if segment.scored else context_weight] * (len(piece) + segment.end)
            sequences.append(encoded(ids, weights))
        return sequences

    def requests(self, requests: Sequence[Loglikelihood], protocol: Protocol) -> list[Encoded]:
        """Contexts and continuations in tokens, the continuation scored, as the protocol wants them encoded."""
        contexts = self.apart([request.context for request in requests])
        if protocol.encode == "joint":
            wholes = self.apart([request.context + request.continuation for request in requests])
            # A continuation keeps at least one token even where the context has swallowed it whole.
            borders = [
                min(_common(context, whole), len(whole) - 1) for context, whole in zip(contexts, wholes, strict=True)
            ]
            contexts = [whole[:border] for whole, border in zip(wholes, borders, strict=True)]
            continuations = [whole[border:] for whole, border in zip(wholes, borders, strict=True)]
        else:
            encode = self.apart if protocol.encode == "separate" else self.inside
            continuations = encode([request.continuation for request in requests])
        sequences = []
        for request, context, continuation in zip(requests, contexts, continuations, strict=True):
            opened = self.opened(context) if protocol.bos == "tokenizer" else context
            # Without any token before it, the first scored token could not be predicted.
            opened = opened or [self.end]
            scored = [*continuation, self.end] if request.end else continuation
            sequences.append(encoded(opened + scored, [0.0] * len(opened) + [1.0] * len(scored)))
        return sequences

    def opened(self, ids: list[int]) -> list[int]:
        """The ids with the BOS that the tokenizer puts by itself, unless they begin with it."""
        return ids if self.bos is None or ids[:1] == [self.bos] else [self.bos, *ids]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of these tokens, special ones left out."""
        text: str = self.tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text

    def _call(self, texts: Sequence[str]) -> list[list[int]]:
        if not texts:
            return []
        ids: list[list[int]] = self.tokenizer(
            list(texts), add_special_tokens=False, return_attention_mask=False, return_token_type_ids=False
        )["input_ids"]
        return ids

    def _strip(self, ids: list[int]) -> list[int]:
        """Take off what the tokenizer appends to every text even when asked for none."""
        extra = len(self.extra)
        return ids[:-extra] if extra and tuple(ids[-extra:]) == self.extra else ids

    def _puts_bos(self) -> bool:
        bos = self.tokenizer.bos_token_id
        declared = self.tokenizer.init_kwargs.get("add_bos_token") is True
        return bos is not None and (declared or self.tokenizer("はい")["input_ids"][0] == bos)

    def _find_sentinel(self) -> str | None:
        alone = self.apart(PROBES)
        for sentinel in SENTINELS:
            head = self.apart([sentinel])[0]
            whole = self.apart([sentinel + probe for probe in PROBES])
            kept = self.tokenizer.decode(head).strip(" ") == sentinel
            if kept and all(ids[: len(head)] == head for ids in whole):
                return None if [ids[len(head) :] for ids in whole] == alone else sentinel
        return None

    def _apply_chat(self, messages: list[dict[str, str]], opening: bool) -> str:  # noqa: FBT001 - ChatTemplate's form
        # Models that think aloud are asked to answer at once: examples hold answers, no thoughts.
        how = {
            "tokenize": False,
            "add_generation_prompt": opening,
            "enable_thinking": False,
            "date_string": DAY,
        }
        try:
            text: str = self.tokenizer.apply_chat_template(messages, **how)
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
        back = encoder.decode(encoder.apart([text])[0]).removeprefix(" ")
        if back != text:
            place = next((at for at, (a, b) in enumerate(zip(text, back, strict=False)) if a != b), len(back))
            losses.append(
                f"{text[max(0, place - 6) : place + 6]!r} comes back as {back[max(0, place - 6) : place + 6]!r}"
            )
    return losses


def _common(left: list[int], right: list[int]) -> int:
    for place, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            return place
    return min(len(left), len(right))
