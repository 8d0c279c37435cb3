"""The commands `claims` and `figures`, and the lines that a build prints about outcomes and their changes.

Belongs here: listing and comparing outcomes on the command line. Does not: how an outcome is reached
(`judge.outcomes`), or what the report says of it (`report`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import TypeVar

import click

from tidebook.pipelines.commands.common import article_options, json_option, out_option
from tidebook.pipelines.commands.latest import (
    FIGURE,
    count_lines,
    coverage_counts,
    figure_names,
    latest_rows,
    outcome_counts,
    read_rows,
    text_contradictions,
)
from tidebook.pipelines.commands.terminal import print_json, print_line, print_table
from tidebook.pipelines.judge.severity import by_graveness, statements_by_graveness
from tidebook.pipelines.read.documents import JsonDocument, with_nulls
from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean
from tidebook.pipelines.read.formatting import format_count, joined, listed
from tidebook.pipelines.read.grouping import Row, TableRows, grouped
from tidebook.schemas.vocabulary import (
    CONTRADICTS,
    FAULTED,
    FIGURE_OUTCOMES,
    NOT_TO_BELIEVE,
    OUTCOMES,
    QUESTION,
    SEVERITIES,
    UNCOVERED,
    WITH_SEVERITY,
)

GRAVEST = 5
"""Maximum faulted figures listed after a build."""

FIGURE_ID = re.compile(r"[a-z0-9_]+(?:/[a-z0-9_]+){1,2}")
"""What may be the id of a figure in a text: table/subject/quantity."""
NAMED = 3
"""Maximum figures with the same change, or causes of one change, listed after a build; `tidebook diff` has all."""

GROUPS = {"wrong": NOT_TO_BELIEVE}
"""Outcomes that one word of `--fail-on` covers."""

FAIL_ON = "--fail-on"

Name = TypeVar("Name", bound=tuple[str, str])
"""Table and id of an outcome."""

NEW = "new:"
FAIL_ON_NEW = "Exit with 1 on such outcomes in the new release; new:wrong, only those that the old one does not have."

COMPARED = ("outcomes", "figure_outcomes", "verdicts", "changes", "resolutions")
"""Tables whose rows are compared before and after a build."""


outcome_option = click.option(
    "--outcome",
    default="",
    show_default=False,
    metavar="WORDS",
    help="Filter by outcomes (comma-separated).",
)


@click.command()
@article_options
@outcome_option
@out_option
@json_option
def claims(raw: Path | None, outcome: str, out: str | None, as_json: bool) -> None:
    """List the article's statements with their outcomes and the reasons, gravest first."""
    list_claims(outcome, out, as_json, raw)


def list_claims(outcome: str, out: str | None, as_json: bool, raw: Path | None = None) -> None:
    """Print the statements of the latest release.

    Args:
        outcome: outcomes to filter by, comma-separated; `""` for all.
        out: the output folder, as in `--out`.
        as_json: print JSON instead of a table.
        raw: the dossier that the release is of; None for any.

    Raises:
        InputError: a word is not an outcome, or there is no release.
    """
    columns = {"statement": "statement_id", "outcome": "shown", "why": "said"}
    tables = latest_rows(out, ("outcomes",) if as_json else ("outcomes", "claim_cards"), raw)
    rows = statements_by_graveness(tables["outcomes"])
    if not as_json:
        from tidebook.pipelines.report.dossier_findings import JudgedRows

        told = JudgedRows(cards={card["claim_id"]: card for card in tables["claim_cards"]})
        rows = [{**row, "shown": _outcome_shown(row), "said": told.why(row)} for row in rows]
    _print_rows(rows, outcome, OUTCOMES, columns, as_json, tables.heading)


def _outcome_shown(row: Row) -> str:
    return f"{row['outcome']} (very unlikely)" if row["very_unlikely"] else str(row["outcome"])


@click.command()
@article_options
@outcome_option
@out_option
@json_option
def figures(raw: Path | None, outcome: str, out: str | None, as_json: bool) -> None:
    """List the printed figures with their outcomes, gravest first."""
    columns = {"figure": "figure_id", "outcome": "outcome", "printed": "printed", "why": "reason"}
    tables = latest_rows(out, ("figure_outcomes",), raw)
    rows = by_graveness(tables["figure_outcomes"])
    _print_rows(rows, outcome, FIGURE_OUTCOMES, columns, as_json, tables.heading)


