"""README followed word by word on a clean machine: a clone, an empty home, and `make report` as the first command.

It installs some 600 MB, so that it runs where TIDEBOOK_LONG is set. It prints how long it took to see something.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.integration.test_pages import NOT_RUN
from tests.pages import compare, follow

pytestmark = pytest.mark.skipif(not os.environ.get("TIDEBOOK_LONG"), reason="installs everything: TIDEBOOK_LONG=1")

OF_THE_MACHINE = re.compile(r"(PIP|UV|SSL|LC)_|LANG|(\w*_proxy|\w*_PROXY)$")
"""Variables by which a machine reaches its registry, and its language."""
SKIPPED = {pattern for pattern in NOT_RUN if pattern != "make "}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of what is committed, without an environment."""
    folder = tmp_path_factory.mktemp("clean") / "tidebook"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    return folder


def in_a_new_shell(home: Path, times: dict[str, float]) -> Callable[[str, str | None, Path], None]:
    """Return what runs a command of README in the clone, as somebody would who has nothing but Python, make and git."""
    kept = {name: value for name, value in os.environ.items() if OF_THE_MACHINE.match(name)}
    start = time.monotonic()

    def run(command: str, expected: str | None, folder: Path) -> None:
        if command.startswith("make ") and command != "make report && . .venv/bin/activate":
            return
        if any(re.match(pattern, command) for pattern in SKIPPED):
            return
        paths = os.pathsep.join([str(folder / ".venv" / "bin"), "/usr/local/bin", "/usr/bin", "/bin"])
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, env={**kept, "PATH": paths, "HOME": str(home)}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=1_800, check=False,
        )  # fmt: skip
        times[command] = time.monotonic() - start
        found = bool(expected and re.search("^[0-9]+ errors?", expected, re.MULTILINE))
        compare(command, expected, done.stdout, done.returncode - int(found))

    return run


def test_readme_works_word_by_word_on_a_clean_machine(clone: Path, tmp_path: Path) -> None:
    times: dict[str, float] = {}
    follow((ROOT / "README.md").read_text("utf-8"), clone, in_a_new_shell(tmp_path, times), strict=False)
    assert (clone / "harbour-out" / "latest" / "report" / "index.html").is_file()
    assert (clone / "out" / "latest" / "report" / "index.html").is_file()
    installed = times["make report && . .venv/bin/activate"]
    for command in ("tidebook read harbour.md", "tidebook build my-harbour --out harbour-out"):
        (took,) = [seconds for name, seconds in times.items() if name.startswith(command)]
        print(f"{command}: {took - installed:.0f} s after {installed:.0f} s to install and build the sample")  # noqa: T201
