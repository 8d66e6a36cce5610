"""What a model writes by chance depends on its prompt and the seed alone, and on the settings that say how."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tehon.engine.scripted import Scripted
from tehon.errors import BadConfig
from tehon.evaluate import session
from tehon.evaluate.choose import Overrides, choose_suite
from tehon.recipes import PROTOCOLS
from tehon.records.evaluation import Cell
from tehon.records.requests import Completion, Generation
from tehon.records.scores import ItemResult, Scores
from tehon.storage.items import ITEMS, read_items

Evaluate = Callable[..., Scores]
FIVE = Cell(task="qualitative", max_new_tokens=12)
WARM = "temperature=1.5"


def written(folder: Path) -> list[str]:
    return [one.prediction or one.output for one in read_items(folder / ITEMS, ItemResult)]


def test_what_is_drawn_does_not_depend_on_what_is_asked_beside_it(
    run: Evaluate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(FIVE, out="together", settings=(WARM,))
    monkeypatch.setattr(session, "CHUNK_ITEMS", 1)
    run(FIVE, out="alone", settings=(WARM,))
    assert written(tmp_path / "alone") == written(tmp_path / "together")
    assert len(set(written(tmp_path / "alone"))) == 5


def test_the_seed_decides_what_is_drawn_and_the_coldest_draws_nothing(run: Evaluate, tmp_path: Path) -> None:
    for out, settings in (
        ("one", (WARM,)),
        ("other", (WARM, "writing_seed=7")),
        ("cold", ()),
        ("cold other", ("writing_seed=7",)),
        ("narrow", (WARM, "top_p=1e-6")),
    ):
        run(FIVE, out=out, settings=settings)
    found = {folder.name: written(folder) for folder in tmp_path.iterdir() if folder.name != "raw"}
    assert found["one"] != found["other"]
    assert found["cold"] == found["cold other"] == found["narrow"] != found["one"]


class Noted(Scripted):
    """Notes how it was to write, and gives up after a while."""

    def __init__(self, answers: int = 10**9) -> None:
        super().__init__()
        self.asked: list[Generation] = []
        self.answers = answers

    def generate(self, requests: Sequence[Generation]) -> Iterator[Completion]:
        self.asked += requests
        if len(self.asked) > self.answers:
            raise KeyboardInterrupt
        return super().generate(requests)


@pytest.mark.parametrize(("task", "answer"), [("qualitative", "likelihood"), ("jnli", "output")])
def test_whatever_is_written_is_written_as_the_protocol_says(run: Evaluate, task: str, answer: str) -> None:
    model = Noted()
    run(Cell(task=task), model=model, settings=(f"answer={answer}", "temperature=0.7", "top_p=0.9", "writing_seed=3"))
    assert {(one.temperature, one.top_p, one.seed) for one in model.asked} == {(0.7, 0.9, 3)}


@pytest.mark.parametrize("changed", ["temperature=0.5", "top_p=0.5", "writing_seed=1"])
def test_answers_drawn_in_another_way_are_not_taken_over(
    run: Evaluate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    monkeypatch.setattr(session, "CHUNK_ITEMS", 1)
    with pytest.raises(KeyboardInterrupt):
        run(FIVE, model=Noted(3), settings=(WARM,))
    model = Noted()
    run(FIVE, model=model, settings=(WARM, changed))
    assert len(model.asked) == 5
    run(FIVE, out="fresh", settings=(WARM, changed))
    assert written(tmp_path / "out") == written(tmp_path / "fresh")


@pytest.mark.parametrize("settings", ["temperature=-1", "temperature=11", "top_p=0", "top_p=1.5", "writing_seed=x"])
def test_settings_that_cannot_be_are_errors(settings: str) -> None:
    with pytest.raises(BadConfig, match=settings.partition("=")[0]):
        choose_suite("qualitative", Overrides(settings=("temperature=1", settings)))


def test_a_share_to_draw_from_is_refused_where_nothing_is_drawn() -> None:
    with pytest.raises(BadConfig, match="protocol tehon: top_p must be 1 where temperature is 0"):
        choose_suite("qualitative", Overrides(settings=("top_p=0.9",)))
    assert choose_suite("qualitative", Overrides(settings=("top_p=0.9", "temperature=1"))).settings


@pytest.mark.parametrize("name", [*PROTOCOLS])
def test_every_preset_writes_without_chance(name: str) -> None:
    assert (PROTOCOLS[name].temperature, PROTOCOLS[name].top_p) == (0, 1)
