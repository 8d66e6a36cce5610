"""The command line as a page of the docs: every verb with its arguments and options, from typer's own app."""

from collections.abc import Iterable, Iterator

import typer
from markupsafe import escape
from typer.core import TyperArgument, TyperGroup, TyperOption

INTRODUCTION = """# Command line

{told} This page is made from the command itself; `make golden` rewrites it.

A `<list[…]>` option is given several times. Results go to standard output, everything else to standard error. Exit
codes: 2 usage, 3 data, 4 model, 5 disk full, 130 interrupted.
"""
Parameter = TyperArgument | TyperOption


def command_page(group: TyperGroup) -> str:
    """The whole page, verbs in the order of `tehon --help`."""
    lines = [INTRODUCTION.format(told=group.help)]
    whole = typer.Context(group, info_name=group.name)
    for name, command in group.commands.items():
        context = typer.Context(command, parent=whole, info_name=name)
        usage = " ".join(command.collect_usage_pieces(context))
        lines += [f"## {name}", "", f"`{context.command_path} {usage}`", "", command.help or "", ""]
        lines += [*_table([one for one in command.params if isinstance(one, Parameter)], context), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(parameters: Iterable[Parameter], context: typer.Context) -> Iterator[str]:
    yield "| argument or option | meaning |"
    yield "| --- | --- |"
    for parameter in parameters:
        if record := parameter.get_help_record(context):
            words, meaning = record
            yield f"| <code>{_cell(words)}</code> | {_cell(meaning)} |"


def _cell(text: str) -> str:
    """Text as it is, in a cell: no tag, and no bar that would end the cell."""
    return str(escape(" ".join(text.split()))).replace("|", "&#124;")
