"""The review of an edit: which outcomes it changed and by which cell or sentence, as Markdown for a pull request.

Belongs here: words and order of the review, which are the same for the same two releases. Does not: finding what
changed (`changes`), or building what is compared (`commands.review`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote

from tidebook.pipelines.compare.changes import (
    GONE,
    NEW,
    TEXT,
    CellChanges,
    OutcomeChange,
    OutcomeTable,
    TableDifference,
    contradictions,
)
from tidebook.pipelines.compare.changes import OUTCOMES as OUTCOME_TABLES
from tidebook.pipelines.compare.changes_table import outcome_causes, revised_words, row_name
from tidebook.pipelines.judge.accepted import ACCEPTABLE
from tidebook.pipelines.judge.coverage import share_covered
from tidebook.pipelines.judge.finding import Finding
from tidebook.pipelines.judge.text.finding_rows import findings_of_rows
from tidebook.pipelines.read.errors import Problem, place_of
from tidebook.pipelines.read.formatting import format_count
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.markdown_text import escape_markdown, markdown_code
from tidebook.pipelines.read.plugin import has_lines
from tidebook.pipelines.read.text.blocks import Document
from tidebook.schemas.base import Tables, records
from tidebook.schemas.units import percent
from tidebook.schemas.vocabulary import CONTRADICTS, FIGURE_OUTCOMES, OUTCOMES

LINE = re.compile(r":\d+(?:, column .*)?$")
"""The end of a locator that names a line."""

KNOWN_BY_ID = ("figures", "evidence_rows")
"""Tables whose ids begin with the name of a table or series."""

CAUSES = 3
"""Maximum causes listed for one change; `tidebook diff` has all."""

ROOM = 18_000
"""Characters of one list: a comment on a pull request has room for some 65,000, and a review has up to three lists."""

LONGEST_CELL = 600
"""Characters of a cell."""

Judged = Mapping[tuple[OutcomeTable, str], Row]
"""Rows of outcomes by table and id."""

Link = Callable[[str, int, str], str]
"""Shows a line of a file, or where it is in a file without lines, as a link if it is known where files are shown."""


class Uncovered(NamedTuple):
    """An uncovered number of a text; `section` are the headings above."""

    section: str
    text: str
    line: int


@dataclass(frozen=True)
class TextState:
    """The coverage of a text: its file, the covered share of its numbers, and the uncovered ones."""

    path: str = ""
    share: float | None = None
    uncovered: Sequence[Uncovered] = ()


def text_state(tables: Tables, path: str) -> TextState:
    """Return the state of the text of a release; `path` is "" for an article without one."""
    rows = records(tables["text_numbers"]) if path and "text_numbers" in tables else []
    unknown = [
        Uncovered(row["section"] or "", row["text"], row["line"]) for row in rows if row["coverage"] == "unknown"
    ]
    return TextState(path, share_covered(row["coverage"] for row in rows), unknown)


def linked(base: str, documents: Mapping[str, Document] = MappingProxyType({})) -> Link:
    """Return a function that shows a line of a file.

    Args:
        base: the address below which files are shown; "" for places as text.
        documents: files as they are now, which may have no lines themselves.
    """

    def shown(path: str, line: int, where: str) -> str:
        if not where and path in documents:
            where = documents[path].where(line)
        is_line = not where and has_lines(path)
        name = f"{path}:{line}" if is_line else ", ".join(filter(None, (path, where)))
        # Without `plain`, GitHub and GitLab show a page made from Markdown or CSV, which has no lines.
        place = f"?plain=1#L{line}" if is_line else ""
        return f"[{_cell(name)}]({base.rstrip('/')}/{quote(path)}{place})" if base else markdown_code(name)

    return shown


def places(tables: Tables) -> dict[tuple[OutcomeTable, str], tuple[str, int]]:
    """Return file and line of each figure, and of each claim whose words are in the article's text."""
    found: dict[tuple[OutcomeTable, str], tuple[str, int]] = {}
    for row in records(tables["figures"]):
        if row["locator"]:
            found["figure_outcomes", row["figure_id"]] = place_of(row["locator"])[:2]
    for row in records(tables["text_quotes"]) if "text_quotes" in tables else ():
        kind, _, name = row["quote_id"].partition("/")
        if kind == "claims" and row["locator"]:
            found["outcomes", name] = place_of(row["locator"])[:2]
    return found


