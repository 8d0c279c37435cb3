"""Builds killed, or ended by a signal, at random moments: `latest` stays whole, and the next build needs no help."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.conftest import ROOT
from tests.reliability.command import DOSSIER, await_handler, finish, kill, latest_faults, leftovers, set_time, start
from tests.reliability.conftest import LONG, SEED, State
from tests.reliability.warm import Warm


class Lane:
    """An output folder whose builds are killed one after the other, some before its first release; or a copy of one."""

    def __init__(self, place: Path, seed: int, kills: int, before: int = 0, built: Path | None = None) -> None:
        self.raw, self.out = place / "raw", place / "out"
        shutil.copytree(DOSSIER, self.raw)
        if built:
            shutil.copytree(built, self.out, symlinks=True)
        self.chance = random.Random(seed)
        self.kills, self.before, self.writing, self.whole, self.absent = kills, before, 0, 0, 0
        self.span = 4.0
        self.leftovers: set[str] = set()
        self.faults: list[str] = []

    def run(self) -> None:
        """Kill as many builds as are asked for."""
        for number in range(self.kills):
            if number == self.before and not (self.out / "latest").exists():
                self.build_first()
            while not self.kill_one(aimed=number > self.before and number % 2 == 1):
                self.look()

    def build_first(self) -> None:
        """Let one build through, to have a release and to know how long a build takes."""
        begun = time.monotonic()
        code, _, errors = finish(start(self.raw, self.out))
        assert code == 0, errors
        self.span = time.monotonic() - begun

    def kill_one(self, aimed: bool) -> bool:
        """Kill a build of changed raw files; return whether it was still at work. `aimed` is at its release."""
        set_time(self.raw, self.chance.randrange(7_000, 7_400))
        build = start(self.raw, self.out)
        if aimed:
            self.await_writing(build)
        else:
            time.sleep(self.chance.uniform(0, self.span))
        at_work = kill(build)
        self.writing += aimed and at_work
        self.leftovers |= {str(path) for path in leftovers(self.out)}
        self.look()
        return at_work

    def await_writing(self, build: subprocess.Popen[str]) -> None:
        """Wait until the build writes its release, and a moment longer."""
        former = set((self.out / "releases").iterdir())
        while build.poll() is None and set((self.out / "releases").iterdir()) == former:
            time.sleep(0.0005)
        time.sleep(self.chance.uniform(0, 0.02))

    def look(self) -> None:
        """Note what a reader finds."""
        faults = latest_faults(self.out)
        if faults is None:
            self.absent += 1
            self.faults += ["latest is gone"] if self.whole else []
        else:
            self.whole += not faults
            self.faults += faults


def test_a_killed_build_leaves_latest_whole_and_the_next_needs_no_help(
    scratch: Path, small: list[Warm], state: State
) -> None:
    early, later = (50, 50) if LONG else (2, 4)
    lanes = [
        Lane(scratch / "kill0", SEED, early, before=15 if LONG else 2),
        Lane(scratch / "kill1", SEED + 1, later, built=small[0].base),
    ]
    with ThreadPoolExecutor() as pool:
        list(pool.map(Lane.run, lanes))
        way = "command" if LONG else "plain"
        ends = list(
            pool.map(lambda lane, one: one("faults:once", raw=str(lane.raw), out=str(lane.out), way=way), lanes, small)
        )
        found = list(
            pool.map(lambda lane, one: one("command:derived_id", out=str(lane.out), built=False), lanes, small)
        )
    writing, whole, absent = (sum(getattr(lane, name) for lane in lanes) for name in ("writing", "whole", "absent"))
    state(
        f"builds killed: {early + later}, {writing} of them while the release was written; then latest was whole "
        f"{whole} times, absent before the first release {absent} times, "
        f"damaged {sum(len(lane.faults) for lane in lanes)} times; "
        f"{sum(len(lane.leftovers) for lane in lanes)} temporary names left behind, none after the next build; "
        f"{len(lanes)} releases made anew in fresh folders are the same"
    )
    for lane, end, ids in zip(lanes, ends, found, strict=True):
        assert not lane.faults
        assert end["code"] == 0, end
        assert latest_faults(lane.out) == []
        assert leftovers(lane.out) == []
        assert ids["release"] == ids["anew"], "a fresh folder gives another release"


def test_a_signal_ends_a_build_in_one_line_with_its_code(scratch: Path, state: State) -> None:
    chance = random.Random(SEED)
    at_work = 0
    signals = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP] * (10 if LONG else 1)
    for place, number in enumerate(signals):
        out = scratch / f"ended{place}"
        build = start(DOSSIER, out)
        await_handler(build)
        time.sleep((place + chance.random()) / len(signals) * 1.5)
        build.send_signal(number)
        code, said, errors = finish(build)
        if code:
            at_work += 1
            assert (code, said, errors) == (128 + number, "", f"error: ended by {number.name}\n")
        assert not latest_faults(out)
    assert at_work
    state(f"builds ended by a signal: {at_work} of {len(signals)} at work, each told in one line")


def test_a_signal_leaves_no_temporary_folder(scratch: Path) -> None:
    temporary = scratch / "temporary"
    temporary.mkdir()
    checking = start(ROOT / "raw", temporary, "check", TMPDIR=str(temporary))
    while not any(temporary.iterdir()):
        assert checking.poll() is None
        time.sleep(0.001)
    time.sleep(0.02)  # the folder is there before it is known who removes it
    checking.send_signal(signal.SIGTERM)
    assert finish(checking)[::2] == (128 + signal.SIGTERM, "error: ended by SIGTERM\n")
    assert not any(temporary.iterdir())
