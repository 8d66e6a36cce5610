"""The n-gram model is a model: its probabilities are probabilities."""

from itertools import pairwise
from math import exp, fsum, log

import pytest

from tehon.engine.scripted import END, Scripted
from tehon.errors import ModelError
from tehon.records.evaluation import Protocol
from tehon.records.requests import Generation, Loglikelihood, Scored

LEFT = Protocol(name="left", title="", overlong="left")
ERROR = Protocol(name="error", title="", overlong="error")


def score(model: Scripted, context: str, continuation: str, *, end: bool = False) -> Scored:
    request = Loglikelihood(context=context, continuation=continuation, end=end)
    return next(model.loglikelihood([request], LEFT))


@pytest.mark.parametrize("context", ["", "日本", "犬が走っています。", "知らない文字 ☃"])
def test_probabilities_sum_to_one(context: str) -> None:
    model = Scripted()
    assert fsum(map(exp, model.logprobs(model.encode(context)))) == pytest.approx(1, abs=1e-12)


def test_all_continuations_of_one_length_and_all_ends_share_one_probability() -> None:
    model = Scripted(["ab", "ba"], order=2)
    words = ["a", "b", "\ufffd"]
    ended = exp(score(model, "a", "", end=True).end_logprob or 0)
    assert ended + fsum(exp(score(model, "a", word).logprob) for word in words) == pytest.approx(1)


def test_a_score_is_what_counting_by_hand_gives() -> None:
    # Bigrams of "aab" and "ab" with their ends: a→a 1, a→b 2, b→END 2; two letters, an unknown one and the end: V = 4.
    model = Scripted(["aab", "ab"], order=2)
    found = score(model, "a", "ab", end=True)
    assert found.logprob == pytest.approx(log((1 + 1) / (3 + 4)) + log((2 + 1) / (3 + 4)))
    assert found.end_logprob == pytest.approx(log((2 + 1) / (2 + 4)))
    assert found.tokens == 2
    assert found.prompt_tokens == 4


def test_the_chain_rule_holds() -> None:
    model = Scripted()
    whole = score(model, "犬", "が走っています。").logprob
    pieces = [score(model, "犬が走っています。"[:cut], "犬が走っています。"[cut]).logprob for cut in range(1, 9)]
    assert whole == pytest.approx(fsum(pieces))


def test_greedy_means_that_no_other_letter_was_likelier() -> None:
    model = Scripted(["abc", "abd", "abc"])
    assert score(model, "ab", "c").greedy
    assert not score(model, "ab", "d").greedy


def test_a_long_prompt_is_cut_on_the_left_and_says_so() -> None:
    model = Scripted(context_length=10)
    cut = score(model, "あ" * 20 + "犬が走って", "います")
    assert cut.truncated == 17
    assert cut.prompt_tokens == 28
    assert cut.logprob == score(model, "犬が走って", "います").logprob


def test_one_letter_more_than_the_context_fits_because_the_last_is_never_read() -> None:
    model = Scripted(context_length=4)
    assert score(model, "abc", "de").truncated == 0
    assert score(model, "abcd", "de").truncated == 1


def test_a_protocol_may_forbid_to_cut() -> None:
    with pytest.raises(ModelError, match="too long"):
        list(Scripted(context_length=4).loglikelihood([Loglikelihood(context="abcde", continuation="f")], ERROR))


def test_a_continuation_is_never_cut() -> None:
    with pytest.raises(ModelError, match="too long"):
        score(Scripted(context_length=4), "", "abcdefgh")


def test_positions_count_what_was_read() -> None:
    model = Scripted()
    score(model, "abc", "de")
    assert model.positions == 4
    score(model, "abc", "de", end=True)
    assert model.positions == 4 + 5


def test_answers_do_not_depend_on_their_neighbours() -> None:
    requests = [Loglikelihood(context=a, continuation=b) for a, b in pairwise(["犬", "猫", "鳥が", "飛ぶ", "空"])]
    model = Scripted()
    together = list(model.loglikelihood(requests, LEFT))
    assert together == [next(model.loglikelihood([request], LEFT)) for request in requests]


def test_generation_ends_where_the_text_ended() -> None:
    found = next(Scripted(["日本で一番高い山は富士山です。"]).generate([Generation(context="日本で")]))
    assert found.text == "一番高い山は富士山です。"
    assert found.finish == "end"
    assert found.tokens == len("一番高い山は富士山です。") + 1


def test_generation_stops_before_a_stop_string() -> None:
    found = next(Scripted(["問い###次"]).generate([Generation(context="問", stop=("###",))]))
    assert (found.text, found.finish, found.tokens) == ("い", "stop", 4)


def test_generation_is_cut_off_at_its_limit() -> None:
    found = next(Scripted(["abcdefgh"]).generate([Generation(context="a", max_new_tokens=3)]))
    assert (found.text, found.finish) == ("bcd", "length")


def test_a_repetition_penalty_leaves_a_circle() -> None:
    model = Scripted(["ababababababab"], order=2)
    assert "abab" in next(model.generate([Generation(context="a", max_new_tokens=8)])).text
    penalised = next(model.generate([Generation(context="a", max_new_tokens=8, repetition_penalty=50)]))
    assert "abab" not in penalised.text


def test_the_digest_tells_models_apart() -> None:
    digests = {Scripted().digest, Scripted(order=3).digest, Scripted(["a"]).digest, Scripted(context_length=9).digest}
    assert len(digests) == 4
    assert Scripted().digest == Scripted().digest


def test_the_end_stands_before_the_first_letter() -> None:
    model = Scripted(["ab"], order=3)
    assert model.history([]) == (END, END)
    assert model.history(model.encode("a")) == (END, *model.encode("a"))
