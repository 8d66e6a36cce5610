"""What a model is asked, and what it answers."""

from typing import Annotated, Literal, TypeVar

import msgspec

from tehon.records.record import Record


class Spelling(Record, kw_only=True):
    """A request in a model's own tokens, before any cut.

    Attributes:
        ids: token ids.
        scored: how many of them, at the end, are scored.
        merged: a token of the whole text spans the border between context and continuation.
    """

    ids: tuple[int, ...]
    scored: int = 0
    merged: bool = False


class Loglikelihood(Record, kw_only=True):
    """Asks for log p(continuation | context), in nats.

    Attributes:
        context: what comes before; may be empty.
        continuation: what is scored.
        end: the end token is scored after it as well.
        special: the context means the special tokens in it, as a tokenizer's chat template does.
        item: that it is about, for messages; empty where there is none.
        spelling: its tokens, once the model that is to answer has read it under the protocol that it is asked under.
    """

    context: str
    continuation: str
    end: bool = False
    special: bool = False
    item: str = ""
    spelling: Spelling | None = None


class Generation(Record, kw_only=True):
    """Asks for a continuation.

    Attributes:
        context: what the model reads.
        stop: strings that end the answer; they are cut off.
        max_new_tokens: at most.
        repetition_penalty: 1 is none (Keskar et al. 2019, arXiv 1909.05858).
        temperature: the logits are divided by it, and a token is drawn by its probability; 0 takes the most likely one.
        top_p: what is drawn from: the fewest of the most likely tokens that have this probability together; 1 is all
            (Holtzman et al. 2020, arXiv 1904.09751).
        seed: of the draw, which depends on the context as well, but on no other request.
        special: the context means the special tokens in it, as a tokenizer's chat template does.
        item: that it is about, for messages; empty where there is none.
        spelling: its tokens, once the model that is to answer has read it.
    """

    context: str
    stop: tuple[str, ...] = ()
    max_new_tokens: int = 256
    repetition_penalty: float = 1.0
    temperature: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    top_p: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0
    seed: int = 0
    special: bool = False
    item: str = ""
    spelling: Spelling | None = None


Request = Loglikelihood | Generation
AnyRequest = TypeVar("AnyRequest", bound=Request)


class Scored(Record, kw_only=True):
    """The answer to a Loglikelihood.

    Attributes:
        logprob: of the continuation, summed over its tokens, in nats, the end token left out.
        tokens: of the continuation, the end token left out.
        end_logprob: of the end token; None unless asked for.
        greedy: every token of the continuation was the most likely one.
        prompt_tokens: of context and continuation before any cut.
        truncated: tokens cut on the left.
        merged: a token of the whole text spans the border between context and continuation.
    """

    logprob: float
    tokens: int
    end_logprob: float | None = None
    greedy: bool
    prompt_tokens: int
    truncated: int = 0
    merged: bool = False


class Completion(Record, kw_only=True):
    """The answer to a Generation.

    Attributes:
        text: without the stop string.
        finish: `end` token, `stop` string, or `length` when neither came.
        tokens: generated, the end token included.
        prompt_tokens: of the context.
        truncated: tokens cut on the left.
    """

    text: str
    finish: Literal["end", "stop", "length"]
    tokens: int
    prompt_tokens: int
    truncated: int = 0
