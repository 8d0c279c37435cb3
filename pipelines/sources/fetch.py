"""Fetching sources into snapshots. The one place that reads the clock: the time of a fetch is recorded as an input.

What a source is, is in its connector; how HTTP behaves is in `web`.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

from filelock import FileLock

from pipelines.ingest.errors import InputError
from pipelines.sources.base import Connector, FetchError, FileSpec, Parsed, ReceivedFile
from pipelines.sources.snapshots import (
    Attempt,
    Snapshot,
    StoredFile,
    add,
    attempts,
    content,
    history,
    identity,
    write_attempts,
)
from pipelines.sources.web import Web
from pipelines.storage.keys import digest

ConditionalGet = Callable[[FileSpec, Mapping[str, str]], ReceivedFile | None]
"""Fetches one file under the conditions of these headers; None says that the server has it unchanged."""


@dataclass(frozen=True)
class FetchResult:
    """How the fetch of one source went: `new`, `unchanged` or `failed`, with the snapshot in use and a text."""

    source: str
    status: str
    snapshot: Snapshot | None
    detail: str

    @property
    def message(self) -> str:
        """Return the text, and after a failure the snapshot that builds read all the same."""
        kept = (
            f"; the snapshot of {self.snapshot.day} stays in use" if self.snapshot and self.status == "failed" else ""
        )
        return f"{self.detail}{kept}"


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def web(mirror: str = "", contact: str = "") -> Web:
    """Return a way to the web with this machine's clock; its jitter differs from one run to the next."""
    return Web(time.monotonic, time.sleep, str(time.time_ns()), mirror, contact)


def fetch(
    connector: Connector, folder: Path, get: ConditionalGet, clock: Callable[[], dt.datetime] = _now
) -> FetchResult:
    """Fetch one source, and store a snapshot when it brings other bytes than the newest one.

    What cannot be had or parsed is no snapshot: the newest one stays in use, and the failure is recorded.
    """
    name = connector.describe.name
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        before = attempts(folder).get(name)
        known = history(folder, name)
        newest = known[-1] if known else None
        at = clock().isoformat(timespec="microseconds").replace("+00:00", "Z")
        try:
            snapshot, data = _download(connector, folder, get, newest, at)
            _check(connector, snapshot, data)
        except (FetchError, InputError) as error:
            reached = before.reached_at if before else ""
            write_attempts(folder, {name: Attempt(at, reached, str(error))})
            return FetchResult(name, "failed", newest, str(error))
        write_attempts(folder, {name: Attempt(at, at)})
        if newest and snapshot.snapshot == newest.snapshot:
            return FetchResult(name, "unchanged", newest, f"as fetched on {newest.day}")
        add(folder, snapshot, {digest(each): each for each in data.values()})
        without = "".join(f", without {spec.name}" for spec in connector.describe.files if spec.name not in data)
        return FetchResult(name, "new", snapshot, f"{sum(map(len, data.values())):,} bytes{without}")


def _download(
    connector: Connector, folder: Path, get: ConditionalGet, newest: Snapshot | None, at: str
) -> tuple[Snapshot, dict[str, bytes]]:
    """Return what a source has now as a snapshot, with the bytes by file name; unchanged files are those known."""
    stored = {file.name: file for file in newest.files} if newest else {}

    def ask(spec: FileSpec) -> ReceivedFile | None:
        conditions = {}
        if spec.name in stored and stored[spec.name].address == spec.address:
            kept = stored[spec.name].headers
            names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
            conditions = {sent: kept[name] for name, sent in names.items() if name in kept}
        return get(spec, conditions)

    files, data = [], {}
    for name, received in connector.fetch(ask).items():
        if received is None:
            if name not in stored:
                raise FetchError(f"{name}: the server says that it has not changed, and there is no copy")
            files.append(stored[name])
            data[name] = content(folder, stored[name])
        else:
            files.append(_stored_file(received))
            data[name] = received.data
    snapshot = identity({file.name: file.sha256 for file in files})
    return Snapshot(connector.describe.name, snapshot, at, _vintage(files, at).isoformat(), tuple(files)), data


def _stored_file(received: ReceivedFile) -> StoredFile:
    return StoredFile(
        received.name, received.address, digest(received.data), len(received.data), dict(received.headers)
    )


def _vintage(files: list[StoredFile], at: str) -> dt.date:
    """Return the day of the publisher's copy: the newest Last-Modified of its files, else the day of the fetch."""
    fetched = dt.date.fromisoformat(at[:10])
    stated = []
    for file in files:
        try:
            stated.append(parsedate_to_datetime(file.headers["last-modified"]).date())
        except (KeyError, ValueError):
            continue
    return min(max(stated), fetched) if len(stated) == len(files) and stated else fetched


def _check(connector: Connector, snapshot: Snapshot, data: Mapping[str, bytes]) -> Parsed:
    """Parse what was received, so that nothing becomes a snapshot that builds cannot read.

    Raises:
        InputError: it cannot be parsed.
        FetchError: too many rows have bad cells.
    """
    parsed = connector.parse(data, dt.date.fromisoformat(snapshot.vintage))
    bad = sum(count.quarantined for count in parsed.files)
    if bad > connector.describe.quarantine_limit:
        raise FetchError(f"{bad} rows with bad cells, more than the {connector.describe.quarantine_limit} allowed")
    return parsed
