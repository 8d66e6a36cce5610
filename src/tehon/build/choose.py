"""Which mixture is meant: a shipped one, a TOML file, or sources joined by `+`."""

from tehon.errors import UnknownName
from tehon.recipes import MIXTURES
from tehon.records.release import Mixture, Share
from tehon.sources import SOURCES


def choose_mixture(asked: str, changes: tuple[str, ...] = ()) -> Mixture:
    """The mixture that these words name; every source in it exists.

    Args:
        asked: a name on the shelf, a path ending in `.toml`, or `jqac+aio`.
        changes: `key.sub=value` assignments over a TOML file.

    Raises:
        UnknownName: no mixture has that name, or no source a name in it.
        BadConfig: the file breaks the mixture's schema.
    """
    names = asked.split("+")
    if asked in MIXTURES or asked.endswith(".toml"):
        mixture = MIXTURES.open(asked, changes)
    elif len(names) > 1 or asked in SOURCES:
        mixture = Mixture(name=asked, title="Sources as they are", sources={name: Share() for name in names})
    else:
        raise UnknownName("mixture", asked, {*MIXTURES, *SOURCES})
    for name in mixture.sources:
        if name not in SOURCES:
            raise UnknownName("source", name, SOURCES)
    return mixture
