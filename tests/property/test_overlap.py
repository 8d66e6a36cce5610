"""Laws of finding what repeats, within a release and from held-out items, that hold for any text."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from tehon.build.near import band_keys, near_duplicates
from tehon.build.near_likeness import alike, compared
from tehon.leakage.decontaminate import drop_held_out
from tehon.leakage.held_out import read_index, write_index
from tehon.records.corpus import Drop, Example
from tehon.records.release import NearDuplicates
from tehon.text.ngrams import Letters
from tehon.text.normalise import same_words

# Marks that compose, compatibility letters, breaks and numerals come up often.
texts = st.text(
    st.one_of(st.sampled_from("か\u3099ガｶﾞＡa１①三。、 　：\n\0\u0301\ufa1bßİ㍻가"), st.characters(codec="utf-8")),
    max_size=20,
)
words = st.text("山川海空雨風花鳥月星犬猫木石火水のはがをにでと", min_size=1, max_size=12)
questions = st.builds("{}は{}に何を見ましたか？".format, words, words)
BETWEEN = st.sampled_from(["", "、", " ", "\n", "「", "・"])


def example(number: int, instruction: str, material: str = "", response: str = "はい") -> Example:
    return Example(
        id=f"s/{number:06d}", upstream_id="", instruction=instruction, input=material, response=response, source="s",
        part="p", split="all", cluster="general", language="ja", licence="MIT",
    )  # fmt: skip


examples = st.lists(st.builds(example, st.just(0), st.one_of(questions, texts), texts, words), max_size=12)


@given(st.lists(texts, max_size=6))
def test_letters_of_many_texts_are_those_of_each_alone(rows: list[str]) -> None:
    letters = Letters(rows)
    bounds = zip(letters.starts.tolist(), letters.stops.tolist(), strict=True)
    assert ["".join(map(chr, letters.codes[start:stop].tolist())) for start, stop in bounds] == list(
        map(same_words, rows)
    )


@settings(max_examples=50)
@given(st.lists(questions, min_size=1, max_size=5), st.data())
def test_a_held_out_question_is_known_whatever_stands_between_its_letters(
    asked: list[str], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "mine.jsonl"
        file.write_bytes(b"\n".join(msgspec.json.encode({"question": one}) for one in asked))
        write_index([], [file], None, Path(folder) / "index")
        index = read_index(Path(folder) / "index")
    rewritten = ["".join(letter + data.draw(BETWEEN) for letter in one) for one in asked]
    rows = [example(number, "答えてください。", one) for number, one in enumerate(rewritten)]
    kept = [row for row in drop_held_out(rows, index, Counter()) if not isinstance(row, Drop)]
    assert kept == []


@settings(max_examples=15)
@given(examples, st.integers(0, 12))
def test_near_duplicates_do_not_depend_on_how_contents_are_cut_into_pieces(rows: list[Example], cut: int) -> None:
    loose = NearDuplicates(threshold=0.5, bands=8, rows=2)
    whole, pieces = (found(piece, loose) for piece in ([rows], [rows[:cut], rows[cut:]]))
    assert whole.tolist() == pieces.tolist()
    kept = [compared(row, loose.shingle) for row, gone in zip(rows, whole.tolist(), strict=True) if not gone]
    for row, gone in zip(rows, whole.tolist(), strict=True):
        assert not gone or any(alike(compared(row, loose.shingle), one, loose) for one in kept)


def found(pieces: list[list[Example]], near: NearDuplicates) -> np.ndarray:
    with TemporaryDirectory() as folder:
        files = []
        for number, piece in enumerate(pieces):
            keys = band_keys(piece, near)
            files.append(Path(folder) / f"{number}.parquet")
            pq.write_table(pa.table({f"b{band}": keys[:, band] for band in range(near.bands)}), files[-1])
        masks = [np.ones(len(piece), dtype=np.bool_) for piece in pieces]
        dropped = near_duplicates(files, masks, lambda piece, row: pieces[piece][row], near, Path(folder)).dropped
        return np.concatenate(dropped)


@given(questions)
def test_a_content_is_alike_to_itself_and_its_likeness_has_no_direction(question: str) -> None:
    one, other = (compared(example(0, text), 3) for text in (question, question[:-4] + "たか"))
    assert alike(one, one, NearDuplicates())
    assert alike(one, other, NearDuplicates()) == alike(other, one, NearDuplicates())
