"""The command `review`: what a change of an article does to its outcomes, as Markdown for a pull request.

Belongs here: building what is compared. Does not: finding it in git (`revisions`), or what is said of it
(`compare.review`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from tidebook.pipelines.commands.common import raw_option, text_file, without_option
from tidebook.pipelines.commands.compare import release_metrics, release_tables
from tidebook.pipelines.commands.named import named_release
from tidebook.pipelines.commands.outcomes import FAIL_ON_NEW, is_unwanted, print_failing, unwanted_since
from tidebook.pipelines.commands.revisions import AbsentError, text_at, tree_at, why_unknown
from tidebook.pipelines.commands.terminal import is_quiet, print_line, print_text
from tidebook.pipelines.read.account import foreign_words, is_own
from tidebook.pipelines.read.clone import Clone
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.dossier.sections import is_dossier
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.outputs import cache
from tidebook.pipelines.read.plugin import has_lines
from tidebook.pipelines.read.rawfile import RawFile, read_raw
from tidebook.pipelines.read.settings import Settings, settings
from tidebook.pipelines.report.dossier_findings import shown_path
from tidebook.releases import LocalRelease, latest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from tidebook.pipelines.compare.review import Link
    from tidebook.pipelines.judge.finding import Finding
    from tidebook.pipelines.read.printed import Printed
    from tidebook.pipelines.read.text.document import Document
    from tidebook.schemas.base import Tables


class UnreadableError(AbsentError):
    """An article with bad input; some of its tables may still be readable."""

    def __init__(self, problems: Sequence[Problem], tables: Tables, printed: Printed) -> None:
        super().__init__(problems)
        self.tables = tables
        self.printed = printed


@click.command()
@click.argument("base", metavar="BASE")
@click.argument("head", default="", metavar="[HEAD]")
@raw_option
@click.option("--fail-on", metavar="WORDS", help=FAIL_ON_NEW)
@without_option
@click.option("--text", type=click.Path(path_type=Path), help="Text without a dossier, whose revisions are compared.")
@click.option("--link-base", default="", show_default=False, metavar="URL", help="Address below which files are shown.")
def review(base: str, head: str, raw: Path | None, fail_on: str | None, text: Path | None, link_base: str) -> None:
    """Review an edit as Markdown: which outcomes changed from BASE to HEAD, and why.

    Each is a revision of git, a dossier, a release, or a text. HEAD is the dossier by default, or the
    text as it is. REVISION:FOLDER is a dossier that had another name. Of an article that BASE does not have, or has in
    a state that cannot be read, all is new. Nothing is published: what has to be built is built in a cache.
    """
    unwanted, only_new = unwanted_since(fail_on or "")
    from tidebook.pipelines.compare.review import linked

    text = text or (Path(head or base) if Path(base).is_file() else None)
    if text:
        failing = _review_text(base, head, text, unwanted, only_new, partial(linked, link_base))
    else:
        failing = _review_releases(base, head, settings(raw), unwanted, only_new, partial(linked, link_base))
    if failing:
        raise Exit(1)


Unwanted = list[tuple[str, str]]
Linked = Callable[[Mapping[str, "Document"]], "Link"]
"""Returns what shows a line of a file, given the files as they are now."""


def _review_releases(
    base: str, head: str, folders: Settings, unwanted: Unwanted, only_new: bool, linked: Linked
) -> bool:
    """Print the review of an article, and return whether the command fails on it."""
    from tidebook.pipelines.compare.changes import NO_DIFFERENCE, CellChanges, cell_changes, compare, differing_rows
    from tidebook.pipelines.compare.review import Side, is_calm, markdown, side_of, unreadable_markdown

    old: dict[str, pd.DataFrame] = {}
    why_new = ""
    try:
        old = release_tables(_release(base, folders))
    except AbsentError as error:
        why_new = str(error.problems[0])
    try:
        after = _release(head or str(_here(folders)), folders)
    except UnreadableError as error:
        cells = None
        if old and error.tables:
            differing = differing_rows(old, error.tables, error.printed)
            cells = cell_changes(old, error.tables, error.printed, differing)
        print_text(unreadable_markdown(error.problems, cells, linked({})))
        raise
    new = release_tables(after)
    dossier, metrics = release_metrics(after, *([old] if old else []), new)
    was = side_of(old, dossier.article.text) if old else Side()
    now = side_of(new, dossier.article.text)
    difference, cells = NO_DIFFERENCE, CellChanges()
    if old:
        differing = differing_rows(old, new, dossier.tables)
        difference = compare(old, new, metrics, dossier.tables, differing)
        cells = cell_changes(old, new, dossier.tables, differing)
    if not (is_quiet() and is_calm(was, now, difference, cells)):
        documents = {} if head else _documents(folders.raw, dossier.article.text)
        print_text(markdown(was, now, difference, cells, linked(documents), why_new))
    return print_failing(unwanted, only_new, was.judged, now.judged)


def _review_text(base: str, head: str, text: Path, unwanted: Unwanted, only_new: bool, linked: Linked) -> bool:
    """Print the review of a text without a dossier, and return whether the command fails on it."""
    from tidebook.pipelines.compare.review import TextState, Uncovered, new_findings, text_markdown
    from tidebook.pipelines.report.reviewed_text import accepted_in_text, reviewed_text

    shown = shown_path(text)
    accepted = accepted_in_text(text)

    def side(file: RawFile) -> tuple[list[Finding], TextState, Document]:
        found = reviewed_text(file, shown, partial(is_unwanted, unwanted), accepted)
        coverage = found.review.coverage
        unknown = [Uncovered("", each.text, each.line) for each in coverage.numerals if each.state == "unknown"]
        return found.findings, TextState(shown, coverage.share, unknown), found.document

    after, now, document = side(_text_at(head, text))
    try:
        before, was, _ = side(_text_at(base, text))
    except AbsentError:  # a new text
        before, was = [], TextState(shown)
    words = text_markdown(before, after, was, now, linked({shown: document}))
    if not (is_quiet() and words.startswith("**")):
        print_text(words)
    new = new_findings(before, after) if only_new else after
    return any(finding.level == "error" for finding in new)


def _documents(folder: Path, text: str) -> dict[str, Document]:
    """Return the text of an article by its path, if it is a file without lines; it has been read before."""
    if not text or has_lines(text):
        return {}
    from tidebook.pipelines.read.text.document import read_document

    return {text: read_document(read_raw(folder, text))}


def _text_at(named: str, text: Path) -> RawFile:
    """Return a text as a file or a revision of git has it; as it is now for "".

    Raises:
        AbsentError: the revision has no such text.
        InputError: there is no such file or revision.
    """
    if not named or Path(named).is_file():
        return text_file(named or str(text))
    data = text_at(named, text)
    if data is None:
        raise _unknown(named, Clone(text.parent), "a text, or a revision of git")
    return RawFile(str(text), data)


def _unknown(named: str, clone: Clone, expected: str) -> InputError:
    """Return the error for a word that names nothing, with a reason why git may not know it."""
    hint = why_unknown(clone)
    return InputError(Problem(named, f"{expected}{hint and '; '}{hint}"))


def _release(named: str, folders: Settings) -> LocalRelease:
    """Return what an argument names as a release, which is built in a cache if need be.

    Raises:
        UnreadableError: it is a folder or revision with an article that cannot be built.
        AbsentError: it is a revision without this article, or another's release.
        InputError: it is not a folder, release or revision, or it cannot be built.
    """
    path = Path(named)
    if is_dossier(path):
        return built_folder(path)
    # Without a dossier the user is in the repository, which may then be a bare one.
    clone = Clone(folders.raw) if folders.raw.is_dir() else Clone(Path(), may_be_bare=True)
    tree = tree_at(named, clone)
    if tree:
        return _built_revision(named, tree, clone, folders)
    try:
        release = named_release(named, folders)
    except InputError as error:
        raise _unknown(named, clone, "a revision of git, a dossier, or a release") from error
    if not is_own(release):
        raise AbsentError(Problem(named, f"a release to compare with, but {foreign_words(release)}"))
    return release


def _here(folders: Settings) -> Path:
    """Return the dossier as it is now. Raises InputError if there is none."""
    if not folders.raw.is_dir():
        raise InputError(Problem("HEAD", "HEAD, since there is no dossier here; --in names one"))
    return folders.raw


def built_folder(path: Path) -> LocalRelease:
    """Build a dossier in the cache.

    Raises:
        UnreadableError: an input is bad.
    """
    place = cache() / "review" / digest(str(path.resolve()))[:16]
    return _built(replace(settings(path), out=place, remote=None))


def _built_revision(named: str, tree: str, clone: Clone, folders: Settings) -> LocalRelease:
    """Build the dossier as a tree of git has it, with the snapshots of sources that are here now.

    Raises:
        UnreadableError: an input is bad.
        InputError: the tree cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="tidebook-") as scratch:
        clone.write_tree(tree, Path(scratch))
        try:
            return _built(replace(folders, raw=Path(scratch), out=cache() / "review" / tree, remote=None))
        except UnreadableError as error:
            problems = [replace(problem, file=f"{named}: {problem.file}") for problem in error.problems]
            raise UnreadableError(problems, error.tables, error.printed) from error


def _built(folders: Settings) -> LocalRelease:
    from tidebook.pipelines.commands.progress import progress_of_run
    from tidebook.pipelines.graph.check import readable_tables
    from tidebook.pipelines.graph.graph import graph_of
    from tidebook.pipelines.graph.store import Store
    from tidebook.pipelines.release.build import build_release

    folders.out.mkdir(parents=True, exist_ok=True)
    with Store(folders.out).exclusive(), progress_of_run() as observer:
        try:
            build_release(folders, graph_of(folders), observer)
        except InputError as error:
            raise UnreadableError(error.problems, *readable_tables(folders)) from error
        release = latest(folders.out)
    if release is None:
        raise InputError(Problem(str(folders.out), "a folder in which a release can be built"))
    print_line(f"built {folders.raw}", err=True)
    return release
