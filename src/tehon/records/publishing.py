"""What publishing takes and gives: exports, differences between releases, pushes to a hub."""

from typing import Literal

from tehon.records.record import Record

LayoutName = Literal["alpaca", "sharegpt", "messages", "hf"]


class Export(Record, kw_only=True):
    """A release in another layout.

    Attributes:
        name: the release's name.
        layout: how its rows are written.
        digest: the release's digest.
        examples: rows that were written.
        left_out: reason -> rows that the layout cannot hold.
        with_history: rows with earlier turns among those that were written.
        licence: the SPDX expression of the whole.
        licences: SPDX expression -> rows of the release.
        shared: the release's mixture says that it may be shared.
    """

    name: str
    layout: LayoutName
    digest: str
    examples: int
    left_out: dict[str, int]
    with_history: int
    licence: str
    licences: dict[str, int]
    shared: bool


class Side(Record, kw_only=True):
    """One of two releases.

    Attributes:
        name: the mixture's name.
        examples: how many there are.
        digest: of the examples in order.
        licence: the SPDX expression of the whole.
    """

    name: str
    examples: int
    digest: str
    licence: str


class Counted(Record, kw_only=True):
    """A count before and after."""

    name: str
    before: int
    after: int


class Setting(Record, kw_only=True):
    """A setting of the mixture before and after, as JSON; empty where there is none."""

    key: str
    before: str
    after: str


class Moved(Record, kw_only=True):
    """What became of one source's examples.

    Attributes:
        source: its name.
        same: the same text on both sides.
        changed: the same id or upstream id, another text.
        gone: only before.
        new: only after.
    """

    source: str
    same: int
    changed: int
    gone: int
    new: int


class Shown(Record, kw_only=True):
    """One example of a kind of difference; `before` or `after` is empty where the example is not there."""

    kind: Literal["changed", "gone", "new"]
    source: str
    id: str
    before: str
    after: str


class Differences(Record, kw_only=True):
    """What lies between two releases.

    Attributes:
        before: the earlier one.
        after: the later one.
        reordered: both hold the same examples, in another order.
        sources: examples by source.
        clusters: examples by task cluster.
        licences: examples by licence.
        moved: source by source, what became of the examples.
        shown: a few of them.
        settings: what differs in the mixtures.
        inputs: name of each input that differs -> `new`, `gone` or `changed`.
    """

    before: Side
    after: Side
    reordered: bool
    sources: tuple[Counted, ...]
    clusters: tuple[Counted, ...]
    licences: tuple[Counted, ...]
    moved: tuple[Moved, ...]
    shown: tuple[Shown, ...]
    settings: tuple[Setting, ...]
    inputs: dict[str, str]


class Foreseen(Record, kw_only=True):
    """What leaving sources out will do, as far as the ledger of the whole can tell.

    Attributes:
        before: examples with them.
        after: examples without them, at least.
        sources: examples by source.
        may_return: examples of other sources that were left out because they stood before, or nearly, and may come
            back now.
    """

    before: int
    after: int
    sources: tuple[Counted, ...]
    may_return: int


class Upload(Record, kw_only=True):
    """One file of a push."""

    path: str
    size_bytes: int


class Pushed(Record, kw_only=True):
    """A push, or what it would be.

    Attributes:
        repository: `USER/NAME`.
        private: whether a repository that is made anew is private.
        message: of the commit.
        description: of the commit, below its message.
        files: what is uploaded.
        size_bytes: of all of them.
        removes: patterns of files that are taken out of the repository where the release does not have them.
        url: of the commit; empty for a dry run.
    """

    repository: str
    private: bool
    message: str
    description: str
    files: tuple[Upload, ...]
    size_bytes: int
    removes: tuple[str, ...]
    url: str = ""
