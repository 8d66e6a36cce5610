"""Mappings: what they must say, and what is refused before a file is read."""

from pathlib import Path

import pytest

from tehon.errors import BadConfig, RawFileMissing
from tehon.formats.mapping import columns_of, read_mapping

HEAD = 'title = "T"\nlicence = { spdx = "MIT", url = "u" }\n'
SPLITS = '[splits]\ntrain = { files = ["*.parquet"] }\n'
PART = '[parts.p]\ncluster = "general"\ninstruction = "{q}"\nresponse = "{a.text.0}"\n'


def write(folder: Path, text: str) -> Path:
    (folder / "mapping.toml").write_text(text, "utf-8")
    return folder


def test_a_mapping_knows_its_columns_and_its_home(tmp_path: Path) -> None:
    text = (
        HEAD
        + 'repository = "someone/rivers"\nid = "{key}"\noptional = ["hint"]\n'
        + SPLITS
        + PART
        + 'input = "{hint}"\n'
    )
    text += '[parts.talk]\ncluster = "dialogue"\nturns = { field = "said.turns", system = "{rules}" }\n'
    text += '[labels."a.text.0"]\n1 = "{choices.0}"\n[document]\ntext = "{body}"\ntitle = "{name}"\n'
    mapping = read_mapping(write(tmp_path, text))
    assert columns_of(mapping, "here") == {"key", "hint", "q", "a", "said", "rules", "choices", "body", "name"}
    assert mapping.home == "https://huggingface.co/datasets/someone/rivers"


def test_train_and_all_may_be_trained_on_and_others_when_they_say_so(tmp_path: Path) -> None:
    splits = '[splits]\ntrain = { files = ["a"] }\nall = { files = ["b"], trainable = false }\n'
    splits += 'test = { files = ["c"] }\nextra = { files = ["d"], trainable = true }\n'
    mapping = read_mapping(write(tmp_path, HEAD + splits + PART))
    assert mapping.trainable == {"train": True, "all": False, "test": False, "extra": True}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('title = "T"\n' + SPLITS + PART, r"missing required field `licence`"),
        (HEAD + SPLITS, "must have parts or a document, but has neither"),
        (HEAD + "[splits]\n" + PART, r"splits is wrong"),
        (HEAD + '[splits]\ntrain = { files = ["../x"] }\n' + PART, r"must lie beside it, but \.\./x leads elsewhere"),
        (HEAD + '[splits]\ntrain = { files = ["/etc/*"] }\n' + PART, "leads elsewhere"),
        (HEAD + SPLITS + '[parts.p]\ncluster = "general"\ninstruction = "{q}"', "must have instruction and response"),
        (HEAD + SPLITS + PART + 'turns = { field = "m" }\n', "must have instruction and response, or turns alone"),
        (HEAD + SPLITS + PART.replace("general", "generla"), "cluster is wrong"),
        (HEAD + SPLITS + PART.replace("{q}", "{q"), "must be text with slots"),
        (HEAD + SPLITS + PART + '[labels.lable]\n0 = "x"\n', r"labels names lable, but no pattern does\. Patterns"),
        (HEAD + 'optional = ["hnit"]\n' + SPLITS + PART, "optional names hnit, but no pattern does"),
        (HEAD + SPLITS + PART + 'instructions = "x"\n', "unknown field `instructions`"),
        (
            HEAD + SPLITS + '[parts.p]\ncluster = "general"\ninstruction = "はい"\nresponse = "いいえ"\n',
            "must name a field in some pattern",
        ),
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_one_clear_sentence(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=message):
        read_mapping(write(tmp_path, text))


def test_a_folder_without_a_mapping_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(RawFileMissing, match=r"must hold mapping\.toml"):
        read_mapping(tmp_path)
