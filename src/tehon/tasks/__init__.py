"""The shelf of evaluation tasks: one file, one entry (`TASK = Task(...)`)."""

from tehon.records.evaluation import Task
from tehon.shelf import Shelf

TASKS = Shelf("tehon.tasks", Task)
