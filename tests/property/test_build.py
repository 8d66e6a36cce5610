"""Laws of building that hold for any text."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tehon.build.clean import clean, clean_text
from tehon.build.deduplicate import first_ones, writing_key
from tehon.build.ledger import Ledger
from tehon.build.mix import BEYOND_LIMIT, beyond, choice_keys
from tehon.build.piece_writer import KEY_SCHEMA
from tehon.records.corpus import Drop, Example, Turn
from tehon.records.release import Share
from tehon.records.step import Content
from tehon.storage.shards import LAYOUTS, batch, read_examples, write_shard
from tehon.text.normalise import same_words, same_writing

# Every text that can be written as UTF-8; composing marks, compatibility letters and spaces come up often.
texts = st.text(
    st.one_of(st.sampled_from("か\u3099ΐガｶﾞＡa１①。、 　\n\0\u0301\ufa1b"), st.characters(codec="utf-8")), max_size=20
)
turns = st.builds(Turn, role=st.sampled_from(["user", "assistant"]), content=texts)
examples = st.lists(
    st.builds(
        Example,
        id=st.just(""),
        upstream_id=st.uuids().map(str),
        instruction=texts,
        input=texts,
        response=texts,
        history=st.lists(turns, max_size=2).map(tuple),
        source=st.just("s"),
        part=st.sampled_from(["p", "q"]),
        split=st.just("all"),
        cluster=st.sampled_from(["general", "dialogue"]),
        language=st.just("ja"),
        licence=st.just("MIT"),
        wording=texts,
    ),
    max_size=12,
).map(lambda rows: [replace(row, id=f"s/{place:06d}") for place, row in enumerate(rows)])


@given(texts)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert same_writing(same_writing(text)) == same_writing(text)
    assert same_words(same_words(text)) == same_words(text)


@given(texts)
def test_cleaning_twice_is_cleaning_once_and_takes_out_no_word(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
    assert same_words(clean_text(text)) == same_words(text)


@given(examples)
@settings(max_examples=50, deadline=None)
def test_shards_give_back_every_example_as_it_was(rows: list[Example]) -> None:
    with TemporaryDirectory() as folder:
        shard = Path(folder) / "data" / "00-s-00000.parquet"
        shard.parent.mkdir()
        layout = LAYOUTS["examples"]
        write_shard(shard, layout, [batch(layout, rows)])
        assert list(read_examples(Path(folder))) == rows


@given(st.lists(st.lists(st.integers(0, 9), max_size=12), min_size=1, max_size=4))
@settings(max_examples=30, deadline=None)
def test_of_equal_keys_the_first_stays_wherever_the_pieces_are_cut(pieces: list[list[int]]) -> None:
    with TemporaryDirectory() as name:
        files = [Path(name) / f"{number}.parquet" for number in range(len(pieces))]
        for file, keys in zip(files, pieces, strict=True):
            pq.write_table(pa.table({"high": keys, "low": [7] * len(keys)}, schema=KEY_SCHEMA), file)
        found = first_ones(files, [len(keys) for keys in pieces], Path(name))
    whole = [key for keys in pieces for key in keys]
    assert found.tolist() == [key not in whole[:place] for place, key in enumerate(whole)]


@given(examples)
def test_two_examples_have_one_key_exactly_when_their_normalised_texts_are_the_same(rows: list[Example]) -> None:
    def written(row: Example) -> list[str]:
        said = [text for turn in row.history for text in (turn.role, turn.content)]
        return [same_writing(text) for text in (*said, row.instruction, row.input, row.response)]

    assert len({writing_key(row) for row in rows}) == len({tuple(written(row)) for row in rows})


@given(examples, examples, st.integers(1, 6), st.integers(0, 3))
@settings(max_examples=50, deadline=None)
def test_what_is_chosen_of_a_source_does_not_depend_on_order_or_on_other_sources(
    rows: list[Example], others: list[Example], limit: int, seed: int
) -> None:
    def chosen(of: list[Example]) -> set[str]:
        share = Share(limit=limit)
        keys = np.array([choice_keys(row, share, seed) for row in of], dtype=np.uint64).reshape(len(of), 1)
        late = beyond(keys, np.ones(len(of), dtype=np.bool_), share)[BEYOND_LIMIT]
        return {row.upstream_id for row, out in zip(of, late.tolist(), strict=True) if not out}

    alone = chosen(rows)
    chosen([replace(row, source="t") for row in others])
    assert alone == chosen(rows[::-1]) == chosen(rows)
    assert len(alone) == min(limit, len(rows))


@given(examples, st.lists(st.booleans(), min_size=24, max_size=24))
def test_the_ledger_sums_for_every_row_and_step(rows: list[Example], fate: list[bool]) -> None:
    def step(passing: Iterable[Content]) -> Iterator[Content | Drop]:
        for place, row in enumerate(passing):
            yield row if fate[place] else Drop(example_id=row.id, step="step", reason=f"fate {place % 2}")

    drops: list[Drop] = []
    ledger = Ledger(drops.append)
    cleaned = ledger.through("s", "clean", ledger.read("s", rows), clean)
    out = list(ledger.through("s", "step", cleaned, step))
    lines = ledger.lines()
    assert lines[0].read == len(rows)
    assert lines[-1].kept == len(out) == len(rows) - len(drops)
    assert all(line.read == line.kept + sum(line.dropped.values()) for line in lines)
