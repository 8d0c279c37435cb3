"""Checks one article: what cannot be read, and which of its figures and statements do not hold.

Belongs here: the result of a check, of a folder or of a text. Does not: the command with its options, or printing
(`check`); checking itself (`graph.check`); findings (`report.dossier_findings`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tidebook.pipelines.commands.outcomes import is_unwanted
from tidebook.pipelines.judge.coverage import UNCHECKED, share_checked
from tidebook.pipelines.judge.finding import CRASHED, UNREADABLE, Finding, declared_fingerprint
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.dossier.sections import DOSSIER, dossier_of_text, is_dossier, text_of
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.plugin import endings
from tidebook.pipelines.read.rawfile import RawFile, resolved
from tidebook.pipelines.read.rawfile import unreadable as cannot_be_read
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.read.text.document import check_length
from tidebook.pipelines.report.dossier_findings import shown_path

if TYPE_CHECKING:
    from tidebook.pipelines.graph.check import CheckedFolder
    from tidebook.pipelines.graph.run import RunObserver
    from tidebook.pipelines.judge.readings.reading import Reading
    from tidebook.pipelines.read.text.document import Document
    from tidebook.pipelines.report.dossier_findings import JudgedRows
    from tidebook.pipelines.report.reviewed_text import ReviewedText

STDIN = "-"

TEXTS = (".md", ".markdown", ".html", ".htm", ".txt")
"""Endings of files that are texts when a folder is searched, beside those that plugins read."""


@dataclass(frozen=True)
class Fault(JsonDocument):
    """A problem in the dossier."""

    file: str
    """File, relative to the dossier."""
    line: int | None
    """Line, from 1."""
    column: str | None
    """Header of a CSV column, or key of a TOML file."""
    text: str | None
    """Text found there."""
    expected: str
    """What was expected, with similar names."""


@dataclass(frozen=True)
class UncheckedNumber(JsonDocument):
    """A number of a text that nothing was held against: whether it is right is not known."""

    line: int
    column: int
    text: str
    why: str
    """Why it could not be judged."""


@dataclass(frozen=True)
class Checked(JsonDocument):
    """The result of `tidebook check` for one folder."""

    folder: str
    """The dossier."""
    readable: bool
    """Whether all files can be read."""
    rows: dict[str, int]
    """Number of rows by table; empty if a file cannot be read."""
    problems: list[Fault]
    """Problems that make files unreadable."""
    notes: list[str]
    """Warnings: valid input that may not be intended."""
    outcomes: dict[str, str]
    """Outcome of each figure and statement, by id; empty if a file cannot be read."""
    findings: list[Finding]
    """Figures and statements that do not hold: those that make the command fail first, then by severity."""
    coverage: float | None = None
    """Share of the text's numbers that a claim or figure accounts for; null without a text."""
    checked: float | None = None
    """Share of them that are checked: with another number there would be a finding. A figure alone checks nothing."""
    unchecked: list[UncheckedNumber] = field(default_factory=list)
    """Of a text without a dossier, the numbers that nothing was held against."""
    unread_series: int = 0
    """Number of series of evidence that no expression looks up."""
    failure: str = ""
    """Why the check itself failed; empty if it did not."""
    exit_code: int = 0
    """Exit code for the article alone."""


def checked_folder(
    folders: Settings,
    unwanted: Sequence[tuple[str, str]],
    judged: bool = True,
    observer: RunObserver | None = None,
) -> tuple[Checked, JudgedRows]:
    """Check one folder; unreadable files are part of the result.

    Args:
        folders: the dossier and its snapshots.
        unwanted: outcomes that are errors, each with the least severity.
        judged: whether figures and statements are judged.
        observer: receives progress events.
    """
    from tidebook.pipelines.graph.check import check as check_folder
    from tidebook.pipelines.report.article_findings import article_findings
    from tidebook.pipelines.report.dossier_findings import JudgedRows, coverage

    shown = str(folders.raw)
    try:
        _refuse_collection(folders.raw)
        found = check_folder(folders, judged, observer)
        findings = article_findings(folders.raw, found.rows, partial(is_unwanted, unwanted))
    except InputError as error:
        of_text = _findings_of_text(folders.raw, unwanted)
        return replace(unreadable(shown, error), findings=of_text), JudgedRows()
    share, checked = coverage(found.rows.numbers), share_checked(row["coverage"] for row in found.rows.numbers)
    outcomes, unread = _outcomes(found), found.unread_series
    one = Checked(
        shown, True, found.counts, [], found.warnings, outcomes, findings, share, checked, unread_series=unread
    )
    return one, found.rows


