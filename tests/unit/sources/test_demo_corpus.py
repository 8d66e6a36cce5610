import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tehon.errors import PackageMissing
from tehon.formats import authored
from tehon.formats.authored import Book, choose, held_out, read_book
from tehon.recipes import MIXTURES
from tehon.records.corpus import Example, ReadOptions
from tehon.sources import SOURCES, authored_correction, authored_numbers, cldr_atlas

BOOKS = Path(cldr_atlas.__file__).parent / "authored"
COMPUTED = {"numbers": authored_numbers.computed, "correction": authored_correction.slip, "atlas": cldr_atlas.facts}
BOOK_OF = {name: name.removeprefix("authored_").replace("cldr_", "") for name in MIXTURES["demo"].sources}
DEMO = list(BOOK_OF)
FULL_STOP = ("。", "？", "！")


@cache
def read(name: str, split: str = "train") -> tuple[Example, ...]:
    rows = SOURCES[name].read(Path(), ReadOptions(splits=(split,)))
    return tuple(row for row in rows if isinstance(row, Example))


@cache
def book(name: str) -> Book:
    return read_book(BOOKS / f"{BOOK_OF[name]}.toml", COMPUTED.get(BOOK_OF[name]))


@cache
def fillings(name: str, pattern: str) -> list[Any]:
    return list(authored._fillings(book(name), next(found for found in book(name).patterns if found.name == pattern)))


def test_every_book_belongs_to_a_source_of_the_demo() -> None:
    assert sorted(path.stem for path in BOOKS.glob("*")) == sorted(BOOK_OF.values())


def test_the_demo_has_enough_of_every_cluster_of_the_paper() -> None:
    clusters = Counter(row.cluster for name in DEMO for row in read(name))
    assert clusters.total() >= 1500
    assert len(clusters) == 5
    assert min(clusters.values()) >= 150


@pytest.mark.parametrize("name", DEMO)
def test_a_row_asks_something_and_answers_shortly(name: str) -> None:
    for row in (*read(name), *read(name, "held_out")):
        assert row.instruction == row.instruction.strip() != ""
        assert row.response == row.response.strip()
        assert 1 <= len(row.response) <= 120, row
        assert not re.search(r"[{}]|。。|、、|、。|  ", row.instruction + row.input + row.response), row


@pytest.mark.parametrize("name", DEMO)
def test_a_response_ends_with_a_full_stop_unless_it_is_a_title(name: str) -> None:
    titles = set(book(name).askings["title"].wordings) if name == "authored_summary" else set()
    for row in read(name):
        assert row.response.endswith(FULL_STOP) != (row.wording in titles), row


@pytest.mark.parametrize("name", DEMO)
def test_no_entity_is_asked_about_on_both_sides(name: str) -> None:
    entities = {row[0] for table in book(name).tables.values() if table.entities for row in table.rows}
    kept = {entity for entity in entities if held_out(entity)}
    assert 0.03 <= len(kept) / len(entities) <= 0.2
    for row in (*read(name), *read(name, "held_out")):
        pattern, _, rest = row.upstream_id.partition("/")
        filled = [rows for rows, _ in fillings(name, pattern)][int(rest.partition(".")[0])]
        tables = next(found for found in book(name).patterns if found.name == pattern).slots.values()
        named = {entry[0] for table, entry in zip(tables, filled, strict=True) if book(name).tables[table].entities}
        assert bool(named & kept) == (row.split == "held_out"), row


@pytest.mark.parametrize("name", DEMO)
def test_every_kind_of_question_keeps_a_wording_for_evaluation(name: str) -> None:
    for key, asking in book(name).askings.items():
        if not all(re.fullmatch(r"\{\w+\}", text) for text in asking.wordings):  # the row is the question itself
            assert not set(asking.wordings) & set(asking.unseen), key
    seen = {row.wording for row in read(name)}
    kept = {row.wording for row in read(name, "held_out")}
    assert seen & kept <= {"{pair}"}
    assert kept


@pytest.mark.parametrize("name", DEMO)
def test_upstream_ids_are_unique_and_no_row_is_given_twice(name: str) -> None:
    rows = (*read(name), *read(name, "held_out"))
    assert len({row.upstream_id for row in rows}) == len({row.id for row in rows}) == len(rows)
    same = Counter((row.instruction, row.input, row.response) for row in read(name))
    assert sum(count - 1 for count in same.values()) <= len(rows) // 50, same.most_common(5)


