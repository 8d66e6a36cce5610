"""What every test may use."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("TEHON_SHARED", Path(__file__).resolve().parents[2] / "shared" / "data"))


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