def _print_rows(
    rows: Sequence[Row], outcome: str, known: Sequence[str], columns: Mapping[str, str], as_json: bool, heading: str
) -> None:
    """Print the rows with one of the outcomes of an option; `columns` are the columns of the table, by head."""
    wanted = words_of(outcome, known)
    chosen = [row for row in rows if not wanted or row["outcome"] in wanted]
    if as_json:
        print_json([with_nulls(row) for row in chosen])
    else:
        print_line(heading)
        pick = itemgetter(*columns.values())
        print_table([*columns], map(pick, chosen))


def words_of(given: str, known: Sequence[str], option: str = "--outcome") -> list[str]:
    """Split the comma-separated outcomes of an option.

    Raises:
        InputError: a word is not an outcome.
    """
    words = [word.strip() for word in given.split(",")]
    for word in words:
        if word and word not in known:
            expected = f"one of the outcomes {', '.join(known)}, comma-separated{did_you_mean(word, known)}"
            raise InputError(Problem(option, expected, text=word))
    return [word for word in words if word]


def unwanted_of(given: str) -> list[tuple[str, str]]:
    """Split the outcomes of `--fail-on`, with those that they cover, each with the least severity that counts.

    That is moderate, unless another one follows after a colon, as in `wrong:minor`; "" for outcomes without severity.

    Raises:
        InputError: a word is not an outcome, or not a severity of one.
    """
    unwanted: dict[str, str] = {}
    for part in filter(None, map(str.strip, given.split(","))):
        outcome, colon, severity = (text.strip() for text in part.partition(":"))
        words_of(outcome, tuple(dict.fromkeys((*OUTCOMES, *FIGURE_OUTCOMES, UNCOVERED))), FAIL_ON)
        if colon and outcome not in WITH_SEVERITY:
            raise InputError(Problem(FAIL_ON, f"no severity: only {joined(WITH_SEVERITY)} have one", text=part))
        if colon and severity not in SEVERITIES:
            expected = f"one of the severities {joined(SEVERITIES, 'or')}{did_you_mean(severity, SEVERITIES)}"
            raise InputError(Problem(FAIL_ON, expected, text=severity))
        for word in GROUPS.get(outcome, (outcome,)):
            unwanted[word] = severity or "moderate" if word in WITH_SEVERITY else ""
    return list(unwanted.items())


def is_unwanted(unwanted: Iterable[tuple[str, str]], outcome: str, severity: str) -> bool:
    """Whether an outcome is unwanted, and grave enough; one without severity, as a plugin's, counts as moderate."""
    least = dict(unwanted).get(outcome)
    if least is None:
        return False
    return not (least and severity) or SEVERITIES.index(severity) >= SEVERITIES.index(least)


def unwanted_since(given: str) -> tuple[list[tuple[str, str]], bool]:
    """Parse a `--fail-on` that compares: the unwanted outcomes, and whether only new ones count.

    Raises:
        InputError: a word is not an outcome.
    """
    only_new = given.startswith(NEW)
    return unwanted_of(given.removeprefix(NEW)), only_new


def print_failing(
    unwanted: list[tuple[str, str]],
    only_new: bool,
    before: Mapping[Name, Row],
    after: Mapping[Name, Row],
) -> bool:
    """Print the unwanted outcomes of a release that are not accepted; return whether there are any.

    Args:
        unwanted: outcomes, each with the least severity.
        only_new: whether what was unwanted before does not count.
        before: outcomes of the old release by table and id.
        after: those of the new one.
    """
    from tidebook.pipelines.compare.changes import contradiction_name  # imports pandas

    found = False
    for place, row in after.items():
        if row["accepted"] or not _is_unwanted(unwanted, row):
            continue
        was = before.get(place)
        if not only_new or was is None or not _is_unwanted(unwanted, was):
            name = contradiction_name(row) if "finding_id" in row else place[1]
            print_line(f"Failed: {name}: {row['outcome']}", err=True, always=True)
            found = True
    return found


def _is_unwanted(unwanted: list[tuple[str, str]], row: Row) -> bool:
    return is_unwanted(unwanted, row["outcome"], row["severity"] or "")


