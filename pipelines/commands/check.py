"""The command `check`: whether articles can be read, and which of their figures and statements do not hold.

Belongs here: options, and printing what checks found. Does not: checking one article (`checking`), findings
(`report.dossier_findings`), or their forms (`report.finding_formats`).
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from tidebook.pipelines.commands.checking import (
    STDIN,
    Article,
    Checked,
    all_findings,
    articles_of,
    checked_folder,
    checked_text,
    crashed,
    place_of_fault,
    problem_of,
    unreadable,
)
from tidebook.pipelines.commands.common import FAILED, raw_option, without_option
from tidebook.pipelines.commands.locked import locked_differences, warn_of_unlocked
from tidebook.pipelines.commands.outcomes import unwanted_of
from tidebook.pipelines.commands.readings import against_option, files_beside
from tidebook.pipelines.commands.terminal import is_quiet, print_json, print_line, print_table, print_text
from tidebook.pipelines.judge.finding import Finding
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.formatting import format_count
from tidebook.pipelines.read.settings import settings
from tidebook.pipelines.report import finding_formats
from tidebook.places import masked
from tidebook.schemas.vocabulary import UNCOVERED

if TYPE_CHECKING:
    from tidebook.pipelines.read.text.document import Document

FAIL_ON = "wrong"
"""What `check` fails on by default: wrong, contradicts itself, drifted."""

NOTHING = "none"


@click.command()
@click.argument("folders", nargs=-1, metavar="[ARTICLE]...", help="Dossiers, or texts. Default: as for --in.")
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
    help="Exit with 1 if a smaller share of the text's numbers is checked; a figure alone checks nothing.",
)
@against_option
@click.option("--inputs-only", is_flag=True, help="Only check that the inputs can be read; judge nothing.")
@without_option
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json; `tidebook schema` prints its schema.")
def check(
    folders: tuple[str, ...],
    raw: Path | None,
    fail_on: str,
    form: str,
    coverage_min: float | None,
    against: tuple[str, ...],
    inputs_only: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Check articles: what cannot be read, and which figures and claims do not hold. Publishes nothing.

    A text is checked with the dossier whose text it is, or else against itself and the files of --against. Of several
    articles a table comes last, one that cannot be read does not stop the others, and the exit code is the worst of
    all.
    """
    if raw and folders:
        raise InputError(Problem("--in", "either --in or folders as arguments, not both"))
    unwanted = _unwanted(fail_on)
    form = "json" if as_json else form
    articles = articles_of(folders) if folders else [Article(raw)]
    if against and not all(article.text for article in articles):
        raise InputError(Problem("--against", "texts without a dossier: a dossier declares its evidence"))
    rules = _Rules(unwanted, coverage_min, strict, not inputs_only, form, files_beside(against))
    checked = []
    for one in _all_checked(articles, rules):
        checked.append(one)
        if form == "text":
            _print_text(one, rules, len(articles) > 1)
    _print_all(checked, rules)
    if worst := max(one.exit_code for one in checked):
        raise Exit(worst)


@dataclass(frozen=True)
class _Rules:
    """The options: outcomes that are errors, minimum coverage, whether warnings are errors, the form, and files to
    hold texts against."""

    unwanted: Sequence[tuple[str, str]]
    coverage_min: float | None
    strict: bool
    judged: bool
    form: str
    beside: Sequence[Document] = ()


def _all_checked(articles: Sequence[Article], rules: _Rules) -> Iterator[Checked]:
    """Check the articles one after another, and keep only the results.

    What an article leaves in reference cycles is freed at once: the collector of a command otherwise waits for a
    million objects. All that is left then, libraries and caches, is frozen: the search for the next article's cycles
    would otherwise walk through the caches of all before it, 17 ms after 25 articles and 52 ms after 150.
    """
    alone = len(articles) == 1
    try:
        for article in articles:
            yield _with_exit_code(_checked(article, rules, alone), rules)
            if not alone:
                gc.collect()
                gc.freeze()
    finally:
        gc.unfreeze()


def _checked(article: Article, rules: _Rules, alone: bool) -> Checked:
    """Check one article; if one of several crashes the check, it is reported as unreadable."""
    try:
        if article.text:
            return checked_text(article.text, rules.unwanted, beside=rules.beside)
        from tidebook.pipelines.commands.progress import progress_of_run

        folders = settings(article.folder)
        if rules.form != "json":
            warn_of_unlocked(locked_differences(folders))
        with progress_of_run() as observer:
            return checked_folder(folders, rules.unwanted, rules.judged, observer)[0]
    except InputError as error:
        if alone:
            raise
        return unreadable(article.shown, error)
    except Exception as error:
        if alone or isinstance(error, BrokenPipeError):
            raise
        return crashed(article.shown, masked(str(error)) or type(error).__name__)


def _with_exit_code(one: Checked, rules: _Rules) -> Checked:
    """Return a result with its own exit code."""
    code = 0
    if one.failure:
        code = FAILED
    elif one.problems or (one.notes and rules.strict):
        code = 2
    elif _covers_too_little(one, rules) or any(finding.level == "error" for finding in one.findings):
        code = 1
    return replace(one, exit_code=code)


def _covers_too_little(one: Checked, rules: _Rules) -> bool:
    return rules.coverage_min is not None and _percent(one.checked) < rules.coverage_min