def _is_named_as_text(path: Path) -> bool:
    """Whether a file's ending is that of a text, or of a document that a plugin reads."""
    return path.suffix.lower() in {*TEXTS, *endings()}


def _refuse_collection(folder: Path) -> None:
    """Refuse a folder of articles, which is not a dossier itself.

    Raises:
        InputError: it contains dossiers or texts, but is not one.
    """
    if not folder.is_dir() or is_dossier(folder):
        return
    try:
        has_articles = any(_is_named_as_text(each) or (each.is_dir() and is_dossier(each)) for each in folder.iterdir())
    except OSError as error:
        raise cannot_be_read(str(folder), error) from error
    if has_articles:
        expected = f"a dossier: a folder with {DOSSIER}; `{folder}/*` names each article in it"
        raise InputError(Problem(str(folder), expected))


def _findings_of_text(raw: Path, unwanted: Sequence[tuple[str, str]]) -> list[Finding]:
    """Return the contradictions within the text of an unreadable dossier; none if the text is unreadable too."""
    from tidebook.pipelines.report.reviewed_text import reviewed_own_text

    try:
        named = text_of(raw)
        return reviewed_own_text(raw, named, partial(is_unwanted, unwanted)).findings if named else []
    except InputError:
        return []


def unreadable(shown: str, error: InputError) -> Checked:
    """Return the result for unreadable input."""
    return Checked(shown, False, {}, [Fault(**vars(problem)) for problem in error.problems], [], {}, [])


def crashed(shown: str, words: str) -> Checked:
    """Return the result for an article whose check crashed."""
    return Checked(shown, False, {}, [], [], {}, [], failure=words)


@dataclass(frozen=True)
class Article:
    """The article that an argument names: a folder, None for the default, or a text without a dossier."""

    folder: Path | None = None
    text: str = ""

    @property
    def shown(self) -> str:
        """The article as the user named it."""
        return self.text or str(self.folder or "")


def articles_of(names: Iterable[str]) -> list[Article]:
    """Return the articles that arguments name, each once: a text names the dossier whose text it is, if there is one.

    Args:
        names: folders and texts, `-` for standard input, "" for the default folder.
    """
    found: dict[object, Article] = {}
    for name in names:
        path = Path(name)
        is_text = name == STDIN or path.is_file() or (_is_named_as_text(path) and not path.is_dir())
        article = _of_text(name) if is_text else Article(path if name else None)
        found.setdefault(name if name in ("", STDIN) else resolved(article.folder or path), article)
    return list(found.values())


def _of_text(name: str) -> Article:
    """Return the dossier whose text a file is, or the text alone."""
    folder = None if name == STDIN else dossier_of_text(Path(name))
    return Article(Path(shown_path(folder))) if folder else Article(text=name)


def checked_text(
    name: str,
    unwanted: Sequence[tuple[str, str]],
    unsaved: str | None = None,
    beside: Sequence[Document] = (),
) -> Checked:
    """Check a text against itself, without a dossier, and by the readings beside it.

    Args:
        name: its path, or `-` for standard input.
        unwanted: outcomes that are errors; a certain finding is one where `contradicts itself` is.
        unsaved: its text, where an editor has not saved it yet.
        beside: files that it is held against.
    """
    from tidebook.pipelines.commands.common import text_file

    try:
        file = text_file(name) if unsaved is None else _unsaved_file(name, unsaved)
    except InputError as error:
        return unreadable(name if name == STDIN else shown_path(Path(name)), error)
    return checked_file(name, file, unwanted, beside=beside)


