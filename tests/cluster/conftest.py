"""Servers and workers on the loopback address: `make postgres-test` and `make cluster-test`."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers import Processes, environment_of, free_port

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


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL server: what deploy/postgres/dagster.yaml reads from the environment."""

    environment: dict[str, str]

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """Return the rows of a query."""
        import psycopg2

        named = {name: self.environment[f"DAGSTER_POSTGRES_{name.upper()}"] for name in ("host", "port", "user")}
        secret = self.environment["DAGSTER_POSTGRES_PASSWORD"]
        connection = psycopg2.connect(**named, dbname=self.environment["DAGSTER_POSTGRES_DB"], password=secret)
        try:
            with connection.cursor() as cursor:
                cursor.execute(query)
                return list(cursor.fetchall())
        finally:
            connection.close()


def postgres_programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, those of Debian's newest version, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    named = shutil.which("initdb")
    return found[-1].parent if found else Path(named).parent if named else None


@pytest.fixture
def postgres(processes: Processes) -> Iterator[Postgres]:
    """A new PostgreSQL server on the loopback address; it does not run as root."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="tidebook-postgres-"))
    data, secret, port = folder / "data", folder / "secret", free_port()
    secret.write_text("only-on-loopback")
    user: list[str] = []
    if os.geteuid() == 0:
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
        for path in (folder, secret):
            shutil.chown(path, "postgres", "postgres")
    try:
        made = [str(programs / "initdb"), "-D", str(data), "-U", "dagster", "-A", "scram-sha-256"]
        made += ["--pwfile", str(secret), "--locale=C", "--encoding=UTF8", "--no-sync"]
        subprocess.run([*user, *made], check=True, capture_output=True, cwd=folder)
        served = [str(programs / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port)]
        served += ["-k", str(folder), "-c", "fsync=off"]
        processes.start("postgres", [*user, *served], os.environ, folder)
        facts = {"HOST": "127.0.0.1", "PORT": str(port), "DB": "postgres", "USER": "dagster"}
        facts["PASSWORD"] = secret.read_text()
        found = Postgres({f"DAGSTER_POSTGRES_{name}": value for name, value in facts.items()})
        processes.wait(lambda: answers(found), 60)
        yield found
        processes.end("postgres")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def answers(server: Postgres) -> bool:
    """Return whether a server answers."""
    import psycopg2

    try:
        return server.ask("SELECT 1") == [(1,)]
    except psycopg2.OperationalError:
        return False
