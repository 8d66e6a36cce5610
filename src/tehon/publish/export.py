"""A finished release in a layout that other trainers read: a view, written anew from the shards."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tehon.errors import OutputTaken, UsageError
from tehon.progress import Progress, silent
from tehon.publish.finished import open_release
from tehon.publish.hf import write_hf
from tehon.publish.lines import write_lines
from tehon.records.publishing import Export, LayoutName
from tehon.storage.atomic import PARTIAL, disk_errors
from tehon.storage.manifest import MANIFEST, file_sha256, fingerprint, finish, finished, result
from tehon.storage.provenance import provenance

LAYOUT = 1
"""Changes when the same release gives another export."""
LEGAL = ("LICENSE", "NOTICE.md")
"""Go wherever the data go."""


def export(
    path: Path, layout: LayoutName, out: Path, *, with_origin: bool = False, progress: Progress = silent
) -> Export:
    """Write a release in another layout; where that already stands there, return it.

    Args:
        path: a finished release.
        layout: how its rows are written.
        out: a new folder.
        with_origin: each row says its id, source and licence as well; `hf` always does.
        progress: told of every row.

    Raises:
        UsageError: the release holds documents, and the layout holds examples.
        OutputTaken: `out` holds something else.
        RawFileMissing, DataError, Damaged: the release is not finished, no release, or damaged.
        OutOfDisk: the disk is full.
    """
    release = open_release(path)
    if layout != "hf" and release.mixture.kind == "documents":
        problem = f"must hold examples to be written as {layout}, but holds documents"
        raise UsageError(str(path), problem, "Take --as hf, or the release's data.jsonl")
    config = {"export": LAYOUT, "layout": layout, "with_origin": with_origin}
    inputs = {"release": file_sha256(path / MANIFEST)}
    if done := finished(out, "export", fingerprint(config, inputs)):
        return result(done, Export)
    with _new_folder(out) as folder:
        with progress(f"exporting as {layout}", release.release.examples, "rows") as advance:
            if layout == "hf":
                written = write_hf(release, folder, advance)
            else:
                written = write_lines(release, layout, folder, advance, with_origin=with_origin)
        for name in LEGAL:
            if (path / name).is_file():
                shutil.copyfile(path / name, folder / name)
        finish(folder, "export", config=config, inputs=inputs, result=written, provenance=provenance())
    return written


@contextmanager
def _new_folder(out: Path) -> Iterator[Path]:
    """A folder beside `out` that becomes it when the block ends well; what a killed run left of it is deleted.

    Raises:
        OutputTaken: `out` is a file, or holds one.
    """
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise OutputTaken(str(out), "must be new or an empty folder", "Choose another --out, or move the files away")
    partial = out.resolve().parent / f".{out.resolve().name}{PARTIAL}"
    with disk_errors(out):
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            yield partial
            if out.is_dir():
                out.rmdir()
            partial.rename(out)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
