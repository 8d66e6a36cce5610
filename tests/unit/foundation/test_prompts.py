"""Prompts: the strings that models depend on, and which of their tokens count."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tehon.errors import ModelError
from tehon.prompts import ask, few_shot, few_shot_template, gold, render
from tehon.records.corpus import Example, Turn
from tehon.records.evaluation import Item, TaskPrompt
from tehon.records.prompt import Template
from tehon.templates import TEMPLATES

STRINGS = [name for name in TEMPLATES if TEMPLATES[name].kind == "strings"]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def example(**changes: Any) -> Example:
    values: dict[str, Any] = {
        "id": "made/000000",
        "upstream_id": "0",
        "instruction": "次の文を短くしてください。",
        "response": "猫が寝た。",
        "source": "made",
        "part": "made",
        "split": "train",
        "cluster": "general",
        "language": "ja",
        "licence": "Apache-2.0",
    }
    return Example(**(values | changes))


def item(premise: str, label: int) -> Item:
    labels = ("entailment", "contradiction", "neutral")
    return Item(
        example=example(instruction="関係は？", input=premise, response=labels[label]),
        fields={"premise": premise},
        choices=labels,
        answer=label,
    )


def chat(messages: list[dict[str, str]], opening: bool) -> str:  # noqa: FBT001 - the tokenizer's own signature
    text = "".join(f"<{message['role']}>{message['content']}</{message['role']}>\n" for message in messages)
    return text + ("<assistant>" if opening else "")


@pytest.mark.parametrize("name", STRINGS)
def test_a_template_renders_to_its_golden_text(name: str, golden: Any) -> None:
    shown = {
        "without input": example(),
        "with input": example(input="昨日の夜、猫が{部屋}で静かに寝た。"),
        "conversation": example(
            history=(
                Turn(role="system", content="短く答えてください。"),
                Turn(role="user", content="こんにちは。"),
                Turn(role="assistant", content="こんにちは！"),
            )
        ),
    }
    rendered = {
        key: [[segment.text, segment.scored, segment.end] for segment in render(TEMPLATES[name], value).segments]
        for key, value in shown.items()
    }
    golden.check(f"templates/{name}.json", json.dumps(rendered, ensure_ascii=False, indent=2) + "\n")


@pytest.mark.parametrize("name", STRINGS)
@given(instruction=TEXT, material=TEXT, response=TEXT)
def test_data_pass_through_a_template_unchanged(name: str, instruction: str, material: str, response: str) -> None:
    template = TEMPLATES[name]
    context, answer = render(template, example(instruction=instruction, input=material, response=response)).segments
    frame = template.with_input if material else template.without_input
    before, after = frame.split("{instruction}")
    middle, _, tail = after.partition("{input}")
    assert context.text == before + instruction + middle + (material + tail if material else "")
    assert answer.text == response


@pytest.mark.parametrize("name", STRINGS)
def test_every_assistant_turn_is_scored_and_ends(name: str) -> None:
    history = (Turn(role="user", content="a"), Turn(role="assistant", content="b"))
    scored = [segment for segment in render(TEMPLATES[name], example(history=history)).segments if segment.scored]
    assert [segment.text for segment in scored] == ["b", "猫が寝た。"]
    assert all(segment.end for segment in scored)


def test_what_a_model_reads_before_it_answers_is_the_prompt_without_its_response() -> None:
    template = TEMPLATES["alpaca_ja"]
    whole = render(template, example())
    assert render(template, example(), respond=False).segments == whole.segments[:-1]
    assert ask(template, example().instruction) == whole.segments[0].text


def test_a_chat_template_scores_what_follows_the_opening_of_each_answer() -> None:
    history = (Turn(role="system", content="s"), Turn(role="user", content="u"), Turn(role="assistant", content="a"))
    segments = render(TEMPLATES["chat"], example(history=history, input="x"), chat=chat).segments
    assert [segment.text for segment in segments if segment.scored] == ["a</assistant>", "猫が寝た。</assistant>"]
    assert "".join(segment.text for segment in segments).count("<assistant>") == 2


def test_a_tokenizer_without_a_chat_template_is_named_as_the_reason() -> None:
    with pytest.raises(ModelError, match="must have a chat template"):
        render(TEMPLATES["chat"], example())


def test_turns_that_a_chat_template_rewrites_later_are_read_and_not_scored() -> None:
    def thoughtful(messages: list[dict[str, str]], opening: bool) -> str:  # noqa: FBT001 - the tokenizer's own signature
        last = max((place for place, message in enumerate(messages) if message["role"] == "user"), default=-1)
        told = [
            message | {"content": "<think></think>" + message["content"]}
            if message["role"] == "assistant" and place > last
            else message
            for place, message in enumerate(messages)
        ]
        return chat(told, opening)

    history = (Turn(role="user", content="u"), Turn(role="assistant", content="a"))
    segments = render(TEMPLATES["chat"], example(history=history), chat=thoughtful).segments
    assert [segment.text for segment in segments if segment.scored] == ["<think></think>猫が寝た。</assistant>"]
    assert segments[0].text.startswith("<user>u</user>\n<assistant>a</assistant>\n<user>")


def test_a_chat_template_that_rewrites_what_stands_before_an_answer_is_refused() -> None:
    def forgetful(messages: list[dict[str, str]], opening: bool) -> str:  # noqa: FBT001 - the tokenizer's own signature
        return f"{len(messages)}:" + chat(messages, opening)

    history = (Turn(role="user", content="u"), Turn(role="assistant", content="a"))
    with pytest.raises(ModelError, match="changes once it is given"):
        render(TEMPLATES["chat"], example(history=history), chat=forgetful)


def test_a_task_prompt_is_description_then_labelled_shots_then_the_query() -> None:
    prompt = TaskPrompt(description="D\n\n", query="前提:{premise}\n関係:", choices=("含意", "矛盾", "中立"))
    context = few_shot(prompt, item("{c}", 2), [item("a", 0), item("b", 1)])
    assert context == "D\n\n前提:a\n関係:含意\n\n前提:b\n関係:矛盾\n\n前提:{c}\n関係:"
    assert gold(prompt, item("c", 2)) == "中立"
    assert gold(None, item("c", 2)) == "neutral"


def test_shots_in_a_tuning_template_are_full_turns() -> None:
    template = Template(
        name="t",
        title="t",
        language="ja",
        with_input="{instruction}|{input}>",
        without_input="{instruction}>",
        separator=";",
    )
    assert few_shot_template(template, item("c", 2), [item("a", 0)]) == "関係は？|a>entailment;関係は？|c>"
