from pathlib import Path

import pytest

from tehon.errors import BadRawFile
from tehon.formats import xml
from tehon.formats.xml import read_xml, xml_elements


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "f.xml"
    path.write_text(text, "utf-8")
    return path


def test_elements_come_with_their_texts_and_lines(tmp_path: Path) -> None:
    path = write(tmp_path, "<r>\n<q id='1'><t> 問&lt;い </t><a><b>1</b><b/></a></q>\n<x/><q/></r>")
    first, second = read_xml(path, "q")
    assert (first.attributes, first.line, first.texts("t"), first.texts("a", "b")) == (
        {"id": "1"}, 2, ["問<い"], ["1", ""],
    )  # fmt: skip
    assert (second.line, second.texts("t")) == (3, [])


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><r>&b;</r>',
        '<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>',
    ],
    ids=["entity bomb", "external"],
)
def test_a_document_type_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadRawFile, match="must not declare a document type"):
        list(read_xml(write(tmp_path, text), "r"))


@pytest.mark.parametrize("text", ["<r><q></r>", "<r>", "no xml", "<r>&unknown;</r>"])
def test_xml_that_is_not_well_formed_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadRawFile, match="must be well-formed XML"):
        list(read_xml(write(tmp_path, text), "q"))


def test_endless_nesting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRawFile, match="must nest at most"):
        list(read_xml(write(tmp_path, "<a>" * 1000), "q"))


@pytest.mark.parametrize("endless", ["<q>{}</q>", "<q a='{}'/>", "<!--{}-->", "<q><![CDATA[{}]]></q>"])
def test_an_element_or_token_as_long_as_a_file_is_refused_before_it_is_held(
    monkeypatch: pytest.MonkeyPatch, endless: str
) -> None:
    monkeypatch.setattr(xml, "MAX_ELEMENT_BYTES", 10_000)
    chunks = iter(["<r>", *["<q>問い</q>\n" * 1000] * 5, endless.partition("{}")[0], *["x" * 1000] * 1000])
    with pytest.raises(BadRawFile, match="an element must have at most 10000 bytes"):
        list(xml_elements((chunk.encode() for chunk in chunks), "f.xml", "q"))
    assert sum(map(len, chunks)) > 900_000


@pytest.mark.parametrize("name", ["EUC-XX", "big5-hkscs"])
def test_an_encoding_that_is_unknown_is_an_error(name: str) -> None:
    with pytest.raises(BadRawFile, match="must be XML in a known encoding"):
        list(xml_elements([f"<?xml version='1.0' encoding='{name}'?><r/>".encode()], "f.xml", "r"))


def elements(text: str) -> list[str]:
    return [element.text for element in xml_elements([text.encode()], "f.xml", "q", doctype=True)]


def test_a_named_document_type_is_allowed_where_declared_and_never_fetched() -> None:
    assert elements('<!DOCTYPE r PUBLIC "-//NLM//DTD" "file:///nowhere.dtd"><r><q>問い</q></r>') == ["問い"]


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><r><q>&b;</q></r>',
        '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r><q>&a;</q></r>',
        '<!DOCTYPE r [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]><r/>',
    ],
    ids=["bomb", "external", "parameter"],
)
def test_an_entity_is_refused_even_then(text: str) -> None:
    with pytest.raises(BadRawFile, match="must not declare an entity"):
        elements(text)
