"""Every Python gives the same bytes, and the oldest and newest libraries the same answers, for each dossier that ships.

Their environments are made beside the test's own: `make versions`. What is not on this machine is told as skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import ROOT
from tests.reliability.conftest import LONG, State
from tidebook.places import RECORD, RECORD_TABLE

VERSIONS = ("3.11", "3.12", "3.13")
DOSSIERS = (ROOT / "raw", *sorted(path.parent for path in (ROOT / "examples").glob("*/dossier.toml")))
TOLD = ("manifest.json", "ro-crate-metadata.json", RECORD, RECORD_TABLE)
"""Files that name the Python that made them."""


def interpreters(version: str) -> Iterator[str]:
    """Yield what may be a Python of this version: on the path, or one of pyenv's."""
    if found := shutil.which(f"python{version}"):
        yield found
    yield from map(
        str, Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser().glob(f"versions/{version}*/bin/python")
    )


def environment(version: str) -> str | None:
    """Return the Python of an environment with the libraries of the lock; None where it cannot be made."""
    folder = Path(sys.prefix, f"python{version}")
    python, uv = str(folder / "bin" / "python"), str(Path(sys.prefix, "bin", "uv"))
    install = [uv, "pip", "install", "--quiet", "--python", python]
    rest = [[*install, "-r", "requirements.lock"], [*install, "--no-deps", "--editable", "."]]
    for interpreter in interpreters(version):
        make = [uv, "venv", "--quiet", "--allow-existing", "--python", interpreter, str(folder)]
        if all(
            subprocess.run(step, cwd=ROOT, capture_output=True, check=False).returncode == 0 for step in (make, *rest)
        ):
            return python
    return None


def content(python: str, raw: Path, out: Path) -> dict[str, bytes]:
    """Return the files of the release that a Python makes of a dossier, without those that name it."""
    command = [python, "-m", "tidebook.pipelines.commands.app", "build", "--raw", str(raw), "--out", str(out)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    release = (out / "latest").resolve()
    files = {path.relative_to(release).as_posix(): path.read_bytes() for path in release.rglob("*") if path.is_file()}
    return {path: data for path, data in files.items() if path not in TOLD}


@pytest.mark.skipif(not LONG, reason="needs an environment for each Python: `make versions`")
def test_every_python_gives_the_same_bytes(scratch: Path, state: State) -> None:
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    others = {version: python for version in VERSIONS if version != own and (python := environment(version))}
    if absent := sorted({*VERSIONS} - {own, *others}):
        state(f"SKIPPED: Python {', '.join(absent)} with the locked libraries cannot be had here")
    count = 0
    for raw in DOSSIERS:
        mine = content(sys.executable, raw, scratch / own / raw.name)
        count += len(mine)
        for version, python in others.items():
            theirs = content(python, raw, scratch / version / raw.name)
            assert sorted(mine) == sorted(theirs)
            assert [path for path in mine if mine[path] != theirs[path]] == [], (raw.name, version)
    state(
        f"Python {own} and {' and '.join(others) or 'no other'}: {len(DOSSIERS)} dossiers, {count} files, byte for byte"
    )


NEAR = 1e-10
"""The largest relative difference of numbers computed by another version of NumPy."""
TESTED = (
    ["tests/unit", "tests/contract"],
    ["tests/integration/test_fresh_and_stale.py"],
    ["tests/integration/test_component.py"],
    ["tests/integration/test_dagster.py"],
)
"""What tells whether another version of a library breaks the project; a file by itself runs whole."""
LEFT_OUT = (
    "tests/unit/test_readability.py",
    "tests/contract/test_layering.py",
    "tests/contract/test_packages.py",
    "tests/contract/test_safe_code.py",
    "tests/contract/test_secrets.py",
    "tests/unit/test_toml_schemas.py",
)
"""Of these, what judges the text of the code, which no library changes, and schemas that the locked pydantic wrote."""
TOOLS = (
    "pytest", "pytest-xdist", "hypothesis", "obstore", "cryptography", "duckdb", "frictionless", "genai-prices",
    "jsonschema", "junitparser", "openpyxl", "polars", "pycountry", "rapidfuzz", "rocrate", "scipy", "selectolax",
    "statsmodels", "xlsxwriter",
)  # fmt: skip
"""What these tests import beside the package."""

BOUNDS = {"oldest": "lowest-direct", "newest": "highest"}
"""The ends of the range of libraries that the package accepts, as uv's `--resolution` has them."""


def at_bound(name: str) -> str:
    """Return the Python of an environment with the oldest or the newest libraries that the package accepts."""
    folder = Path(sys.prefix, name)
    python, uv = str(folder / "bin" / "python"), str(Path(sys.prefix, "bin", "uv"))
    make = [uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(folder)]
    install = [uv, "pip", "install", "--quiet", "--python", python]
    accepted = [*install, "--upgrade", "--resolution", BOUNDS[name], "--editable", "."]
    for command in (make, accepted):
        subprocess.run(command, cwd=ROOT, check=True)
    kept = folder / "kept.txt"
    kept.write_text("".join(f"{each}=={it}\n" for each, it in installed(python).items() if each != "tidebook"))
    subprocess.run([*install, "--constraint", str(kept), *TOOLS], cwd=ROOT, check=True)
    return python


def installed(python: str) -> dict[str, str]:
    """Return the version of each package of an environment."""
    command = [str(Path(sys.prefix, "bin", "uv")), "pip", "list", "--python", python, "--format", "json"]
    listed = subprocess.run(command, capture_output=True, check=True)
    return {each["name"]: each["version"] for each in json.loads(listed.stdout)}


def run_tests(python: str) -> None:
    """Run the tests that tell whether another version of a library breaks the project."""
    shown = ["-q", "-p", "no:cacheprovider", "-n", "2", "--dist", "loadfile", "-W", "default"]
    shown += [f"--ignore={path}" for path in LEFT_OUT]
    short = {name: value for name, value in os.environ.items() if name != "TIDEBOOK_LONG"}
    for paths in TESTED:
        command = [python, "-m", "pytest", *shown, *paths]
        done = subprocess.run(command, cwd=ROOT, env=short, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.skipif(not LONG, reason="needs an environment of its own: `make versions`")
@pytest.mark.parametrize("bound", BOUNDS)
def test_the_oldest_and_the_newest_libraries_give_the_same_answers(bound: str, scratch: Path, state: State) -> None:
    python, tables = at_bound(bound), 0
    for raw in DOSSIERS:
        content(sys.executable, raw, scratch / "own" / raw.name)
        content(python, raw, scratch / bound / raw.name)
        for path in sorted((scratch / "own" / raw.name / "latest" / "tables").glob("*.parquet")):
            theirs = pd.read_parquet(scratch / bound / raw.name / "latest" / "tables" / path.name)
            mine, shown = pd.read_parquet(path), f"{raw.name}: {path.name}"
            pd.testing.assert_frame_equal(mine, theirs, rtol=NEAR, atol=0, obj=shown)
            tables += 1
    run_tests(python)
    versions = installed(python)
    shown = ", ".join(f"{name} {versions[name]}" for name in ("dagster", "pandas", "numpy", "pyarrow", "pydantic"))
    state(f"{bound}, {shown}: {len(DOSSIERS)} dossiers, {tables} tables, the same answers")
