"""What becomes of a finished release: loaded by others' libraries, exported, compared, pushed to a hub on loopback."""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha1, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tehon.build.choose import choose_mixture
from tehon.build.pipeline import build
from tehon.sources import SOURCES
from tehon.storage.manifest import read_manifest, verify
from tehon.storage.shards import read_examples

NAMES = ("jqac", "aio", "wordnet", "snow", "oasst1_ja")
TOKEN = "hf_" + "x" * 8
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of five sources' samples, two of them of several task clusters."""
    folder = tmp_path_factory.mktemp("published")
    for name in NAMES:
        for file, content in SOURCES[name].sample.items():
            path = folder / "raw" / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    (folder / "small.toml").write_text("shard_rows = 4\n" + "".join(f"[sources.{name}]\n" for name in NAMES), "utf-8")
    build(choose_mixture(str(folder / "small.toml")), folder / "raw", folder / "release")
    return folder / "release"


@pytest.fixture
def tehon(tmp_path: Path) -> Run:
    def run(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "tehon", *map(str, arguments)]
        told = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
        own = {"HF_HOME": str(tmp_path / "hf"), "HF_HUB_DISABLE_XET": "1", **environment}
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=told | own)

    return run


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`datasets.load_dataset` without a network, its cache in a folder of its own."""
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets  # noqa: PLC0415 - reads the environment when it is imported

    datasets.disable_progress_bars()

    def loaded(folder: Path, *name: str) -> Any:
        return datasets.load_dataset(str(folder), *name, split="train", cache_dir=str(tmp_path / "cache"))

    loaded.names = datasets.get_dataset_config_names  # type: ignore[attr-defined]
    return loaded


def test_datasets_loads_the_release_in_its_order(release: Path, load: Callable[..., Any]) -> None:
    loaded = load(release)
    assert [row["id"] for row in loaded] == [example.id for example in read_examples(release)]
    history = next(row["history"] for row in loaded if row["history"])
    assert set(history[0]) == {"role", "content"}


def test_every_selection_of_the_card_is_exact(release: Path, load: Any) -> None:
    names = load.names(str(release))
    examples = list(read_examples(release))
    assert {"default", "question-answering", "cc-by-sa-4.0", "cc-by-4.0"} <= set(names)
    assert "translation" not in names  # WordNet and SNOW are translation in part
    for name in set(names) - {"default"}:
        rows = load(release, name)
        same = [
            example.id for example in examples if name in {example.cluster.replace(" ", "-"), example.licence.lower()}
        ]
        assert [row["id"] for row in rows] == same, name


def test_an_hf_export_has_every_cluster_and_licence_as_a_selection(
    release: Path, load: Any, tehon: Run, tmp_path: Path
) -> None:
    shown = tehon("export", release, "--as", "hf", "--out", tmp_path / "hf")
    assert shown.returncode == 0, shown.stderr
    examples = list(read_examples(release))
    wanted = {example.cluster.replace(" ", "-") for example in examples}
    wanted |= {example.licence.lower() for example in examples}
    assert set(load.names(str(tmp_path / "hf"))) == {"default"} | wanted
    for name in wanted:
        same = {e.id for e in examples if name in {e.cluster.replace(" ", "-"), e.licence.lower()}}
        assert {row["id"] for row in load(tmp_path / "hf", name)} == same
    whole = load(tmp_path / "hf")
    assert {row["id"]: row["response"] for row in whole} == {e.id: e.response for e in examples}


@pytest.mark.parametrize(
    ("layout", "column"), [("alpaca", "output"), ("sharegpt", "conversations"), ("messages", "messages")]
)
def test_datasets_loads_the_other_exports_too(
    release: Path, load: Callable[..., Any], tehon: Run, tmp_path: Path, layout: str, column: str
) -> None:
    shown = tehon("export", release, "--as", layout, "--out", tmp_path / "out", "--provenance", "--json")
    told = json.loads(shown.stdout)
    loaded = load(tmp_path / "out")
    assert loaded.num_rows == told["examples"] == read_manifest(release, "release").result["examples"]
    assert {column, "id", "source", "licence"} <= set(loaded.column_names)


def test_diff_tells_what_a_source_less_means(release: Path, tehon: Run, tmp_path: Path) -> None:
    mixture = tmp_path / "less.toml"
    mixture.write_text("shard_rows = 4\n" + "".join(f"[sources.{name}]\n" for name in NAMES[1:]), "utf-8")
    build(choose_mixture(str(mixture)), release.parent / "raw", tmp_path / "less")
    told = json.loads(tehon("diff", release, tmp_path / "less", "--json").stdout)
    moved = {each["source"]: each for each in told["moved"]}
    assert moved.pop("jqac")["gone"] == 2
    assert not any(each["gone"] or each["new"] or each["changed"] for each in moved.values())
    shown = tehon("diff", release, tmp_path / "less", "--out", tmp_path / "diff.md")
    assert shown.returncode == 0
    text = (tmp_path / "diff.md").read_text("utf-8")
    assert "2 only before" in text
    assert "jqac/000000" in text


class Hub(ThreadingHTTPServer):
    """The few answers of a hub that a push asks for, over one repository held in memory."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.files: dict[str, bytes] = {}
        self.blobs: dict[str, bytes] = {}
        self.commits: list[dict[str, Any]] = []
        self.private: bool | None = None
        self.tokens: set[str] = set()
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answers(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *arguments: object) -> None:
        pass

    def answer(self, told: object, status: int = 200) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self) -> bytes:
        self.server.asked.append(f"{self.command} {self.path.partition('?')[0]}")
        self.server.tokens.add(self.headers.get("Authorization", ""))
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def do_GET(self) -> None:
        self.body()
        if "me/small" not in self.path:
            self.answer({"error": "Repository not found"}, 404)
        elif "/tree/" in self.path:
            tree = [
                {"type": "file", "path": path, "size": len(data), "oid": "0" * 40}
                for path, data in self.server.files.items()
            ]
            self.answer(tree)
        else:
            self.answer(
                {"id": "me/small", "sha": "f" * 40, "private": bool(self.server.private), "siblings": [], "tags": []}
            )

    def do_PUT(self) -> None:
        data = self.body()
        self.server.blobs[self.path.rpartition("/")[2]] = data
        self.answer({})

    def do_POST(self) -> None:
        body = self.body()
        place = self.path.partition("?")[0]
        if place == "/api/repos/create":
            self.create(json.loads(body))
        elif place == "/api/validate-yaml":
            self.answer({"errors": [], "warnings": []})
        elif "/preupload/" in place:
            files = [
                {
                    "path": f["path"],
                    "uploadMode": "lfs" if f["path"].endswith(".parquet") else "regular",
                    "shouldIgnore": False,
                }
                for f in json.loads(body)["files"]
            ]
            self.answer({"files": files})
        elif place.endswith("/info/lfs/objects/batch"):
            objects = [
                {
                    "oid": o["oid"],
                    "size": o["size"],
                    "actions": {"upload": {"href": f"{self.server.address}/blob/{o['oid']}"}},
                }
                for o in json.loads(body)["objects"]
            ]
            self.answer({"transfer": "basic", "objects": objects})
        elif "/commit/" in place:
            self.commit([json.loads(line) for line in body.splitlines()])
        else:
            self.answer({"error": place}, 404)

    def create(self, told: dict[str, Any]) -> None:
        if told.get("organization") != "me":
            self.answer({"error": "You don't have the rights to create a dataset there"}, 403)
            return
        there = self.server.private is not None
        if not there:
            self.server.private = told.get("visibility") == "private" or bool(told.get("private"))
        self.answer({"url": f"{self.server.address}/datasets/me/small", "id": "me/small"}, 409 if there else 200)

    def commit(self, lines: list[dict[str, Any]]) -> None:
        files = self.server.files
        for line in lines:
            value = line["value"]
            if line["key"] == "header":
                self.server.commits.append(value)
            elif line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.server.blobs[value["oid"]]
                assert sha256(files[value["path"]]).hexdigest() == value["oid"]
            elif line["key"] == "deletedFile":
                del files[value["path"]]
        oid = sha1(str(len(self.server.commits)).encode(), usedforsecurity=False).hexdigest()
        self.answer(
            {"success": True, "commitOid": oid, "commitUrl": f"{self.server.address}/datasets/me/small/commit/{oid}"}
        )


