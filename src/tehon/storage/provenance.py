"""Where and with what a result was made."""

import platform
import shlex
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tehon import __version__
from tehon.records.files import Provenance

PACKAGES = (
    "accelerate", "babel", "duckdb", "msgspec", "numpy", "peft", "pyarrow", "rensa", "tokenizers", "torch",
    "transformers", "xxhash",
)  # fmt: skip


def provenance(*, machine: str = "", wall_seconds: float | None = None) -> Provenance:
    """What can change a result: versions, commit, command, and what the caller adds."""
    return Provenance(
        version=__version__,
        commit=commit(),
        python=platform.python_version(),
        packages=versions(),
        machine=machine,
        command=command() if wall_seconds is not None else "",
        wall_seconds=wall_seconds,
    )


def versions() -> dict[str, str]:
    """Package -> version of those of PACKAGES that are installed."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def commit() -> str:
    """The commit of the checkout that this package lies in, `+` where it has changes; empty outside one."""
    root = Path(__file__).resolve().parents[3]
    if not (root / ".git").exists():
        return ""
    described = subprocess.run(  # noqa: S603 - fixed words and our own path
        ["git", "-C", str(root), "describe", "--always", "--dirty=+", "--abbrev=12"],  # noqa: S607 - git by PATH
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip()


def command() -> str:
    """The command line as a person would type it."""
    return shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])


def processor() -> str:
    """The processor in words."""
    info = Path("/proc/cpuinfo")
    names = (
        [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        if info.exists()
        else []
    )
    return f"{len(names)} x {names[0]}" if names else platform.processor() or platform.machine()
