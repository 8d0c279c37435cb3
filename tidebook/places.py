"""Where releases are: an output folder, a release's own folder, or the same in an object store.

How a table is read is in `read`.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from obstore.store import ObjectStore

MANIFEST = "manifest.json"
POINTER = "latest.json"
LINK = "latest"


class Place(Protocol):
    """A folder or something like it."""

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, None when there is no such file."""

    def at(self, path: str) -> Place:
        """Return the place of a folder in it."""


@dataclass(frozen=True)
class Folder:
    """A place on disk."""

    path: Path

    def __str__(self) -> str:
        """Return its path."""
        return str(self.path)

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, None when there is no such file."""
        try:
            return (self.path / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def at(self, path: str) -> Folder:
        """Return the place of a folder in it."""
        return Folder(self.path / path)


@dataclass(frozen=True)
class Bucket:
    """A place in an object store, such as `s3://bucket/prefix`. Credentials are read from the environment."""

    url: str

    def __str__(self) -> str:
        """Return its address."""
        return self.url

    def read(self, path: str) -> bytes | None:
        """Return an object's bytes, None when there is no such object.

        Raises:
            ImportError: obstore is not installed.
            OSError: the store cannot be reached or refuses.
        """
        store = self.store()
        import obstore

        data = None
        with store_errors(self.url), suppress(FileNotFoundError):
            data = bytes(obstore.get(store, path).bytes())
        return data

    def at(self, path: str) -> Bucket:
        """Return the place of a folder in it."""
        return Bucket(f"{self.url.rstrip('/')}/{path}")

    def store(self) -> ObjectStore:
        """Return a connection to it.

        Raises:
            ImportError: obstore is not installed.
            OSError: there is no such kind of store.
        """
        return connect(self.url, os.environ.get("AWS_ENDPOINT_URL", ""))


@functools.lru_cache(maxsize=8)
def connect(url: str, endpoint: str) -> ObjectStore:
    """Return the connection to an address, made once; plain HTTP is used only where the endpoint says so.

    Raises:
        ImportError: obstore is not installed.
        OSError: there is no such kind of store.
    """
    try:
        from obstore.store import from_url
    except ImportError as error:
        raise ImportError(f'{url} needs obstore, which is not installed: pip install "tidebook[s3]"') from error
    with store_errors(url):
        store = from_url(url, **ways(endpoint))
    return store


def ways(endpoint: str) -> dict[str, Any]:
    """Return how stores are reached: by plain HTTP only where the endpoint says so, and how often it is tried."""
    return {
        "client_options": {"allow_http": endpoint.startswith("http://")},
        "retry_config": {"max_retries": 4, "retry_timeout": timedelta(seconds=30)},
    }


def file_system(url: str) -> Any:
    """Return the store of an address as a file system of fsspec.

    Raises:
        ImportError: obstore or fsspec is not installed.
    """
    from obstore.fsspec import FsspecStore

    return FsspecStore(url.partition("://")[0], **ways(os.environ.get("AWS_ENDPOINT_URL", "")))  # type: ignore[call-overload]


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
    place: Place
    manifest: Mapping[str, Any]

    def read(self, path: str) -> bytes:
        """Return a file of the release.

        Raises:
            LookupError: it has no such file.
            OSError: the file is not what the manifest states.
        """
        facts = self.manifest["files"].get(path)
        if facts is None:
            raise LookupError(f"release {self.release_id} has no file {path}")
        data = self.place.read(path)
        if data is None or hashlib.sha256(data).hexdigest() != facts["sha256"]:
            raise OSError(f"{self.place}/{path} is not what was published; `tidebook verify` says more")
        return data


def find_release(release: str | os.PathLike[str] | Release | None = None) -> Release:
    """Return the release that is meant: the latest of an output folder, the one in a folder of its own, or itself.

    `release` is a path or the address of an object store, such as `s3://bucket/prefix`. Default: TIDEBOOK_OUT, else
    `./out`.

    Raises:
        LookupError: there is none.
    """
    if isinstance(release, Release):
        return release
    named = os.fspath(release) if release is not None else os.environ.get("TIDEBOOK_OUT", "out")
    found = in_bucket(Bucket(named)) if "://" in named else in_folder(Path(named))
    data = found.read(MANIFEST)
    if data is None:
        raise LookupError(f"no release in {named}: it is no output of `tidebook build` and no release of one")
    manifest = json.loads(data)
    return Release(str(found).rstrip("/").rpartition("/")[2], found, manifest)


def in_folder(path: Path) -> Folder:
    """Return where the release in an output folder or a folder of its own is, `latest` followed once."""
    return Folder((path / LINK if (path / LINK).exists() else path).resolve())


def in_bucket(place: Bucket) -> Bucket:
    """Return where the release that the pointer names is, or the place itself without a pointer.

    Raises:
        OSError: the pointer cannot be read.
    """
    data = place.read(POINTER)
    if data is None:
        return place
    try:
        return place.at(f"releases/{json.loads(data)['release']}")
    except (ValueError, KeyError, TypeError) as error:
        raise OSError(f"{place}/{POINTER} is no pointer to a release") from error
