"""Three names for three means, each with and without the end token."""

from collections.abc import Callable, Iterator, Sequence
from math import exp, log
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from tehon.engine.scripted import Scripted
from tehon.errors import NotFinite
from tehon.evaluate import perplexity, session
from tehon.evaluate.jobs import Way
from tehon.evaluate.requests import Asked, ready
from tehon.formats.zip import pack_zip
from tehon.recipes import PROTOCOLS
from tehon.records.evaluation import Cell, Protocol
from tehon.records.requests import Loglikelihood, Scored
from tehon.records.scores import ItemResult, Score, Scores
from tehon.storage.items import ITEMS, read_items
from tehon.tasks import TASKS
from tehon.templates import TEMPLATES

Evaluate = Callable[..., Scores]
PAPER = PROTOCOLS["paper"]
WAY = Way(TEMPLATES["vqa_ja"], PAPER, Cell(task="vqa"))


def result(logprob: float, tokens: int, size: int, end: float = -1.0) -> ItemResult:
    return ItemResult(
        item="x/0",
        task="x",
        template="vqa_ja",
        shots=0,
        context="",
        gold="はい" if tokens else "",
        logprobs=(logprob,),
        tokens=tokens,
        bytes=size,
        end_logprob=end,
    )


def scores(*results: ItemResult) -> dict[str, Score]:
    return {score.metric: score for score in perplexity.score(results)}


def test_figures_worked_out_by_hand() -> None:
    found = scores(result(-2.0, 1, 4, end=-3.0), result(-4.0, 4, 6, end=-1.0))
    bits = {name: found.pop(name).value for name in list(found) if name.startswith("bits")}
    # Two letters each: 6 nats over 4 letters, and 10 with the ends.
    assert bits == pytest.approx({"bits_per_character": 6 / log(2) / 4, "bits_per_character_with_end": 10 / log(2) / 4})
    assert {name: log(score.value) for name, score in found.items()} == pytest.approx(
        {
            "token_perplexity": 6 / 5,
            "item_perplexity": (2 / 1 + 4 / 4) / 2,
            "byte_perplexity": 6 / 10,
            "token_perplexity_with_end": 10 / 7,
            "item_perplexity_with_end": (5 / 2 + 5 / 5) / 2,
            "byte_perplexity_with_end": 10 / 10,
        }
    )
    # The standard error of the mean of 2 and 1 is 1/2, times the perplexity.
    assert found["item_perplexity"].standard_error == pytest.approx(exp(1.5) / 2)


def test_the_three_means_agree_where_all_responses_are_one_token_of_one_byte() -> None:
    found = scores(*(result(-number, 1, 1) for number in (1.0, 2.0, 4.5)))
    values = [found[name].value for name in ("token_perplexity", "item_perplexity", "byte_perplexity")]
    assert values == pytest.approx([exp(7.5 / 3)] * 3)


def test_a_uniform_model_has_its_vocabulary_as_token_perplexity() -> None:
    found = scores(*(result(-tokens * log(50), tokens, 3 * tokens, end=-log(50)) for tokens in (1, 4, 9)))
    for name in ("token_perplexity", "item_perplexity", "token_perplexity_with_end", "item_perplexity_with_end"):
        assert found[name].value == pytest.approx(50)


def test_an_empty_response_counts_with_its_end_token_alone_and_is_told() -> None:
    found = scores(result(-2.0, 2, 2, end=-1.0), result(0.0, 0, 0, end=-5.0))
    assert found["item_perplexity"].count == 1
    assert found["item_perplexity"].value == pytest.approx(exp(1))
    assert found["item_perplexity_with_end"].count == 2
    assert log(found["item_perplexity_with_end"].value) == pytest.approx((3 / 3 + 5) / 2)
    assert all(score.flags == ("empty_response:1",) for score in found.values())


def test_nothing_but_empty_responses_leaves_only_the_means_with_the_end() -> None:
    assert set(scores(result(0.0, 0, 0, end=-5.0))) == {"token_perplexity_with_end", "item_perplexity_with_end"}


def test_a_perplexity_beyond_numbers_is_an_error() -> None:
    with pytest.raises(NotFinite, match="e to the power of 900"):
        scores(result(-900.0, 1, 1))


