"""Laws of building that hold for any text."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tehon.build.clean import clean, clean_text
from tehon.build.deduplicate import deduplicate
from tehon.build.ledger import Ledger
from tehon.build.mix import mix
from tehon.records.corpus import Drop, Example, Turn
from tehon.records.release import Share
from tehon.storage.shards import read_examples, write_release
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


def kept(rows: Iterable[Example | Drop]) -> list[Example]:
    return [row for row in rows if isinstance(row, Example)]


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
        write_release(Path(folder), rows, shard_rows=5)
        assert list(read_examples(Path(folder))) == rows


@given(examples.flatmap(lambda rows: st.tuples(st.just(rows + rows[::2]), st.permutations(rows + rows[::2]))))
def test_how_many_duplicates_are_left_out_does_not_depend_on_order(orders: tuple[list[Example], list[Example]]) -> None:
    first, second = (kept(deduplicate(rows, set())) for rows in orders)
    assert len(first) == len(second)


@given(examples, examples, st.integers(1, 6), st.integers(0, 3))
@settings(max_examples=50, deadline=None)
def test_what_is_chosen_of_a_source_does_not_depend_on_order_or_on_other_sources(
    rows: list[Example], others: list[Example], limit: int, seed: int
) -> None:
    share = Share(limit=limit)
    with TemporaryDirectory() as folder:
        alone = kept(mix(rows, share, seed, Path(folder)))
        turned = kept(mix(rows[::-1], share, seed, Path(folder)))
        foreign = [replace(row, source="t") for row in others]
        list(mix(foreign, share, seed, Path(folder)))
        again = kept(mix(rows, share, seed, Path(folder)))
    assert alone == again == turned[::-1]
    assert len(alone) == min(limit, len(rows))


@given(examples, st.lists(st.booleans(), min_size=24, max_size=24))
def test_the_ledger_sums_for_every_row_and_step(rows: list[Example], fate: list[bool]) -> None:
    def step(passing: Iterable[Example]) -> Iterator[Example | Drop]:
        for place, row in enumerate(passing):
            yield row if fate[place] else Drop(example_id=row.id, step="step", reason=row.part)

    drops: list[Drop] = []
    ledger = Ledger(drops.append)
    cleaned = ledger.through("s", "clean", ledger.read("s", rows), clean)
    out = list(ledger.through("s", "step", cleaned, step))
    lines = ledger.lines()
    assert lines[0].read == len(rows)
    assert lines[-1].kept == len(out) == len(rows) - len(drops)
    assert all(line.read == line.kept + sum(line.dropped.values()) for line in lines)
