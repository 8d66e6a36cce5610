"""Several files at once, through the room's own door."""

import random
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tehon.errors import Damaged, UsageError
from tehon.fetch.manners import Manners
from tehon.fetch.run import fetch, plan
from tehon.formats.gz import pack_gz
from tehon.sources import SOURCES

HASTY = Manners(knocks=1, attempts=1, pause_seconds=0)


@pytest.fixture
def answer(upstream: Any) -> type[Any]:
    kind: type[Any] = type(upstream.answer("/nothing"))
    return kind


def test_a_mirror_cannot_pass_other_bytes_off_as_a_corpus_whose_digest_is_known(
    upstream: Any, answer: Any, tmp_path: Path
) -> None:
    size = SOURCES["jqac"].downloads[0].size_bytes
    other = next(data for n in range(45_409, 0, -1) if len(data := pack_gz(random.Random(5).randbytes(n))) == size)
    upstream.put("/jqac/jqac20180625.tgz", answer(other))
    (file,) = fetch(["jqac"], tmp_path, mirror=upstream.url, manners=HASTY)
    assert file.exit_code == 3
    assert f"gives the sha256 {sha256(other).hexdigest()} instead of 1d128f8dd2bb" in file.problem
    assert not (tmp_path / "jqac" / "jqac20180625.tgz").exists()


def test_a_file_that_cannot_be_had_does_not_keep_the_others_away(upstream: Any, answer: Any, tmp_path: Path) -> None:
    upstream.put("/aio/aio_02_dev_v1.0.jsonl", answer(b"{}\n"))
    files = fetch(["aio", "wikinews"], tmp_path, mirror=upstream.url, manners=HASTY)
    assert [(file.file, file.state, file.exit_code) for file in files] == [
        ("aio/aio_02_train.jsonl", "failed", 3),
        ("aio/aio_02_dev_v1.0.jsonl", "fetched", 0),
        ("wikinews/wikinews.jsonl", "by hand", 3),
    ]
    assert f"{upstream.url}/aio/aio_02_train.jsonl answers 404 (Not Found)" in files[0].problem


def test_a_host_that_cannot_be_reached_is_given_up_once_for_all_its_files(
    upstream: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, upstream.url)
    files = fetch(["jaquad"], tmp_path, manners=Manners(knocks=3, first_wait_seconds=0.01, pause_seconds=0))
    assert len(files) == 34
    assert all("raw.githubusercontent.com cannot be reached through the proxy" in file.problem for file in files)
    assert [request.path for request in upstream.requests] == ["raw.githubusercontent.com:443"] * 3


def test_once_a_host_cannot_be_reached_and_none_has_answered_the_others_get_one_knock(
    upstream: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, upstream.url)
    fetch(["jqac", "jesc", "snow"], tmp_path, manners=Manners(knocks=2, first_wait_seconds=0.01, pause_seconds=0))
    hosts = [request.path.removesuffix(":443") for request in upstream.requests]
    assert hosts == ["taniokah.github.io", "taniokah.github.io", "nlp.stanford.edu", "filedn.com"]


def test_a_plan_tells_what_lies_there_what_has_begun_and_what_is_to_come(tmp_path: Path) -> None:
    (tmp_path / "jsick").mkdir()
    (tmp_path / "jsick" / "train.tsv").write_bytes(b"x")
    (tmp_path / "jsick" / ".test.tsv.partial").write_bytes(b"x")
    files = plan(["jsick", "jqac", "wikinews"], tmp_path)
    assert [file.state for file in files] == ["there", "begun", "to fetch", "by hand"]
    assert files[2].size_bytes == 45_409
    assert files[3].then.startswith("There is no such file upstream")


def test_a_folder_that_may_not_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "raw").write_text("a file")
    with pytest.raises(UsageError, match="must be writable"):
        fetch(["jqac"], tmp_path / "raw", manners=HASTY)


def test_a_damaged_lock_is_an_error_before_anything_is_fetched(upstream: Any, answer: Any, tmp_path: Path) -> None:
    (tmp_path / "fetch.lock.json").write_text("{")
    upstream.put("/jqac/jqac20180625.tgz", answer(b"x"))
    with pytest.raises(Damaged):
        fetch(["jqac"], tmp_path, mirror=upstream.url, manners=HASTY)
    assert upstream.requests == []
