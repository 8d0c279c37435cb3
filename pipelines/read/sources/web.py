"""HTTP as connectors use it: public hosts only, limits of size and time, retries with backoff, conditional requests.

Which address holds what is in the connectors; time comes from the caller.
"""

import functools
import ipaddress
import re
import socket
import ssl
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version
from typing import Any

import httpcore2 as httpcore
import httpx2 as httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type

from tidebook.pipelines.read.sources.base import AbsentError, FetchError, FileSpec, ReceivedFile

AGENT = f"tidebook/{version('tidebook')}"
PURPOSE = "reads published data sets, a few requests a week"
KEPT_HEADERS = ("etag", "last-modified", "content-type", "content-length", "date")
PLAIN_HEADER = re.compile(r"[ -~]{1,500}")
"""What may be recorded of a header: it comes back in the next request, and a terminal may show it."""
TYPES = {
    "csv": (
        *("text/csv", "text/plain", "application/csv", "application/octet-stream", "binary/octet-stream"),
        "application/vnd.sdmx.data+csv",
    ),
    "json": ("application/json", "text/plain", "application/octet-stream", "binary/octet-stream"),
    "parquet": ("application/vnd.apache.parquet", "application/octet-stream", "binary/octet-stream"),
}
"""Media types that a file may come as: many servers do not know its own, and call it plain text or bytes."""
ABSENT = (404, 410)
TEMPORARY = (408, 425, 429)
"""The statuses of a client's error with which a server says that the same request may succeed later; no other is."""
BROKEN = (500, 502, 503, 504)
"""The statuses of a server that is broken or overloaded: the same request may succeed later."""
REDIRECTS = (301, 302, 303, 307, 308)
MAX_REDIRECTS = 5
ATTEMPTS = 4
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
"""Seconds before the second try, which each further one doubles, and the most, whatever a server asks for."""
TIMEOUT = httpx.Timeout(20.0, connect=10.0)
DEADLINE = 300.0
"""Maximum seconds for a file with all its tries: a server that sends a byte now and then keeps within `TIMEOUT`."""
OVERHEAD = 2**20
"""Bytes of headers and framing that an answer may have, beside twice its largest body."""
NAT64, MAPPED = ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::ffff:0:0/96")
UNICAST = ipaddress.IPv6Network("2000::/3")
"""All that is allocated as public of IPv6."""


