"""`tehon fetch` as a user meets it: a process, its output, its exit code, and what is left when it is killed."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tehon.formats.gz import pack_gz
from tehon.sources import SOURCES

Run = Callable[..., "subprocess.CompletedProcess[str]"]
NAME = "foodkb.dictionary.txt.gz"
PACKED = pack_gz(random.Random(3).randbytes(300_000))


@pytest.fixture
def nowhere() -> dict[str, str]:
    """An environment in which no machine but this one can be reached."""
    closed = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    return {name: value for name, value in os.environ.items() if name.lower() not in {"no_proxy", "all_proxy"}} | closed


@pytest.fixture
def tehon(tmp_path: Path, nowhere: dict[str, str]) -> Run:
    def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "tehon", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=nowhere)

    return run


@pytest.fixture
def answer(upstream: Any) -> type[Any]:
    kind: type[Any] = type(upstream.answer("/nothing"))
    return kind


def test_a_killed_fetch_goes_on_with_the_next_byte(
    upstream: Any, answer: Any, tehon: Run, tmp_path: Path, nowhere: dict[str, str]
) -> None:
    upstream.put(f"/foodkb/{NAME}", answer(PACKED, block=5_000, pause=0.02), answer(PACKED))
    arguments = ["fetch", "foodkb", "--mirror", upstream.url]
    partial = tmp_path / "raw" / "foodkb" / f".{NAME}.partial"
    with subprocess.Popen([sys.executable, "-m", "tehon", *arguments], cwd=tmp_path, env=nowhere) as process:
        deadline = time.monotonic() + 30
        while not (partial.is_file() and partial.stat().st_size > 50_000) and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "it finished before it could be killed"
    size = partial.stat().st_size
    assert 50_000 < size < len(PACKED)
    done = tehon(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    (file,) = json.loads(done.stdout)
    assert (file["state"], file["sha256"]) == ("fetched", sha256(PACKED).hexdigest())
    assert upstream.ranges[-1] == f"bytes={size}-"
    assert upstream.requests[-1].sent == len(PACKED) - size
    assert not partial.exists()


def test_what_is_fetched_can_be_built(upstream: Any, answer: Any, tehon: Run, tmp_path: Path) -> None:
    upstream.put(f"/foodkb/{NAME}", answer(SOURCES["foodkb"].sample[NAME]))
    upstream.put("/aio/aio_02_train.jsonl", answer(SOURCES["aio"].sample["aio_02_train.jsonl"]))
    upstream.put("/aio/aio_02_dev_v1.0.jsonl", answer(SOURCES["aio"].sample["aio_02_train.jsonl"]))
    (tmp_path / "mine.toml").write_text("[sources.foodkb]\n[sources.aio]\n", "utf-8")
    done = tehon("fetch", "mine.toml", "--mirror", upstream.url)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        f"raw/foodkb/{NAME}",
        "raw/aio/aio_02_train.jsonl",
        "raw/aio/aio_02_dev_v1.0.jsonl",
    ]
    built = tehon("build", "mine.toml", "--raw", "raw", "--out", "out")
    assert built.returncode == 0, built.stderr


def test_without_a_network_the_error_says_what_to_fetch_and_where_to_put_it(tehon: Run, tmp_path: Path) -> None:
    done = tehon("fetch", "jqac", "--quiet")
    assert done.returncode == 3
    url = "https://taniokah.github.io/jqac/jqac20180625.tgz"
    assert done.stderr == (
        "error: raw/jqac/jqac20180625.tgz: could not be fetched: taniokah.github.io cannot be reached through the "
        "proxy that the environment names (Connection refused), 3 times in a row. Fetch it (45,409 bytes, sha256 "
        "1d128f8dd2bb38fa9b8a7b13c9c24d25ceb4c640dd17f75660cf07c98ff15927) on a machine that can, from "
        f"{url}, and put it at {tmp_path}/raw/jqac/jqac20180625.tgz.\n"
    )
    assert not (tmp_path / "raw" / "jqac").exists()


def test_without_a_network_many_files_are_told_soon(tehon: Run) -> None:
    begun = time.monotonic()
    done = tehon("fetch", "vanilla_v1_0_1", "--quiet")
    assert done.returncode == 3
    told = done.stderr.splitlines()
    assert len(told) > 15
    assert all("Fetch it" in line or "must be got by hand" in line for line in told)
    assert time.monotonic() - begun < 30


def test_a_dry_run_shows_address_size_licence_and_place_and_asks_nobody(tehon: Run, tmp_path: Path) -> None:
    done = tehon("fetch", "jqac", "wikinews", "marc_ja", "--dry-run")
    assert done.returncode == 0
    assert done.stderr == ""
    first, address, *others = done.stdout.splitlines()
    assert first.split() == ["raw/jqac/jqac20180625.tgz", "to", "fetch", "45,409", "bytes", "CC-BY-SA-4.0"]
    assert address == "  from https://taniokah.github.io/jqac/jqac20180625.tgz"
    told = " ".join(others)
    assert "raw/wikinews/wikinews.jsonl" in told
    assert "Amazon has withdrawn the reviews" in told
    assert list(tmp_path.iterdir()) == []


def test_what_is_part_of_tehon_is_not_fetched(tehon: Run, tmp_path: Path) -> None:
    done = tehon("fetch", "authored_reading", "qualitative")
    assert (done.returncode, done.stdout) == (0, "nothing to fetch: all of it is part of tehon\n")
    assert list(tmp_path.iterdir()) == []


def test_a_misspelt_name_is_answered_with_a_near_one(tehon: Run) -> None:
    done = tehon("fetch", "jqacc")
    assert done.returncode == 2
    assert "Did you mean jqac" in done.stderr


def test_two_fetches_into_one_folder_do_not_mix(
    upstream: Any, answer: Any, tehon: Run, tmp_path: Path, nowhere: dict[str, str]
) -> None:
    upstream.put(f"/foodkb/{NAME}", answer(PACKED, block=5_000, pause=0.05))
    command = [sys.executable, "-m", "tehon", "fetch", "foodkb", "--mirror", upstream.url]
    partial = tmp_path / "raw" / "foodkb" / f".{NAME}.partial"
    with subprocess.Popen(command, cwd=tmp_path, env=nowhere, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 30
        while not partial.is_file() and time.monotonic() < deadline:
            time.sleep(0.005)
        done = tehon("fetch", "jqac")
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
    assert done.returncode == 2
    assert "another tehon fetch is at work in this folder" in done.stderr
    assert partial.stat().st_size > 0
