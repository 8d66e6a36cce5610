"""Answers token by token are the answers of everybody else."""

import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from msgspec.structs import replace
from peft import LoraConfig, get_peft_model

from tehon.engine.load import load
from tehon.engine.stream import Speaker
from tehon.errors import ModelError
from tehon.records.prompt import Prompt, Segment
from tehon.records.requests import Completion, Generation

ASKED = [
    Generation(context="赤い車が", max_new_tokens=24),
    Generation(context="日本で一番高い山は", max_new_tokens=24, temperature=1.5, seed=3),
    Generation(context="犬と猫", max_new_tokens=24, repetition_penalty=1.3),
]


def prompt(request: Generation) -> Prompt:
    return Prompt(segments=(Segment(text=request.context),))


def said(speaker: Speaker, request: Generation, *, adapted: bool = True) -> tuple[list[str], Completion]:
    *pieces, whole = speaker.write(prompt(request), request, adapted=adapted)
    assert isinstance(whole, Completion)
    return [str(piece) for piece in pieces], whole


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("adapter")
    torch.manual_seed(1)
    with warnings.catch_warnings():
        # What transformers and PEFT say of each other.
        warnings.simplefilter("ignore")
        config = LoraConfig(r=2, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
        get_peft_model(load("tiny:llama", precision="fp32").network.model, config).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("family", ["llama", "gpt_neox", "gemma"])
def test_pieces_are_the_answer_that_everybody_gets(family: str) -> None:
    model = load(f"tiny:{family}", precision="fp32")
    alone = [next(model.generate([request])) for request in ASKED]
    speaker = Speaker(model)
    for request, expected in zip(ASKED, alone, strict=True):
        pieces, whole = said(speaker, request)
        assert whole == expected
        text = "".join(pieces)
        assert whole.text.startswith(text)
        assert whole.text[len(text) :].strip("\N{REPLACEMENT CHARACTER}") == ""


def test_a_stop_string_is_never_shown_not_even_its_beginning() -> None:
    model = load("tiny:llama", precision="fp32")
    speaker = Speaker(model)
    free = said(speaker, ASKED[0])[1].text
    for start in range(4, len(free) - 3, len(free) // 4):
        asked = replace(ASKED[0], stop=(free[start : start + 3],))
        pieces, whole = said(speaker, asked)
        assert whole == next(model.generate([asked]))
        assert whole.text.startswith("".join(pieces))


def test_an_adapter_that_is_off_leaves_the_base_bit_for_bit(adapter: Path) -> None:
    base = next(load("tiny:llama", precision="fp32").generate([ASKED[0]]))
    tuned = next(load("tiny:llama", adapter=adapter, precision="fp32").generate([ASKED[0]]))
    assert base.text != tuned.text
    speaker = Speaker(load("tiny:llama", adapter=adapter, precision="fp32"))
    for adapted in (True, False, False, True):
        assert said(speaker, ASKED[0], adapted=adapted)[1] == (tuned if adapted else base)


def test_answers_at_the_same_time_with_and_without_adapter_do_not_disturb_each_other(adapter: Path) -> None:
    speaker = Speaker(load("tiny:llama", adapter=adapter, precision="fp32"))
    alone = {adapted: said(speaker, ASKED[0], adapted=adapted)[1] for adapted in (True, False)}
    states = [True, False] * 4
    with ThreadPoolExecutor(len(states)) as people:
        together = list(people.map(lambda adapted: said(speaker, ASKED[0], adapted=adapted)[1], states))
    assert together == [alone[adapted] for adapted in states]


def test_turns_in_between_change_no_answer(adapter: Path) -> None:
    speaker = Speaker(load("tiny:llama", adapter=adapter, precision="fp32"))
    expected = [said(speaker, ASKED[0], adapted=adapted)[0] for adapted in (True, False)]
    streams = [speaker.write(prompt(ASKED[0]), ASKED[0], adapted=adapted) for adapted in (True, False)]
    found: list[list[str]] = [[], []]
    for _ in range(200):
        for pieces, stream in zip(found, streams, strict=True):
            if isinstance(piece := next(stream, None), str):
                pieces.append(piece)
    assert found == expected


def test_the_exact_prompt_is_cut_as_the_answer_s_is() -> None:
    speaker = Speaker(load("tiny:llama", precision="fp32"))
    long = replace(ASKED[0], context="あ" * 5000)
    shown = speaker.spell(prompt(long), long)
    assert len(shown) < 5000
    assert shown.endswith("あ")
    *_, whole = speaker.write(prompt(long), replace(long, max_new_tokens=1))
    assert isinstance(whole, Completion)
    assert whole.truncated
    with pytest.raises(ModelError, match="max_new_tokens must be below the context"):
        speaker.spell(prompt(ASKED[0]), replace(ASKED[0], max_new_tokens=speaker.context_length))
