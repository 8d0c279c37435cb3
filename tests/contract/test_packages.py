"""What is packed: listed files only. What is installed beside it: locks that plain pip takes by their hashes."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pathspec import GitIgnoreSpec

from tests.conftest import ROOT
from tests.contract.test_deploy import not_ignored

LOCKS = sorted(ROOT.glob("requirements*.lock"))
PINNED = re.compile(r"([a-z0-9-]+)(?:\[([a-z0-9, -]+)\])?==[^ ;]+( ; [^\\]+)? \\")


def test_packages_and_image_hold_listed_files_and_nothing_that_lies_beside_them() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["include"]
    assert not [line for line in not_ignored() if "*" in line and f"/{line}" not in listed], "the same in both"
    assert not [line for line in listed if line[1:] not in not_ignored()], "the same in both"
    own = ("pipelines/", "plugins/", "raw/", "schemas/", "tidebook/")
    listing = subprocess.run(["git", "ls-files", *own], cwd=ROOT, capture_output=True, text=True, check=True)
    tracked = [name for name in listing.stdout.splitlines() if not (ROOT / name).is_symlink()]
    planted = [
        f"{folder}{name}"
        for folder in (*own, "raw/article/", "pipelines/report/templates/", "deploy/")
        for name in (".env", "secret.pem", "notes.txt", ".hidden/a.csv", "a.csv~")
    ]
    taken = GitIgnoreSpec.from_lines(listed).match_files([*tracked, *planted])
    assert sorted(taken) == sorted(tracked)


def test_an_extra_that_a_page_names_exists_and_readme_names_that_of_each_engine_it_shows() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    readme, *pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    text = readme.read_text(encoding="utf-8")
    for page in (readme, *pages):
        assert set(re.findall(r"tidebook\[([a-z0-9]+)\]", page.read_text(encoding="utf-8"))) <= set(extras), page
    shown = set(re.findall(r'engine="([a-z]+)"', text)) & set(extras)
    assert shown == {"polars"} and all(f'pip install "tidebook[{extra}]"' in text for extra in shown)


def pinned(lock: Path) -> dict[str, set[str]]:
    """Return the libraries of a lock with their extras, by name."""
    lines = [line for line in lock.read_text(encoding="utf-8").splitlines() if re.match("[^ #]", line)]
    found = [PINNED.fullmatch(line) for line in lines]
    assert all(found), lines[found.index(None)]
    return {match[1]: set(filter(None, re.split(", ?", match[2] or ""))) for match in found if match}


def test_what_is_installed_is_what_is_tested() -> None:
    runtime, tested = (
        set(re.findall(r"^([\w.-]+)(?:\[.+\])?(==\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert runtime and runtime - tested == set()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_pins_each_library_with_the_extras_that_others_need_and_names_no_address(lock: Path) -> None:
    """Pip takes `gql==4` for no pin of `gql[requests]`: with hashes it then refuses the whole lock."""
    libraries = pinned(lock)
    needed = set()
    for name, extras in libraries.items():
        try:
            wanted = map(Requirement, requires(name) or [])
        except PackageNotFoundError:
            continue
        for each in wanted:
            if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in (*extras, "")):
                needed |= {(canonicalize_name(each.name), extra) for extra in each.extras}
    assert not [(name, extra) for name, extra in sorted(needed) if extra not in libraries.get(name, ())]
    assert not re.search("^-|://", lock.read_text(encoding="utf-8"), re.MULTILINE)