def unwanted_words(unwanted: Iterable[tuple[str, str]], found: Collection[tuple[str, str]]) -> str:
    """Count the unwanted among the outcomes found, each with its severity: `3 wrong, 1 depends`; "" for none."""
    counts = []
    for outcome, least in unwanted:
        count = sum(word == outcome and is_unwanted([(outcome, least)], word, severity) for word, severity in found)
        if count:
            counts.append(f"{count} {outcome}")
    return ", ".join(counts)


def summary(out: Path) -> Iterator[str]:
    """Yield the lines of a build about the latest release: the counts of outcomes, then the gravest figures.

    Raises:
        InputError: there is no release, or a table is damaged.
    """
    yield from count_lines(outcome_counts(out))
    yield from coverage_lines(out)
    rows = read_rows(out, ("figure_outcomes",))["figure_outcomes"]
    faulted = [row for row in rows if row["outcome"] in FAULTED and not row["accepted"]]
    material = [row for row in faulted if row["severity"] != "minor"]
    lines = list(_gravest_lines(material, figure_names(out) if material else {}))
    for row in text_contradictions(out):
        lines.append(f"  {CONTRADICTS}: line {row['line']} of the text, {row['printed']}: {row['why']}")
    yield from lines[:GRAVEST]
    if len(material) < len(faulted):
        minor = format_count(len(faulted) - len(material), "wrong or outdated figure")
        yield f"  off by too little to matter: {minor}"


