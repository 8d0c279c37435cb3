"""The command `ui`: Dagster on one port of this machine, and the reports that it links to on the next.

Browsers refuse links from a page to a file, so the reports have a server, for this machine and files of releases only.
Belongs here: starting both. Does not: what Dagster shows (`defs`).
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

import click
from click.exceptions import Exit

from tidebook.pipelines.commands.common import article_options, check_out, out_option
from tidebook.pipelines.commands.foreign import warn_of_foreign
from tidebook.pipelines.commands.locked import locked_differences, warn_of_unlocked
from tidebook.pipelines.commands.terminal import print_line
from tidebook.pipelines.read.account import is_own
from tidebook.pipelines.read.dossier.sections import plugins_of
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.plugin import load
from tidebook.pipelines.read.processes import environment, private_folder, python_module
from tidebook.pipelines.read.settings import executor, settings
from tidebook.places import LINK
from tidebook.releases import RELEASES, latest, release_at

HERE = "127.0.0.1"
DEFINITIONS = "tidebook.pipelines.definitions"
SERVED = (LINK, RELEASES)
SUPERSEDED = "ignore:Function `dev_command` is superseded:FutureWarning"
"""Warning of `dagster dev` in favour of `dg dev`, which is not installed here."""
WORKSPACE = {"load_from": [{"python_module": {"module_name": DEFINITIONS, "location_name": "tidebook"}}]}
"""What Dagster loads, under the name that deployments give it too."""


@click.command()
@article_options
@out_option
@click.option("--port", default=3000, help="Port on this machine.")
def ui(raw: Path | None, out: str | None, port: int) -> None:
    """Open Dagster on 127.0.0.1, and the report on the next port; saving an input file rebuilds it."""
    if find_spec("dagster_webserver") is None:
        raise ImportError('`tidebook ui` needs dagster-webserver: pip install "tidebook[ui]"')
    folders = settings(raw, out)
    warn_of_unlocked(locked_differences(folders))
    check_out(folders)
    from tidebook.pipelines.defs.command import home_of, instance_of
    from tidebook.pipelines.defs.executors import executor_of
    from tidebook.pipelines.defs.turns import close_dead_runs

    # Check settings here: a wrong one is then one line, and not a traceback from each process of Dagster.
    executor_of(executor())
    plugins = plugins_of(folders.raw).plugins
    for plugin in plugins:
        if plugin.environment:
            load(plugin.environment)()
    with instance_of(folders) as instance:
        close_dead_runs(instance, folders)
    warn_of_foreign(*filter(None, [latest(folders.out)]))
    check_free(port)
    reports = report_server(folders.out, port + 1)
    child = environment([name for plugin in plugins for name in plugin.paths]) | {
        "DAGSTER_HOME": str(home_of(folders)),
        "TIDEBOOK_DOSSIER": str(folders.raw.resolve()),
        "TIDEBOOK_OUT": folders.remote or str(folders.out.resolve()),
        "TIDEBOOK_REPORTS": f"http://{HERE}:{port + 1}",
    }
    if folders.snapshots is not None:
        child["TIDEBOOK_SNAPSHOTS"] = str(folders.snapshots.resolve())
    print_line(f"Open http://{HERE}:{port} in a browser; Ctrl-C ends it")
    print_line(f"The report: http://{HERE}:{port + 1}")
    sys.stdout.flush()
    with TemporaryDirectory(prefix="tidebook-ui-") as folder:
        workspace = Path(folder, "workspace.yaml")
        workspace.write_text(json.dumps(WORKSPACE))
        options = ["-w", str(workspace), "-h", HERE, "-p", str(port)]
        command = python_module("tidebook.pipelines.defs.guard", "dev", *options, warnings=[SUPERSEDED])
        code = run_with_server(reports, command, child)
    raise Exit(code)


def run_with_server(server: ThreadingHTTPServer, command: list[str], child: Mapping[str, str]) -> int:
    """Run a command in this environment beside the server, pass signals on to it, and return its exit code."""
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
        running.append(subprocess.Popen(command, cwd=private_folder(), env=child))
        if taken:  # the signal beat the start of the command
            running[0].terminate()
        return running[0].wait()


def check_free(port: int) -> None:
    """Check that a port is free.

    Raises:
        InputError: it is in use, or not a port.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HERE, port))
        except (OSError, OverflowError):
            raise InputError(Problem("--port", "a free port", text=str(port))) from None


def report_server(out: Path, port: int) -> ThreadingHTTPServer:
    """Return a server for the releases in an output folder.

    Raises:
        InputError: the port is in use.
    """
    check_free(port)
    return ThreadingHTTPServer((HERE, port), partial(ReportHandler, directory=str(out.resolve())))


class ReportHandler(SimpleHTTPRequestHandler):
    """Serves the files of releases, and nothing else in the output folder; `/` redirects to the latest report."""

    def send_head(self) -> Any:
        """Send the headers of a file, or an error."""
        # Any other host name that resolves to this machine may be DNS rebinding: a foreign page could read releases.
        if self.headers.get("Host", "").rpartition(":")[0] not in (HERE, "localhost"):
            self.send_error(403)
            return None
        if self.path == "/":
            self.send_response(302)
            self.send_header("Location", "/latest/report/index.html")
            self.end_headers()
            return None
        if not self._is_served(self.translate_path(self.path)):
            self.send_error(404)
            return None
        return super().send_head()

    def _is_served(self, path: str) -> bool:
        """Whether a path is a file of a release: no link out of it, and no FIFO, which a request would wait for."""
        try:
            place = Path(os.path.realpath(path))
            if place.is_dir():
                place = Path(os.path.realpath(place / "index.html"))
            named = any(Path(path).is_relative_to(Path(self.directory, name)) for name in SERVED)
            within = Path(self.directory, RELEASES)
            if not (named and place.is_relative_to(within) and place.is_file()):
                return False
            # A page that came with somebody else's article could run its scripts beside the UI.
            release = release_at(within / place.relative_to(within).parts[0])
            return release is not None and is_own(release)
        except (OSError, ValueError):  # a NUL in the path, or a name that is too long
            return False

    def list_directory(self, path: Any) -> None:
        """Refuse to list folders."""
        self.send_error(404)

    def end_headers(self) -> None:
        """Forbid content sniffing and caching: `latest` changes with each build."""
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Log nothing: the terminal shows Dagster's lines."""
