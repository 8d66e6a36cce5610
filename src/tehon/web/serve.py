"""A server of the pages, until it is interrupted."""

import secrets
import socket
from collections.abc import Callable
from ipaddress import ip_address

import uvicorn
from starlette.types import ASGIApp

from tehon.errors import UsageError
from tehon.web.guard import LOOPBACK
from tehon.web.limits import PATIENCE_SECONDS

CONNECTIONS = 512
"""At once; whoever comes later is told to come again."""
FEWEST_TOKEN_CHARACTERS = 16


def check_host(host: str, token: str) -> None:
    """See that nobody but this machine's own people can ask without a token.

    Raises:
        UsageError: other machines can reach the host, and there is no token, or a short one.
    """
    if not token and not _is_loopback(host):
        problem = "another machine could open these pages, which needs a token, but none was given"
        raise UsageError(f"--host {host}", problem, f"Add --token {secrets.token_urlsafe(24)}, or leave --host out")
    if token and len(token) < FEWEST_TOKEN_CHARACTERS:
        problem = f"must have at least {FEWEST_TOKEN_CHARACTERS} characters, so that nobody guesses it"
        raise UsageError("--token", problem, f"Take {secrets.token_urlsafe(24)}")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in LOOPBACK


def address(host: str, port: int, token: str) -> str:
    """What a person opens in the browser."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}/" + (f"?token={token}" if token else "")


def serve(app: ASGIApp, host: str, port: int, ready: Callable[[int], None]) -> None:
    """Answer requests until the process is interrupted.

    Args:
        app: the pages.
        host: the address to listen at.
        port: 0 takes any that is free.
        ready: is told the port once somebody can connect.

    Raises:
        UsageError: the address cannot be listened at.
    """
    listening = _listen(host, port)
    ready(listening.getsockname()[1])
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=int(PATIENCE_SECONDS),
        timeout_graceful_shutdown=int(PATIENCE_SECONDS),
        ws="none",
    )
    uvicorn.Server(config).run([listening])


def _listen(host: str, port: int) -> socket.socket:
    try:
        kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(kind, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(CONNECTIONS)
    except OSError as error:
        problem = f"must be an address to listen at, but the system says: {error.strerror}"
        raise UsageError(f"{host}:{port}", problem, "Choose another --port or --host") from error
    return listening
