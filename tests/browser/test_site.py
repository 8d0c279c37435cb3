"""The site in a browser: everyone can read its pages, light on a screen and dark on a phone.

Building it takes half a minute, so that this runs where TIDEBOOK_LONG is set.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import ROOT

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: the site is shown in no browser"),
    pytest.mark.skipif(not os.environ.get("TIDEBOOK_LONG"), reason="builds the site: TIDEBOOK_LONG=1"),
]
VIEWS = [("light", 1280, 800), ("dark", 390, 844)]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str]]]:
    """Yield the address at which the site is served, since search works on no file, and the names of its pages."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, check=True, capture_output=True)
    pages = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", [name for name in pages if not name.startswith("reports/")]
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as started:
        shown = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield shown
        shown.close()


@pytest.mark.parametrize(("scheme", "width", "height"), VIEWS)
def test_everyone_can_read_each_page(
    site: tuple[str, list[str]], browser: Browser, scheme: str, width: int, height: int
) -> None:
    address, names = site
    assert len(names) > 90
    for name in names:
        page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": height})  # type: ignore[arg-type]
        page.goto(f"{address}/{name}")
        found = Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        page.close()
