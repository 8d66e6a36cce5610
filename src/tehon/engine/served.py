"""A model behind an OpenAI-compatible server: it writes answers, and can be asked for nothing else.

It is named by the server's base URL and, behind a `#`, the model's name there: `http://localhost:8000/v1#my-model`.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any, Literal

import httpx
import msgspec

from tehon.errors import ModelError, UsageError
from tehon.prompts import ChatTemplate
from tehon.records.evaluation import Protocol
from tehon.records.requests import AnyRequest, Completion, Generation, Loglikelihood, Scored

LOG = logging.getLogger(__name__)
KEY = "TEHON_API_KEY"
"""The environment variable of the key that a server may ask for."""
SCHEMES = ("http://", "https://")
ATTEMPTS = 6
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0
CONNECT_SECONDS, ANSWER_SECONDS = 10.0, 600.0
AT_ONCE = 8
"""Requests under way together."""
MOST_BYTES = 1 << 24
"""Of one reply; a longer one is garbage."""
BUSY = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
REMEDY = "See that the server runs, then run the same command again: finished answers are kept"


class _Message(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    """One answer, as text or as a message; `stop_reason` is vLLM's."""

    text: str | None = None
    message: _Message | None = None
    finish_reason: str | None = None
    stop_reason: str | int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Reply(msgspec.Struct):
    choices: list[_Choice]
    usage: _Usage | None = None


class _PassingFault(Exception):
    """It may be over at the next attempt."""

    def __init__(self, reason: str, wait_seconds: float | None = None) -> None:
        self.reason, self.wait_seconds = reason, wait_seconds
        super().__init__(reason)


def is_served(name: str) -> bool:
    """Whether a model's name is the address of a server."""
    return name.startswith(SCHEMES)


def served_digest(name: str) -> str:
    """What stands for the model's digest: the address and the name; what is behind them, only its owner knows."""
    return sha256(f"served {name}".encode()).hexdigest()


class Served:
    """A model on a server. It is a `Model` that gives no log-likelihoods.

    Args:
        name: base URL, `#`, and the model's name there.
        sleep: waits between two attempts.

    Raises:
        UsageError: the name is no such address.
    """

    context_length = 1 << 30
    """What does not fit, the server says itself."""

    def __init__(self, name: str, sleep: Callable[[float], None] = time.sleep) -> None:
        """Connect to nothing yet."""
        url, _, self.model = name.partition("#")
        if not is_served(url) or not self.model or not httpx.URL(url).host:
            problem = f"must be a base URL and, behind a #, a model's name, got {name!r}"
            raise UsageError("--model", problem, "For example http://localhost:8000/v1#my-model")
        self.url = url.rstrip("/")
        self.digest = served_digest(name)
        self.positions = 0
        self._sleep = sleep
        key = os.environ.get(KEY)
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=AT_ONCE),
        )

    @property
    def chat(self) -> ChatTemplate | None:
        """Messages as they are: the server has the template."""
        return _messages

    def read(self, requests: Sequence[AnyRequest], protocol: Protocol) -> list[AnyRequest]:
        """The requests as they are: only the server knows its tokens."""
        del protocol
        return list(requests)

    def loglikelihood(self, requests: Sequence[Loglikelihood], protocol: Protocol) -> Iterator[Scored]:
        """Nothing but an error where anything is asked.

        Raises:
            ModelError: a server tells no log-likelihood of a given text.
        """
        del protocol
        if requests:
            problem = "is a server, which writes answers but gives no log-likelihood of a given one"
            raise ModelError(self.url, problem, "Set answer=output for choices, and leave perplexities out")
        return iter(())

    def generate(self, requests: Sequence[Generation]) -> Iterator[Completion]:
        """One answer a request, in their order, AT_ONCE under way together.

        Raises:
            ModelError: the server refuses, cannot be reached, or answers garbage, ATTEMPTS times in a row.
        """
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for reply in threads.map(self._ask, requests):
                self.positions += reply.prompt_tokens + reply.tokens
                yield reply

    def _ask(self, request: Generation) -> Completion:
        failures = 0
        while True:
            try:
                return self._attempt(request)
            except _PassingFault as fault:
                failures += 1
                if failures == ATTEMPTS:
                    problem = f"must answer, but {fault.reason} ({ATTEMPTS} times in a row)"
                    raise ModelError(self.url, problem, REMEDY) from fault
                LOG.info("%s: %s; trying again", self.url, fault.reason)
                wait = fault.wait_seconds or FIRST_WAIT_SECONDS * 2 ** (failures - 1)
                self._sleep(min(wait, LONGEST_WAIT_SECONDS))

    def _attempt(self, request: Generation) -> Completion:
        path, body = _body(request)
        try:
            response, content = self._post(path, {"model": self.model, **body})
        except httpx.TransportError as error:
            raise _PassingFault(f"{type(error).__name__}: {error}") from error
        if response.status_code in BUSY:
            raise _PassingFault(f"it says {response.status_code} {_start(content)}", _asked_wait(response))
        if response.status_code != httpx.codes.OK:
            problem = f"must answer, but says {response.status_code} {_start(content)}"
            raise ModelError(f"{self.url}/{path}", problem, f"Check the URL, the model's name, and {KEY}")
        try:
            return _completion(msgspec.json.decode(content, type=_Reply), request)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _PassingFault(f"its reply is no completion: {error}") from error

    def _post(self, path: str, body: dict[str, Any]) -> tuple[httpx.Response, bytes]:
        content = b""
        with self._client.stream("POST", f"{self.url}/{path}", json=body) as response:
            for piece in response.iter_bytes():
                content += piece
                if len(content) > MOST_BYTES:
                    raise _PassingFault(f"its reply is longer than {MOST_BYTES:,} bytes")
        return response, content


