"""A figure is one document that needs nothing else, and that anybody can read."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tehon.writing.colours import BLUE, COLOURS, GREEN, INK, ORANGE, PAPER, SOFT, Colour, figure_style
from tehon.writing.figures import POINTS, Figure, draw, inline, thinned

BARS = {
    "data": {"values": [{"kind": "含意", "share": 0.4}, {"kind": "<b>&矛盾", "share": 0.6}]},
    "mark": {"type": "bar", "color": BLUE.light},
    "encoding": {"x": {"field": "share", "type": "quantitative"}, "y": {"field": "kind", "type": "nominal"}},
}


def drawn(title: str = "Shares", description: str = "含意 0.4, 矛盾 0.6.") -> str:
    return draw(Figure(BARS, title, description))


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_the_same_chart_is_the_same_bytes() -> None:
    assert drawn() == drawn()


def test_a_figure_says_aloud_what_it_shows_whatever_letters_it_takes() -> None:
    root = ET.fromstring(drawn('<script>"', '"<&\n'))  # noqa: S314 - our own
    assert root.get("role") == "img"
    assert root.get("aria-label") == '"<& '
    assert root.findtext("{http://www.w3.org/2000/svg}title") == '<script>"'
    assert {"含意", "<b>&矛盾"} <= {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}


def test_every_colour_that_is_drawn_has_one_for_dark_paper() -> None:
    _, _, shapes = drawn().partition("</style>")
    assert set(re.findall(r'(?:fill|stroke)="(#\w+)"', shapes)) <= {colour.light for colour in COLOURS}
    assert all(f'[fill="{colour.light}"]{{fill:{colour.dark}}}' in drawn() for colour in COLOURS)


@pytest.mark.parametrize(("colour", "least"), [(INK, 7), (SOFT, 4.5), (BLUE, 3), (ORANGE, 3), (GREEN, 3)])
def test_contrast_suffices_on_light_and_on_dark_paper(colour: Colour, least: float) -> None:
    assert contrast(colour.light, PAPER.light) >= least
    assert contrast(colour.dark, PAPER.dark) >= least


def test_in_a_page_a_figure_has_no_name_that_another_could_have_and_no_style_of_its_own() -> None:
    within = inline(Figure(BARS, "Shares", '"<& >'))
    root = ET.fromstring(within)  # noqa: S314 - our own
    assert root.get("aria-label") == '"<& >'
    assert not [each for each in root.iter() if each.get("id") or each.get("style") or "style" in each.tag]
    assert {each.get("class") for each in root.iter()} == {root.get("class"), None}
    assert f".{root.get('class')} [fill=" in figure_style()


def test_in_a_page_a_figure_says_the_same_in_half_of_the_bytes() -> None:
    within, alone = inline(Figure(BARS, "Shares", "One.")), drawn()
    assert re.findall(r">([^<>]+)</text>", within) == re.findall(r">([^<>]+)</text>", alone)
    assert len(within) < 0.6 * len(alone)


def test_what_looks_like_an_idle_attribute_stays_where_it_is_text() -> None:
    values = [{"kind": ' aria-hidden="true"', "share": 1}]
    assert "aria-hidden=" in inline(Figure({**BARS, "data": {"values": values}}, "Shares", "One."))


def test_a_figure_refers_to_nothing_outside_itself() -> None:
    without_names = re.sub(r' xmlns(:xlink)?="[^"]*"', "", drawn())
    assert "http" not in without_names
    assert "url(" not in without_names


def test_a_chart_can_fetch_nothing(tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_text('[{"kind": "secret", "share": 1}]', "utf-8")
    for address in ("http://127.0.0.1:9/rows.json", f"{tmp_path}/rows.json"):
        with pytest.raises(ValueError, match="not allowed"):
            draw(Figure({**BARS, "data": {"url": address}}, "Shares", "None."))
    assert "secret" not in draw(Figure({**BARS, "data": {"url": f"file://{tmp_path}/rows.json"}}, "Shares", "None."))


def test_a_long_line_keeps_its_mean_and_its_order() -> None:
    points = [(float(step), (step * 37 % 101) / 7) for step in range(POINTS * 5)]
    few = thinned(points)
    assert len(few) == POINTS
    assert few == sorted(few)
    assert sum(y for _, y in few) / POINTS == pytest.approx(sum(y for _, y in points) / len(points))
    assert thinned(points[:POINTS]) == points[:POINTS]
    assert thinned([]) == []
