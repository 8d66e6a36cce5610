from collections import Counter

import pytest
from msgspec.structs import replace

from tehon.formats.judgement import Judged, Judgement, pair
from tehon.records.rows import LeftOut, Row

TASTE = Judgement(
    source="test",
    part="foods",
    cluster="sentiment",
    wordings=("おいしいですか。", "どうですか。", "味は？"),
    words={"1": "はい", "0": "いいえ"},
)
APPLE = Judged(place="f:1", id="a", split="train", material="りんご", label="1")


def test_the_label_word_is_the_response_and_the_material_the_input() -> None:
    row = TASTE.row(APPLE, seed=0)
    assert isinstance(row, Row)
    assert (row.input, row.response, row.part, row.split, row.upstream_id) == ("りんご", "はい", "foods", "train", "a")
    assert row.instruction == row.wording
    assert row.wording in TASTE.wordings


def test_the_wording_hangs_on_seed_and_id_alone_and_every_one_is_used() -> None:
    def wording(number: int, seed: int) -> str:
        row = TASTE.row(replace(APPLE, id=str(number), place=f"g:{seed}"), seed)
        assert isinstance(row, Row)
        return row.wording

    first = [wording(number, 0) for number in range(300)]
    assert first == [wording(number, 0) for number in range(300)]
    assert first != [wording(number, 1) for number in range(300)]
    assert min(Counter(first)[one] for one in TASTE.wordings) > 70


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"material": " "}, "text missing"),
        ({"label": ""}, "label missing"),
        ({"label": "2"}, "unknown label"),
    ],
)
def test_what_cannot_be_judged_is_left_out_with_its_reason(change: dict[str, str], reason: str) -> None:
    assert TASTE.row(replace(APPLE, **change), seed=0) == LeftOut(place="f:1", reason=reason)


def test_the_part_shows_every_wording() -> None:
    part = TASTE.as_part()
    assert (part.name, part.cluster) == ("foods", "sentiment")
    assert all(wording in part.wording for wording in TASTE.wordings)


def test_half_a_pair_is_no_pair() -> None:
    assert pair("犬", "猫", ("一", "二")) == "一：犬\n二：猫"
    assert pair("犬", " ", ("一", "二")) == pair("", "猫", ("一", "二")) == ""
