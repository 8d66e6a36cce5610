"""A finished release, opened."""

from pathlib import Path

import msgspec

from tehon.errors import Damaged
from tehon.records.files import Manifest
from tehon.records.record import Record
from tehon.records.release import Mixture, Release
from tehon.storage.manifest import read_manifest


class Finished(Record, kw_only=True):
    """A release with what its manifest says of it."""

    path: Path
    manifest: Manifest
    release: Release
    mixture: Mixture


def open_release(path: Path) -> Finished:
    """The release in this folder, of which only the manifest is read.

    Raises:
        RawFileMissing: it is not finished.
        DataError: the folder holds something else.
        Damaged: its manifest cannot be read.
    """
    manifest = read_manifest(path, "release")
    try:
        release = msgspec.convert(manifest.result, Release)
        mixture = msgspec.convert(manifest.config.get("mixture"), Mixture)
    except msgspec.ValidationError as error:
        problem = f"its manifest must say what was built of what, but {error}"
        raise Damaged(str(path), problem, "Build the release again with this version") from error
    return Finished(path=path, manifest=manifest, release=release, mixture=mixture)