def judged_rows(tables: Tables) -> Judged:
    """Return the outcomes of a release's figures, statements and places of the text by table and id."""
    found: dict[tuple[OutcomeTable, str], Row] = {}
    for table, (key, _) in OUTCOME_TABLES.items():
        for row in records(tables[table]) if table in tables else ():
            found[table, row[key]] = row
    for name, contradiction in contradictions(tables).items():
        # Whatever its severity, as in `tidebook check`.
        found[TEXT, name] = {**contradiction, "outcome": CONTRADICTS, "severity": ""}
    return found


@dataclass(frozen=True)
class Side:
    """One side of a change: outcomes, places of figures and claims, the text and its findings; all empty if new."""

    judged: Judged = field(default_factory=dict)
    places: Mapping[tuple[OutcomeTable, str], tuple[str, int]] = field(default_factory=dict)
    text: TextState = TextState()
    findings: Sequence[Finding] = ()
    sentences: Mapping[str, Row] = field(default_factory=dict)


def side_of(tables: Tables, path: str) -> Side:
    """Return a release as a side of a change; `path` is the file of the article's text, "" without one."""
    findings = list(findings_of_rows(records(tables[TEXT]), path, fails=True)) if TEXT in tables else []
    sentences = (
        {row["quote_id"]: row for row in records(tables["text_sentences"])} if "text_sentences" in tables else {}
    )
    return Side(judged_rows(tables), places(tables), text_state(tables, path), findings, sentences)


def is_calm(before: Side, after: Side, difference: TableDifference, cells: CellChanges) -> bool:
    """Whether an edit changed nothing that a review reports."""
    lines = [
        *_text_lines(before.findings, after.findings, linked("")),
        *_coverage_lines(before.text, after.text, linked("")),
        *_sentence_lines(before, after, linked("")),
    ]
    return not (_changed_outcomes(before, after, difference) or lines or any(cells))


def markdown(
    before: Side,
    after: Side,
    difference: TableDifference,
    cells: CellChanges,
    link: Link,
    why_new: str = "",
) -> str:
    """Return the review of the change from one release to another: one line if nothing changed that a reader sees.

    Args:
        before: what is compared with.
        after: what is reviewed.
        difference: all that differs between them.
        cells: the changed cells of what is printed and of evidence, whatever they change.
        link: shows a line of a file.
        why_new: why there is nothing to compare with, so that all is new; "" where there is.
    """
    changed = _changed_outcomes(before, after, difference)
    of_text = _text_lines(before.findings, after.findings, link)
    coverage = _coverage_lines(before.text, after.text, link)
    counts = _counts(after.judged)
    reread = _sentence_lines(before, after, link)
    of_cells = _cell_lines(cells, link)
    if not (changed or reread or of_text or coverage or of_cells or why_new):
        return f"**Tidebook**: no outcome changed. {counts}\n"
    lines = [f"### Tidebook: {_headline(changed, before, after)}", ""]
    if why_new:
        lines += [f"There is nothing to compare with, so everything is new: {_cell(why_new)}", ""]
    statements = [change for change in changed if change.table_name == "outcomes"]
    figures = [change for change in changed if change.table_name == "figure_outcomes"]
    lines += _table("Statement", statements, before, after, link)
    lines += _table("Figure", figures, before, after, link)
    lines += of_cells
    lines += reread
    lines += of_text
    lines += coverage
    lines.append(counts)
    return "\n".join([*lines, ""])


def unreadable_markdown(problems: Sequence[Problem], cells: CellChanges | None, link: Link) -> str:
    """Return the review of a change to what cannot be read: why, and the changed cells of what can be.

    Args:
        problems: what is wrong with it.
        cells: the changed cells of what is printed and of evidence; None if there is nothing to compare.
        link: shows a line of a file.
    """
    lines = ["### Tidebook: this version cannot be read", "", "Its outcomes are not known:", ""]
    lines += [*_within_room([f"- {_cell(str(problem))}" for problem in problems], "- and {} more"), ""]
    if cells is None:
        lines.append("Nothing of it can be compared.")
    elif any(cells):
        lines += _cell_lines(cells, link)
        lines.append("Cells of tables that cannot be read are not among these.")
    else:
        lines.append("In the tables that can be read no cell changed.")
    return "\n".join([*lines, ""])


