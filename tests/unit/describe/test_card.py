from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tehon.build.choose import choose_mixture
from tehon.build.pipeline import build


@pytest.fixture
def card(tmp_path: Path, sample_raw: Callable[..., Path]) -> Callable[..., str]:
    def built(words: str, *names: str, changes: str = "") -> str:
        path = tmp_path / f"{words}.toml"
        path.write_text(changes or "\n".join(f"[sources.{name}]" for name in names), "utf-8")
        raw = sample_raw(tmp_path / "raw", *names)
        build(choose_mixture(str(path)), raw, tmp_path / "out")
        return (tmp_path / "out" / "README.md").read_text("utf-8")

    return built


def test_the_card_of_a_small_release_reads_as_reviewed(card: Callable[..., str], tmp_path: Path, golden: Any) -> None:
    changes = 'title = "A small one"\nheld_out = ["jnli"]\nrendering = "published"\n[sources.jqac]\n[sources.aio]\n'
    golden.check("cards/small.md", card("small", "jqac", "aio", "jnli", changes=changes))
    golden.check("cards/small.NOTICE.md", (tmp_path / "out" / "NOTICE.md").read_text("utf-8"))


def test_an_unknown_licence_is_said_first_and_loudly(card: Callable[..., str]) -> None:
    text = card("own", "jsonl")
    warning = "The licence of jsonl is not stated: do not share this release, and use it for no profit."
    assert text.index(warning) < text.index("## Where it comes from")
    assert "\nlicense: unknown\n" in text


def test_a_stand_in_is_named_in_the_card(
    card: Callable[..., str], tmp_path: Path, sample_raw: Callable[..., Path]
) -> None:
    sample_raw(tmp_path / "raw", "jqac")
    (tmp_path / "raw" / "jqac" / "STAND-IN.txt").write_text("Made up for a test.", "utf-8")
    assert "- jqac is a stand-in: Made up for a test." in card("stand", "jqac")
    assert "- **Stand-in:** Made up for a test." in (tmp_path / "out" / "NOTICE.md").read_text("utf-8")
