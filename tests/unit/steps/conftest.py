from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tehon.records.corpus import Document, Example
from tehon.records.step import Changed, Content
from tehon.steps import STEPS


@pytest.fixture(scope="session")
def make_document() -> Callable[..., Document]:
    """Makes a document from its text."""

    def make(text: str, title: str = "", language: str = "ja") -> Document:
        return Document(
            id="test/000000",
            upstream_id="0",
            title=title,
            text=text,
            source="test",
            split="all",
            language=language,
            licence="CC0-1.0",
        )

    return make


@pytest.fixture(scope="session")
def run() -> Callable[..., Changed]:
    """Runs a step on one content: `run("fields", content, headers=False)`."""

    def run_(name: str, content: Content, **options: object) -> Changed:
        step = STEPS[name]
        return step.make(step.options(**options))(content)

    return run_


@pytest.fixture(scope="session")
def make_translation(make_example: Callable[..., Example]) -> Callable[..., Example]:
    """Makes a translation from its input, its response and the response's language."""

    def make(material: str, response: str, language: str) -> Example:
        example = make_example(0, "翻訳してください。", material, response)
        return replace(example, cluster="translation", language=language)

    return make
