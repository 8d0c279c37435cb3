"""The article's own text as tables: its quotations, its numbers, the cells of its tables, and what has drifted.

Belongs here: what each is made from. Does not: how a text is read (`read.text`), or what is judged of it (`judge`). A
dossier without a text has none of these steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import pandas as pd

from tidebook.pipelines.evaluate.declared import Formulas
from tidebook.pipelines.evaluate.expressions import Node
from tidebook.pipelines.graph.step import (
    TEXT,
    TEXT_ACCEPTED,
    TEXT_READINGS,
    Bundle,
    Each,
    GraphInputs,
    StepVariant,
    Want,
    cells_step,
    step,
)
from tidebook.pipelines.judge.accepted import AcceptedInText, entries_of
from tidebook.pipelines.judge.claims import quotations
from tidebook.pipelines.judge.declared import ClaimsFile
from tidebook.pipelines.judge.drift import Drift, drift
from tidebook.pipelines.judge.interpretations import Interpretation
from tidebook.pipelines.judge.rereading import other_statement, other_words, words_digest
from tidebook.pipelines.judge.sentences import Meant, contradiction, meant_by
from tidebook.pipelines.judge.text.budget import within_budget
from tidebook.pipelines.read.declarations import Predictions
from tidebook.pipelines.read.dossier.declared import Article, DossierFile, PrintedTables
from tidebook.pipelines.read.errors import Problem
from tidebook.pipelines.read.evidence_tables.series import EvidenceTables
from tidebook.pipelines.read.plugin import SwitchedOn
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.tables import ParsedTable, parse_table
from tidebook.pipelines.read.text.cells import number_of, table_in_text, text_cells_table
from tidebook.pipelines.read.text.document import Document, read_document
from tidebook.pipelines.read.text.figures import ProseFigures
from tidebook.pipelines.read.text.numbers import Around, TextAsRead
from tidebook.pipelines.read.text.numbers import text_as_read as read_text
from tidebook.pipelines.read.text.quotation import Quotation, Quoted
from tidebook.schemas.base import Frame, records, table_of
from tidebook.schemas.figures import Figures
from tidebook.schemas.outcomes import FigureOutcomes, Outcomes
from tidebook.schemas.text import TextCells, TextFindings, TextLeftOut, TextNumbers, TextQuotes, TextSentences

if TYPE_CHECKING:
    from tidebook.pipelines.judge.readings.engine import Judged
    from tidebook.pipelines.judge.readings.replies import Replied
    from tidebook.pipelines.judge.text.review import Review


@step(group="declared", by_key=True)
def document(file: Annotated[RawFile, Want(TEXT)]) -> Document:
    """Read the article's text."""
    return read_document(file)


@dataclass(frozen=True)
class Quoting(Bundle):
    """The text, and what the dossier quotes of it."""

    document: Document
    claims: ClaimsFile
    prose: ProseFigures
    plugins: SwitchedOn
    predictions: Predictions


def _file_cells(known: GraphInputs) -> dict[str, Want]:
    """Return the cells of the tables that are files."""
    return {name: Want(cells_step(name)) for name, table in known.dossier.tables.items() if table.path}


@step(group="declared", by_key=True)
def text_as_read(_quoting: Quoting, **parsed: Annotated[Any, Each(_file_cells)]) -> TextAsRead:
    """Look for the quotations of claims and figures in the text, and find what accounts for its numbers."""
    prose: set[str] = set()
    cells: set[str] = set()
    for each in parsed.values():
        (prose if each.table.rows == "figures" else cells).update(cell.text for cell in each.cells)
    quoted = quotations(_quoting.claims, _quoting.plugins, _quoting.prose)
    document = _quoting.document
    return read_text(document, quoted, prose, cells, _restated(_quoting.predictions), within_budget(document).document)


