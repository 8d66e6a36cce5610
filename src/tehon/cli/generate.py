"""`tehon generate`: answers to prompts from a file or the keyboard."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from tehon.cli.console import AllowBin, AsJson, Debug, Quiet, out, progress, show
from tehon.errors import EmptyData
from tehon.evaluate.answer import answer
from tehon.evaluate.subject import Subject
from tehon.records.requests import Generation
from tehon.records.tuning import Precision


def generate(  # noqa: PLR0913 - one parameter an option
    *,
    model: Annotated[str, typer.Option(help="Folder, hub name, GGUF file, package:NAME or tiny:FAMILY.")],
    adapter: Annotated[Path | None, typer.Option(help="Folder of a LoRA adapter over the model.")] = None,
    prompts: Annotated[Path | None, typer.Option(help="File with one instruction a line; else standard input.")] = None,
    template: Annotated[
        str, typer.Option(help="The prompt frame; default: the tuned model's own, else alpaca_ja.")
    ] = "",
    max_new_tokens: Annotated[int, typer.Option(min=1, help="Longest answer in tokens.")] = 256,
    repetition_penalty: Annotated[float, typer.Option(min=0.01, help="1 is none.")] = 1.0,
    precision: Annotated[Precision, typer.Option(help="Of the base's weights.")] = "auto",
    allow_bin: AllowBin = False,
    quiet: Quiet = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Answer instructions greedily, one a line, in the frame that the adapter was tuned with."""
    del debug
    lines = _lines(prompts)
    subject = Subject(base=model, adapter=adapter, precision=precision, allow_bin=allow_bin)
    settings = Generation(context="", max_new_tokens=max_new_tokens, repetition_penalty=repetition_penalty)
    answers = answer(subject, lines, settings, template=template, progress=progress(quiet=quiet))
    if json:
        show(answers)
        return
    for line, completion in zip(lines, answers, strict=True):
        out.print(Text(line, style="bold"))
        out.print(Text(completion.text + (" …" if completion.finish == "length" else "")))


def _lines(prompts: Path | None) -> list[str]:
    where = str(prompts or "standard input")
    if prompts is not None and not prompts.is_file():
        raise EmptyData(where, "must be a file with one instruction a line, but there is none", "Correct the path")
    text = prompts.read_bytes() if prompts else sys.stdin.buffer.read()
    try:
        lines = [line.strip() for line in text.decode("utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError as error:
        raise EmptyData(where, "must be UTF-8 text, but is not", "Convert it") from error
    if not lines:
        raise EmptyData(where, "must hold at least one instruction, but has none", "Write one a line")
    return lines
