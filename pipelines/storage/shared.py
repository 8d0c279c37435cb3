"""Stores of those who work beside others: the lock is held while something is written, not while it is computed.

A run's own store keeps what is current by run. Who starts its processes, and which run this is, is not known here.
"""

from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from pipelines.storage.atomic import write_file
from pipelines.storage.keys import digest
from pipelines.storage.places import Bucket
from pipelines.storage.store import RECORD, Entry, Store, recorded


class SharedStore(Store):
    """A store that holds its lock while it writes, so that no other one sweeps away what is not finished.

    With `objects`, results that were current are in an object store too, where others find them.
    """

    def __init__(self, out: Path, objects: Bucket | None = None) -> None:
        super().__init__(out)
        self.objects = objects
        self.damaged: set[str] = set()

    def find(self, step: str, key: str) -> Entry | None:
        """Return the entry with this key, brought from the object store if need be."""
        entry = self.here(step, key)
        return self.download(self.objects, step, key) if entry is None and self.objects else entry

    def here(self, step: str, key: str) -> Entry | None:
        """Return the entry of this folder with this key; a damaged one is removed, but not one being written."""
        with self.lock():
            return super().find(step, key)

    def download(self, objects: Bucket, step: str, key: str) -> Entry | None:
        """Write an entry of the object store here and return it, where it is there and whole."""
        place = f"store/{step}/{key}"
        data = objects.read(f"{place}/{RECORD}")
        if data is None:
            return None
        entry = recorded(step, key, Path(), data)
        if entry and not any(".." in PurePosixPath(name).parts or name.startswith("/") for name in entry.files):
            files = {name: objects.read(f"{place}/{name}") or b"" for name in entry.files}
            if all(digest(files[name]) == expected for name, expected in entry.files.items()):
                return self.put(step, key, files, entry.rows)
        self.damaged.add(place)
        return None

    def put(self, step: str, key: str, files: Mapping[str, bytes], rows: int | None = None) -> Entry:
        """Store a result under its key and return it."""
        with self.lock():
            return super().put(step, key, files, rows)

    def make_current(self, step: str, key: str) -> None:
        """Say that a step's current result here is the one with this key, and forget its oldest others."""
        if self.objects:
            self.upload(self.objects, step, key)
        with self.lock():
            super().make_current(step, key)

    def upload(self, objects: Bucket, step: str, key: str) -> None:
        """Put an entry into the object store, unless it is there; its record comes last: without it there is none."""
        place, entry = f"store/{step}/{key}", self.here(step, key)
        if entry and (place in self.damaged or not {*entry.files, RECORD} <= objects.files(place).keys()):
            for name in entry.files:
                objects.write(f"{place}/{name}", entry.read(name))
            objects.write(f"{place}/{RECORD}", (entry.folder / RECORD).read_bytes())
            self.damaged.discard(place)


class RunStore(SharedStore):
    """The store as one run sees it. With `objects`, what is current is in the object store too.

    `makes` says of a step whether this run makes it: then only the result that it made itself is current.
    """

    def __init__(self, out: Path, run: str, makes: Callable[[str], bool], objects: Bucket | None = None) -> None:
        super().__init__(out, objects)
        self.run = run
        self.makes = makes
        self.pointers = objects or self.pointers

    def make_current(self, step: str, key: str) -> None:
        """Say that a step's current result is the one with this key, for this run and for runs that do not make it."""
        super().make_current(step, key)
        with self.lock():
            write_file(self.root / self.pointer(step), key.encode())
        if self.objects:
            for pointer in (self.pointer(step), f"{step}/current"):
                self.objects.write(f"store/{pointer}", key.encode())

    def pointer(self, step: str) -> str:
        """Return where it stands which result of a step is this run's."""
        return f"runs/{self.run}/{step}"

    def current(self, step: str) -> Entry | None:
        """Return a step's current result, or None before its first."""
        key = self.key_named_by(self.pointer(step))
        if key is None and not self.makes(step):
            key = self.key_named_by(f"{step}/current")
        return self.find(step, key) if key else None
