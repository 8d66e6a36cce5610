"""What building takes and gives: the mixture, the ledger, the release."""

from typing import Annotated, Any, Literal

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
        variant: which of the source's published renderings is imitated; empty means the last of them. The fixed
            rendering has none.
    """

    limit: Annotated[int, msgspec.Meta(ge=1)] | None = None
    weight: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    parts: tuple[str, ...] | None = None
    splits: tuple[str, ...] | None = None
    variant: str = ""


class NearDuplicates(Record, kw_only=True):
    """What counts as nearly the same example.

    A pair is looked at where all `rows` of MinHash's values agree in one of the `bands`: at a likeness of J, that
    happens with a chance of 1 - (1 - J^rows)^bands.

    Attributes:
        threshold: Jaccard similarity of the two sets of shingles from which one of two examples goes.
        shingle: letters in one shingle; a shorter text is one shingle. Long documents need more, such as 5.
        bands: groups of MinHash values; more find more of the pairs near the threshold, at 8 bytes an example each.
        rows: values in one band; more let fewer strangers in.
        most_cluster: members of one cluster; what joins a full cluster starts another.
    """

    threshold: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.7
    shingle: Annotated[int, msgspec.Meta(ge=1)] = 3
    bands: Annotated[int, msgspec.Meta(ge=1)] = 20
    rows: Annotated[int, msgspec.Meta(ge=1)] = 4
    most_cluster: Annotated[int, msgspec.Meta(ge=2)] = 10_000


class Expected(Record, kw_only=True):
    """How many examples a published release had, for comparison.

    Attributes:
        sources: whose examples the figure counts; where only a sum is known there are several.
        parts: only these of their parts; empty counts all.
        examples: the published figure.
        reason: why a build may differ from it, in one sentence.
    """

    sources: tuple[str, ...]
    parts: tuple[str, ...] = ()
    examples: int
    reason: str = ""


class Mixture(Record, kw_only=True):
    """Which sources make a release, and how.

    Attributes:
        name: the file's name.
        title: one line for the card.
        kind: `examples` for instruction tuning, or `documents`, plain text for continued pre-training.
        sources: source -> share, in the order of the release.
        rendering: imitate the paper's generators, or repair their defects.
        translation: parts that ask for translation are taken.
        shared: the release is meant to be shared, so its licences must allow one work; where it is not, any licences
            can stand together, for the builder's own use.
        commercial: the release must allow commercial use.
        share_alike: share-alike sources are allowed in.
        steps: optional step -> its options, in the order in which they are taken after cleaning.
        deduplicate: drop examples whose normalised instruction, input and response stood before.
        near_duplicates: drop examples that nearly repeat another; None leaves them.
        held_out: tasks whose items must not be in the release; their raw files must be at hand.
        held_out_files: JSON Lines of the user's own, each line an object whose texts must not be in the release.
        most_damaged: share of a source's rows that may be damaged before the build fails.
        seed: the key of every keyed choice.
        shard_rows: examples in one Parquet shard.
        expected: name -> a published count to compare with; no part of a source is counted by two.
        expected_total: the published count of the whole; None where there is none.
    """

    name: str
    title: str = ""
    kind: Literal["examples", "documents"] = "examples"
    sources: dict[str, Share]
    rendering: Rendering = "fixed"
    translation: bool = True
    shared: bool = True
    commercial: bool = False
    share_alike: bool = True
    steps: dict[str, dict[str, Any]] = {}
    deduplicate: bool = True
    near_duplicates: NearDuplicates | None = None
    held_out: tuple[str, ...] = ()
    held_out_files: tuple[str, ...] = ()
    most_damaged: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.01
    seed: int = 0
    shard_rows: Annotated[int, msgspec.Meta(ge=1)] = 100_000
    expected: dict[str, Expected] = {}
    expected_total: int | None = None


class LedgerLine(Record, kw_only=True, omit_defaults=True):
    """What one step did to one source's rows: `read` equals `kept` plus all of `dropped`.

    Attributes:
        source: the source's name.
        step: the step's name.
        read: rows that came in.
        kept: rows that went on.
        dropped: reason -> rows left out.
        damaged: how many of them were broken.
        note: what else should be said, such as a repetition by weight.
    """

    source: str
    step: str
    read: int
    kept: int
    dropped: dict[str, int]
    damaged: int = 0
    note: str = ""


class Compared(Record, kw_only=True):
    """A published count beside what a build gave.

    Attributes:
        name: of the count in the mixture; `total` for the whole.
        sources: whose examples it counts.
        parts: only these of their parts; empty counts all.
        expected: the published figure.
        actual: examples of the build.
        difference: actual less expected.
        reason: why they differ; empty where they do not.
    """

    name: str
    sources: tuple[str, ...]
    parts: tuple[str, ...] = ()
    expected: int
    actual: int
    difference: int
    reason: str = ""


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
        compared: published counts beside its own; empty where the mixture knows none.
        shared_passages: source -> held-out task -> examples in which a passage of the task's items stands with another
            question; they stay.
    """

    name: str
    examples: int
    by_source: dict[str, int]
    by_cluster: dict[Cluster, int]
    licences: dict[str, int]
    licence: str
    ledger: tuple[LedgerLine, ...]
    digest: str
    compared: tuple[Compared, ...] = ()
    shared_passages: dict[str, dict[str, int]] = {}
