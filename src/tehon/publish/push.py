"""A finished release or export goes to a repository of the Hugging Face hub.

Everything but the manifest is uploaded first, and the manifest after it, so that on the hub, too, its existence means
finished. Shards of an earlier push that this one does not have are taken out; what else lies there stays.
"""

import re
from collections import Counter
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from tehon.errors import BadLicence, Damaged, DataError, PackageMissing, UsageError
from tehon.progress import Progress, silent
from tehon.publish.finished import open_release
from tehon.records.files import Manifest
from tehon.records.publishing import Export, Pushed, Upload
from tehon.storage.manifest import MANIFEST, read_manifest, result, verify
from tehon.writing.hub import UNKNOWN
from tehon.writing.words import amount

if TYPE_CHECKING:
    from huggingface_hub import HfApi

REPLACED = ("data/*.parquet", MANIFEST)
"""What an earlier push may have left that this one does not overwrite."""
MOST_FILES = 10_000
"""Files that the hub takes in one folder."""
KIND = "dataset"
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*")


def plan_push(folder: Path, repository: str, *, private: bool = False, even_so: bool = False) -> Pushed:
    """What a push would upload; every file has been checked against the manifest, and nobody was asked.

    Args:
        folder: a finished release or export.
        repository: `USER/NAME`.
        private: make the repository private.
        even_so: push what may not be shared into a private repository.

    Raises:
        UsageError: the repository's name is none.
        BadLicence: the data may not be shared.
        DataError: a folder has more files than the hub takes.
        RawFileMissing, Damaged: the folder is not finished, or was changed since.
    """
    if not _REPOSITORY.fullmatch(repository):
        problem = f"must be USER/NAME, got '{repository}'"
        raise UsageError("--to", problem, "Name the user or organisation and the data set")
    manifest = read_manifest(folder, "release", "export")
    told = _told(folder, manifest)
    if (reason := forbidden(told)) and not (private and even_so):
        remedy = "Leave it out, or keep the push to yourself with --private --even-so"
        raise BadLicence(str(folder), f"must be free to be shared, but {reason}", remedy)
    verify(folder, manifest)
    files = [Upload(path=path, size_bytes=entry.size_bytes) for path, entry in sorted(manifest.files.items())]
    files.append(Upload(path=MANIFEST, size_bytes=(folder / MANIFEST).stat().st_size))
    _see_folders(folder, files)
    return Pushed(
        repository=repository,
        private=private,
        message=f"{told.name}: {amount(told.examples, 'row')}, {told.licence}",
        description=f"Digest of the release: {told.digest}\nBuilt by tehon {manifest.provenance.version}.",
        files=tuple(files),
        size_bytes=sum(file.size_bytes for file in files),
        removes=REPLACED,
    )


def push(
    folder: Path, repository: str, *, private: bool = False, even_so: bool = False, progress: Progress = silent
) -> Pushed:
    """Upload a finished release or export; what is there already is not uploaded again.

    Args:
        folder: a finished release or export.
        repository: `USER/NAME`; made where it does not exist.
        private: make it private; one that exists must be.
        even_so: push what may not be shared into a private repository.
        progress: told of files.

    Raises:
        PackageMissing: huggingface_hub is not installed.
        UsageError: the hub refuses or cannot be reached, or the repository is public and should not be.
        BadLicence, DataError, RawFileMissing, Damaged: as `plan_push`.
    """
    planned = plan_push(folder, repository, private=private, even_so=even_so)
    try:
        from huggingface_hub import HfApi, errors, utils  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise PackageMissing("tehon push", "huggingface_hub is not installed", "Install tehon[hub]") from error
    if progress is silent:
        utils.disable_progress_bars()  # type: ignore[attr-defined]
    with progress(f"pushing to {repository}", len(planned.files), "files") as advance:
        try:
            url = _upload(HfApi(library_name="tehon"), folder, planned)
        except errors.HfHubHTTPError as error:
            remedy = "Log in with hf auth login, or set HF_TOKEN to a token that may write there"
            raise _refused(repository, error, remedy) from error
        except (errors.HTTPError, errors.OfflineModeIsEnabled) as error:  # type: ignore[attr-defined]
            remedy = "Run the same command again once it can be reached; what was uploaded is kept"
            raise _refused(repository, error, remedy) from error
        advance(len(planned.files))
    return replace(planned, url=url)


def _refused(repository: str, error: Exception, remedy: str) -> UsageError:
    said = str(error).strip().splitlines()
    return UsageError(f"hub, {repository}", f"must take the data, but: {said[0] if said else type(error)}", remedy)


def forbidden(told: Export) -> str:
    """Why the data may not be shared; empty if they may."""
    if not told.shared:
        return "its mixture says shared = false"
    unknown = told.licences.get(UNKNOWN, 0)
    if unknown:
        return f"the licence of {amount(unknown, 'row')} is not stated"
    return "the licence of the whole is not stated" if told.licence == UNKNOWN else ""


def _told(folder: Path, manifest: Manifest) -> Export:
    """What the folder holds; a release is told as an export of itself."""
    if manifest.kind == "export":
        try:
            return result(manifest, Export)
        except msgspec.ValidationError as error:
            problem = f"its manifest must say what was exported, but {error}"
            raise Damaged(str(folder), problem, "Export the release again") from error
    opened = open_release(folder)
    release = opened.release
    return Export(
        name=release.name, layout="hf", digest=release.digest, examples=release.examples, left_out={}, with_history=0,
        licence=release.licence, licences=release.licences, shared=opened.mixture.shared,
    )  # fmt: skip


def _see_folders(folder: Path, files: list[Upload]) -> None:
    for name, count in Counter(file.path.rpartition("/")[0] for file in files).items():
        if count > MOST_FILES:
            problem = f"must hold at most {MOST_FILES:,} files for the hub, but holds {count:,}"
            raise DataError(str(folder / name), problem, "Build with a larger shard_rows")


def _upload(hub: "HfApi", folder: Path, planned: Pushed) -> str:
    hub.create_repo(planned.repository, repo_type=KIND, private=planned.private, exist_ok=True)
    if planned.private and not hub.repo_info(planned.repository, repo_type=KIND).private:
        problem = "must be private as asked, but exists and is public"
        raise UsageError(f"hub, {planned.repository}", problem, "Choose another name, or make it private on the hub")
    hub.upload_folder(
        repo_id=planned.repository,
        repo_type=KIND,
        folder_path=folder,
        ignore_patterns=[MANIFEST, *_strangers(folder, planned)],
        delete_patterns=list(planned.removes),
        commit_message=planned.message,
        commit_description=planned.description,
    )
    last = hub.upload_file(
        repo_id=planned.repository,
        repo_type=KIND,
        path_or_fileobj=folder / MANIFEST,
        path_in_repo=MANIFEST,
        commit_message=f"{planned.message}: finished",
    )
    return str(last.commit_url)


def _strangers(folder: Path, planned: Pushed) -> list[str]:
    """Patterns of the files that somebody else has laid into the folder."""
    ours = {file.path for file in planned.files}
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return [escape(name) for name in names if name not in ours]
