"""A corpus of many files: a zip archive as its project publishes it, or the folder that it was unpacked to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast
from zipfile import ZipFile

from tehon.errors import BadRawFile, RawFileMissing
from tehon.formats.finding import listed, matching
from tehon.formats.lines import file_lines, stream_lines
from tehon.formats.members import check_size
from tehon.formats.zip import opened_zip, zip_errors


class Tree(Protocol):
    """Files by their path, `/` between its pieces.

    Attributes:
        where: the archive's or the folder's path, for messages.
        names: of all files, sorted.
    """

    where: str
    names: list[str]

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of one file with their ends.

        Raises:
            BadRawFile: the file is damaged.
        """


class Folder:
    """The files below a folder, hidden ones left out."""

    def __init__(self, path: Path) -> None:
        """Look what is there."""
        self.where = str(path)
        self._path = path
        self.names = sorted(listed(path))

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of one file with their ends."""
        return file_lines(self._path / name)


class Archive:
    """The files of an open zip archive; nothing is unpacked to disk."""

    def __init__(self, path: Path, archive: ZipFile) -> None:
        """Look what is there."""
        self.where = str(path)
        self._archive = archive
        self.names = sorted(info.filename for info in archive.infolist() if not info.is_dir())

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of one member with their ends.

        Raises:
            BadRawFile: the member is damaged or too large.
        """
        check_size(self.where, name, self._archive.getinfo(name).file_size)
        with zip_errors(self.where), self._archive.open(name) as stream:
            yield from stream_lines(cast("BinaryIO", stream), f"{self.where}/{name}")


@contextmanager
def open_tree(folder: Path, pattern: str) -> Iterator[Tree]:
    """The files of the one archive in `folder` that matches a pattern, or of the folder itself where there is none.

    Raises:
        RawFileMissing: the folder holds nothing.
        BadRawFile: several archives match, or the archive is damaged or breaks a rule of `members`.
    """
    found = list(matching(folder, pattern))
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise BadRawFile(str(folder), f"must hold one file {pattern}, but holds {names}", "Move all but one away")
    if found:
        with opened_zip(found[0]) as archive:
            yield Archive(found[0], archive)
        return
    tree = Folder(folder)
    if not tree.names:
        raise RawFileMissing(str(folder), f"must hold {pattern} or its files, but has none", f"Put {pattern} there")
    yield tree


def find_name(tree: Tree, name: str) -> str:
    """The one file of a tree whose path ends in `name`, such as `data/train.txt`.

    Raises:
        RawFileMissing: there is none.
        BadRawFile: there are several.
    """
    found = [path for path in tree.names if f"/{path}".endswith(f"/{name}")]
    if not found:
        raise RawFileMissing(tree.where, f"must hold {name}, but does not", f"Put {name} there")
    if len(found) > 1:
        raise BadRawFile(tree.where, f"must hold one {name}, but holds {len(found)}", "Leave only one there")
    return found[0]