def _cell_lines(cells: CellChanges, link: Link) -> list[str]:
    """Return a table of the changed cells of what is printed and of evidence."""
    rows = []
    for row in cells.rows:
        path, line, _ = place_of(row.locator) if LINE.search(row.locator) else ("", 0, None)
        where = link(path, line, "") if path else _cell(row.locator.partition(" (")[0])
        how = "" if row.change == "revised" else f"{row.change}: "
        name = _cell(f"{row.table_name}/{row_name(row)}" if row.table_name not in KNOWN_BY_ID else row_name(row))
        rows.append(f"| {name} | {where} | {how}{_cell(revised_words(row))} |")
    lines = list(_rows(("Changed cell", "where", "was → is"), rows))
    for path in cells.unread:
        lines += [f"{link(path, 1, '')} changed where no expression reads it.", ""]
    return lines


def _sentence_lines(before: Side, after: Side, link: Link) -> list[str]:
    """Return a table of the sentences around quotations that changed, with both versions where a release has them."""
    rows = []
    for quote_id, was in before.sentences.items():
        now = after.sentences.get(quote_id)
        kind, _, name = quote_id.partition("/")
        if now is None and kind == "claims":
            continue  # it has drifted, which changes its outcome
        if now and (was["digest"], was["contradiction"]) == (now["digest"], now["contradiction"]):
            continue
        told = (now["contradiction"] or "reread") if now else "the text no longer has it"
        cells = map(_cell, (name, was["words"] or "", (now or {}).get("words") or "", told))
        path, line = place_of((now or was)["locator"])[:2]
        rows.append(f"| {link(path, line, '')} | {' | '.join(cells)} |")
    return list(_rows(("Sentence around a quotation", "statement", "was", "is", "because"), rows))


def text_markdown(
    before: Sequence[Finding], after: Sequence[Finding], was: TextState, now: TextState, link: Link
) -> str:
    """Return the review of the change of a text that has no dossier: findings that came and went, and coverage."""
    came, went = _not_in(after, before), _not_in(before, after)
    of_text = _text_lines(before, after, link)
    coverage = _coverage_lines(was, now, link)
    if not (of_text or coverage):
        return f"**Tidebook**: no finding came or went. {format_count(len(after), 'finding')}.\n"
    lines = [f"### Tidebook: {format_count(len(came), 'new finding')}, {len(went)} gone", ""]
    lines += of_text
    lines += coverage
    lines.append(f"{format_count(len(after), 'finding')} now.")
    return "\n".join([*lines, ""])


def _text_lines(before: Sequence[Finding], after: Sequence[Finding], link: Link) -> list[str]:
    """Return a table of the new findings on a text, and one of the fixed ones."""
    lines: list[str] = []
    for head, found in (("New in the text", _not_in(after, before)), ("Gone from the text", _not_in(before, after))):
        rows = []
        for each in found:
            place = link(each.file, each.line, each.where)
            rows.append(f"| {place} | {_cell(each.kind)} | {_cell(each.printed)} | {_cell(each.why)} |")
        lines += _rows((head, "kind", "printed", "because"), rows)
    return lines


def new_findings(before: Sequence[Finding], after: Sequence[Finding]) -> list[Finding]:
    """Return the findings that are new, or about another number."""
    return _not_in(after, before)


def _not_in(findings: Sequence[Finding], others: Sequence[Finding]) -> list[Finding]:
    known = {(each.fingerprint, each.printed) for each in others}
    found = [each for each in findings if (each.fingerprint, each.printed) not in known and not each.accepted]
    return sorted(found, key=lambda each: (each.line, each.column or 0))


def _changed_outcomes(before: Side, after: Side, difference: TableDifference) -> list[OutcomeChange]:
    """Return the changed outcomes, without the number that a claim quotes where the claim changed likewise."""
    outcomes = [change for change in difference.outcomes if change.table_name != TEXT]  # which have tables of their own
    changes = [*outcomes, *_appeared(before.judged, after.judged), *_removed(before.judged, after.judged)]
    claims = {(f"claims/{change.name}", change.new) for change in changes if change.table_name == "outcomes"}
    return [change for change in changes if (change.name, change.new) not in claims]


def _coverage_lines(before: TextState, after: TextState, link: Link) -> list[str]:
    """Return the coverage of the text before and after, with the newly uncovered numbers."""
    new = _newly_uncovered(before, after)
    was, now = ("none" if state.share is None else percent(state.share) for state in (before, after))
    if not new and was == now:
        return []
    lines = [f"Coverage of the text's numbers: {was}{'' if was == now else f' → {now}'}.", ""]
    if new:
        rows = [f"- {_cell(number.text)} ({link(after.path, number.line, '')})" for number in new]
        lines += [f"{format_count(len(new), 'number')} that nothing accounts for since then:", ""]
        lines += [*_within_room(rows, "- and {} more"), ""]
    return lines


