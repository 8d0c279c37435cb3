"""One simulated machine: actors that take turns, a clock, locks, and faults, all drawn from one seed.

Every operation on a file or an object is a point: there the seed may let another actor go on, fail the operation, or
kill who asked for it. How operations become points is in `disk` and `objects`; what actors do is in `toy`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import greenlet

START = 1_800_000_000 * 10**9
"""Nanoseconds at which the clock begins."""


class Killed(BaseException):
    """The process of an actor is gone: whatever it asks for afterwards, nothing is done."""


class Actor:
    """Something that goes on by itself, as a process would."""

    def __init__(self, world: World, name: str, work: Callable[[], Any]) -> None:
        self.name, self.work, self.world = name, work, world
        self.number = world.count = world.count + 1
        self.dead = self.faulted = False
        self.waiting: Lock | None = None
        self.error: BaseException | None = None
        self.result: Any = None
        self.code = ""
        self.files: list[int] = []
        self.greenlet = greenlet.greenlet(self._run)

    def _run(self) -> None:
        try:
            self.result = self.work()
        except Killed:
            self.dead = True
        except Exception as error:
            self.error = error
        for file in list(self.files):
            os.close(file)

    def die(self) -> None:
        """Be killed: locks are free at once, as the system does it."""
        self.dead = True
        for lock in self.world.locks.values():
            if lock.owner is self:
                lock.owner, lock.lock_counter = None, 0


class Lock:
    """The lock of an output folder; its holder may take it again."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.owner: Actor | None = None
        self.lock_counter = 0

    def __enter__(self) -> Lock:
        actor = self.world.actor
        self.world.point("lock", "", ())
        while actor is not None and self.owner not in (None, actor):
            actor.waiting = self
            self.world.pause()
        if actor is not None:
            actor.waiting = None
        self.owner, self.lock_counter = actor, self.lock_counter + 1
        if actor is not None and self.lock_counter == 1:
            self.world.taken(actor)
        return self

    def __exit__(self, *_: object) -> None:
        if self.owner is self.world.actor and not (self.owner and self.owner.dead):
            self.lock_counter -= 1
            if not self.lock_counter:
                self.owner = None


@dataclass
class Rates:
    """How probable things are at each point, and what the hub does between turns."""

    switch: float
    fail: float
    kill: float
    power: float


class World:
    """The machine. `root` is a folder of its own; `seen` is called with each lock that a build takes."""

    def __init__(self, root: Path, chance: random.Random, rates: Rates) -> None:
        self.root, self.chance, self.rates = root, chance, rates
        self.now = START
        self.count = 0
        self.actors: list[Actor] = []
        self.actor: Actor | None = None
        self.hub = greenlet.getcurrent()
        self.locks: dict[str, Lock] = {}
        self.taken: Callable[[Actor], None] = lambda actor: None
        self.objects: dict[str, tuple[bytes, int]] = {}
        self.unsynced: set[int] = set()
        self.points = 0
        self.log: list[str] | None = None

    def note(self, *words: object) -> None:
        """Write down what happens, where somebody wants to read it."""
        if self.log is not None:
            self.log.append(" ".join(map(str, words)))

    def point(self, operation: str, path: object, errors: tuple[int, ...]) -> None:
        """Do what the seed has in store for the actor before its next operation."""
        actor = self.actor
        if actor is None:
            return
        if actor.dead:
            raise Killed
        self.points += 1
        self.now += 1 + int(self.chance.random() * 10**9)
        if self.chance.random() < self.rates.switch:
            self.pause()
        drawn = self.chance.random()
        if drawn < self.rates.kill:
            self.note(actor.name, "is killed at", operation, path)
            actor.die()
            raise Killed
        if errors and drawn < self.rates.kill + self.rates.fail:
            number = self.chance.choice(errors)
            self.note(actor.name, "fails at", operation, path, errno.errorcode[number])
            actor.faulted = True
            raise OSError(number, os.strerror(number), str(path))
        self.note(actor.name, operation, path)

    def pause(self) -> None:
        """Let others go on."""
        actor = self.actor
        self.hub.switch()
        if actor is not None and actor.dead:
            raise Killed

    def start(self, name: str, work: Callable[[], Any]) -> Actor:
        """Let an actor begin at its next turn."""
        actor = Actor(self, name, work)
        self.actors.append(actor)
        self.note(name, "begins")
        return actor

    def turn(self) -> list[Actor]:
        """Give one actor a turn, or cut the power; return who has ended."""
        if self.chance.random() < self.rates.power:
            self.cut_power()
        else:
            ready = [each for each in self.actors if each.waiting is None or each.waiting.owner is None]
            assert ready, f"all wait for one another: {[each.name for each in self.actors]}"
            self.actor = self.chance.choice(ready)
            self.actor.greenlet.switch()
            self.actor = None
        ended = [each for each in self.actors if each.greenlet.dead]
        self.actors = [each for each in self.actors if not each.greenlet.dead]
        for each in ended:
            self.note(each.name, "was killed" if each.dead else f"ends with {each.error or each.result!r}")
        return ended

    def cut_power(self) -> None:
        """End all at once; of what was written and not synced, some is lost."""
        self.note("the power is cut")
        for actor in self.actors:
            actor.die()
        for actor in self.actors:
            self.actor = actor
            with contextlib.suppress(Killed):
                actor.greenlet.throw(Killed)
        self.actor = None
        for path in sorted(self.root.rglob("*")):
            if path.is_file() and not path.is_symlink() and path.stat().st_ino in self.unsynced:
                os.truncate(path, self.chance.randrange(path.stat().st_size + 1))
        self.unsynced.clear()

    def lock_of(self, folder: Path) -> Lock:
        """Return the lock of a store."""
        folder.mkdir(parents=True, exist_ok=True)
        return self.locks.setdefault(str(folder), Lock(self))
