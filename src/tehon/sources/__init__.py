"""The shelf of corpora that releases are built from: one file, one entry (`SOURCE = Source(...)`)."""

from tehon.records.corpus import Source
from tehon.shelf import Shelf

SOURCES = Shelf("tehon.sources", Source, maker=lambda source: source.many)
