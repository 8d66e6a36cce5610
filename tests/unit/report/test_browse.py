"""What a page's lists hold: decoded as its script decodes them."""

from base64 import b64decode
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from zlib import decompress

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from tehon.errors import Damaged
from tehon.records.corpus import Drop, Example, Turn
from tehon.records.scores import ItemResult
from tehon.report.browse import browsers
from tehon.report.browse_drops import drops
from tehon.report.browse_examples import examples
from tehon.report.browse_pack import BLOCK_BYTES, BLOCK_ROWS, NONE, Browser, Facet, Labels, Packer
from tehon.report.read import open_folders, read_folders
from tehon.report.run import assemble, report
from tehon.storage.atomic import write_bytes

Write = Callable[..., Path]
Items = Callable[..., list[ItemResult]]


class Decoded:
    """A list as its script sees it."""

    def __init__(self, browser: Browser) -> None:
        head, numbers, *blocks = (decompress(b64decode(block)) for block in browser.blocks)
        self.head: dict[str, Any] = msgspec.json.decode(head)
        self.columns = np.frombuffer(numbers, dtype="<u2").reshape(-1, browser.shown).tolist() if browser.shown else []
        self.blocks: list[dict[str, Any]] = [msgspec.json.decode(block) for block in blocks]
        self.rows: list[dict[str, Any]] = [row for block in self.blocks for row in block["rows"]]

    def facet(self, name: str) -> list[str]:
        """The labels of a facet, row by row."""
        place = [facet["name"] for facet in self.head["facets"]].index(name)
        labels = self.head["facets"][place]["labels"]
        return ["" if number == NONE else labels[number] for number in self.columns[place]]

    def told(self, model: int) -> list[int]:
        """What is told of a model, row by row."""
        told: list[int] = self.columns[len(self.head["facets"]) + 2 * model + 1]
        return told


def lists(folders: Sequence[Path], most: int = 1000) -> tuple[Browser, ...]:
    opened = open_folders(folders)
    return browsers(assemble(read_folders(opened), "Test", ()), opened, most)


def items(folders: Sequence[Path], most: int = 1000) -> Decoded:
    return Decoded(lists(folders, most)[0])


def texts(count: int, **changes: object) -> list[Example]:
    return [
        Example(
            id=f"quiz/{place:06d}",
            upstream_id=str(place),
            instruction=f"{place}は？",
            response="はい。",
            source="quiz",
            part="all",
            split="train",
            cluster="general",
            language="ja",
            licence="CC-BY-SA-4.0",
            **changes,  # type: ignore[arg-type]
        )
        for place in range(count)
    ]


def test_every_item_stands_there_once_with_every_models_answer(pair: list[Path]) -> None:
    found = items(pair)
    assert [model["name"] for model in found.head["models"]] == ["small", "small, tuned"]
    assert [model["base"] for model in found.head["models"]] == [None, 0]
    assert found.head["count"] == len(found.rows) == 60 + 40 + 3
    assert all(None not in row["answers"] and len(row["answers"]) == 2 for row in found.rows)
    assert found.facet("task") == ["weather"] * 60 + ["picture"] * 40 + ["questions"] * 3


def test_numbers_say_of_each_answer_what_the_results_say(pair: list[Path]) -> None:
    found = items(pair)
    for place, row in enumerate(found.rows):
        for model, answer in enumerate(row["answers"]):
            told = found.told(model)[place]
            assert bool(told & 2) == ("correct" in answer)
            assert bool(told & 4) == bool(answer.get("correct"))
    weather = range(60)
    assert all(found.told(0)[place] & 16 for place in weather)
    assert not any(found.told(1)[place] & 16 for place in weather)
    assert found.facet("gold")[:60] == [row["gold"] for row in found.rows[:60]]


