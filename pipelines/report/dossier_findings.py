"""The findings of a dossier: its figures and statements that do not hold, each at its place in the article's files.

Belongs here: from rows of outcomes to findings, and the places of cells and claims. Does not: how an outcome is reached
(`judge`), or the forms in which findings are printed (`finding_formats`).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tidebook.pipelines.judge.accepted import ACCEPTABLE
from tidebook.pipelines.judge.coverage import share_covered
from tidebook.pipelines.judge.finding import Finding, declared_fingerprint
from tidebook.pipelines.judge.rereading import SENTENCE, sentence_states
from tidebook.pipelines.judge.severity import graveness
from tidebook.pipelines.read.dossier.sections import section_of, section_paths
from tidebook.pipelines.read.errors import place_of
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.lock import recorded_sentences
from tidebook.pipelines.read.rawfile import RawFile, is_there, read_raw
from tidebook.pipelines.read.text.document import Document, text_lines
from tidebook.schemas.vocabulary import DRIFTED, FAULTED, UNCOVERED, WITH_SEVERITY

if TYPE_CHECKING:  # it needs pandas, and a bare text does not
    from tidebook.pipelines.judge.drift import Drift

REPORTED = (*ACCEPTABLE, "depends")
"""Outcomes that are findings."""

UNTESTED = ("undecided", "unchecked")
"""Outcomes of statements that are notes, with what would decide them: nothing untestable is silent."""

NOTES = ("depends", *UNTESTED)
"""Outcomes that are shown as notes: the article may be right."""

NUMERAL = r"[\d.,\s]+"

FIGURE, PREDICTION = "figure", "prediction"

LINES_OF_QUOTATION = 3
"""Lines that are searched for the number of a quotation."""

Unwanted = Callable[[str, str], bool]
"""Whether a command fails on an outcome of a severity, "" for none."""


@dataclass(frozen=True)
class Span:
    """A place in a file: characters of one line, from 1; only the line where the column is None."""

    file: str
    line: int
    column: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class JudgedRows:
    """The rows that findings are made from.

    Attributes:
        figures: of the table `figures`.
        figure_outcomes: of `figure_outcomes`.
        outcomes: of `outcomes`.
        cards: of `claim_cards`, by claim.
        sentences: of `text_sentences`, all with their words.
        sources: names of sources by id.
        claim_ids: the ids of the claims in the order of their file.
        quotes: of `text_quotes`, none without a text.
        cells: of `text_cells`.
        numbers: of `text_numbers`.
        text: the file of the article's text, "" without one.
        text_findings: of `text_findings`.
        references: the raw file and line of each of `reference_values`, by figure, basis, day and source.
        drift_in: tells what has drifted in another version of the text, with its quotations; None without a text.
    """

    figures: Sequence[Row] = ()
    figure_outcomes: Sequence[Row] = ()
    outcomes: Sequence[Row] = ()
    cards: Mapping[str, Row] = field(default_factory=dict)
    sentences: Sequence[Row] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    claim_ids: Sequence[str] = ()
    quotes: Sequence[Row] = ()
    cells: Sequence[Row] = ()
    numbers: Sequence[Row] = ()
    text: str = ""
    text_findings: Sequence[Row] = ()
    references: Mapping[tuple[str, str, dt.date, str], str] = field(default_factory=dict)
    drift_in: Callable[[Document], tuple[Drift, Sequence[Row]]] | None = None

    def card(self, statement: Row) -> Row | None:
        """Return the card of a statement, None of a prediction and of what has drifted."""
        is_carded = statement["statement_kind"] != PREDICTION and statement["outcome"] != DRIFTED
        return self.cards.get(statement["statement_id"]) if is_carded else None

    def why(self, statement: Row) -> str:
        """Return what is so of a statement, as its card says it."""
        card = self.card(statement)
        return str(card["correction"] if card else statement["why"])


Graveness = tuple[int, float]
"""Sort key of findings: rank of the severity, then the severity index."""


def findings_of(raw: Path, rows: JudgedRows, unwanted: Unwanted) -> list[Finding]:
    """Return the findings of a dossier, gravest first.

    Args:
        raw: its folder, in which places are looked up.
        rows: what was judged.
        unwanted: which of them are errors.

    Raises:
        InputError: a file cannot be read.
    """
    place = Places(raw, rows)
    found = [*_figure_findings(rows, place, unwanted)]
    for row in rows.outcomes:
        if (_is_reported(row, unwanted) or _is_untested(row)) and not _is_repeated(row):
            finding = _statement_finding(row, place.statement(row), rows, unwanted)
            found.append((finding, graveness(row["severity"], 0.0)))
    found += [(finding, (-1, 0.0)) for finding in _sentence_findings(raw, rows, place)]
    found += [(finding, (-1, 0.0)) for finding in _uncovered(rows, place, unwanted)]
    return _gravest_first(found)


def _figure_findings(rows: JudgedRows, place: Places, unwanted: Unwanted) -> Iterator[tuple[Finding, Graveness]]:
    """Yield the findings on figures, without numbers that claims quote, which are reported with the claim."""
    cells = {row["figure_id"]: row for row in rows.figures}
    told_claims = {f"claims/{row['statement_id']}" for row in rows.outcomes if _is_reported(row, unwanted)}
    for row in rows.figure_outcomes:
        if _is_reported(row, unwanted) and row["figure_id"] not in told_claims:
            finding = _figure_finding(row, place.figure(cells[row["figure_id"]]), rows.sources, unwanted)
            yield finding, graveness(row["severity"], row["severity_index"])


def _sentence_findings(raw: Path, rows: JudgedRows, place: Places) -> Iterator[Finding]:
    """Yield the sentences around quotations that contradict what is judged, or are others than the lock has."""
    known = {(row["statement_kind"] == PREDICTION, row["statement_id"]): row for row in rows.outcomes}
    for quote_id, kind, why, locator in sentence_states(rows.sentences, recorded_sentences(raw)):
        section, _, name = quote_id.partition("/")
        statement = known.get((section == "predictions", name))
        if statement is None:
            continue
        span = place.statement(statement)
        if section == "predictions" and locator:
            path, line, column = place_of(locator)
            span = place.shown(Span(path, line, int(column or 1)))
        level = "warning" if kind == SENTENCE else "note"
        yield _on_statement(statement, span, kind, level, why, declared_fingerprint(kind, name))


def _gravest_first(found: Iterable[tuple[Finding, Graveness]]) -> list[Finding]:
    """Sort findings with their graveness: errors first, then by graveness; equally grave ones by their places."""
    by_place = sorted(found, key=lambda each: (each[0].file, each[0].line, each[0].id))
    gravest_first = sorted(by_place, key=lambda each: (each[0].level == "error", each[1]), reverse=True)
    return [finding for finding, _ in gravest_first]


def coverage(numbers: Iterable[Row]) -> float | None:
    """Return the share of a text's numbers that a claim checks or a figure declares, of those that are not set aside.

    None without a number that counts.
    """
    return share_covered(row["coverage"] for row in numbers)


def _uncovered(rows: JudgedRows, place: Places, unwanted: Unwanted) -> Iterator[Finding]:
    """Yield the uncovered numbers of the text."""
    seen: Counter[tuple[str, str]] = Counter()
    for row in rows.numbers:
        if row["coverage"] != "unknown":
            continue
        span = place.shown(Span(rows.text, row["line"], row["position"], row["position"] + len(row["text"])))
        section, text = row["section"] or "", row["text"]
        seen[section, text] += 1
        yield Finding(
            id=f"{UNCOVERED} {row['text']}",
            kind=UNCOVERED,
            tier="",
            severity="",
            level="error" if unwanted(UNCOVERED, "") else "note",
            file=span.file,
            line=span.line,
            column=span.column,
            end_line=span.line,
            end=span.end,
            quote=row["text"],
            printed=row["text"],
            expected="",
            why="no claim and no figure quotes it, and it is not ignored",
            evidence=(),
            sources=[],
            fingerprint=declared_fingerprint(UNCOVERED, f"{section} / {text} / {seen[section, text]}"),
        )


def _is_reported(row: Row, unwanted: Unwanted) -> bool:
    return row["outcome"] in REPORTED or unwanted(row["outcome"], row["severity"] or "")


def _is_untested(row: Row) -> bool:
    return row["outcome"] in UNTESTED and row["statement_kind"] != PREDICTION


def _is_repeated(row: Row) -> bool:
    """Whether only its figures, which are findings themselves, make a claim wrong."""
    return row["outcome"] in FAULTED and not row["interpretations"]


def _level(row: Row, unwanted: Unwanted) -> str:
    if row["accepted"]:
        return "note"
    if unwanted(row["outcome"], row["severity"] or ""):
        return "error"
    return "note" if row["outcome"] in NOTES or row["severity"] == "minor" else "warning"


def _figure_finding(row: Row, span: Span, sources: Mapping[str, str], unwanted: Unwanted) -> Finding:
    better = row["better"] or ""
    source = row["source_id"]
    return Finding(
        id=row["figure_id"],
        kind=row["outcome"],
        tier="",
        severity=row["severity"] or "",
        level=_level(row, unwanted),
        file=span.file,
        line=span.line,
        column=span.column,
        end_line=span.line,
        end=span.end,
        quote=row["printed"],
        printed=row["printed"],
        expected=better,
        why=row["reason"],
        evidence=(),
        sources=[sources.get(source, source)] if source else [],
        fingerprint=declared_fingerprint(FIGURE, row["figure_id"]),
        accepted=row["accepted"] or "",
        suggestion=_suggestion(row) if span.end else "",
    )


def _suggestion(row: Row) -> str:
    """Return the better value as a text to replace the printed one, "" if it would not mean the same.

    One in another unit does not, and neither does one that is written another way: `8,645,000` for `9.2 million`.
    """
    better = row["better"] or ""
    is_alike = re.sub(NUMERAL, "", better) == re.sub(NUMERAL, "", row["printed"])
    return better if is_alike and row["outcome"] in FAULTED and row["better_unit"] == row["unit"] else ""


def _statement_finding(row: Row, span: Span, rows: JudgedRows, unwanted: Unwanted) -> Finding:
    card = rows.card(row)
    why = rows.why(row)
    if card and row["outcome"] in UNTESTED and card["would_change"] and card["would_change"][2:] not in why:
        why += f"; what would decide it: {card['would_change']}"
    fingerprint = declared_fingerprint(row["statement_kind"], row["statement_id"])
    found = _on_statement(row, span, row["outcome"], _level(row, unwanted), why, fingerprint)
    severity = (row["severity"] or "") if row["outcome"] in WITH_SEVERITY else ""
    return replace(found, severity=severity, accepted=row["accepted"] or "")


def _on_statement(row: Row, span: Span, kind: str, level: str, why: str, fingerprint: str) -> Finding:
    """Return a finding on the words of a statement as a whole, which no number can replace."""
    return Finding(
        id=row["statement_id"],
        kind=kind,
        tier="",
        severity="",
        level=level,
        file=span.file,
        line=span.line,
        column=span.column,
        end_line=span.line,
        end=span.end,
        quote=row["quote"] or row["statement"],
        printed="",
        expected="",
        why=why,
        evidence=(),
        sources=[],
        fingerprint=fingerprint,
    )


def statement_places(raw: Path, claim_ids: Sequence[str]) -> dict[tuple[bool, str], Span]:
    """Return the place of each statement in the file that declares it; the key says whether it is a prediction.

    Args:
        raw: the dossier.
        claim_ids: the ids of the claims in their order, since a claim may go without.

    Raises:
        InputError: a file cannot be read.
    """
    paths = section_paths(raw)
    found = {}
    for section in ("claims", "predictions"):
        path = paths[section]
        file = section_of(path, read_raw(raw, path).data if is_there(raw, path) else b"", section)
        declared = file.toml().get(section, ())
        ids = claim_ids if section == "claims" else [each.get("id", "") for each in declared]
        for index, name in enumerate(ids):
            line = file.toml_line((section, index, "id")) or file.toml_line((section, index)) or 1
            found[section == "predictions", name] = Span(path, line)
    return found


def _quoted_places(quotes: Iterable[Row]) -> dict[tuple[bool, str], Span]:
    """Return the place of each claim's words in the article's text, exact or approximate, if they are found."""
    found = {}
    for row in quotes:
        kind, _, name = row["quote_id"].partition("/")
        if kind == "claims" and row["locator"]:
            path, line, column = place_of(row["locator"])
            found[False, name] = _within_line(path, line, int(column or 1), row["words"] or "")
    return found


def _within_line(path: str, line: int, column: int, words: str) -> Span:
    """Return the place of words that begin there; `Places.shown` drops the end where the line has them otherwise."""
    return Span(path, line, column, column + len(words) if words else None)


class Places:
    """Looks up places in the files of a dossier, each file once.

    Args:
        raw: the dossier.
        rows: what was judged of it.

    Raises:
        InputError: a file cannot be read.
    """

    def __init__(self, raw: Path, rows: JudgedRows) -> None:
        self._in_text = {(row["line"], row["text"]): row["position"] for row in rows.cells}
        self._statements = statement_places(raw, rows.claim_ids) | _quoted_places(rows.quotes)
        self._file = cache(lambda path: read_raw(raw, path))
        self._lines = cache(lambda path: text_lines(self._file(path)))
        self._cells = cache(lambda path: dict(csv_spans(self._file(path))))
        self._shown = cache(lambda path: shown_path(raw / path))

    def figure(self, figure: Row) -> Span:
        """Return the characters of a figure: of its cell, or of its words in the article's text."""
        path, line, header = place_of(figure["locator"])
        text = figure["text"] or ""
        if header and path.endswith(".csv"):
            return self.shown(self._cells(path).get((line, header)) or Span(path, line))
        column = self._in_text.get((line, text))
        if column is not None:
            return self.shown(_within_line(path, line, column, text))
        if header and header.isdigit():
            return self.shown(self._number_from(Span(path, line, int(header)), text))
        return self.shown(Span(path, line))

    def _number_from(self, quotation: Span, number: str) -> Span:
        """Return the number of a quotation, which may be on a line after the quotation's first words."""
        start = (quotation.column or 1) - 1
        lines = self._lines(quotation.file)[quotation.line - 1 :][:LINES_OF_QUOTATION]
        for place, line in enumerate(lines, quotation.line):
            found = line.find(number, start)
            if number and found >= 0:
                return _within_line(quotation.file, place, found + 1, number)
            start = 0
        return quotation

    def statement(self, statement: Row) -> Span:
        """Return the words of a claim in the article's text, if they are there, else the line of its declaration."""
        return self.shown(self._statements[statement["statement_kind"] == PREDICTION, statement["statement_id"]])

    def shown(self, span: Span) -> Span:
        """Return a place relative to the working directory, with its end only if that is in the same line."""
        lines = self._lines(span.file)
        length = len(lines[span.line - 1]) if span.line <= len(lines) else 0
        end = span.end if span.end is not None and span.end <= length + 1 else None
        return Span(self._shown(span.file), span.line, span.column, end)


