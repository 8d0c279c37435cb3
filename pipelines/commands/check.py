"""The command `check`: whether a dossier can be read, and which of its figures and statements do not hold.

Belongs here: options, and printing what a check found. Does not: checking (`graph.check`), findings
(`report.dossier_findings`), or their forms (`report.finding_formats`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from tidebook.pipelines.commands.common import locked_differences, raw_option, tell_lock
from tidebook.pipelines.commands.outcomes import is_unwanted, unwanted_of
from tidebook.pipelines.commands.terminal import is_quiet, print_json, print_text, tell
from tidebook.pipelines.judge.finding import Finding, declared_fingerprint
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.dossier.sections import DOSSIER
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.formatting import format_count
from tidebook.pipelines.read.rawfile import RawFile, is_there
from tidebook.pipelines.read.settings import Settings, settings
from tidebook.pipelines.report import finding_formats
from tidebook.pipelines.report.dossier_findings import shown_path
from tidebook.schemas.vocabulary import UNCOVERED

if TYPE_CHECKING:
    from tidebook.pipelines.graph.check import CheckedFolder
    from tidebook.pipelines.graph.run import RunObserver
    from tidebook.pipelines.judge.accepted import AcceptedFinding
    from tidebook.pipelines.report.dossier_findings import JudgedRows

FAIL_ON = "wrong"
"""What `check` fails on by default: wrong, contradicts itself, drifted."""

NOTHING = "none"

STDIN = "-"
ACCEPTED_SUFFIX = ".accepted.toml"


@dataclass(frozen=True)
class Fault(JsonDocument):
    """A problem in the article folder."""

    file: str
    """File, relative to the article folder."""
    line: int | None
    """Line, from 1."""
    column: str | None
    """Header of a CSV column, or key of a TOML file."""
    text: str | None
    """Text found there."""
    expected: str
    """What was expected, with similar names."""


@dataclass(frozen=True)
class Checked(JsonDocument):
    """The result of `tidebook check` for one folder."""

    folder: str
    """The article folder."""
    readable: bool
    """Whether all files can be read."""
    rows: dict[str, int]
    """Number of rows by table; empty if a file cannot be read."""
    problems: list[Fault]
    """Problems because of which files cannot be read."""
    notes: list[str]
    """Warnings: valid input that may not be intended."""
    outcomes: dict[str, str]
    """Outcome of each figure and statement, by id; empty if a file cannot be read."""
    findings: list[Finding]
    """Figures and statements that do not hold, those first on which the command fails, then by severity."""
    coverage: float | None = None
    """Share of the text's numbers that a claim or figure accounts for; null without a text."""


