"""Gemma 3, text only: sliding and full attention in turn."""

from tehon.records.tuning import Family

FAMILY = Family(
    name="gemma",
    title="Gemma 3 (text)",
    model_types=("gemma3_text", "gemma3"),
    targets=("q_proj", "v_proj"),
    tiny={
        "model_type": "gemma3_text",
        "vocab_size": 512,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 1,
        "head_dim": 16,
        "query_pre_attn_scalar": 16,
        "sliding_window": 16,
        "layer_types": ["sliding_attention", "full_attention"],
        "max_position_embeddings": 512,
        "pad_token_id": 0,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "initializer_range": 0.2,
    },
)