def _restated(predictions: Predictions) -> list[Quoted]:
    """Return the statements of predictions, which a text may have as they are, or within a sentence."""
    found = []
    for each in predictions.predictions:
        words = each.statement.rstrip(".")
        for form in (words, words[:1].lower() + words[1:]):
            place = Problem("", "", text=each.statement)
            found.append(Quoted(f"predictions/{each.id}", Quotation(form, each.section, anywhere=True), place))
    return found


@step(group="tables")
def text_cells(document: Document) -> Frame[TextCells]:
    """List the cells of the tables in the article's text."""
    return text_cells_table(document)


@step(group="tables")
def text_quotes(read: TextAsRead) -> Frame[TextQuotes]:
    """List the quotations of the dossier, and what the article's text has in their place."""
    return read.quotes


class TextReadings(NamedTuple):
    """What readers say of the article's text, without sight of its numbers."""

    replied: Replied


@step(group="declared", by_key=True)
def text_readings(file: Annotated[RawFile, Want(TEXT_READINGS)]) -> TextReadings:
    """Read what readers say of the numbers of the article's text."""
    from tidebook.pipelines.judge.readings.replies import read_readings

    return TextReadings(read_readings(file.text(), file.path))


class TextReview(NamedTuple):
    """Contradictions within the article's text, and the numbers that its own tables and sentences confirm.

    `judged` is what follows from readings, and `left_out` lines of their file that are none.
    """

    found: Review
    judged: Judged
    left_out: Sequence[str] = ()


@dataclass(frozen=True)
class ReadText(Bundle):
    """The article's text, and what readers say of it."""

    document: Document
    readings: TextReadings | None = None


@step(group="declared", by_key=True)
def text_review(_text: ReadText) -> TextReview:
    """Check the article's text against itself."""
    # The rules for texts take long to import, and many dossiers have no text.
    from tidebook.pipelines.judge.readings.review import review_with_readings

    replied = _text.readings.replied if _text.readings else None
    found = review_with_readings(_text.document, replied.readings if replied else [])
    return TextReview(*found, [str(each) for each in replied.left_out] if replied else [])


@step(group="tables")
def text_left_out(review: TextReview) -> Frame[TextLeftOut]:
    """Name the parts of the text that were not read, or not checked."""
    left_out = enumerate(review.found.left_out, 1)
    return table_of(TextLeftOut, ({"number": number, "words": words} for number, words in left_out))


@step(group="tables")
def text_numbers(read: TextAsRead, review: TextReview) -> Frame[TextNumbers]:
    """List the numbers in the prose of the article's text, and what accounts for each.

    The text itself may check numbers that the dossier does not cover: by its tables, or a sentence's arithmetic. What
    is no quantity of the text alone, such as a duration of reading, is none of the dossier either.
    """
    numbers = read.numbers
    found = {
        (each.line, each.column): each.state
        for each in review.found.coverage.numerals
        if each.state in ("checked", "seen", "set aside")
    }
    rows = zip(numbers["coverage"], numbers["line"], numbers["position"], strict=True)
    coverage = [found.get((line, position), state) if state == "unknown" else state for state, line, position in rows]
    # A text without numbers has an empty column, whose type does not follow from its values.
    return numbers.assign(coverage=pd.Series(coverage, numbers.index, numbers["coverage"].dtype))


@dataclass(frozen=True)
class Expressions(Bundle):
    """What claims are judged by."""

    interpretations: list[Interpretation]
    formulas: Formulas
    evidence: EvidenceTables
    figures: Frame[Figures]


def meant_by_claim(judged: Expressions) -> dict[str, Meant]:
    """Return what the expressions of each claim mean, by the id of its quotation."""
    labels: dict[str, dict[str, str]] = {}
    for row in records(judged.figures):
        labels.setdefault(row["table_name"], {})[row["subject"]] = row["label"]
    by_claim: dict[str, list[Node]] = {}
    for interpretation in judged.interpretations:
        named = [interpretation.metric, *(part.metric for part in interpretation.parts)]
        roots = [judged.formulas[name].root for name in named if name in judged.formulas]
        by_claim.setdefault(f"claims/{interpretation.claim_id}", []).extend(roots)
    return {name: meant_by(roots, labels, judged.evidence) for name, roots in by_claim.items()}


