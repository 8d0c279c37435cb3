"""The site in a browser: everyone can read its first pages, light on a screen and dark on a phone.

Building it takes half a minute, so that this runs where TIDEBOOK_LONG is set.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import ROOT

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: the site is shown in no browser"),
    pytest.mark.skipif(not os.environ.get("TIDEBOOK_LONG"), reason="builds the site: TIDEBOOK_LONG=1"),
]
VIEWS = [("light", 1280, 800), ("dark", 390, 844)]
OF_THE_THEME = {"landmark-unique"}
"""Each button that copies a block is a landmark of its own, all of one name."""


class _Nav(yaml.SafeLoader):
    """Reads mkdocs.yml, whose tags name functions."""


_Nav.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: suffix)


def first_pages() -> list[str]:
    """Return the pages for people: those of the navigation that are in no section."""
    nav = yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), _Nav)["nav"]  # noqa: S506 - a safe loader
    return [page for entry in nav for page in entry.values() if isinstance(page, str)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as started:
        shown = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield shown
        shown.close()


@pytest.mark.parametrize(("scheme", "width", "height"), VIEWS)
def test_everyone_can_read_the_first_pages(site: Path, browser: Browser, scheme: str, width: int, height: int) -> None:
    for name in first_pages():
        page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": height})  # type: ignore[arg-type]
        page.goto((site / name).with_suffix(".html").as_uri())
        found = Axe().run(page).response["violations"]
        told = [(each["id"], each["nodes"][0]["html"]) for each in found if each["id"] not in OF_THE_THEME]
        assert told == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        page.close()
