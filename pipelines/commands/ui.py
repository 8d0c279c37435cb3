"""The command `ui`: Dagster on one port of this machine, and the reports that its links lead to on the next.

What Dagster shows is in `pipelines.defs`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from pipelines.commands.common import locked_differences, out_option, raw_option, tell_lock
from pipelines.commands.terminal import tell
from pipelines.settings import executor, ledger_settings, settings

if TYPE_CHECKING:
    from http.server import ThreadingHTTPServer
    from pathlib import Path
    from types import FrameType

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
    from pipelines.defs.command import home_of, instance_of
    from pipelines.defs.executors import executor_of

    executor_of(executor())  # a wrong setting is told here in a line, and not by each process of Dagster
    ledger_settings()
    with instance_of(folders):
        pass  # so is a home that Dagster cannot use
    from pipelines.commands.report_server import HERE, check_free, report_server

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
    command = [sys.executable, "-W", SUPERSEDED, "-m", "dagster", "dev", "-m", "pipelines.definitions"]
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
