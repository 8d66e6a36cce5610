"""Evaluation on random tiny models, with torch: every task, and no answer that depends on how it was batched."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from msgspec.structs import replace

from tehon.engine.load import load
from tehon.engine.spelling import Speller
from tehon.errors import NotFinite
from tehon.evaluate import session
from tehon.evaluate.choose import Overrides, choose_suite
from tehon.evaluate.loader import InMemory
from tehon.evaluate.requests import token_digest
from tehon.evaluate.run import evaluate
from tehon.evaluate.subject import Subject
from tehon.progress import Advance
from tehon.recipes import PROTOCOLS
from tehon.records.evaluation import Cell, Protocol, Suite
from tehon.records.requests import Generation, Loglikelihood, Request
from tehon.records.scores import ItemResult
from tehon.storage.items import ITEMS, read_items
from tehon.tasks import TASKS

SUITE = choose_suite("jnli+marc_ja+vqa+qualitative", Overrides(limit=3))


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    for name in ("jnli", "marc_ja", "vqa"):
        (folder / name).mkdir()
        for file, content in TASKS[name].sample.items():
            (folder / name / file).write_bytes(content)
    return folder


def items(folder: Path) -> list[ItemResult]:
    return list(read_items(folder / ITEMS, ItemResult))


@pytest.mark.parametrize("family", ["llama", "gpt_neox"])
def test_every_kind_of_task_runs_on_a_tiny_model(family: str, raw: Path, tmp_path: Path) -> None:
    scores = evaluate(SUITE, Subject(base=f"tiny:{family}"), tmp_path / "out", raw=raw)
    assert {score.task for score in scores.scores} == {"jnli", "marc_ja", "vqa", "qualitative"}
    assert scores.items == len(items(tmp_path / "out")) == 12
    assert scores.positions > 0
    again = evaluate(SUITE, Subject(base=f"tiny:{family}"), tmp_path / "out", raw=raw)
    assert again == scores


def test_answers_do_not_depend_on_the_size_of_a_chunk(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = choose_suite("jnli+vqa", Overrides(shots=(0,)))
    subject = Subject(base="tiny:llama", precision="fp32")
    evaluate(suite, subject, tmp_path / "whole", raw=raw)
    monkeypatch.setattr(session, "CHUNK_ITEMS", 1)
    evaluate(suite, subject, tmp_path / "single", raw=raw)
    for whole, single in zip(items(tmp_path / "whole"), items(tmp_path / "single"), strict=True):
        assert whole.logprobs == pytest.approx(single.logprobs, abs=1e-4 * whole.tokens)
        assert (whole.item, whole.prediction, whole.tokens) == (single.item, single.prediction, single.tokens)


def test_an_interrupted_run_on_torch_ends_in_the_same_bytes(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "CHUNK_ITEMS", 1)
    suite = choose_suite("jnli+vqa+qualitative", Overrides(limit=2))
    heard = 0

    @contextmanager
    def give_up(title: str, total: int | None, unit: str) -> Iterator[Advance]:
        del title, total, unit

        def advance(done: int, note: str = "") -> None:
            nonlocal heard
            del note
            heard += done
            if heard == 4:
                raise KeyboardInterrupt

        yield advance

    evaluate(suite, Subject(base="tiny:llama"), tmp_path / "whole", raw=raw)
    with pytest.raises(KeyboardInterrupt):
        evaluate(suite, Subject(base="tiny:llama"), tmp_path / "out", raw=raw, progress=give_up)
    evaluate(suite, Subject(base="tiny:llama"), tmp_path / "out", raw=raw)
    for name in (ITEMS, "scores.json"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


ONCE = [
    (Cell(task="jnli", shots=(2,)), "overlong=drop_shot"),
    (Cell(task="jnli", shots=(2,)), "encode=joint"),
    (Cell(task="jnli", shots=(2,)), "encode=separate"),
    (Cell(task="jnli", shots=(2,)), "answer=output"),
    (Cell(task="vqa"), "overlong=drop_shot"),
    (Cell(task="qualitative", max_new_tokens=4), "overlong=drop_shot"),
]


@pytest.mark.parametrize("family", ["llama", "gpt_neox"])
@pytest.mark.parametrize(("cell", "setting"), ONCE)
def test_every_text_of_a_chunk_is_encoded_once(
    family: str, cell: Cell, setting: str, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = Suite(name="once", settings=("seeds=[42]", setting), cells=(cell,))
    model = load(f"tiny:{family}")
    model.network.context_length = 4096
    encoded: list[str] = []
    encode = Speller._raw

    def counted(speller: Speller, texts: Sequence[str], *, special: bool) -> list[list[int]]:
        encoded.extend(texts)
        return encode(speller, texts, special=special)

    monkeypatch.setattr(Speller, "_raw", counted)
    evaluate(suite, Subject(base="x"), tmp_path / "out", raw=raw, loader=InMemory(model))
    assert encoded
    assert [text for text, times in Counter(encoded).items() if times > 1] == []


@pytest.mark.parametrize("setting", ["answer=likelihood", "answer=output"])
def test_weights_that_are_no_numbers_are_an_error_that_names_an_item(setting: str, raw: Path, tmp_path: Path) -> None:
    model = load("tiny:llama")
    model.network.head.weight[0, 0] = torch.nan
    suite = choose_suite("jnli", Overrides(shots=(0,), settings=(setting,)))
    with pytest.raises(NotFinite, match=r"item jnli/valid/00000\d: .* must be .*finite.*broken weights"):
        evaluate(suite, Subject(base="x"), tmp_path / "out", raw=raw, loader=InMemory(model))
    assert not (tmp_path / "out" / "scores.json").exists()


def test_the_digest_of_tokens_tells_borders_and_specials_apart() -> None:
    model, protocol = load("tiny:llama"), PROTOCOLS["paper"]
    scored, written = Loglikelihood(context="赤い車", continuation="です"), Generation(context="赤い車")
    asked: list[tuple[list[Request], Protocol]] = [
        ([scored, written], protocol),
        ([Loglikelihood(context="赤い", continuation="車です"), written], protocol),
        ([replace(scored, end=True), written], protocol),
        ([scored, Generation(context="赤い車。")], protocol),
        ([scored, written], replace(protocol, bos="always")),
        ([scored], protocol),
    ]
    digests = [token_digest(model.read(requests, way)) for requests, way in asked]
    assert len(set(digests)) == len(asked)
    assert token_digest(model.read([scored, written], protocol)) == digests[0]
