"""`tehon chat`: a talk with a model in the terminal."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tehon.cli.console import AllowBin, Debug, Quiet, err, out, say
from tehon.errors import TehonError
from tehon.evaluate.subject import Subject
from tehon.evaluate.talk import Talker, open_talk
from tehon.records.corpus import Turn
from tehon.records.requests import Completion, Generation
from tehon.records.tuning import Precision
from tehon.storage.atomic import write_bytes
from tehon.writing.escaping import visible

HELP = """/system TEXT   what the model is told before all else; empty takes it away
/adapter on    with the adapter; /adapter off: the base alone
/prompt        what the model read last, to the letter
/save FILE     the talk as a line that tehon build reads
/new           forget what was said
/quit          leave, as does Ctrl-D; Ctrl-C stops an answer"""


def chat(  # noqa: PLR0913 - one parameter an option
    *,
    model: Annotated[str, typer.Option(help="Folder, hub name, GGUF file, package:NAME or tiny:FAMILY.")],
    adapter: Annotated[Path | None, typer.Option(help="Folder of a LoRA adapter over the model.")] = None,
    template: Annotated[str, typer.Option(help="The prompt frame; default: the tuned model's own.")] = "",
    max_new_tokens: Annotated[int, typer.Option(min=1, help="Longest answer in tokens.")] = 256,
    temperature: Annotated[float, typer.Option(min=0, help="0 takes the most likely token each time.")] = 0.0,
    repetition_penalty: Annotated[float, typer.Option(min=0.01, help="1 is none.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Of the draw, where the temperature is above 0.")] = 0,
    precision: Annotated[Precision, typer.Option(help="Of the base's weights.")] = "auto",
    allow_bin: AllowBin = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Talk to a model: its answers appear as they are written, and /help lists what else can be said."""
    del debug
    talker = open_talk(Subject(base=model, adapter=adapter, precision=precision, allow_bin=allow_bin), template)
    settings = Generation(
        context="",
        max_new_tokens=max_new_tokens,
        temperature=temperature,
        repetition_penalty=repetition_penalty,
        seed=seed,
    )
    say(f"{talker.title} in the frame {talker.template}; /help lists what else can be said", quiet=quiet)
    Talk(talker, settings, quiet=quiet).run()


class Talk:
    """What was said so far, and what is done about each line.

    Args:
        talker: who answers.
        settings: how.
        quiet: remarks are left out.
    """

    def __init__(self, talker: Talker, settings: Generation, *, quiet: bool) -> None:
        """Nothing was said."""
        self._talker = talker
        self._settings = settings
        self._quiet = quiet
        self._system = ""
        self._turns: list[Turn] = []
        self._adapted = True
        self._prompt = ""
        self._verbs: dict[str, Callable[[str], None]] = {
            "/system": self._tell,
            "/adapter": self._switch,
            "/prompt": lambda _: self._show(self._prompt),
            "/save": self._save,
            "/new": lambda _: self._turns.clear(),
            "/help": lambda _: self._remark(HELP),
        }

    def run(self) -> None:
        """Take line after line until there are no more."""
        while (line := _line()) is not None:
            verb, _, rest = line.strip().partition(" ")
            if verb == "/quit":
                return
            try:
                if verb.startswith("/"):
                    self._verbs.get(verb, self._unknown)(rest.strip())
                elif verb:
                    self._ask(line.strip())
            except TehonError as error:
                err.print(str(error), markup=False)

    def _ask(self, text: str) -> None:
        turns = [*self._lead(), *self._turns, Turn(role="user", content=text)]
        self._prompt = self._talker.prompt(turns, "", self._settings)
        said = ""
        try:
            for piece in self._talker.answer(turns, "", self._settings, adapted=self._adapted):
                if isinstance(piece, Completion):
                    self._remark("… cut off" if piece.finish == "length" else "", before="\n")
                else:
                    said += piece
                    self._write(piece)
        except KeyboardInterrupt:
            self._remark("… stopped", before="\n")
        if said:
            self._turns += [Turn(role="user", content=text), Turn(role="assistant", content=said)]

    def _lead(self) -> list[Turn]:
        return [Turn(role="system", content=self._system)] if self._system else []

    def _tell(self, text: str) -> None:
        self._system = text

    def _switch(self, state: str) -> None:
        if not self._talker.has_adapter:
            self._remark("there is no adapter: this is the base")
        elif state in {"on", "off"}:
            self._adapted = state == "on"
        else:
            self._remark("say /adapter on or /adapter off")

    def _save(self, name: str) -> None:
        if not name or not self._turns:
            self._remark("say /save FILE once something was said")
            return
        write_bytes(Path(name), msgspec.json.encode({"messages": [*self._lead(), *self._turns]}) + b"\n")
        self._remark(f"saved to {name}")

    def _unknown(self, _: str) -> None:
        self._remark("there is no such command; /help lists them")

    def _show(self, text: str) -> None:
        self._write(text or "nothing was asked yet")
        self._write("\n")

    def _write(self, text: str) -> None:
        # A model that writes terminal codes shall not be obeyed.
        out.file.write(visible(text))
        out.file.flush()

    def _remark(self, text: str, before: str = "") -> None:
        if before:
            self._write(before)
        if text:
            say(text, quiet=self._quiet)


def _line() -> str | None:
    """What the user says next; None where nothing comes any more."""
    try:
        return input("› " if sys.stdin.isatty() else "")
    except (EOFError, KeyboardInterrupt):
        return None
