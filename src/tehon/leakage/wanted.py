"""What of an evaluation item must not stand in a release: its question, or its fields together; no passage alone."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from tehon.errors import EmptyData, RawFileMissing
from tehon.formats.conversations import LAYOUTS, Exchange, layout_of
from tehon.formats.json_lines import read_json_lines
from tehon.records.evaluation import Item, Task
from tehon.storage.raw import find_raw

PASSAGES = frozenset(
    {"context", "passage", "paragraph", "article", "document", "title", "文脈", "文章", "段落", "題名"}
)
"""Fields that hold what is asked about, not what is asked."""
ANSWERS = frozenset(
    {"answer", "answers", "output", "outputs", "response", "completion", "label", "labels", "target", "reference"}
    | {"references", "gold", "explanation", "答え", "回答", "解答", "正解"}
    | {"id", "ids", "index", "url", "type", "category", "split", "source", "role", "from"}
)
"""Words in the names of fields that hold neither."""
LONGEST_NOTE = 7
"""Characters of a text that is a note beside longer ones, such as `easy`."""
QUESTIONS = frozenset({"question", "query", "質問", "問題", "設問"})
_CHOICE = re.compile(r"(choice|option|選択肢)s?[_ ]?\w?")
_NUMBERED = re.compile(r"(.*?)[_ ]?[0-9abAB]")
_PAIR = {"premise": "premise and hypothesis", "hypothesis": "premise and hypothesis"}


class Wanted(NamedTuple):
    """One item, as it is looked for.

    Attributes:
        asked: the texts that make it up; it is asked where all of them stand.
        choices: what it lets choose from, in any order; looked at where `asked` is too short to prove anything.
        wholes: the ways to write all of it in one.
        passages: what it asks about.
    """

    asked: tuple[str, ...]
    choices: tuple[str, ...] = ()
    wholes: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()


def item_files(task: Task, raw: Path | None) -> dict[str, Path]:
    """Split -> the file or folder of items to hold out: every one at hand but the shots', the scored one in any case.

    Raises:
        RawFileMissing: the scored split is not at hand.
        UsageError: no raw folder was given, or several files hold a split.
    """
    if task.embedded:
        return {}
    found = {task.split: find_raw(raw, task.name, task.splits, task.split)}
    for split in task.splits:
        if split not in {task.split, task.shots_split}:
            with suppress(RawFileMissing):
                found[split] = find_raw(raw, task.name, task.splits, split)
    return found


def own_file(name: str) -> Path:
    """A file of the user's to hold out.

    Raises:
        RawFileMissing: there is none of that name.
    """
    file = Path(name)
    if not file.is_file():
        problem = "must be a file of texts to hold out, but is not there"
        raise RawFileMissing(name, problem, "Correct held_out_files in the mixture")
    return file


def of_task(task: Task, raw: Path | None) -> Iterator[Wanted]:
    """What is looked for of every item of a task.

    Raises:
        RawFileMissing: the scored split is not at hand.
        EmptyData: its files hold no item.
    """
    found = False
    for split, file in (item_files(task, raw) or {task.split: Path()}).items():
        for item in task.read(file, split):
            found = True
            yield of_item(item)
    if not found:
        problem = "must have items to be held out, but has none"
        raise EmptyData(f"task {task.name}", problem, "Check its raw files")


def of_file(file: Path) -> Iterator[Wanted]:
    """What is looked for of every row of a file of the user's: JSON Lines, each an object.

    Raises:
        BadRawFile: a line is no JSON object.
        EmptyData: no line holds a text.
    """
    found = False
    for _, row in read_json_lines(file, dict[str, Any]):
        for wanted in of_row(row):
            found = True
            yield wanted
    if not found:
        raise EmptyData(str(file), "must have a text to hold out, but has none", "Give JSON Lines, each an object")


def of_item(item: Item) -> Wanted:
    """What is looked for of a task's item: its fields, and the example that templates render."""
    fields = {name: text for name, text in item.fields.items() if text.strip()}
    choices = tuple(text for name, text in fields.items() if _CHOICE.fullmatch(name))
    asked = {name: text for name, text in fields.items() if not _CHOICE.fullmatch(name)}
    passages = {name: text for name, text in asked.items() if name in PASSAGES}
    if len(passages) < len(asked):
        asked = {name: text for name, text in asked.items() if name not in PASSAGES}
    else:
        passages = {}  # an article that is to be summed up is the item itself
    wholes = (f"{item.example.instruction}\n{item.example.input}", "\n".join(fields.values()))
    return Wanted(tuple(asked.values()), choices, wholes, tuple(passages.values()))


