"""A folder of modules as a lazy, read-only mapping: one thing, one file, found by its name.

`SOURCES["jsquad"]` imports `tehon.sources.jsquad` and takes its `SOURCE`. Nothing is imported before it is asked for,
nothing registers itself, and a missing name is answered with near ones. Other packages add entries through entry
points of the group named like the folder (`tehon.sources = {mycorpus = "my_package.mycorpus"}`). An entry may stand for
a whole kind: then `hub/NAME` is one of that kind, made by the entry `hub`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from pkgutil import iter_modules
from typing import TypeVar

from tehon.errors import UnknownName, UsageError

T = TypeVar("T")
_FOLDER = re.compile(r"\w[\w.-]*")
"""A plain folder's name: nothing that leads elsewhere."""


class Shelf(Mapping[str, T]):
    """Entry name -> record, in alphabetical order.

    Args:
        package: the folder, such as `tehon.sources`; also the group of entry points.
        kind: the record's type.
        maker: of an entry, what makes the entry `NAME/FOLDER` from its name; None where it stands for itself alone.
    """

    def __init__(
        self, package: str, kind: type[T], maker: Callable[[T], Callable[[str], T] | None] | None = None
    ) -> None:
        """Look at nothing yet."""
        self.package = package
        self.kind = kind
        self.maker = maker

    @cached_property
    def modules(self) -> dict[str, str]:
        """Entry name -> module path; own entries win over entry points of the same name."""
        own = {module.name: f"{self.package}.{module.name}" for module in iter_modules([str(files(self.package))])}
        found = {point.name: point.value for point in entry_points(group=self.package)} | own
        return dict(sorted(found.items()))

    def __getitem__(self, name: str) -> T:
        """Import the entry's module and return its record.

        Raises:
            UnknownName: no entry has that name.
            UsageError: the module holds no record of the right kind.
        """
        noun = self.kind.__name__.lower()
        family, _, folder = name.partition("/")
        if folder:
            make = self.maker(self[family]) if self.maker and family in self.modules else None
            if make is None or not _FOLDER.fullmatch(folder):
                raise UnknownName(noun, name, self.modules)
            return make(name)
        if name not in self.modules:
            raise UnknownName(noun, name, self.modules)
        entry = getattr(import_module(self.modules[name]), noun.upper(), None)
        if not isinstance(entry, self.kind):
            problem = f"the module must define {noun.upper()} as a {self.kind.__name__}"
            raise UsageError(self.modules[name], problem, "Look at another file of the same folder")
        return entry

    def __iter__(self) -> Iterator[str]:
        """Names in alphabetical order."""
        return iter(self.modules)

    def __len__(self) -> int:
        """How many entries there are."""
        return len(self.modules)

    def __contains__(self, name: object) -> bool:
        """Whether an entry has that name; imports nothing, unless the name has a slash in it."""
        if not isinstance(name, str) or "/" not in name:
            return name in self.modules
        try:
            self[name]
        except UnknownName:
            return False
        return True
