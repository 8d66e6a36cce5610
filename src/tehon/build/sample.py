"""What a source's examples look like, without any raw files: read from its own sample."""

from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from tehon.records.corpus import Drop, Example, ReadOptions, Source


def sample_rows(source: Source, options: ReadOptions) -> list[Example | Drop]:
    """Everything that the source reads from its sample; of one whose examples the package makes, the first hundred."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in source.sample.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return list(islice(source.read(folder, options), 100 if source.embedded else None))


def sample_examples(source: Source, count: int, options: ReadOptions | None = None) -> list[Example]:
    """Up to `count` examples of it."""
    rows = sample_rows(source, options or ReadOptions())
    return [row for row in rows if isinstance(row, Example)][:count]
