"""Who may ask Dagster's webserver: people at this machine and its own pages, no page of another site."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tidebook.pipelines.defs.guard import MODULE, Guarded, _guarded, is_answered

HERE = {"host": "127.0.0.1:3000"}
LINK = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
IMAGE = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}


@pytest.mark.parametrize(
    ("headers", "path", "answered"),
    [
        (HERE, "/graphql", True),
        ({"host": "localhost:3000"}, "/", True),
        ({"host": "127.0.0.1"}, "/", True),
        ({"host": "rebound.example:3000"}, "/graphql", False),
        ({"host": "127.0.0.1.rebound.example:3000"}, "/", False),
        ({"host": "[::1]:3000"}, "/", False),
        ({"host": ""}, "/", False),
        ({}, "/", False),
        (HERE | {"origin": "http://127.0.0.1:3000"}, "/graphql", True),
        (HERE | {"origin": "http://127.0.0.1:8000"}, "/graphql", False),
        (HERE | {"origin": "https://elsewhere.example"}, "/graphql", False),
        (HERE | {"origin": "null"}, "/graphql", False),
        (HERE | {"sec-fetch-site": "same-origin"}, "/graphql", True),
        (HERE | IMAGE | {"sec-fetch-site": "same-site"}, "/graphql", False),
        (HERE | LINK | {"sec-fetch-site": "same-site"}, "/runs/1234", True),
        (HERE | {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"}, "/", True),
        (HERE | LINK, "/runs/1234", True),
        (HERE | LINK, "/graphql", False),
        (HERE | IMAGE, "/server_info", False),
    ],
)
def test_only_this_machine_and_its_own_pages_are_answered(headers: dict[str, str], path: str, answered: bool) -> None:
    assert is_answered(headers, path) == answered


def test_a_setting_adds_the_name_of_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    proxied = {"host": "dagster.example.org"}
    assert not is_answered(proxied, "/")
    monkeypatch.setenv("TIDEBOOK_HOSTS", "dagster.example.org,other.example.org")
    assert is_answered(proxied, "/") and is_answered(HERE, "/")
    monkeypatch.setenv("TIDEBOOK_HOSTS", "")
    assert not is_answered({"host": ""}, "/")


def exchange(kind: str, host: str) -> list[Any]:
    """Return what is sent for a request of a kind; the application behind the guard sends "ok"."""
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send("ok")

    async def receive() -> Any:
        return {"type": f"{kind}.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": kind, "path": "/graphql", "headers": [(b"Host", host.encode())]}
    asyncio.run(Guarded(app)(scope, receive, send))
    return sent


def test_a_refused_request_does_not_reach_the_application() -> None:
    assert exchange("http", "localhost") == exchange("websocket", "localhost") == exchange("lifespan", "") == ["ok"]
    assert [message.get("status") for message in exchange("http", "elsewhere.example")] == [403, None]
    assert [message["type"] for message in exchange("websocket", "elsewhere.example")] == ["websocket.close"]


def test_dagster_dev_starts_the_guarded_webserver_or_none() -> None:
    assert _guarded(["python", "-m", "dagster_webserver", "--port", "3"]) == ["python", "-m", MODULE, "--port", "3"]
    daemon = ["python", "-m", "dagster._daemon", "run"]
    assert _guarded(daemon) == daemon
    with pytest.raises(ValueError, match="not in list"):
        _guarded(["dagster-webserver"])
