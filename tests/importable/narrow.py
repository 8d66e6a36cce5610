"""A command on a real terminal of so many columns, and what it showed there."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

CODES = re.compile(r"\x1b\[[0-9;]*m")


def plain(shown: str) -> str:
    """The same without bold and colours."""
    return CODES.sub("", shown)


def on_terminal(*arguments: str | Path, columns: int = 80, **environment: str) -> str:
    """What `tehon` writes to a terminal, its control codes included."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    inherited = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "NO_COLOR"}}
    command = [sys.executable, "-m", "tehon", *map(str, arguments)]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env={**inherited, "TERM": "xterm-256color", **environment}
    ) as process:
        os.close(theirs)
        written = b""
        try:
            while part := os.read(ours, 1 << 16):
                written += part
        except OSError:
            pass  # Linux says so that the other end was closed
        assert process.wait(60) == 0, written.decode()
    os.close(ours)
    return written.decode().replace("\r\n", "\n")
