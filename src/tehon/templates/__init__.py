"""The shelf of prompt templates: one file, one entry (`TEMPLATE = Template(...)`)."""

from tehon.records.prompt import Template
from tehon.shelf import Shelf

TEMPLATES = Shelf("tehon.templates", Template)