def test_models_under_different_templates_stand_side_by_side_each_with_its_prompt(
    write_scores: Write, weather: Items
) -> None:
    own = [replace(item, template="alpaca_ja", context=f"別の枠。{item.context}") for item in weather(skill=1, seed=1)]
    found = items([write_scores("small", weather(skill=0, seed=1)), write_scores("tuned", own, adapter="f" * 64)])
    assert set(found.facet("template")) == {"0.3 / alpaca_ja"}
    assert len(found.rows) == 60
    assert [len(row["prompts"]) for row in found.rows] == [2] * 60
    assert [row["answers"][1]["prompt"] for row in found.rows] == [1] * 60


def test_a_model_with_several_templates_has_a_cell_for_each(write_scores: Write, weather: Items) -> None:
    both = weather(skill=1, seed=1) + [replace(item, template="0.2") for item in weather(skill=1, seed=1)]
    found = items([write_scores("small", weather(skill=0, seed=1)), write_scores("tuned", both, adapter="f" * 64)])
    assert found.facet("template") == ["0.3"] * 60 + ["0.2"] * 60
    assert [row["answers"][0] is None for row in found.rows] == [False] * 60 + [True] * 60


def test_models_that_saw_items_in_another_order_are_matched_by_item(write_scores: Write, weather: Items) -> None:
    turned = [replace(item, prediction=item.item) for item in reversed(weather(skill=1, seed=1))]
    turned = [replace(item, correct=None, choices=(), logprobs=(), finish="end", gold="") for item in turned]
    plain = [
        replace(item, correct=None, choices=(), logprobs=(), finish="end", gold="") for item in weather(skill=1, seed=1)
    ]
    found = items([write_scores("small", plain), write_scores("tuned", turned, adapter="f" * 64)])
    assert [row["answers"][1]["prediction"] for row in found.rows] == [row["id"] for row in found.rows]
    assert [row["id"] for row in found.rows] == [item.item for item in plain]


