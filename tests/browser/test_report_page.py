"""The report in a real browser, opened from disk as a reader does."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tehon.engine.scripted import Scripted
from tehon.evaluate.loader import InMemory
from tehon.evaluate.run import evaluate
from tehon.evaluate.subject import Subject
from tehon.records.evaluation import Cell, Suite
from tehon.report.run import report
from tehon.tasks import TASKS

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Tab = Callable[..., "Page"]
CELLS = (Cell(task="jnli", shots=(1, 2)), Cell(task="vqa"), Cell(task="qualitative", max_new_tokens=24))
SUITE = Suite(name="small", protocol="paper", cells=CELLS)
READERS = {"reader": (), "stranger": ("あ",), "<b>hostile</b>": ("中立。", "矛盾。")}
ACCURACY, PERPLEXITY = 1, 3
"""Columns of Table II."""
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report on three models that have read different things, with every section that evaluations alone give."""
    folder = tmp_path_factory.mktemp("report")
    for name in ("jnli", "vqa"):
        (folder / "raw" / name).mkdir(parents=True)
        for file, content in TASKS[name].sample.items():
            (folder / "raw" / name / file).write_bytes(content)
    runs = []
    for place, (name, texts) in enumerate(READERS.items()):
        model = Scripted(texts=texts) if texts else Scripted()
        runs.append(folder / f"scores-{place}")
        subject = Subject(base=f"models/{place}", name=name)
        evaluate(SUITE, subject, runs[-1], raw=folder / "raw", loader=InMemory(model))
    report(runs, folder / "report", title="三つのモデル")
    return (folder / "report" / "report.html").as_uri()


@pytest.fixture
def page(tab: Tab, address: str) -> "Page":
    """The report without a network."""
    opened = tab(offline=True)
    opened.goto(address)
    return opened


def numbers(page: "Page", column: int) -> list[float]:
    """A column of Table II from top to bottom."""
    cells = page.locator(f"#table-2 tbody tr > :nth-child({column + 1})").all()
    return [float(cell.get_attribute("data-value") or "nan") for cell in cells]


def names(page: "Page") -> list[str]:
    return page.locator("#table-2 tbody th[scope=row]").all_inner_texts()


def heading(page: "Page", column: int) -> "Locator":
    return page.locator(f'#table-2 th[data-column="{column}"]')


def test_a_report_opens_from_disk_without_a_network_and_every_section_is_there(page: "Page") -> None:
    for title in ("Side by side", "Answers before and after", "What was chosen", "Perplexities", "Where it comes from"):
        assert page.get_by_role("heading", name=title, exact=True).is_visible()
    figures = page.locator("svg.drawn")
    assert figures.count() > 3
    assert all(figures.nth(place).get_attribute("aria-label") for place in range(figures.count()))
    assert page.locator("main b", has_text="hostile").count() == 0
    assert names(page)[2].startswith("<b>hostile</b>")


def test_a_heading_sorts_by_mouse_best_first_then_turned_round_then_as_it_was(page: "Page") -> None:
    before, values = names(page), numbers(page, PERPLEXITY)
    assert values not in (sorted(values), sorted(values, reverse=True))
    orders = []
    for _ in range(3):
        heading(page, PERPLEXITY).get_by_role("button").click()
        orders.append((heading(page, PERPLEXITY).get_attribute("aria-sort"), numbers(page, PERPLEXITY)))
    assert orders == [("ascending", sorted(values)), ("descending", sorted(values, reverse=True)), (None, values)]
    assert names(page) == before


def test_one_column_is_sorted_at_a_time_and_what_reads_nothing_stays_below(page: "Page") -> None:
    heading(page, PERPLEXITY).get_by_role("button").click()
    heading(page, ACCURACY).get_by_role("button").click()
    assert heading(page, PERPLEXITY).get_attribute("aria-sort") is None
    assert heading(page, ACCURACY).get_attribute("aria-sort") == "descending"
    assert page.locator("#table-2 tfoot tr").count() == 2
    assert page.locator("#table-2 tbody tr").count() == len(READERS)


def test_sorting_needs_no_mouse(page: "Page") -> None:
    values = numbers(page, PERPLEXITY)
    page.locator("nav a").last.focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('th[data-column]')?.dataset.column") == str(PERPLEXITY):
            break
    page.keyboard.press("Enter")
    assert numbers(page, PERPLEXITY) == sorted(values)
    page.keyboard.press("Space")
    assert numbers(page, PERPLEXITY) == sorted(values, reverse=True)


def test_words_are_sorted_as_words_and_numbers_as_numbers(page: "Page") -> None:
    page.get_by_text("Every number of every model").click()
    table = page.locator("table.sortable").last
    table.get_by_role("button", name="Model").click()
    models = table.locator("tbody tr td:nth-child(2)").all_inner_texts()
    assert models[0] == min(READERS)
    assert [model for place, model in enumerate(models) if model not in models[:place]] == sorted(READERS)
    table.get_by_role("button", name="Value").click()
    values = [float(cell.get_attribute("data-value") or "nan") for cell in table.locator("td[data-value]").all()]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(tab: Tab, address: str, scheme: str) -> None:
    page = tab(viewport=PHONE, color_scheme=scheme, offline=True)
    page.goto(address)
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_without_scripts_the_report_is_whole_and_promises_no_sorting(tab: Tab, address: str) -> None:
    page = tab(java_script_enabled=False, offline=True)
    page.goto(address)
    assert page.locator("#table-2 tbody tr").count() == len(READERS)
    assert page.locator("th button").count() == 0


def test_figures_follow_the_reader_s_colours_but_print_on_white(tab: Tab, address: str) -> None:
    page = tab(color_scheme="dark", offline=True)
    page.goto(address)
    colour = "getComputedStyle(document.querySelector('svg.drawn text')).fill"
    on_screen = page.evaluate(colour)
    page.emulate_media(media="print")
    assert page.evaluate(colour) != on_screen
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert len(page.pdf()) > 10_000
