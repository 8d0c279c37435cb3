"""Shared fixtures: a private copy of the raw folder, and builds into a scratch folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.publishers import FILES, REVISED, publishing

ROOT = Path(__file__).resolve().parents[1]
LEDGER = ("TIDEBOOK_LEDGER", "TIDEBOOK_LEDGER_DATA", "TIDEBOOK_LEDGER_MEMORY", "TIDEBOOK_LEDGER_BAD")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    own = (f"TIDEBOOK_{name}" for name in ("RAW", "OUT", "SNAPSHOTS", "MIRROR", "CONTACT"))
    for name in ("DAGSTER_HOME", *own, *LEDGER):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A copy of the raw folder that a test may edit."""
    folder = tmp_path / "raw"
    shutil.copytree(ROOT / "raw", folder)
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An output folder that does not exist yet."""
    return tmp_path / "out"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of one build of the committed raw folder, not to be changed."""
    folder = tmp_path_factory.mktemp("built")
    result = tidebook("build", "--raw", str(ROOT / "raw"), "--out", str(folder))
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def already_built(built: Path, out: Path) -> Path:
    """The output folder of a test as a build of the committed raw folder leaves it."""
    return Path(shutil.copytree(built, out, symlinks=True))


@pytest.fixture(scope="session")
def sourced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder (raw, snapshots, out) with two vintages of sources and one build, not to be changed."""
    folder = tmp_path_factory.mktemp("sourced")
    shutil.copytree(ROOT / "raw", folder / "raw")
    with publishing(dict(FILES)) as publisher, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIDEBOOK_MIRROR", publisher.address)
        for files in (FILES, REVISED):
            publisher.files |= files
            result = tidebook("sources", "fetch", "--raw", str(folder / "raw"))
            assert result.exit_code == 0, result.output
    result = tidebook("build", "--raw", str(folder / "raw"), "--out", str(folder / "out"))
    assert result.exit_code == 0, result.output
    return folder


def tidebook(*arguments: str) -> Result:
    """Run a command of the command line in this process."""
    from pipelines.cli import app

    return CliRunner().invoke(app, arguments)


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that occurs once in a file."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
