"""The shelf of executors: where a build's tasks run, one file each."""

from tehon.records.execution import Executor
from tehon.shelf import Shelf

EXECUTORS = Shelf("tehon.executors", Executor)
