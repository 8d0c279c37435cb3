"""HTTP against a server on this machine that misbehaves: limits, retries, conditions, redirects, private addresses."""

from __future__ import annotations

import datetime as dt
import gzip
import itertools
import socket
import ssl
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx2 as httpx
import pytest

from tests.publishers import Answer, Publisher, publishing, respond
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.outputs import output_place
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.read.sources import fetch as fetch_module
from tidebook.pipelines.read.sources import web
from tidebook.pipelines.read.sources.base import AbsentError, FetchError, FileSpec, ReceivedFile
from tidebook.pipelines.read.sources.web import TemporaryError, Web, is_public
from tidebook.places import ReadableBucket
from tidebook.places import masked as masked_text

SPEC = FileSpec("x.csv", "https://data.example/x.csv", "csv", 1000)
PATH = "data.example/x.csv"
CSV = {"Content-Type": "text/csv; charset=utf-8"}


def way(publisher: Publisher | None, waits: list[float] | None = None, **settings: float) -> Web:
    """Return a way to the web through a mirror, which notes waits instead of waiting."""
    mirror = publisher.address if publisher else ""
    found = Web(time.monotonic, [].append if waits is None else waits.append, "seed", mirror)
    for name, value in settings.items():
        setattr(found, name, httpx.Timeout(value) if name == "timeout" else value)
    return found


def get(answer: bytes | Answer, **settings: float) -> ReceivedFile | None:
    """Return what one file is fetched as."""
    with publishing({PATH: answer}) as publisher:
        return way(publisher, **settings).get(SPEC, {})


def test_a_file_arrives_as_it_was_sent_with_the_headers_worth_keeping() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        respond(handler, 200, b"a\r\n\xff\n", {**CSV, "ETag": '"1"', "X-Other": "no"})

    received = get(answer)
    assert received is not None
    assert (received.name, received.address, received.data) == ("x.csv", SPEC.address, b"a\r\n\xff\n")
    assert received.headers["etag"] == '"1"'
    assert "x-other" not in received.headers


def test_the_request_says_who_asks_and_takes_no_encoding() -> None:
    with publishing({PATH: b"a\n"}) as publisher:
        way(publisher).get(SPEC, {"If-None-Match": '"1"'})
        (asked,) = publisher.asked
    assert asked["user-agent"].startswith("tidebook/")
    assert asked["accept-encoding"] == "identity"
    assert asked["if-none-match"] == '"1"'


def test_what_has_not_changed_is_not_sent() -> None:
    assert get(lambda handler: respond(handler, 304)) is None


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_fault_is_tried_again(status: int) -> None:
    answers = iter([status, status, 200])
    waits: list[float] = []
    with publishing({PATH: lambda handler: respond(handler, next(answers), b"a\n", CSV)}) as publisher:
        received = way(publisher, waits).get(SPEC, {})
    assert received is not None
    assert received.data == b"a\n"
    # 1 s and 2 s, each times 0.5 to 1.5
    assert 0.5 <= waits[0] < 1.5
    assert 1.0 <= waits[1] < 3.0


def test_a_lasting_fault_ends_after_four_tries() -> None:
    with publishing({PATH: lambda handler: respond(handler, 500)}) as publisher:
        with pytest.raises(TemporaryError, match="status 500"):
            way(publisher).get(SPEC, {})
        assert len(publisher.asked) == 4


def test_a_wait_that_the_server_asks_for_is_kept_up_to_a_limit() -> None:
    for asked, expected in (("7", 7.0), ("9999", web.LONGEST_WAIT), ("9" * 15, web.LONGEST_WAIT)):
        answers = iter([429, 200])
        waits: list[float] = []
        later = {**CSV, "Retry-After": asked}
        with publishing({PATH: lambda handler, a=answers, h=later: respond(handler, next(a), b"a\n", h)}) as publisher:
            way(publisher, waits).get(SPEC, {})
        assert waits == [expected]


