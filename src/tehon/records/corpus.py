"""What a corpus gives: licences, parts, examples, documents, and what was dropped."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from tehon.records.record import Record

Cluster = Literal[
    "commonsense",
    "summarisation",
    "reading comprehension",
    "simplification",
    "correction",
    "translation",
    "inference",
    "sentiment",
    "paraphrase",
    "question answering",
    "acceptability",
    "morality",
    "dialogue",
    "general",
]
"""The task clusters of training data: the paper's five first, then what it names as missing."""

Rendering = Literal["published", "fixed"]
"""`published` imitates the paper's generator, quirks included; `fixed` repairs its known defects."""


class Licence(Record, kw_only=True):
    """What a licence allows, with the evidence for it.

    Attributes:
        spdx: an SPDX licence expression, such as `CC-BY-SA-4.0`.
        url: where the corpus states it.
        attribution: the line that must be shown wherever the data go; empty where none is asked for.
        commercial: commercial use is allowed.
        derivatives: changed versions may be shared.
        share_alike: changed versions must carry the same licence.
    """

    spdx: str
    url: str
    attribution: str = ""
    commercial: bool = True
    derivatives: bool = True
    share_alike: bool = False


class Download(Record, kw_only=True):
    """One upstream file: where it is published, where it lies in the raw folder, how it is known again.

    Attributes:
        url: its address; of a file that only a person can get, the page to start from.
        file: its path below `RAW/NAME/`, `/` between the pieces; empty means the last piece of the address.
        sha256: of the published bytes, in lower-case hexadecimal digits; None where they are locked when first fetched.
        size_bytes: likewise.
        mirrors: other addresses of the same bytes, tried in this order.
        by_hand: one sentence, without a full stop, on how a person gets the file that no program can fetch; else empty.
        then: one sentence, without a full stop, on what must be done with it before it can be read; empty if nothing.
    """

    url: str
    file: str = ""
    sha256: str | None = None
    size_bytes: int | None = None
    mirrors: tuple[str, ...] = ()
    by_hand: str = ""
    then: str = ""

    @property
    def path(self) -> str:
        """Where it lies below `RAW/NAME/`."""
        return self.file or self.url.rpartition("/")[2]


class Part(Record, kw_only=True):
    """A slice of a source that a mixture can select by its properties.

    Attributes:
        name: unique within the source.
        cluster: the task cluster of its examples.
        language: BCP 47 code of the response.
        direction: `en-ja` for translation; None otherwise.
        translation: the examples ask for translation.
        wording: the fixed instruction, or its pattern, for the docs.
    """

    name: str
    cluster: Cluster
    language: str = "ja"
    direction: str | None = None
    translation: bool = False
    wording: str = ""