def _networks(*texts: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(map(ipaddress.ip_network, texts))


SPECIAL = _networks(
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
    *("224.0.0.0/4", "240.0.0.0/4"),
    *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
)
"""Networks that the IANA registries of special-purpose addresses (RFC 6890) do not call globally reachable, and those
of multicast. Of IPv6 only those within `UNICAST`; relays (6to4, Teredo) count, since they lead to the IPv4 addresses in
them. Python's own `is_global` differs from one version to the next."""

REACHABLE = _networks(
    *("192.0.0.9/32", "192.0.0.10/32"),
    *(
        "2001:1::1/128",
        "2001:1::2/128",
        "2001:1::3/128",
        "2001:3::/32",
        "2001:4:112::/48",
        "2001:20::/28",
        "2001:30::/28",
    ),
)
"""Networks within those that the registries call globally reachable."""

ISATAP = (0x00005EFE, 0x02005EFE)
"""What comes before an IPv4 address in the second half of an IPv6 one (RFC 5214)."""


class TemporaryError(FetchError):
    """As `FetchError`, where another try may help; `after` is the wait in seconds that the server asks for."""

    def __init__(self, text: str, after: float = 0.0) -> None:
        super().__init__(text)
        self.after = after


class UnreachableError(TemporaryError):
    """As `TemporaryError`, where the network or the server is at fault: worth another run in a minute."""


@dataclass
class Web:
    """A client. `monotonic` gives seconds, `sleep` waits for some, `seed` decides the jitter of waits.

    `contact` says in the User-Agent who asks, which some publishers want to know. A file, with all tries and redirects,
    has until `deadline` seconds after its first request.

    With `mirror`, an address such as https://data.example/x.csv is asked for at <mirror>/data.example/x.csv;
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

        Raises FetchError if it cannot be fetched, also after some tries; or it is not what the file's description says.
        """
        until = self.monotonic() + self.deadline
        retrying = Retrying(
            stop=lambda state: state.attempt_number >= ATTEMPTS or self.monotonic() >= until,
            retry=retry_if_exception_type(TemporaryError),
            wait=lambda state: self._wait(spec.address, state),
            sleep=self.sleep,
            reraise=True,
        )
        return retrying(self._try_once, spec, conditions, until)

    def _wait(self, address: str, state: RetryCallState) -> float:
        # Doubled each time, times 0.5 to 1.5 so that many clients do not come back at once.
        name = f"{self.seed}/{address}/{state.attempt_number}".encode()
        jitter = 0.5 + int.from_bytes(sha256(name).digest()[:8], "big") / 2**64
        error = state.outcome.exception() if state.outcome else None
        asked = error.after if isinstance(error, TemporaryError) else 0.0
        doubled: float = FIRST_WAIT * 2.0 ** (state.attempt_number - 1)
        return min(max(doubled * jitter, asked), LONGEST_WAIT)

    def _try_once(self, spec: FileSpec, conditions: Mapping[str, str], until: float) -> ReceivedFile | None:
        agent = f"{AGENT} ({'; '.join(filter(None, (PURPOSE, self.contact)))})"
        # identity: a compressed body could expand past max_bytes.
        sent = {"User-Agent": agent, "Accept": "*/*", "Accept-Encoding": "identity", **conditions}
        address = f"{self.mirror.rstrip('/')}/{spec.address.partition('://')[2]}" if self.mirror else spec.address
        url = _joined(None, address)
        # Redirects are followed here and not by the client, so that each new address is checked.
        for _ in range(MAX_REDIRECTS + 1):
            own_mirror = bool(self.mirror) and _origin(url) == _origin(_joined(None, self.mirror))
            if url.scheme != "https" and not own_mirror:
                raise FetchError(f"{url}: only https is fetched, not {url.scheme or 'an address without scheme'}")
            network = _Network(self, spec, until, own_mirror)
            try:
                with network.answer(url, sent) as response:
                    headers = httpx.Headers(response.headers)
                    if response.status not in REDIRECTS or "location" not in headers:
                        return _receive(spec, response, headers)
                    url = _joined(url, headers["location"])
            except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
                network.time_left()
                raise UnreachableError(f"{spec.address}: {type(error).__name__}: {error}") from error
        raise FetchError(f"{spec.address}: more than {MAX_REDIRECTS} redirects")


class _Network(httpcore.SyncBackend):
    """The connections of one request: to a checked address, and with no wait and no bytes beyond the limits.

    The limits are kept here, at the socket, since a server may also drip its headers, the framing of chunks, or
    interim answers, of which those who read the body never hear.
    """

    def __init__(self, web: Web, spec: FileSpec, until: float, private: bool) -> None:
        self.web, self.spec, self.until, self.private = web, spec, until, private
        self.bytes_left = 2 * spec.max_bytes + OVERHEAD

    @contextmanager
    def answer(self, url: httpx.URL, headers: Mapping[str, str]) -> Iterator[httpcore.Response]:
        """Yield the answer to a request. Nothing of the environment is used: a proxy would look up names itself."""
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        how: dict[str, Any] = {"headers": list(headers.items()), "extensions": {"timeout": self.web.timeout.as_dict()}}
        with (
            httpcore.ConnectionPool(ssl_context=_tls(), network_backend=self) as pool,
            pool.stream("GET", target, **how) as response,
        ):
            yield response

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *_: Any, **__: Any
    ) -> httpcore.NetworkStream:
        """Connect to an address of a host. The name is looked up once, so that what is checked is what is asked."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise UnreachableError(f"{self.spec.address}: {host} cannot be found: {error}") from error
        except UnicodeError as error:
            raise FetchError(f"{self.spec.address}: {host} is no host name: {error}") from error
        addresses = list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))
        # One private address among several refuses the host: no publisher mixes them.
        if private := [address for address in addresses if not (self.private or is_public(address))]:
            raise FetchError(f"{self.spec.address}: {host} leads to {private[0]}, which is no public address")
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(addresses[-1], port, timeout)

    def _connect(self, address: str, port: int, timeout: float | None) -> httpcore.NetworkStream:
        return _Stream(super().connect_tcp(address, port, self.time_left(timeout), socket_options=()), self)

    def time_left(self, timeout: float | None = None) -> float:
        """Return how long the next wait may last. Raises TemporaryError if the deadline is over."""
        left = self.until - self.web.monotonic()
        if left <= 0:
            raise UnreachableError(f"{self.spec.address}: not received within {self.web.deadline:.0f} seconds")
        return left if timeout is None else min(left, timeout)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, network: _Network) -> None:
        self.stream, self.network = stream, network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self.stream.read(max_bytes, self.network.time_left(timeout))
        self.network.bytes_left -= len(data)
        if self.network.bytes_left < 0:
            raise FetchError(_too_large(self.network.spec))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self.network.time_left(timeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self.stream.start_tls(ssl_context, server_hostname, self.network.time_left(timeout))
        return _Stream(secured, self.network)

    def close(self) -> None:
        self.stream.close()


@functools.cache
def _tls() -> ssl.SSLContext:
    # Nothing of the environment: SSL_CERT_FILE could name an authority that signs any address.
    return httpx.create_ssl_context(trust_env=False)


def _joined(url: httpx.URL | None, address: str) -> httpx.URL:
    try:
        found = url.join(address) if url else httpx.URL(address)
        # httpx takes any number for a port.
        if (found.port or 0) >= 2**16:
            raise ValueError(f"no port {found.port}")
        return found
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError(f"{url or address}: leads to no address: {error}") from error


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _too_large(spec: FileSpec) -> str:
    return f"{spec.address}: more than {spec.max_bytes:,} bytes"


def _receive(spec: FileSpec, response: httpcore.Response, headers: httpx.Headers) -> ReceivedFile | None:
    if response.status == httpx.codes.NOT_MODIFIED:
        return None
    _check_status(spec, response.status, headers)
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media not in TYPES[spec.kind]:
        raise FetchError(f"{spec.address}: content type {media or 'not given'}, expected {spec.kind}")
    encoding = headers.get("content-encoding", "identity").lower()
    if encoding not in ("identity", "gzip"):
        raise FetchError(f"{spec.address}: a body in {encoding}, which was not requested")
    if _whole_number(headers.get("content-length", "")) > spec.max_bytes:
        raise FetchError(_too_large(spec))
    kept = {name: headers[name] for name in KEPT_HEADERS if PLAIN_HEADER.fullmatch(headers.get(name, ""))}
    body = _body(spec, response)
    return ReceivedFile(spec.name, spec.address, _unpacked(spec, body) if encoding == "gzip" else body, kept)


def _check_status(spec: FileSpec, status: int, headers: httpx.Headers) -> None:
    """Raise the error that a status stands for, unless it is 200."""
    if status in TEMPORARY or status in BROKEN:
        kind = UnreachableError if status in BROKEN else TemporaryError
        raise kind(f"{spec.address}: status {status}", float(_whole_number(headers.get("retry-after", ""))))
    if status != httpx.codes.OK:
        raise (AbsentError if status in ABSENT else FetchError)(f"{spec.address}: status {status}")


def _body(spec: FileSpec, response: httpcore.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_stream():
        body += chunk
        # The stated length may be missing or wrong: count what arrives.
        if len(body) > spec.max_bytes:
            raise FetchError(_too_large(spec))
    return bytes(body)


def _unpacked(spec: FileSpec, body: bytes) -> bytes:
    """Unpack a body that a server compressed without being asked, but no further than its limit."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        found = unpacker.decompress(body, spec.max_bytes + 1)
    except zlib.error as error:
        raise FetchError(f"{spec.address}: a body that is no gzip, as which it is sent") from error
    if len(found) > spec.max_bytes:
        raise FetchError(_too_large(spec))
    if not unpacker.eof:
        raise FetchError(f"{spec.address}: a compressed body that is cut off")
    return found


def _whole_number(header: str) -> int:
    """Return the number in a header, 0 where there is none that can be read."""
    return int(header) if re.fullmatch(r"[0-9]{1,18}", header) else 0


def is_public(text: str) -> bool:
    """Return whether an IP address is a public one: not private, loopback, local, multicast, reserved or obsolete.

    IPv4 addresses that are written as IPv6 ones, reached by NAT64 as in networks without IPv4, or embedded by ISATAP
    count as themselves.
    """
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        last = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if address in NAT64 or address in MAPPED:
            return _is_reachable(last)
        if address not in UNICAST:
            return False
        if int(address) >> 32 & 0xFFFFFFFF in ISATAP and not _is_reachable(last):
            return False
    return _is_reachable(address)


def _is_reachable(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    special = any(address in network for network in SPECIAL)
    return not special or any(address in network for network in REACHABLE)
