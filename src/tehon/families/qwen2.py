"""Qwen 2 and 2.5: like LLaMA, with a bias on queries, keys and values; upper layers may slide."""

from tehon.records.tuning import Family

FAMILY = Family(
    name="qwen2",
    title="Qwen 2 and 2.5 (text)",
    model_types=("qwen2",),
    targets=("q_proj", "v_proj"),
    tiny={
        "model_type": "qwen2",
        "vocab_size": 512,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "use_sliding_window": True,
        "sliding_window": 16,
        "max_window_layers": 1,
        "tie_word_embeddings": True,
        "max_position_embeddings": 512,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "initializer_range": 0.2,
    },
)