def shown_path(path: Path) -> str:
    """Return a path relative to the working directory where it lies below it, with forward slashes."""
    absolute = Path(os.path.abspath(path))
    here = Path.cwd()
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else absolute).as_posix()


def csv_spans(file: RawFile) -> Iterator[tuple[tuple[int, str], Span]]:
    """Yield line and header of each cell of a CSV file with its characters, without quotation marks.

    Cells that hold line ends are left out, as are all in a row with one: a place is within one line.
    """
    lines = file.text().splitlines()
    if not lines:
        return
    headers = next(csv.reader(io.StringIO(lines[0])), [])
    for number, line in enumerate(lines[1:], 2):
        for header, (start, end) in zip(headers, _cell_spans(line), strict=False):
            yield (number, header), Span(file.path, number, start + 1, end + 1)


def _cell_spans(line: str) -> Iterable[tuple[int, int]]:
    """Return start and end of each cell in a line of CSV, from 0."""
    spans = []
    start, quoted = 0, False
    for index, character in enumerate(f"{line},"):
        if character == '"':
            quoted = not quoted  # a doubled mark within a cell toggles twice
        elif character == "," and not quoted:
            is_quoted = line[start : start + 1] == '"' and index - start > 1
            spans.append((start + 1, index - 1) if is_quoted else (start, index))
            start = index + 1
    return [] if quoted else spans
