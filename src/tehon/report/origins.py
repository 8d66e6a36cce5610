"""What must be known to make a folder again, read off its configuration."""

import shlex
from collections.abc import Iterator, Mapping, Sequence

from tehon.records.reporting import Origin
from tehon.storage.manifest import pretty

SEEDS = {"seed", "seeds"}


def seeds(config: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every seed of a configuration: where it stands, and what it is."""
    if isinstance(config, Mapping):
        for key, value in config.items():
            inner = f"{path}.{key}" if path else str(key)
            if key in SEEDS and value is not None:
                yield inner, ", ".join(map(str, value)) if isinstance(value, Sequence) else str(value)
            else:
                yield from seeds(value, inner)
    elif isinstance(config, Sequence) and not isinstance(config, str):
        for place, value in enumerate(config):
            yield from seeds(value, f"{path}.{place}")


def again(origins: Sequence[Origin]) -> str:
    """The command that makes the report of these folders."""
    return shlex.join(["tehon", "report", *(origin.folder for origin in origins), "--out", "DIR"])


def as_text(config: Mapping[str, object]) -> str:
    """A configuration as a person can read it."""
    return pretty(config).decode().rstrip()
