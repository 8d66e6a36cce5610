"""What every record is."""

from typing import dataclass_transform

import msgspec


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen value whose decoder refuses unknown keys, so that a typing error in a file is an error.

    msgspec does not hand `kw_only` down, so every record says it again. Records that a build makes by the million say
    `gc=False`: they hold no cycles, and the collector need not look for any.
    """
