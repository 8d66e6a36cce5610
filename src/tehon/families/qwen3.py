"""Qwen 3: like LLaMA, with queries and keys normalised head by head."""

from tehon.records.tuning import Family

FAMILY = Family(
    name="qwen3",
    title="Qwen 3 (text)",
    model_types=("qwen3",),
    targets=("q_proj", "v_proj"),
    tiny={
        "model_type": "qwen3",
        "vocab_size": 512,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "tie_word_embeddings": True,
        "max_position_embeddings": 512,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "initializer_range": 0.2,
    },
)
