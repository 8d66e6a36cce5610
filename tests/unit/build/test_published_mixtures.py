"""The paper's releases as mixtures, built from the corpora's samples."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tehon.build.licences import whole_licence
from tehon.build.pipeline import build
from tehon.build.sample import sample_rows
from tehon.recipes import MIXTURES
from tehon.records.corpus import Example, ReadOptions
from tehon.sources import SOURCES
from tehon.storage.shards import read_examples

FULL, VANILLA = "llm_japanese_dataset_v1_0_1", "vanilla_v1_0_1"


@pytest.mark.parametrize("name", [FULL, VANILLA])
def test_a_release_is_exactly_what_its_sources_give_as_published(
    name: str, sample_raw: Callable[..., Path], tmp_path: Path
) -> None:
    mixture = MIXTURES[name]
    release = build(mixture, sample_raw(tmp_path / "raw", *mixture.sources), tmp_path / "release")
    rows = [
        row
        for source in mixture.sources
        for row in sample_rows(SOURCES[source], ReadOptions(rendering="published"))
        if isinstance(row, Example) and (mixture.translation or row.cluster != "translation")
    ]
    assert [row.id for row in read_examples(tmp_path / "release")] == [row.id for row in rows]
    assert release.by_source == Counter(row.source for row in rows)


def test_vanilla_is_the_full_release_without_the_parts_that_are_translation() -> None:
    full, vanilla = MIXTURES[FULL], MIXTURES[VANILLA]
    japanese = [name for name in full.sources if not all(part.translation for part in SOURCES[name].parts)]
    assert list(vanilla.sources) == japanese
    assert (full.translation, vanilla.translation) == (True, False)
    partly = {name for name in japanese if any(part.translation for part in SOURCES[name].parts)}
    assert partly == {"snow", "wordnet"}


@pytest.mark.parametrize("name", [FULL, VANILLA])
def test_a_release_can_be_shared_as_one_work(name: str) -> None:
    mixture = MIXTURES[name]
    assert whole_licence({source: SOURCES[source].licence for source in mixture.sources}, mixture) == "CC-BY-SA-4.0"