def of_row(row: Mapping[str, object]) -> Iterator[Wanted]:
    """What is looked for of a row of the user's file.

    Rows in a layout for conversations give their question, or the opening one; others give a question with its choices,
    pairs of fields that are named alike, and every other text by itself, but for answers and for the passages beside a
    question.
    """
    name = layout_of(row)
    if name:
        try:
            exchange = msgspec.convert(row, LAYOUTS[name][0], strict=False).exchange()
        except msgspec.ValidationError:
            exchange = ""
        if isinstance(exchange, Exchange):
            yield _opening(exchange)
            return
    fields: dict[str, tuple[str, ...]] = {}
    for field, texts in _texts(row):
        fields[field] = (*fields.get(field, ()), *texts)
    yield from _of_fields(fields)


def _opening(exchange: Exchange) -> Wanted:
    opening = next((turn.content for turn in exchange.history if turn.role == "user"), "")
    asked = (opening,) if opening else tuple(filter(None, (exchange.instruction, exchange.input)))
    return Wanted(asked, wholes=("\n".join(asked),))


def _of_fields(fields: Mapping[str, tuple[str, ...]]) -> Iterator[Wanted]:
    groups: dict[str, list[str]] = {}
    choices: list[str] = []
    passages: list[str] = []
    longest = max((len(text) for texts in fields.values() for text in texts), default=0)
    for name, texts in fields.items():
        if _CHOICE.fullmatch(name):
            choices += texts
        elif name in PASSAGES and QUESTIONS & fields.keys():
            passages += texts
        else:
            groups.setdefault(_group(name, fields), []).extend(texts)
    for name, together in groups.items():
        if name in QUESTIONS:
            for text in together:
                wholes = ("\n".join((text, *choices)), text)
                yield Wanted((text,), tuple(choices), wholes, tuple(passages))
        elif name in _PAIR.values() or name.endswith("*"):
            yield Wanted(tuple(together), wholes=("\n".join(together),))
        else:
            yield from (Wanted((text,), wholes=(text,)) for text in together if _tells(text, longest))


def _tells(text: str, longest: int) -> bool:
    return len(text) > min(LONGEST_NOTE, longest - 1)


def _group(name: str, fields: Mapping[str, object]) -> str:
    """Fields of one group stand together: premise and hypothesis, or `sentence1` and `sentence2` as `sentence*`."""
    stem = _stem(name)
    alike = stem and sum(_stem(other) == stem for other in fields) > 1
    return f"{stem}*" if alike else _PAIR.get(name, name)


def _stem(name: str) -> str:
    numbered = _NUMBERED.fullmatch(name)
    return numbered[1] if numbered else ""


def _texts(row: Mapping[str, object]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Name -> texts of every field that holds any, those of nested objects included, answers left out."""
    for name, value in row.items():
        if ANSWERS.intersection(name.lower().split("_")):
            continue
        if isinstance(value, Mapping):
            yield from _texts(value)
        elif isinstance(value, str):
            yield name, (value,)
        elif isinstance(value, list):
            nested = [text for piece in value if isinstance(piece, Mapping) for text in _texts(piece)]
            plain = tuple(piece for piece in value if isinstance(piece, str))
            yield from [*nested, *([(name, plain)] if plain else [])]
