import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tehon.build.ledger import Ledger
from tehon.build.row_steps import row_steps, step_config, step_files
from tehon.errors import BadConfig, ModelNotFound, UnknownName
from tehon.records.corpus import Drop, Example
from tehon.records.step import Content

Make = Callable[..., Example]


def run(table: str, contents: list[Content]) -> list[Content | Drop]:
    out: list[Content | Drop] = list(contents)
    for _, step in row_steps(tomllib.loads(table)):
        out = [row for given in out for row in ([given] if isinstance(given, Drop) else step([given]))]
    return out


def test_steps_are_taken_in_the_order_of_their_tables(make_example: Make) -> None:
    example = make_example(0, "何？", "", "ｶﾞｷﾞ")
    short, wide = "[length]\nmost_response_characters = 2\n", "[normalise]\n"
    [left] = run(wide + short, [example])
    assert isinstance(left, Example)
    assert left.response == "ガギ"
    assert run(short + wide, [example]) == [Drop(example_id=example.id, step="length", reason="response too long")]
    assert [name for name, _ in row_steps(tomllib.loads(short + wide))] == ["length", "normalise"]


def test_a_step_is_a_stream_whose_drops_the_ledger_counts(make_example: Make) -> None:
    rows = [make_example(number, "何？", "", ("山", "nan", "何？", "川")[number % 4]) for number in range(8)]
    drops: list[Drop] = []
    ledger = Ledger(drops.append)
    [(name, step)] = row_steps({"fields": {}})
    assert list(ledger.through("test", name, rows, step)) == [row for row in rows if row.response in "山川"]
    [line] = ledger.lines()
    assert (line.read, line.kept) == (8, 4)
    assert line.dropped == {"missing value for an input or a response": 2, "response repeats the instruction": 2}
    assert [drop.example_id for drop in drops] == [rows[place].id for place in (1, 2, 5, 6)]


def test_rows_are_asked_for_one_by_one(make_example: Make) -> None:
    asked = []

    def rows() -> Iterator[Example]:
        for number in range(3):
            asked.append(number)
            yield make_example(number, "何？")

    [(_, step)] = row_steps({"fields": {}})
    stream = step(rows())
    next(stream)
    assert asked == [0]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            "[length]\nmost_characters = 0",
            r"m\.toml: steps\.length\.most_characters is wrong: expected `int` >= 1, got 0\.",
        ),
        ("[length]\nmost = 5", r"m\.toml: steps\.length is wrong: .*unknown field `most`\. Known keys are fewest_char"),
        ('[normalise]\nletters = "narow"', r"steps\.normalise\.letters is wrong: invalid enum value 'narow'"),
        ('[fields]\nmissing = ["nan", 5]', r"steps\.fields\.missing\[1\] is wrong: expected `str`, got `int`"),
        ("[language]\nleast_share = 2.0", r"steps\.language\.least_share is wrong: .* <= 1.0, got 2\.0"),
        (
            '[language]\npair = ["ja"]',
            r"m\.toml: steps\.language\.pair must be two languages or none, but is ja\. Write",
        ),
        ("[length]\nmost_tokens = 5", r"m\.toml: steps\.length must name both a tokenizer and most_tokens"),
        ('[personal]\nphone = "1"', r"m\.toml: steps\.personal\.phone must hold neither digits nor @"),
    ],
)
def test_wrong_options_are_refused_with_file_and_place(table: str, message: str) -> None:
    for check in (row_steps, step_config, step_files):
        with pytest.raises(BadConfig, match=message):
            check(tomllib.loads(table), "m.toml")


def test_an_unknown_step_is_answered_with_near_names() -> None:
    with pytest.raises(UnknownName, match=r"no step named 'feilds'\. Did you mean fields\?"):
        row_steps({"feilds": {}})


def test_a_missing_tokenizer_is_noticed_before_any_row() -> None:
    with pytest.raises(ModelNotFound, match="no-such"):
        row_steps({"length": {"tokenizer": "no-such", "most_tokens": 5}})


def test_the_configuration_keeps_the_order_and_says_defaults_and_versions() -> None:
    one, other = {"fields": {}, "normalise": {"nfkc": True}}, {"normalise": {"nfkc": True}, "fields": {}}
    assert step_config(one) == step_config(other)[::-1] != step_config(other)
    [_, [name, options, versions]] = step_config(one)
    assert name == "normalise"
    assert options["nfkc"] is True
    assert options["spaces"] == "keep"
    assert versions["jaconv"][0].isdigit()


def test_the_files_of_a_step_are_inputs_of_the_build(shared: Path) -> None:
    folder = shared / "tokenizers" / "ja-llama-51k"
    steps = {"fields": {}, "length": {"tokenizer": str(folder), "most_tokens": 9}}
    assert step_files(steps) == {"steps.length/tokenizer.json": folder / "tokenizer.json"}
    assert step_files({"length": {}, "fields": {}}) == {}
