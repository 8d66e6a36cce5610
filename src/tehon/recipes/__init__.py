"""The shelves of TOML files: one file, one mixture, tuning recipe, suite, protocol or experiment.

A variant is written as its difference: `extends = "NAME"`, `without = ["sources.NAME"]`, and what is changed.
"""

from tehon.formats.toml import TomlShelf
from tehon.records import evaluation, release, reporting, tuning

MIXTURES = TomlShelf("mixtures", release.Mixture)
RECIPES = TomlShelf("tuning", tuning.Recipe)
SUITES = TomlShelf("suites", evaluation.Suite)
PROTOCOLS = TomlShelf("protocols", evaluation.Protocol)
EXPERIMENTS = TomlShelf("experiments", reporting.Experiment)
