"""Where releases are: an output folder, a release's own folder, or the same in an object store.

How a table is read is in `read`; nothing is written here.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from obstore.store import ObjectStore

MANIFEST = "manifest.json"
POINTER = "latest.json"
LINK = "latest"
ID = re.compile("[0-9a-f]{16}")

AT_ONCE = 8
"""Files that are read, written or sent at once: they are taken together, so that fifty take the time of a few."""


class DamagedError(OSError):
    """What is there is not what was published."""


@dataclass(frozen=True)
class Stored:
    """A file at a place: when it was written by the place's own clock, and how a store tags its content, if it does."""

    written: datetime
    tag: str | None = None


@dataclass(frozen=True)
class ReadableFolder:
    """A place on disk."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    @property
    def name(self) -> str:
        """Return the last part of its path; for a release this is its id."""
        return self.path.name

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, None when there is no such file."""
        try:
            return (self.path / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def read_all(self, paths: Iterable[str]) -> Iterator[bytes | None]:
        """Yield the bytes of each file, None for one that cannot be read."""
        for path in paths:
            data = None
            with suppress(OSError):
                data = self.read(path)
            yield data

    def files(self, folder: str) -> dict[str, Stored]:
        """Return the files below a folder by their path from there."""
        root = self.path / folder
        return {
            path.relative_to(root).as_posix(): Stored(datetime.fromtimestamp(path.stat().st_mtime, UTC))
            for path in root.rglob("*")
            if path.is_file()
        }

    def at(self, path: str) -> Self:
        """Return the place of a folder in it."""
        return replace(self, path=self.path / path)

    def latest(self) -> Self | None:
        """Return the place of the release that the link leads to now, None when it leads nowhere."""
        link = self.path / LINK
        return replace(self, path=link.resolve(strict=True)) if link.exists() else None


@dataclass(frozen=True)
class ReadableBucket:
    """A place in an object store, such as `s3://bucket/prefix`. Credentials are read from the environment.

    Whatever reads raises ImportError when obstore is not installed, OSError when there is no such store or it refuses.
    """

    url: str

    def __str__(self) -> str:
        return self.url

    @property
    def name(self) -> str:
        """Return the last part of its address; for a release this is its id."""
        return self.url.rstrip("/").rpartition("/")[2]

    def read(self, path: str) -> bytes | None:
        """Return an object's bytes, None when there is no such object."""
        with self.store() as store, suppress(FileNotFoundError):
            return bytes(store.get(path).bytes())
        return None

    def read_all(self, paths: Iterable[str]) -> Iterator[bytes | None]:
        """Yield the bytes of each object, None where there is none."""
        yield from at_once(self.read, paths)

    def files(self, folder: str) -> dict[str, Stored]:
        """Return the objects below a folder by their path from there."""
        with self.store() as store:
            return {
                entry["path"].removeprefix(f"{folder}/"): Stored(entry["last_modified"], entry["e_tag"])
                for chunk in store.list(folder)
                for entry in chunk
            }

    def at(self, path: str) -> Self:
        """Return the place of a folder in it."""
        return replace(self, url=f"{self.url.rstrip('/')}/{path}")

    def latest(self) -> Self | None:
        """Return the place of the release that the pointer names, None without a pointer.

        Raises DamagedError if it is no pointer.
        """
        data = self.read(POINTER)
        if data is None:
            return None
        with suppress(ValueError, KeyError, TypeError):
            if ID.fullmatch(release_id := parse_json(data)["release"]):
                return self.at(f"releases/{release_id}")
        raise DamagedError(f"{self}/{POINTER} is no pointer to a release; `tidebook releases repair` mends it")

    @contextmanager
    def store(self) -> Iterator[ObjectStore]:
        """Yield a connection to it, made once; see `store_errors` for what goes wrong with it."""
        found = _connect(self.url, os.environ.get("AWS_ENDPOINT_URL", ""))
        with store_errors(self.url):
            yield found


ReadablePlace = ReadableFolder | ReadableBucket


def at_once(function: Callable[[Any], Any], paths: Iterable[Any]) -> Iterator[Any]:
    """Yield what a function returns for each path, in order, with several calls at a time."""
    from concurrent.futures import ThreadPoolExecutor  # which builds with nothing to do need not wait for

    with ThreadPoolExecutor(AT_ONCE) as threads:
        yield from threads.map(function, paths)


@functools.lru_cache(maxsize=8)
def _connect(url: str, endpoint: str) -> ObjectStore:
    try:
        from obstore.store import from_url
    except ImportError as error:
        raise ImportError(f'{url} needs obstore, which is not installed: pip install "tidebook[s3]"') from error
    with store_errors(url):
        return from_url(url, **_client_options(endpoint))


def _client_options(endpoint: str) -> dict[str, Any]:
    return {
        "client_options": {"allow_http": endpoint.startswith("http://")},  # only where the endpoint itself says so
        "retry_config": {"max_retries": 4, "retry_timeout": timedelta(seconds=30)},
    }


def file_system(url: str) -> Any:
    """Return an object store as a file system of fsspec. Raises ImportError if obstore or fsspec is not installed."""
    from obstore.fsspec import FsspecStore

    options = _client_options(os.environ.get("AWS_ENDPOINT_URL", ""))
    return FsspecStore(url.partition("://")[0], **options)  # type: ignore[call-overload]


@contextmanager
def store_errors(url: str) -> Iterator[None]:
    """Turn an error of an object store, while the block lasts, into an OSError of one line with its address."""
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, FileNotFoundError) as error:
        raise OSError(f"{url}: {str(error).splitlines()[0]}") from error


