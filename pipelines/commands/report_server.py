"""A server of the reports on this machine, for the links of the UI: browsers open no file from a page.

It answers this machine alone, and with files of releases alone.
"""

from __future__ import annotations

import socket
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pipelines.ingest.errors import InputError, Problem

HERE = "127.0.0.1"
SERVED = ("latest", "releases")


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
        root = Path(self.directory)
        if not place.is_relative_to(root) or place.relative_to(root).parts[:1] not in [(name,) for name in SERVED]:
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
