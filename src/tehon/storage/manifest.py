"""Finished folders: the manifest is written last, and says what went in and what came out."""

from collections.abc import Iterable, Mapping
from hashlib import file_digest, sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from tehon.errors import Damaged, DataError, OutputTaken, RawFileMissing
from tehon.records.files import FileEntry, Kind, Manifest, Provenance
from tehon.records.record import Record
from tehon.storage.atomic import sweep, write_bytes

MANIFEST = "manifest.json"
R = TypeVar("R", bound=Record)


def file_sha256(path: Path) -> str:
    """sha256 of a file's bytes, as lower-case hexadecimal digits."""
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def tree_sha256(paths: dict[str, Path]) -> dict[str, str]:
    """Name -> sha256 of each of these files, in the order of the names."""
    return {name: file_sha256(path) for name, path in sorted(paths.items())}


def records_sha256(records: Iterable[Record]) -> str:
    """sha256 over records in order: the digest of what comes from no file."""
    digest = sha256()
    for record in records:
        digest.update(msgspec.json.encode(record) + b"\n")
    return digest.hexdigest()


def fingerprint(config: dict[str, Any], inputs: dict[str, str]) -> str:
    """sha256 over a configuration and the digests of everything it reads."""
    return sha256(msgspec.json.encode([config, inputs], order="sorted")).hexdigest()


def plain(record: Record) -> dict[str, Any]:
    """A record as plain data, the way it stands in a manifest."""
    builtins: dict[str, Any] = msgspec.to_builtins(record)
    return builtins


def pretty(value: object) -> bytes:
    """A record or plain data as indented JSON with a final newline."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def finished(folder: Path, kind: Kind, print_: str) -> Manifest | None:
    """The manifest of a folder that already holds this very result; None where nothing is finished.

    Leftovers of a killed run are swept away.

    Raises:
        OutputTaken: the folder is finished, but with another configuration or other inputs.
    """
    if not folder.exists():
        return None
    sweep(folder)
    if not (folder / MANIFEST).exists():
        return None
    manifest = read_manifest(folder, kind)
    if manifest.fingerprint != print_:
        problem = "holds a finished result of another configuration or other inputs"
        raise OutputTaken(str(folder), problem, "Choose another --out, or move the folder away")
    return manifest


def entry_of(path: Path) -> FileEntry:
    """A file's digest and size."""
    return FileEntry(sha256=file_sha256(path), size_bytes=path.stat().st_size)


def finish(  # noqa: PLR0913 - one parameter a field of the manifest
    folder: Path,
    kind: Kind,
    *,
    config: dict[str, Any],
    inputs: dict[str, str],
    result: Record,
    provenance: Provenance,
    known: Mapping[str, FileEntry] = MappingProxyType({}),
) -> Manifest:
    """Write the manifest over every file of the folder but hidden ones; from here on it is finished.

    Files whose entries are known already are not read again.
    """
    paths = {path.relative_to(folder): path for path in sorted(folder.rglob("*")) if path.is_file()}
    names = {
        name.as_posix(): path
        for name, path in paths.items()
        if path.name != MANIFEST and not any(piece.startswith(".") for piece in name.parts)
    }
    files = {name: known.get(name) or entry_of(path) for name, path in names.items()}
    manifest = Manifest(
        kind=kind,
        fingerprint=fingerprint(config, inputs),
        config=config,
        inputs=inputs,
        files=files,
        result=plain(result),
        provenance=provenance,
    )
    write_bytes(folder / MANIFEST, pretty(manifest))
    return manifest


def read_manifest(folder: Path, *kinds: Kind) -> Manifest:
    """The manifest of a finished folder of one of these kinds; of any kind where none is named.

    Raises:
        RawFileMissing: there is none: the folder is missing or its stage has not finished.
        Damaged: it is not readable.
        DataError: the folder holds another kind of result.
    """
    path = folder / MANIFEST
    wanted = " or ".join(kinds) or "result"
    article = "an" if wanted[:1] in "aeiou" else "a"
    if not path.is_file():
        problem = f"must be a finished {wanted}, but it has no {MANIFEST}"
        raise RawFileMissing(str(folder), problem, "Run the step that makes it again")
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Damaged(str(path), f"must be a manifest, but {error}", "Make the folder again") from error
    if kinds and manifest.kind not in kinds:
        problem = f"must hold {article} {wanted}, but its manifest says {manifest.kind}"
        raise DataError(str(folder), problem, f"Give the folder of {article} {wanted}")
    return manifest


def verify(folder: Path, manifest: Manifest) -> None:
    """Check that every file is there, unchanged.

    Raises:
        Damaged: a file is missing or differs.
    """
    for name, entry in manifest.files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != entry.size_bytes or file_sha256(path) != entry.sha256:
            problem = "must be as its manifest says, but is missing or changed"
            raise Damaged(str(path), problem, "Take its folder away, and make it again")


def result(manifest: Manifest, kind: type[R]) -> R:
    """The stage's record out of its manifest."""
    return msgspec.convert(manifest.result, kind)
