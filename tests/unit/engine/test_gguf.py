"""GGUF files, written here in small: free, inside a package, and in a package that assembles them."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
import torch
from gguf import GGUFWriter

from tehon.engine.load import load
from tehon.engine.locate import locate
from tehon.storage.atomic import write_text

# The names that GGUF gives to LLaMA's matrices.
LAYER = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
}
OUTSIDE = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}


def interleaved(name: str, weight: torch.Tensor, heads: int) -> torch.Tensor:
    """GGUF stores the halves of a rotary head's rows in turn."""
    if name not in {"attn_q", "attn_k"}:
        return weight
    rows = weight.shape[0] // heads // 2
    return weight.reshape(heads, 2, rows, weight.shape[1]).swapaxes(1, 2).reshape(weight.shape)


@pytest.fixture(scope="module")
def gguf_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny LLaMA as a GGUF file."""
    path = tmp_path_factory.mktemp("gguf") / "small.gguf"
    folder = locate("tiny:llama")
    model = load("tiny:llama", precision="fp32").network.model
    config, weights = model.config, model.state_dict()
    writer = GGUFWriter(path, "llama")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(config.vocab_size)
    tokens = json.loads((folder / "tokenizer.json").read_bytes())["model"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(sorted(tokens["vocab"], key=tokens["vocab"].__getitem__))
    writer.add_token_merges([" ".join(pair) for pair in tokens["merges"]])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    for name, own in OUTSIDE.items():
        writer.add_tensor(f"{name}.weight", weights[f"{own}.weight"].numpy())
    for layer in range(config.num_hidden_layers):
        for name, own in LAYER.items():
            heads = config.num_key_value_heads if name == "attn_k" else config.num_attention_heads
            weight = interleaved(name, weights[f"model.layers.{layer}.{own}.weight"], heads)
            writer.add_tensor(f"blk.{layer}.{name}.weight", weight.contiguous().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def logits(name: str) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = (
            load(name, precision="fp32").network.model(input_ids=torch.tensor([[1, 20, 30, 40]])).logits
        )
    return found


def test_a_gguf_file_gives_the_logits_of_the_model_that_it_was_made_from(gguf_file: Path) -> None:
    assert torch.allclose(logits(str(gguf_file)), logits("tiny:llama"), atol=1e-5)


def test_it_is_unpacked_once_and_found_again_under_any_path(gguf_file: Path, tmp_path: Path) -> None:
    first = locate(str(gguf_file))
    stamp = (first / "model.safetensors").stat().st_mtime_ns
    (tmp_path / "small.gguf").write_bytes(gguf_file.read_bytes())
    assert locate(str(tmp_path / "small.gguf")) == first
    assert (first / "model.safetensors").stat().st_mtime_ns == stamp
    assert [path.name for path in first.parent.iterdir() if path.name.startswith(".")] == []


def test_a_package_with_a_gguf_file_in_its_folder_is_a_model(
    gguf_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "llm_small").mkdir()
    # What the package itself asks for is not here, and not needed.
    write_text(tmp_path / "llm_small" / "__init__.py", "import a_library_that_is_not_installed")
    (tmp_path / "llm_small" / "small.gguf").write_bytes(gguf_file.read_bytes())
    monkeypatch.syspath_prepend(tmp_path)
    assert locate("package:llm-small") == locate(str(gguf_file))


def test_a_package_that_assembles_its_file_is_a_model(
    gguf_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "parts_small").mkdir()
    code = (
        f"from pathlib import Path\nEXPECTED_SHA256 = '{sha256(gguf_file.read_bytes()).hexdigest()}'\n"
        f"def assemble(output_path, overwrite=False):\n"
        f"    output_path.write_bytes(Path({str(gguf_file)!r}).read_bytes())\n    return output_path\n"
    )
    write_text(tmp_path / "parts_small" / "__init__.py", code)
    monkeypatch.syspath_prepend(tmp_path)
    folder = locate("package:parts-small")
    assert folder.name.startswith("parts-small-")
    assert torch.allclose(logits("package:parts-small"), logits("tiny:llama"), atol=1e-5)
    assert sorted(path.name for path in folder.parent.glob("tmp*")) == []
