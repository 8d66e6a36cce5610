"""Examples to ids and weights: what is cut, what is dropped, what is counted."""

from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tehon.engine.encode import Encoder
from tehon.engine.load import load
from tehon.engine.tokens import Encoded
from tehon.errors import DataError, EmptyData
from tehon.records.corpus import Example, Turn
from tehon.records.tuning import Recipe
from tehon.templates import TEMPLATES
from tehon.tune.corpus import NONE, Corpus
from tehon.tune.encode import Frame, example_pieces
from tehon.tune.pieces import Writer, open_stored
from tehon.tune.tally import Counted, Tally

JA = TEMPLATES["alpaca_ja"]
MakeExample = Callable[..., Example]
Encode = Callable[[Sequence[Example], Recipe], tuple[list[Encoded], Counted]]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load("tiny:llama").encoder


@pytest.fixture
def encode(encoder: Encoder, tmp_path: Path) -> Encode:
    """Examples to what training draws, by way of the disk."""
    folders = (tmp_path / str(number) for number in count())

    def encoded(examples: Sequence[Example], recipe: Recipe) -> tuple[list[Encoded], Counted]:
        (folder := next(folders)).mkdir()
        tally = Tally()
        with Writer(folder, encoder.vocabulary) as writer:
            for pieces in example_pieces(examples, Frame(encoder, JA, recipe), tally):
                writer.add(pieces)
        counted = tally.counted(recipe, writer.highest)
        corpus = Corpus(open_stored(folder), recipe.prompt_loss_weight, NONE)
        return corpus.draw(np.arange(len(corpus))), counted

    return encoded


def keep(length: int = 120) -> Recipe:
    return Recipe(name="test", template="alpaca_ja", sequence_length=length, prompt_loss_weight=0)


def published(length: int = 120, weight: float = 1.0) -> Recipe:
    return Recipe(
        name="test",
        template="alpaca_ja",
        sequence_length=length,
        overlong="published",
        prompt_loss_weight=weight,
    )


def test_a_long_input_is_shortened_and_response_and_end_stay_whole(
    encode: Encode, encoder: Encoder, make_example: MakeExample
) -> None:
    example = make_example(0, "要約してください。", "雨が降っていました。" * 60, "雨の話です。")
    corpus, cuts = encode([example], keep())
    sequence = corpus[0]
    assert cuts.input_shortened == 1
    assert 100 < len(sequence.ids) <= 120
    assert sequence.ids[sequence.scored].tolist() == [*encoder.inside(["雨の話です。"])[0], encoder.end]
    text = encoder.decode(sequence.ids.tolist())
    assert "要約してください。\n\n### 入力:\n雨が降っていました。" in text
    assert "### 返答:\n雨の話です。" in text


def test_without_an_input_the_instructions_tail_goes(
    encode: Encode, encoder: Encoder, make_example: MakeExample
) -> None:
    example = make_example(0, "次の話を要約してください。" + "雨が降っていました。" * 60, "", "雨の話です。")
    corpus, cuts = encode([example], keep())
    assert cuts.input_shortened == 1
    assert len(corpus[0].ids) <= 120
    assert "### 指示:\n次の話を要約してください。雨" in encoder.decode(corpus[0].ids.tolist())


def test_the_oldest_turns_of_a_conversation_go_first(
    encode: Encode, encoder: Encoder, make_example: MakeExample
) -> None:
    turns = [Turn(role="user" if at % 2 == 0 else "assistant", content=f"発言{at}です。") for at in range(20)]
    example = make_example(0, "最後の質問です。", "", "最後の答えです。")
    talk = msgspec.structs.replace(example, history=tuple(turns))
    corpus, cuts = encode([talk], keep(200))
    text = encoder.decode(corpus[0].ids.tolist())
    assert cuts.input_shortened == 1
    assert "発言0です" not in text
    assert "発言19です" in text
    assert text.index("最後の質問です。") < text.index("最後の答えです。")


def test_published_cuts_on_the_right_and_loses_the_end(
    encode: Encode, encoder: Encoder, make_example: MakeExample
) -> None:
    whole, _ = encode([make_example(0, "問", "", "長い答え。" * 60)], published(500))
    cut, cuts = encode([make_example(0, "問", "", "長い答え。" * 60)], published())
    assert cuts.cut_right == 1
    assert cut[0].ids.tolist() == whole[0].ids[:120].tolist()
    assert encoder.end not in cut[0].ids.tolist()


def test_an_example_that_fits_exactly_keeps_its_end(
    encode: Encode, encoder: Encoder, make_example: MakeExample
) -> None:
    example = make_example(0, "日本で一番高い山は？", "", "富士山")
    length = len(encode([example], keep(500))[0][0].ids)
    for recipe in (keep(length), published(length)):
        corpus, cuts = encode([example], recipe)
        assert corpus[0].ids[-1] == encoder.end
        assert (cuts.cut_right, cuts.input_shortened, cuts.dropped) == (0, 0, 0)
    _, cuts = encode([example], published(length - 1))
    assert cuts.cut_right == 1


def test_an_example_without_anything_scored_is_dropped_and_counted(encode: Encode, make_example: MakeExample) -> None:
    good = [make_example(number, "問", "", "答え") for number in range(150)]
    bad = make_example(150, "問" * 400, "", "答え")
    corpus, cuts = encode([*good, bad], published(weight=0))
    assert (len(corpus), cuts.read, cuts.dropped, cuts.cut_right) == (150, 151, 1, 0)
    assert cuts.named == ("test/000150",)


def test_an_example_without_a_response_teaches_nothing(encode: Encode, make_example: MakeExample) -> None:
    good = [make_example(number, "問", "", "答え") for number in range(150)]
    corpus, cuts = encode([*good, make_example(150, "問", "", " \n")], keep())
    assert (len(corpus), cuts.dropped) == (150, 1)
    # The authors' code trains on the context as well.
    corpus, cuts = encode([*good, make_example(150, "問", "", "")], published())
    assert (len(corpus), cuts.dropped) == (151, 0)


def test_more_than_one_in_a_hundred_dropped_is_an_error(encode: Encode, make_example: MakeExample) -> None:
    examples = [make_example(number, "問", "", "答え" * (1 if number else 400)) for number in range(50)]
    with pytest.raises(
        DataError,
        match=r"at most 1 % of the examples may be left .*, but 1 of 50 are at 120 tokens, such as test/000000",
    ):
        encode(examples, keep())


def test_an_empty_release_is_an_error(encode: Encode) -> None:
    with pytest.raises(EmptyData, match="must hold something to tune on, but is empty"):
        encode([], keep())


def test_counts_are_exact(encode: Encode, encoder: Encoder, few_examples: list[Example]) -> None:
    response_only, _ = encode(few_examples, keep(400))
    everything, _ = encode(few_examples, published(400))
    assert len(response_only) == len(few_examples)
    scored = [len(encoder.inside([example.response])[0]) + 1 for example in few_examples]
    assert [len(response_only[number].scored) for number in range(len(few_examples))] == scored
    whole = [len(everything[number].ids) - 1 for number in range(len(few_examples))]
    assert [len(everything[number].scored) for number in range(len(few_examples))] == whole


def test_a_prompts_weight_may_lie_between_none_and_all(encode: Encode, few_examples: list[Example]) -> None:
    corpus, _ = encode(few_examples, published(400, weight=0.25))
    assert set(corpus[0].weights.tolist()) == {0.0, 0.25, 1.0}
