"""What stands beside the data of a whole small release: licence, notice, Croissant, page."""

import json
import logging
import re
from collections.abc import Callable
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import mlcroissant
import msgspec
import pytest

from tehon.build.choose import choose_mixture
from tehon.build.pipeline import build
from tehon.describe.beside import write_beside
from tehon.describe.histogram import bucket
from tehon.describe.profile import Profile, ShardProfile
from tehon.records.corpus import Example
from tehon.records.release import Mixture, Release, Share
from tehon.records.supply import Supply
from tehon.sources import SOURCES
from tehon.storage.shards import read_examples

Built = Callable[..., Path]
OLD_WORDS = pytest.mark.filterwarnings(
    "ignore:ConjunctiveGraph is deprecated:DeprecationWarning", "ignore:The inplace keyword in DataFrame"
)
"""mlcroissant asks rdflib and pandas in words that they will give up."""
VOID = {"meta", "link", "img", "br", "hr", "input"}


@pytest.fixture
def built(tmp_path: Path, sample_raw: Callable[..., Path]) -> Built:
    """Builds a release of the samples of these sources."""

    def make(*names: str, more: str = "") -> Path:
        path = tmp_path / "small.toml"
        tables = "\n".join(f"[sources.{name}]" for name in names)
        path.write_text(f"shard_rows = 3\n{more}\n{tables}", "utf-8")
        raw = sample_raw(tmp_path / "raw", *names)
        build(choose_mixture(str(path)), raw, tmp_path / "out")
        return tmp_path / "out"

    return make


def test_the_licence_names_the_whole_and_every_source_with_its_legal_code(built: Built) -> None:
    text = (built("jqac", "snow") / "LICENSE").read_text("utf-8")
    assert "SPDX-License-Identifier: CC-BY-SA-4.0\n" in text
    assert "https://creativecommons.org/licenses/by-sa/4.0/legalcode" in text
    assert "https://creativecommons.org/licenses/by/4.0/legalcode" in text
    assert "jqac: Japanese Question-Answering Corpus (JQAC), 2 rows" in text
    assert "no legal advice" in text
    assert all(len(line) <= 100 for line in text.splitlines())


def test_several_licences_must_all_be_met(built: Built) -> None:
    text = (built("jcommonsense_morality", "oasst1_ja") / "LICENSE").read_text("utf-8")
    assert "SPDX-License-Identifier: Apache-2.0 AND MIT\n" in text
    assert "must meet all of these licences" in text
    assert text.count("Permission is hereby granted, free of charge") == 1


def test_no_licence_is_granted_where_one_is_unknown(built: Built) -> None:
    out = built("jqac", "jsonl")
    assert "No licence is granted for the whole: jsonl states none." in (out / "LICENSE").read_text("utf-8")
    assert "The whole may not be shared" in (out / "NOTICE.md").read_text("utf-8")


def test_a_release_for_its_builder_alone_says_so_everywhere(built: Built) -> None:
    out = built("jqac", more="shared = false\n")
    assert "As a whole it may not be shared." in (out / "LICENSE").read_text("utf-8")
    assert "own use" in (out / "NOTICE.md").read_text("utf-8")
    assert "must not be shared" in (out / "README.md").read_text("utf-8")
    assert "must not be shared" in (out / "card.html").read_text("utf-8")


def described(out: Path, caplog: pytest.LogCaptureFixture) -> Any:
    """What mlcroissant makes of the file; it must have no more to say than what a build cannot know."""
    with caplog.at_level(logging.WARNING):
        dataset = mlcroissant.Dataset(jsonld=str(out / "croissant.json"))
    said = set(re.findall(r'Property "[^"]*/(\w+)"', dataset.metadata.ctx.issues.report()))
    assert not dataset.metadata.ctx.issues.errors
    assert said <= {"citeAs", "datePublished", "version"}
    return dataset


@OLD_WORDS
def test_croissant_reads_the_very_examples_of_the_release(built: Built, caplog: pytest.LogCaptureFixture) -> None:
    out = built("jqac", "jsonl", "wordnet", "oasst1_ja")
    dataset = described(out, caplog)
    assert [example_of(record) for record in dataset.records("examples")] == list(read_examples(out))


def example_of(record: dict[str, Any]) -> Example:
    fields = {name.removeprefix("examples/"): value for name, value in record.items()}
    history = [
        {name.rpartition("/")[2]: text.decode() for name, text in turn.items()} for turn in fields.pop("history")
    ]
    texts = {name: value.decode() for name, value in fields.items()}
    return msgspec.convert(texts | {"history": history}, Example)


@OLD_WORDS
def test_croissant_says_where_the_data_come_from_and_what_their_digests_are(
    built: Built, caplog: pytest.LogCaptureFixture
) -> None:
    out = built("jqac", "snow")
    told = json.loads((out / "croissant.json").read_bytes())
    described(out, caplog)
    assert "http://mlcommons.org/croissant/1.1" in told["conformsTo"]
    files = {each["@id"]: each for each in told["distribution"] if each["@type"] == "cr:FileObject"}
    assert set(files) == {path.relative_to(out).as_posix() for path in (out / "data").iterdir()} | {"data.jsonl"}
    for name, each in files.items():
        assert each["sha256"] == sha256((out / name).read_bytes()).hexdigest()
        assert each["contentSize"] == f"{(out / name).stat().st_size} B"
    origins = {each["prov:label"]: each["license"] for each in told["prov:wasDerivedFrom"]}
    assert origins["Japanese Question-Answering Corpus (JQAC)"] == [
        "https://creativecommons.org/licenses/by-sa/4.0/legalcode"
    ]
    assert told["license"] == ["https://creativecommons.org/licenses/by-sa/4.0/legalcode"]


