"""Prompts to tokens, on tokenizers that do unexpected things by themselves."""

from collections.abc import Callable
from time import process_time

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from tehon.engine.encode import Encoder, round_trip_losses
from tehon.engine.locate import locate
from tehon.engine.tokens import Encoded
from tehon.errors import ModelError
from tehon.prompts import render
from tehon.records.corpus import Example
from tehon.records.evaluation import Protocol
from tehon.records.prompt import Prompt, Segment
from tehon.records.requests import Loglikelihood
from tehon.templates import TEMPLATES

GetEncoder = Callable[[str], Encoder]
NAMES = ("gpt_neox", "llama", "gemma", "rinna", "rinna as llama", "llm-jp 3.1", "llm-jp 2.2", "ja-llama")
LOSES_NEWLINES = {"rinna", "rinna as llama", "ja-llama"}
STRINGS = [name for name, template in TEMPLATES.items() if template.kind == "strings"]
TEXTS = st.text(st.sampled_from("はい山本です。、ABc 1\n「」"), min_size=1, max_size=20)
EXAMPLES = st.tuples(TEXTS, st.one_of(st.just(""), TEXTS), TEXTS)
PROMPT = Prompt(segments=(Segment(text="問い:\n"), Segment(text="はい", scored=True, end=True)))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=EXAMPLES, template=st.sampled_from(STRINGS))
def test_what_is_scored_is_the_response_and_its_end(
    name: str,
    encoder_of: GetEncoder,
    make_example: Callable[..., Example],
    texts: tuple[str, str, str],
    template: str,
) -> None:
    encoder, response = encoder_of(name), texts[2]
    prompt = render(TEMPLATES[template], make_example(0, *texts))
    (sequence,) = encoder.prompts([prompt])
    ids, scored = sequence.ids.tolist(), sequence.scored
    assert scored.tolist() == list(range(int(scored[0]), len(ids)))
    assert ids[-1] == encoder.end
    own = ids[scored[0] : -1]
    assert own == encoder.inside([response])[0]
    assert encoder.decode(own).strip() == encoder.decode(encoder.apart([response])[0]).strip()
    assert ids.count(encoder.bos) <= 1
    assert (ids[0] == encoder.bos) is (encoder.bos is not None)


@pytest.mark.parametrize("name", NAMES)
def test_no_end_token_stands_where_none_was_asked_for(name: str, encoder_of: GetEncoder) -> None:
    encoder = encoder_of(name)
    texts = ["", "はい", "富士山です。"]
    assert all(encoder.end not in ids for ids in encoder.apart(texts) + encoder.inside(texts))
    (sequence,) = encoder.prompts([Prompt(segments=(Segment(text="はい"), Segment(text="いいえ", scored=True)))])
    assert encoder.end not in sequence.ids.tolist()


@pytest.mark.parametrize("name", NAMES)
def test_a_segment_inside_a_text_has_no_mark_of_a_texts_start(name: str, encoder_of: GetEncoder) -> None:
    encoder = encoder_of(name)
    for text in ("はい", "富士山です。", "Yes"):
        (ids,) = encoder.inside([text])
        assert not encoder.tokenizer.convert_ids_to_tokens(ids)[0].startswith("▁")


@pytest.mark.parametrize("name", ["llm-jp 3.1", "llm-jp 2.2"])
def test_a_border_between_segments_is_where_the_whole_text_has_one(name: str, encoder_of: GetEncoder) -> None:
    encoder = encoder_of(name)
    (sequence,) = encoder.prompts([PROMPT])
    assert sequence.ids[:-1].tolist() == encoder.opened(encoder.apart([PROMPT.text])[0])


@pytest.mark.parametrize("name", NAMES)
def test_the_three_ways_to_encode_a_request(name: str, encoder_of: GetEncoder) -> None:
    encoder = encoder_of(name)
    request = Loglikelihood(context="問い:\n", continuation="はい")
    pieces = encoder.apart(["問い:\n", "はい", "問い:\nはい"])
    (tuning,), (separate,), (joint,) = (
        encoder.requests([request], msgspec.convert({"name": "", "title": "", "encode": way, "bos": "never"}, Protocol))
        for way in ("tuning", "separate", "joint")
    )
    assert tuning.ids.tolist() == pieces[0] + encoder.inside(["はい"])[0]
    assert separate.ids.tolist() == pieces[0] + pieces[1]
    assert len(separate.scored) == len(pieces[1])
    assert joint.ids.tolist() == pieces[2]