@pytest.mark.parametrize("name", DEMO)
def test_the_same_question_never_gets_answers_that_disagree(name: str) -> None:
    answers: dict[tuple[str, str], set[str]] = {}
    for row in read(name):
        answers.setdefault((row.instruction, row.input), set()).add(row.response)
    for asked, found in answers.items():
        core = min(found, key=len).removesuffix("です。").removesuffix("。")
        assert all(core in answer for answer in found), (asked, found)


def test_every_wording_of_training_is_used() -> None:
    unused = [
        (name, text)
        for name in DEMO
        for asking in book(name).askings.values()
        for text in asking.wordings
        if text not in {row.wording for row in read(name)}
    ]
    assert len(unused) <= 3, unused


def test_sums_products_and_shares_are_right() -> None:
    checked = 0
    for row in read("authored_numbers"):
        if found := re.match(r"([\d,]+)([＋－×÷])([\d,]+)＝([\d,]+)", row.response):
            left, sign, right, result = found.groups()
            a, b, c = (int(text.replace(",", "")) for text in (left, right, result))
            assert {"＋": a + b, "－": a - b, "×": a * b, "÷": a / b}[sign] == c, row
            checked += 1
    assert checked >= 60


def test_dates_and_years_are_right() -> None:
    checked = 0
    days = {"3日後": 3, "5日後": 5, "一週間後": 7, "10日後": 10, "二週間後": 14}
    starts = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911}
    for row in read("authored_numbers"):
        spoken = row.instruction + row.response
        if row.upstream_id.startswith("day_after/"):
            after = next(count for word, count in days.items() if word in spoken)
            (month, day), (then_month, then_day) = re.findall(r"(\d+)月(\d+)日", spoken)
            then = date(2026, int(month), int(day)) + timedelta(after)
            assert (then.month, then.day) == (int(then_month), int(then_day)), row
            checked += 1
        elif row.part == "calendar" and (era := re.search(r"(令和|平成|昭和|大正)(\d+)年", spoken)):
            assert str(starts[era[1]] + int(era[2])) in spoken, row
            checked += 1
    assert checked >= 60


def test_facts_are_those_that_everybody_can_check() -> None:
    said = {row.response for split in ("train", "held_out") for row in read("cldr_atlas", split)}
    assert {
        "フランスの通貨はユーロです。",
        "タイの通貨はタイ・バーツです。",
        "カナダの公用語は英語とフランス語です。",
        "ブラジルの公用語はポルトガル語です。",
        "「CHF」はスイス・フランを表します。",
    } <= said
    assert not any(re.search(r"[（(]|None|[A-Z]{2}です", answer) for answer in said)


def test_a_slip_makes_exactly_one_place_wrong() -> None:
    for row in read("authored_correction"):
        if row.part == "sentences":
            assert row.input != row.response
            wrong, right = list(row.input), list(row.response)
            while wrong and right and wrong[0] == right[0]:
                del wrong[0], right[0]
            while wrong and right and wrong[-1] == right[-1]:
                del wrong[-1], right[-1]
            assert max(len(wrong), len(right)) <= 4, row


def test_every_slip_of_the_book_is_made_somewhere() -> None:
    made = {row[3] for row in book("authored_correction").tables["typo"].rows}
    assert {right for right, _, _ in book("authored_correction").tables["slip"].rows} == made


def test_the_corpus_is_the_same_in_every_process() -> None:
    code = (
        "import sys, hashlib, msgspec\n"
        "from pathlib import Path\n"
        "from tehon.sources import SOURCES\n"
        "from tehon.records.corpus import ReadOptions\n"
        "for name in sys.argv[1:]:\n"
        "    rows = list(SOURCES[name].read(Path(), ReadOptions(splits=('train', 'held_out'))))\n"
        "    print(name, len(rows), hashlib.sha256(msgspec.json.encode(rows)).hexdigest())\n"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code, *DEMO],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


def test_without_babel_the_atlas_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "babel", None)
    with pytest.raises(PackageMissing, match=r"needs babel .* Install tehon\[demo\]"):
        list(SOURCES["cldr_atlas"].read(Path(), ReadOptions()))


def test_golden_examples(golden: Any) -> None:
    rows = [row for name in DEMO for row in read(name)]
    drawn = sorted(rows, key=lambda row: choose(range(10**9), "golden", row.source, row.upstream_id))[:30]
    lines = [
        json.dumps(
            {
                "id": row.id,
                "cluster": row.cluster,
                "instruction": row.instruction,
                "input": row.input,
                "response": row.response,
            },
            ensure_ascii=False,
        )
        for row in sorted(drawn, key=lambda row: row.id)
    ]
    golden.check("demo/examples.jsonl", "\n".join(lines) + "\n")
