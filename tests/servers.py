"""Dagster's servers on the loopback address, started as a deployment starts them, and what they send to a webhook.

Belongs here: processes that tests start, watch and end. Does not: what is tried on them (`tests.operations`), or
publishers of sources (`tests.publishers`).
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT
from tests.publishers import serving

BIN = Path(sys.executable).parent
SECONDS = 300.0
"""How long something may take before it counts as never happening."""
MODULE = "tidebook.pipelines.definitions"
BUCKET = "bucket"
"""The bucket of the store that `serving_s3` serves."""


@dataclass
class Processes:
    """Processes that end with the test, each the leader of a group of its own and with a log."""

    logs: Path
    started: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: list[str], environment: Mapping[str, str], cwd: Path | None = None) -> None:
        """Start a process."""
        with (self.logs / f"{name}.log").open("ab") as log:
            self.started[name] = subprocess.Popen(
                command, cwd=cwd or self.logs, env=dict(environment), stdout=log, stderr=log, start_new_session=True
            )

    def log(self, name: str) -> str:
        """Return what a process has said."""
        return (self.logs / f"{name}.log").read_text(errors="replace")

    def wait(self, condition: Callable[[], object], seconds: float = SECONDS) -> float:
        """Wait until something is so, and return for how long; fail if it is not in time, or a process has ended."""
        start = time.monotonic()
        while not condition():
            for name, process in self.started.items():
                assert process.poll() is None, f"{name} ended: {self.log(name)[-3000:]}"
            late = time.monotonic() - start > seconds
            assert not late, "\n".join(f"{name}: {self.log(name)[-2000:]}" for name in self.started)
            time.sleep(0.1)
        return time.monotonic() - start

    def kill(self, name: str) -> None:
        """Kill a process and its children, as the loss of a machine does."""
        process = self.started.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=20)

    def end(self, name: str) -> None:
        """End a process as a person does, and kill what does not end."""
        process = self.started.pop(name)
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=20)
        try:  # what it started and left
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        process.wait(timeout=20)

    def end_all(self) -> None:
        """End all processes, the last started first."""
        for name in reversed(list(self.started)):
            self.end(name)


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def listens(port: int) -> bool:
    """Return whether somebody listens on a port of the loopback address."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


class Receiver:
    """A server on the loopback address that keeps what is posted to it and answers with `status`."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def told(self, event: str) -> list[Any]:
        """Return the messages of one kind."""
        return [message for message in self.messages if message["event"] == event]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Receive while the block lasts."""
    found = Receiver()
    with serving(found.server):
        yield found


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


@contextmanager
def serving_postgres(processes: Processes) -> Iterator[Postgres]:
    """Serve a new database on the loopback address while the block lasts; the server does not run as root."""
    programs = postgres_programs()
    assert programs is not None, "no PostgreSQL here: apt-get install postgresql"
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
        processes.wait(lambda: _answers(found), 60)
        yield found
        processes.end("postgres")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def serving_s3() -> Iterator[dict[str, str]]:
    """Serve an S3 store with an empty bucket while the block lasts, and yield the environment that finds it."""
    from moto.server import ThreadedMotoServer  # takes half a second

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        address = "http://{}:{}".format(*server.get_host_and_port())
        urllib.request.urlopen(urllib.request.Request(f"{address}/{BUCKET}", method="PUT")).close()
        found = {"AWS_ENDPOINT_URL": address, "AWS_REGION": "us-east-1"}
        yield found | {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}  # pragma: allowlist secret
    finally:
        server.stop()


def _answers(server: Postgres) -> bool:
    """Return whether a server answers."""
    import psycopg2

    try:
        return server.ask("SELECT 1") == [(1,)]
    except psycopg2.OperationalError:
        return False


def environment_of(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of servers with a DAGSTER_HOME and settings of their own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("TIDEBOOK_", "DAGSTER_"))}
    found = {"DAGSTER_HOME": str(home), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    return own | found | more


def workspace(home: Path, *ports: int) -> Path:
    """Write the workspace of deploy/ for code servers on these ports, the first named as there, and return it."""
    read = yaml.safe_load((ROOT / "deploy" / "workspace.yaml").read_text())
    (server,) = read["load_from"]
    servers = []
    for place, port in enumerate(ports):
        name = server["grpc_server"]["location_name"] + (f"_{place + 1}" if place else "")
        servers.append({"grpc_server": {"host": "127.0.0.1", "port": port, "location_name": name}})
    path = home / "workspace.yaml"
    path.write_text(yaml.safe_dump({"load_from": servers}))
    return path


def graphql(port: int, query: str, **variables: object) -> dict[str, Any]:
    """Return what a webserver answers to a query."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/graphql", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        found = json.loads(answer.read())
    assert "errors" not in found, found["errors"]
    return dict(found["data"])
