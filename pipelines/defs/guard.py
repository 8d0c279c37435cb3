"""Dagster's webserver behind a check of who asks, since it has no login and obeys whoever reaches it.

A page of another site reaches a server of this machine through the browser: by a name of its own that resolves to
127.0.0.1, as the header Host tells, or across origins, as Origin and Sec-Fetch-Site tell. Without the check it could
read tables and start runs. `tidebook ui` starts `dagster dev` by way of this module:

    python -m tidebook.pipelines.defs.guard dev [what `dagster dev` takes]
    python -m tidebook.pipelines.defs.guard [what `dagster-webserver` takes]

Options that name files count from the folder in which it is started. It then leaves that folder, which may be
somebody else's article: Dagster would read `.env`, `dagster.yaml`, `workspace.yaml` and `pyproject.toml` there.

Belongs here: which requests are answered. Does not: the server of reports, which checks Host too (`commands.ui`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from importlib import import_module
from typing import Any

from tidebook.pipelines.read.processes import start_apart

HOSTS = ("127.0.0.1", "localhost")
"""The host names that it answers to; TIDEBOOK_HOSTS adds those of a proxy, comma-separated."""

MODULE = "tidebook.pipelines.defs.guard"
NAMING_PATHS = ("-w", "--workspace", "-f", "--python-file", "-d", "--working-directory")
"""The options of both commands that name a file or folder."""

DAEMON = "dagster._daemon"

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def is_answered(headers: Mapping[str, str], path: str) -> bool:
    """Whether a request comes from a person who opened this server, or from one of its pages.

    A link on another site may open a page of the UI, but not the interface that the pages call.
    """
    host = headers.get("host", "")
    named = [*HOSTS, *filter(None, os.environ.get("TIDEBOOK_HOSTS", "").split(","))]
    if host.partition(":")[0] not in named:
        return False
    if "origin" in headers and headers["origin"].partition("://")[2] != host:
        return False
    is_link = headers.get("sec-fetch-mode") == "navigate" and "graphql" not in path
    # The report is on another port of the same site, and it may be somebody else's page.
    return headers.get("sec-fetch-site") not in ("cross-site", "same-site") or is_link


class Guarded:
    """An ASGI application that refuses, with 403, what `is_answered` does not name."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        # The server's own message at start and end has no headers.
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if is_answered(headers, scope["path"]):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            # ASGI: the message of the connection is taken before it can be refused.
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})


def run_webserver() -> None:
    """Run `dagster-webserver` with the arguments of this process, guarded."""
    cli: Any = import_module("dagster_webserver.cli")
    create = cli.create_app_from_workspace_process_context
    cli.create_app_from_workspace_process_context = lambda *given, **named: Guarded(create(*given, **named))
    cli.main()


def run_dev(arguments: Sequence[str]) -> None:
    """Run `dagster dev`, which starts a guarded webserver."""
    dev: Any = import_module("dagster._cli.dev")
    start = dev.open_ipc_subprocess
    dev.open_ipc_subprocess = lambda command, **named: start(_guarded(command), **named)
    dev.dev_command([*arguments])


def _guarded(command: Sequence[str]) -> list[str]:
    """Return a command of `dagster dev`: of its webserver with this module in its place, of its daemon as it is."""
    found = [*command]
    if DAEMON not in found:  # another way to start the webserver raises an error: better none than one unguarded
        found[found.index("dagster_webserver")] = MODULE
    return found


def with_absolute_paths(arguments: Sequence[str]) -> list[str]:
    """Return arguments with the paths in them as absolute ones: `-w FILE`, `-wFILE`, `--workspace FILE` or with `=`."""
    found: list[str] = []
    for word in arguments:
        name, equals, path = word.partition("=")
        if found and found[-1] in NAMING_PATHS:
            found.append(os.path.abspath(word))
        elif equals and name in NAMING_PATHS:
            found.append(f"{name}={os.path.abspath(path)}")
        elif word[:2] in NAMING_PATHS and len(word) > 2:
            found.append(word[:2] + os.path.abspath(word[2:]))
        else:
            found.append(word)
    return found


if __name__ == "__main__":
    sys.argv[1:] = with_absolute_paths(sys.argv[1:])
    start_apart()
    if sys.argv[1:2] == ["dev"]:
        run_dev(sys.argv[2:])
    else:
        run_webserver()
