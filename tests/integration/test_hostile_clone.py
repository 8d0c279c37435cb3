"""Clones whose configuration, attributes or objects are an attack: nothing of them runs or is written outside."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import SMALL, tidebook
from tests.integration.test_review import CALM, commit_first, git

TEXT = "Sales rose from $25 million to $30 million, up 20%.\n"


@pytest.fixture
def article(tmp_path: Path) -> Path:
    """An article in git, which also has a text and the history of a file of data."""
    folder = tmp_path / "site" / "article"
    shutil.copytree(SMALL, folder)
    (folder / "text.md").write_text(TEXT)
    (folder / "people.csv").write_text("country,year,people\nPRT,2019,10\n")
    commit_first(folder.parent, "Add the article")
    return folder


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A program that leaves a trace when it runs, whatever it is run for."""
    program = tmp_path / "evil"
    program.write_text(f'#!/bin/sh\ntouch "{tmp_path}/ran"\ncat\n')
    program.chmod(0o755)
    return program


def configure(folder: Path, **values: object) -> None:
    for name, value in values.items():
        git(folder, "config", name.replace("__", "."), str(value))


def with_filter(article: Path, canary: Path) -> None:
    configure(article, filter__evil__smudge=canary, filter__evil__required="true")
    (article.parent / ".git" / "info").mkdir(exist_ok=True)
    (article.parent / ".git" / "info" / "attributes").write_text("* filter=evil diff=evil\n")


def with_external_diff(article: Path, canary: Path) -> None:
    configure(article, diff__external=canary, diff__evil__textconv=canary, diff__evil__command=canary)
    (article.parent / ".git" / "info").mkdir(exist_ok=True)
    (article.parent / ".git" / "info" / "attributes").write_text("* diff=evil\n")


def with_monitor_pager_and_hooks(article: Path, canary: Path) -> None:
    configure(article, core__fsmonitor=canary, core__pager=canary, core__hooksPath=canary.parent, pager__log=canary)
    for hook in ("post-checkout", "post-index-change", "reference-transaction"):
        shutil.copy(canary, canary.parent / hook)


def with_signature_program(article: Path, canary: Path) -> None:
    """A signed commit, whose signature `git log` verifies where the configuration asks for it."""
    commit = subprocess.check_output(["git", "cat-file", "commit", "HEAD"], cwd=article, text=True)
    head, _, message = commit.partition("\n\n")
    signed = f"{head}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n{message}"
    found = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin"], cwd=article, input=signed, text=True,
        capture_output=True, check=True,
    )  # fmt: skip
    git(article, "update-ref", "HEAD", found.stdout.strip())
    configure(article, log__showSignature="true", gpg__program=canary)


CONFIGURED: list[Callable[[Path, Path], None]] = [
    with_filter, with_external_diff, with_monitor_pager_and_hooks, with_signature_program,
]  # fmt: skip


@pytest.mark.parametrize("attack", CONFIGURED)
def test_no_program_of_a_configuration_runs(
    article: Path, canary: Path, attack: Callable[[Path, Path], None], tmp_path: Path
) -> None:
    attack(article, canary)
    assert tidebook("review", "HEAD", "--raw", str(article)).stdout == CALM
    assert tidebook("review", "HEAD", "--text", str(article / "text.md")).exit_code == 0
    add = tidebook("sources", "add", f"git:{article.parent}:article/people.csv", "--raw", str(article))
    assert add.exit_code == 0, add.output
    assert not (tmp_path / "ran").exists()


