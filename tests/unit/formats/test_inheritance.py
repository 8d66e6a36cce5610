"""A TOML file as its differences from another: what goes, what is joined, what is replaced."""

from pathlib import Path

import pytest

from tehon.check import toml_kind
from tehon.errors import BadConfig, UnknownName
from tehon.formats.toml import TomlShelf
from tehon.recipes import MIXTURES
from tehon.records.release import Mixture

PARENT = """
title = "Parent"
held_out = ["jnli"]
[sources.a]
limit = 3
parts = ["x"]
[sources.b]
[sources.c]
"""


@pytest.fixture
def shelf(tmp_path: Path) -> TomlShelf[Mixture]:
    write(tmp_path, "parent", PARENT)
    found = TomlShelf("mixtures", Mixture)
    found.paths = {"parent": tmp_path / "parent.toml"}
    return found


def write(folder: Path, name: str, text: str) -> str:
    (folder / f"{name}.toml").write_text(text, "utf-8")
    return str(folder / f"{name}.toml")


def test_tables_are_joined_values_are_replaced_and_places_are_kept(shelf: TomlShelf[Mixture], tmp_path: Path) -> None:
    text = 'extends = "parent"\ntitle = "Child"\nheld_out = []\n[sources.d]\n[sources.a]\nlimit = 5\n'
    child = shelf.open(write(tmp_path, "child", text))
    assert (child.name, child.title, child.held_out) == ("child", "Child", ())
    assert list(child.sources) == ["a", "b", "c", "d"]
    assert (child.sources["a"].limit, child.sources["a"].parts) == (5, ("x",))
    assert shelf["parent"].sources["a"].limit == 3


def test_what_without_names_is_not_inherited(shelf: TomlShelf[Mixture], tmp_path: Path) -> None:
    text = 'extends = "parent"\nwithout = ["sources.b", "sources.a.limit", "held_out"]\n'
    child = shelf.open(write(tmp_path, "child", text))
    assert (list(child.sources), child.sources["a"].limit, child.held_out) == (["a", "c"], None, ())


def test_a_grandchild_inherits_from_both_by_a_path_beside_it(shelf: TomlShelf[Mixture], tmp_path: Path) -> None:
    write(tmp_path, "child", 'extends = "parent"\nname = "known as"\nwithout = ["sources.b"]\nseed = 4\n')
    grandchild = shelf.open(
        write(tmp_path, "grandchild", 'extends = "child.toml"\nwithout = ["sources.c"]'), ("seed=5",)
    )
    assert (grandchild.name, grandchild.title, grandchild.seed) == ("grandchild", "Parent", 5)
    assert list(grandchild.sources) == ["a"]


def test_a_source_that_was_taken_out_comes_back_bare_and_last(shelf: TomlShelf[Mixture], tmp_path: Path) -> None:
    child = shelf.open(write(tmp_path, "child", 'extends = "parent"\nwithout = ["sources.a"]\n[sources.a]'))
    assert list(child.sources) == ["b", "c", "a"]
    assert child.sources["a"].limit is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("extends = 3", r"extends must be one name, got 3"),
        ('extends = "parent"\nwithout = "sources.b"', r"without must be a list of keys, got 'sources\.b'"),
        ('extends = "parent"\nwithout = ["sources.bb"]', r"no such key is inherited\. Perhaps sources\.b .*is meant\."),
        ('extends = "parent"\nwithout = ["title.x"]', r"without names title\.x"),
        ('without = ["sources.b"]\n[sources.a]', r"it extends none"),
        ('extends = "child.toml"', r"must not extend itself, but does: child → child\."),
        ('extends = "nothing.toml"', r"must be a TOML file, but there is none"),
        ('extends = "parent"\nseeds = 1', r"unknown field `seeds`"),
    ],
)
def test_what_cannot_be_inherited_is_one_clear_sentence(
    shelf: TomlShelf[Mixture], tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(BadConfig, match=message):
        shelf.open(write(tmp_path, "child", text))


def test_a_wider_circle_is_shown(shelf: TomlShelf[Mixture], tmp_path: Path) -> None:
    write(tmp_path, "b", 'extends = "a.toml"')
    with pytest.raises(BadConfig, match="a → b → a"):
        shelf.open(write(tmp_path, "a", 'extends = "b.toml"'))


def test_an_unknown_name_is_answered_with_near_ones(shelf: TomlShelf[Mixture], tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"no mixture named 'parents'\. Did you mean parent"):
        shelf.open(write(tmp_path, "child", 'extends = "parents"'))


def test_check_knows_what_a_file_is_that_only_extends_another(tmp_path: Path) -> None:
    first = write(tmp_path, "first", 'extends = "conversational_ja"')
    second = write(tmp_path, "second", 'extends = "first.toml"\nseed = 3')
    shots = write(tmp_path, "shots", 'extends = "demo"\ncells = []')
    assert [toml_kind(Path(path)) for path in (first, second, shots)] == ["mixture", "mixture", "suite"]
    rate = write(tmp_path, "rate", 'extends = "demo"\nlearning_rate = 1e-4')
    assert toml_kind(Path(rate)) == "recipe"
    with pytest.raises(BadConfig, match="must have one of the keys"):
        toml_kind(Path(write(tmp_path, "circle", 'extends = "circle.toml"')))


def test_every_shelf_takes_the_same_words(tmp_path: Path) -> None:
    assert MIXTURES.open(write(tmp_path, "mine", 'extends = "demo"\nwithout = ["held_out"]')).held_out == ()
