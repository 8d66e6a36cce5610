"""GPT-NeoX: OpenCALM, rinna, Stormy's base."""

from tehon.records.tuning import Family

FAMILY = Family(
    name="gpt_neox",
    title="GPT-NeoX (OpenCALM, rinna)",
    model_types=("gpt_neox",),
    targets=("query_key_value",),
    tiny={
        "model_type": "gpt_neox",
        "vocab_size": 512,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "max_position_embeddings": 512,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "initializer_range": 0.2,
    },
)
