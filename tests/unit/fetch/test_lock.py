import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tehon.errors import Damaged, UsageError
from tehon.fetch.lock import NAME, Lock, Locked, alone

ONE = Locked(url="https://example.org/1", sha256="1" * 64, size_bytes=1)
TWO = Locked(url="https://example.org/2", final_url="https://cdn.example.org/2", sha256="2" * 64, size_bytes=2)


def test_the_lock_file_does_not_depend_on_the_order_of_fetching(tmp_path: Path) -> None:
    written = []
    for order in ((("b/2", TWO), ("a/1", ONE)), (("a/1", ONE), ("b/2", TWO))):
        lock = Lock(tmp_path)
        for key, locked in order:
            lock.put(key, locked)
        written.append((tmp_path / NAME).read_bytes())
        (tmp_path / NAME).unlink()
    assert written[0] == written[1]
    assert list(msgspec.json.decode(written[0])) == ["a/1", "b/2"]


def test_what_is_locked_is_read_again(tmp_path: Path) -> None:
    Lock(tmp_path).put("b/2", TWO)
    assert Lock(tmp_path).files == {"b/2": TWO}


@pytest.mark.parametrize("data", [b"", b"[]", b'{"a/1": {"url": 1}}', b"\xff", b'{"a/1": {"extra": 1}}'])
def test_a_lock_file_of_another_kind_is_an_error(tmp_path: Path, data: bytes) -> None:
    (tmp_path / NAME).write_bytes(data)
    with pytest.raises(Damaged, match=r"fetch\.lock\.json: must be what tehon fetch wrote"):
        Lock(tmp_path)


def test_only_one_process_works_in_a_folder_and_a_killed_one_leaves_it_free(tmp_path: Path) -> None:
    script = "import sys; from pathlib import Path; from tehon.fetch.lock import alone\n"
    script += "with alone(Path(sys.argv[1])): print('in', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "in\n"
        with pytest.raises(UsageError, match="another tehon fetch is at work"), alone(tmp_path):
            pass
        other.kill()
    with alone(tmp_path):
        pass
