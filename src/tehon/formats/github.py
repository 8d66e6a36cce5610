"""Files of GitHub repositories as downloads: of one commit, so that they cannot change; the branch is their mirror."""

from typing import NamedTuple

from tehon.records.corpus import Download

RAW = "https://raw.githubusercontent.com"


class Repository(NamedTuple):
    """A repository as it stood at one commit.

    Attributes:
        name: `OWNER/REPOSITORY`.
        commit: whose files are taken.
        branch: whose newest files stand in where that commit cannot be had.
    """

    name: str
    commit: str
    branch: str = "main"

    def download(
        self, path: str, sha256: str | None = None, size_bytes: int | None = None, *, file: str = ""
    ) -> Download:
        """One file of it.

        Args:
            path: in the repository.
            sha256: of its bytes, where it is known.
            size_bytes: likewise.
            file: its path below `RAW/NAME/`; empty means the last piece of `path`.
        """
        return Download(
            url=f"{RAW}/{self.name}/{self.commit}/{path}",
            mirrors=(f"{RAW}/{self.name}/{self.branch}/{path}",),
            file=file,
            sha256=sha256,
            size_bytes=size_bytes,
        )