@dataclass(frozen=True)
class Release:
    """One release, which never changes: its id, where it is, and its manifest.

    Hand it to `read_table` where several tables must be of one release while `latest` may move.
    """

    release_id: str
    place: ReadablePlace
    manifest: Mapping[str, Any]

    def read(self, path: str) -> bytes:
        """Return a file of the release.

        Raises LookupError if it has no such file, OSError if the file is not what the manifest states.
        """
        facts = self.manifest["files"].get(path)
        if facts is None:
            raise LookupError(f"release {self.release_id} has no file {path}")
        data = self.place.read(path)
        if data is None or hashlib.sha256(data).hexdigest() != facts["sha256"]:
            raise damaged(f"{self.place}/{path}")
        return data


def find_release(release: str | os.PathLike[str] | Release | None = None) -> Release:
    """Return the release that is meant: the latest of an output folder, the one in a folder of its own, or itself.

    `release` is a path or the address of an object store, such as `s3://bucket/prefix`. Default: TIDEBOOK_OUT, else
    `./out`. Raises LookupError if there is none, OSError if its manifest, or the pointer to it, is damaged.
    """
    if isinstance(release, Release):
        return release
    named = os.fspath(release) if release is not None else os.environ.get("TIDEBOOK_OUT", "out")
    place = ReadableBucket(named) if "://" in named else ReadableFolder(Path(named).resolve())
    found = place.latest() or place
    data = found.read(MANIFEST)
    if data is None:
        raise LookupError(f"no release in {named}: it is no output of `tidebook build` and no release of one")
    manifest = manifest_of(found.name, data)
    if manifest is None:
        raise damaged(f"{found}/{MANIFEST}")
    return Release(found.name, found, manifest)


def damaged(what: str) -> DamagedError:
    """Return the error for a file, or a whole release, that is not as it was published."""
    return DamagedError(f"{what} is not what was published; `tidebook verify` says more")


def parse_json(data: bytes) -> Any:
    """Return what JSON holds. Raises ValueError for what is none, and for what is nested too deep to be ours."""
    try:
        return json.loads(data)
    except RecursionError as error:
        raise ValueError(str(error)) from error


def manifest_of(name: str, data: bytes) -> dict[str, Any] | None:
    """Return the manifest in these bytes; None unless they are as published in a release of this name.

    A release is named by its manifest. Of a copy under a name of another kind only the form is known.
    """
    manifest = parse_manifest(data)
    if manifest and data == manifest_bytes(manifest) and (not ID.fullmatch(name) or name == id_of(manifest)):
        return manifest
    return None


def parse_manifest(data: bytes) -> dict[str, Any] | None:
    """Return the manifest in these bytes, None where it is not of the shape that a build writes."""
    with suppress(ValueError):
        manifest: dict[str, Any] = parse_json(data)
        return manifest if is_valid(manifest) else None
    return None


def manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    """Return a manifest as it stands in a release."""
    return json.dumps(manifest, indent=1, sort_keys=True).encode() + b"\n"


def id_of(manifest: Mapping[str, Any]) -> str:
    """Return the id of the release that has this manifest."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()[:16]


def is_valid(manifest: Any) -> bool:
    """Return whether a manifest is of the shape that a build writes, and names no place outside its release."""
    try:
        facts = [*manifest["files"].values(), *manifest["inputs"].values()]
        paths = [PurePosixPath(path) for path in (*manifest["files"], *manifest["inputs"])]
        texts = [manifest["code"], manifest["as_of"], *(fact["sha256"] for fact in facts)]
        former = manifest["former"]
        return (
            all(isinstance(text, str) for text in texts)
            and isinstance(manifest["versions"], dict)
            and not any(path.is_absolute() or ".." in path.parts or "\\" in str(path) for path in paths)
            and (former is None or ID.fullmatch(former) is not None)
        )
    except (KeyError, TypeError, AttributeError):
        return False