def test_a_file_left_at_a_remote_is_not_fetched(article: Path, canary: Path, tmp_path: Path) -> None:
    """The remote of a partial clone is asked by a program that the configuration may name."""
    for name, value in {
        "core.repositoryFormatVersion": "1", "extensions.partialClone": "origin", "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::{canary}", "protocol.ext.allow": "always",
    }.items():  # fmt: skip
        git(article, "config", name, value)
    lost = subprocess.check_output(["git", "rev-parse", "HEAD:./text.md"], cwd=article, text=True).strip()
    (article.parent / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    result = tidebook("review", "HEAD", "--raw", str(article))
    assert result.exit_code == 2
    assert "text.md: found" in result.stderr and "a file that this clone has" in result.stderr
    assert tidebook("review", "HEAD", "--text", str(article / "text.md")).exit_code == 2
    assert not (tmp_path / "ran").exists()


def test_a_folder_of_the_article_that_looks_like_a_repository_is_none(
    article: Path, canary: Path, tmp_path: Path
) -> None:
    """Whoever writes to the article could put a bare repository into it, whose configuration git would read."""
    git(article.parent, "clone", "--quiet", "--bare", ".", str(tmp_path / "bare"))
    configure(tmp_path / "bare", filter__evil__smudge=canary, core__fsmonitor=canary)
    for each in (tmp_path / "bare").iterdir():
        (shutil.copytree if each.is_dir() else shutil.copy)(each, article / each.name)
    assert tidebook("review", "HEAD", "--raw", str(article)).exit_code == 2
    assert not (tmp_path / "ran").exists()


def test_a_bare_clone_that_is_named_has_a_history(article: Path, tmp_path: Path) -> None:
    git(article.parent, "clone", "--quiet", "--bare", ".", str(tmp_path / "mirror.git"))
    address = f"git:{tmp_path}/mirror.git:article/people.csv"
    assert tidebook("sources", "add", address, "--raw", str(article)).exit_code == 0


def test_a_file_in_lfs_is_named_and_not_read_as_its_pointer(article: Path) -> None:
    (article / "people.csv").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
    git(article, "commit", "--quiet", "--all", "--message", "Move to LFS")
    result = tidebook("review", "HEAD", "--raw", str(article))
    assert result.exit_code == 2
    assert "people.csv: found" in result.stderr and "not Git LFS" in result.stderr


def add_tree(repository: Path, entries: list[tuple[str, str, str]]) -> str:
    """Write a tree as it is given, which git itself would refuse to make; return its id."""
    content = b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(known) for mode, name, known in entries)
    data = b"tree %d\0" % len(content) + content
    found = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    place = repository / ".git" / "objects" / found[:2] / found[2:]
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(zlib.compress(data))
    return found


def blob(repository: Path, content: str) -> str:
    found = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"], cwd=repository, input=content, text=True, capture_output=True,
        check=True,
    )  # fmt: skip
    return found.stdout.strip()


def test_trees_that_git_would_not_make_write_nothing_outside(article: Path, tmp_path: Path) -> None:
    """A path up, a link with files below it, the same file twice."""
    site = article.parent
    text = blob(site, "text")
    inner = add_tree(site, [("100644", "pwned", text)])
    trees = {
        "up": [("40000", "..", inner)],
        "above": [("100644", "../pwned", text)],
        "through a link": [("120000", "a", blob(site, str(tmp_path))), ("40000", "a", inner)],
        "twice": [("100644", "a", text), ("100644", "a", text)],
        "a file as folder": [("100644", "a", text), ("40000", "a", inner)],
    }
    for name, entries in trees.items():
        # As a folder of the repository, since revisions are looked up at the article's place.
        top = add_tree(site, [("40000", "article", add_tree(site, entries))])
        result = tidebook("review", top, "--raw", str(article))
        assert (result.exit_code, result.stderr.startswith("error: ")) == (2, True), f"{name}: {result.output}"
    assert not list(tmp_path.glob("**/pwned"))


def test_a_tree_of_a_billion_files_is_refused_at_once(article: Path) -> None:
    site = article.parent
    inner = add_tree(site, [("100644", f"{number}", blob(site, "x")) for number in range(10)])
    for _ in range(8):
        inner = add_tree(site, [("40000", f"{number}", inner) for number in range(10)])
    top = add_tree(site, [("40000", "article", inner)])
    result = tidebook("review", top, "--raw", str(article))
    assert result.exit_code == 2
    assert "a revision of at most 20,000 files" in result.stderr