@pytest.mark.parametrize("name", NAMES)
def test_evaluation_scores_the_tokens_that_tuning_trained_on(name: str, encoder_of: GetEncoder) -> None:
    encoder = encoder_of(name)
    request = Loglikelihood(context="問い:\n", continuation="はい", end=True)
    (trained,), (scored,) = encoder.prompts([PROMPT]), encoder.requests([request], Protocol(name="", title=""))
    assert np.array_equal(trained.ids, scored.ids)
    assert np.array_equal(trained.scored, scored.scored)


MERGING = Loglikelihood(context="以下はタスクを説明する指", continuation="示です。")
"""The tiny GPT-NeoX has one token for what stands on both sides of the border, and more."""


def one_way(encoder: Encoder, request: Loglikelihood, **settings: str) -> Encoded:
    (sequence,) = encoder.requests([request], msgspec.convert({"name": "", "title": "", **settings}, Protocol))
    return sequence


def test_a_continuation_that_joins_the_contexts_last_token_is_said_so_and_scored_where_the_encoding_can(
    encoder_of: GetEncoder,
) -> None:
    encoder = encoder_of("gpt_neox")
    found = {
        way: one_way(encoder, MERGING, encode=way) for way in ("joint_safe", "tuning", "separate", "joint", "joint_lcp")
    }
    assert {way: sequence.merged for way, sequence in found.items()} == {
        "joint_safe": False,
        "tuning": False,
        "separate": False,
        "joint": True,
        "joint_lcp": True,
    }
    scored = {way: encoder.decode(sequence.ids[sequence.scored].tolist()) for way, sequence in found.items()}
    assert scored["joint_safe"] == scored["tuning"] == scored["separate"] == "示です。"
    assert scored["joint"] == ""
    assert scored["joint_lcp"].endswith("示です。") > (scored["joint_lcp"] == "示です。")


@pytest.mark.parametrize("name", NAMES)
def test_joint_encoding_moves_white_space_at_the_contexts_end_to_the_continuation(
    name: str, encoder_of: GetEncoder
) -> None:
    encoder = encoder_of(name)
    sequence = one_way(encoder, Loglikelihood(context="問い:\n", continuation="はい"), encode="joint", bos="never")
    (whole,) = encoder.apart(["問い:\nはい"])
    border = len(encoder.apart(["問い:"])[0])
    assert sequence.ids.tolist() == whole
    assert sequence.scored.tolist() == list(range(border, len(whole)))


@pytest.mark.parametrize("name", ["gpt_neox", "llama", "gemma", "llm-jp 3.1", "llm-jp 2.2"])
def test_a_space_before_the_border_belongs_to_the_word_behind_it(name: str, encoder_of: GetEncoder) -> None:
    encoder = encoder_of(name)
    request = Loglikelihood(context="ユーザー: 問い\nシステム: ", continuation="neutral")
    safe, whole, tuning = (
        one_way(encoder, request, encode=way, bos="never") for way in ("joint_safe", "joint", "tuning")
    )
    assert safe.ids.tolist() == whole.ids.tolist()
    assert safe.scored.tolist() == whole.scored.tolist()
    assert encoder.decode(tuning.ids[tuning.scored].tolist()).strip() == "neutral"
    assert tuning.scored[0] > safe.scored[0]


@pytest.mark.parametrize("template", STRINGS)
@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_scored_in_the_tokens_that_tuning_wrote(
    name: str, template: str, encoder_of: GetEncoder, make_example: Callable[..., Example]
) -> None:
    encoder = encoder_of(name)
    example = make_example(0, "問い", "材料", "はい、そうです。")
    prompt, context = (render(TEMPLATES[template], example, respond=respond) for respond in (True, False))
    (trained,) = encoder.prompts([prompt])
    scored = one_way(encoder, Loglikelihood(context=context.text, continuation=example.response, end=True))
    assert scored.ids.tolist() == trained.ids.tolist()
    assert scored.scored.tolist() == trained.scored.tolist()


