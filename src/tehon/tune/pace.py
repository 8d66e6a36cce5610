"""How fast a run is, for its progress line: tokens a second, and the share of what the device can do at best."""

from time import monotonic

from tehon.engine.network import Network
from tehon.engine.peak import matmul_peak
from tehon.tune.checkpoint import State

WORTH_MEASURING = 10**13
"""Operations of a run; a smaller one is over before its share of the peak says anything."""


class Pace:
    """Counts from where a run, or its resumption, began.

    Args:
        net: whose device is measured.
        state: how far the run is.
        processes: that share the run, each with a device like this one.
    """

    def __init__(self, net: Network, state: State, processes: int) -> None:
        """The clock runs."""
        self._net, self._processes = net, processes
        self._tokens, self._operations, self._started = state.tokens, state.operations, monotonic()
        self._peak = 0.0

    def note(self, state: State, loss: float) -> str:
        """`loss 2.3141, 1,250 tokens/s, 41 % of matmul peak`."""
        seconds = max(monotonic() - self._started, 1e-9)
        tokens, operations = state.tokens - self._tokens, state.operations - self._operations
        said = f"loss {loss:.4f}, {tokens / seconds:,.0f} tokens/s"
        if operations < WORTH_MEASURING:
            return said
        if not self._peak:
            self._peak = self._processes * matmul_peak(self._net.device, self._net.dtype)
        return f"{said}, {operations / seconds / self._peak:.0%} of matmul peak"
