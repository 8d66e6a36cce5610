"""Builds in processes of their own that are killed, or run out of disk."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROWS = 60_000
BUILD = """
import sys
from pathlib import Path
from tehon.build.pipeline import build
from tehon.errors import OutOfDisk
from tehon.records.release import Mixture, Share
try:
    build(Mixture(name="m", sources={"jsonl": Share()}, shard_rows=500), Path(sys.argv[1]), Path(sys.argv[2]))
except OutOfDisk as error:
    sys.exit(f"OutOfDisk {error}")
"""


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    (folder / "jsonl").mkdir()
    with (folder / "jsonl" / "numbers.jsonl").open("w", encoding="utf-8") as lines:
        for number in range(ROWS):
            lines.write(f'{{"prompt": "{number}の次の数は？", "completion": "{number + 1}です。"}}\n')
    return folder


def command(raw: Path, out: Path) -> list[str]:
    return [sys.executable, "-c", BUILD, str(raw), str(out)]


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_killed_build_leaves_no_manifest_and_the_next_one_finishes_with_the_same_bytes(
    raw: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with subprocess.Popen(command(raw, out)) as process:
        deadline = time.monotonic() + 60
        while not list(out.glob(".work/sift/.*.partial/*")) and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "it finished before it could be killed"
    assert not (out / "manifest.json").exists()
    assert list(out.rglob("*.partial")), "the kill should have met a file half-written"
    for folder in (out, tmp_path / "undisturbed"):
        subprocess.run(command(raw, folder), check=True)
    assert tree(out) == tree(tmp_path / "undisturbed")
    assert (out / "manifest.json").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="needs a small file system of its own")
@pytest.mark.parametrize("size", ["64k", "1m", "3m"], ids=["first shard", "some shards", "late"])
def test_a_full_disk_is_one_clear_error_and_leaves_no_manifest(raw: Path, tmp_path: Path, size: str) -> None:
    unshare = shutil.which("unshare")
    namespace = [str(unshare), "--user", "--map-root-user", "--mount"]
    if not unshare or subprocess.run([*namespace, "true"], check=False, capture_output=True).returncode:
        pytest.skip("the system allows no file system of one's own")
    out = tmp_path / "small"
    out.mkdir()
    script = 'mount -t tmpfs -o size="$1" small "$2" && out="$2" && shift 2 && "$@"; code=$?; ls "$out"/*; exit $code'
    done = subprocess.run(
        [*namespace, "sh", "-c", script, "sh", size, str(out), *command(raw, out / "release")],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"LC_ALL": "C"},
    )
    assert done.returncode == 1
    assert "OutOfDisk" in done.stderr
    assert "the disk is full. Free some space and run the same command again" in done.stderr
    assert "manifest.json" not in done.stdout
