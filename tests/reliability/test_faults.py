"""Faults of disk, clock and cache: a build repairs them or says in one line what is wrong; no release is ever wrong."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.reliability.conftest import LONG, State
from tests.reliability.faults import FAULTS, REPAIRED, TOLD
from tests.reliability.warm import Warm

ROOT = os.geteuid() == 0
SHORT = (
    "store removed", "note of the current result cut", "note of the code no text", 
    "table of the cache with a bit flipped",
    "tables of the cache swapped", "record of an entry with other rows", "times in the future", "latest leads nowhere",
    "table of the latest release cut", "manifest of the latest release cut", "a file in place of the store",
    "a file in place of a step's results", "a folder in place of latest", "output folder read-only",
)  # fmt: skip
AS_COMMAND = ("table of the latest release cut",)
"""Faults under which the short version runs the command itself."""


def run(small: list[Warm], work: str, tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Have tasks done, by all warm processes, and return their outcomes in order."""

    def lane(number: int) -> list[dict[str, Any]]:
        return [{**task, **small[number](work, **task)} for task in tasks[number :: len(small)]]

    with ThreadPoolExecutor() as pool:
        lanes = list(pool.map(lane, range(len(small))))
    found = [lanes[number % len(small)][number // len(small)] for number in range(len(tasks))]
    for outcome in found:
        assert outcome["status"] == 0 and outcome.get("end") != "traceback", str(outcome)
    return found


@pytest.fixture(scope="module")
def expected(small: list[Warm]) -> dict[str, str]:
    """The release that a build after each edit gives, made anew in a fresh folder."""
    edits = ("none", "line", "cell") if LONG else ("none", "line")
    found = run(small, "faults:expected", [{"edit": edit, "way": "plain"} for edit in edits])
    return {edit: str(outcome["release"]) for edit, outcome in zip(edits, found, strict=True)}


def faults_of(outcomes: list[dict[str, Any]]) -> str:
    """Return what is wrong with any of the outcomes, for a message."""
    return "\n".join(str(outcome) for outcome in outcomes if outcome.get("faults"))


def test_a_fault_is_repaired_or_reported_and_no_release_is_wrong(
    small: list[Warm], expected: dict[str, str], state: State
) -> None:
    names = [name for name in FAULTS if (LONG or name in SHORT) and (ROOT or "read-only" not in name)]
    ways = [("none", "plain", names), ("cell" if LONG else "line", "command", names if LONG else AS_COMMAND)]
    ways += [("cell", "plain", names), ("line", "dagster", names)] if LONG else []
    tasks = [
        {"edit": edit, "way": way, "fault": name, "expected": expected[edit]}
        for edit, way, chosen in ways
        for name in names
        if name in chosen
    ]
    found = run(small, "faults:case", tasks)
    told = [outcome for outcome in found if outcome["code"]]
    state(
        f"faults of cache, clock and folders: {len(names)} kinds, {len(found)} builds; {len(found) - len(told)} "
        f"repaired it in silence, {len(told)} said it in one line; the release right each time, the next build without "
        "help"
    )
    assert not faults_of(found), faults_of(found)
    for outcome in found:
        told_or_not_met = {3} if outcome["edit"] == "cell" else {0, 3}
        assert outcome["code"] in ({0} if outcome["fault"] in REPAIRED else told_or_not_met), str(outcome)
    assert set(FAULTS) == {*REPAIRED, *TOLD}


def test_a_disk_that_is_full_at_any_write_is_reported(
    small: list[Warm], expected: dict[str, str], state: State
) -> None:
    found = stopped(small, expected, "full")
    assert {outcome["code"] for outcome in found} == {3}, found
    assert all("No space left" in outcome["errors"] for outcome in found), found
    state(
        f"disk full from the n-th write on: {len(found)} builds, each said so in one line; the next build without help"
    )


def test_a_build_killed_at_any_write_leaves_latest_whole(
    small: list[Warm], expected: dict[str, str], state: State
) -> None:
    found = stopped(small, expected, "killed")
    assert {outcome["code"] for outcome in found} == {-9}, found
    state(f"killed at the n-th write: {len(found)} builds; latest whole after each, the next build without help")


def stopped(small: list[Warm], expected: dict[str, str], by: str) -> list[dict[str, Any]]:
    """Return what came of builds that were stopped at their writes: all of them, or some and the last."""
    task = {"edit": "cell" if LONG else "line", "way": "dagster" if LONG else "plain"}
    count = run(small[:1], "faults:writes", [task])[0]["writes"]
    assert count > 40
    numbers = sorted({*range(0, count, 1 if LONG else 90), count - 1})
    task |= {"by": by, "expected": expected[task["edit"]]}
    found = run(small, "faults:stopped", [{**task, "number": number} for number in numbers])
    assert not faults_of(found), faults_of(found)
    return found


@pytest.mark.skipif(not ROOT, reason="only root can mount a small disk")
def test_a_small_disk_is_reported(small: list[Warm], state: State) -> None:
    sizes = range(64, 12_000, 480) if LONG else (1000,)
    ways = ("plain", "command") if LONG else ("plain",)
    tasks = [{"size": size, "way": way, "built": False} for size in sizes for way in ways]
    found = run(small, "faults:small_disk", tasks)
    if skipped := [outcome["skipped"] for outcome in found if "skipped" in outcome]:
        pytest.skip(skipped[0])
    assert not faults_of(found), faults_of(found)
    small = sum(outcome["code"] == 3 for outcome in found)
    state(
        f"disks of {sizes[0]} to {sizes[-1]} KiB: {len(found)} builds, {small} did not fit and said so; then they fit"
    )
    assert small


def test_a_limit_on_file_size_is_reported(small: list[Warm], expected: dict[str, str]) -> None:
    tasks = [{"edit": "line", "way": "plain", "size": size, "expected": expected["line"]} for size in (0, 100)]
    found = run(small, "faults:file_limit", tasks)
    assert not faults_of(found), faults_of(found)
    assert {outcome["code"] for outcome in found} == {3}, found
