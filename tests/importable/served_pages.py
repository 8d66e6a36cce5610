"""The pages as a process of their own, as `tehon serve` starts them."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ADDRESS = re.compile(r"open (http://\S+)")


class Server(NamedTuple):
    """A server that answers.

    Attributes:
        url: its address, without a slash at the end.
        process: it.
    """

    url: str
    process: "subprocess.Popen[str]"

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


def chromium() -> str:
    """The browser's path; empty where there is none."""
    path = os.environ.get("TEHON_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
    return path if Path(path).is_file() else ""


@contextmanager
def serving(*arguments: str | Path, verb: str = "serve") -> Iterator[Server]:
    """A server of these arguments on a free port, ended with the block."""
    command = [sys.executable, "-m", "tehon", verb, *map(str, arguments), "--port", "0"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield Server(_address(process), process)
        finally:
            process.kill()


def _address(process: "subprocess.Popen[str]") -> str:
    said = []
    for line in process.stderr or ():
        said.append(line)
        if found := ADDRESS.search(line):
            return found[1].partition("?")[0].rstrip("/")
    raise AssertionError("".join(said))


def prepared(path: Path, count: int, *models: str, **texts: str) -> Path:
    """A prepared set of `count` items; a model's answer says who wrote it, unless `texts` say another."""
    with path.open("w", encoding="utf-8") as stream:
        for number in range(count):
            answers = {model: texts.get(model, f"{number}番への{model}の答え") for model in models}
            line = {"id": f"quiz/{number:03d}", "prompt": f"{number}番の質問です。", "answers": answers}
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
    return path
