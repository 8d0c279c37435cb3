"""Building at every save, opening the report, and the server of reports for the links of the UI."""

from __future__ import annotations

import http.client
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import edit, tidebook
from tidebook.pipelines.commands import build as building
from tidebook.pipelines.commands.ui import HERE, check_free, report_server
from tidebook.pipelines.read.errors import InputError

SHOPS = Path("article", "shops.csv")


@pytest.mark.usefixtures("already_built")
def test_each_save_is_a_line_of_what_changed_or_is_wrong(
    raw: Path, out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    edits = [("$20M", "$11M"), ("$11M", "$11Z"), ("$11Z", "$20M")]

    def sleep(seconds: float) -> None:  # what a person does between two looks
        if seconds == building.LOOK:
            if not edits:
                raise KeyboardInterrupt
            edit(raw / SHOPS, *edits.pop(0))

    monkeypatch.setattr(building.PAUSE, "wait", sleep)
    building.build(["--raw", str(raw), "--out", str(out), "--watch"], standalone_mode=False)
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0] == "nothing has changed"
    assert "south_follows: depends → wrong" in lines[1]
    assert "south_follows: wrong → depends" in lines[2]
    assert len(lines) == 3
    (error,) = (line for line in said.err.splitlines() if line.startswith("error:"))
    assert error.startswith(f"error: {SHOPS}:") and '"$11Z"' in error


def test_the_report_is_opened_and_where_there_is_no_browser_its_address_is_reported(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(building, "open_in_browser", lambda address: opened.append(address) or len(opened) == 1)
    assert tidebook("open", "--out", str(built)).output == ""
    address = (built / "latest" / "report" / "index.html").resolve().as_uri()
    assert address in tidebook("open", "--out", str(built)).output
    assert opened == [address, address]
    missing = tidebook("open", "--out", str(tmp_path))
    assert (missing.exit_code, "run `tidebook build` first" in missing.output) == (2, True)


@pytest.fixture(scope="module")
def port(built: Path) -> Iterator[int]:
    """The port of a server of the built releases."""
    with report_server(built, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def asked(port: int, path: str, host: str = "") -> tuple[int, str, bytes]:
    """Return status, place that is led to, and body of an answer."""
    connection = http.client.HTTPConnection(HERE, port, timeout=10)
    connection.putrequest("GET", path, skip_host=True)
    connection.putheader("Host", host or f"{HERE}:{port}")
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers.get("Location", ""), body


def test_the_server_gives_releases_and_nothing_else(built: Path, port: int) -> None:
    assert asked(port, "/")[:2] == (302, "/latest/report/index.html")
    page = (built / "latest" / "report" / "index.html").read_bytes()
    assert asked(port, "/latest/report/index.html") == (200, "", page)
    release = (built / "latest").resolve().name
    assert asked(port, f"/releases/{release}/report/index.html")[2] == page
    for path in ("/store/figures/current", "/releases/", "/latest/tables", "/latest/../store/figures/current",
                 "/%2e%2e/%2e%2e/etc/passwd", "/latest/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd"):  # fmt: skip
        assert asked(port, path)[0] in (301, 404), path
        assert b"root:" not in asked(port, path)[2]


@pytest.mark.parametrize("path", ["/latest/report/%00", "/releases/a%00b", "/latest/" + "x" * 5_000, "/%ff%00"])
def test_a_path_that_no_file_can_have_is_not_found(port: int, path: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert asked(port, path)[0] == 404
    assert "Traceback" not in capfd.readouterr().err


def test_the_server_gives_nothing_that_a_release_links_to(built: Path, tmp_path: Path) -> None:
    """A release may come from elsewhere: its links lead nowhere, and a FIFO in it is not waited for."""
    out = Path(shutil.copytree(built, tmp_path / "out", symlinks=True))
    report = (out / "latest").resolve() / "report"
    (report / "passwd").symlink_to("/etc/passwd")
    os.mkfifo(report / "fifo")
    with report_server(out, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name, status in {"passwd": 404, "fifo": 404, "": 200, "index.html": 200}.items():
            assert asked(server.server_address[1], f"/latest/report/{name}")[0] == status
        server.shutdown()


def test_the_server_answers_to_no_other_name(port: int) -> None:
    assert asked(port, "/latest/report/index.html", f"localhost:{port}")[0] == 200
    assert asked(port, "/latest/report/index.html", f"elsewhere.example:{port}")[0] == 403


@pytest.mark.parametrize("command", ["ui", "build"])
def test_an_output_that_is_a_link_to_nothing_is_refused(command: str, raw: Path, out: Path) -> None:
    out.symlink_to("nowhere")
    result = tidebook(command, "--raw", str(raw), "--out", str(out))
    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == f"error: {out}: expected a folder for results, not a link to nothing"
    assert not (out.parent / "nowhere").exists()


def test_a_port_in_use_is_reported(raw: Path, out: Path) -> None:
    """Below the ports that a system hands out by itself, so that no other test can be given the neighbour meanwhile."""
    for taken in range(20_001, 30_000, 2):
        try:
            check_free(taken - 1)
            server = report_server(out, taken)
        except InputError:
            continue
        break
    with server:
        for given in (taken, taken - 1):
            result = tidebook("ui", "--raw", str(raw), "--out", str(out), "--port", str(given))
            assert result.exit_code == 2, result.output
            assert f'--port: found "{taken}", expected a free port' in result.output