TEXT = st.text(st.sampled_from("山は。、: a1<>#-はい東京"), min_size=1, max_size=8)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in LOSES_NEWLINES])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(context=TEXT, continuation=TEXT)
def test_tunings_encoding_is_the_whole_texts_wherever_that_has_a_border_there(
    name: str, encoder_of: GetEncoder, context: str, continuation: str
) -> None:
    encoder = encoder_of(name)
    request = Loglikelihood(context=f"問い: {context}\n", continuation=continuation)
    ways = ("tuning", "joint_safe", "joint_lcp")
    tuning, safe, whole = (one_way(encoder, request, encode=way, bos="never") for way in ways)
    assert safe.ids.tolist() == tuning.ids.tolist()
    assert not safe.merged
    if not whole.merged:
        assert tuning.ids.tolist() == whole.ids.tolist()
        assert tuning.scored.tolist() == whole.scored.tolist()


@pytest.mark.parametrize("name", NAMES)
def test_a_bos_stands_in_front_as_the_protocol_says(name: str, encoder_of: GetEncoder) -> None:
    encoder = encoder_of(name)
    request = Loglikelihood(context="問い", continuation="はい")
    bos = encoder.tokenizer.bos_token_id
    assert one_way(encoder, request, bos="never").ids.tolist()[0] == encoder.apart(["問い"])[0][0]
    assert (one_way(encoder, request, bos="tokenizer").ids.tolist()[0] == bos) is (encoder.bos is not None)
    if bos is None:
        with pytest.raises(ModelError, match='bos = "always", but has none'):
            one_way(encoder, request, bos="always")
    else:
        assert one_way(encoder, request, bos="always").ids.tolist().count(bos) == 1


@pytest.mark.parametrize("name", NAMES)
def test_only_tokenizers_that_lose_newlines_lose_a_template(name: str, encoder_of: GetEncoder) -> None:
    losses = round_trip_losses(encoder_of(name), TEMPLATES["alpaca_ja"])
    assert bool(losses) is (name in LOSES_NEWLINES)
    assert all("comes back as" in loss or "end token" in loss for loss in losses)


def test_a_tokenizer_that_takes_unknown_characters_for_the_end_is_found_out(encoder_of: GetEncoder) -> None:
    found = {
        name
        for name in NAMES
        if any("end token" in x for x in round_trip_losses(encoder_of(name), TEMPLATES["alpaca_ja"]))
    }
    assert found == {"rinna", "ja-llama"}


def test_the_contexts_weight_lies_on_every_token_but_the_first(encoder_of: GetEncoder) -> None:
    (sequence,) = encoder_of("llama").prompts([PROMPT], 0.25)
    assert sequence.weights[0] == 0
    assert set(sequence.weights[1 : -len(encoder_of("llama").inside(["はい"])[0]) - 1].tolist()) == {0.25}
    assert sequence.weights[-1] == 1


def test_ten_thousand_examples_take_about_a_second(
    encoder_of: GetEncoder, make_example: Callable[..., Example]
) -> None:
    encoder = encoder_of("gpt_neox")
    prompts = [
        render(TEMPLATES["alpaca_ja"], make_example(n, "日本で一番高い山は？", f"選択肢{n}", "富士山"))
        for n in range(2000)
    ]
    started = process_time()
    encoder.prompts(prompts)
    # Four times the aim of 10,000 a second, so that a busy machine does not fail the test.
    assert (process_time() - started) / len(prompts) < 4e-4


CHAT = (
    "{{ date_string if date_string is defined else strftime_now('%d %b %Y') }}\n{% for message in messages %}"
    "{% if message.role == 'tool' %}{{ raise_exception('no tools here') }}{% endif %}"
    "[{{ message.role }}]{{ message.content }}{{ eos_token }}\n{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% if enable_thinking is false %}<think></think>{% endif %}{% endif %}"
)


def test_a_chat_template_is_told_one_day_and_to_answer_at_once() -> None:
    tokenizer = AutoTokenizer.from_pretrained(locate("tiny:llama"), chat_template=CHAT)
    chat = Encoder(tokenizer).chat
    assert chat is not None
    asked = chat([{"role": "user", "content": "はい"}], True)  # noqa: FBT003 - the tokenizer's own signature
    assert asked == "26 Jul 2024\n[user]はい</s>\n[assistant]<think></think>"


def test_what_a_chat_template_refuses_is_said_in_its_own_words() -> None:
    tokenizer = AutoTokenizer.from_pretrained(locate("tiny:llama"), chat_template=CHAT)
    chat = Encoder(tokenizer).chat
    assert chat is not None
    with pytest.raises(ModelError, match="must render the turns tool, but says: no tools here"):
        chat([{"role": "tool", "content": "4"}], False)  # noqa: FBT003 - likewise
