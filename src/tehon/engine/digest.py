"""What a model is, as one number: sha256 over configuration, tokenizer and weights."""

from hashlib import sha256
from pathlib import Path

import msgspec

from tehon.engine.store import cache_root
from tehon.storage.atomic import write_bytes
from tehon.storage.manifest import file_sha256

WEIGHTS = ("*.safetensors",)
CONFIGURATION = ("config.json", "tokenizer*", "*.model", "special_tokens_map.json", "chat_template.jinja")


def folder_digest(folder: Path) -> str:
    """sha256 over every file that decides what the model says.

    The digest of a weight file is remembered under its path, size and time, so that gigabytes are read once.
    """
    names = sorted({path for pattern in (*CONFIGURATION, *WEIGHTS) for path in folder.glob(pattern) if path.is_file()})
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
