"""Two processes do jobs that rest on each other: what comes of them is what one would have made of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.unit.shared_jobs import Jobs, drawn

SEEDS = 40
TWO = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="a fork is made on Linux, with two processors"
)


def ran(case: str) -> dict[str, Any]:
    """Return what comes of the jobs of each seed."""
    line = [sys.executable, "-W", "error", "-m", "tests.unit.shared_jobs", case, "0", str(SEEDS)]
    done = subprocess.run(line, capture_output=True, cwd=ROOT, timeout=60, check=True)
    assert done.stderr == b""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def expected(jobs: Jobs, failing: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the value of each job: one more than those of all that it rests on, counted each time it is named."""
    found: dict[str, str] = {}
    for name, below in jobs.items():
        if any(found[each].startswith("error") for each in below):
            found[name] = "error below"
        else:
            found[name] = f"error {name}" if name in failing else str(1 + sum(int(found[each]) for each in below))
    return found


def values(found: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: value for name, (value, _) in found.items()}


def done_by(found: list[dict[str, list[str]]], whom: str) -> set[str]:
    return {name for jobs in found for name, (_, who) in jobs.items() if who == whom}


@TWO
def test_every_job_is_done_once_and_has_the_value_that_one_process_gives_it() -> None:
    found = ran("wait")
    for seed, jobs in enumerate(found["results"]):
        assert values(jobs) == expected(drawn(seed)), seed
    assert len(done_by(found["results"], "first")) > 10
    assert len(done_by(found["results"], "fork")) > 10
    assert found["begun"] == sum(map(len, found["results"]))
    assert not found["left"]


@TWO
def test_a_job_of_its_own_is_done_by_the_first_process() -> None:
    assert "job 5" not in done_by(ran("wait")["results"], "fork")


@TWO
def test_jobs_that_fail_raise_what_they_raise_in_one_process() -> None:
    found = ran("fails")
    for seed, jobs in enumerate(found["results"]):
        assert values(jobs) == expected(drawn(seed), ("job 3", "job 4")), seed
    assert not found["left"]


@TWO
@pytest.mark.parametrize("case", ["fails_in_the_fork", "is_killed"])
def test_what_the_fork_cannot_do_the_first_process_does(case: str) -> None:
    found = ran(case)
    for seed, jobs in enumerate(found["results"]):
        assert values(jobs) == expected(drawn(seed)), seed
    assert not found["left"]


@pytest.mark.parametrize("case", ["alone", "threads", "refused"])
def test_with_one_processor_another_thread_or_no_room_there_is_no_fork(case: str) -> None:
    found = ran(case)
    for seed, jobs in enumerate(found["results"]):
        assert values(jobs) == expected(drawn(seed)), seed
    assert done_by(found["results"], "fork") == set()
