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
