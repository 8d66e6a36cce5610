"""Optional steps of building, one a file."""

from tehon.records.step import Step
from tehon.shelf import Shelf

STEPS = Shelf("tehon.steps", Step)
