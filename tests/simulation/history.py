"""One history, drawn from a seed: who builds, edits, prunes, repairs and reads when, what fails, and what must hold.

At every moment: `latest` and the pointer of a store lead to a release that is whole, each release is what its id says,
and a reader gets files of one build. After each build: its release has the raw files as they were, and follows the
release that was the latest before. After the last fault: one build heals, gives what a fresh folder gives, leaves
nothing behind, and the next has nothing to do.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.simulation import toy
from tests.simulation.disk import Disk
from tests.simulation.world import Actor, Rates, World
from tidebook.pipelines.graph.places import Bucket, Folder, Place
from tidebook.pipelines.graph.previous import previous_files
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.release import build as engine
from tidebook.places import ID, MANIFEST, POINTER
from tidebook.releases import LocalRelease, damage, release_at

STORE = "s3://bucket/releases-of-a-toy"
QUIET = Rates(0, 0, 0, 0)
AT_ONCE = 3


class ViolationError(AssertionError):
    """Something that must hold does not."""


@dataclass
class Machine:
    """A raw and an output folder; `saved` are the contents that each raw file has had, by path."""

    name: str
    folders: Settings
    saved: dict[str, list[bytes]] = field(default_factory=lambda: {"a.csv": [], "b.csv": []})
    published: bool = False

    @property
    def out(self) -> Path:
        return self.folders.out

    def places(self) -> Iterator[Place]:
        yield Folder(self.out)
        if self.folders.remote:
            yield Bucket(self.folders.remote)


class History:
    """What happens in one world."""

    def __init__(self, seed: int, root: Path, log: list[str] | None = None) -> None:
        self.chance = chance = random.Random(seed)
        rates = Rates(
            chance.choice((0.02, 0.1, 0.4)),
            chance.choice((0.0, 0.0, 0.002, 0.01)),
            chance.choice((0.0, 0.001, 0.005, 0.02)),
            chance.choice((0.0, 0.0, 0.002, 0.01)),
        )
        self.world = World(root, chance, rates)
        self.world.log = log
        self.world.taken = self._remember_latest
        remote = STORE if chance.random() < 0.5 else None
        count = chance.choice((1, 2)) if remote else 1
        self.machines = [
            Machine(name, Settings(root / name / "raw", root / name / "out", remote)) for name in "mn"[:count]
        ]
        self.overlap = chance.choice((0.0, 0.05, 0.3))
        self.damages = chance.random() < 0.3
        self.damaged = False
        self.pointed = False
        self.pruned: set[str] = set()
        self.formers: dict[Actor, tuple[Machine, Any]] = {}
        self.code = "1"

    def play(self) -> None:
        """Let it happen. Raises ViolationError where something does not hold."""
        for machine in self.machines:
            machine.folders.raw.mkdir(parents=True)
            for path in machine.saved:
                self.save(machine, path)
        with Disk(self.world).in_place():
            left = self.chance.randrange(4, 12)
            while left or self.world.actors:
                idle = not self.world.actors
                if left and (idle or (len(self.world.actors) < AT_ONCE and self.chance.random() < self.overlap)):
                    left -= 1
                    self.act(self.chance.choice(self.machines))
                if self.world.actors:
                    self.turn()
            self.world.rates = QUIET
            for machine in self.machines:
                self.heal(machine)

    def turn(self) -> None:
        """Let one actor go on, and look at what is there when it has ended, or by chance."""
        ended = self.world.turn()
        for actor in ended:
            self.judge(actor)
        if ended or self.chance.random() < 0.02:
            self.look()

    # What happens.

    def act(self, machine: Machine) -> None:
        """Begin one of the things that can happen."""
        kinds: dict[Callable[[Machine], None], int] = {
            self.build: 12,
            self.run_apart: 2,
            self.edit: 8,
            self.prune: 3,
            self.repair: 1,
            self.read: 4,
            self.change_code: 1,
            self.jump: 1,
            self.harm: 2 if self.damages else 0,
        }
        self.chance.choices(list(kinds), list(kinds.values()))[0](machine)

    def save(self, machine: Machine, path: str, most: int = 4) -> None:
        content = f"{path} {self.chance.randrange(most)}\n".encode()
        machine.saved[path].append(content)
        (machine.folders.raw / path).write_bytes(content)

    def edit(self, machine: Machine) -> None:
        path = self.chance.choice(list(machine.saved))
        self.save(machine, path)
        self.world.note("saved", machine.name, path, machine.saved[path][-1])

    def build(self, machine: Machine) -> None:
        self.begin("build", machine, lambda: toy.build(machine.folders))

    def run_apart(self, machine: Machine) -> None:
        name = f"run{self.world.count}"
        self.begin("run apart", machine, lambda: toy.run_apart(machine.folders, name))

    def prune(self, machine: Machine) -> None:
        keep = self.chance.choice((1, 1, 2, 3))
        self.begin("prune", machine, lambda: toy.prune_all(machine.folders, keep))

    def repair(self, machine: Machine) -> None:
        self.begin("repair", machine, lambda: toy.mend_all(machine.folders))

    def read(self, machine: Machine) -> None:
        place = self.chance.choice([str(place) for place in machine.places()])
        there = machine.published if place == str(machine.out) else self.pointed
        self.begin("read" if there else "early read", machine, lambda: toy.read(place))

    def change_code(self, machine: Machine) -> None:
        self.code = self.chance.choice("123")
        self.world.note("code is", self.code)

    def jump(self, machine: Machine) -> None:
        self.world.now += int(self.chance.choice((-1, 0.5, 1, 3)) * 86_400 * 10**9)
        self.world.note("the clock jumps")

    def harm(self, machine: Machine) -> None:
        """Damage a file or an object, whatever it is."""
        self.damaged = True
        paths = [path for path in sorted(machine.out.rglob("*")) if path.is_symlink() or path.is_file()]
        found = [*paths, *(sorted(self.world.objects) if machine.folders.remote else [])]
        if not found:
            return
        what, how = self.chance.choice(found), self.chance.choice(("cut", "flipped", "gone", "nested"))
        self.world.note(what, "is", how)
        if isinstance(what, Path):
            harmed = None if what.is_symlink() else harm(what.read_bytes(), how)
            if harmed is None:
                what.unlink()
            else:
                what.write_bytes(harmed)
            return
        data, written = self.world.objects.pop(what)
        if (harmed := harm(data, how)) is not None:
            self.world.objects[what] = harmed, written

    def code_now(self) -> str:
        """Return the code of the actor whose turn it is, as it was when it began."""
        return self.world.actor.code if self.world.actor else self.code

    def begin(self, kind: str, machine: Machine, work: Callable[[], Any]) -> Actor:
        actor = self.world.start(f"{kind} {self.world.count + 1} on {machine.name}", work)
        actor.code = self.code
        self.formers[actor] = machine, None
        return actor

    # What must hold.

    def judge(self, actor: Actor) -> None:
        """Judge how an actor has ended: errors have their cause in a fault, and a build has what it was to have."""
        machine, before = self.formers.pop(actor)
        kind = actor.name.partition(" ")[0]
        if actor.error and not self.is_excused(actor, kind):
            raise ViolationError(f"{actor.name}: {type(actor.error).__name__}: {actor.error}") from actor.error
        if actor.error or actor.dead:
            return
        if kind in ("prune",):
            self.pruned |= set(actor.result)
        if kind in ("build", "run"):
            machine.published = True
            self.pointed |= machine.folders.remote is not None
            self.judge_build(actor, machine, before)

    def is_excused(self, actor: Actor, kind: str) -> bool:
        """Return whether an error is one that may be."""
        # A raw file that cannot be read is bad input, and its problem names the file.
        of_the_disk = isinstance(actor.error, InputError) and "that can be read" in str(actor.error)
        if not (of_the_disk or isinstance(actor.error, OSError | LookupError)):
            return False
        return actor.faulted or self.damaged or kind == "early"

    def judge_build(self, actor: Actor, machine: Machine, before: Any) -> None:
        """Check a release that was built: made of what was there, and after the release that was the latest."""
        release = release_at(machine.out / "releases" / actor.result)
        if release is None:
            if actor.result in self.pruned or self.damaged:
                return
            raise ViolationError(f"{actor.name}: {actor.result} is no release")
        inputs = release.inputs()
        for path, contents in machine.saved.items():
            if inputs[path] not in {digest(each) for each in contents}:
                raise ViolationError(f"{actor.name}: {path} never had this content")
        built = actor.name.startswith("build") and not isinstance(actor.result, toy.Unchanged)
        if not built or before is None or self.damaged:
            return
        name, manifest = before
        same = manifest and {path: facts["sha256"] for path, facts in manifest["inputs"].items()} == inputs
        expected = manifest["previous"] if same else name
        if release.manifest["previous"] != expected and name != release.release_id:
            raise ViolationError(f"{actor.name}: follows {release.manifest['previous']}, not {expected}")

    def _remember_latest(self, actor: Actor) -> None:
        """Note which release is the latest when a build takes the lock of an output folder, before it walks."""
        if actor not in self.formers:
            return
        machine, _ = self.formers[actor]
        self.world.actor = None
        release = release_at((machine.out / "latest").resolve()) if (machine.out / "latest").is_symlink() else None
        self.world.actor = actor
        self.formers[actor] = machine, (release.release_id, release.manifest) if release else (None, None)

    def look(self) -> None:
        """Check what anybody could see now."""
        if self.damaged:
            return
        for machine in self.machines:
            releases = machine.out / "releases"
            link = machine.out / "latest"
            for path in sorted(releases.iterdir()) if releases.is_dir() else ():
                if ID.fullmatch(path.name):
                    self.check_whole(Folder(path))
            if link.is_symlink():
                self.check_whole(Folder(link.resolve()))
            elif machine.published:
                raise ViolationError(f"{link} is gone")
        self.look_at_store()

    def look_at_store(self) -> None:
        start = f"{STORE}/releases/"
        for path in [path for path in self.world.objects if path.startswith(start) and path.endswith(MANIFEST)]:
            self.check_whole(Bucket(path.removesuffix(f"/{MANIFEST}")))
        pointer = self.world.objects.get(f"{STORE}/{POINTER}")
        if pointer:
            self.check_whole(Bucket(f"{start}{json.loads(pointer[0])['release']}"))
        elif self.pointed:
            raise ViolationError("the pointer is gone")

    def check_whole(self, place: Place) -> None:
        if damaged := damage(place):
            raise ViolationError(f"{place} is not whole: {damaged}")

    def heal(self, machine: Machine) -> None:
        """Check that one build without a fault heals everything, and that the next finds nothing to do.

        What killed ones left behind goes with the next build that has something to do.
        """
        self.check_healed(machine)
        self.save(machine, "a.csv", 10**9)
        self.check_fresh(machine, self.check_healed(machine))
        before = tree(machine.out), dict(self.world.objects)
        if not self.alone("build", machine) or (tree(machine.out), self.world.objects) != before:
            raise ViolationError("a build with nothing to do has done something")
        if left := sorted(str(path) for path in machine.out.rglob(".*")):
            raise ViolationError(f"left behind: {left}")

    def check_healed(self, machine: Machine) -> LocalRelease:
        """Check that what was saved last is in a release that is whole, and the latest everywhere; return it."""
        name = self.alone("build", machine)
        self.damaged = False
        machine.published = True
        self.pointed |= machine.folders.remote is not None
        self.check_whole(Folder((machine.out / "latest").resolve()))
        if machine.folders.remote:
            self.check_whole(Bucket(f"{STORE}/releases/{name}"))
            if json.loads(self.world.objects[f"{STORE}/{POINTER}"][0])["release"] != name:
                raise ViolationError("the pointer leads to another release than the one that was built")
        release = release_at((machine.out / "latest").resolve())
        assert release and release.release_id == name
        now = {path: digest((machine.folders.raw / path).read_bytes()) for path in machine.saved}
        if release.inputs() != now or release.manifest["code"] != self.code:
            raise ViolationError("what was saved last is not what the last release was made from")
        files = {path: (release.folder / path).read_bytes() for path in release.manifest["files"]}
        toy.check_content(files, release.manifest)
        return release

    def check_fresh(self, machine: Machine, release: LocalRelease) -> None:
        """Check that a fresh folder gives the same release."""
        given = previous_files(release)
        if given is None:
            return
        fresh = self.world.root / "fresh"
        found = engine.rebuild(toy.graph(machine.folders.raw), fresh, given)
        shutil.rmtree(fresh)
        if found.release_id != release.release_id:
            raise ViolationError("a fresh folder gives another release")

    def alone(self, kind: str, machine: Machine) -> str:
        """Return what a build gives that nothing disturbs."""
        actor = self.begin(kind, machine, lambda: toy.build(machine.folders))
        while self.world.actors:
            self.world.turn()
        if actor.error:
            raise ViolationError(f"a build without a fault fails: {actor.error!r}") from actor.error
        self.judge(actor)
        return str(actor.result)


def harm(data: bytes, how: str) -> bytes | None:
    """Return data as they are after some damage."""
    if how == "gone" or not data:
        return None
    at = len(data) // 2
    changed = {
        "cut": data[:at],
        "flipped": data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :],
        "nested": b"[" * 100_000,
    }
    return changed[how]


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return the inode and content of every file below a folder by its path."""
    return {
        str(path): (path.lstat().st_ino, os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def play(seed: int, root: Path, log: list[str] | None = None) -> History:
    """Play the history of a seed in an empty folder of its own, and return it. Raises ViolationError."""
    history = History(seed, root, log)
    try:
        with contextlib.ExitStack() as stack:
            for each in toy.toys(history.code_now):
                stack.enter_context(each)
            history.play()
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return history
