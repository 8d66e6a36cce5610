"""The first step: which rows of which sources, and where they come from."""

from collections.abc import Iterator
from pathlib import Path

from tehon.errors import BadRawFile, RawFileMissing, UnknownName, UsageError
from tehon.formats.finding import listed
from tehon.records.corpus import Drop, ReadOptions, Source
from tehon.records.release import Mixture
from tehon.records.step import Content
from tehon.records.supply import Supply
from tehon.sources import SOURCES
from tehon.storage.raw import stand_in

STEP = "read"
OTHER_PART = "part not in the mixture"


def supplies(mixture: Mixture, raw: Path | None) -> list[Supply]:
    """The mixture's sources in its order, each with its folder.

    Raises:
        UnknownName: a source or a part does not exist.
        RawFileMissing: a source has no raw folder.
    """
    found = []
    for name, share in mixture.sources.items():
        source = SOURCES[name]
        folder = None if source.embedded else _folder(source, raw)
        if source.stated and folder:
            source = source.stated(folder)
        known = [part.name for part in source.parts]
        for part in share.parts or ():
            if part not in known:
                raise UnknownName("part", part, known)
        note = stand_in(folder) if folder else ""
        found.append(Supply(source=source, share=share, folder=folder, licence=source.licence, stand_in=note))
    return found


def files(supply: Supply) -> dict[str, Path]:
    """`source/file` -> path of every file below the source's raw folder, hidden ones left out."""
    if supply.folder is None:
        return {}
    return {f"{supply.source.name}/{name}": supply.folder / name for name in listed(supply.folder)}


def pieces(supply: Supply, mixture: Mixture) -> tuple[str, ...]:
    """Names of the pieces in which the source can be read, in order; one without a name where it is read whole."""
    source = supply.source
    if source.pieces is None or supply.folder is None:
        return ("",)
    return source.pieces(supply.folder, _options(supply, mixture)) or ("",)


def read(supply: Supply, mixture: Mixture, piece: str = "") -> Iterator[Content | Drop]:
    """Every row of the source or of one of its pieces, examples of parts that the mixture does not take dropped.

    Raises:
        BadRawFile: a file is damaged.
        RawFileMissing: a file is missing.
        UsageError: the mixture asks for documents of a source that has none.
    """
    try:
        yield from _rows(supply, mixture, piece)
    except BadRawFile as error:
        if supply.folder is None or Path(error.where).is_absolute():
            raise
        raise BadRawFile(str(supply.folder / error.where), error.problem, error.remedy) from error


def _rows(supply: Supply, mixture: Mixture, piece: str) -> Iterator[Content | Drop]:
    source, folder = supply.source, supply.folder or Path()
    options = _options(supply, mixture, piece)
    if mixture.kind == "documents":
        if source.documents is None:
            problem = "must have documents for a mixture of documents, but has only examples"
            raise UsageError(f"source {source.name}", problem, 'Leave it out, or write kind = "examples"')
        yield from source.documents(folder, options)
        return
    taken = {
        part.name
        for part in source.parts
        if (mixture.translation or not part.translation) and part.name in (supply.share.parts or (part.name,))
    }
    for row in source.read(folder, options):
        if isinstance(row, Drop) or row.part in taken:
            yield row
        else:
            yield Drop(example_id=row.id, step=STEP, reason=OTHER_PART)


def _options(supply: Supply, mixture: Mixture, piece: str = "") -> ReadOptions:
    share = supply.share
    return ReadOptions(
        rendering=mixture.rendering, splits=share.splits, variant=share.variant, seed=mixture.seed, piece=piece
    )


def _folder(source: Source, raw: Path | None) -> Path:
    names = " and ".join(download.path for download in source.downloads) or "its files"
    by_itself = any(not download.by_hand for download in source.downloads)
    if raw is None:
        fetch = f"Run tehon fetch {source.name} --raw RAW" if by_itself else f"Put {names} into RAW/{source.name}/"
        problem = "needs its raw files, but no raw folder was given"
        raise RawFileMissing(f"source {source.name}", problem, f"{fetch} and give RAW with --raw")
    folder = raw / source.name
    if not folder.is_dir():
        problem = "must be a folder with the raw files, but there is none"
        fetch = f"Run tehon fetch {source.name} --raw {raw}, or put" if by_itself else "Put"
        raise RawFileMissing(str(folder), problem, f"{fetch} {names} there" + _from(source))
    return folder


def _from(source: Source) -> str:
    return f" (from {source.homepage})" if source.homepage else ""
