"""What every test may use."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from tehon.records.corpus import Example
from tehon.records.files import Provenance
from tehon.records.release import Release
from tehon.sources import SOURCES
from tehon.storage.manifest import finish
from tehon.storage.provenance import provenance
from tehon.storage.shards import DATA, LAYOUTS, PUBLISHED, batch, content_digests, published, write_shard
from tehon.tasks import TASKS

SHARED = Path(os.environ.get("TEHON_SHARED", Path(__file__).resolve().parents[2] / "shared" / "data"))


@pytest.fixture(scope="session", autouse=True)
def _hearing_ctrl_c() -> None:
    """A shell that starts the tests in the background has them ignore SIGINT, which their children would inherit."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real corpora; a clone of the project alone has none."""
    if not SHARED.is_dir():
        pytest.skip(f"real corpora are not at {SHARED} (set TEHON_SHARED)")
    return SHARED


class Golden:
    """Files of expected text below tests/golden; `make golden` rewrites them, and a person reviews the difference."""

    folder = Path(__file__).resolve().parent / "golden"

    def check(self, name: str, text: str) -> None:
        """Assert that `text` is what the golden file holds."""
        path = self.folder / name
        if os.environ.get("TEHON_REWRITE_GOLDEN"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        assert path.exists(), f"{path} is missing: run make golden"
        assert text == path.read_text("utf-8")


@pytest.fixture(scope="session")
def golden() -> Golden:
    """Compares text with its golden file."""
    return Golden()


@pytest.fixture(scope="session", autouse=True)
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Tiny models are made anew for every run of the tests, in a folder of their own."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEHON_CACHE", str(folder))
        yield folder


def example(number: int, instruction: str, material: str = "", response: str = "はい") -> Example:
    """An example of no corpus."""
    return Example(
        id=f"test/{number:06d}",
        upstream_id=str(number),
        instruction=instruction,
        input=material,
        response=response,
        source="test",
        part="test",
        split="train",
        cluster="general",
        language="ja",
        licence="CC0-1.0",
    )


@pytest.fixture(scope="session")
def make_example() -> Callable[..., Example]:
    """Makes an example from its number and texts."""
    return example


def write_examples(folder: Path, examples: Sequence[Example]) -> bytes:
    """Write examples as shards of at most a hundred; the digests of all of them."""
    (folder / DATA).mkdir(parents=True)
    digests = b""
    with (folder / PUBLISHED).open("wb") as stream:
        for number, start in enumerate(range(0, len(examples), 100)):
            layout, rows = LAYOUTS["examples"], examples[start : start + 100]
            write_shard(folder / DATA / f"00-test-{number:05d}.parquet", layout, [batch(layout, rows)])
            stream.write(published(layout, rows))
            digests += content_digests(rows)
    return digests


@pytest.fixture(scope="session")
def make_release() -> Callable[..., Path]:
    """Writes examples as a finished release."""

    def write(folder: Path, examples: Sequence[Example], name: str = "test", made: Provenance | None = None) -> Path:
        digests = write_examples(folder, examples)
        release = Release(
            name=name,
            examples=len(examples),
            by_source=dict(Counter(row.source for row in examples)),
            by_cluster=dict(Counter(row.cluster for row in examples)),
            licences=dict(Counter(row.licence for row in examples)),
            licence=examples[0].licence,
            ledger=(),
            digest=sha256(digests).hexdigest(),
        )
        finish(folder, "release", config={}, inputs={}, result=release, provenance=made or provenance())
        return folder

    return write


@pytest.fixture(scope="session")
def few_examples() -> list[Example]:
    """Forty short examples, some with a shared instruction, some with an input."""
    return [
        example(
            number,
            ("要約してください。", "日本で一番高い山は？", f"{number}番の質問です。")[number % 3],
            "今日は朝から雨が降っていました。" * (number % 4) if number % 3 == 0 else "",
            ("富士山", "雨の話です。", "分かりません。", f"{number}です。")[number % 4],
        )
        for number in range(40)
    ]


@pytest.fixture
def sample_raw() -> Callable[..., Path]:
    """Writes a raw folder with the samples of these sources and tasks."""

    def write(raw: Path, *names: str) -> Path:
        for name in names:
            sample = SOURCES[name].sample if name in SOURCES else TASKS[name].sample
            for file, content in sample.items():
                path = raw / name / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        return raw

    return write
