"""What can go wrong at one address. These stay within the room: what the user reads is made of their reasons."""


class Fault(Exception):
    """An address did not give its file.

    Args:
        reason: a clause that names the host or address, such as `example.org cannot be reached`.
    """

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        self.reason = reason
        super().__init__(reason)


class Passing(Fault):
    """It may be over at the next attempt.

    Args:
        reason: see Fault.
        wait_seconds: how long the server asks to stay away; None where it does not say.
    """

    def __init__(self, reason: str, wait_seconds: float | None = None) -> None:
        """Keep both."""
        super().__init__(reason)
        self.wait_seconds = wait_seconds


class Unreachable(Passing):
    """No connection came about.

    Args:
        reason: see Fault.
        host: which one it is.
    """

    def __init__(self, reason: str, host: str) -> None:
        """Keep both."""
        super().__init__(reason)
        self.host = host


class Final(Fault):
    """This address will not give the file; another one may."""


class Changed(Final):
    """The address gives other bytes than those that are expected."""
