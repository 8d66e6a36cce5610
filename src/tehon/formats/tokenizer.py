"""A tokenizer's file, `tokenizer.json` or a SentencePiece model, as a function that counts tokens.

Neither torch nor transformers is needed; the packages that read the files are imported when a file is read.
"""

import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from tehon.errors import ModelError, ModelNotFound, PackageMissing

Count = Callable[[str], int]
"""How many tokens a text has by itself, special ones left out."""
HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")


def tokenizer_file(name: str) -> Path:
    """The local file of a tokenizer, fetched first where the name is one of the hub.

    Raises:
        ModelNotFound: there is none.
        PackageMissing: the hub's package is not installed.
    """
    path = Path(name)
    found = [path] if path.is_file() else [*path.glob("tokenizer.json")] or [*path.glob("*.model")]
    if len(found) == 1:
        return found[0]
    if path.is_dir():
        problem = f"the folder must hold tokenizer.json or one *.model, but holds {len(found) or 'neither'}"
        raise ModelNotFound(name, problem, "Name the file itself")
    if not HUB_NAME.fullmatch(name):
        raise ModelNotFound(name, "must be a tokenizer's folder, its file, or a hub name", "Correct the path")
    _need(name, "huggingface_hub")
    return _from_hub(name)


def token_counter(file: Path) -> Count:
    """Counts a text's tokens, special ones left out.

    Raises:
        ModelError: the file is damaged.
        PackageMissing: what reads it is not installed.
    """
    if file.suffix == ".model":
        return _sentencepiece(file)
    _need(str(file), "tokenizers")
    from tokenizers import Tokenizer  # noqa: PLC0415 - only token limits need it

    try:
        tokenizer = Tokenizer.from_buffer(file.read_bytes())
    except ValueError as error:
        raise ModelError(str(file), f"must be a tokenizer, but {error}", "Fetch it again") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False))


def _sentencepiece(file: Path) -> Count:
    _need(str(file), "sentencepiece")
    from sentencepiece import SentencePieceProcessor  # noqa: PLC0415 - likewise

    processor = SentencePieceProcessor()
    try:
        processor.LoadFromSerializedProto(file.read_bytes())
    except RuntimeError as error:
        raise ModelError(str(file), f"must be a SentencePiece model, but {error}", "Fetch it again") from error
    return lambda text: len(processor.EncodeAsIds(text))


def _from_hub(name: str) -> Path:
    from huggingface_hub import hf_hub_download  # noqa: PLC0415 - only this path needs the hub
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError  # noqa: PLC0415

    try:
        return Path(hf_hub_download(name, "tokenizer.json"))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        problem = f"must be a folder here or a tokenizer.json on the hub, but {type(error).__name__} came"
        raise ModelNotFound(name, problem, "Check the name, or put the folder here") from error


def _need(where: str, package: str) -> None:
    if find_spec(package) is None:
        problem = f"the package {package} must be installed to count tokens, but is not"
        raise PackageMissing(where, problem, f"Run pip install {package}")
