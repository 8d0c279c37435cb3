"""Servers and workers on the loopback address: `make postgres-test` and `make cluster-test`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Postgres, Processes, environment_of, postgres_programs, serving_postgres

collect_ignore_glob = [] if os.environ.get("TIDEBOOK_CLUSTER") else ["test_*.py"]


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """An empty set of processes."""
    folder = tmp_path / "logs"
    folder.mkdir()
    found = Processes(folder)
    yield found
    found.end_all()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder for DAGSTER_HOME, without its dagster.yaml."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def environment(raw: Path, out: Path, home: Path) -> dict[str, str]:
    """The environment of a deployment that reads and writes the test's own folders."""
    return environment_of(home, TIDEBOOK_RAW=str(raw), TIDEBOOK_OUT=str(out))


@pytest.fixture
def postgres(processes: Processes) -> Iterator[Postgres]:
    """A new PostgreSQL server on the loopback address."""
    if postgres_programs() is None:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    with serving_postgres(processes) as found:
        yield found
