"""What a model is, as one number: sha256 over configuration, tokenizer and weights."""

from hashlib import sha256
from pathlib import Path

import msgspec

from tehon.engine.store import cache_root
from tehon.storage.atomic import write_bytes
from tehon.storage.manifest import file_sha256

WEIGHTS = ("*.safetensors",)
TOKENIZER = ("tokenizer*", "*.model", "vocab.*", "merges.txt", "*_tokens*.json", "chat_template.jinja", "config.json")
"""What decides how a tokenizer encodes; transformers takes its class from the model's configuration, too."""
CONFIGURATION = ("config.json", "tokenizer*", "*.model", "special_tokens_map.json", "chat_template.jinja")


def folder_digest(folder: Path) -> str:
    """sha256 over every file that decides what the model says.

    The digest of a weight file is remembered under its path, size and time, so that gigabytes are read once.
    """
    return _digest(folder, (*CONFIGURATION, *WEIGHTS))


def tokenizer_digest(folder: Path) -> str:
    """sha256 over every file that decides how a model's tokenizer encodes."""
    return _digest(folder, TOKENIZER)


def _digest(folder: Path, patterns: tuple[str, ...]) -> str:
    names = sorted({path for pattern in patterns for path in folder.glob(pattern) if path.is_file()})
    lines = [f"{path.name} {_remembered(path.resolve())}\n" for path in names]
    return sha256("".join(lines).encode()).hexdigest()


def _remembered(path: Path) -> str:
    state = path.stat()
    key = sha256(f"{path}\n{state.st_size}\n{state.st_mtime_ns}".encode()).hexdigest()
    note = cache_root() / "digests" / key
    if note.is_file():
        return msgspec.json.decode(note.read_bytes(), type=str)
    digest = file_sha256(path)
    write_bytes(note, msgspec.json.encode(digest))
    return digest
