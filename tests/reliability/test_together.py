"""Several at once on one folder: builds, a reader, an editor who saves; each gets one build whole.

A reader follows `latest` once, by `resolve()`, and reads below that folder: it never changes. One that goes through
`latest/` for each file may read some before and some after a switch, so that its files are of two releases.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.reliability.command import (
    CONTRADICTED,
    DOSSIER,
    FIGURE,
    MEN,
    PRINTED,
    ROUNDED,
    finish,
    latest_faults,
    leftovers,
    set_time,
    start,
)
from tests.reliability.conftest import LONG, SEED, State
from tests.reliability.sound import manifest_faults
from tests.reliability.warm import Warm

ROUNDS = 12 if LONG else 1
TABLE = "tables/figures.parquet"


@pytest.fixture
def place(scratch: Path, small: list[Warm], request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder with an output folder in which the committed dossier was built."""
    folder = scratch / request.node.name.replace("/", "")
    shutil.copytree(small[0].base, folder / "out", symlinks=True)
    yield folder
    shutil.rmtree(folder)


def raw_with(folder: Path, value: int) -> Path:
    """Return a dossier that prints so many seconds for Kiptum."""
    shutil.copytree(DOSSIER, folder)
    set_time(folder, value)
    return folder


def seconds(folder: Path) -> float:
    """Return Kiptum's time in a release."""
    figures = pd.read_parquet(folder / "tables" / "figures.parquet").set_index("figure_id")
    return float(figures.loc[FIGURE, "value"])


def men_hash(folder: Path) -> str:
    """Return the hash of the table of men that a release says it was made from."""
    return str(json.loads((folder / "manifest.json").read_bytes())["inputs"][MEN.as_posix()]["sha256"])


class Reader(threading.Thread):
    """Reads the latest release again and again until it is told to stop."""

    def __init__(self, out: Path, values: dict[str, float]) -> None:
        super().__init__()
        self.out, self.values, self.done = out, values, threading.Event()
        self.faults: list[str] = []
        self.reads, self.straddled, self.releases = 0, 0, set[str]()

    def run(self) -> None:
        """Read each release once by the resolved link, and one file through the link itself."""
        while not self.done.is_set():
            folder = (self.out / "latest").resolve()
            self.faults += manifest_faults(folder)
            if self.values[men_hash(folder)] != seconds(folder):
                self.faults.append(f"{folder.name}: figures of another input")
            stated = json.loads((self.out / "latest" / "manifest.json").read_bytes())["files"][TABLE]["sha256"]
            self.straddled += hashlib.sha256((self.out / "latest" / TABLE).read_bytes()).hexdigest() != stated
            self.reads += 1
            self.releases.add(folder.name)
            time.sleep(0.02)


@pytest.mark.parametrize("count", [2, 4] if LONG else [2])
def test_builds_at_once_take_turns_and_a_reader_sees_one_whole(place: Path, count: int, state: State) -> None:
    values = [CONTRADICTED, ROUNDED, ROUNDED, CONTRADICTED + 1][:count]
    raws = [raw_with(place / f"raw{number}", value) for number, value in enumerate(values)]
    out = place / "out"
    known = {
        hashlib.sha256((raw / MEN).read_bytes()).hexdigest(): float(value)
        for raw, value in zip(raws, values, strict=True)
    }
    known[men_hash((out / "latest").resolve())] = float(PRINTED)
    reader = Reader(out, known)
    reader.start()
    for _ in range(ROUNDS):
        for end, value in zip([finish(build) for build in [start(raw, out) for raw in raws]], values, strict=True):
            assert end[0] == 0, end
            lines = [line for line in end[1].splitlines() if line.startswith("Changed: gain:")]
            turned = [line.partition(" as printed")[0].split()[-1] for line in lines]
            assert turned in ([], ["supported" if value == ROUNDED else "contradicted"]), end[1]
    reader.done.set()
    reader.join()
    releases = [path for path in (out / "releases").iterdir() if not path.name.startswith(".")]
    assert latest_faults(out) == [] and leftovers(out) == []
    assert {seconds(folder) for folder in releases} == {float(PRINTED), *map(float, values)}
    assert not reader.faults and reader.reads > 1 and len(reader.releases) > 1
    state(
        f"{count} builds at once into one folder, {ROUNDS} times: each whole, in turn, telling what turned of its own; "
        f"a reader beside them: {reader.reads} reads of {len(reader.releases)} releases, each whole by the resolved "
        f"link, {reader.straddled} across a switch through latest/"
    )


@pytest.mark.parametrize("atomic", [True, False] if LONG else [True])
def test_an_editor_who_saves_during_a_build_gets_figures_of_what_was_read(
    place: Path, atomic: bool, state: State
) -> None:
    raw, out = raw_with(place / "raw", PRINTED), place / "out"
    chance = random.Random(SEED)
    done, known = threading.Event(), {}

    def save(value: int) -> None:
        text = (DOSSIER / MEN).read_text().replace("2:00:35", str(dt.timedelta(seconds=value)))
        known[hashlib.sha256(text.encode()).hexdigest()] = float(value)
        target = raw / MEN
        if atomic:
            (raw / "saved").write_text(text)
            (raw / "saved").replace(target)
        else:
            target.write_text(text)

    def edit() -> None:
        while not done.is_set():
            save(chance.randrange(7_000, 7_400))
            time.sleep(chance.uniform(0, 0.02))

    save(PRINTED)
    known[men_hash((out / "latest").resolve())] = float(PRINTED)
    editor = threading.Thread(target=edit)
    editor.start()
    ends = [finish(start(raw, out)) for _ in range(max(1, ROUNDS))]
    done.set()
    editor.join()
    assert {end[0] for end in ends} <= ({0} if atomic else {0, 2}), ends
    assert all("Traceback" not in end[2] for end in ends)
    releases = list((out / "releases").iterdir())
    for folder in releases:
        assert known[men_hash(folder)] == seconds(folder)
    state(
        f"an editor saving {'by rename' if atomic else 'in place'} during {len(ends)} builds, {len(known)} versions: "
        f"{len(releases)} releases, the figures of each those of the bytes in its manifest"
    )
