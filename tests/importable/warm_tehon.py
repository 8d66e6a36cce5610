"""`tehon` without the seconds that torch takes to load: a process that has loaded it forks for every command.

    python warm_tehon.py serve SOCKET            loads, and then answers until its input closes
    python warm_tehon.py call SOCKET ARGUMENT…   runs `tehon ARGUMENT…` here: folder, environment, input and output

What runs is `tehon.cli.main.main` itself, in a process of its own. Only the way to it is shorter.
"""

import json
import os
import select
import socket
import sys

STREAMS = 3
"""Standard input, output and error."""
LONGEST = 1 << 20


def serve(address: str) -> int:
    """Load everything, say so, and fork for each call."""
    import tehon.cli.main  # noqa: PLC0415 - callers load nothing
    import tehon.engine.load  # noqa: PLC0415
    import tehon.engine.stream  # noqa: PLC0415
    import tehon.engine.tiny  # noqa: PLC0415
    import tehon.evaluate.run  # noqa: PLC0415
    import tehon.tune.run  # noqa: F401, PLC0415

    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
        door.bind(address)
        door.listen()
        print("ready", flush=True)  # noqa: T201
        while sys.stdin not in select.select([door, sys.stdin], [], [])[0]:
            line, _ = door.accept()
            if os.fork() == 0:
                door.close()
                answer(line)
            line.close()
    return 0


def answer(line: socket.socket) -> None:
    """Be the command that is asked for; never returns."""
    from tehon.cli.main import main  # noqa: PLC0415 - see serve

    data, streams, _, _ = socket.recv_fds(line, LONGEST, STREAMS)
    arguments, folder, environment = json.loads(data)
    for target, stream in enumerate(streams):
        os.dup2(stream, target)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["tehon", *arguments]
    code: object = 1
    try:
        main()
        code = 0
    except SystemExit as leaving:
        code = leaving.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        line.send(str(code if isinstance(code, int) else int(code is not None)).encode())
        os._exit(0)


def call(address: str, arguments: list[str]) -> int:
    """The exit code of `tehon ARGUMENT…`; 1 where its process died."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
        line.connect(address)
        asked = json.dumps([arguments, os.getcwd(), dict(os.environ)]).encode()  # noqa: PTH109
        socket.send_fds(line, [asked], list(range(STREAMS)))
        return int(line.recv(16) or b"1")


if __name__ == "__main__":
    sys.exit(serve(sys.argv[2]) if sys.argv[1] == "serve" else call(sys.argv[2], sys.argv[3:]))
