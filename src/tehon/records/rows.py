"""What a source's reader makes of its files, before it becomes an Example or a Drop."""

from collections.abc import Iterable, Iterator

from tehon.records.corpus import Document, Drop, Example, Source, Turn
from tehon.records.record import Record


class Row(Record, kw_only=True, gc=False):
    """An Example without what its source knows anyway: number, source, licence, cluster, language.

    Attributes:
        upstream_id: the corpus's own id.
        instruction: what is asked.
        input: the material it is asked about.
        response: the answer to learn.
        history: earlier turns, oldest first.
        part: the part of the source that it belongs to.
        split: the upstream split that it was read from.
        language: of the response; empty means the part's.
        wording: which of several wordings was chosen.
    """

    upstream_id: str
    instruction: str
    input: str = ""
    response: str
    history: tuple[Turn, ...] = ()
    part: str
    split: str
    language: str = ""
    wording: str = ""


class Text(Record, kw_only=True):
    """A Document without what its source knows anyway: number, source, licence.

    Attributes:
        upstream_id: the corpus's own id.
        title: of the work, article or page; empty where it has none.
        text: the whole of it, paragraphs as lines.
        split: the upstream split that it was read from.
        language: BCP 47 code.
    """

    upstream_id: str
    title: str = ""
    text: str
    split: str
    language: str = "ja"


class LeftOut(Record, kw_only=True):
    """A row that cannot become an example.

    Attributes:
        place: `file:row`.
        reason: a short constant phrase, the key of the count.
        damaged: the row is broken (not text, not JSON, a field missing), not merely unwanted.
        byte_offset: where a damaged row starts in its file (decompressed); None where the format has no lines.
    """

    place: str
    reason: str
    damaged: bool = False
    byte_offset: int | None = None


def examples(source: Source, rows: Iterable[Row | LeftOut], licence: str = "") -> Iterator[Example | Drop]:
    """Number the rows that can be used from zero, in order, and complete them from their source.

    Args:
        source: whose rows they are.
        rows: in upstream order.
        licence: SPDX expression; empty means the source's own.
    """
    parts = {part.name: part for part in source.parts}
    number = 0
    for row in rows:
        if isinstance(row, LeftOut):
            yield _drop(source, row)
            continue
        part = parts[row.part]
        yield Example(
            id=f"{source.name}/{number:06d}",
            upstream_id=row.upstream_id,
            instruction=row.instruction,
            input=row.input,
            response=row.response,
            history=row.history,
            source=source.name,
            part=part.name,
            split=row.split,
            cluster=part.cluster,
            language=row.language or part.language,
            licence=licence or source.licence.spdx,
            wording=row.wording,
        )
        number += 1


def documents(source: Source, texts: Iterable[Text | LeftOut], licence: str = "") -> Iterator[Document | Drop]:
    """Number the texts from zero, in order, and complete them from their source; one without a letter is left out.

    Args:
        source: whose texts they are.
        texts: in upstream order.
        licence: SPDX expression; empty means the source's own.
    """
    number = 0
    for text in texts:
        if isinstance(text, LeftOut):
            yield _drop(source, text)
            continue
        if not text.text.strip():
            yield _drop(source, LeftOut(place=text.upstream_id, reason="no text"))
            continue
        yield Document(
            id=f"{source.name}/{number:06d}",
            upstream_id=text.upstream_id,
            title=text.title,
            text=text.text,
            source=source.name,
            split=text.split,
            language=text.language,
            licence=licence or source.licence.spdx,
        )
        number += 1


def _drop(source: Source, row: LeftOut) -> Drop:
    return Drop(
        example_id=f"{source.name}/{row.place}",
        step="read",
        reason=row.reason,
        damaged=row.damaged,
        byte_offset=row.byte_offset,
    )
