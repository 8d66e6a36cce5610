"""Raw folders made of the corpora's own samples."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tehon.sources import SOURCES
from tehon.tasks import TASKS


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
