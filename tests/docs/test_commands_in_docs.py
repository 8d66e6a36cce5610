"""Every command in the documents: run on tiny models, or at least understood by the command line."""

import re
import tomllib
from collections import Counter
from collections.abc import Callable

import pytest
import typer
from command_blocks import REASONS, ROOT, Block, blocks, blocks_of, commands, tehon
from typer.core import TyperGroup
from typer.main import get_command

from tehon.build.choose import choose_mixture
from tehon.check import CHECKS
from tehon.cli.main import app
from tehon.errors import TehonError
from tehon.evaluate.choose import choose_suite
from tehon.fetch.wanted import wanted
from tehon.recipes import EXPERIMENTS, RECIPES

BLOCKS = blocks()
RUN = {
    page: [block for block in BLOCKS if block.page == page and not block.reason] for page in {b.page for b in BLOCKS}
}
LEAST_RUN = 30
"""To be raised as pages come, so that no page is marked whole for a command that broke."""
Play = Callable[[list[Block]], None]


@pytest.mark.slow
@pytest.mark.parametrize("page", sorted(page for page, found in RUN.items() if found))
def test_the_commands_of_a_page_run(page: str, play: Play) -> None:
    play(RUN[page])


def test_the_blocks_that_are_run_do_not_dwindle_and_the_others_say_why() -> None:
    run, reasons = sum(map(len, RUN.values())), Counter(block.reason for block in BLOCKS if block.reason)
    print(f"{run} blocks are run, {reasons.total()} are not: {dict(reasons)}")  # noqa: T201
    assert reasons.keys() <= REASONS
    assert run >= LEAST_RUN


@pytest.mark.parametrize("page", ["docs/tutorial.md", "docs/how_to/another_language.md"])
def test_the_worked_examples_run_but_for_what_takes_people_or_time(page: str) -> None:
    left_out = {block.reason for block in BLOCKS if block.page == page and block.reason}
    assert left_out <= {"a person", "minutes", "the internet"}
    assert len(RUN[page]) >= 5


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.reason], ids=str)
def test_what_is_not_run_is_understood(block: Block) -> None:
    for words in commands(block.text):
        if (arguments := tehon(words)) is not None:
            see_tehon(arguments)
        elif words[0] == "python" and words[1].endswith(".py"):
            see_script(words)
        elif words[0] == "make":
            assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE), words
        elif words[:2] == ["pip", "install"]:
            see_extras(words)


def see_tehon(arguments: list[str]) -> None:
    """That the command line takes these words, and that what they name is there."""
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    context = group.make_context("tehon", list(arguments))
    verb, command, rest = group.resolve_command(context, [*context._protected_args, *context.args])
    assert command is not None
    given = command.make_context(verb, rest, parent=context).params
    if verb in NAMED:
        field, look = NAMED[verb]
        for name in [given[field]] if isinstance(given[field], str) else given[field]:
            if not name.endswith(".toml"):
                look(name)


def see_entry(name: str) -> None:
    assert any(name in shelf for shelf, _ in CHECKS.values()), name


NAMED: dict[str, tuple[str, Callable[[str], object]]] = {
    "build": ("mixture", choose_mixture),
    "tune": ("recipe", RECIPES.__getitem__),
    "evaluate": ("suite", choose_suite),
    "run": ("experiment", EXPERIMENTS.__getitem__),
    "fetch": ("names", lambda name: wanted([name])),
    "check": ("names", see_entry),
}
"""Verb -> its argument that names what stands on a shelf, and who looks there."""


def see_script(words: list[str]) -> None:
    """That a script of this repository is there, and its options in it or in what it imports from beside it."""
    script = ROOT / words[1]
    beside = re.findall(r"^from (\w+) import", script.read_text("utf-8"), re.MULTILINE)
    files = [script, *(found for name in beside if (found := script.with_name(f"{name}.py")).is_file())]
    text = "".join(file.read_text("utf-8") for file in files)
    for option in [word for word in words if word.startswith("--")]:
        assert f'"{option}"' in text, f"{words[1]} has no {option}"


def see_extras(words: list[str]) -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    for word in words:
        if found := re.fullmatch(r"(?:tehon|\.)\[([\w,]+)\]", word):
            assert set(found[1].split(",")) <= extras.keys(), word


@pytest.mark.parametrize(
    "line",
    [
        "tehon build demo --ouy out",
        "tehon bild demo",
        "tehon build no_such_mixture --out out",
        "srun tehon tune stormy --relase r",
        "share='tehon build demo --wrold $N'\nsbatch --wrap \"$share\"",
        "srun bash -c 'RANK=1 tehon tune stormy --relase r'",
        "for a in 1 2; do tehon fetch jqca; done",
        "torchrun --nproc_per_node 2 -m tehon tune stormi --release r",
    ],
)
def test_a_wrong_command_is_found(line: str) -> None:
    [block] = blocks_of(f"<!-- not run: a GPU -->\n```sh\n{line}\n```\n", "page")
    with pytest.raises((typer.TyperException, TehonError)):
        test_what_is_not_run_is_understood(block)


def test_a_block_is_found_with_its_line_and_its_reason() -> None:
    text = "# T\n\n```sh\na\n```\n\n<!-- not run: a GPU -->\n```sh\nb \\\n  c  # d\ne | tehon f\n```\n"
    first, second = blocks_of(text, "page")
    assert (first.line, first.text, first.reason) == (4, "a\n", "")
    assert (second.line, second.reason) == (9, "a GPU")
    assert list(commands(second.text)) == [["b", "c"], ["e"], ["tehon", "f"]]