@step(group="tables")
def text_sentences(
    read: TextAsRead, predictions: Predictions, article: Article, _judged: Expressions
) -> Frame[TextSentences]:
    """List the sentence of each claim and prediction, and what it says against that by which this is judged."""
    meant_in = meant_by_claim(_judged)
    stated = {f"predictions/{each.id}": each.statement for each in predictions.predictions}
    rows = []
    for quote_id, around in statements_around(read):
        words = other_words(around.before, around.behind)
        if quote_id in stated:
            against = other_statement(stated[quote_id], around.words)
        else:
            against = contradiction(around.before, around.words, around.behind, meant_in.get(quote_id, Meant()))
        rows.append(
            {
                "quote_id": quote_id,
                "locator": around.locator,
                "words": words if article.own else "",
                "digest": words_digest(words),
                "contradiction": against,
            }
        )
    return table_of(TextSentences, rows)


def statements_around(read: TextAsRead) -> list[tuple[str, Around]]:
    """Return the sentences of claims and predictions, sorted by the id of what is quoted."""
    return sorted(each for each in read.around.items() if each[0].startswith(("claims/", "predictions/")))


@step(group="declared", by_key=True)
def accepted_in_text(file: Annotated[RawFile, Want(TEXT_ACCEPTED)]) -> AcceptedInText:
    """Read the accepted contradictions of the article's text."""
    return entries_of(file)


@dataclass(frozen=True)
class Reviewed(Bundle):
    """The article's text, what the dossier quotes of it, and its contradictions."""

    article: Article
    document: Document
    quotes: Frame[TextQuotes]
    review: TextReview
    accepted: AcceptedInText | None = None


@step(group="verdicts")
def text_findings(
    _text: Reviewed, figures: Frame[Figures], figure_outcomes: Frame[FigureOutcomes], outcomes: Frame[Outcomes]
) -> Frame[TextFindings]:
    """List the contradictions within the article's text; `told_by` names a figure or claim that reports one too.

    Sentences of a text that is not the author's own are left out: a release may not hold them.
    """
    from tidebook.pipelines.judge.text.duplicates import Duplicates
    from tidebook.pipelines.judge.text.finding_rows import finding_rows

    tables = (_text.quotes, figures, figure_outcomes, outcomes)
    told_by = Duplicates(_text.document, *map(records, tables))
    accepted = _text.accepted.entries if _text.accepted else {}
    rows = finding_rows(_text.review.found.findings, accepted, told_by)
    return table_of(TextFindings, rows if _text.article.own else ({**row, "quote": ""} for row in rows))


def _in_text(known: GraphInputs) -> Iterator[StepVariant]:
    for name in known.dossier.models:
        if known.dossier.tables[name].from_:
            yield StepVariant(cells_step(name), ParsedTable, name)


@step(group="tables", by_key=True, each=_in_text)
def cells_in_text(name: str, cells: Frame[TextCells], main: DossierFile, tables: PrintedTables) -> ParsedTable:
    """Read the cells of one table in the article's text."""
    table = tables.tables[name]
    number = number_of(table, cells)
    if isinstance(number, int):
        return parse_table(table, table_in_text(table.from_, cells, number))
    place, expected, text = number
    return ParsedTable(table, main, [], [], [main.problem(("tables", name, *place), expected, text)])


@step(group="declared")
def drifted(
    article: Article,
    quotes: Frame[TextQuotes],
    numbers: Frame[TextNumbers],
    cells: Frame[TextCells],
    figures: Frame[Figures],
    tables: PrintedTables,
) -> Drift:
    """Compare the dossier with the article's text."""
    return drift(article.text, quotes, numbers, cells, figures, tables.tables)
