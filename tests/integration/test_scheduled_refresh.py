"""The scheduled job of docs/commands.md, run as a shell would: silent where nothing turned, else a review."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, edit
from tests.integration.test_review import shell
from tests.publishers import FILES, REVISED, publishing


@pytest.fixture
def project(sourced: Path, tmp_path: Path) -> Path:
    """A folder with an article, the snapshots of its sources, and a release built from both."""
    for name in ("raw", "snapshots", "out"):
        shutil.copytree(sourced / name, tmp_path / name, symlinks=True)
    return tmp_path


def refresh(project: Path, mirror: str) -> subprocess.CompletedProcess[str]:
    """Run the job."""
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    found = re.search(r"### Evidence that moves\n.*?```sh\n(.*?)```", page, re.DOTALL)
    assert found
    return shell(found[1].replace("my-article", "raw"), project, TIDEBOOK_MIRROR=mirror)


def test_a_refresh_is_silent_until_an_outcome_changes(project: Path) -> None:
    with publishing({**FILES, **REVISED}) as publisher:
        calm = refresh(project, publisher.address)
        assert (calm.returncode, calm.stdout, calm.stderr) == (0, "", "")
        edit(project / "raw" / "article" / "regional_funding.csv", "China,$8B", "China,$80B")
        turned = refresh(project, publisher.address)
        assert turned.returncode == 1
        assert "### Tidebook: 1 outcome changed" in turned.stdout and "`us_majority`" in turned.stdout
        again = refresh(project, publisher.address)
        assert (again.returncode, again.stdout) == (0, ""), "it is told once"