@pytest.fixture
def hub() -> Iterator[Hub]:
    server = Hub()
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def on_the_hub(hub: Hub, folder: Path) -> Path:
    """What lies on the hub, as a folder."""
    for name, data in hub.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def test_a_push_brings_every_byte_and_the_manifest_last(release: Path, tehon: Run, hub: Hub, tmp_path: Path) -> None:
    shown = tehon("push", release, "--to", "me/small", "--json", HF_ENDPOINT=hub.address, HF_TOKEN=TOKEN)
    assert shown.returncode == 0, shown.stderr
    told = json.loads(shown.stdout)
    assert told["url"].startswith(f"{hub.address}/datasets/me/small/commit/")
    assert TOKEN not in shown.stdout + shown.stderr
    assert hub.tokens - {""} == {f"Bearer {TOKEN}"}
    assert [commit["summary"] for commit in hub.commits] == [told["message"], f"{told['message']}: finished"]
    there = on_the_hub(hub, tmp_path / "there")
    verify(there, read_manifest(there, "release"))
    assert {path: len(data) for path, data in hub.files.items()} == {f["path"]: f["size_bytes"] for f in told["files"]}
    assert list(hub.files)[-1] == "manifest.json"
    assert hub.private is False


def test_a_second_push_takes_out_old_shards_and_nothing_of_somebody_else(
    release: Path, tehon: Run, hub: Hub, tmp_path: Path
) -> None:
    hub.private = False
    hub.files = {"data/99-old-00000.parquet": b"old", "manifest.json": b"{}", "scripts/mine.py": b"mine"}
    stray = tmp_path / "copy"
    shutil.copytree(release, stray)
    (stray / "notes.txt").write_text("not for the hub")
    assert tehon("push", stray, "--to", "me/small", HF_ENDPOINT=hub.address, HF_TOKEN=TOKEN).returncode == 0
    assert "data/99-old-00000.parquet" not in hub.files
    assert "notes.txt" not in hub.files
    assert hub.files.pop("scripts/mine.py") == b"mine"
    there = on_the_hub(hub, tmp_path / "there")
    verify(there, read_manifest(there, "release"))