class Turn(Record, kw_only=True, gc=False):
    """One earlier turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Example(Record, kw_only=True, gc=False):
    """One instruction with its response, and where it comes from.

    Attributes:
        id: unique in a release: `jsquad/000123`.
        upstream_id: the corpus's own id, or the row number where it has none.
        instruction: what is asked.
        input: the material it is asked about; empty when there is none.
        response: the answer to learn.
        history: earlier turns of the same conversation, oldest first, a system prompt at the front.
        source: the source's name.
        part: the part's name.
        split: the upstream split that it was read from.
        cluster: its task cluster.
        language: BCP 47 code of the response.
        licence: SPDX expression.
        wording: which of several wordings was chosen; empty where there is one.
    """

    id: str
    upstream_id: str
    instruction: str
    input: str = ""
    response: str
    history: tuple[Turn, ...] = ()
    source: str
    part: str
    split: str
    cluster: Cluster
    language: str
    licence: str
    wording: str = ""


class Document(Record, kw_only=True, gc=False):
    """A plain text for continued pre-training, and where it comes from.

    Attributes:
        id: unique in a release: `aozora/000123`.
        upstream_id: the corpus's own id, or the file and row where it has none.
        title: of the work, article or page; empty where it has none.
        text: the whole of it, paragraphs as lines.
        source: the source's name.
        split: the upstream split that it was read from.
        language: BCP 47 code.
        licence: SPDX expression.
    """

    id: str
    upstream_id: str
    title: str = ""
    text: str
    source: str
    split: str
    language: str
    licence: str


class Drop(Record, kw_only=True, omit_defaults=True):
    """A row that was left out, by which step and why; every one is counted in the card.

    Attributes:
        example_id: the example's id, or `source/file:row` for a row that never became one.
        step: the step's name, such as `read` or `deduplicate`.
        reason: a short constant phrase, the key of the count.
        damaged: the row is broken, not merely unwanted; such rows are listed in the quarantine too.
        byte_offset: where a damaged row starts in its file (decompressed); None where the format has no lines.
        repeats: the id of what it repeats and what stayed then: of several the first one; empty for other reasons.
    """

    example_id: str
    step: str
    reason: str
    damaged: bool = False
    byte_offset: int | None = None
    repeats: str = ""


class ReadOptions(Record, kw_only=True):
    """How a source is read.

    Attributes:
        rendering: imitate the paper's generator, or repair its defects.
        splits: the splits to read; None means those that the source allows for training.
        variant: which of the source's published renderings is imitated; empty means the last of them.
        seed: the key of every keyed choice (wordings).
        piece: one of the source's pieces, such as a group of files; empty reads all of it.
    """

    rendering: Rendering = "fixed"
    splits: tuple[str, ...] | None = None
    variant: str = ""
    seed: int = 0
    piece: str = ""


class Measured(Record, kw_only=True):
    """What one split gave when its real file was read in the fixed rendering.

    Attributes:
        examples: how many.
        left_out: rows that became none.
        note: how the file at hand differs from upstream's, such as `half of upstream's 120`; empty if it is whole.
    """

    examples: int
    left_out: int = 0
    note: str = ""


class Source(Record, kw_only=True):
    """One corpus: what it is, what may be done with it, and how its files are read.

    Attributes:
        name: the file's name on the shelf.
        title: the corpus's own name.
        licence: its licence, with evidence.
        citation: how its authors want to be cited.
        homepage: where it is published.
        splits: split -> it may be trained on.
        benchmark: the benchmark family that its data belong to, such as `jglue`; empty if none.
        encoding: of its text files; never guessed.
        downloads: its upstream files.
        parts: what mixtures select from it.
        sample: file name -> content written by us in the upstream layout; feeds its contract test and docs row.
        read: yields an Example for every row that can be one and a Drop for every row that cannot, in upstream order.
            Its folder holds the upstream files under their upstream names.
        variants: name -> what it does, of the published renderings that releases differ in, oldest first; the last one
            is the default. Named after the first release that has it; empty where all releases agree.
        fields: the corpus's fields that the examples are made of, for a corpus that the paper lacks.
        labels: label -> the word that is the response; empty where responses are no labels.
        measured: split -> what its real file gave; splits whose files were not at hand are not in it.
        embedded: the examples are made by the package itself, so no raw folder is needed.
        stated: completes the source with what the user states in the raw folder, the licence at least; None where the
            corpus is known without.
        many: gives the source `NAME/FOLDER`, one like this with files of its own in `RAW/NAME/FOLDER/`; None where
            there is one corpus of the kind.
        pieces: names, in upstream order, of the pieces that can be read apart (`ReadOptions.piece`); reading them one
            after the other gives the rows of the whole. None where the source is one piece.
        documents: yields plain texts for continued pre-training instead; None where the corpus has none.
    """

    name: str
    title: str
    licence: Licence
    citation: str
    homepage: str
    splits: Mapping[str, bool]
    benchmark: str = ""
    encoding: str = "utf-8"
    downloads: tuple[Download, ...] = ()
    parts: tuple[Part, ...]
    sample: Mapping[str, bytes]
    read: Callable[[Path, ReadOptions], Iterator[Example | Drop]]
    variants: Mapping[str, str] = {}
    fields: tuple[str, ...] = ()
    labels: Mapping[str, str] = {}
    measured: Mapping[str, Measured] = {}
    embedded: bool = False
    stated: Callable[[Path], "Source"] | None = None
    many: Callable[[str], "Source"] | None = None
    pieces: Callable[[Path, ReadOptions], tuple[str, ...]] | None = None
    documents: Callable[[Path, ReadOptions], Iterator[Document | Drop]] | None = None
