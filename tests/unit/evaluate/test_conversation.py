"""The second turn is asked after the model's own first answer."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tehon.engine.scripted import Scripted
from tehon.evaluate import generation
from tehon.evaluate.fit import parts_cut
from tehon.evaluate.jobs import Way
from tehon.evaluate.requests import Asked, context, ready
from tehon.records.evaluation import Cell, Item, Protocol
from tehon.records.requests import Completion, Generation
from tehon.records.scores import ItemResult
from tehon.tasks import TASKS
from tehon.templates import TEMPLATES

HEAD = "以下はタスクを説明する指示です。要求を適切に満たすような返答を書いてください。\n\n### 指示:\n"
ANSWER = "\n\n### 返答:\n"
FIRST, SECOND = "海辺の朝を三つの文で描いてください。", "それを夜の{海}に書き換えてください。"
TEXTS = (
    f"{FIRST}{ANSWER}朝の海です。",
    f"{SECOND}{ANSWER}夜の海です。",
    f"ですか。{ANSWER}四個です。",
    f"ですか。{ANSWER}四個です。",
)


class Noted(Scripted):
    """The same, with a note of what it was asked."""

    contexts: tuple[str, ...] = ()

    def complete(self, request: Generation) -> Completion:
        self.contexts += (request.context,)
        return super().complete(request)


@pytest.fixture
def items(sample_raw: Callable[..., Path], tmp_path: Path) -> list[Item]:
    return list(TASKS["mt_bench_ja"].read(sample_raw(tmp_path, "mt_bench_ja") / "mt_bench_ja", "test"))


def way(template: str = "alpaca_ja") -> Way:
    return Way(TEMPLATES[template], Protocol(name="t", title="t"), Cell(task="mt_bench_ja", max_new_tokens=40))


def asked(items: list[Item], model: Scripted, template: str = "alpaca_ja") -> list[Asked]:
    found = [
        Asked(
            item=item,
            blank=ItemResult(
                item=item.example.id,
                task="mt_bench_ja",
                template=template,
                shots=0,
                instruction=item.example.instruction,
                context=context(TEMPLATES[template], item, (), model.chat),
            ),
        )
        for item in items
    ]
    return ready(found, generation.requests, way(template), model)


def test_a_later_turn_is_read_after_the_model_s_own_answer(items: list[Item]) -> None:
    model = Noted(TEXTS, order=24)
    found = list(generation.answer(asked(items, model), way(), model))
    first = found[0]
    assert first.history == (FIRST, "朝の海です。")
    assert (first.instruction, first.prediction) == (SECOND, "夜の海です。")
    assert first.context == f"{HEAD}{FIRST}{ANSWER}朝の海です。\n\n{HEAD}{SECOND}{ANSWER}"
    assert model.contexts[2] == first.context
    assert len(model.contexts) == 4


def test_what_a_judge_needs_stays_beside_the_answer(items: list[Item]) -> None:
    model = Scripted(TEXTS, order=24)
    found = list(generation.answer(asked(items, model), way(), model))
    assert [one.category for one in found] == ["writing", "math"]
    assert [one.model_answers for one in found] == [(), ("四個です。", "三個です。")]
    assert {one.correct for one in found} == {None}


def test_items_of_one_turn_among_them_are_answered_once(items: list[Item]) -> None:
    short = replace(items[0], turns=())
    model = Noted(TEXTS, order=24)
    found = list(generation.answer(asked([short, items[0]], model), way(), model))
    assert [one.prediction for one in found] == ["朝の海です。", "夜の海です。"]
    assert [len(one.history) for one in found] == [0, 2]
    assert len(model.contexts) == 3


def test_the_tokenizer_s_own_template_holds_the_conversation(items: list[Item]) -> None:
    def chat(messages: list[dict[str, str]], opened: bool) -> str:  # noqa: FBT001 - the tokenizer's own signature
        said = "".join(f"<{message['role']}>{message['content']}" for message in messages)
        return said + "<assistant>" * opened

    model = Noted([f"{FIRST}<assistant>はい。", f"{SECOND}<assistant>いいえ。"], order=24)
    model.chat = chat
    (found,) = generation.answer(asked(items[:1], model, "chat"), way("chat"), model)
    assert found.context == f"<user>{FIRST}<assistant>はい。<user>{SECOND}<assistant>"
    assert found.prediction == "いいえ。"


def test_what_the_first_turn_lost_on_the_left_is_not_forgotten(items: list[Item]) -> None:
    model = Scripted(TEXTS, order=24, context_length=80)
    (one,) = asked(items[:1], model)
    (found,) = generation.answer([one], way(), model)
    assert found.truncated == max(found.prompt_tokens - 40, 0) > 0
    assert parts_cut(found, one, way(), model) == ("query",)
