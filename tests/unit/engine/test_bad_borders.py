"""Choices that a tokenizer merges, drops or ends by itself: said so, with the encoding that handles it."""

from collections.abc import Callable

import pytest
from tokenizers.processors import TemplateProcessing
from transformers import AutoTokenizer

from tehon.engine.encode import Encoder
from tehon.engine.load import LoadedModel, load
from tehon.engine.locate import locate
from tehon.errors import ModelError
from tehon.evaluate import choice
from tehon.evaluate.jobs import Way
from tehon.evaluate.requests import Asked, ready, size
from tehon.recipes import PROTOCOLS
from tehon.records.corpus import Example
from tehon.records.evaluation import Cell, Item, TaskPrompt
from tehon.records.requests import Generation, Loglikelihood
from tehon.records.scores import ItemResult

MakeExample = Callable[..., Example]
CONTEXT = "以下はタスクを説明する指"
"""The tiny GPT-NeoX has one token for its end together with 示です."""


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return load("tiny:gpt_neox", precision="fp32")


def asked(example: Example, encode: str, model: LoadedModel) -> list[Asked]:
    item = Item(example=example, fields={}, choices=("示です。", "山"), answer=0)
    one = Asked(item=item, blank=ItemResult(item="x/7", task="x", template="1", shots=0, context=CONTEXT))
    return ready([one], choice.requests, way(encode), model)


def way(encode: str) -> Way:
    frame = TaskPrompt(query="")
    return Way(frame, PROTOCOLS.open("paper", (f"encode={encode}",)), Cell(task="jnli"))


def test_a_choice_that_is_swallowed_by_the_context_is_an_error_that_names_the_encoding(
    model: LoadedModel, make_example: MakeExample
) -> None:
    questions = asked(make_example(0, "問い", "", "示です。"), "joint", model)
    message = 'item x/7: each of its choices .*has none under encode = "joint".*Set encode to "joint_safe"'
    with pytest.raises(ModelError, match=message):
        list(choice.answer(questions, way("joint"), model))


@pytest.mark.parametrize(("encode", "merged"), [("tuning", False), ("separate", False), ("joint_lcp", True)])
def test_a_choice_that_merges_into_the_context_says_so(
    model: LoadedModel, make_example: MakeExample, encode: str, *, merged: bool
) -> None:
    questions = asked(make_example(0, "問い", "", "示です。"), encode, model)
    [found] = choice.answer(questions, way(encode), model)
    assert found.merged is merged
    assert all(found.choice_tokens)


def test_a_model_measures_what_it_answers_about(model: LoadedModel) -> None:
    contexts = ("", "問い", CONTEXT * 200)
    for name in ("paper", "lm_eval", "tehon"):
        protocol = PROTOCOLS.open(name, ("overlong=left",))
        requests = [Loglikelihood(context=text, continuation="はい", end=True) for text in contexts]
        answers = list(model.loglikelihood(requests, protocol))
        assert [*map(size, model.read(requests, protocol))] == [scored.prompt_tokens for scored in answers]
    writing = [Generation(context=text, max_new_tokens=2) for text in contexts]
    completions = list(model.generate(writing))
    assert [*map(size, model.read(writing, protocol))] == [completion.prompt_tokens for completion in completions]
    both: list[Loglikelihood | Generation] = [writing[1], requests[1]]
    assert [*map(size, model.read(both, protocol))] == [completions[1].prompt_tokens, answers[1].prompt_tokens]


def test_a_tokenizer_without_an_end_token_is_an_error() -> None:
    tokenizer = AutoTokenizer.from_pretrained(locate("tiny:gpt_neox"))
    tokenizer.eos_token = None
    with pytest.raises(ModelError, match="the tokenizer: must have an end token, but has none"):
        Encoder(tokenizer)


@pytest.mark.parametrize("encode", ["tuning", "separate", "joint", "joint_lcp"])
def test_an_end_token_that_a_tokenizer_puts_by_itself_stands_in_no_context(encode: str) -> None:
    plain, ending = (AutoTokenizer.from_pretrained(locate("tiny:llama")) for _ in range(2))
    end, number = ending.eos_token, ending.eos_token_id
    ending.backend_tokenizer.post_processor = TemplateProcessing(single=f"$A {end}", special_tokens=[(end, number)])
    assert ending("はい")["input_ids"][-1] == number
    protocol = PROTOCOLS.open("tehon", (f"encode={encode}", "bos=never"))
    request = Loglikelihood(context="問い:\n", continuation="はい", end=True)
    (own,), (other,) = (Encoder(each).requests([request], protocol) for each in (plain, ending))
    assert other.ids.tolist() == own.ids.tolist()
    assert other.scored.tolist() == own.scored.tolist()
    assert other.ids.tolist().count(number) == 1
