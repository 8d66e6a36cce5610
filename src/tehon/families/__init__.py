"""The shelf of model families: one file, one entry (`FAMILY = Family(...)`)."""

from tehon.records.tuning import Family
from tehon.shelf import Shelf

FAMILIES = Shelf("tehon.families", Family)