def _messages(messages: list[dict[str, str]], opened: bool) -> str:  # noqa: FBT001 - the tokenizer's own signature
    """One line of JSON a message, so that what was said before is a beginning of what is said later."""
    del opened
    return msgspec.json.Encoder().encode_lines(messages).decode()


def _body(request: Generation) -> tuple[str, dict[str, Any]]:
    """Where a request goes, and what it says. A penalty of 1 is not mentioned, as not every server knows it."""
    body: dict[str, Any] = {"max_tokens": request.max_new_tokens, "temperature": request.temperature}
    if request.temperature:
        body["seed"] = request.seed
    if request.top_p < 1:
        body["top_p"] = request.top_p
    if request.stop:
        body["stop"] = list(request.stop)
    if request.repetition_penalty != 1:
        body["repetition_penalty"] = request.repetition_penalty
    if request.special:
        return "chat/completions", {"messages": msgspec.json.Decoder().decode_lines(request.context), **body}
    return "completions", {"prompt": request.context, **body}


def _completion(reply: _Reply, request: Generation) -> Completion:
    """The answer; a stop string is cut off, where the server has left it.

    Raises:
        msgspec.DecodeError: the reply holds no text.
    """
    choice = reply.choices[0] if reply.choices else _Choice()
    text = choice.text if choice.message is None else choice.message.content
    if text is None:
        raise msgspec.DecodeError("it holds no text")
    ends = [place for stop in request.stop if (place := text.find(stop)) >= 0]
    usage = reply.usage or _Usage()
    return Completion(
        text=text[: min(ends)] if ends else text,
        finish=_finish(choice, stopped=bool(ends)),
        tokens=usage.completion_tokens,
        prompt_tokens=usage.prompt_tokens,
    )


def _finish(choice: _Choice, *, stopped: bool) -> Literal["end", "stop", "length"]:
    """How it ended: most servers call an end token and a stop string by one name, and it counts as the former."""
    if stopped or (choice.finish_reason == "stop" and isinstance(choice.stop_reason, str)):
        return "stop"
    return "length" if choice.finish_reason == "length" else "end"


def _asked_wait(response: httpx.Response) -> float | None:
    asked = response.headers.get("retry-after", "")
    return float(asked) if asked.isdecimal() else None


def _start(content: bytes) -> str:
    return " ".join(content[:200].decode("utf-8", "replace").split())
