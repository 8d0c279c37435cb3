"""Fetching sources into snapshots. The one place that reads the clock: the time of a fetch is recorded as an input.

What a source is, is in its connector; how HTTP behaves is in `web`.
"""

import datetime as dt
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

from filelock import FileLock

from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.errors import InputError, Problem, printable
from tidebook.pipelines.read.sources import snapshots
from tidebook.pipelines.read.sources.base import Connector, FetchError, FileSpec, ReceivedFile
from tidebook.pipelines.read.sources.snapshots import Attempt, Snapshot, StoredFile
from tidebook.pipelines.read.sources.tables import check
from tidebook.pipelines.read.sources.web import UnreachableError, Web
from tidebook.places import masked

HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")
FIRST_YEAR = 1990
"""No file was published on the web before it; servers that do not know say 1970."""

ConditionalGet = Callable[[FileSpec, Mapping[str, str]], ReceivedFile | None]
"""Fetches one file under the conditions of these headers; None says that the server has it unchanged."""


@dataclass(frozen=True)
class FetchResult:
    """How the fetch of one source went: `new`, `unchanged` or `failed`, with the snapshot in use and why, in a line.

    A failure is `temporary` where another try in a minute may succeed.
    """

    source: str
    status: str
    snapshot: Snapshot | None
    detail: str
    temporary: bool = False

    @property
    def message(self) -> str:
        """Return the detail, and after a failure the snapshot that builds go on reading."""
        if self.status == "failed" and self.snapshot:
            return f"{self.detail}; the snapshot of {self.snapshot.day} stays in use"
        return self.detail


def web() -> Web:
    """Return a client with this machine's clock; its jitter differs from one run to the next.

    TIDEBOOK_MIRROR is the address under which sources are asked for instead of their own, TIDEBOOK_CONTACT whom
    publishers can write to. Raises InputError if the mirror is not an address, or the contact is not plain text.
    """
    mirror, contact = os.environ.get("TIDEBOOK_MIRROR", ""), os.environ.get("TIDEBOOK_CONTACT", "")
    if not re.fullmatch(r"(https?://[^/\s]\S*)?", mirror):
        raise InputError(Problem("TIDEBOOK_MIRROR", "an address that begins with http:// or https://", text=mirror))
    if not re.fullmatch(r"[ -~]*", contact):
        raise InputError(Problem("TIDEBOOK_CONTACT", "printable ASCII, such as a mail address", text=contact))
    return Web(time.monotonic, time.sleep, str(time.time_ns()), mirror, contact)


def day_of_reading() -> dt.date:
    """Return today, the day of reading for data fetched now."""
    return dt.datetime.now(dt.UTC).date()


def fetch(
    connector: Connector,
    folder: Path,
    get: ConditionalGet,
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> FetchResult:
    """Fetch one source, and store a snapshot when it brings other bytes than the newest one.

    What cannot be fetched or read is not a snapshot: the newest one stays in use, and the failure is recorded.
    """
    name = connector.describe.name
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        before = snapshots.attempts(folder).get(name)
        newest = None
        # To the microsecond, and always so: names of snapshots sort by it.
        at = clock().isoformat(timespec="microseconds").replace("+00:00", "Z")
        try:
            newest = next(reversed(snapshots.history(folder, name)), None)
            _check_clock(newest, at)
            snapshot, data = _download(connector, folder, get, newest, at)
            check(connector, snapshot, data)
        except Exception as error:  # whatever one publisher sends, the others are still fetched
            text = _one_line(error)
            reached, failures = (before.reached_at, before.failures + 1) if before else ("", 1)
            snapshots.write_attempts(folder, {name: Attempt(at, reached, text, failures)})
            return FetchResult(name, "failed", newest, text, isinstance(error, UnreachableError))
        snapshots.write_attempts(folder, {name: Attempt(at, at)})
        snapshots.keep(folder, data.values())  # which repairs the same bytes where they were damaged
        if newest and snapshot.snapshot == newest.snapshot:
            return FetchResult(name, "unchanged", newest, f"as fetched on {newest.day}")
        snapshots.add(folder, snapshot)
        without = "".join(f", without {spec.name}" for spec in connector.describe.files if spec.name not in data)
        return FetchResult(name, "new", snapshot, f"{sum(map(len, data.values())):,} bytes{without}")


def _check_clock(newest: Snapshot | None, at: str) -> None:
    """Raise FetchError if the newest snapshot is of a later time than now: nothing fetched would ever be newer."""
    if newest and newest.fetched_at > at:
        raise FetchError(
            f"found a snapshot of {newest.fetched_at}, but this machine's clock says {at}: set the clock, or remove "
            f"{newest.source}/{newest.file_name} from the snapshots if it was taken by a clock that was wrong"
        )


def _download(
    connector: Connector, folder: Path, get: ConditionalGet, newest: Snapshot | None, at: str
) -> tuple[Snapshot, dict[str, bytes]]:
    """Return what a source has now as a snapshot, with the bytes by file name; unchanged files are those known."""
    stored = {file.name: file for file in newest.files} if newest else {}

    def ask(spec: FileSpec) -> ReceivedFile | None:
        known = stored.get(spec.name)
        if known is None or known.address != spec.address or not snapshots.is_kept(folder, known.sha256):
            return get(spec, {})
        names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
        return get(spec, {sent: known.headers[name] for name, sent in names.items() if name in known.headers})

    files, data = [], {}
    for name, received in connector.fetch(ask).items():
        if received is None:
            if name not in stored:
                raise FetchError(f"{name}: the server says that it has not changed, and there is no copy")
            files.append(stored[name])
            data[name] = snapshots.content(folder, stored[name])
        else:
            data[name] = received.data
            facts = digest(received.data), len(received.data), dict(received.headers)
            files.append(StoredFile(received.name, received.address, *facts))
    # By content alone: headers and times change with each fetch.
    identity = digest({file.name: file.sha256 for file in files})[:16]
    return Snapshot(connector.describe.name, identity, at, _vintage(files, at).isoformat(), tuple(files)), data


def _one_line(error: Exception) -> str:
    """Return an error on one line, as it is shown and kept; the type says what one is that nobody foresaw."""
    known = isinstance(error, FetchError | InputError)
    text = str(error) if known else f"{type(error).__name__}: {error}"
    return printable(masked("; ".join(text.splitlines())))


def _vintage(files: list[StoredFile], at: str) -> dt.date:
    """Return the day of the publisher's copy: the newest Last-Modified of its files, else the day of the fetch."""
    fetched = dt.date.fromisoformat(at[:10])
    stated = [day for file in files if (day := _http_day(file.headers.get("last-modified", "")))]
    # Only where every file states it; a server's clock may be ahead, but no copy is newer than its fetch.
    return min(max(stated), fetched) if len(stated) == len(files) and stated else fetched


def _http_day(text: str) -> dt.date | None:
    """Return the day of an HTTP date, `Mon, 15 Dec 2025 00:00:00 GMT`; None for other texts."""
    try:
        found = parsedate_to_datetime(text if HTTP_DATE.fullmatch(text) else "").date()
    except (ValueError, TypeError):
        return None
    return found if found.year >= FIRST_YEAR else None