def _newly_uncovered(before: TextState, after: TextState) -> list[Uncovered]:
    """Return the numbers that are uncovered more often than before, by section and text."""
    known = Counter((number.section, number.text) for number in before.uncovered)
    new = []
    for number in after.uncovered:
        known[number[:2]] -= 1
        if known[number[:2]] < 0:
            new.append(number)
    return new


def _appeared(before: Judged, after: Judged) -> Iterator[OutcomeChange]:
    """Yield new statements and figures that do not hold."""
    for (table, name), row in after.items():
        if table in OUTCOME_TABLES and (table, name) not in before and row["outcome"] in ACCEPTABLE:
            yield OutcomeChange(table, name, NEW, row["outcome"], row[OUTCOME_TABLES[table][1]], ())


def _removed(before: Judged, after: Judged) -> Iterator[OutcomeChange]:
    """Yield removed statements: a deleted claim is not a fixed one."""
    for (table, name), row in before.items():
        if (table, name) not in after and table == "outcomes":
            yield OutcomeChange(table, name, row["outcome"], GONE, "", ())


def _headline(changed: Sequence[OutcomeChange], before: Side, after: Side) -> str:
    """Return the counts in words: `2 outcomes changed, 1 newly wrong, 1 new finding in the text`."""
    words = [f"{format_count(len(changed), 'outcome')} changed" if changed else "no outcome changed"]
    worse = Counter(change.new for change in changed if (change.table_name, change.name) in after.judged)
    for outcome in ("wrong", "contradicts itself", "drifted"):
        if worse[outcome]:
            words.append(f"{worse[outcome]} newly {outcome}")
    if came := new_findings(before.findings, after.findings):
        words.append(f"{format_count(len(came), 'new finding')} in the text")
    return ", ".join(words)


def _table(head: str, changes: Sequence[OutcomeChange], before: Side, after: Side, link: Link) -> Iterator[str]:
    """Yield a table of changes, nothing without any."""
    rows = []
    for change in changes:
        key = change.table_name, change.name
        row = after.judged.get(key) or before.judged[key]
        words = row.get("quote") or row.get("statement") or row.get("printed") or ""
        place = after.places.get(key)
        where = link(*place, "") if place else ""
        is_now = f"**{change.new}**" if change.new else ""
        cells = (f"{markdown_code(change.name)} {_cell(words)}", where, change.old, is_now, _because(change))
        rows.append(f"| {' | '.join(cells)} |")
    yield from _rows((head, "where", "was", "is", "because"), rows)


def _rows(heads: Sequence[str], rows: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a table, nothing without rows."""
    if rows:
        yield f"| {' | '.join(heads)} |"
        yield f"|{'---|' * len(heads)}"
        yield from _within_room(rows, f"| and {{}} more |{' |' * (len(heads) - 1)}")
        yield ""


def _within_room(lines: Sequence[str], more: str) -> Iterator[str]:
    """Yield the lines that fit a list, then how many are left out."""
    left = ROOM
    for place, line in enumerate(lines):
        left -= len(line) + 1
        if left < 0:
            yield more.format(len(lines) - place)
            return
        yield line


def _because(change: OutcomeChange) -> str:
    """Return the causes of a change, and the reason for the new outcome."""
    causes = list(outcome_causes(change)) if change.causes else []
    listed = causes[:CAUSES]
    if len(causes) > CAUSES:
        listed.append(f"and {len(causes) - CAUSES} more changes")
    # The head of the column says "because".
    listed = [words.removeprefix("because ") for words in listed]
    return "<br>".join(map(_cell, [*listed, *([change.why] if change.why else [])]))


def _cell(words: str) -> str:
    """Return a text as it may be in a cell of a Markdown table: no mark in it is markup."""
    words = " ".join(words.split())
    if len(words) > LONGEST_CELL:
        words = f"{words[: LONGEST_CELL - 1]}…"
    return escape_markdown(words).replace("@", r"\@")  # which would tell a user of GitHub


def _counts(after: Judged) -> str:
    """Return how many statements and figures have each outcome."""
    parts = []
    for table, name, known in (("outcomes", "Statements", OUTCOMES), ("figure_outcomes", "Figures", FIGURE_OUTCOMES)):
        counts = Counter(row["outcome"] for (where, _), row in after.items() if where == table)
        if counts:
            parts.append(f"{name}: {', '.join(f'{counts[word]} {word}' for word in known if counts[word])}.")
    return " ".join(parts)