def asked(contexts: list[str], raw: Path) -> list[Asked]:
    items = list(TASKS["vqa"].read(raw / "vqa" / "question_answers.json.zip", "all"))
    found = [
        Asked(
            item=item, blank=ItemResult(item=item.example.id, task="vqa", template="vqa_ja", shots=0, context=context)
        )
        for item, context in zip(items, contexts, strict=True)
    ]
    return ready(found, perplexity.requests, WAY, Scripted())


def test_a_response_is_scored_with_its_end_token(raw: Path) -> None:
    questions = asked(["空", "犬", "男"], raw)
    model = Scripted()
    for one, found in zip(questions, perplexity.answer(questions, WAY, model), strict=True):
        response = one.item.example.response
        request = Loglikelihood(context=one.blank.context, continuation=response, end=True)
        expected = model.score(request, PAPER)
        assert found.logprobs == (expected.logprob,)
        assert found.end_logprob == expected.end_logprob
        assert found.tokens == len(response)
        assert found.bytes == len(response.encode())


def test_context_tokens_never_count_towards_perplexity(raw: Path) -> None:
    # A bigram model sees one letter back, so whatever stands before that letter must change nothing.
    model = Scripted(order=2)
    short = list(perplexity.answer(asked(["。"] * 3, raw), WAY, model))
    long = list(perplexity.answer(asked(["まったく別の長い文脈です。"] * 3, raw), WAY, model))
    assert [one.prompt_tokens for one in short] != [one.prompt_tokens for one in long]
    assert {name: score.value for name, score in scores(*short).items()} == {
        name: score.value for name, score in scores(*long).items()
    }


class Counting(Scripted):
    """Counts what it is asked."""

    asked = 0

    def loglikelihood(self, requests: Sequence[Loglikelihood], protocol: Protocol) -> Iterator[Scored]:
        self.asked += len(requests)
        return super().loglikelihood(requests, protocol)


def repeated(raw: Path, times: int) -> None:
    """VQA in which every pair stands several times, in other places."""
    pairs = [("空は何色ですか？", "青色"), ("犬はいますか？", "はい"), ("犬はいますか？", "いいえ")] * times
    qas = [{"qa_id": number, "question": question, "answer": answer} for number, (question, answer) in enumerate(pairs)]
    image = [{"id": number, "qas": [qa]} for number, qa in enumerate(qas)]
    content = {"question_answers.json": msgspec.json.encode(image)}
    (raw / "vqa" / "question_answers.json.zip").write_bytes(pack_zip(content))


@pytest.mark.parametrize("chunk", [2, 5, 100])
def test_equal_pairs_are_asked_once_and_counted(
    run: Evaluate, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(session, "CHUNK_ITEMS", chunk)
    once = run(Cell(task="vqa"), out="once")
    repeated(raw, 7)
    model = Counting()
    found = run(Cell(task="vqa"), model=model)
    assert model.asked == 3
    assert {(score.count, score.distinct) for score in found.scores} == {(21, 3)}
    assert {(score.count, score.distinct) for score in once.scores} == {(3, 3)}
    each = list(read_items(tmp_path / "out" / ITEMS, ItemResult))
    assert len({one.item for one in each}) == 21
    for first, later in zip(each[:3] * 6, each[3:], strict=True):
        assert replace(later, item=first.item) == first


def test_a_mean_over_equal_pairs_is_the_mean_over_each_of_them(run: Evaluate, raw: Path) -> None:
    repeated(raw, 1)
    once = run(Cell(task="vqa"), out="once")
    repeated(raw, 4)
    often = run(Cell(task="vqa"), out="often")
    assert [score.value for score in often.scores] == pytest.approx([score.value for score in once.scores])


def test_a_stopped_run_remembers_the_pairs_it_has_asked(
    run: Evaluate, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "CHUNK_ITEMS", 2)
    repeated(raw, 3)

    class Stopping(Counting):
        def loglikelihood(self, requests: Sequence[Loglikelihood], protocol: Protocol) -> Iterator[Scored]:
            if self.asked:
                raise KeyboardInterrupt
            return super().loglikelihood(requests, protocol)

    with pytest.raises(KeyboardInterrupt):
        run(Cell(task="vqa"), model=Stopping())
    model = Counting()
    found = run(Cell(task="vqa"), model=model)
    assert model.asked == 1
    assert found == run(Cell(task="vqa"), out="whole")
