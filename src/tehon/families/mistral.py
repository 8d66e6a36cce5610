"""Mistral: like LLaMA, with attention that slides in every layer of its first version."""

from tehon.records.tuning import Family

FAMILY = Family(
    name="mistral",
    title="Mistral (Mistral 7B, Shisa, RakutenAI)",
    model_types=("mistral",),
    targets=("q_proj", "v_proj"),
    tiny={
        "model_type": "mistral",
        "vocab_size": 512,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "sliding_window": 16,
        "max_position_embeddings": 512,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "initializer_range": 0.2,
    },
)
