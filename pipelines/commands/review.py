"""The command `review`: what a change of an article does to its outcomes, as Markdown for a pull request.

Belongs here: finding and building what is compared. Does not: what is said of it (`compare.review`).
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
from click.exceptions import Exit

from tidebook.pipelines.commands.common import named_release, raw_option
from tidebook.pipelines.commands.compare import release_metrics, release_tables
from tidebook.pipelines.commands.outcomes import FAIL_ON_NEW, tell_failing, unwanted_since
from tidebook.pipelines.commands.terminal import print_text, tell
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.dossier.sections import is_dossier
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.settings import Settings, cache, settings
from tidebook.releases import LocalRelease, latest


@click.command()
@click.argument("base", metavar="BASE")
@click.argument("head", default="", metavar="[HEAD]")
@raw_option
@click.option("--fail-on", metavar="WORDS", help=FAIL_ON_NEW)
def review(base: str, head: str, raw: Path | None, fail_on: str | None) -> None:
    """Review a change: which outcomes turned from BASE to HEAD, and why, as Markdown.

    Each is a revision of git, an article folder, or a release. HEAD is the article folder by default. Nothing is
    published: what has to be built is built in a cache.
    """
    unwanted, only_new = unwanted_since(fail_on or "")
    from tidebook.pipelines.compare.changes import compare
    from tidebook.pipelines.compare.review import judged_rows, markdown

    folders = settings(raw)
    before, after = _release(base, folders), _release(head or str(folders.raw), folders)
    old, new = release_tables(before), release_tables(after)
    dossier, metrics = release_metrics(after, old, new)
    was, now = judged_rows(old), judged_rows(new)
    print_text(markdown(was, now, compare(old, new, metrics, dossier.tables)))
    if tell_failing(unwanted, only_new, was, now):
        raise Exit(1)


def _release(named: str, folders: Settings) -> LocalRelease:
    """Return what an argument names as a release, which is built in a cache if need be.

    Raises:
        InputError: it is no folder, release or revision, or it cannot be built.
    """
    path = Path(named)
    if is_dossier(path):
        return built_folder(path)
    tree = _git(folders.raw, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{named}:./")
    if tree is None:
        return named_release(named, folders)
    return _built_revision(tree.decode().strip(), folders)


def built_folder(path: Path) -> LocalRelease:
    """Build an article folder in the cache.

    Raises:
        InputError: an input is bad.
    """
    place = cache() / "review" / digest(str(path.resolve()))[:16]
    return _built(replace(settings(path), out=place, remote=None))


def _built_revision(tree: str, folders: Settings) -> LocalRelease:
    """Build the article folder as a tree of git has it, with the snapshots of sources that are here now."""
    with _checked_out(tree, folders.raw) as raw:
        return _built(replace(folders, raw=raw, out=cache() / "review" / tree, remote=None))


@contextmanager
def _checked_out(tree: str, raw: Path) -> Iterator[Path]:
    """Yield a temporary folder with the files of a tree."""
    # In a folder below the top, git would look for that folder in the tree.
    top = _git(raw, "rev-parse", "--show-toplevel")
    archive = _git(Path(top.decode().rstrip("\n")), "archive", "--format=tar", tree) if top else None
    if archive is None:
        raise InputError(Problem(str(raw), "a folder that git can archive", text=tree))
    with tempfile.TemporaryDirectory(prefix="tidebook-") as scratch:
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(scratch, filter="data")
        yield Path(scratch)


def _git(folder: Path, *arguments: str) -> bytes | None:
    """Return what git prints, None if it fails or is not installed."""
    program = shutil.which("git")
    if program is None:
        return None
    done = subprocess.run([program, "-C", str(folder), *arguments], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def _built(folders: Settings) -> LocalRelease:
    from tidebook.pipelines.commands.progress import shown_run
    from tidebook.pipelines.graph.graph import graph_of
    from tidebook.pipelines.graph.store import Store
    from tidebook.pipelines.release.build import build_release

    folders.out.mkdir(parents=True, exist_ok=True)
    with Store(folders.out).exclusive(), shown_run() as observer:
        build_release(folders, graph_of(folders), observer)
        release = latest(folders.out)
    if release is None:
        raise InputError(Problem(str(folders.out), "a folder in which a release can be built"))
    tell(f"built {folders.raw}", err=True)
    return release