@click.command()
@click.argument("folders", nargs=-1, metavar="[ARTICLE]...", help="Article folders, or texts. Default: as for --raw.")
@raw_option
@click.option(
    "--fail-on",
    metavar="WORDS",
    default=FAIL_ON,
    help="Outcomes on which to exit with 1 (comma-separated), or none. wrong covers contradicts itself and drifted.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(finding_formats.FORMATS),
    default="text",
    help="Form of the findings: for people, programs, GitHub, code scanning, test reports, or reviewdog.",
)
@click.option(
    "--coverage-min",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Exit with 1 if claims and figures account for a smaller share of the text's numbers.",
)
@click.option("--inputs-only", is_flag=True, help="Only check that the inputs can be read; judge nothing.")
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json; `tidebook schema` prints its schema.")
def check(
    folders: tuple[str, ...],
    raw: Path | None,
    fail_on: str,
    form: str,
    coverage_min: float | None,
    inputs_only: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Check articles: what cannot be read, and which figures and claims do not hold. Publishes nothing.

    A text is checked with the dossier whose text it is, or else against itself.
    """
    if raw and folders:
        raise InputError(Problem("--raw", "either --raw or folders as arguments, not both"))
    unwanted = _unwanted(fail_on)
    form = "json" if as_json else form
    if folders:
        checked = [_checked_article(name, unwanted, form, not inputs_only) for name in folders]
    else:
        checked = [_checked(raw, unwanted, form, not inputs_only)]
    _print(checked, form, strict)
    if any(one.problems or (one.notes and strict) for one in checked):
        raise Exit(2)
    covers_too_little = coverage_min is not None and _tell_coverage(checked, coverage_min)
    if covers_too_little or any(finding.level == "error" for one in checked for finding in one.findings):
        raise Exit(1)


def _checked_article(name: str, unwanted: Sequence[tuple[str, str]], form: str, judged: bool) -> Checked:
    """Check what an argument names: a folder, or a text by itself or with its dossier."""
    if name != STDIN and not Path(name).is_file():
        return _checked(Path(name) if name else None, unwanted, form, judged)
    folder = dossier_of_text(Path(name))
    return _checked(folder, unwanted, form, judged) if folder else checked_text(name, unwanted)


def _print(checked: Sequence[Checked], form: str, strict: bool) -> None:
    if form == "json":
        print_json(checked if len(checked) > 1 else checked[0])
    elif form == "text":
        _print_text(checked, strict)
    else:
        _tell_inputs(checked, strict)
        print_text(_formatted(form, checked))


def _tell_coverage(checked: Iterable[Checked], least: float) -> bool:
    """Tell which texts have too few numbers covered; return whether there are any."""
    too_few = [one for one in checked if _percent_covered(one) < least]
    for one in too_few:
        tell(
            f"Failed: {one.folder}: {_percent_covered(one):.0f}% of the text's numbers are covered",
            err=True,
            always=True,
        )
    return bool(too_few)


def _percent_covered(one: Checked) -> float:
    """Return the coverage in percent; a text without a number that counts, or no text, is covered."""
    return 100.0 if one.coverage is None else 100 * one.coverage


def _unwanted(fail_on: str) -> list[tuple[str, str]]:
    """Parse the outcomes on which to fail.

    Raises:
        InputError: there is none, or a word is no outcome.
    """
    if fail_on.strip() == NOTHING:
        return []
    unwanted = unwanted_of(fail_on)
    if not unwanted:
        raise InputError(Problem("--fail-on", f"at least one outcome, such as wrong, or {NOTHING}"))
    return unwanted


def _checked(raw: Path | None, unwanted: Sequence[tuple[str, str]], form: str, judged: bool) -> Checked:
    """Check one folder, and tell on stderr which files differ from the lock."""
    folders = settings(raw)
    if form != "json":
        tell_lock(locked_differences(folders))
    from tidebook.pipelines.commands.progress import shown_run

    with shown_run() as observer:
        return checked_folder(folders, unwanted, judged, observer)[0]


def checked_folder(
    folders: Settings,
    unwanted: Sequence[tuple[str, str]],
    judged: bool = True,
    observer: RunObserver | None = None,
) -> tuple[Checked, JudgedRows]:
    """Check one folder; what cannot be read is part of the result.

    Args:
        folders: the dossier and its snapshots.
        unwanted: outcomes that are errors, each with the least severity.
        judged: whether figures and statements are judged.
        observer: who hears how it goes on.
    """
    from tidebook.pipelines.graph.check import check as check_folder
    from tidebook.pipelines.report.dossier_findings import JudgedRows, coverage, findings_of

    shown = str(folders.raw)
    try:
        found = check_folder(folders, judged, observer)
        findings = findings_of(folders.raw, found.rows, lambda *word: is_unwanted(unwanted, *word))
        if found.rows.text:
            findings += _said_otherwise(folders.raw / found.rows.text, unwanted, findings)
    except InputError as error:
        return _unreadable(shown, error), JudgedRows()
    return Checked(
        shown, True, found.counts, [], found.warnings, _outcomes(found), findings, coverage(found.rows.numbers)
    ), found.rows


def _unreadable(shown: str, error: InputError) -> Checked:
    """Return the result for what cannot be read."""
    return Checked(shown, False, {}, [Fault(**vars(problem)) for problem in error.problems], [], {}, [])


def _said_otherwise(text: Path, unwanted: Sequence[tuple[str, str]], told: Sequence[Finding]) -> list[Finding]:
    """Return what a dossier's text says against itself, without places of which the dossier's findings tell already."""
    here = [finding for finding in told if finding.file == shown_path(text) and finding.kind != UNCOVERED]
    known = {(finding.line, finding.column) for finding in here}
    found = checked_text(str(text), unwanted).findings
    return [finding for finding in found if (finding.line, finding.column) not in known]


def dossier_of_text(text: Path) -> Path | None:
    """Return the dossier whose text a file is, in its folder or one above; None if there is none."""
    from tidebook.pipelines.read.dossier.checked import readable_dossier

    resolved = text.resolve()
    for folder in resolved.parents:
        if is_there(folder, DOSSIER):
            dossier = readable_dossier(folder)
            own = bool(dossier and dossier.article.text and (folder / dossier.article.text).resolve() == resolved)
            return folder if own else None
    return None


def checked_text(name: str, unwanted: Sequence[tuple[str, str]], unsaved: str | None = None) -> Checked:
    """Check a text against itself, without a dossier.

    Args:
        name: its path, or `-` for standard input.
        unwanted: outcomes that are errors; a certain finding is one where `contradicts itself` is.
        unsaved: its text, where an editor has not saved it yet.
    """
    from tidebook.pipelines.commands.read import text_file
    from tidebook.pipelines.judge.text.review import review
    from tidebook.pipelines.judge.text.told import told
    from tidebook.pipelines.read.text.document import read_document

    shown = name if name == STDIN else shown_path(Path(name))
    try:
        file = text_file(name) if unsaved is None else RawFile(name, unsaved.encode())
        found = review(read_document(file))
        accepted = accepted_in_text(name)
    except InputError as error:
        return _unreadable(shown, error)
    fails = is_unwanted(unwanted, "contradicts itself", "grave")
    findings = list(told(found.findings, shown, fails=fails, accepted=accepted))
    return Checked(shown, True, {}, [], [], {}, findings, found.coverage.share)


def accepted_in_text(name: str) -> dict[str, AcceptedFinding]:
    """Return what is accepted of a text that has no dossier, by fingerprint: the entries of TEXT.accepted.toml.

    Raises:
        InputError: the file cannot be read.
    """
    from tidebook.pipelines.judge.accepted import entries_of

    path = Path(f"{name}{ACCEPTED_SUFFIX}")
    if name == STDIN or not path.is_file():
        return {}
    return entries_of(RawFile(str(path), path.read_bytes()))


def _outcomes(found: CheckedFolder) -> dict[str, str]:
    """Return the outcome of each figure and statement by its id."""
    outcomes = {row["figure_id"]: row["outcome"] for row in found.rows.figure_outcomes}
    return outcomes | {row["statement_id"]: row["outcome"] for row in found.rows.outcomes}


def _print_text(checked: Sequence[Checked], strict: bool) -> None:
    for one in checked:
        # Numbers that nothing accounts for are told among the warnings, unless the command fails on them.
        told = [each for each in one.findings if each.level == "error" or not (is_quiet() or each.kind == UNCOVERED)]
        print_text(finding_formats.text(told))
    _tell_inputs(checked, strict)
    for one in checked:
        name = f"{one.folder}: " if len(checked) > 1 else ""
        if one.readable:
            if one.rows:
                tell(f"{name}{_counts_words(one.rows)}: all can be read")
            if one.outcomes or not one.rows:
                tell(f"{name}{_levels(one)}{_coverage_words(one)}")


def _tell_inputs(checked: Iterable[Checked], strict: bool) -> None:
    """Print on stderr what cannot be read, and what can but may not be intended."""
    for one in checked:
        for fault in one.problems:
            tell(f"error: {problem_of(fault)}", err=True, always=True)
        for line in one.notes:
            tell(f"{'error' if strict else 'warning'}: {line}", err=True, always=strict)


def problem_of(fault: Fault) -> Problem:
    """Return a fault as the problem that it was."""
    return Problem(fault.file, fault.expected, fault.line, fault.column, fault.text)


def _levels(one: Checked) -> str:
    """Return the counts of findings in words: `2 errors, 1 warning`."""
    parts = []
    for level, count in finding_formats.counts(one.findings):
        if count:
            parts.append(f"{count} accepted" if level == "accepted" else format_count(count, level))
    return ", ".join(parts) or "no findings"


def _coverage_words(one: Checked) -> str:
    return "" if one.coverage is None else f"; {_percent_covered(one):.0f}% of the text's numbers are covered"


def _formatted(form: str, checked: Sequence[Checked]) -> str:
    findings = [finding for one in checked for finding in (*unreadable_findings(one), *one.findings)]
    if form == "github":
        return finding_formats.github(findings)
    if form == "sarif":
        return finding_formats.sarif(findings, version("tidebook"))
    if form == "rdjson":
        lines = cache(_lines)  # of each file once, however many findings it has
        return finding_formats.rdjson(findings, lambda finding: lines(finding.file)[finding.line - 1])
    outcomes: dict[str, str] = {}
    for one in checked:
        prefix = f"{one.folder}/" if len(checked) > 1 else ""
        outcomes |= {f"{prefix}{name}": outcome for name, outcome in one.outcomes.items()}
    return finding_formats.junit(findings, outcomes)


def unreadable_findings(one: Checked) -> Iterator[Finding]:
    """Yield what cannot be read as findings at its place, since other tools know nothing else."""
    for fault in one.problems:
        yield Finding(
            id=fault.file,
            kind="unreadable",
            severity="",
            level="error",
            file=shown_path(Path(one.folder) / fault.file),
            line=fault.line or 1,
            column=None,
            end=None,
            quote=fault.text or "",
            printed="",
            expected=fault.expected,
            why=problem_of(fault).words,
            sources=[],
            fingerprint=declared_fingerprint("unreadable", f"{fault.file} {fault.column} {fault.expected}"),
        )


def _lines(file: str) -> list[str]:
    return Path(file).read_text(encoding="utf-8-sig").splitlines()


def _counts_words(counts: Mapping[str, int]) -> str:
    """Return the counts of rows: `9 men, 1 source`."""
    from tidebook.schemas.registry import ENGINE, OF_TEXT

    parts = []
    for name, count in counts.items():
        if name in OF_TEXT:
            continue  # each number of the text and cell of its tables
        # The engine's tables have English plurals as names; a dossier's may have any name.
        singular = name.removesuffix("s") if name in ENGINE else name
        parts.append(f"{count} {singular if count == 1 else name}")
    return ", ".join(parts)
