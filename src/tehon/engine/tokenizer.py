"""A folder's tokenizer, opened."""

from pathlib import Path

from transformers import AutoTokenizer

from tehon.engine.encode import Encoder
from tehon.errors import ModelNotFound


def open_encoder(folder: Path, where: str) -> Encoder:
    """The folder's tokenizer, tried out.

    Args:
        folder: of the model.
        where: its name, for errors.

    Raises:
        ModelNotFound: the folder holds no tokenizer that can be read, or one that wants to run code of its own.
        ModelError: it has no end token.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (ImportError, KeyError, OSError, TypeError, ValueError) as error:
        problem = f"the folder {folder} must hold a tokenizer that transformers can read, but {error}"
        raise ModelNotFound(where, problem, "Fetch the model again") from error
    return Encoder(tokenizer)
