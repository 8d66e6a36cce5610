"""Tokenizers of many kinds: those of the tiny models, and real ones where they are at hand."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from tehon.engine.encode import Encoder
from tehon.engine.locate import locate
from tehon.storage.atomic import write_text

# name -> folder below the shared tokenizers, its SentencePiece file, the name and class that transformers wants.
SENTENCEPIECE = {
    "rinna": ("rinna-sp32k", "google_sp.model", "spiece.model", "T5Tokenizer"),
    "rinna as llama": ("rinna-sp32k", "google_sp.model", "tokenizer.model", "LlamaTokenizer"),
    "llm-jp 3.1": ("llm-jp-ver3.1-100k", "llm-jp-tokenizer-100k.ver3.1.model", "tokenizer.model", "LlamaTokenizer"),
}
WHOLE = {"llm-jp 2.2": "llm-jp-ver2.2-61k-30kja", "ja-llama": "ja-llama-51k"}
TINY = ("gpt_neox", "llama", "gemma")
REAL = (*SENTENCEPIECE, *WHOLE)


@pytest.fixture(scope="session")
def encoder_of(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Encoder]:
    """Name of a family or of a real tokenizer -> its encoder, made once."""
    made: dict[str, Encoder] = {}

    def place(name: str) -> Path:
        if name in TINY:
            return locate(f"tiny:{name}")
        tokenizers: Path = request.getfixturevalue("shared") / "tokenizers"
        if name in WHOLE:
            return tokenizers / WHOLE[name]
        folder, file, wanted, kind = SENTENCEPIECE[name]
        copy = tmp_path_factory.mktemp("tokenizer")
        shutil.copy(tokenizers / folder / file, copy / wanted)
        write_text(copy / "tokenizer_config.json", f'{{"tokenizer_class": "{kind}"}}')
        return copy

    def get(name: str) -> Encoder:
        if name not in made:
            made[name] = Encoder(AutoTokenizer.from_pretrained(place(name)))
        return made[name]

    return get
