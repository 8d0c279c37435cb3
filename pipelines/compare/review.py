"""The review of a change: which outcomes turned and by which cell or sentence, as Markdown for a pull request.

Belongs here: words and order of the review, which are the same for the same two releases. Does not: finding what
changed (`changes`), or building what is compared (`commands.review`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tidebook.pipelines.compare.changes import OUTCOMES as OUTCOME_TABLES
from tidebook.pipelines.compare.changes import OutcomeChange, OutcomeTable, TableDifference
from tidebook.pipelines.compare.changes_table import outcome_causes
from tidebook.pipelines.judge.accepted import ACCEPTABLE
from tidebook.pipelines.read.formatting import format_count
from tidebook.pipelines.read.grouping import Row
from tidebook.schemas.base import Tables, records
from tidebook.schemas.vocabulary import FIGURE_OUTCOMES, OUTCOMES

CAUSES = 3
"""Causes told of one change; `tidebook diff` has all."""

MOST = 50
"""Changes listed of one kind: a comment on a pull request has room for some 60,000 characters."""

Judged = Mapping[tuple[OutcomeTable, str], Row]
"""Rows of outcomes by table and id."""


def judged_rows(tables: Tables) -> Judged:
    """Return the outcomes of a release's figures and statements by table and id."""
    found: dict[tuple[OutcomeTable, str], Row] = {}
    for table, (key, _) in OUTCOME_TABLES.items():
        for row in records(tables[table]) if table in tables else ():
            found[table, row[key]] = row
    return found


def markdown(before: Judged, after: Judged, difference: TableDifference) -> str:
    """Return the review of the change from one release to another, short where nothing turned."""
    turned = [*difference.outcomes, *_appeared(before, after), *_gone(before, after)]
    if not turned:
        return f"**Tidebook**: no outcome turned. {_counts(after)}\n"
    lines = [f"### Tidebook: {_headline(turned, after)}", ""]
    statements = [change for change in turned if change.table_name == "outcomes"]
    figures = [change for change in turned if change.table_name == "figure_outcomes"]
    lines += _table("Statement", statements, before, after)
    lines += _table("Figure", figures, before, after)
    lines.append(_counts(after))
    return "\n".join([*lines, ""])


def _appeared(before: Judged, after: Judged) -> Iterator[OutcomeChange]:
    """Yield what was not there before and does not hold."""
    for (table, name), row in after.items():
        if (table, name) not in before and row["outcome"] in ACCEPTABLE:
            yield OutcomeChange(table, name, "new", row["outcome"], row[OUTCOME_TABLES[table][1]], ())


def _gone(before: Judged, after: Judged) -> Iterator[OutcomeChange]:
    """Yield the statements that are not there any more: a claim that is deleted is not a claim that is mended."""
    for (table, name), row in before.items():
        if (table, name) not in after and table == "outcomes":
            yield OutcomeChange(table, name, row["outcome"], "gone", "", ())


def _headline(turned: Sequence[OutcomeChange], after: Judged) -> str:
    """Return the counts in words: `2 outcomes turned, 1 is newly wrong`."""
    words = [f"{format_count(len(turned), 'outcome')} turned"]
    worse = Counter(change.new for change in turned if (change.table_name, change.name) in after)
    for outcome in ("wrong", "contradicts itself", "drifted"):
        if worse[outcome]:
            words.append(f"{worse[outcome]} newly {outcome}")
    return ", ".join(words)


def _table(head: str, changes: Sequence[OutcomeChange], before: Judged, after: Judged) -> Iterator[str]:
    """Yield a table of changes, nothing without any."""
    if not changes:
        return
    yield f"| {head} | was | is | because |"
    yield "|---|---|---|---|"
    for change in changes[:MOST]:
        row = after.get((change.table_name, change.name)) or before[change.table_name, change.name]
        told = row.get("quote") or row.get("statement") or row.get("printed") or ""
        is_now = f"**{change.new}**" if change.new else ""
        cells = (f"`{change.name}` {_cell(told)}", change.old, is_now, _because(change))
        yield f"| {' | '.join(cells)} |"
    if len(changes) > MOST:
        yield f"| and {len(changes) - MOST} more | | | |"
    yield ""


def _because(change: OutcomeChange) -> str:
    """Return the causes of a change and the reason of what it is now."""
    causes = list(outcome_causes(change)) if change.causes else []
    told = causes[:CAUSES]
    if len(causes) > CAUSES:
        told.append(f"and {len(causes) - CAUSES} more changes")
    told = [words.removeprefix("because ") for words in told]  # which the head of the column says
    return "<br>".join(map(_cell, [*told, *([change.why] if change.why else [])]))


def _cell(words: str) -> str:
    """Return a text as it may stand in a cell of a Markdown table: no mark in it is markup."""
    return re.sub(r"([\\`*_\[\]<>|#&@])", r"\\\1", " ".join(words.split()))


def _counts(after: Judged) -> str:
    """Return how many statements and figures have each outcome."""
    parts = []
    for table, name, known in (("outcomes", "Statements", OUTCOMES), ("figure_outcomes", "Figures", FIGURE_OUTCOMES)):
        counts = Counter(row["outcome"] for (where, _), row in after.items() if where == table)
        if counts:
            parts.append(f"{name}: {', '.join(f'{counts[word]} {word}' for word in known if counts[word])}.")
    return " ".join(parts)
