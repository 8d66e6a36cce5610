from dataclasses import dataclass
from pathlib import Path

import pytest

from tehon.errors import BadConfig
from tehon.formats.authored import OURS, SPLITS, Table, choose, held_out, read_book, written
from tehon.records.corpus import Example, Part, ReadOptions, Source

BOOK = """
[tables.town]
entities = true
columns = ["town", "river"]
rows = [
  ["赤町", "赤川"], ["青町", "青川"], ["白町", "白川"], ["黒町", "黒川"],
  ["緑町", "緑川"], ["金町", "金川"], ["銀町", "銀川"], ["桃町", "桃川"],
  ["灰町", "灰川"], ["紺町", "紺川"], ["茶町", "茶川"], ["藤町", "藤川"],
  ["桜町", "桜川"], ["梅町", "梅川"], ["松町", "松川"], ["竹町", "竹川"],
]

[askings.river]
wordings = ["{town}を流れる川は何ですか？", "{town}の川の名前を教えてください。"]
unseen = ["{town}の橋の下を流れるのは、どの川でしょうか。"]

[[patterns]]
name = "river"
part = "towns"
slots = { town = "town" }
asks = [{ asking = "river", responses = ["{town.river}です。", "{town}を流れるのは{town.river}です。"] }]
"""


@dataclass
class Shelf:
    """A folder for one book."""

    folder: Path

    def source(self, text: str) -> Source:
        path = self.folder / "book.toml"
        path.write_text(text, "utf-8")
        source = Source(
            name="book",
            title="a book",
            licence=OURS,
            citation="",
            homepage="",
            splits=SPLITS,
            parts=(Part(name="towns", cluster="commonsense"),),
            sample={},
            read=lambda _, options: written(source, read_book(path), options),
            embedded=True,
        )
        return source

    def examples(self, text: str = BOOK, **options: object) -> list[Example]:
        rows = self.source(text).read(self.folder, ReadOptions(**options))  # type: ignore[arg-type]
        return [row for row in rows if isinstance(row, Example)]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_an_entity_stands_whole_on_one_side(shelf: Shelf) -> None:
    train, kept = shelf.examples(), shelf.examples(splits=("held_out",))
    assert len(train) + len(kept) == 16
    assert kept
    assert all(held_out(row.instruction[:2]) for row in kept)
    assert not any(held_out(row.instruction[:2]) for row in train)


def test_training_never_uses_an_unseen_wording_nor_evaluation_a_training_one(shelf: Shelf) -> None:
    assert {row.wording for row in shelf.examples()} <= {
        "{town}を流れる川は何ですか？",
        "{town}の川の名前を教えてください。",
    }
    assert {row.wording for row in shelf.examples(splits=("held_out",))} == {
        "{town}の橋の下を流れるのは、どの川でしょうか。"
    }


def test_ids_depend_neither_on_the_splits_nor_on_the_seed(shelf: Shelf) -> None:
    both = shelf.examples(splits=("train", "held_out"))
    assert [row.id for row in both] == [f"book/{place:06d}" for place in range(16)]
    train = {row.id: row for row in shelf.examples()}
    assert all(train[row.id] == row for row in both if row.split == "train")
    again = shelf.examples(seed=1)
    assert [(row.id, row.upstream_id, row.response) for row in again] == [
        (row.id, row.upstream_id, row.response) for row in train.values()
    ]
    assert [row.wording for row in again] != [row.wording for row in train.values()]


def test_two_slots_of_one_table_never_hold_the_same_row(shelf: Shelf) -> None:
    pair = BOOK.replace('slots = { town = "town" }', 'slots = { town = "town", other = "town" }\ndraws = 100')
    rows = shelf.examples(
        pair.replace('"{town.river}です。", ', "").replace("流れるのは", "{other}へ"), splits=("train", "held_out")
    )
    assert len(rows) == len({row.response for row in rows}) == 100
    assert not any(row.response[:2] == row.response[3:5] for row in rows)


def test_draws_stop_at_what_there_is(shelf: Shelf) -> None:
    more = BOOK.replace("slots = { town", "draws = 999\nslots = { town")
    assert len(shelf.examples(more, splits=("train", "held_out"))) == 16


def test_keyed_choices_are_the_same_everywhere() -> None:
    assert [choose(range(1000), "key", number) for number in range(4)] == [177, 684, 678, 406]


def test_computed_tables_join_the_books_own(tmp_path: Path) -> None:
    path = tmp_path / "book.toml"
    path.write_text(BOOK.replace("[tables.town]", "[tables.seed]"), "utf-8")
    book = read_book(path, lambda tables: {"town": Table(columns=("town", "river"), rows=tables["seed"].rows[:2])})
    assert len(book.tables["town"].rows) == 2


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('["赤町", "赤川"]', '["赤町"]', r"a row of tables.town must have 2 words, but \['赤町'\] has 1"),
        ('town = "town"', 'town = "twon"', "pattern river: table 'twon' does not exist. Known are town"),
        ('asking = "river"', 'asking = "rivr"', "pattern river: asking 'rivr' does not exist. Known are river"),
        ("{town.river}です。", "{town.rivr}です。", "pattern river: slot 'town.rivr' does not exist"),
        ("{town}の川", "{}の川", "pattern river: slot '' does not exist"),
        ('part = "towns"', 'part = "towns"\nparts = 1', "unknown field `parts`"),
        ("unseen = [", "unseen = []\nx = [", "length >= 1"),
    ],
)
def test_a_wrong_book_is_an_error_that_names_the_place(shelf: Shelf, was: str, becomes: str, said: str) -> None:
    assert was in BOOK
    with pytest.raises(BadConfig, match=said) as caught:
        shelf.examples(BOOK.replace(was, becomes))
    assert "book.toml" in str(caught.value)
