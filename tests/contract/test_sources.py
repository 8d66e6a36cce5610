"""What every corpus on the shelf must do, tried on its own sample."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest

from tehon.build.ledger import Ledger
from tehon.build.sample import sample_examples, sample_rows
from tehon.describe.licences import terms
from tehon.errors import UnknownName
from tehon.formats.wordings import APART
from tehon.records.corpus import Drop, Example, ReadOptions, Rendering, Source
from tehon.sources import SOURCES

RENDERINGS: tuple[Rendering, ...] = ("published", "fixed")
every_source = pytest.mark.parametrize("name", SOURCES)
written_down = pytest.mark.parametrize("name", [name for name in SOURCES if not SOURCES[name].embedded])
every_variant = pytest.mark.parametrize(
    ("name", "variant"), [(name, variant) for name, source in SOURCES.items() for variant in source.variants]
)
both_renderings = pytest.mark.parametrize("rendering", RENDERINGS)


@cache
def known(name: str) -> Source:
    """The source with what its sample states, where it is the user who states it."""
    source = SOURCES[name]
    if source.stated is None:
        return source
    with TemporaryDirectory() as folder:
        for file, content in source.sample.items():
            path = Path(folder) / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return source.stated(Path(folder))


def everything(name: str, rendering: Rendering = "fixed", variant: str = "") -> list[Example | Drop]:
    options = ReadOptions(rendering=rendering, splits=tuple(known(name).splits), variant=variant)
    return sample_rows(SOURCES[name], options)


def kept(name: str, rendering: Rendering = "fixed") -> list[Example]:
    return [row for row in everything(name, rendering) if isinstance(row, Example)]


@every_source
def test_the_name_is_the_file_and_the_record_is_complete(name: str) -> None:
    source = known(name)
    assert source.name == SOURCES[name].name == name
    assert source.title
    assert source.citation
    assert source.parts
    assert any(source.splits.values()), "nothing of it may be trained on"
    assert source.sample or source.embedded
    assert len({part.name for part in source.parts}) == len(source.parts)


@every_source
def test_the_licence_is_known_and_says_of_itself_what_it_asks(name: str) -> None:
    licence = known(name).licence
    (single,) = terms(licence, name)
    assert (licence.commercial, licence.derivatives, licence.share_alike) == (
        single.commercial,
        single.derivatives,
        single.share_alike,
    )
    assert licence.url or SOURCES[name].stated is not None
    assert licence.attribution or not licence.spdx.startswith("CC-BY")


@every_source
@both_renderings
def test_examples_stay_within_what_the_source_declares(name: str, rendering: Rendering) -> None:
    source = known(name)
    parts = {part.name: part for part in source.parts}
    examples = kept(name, rendering)
    assert examples
    for example in examples:
        assert example.source == name
        assert example.cluster == parts[example.part].cluster
        assert example.language == parts[example.part].language or parts[example.part].language == "und"
        assert example.split in source.splits
        assert example.licence == source.licence.spdx
        assert example.instruction.strip()
        assert example.response.strip()


@every_source
@both_renderings
def test_ids_are_unique_and_rise_in_upstream_order(name: str, rendering: Rendering) -> None:
    ids = [example.id for example in kept(name, rendering)]
    assert ids == sorted(set(ids))
    assert all(id_.startswith(f"{name}/") for id_ in ids)


@every_source
def test_only_splits_that_may_be_trained_on_are_read_unless_others_are_named(name: str) -> None:
    source = known(name)
    rows = sample_rows(source, ReadOptions())
    assert {source.splits[row.split] for row in rows if isinstance(row, Example)} == {True}


@every_source
@both_renderings
def test_reading_twice_gives_the_same(name: str, rendering: Rendering) -> None:
    assert everything(name, rendering) == everything(name, rendering)


@every_source
def test_every_row_is_kept_or_dropped_with_a_short_constant_reason(name: str) -> None:
    drops: list[Drop] = []
    ledger = Ledger(drops.append)
    examples = list(ledger.read(name, everything(name)))
    (line,) = ledger.lines()
    assert line.read == len(examples) + len(drops)
    for drop in drops:
        assert drop.step == "read"
        assert drop.example_id.startswith(f"{name}/")
        assert not any(letter.isdigit() and letter not in "30" for letter in drop.reason)
        assert len(drop.reason) <= 50


@every_source
def test_a_few_examples_can_be_shown_without_raw_files(name: str) -> None:
    assert len(sample_examples(SOURCES[name], 1)) == 1


@written_down
@both_renderings
def test_the_sample_is_rendered_as_it_was_reviewed(name: str, rendering: Rendering, golden: Any) -> None:
    rendered = b"".join(msgspec.json.encode(row) + b"\n" for row in everything(name, rendering))
    golden.check(f"sources/{name}.{rendering}.jsonl", rendered.decode())


@pytest.mark.parametrize(
    ("name", "variant"), [(name, early) for name, source in SOURCES.items() for early in list(source.variants)[:-1]]
)
def test_an_early_variant_of_the_published_rendering_is_what_was_reviewed(name: str, variant: str, golden: Any) -> None:
    rendered = b"".join(msgspec.json.encode(row) + b"\n" for row in everything(name, "published", variant))
    golden.check(f"sources/{name}.published.{variant}.jsonl", rendered.decode())


@every_variant
def test_variants_differ_the_last_is_the_default_and_the_fixed_rendering_knows_none(name: str, variant: str) -> None:
    default = list(SOURCES[name].variants)[-1]
    same = everything(name, "published", variant) == everything(name, "published")
    assert same is (variant == default)
    assert everything(name, "fixed", variant) == everything(name, "fixed")
    assert SOURCES[name].variants[variant]


@pytest.mark.parametrize("name", [name for name, source in SOURCES.items() if source.variants])
def test_an_unknown_variant_is_answered_with_the_known_ones(name: str) -> None:
    with pytest.raises(UnknownName, match="no variant named 'v9'"):
        everything(name, "published", "v9")


@every_source
def test_the_published_rendering_asks_with_the_first_wording_and_notes_none(name: str) -> None:
    source = known(name)
    if source.embedded:
        return
    first = {part.name: part.wording.split(APART)[0] for part in source.parts}
    for example in kept(name, "published"):
        if not example.wording and "{" not in first[example.part] and "of the" not in first[example.part]:
            assert example.instruction == first[example.part]


def test_no_golden_file_outlives_its_source(golden: Any) -> None:
    assert {path.name.partition(".")[0] for path in (golden.folder / "sources").iterdir()} <= set(SOURCES)