def checked_file(
    name: str,
    file: RawFile,
    unwanted: Sequence[tuple[str, str]],
    readings: Sequence[Reading] | None = None,
    beside: Sequence[Document] = (),
) -> Checked:
    """Check the text that a name stands for, as `checked_text`; readings in place of those beside it may be given."""
    from tidebook.pipelines.commands.readings import readings_of
    from tidebook.pipelines.judge.accepted import Accepted
    from tidebook.pipelines.report.reviewed_text import accepted_in_text, reviewed_text

    shown = name if name == STDIN else shown_path(Path(name))
    try:
        accepted = Accepted() if name == STDIN else accepted_in_text(Path(name))
        known = readings_of(name, None) if readings is None else readings
        found = reviewed_text(file, shown, partial(is_unwanted, unwanted), accepted, known, beside)
    except InputError as error:
        return unreadable(shown, error)
    notes = [*found.review.left_out, *map(str, found.obsolete), *_unread(shown, found)]
    coverage = found.review.coverage
    unchecked = [UncheckedNumber(*each[:3], each.why) for each in coverage.numerals if each.state in UNCHECKED]
    return Checked(shown, True, {}, [], notes, {}, found.findings, coverage.share, coverage.checked, unchecked)


def _unread(shown: str, found: ReviewedText) -> Iterator[str]:
    """Yield warnings of files that differ, and of sentences that have no reading, though the text has readings."""
    from tidebook.pipelines.commands.readings import unread_words

    for words in found.judged.differing:
        yield f"{shown}: files differ: {words}"
    if found.unread_lines:
        yield f"{shown}: {unread_words(found.unread_lines)}"


def _unsaved_file(name: str, text: str) -> RawFile:
    """Return a text as a file. Raises InputError if it is too long, before it is copied."""
    check_length(name, text)
    # Half a character, as JSON may have one, is then reported as bytes that are not UTF-8.
    return RawFile(name, text.encode(errors="surrogatepass"), folder=str(Path(name).parent))


def _outcomes(found: CheckedFolder) -> dict[str, str]:
    """Return the outcome of each figure and statement by its id."""
    outcomes = {row["figure_id"]: row["outcome"] for row in found.rows.figure_outcomes}
    return outcomes | {row["statement_id"]: row["outcome"] for row in found.rows.outcomes}


def problem_of(fault: Fault) -> Problem:
    """Convert a fault to a problem."""
    return Problem(fault.file, fault.expected, fault.line, fault.column, fault.text)


def all_findings(one: Checked) -> list[Finding]:
    """Return errors of reading as findings, then the findings of an article: other tools know only findings."""
    return [*_unreadable_findings(one), *one.findings]


def _unreadable_findings(one: Checked) -> Iterator[Finding]:
    """Yield errors of reading as findings at their places."""
    for fault in one.problems:
        name = f"{fault.file} {fault.column} {fault.expected}"
        place = place_of_fault(one, fault)
        yield _not_checked(one, UNREADABLE, place, fault.line or 1, problem_of(fault).words, name, fault)
    if one.failure:
        yield _not_checked(one, CRASHED, shown_path(Path(one.folder)), 1, one.failure, one.folder)


def place_of_fault(one: Checked, fault: Fault) -> str:
    """Return the file of a fault as a reader in the working directory names it."""
    return shown_path(Path(fault.file) if fault.file == one.folder else Path(one.folder) / fault.file)


def _not_checked(
    one: Checked, kind: str, file: str, line: int, why: str, name: str, fault: Fault | None = None
) -> Finding:
    return Finding(
        id=fault.file if fault else one.folder,
        kind=kind,
        tier="",
        severity="",
        level="error",
        file=file,
        line=line,
        column=None,
        end_line=line,
        end=None,
        quote=(fault.text or "") if fault else "",
        printed="",
        expected=fault.expected if fault else "",
        why=why,
        evidence=(),
        sources=[],
        fingerprint=declared_fingerprint(kind, name),
    )
