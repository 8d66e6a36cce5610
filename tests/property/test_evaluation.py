"""Laws of evaluation that hold for any data."""

from math import exp, fsum, isclose
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tehon.engine.scripted import Scripted
from tehon.evaluate import choice, metrics, perplexity
from tehon.evaluate.requests import context
from tehon.evaluate.shots import Pool, draw
from tehon.prompts import few_shot_template
from tehon.recipes import PROTOCOLS
from tehon.records.corpus import Example
from tehon.records.evaluation import Item, Protocol
from tehon.records.requests import Loglikelihood
from tehon.records.scores import ItemResult, Score
from tehon.tasks import TASKS
from tehon.templates import TEMPLATES

WORDS = ("entailment", "contradiction", "neutral")
PAPER = PROTOCOLS["paper"]
nats = st.floats(-500, 0, allow_subnormal=False)
choice_results = st.lists(
    st.builds(
        lambda gold, logprobs: ItemResult(
            item="x",
            task="x",
            template="t",
            shots=0,
            context="",
            gold=WORDS[gold],
            choices=WORDS,
            logprobs=logprobs,
            choice_tokens=(3, 2, 1),
            prediction=WORDS[choice.argmax(logprobs)],
            correct=choice.argmax(logprobs) == gold,
        ),
        st.integers(0, 2),
        st.tuples(nats, nats, nats),
    ),
    min_size=1,
    max_size=40,
)
perplexity_results = st.lists(
    st.builds(
        lambda rate, tokens, size, end: ItemResult(
            item="x",
            task="x",
            template="t",
            shots=0,
            context="",
            logprobs=(rate * tokens,),
            tokens=tokens,
            bytes=size,
            end_logprob=end,
        ),
        st.floats(-10, -0.01),
        st.integers(1, 40),
        st.integers(1, 120),
        st.floats(-20, -0.01),
    ),
    min_size=1,
    max_size=40,
)


@given(choice_results, st.randoms(use_true_random=False))
def test_choice_metrics_ignore_item_order(results: list[ItemResult], shuffler: Random) -> None:
    before = list(choice.score(results))
    shuffler.shuffle(results)
    assert list(choice.score(results)) == before


@given(perplexity_results, st.randoms(use_true_random=False))
def test_perplexities_ignore_item_order(results: list[ItemResult], shuffler: Random) -> None:
    before = list(perplexity.score(results))
    shuffler.shuffle(results)
    assert list(perplexity.score(results)) == before


@given(perplexity_results)
def test_perplexities_agree_with_their_formulas(results: list[ItemResult]) -> None:
    found = {score.metric: score.value for score in perplexity.score(results)}
    for suffix, end in (("", 0), ("_with_end", 1)):
        surprise = [-one.logprobs[0] - end * (one.end_logprob or 0) for one in results]
        tokens = [one.tokens + end for one in results]
        expected = {
            "token": exp(fsum(surprise) / sum(tokens)),
            "item": exp(fsum(nll / count for nll, count in zip(surprise, tokens, strict=True)) / len(results)),
            "byte": exp(fsum(surprise) / sum(one.bytes for one in results)),
        }
        for name, value in expected.items():
            assert isclose(found[f"{name}_perplexity{suffix}"], value, rel_tol=1e-9)


@given(perplexity_results)
def test_saying_everything_twice_changes_no_perplexity(results: list[ItemResult]) -> None:
    once = {score.metric: score.value for score in perplexity.score(results)}
    twice = {score.metric: score.value for score in perplexity.score(results * 2)}
    assert all(isclose(once[name], twice[name], rel_tol=1e-9) for name in once)


@given(choice_results, st.integers(0, 2))
def test_a_constant_predictor_scores_the_share_of_its_class_and_the_best_of_them_is_the_baseline(
    results: list[ItemResult], label: int
) -> None:
    gold = [WORDS.index(one.gold) for one in results]
    constant = metrics.accuracy(gold, [label] * len(gold))
    assert constant == gold.count(label) / len(gold)
    for score in choice.score(results):
        if score.metric == "accuracy":
            assert score.baseline == max(gold.count(each) for each in range(3)) / len(gold) >= constant


@given(choice_results)
def test_histograms_sum_to_the_items(results: list[ItemResult]) -> None:
    for score in choice.score(results):
        assert sum(score.histogram.values()) == score.count == len(results)
        assert tuple(score.histogram) == WORDS


@given(choice_results)
def test_adding_one_number_to_every_choice_changes_no_accuracy(results: list[ItemResult]) -> None:
    def accuracy(scores: list[Score]) -> float:
        return next(score.value for score in scores if score.metric == "accuracy")

    # Exact in binary: whole numbers only.
    whole = [replace(one, logprobs=tuple(map(round, one.logprobs))) for one in results]
    moved = [replace(one, logprobs=tuple(each - 7 for each in one.logprobs)) for one in whole]
    assert accuracy(list(choice.score(whole))) == accuracy(list(choice.score(moved)))


@given(
    st.sampled_from(["per_item", "stratified", "fixed"]),
    st.lists(st.integers(0, 2), min_size=6, max_size=40),
    st.integers(0, 4),
    st.one_of(st.none(), st.integers(1, 50)),
    st.integers(0, 2**32),
)
def test_whatever_is_drawn_nobody_is_his_own_shot_and_nobody_is_shown_twice(
    shots: str, answers: list[int], count: int, limit: int | None, seed: int
) -> None:
    protocol = Protocol(name="any", title="", shots=shots, seeds=(seed,))  # type: ignore[arg-type]
    drawn = draw(protocol, len(answers), shots=count, pool=Pool(answers=answers, own=True), limit=limit)
    assert len(drawn.places) == min(limit or len(answers), len(answers))
    for place in drawn.places:
        shown = drawn.shots.get(place, ())
        assert len(set(shown)) == len(shown) == count
        assert place not in shown


text = st.text(max_size=30)


@given(text, text, text)
def test_data_are_never_taken_for_slots(premise: str, hypothesis: str, label: str) -> None:
    example = Example(
        id="x",
        upstream_id="x",
        instruction=premise,
        input=hypothesis,
        response=label,
        source="x",
        part="x",
        split="x",
        cluster="inference",
        language="ja",
        licence="MIT",
    )
    item = Item(example=example, fields={"premise": premise, "hypothesis": hypothesis}, choices=WORDS, answer=0)
    prompt = TASKS["jnli"].prompts["0.2"]
    assert context(prompt, item, ()).endswith(f"前提:{premise}\n仮説:{hypothesis}\n関係:")
    framed = few_shot_template(TEMPLATES["alpaca_ja"], item, [])
    assert premise in framed
    assert hypothesis in framed


@given(st.text(max_size=12), st.text(max_size=12))
def test_a_score_of_two_parts_is_the_sum_of_their_scores(first: str, second: str) -> None:
    model = Scripted(order=3)

    def logprob(context: str, continuation: str) -> float:
        return model.score(Loglikelihood(context=context, continuation=continuation), PAPER).logprob

    assert isclose(logprob("", first + second), logprob("", first) + logprob(first, second), abs_tol=1e-9)
