"""The comparison in a real browser."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from served_pages import chromium, prepared, serving

from tehon.storage.votes import read_votes

if TYPE_CHECKING:
    from playwright.sync_api import Page

Tab = Callable[..., "Page"]
HOSTILE = "<script>alert('a')</script><img src=x onerror=alert('b')>\n<b>太字</b> &amp; \u202e逆"
VOTERS = Path(__file__).resolve().parents[2] / "benchmarks" / "voters.py"
FAST = ("--requests-per-second", "1000")


@pytest.fixture
def items(tmp_path: Path) -> Path:
    return prepared(tmp_path / "set.jsonl", 4, "base", "tuned")


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    return tmp_path / "votes.jsonl"


def enter(page: "Page", url: str, name: str) -> None:
    page.goto(url)
    page.get_by_label("Your name").fill(name)
    page.keyboard.press("Enter")


def answers(page: "Page") -> list[str]:
    return page.locator(".sides .text").all_inner_texts()


def judged(page: "Page", count: int) -> None:
    page.locator(".way span", has_text=f"{count} of ").wait_for()
    page.wait_for_load_state()  # before that no script listens to keys


def test_a_blind_comparison_by_keyboard_from_the_name_to_the_thanks(tab: Tab, items: Path, votes: Path) -> None:
    with serving(items, "--votes", votes, *FAST) as server:
        page = tab()
        enter(page, server.url, "花")
        shown = []
        for count, key in enumerate(("1", "b", "t", "4")):
            judged(page, count)
            shown.append(answers(page))
            if key == "b":
                page.keyboard.press("r")
                page.keyboard.type("abtx1234 は理由の字")
                page.keyboard.press("Escape")
            page.keyboard.press(key)
        page.get_by_text("That was all").wait_for()
    cast = read_votes(votes)
    assert [vote.choice for vote in cast] == ["a", "b", "tie", "bad"]
    assert [vote.reason for vote in cast] == ["", "abtx1234 は理由の字", "", ""]
    for vote, (left, right) in zip(cast, shown, strict=True):
        assert vote.models[0] in left
        assert vote.models[1] in right


def test_a_comparison_by_mouse(tab: Tab, items: Path, votes: Path) -> None:
    with serving(items, "--votes", votes, *FAST) as server:
        page = tab(viewport={"width": 390, "height": 844}, has_touch=True)
        enter(page, server.url, "花")
        for count, name in enumerate(("A is better", "B is better", "Tie", "Both bad")):
            judged(page, count)
            page.get_by_role("button", name=name).click()
        page.get_by_text("That was all").wait_for()
    assert [vote.choice for vote in read_votes(votes)] == ["a", "b", "tie", "bad"]


def test_a_reload_in_the_middle_and_a_killed_server_change_nothing(tab: Tab, items: Path, votes: Path) -> None:
    page = tab()
    with serving(items, "--votes", votes, *FAST) as server:
        enter(page, server.url, "花")
        judged(page, 0)
        page.keyboard.press("1")
        judged(page, 1)
        before = answers(page)
        page.reload()
        judged(page, 1)
        assert answers(page) == before
        server.kill()
    with serving(items, "--votes", votes, *FAST) as server:
        page.goto(f"{server.url}/compare?name=花")
        judged(page, 1)
        assert answers(page) == before
        page.keyboard.press("2")
        judged(page, 2)
    assert [vote.choice for vote in read_votes(votes)] == ["a", "b"]


def test_a_key_held_down_or_pressed_twice_casts_one_vote(tab: Tab, items: Path, votes: Path) -> None:
    with serving(items, "--votes", votes, *FAST) as server:
        page = tab()
        enter(page, server.url, "花")
        judged(page, 0)
        page.evaluate("""() => {
            for (let time = 0; time < 3; time++)
                document.dispatchEvent(new KeyboardEvent("keydown", { key: "1", repeat: time > 1 }));
        }""")
        judged(page, 1)
    assert len(read_votes(votes)) == 1


def test_whoever_goes_back_is_asked_the_next_one_all_the_same(tab: Tab, items: Path, votes: Path) -> None:
    with serving(items, "--votes", votes, *FAST) as server:
        page = tab()
        enter(page, server.url, "花")
        judged(page, 0)
        page.keyboard.press("1")
        judged(page, 1)
        page.go_back()
        judged(page, 1)
        page.keyboard.press("2")
        judged(page, 2)
    assert [vote.choice for vote in read_votes(votes)] == ["a", "b"]


def test_the_last_vote_is_taken_back_by_key_or_button_and_asked_again(tab: Tab, items: Path, votes: Path) -> None:
    with serving(items, "--votes", votes, *FAST) as server:
        page = tab()
        enter(page, server.url, "花")
        judged(page, 0)
        assert page.locator("#undo").count() == 0
        page.keyboard.press("1")
        judged(page, 1)
        second = answers(page)
        page.keyboard.press("1")
        judged(page, 2)
        page.keyboard.press("u")
        judged(page, 1)
        assert answers(page) == second
        page.keyboard.press("2")
        for count in (2, 3):
            judged(page, count)
            page.keyboard.press("4")
        page.get_by_text("That was all").wait_for()
        page.get_by_role("button", name="Undo").click()
        judged(page, 3)
    assert [vote.choice for vote in read_votes(votes)] == ["a", "b", "bad"]
    assert votes.read_bytes().count(b"\n") == 5 + 2


def test_two_people_at_once_each_judge_everything(tab: Tab, items: Path, votes: Path) -> None:
    with serving(items, "--votes", votes, *FAST) as server:
        people = {name: tab() for name in ("花", "太郎")}
        for name, page in people.items():
            enter(page, server.url, name)
        for count in range(4):
            for page in people.values():
                judged(page, count)
                page.keyboard.press("3")
        for page in people.values():
            page.get_by_text("That was all").wait_for()
    cast = read_votes(votes)
    assert sorted(vote.voter for vote in cast) == ["太郎"] * 4 + ["花"] * 4
    assert len({(vote.voter, vote.matchup) for vote in cast}) == 8


def test_two_scripted_voters_judge_three_systems_at_once_by_keyboard(tab: Tab, tmp_path: Path, votes: Path) -> None:
    del tab  # its browser is not needed, but that there is one
    systems = {
        "base": ["", "質問です質問です質問です", "It is a mountain"],
        "tuned": ["はい。", "富士山です。", "山です。"],
        "longer": ["はい、そうです。", "富士山です。", "日本で一番高い山は富士山で"],
    }
    items = tmp_path / "set.jsonl"
    with items.open("w", encoding="utf-8") as stream:
        for place in range(3):
            answers = {name: texts[place] for name, texts in systems.items()}
            stream.write(json.dumps({"id": str(place), "prompt": f"{place}番", "answers": answers}) + "\n")
    with serving(items, "--votes", votes, "--scripted", "--page", "compare", *FAST) as server:
        command = [sys.executable, str(VOTERS), server.url, "--browser", chromium()]
        told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert "whole_then_short: 9 votes" in told
    assert "japanese_then_varied: 9 votes" in told
    cast = {
        (vote.voter, vote.item, frozenset(vote.models)): {"a": vote.models[0], "b": vote.models[1]}.get(
            vote.choice, vote.choice
        )
        for vote in read_votes(votes)
    }
    assert len(cast) == 18
    for voter in ("whole_then_short", "japanese_then_varied"):
        assert cast[voter, "0", frozenset({"base", "tuned"})] == "tuned"
        assert cast[voter, "1", frozenset({"tuned", "longer"})] == "tie"
    assert cast["whole_then_short", "0", frozenset({"tuned", "longer"})] == "tuned"
    assert cast["whole_then_short", "2", frozenset({"tuned", "longer"})] == "tuned"
    assert cast["japanese_then_varied", "2", frozenset({"tuned", "longer"})] == "longer"
    counted = subprocess.run(
        [sys.executable, "-m", "tehon", "preferences", str(votes)], capture_output=True, text=True, check=True
    ).stdout
    assert "Scripted votes" in counted
    assert not re.search("people|person|human", counted, re.IGNORECASE)


def test_markup_in_answers_and_names_stays_text(tab: Tab, tmp_path: Path, votes: Path) -> None:
    items = prepared(
        tmp_path / "set.jsonl", 2, "base", "tuned", base=HOSTILE, tuned="</div></form><script>alert(1)</script>"
    )
    with serving(items, "--votes", votes, *FAST) as server:
        page = tab()
        enter(page, server.url, "<script>alert('name')</script>")
        judged(page, 0)
        assert sorted(answers(page)) == sorted(
            [HOSTILE.replace("\u202e", "[U+202E]"), "</div></form><script>alert(1)</script>"]
        )
        assert page.locator("script").count() == 1
        page.keyboard.press("1")
        judged(page, 1)
    assert read_votes(votes)[0].voter == "<script>alert('name')</script>"


def test_without_the_token_nothing_is_shown(tab: Tab, items: Path, votes: Path) -> None:
    token = "a-token-of-this-test"  # noqa: S105 - nobody's
    with serving(items, "--votes", votes, "--token", token, *FAST) as server:
        stranger = tab().request.get(f"{server.url}/compare?name=花")
        assert stranger.status == 401
        assert "質問" not in stranger.text()
        page = tab()
        enter(page, f"{server.url}/?token={token}", "花")
        judged(page, 0)
        assert token not in page.url
        page.keyboard.press("1")
        judged(page, 1)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_their_window_in_both_languages(
    tab: Tab, items: Path, votes: Path, width: int, scheme: str
) -> None:
    with serving(items, "--votes", votes, *FAST) as server:
        page = tab(viewport={"width": width, "height": 800}, color_scheme=scheme, locale="ja-JP")
        for path in ("/compare", "/compare?name=花", "/compare?name=花&language=en"):
            page.goto(server.url + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, paper[4:-1].split(","))) > 3 * 128) == (scheme == "light")