def _print_all(checked: Sequence[Checked], rules: _Rules) -> None:
    """Print the end: the document of a form for programs, and a table if there are several articles."""
    if rules.form == "json":
        print_json(checked if len(checked) > 1 else checked[0])
        return
    is_text = rules.form == "text"
    if not is_text:
        for one in checked:
            _print_inputs(one, rules.strict, len(checked) > 1)
        print_text(_formatted(rules.form, checked))
    for one in checked:
        if _covers_too_little(one, rules):
            share = f"{_percent(one.checked):.0f}% of the text's numbers are checked"
            print_line(f"Failed: {one.folder}: {share}", err=True, always=True)
    if len(checked) > 1:
        # In other forms, stdout is one document for a program.
        print_table(["article", "exit", "findings", "covered"], map(_summary_row, checked), err=not is_text)
        print_line(_summary_words(checked), err=not is_text)


def _summary_row(one: Checked) -> tuple[str, str, str, str]:
    """Return an article, its exit code, its findings by kind and its coverage, as cells."""
    if one.failure:
        return one.folder, str(one.exit_code), f"the check failed: {one.failure.strip().splitlines()[-1]}", ""
    if one.problems:
        more = f", and {len(one.problems) - 1} more" if len(one.problems) > 1 else ""
        return one.folder, str(one.exit_code), f"cannot be read: {problem_of(one.problems[0])}{more}", ""
    covered = "" if one.coverage is None else f"{_percent(one.coverage):.0f}%"
    return one.folder, str(one.exit_code), _findings_by_kind(one), covered


def _findings_by_kind(one: Checked) -> str:
    kinds = Counter(finding.kind for finding in one.findings if not finding.accepted)
    parts = [f"{count} {kind}" for kind, count in kinds.items()]
    if accepted := sum(bool(finding.accepted) for finding in one.findings):
        parts.append(f"{accepted} accepted")
    return ", ".join(parts) or "none"


SUMMARY = {0: "pass", 1: "have findings", 2: "cannot be read", FAILED: "could not be checked"}
"""Meanings of the exit codes of articles."""


def _summary_words(checked: Sequence[Checked]) -> str:
    counts = Counter(one.exit_code for one in checked)
    parts = [f"{counts[code]} {words}" for code, words in SUMMARY.items() if counts[code]]
    return f"{format_count(len(checked), 'article')}: {', '.join(parts)}"


def _percent(share: float | None) -> float:
    """Return a share of a text's numbers in percent; of a text without a number that counts, or no text, all."""
    return 100.0 if share is None else 100 * share


def _unwanted(fail_on: str) -> list[tuple[str, str]]:
    """Parse the outcomes on which to fail.

    Raises:
        InputError: there is none, or a word is not an outcome.
    """
    if fail_on.strip() == NOTHING:
        return []
    unwanted = unwanted_of(fail_on)
    if not unwanted:
        raise InputError(Problem("--fail-on", f"at least one outcome, such as wrong, or {NOTHING}"))
    return unwanted


def _print_text(one: Checked, rules: _Rules, several: bool) -> None:
    """Print the findings of an article, and a line on it."""
    print_text(finding_formats.text([each for each in one.findings if _is_printed(each)]))
    _print_inputs(one, rules.strict, several)
    name = f"{one.folder}: " if several else ""
    if one.readable and one.rows:
        unread = f", {one.unread_series} series that nothing looks up" if one.unread_series else ""
        print_line(f"{name}{_counts_words(one.rows)}{unread}: all can be read")
    if one.readable and (one.outcomes or not one.rows):
        covered = "" if one.coverage is None else f"; {_covered_words(one)}"
        print_line(f"{name}{_levels(one)}{covered}")


def _is_printed(finding: Finding) -> bool:
    """Whether a finding gets a line: accepted ones and uncovered numbers, which have warnings, do not."""
    return finding.level == "error" or not (finding.accepted or is_quiet() or finding.kind == UNCOVERED)


def _print_inputs(one: Checked, strict: bool, several: bool) -> None:
    """Print errors of reading and warnings on stderr."""
    name = f"{one.folder}: " if several else ""
    if one.failure:
        print_line(f"error: {name}{one.failure}", err=True, always=True)
    for fault in one.problems:
        words = replace(problem_of(fault), file=place_of_fault(one, fault)) if several else problem_of(fault)
        print_line(f"error: {words}", err=True, always=True)
    for line in one.notes:
        note = line if line.startswith(f"{one.folder}:") else f"{name}{line}"  # those of a text name it
        print_line(f"{'error' if strict else 'warning'}: {note}", err=True, always=strict)


def _levels(one: Checked) -> str:
    """Return the counts of findings in words: `2 errors, 1 warning`."""
    parts = []
    for level, count in finding_formats.counts(one.findings):
        if count:
            parts.append(f"{count} accepted" if level == "accepted" else format_count(count, level))
    return ", ".join(parts) or "no findings"


def _covered_words(one: Checked) -> str:
    recorded = "" if one.checked == one.coverage else f", {_percent(one.checked):.0f}% are checked"
    return f"{_percent(one.coverage):.0f}% of the text's numbers are covered{recorded}"


def _formatted(form: str, checked: Sequence[Checked]) -> str:
    findings = [finding for one in checked for finding in all_findings(one)]
    if form == "github":
        return finding_formats.github(findings)
    if form == "sarif":
        if left_out := max(0, len(findings) - finding_formats.SARIF_RESULTS):
            print_line(
                f"warning: {left_out} findings are left out: GitHub shows {finding_formats.SARIF_RESULTS}", err=True
            )
        return finding_formats.sarif(findings, version("tidebook"))
    if form == "rdjson":
        lines = cache(_lines)  # of each file once, however many findings it has

        def line_of(finding: Finding) -> str | None:
            # The standard input cannot be read again.
            return None if finding.file == STDIN else lines(finding.file)[finding.line - 1]

        return finding_formats.rdjson(findings, line_of)
    return finding_formats.junit(
        [finding_formats.Suite(one.folder, all_findings(one), one.outcomes) for one in checked]
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