def _gravest_lines(faulted: Sequence[Row], names: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each reason for which figures are faulted, the gravest figure first.

    All figures of one contradiction carry the same reason, so only one of them is listed.
    """
    by_reason: dict[str, Row] = {}
    for row in by_graveness(faulted):
        by_reason.setdefault(row["reason"], row)
    for row in by_reason.values():
        name, reason = (with_names(row[column], names) for column in ("figure_id", "reason"))
        yield f"  {row['outcome']}: {name} is printed {row['printed']}; {reason}"


def with_names(text: str, names: Mapping[str, str]) -> str:
    """Return a text with the names of figures in place of their ids."""
    return FIGURE_ID.sub(lambda found: names.get(found[0], found[0]), text)


COVERED = {
    "checked": "checked by a claim",
    "figure": "declared as figures",
    "seen": "seen in a cell",
    "unknown": UNCOVERED,
    "ignored": "ignored",
    "set aside": "set aside (years, ordinals, names)",
}
"""Words for the counts of numbers of the text, by what covers them."""


def coverage_lines(out: Path) -> Iterator[str]:
    """Yield a line on the coverage of the article's text, if the dossier has one."""
    counts = coverage_counts(out)
    if counts:
        words = ", ".join(f"{counts[name]} {text}" for name, text in COVERED.items() if counts.get(name))
        yield f"Numbers of the text: {words}"


@dataclass(frozen=True)
class ChangedOutcome(JsonDocument):
    """A statement or figure whose outcome changed."""

    kind: str
    """The kind of the statement, or `figure`."""
    id: str
    """Its id."""
    old: str | None
    """Its outcome in the previous release; null for a new one."""
    new: str | None
    """Its outcome now; null if it was removed."""

    @property
    def words(self) -> str:
        """The change: `new → wrong`."""
        return f"{self.old or 'new'} → {self.new or 'gone'}"


def changed_statements(old: TableRows, new: TableRows) -> list[ChangedOutcome]:
    """Return the statements whose outcome changed; none if there are no old tables."""
    if "outcomes" not in old:
        return []
    before, after = _statement_outcomes(old), _statement_outcomes(new)
    changes = []
    for kind, name in {**after, **before}:
        was, now = before.get((kind, name)), after.get((kind, name))
        if was != now:
            changes.append(ChangedOutcome(kind, name, was, now))
    return changes


def _statement_outcomes(tables: TableRows) -> dict[tuple[str, str], str]:
    """Return outcomes by kind and id: a claim and a prediction may share an id."""
    outcomes = {}
    for row in tables.get("outcomes", ()):
        outcomes[row["statement_kind"], row["statement_id"]] = row["outcome"]
    return outcomes


def changed_figures(old: TableRows, new: TableRows) -> list[ChangedOutcome]:
    """Return the figures whose outcome changed, of those in both tables."""
    changes = _changed("figure_outcomes", ("figure_id",), "outcome", old, new)
    return [ChangedOutcome(FIGURE, name, was, now) for (name,), was, now in changes]


def figure_lines(changed: Iterable[ChangedOutcome]) -> Iterator[str]:
    """Yield a line for each kind of change with its figures."""
    for change, same in grouped(changed, attrgetter("words")).items():
        yield f"{format_count(len(same), FIGURE)}: {change}: {listed([each.id for each in same], NAMED)}"


def change_lines(old: TableRows, new: TableRows) -> Iterator[str]:
    """Yield the changes between two builds with their causes; if no outcome changed, the values that moved."""
    changed = list(_changed_outcome_lines(old, new))
    yield from changed or moved_lines(new["changes"])


def moved_lines(changes: Iterable[Row]) -> Iterator[str]:
    """Yield a line with the claims and metrics whose value moved, after a build that changed no outcome."""
    moved = list(dict.fromkeys(row["name"] for row in changes if row["kind"] in ("moved", "metric")))
    if moved:
        words = f"{format_count(len(moved), 'value')} moved: {listed(moved, NAMED)}"
        yield f"No outcome changed, but {words}; see `tidebook diff`"


def _changed_outcome_lines(old: TableRows, new: TableRows) -> Iterator[str]:
    """Yield changed outcomes with their causes; then verdicts and questions that changed below one that stays."""
    causes = _causes(new["changes"])
    statements = changed_statements(old, new)
    for each in statements:
        yield f"Changed: {each.id}: {each.words}"
        yield from _first(causes.get(("outcome", each.id), ()))
    for words in figure_lines(changed_figures(old, new)):
        yield f"Changed: {words}"
    for row in new["changes"]:
        if (row["kind"], row["table_name"]) == ("outcome", "text_findings"):
            yield f"Changed: {row['name']}: {row['old']} → {row['new']}"
    yield from _changes_below(old, new, {each.id for each in statements}, causes)


def _changes_below(
    old: TableRows, new: TableRows, reported: Collection[str], causes: Mapping[tuple[str, str], Sequence[str]]
) -> Iterator[str]:
    """Yield changed verdicts and questions whose statement keeps its outcome."""
    outcomes = {row["statement_id"]: row["outcome"] for row in new["outcomes"]}
    for (name,), was, now in _changed("verdicts", ("claim_id",), "status", old, new):
        if name not in reported:
            yield f"Changed: {name}: {was} → {now} as printed; its outcome stays: {outcomes[name]}"
            yield from _first(causes.get(("verdict", name), ()))
    for (name, *question), was, now in _changed("resolutions", QUESTION, "status", old, new):
        if name not in reported:
            words = f"{was} → {now}".replace("_", " ")
            yield f"Changed: {name}, {', '.join(question)}: {words}; its outcome stays: {outcomes[name]}"


def _causes(changes: Iterable[Row]) -> dict[tuple[str, str], list[str]]:
    """Return the causes of changed outcomes and flipped verdicts, by kind and name."""
    causes: dict[tuple[str, str], list[str]] = {}
    for row in changes:
        if row["kind"] in ("outcome", "verdict"):
            causes.setdefault((row["kind"], row["name"]), []).extend(row["causes"])
    return causes


def _changed(
    table: str, key: Sequence[str], column: str, old: TableRows, new: TableRows
) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield the key of each row that both tables have, if a column changed, with its old and its new value."""
    before, after = _by_key(old.get(table, ()), key, column), _by_key(new.get(table, ()), key, column)
    for name, now in after.items():
        was = before.get(name, now)
        if was != now:
            yield name, was, now


def _by_key(rows: Iterable[Row], key: Sequence[str], column: str) -> dict[tuple[str, ...], str]:
    """Return a column by key; of verdicts, those on the printed figures."""
    values = {}
    for row in rows:
        if row.get("evidence_view", "printed") == "printed":
            values[tuple(row[name] for name in key)] = row[column]
    return values


def _first(causes: Iterable[str]) -> Iterator[str]:
    """Yield the first distinct causes, and how many more there are."""
    distinct = list(dict.fromkeys(causes))
    for words in distinct[:NAMED]:
        yield f"  {words}"
    if len(distinct) > NAMED:
        yield f"  and {len(distinct) - NAMED} more rows"
