"""A folder is one process's at a time."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tehon.errors import UsageError
from tehon.storage.alone import alone_in

HOLD = """
import sys
from pathlib import Path
from tehon.storage.alone import alone_in
with alone_in(Path(sys.argv[1]), "tehon work", "go elsewhere"):
    print("in", flush=True)
    sys.stdin.read()
"""


def test_a_second_one_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout
        assert first.stdout.readline() == "in\n"
        said = rf"another tehon work is at work in this folder \(process {first.pid} on .*\)\. .* or go elsewhere"
        with pytest.raises(UsageError, match=said), alone_in(tmp_path, "tehon work", "go elsewhere"):
            pytest.fail("two are in")
        first.send_signal(signal.SIGKILL)
        first.communicate()
    with alone_in(tmp_path, "tehon work", "go elsewhere"):
        assert [path.name for path in tmp_path.iterdir()] == [".work.running"]
    assert not list(tmp_path.iterdir())
