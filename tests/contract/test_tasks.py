"""Every task on the shelf keeps the contract; a new file is tested without writing a test."""

from contextlib import suppress
from pathlib import Path

import pytest
from license_expression import get_spdx_licensing

from tehon.errors import RawFileMissing
from tehon.evaluate.jobs import frame
from tehon.evaluate.requests import context
from tehon.leakage.held_out import read_index, write_index
from tehon.prompts import choices, gold, render
from tehon.records.evaluation import Item, Task
from tehon.records.prompt import Template
from tehon.storage.raw import find_raw
from tehon.tasks import TASKS
from tehon.templates import TEMPLATES

STRINGS = [name for name, template in TEMPLATES.items() if template.kind == "strings"]
PUBLISHED = [(name, version) for name, task in TASKS.items() for version in task.prompts]


def files(task: Task, folder: Path) -> dict[str, Path]:
    """Split -> what holds it, of the task's sample, written where its files belong; an embedded task reads none."""
    if task.embedded:
        return {task.split: Path()}
    for name, content in task.sample.items():
        path = folder / task.name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    found = {}
    for split in task.splits:
        with suppress(RawFileMissing):
            found[split] = find_raw(folder, task.name, task.splits, split)
    return found


def items(task: Task, folder: Path) -> list[Item]:
    return [item for split, file in files(task, folder).items() for item in task.read(file, split)]


@pytest.mark.parametrize("name", list(TASKS))
class TestEveryTask:
    def test_it_is_named_for_its_file_and_says_what_it_is(self, name: str) -> None:
        task = TASKS[name]
        assert task.name == name
        assert all((task.title, task.citation, task.homepage, task.licence.url))

    def test_its_licence_is_an_spdx_expression(self, name: str) -> None:
        spdx = get_spdx_licensing()
        expression = spdx.parse(TASKS[name].licence.spdx)
        assert all(key.startswith("LicenseRef-") for key in spdx.unknown_license_keys(expression))

    def test_its_splits_hold_together(self, name: str) -> None:
        task = TASKS[name]
        assert task.split in task.splits
        assert not task.shots_split or task.shots_split in task.splits
        assert task.shots_split != task.split

    def test_its_sample_reads_as_items(self, name: str, tmp_path: Path) -> None:
        task = TASKS[name]
        found = items(task, tmp_path)
        assert len(found) >= 2
        assert len({item.example.id for item in found}) == len(found)
        for item in found:
            assert item.example.id.startswith(f"{name}/")
            assert item.example.source == name
            assert item.example.instruction
            assert item.example.licence == task.licence.spdx

    def test_its_sample_holds_the_split_that_is_scored(self, name: str, tmp_path: Path) -> None:
        task = TASKS[name]
        assert not task.embedded or len(task.splits) == 1
        found = files(task, tmp_path)
        assert {task.split, task.shots_split or task.split} <= set(found)
        for split, file in found.items():
            assert {item.example.split for item in task.read(file, split)} == {split}

    def test_reading_is_lazy_and_repeatable(self, name: str, tmp_path: Path) -> None:
        task = TASKS[name]
        for split, file in files(task, tmp_path).items():
            stream = task.read(file, split)
            assert next(stream) == next(task.read(file, split))
            assert [*task.read(file, split)][1:] == [*stream]

    def test_its_answers_are_among_its_choices(self, name: str, tmp_path: Path) -> None:
        task = TASKS[name]
        for item in items(task, tmp_path):
            if task.kind not in {"choice", "correlation"}:
                assert item.answer is None
                continue
            assert item.answer is not None
            assert item.example.response == item.choices[item.answer]
            assert len(item.choices) == len(set(item.choices)) >= 2
            assert not task.labels or len(item.choices) == len(task.labels)
            for prompt in task.prompts.values():
                assert len(choices(prompt, item)) == len(item.choices)
                assert gold(prompt, item) == choices(prompt, item)[item.answer]

    def test_every_kind_has_what_it_scores(self, name: str, tmp_path: Path) -> None:
        task = TASKS[name]
        for item in items(task, tmp_path):
            assert item.example.response or task.kind == "generation"
            assert (item.value is not None) == (task.kind == "correlation")
            if item.value is not None and item.answer is not None:
                assert abs(float(item.choices[item.answer]) - item.value) <= 0.5
            assert task.kind == "generation" or not item.turns
            assert not (item.turns and task.prompts)
            assert not item.model_answers or len(item.model_answers) == 1 + len(item.turns)

    def test_held_out_its_items_are_known_again_as_templates_ask_them(self, name: str, tmp_path: Path) -> None:
        task = TASKS[name]
        found = files(task, tmp_path)
        write_index([task], [], tmp_path, tmp_path / "index")
        index = read_index(tmp_path / "index")
        for item in task.read(found[task.split], task.split):
            assert index.reason(item.example) == f"asked by {name}"

    def test_its_default_template_exists(self, name: str) -> None:
        template = TASKS[name].default_template
        expected = TASKS[name].prompts.get(template) or TEMPLATES[template]
        assert frame(TASKS[name], template) == expected

    @pytest.mark.parametrize("template", STRINGS)
    def test_every_template_renders_it(self, name: str, template: str, tmp_path: Path) -> None:
        found = items(TASKS[name], tmp_path)
        strings = TEMPLATES[template]
        for item in found:
            alone = context(strings, item, ())
            assert item.example.instruction in alone
            assert item.example.input in alone
            assert alone == render(strings, item.example, respond=False).text
        shown = context(strings, found[0], (found[1],))
        assert shown.endswith(context(strings, found[0], ()))
        assert shown.startswith(context(strings, found[1], ()) + found[1].example.response)


@pytest.mark.parametrize(("name", "version"), PUBLISHED)
def test_a_published_prompt_shows_every_field_and_leaves_braces_alone(name: str, version: str, tmp_path: Path) -> None:
    task = TASKS[name]
    prompt = task.prompts[version]
    for item in items(task, tmp_path):
        shown = context(prompt, item, ())
        named = {field: value for field, value in item.fields.items() if f"{{{field}}}" in prompt.query}
        newline = "<NL>" if version.startswith("0.4") else "\n"
        assert set(item.fields) - set(named) <= {"title"}
        assert all(value in shown for value in named.values())
        assert ("{" in shown) == any("{" in value for value in named.values())
        assert ("<NL>" in shown) == (newline == "<NL>")
        assert not prompt.shown or len(prompt.shown) == len(item.choices)
    assert prompt.source


def test_an_own_prompt_is_no_template_s_name() -> None:
    names = {version for task in TASKS.values() for version in task.prompts}
    assert not names & set(TEMPLATES)


def test_shelves_hold_templates_and_tasks() -> None:
    assert all(isinstance(template, Template) for template in TEMPLATES.values())
    paper = {"jnli", "marc_ja", "vqa", "qualitative"}
    choice = {"chabsa", "janli", "jcola", "jcommonsense_morality", "jcommonsenseqa", "jsick"}
    others = {"elyza_tasks_100", "jaquad", "jemhopqa", "jsquad", "jsts", "mt_bench_ja", "niilc", "vicuna_qa_ja"}
    assert paper | choice | others <= set(TASKS)
