"""Several at once on one folder: builds, a reader, an editor who saves; each gets one build whole.

A reader follows `latest` once, by `resolve()`, and reads below that folder: it never changes. One that goes through
`latest/` for each file may read some before and some after a switch, so that its files are of two releases.
"""

from __future__ import annotations

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

from tests.conftest import ROOT
from tests.reliability.command import FUNDING, finish, latest_faults, leftovers, set_china, start
from tests.reliability.conftest import LONG, SEED, State
from tests.reliability.warm import Warm

ROUNDS = 12 if LONG else 1


@pytest.fixture
def place(scratch: Path, warm: list[Warm], request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder with an output folder in which the committed raw folder was built."""
    folder = scratch / request.node.name.replace("/", "")
    shutil.copytree(warm[0].base, folder / "out", symlinks=True)
    yield folder
    shutil.rmtree(folder)


def raw_with(folder: Path, value: int) -> Path:
    """Return a raw folder that prints so many billions for China."""
    shutil.copytree(ROOT / "raw", folder)
    set_china(folder, value)
    return folder


def china(folder: Path) -> float:
    """Return China's funding in a release, in billions."""
    figures = pd.read_parquet(folder / "tables" / "figures.parquet").set_index("figure_id")
    return float(figures.loc["regional_funding/china/total_funding", "value"]) / 1e9


def funding_hash(folder: Path) -> str:
    """Return the hash of the table of regions that a release says it was made from."""
    return str(json.loads((folder / "manifest.json").read_bytes())["inputs"][FUNDING.as_posix()]["sha256"])


@pytest.mark.parametrize("count", [2, 4] if LONG else [2])
def test_builds_at_once_take_turns_and_each_shows_its_own(place: Path, count: int, state: State) -> None:
    values = [40, 9, 9, 41][:count]
    raws = [raw_with(place / f"raw{number}", value) for number, value in enumerate(values)]
    out = place / "out"
    for _ in range(ROUNDS):
        for end, value in zip([finish(build) for build in [start(raw, out) for raw in raws]], values, strict=True):
            assert end[0] == 0, end
            shown = [line for line in end[1].splitlines() if line.startswith("us_majority ")]
            if not end[1].startswith("Nothing has changed"):
                assert [line.split()[1] for line in shown] == ["contested" if value == 9 else "contradicted"], end[1]
    releases = [path for path in (out / "releases").iterdir() if not path.name.startswith(".")]
    assert latest_faults(out) == [] and leftovers(out) == []
    assert {china(folder) for folder in releases} == {8.0, *map(float, values)}
    state(f"{count} builds at once into one folder, {ROUNDS} times: each whole, in turn, with its own verdicts shown")


def test_a_reader_beside_builds_sees_one_build_whole(place: Path, state: State) -> None:
    raw, out = raw_with(place / "raw", 8), place / "out"
    done, faults, seen = threading.Event(), [], {"reads": 0, "releases": set(), "straddled": 0}
    values = {hashlib.sha256((raw / FUNDING).read_bytes()).hexdigest(): 8.0}

    def read() -> None:
        while not done.is_set():
            first = (out / "latest").resolve()
            faults.extend(latest_faults(out) or ["latest is gone"] if latest_faults(out) != [] else [])
            if values.get(funding_hash(first)) != china(first):
                faults.append(f"{first.name}: figures of another input")
            through = json.loads((out / "latest" / "manifest.json").read_bytes())["files"]["tables/figures.parquet"]
            data = (out / "latest" / "tables" / "figures.parquet").read_bytes()
            seen["straddled"] += hashlib.sha256(data).hexdigest() != through["sha256"]
            seen["reads"] += 1
            seen["releases"].add(first.name)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(2 * ROUNDS if LONG else 1):
        set_china(raw, 20 + number)
        values[hashlib.sha256((raw / FUNDING).read_bytes()).hexdigest()] = 20.0 + number
        assert finish(start(raw, out))[0] == 0
    done.set()
    reader.join()
    assert not faults
    assert seen["reads"] > 1 and len(seen["releases"]) > 1
    state(
        f"a reader beside builds: {seen['reads']} reads of {len(seen['releases'])} releases, each whole through the "
        f"resolved link; {seen['straddled']} straddled a switch through latest/"
    )


@pytest.mark.parametrize("atomic", [True, False] if LONG else [True])
def test_an_editor_who_saves_during_a_build_gets_figures_of_what_was_read(
    place: Path, atomic: bool, state: State
) -> None:
    raw, out = raw_with(place / "raw", 8), place / "out"
    chance = random.Random(SEED)
    done, known = threading.Event(), {}

    def save(value: int) -> None:
        text = (ROOT / "raw" / FUNDING).read_text().replace("China,$8B", f"China,${value}B")
        known[hashlib.sha256(text.encode()).hexdigest()] = float(value)
        target = raw / FUNDING
        if atomic:
            (raw / "saved").write_text(text)
            (raw / "saved").replace(target)
        else:
            target.write_text(text)

    def edit() -> None:
        while not done.is_set():
            save(chance.randrange(5, 60))
            time.sleep(chance.uniform(0, 0.02))

    save(8)
    known[funding_hash((out / "latest").resolve())] = 8.0
    editor = threading.Thread(target=edit)
    editor.start()
    ends = [finish(start(raw, out)) for _ in range(max(1, ROUNDS))]
    done.set()
    editor.join()
    assert {end[0] for end in ends} <= ({0} if atomic else {0, 2}), ends
    assert all("Traceback" not in end[2] for end in ends)
    releases = list((out / "releases").iterdir())
    for folder in releases:
        assert known[funding_hash(folder)] == china(folder)
    state(
        f"an editor saving {'by rename' if atomic else 'in place'} during {len(ends)} builds, {len(known)} versions: "
        f"{len(releases)} releases, the figures of each those of the bytes in its manifest"
    )
