"""What a model's name may be."""

import json
import os
import sys
from pathlib import Path

import pytest

from tehon.engine.digest import folder_digest
from tehon.engine.load import base_digest, load
from tehon.engine.locate import locate
from tehon.errors import ModelError, ModelNotFound, PackageMissing, UnknownName
from tehon.storage.atomic import write_text


def test_a_tiny_model_is_made_once_and_found_again() -> None:
    first = locate("tiny:llama")
    stamp = (first / "model.safetensors").stat().st_mtime_ns
    assert locate("tiny:llama") == first
    assert (first / "model.safetensors").stat().st_mtime_ns == stamp


def test_a_tiny_model_is_the_same_wherever_it_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = base_digest("tiny:gpt_neox")
    monkeypatch.setenv("TEHON_CACHE", str(tmp_path))
    assert base_digest("tiny:gpt_neox") == here
    assert locate("tiny:gpt_neox").is_relative_to(tmp_path)


def test_nothing_half_made_stays_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEHON_CACHE", str(tmp_path))
    folder = locate("tiny:gemma")
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_an_unknown_family_is_answered_with_near_names() -> None:
    with pytest.raises(UnknownName, match=r"no family named 'lama'. Did you mean llama\?"):
        locate("tiny:lama")


def test_a_folder_without_a_configuration_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"has no config\.json"):
        locate(str(tmp_path))


def test_a_name_that_means_nothing_is_an_error() -> None:
    with pytest.raises(ModelNotFound, match="must be a folder, a GGUF file, package:NAME, tiny:FAMILY or a hub name"):
        locate("no such model")


def test_a_missing_package_is_named_with_the_command_that_installs_it() -> None:
    with pytest.raises(PackageMissing, match="Run pip install llm-nowhere"):
        locate("package:llm-nowhere")


def test_a_package_without_a_gguf_file_is_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty_model").mkdir()
    write_text(tmp_path / "empty_model" / "__init__.py", "")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelNotFound, match="must carry one GGUF file, but carries 0"):
        locate("package:empty-model")
    sys.modules.pop("empty_model", None)


def test_a_damaged_gguf_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"GGUF but not really")
    with pytest.raises(ModelError, match=r"broken\.gguf: must be a GGUF file that transformers can read"):
        locate(str(tmp_path / "broken.gguf"))


def test_a_model_of_no_family_is_refused_by_name(tmp_path: Path) -> None:
    write_text(tmp_path / "config.json", '{"model_type": "gpt2"}')
    with pytest.raises(ModelError, match=r"must be of a known family .*, but is gpt2"):
        load(str(tmp_path))


def test_a_model_without_weights_is_an_error(tmp_path: Path) -> None:
    write_text(tmp_path / "config.json", '{"model_type": "llama"}')
    with pytest.raises(ModelNotFound, match="must hold a model that transformers can read"):
        load(str(tmp_path))


def test_the_digest_changes_with_the_weights_and_not_with_the_time(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    write_text(tmp_path / "config.json", "{}")
    first = folder_digest(tmp_path)
    os.utime(tmp_path / "model.safetensors", (1, 1))
    assert folder_digest(tmp_path) == first
    (tmp_path / "model.safetensors").write_bytes(b"Weights")
    assert folder_digest(tmp_path) != first


EVIL = "from pathlib import Path\nPath({trace!r}).write_text('ran')\n"


@pytest.mark.parametrize("model_type", ["evil", "llama"])
def test_code_that_lies_with_a_model_does_not_run(model_type: str, tmp_path: Path) -> None:
    code = {"AutoConfig": "evil.Config", "AutoModelForCausalLM": "evil.Model", "AutoTokenizer": ["evil.T", "evil.T"]}
    for path in locate("tiny:llama").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    for name in ("config.json", "tokenizer_config.json"):
        settings = json.loads((tmp_path / name).read_bytes()) | {"auto_map": code}
        if name == "config.json":
            settings["model_type"] = model_type
        write_text(tmp_path / name, json.dumps(settings))
    write_text(tmp_path / "evil.py", EVIL.format(trace=str(tmp_path / "trace")))
    if model_type == "evil":
        with pytest.raises(ModelNotFound, match="must hold a model that transformers can read"):
            load(str(tmp_path))
    else:
        assert load(str(tmp_path)).network.family.name == "llama"
    assert not (tmp_path / "trace").exists()


def test_a_folder_without_a_tokenizer_is_an_error(tmp_path: Path) -> None:
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_bytes((locate("tiny:llama") / name).read_bytes())
    with pytest.raises(ModelNotFound, match="must hold a tokenizer that transformers can read"):
        load(str(tmp_path))
