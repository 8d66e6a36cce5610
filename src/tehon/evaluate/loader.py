"""Where the models that are evaluated come from."""

from dataclasses import dataclass
from typing import Protocol

from tehon.engine.protocol import Model
from tehon.engine.served import Served, is_served, served_digest
from tehon.errors import UsageError
from tehon.evaluate.subject import Subject


class Loader(Protocol):
    """Where models come from."""

    def digest(self, subject: Subject) -> str:
        """sha256 over what the base is made of, known without loading it."""

    def load(self, subject: Subject) -> Model:
        """The subject, ready to answer."""


class Engine:
    """Models on servers, and with torch behind them, which is imported only when one is asked for. It is a `Loader`."""

    def digest(self, subject: Subject) -> str:
        """Of configuration, tokenizer and weights, as they lie on the disk; of a server's model its address."""
        if is_served(subject.base):
            if subject.adapter:
                raise UsageError("--adapter", "must have a base that can be loaded, but it is a server", "Leave it out")
            return served_digest(subject.base)
        from tehon.engine.load import base_digest  # noqa: PLC0415 - torch takes seconds to import

        return base_digest(subject.base, allow_bin=subject.allow_bin)

    def load(self, subject: Subject) -> Model:
        """The base in its precision, with its adapter."""
        if is_served(subject.base):
            return Served(subject.base)
        from tehon.engine.load import load  # noqa: PLC0415 - likewise

        return load(subject.base, adapter=subject.adapter, precision=subject.precision, allow_bin=subject.allow_bin)


@dataclass(frozen=True, slots=True)
class InMemory:
    """A model that somebody has made already, whatever the subject says. It is a `Loader`."""

    model: Model

    def digest(self, subject: Subject) -> str:
        """The model's own."""
        del subject
        return self.model.digest

    def load(self, subject: Subject) -> Model:
        """The model."""
        del subject
        return self.model


ENGINE = Engine()
