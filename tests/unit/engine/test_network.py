"""Models taken apart: what can be scored piece by piece, and what is refused with its reason."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM

from tehon.engine.load import load
from tehon.engine.loglikelihood import score
from tehon.engine.network import network
from tehon.engine.tokens import encoded
from tehon.errors import ModelError
from tehon.families import FAMILIES

LLAMA_3 = {
    "rope_type": "llama3",
    "rope_theta": 500_000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}


def tiny(family: str, **changes: object) -> Any:
    settings = FAMILIES[family].tiny | changes
    config = AutoConfig.for_model(str(settings.pop("model_type")), **settings)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return AutoModelForCausalLM.from_config(config, attn_implementation="sdpa").eval()


@pytest.mark.parametrize(
    ("family", "changes"),
    [
        ("llama", {"rope_parameters": LLAMA_3, "tie_word_embeddings": True}),
        ("mistral", {"sliding_window": None}),
        ("qwen2", {"use_sliding_window": False}),
        ("qwen3", {"tie_word_embeddings": False, "num_key_value_heads": 1}),
    ],
    ids=["LLaMA 3.2", "Mistral 0.3", "Qwen 2.5", "Qwen 3 8B"],
)
def test_the_tree_scores_what_the_model_itself_says(family: str, changes: dict[str, object]) -> None:
    net = network(tiny(family, **changes), FAMILIES[family], "test")
    shared = [5, 6, 7, 8] * 30
    sequences = [
        encoded([1, *shared, *tail], [1.0] * (len(shared) + 1 + len(tail))) for tail in ([9, 10], [11], [9, 3])
    ]
    for sequence, (found, _) in zip(sequences, score(net, sequences), strict=True):
        with torch.inference_mode():
            logits = net.model(input_ids=torch.tensor(sequence.ids[None].astype(np.int64))).logits[0]
        own = torch.log_softmax(logits.double(), -1)
        wanted = [float(own[token - 1, int(sequence.ids[token])]) for token in sequence.scored]
        assert np.allclose(found, wanted, atol=1e-5, rtol=0)


def test_capped_logits_are_refused_with_the_reason(tmp_path: Path) -> None:
    capped = tiny("gemma", final_logit_softcapping=30.0)
    with pytest.raises(
        ModelError, match="must be one matrix without bias, adapter or soft cap, but its logits are capped"
    ):
        network(capped, FAMILIES["gemma"], str(tmp_path))


def test_a_head_with_a_bias_is_refused_with_the_reason() -> None:
    model = tiny("llama")
    model.lm_head = nn.Linear(32, 512)
    with pytest.raises(ModelError, match="but has a bias"):
        network(model, FAMILIES["llama"], "test")


def test_eager_attention_is_refused_for_it_misreads_the_mask() -> None:
    model = tiny("llama")
    model.set_attn_implementation("eager")
    with pytest.raises(ModelError, match="must be sdpa, which honours any mask, but is eager"):
        network(model, FAMILIES["llama"], "test")


def test_work_is_counted_from_shapes_and_not_from_how_weights_are_kept() -> None:
    net = load("tiny:llama").network
    matrices = sum(
        weight.numel() for name, weight in net.body.named_parameters() if weight.ndim == 2 and "embed" not in name
    )
    assert net.work.position == 2 * matrices
    assert net.work.edge == 2 * net.head.weight.numel()
