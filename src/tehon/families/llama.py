"""LLaMA and what is built like it, grouped-query attention included."""

from tehon.records.tuning import Family

FAMILY = Family(
    name="llama",
    title="LLaMA (LLaMA 1 to 3, llm-jp, Swallow, Sarashina 2)",
    model_types=("llama",),
    targets=("q_proj", "v_proj"),
    tiny={
        "model_type": "llama",
        "vocab_size": 512,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 512,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "initializer_range": 0.2,
    },
)
