"""The command `ui`: Dagster on one port of this machine, and on the next the reports that its links lead to.

Browsers open no file from a page, so these have a server: it answers this machine alone, and with files of releases
alone. What Dagster shows is in `defs`.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType
from typing import Any

import click
from click.exceptions import Exit

from tidebook.pipelines.commands.common import locked_differences, out_option, raw_option, tell_lock
from tidebook.pipelines.commands.terminal import tell
from tidebook.pipelines.read.dossier.sections import plugins_of
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.plugin import load
from tidebook.pipelines.read.settings import executor, settings

HERE = "127.0.0.1"
SERVED = ("latest", "releases")
SUPERSEDED = "ignore:Function `dev_command` is superseded:FutureWarning"
"""What `dagster dev` says of `dg dev`, which is for developers of Dagster projects and not installed here."""


@click.command()
@raw_option
@out_option
@click.option("--port", default=3000, help="Port on this machine.")
def ui(raw: Path | None, out: str | None, port: int) -> None:
    """Open the graph in Dagster on 127.0.0.1; saving a raw file then rebuilds the report, served on the next port."""
    folders = settings(raw, out)
    tell_lock(locked_differences(folders))
    from tidebook.pipelines.defs.command import home_of, instance_of
    from tidebook.pipelines.defs.executors import executor_of

    executor_of(executor())  # a wrong setting is told here in a line, and not by each process of Dagster
    for place in (plugin.environment for plugin in plugins_of(folders.raw).plugins if plugin.environment):
        load(place)()
    with instance_of(folders):
        pass  # so is a home that Dagster cannot use
    check_free(port)
    reports = report_server(folders.out, port + 1)
    os.environ |= {
        "DAGSTER_HOME": str(home_of(folders)),
        "TIDEBOOK_RAW": str(folders.raw.resolve()),
        "TIDEBOOK_OUT": folders.remote or str(folders.out.resolve()),
        "TIDEBOOK_UI": f"http://{HERE}:{port}",
        "TIDEBOOK_REPORTS": f"http://{HERE}:{port + 1}",
    }
    tell(f"Open http://{HERE}:{port} in a browser; Ctrl-C ends it")
    tell(f"The report: http://{HERE}:{port + 1}")
    sys.stdout.flush()
    command = [sys.executable, "-W", SUPERSEDED, "-m", "dagster", "dev", "-m", "tidebook.pipelines.definitions"]
    raise Exit(run_with_server(reports, [*command, "-h", HERE, "-p", str(port)]))


def run_with_server(server: ThreadingHTTPServer, command: list[str]) -> int:
    """Run a command while the server answers, hand signals on to it, and return how it ended."""
    running: list[subprocess.Popen[bytes]] = []
    taken: list[int] = []

    def hand_on(number: int, _: FrameType | None) -> None:
        taken.append(number)
        if running and number != signal.SIGINT:  # Ctrl-C reaches the command by itself
            running[0].terminate()

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), hand_on)
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(subprocess.Popen(command))
        if taken:  # before there was a command to hand it on to
            running[0].terminate()
        return running[0].wait()


def check_free(port: int) -> None:
    """Check that a port can be listened on. Raises InputError if it cannot."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HERE, port))
        except (OSError, OverflowError):
            raise InputError(Problem("--port", "a port that nothing listens on", text=str(port))) from None


def report_server(out: Path, port: int) -> ThreadingHTTPServer:
    """Return a server of the releases in an output folder. Raises InputError if its port is taken."""
    check_free(port)
    return ThreadingHTTPServer((HERE, port), partial(ReportHandler, directory=str(out.resolve())))


class ReportHandler(SimpleHTTPRequestHandler):
    """Answers with files of releases, and nothing else of the output folder; `/` leads to the latest report.

    A name that merely resolves to this machine is refused: a page elsewhere could read releases by it.
    """

    def send_head(self) -> Any:
        """Answer with the head of a file, or say why there is none."""
        if self.headers.get("Host", "").rpartition(":")[0] not in (HERE, "localhost"):
            self.send_error(403)
            return None
        if self.path == "/":
            self.send_response(302)
            self.send_header("Location", "/latest/report/index.html")
            self.end_headers()
            return None
        place = Path(self.translate_path(self.path))
        if not any(place.is_relative_to(Path(self.directory, name)) for name in SERVED):
            self.send_error(404)
            return None
        return super().send_head()

    def list_directory(self, path: Any) -> None:
        """Show no folders."""
        self.send_error(404)

    def end_headers(self) -> None:
        """Say that a release is what it is declared as, and that the latest may change."""
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Keep quiet beside Dagster's own lines."""
