"""What building takes and gives: the mixture, the ledger, the release."""

from typing import Annotated

import msgspec

from tehon.records.corpus import Cluster, Rendering
from tehon.records.record import Record


class Share(Record, kw_only=True):
    """How much of one source a mixture takes.

    Attributes:
        limit: at most this many examples, chosen by keyed hash; None takes all.
        weight: how often the source is repeated within an epoch; a fraction keeps that share by keyed hash.
        parts: only these parts; None takes every part that the mixture's own rules allow.
        splits: only these splits; None takes those that may be trained on.
    """

    limit: Annotated[int, msgspec.Meta(ge=1)] | None = None
    weight: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    parts: tuple[str, ...] | None = None
    splits: tuple[str, ...] | None = None


class Mixture(Record, kw_only=True):
    """Which sources make a release, and how.

    Attributes:
        name: the file's name.
        title: one line for the card.
        sources: source -> share, in the order of the release.
        rendering: imitate the paper's generators, or repair their defects.
        translation: parts that ask for translation are taken.
        commercial: the release must allow commercial use.
        share_alike: share-alike sources are allowed in.
        deduplicate: drop examples whose normalised instruction, input and response stood before.
        held_out: tasks whose items must not be in the release; their raw files must be at hand.
        seed: the key of every keyed choice.
        shard_rows: examples in one Parquet shard.
    """

    name: str
    title: str = ""
    sources: dict[str, Share]
    rendering: Rendering = "fixed"
    translation: bool = True
    commercial: bool = False
    share_alike: bool = True
    deduplicate: bool = True
    held_out: tuple[str, ...] = ()
    seed: int = 0
    shard_rows: Annotated[int, msgspec.Meta(ge=1)] = 100_000


class LedgerLine(Record, kw_only=True):
    """What one step did to one source's rows: `read` equals `kept` plus all of `dropped`.

    Attributes:
        source: the source's name.
        step: the step's name.
        read: rows that came in.
        kept: rows that went on.
        dropped: reason -> rows left out.
        note: what else should be said, such as a repetition by weight.
    """

    source: str
    step: str
    read: int
    kept: int
    dropped: dict[str, int]
    note: str = ""


class Release(Record, kw_only=True):
    """A finished dataset.

    Attributes:
        name: the mixture's name.
        examples: how many there are.
        by_source: source -> examples.
        by_cluster: cluster -> examples.
        licences: SPDX expression -> examples.
        licence: the SPDX expression of the whole.
        ledger: every source's way through every step.
        digest: sha256 over the examples in order, independent of the file format.
    """

    name: str
    examples: int
    by_source: dict[str, int]
    by_cluster: dict[Cluster, int]
    licences: dict[str, int]
    licence: str
    ledger: tuple[LedgerLine, ...]
    digest: str