@pytest.mark.parametrize("asked", ["²", "٣", "-1", "1e3", "nan", "9" * 5000, "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_wait_that_cannot_be_read_is_none(asked: str) -> None:
    waits: list[float] = []

    def busy(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 429 Busy\r\nContent-Length: 0\r\nRetry-After: " + asked.encode() + b"\r\n\r\n")

    with publishing({PATH: busy}) as publisher, pytest.raises(TemporaryError, match="status 429"):
        way(publisher, waits).get(SPEC, {})
    assert len(waits) == 3
    assert waits[0] < 1.5


def test_a_header_that_is_not_plain_text_is_dropped() -> None:
    def odd(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/csv\r\nETag: \xc2\xb2\r\n"
            b"Last-Modified: \x9b31m\r\n\r\na\n"
        )

    received = get(odd)
    assert received is not None
    assert dict(received.headers) == {"content-type": "text/csv", "content-length": "2"}


def test_the_jitter_follows_from_the_seed() -> None:
    waits: dict[str, list[float]] = {"a": [], "b": [], "again": []}
    for name, found in waits.items():
        with publishing({PATH: lambda handler: respond(handler, 500)}) as publisher:
            one = way(publisher, found)
            one.seed = name[:1]
            with pytest.raises(FetchError):
                one.get(SPEC, {})
    assert waits["a"] == waits["again"] != waits["b"]


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_fault_that_stays_is_not_tried_again(status: int) -> None:
    with publishing({PATH: lambda handler: respond(handler, status)}) as publisher:
        with pytest.raises(FetchError, match=f"status {status}") as error:
            way(publisher).get(SPEC, {})
        assert len(publisher.asked) == 1
    assert isinstance(error.value, AbsentError) == (status != 403)


def test_a_truncated_body_is_not_a_file() -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        respond(handler, 200, b"a\n", {**CSV, "Content-Length": "100"})
        handler.close_connection = True

    with pytest.raises(TemporaryError, match="RemoteProtocolError"):
        get(cut)


def test_a_page_instead_of_a_table_is_refused() -> None:
    with pytest.raises(FetchError, match="content type text/html, expected csv"):
        get(lambda handler: respond(handler, 200, b"<html>", {"Content-Type": "text/html"}))


def test_a_body_that_is_compressed_unasked_is_unpacked_within_its_limit() -> None:
    """As some services send theirs; 10,000 bytes pack into 30."""
    packed, encoded = gzip.compress(b"x" * 10_000), {**CSV, "Content-Encoding": "gzip"}
    assert get(lambda handler: respond(handler, 200, gzip.compress(b"a,b"), encoded)).data == b"a,b"
    cut = gzip.compress(b"a,b")[:-4]
    for body, expected in ((packed, "more than"), (b"a plain text", "no gzip"), (cut, "cut off")):
        with pytest.raises(FetchError, match=expected):
            get(lambda handler, body=body: respond(handler, 200, body, encoded))
    with pytest.raises(FetchError, match="a body in br"):
        get(lambda handler: respond(handler, 200, b"x", {**CSV, "Content-Encoding": "br"}))


def test_a_stated_size_of_ten_gigabytes_is_refused_before_it_is_read() -> None:
    def huge(handler: BaseHTTPRequestHandler) -> None:
        respond(handler, 200, b"", {**CSV, "Content-Length": str(10 * 2**30)})

    with pytest.raises(FetchError, match="more than 1,000 bytes"):
        get(huge)


def test_a_body_without_end_is_left_at_the_limit() -> None:
    sent = 0

    def endless(handler: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        handler.send_response(200)
        handler.send_header("Content-Type", "text/csv")
        handler.end_headers()
        try:
            for _ in itertools.count():
                sent += handler.wfile.write(b"x" * 500)
        except OSError:
            return

    with pytest.raises(FetchError, match="more than 1,000 bytes"):
        get(endless)
    assert sent < 50 * 2**20, "the rest stays with the sender but for what is on the way"


def test_a_silent_server_is_left_after_the_timeout() -> None:
    def slow(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(1)

    with pytest.raises(TemporaryError, match="Timeout"):
        get(slow, timeout=0.05)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n"


@pytest.mark.parametrize(
    ("start", "drip"),
    [
        (HEAD + b"\r\n", b"x"),
        (HEAD + b"X-Long: ", b"x"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: ", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
    ids=["body", "headers", "the extension of a chunk", "trailers", "100 Continue", "103 Early Hints"],
)
def test_what_drips_is_left_at_the_deadline(start: bytes, drip: bytes) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        with suppress(OSError):
            handler.wfile.write(start)
            for _ in range(100):
                handler.wfile.write(drip)
                handler.wfile.flush()
                time.sleep(0.01)
        handler.close_connection = True

    with pytest.raises(TemporaryError, match="not received within 0 seconds"):
        get(answer, deadline=0.1)


def test_interim_answers_without_end_are_left_at_a_limit_of_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "OVERHEAD", 100_000)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        with suppress(OSError):
            for _ in range(20_000):
                handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        handler.close_connection = True

    with pytest.raises(FetchError, match="more than 1,000 bytes"):
        get(answer)


def test_the_deadline_is_one_for_all_tries() -> None:
    def slow(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.15)
        respond(handler, 500)

    with publishing({PATH: slow}) as publisher:
        with pytest.raises(TemporaryError, match=r"status 500|not received within 0 seconds"):
            way(publisher, deadline=0.2).get(SPEC, {})
        assert len(publisher.asked) <= 2


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("file:///etc/passwd", "only https is fetched, not file"),
        ("http://data.example/x.csv", "only https is fetched, not http"),
        ("https://127.0.0.1/x.csv", "leads to 127.0.0.1, which is no public address"),
        ("https://10.0.0.1/x.csv", "leads to 10.0.0.1, which is no public address"),
        ("https://169.254.169.254/latest/meta-data", "leads to 169.254.169.254, which is no public address"),
        ("https://[::1]/x.csv", "leads to ::1, which is no public address"),
        ("https://[::ffff:127.0.0.1]/x.csv", "127.0.0.1, which is no public address"),
        ("https://localhost/x.csv", "which is no public address"),
        ("https://a..b/", "a..b is no host name"),
        (f"https://{'a' * 300}.example/", "is no host name"),
        ("https://[::1/", "leads to no address"),
        ("https://data.example:99999/", "leads to no address"),
    ],
)
def test_no_redirect_leads_to_another_scheme_a_private_address_or_none(target: str, expected: str) -> None:
    with pytest.raises(FetchError, match=expected):
        get(lambda handler: respond(handler, 302, b"", {"Location": target}))


def test_a_redirect_within_the_mirror_is_followed() -> None:
    moved = {PATH: lambda handler: respond(handler, 301, b"", {"Location": "/y.csv"}), "y.csv": b"a\n"}
    with publishing(moved) as publisher:
        received = way(publisher).get(SPEC, {})
    assert received is not None
    assert received.data == b"a\n"


def test_redirects_in_a_circle_end() -> None:
    with pytest.raises(FetchError, match="more than 5 redirects"):
        get(lambda handler: respond(handler, 302, b"", {"Location": f"/{PATH}"}))


def test_without_a_mirror_loopback_is_refused() -> None:
    with publishing({"x.csv": b"a\n"}) as publisher:
        for address in (f"{publisher.address}/x.csv", publisher.address.replace("http", "https") + "/x.csv"):
            with pytest.raises(FetchError, match=r"only https|no public address"):
                way(None).get(FileSpec("x.csv", address, "csv"), {})
        assert publisher.asked == []


def test_another_port_of_this_machine_is_not_the_mirror() -> None:
    with publishing({"x.csv": b"a\n"}) as other:
        target = f"{other.address}/x.csv"
        with pytest.raises(FetchError, match="only https"):
            get(lambda handler: respond(handler, 302, b"", {"Location": target}))
        assert other.asked == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2600::1", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("::127.0.0.1", False),
        ("::ffff:0:7f00:1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b:1::1", False),
        ("2002:7f00:1::1", False),
        ("2001:0:7f00:1::1", False),
        ("fec0::1", False),
        ("fd00::1", False),
        ("fe80::1", False),
        ("ff0e::1", False),
        ("192.0.0.8", False),
        ("192.0.0.9", True),
        ("192.88.99.1", False),
        ("64:ff9b::c058:6301", False),
        ("100:0:0:1::1", False),
        ("3fff::1", False),
        ("5f00::1", False),
        ("4000::1", False),
        ("192.0.0.10", True),
        ("192.0.0.11", False),
        ("192.0.0.171", False),
        ("198.19.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("239.1.2.3", False),
        ("::ffff:224.0.0.1", False),
        ("2001:1::1", True),
        ("2001:1::4", False),
        ("2001:5::1", False),
        ("2001:20::1", True),
        ("2001:db8::1", False),
        ("2620:4f:8000::1", True),
        ("2600::5efe:10.0.0.1", False),
        ("2600::200:5efe:127.0.0.1", False),
        ("2600::5efe:8.8.8.8", True),
    ],
)
def test_ipv4_addresses_within_ipv6_ones_and_sites_are_as_private_as_they_are(address: str, public: bool) -> None:
    assert is_public(address) == public


def test_a_name_that_leads_elsewhere_when_it_is_looked_up_again_reaches_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that was checked is the one that is asked: of a second look-up nothing is sent to this machine."""
    looked_up, connected = [], []
    known = socket.create_connection

    def look_up(host: str, port: int, **_: object) -> list[object]:
        looked_up.append(host)
        address = "93.184.216.34" if len(looked_up) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    with publishing({}) as publisher:
        port = publisher.server.server_address[1]

        def connect(place: tuple[str, int], *_: object, **__: object) -> socket.socket:
            connected.append(place[0])
            if place[0] == "93.184.216.34":
                raise ConnectionRefusedError("nobody is there")
            return known(("127.0.0.1", port), 1)

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        monkeypatch.setattr(socket, "create_connection", connect)
        with pytest.raises(FetchError, match=r"leads to 127\.0\.0\.1, which is no public address"):
            way(None, deadline=0.5).get(SPEC, {})
        monkeypatch.undo()
    assert connected == ["93.184.216.34"]


def certificate(folder: Path, name: str) -> Path:
    """Make a key and a certificate for a name, in one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    day = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 1, day, day.replace(year=2120))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.mark.parametrize(("name", "expected"), [("data.example", "arrives"), ("other.example", "CERTIFICATE_VERIFY")])
def test_over_tls_the_certificate_has_to_be_that_of_the_name_whatever_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, expected: str
) -> None:
    path = certificate(tmp_path, name)
    with publishing({"x.csv": b"a\n"}) as publisher:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        publisher.server.socket = context.wrap_socket(publisher.server.socket, server_side=True)
        port = publisher.server.server_address[1]
        known = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", lambda _, *given, **more: known("127.0.0.1", *given, **more))
        monkeypatch.setattr(web, "is_public", lambda _: True)
        monkeypatch.setattr(web, "_tls", lambda: ssl.create_default_context(cafile=str(path)))
        spec = FileSpec("x.csv", f"https://data.example:{port}/x.csv", "csv", 1000)
        if expected == "arrives":
            received = way(None).get(spec, {})
            assert received is not None
            assert received.data == b"a\n"
            assert publisher.asked[0]["host"] == f"data.example:{port}"
        else:
            with pytest.raises(TemporaryError, match=expected):
                way(None).get(spec, {})
            assert publisher.asked == []


def test_a_host_that_is_not_found_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror("unknown")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(TemporaryError, match=r"data\.example cannot be found"):
        way(None).get(SPEC, {})


SECRETIVE = "http://user:hunter2@127.0.0.1:9/mirror?token=hunter2"  # pragma: allowlist secret


def test_a_password_of_a_mirror_is_shown_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the message nor in the record of the fetch, which stays on disk."""
    spec = FileSpec("x.csv", "https://publisher.example/x.csv", "csv")

    class Mirrored:
        describe = SimpleNamespace(name="mirrored", files=(spec,))

        def fetch(self, ask: Any) -> Any:
            raise FetchError(f"{SECRETIVE}: status 500")

    result = fetch_module.fetch(cast(Any, Mirrored()), tmp_path, lambda *_: None)
    kept = (tmp_path / "state.json").read_text()
    assert "hunter2" not in result.message + kept
    assert "http://***@127.0.0.1:9/mirror?token=*** status 500" in kept
    monkeypatch.setenv("TIDEBOOK_MIRROR", SECRETIVE.replace("http", "ftp", 1))
    with pytest.raises(InputError) as wrong:
        fetch_module.web()
    assert "hunter2" not in str(wrong.value) and "ftp://***@127.0.0.1" in str(wrong.value)


def test_a_password_of_a_store_is_in_no_message() -> None:
    address = "s3://user:hunter2@bucket/prefix?sig=hunter2"  # pragma: allowlist secret
    masked = "s3://***@bucket/prefix?sig=***"
    assert str(ReadableBucket(address)) == masked and "hunter2" not in repr(ReadableBucket(address))
    assert Settings(Path("raw"), Path("out"), address).shown == masked
    with pytest.raises(InputError) as wrong:
        output_place("ftp://user:hunter2@host/x")  # pragma: allowlist secret
    assert "hunter2" not in str(wrong.value)


@pytest.mark.parametrize(
    "text",
    [
        "https://medium.com/@author/post",
        "mail me@example.org, see https://a.example/b",
        "a://b/c?page=2",
        "no address @",
    ],
)
def test_what_is_not_a_secret_is_left_as_it_is(text: str) -> None:
    assert masked_text(text) == text
