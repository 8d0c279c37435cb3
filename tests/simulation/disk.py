"""The disk of a simulated world: a real folder in memory, whose operations lead through the world's points.

`os`, `open` and what makes threads are replaced while a history runs; of files elsewhere, and between the turns of
actors, nothing is noticed. What was written has the time of the simulated clock.
"""

from __future__ import annotations

import builtins
import concurrent.futures
import contextlib
import errno
import io
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from unittest.mock import patch

from tests.simulation.objects import Objects
from tests.simulation.world import Killed, World
from tidebook import places
from tidebook.pipelines.graph.store import Store

READING = (errno.EIO, errno.EINTR, errno.EACCES, errno.ESTALE)
"""What reading and listing may fail with: none of it says that nothing is there."""
WRITING = (errno.ENOSPC, errno.EIO, errno.EINTR)
READS = ("stat", "lstat", "readlink", "listdir", "scandir")
TO = ("symlink", "rename", "replace")
"""Operations whose second argument is what they make."""

WRITES = (*TO, "mkdir", "unlink", "remove", "rmdir", "chmod")


class Disk:
    """The operations of a world on files, and what they are in truth."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.place = str(world.root)
        names = (*READS, *WRITES, "open", "close", "fsync", "getpid", "utime")
        self.real: dict[str, Callable[..., Any]] = {name: getattr(os, name) for name in names}
        self.open_real = io.open

    @contextlib.contextmanager
    def in_place(self) -> Iterator[None]:
        """Have operations on files, objects, locks and threads be the world's while the block lasts."""
        world = self.world
        own: dict[str, Any] = {name: self.operation(name) for name in (*READS, *WRITES)}
        own |= {"open": self.open_file, "close": self.close, "fsync": self.sync}
        own["getpid"] = lambda: world.actor.number if world.actor else self.real["getpid"]()
        replaced = [
            *((os, name, function) for name, function in own.items()),
            (io, "open", self.open_stream),
            (builtins, "open", self.open_stream),
            (tempfile, "_name_sequence", map(str, range(10**9))),
            (concurrent.futures, "ThreadPoolExecutor", OneAfterTheOther(world)),
            (places, "_connect", lambda url, _: Objects(world, url.rstrip("/") + "/")),
            (Store, "lock", lambda store: world.lock_of(store.root)),
        ]
        with contextlib.ExitStack() as stack:
            for where, name, new in replaced:
                stack.enter_context(patch.object(where, name, new))
            yield

    def is_own(self, path: Any, folder: int | None = None) -> bool:
        """Return whether an operation is an actor's and on this disk."""
        if self.world.actor is None:
            return False
        return isinstance(path, int) or folder is not None or os.fspath(path).startswith(self.place)

    def touch(self, path: Any) -> None:
        """Give what was written, and its folder, the time of the clock."""
        times = (self.world.now, self.world.now)
        for each in (path, os.path.dirname(path)):
            with contextlib.suppress(FileNotFoundError):
                self.real["utime"](each, ns=times, follow_symlinks=False)

    def operation(self, name: str) -> Callable[..., Any]:
        """Return what stands for a function of `os` that takes paths."""
        real, errors = self.real[name], READING if name in READS else WRITING

        def replaced(path: Any, *given: Any, **more: Any) -> Any:
            place, folder = given[0] if name in TO else path, more.get("dir_fd")
            if not self.is_own(place, folder):
                return real(path, *given, **more)
            self.world.point(name, place, errors)
            result = real(path, *given, **more)
            if name in WRITES and folder is None:
                self.touch(place)
            return result

        return replaced

    def open_file(self, path: Any, flags: int, *given: Any, **more: Any) -> int:
        """Stand for `os.open`."""
        actor = self.world.actor
        if actor is None or not self.is_own(path, more.get("dir_fd")):
            return int(self.real["open"](path, flags, *given, **more))
        self.world.point("open", path, WRITING if flags & os.O_CREAT else READING)
        file = int(self.real["open"](path, flags, *given, **more))
        if flags & os.O_CREAT:
            self.touch(path)
        actor.files.append(file)
        return file

    def close(self, file: int) -> None:
        """Stand for `os.close`."""
        actor = self.world.actor
        if actor is not None and file in actor.files:
            actor.files.remove(file)
        self.real["close"](file)

    def sync(self, file: int) -> None:
        """Stand for `os.fsync`."""
        if self.is_own(file):
            self.world.point("fsync", file, (errno.EIO,))
            self.world.unsynced.discard(os.fstat(file).st_ino)

    def open_stream(self, path: Any, mode: str = "r", *given: Any, **more: Any) -> Any:
        """Stand for `open`."""
        actor = self.world.actor
        if actor is None or not self.is_own(path):
            return self.open_real(path, mode, *given, **more)
        if not isinstance(path, int):
            self.world.point("open", path, WRITING if "w" in mode else READING)
        plain = mode == "wb" and not more
        stream = self.open_real(path, mode, buffering=0) if plain else self.open_real(path, mode, *given, **more)
        if stream.fileno() in actor.files:
            actor.files.remove(stream.fileno())  # the stream closes it
        return _Writer(self, stream) if plain else stream


class _Writer:
    """A file that is written: of data that cannot be written whole, or whose writer is killed, a part is there."""

    def __init__(self, disk: Disk, file: Any) -> None:
        self.world, self.disk, self.file = disk.world, disk, file
        self.path = os.readlink(f"/proc/self/fd/{file.fileno()}")

    def write(self, data: Any) -> int:
        world, whole = self.world, memoryview(data)
        assert world.actor
        was_dead = world.actor.dead
        world.unsynced.add(os.fstat(self.file.fileno()).st_ino)
        try:
            world.point("write", self.path, (errno.ENOSPC, errno.EIO))
        except (Killed, OSError):
            if not was_dead:
                self.file.write(whole[: world.chance.randrange(whole.nbytes + 1)])
            raise
        return int(self.file.write(whole))

    def flush(self) -> None:
        """All is written at once."""

    def fileno(self) -> int:
        return int(self.file.fileno())

    def close(self) -> None:
        self.file.close()
        self.disk.touch(self.path)

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class OneAfterTheOther:
    """In place of threads: what they would do at once is done in an order that the seed draws."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, *_: object) -> OneAfterTheOther:
        return self

    def __enter__(self) -> OneAfterTheOther:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        """Return what a function makes of each; the first error is raised after all have been tried."""
        given = list(items)
        order = self.world.chance.sample(range(len(given)), len(given))
        found: dict[int, Any] = {}
        failed: list[Exception] = []
        for place in order:
            try:
                found[place] = function(given[place])
            except Exception as error:
                failed.append(error)
        if failed:
            raise failed[0]
        return [found[place] for place in range(len(given))]
