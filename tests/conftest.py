"""Shared fixtures: a private copy of the dossier, and builds into a scratch folder."""

from __future__ import annotations

import gc
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from click.testing import CliRunner, Result
from filelock import FileLock

from tests.publishers import FILES, REVISED, publishing
from tidebook.pipelines.commands.main import NEW_OBJECTS
from tidebook.pipelines.read.dossier.checked import read_dossier
from tidebook.pipelines.read.rawfile import read_raw
from tidebook.schemas.units import use_units

ROOT = Path(__file__).resolve().parents[1]
SHIPPED, MARATHON = ROOT / "raw", ROOT / "examples" / "marathon"
SMALL = ROOT / "tests" / "small"
"""Three shops, two claims, one reference: what a test of the engine builds, since a reader sees all of it at once."""
_DECLARED = read_dossier(read_raw(SHIPPED, "dossier.toml"))
ARTICLE, SHIPPED_UNITS = _DECLARED.article, _DECLARED.declared_units
LONG = bool(os.environ.get("TIDEBOOK_LONG"))
"""Whether counts of histories, mutants and examples are those of `make torture`: else a sample of each."""

SAMPLED = ("browser", "integration", "ledger", "reliability", "simulation")
"""Folders of tests that build dossiers, start processes or serve: hours of them are for `make torture`."""
WHOLE = (
    "test_build", "test_disputes", "test_golden", "test_language", "test_odd_surroundings", "test_own_figures",
    "test_table_findings", "test_unreadable", "test_verify",
)  # fmt: skip
"""Of these, what is in every run: the main job, its tables on record, and what a verdict means."""
ONE_IN = 8

MEMORY, ROOM = Path("/dev/shm"), 4 << 30
LEDGER = ("TIDEBOOK_LEDGER", "TIDEBOOK_LEDGER_DATA", "TIDEBOOK_LEDGER_MEMORY", "TIDEBOOK_LEDGER_BAD")


def pytest_configure(config: pytest.Config) -> None:
    """Give Hypothesis time, and temporary folders a place in memory where there is room: builds sync small files."""
    hypothesis.settings.register_profile("tests", deadline=None)
    hypothesis.settings.load_profile("tests")
    gc.set_threshold(NEW_OBJECTS)  # as the command has it
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out most of the slow tests, always the same ones, unless all are asked for."""
    if LONG or len({item.path for item in items}) == 1:
        return
    kept, left_out = [], []
    for item in items:
        slow = item.path.parent.name in SAMPLED and item.path.stem not in WHOLE
        chosen = int(hashlib.sha256(item.nodeid.encode()).hexdigest(), 16) % ONE_IN == 0
        (left_out if slow and not chosen else kept).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


def pytest_collectstart() -> None:
    """Have the units of the shipped dossier while a module is imported, whatever the one before it has read."""
    _use_shipped_units()


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what is worth keeping between commands, and the secret, in one place for all tests, not in the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIDEBOOK_CACHE", str(made_once(tmp_path_factory, "cache", lambda folder: None)))
        patch.setenv("XDG_CONFIG_HOME", str(made_once(tmp_path_factory, "configuration", lambda folder: None)))
        yield


@pytest.fixture(scope="module", autouse=True)
def _units_of_the_module() -> None:
    _use_shipped_units()


@pytest.fixture(autouse=True)
def _units_of_the_test() -> None:
    _use_shipped_units()


def _use_shipped_units() -> None:
    """Have the units of the shipped dossier: what was read since has its own."""
    use_units(SHIPPED_UNITS)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    own = (f"TIDEBOOK_{name}" for name in ("RAW", "OUT", "SNAPSHOTS", "MIRROR", "CONTACT", "KEY"))
    for name in ("DAGSTER_HOME", *own, *LEDGER):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def dossier(request: pytest.FixtureRequest) -> Path:
    """The folder that a module builds: the small one, or its `DOSSIER` where the subject is what only another has."""
    return Path(getattr(request, "param", getattr(request.module, "DOSSIER", SMALL)))


ON_SHIPPED = pytest.mark.parametrize("dossier", [SHIPPED], indirect=True)
"""For tests of what only the shipped dossier has, in a module that builds a smaller one."""


@pytest.fixture
def raw(dossier: Path, tmp_path: Path) -> Path:
    """A copy of the dossier that a test may edit."""
    return Path(shutil.copytree(dossier, tmp_path / "raw"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An output folder that does not exist yet."""
    return tmp_path / "out"


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that the first of the processes of a test run to ask for it has made for all."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = shared / name, shared / f"{name}.done"
    with FileLock(shared / f"{name}.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def built_once(factory: pytest.TempPathFactory, dossier: Path) -> Path:
    """Return the output folder of one build of a dossier, not to be changed."""

    def make(folder: Path) -> None:
        result = tidebook("build", "--raw", str(dossier), "--out", str(folder))
        assert result.exit_code == 0, result.output

    return made_once(factory, f"built-{dossier.name}", make)


@pytest.fixture(scope="module")
def built(dossier: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of one build of the dossier as committed, not to be changed."""
    return built_once(tmp_path_factory, dossier)


@pytest.fixture(scope="session")
def marathon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of one build of the smaller example, not to be changed."""
    return built_once(tmp_path_factory, MARATHON)


@pytest.fixture
def already_built(built: Path, out: Path) -> Path:
    """The output folder of a test as a build of the dossier as committed leaves it."""
    return Path(shutil.copytree(built, out, symlinks=True))


@pytest.fixture(scope="session")
def sourced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder (raw, snapshots, out) with two vintages of sources and one build, not to be changed."""

    def make(folder: Path) -> None:
        shutil.copytree(ROOT / "raw", folder / "raw")
        with publishing(dict(FILES)) as publisher, pytest.MonkeyPatch.context() as patch:
            patch.setenv("TIDEBOOK_MIRROR", publisher.address)
            for files in (FILES, REVISED):
                publisher.files |= files
                result = tidebook("sources", "fetch", "--raw", str(folder / "raw"))
                assert result.exit_code == 0, result.output
        result = tidebook("build", "--raw", str(folder / "raw"), "--out", str(folder / "out"))
        assert result.exit_code == 0, result.output

    return made_once(tmp_path_factory, "sourced", make)


def tidebook(*arguments: str) -> Result:
    """Run a command of the command line in this process."""
    from tidebook.pipelines.commands.app import app

    return CliRunner().invoke(app, arguments)


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that occurs once in a file."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
