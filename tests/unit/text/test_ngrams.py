from itertools import pairwise

import numpy as np
import pytest

from tehon.text.ngrams import BREAK, COLON, LINE, NUMERALS, SENTENCE, Letters, Runs, numerals
from tehon.text.normalise import same_words

TEXTS = ["質問：これは、何？\n答え：猫。", "", "ＡＢＣ　ｶﾞｷﾞ①\0か\u3099", "㍻の『ヴィオラ』！", "ß x"]


def letters_of(texts: list[str]) -> list[str]:
    letters = Letters(texts)
    bounds = zip(letters.starts.tolist(), letters.stops.tolist(), strict=True)
    return ["".join(map(chr, letters.codes[start:stop].tolist())) for start, stop in bounds]


def test_letters_are_what_same_words_leaves() -> None:
    assert letters_of(TEXTS) == [same_words(text) for text in TEXTS]


def test_each_text_is_followed_by_a_break_and_holds_none() -> None:
    letters = Letters(TEXTS)
    assert np.flatnonzero(letters.codes == BREAK).tolist() == letters.stops.tolist()
    assert letters.lengths.tolist() == [len(same_words(text)) for text in TEXTS]


def test_equal_stretches_have_equal_hashes_wherever_they_stand() -> None:
    first, second = Letters(["空は青い。", "海は青い"]), Letters(["今日の空は青い"])
    whole = first.stretches(first.starts, first.stops)
    assert whole[0] == second.stretches(second.starts + 3, second.stops)[0]
    assert whole[0] != whole[1]


def test_a_window_is_a_stretch_of_its_size() -> None:
    letters = Letters(TEXTS)
    places = np.arange(len(letters.codes) - 3)
    assert letters.windows(4).tolist() == letters.stretches(places, places + 4).tolist()
    assert not len(letters.windows(len(letters.codes) + 1))


def test_joined_stretches_are_one() -> None:
    letters = Letters(["空は", "青い", "空は青い"])
    bounds = list(zip(letters.starts[:, np.newaxis], letters.stops[:, np.newaxis], strict=True))
    assert letters.joined(bounds[0], bounds[1]) == letters.stretches(*bounds[2])
    assert letters.joined(bounds[1], bounds[0]) != letters.stretches(*bounds[2])


def test_hashes_are_those_of_the_formula_on_every_machine() -> None:
    factor, stir, size = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 1 << 64
    inverse = pow(factor, -1, size)

    def expected(codes: list[int]) -> int:
        hashed = sum(code * pow(inverse, place, size) for place, code in enumerate(codes)) % size
        hashed = (hashed ^ hashed >> 32) * stir % size
        return hashed ^ hashed >> 32

    hashes = Runs(np.array([12354, 2, 65536, 7], dtype=np.uint32)).windows(3)
    assert hashes.tolist() == [expected([12354, 2, 65536]), expected([2, 65536, 7])]


def test_a_long_text_is_hashed_like_a_short_one() -> None:
    part = Letters(["最後の一文は同じです"])
    long = Letters(["あいうえお" * 60_000 + "最後の一文は同じです"])
    assert long.stretches(long.stops - 10, long.stops) == part.stretches(part.starts, part.stops)


def test_marks_stand_before_the_letter_that_follows() -> None:
    letters = Letters(["問い：何？\n猫", "犬。"])
    assert letters.marks(COLON).tolist() == [2]
    assert letters.marks(SENTENCE).tolist() == [3, 6]
    assert letters.marks(LINE, SENTENCE).tolist() == [3, 3, 6]


@pytest.mark.parametrize(("text", "wanted"), [("2020年に三人", "2020三"), ("一つ、二つ", "一二"), ("なし", "")])
def test_numerals_are_known_in_digits_and_kanji(text: str, wanted: str) -> None:
    codes = Letters([text]).codes
    assert "".join(map(chr, codes[numerals(codes)].tolist())) == wanted
    assert all(first != second for first, second in pairwise(sorted(NUMERALS)))
