"""Finished releases of hand-made examples, written as a build writes them."""

from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import groupby
from pathlib import Path

import pytest

from tehon.records.corpus import Document, Example, Turn
from tehon.records.release import LedgerLine, Mixture, Release, Share
from tehon.records.step import Content
from tehon.storage.manifest import finish, plain
from tehon.storage.provenance import provenance
from tehon.storage.shards import DATA, LAYOUTS, PUBLISHED, batch, content_digests, published, write_shard

Write = Callable[..., Path]


def said(source: str, number: int, instruction: str, response: str = "はい", **more: object) -> Example:
    """An example of a source."""
    fields: dict[str, object] = {
        "id": f"{source}/{number:06d}", "upstream_id": str(number), "instruction": instruction, "response": response,
        "source": source, "part": "all", "split": "train", "cluster": "general", "language": "ja",
        "licence": "CC-BY-4.0",
    }  # fmt: skip
    return Example(**(fields | more))  # type: ignore[arg-type]


def turns(*texts: str, system: str = "") -> tuple[Turn, ...]:
    """Turns of user and assistant, perhaps after a system prompt."""
    first = (Turn(role="system", content=system),) if system else ()
    return first + tuple(Turn(role="assistant" if i % 2 else "user", content=text) for i, text in enumerate(texts))


@pytest.fixture(scope="session")
def write_release() -> Write:
    """Writes contents as a finished release, one shard a run of equal sources."""

    def write(
        folder: Path,
        contents: Sequence[Content],
        *,
        licence: str = "CC-BY-4.0",
        ledger: tuple[LedgerLine, ...] = (),
        inputs: dict[str, str] | None = None,
        **settings: object,
    ) -> Path:
        kind = "documents" if isinstance(contents[0], Document) else "examples"
        sources = {content.source: Share() for content in contents}
        mixture = Mixture(name="small", sources=sources, kind=kind, **settings)  # type: ignore[arg-type]
        (folder / DATA).mkdir(parents=True)
        layout = LAYOUTS[kind]
        for place, (source, group) in enumerate(groupby(contents, key=lambda content: content.source)):
            write_shard(folder / DATA / f"{place:02d}-{source}-00000.parquet", layout, [batch(layout, list(group))])
        (folder / PUBLISHED).write_bytes(published(layout, contents))
        release = Release(
            name=mixture.name,
            examples=len(contents),
            by_source=dict(Counter(content.source for content in contents)),
            by_cluster=dict(Counter(content.cluster for content in contents if isinstance(content, Example))),
            licences=dict(Counter(content.licence for content in contents)),
            licence=licence,
            ledger=ledger,
            digest=sha256(content_digests(contents)).hexdigest(),
        )
        (folder / "LICENSE").write_text("the licence", "utf-8")
        (folder / "NOTICE.md").write_text("the notice", "utf-8")
        (folder / "README.md").write_text("---\nlicense: cc-by-4.0\n---\n", "utf-8")
        finish(
            folder, "release", config={"mixture": plain(mixture)}, inputs=inputs or {}, result=release,
            provenance=provenance(),
        )  # fmt: skip
        return folder

    return write


@pytest.fixture(scope="session")
def mixed() -> list[Example]:
    """Examples of two sources, two clusters in one of them, some with earlier turns, one out of turn."""
    return [
        said("a", 0, "空の色は？", "青です。"),
        said("a", 1, "足してください。", "5です。", input="2と3", cluster="commonsense"),
        said("a", 2, "夕方は？", "赤です。", history=turns("空の色は？", "青です。", system="短く。")),
        said("b", 0, "次は？", "終わりです。", history=turns("始めますか？"), licence="MIT", cluster="dialogue"),
        said("b", 1, "もう一度。", "はい。", history=turns("一", "二", "三", "四"), licence="MIT", cluster="dialogue"),
    ]
