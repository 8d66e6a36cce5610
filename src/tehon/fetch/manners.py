"""How a guest behaves on other people's servers."""

from tehon.records.record import Record


class Manners(Record, kw_only=True):
    """How long is waited, how often it is tried again, how much is taken.

    Attributes:
        connect_seconds: until a connection must have come about.
        silent_seconds: until the next byte must have come; also the span over which the rate is measured.
        least_bytes_per_second: a slower connection is given up for a new one.
        attempts: how many may fail one after the other; one that brings `progress_bytes` counts as the first again.
        knocks: the same for connections that do not come about.
        progress_bytes: what an attempt must bring to be worth it.
        first_wait_seconds: after the first failure; each further one doubles it.
        longest_wait_seconds: at most.
        longest_asked_seconds: a server that asks for more is left for the next one.
        pause_seconds: between two files of one host.
        redirects: followed for one file.
        limit_bytes: a file of unknown size that is larger is taken for endless.
    """

    connect_seconds: float = 10.0
    silent_seconds: float = 30.0
    least_bytes_per_second: float = 1024.0
    attempts: int = 6
    knocks: int = 3
    progress_bytes: int = 2**20
    first_wait_seconds: float = 1.0
    longest_wait_seconds: float = 60.0
    longest_asked_seconds: float = 300.0
    pause_seconds: float = 0.5
    redirects: int = 8
    limit_bytes: int = 16 * 2**30

    def wait_seconds(self, failures: int) -> float:
        """How long to wait after so many failures one after the other."""
        return float(min(self.first_wait_seconds * 2.0 ** (failures - 1), self.longest_wait_seconds))
