"""The page: whole, harmless, and readable without anything else."""

import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec.structs import replace

from tehon.records.evaluation import Protocol
from tehon.records.reporting import ModelColumn, Report
from tehon.records.scores import ItemResult
from tehon.report.browse import SCRIPTS as BROWSED
from tehon.report.render import SCRIPTS, html, markdown
from tehon.report.run import report
from tehon.report.tables import score_table
from tehon.storage.items import ITEMS, read_items

Write = Callable[..., Path]
Items = Callable[..., list[ItemResult]]
PROTOCOL = Protocol(name="tehon", title="every prompt encoded as in tuning")
VOID = {"meta", "link", "img", "br", "hr", "input"}
ATTACKS = (
    '<script>alert("x")</script>',
    '"><img src=https://example.com/a.png onerror=alert(1)>',
    "</style></blockquote><svg onload=alert(1)>",
    "{{ report.title }}{% for x in y %}",
)


class Page(HTMLParser):
    """Tags opened and closed, attributes, and the text between."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text("utf-8"))
    page.close()
    assert page.open == []
    return page


@pytest.fixture
def page(pair: list[Path], adapter: Path, release: Path, tmp_path: Path) -> Page:
    report([*pair, adapter, release], tmp_path / "report", title="Weather", notes=["Made up."])
    return read(tmp_path / "report" / "report.html")


def test_the_page_loads_nothing(page: Page) -> None:
    names = {tag for tag, _ in page.tags}
    assert not names & {"link", "img", "iframe", "object", "embed", "video", "audio", "base"}
    addresses = [value for _, attributes in page.tags for name, value in attributes.items() if name in {"src", "href"}]
    assert addresses
    assert all(address is not None and address.startswith("#") for address in addresses)
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "style"]


def test_the_policy_forbids_everything_but_the_page_s_own_style_and_scripts(tmp_path: Path, pair: list[Path]) -> None:
    report(pair, tmp_path / "report")
    text = (tmp_path / "report" / "report.html").read_text("utf-8")
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    styled, *run = (b64encode(sha256(each.encode()).digest()).decode() for each in (style[1], *scripts))
    allowed = " ".join(f"'sha256-{each}'" for each in run)
    assert scripts
    assert f"default-src 'none'; style-src 'sha256-{styled}'; script-src {allowed}; base-uri 'none'" in text
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_every_link_leads_to_a_section_of_the_page(page: Page) -> None:
    identifiers = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    links = {(attributes["href"] or "").partition("?")[0] for tag, attributes in page.tags if tag == "a"}
    assert {f"#{identifier}" for identifier in identifiers} >= links
    sections = {attributes.get("id") for tag, attributes in page.tags if tag == "section"}
    assert {f"#{identifier}" for identifier in sections} == links


def test_every_table_has_a_caption_and_every_heading_cell_a_scope(page: Page) -> None:
    tags = [tag for tag, _ in page.tags]
    assert tags.count("table") == tags.count("caption") > 5
    assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")


def test_two_models_tuned_from_one_base_stand_beside_it(pair: list[Path], write_scores: Write, tmp_path: Path) -> None:
    items = list(read_items(pair[1] / ITEMS, ItemResult))
    written = report([*pair, write_scores("small, tuned longer", items, adapter="e" * 64)], tmp_path / "report")
    text = (tmp_path / "report" / "report.html").read_text("utf-8")
    tables = re.findall(r"<table>\n<caption>small and what was tuned from it: .*?</table>", text, re.DOTALL)
    assert len(tables) == 1
    assert re.findall(r">([^<]+)<small>(?:base|tuned)</small>", tables[0]) == [model.model for model in written.models]
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', tables[0], re.DOTALL)
    assert len(rows) == 4
    assert all(len(re.findall(r">p (?:=|&lt;)", row)) == 2 for row in rows)


def test_tuned_models_without_their_base_do_not_claim_to_come_from_each_other(
    write_scores: Write, weather: Items, tmp_path: Path
) -> None:
    runs = [write_scores(name, weather(skill=1, seed=1), adapter=name) for name in ("one", "two")]
    report(runs, tmp_path / "report")
    assert "<caption>one and two: every row" in (tmp_path / "report" / "report.html").read_text("utf-8")


def test_a_number_leads_to_its_items_where_the_page_shows_them(pair: list[Path], tmp_path: Path) -> None:
    written = report(pair, tmp_path / "report")
    links = re.findall(r'href="(#items[?][^"]*)"', (tmp_path / "report" / "report.html").read_text("utf-8"))
    assert "#items?task=weather&amp;template=0.3&amp;shots=3&amp;model=small%2C%20tuned" in links
    entries = [entry for row in score_table(written).rows for entry in row.entries if entry.score]
    assert len(links) == len(entries)
    assert "#items" not in html(written)


def test_three_models_have_a_table_ii_that_sorts_by_numbers(
    pair: list[Path], write_scores: Write, tmp_path: Path
) -> None:
    items = list(read_items(pair[1] / ITEMS, ItemResult))
    written = report([*pair, write_scores("longer", items, adapter="e" * 64)], tmp_path / "report")
    text = html(written)
    [table] = re.findall(r'<table class="compact sortable" id="table-2">.*?</table>', text, re.DOTALL)
    columns = score_table(written).columns
    assert [int(place) for place in re.findall(r'data-column="(\d+)"', table)] == [*range(1, len(columns) + 1)]
    values = [float(value) for value in re.findall(r'data-value="([^"]+)"', table)]
    assert values == [entry.value for row in score_table(written).rows for entry in row.entries]
    assert re.findall(r'data-first="(\w+)"', table) == ["descending", "ascending", "ascending", "descending"]


def test_a_spread_over_draws_of_shots_is_shown_and_explained(
    write_scores: Write, weather: Items, tmp_path: Path
) -> None:
    [score, *_] = report([write_scores("small", weather(skill=1, seed=1))], tmp_path / "report").models[0].scores
    column = ModelColumn(
        model="small", role="base", base="b", folder="f", scores=(replace(score, spread=0.0123, standard_error=0.02),)
    )
    made = Report(title="t", protocol=PROTOCOL, models=(column,), comparisons=(), samples=())
    for text in (html(made), markdown(made)):
        assert "±0.020 σ0.012" in text
        assert "the standard deviation over several draws of the shots" in text


def test_every_figure_says_aloud_what_it_shows(page: Page) -> None:
    drawn = [attributes for tag, attributes in page.tags if tag == "svg" and attributes.get("class") == "drawn"]
    assert len(drawn) > 5
    assert all(attributes.get("role") == "img" and attributes.get("aria-label") for attributes in drawn)
    assert not [value for _, attributes in page.tags for value in attributes.values() if value and "url(" in value]


def test_japanese_answers_are_marked_as_japanese(page: Page) -> None:
    languages = [attributes.get("lang") for tag, attributes in page.tags if tag == "blockquote"]
    assert languages.count("ja") == 5


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_model_says_stays_text(
    write_scores: Write, questions: Items, weather: Items, tmp_path: Path, attack: str
) -> None:
    items = [*questions([attack] * 3), *weather(skill=1, seed=1)]
    folder = write_scores(attack, items, folder="attack", stand_ins={"weather": attack})
    report([folder], tmp_path / "report", title=attack, notes=[attack])
    page = read(tmp_path / "report" / "report.html")
    scripts = [attributes.get("type") for tag, attributes in page.tags if tag == "script"]
    assert set(scripts) == {None, "text/plain"}
    assert scripts.count(None) == len((*SCRIPTS, *BROWSED))
    assert "img" not in {tag for tag, _ in page.tags}
    assert "".join(page.text).count(attack) >= 5
    markdown = (tmp_path / "report" / "report.md").read_text("utf-8")
    outside = re.sub(r"^(`{3,})text\n.*?\n\1$", "", markdown, flags=re.DOTALL | re.MULTILINE)
    assert "<script" not in outside
    assert "<img" not in outside


def test_control_characters_are_shown(write_scores: Write, questions: Items, tmp_path: Path) -> None:
    folder = write_scores("small", questions(["a\x1b[31mb\u202ec\x00", "tab\tand\nline", "a\x85"]))
    report([folder], tmp_path / "report")
    text = "".join(read(tmp_path / "report" / "report.html").text)
    assert "a␛[31mb[U+202E]c␀" in text
    assert "tab\tand\nline" in text
    assert "[U+0085]" in text


def test_the_latex_table_escapes_names_and_balances_its_columns(
    write_scores: Write, weather: Items, picture: Items, tmp_path: Path
) -> None:
    items = weather(skill=0, seed=1) + picture(surprise=1, seed=1)
    report([write_scores("50 % & more_or\\less", items, folder="one")], tmp_path / "report")
    text = (tmp_path / "report" / "table_2.tex").read_text("utf-8")
    assert r"50 \% \& more\_or\textbackslash{}less" in text
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    spans = [sum(int(width) - 1 for width in re.findall(r"\\multicolumn\{(\d+)\}", row)) for row in rows]
    assert {len(re.findall(r"(?<!\\)&", row)) + more for row, more in zip(rows, spans, strict=True)} == {3}
    assert r"\multicolumn{2}{c}{picture}" in text
    assert r"\cmidrule(lr){2-2}\cmidrule(lr){3-4}" in text
    assert r"$^{\ddagger}$" in text
