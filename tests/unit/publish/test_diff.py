import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tehon.errors import DataError, RawFileMissing, UnknownName
from tehon.publish.diff import differences, foresee
from tehon.publish.finished import open_release
from tehon.publish.told import differences_told, foreseen_told
from tehon.records.corpus import Document, Example, Turn
from tehon.records.publishing import Differences
from tehon.records.release import LedgerLine

Write = Callable[..., Path]


@pytest.fixture
def many(make_example: Callable[..., Example]) -> list[Example]:
    """A hundred examples of three sources."""
    return [
        replace(
            make_example(number, f"問い{number}", response=f"答え{number}"),
            source="abc"[number // 40], id=f"{'abc'[number // 40]}/{number:06d}", licence="CC-BY-4.0",
        )
        for number in range(100)
    ]  # fmt: skip


@pytest.fixture
def compare(write_release: Write, tmp_path: Path) -> Callable[..., Differences]:
    def compared(before: list[Example], after: list[Example]) -> Differences:
        return differences(write_release(tmp_path / "before", before), write_release(tmp_path / "after", after))

    return compared


def totals(found: Differences) -> tuple[int, int, int, int]:
    moved = found.moved
    return (
        sum(m.same for m in moved),
        sum(m.changed for m in moved),
        sum(m.gone for m in moved),
        sum(m.new for m in moved),
    )


def test_a_release_does_not_differ_from_itself(compare: Callable[..., Differences], many: list[Example]) -> None:
    found = compare(many, many)
    assert totals(found) == (100, 0, 0, 0)
    assert not found.reordered
    assert not found.settings
    assert "in the same order" in differences_told(found)


def test_another_order_is_no_other_content(compare: Callable[..., Differences], many: list[Example]) -> None:
    found = compare(many, [*many[39::-1], *many[40:]])
    assert totals(found) == (100, 0, 0, 0)
    assert found.reordered
    assert "in another order" in differences_told(found)


def test_what_came_went_and_changed_is_told_apart(compare: Callable[..., Differences], many: list[Example]) -> None:
    after = [
        *many[1:10],
        replace(many[10], response="別の答え"),
        *many[11:],
        replace(many[99], id="c/000500", upstream_id="500", instruction="新しい問い"),
    ]
    found = compare(many, after)
    assert totals(found) == (98, 1, 1, 1)
    assert {each.source: (each.changed, each.gone, each.new) for each in found.moved} == {
        "a": (1, 1, 0), "b": (0, 0, 0), "c": (0, 0, 1),
    }  # fmt: skip
    shown = {each.kind: each for each in found.shown}
    assert shown["changed"].id == "a/000010"
    assert "答え10" in shown["changed"].before
    assert "別の答え" in shown["changed"].after
    assert (shown["gone"].id, shown["new"].id) == ("a/000000", "c/000500")


def test_a_text_under_a_new_number_is_the_same_text(compare: Callable[..., Differences], many: list[Example]) -> None:
    moved = [replace(each, id=f"{each.source}/{n:06d}", upstream_id=f"row {n}") for n, each in enumerate(many)]
    assert totals(compare(many, moved)) == (100, 0, 0, 0)


def test_one_with_the_same_id_alone_was_changed(compare: Callable[..., Differences], many: list[Example]) -> None:
    after = [replace(many[0], upstream_id="other", part="other", response="別の答え"), *many[1:]]
    assert totals(compare(many, after)) == (99, 1, 0, 0)


def test_earlier_turns_belong_to_the_text(compare: Callable[..., Differences], many: list[Example]) -> None:
    after = [
        replace(many[0], history=(Turn(role="user", content="前"), Turn(role="assistant", content="後"))),
        *many[1:],
    ]
    assert totals(compare(many, after)) == (99, 1, 0, 0)


def test_texts_that_look_alike_when_joined_are_not_the_same(
    compare: Callable[..., Differences], many: list[Example]
) -> None:
    first = replace(many[0], instruction="ab", input="c")
    assert totals(compare([first, *many[1:]], [replace(first, instruction="a", input="bc"), *many[1:]])) == (
        99,
        1,
        0,
        0,
    )


def test_copies_are_matched_as_often_as_they_stand_on_both_sides(
    compare: Callable[..., Differences], many: list[Example]
) -> None:
    copies = [replace(many[0], id=f"a/000000+{n}") for n in range(1, 4)]
    found = compare([many[0], *copies, *many[1:]], [many[0], copies[0], *many[1:]])
    assert totals(found) == (101, 0, 2, 0)


def test_a_count_by_hand_agrees_on_random_changes(write_release: Write, many: list[Example], tmp_path: Path) -> None:
    for seed in range(5):
        chance = random.Random(seed)
        after = []
        for each in many:
            fate = chance.choice(["same", "same", "changed", "gone", "copied"])
            after += {
                "same": [each],
                "changed": [replace(each, response=f"{each.response}!")],
                "gone": [],
                "copied": [each, replace(each, id=each.id + "+1")],
            }[fate]
        found = differences(write_release(tmp_path / f"b{seed}", many), write_release(tmp_path / f"a{seed}", after))
        texts = [Counter((each.instruction, each.response) for each in side) for side in (many, after)]
        same = (texts[0] & texts[1]).total()
        changed = sum(each.response.endswith("!") for each in after)
        assert totals(found) == (same, changed, len(many) - same - changed, len(after) - same - changed)


def test_licences_settings_and_inputs_are_compared(write_release: Write, many: list[Example], tmp_path: Path) -> None:
    before = write_release(tmp_path / "b", many, inputs={"a/x": "1", "a/y": "2"}, seed=1)
    after = write_release(tmp_path / "a", many[:80], inputs={"a/x": "3", "a/z": "2"}, seed=2, licence="CC-BY-SA-4.0")
    found = differences(before, after)
    assert (found.before.licence, found.after.licence) == ("CC-BY-4.0", "CC-BY-SA-4.0")
    assert found.inputs == {"a/x": "changed", "a/y": "gone", "a/z": "new"}
    settings = {each.key: (each.before, each.after) for each in found.settings}
    assert settings["seed"] == ("1", "2")
    assert settings["sources.c"][1] == ""
    assert {each.name: (each.before, each.after) for each in found.sources}["c"] == (20, 0)
    told = differences_told(found)
    assert "The whole: **CC-BY-4.0** → **CC-BY-SA-4.0**." in told
    assert "| c | 20 | 0 | -20 |" in told.replace("\\-", "-")


def test_documents_are_compared_by_title_and_text(write_release: Write, tmp_path: Path) -> None:
    texts = [
        Document(id=f"a/{n:06d}", upstream_id=str(n), title="題", text=f"本文{n}", source="a", split="all",
                 language="ja", licence="CC0-1.0")
        for n in range(5)
    ]  # fmt: skip
    before = write_release(tmp_path / "b", texts)
    after = write_release(tmp_path / "a", [replace(texts[0], title="別の題"), *texts[2:]])
    assert totals(differences(before, after)) == (3, 1, 1, 0)


def test_releases_of_two_kinds_are_not_compared(write_release: Write, many: list[Example], tmp_path: Path) -> None:
    text = Document(id="a/0", upstream_id="0", text="本文", source="a", split="all", language="ja", licence="CC0-1.0")
    before, after = write_release(tmp_path / "b", many), write_release(tmp_path / "a", [text])
    with pytest.raises(DataError, match="one holds examples and the other documents"):
        differences(before, after)
    with pytest.raises(RawFileMissing):
        differences(before, tmp_path / "nothing")


def test_what_leaving_a_source_out_will_do_is_told_from_the_ledger(
    write_release: Write, many: list[Example], tmp_path: Path
) -> None:
    ledger = (
        LedgerLine(source="a", step="deduplicate", read=41, kept=40, dropped={"stood before": 1}),
        LedgerLine(source="b", step="deduplicate", read=47, kept=40, dropped={"stood before": 7}),
    )
    release = open_release(write_release(tmp_path / "r", many, ledger=ledger)).release
    found = foresee(release, ["a"])
    assert (found.before, found.after, found.may_return) == (100, 60, 7)
    assert foreseen_told(found).startswith("Without a: 100 → 60 examples, and up to 7 more")
    with pytest.raises(UnknownName, match="no source named 'z'"):
        foresee(release, ["z"])
