"""Shelves: found by file name, imported when asked for, near names suggested."""

import subprocess
import sys

import pytest

from tehon.errors import UnknownName, UsageError
from tehon.records.prompt import Template
from tehon.shelf import Shelf
from tehon.sources import SOURCES
from tehon.templates import TEMPLATES


def test_an_entry_is_found_by_its_file_name() -> None:
    assert TEMPLATES["alpaca_ja"].name == "alpaca_ja"
    assert list(TEMPLATES) == sorted(TEMPLATES)
    assert len(TEMPLATES) == len(list(TEMPLATES))


def test_a_missing_entry_is_answered_with_near_names() -> None:
    with pytest.raises(UnknownName) as caught:
        SOURCES["jsqad"]
    assert str(caught.value).startswith("no source named 'jsqad'. Did you mean jsquad")
    assert str(caught.value).endswith("?")


def test_a_module_without_the_record_says_what_it_must_define() -> None:
    with pytest.raises(UsageError, match="must define TEMPLATE as a Template"):
        Shelf("tehon.families", Template)["llama"]


@pytest.mark.parametrize("name", ["jqac/x", "nothing/x", "jsonl/..", "jsonl/a/b", "jsonl/.x", "jsonl/a\\b", "/", "/x"])
def test_only_an_entry_of_a_whole_kind_makes_others_and_only_under_plain_names(name: str) -> None:
    assert name not in SOURCES
    with pytest.raises(UnknownName):
        SOURCES[name]


def test_an_entry_of_a_whole_kind_makes_others() -> None:
    assert "jsonl/my-notes_2" in SOURCES
    assert SOURCES["jsonl/my-notes_2"].name == "jsonl/my-notes_2"
    assert "jsonl/my-notes_2" not in list(SOURCES)


def test_asking_for_names_imports_no_entry() -> None:
    code = "import sys; from tehon.sources import SOURCES; list(SOURCES); print('tehon.sources.jqac' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_building_and_reporting_start_without_torch() -> None:
    code = (
        "import sys, tehon, tehon.cli.main, tehon.build.pipeline, tehon.report.run; "
        "from tehon.sources import SOURCES; from tehon.tasks import TASKS; "
        "list(SOURCES.values()); list(TASKS.values()); "
        "print(sorted({'torch', 'transformers', 'peft', 'accelerate'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
