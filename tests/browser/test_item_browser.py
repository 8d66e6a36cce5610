"""The lists of a report in a real browser: items of an evaluation, examples of a release, and what was left out."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from many_items import HOSTILE, NEEDLE, evaluations, of_every_kind

from tehon.build.pipeline import build
from tehon.records.release import Mixture, Share
from tehon.report.run import report
from tehon.storage.atomic import write_bytes

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Tab = Callable[..., "Page"]
MANY = 100_000
FIRST_PAINT_MS = 2000
FILTER_MS = 300
TIMED = """async ([name, value]) => {
  const list = document.getElementById("items");
  const drawn = new Promise((resume) => {
    new MutationObserver(resume).observe(list, { attributes: true, attributeFilter: ["data-drawn"] });
  });
  const control = list.querySelector(`[name=${name}]`);
  const begun = performance.now();
  control.value = value;
  control.dispatchEvent(new Event("change", { bubbles: true }));
  await drawn;
  return performance.now() - begun;
}"""
"""Milliseconds from a choice to the list that it asks for."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report of so many items, as a file."""
    folder = tmp_path_factory.mktemp("many")
    report(evaluations(folder, MANY), folder / "report")
    return (folder / "report" / "report.html").as_uri()


@pytest.fixture(scope="module")
def of_release(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report with a release in which an example was left out twice, as a file."""
    folder = tmp_path_factory.mktemp("release")
    lines = [{"instruction": f"{place}番の質問です。{HOSTILE}", "output": "答えです。"} for place in (*range(30), 4, 4)]
    write_bytes(folder / "raw" / "jsonl" / "mine.jsonl", msgspec.json.Encoder().encode_lines(lines))
    build(Mixture(name="own", sources={"jsonl": Share()}), folder / "raw", folder / "own")
    report([*evaluations(folder, 10), folder / "own"], folder / "report")
    return (folder / "report" / "report.html").as_uri()


def opened(tab: Tab, address: str, view: str = "#items", **options: object) -> "Page":
    page = tab(**options)
    page.goto(address + view)
    page.locator("#items[data-drawn]").wait_for()
    return page


def rows(page: "Page") -> "Locator":
    return page.locator("#items .rows > li")


def found(page: "Page") -> str:
    return page.locator("#items .found").inner_text()


def choose(page: "Page", name: str, value: str) -> float:
    """Choose, and wait until the list is drawn anew; milliseconds that it took."""
    taken: float = page.evaluate(TIMED, [name, value])
    return taken


def test_a_report_of_100000_items_paints_within_two_seconds(tab: Tab, address: str) -> None:
    page = opened(tab, address)
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert painted <= FIRST_PAINT_MS
    assert found(page) == f"{MANY:,} items"
    assert rows(page).count() == 20


def test_a_filter_over_100000_items_is_drawn_within_300_milliseconds(tab: Tab, address: str) -> None:
    page = opened(tab, address)
    choose(page, "show", "cut")  # the engine compiles what it runs for the first time
    for name, value in (
        ("show", "lost"),
        ("gold", "contradiction"),
        ("shots", "3"),
        ("said", "neutral"),
        ("show", "cut"),
    ):
        assert choose(page, name, value) <= FILTER_MS, (name, value)


def test_each_filter_shows_the_items_that_it_names_and_no_others(tab: Tab, address: str) -> None:
    page = opened(tab, address)
    choose(page, "show", "lost")
    assert rows(page).filter(has_text="✓ small").count() == rows(page).filter(has_text="✗ tuned").count() == 20
    choose(page, "show", "won")
    assert rows(page).filter(has_text="✗ small").count() == rows(page).filter(has_text="✓ tuned").count() == 20
    choose(page, "show", "wrong")
    assert rows(page).filter(has_text="✗ small").count() == rows(page).filter(has_text="✗ tuned").count() == 20
    choose(page, "show", "constant")
    assert found(page) == f"{MANY // 2:,} items"
    assert rows(page).filter(has_text="0-shot").filter(has_text="small: neutral").count() == 20
    choose(page, "show", "cut")
    assert found(page) == f"{MANY // 500:,} items"
    choose(page, "show", "")
    choose(page, "gold", "entailment")
    choose(page, "model", "tuned")
    choose(page, "said", "contradiction")
    assert rows(page).filter(has_text="✗ tuned: contradiction").count() == 20
    rows(page).first.locator("summary").first.click()
    assert rows(page).first.locator("tr", has_text="right answer").inner_text().startswith("entailment")


def test_a_view_is_an_address_and_back_goes_back(tab: Tab, address: str) -> None:
    page = opened(tab, address)
    choose(page, "show", "lost")
    lost = found(page)
    page.get_by_role("button", name="Later").click()
    page.get_by_text("page 2 of").wait_for()
    second = rows(page).first.inner_text()
    assert page.url.endswith("#items?show=lost&page=2")
    other = opened(tab, page.url, "")
    assert (found(other), rows(other).first.inner_text()) == (lost, second)
    page.go_back()
    page.get_by_text("page 1 of").wait_for()
    page.go_back()
    page.get_by_text(f"{MANY:,} items", exact=True).wait_for()
    assert page.get_by_label("Show", exact=True).input_value() == ""


def test_a_number_of_the_table_leads_to_its_items(tab: Tab, address: str) -> None:
    page = opened(tab, address, "")
    link = page.locator('a[href="#items?task=jnli&template=0.3&shots=3&model=tuned"]').first
    link.click()
    page.locator("#items .found", has_text=f"{MANY // 2:,} items").wait_for()
    assert page.get_by_label("Model", exact=True).input_value() == "tuned"
    assert page.evaluate("document.getElementById('items').getBoundingClientRect().top") < 100


def test_an_address_that_names_nothing_known_asks_for_nothing_and_breaks_nothing(tab: Tab, address: str) -> None:
    page = opened(
        tab, address, "#items?task=%E4%B8%8D%E6%98%8E&template=<b>&shots=x&model=nobody&page=-3&show=toString"
    )
    assert found(page) == f"{MANY:,} items"
    choose(page, "show", "lost")
    assert rows(page).count() == 20


def test_a_search_finds_every_writing_of_a_word_and_shows_its_progress(tab: Tab, address: str) -> None:
    page = opened(tab, address)
    page.get_by_label("Search questions").fill("rare針")
    page.keyboard.press("Enter")
    page.locator("#items progress").wait_for()
    page.get_by_text(f"{MANY // 1000} items", exact=True).wait_for(timeout=60_000)
    assert page.locator("#items progress").is_hidden()
    assert rows(page).filter(has_text=NEEDLE).count() == 20


def test_a_search_is_stopped_by_a_button_and_says_so(tab: Tab, address: str) -> None:
    page = opened(tab, address)
    page.get_by_label("Search questions").fill("これはどこにもない")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Stop the search").click()
    page.get_by_text("0 items until the search was stopped").wait_for()
    assert rows(page).count() == 0


def test_hostile_text_stays_text(tab: Tab, address: str) -> None:
    page = opened(tab, address, "#items?shots=0")
    row = rows(page).first
    row.locator("summary").first.click()
    shown = row.locator(".question").inner_text()
    assert HOSTILE.replace("\u202e", "[U+202E]") in shown
    assert page.locator("img").count() == 0
    assert "</script><img" not in Path(page.url.removeprefix("file://").partition("#")[0]).read_text("utf-8")


def test_shots_question_and_answer_stand_apart(tab: Tab, address: str) -> None:
    page = opened(tab, address, "#items?shots=3")
    row = rows(page).nth(1)
    row.locator("summary").first.click()
    row.get_by_text("3 shots before the question").click()
    before, question = row.locator(".before").inner_text(), row.locator(".question").inner_text()
    assert before.count("### 応答:") == 3
    assert question.count("### 応答:") == 1
    assert row.locator(".read mark.scored").inner_text() in {"entailment", "contradiction", "neutral"}


def test_the_list_is_read_by_keyboard_alone(tab: Tab, address: str) -> None:
    page = opened(tab, address)
    page.get_by_label("Search questions").focus()
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    rows(page).first.locator(".question").wait_for()
    page.get_by_role("button", name="Later").focus()
    page.keyboard.press("Enter")
    page.get_by_text("page 2 of").wait_for()


def test_without_scripts_a_sentence_says_what_is_missing(tab: Tab, address: str) -> None:
    page = tab(java_script_enabled=False)
    page.goto(address)
    page.get_by_text(f"This list of {MANY:,} items needs JavaScript").wait_for()
    assert page.locator("#items form").is_hidden()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(tab: Tab, address: str, width: int) -> None:
    page = opened(tab, address, viewport={"width": width, "height": 900})
    rows(page).first.locator("summary").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_example_is_shown_with_what_is_learnt_and_what_repeats_it(tab: Tab, of_release: str) -> None:
    page = tab()
    page.goto(f"{of_release}#examples?repeated=yes")
    row = page.locator("#examples .rows > li")
    page.locator("#examples .found", has_text="1 example").wait_for()
    row.locator("summary").click()
    assert row.locator("mark.scored").inner_text() == "答えです。"
    assert row.locator(".question").inner_text() == "4番の質問です。" + HOSTILE.replace("\u202e", "[U+202E]")
    row.get_by_text("2 rows were left out because they repeat this example: jsonl/000030, jsonl/000031").wait_for()


def test_what_was_left_out_is_named_with_its_step_and_reason(tab: Tab, of_release: str) -> None:
    page = tab()
    page.goto(f"{of_release}#drops?q=000031")
    page.locator("#drops .found", has_text="1 row").wait_for()
    told = page.locator("#drops .rows > li").inner_text()
    assert "deduplicate: stood before; repeats jsonl/000004" in told
    assert page.locator("#items .found").inner_text() == "10 items"


def test_every_kind_of_result_opens_to_what_it_says(tab: Tab, tmp_path: Path) -> None:
    report(of_every_kind(tmp_path), tmp_path / "report")
    page = opened(tab, (tmp_path / "report" / "report.html").as_uri())
    for row in rows(page).all():
        row.locator("summary").first.click()
    marks = rows(page).first.locator("figure li").all_inner_texts()
    assert marks == ["wrong", "none of the choices", "right", "read as 雨 (prefix)"]
    shown = rows(page).all_inner_texts()
    told = (
        ("雨です。", "read as 雨 (prefix)", "none of the choices", "chosen ✗ −1.00", "What tuned read"),
        ("small was not asked, because the prompt does not fit: the prompt has 12 tokens.",),
        ("✗ small: no answer", "✓ tuned: 雨です。", "F1 0.50", "also right: 雨天", "3 tokens on the left (of query)"),
        ("perplexity 2.718", "−2.00"),
        ("draw of the shots: 1", "was shown 1 shot less", "annotators' value: 2.5"),
        ("draw of the shots: 2",),
    )
    assert [[text for text in texts if text not in row] for texts, row in zip(told, shown, strict=True)] == [[]] * 6
