"""The head of a dataset card: the YAML by which the Hugging Face hub shows, filters and loads a dataset.

Source: https://huggingface.co/docs/hub/datasets-cards and https://huggingface.co/docs/hub/repositories-licenses
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace

from tehon.records.record import Record

UNKNOWN = "LicenseRef-unknown"
LICENCES = {
    "AFL-3.0", "Apache-2.0", "Artistic-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD-3-Clause-Clear", "BSL-1.0", "CC0-1.0",
    "CC-BY-2.0", "CC-BY-2.5", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-BY-NC-2.0", "CC-BY-NC-3.0",
    "CC-BY-NC-4.0", "CC-BY-NC-SA-2.0", "CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0", "CDLA-Permissive-1.0",
    "CDLA-Permissive-2.0", "CDLA-Sharing-1.0", "etalab-2.0", "ISC", "MIT", "Unlicense", "WTFPL", "Zlib",
}  # fmt: skip
"""SPDX identifiers that the hub knows in lower case."""
RENAMED = {"ODbL-1.0": "odbl", "ODC-By-1.0": "odc-by", "PDDL-1.0": "pddl", UNKNOWN: "unknown"}
"""SPDX identifier -> the hub's own."""
SIZES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B", "1B<n<10B")
TASKS = {
    "acceptability": "text-classification",
    "inference": "text-classification",
    "morality": "text-classification",
    "paraphrase": "text-classification",
    "sentiment": "text-classification",
    "question answering": "question-answering",
    "reading comprehension": "question-answering",
    "summarisation": "summarization",
    "translation": "translation",
}
"""Task cluster -> the hub's category, for those that have one beside text generation."""
NO_STRINGS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
"""Bare words that YAML takes for something else; `no` is also the code of Norwegian."""


class Config(Record, kw_only=True):
    """A selection that is loaded by its name.

    Attributes:
        name: `load_dataset(…, name)`.
        files: patterns of its files.
        rows: how many it has; None where that is not said.
        size_bytes: of them in memory.
    """

    name: str
    files: tuple[str, ...]
    rows: int | None = None
    size_bytes: int = 0


class Head(Record, kw_only=True):
    """What the hub is told.

    Attributes:
        name: shown above the card.
        licence: SPDX expression of the whole.
        languages: BCP 47 codes.
        clusters: task clusters.
        examples: how many there are.
        configs: selections; the first is the default.
        tags: free words.
        features: column -> the fields of its records, none for a text; empty leaves the columns to their reader.
    """

    name: str
    licence: str
    languages: Collection[str]
    clusters: Collection[str]
    examples: int
    configs: tuple[Config, ...]
    tags: tuple[str, ...]
    features: Mapping[str, tuple[str, ...]] = {}


def front_matter(head: Head) -> str:
    """The YAML with the lines around it, without a final newline."""
    languages = sorted({code.partition("-")[0] for code in head.languages} - {"und"})
    tasks = sorted({"text-generation"} | {TASKS[cluster] for cluster in head.clusters if cluster in TASKS})
    fields = {
        "pretty_name": head.name,
        **licence_fields(head.licence),
        "language": languages,
        "task_categories": tasks,
        "size_categories": [size_category(head.examples)],
        "tags": list(head.tags),
    }
    body = "".join(_field(name, value) for name, value in fields.items())
    infos = "".join(_info(config, head.features) for config in head.configs if head.features)
    told = f"dataset_info:\n{infos}" if infos else ""
    return f"---\n{body}{told}configs:\n{''.join(map(_config, head.configs))}---"


def yaml_head(fields: Mapping[str, str | list[str]]) -> str:
    """Fields of a card as YAML with the lines around it, without a final newline."""
    return f"---\n{''.join(_field(name, value) for name, value in fields.items())}---"


def licence_fields(spdx: str) -> dict[str, str | list[str]]:
    """How the hub is told of a licence: by its own names where it has one for every part, else by a name and a link."""
    parts = [part.strip("()") for part in spdx.split(" AND ")]
    names = [RENAMED.get(part) or (part.lower() if part in LICENCES else "") for part in parts]
    if all(names):
        return {"license": names if len(names) > 1 else names[0]}
    return {"license": "other", "license_name": slug(spdx), "license_link": "LICENSE"}


def size_category(examples: int) -> str:
    """The hub's range that a number of examples lies in."""
    return SIZES[min(max(len(str(examples)) - 3, 0), len(SIZES) - 1)]


def slug(text: str) -> str:
    """Lower-case letters, digits, dots and hyphens alone."""
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-")


def unique_configs(configs: Iterable[Config]) -> tuple[Config, ...]:
    """The configs under the names that the hub allows; where two have the same, the first one stays."""
    named: dict[str, Config] = {}
    for config in configs:
        named.setdefault(slug(config.name), replace(config, name=slug(config.name)))
    return tuple(named.values())


def _config(config: Config) -> str:
    files = "".join(f"    - {_quoted(file)}\n" for file in config.files)
    return f"- config_name: {config.name}\n  data_files:\n  - split: train\n    path:\n{files}"


def _info(config: Config, features: Mapping[str, tuple[str, ...]]) -> str:
    columns = "".join(_feature(name, fields) for name, fields in features.items())
    split = f"  - name: train\n    num_bytes: {config.size_bytes}\n    num_examples: {config.rows}\n"
    sizes = f"  splits:\n{split}  dataset_size: {config.size_bytes}\n" if config.rows is not None else ""
    return f"- config_name: {config.name}\n  features:\n{columns}{sizes}"


def _feature(name: str, fields: tuple[str, ...]) -> str:
    if not fields:
        return f"  - name: {name}\n    dtype: string\n"
    return f"  - name: {name}\n    list:\n" + "".join(f"    - name: {field}\n      dtype: string\n" for field in fields)


def _field(name: str, value: str | list[str]) -> str:
    if isinstance(value, str):
        return f"{name}: {_quoted(value)}\n"
    return f"{name}:" + ("".join(f"\n- {_quoted(each)}" for each in value) or " []") + "\n"


def _quoted(text: str) -> str:
    """A YAML string; plain where nothing in it, nor it as a whole, means anything else in YAML."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_./-]*", text) and text.lower() not in NO_STRINGS
    return text if plain else json.dumps(text, ensure_ascii=False)