def test_a_private_push_never_goes_into_a_public_repository(release: Path, tehon: Run, hub: Hub) -> None:
    hub.private = False
    shown = tehon("push", release, "--to", "me/small", "--private", HF_ENDPOINT=hub.address, HF_TOKEN=TOKEN)
    assert shown.returncode == 2
    assert "must be private as asked, but exists and is public" in shown.stderr
    assert not hub.files


def test_a_hub_that_refuses_is_one_clear_error(release: Path, tehon: Run, hub: Hub) -> None:
    shown = tehon("push", release, "--to", "you/small", HF_ENDPOINT=hub.address, HF_TOKEN=TOKEN)
    assert shown.returncode == 2
    assert "Log in with hf auth login" in shown.stderr
    assert "Traceback" not in shown.stderr
    gone = tehon("push", release, "--to", "me/small", HF_ENDPOINT="http://127.0.0.1:9", HF_TOKEN=TOKEN)
    assert gone.returncode == 2
    assert "hub, me/small: must take the data" in gone.stderr


def test_a_dry_run_asks_nobody(release: Path, tehon: Run, hub: Hub) -> None:
    shown = tehon("push", release, "--to", "me/small", "--dry-run", HF_ENDPOINT=hub.address)
    assert shown.returncode == 0
    assert hub.asked == []
    for path in release.rglob("*"):
        if path.is_file():
            size = f"{path.stat().st_size:,}"
            assert any(
                line.split() == [size, path.relative_to(release).as_posix()] for line in shown.stdout.splitlines()
            )
    assert "rows, " in shown.stdout
    assert "Digest of the release" in shown.stdout
