from typing import Any

import pytest
from huggingface_hub import DatasetCard

from tehon.writing.hub import Config, Head, front_matter, licence_fields, size_category, slug, unique_configs


def read(**more: Any) -> dict[str, Any]:
    """What the hub's own library makes of a head."""
    fields: dict[str, Any] = {
        "name": "A name: with # marks",
        "licence": "CC-BY-SA-4.0",
        "languages": ["ja", "en", "und", "zh-Hant"],
        "clusters": ["translation", "general"],
        "examples": 2_463_624,
        "configs": (Config(name="default", files=("data/*.parquet",)),),
        "tags": ("tehon",),
    } | more
    card: Any = DatasetCard(front_matter(Head(**fields)) + "\n\n# Title\n")
    data: dict[str, Any] = card.data.to_dict()
    return data


def test_the_hub_s_own_library_reads_the_head() -> None:
    data = read()
    assert data["pretty_name"] == "A name: with # marks"
    assert data["license"] == "cc-by-sa-4.0"
    assert data["language"] == ["en", "ja", "zh"]
    assert data["size_categories"] == ["1M<n<10M"]
    assert data["task_categories"] == ["text-generation", "translation"]
    assert data["configs"] == [
        {"config_name": "default", "data_files": [{"split": "train", "path": ["data/*.parquet"]}]}
    ]


@pytest.mark.parametrize("name", ["no", "true", "null", "1.0", "日本語", '"', "a: b", "- x", "yes\nno: 1", "é"])
def test_no_name_means_anything_but_itself(name: str) -> None:
    assert read(name=name)["pretty_name"] == name
    assert read(tags=(name,))["tags"] == [name]


def test_norwegian_is_a_language() -> None:
    assert read(languages=["no"])["language"] == ["no"]


@pytest.mark.parametrize(
    ("spdx", "fields"),
    [
        ("Apache-2.0", {"license": "apache-2.0"}),
        ("ODC-By-1.0", {"license": "odc-by"}),
        ("Apache-2.0 AND MIT", {"license": ["apache-2.0", "mit"]}),
        ("LicenseRef-unknown", {"license": "unknown"}),
        (
            "CC-BY-2.1-JP AND MIT",
            {"license": "other", "license_name": "cc-by-2.1-jp-and-mit", "license_link": "LICENSE"},
        ),
    ],
)
def test_the_hub_is_told_of_a_licence_in_its_own_names(spdx: str, fields: dict[str, Any]) -> None:
    assert licence_fields(spdx) == fields
    assert {key: value for key, value in read(licence=spdx).items() if key.startswith("license")} == fields


@pytest.mark.parametrize(
    ("examples", "size"), [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (99_999, "10K<n<100K"), (10**8, "100M<n<1B")]
)
def test_sizes_fall_into_the_hub_s_ranges(examples: int, size: str) -> None:
    assert size_category(examples) == size


def test_two_selections_never_share_a_name() -> None:
    configs = unique_configs(Config(name=name, files=(name,)) for name in ("default", "CC BY", "cc-by"))
    assert [(config.name, config.files) for config in configs] == [("default", ("default",)), ("cc-by", ("CC BY",))]
    assert slug("Reading Comprehension / 日本") == "reading-comprehension"
