"""Jobs that rest on each other, done by this process and, once that pays, by a fork of it at the same time.

Belongs here: who does which job, and what the two tell each other. What a job is, and when two processes pay, the
caller knows. A fork has all that is read and imported already, where a new process would read and import it again.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import ExitStack, suppress
from functools import cached_property, partial
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Jobs by name, in order, with those that each rests on. `do` does one, `prepare` what can be done of it before.

    Of what the other process did, `tell` makes a line there, and `take` the result of that line here. A job that fails
    there, or whose process is killed, is done here, so that errors are those that one process would raise. Jobs of its
    `own` are done by this process only; those that are `first` are done before others that are ready.
    """

    def __init__(
        self,
        jobs: Mapping[str, Iterable[str]],
        do: Callable[[str], T],
        tell: Callable[[T], str],
        take: Callable[[str, str], T],
        prepare: Callable[[str], None],
        own: Collection[str] = (),
        first: Collection[str] = (),
    ) -> None:
        self.jobs = {name: frozenset(rests) for name, rests in jobs.items()}
        self.do, self.tell, self.take, self.prepare, self.own, self.first = do, tell, take, prepare, own, first
        self.may_fork = True
        self._done: dict[str, T] = {}
        self._failed: dict[str, Exception] = {}
        self._other: socket.socket | None = None
        self._child = self._claims = 0
        self._heard = b""
        self._next = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        atexit.unregister(self.stop)

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
                self._prepare_one()
                self._hear(wait=True)

    def ready(self) -> list[str]:
        """Return the jobs that are to be done and rest on nothing that is, in the order in which they are best done."""
        return [name for name in self._left() if self.jobs[name] <= self._done.keys()]

    def _left(self) -> list[str]:
        return [name for name in self._by_urgency if name not in self._done and name not in self._failed]

    def fork(self, begin: Callable[[], None]) -> None:
        """Let a fork of this process do jobs too, where there is a processor for it; it calls `begin` first.

        Not where there is another thread: what that holds would stay locked in the fork.
        """
        self.may_fork = False
        if sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2 or len(os.listdir("/proc/self/task")) > 1:
            return
        with ExitStack() as unused, suppress(OSError):  # there may be no room for another process
            # In the fork signals stay blocked: it ends with the first process, which tells of them.
            before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
            unused.callback(signal.pthread_sigmask, signal.SIG_SETMASK, before)
            here, there = map(unused.enter_context, socket.socketpair())
            self._claims = os.memfd_create("claims")
            self._child = os.fork()
            self._other = (here if self._child else there).dup()
            if self._child == 0:
                here.close()
                self._work(begin)
            atexit.register(self.stop)  # so that it writes nothing into folders that are removed then

    def _work(self, begin: Callable[[], None]) -> None:
        """Do jobs in the fork, until the first process ends it, or one fails."""
        try:
            begin()
            while self._other and not self._failed:
                if not self._do_one():
                    self._prepare_one()
                    self._hear(wait=True)
                self._hear(wait=False)
        finally:
            os._exit(0)

    def stop(self) -> None:
        """End the other process, if there is one: what it has not told is done here."""
        if self._child:
            os.kill(self._child, signal.SIGKILL)
        self._part()

    @cached_property
    def _by_urgency(self) -> list[str]:
        """The jobs that come first, then those that the longest chain of others waits for.

        Of these, those that end the longest chain come before others, then those that rest on most, which tend to take
        long. Source: T. C. Hu, Operations Research 9 (1961), 841-848.
        """
        above, below = dict.fromkeys(self.jobs, 0), dict.fromkeys(self.jobs, 0)
        for name, rests in self.jobs.items():
            below[name] = max((below[each] + 1 for each in rests), default=0)
        for name in reversed(self.jobs):
            for each in self.jobs[name]:
                above[each] = max(above[each], above[name] + 1)
        rank = {name: (name in self.first, above[name], below[name], len(rests)) for name, rests in self.jobs.items()}
        return sorted(self.jobs, key=rank.__getitem__, reverse=True)

    def _do_one(self) -> bool:
        """Do a ready job that the other process is not at, and tell it; return whether there was one."""
        name = next(filter(self._claim, self.ready()), None)
        if name is None:
            return False
        if self._next not in ("", name):
            self._unclaim(self._next)
        self._next = ""
        self._keep(name, self.do)
        if self._other and name in self._done:
            try:
                self._other.sendall(f"{name}\t{self.tell(self._done[name])}\n".encode())
            except OSError:
                self._part()
        return True

    def _prepare_one(self) -> None:
        """Claim the most urgent job that is left, and prepare it, while the other process does what it rests on."""
        left = self._left()
        if self._next not in left:
            self._next = next(filter(self._claim, left), "")
            if self._next:
                with suppress(Exception):  # it is raised when the job is done
                    self.prepare(self._next)

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
            fcntl.lockf(self._claims, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, self._by_urgency.index(name))
        except (BlockingIOError, PermissionError):
            return False
        return True

    def _unclaim(self, name: str) -> None:
        import fcntl

        fcntl.lockf(self._claims, fcntl.LOCK_UN, 1, self._by_urgency.index(name))

    def _hear(self, wait: bool) -> None:
        """Take what the other process has told, if asked to after waiting for it; part with one that has ended."""
        if self._other is None:
            return
        try:
            data = self._other.recv(1 << 16, 0 if wait else socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            data = b""
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
