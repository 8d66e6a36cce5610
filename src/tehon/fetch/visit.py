"""Opens addresses: one connection at a time, with a pause between the files of a host, over HTTP and HTTPS alone."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Self
from urllib.request import getproxies, proxy_bypass

import httpx

from tehon import __version__
from tehon.errors import UsageError
from tehon.fetch.faults import Final, Passing, Unreachable
from tehon.fetch.manners import Manners

AGENT = f"tehon/{__version__} (fetches published corpora; https://arxiv.org/abs/2309.03412)"
SCHEMES = ("https", "http")
THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")
"""No proxy is asked for these."""


class Visitor:
    """Visits servers politely and remembers which of them cannot be reached.

    Args:
        manners: how long, how often, how much.
        sleep: waits for so many seconds.

    Raises:
        UsageError: the proxy in the environment is none that can be used.
    """

    def __init__(self, manners: Manners, sleep: Callable[[float], None] = time.sleep) -> None:
        """Connect to nothing yet."""
        self.manners = manners
        self.sleep = sleep
        self._client = _client(manners)
        self._left: dict[str, float] = {}
        self._closed: dict[str, str] = {}
        self._answered = False

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close every connection."""
        self._client.close()

    @contextmanager
    def open(self, url: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """The answer to a GET, redirects followed, its body not yet read.

        Raises:
            Passing: no answer came, or its body was cut off within the block.
            Final: the address leads nowhere.
        """
        for _ in range(self.manners.redirects + 1):
            with self._visit(url, headers) as response:
                if not response.has_redirect_location:
                    yield response
                    return
                url = next_address(url, response.headers["Location"])
        raise Final(f"{url} is one of more than {self.manners.redirects} redirects")

    def patience(self, fault: Passing) -> int:
        """After how many such failures it is given up; where nothing has answered yet, further hosts get one knock."""
        if not isinstance(fault, Unreachable):
            return self.manners.attempts
        return self.manners.knocks if self._answered or not self._closed else 1

    def give_up(self, fault: Passing, failures: int) -> Final:
        """What is said at last; a host that cannot be reached is not asked again."""
        times = f", {failures} times in a row" if failures > 1 else ""
        reason = f"{fault.reason}{times}"
        if isinstance(fault, Unreachable):
            self._closed[fault.host] = reason
        return Final(reason)

    @contextmanager
    def _visit(self, url: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        host = host_of(url)
        if host in self._closed:
            raise Final(self._closed[host])
        early = self._left.get(host, 0.0) + self.manners.pause_seconds - time.monotonic()
        if early > 0:
            self.sleep(early)
        try:
            with _faults(host, self.manners), self._client.stream("GET", url, headers=headers) as response:
                self._answered = True
                yield response
        finally:
            self._left[host] = time.monotonic()


def host_of(url: str) -> str:
    """The host of an address that can be visited, with its port where that is not the usual one.

    Raises:
        Final: it cannot.
    """
    try:
        address = httpx.URL(url)
        address.host.encode("idna")
    except (httpx.InvalidURL, UnicodeError) as error:
        raise Final(f"{url!r} is no address ({error})") from error
    if address.scheme not in SCHEMES or not address.host:
        raise Final(f"{url} is neither at http:// nor at https://")
    return address.netloc.decode()


def next_address(url: str, location: str) -> str:
    """Where a redirect leads.

    Raises:
        Final: it leads away from HTTP, or from an encrypted connection to an open one.
    """
    try:
        address = httpx.URL(url).join(location)
    except httpx.InvalidURL as error:
        raise Final(f"{url} redirects to {location!r}, which is no address") from error
    if address.scheme not in SCHEMES:
        raise Final(f"{url} redirects to {address}, which is neither at http:// nor at https://")
    if url.startswith("https:") and address.scheme != "https":
        raise Final(f"{url} redirects to {address}, which is not encrypted")
    return str(address)


@contextmanager
def _faults(host: str, manners: Manners) -> Iterator[None]:
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
        said = str(error).partition("] ")[2] or str(error) or "no answer"
        raise Unreachable(f"{host} cannot be reached{_way(host)} ({said})", host) from error
    except httpx.ReadTimeout as error:
        raise Passing(f"{host} said nothing for {manners.silent_seconds:g} s") from error
    except httpx.UnsupportedProtocol as error:
        raise Final(f"{host} cannot be visited ({error})") from error
    except httpx.TransportError as error:
        raise Passing(f"the connection to {host} failed ({error or 'it was cut'})") from error


def _way(host: str) -> str:
    """What stands between here and a host, if anything does."""
    here = any(host == name or host.startswith(f"{name}:") for name in THIS_MACHINE)
    proxied = not here and getproxies() and not proxy_bypass(host)
    return " through the proxy that the environment names" if proxied else ""


def _client(manners: Manners) -> httpx.Client:
    try:
        return httpx.Client(
            headers={"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(manners.silent_seconds, connect=manners.connect_seconds),
            limits=httpx.Limits(max_connections=1),
            mounts={f"all://{name}": None for name in THIS_MACHINE},
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        problem = f"must name a proxy that can be used, but {error}"
        raise UsageError("HTTP_PROXY, HTTPS_PROXY or ALL_PROXY", problem, "Correct or unset it") from error
