"""HTTP as connectors use it: time and size limits, retries with backoff, conditional requests, no way to private hosts.

Which address holds what is in the connectors; time comes from the caller.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version

import httpx2 as httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from pipelines.sources.base import AbsentError, FetchError, FileSpec, ReceivedFile

AGENT = f"tidebook/{version('tidebook')}"
PURPOSE = "reads published data sets, a few requests a week"
KEPT_HEADERS = ("etag", "last-modified", "content-type", "content-length", "date")
TYPES = {
    "csv": ("text/csv", "text/plain", "application/csv", "application/octet-stream", "binary/octet-stream"),
    "json": ("application/json", "text/plain", "application/octet-stream", "binary/octet-stream"),
}
ABSENT = (404, 410)
TEMPORARY = (408, 425, 429, 500, 502, 503, 504)
MOST_REDIRECTS = 5
ATTEMPTS = 4
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
TIMEOUT = httpx.Timeout(20.0, connect=10.0)
DEADLINE = 300.0


class TemporaryError(FetchError):
    """As `FetchError`, where another try may help; `after` is the wait in seconds that the server asks for."""

    def __init__(self, text: str, after: float = 0.0) -> None:
        super().__init__(text)
        self.after = after


@dataclass
class Web:
    """A way to the web. `monotonic` gives seconds, `sleep` waits for some, `seed` decides the jitter of waits.

    `contact` says in the User-Agent who asks, which the SEC wants to know.

    With `mirror`, an address such as https://epoch.ai/data/x.csv is asked for at <mirror>/epoch.ai/data/x.csv;
    the mirror alone may be plain HTTP and on a private or loopback address.
    """

    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    seed: str
    mirror: str = ""
    contact: str = ""
    deadline: float = DEADLINE
    timeout: httpx.Timeout = field(default_factory=lambda: TIMEOUT)

    def get(self, spec: FileSpec, conditions: Mapping[str, str]) -> ReceivedFile | None:
        """Return a file as received, or None when the server says that it has not changed.

        Raises:
            FetchError: it cannot be had, also after some tries; or it is not what the file's description says.
        """
        retrying = Retrying(
            stop=stop_after_attempt(ATTEMPTS),
            retry=retry_if_exception_type(TemporaryError),
            wait=lambda state: self.wait(spec.address, state),
            sleep=self.sleep,
            reraise=True,
        )
        return retrying(self.try_once, spec, conditions)

    def wait(self, address: str, state: RetryCallState) -> float:
        """Return the seconds before the next try: doubled each time, times 0.5 to 1.5, at least what is asked for."""
        name = f"{self.seed}/{address}/{state.attempt_number}".encode()
        jitter = 0.5 + int.from_bytes(sha256(name).digest()[:8], "big") / 2**64
        error = state.outcome.exception() if state.outcome else None
        asked = error.after if isinstance(error, TemporaryError) else 0.0
        doubled: float = FIRST_WAIT * 2.0 ** (state.attempt_number - 1)
        return min(max(doubled * jitter, asked), LONGEST_WAIT)

    def try_once(self, spec: FileSpec, conditions: Mapping[str, str]) -> ReceivedFile | None:
        """Return a file after one try, redirects followed."""
        agent = f"{AGENT} ({'; '.join(filter(None, (PURPOSE, self.contact)))})"
        sent = {"User-Agent": agent, "Accept-Encoding": "identity", **conditions}
        until = self.monotonic() + self.deadline
        url = httpx.URL(self.mirrored(spec.address))
        # Without the environment: a proxy would resolve names itself, past the check of addresses.
        with httpx.Client(timeout=self.timeout, trust_env=False) as client:
            for _ in range(MOST_REDIRECTS + 1):
                self.check(url)
                try:
                    with client.stream("GET", url, headers=sent) as response:
                        self.check_peer(url, response)
                        if not response.has_redirect_location:
                            return self.receive(spec, response, until)
                        url = url.join(response.headers["location"])
                except httpx.TransportError as error:
                    raise TemporaryError(f"{spec.address}: {type(error).__name__}: {error}") from error
                except httpx.InvalidURL as error:
                    raise FetchError(f"{spec.address}: redirect to no address: {error}") from error
        raise FetchError(f"{spec.address}: more than {MOST_REDIRECTS} redirects")

    def mirrored(self, address: str) -> str:
        """Return the address at the mirror, or the address itself when there is none."""
        return f"{self.mirror.rstrip('/')}/{address.partition('://')[2]}" if self.mirror else address

    def check(self, url: httpx.URL) -> None:
        """Check that an address is one that may be asked.

        Raises:
            FetchError: it is no HTTPS, or names a private host.
        """
        if self.is_mirror(url):
            return
        if url.scheme != "https":
            raise FetchError(f"{url}: only https is fetched, not {url.scheme or 'an address without scheme'}")
        try:
            found = socket.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
        except OSError as error:
            raise TemporaryError(f"{url}: {url.host} cannot be found: {error}") from error
        for place in {str(each[4][0]) for each in found}:
            check_public(url, place)

    def is_mirror(self, url: httpx.URL) -> bool:
        """Return whether an address is at the mirror."""
        if not self.mirror:
            return False
        mirror = httpx.URL(self.mirror)
        return (url.scheme, url.host, url.port) == (mirror.scheme, mirror.host, mirror.port)

    def check_peer(self, url: httpx.URL, response: httpx.Response) -> None:
        """Check the address that answered: a name may resolve to another one than when it was checked."""
        stream = response.extensions.get("network_stream")
        peer = stream.get_extra_info("server_addr") if stream else None
        if peer and not self.is_mirror(url):
            check_public(url, str(peer[0]))

    def receive(self, spec: FileSpec, response: httpx.Response, until: float) -> ReceivedFile | None:
        """Return the body of a final response, read no further than the limits of size and time."""
        status = response.status_code
        if status == httpx.codes.NOT_MODIFIED:
            return None
        if status in TEMPORARY:
            after = response.headers.get("retry-after", "")
            raise TemporaryError(f"{spec.address}: status {status}", float(after) if after.isdigit() else 0.0)
        if status != httpx.codes.OK:
            error = AbsentError if status in ABSENT else FetchError
            raise error(f"{spec.address}: status {status}")
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in TYPES[spec.kind]:
            raise FetchError(f"{spec.address}: content type {kind or 'not given'}, expected {spec.kind}")
        if response.headers.get("content-encoding", "identity") != "identity":
            raise FetchError(f"{spec.address}: an encoded body, which was not asked for")
        stated = response.headers.get("content-length", "")
        limit = f"{spec.address}: more than {spec.max_bytes:,} bytes"
        if stated.isdigit() and int(stated) > spec.max_bytes:
            raise FetchError(limit)
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > spec.max_bytes:
                raise FetchError(limit)
            if self.monotonic() > until:
                raise TemporaryError(f"{spec.address}: not received within {self.deadline:.0f} seconds")
        kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        return ReceivedFile(spec.name, spec.address, bytes(body), kept)


def check_public(url: httpx.URL, place: str) -> None:
    """Check that an IP address is a public one.

    Raises:
        FetchError: it is private, loopback, link-local, multicast or reserved.
    """
    address = ipaddress.ip_address(place.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    if not address.is_global or address.is_multicast:
        raise FetchError(f"{url}: {address} is no public address")
