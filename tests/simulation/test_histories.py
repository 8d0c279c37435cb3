"""Histories hold, a seed tells one history, and what is planted into the engine is found."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from tests.conftest import LONG, ROOT
from tests.reliability.conftest import SEED
from tests.simulation import world
from tests.simulation.history import ViolationError, play
from tidebook.pipelines.graph import places, previous, store

COUNT = 100_000 if LONG else 100


def told(*arguments: object, **environment: str) -> str:
    """Return what the command says of histories, and on failure what it says of those that fail."""
    command = [sys.executable, "-m", "tests.simulation", *map(str, arguments)]
    own = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    run = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_what_must_hold_holds_in_every_history() -> None:
    assert f"{COUNT} histories, " in told(SEED * 1_000_000, COUNT)


def test_a_seed_gives_one_history_in_any_process() -> None:
    first, second = (told(19, PYTHONHASHSEED=seed) for seed in "12")
    assert first == second
    assert len(first.splitlines()) > 100


def written_in_place(path: Path, files: Mapping[str, bytes], *, durable: bool = True) -> None:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)


def last_first(place: places.Bucket, folder: str, files: Mapping[str, bytes], last: str) -> bool:
    for path in sorted(files, key=lambda path: path != last):
        place.write(f"{folder}/{path}", files[path])
    return True


def taken_from_others(lock: world.Lock, enter: Any = world.Lock.__enter__) -> world.Lock:
    lock.owner, lock.lock_counter = None, 0
    found: world.Lock = enter(lock)
    return found


PLANTED = {
    "no release follows another": (previous, "previous_id", lambda out, inputs: ""),
    "releases are written in place": (places, "write_folder", written_in_place),
    "the manifest of an upload comes first": (places.Bucket, "write_files", last_first),
    "locks exclude nobody": (world.Lock, "__enter__", taken_from_others),
    "nothing is swept": (store.Store, "sweep", lambda _: None),
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
def test_a_fault_that_is_planted_is_found(planted: tuple[Any, str, Any], tmp_path: Path) -> None:
    with patch.object(*planted), pytest.raises(ViolationError):
        for seed in range(1, 60):
            play(seed, tmp_path / str(seed))
