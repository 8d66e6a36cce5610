from pathlib import Path

import pytest

from tehon.build.choose import choose_mixture
from tehon.errors import BadConfig, UnknownName, UsageError
from tehon.recipes import MIXTURES
from tehon.records.release import Share
from tehon.sources import SOURCES
from tehon.tasks import TASKS


@pytest.mark.parametrize("name", MIXTURES)
def test_every_shipped_mixture_names_what_exists(name: str) -> None:
    mixture = choose_mixture(name)
    assert mixture.name == name
    for source, share in mixture.sources.items():
        assert set(share.splits or ()) <= set(SOURCES[source].splits)
        assert set(share.parts or ()) <= {part.name for part in SOURCES[source].parts}
    assert set(mixture.held_out) <= set(TASKS)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[sources.snow]\nparts = ["simplificaton"]', r"no part of snow named 'simplificaton'\. Did you mean simplif"),
        ('[sources.snow]\nsplits = ["train"]', r"no split of snow named 'train'\. Did you mean T15 or T23"),
        ('[sources.alt]\nvariant = "v1"', r"no variant of alt named 'v1'\. Did you mean v0_1_0 or v1_0_3"),
        ('[sources.jqac]\nvariant = "v1"', r"source jqac: has no variants, but v1 is asked for"),
    ],
)
def test_what_a_source_does_not_have_is_no_later_surprise(table: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(table)
    with pytest.raises(UsageError, match=said):
        choose_mixture(str(path))


def test_sources_can_be_joined_by_plus() -> None:
    assert choose_mixture("jqac+aio").sources == {"jqac": Share(), "aio": Share()}
    assert list(choose_mixture("jqac").sources) == ["jqac"]


def test_a_toml_file_can_be_changed_from_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[sources.jqac]\nlimit = 5\n")
    mixture = choose_mixture(str(path), ("sources.jqac.limit=7",))
    assert (mixture.name, mixture.sources["jqac"].limit) == ("mine", 7)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("real_smal", r"no mixture named 'real_smal'\. Did you mean real_small\?"),
        ("jqac+jsqad", r"no source named 'jsqad'\. Did you mean jsquad"),
    ],
)
def test_an_unknown_name_is_answered_with_near_ones(asked: str, said: str) -> None:
    with pytest.raises(UnknownName, match=said):
        choose_mixture(asked)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[sources.jqac]\nlimt = 5\n", "limt"),
        ("[sources.jqac]\nlimit = 0\n", r"sources.*limit.*>= 1"),
        ("sources = 3\n", "sources is wrong"),
        ("title = 'no sources'\n", "sources"),
        ("[sources", "must be TOML"),
    ],
)
def test_a_typing_error_in_a_mixture_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(BadConfig, match=said):
        choose_mixture(str(path))


def test_a_mixture_with_an_unknown_source_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[sources.jsqad]\n")
    with pytest.raises(UnknownName, match="no source named 'jsqad'"):
        choose_mixture(str(path))
