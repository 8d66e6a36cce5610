"""Keeps what transformers, PEFT and what they load say to each other away from the user."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from transformers.utils import logging as progress

# DeepSpeed, which others import wherever it is installed, tells standard output that there is no accelerator.
logging.getLogger("DeepSpeed").addFilter(lambda record: record.levelno > logging.WARNING)


@contextmanager
def quiet() -> Iterator[None]:
    """Show no bar of transformers, and no warning that its newest version gives to PEFT, within the block."""
    shown = progress.is_progress_bar_enabled()
    progress.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
            yield
    finally:
        if shown:
            progress.enable_progress_bar()
