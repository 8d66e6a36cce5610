"""Laws of the report's arithmetic."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from tehon.report.samples import marks, repeats_itself
from tehon.report.significance import holm, mcnemar, sign_flip
from tehon.text.japanese import japanese_share
from tehon.writing.escaping import HIDDEN, fenced, for_latex, for_markdown, visible

P_VALUES = st.lists(st.floats(0, 1), max_size=20)
NATS = st.floats(-50, 50, allow_nan=False)


@given(st.integers(0, 6), st.integers(0, 6))
def test_mcnemar_counts_every_way_that_coins_can_fall(only_first: int, only_second: int) -> None:
    tosses = only_first + only_second
    ways = [sum(coins) for coins in product((0, 1), repeat=tosses)]
    extreme = [heads for heads in ways if abs(2 * heads - tosses) >= abs(only_first - only_second)]
    assert abs(mcnemar(only_first, only_second) - len(extreme) / len(ways)) < 1e-12


@given(st.integers(0, 5000), st.integers(0, 5000))
@settings(max_examples=30)
def test_mcnemar_does_not_care_which_model_is_first(only_first: int, only_second: int) -> None:
    assert mcnemar(only_first, only_second) == mcnemar(only_second, only_first)


@given(st.lists(NATS, max_size=40), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_the_sign_flip_test_does_not_depend_on_the_order_of_items(differences: list[float], random: object) -> None:
    shuffled = sorted(differences, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert sign_flip(differences) == sign_flip(shuffled)


@given(st.lists(NATS, max_size=12))
@settings(deadline=None)
def test_the_sign_flip_test_does_not_care_which_model_is_first(differences: list[float]) -> None:
    assert sign_flip(differences) == sign_flip([-each for each in differences])


@given(P_VALUES)
def test_holm_never_makes_a_p_value_smaller_and_keeps_their_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(before <= after <= 1 for before, after in zip(p_values, adjusted, strict=True))
    ranked = [after for _, after in sorted(zip(p_values, adjusted, strict=True))]
    assert ranked == sorted(ranked)


@given(P_VALUES, st.floats(0, 1))
def test_one_more_test_never_makes_another_more_certain(p_values: list[float], more: float) -> None:
    together = holm([*p_values, more])[: len(p_values)]
    assert all(alone <= after for alone, after in zip(holm(p_values), together, strict=True))


@given(st.text())
def test_nothing_hidden_stays_hidden(text: str) -> None:
    assert not HIDDEN.search(visible(text))
    assert visible(visible(text)) == visible(text)


@given(st.text())
def test_no_text_opens_a_tag_or_a_cell_in_markdown(text: str) -> None:
    escaped = str(for_markdown(text))
    assert "<" not in escaped
    assert "\n" not in escaped
    assert "|" not in escaped.replace("\\\\", "").replace("\\|", "")


@given(st.text())
def test_no_text_closes_its_own_fence(text: str) -> None:
    lines = str(fenced(text)).split("\n")
    fence = lines[0].removesuffix("text")
    assert set(fence) == {"`"}
    assert lines[-1] == fence
    assert not any(fence in line for line in lines[1:-1])


@given(st.text())
def test_no_text_is_a_command_in_latex(text: str) -> None:
    plain = for_latex(text)
    for command in (r"\textbackslash{}", r"\textasciitilde{}", r"\textasciicircum{}"):
        plain = plain.replace(command, "")
    for character in "&%$#_{}":
        plain = plain.replace("\\" + character, "")
    assert not set(plain) & set("\\~^&%$#_{}")


@given(st.text(min_size=6, max_size=30))
def test_a_text_said_four_times_repeats_itself(text: str) -> None:
    assert repeats_itself(text * 4)


@given(st.text(), st.sampled_from(["end", "stop", "length"]), st.text())
def test_every_answer_either_ends_or_runs_on_or_is_cut_off(text: str, finish: str, prompt: str) -> None:
    found = marks(text, finish, prompt)
    assert [mark for mark in found if mark in {"ends", "runs on", "cut off"}] == [found[0]]
    assert (found[0] == "ends") == (finish == "end")
    assert 0 <= japanese_share(text) <= 1
