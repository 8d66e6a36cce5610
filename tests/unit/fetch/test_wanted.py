from pathlib import Path

import pytest
from msgspec.structs import replace

from tehon.errors import UnknownName, UsageError
from tehon.fetch.wanted import wanted
from tehon.recipes import MIXTURES, SUITES
from tehon.records.corpus import Download
from tehon.sources import SOURCES
from tehon.tasks import TASKS


def keys(*names: str) -> list[str]:
    return [file.key for file in wanted(names)]


def test_a_source_needs_its_files_each_once() -> None:
    assert keys("jqac", "jqac") == ["jqac/jqac20180625.tgz"]


def test_a_name_on_two_shelves_means_both_and_their_common_files_once() -> None:
    assert keys("jnli") == ["jnli/train-v1.3.json", "jnli/valid-v1.3.json", "jnli/test-v1.3.json"]


@pytest.mark.parametrize("name", [name for name in MIXTURES if name not in SUITES])
def test_a_mixture_needs_what_its_sources_and_its_held_out_tasks_need(name: str) -> None:
    mixture = MIXTURES[name]
    corpora = [SOURCES[source] for source in mixture.sources] + [TASKS[task] for task in mixture.held_out]
    files = keys(name)
    assert {key.split("/")[0] for key in files} == {corpus.name for corpus in corpora if not corpus.embedded}


@pytest.mark.parametrize("name", [name for name in SUITES if name not in MIXTURES])
def test_a_suite_needs_what_its_tasks_need(name: str) -> None:
    tasks = {cell.task for cell in SUITES[name].cells}
    assert {key.split("/")[0] for key in keys(name)} == {task for task in tasks if not TASKS[task].embedded}


def test_an_experiment_needs_its_mixture_and_its_suite() -> None:
    assert keys("real_gemma") == keys("real_small")


def test_a_mixture_of_ones_own_is_a_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('held_out = ["niilc"]\n[sources.jqac]\n', "utf-8")
    files = ["jqac/jqac20180625.tgz", "niilc/NIILC-ECQA2015_dev.xml", "niilc/NIILC-ECQA2015_test.xml"]
    assert keys(str(path)) == files


def test_an_unknown_name_is_answered_with_near_ones() -> None:
    with pytest.raises(UnknownName, match="Did you mean jsquad"):
        wanted(["jsqad"])


@pytest.mark.parametrize("file", ["../x", "/etc/passwd", "a/../../x", ".x", "a\\b", "a\nb", "a/", ".partial/x"])
def test_a_file_stays_within_its_raw_folder_whoever_declares_it(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = replace(SOURCES["jqac"], downloads=(Download(url="https://example.org/x/", file=file),))
    monkeypatch.setattr("tehon.fetch.wanted.SOURCES", {"jqac": hostile})
    with pytest.raises(UsageError, match="must lie within RAW/jqac"):
        wanted(["jqac"])
