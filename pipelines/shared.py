"""Jobs that rest on each other, done by this process and, once that pays, by a fork of it at the same time.

Belongs here: who does which job, and what the two tell each other. What a job is, and when two processes pay, the
caller knows. A fork has all that is read and imported already, where a new process would read and import it again.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from socket import socket

T = TypeVar("T")


class Shared(Generic[T]):
    """Jobs by name, in order, with those that each rests on. `do` does one.

    Of what the other process did, `tell` makes a line there, and `take` the result of that line here. A job that fails
    there, or whose process is killed, is done here, so that errors are those that one process would raise. Jobs of its
    `own` are done by this process only.
    """

    def __init__(
        self,
        jobs: Mapping[str, Iterable[str]],
        do: Callable[[str], T],
        tell: Callable[[T], str],
        take: Callable[[str, str], T],
        own: Collection[str] = (),
    ) -> None:
        self.jobs = {name: frozenset(rests) for name, rests in jobs.items()}
        self.do, self.tell, self.take, self.own = do, tell, take, own
        self.may_fork = True
        self._done: dict[str, T] = {}
        self._failed: dict[str, Exception] = {}
        self._other: socket | None = None
        self._child = self._claims = 0
        self._heard = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._child:
            os.kill(self._child, signal.SIGKILL)  # all that was told is here
        self._part()

    def result(self, name: str) -> T:
        """Return the result of a job, of which those that it rests on are done; raise what doing it raised."""
        while True:
            self._hear(wait=False)
            if name in self._failed:
                raise self._failed[name]
            if name in self._done:
                return self._done[name]
            if self._other is None:
                self._keep(name, self.do)
            elif not self._do_one():
                self._hear(wait=True)

    def ready(self) -> list[str]:
        """Return the jobs that are to be done and rest on nothing that is, in the order in which they are best done."""
        over = self._done.keys() | self._failed.keys()
        ready = [name for name, rests in self.jobs.items() if name not in over and rests <= self._done.keys()]
        return sorted(ready, key=self._urgency.__getitem__, reverse=True)

    def fork(self, begin: Callable[[], None]) -> None:
        """Let a fork of this process do jobs too, where there is a processor for it; it calls `begin` first.

        Not where there is another thread: what that holds would stay locked in the fork.
        """
        self.may_fork = False
        if sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2 or len(os.listdir("/proc/self/task")) > 1:
            return
        from socket import socketpair

        self._claims = os.memfd_create("claims")
        here, there = socketpair()
        self._child = os.fork()
        self._other, unused = (here, there) if self._child else (there, here)
        unused.close()
        if self._child == 0:
            try:
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    signal.signal(number, signal.SIG_IGN)  # it ends with the first process, which tells of the signal
                begin()
                while self._other and not self._failed:
                    self._hear(wait=not self._do_one())
            finally:
                os._exit(0)

    @cached_property
    def _urgency(self) -> dict[str, tuple[int, int, int]]:
        """By job how long a chain of others waits for it, how long a one it ends, and how many it rests on.

        What most waits for is done first (T. C. Hu, Operations Research 9 (1961), 841-848), of this what ends the
        longest chain; what rests on many others tends to take long.
        """
        above, below = dict.fromkeys(self.jobs, 0), dict.fromkeys(self.jobs, 0)
        for name, rests in self.jobs.items():
            below[name] = max((below[each] + 1 for each in rests), default=0)
        for name in reversed(self.jobs):
            for each in self.jobs[name]:
                above[each] = max(above[each], above[name] + 1)
        return {name: (above[name], below[name], len(rests)) for name, rests in self.jobs.items()}

    def _do_one(self) -> bool:
        """Do a ready job that the other process is not at, and tell it; return whether there was one."""
        name = next(filter(self._claim, self.ready()), None)
        if name is None:
            return False
        self._keep(name, self.do)
        if self._other and name in self._done:
            try:
                self._other.sendall(f"{name}\t{self.tell(self._done[name])}\n".encode())
            except OSError:
                self._part()
        return True

    def _keep(self, name: str, make: Callable[[str], T]) -> None:
        try:
            self._done[name] = make(name)
        except Exception as error:
            self._failed[name] = error

    def _claim(self, name: str) -> bool:
        """Lock the byte of a job, unless the other process has; the system unlocks those of a process that ends."""
        if self._other is None:
            return True
        if name in self.own and not self._child:
            return False
        import fcntl

        try:
            fcntl.lockf(self._claims, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, list(self.jobs).index(name))
        except OSError:
            return False
        return True

    def _hear(self, wait: bool) -> None:
        """Take what the other process has told, if asked to after waiting for it; part with one that has ended."""
        if self._other is None:
            return
        self._other.setblocking(wait)
        try:
            data = self._other.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        finally:
            self._other.setblocking(True)
        *lines, self._heard = (self._heard + data).split(b"\n")
        for line in lines:
            name, _, told = line.decode().partition("\t")
            self._keep(name, partial(self.take, told))
        if not data:
            self._part()

    def _part(self) -> None:
        if self._other:
            self._other.close()
            os.close(self._claims)
        if self._child:
            os.waitpid(self._child, 0)
        self._other, self._child = None, 0
