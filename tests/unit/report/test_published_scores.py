"""The page of published scores is what its script makes of the published files."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_page_is_made_from_the_files(shared: Path) -> None:
    script = ROOT / "benchmarks" / "published_scores.py"
    made = subprocess.run([sys.executable, script, shared / "reference-results"], capture_output=True, check=True)
    assert made.stdout.decode() == (ROOT / "docs" / "published_scores.md").read_text("utf-8")
