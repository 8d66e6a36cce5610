"""Tiny random models with a real tokenizer, made on the spot: for tests, examples and a first try without a network."""

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast

from tehon import __version__
from tehon.engine.quiet import quiet
from tehon.engine.store import atomic_folder, cache_root
from tehon.families import FAMILIES
from tehon.records.tuning import Family

SEED = 20230706
SENTENCES = (
    "以下はタスクを説明する指示です。要求を適切に満たすような返答を書いてください。",
    "以下はタスクを説明する指示とさらなる文脈を適用する入力の組み合わせです。",
    "### 指示:\n次の文章を要約してください。\n\n",
    "### 入力:\n今日は朝から雨が降っていたので、傘を持って出かけました。\n\n### 返答:\n",
    "日本で一番高い山は富士山です。東京は日本の首都です。",
    "質問に答えてください。答えが分からないときは、分かりませんと書いてください。",
    "Below is an instruction that describes a task. Write a response that appropriately completes the request.",
    "### Instruction:\nTranslate the sentence.\n\n### Input:\nThe cat sat on the mat.\n\n### Response:\n",
)
"""What the tokenizer is trained on; every byte is in its alphabet, so nothing is ever unknown."""


def make(name: str) -> Path:
    """The folder of a family's tiny model; made once, the same on every machine.

    Raises:
        UnknownName: there is no such family.
    """
    family = FAMILIES[name]
    folder = cache_root() / "models" / f"tiny-{name}-{__version__}"
    if not folder.exists():
        with quiet(), atomic_folder(folder) as partial:
            _model(family).save_pretrained(partial)
            _tokenizer(family.tiny).save_pretrained(partial)
    return folder


def _model(family: Family) -> Any:  # noqa: ANN401 - a foreign class without types
    settings = dict(family.tiny)
    config = AutoConfig.for_model(settings.pop("model_type"), **settings)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        return AutoModelForCausalLM.from_config(config, dtype=torch.float32)


def _tokenizer(config: dict[str, Any]) -> Any:  # noqa: ANN401 - a foreign class without types
    """A byte-level BPE; it puts a BOS in front where the configuration has one that is not also the end token."""
    has_bos = config["bos_token_id"] != config["eos_token_id"]
    special = ["<pad>", "<s>", "</s>"] if has_bos else ["<|endoftext|>", "<|padding|>"]
    bos, end, pad = ("<s>", "</s>", "<pad>") if has_bos else (special[0], special[0], special[1])
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=config["vocab_size"],
        special_tokens=special,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    if has_bos:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{bos} $A", pair=f"{bos} $A $B", special_tokens=[(bos, tokenizer.token_to_id(bos))]
        )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=bos, eos_token=end, pad_token=pad, clean_up_tokenization_spaces=False
    )
