from collections.abc import Callable
from pathlib import Path

import pytest

from tehon.build.pipeline import build
from tehon.describe.licences import whole_licence
from tehon.recipes import MIXTURES
from tehon.records.release import Mixture
from tehon.sources import SOURCES
from tehon.tasks import TASKS


@pytest.fixture(scope="module")
def mixture() -> Mixture:
    return MIXTURES["conversational_ja"]


def test_it_takes_every_source_that_may_be_used_commercially_and_no_other(mixture: Mixture) -> None:
    wanted = {name for name, source in SOURCES.items() if source.licence.commercial and not source.stated}
    assert set(mixture.sources) == wanted


def test_it_holds_out_everything_that_can_be_evaluated(mixture: Mixture) -> None:
    assert mixture.held_out == tuple(TASKS)


def test_it_can_be_shared_as_one_work(mixture: Mixture) -> None:
    licences = {name: SOURCES[name].licence for name in mixture.sources}
    assert whole_licence(licences, mixture) == "CC-BY-SA-4.0"


def test_every_source_gives_examples_from_its_sample(
    mixture: Mixture, sample_raw: Callable[..., Path], tmp_path: Path
) -> None:
    raw = sample_raw(tmp_path / "raw", *mixture.held_out, *mixture.sources)
    release = build(mixture, raw, tmp_path / "release")
    assert set(release.by_source) == set(mixture.sources)
    assert release.licence == "CC-BY-SA-4.0"
    assert {"inference", "sentiment", "paraphrase", "morality", "dialogue", "translation"} <= set(release.by_cluster)