class Page(HTMLParser):
    """Tags that are well nested, their attributes, and the text between."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_stands_alone(built: Built) -> None:
    page = Page((built("jqac", "aio", "wordnet", "oasst1_ja") / "card.html").read_text("utf-8"))
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.tags}
    assert not [attributes for _, attributes in page.tags if {"src", "style", "onload", "srcset"} & attributes.keys()]
    assert all((attributes["href"] or "").startswith("#") for tag, attributes in page.tags if tag == "a")
    policy = next(attributes["content"] for _, attributes in page.tags if "http-equiv" in attributes)
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_figures_have_words_beside_them(built: Built) -> None:
    page = Page((built("jqac", "aio") / "card.html").read_text("utf-8"))
    for tag, attributes in page.tags:
        if tag == "svg" and "aria-hidden" not in attributes:
            assert attributes["role"] == "img"
            assert attributes["aria-label"]
    assert "jqac, instruction and input: median" in str(page.tags)
    assert "question answering" in page.text


EXPECTED = """
expected_total = 12
[expected.jqac]
sources = ["jqac"]
examples = 3
reason = "One | was <left> out."
[expected.snow]
sources = ["snow"]
examples = 9
[expected.both]
sources = ["jqac", "snow"]
examples = 11
"""


def test_published_counts_stand_beside_the_build_s_own_with_the_reason(built: Built) -> None:
    out = built("jqac", "snow", more=EXPECTED)
    card = (out / "README.md").read_text("utf-8")
    section = card.partition("## Against the published counts\n\n")[2].partition("\n\n")[0]
    rows = section.splitlines()[2:]
    assert rows == [
        r"| jqac | 3 | 2 | -1 | One \| was &lt;left&gt; out. |",
        "| snow | 9 | 9 | 0 | – |",
        "| both: jqac, snow | 11 | 11 | 0 | – |",
        "| total | 12 | 11 | -1 | As said of jqac. |",
    ]
    page = Page((out / "card.html").read_text("utf-8")).text
    assert "One | was <left> out." in page
    assert page.count("equal") == 2


def test_where_nothing_was_published_there_is_no_comparison(built: Built) -> None:
    out = built("jqac")
    assert "published counts" not in (out / "README.md").read_text("utf-8")
    assert "Published counts" not in (out / "card.html").read_text("utf-8")


def test_what_a_source_says_stays_text(built: Built, tmp_path: Path) -> None:
    attack = '</p><script>alert("x")</script><img src=x onerror=alert(1)>{{ release }}\u202e'
    path = tmp_path / "raw" / "jsonl" / "zz.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"instruction": attack, "output": attack}) + "\n")
    (path.parent / "licence.toml").write_text(f"spdx = 'CC-BY-4.0'\nattribution = '''{attack}'''\n", "utf-8")
    out = built("jsonl")
    page = Page((out / "card.html").read_text("utf-8"))
    assert "script" not in {tag for tag, _ in page.tags}
    assert "{{ release }}[U+202E]" in page.text
    for name in ("README.md", "NOTICE.md"):
        assert "<script" not in (out / name).read_text("utf-8")


def test_a_release_of_documents_is_described_as_one(tmp_path: Path) -> None:
    source, share = SOURCES["jaquad"], Share()
    supplies = [Supply(source=source, share=share, folder=tmp_path, licence=source.licence)]
    profile = Profile(
        [
            ShardProfile(
                source="jaquad", contents=2, parts={}, splits={"train": 2}, clusters={}, languages={"ja": 2},
                licences={"CC-BY-SA-3.0": 2}, asked={}, told={bucket(300): 1, bucket(40): 1}, characters=340,
                longest=300, first=None,
            )
        ]
    )  # fmt: skip
    mixture = Mixture(name="texts", kind="documents", sources={"jaquad": share})
    release = Release(
        name="texts", examples=2, by_source={"jaquad": 2}, by_cluster={}, licences={"CC-BY-SA-3.0": 2},
        licence="CC-BY-SA-3.0", ledger=(), digest="0" * 64,
    )  # fmt: skip
    write_beside(tmp_path, release, mixture, supplies, profile)
    card = (tmp_path / "README.md").read_text("utf-8")
    assert "**2 documents** from 1 source" in card
    assert "- pretraining" in card
    assert "By task cluster" not in card
    page = Page((tmp_path / "card.html").read_text("utf-8")).text
    assert "Text" in page
    assert "Instruction" not in page
    told = json.loads((tmp_path / "croissant.json").read_bytes())
    assert [field["name"] for field in told["recordSet"][0]["field"]][:4] == ["id", "upstream_id", "title", "text"]
    assert "rendered as plain texts" in (tmp_path / "NOTICE.md").read_text("utf-8")
