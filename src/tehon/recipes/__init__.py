"""The shelves of TOML files, one file an entry; a variant says what it `extends` (see formats/inheritance.py)."""

from tehon.formats.toml import TomlShelf
from tehon.records import evaluation, release, reporting, tuning

MIXTURES = TomlShelf("mixtures", release.Mixture)
RECIPES = TomlShelf("tuning", tuning.Recipe)
SUITES = TomlShelf("suites", evaluation.Suite)
PROTOCOLS = TomlShelf("protocols", evaluation.Protocol)
EXPERIMENTS = TomlShelf("experiments", reporting.Experiment)
