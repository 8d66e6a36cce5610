"""What a release holds beside its data: licence, attributions, the card for people, for machines and for the hub."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tehon.describe.card import card
from tehon.describe.croissant import croissant
from tehon.describe.licence_file import licence_file
from tehon.describe.notice import notice
from tehon.describe.page import page
from tehon.describe.profile import Profile
from tehon.records.files import FileEntry
from tehon.records.release import Mixture, Release
from tehon.records.supply import Supply
from tehon.storage.atomic import write_bytes
from tehon.storage.manifest import entry_of
from tehon.storage.shards import PUBLISHED, shards

LICENCE = "LICENSE"
NOTICE = "NOTICE.md"
PAGE = "card.html"
CROISSANT = "croissant.json"
CARD = "README.md"
BESIDE = (LICENCE, NOTICE, PAGE, CROISSANT, CARD)
"""The files, in the order in which they are written."""


def write_beside(
    out: Path, release: Release, mixture: Mixture, supplies: Sequence[Supply], profile: Profile
) -> Mapping[str, FileEntry]:
    """Write the files of BESIDE next to the finished data; the digests of the data's own files, for the manifest."""
    files = _entries(out)
    told = {
        LICENCE: licence_file(release, mixture, supplies).encode(),
        NOTICE: notice(release, mixture, supplies).encode(),
        PAGE: page(release, mixture, supplies, profile).encode(),
        CROISSANT: croissant(release, mixture, supplies, profile, files),
        CARD: card(release, mixture, supplies, profile, files).encode(),
    }
    for name in BESIDE:
        write_bytes(out / name, told[name])
    return files


def _entries(out: Path) -> dict[str, FileEntry]:
    paths = [*shards(out), *(path for path in [out / PUBLISHED] if path.exists())]
    with ThreadPoolExecutor() as threads:  # hashing leaves Python's lock
        return {
            path.relative_to(out).as_posix(): entry
            for path, entry in zip(paths, threads.map(entry_of, paths), strict=True)
        }