def test_too_many_items_are_chosen_by_hash_the_same_ones_in_every_cell(write_scores: Write, weather: Items) -> None:
    runs = [write_scores("small", weather(skill=1, seed=1) + weather(skill=1, seed=1, shots=0))]
    browser = lists(runs, 40)[0]
    assert (browser.shown <= 40, browser.total) == (True, 120)
    found = Decoded(browser)
    shown = [row["id"] for row in found.rows]
    assert shown[: len(shown) // 2] == shown[len(shown) // 2 :]
    assert len(shown) >= 38
    assert items(runs, 10).rows[0]["id"] in shown


def test_shots_and_question_are_parted_where_the_question_begins(write_scores: Write, questions: Items) -> None:
    asked = [
        replace(item, context=f"前の例。\n\n{item.context}", shots=1, shot_ids=("questions/000009",))
        for item in questions(["はい。"] * 3)
    ]
    found = items([write_scores("small", asked)])
    for block in found.blocks:
        for row, item in zip(block["rows"], asked, strict=True):
            [[before, question]] = row["prompts"]
            assert block["strings"][before] == "前の例。\n\n"
            assert block["strings"][before] + question == item.context


def test_a_block_ends_when_it_is_full_and_rows_are_found_by_its_start() -> None:
    packer = Packer(1)
    long = "字" * (BLOCK_BYTES // 9)
    rows = [Drop(example_id=str(place), step="", reason=long if place < 8 else "") for place in range(600)]
    for place, row in enumerate(rows):
        packer.add(row, [place])
    found = Decoded(packer.finish("drops", 600, [Facet(name="one", title="One", labels=())], {}))
    assert found.head["starts"] == [0, 3, 6, 6 + BLOCK_ROWS, 6 + 2 * BLOCK_ROWS]
    assert [row["example_id"] for row in found.rows] == [row.example_id for row in rows]
    assert found.columns == [list(range(600))]


def test_labels_beyond_what_a_column_can_tell_apart_are_none_of_them() -> None:
    labels = Labels()
    numbers = [labels.number(str(place)) for place in range(NONE + 5)]
    assert numbers[-5:] == [NONE] * 5
    assert len(labels.labels) == NONE


def test_nothing_in_a_block_can_end_its_element(write_scores: Write, questions: Items) -> None:
    runs = [write_scores("</script>", questions(["</script><script>alert(1)</script>"] * 3))]
    alphabet = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
    assert all(set(block) <= alphabet for block in lists(runs)[0].blocks)


def test_examples_say_what_is_learnt_and_where_they_come_from(tmp_path: Path, make_release: Write) -> None:
    talk = texts(
        2, history=(Turn(role="user", content="やあ"), Turn(role="assistant", content="こんにちは")), input="材料"
    )
    made = make_release(tmp_path / "release", talk)
    found = Decoded(examples({"release": made}))
    segments = [("user", False), ("assistant", True), ("instruction", False), ("input", False), ("response", True)]
    assert [(each["name"], each.get("scored", False)) for each in found.rows[0]["segments"]] == segments
    assert found.facet("source") == ["quiz"] * 2
    assert found.facet("licence") == ["CC-BY-SA-4.0"] * 2


def test_an_example_names_what_was_left_out_for_repeating_it(tmp_path: Path, make_release: Write) -> None:
    made = make_release(tmp_path / "release", texts(3))
    left_out = [
        Drop(example_id=f"quiz/{place:06d}", step="deduplicate", reason="stood before", repeats="quiz/000001")
        for place in range(100, 130)
    ]
    write_bytes(made / "drops.jsonl", msgspec.json.Encoder().encode_lines(left_out))
    found = Decoded(examples({"release": made}))
    assert [row.get("repeated", 0) for row in found.rows] == [0, 30, 0]
    assert len(found.rows[1]["repeats"]) == 20
    assert found.facet("repeated") == ["no", "yes", "no"]


def test_too_many_examples_and_drops_are_chosen_by_hash_and_counted(tmp_path: Path, make_release: Write) -> None:
    made = make_release(tmp_path / "release", texts(500))
    gone = [Drop(example_id=f"hub/quiz/{place}", step="mix", reason="beyond the limit") for place in range(90)]
    write_bytes(made / "drops.jsonl", msgspec.json.Encoder().encode_lines(gone))
    browser = examples({"release": made}, 100)
    assert (browser.shown, browser.total) == (100, 500)
    ids = [row["id"] for row in Decoded(browser).rows]
    assert ids == sorted(ids)
    assert set(ids) >= {row["id"] for row in Decoded(examples({"release": made}, 50)).rows}
    browser = drops({"release": made}, {"release": ("hub", "hub/quiz")}, 30)
    assert (browser.shown, browser.total) == (30, 90)
    assert set(Decoded(browser).facet("source")) == {"hub/quiz"}


def test_a_line_that_is_no_drop_is_named(tmp_path: Path, make_release: Write) -> None:
    made = make_release(tmp_path / "release", texts(1))
    write_bytes(made / "drops.jsonl", b'{"example_id":"a","step":"b","reason":"c"}\n{"id":1}\n')
    with pytest.raises(Damaged, match=r"drops\.jsonl:2"):
        drops({"release": made}, {"release": ("quiz",)})


def test_a_report_without_items_holds_no_list_and_says_nothing_of_one(pair: list[Path], tmp_path: Path) -> None:
    report(pair, tmp_path / "report", most_items=0)
    text = (tmp_path / "report" / "report.html").read_text("utf-8")
    assert "data-list" not in text
    assert "#items" not in text.partition("</style>")[2].partition("<script>")[0]


def test_a_page_says_how_many_items_it_lacks(pair: list[Path], tmp_path: Path) -> None:
    report(pair, tmp_path / "few", most_items=50)
    assert " of 103 items, chosen by a hash of their ids" in (tmp_path / "few" / "report.html").read_text("utf-8")
