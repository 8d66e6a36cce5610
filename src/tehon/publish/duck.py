"""Questions about whole releases, asked of DuckDB: out of core, straight from the shards."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import duckdb

MEMORY = "1GB"
"""What does not fit lies in a temporary folder."""


@contextmanager
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that spills to disk; closed in the end."""
    with TemporaryDirectory(prefix="tehon-") as scratch:
        settings = {"memory_limit": MEMORY, "temp_directory": scratch, "preserve_insertion_order": "false"}
        connection = duckdb.connect(config=settings)
        try:
            yield connection
        finally:
            connection.close()
