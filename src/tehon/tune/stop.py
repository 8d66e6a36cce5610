"""A request to stop, kept until the step at hand is finished."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(slots=True)
class Stop:
    """Attributes: asked: a signal has come."""

    asked: bool = False


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Keep the first SIGINT or SIGTERM in a flag; a second one interrupts at once.

    Outside the main thread signals cannot be caught, and the flag stays down.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def take(number: int, frame: FrameType | None) -> None:
        del number, frame
        if stop.asked:
            raise KeyboardInterrupt
        stop.asked = True

    before = {name: signal.signal(name, take) for name in SIGNALS}
    try:
        yield stop
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
