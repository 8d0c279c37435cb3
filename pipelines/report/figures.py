"""Printed figures beside the best sources: a card for each, counts by outcome, results on whole tables.

Belongs here: figures and sources as the report names them, the table `figure_outcomes` in words, and single sources
that change a claim's verdict. Does not: how a figure is judged (`judge.figure_outcomes`), or its chart (`pictures`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from tidebook.pipelines.evaluate.known import CITED, CLAIMED, grouped_by_agreement
from tidebook.pipelines.judge.outcome_words import better_words, went_other_way
from tidebook.pipelines.judge.severity import graveness
from tidebook.pipelines.read.formatting import format_date, format_interval, format_value, is_small_count, off_words
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.read.reference_errors import EXACT, STATED
from tidebook.pipelines.read.text.folded import folded
from tidebook.pipelines.report.counts import MINOR
from tidebook.pipelines.report.rows import by_key, column_by, only
from tidebook.pipelines.report.words import (
    THEMES,
    as_prose,
    as_sentence,
    humanize,
    in_quotes,
    name_of,
    rounded,
    shorter,
    web_address,
    with_rounded,
    without_zeros,
)
from tidebook.schemas.vocabulary import FIGURE_OUTCOMES, REPORTED

SHOWN = 5
"""Maximum sources shown that each change a claim's verdict; the table `substitutions` has all."""

OF_TABLES = ("no single date", "no single scope", "outlier", "inconsistent", "only by rounding", "repeated")
"""Results about several figures together, which no single figure's outcome shows."""

IN_SHORT = {
    "right": "agrees with the best source",
    "wrong": "a better source says otherwise",
    "contradicts itself": "its own table says otherwise",
    "drifted": "the text has another number now",
    "revised": "right by the data of its day",
    "expired": "right once, and no later value is known",
    "outdated": "right once, no longer when published",
    "premature": "too early: became right after it was written",
    "depends": "sources or bases disagree",
    "unchecked": "no comparable source",
}
"""Short explanations of the outcomes, where they first appear."""

UNCHECKABLE = ("unchecked", "contradicts itself", "expired")
"""Outcomes of figures of which no independent value tells what they were when published."""

MAX_SOURCES = 6
"""Maximum sources of one figure shown side by side."""

MOST_CARDS = 3
"""Maximum faulted figures whose cards are not folded; the chart above has all that are a ratio."""

MOST_LISTED = 500
"""Maximum right figures listed, and maximum unchecked figures for each reason."""

_FAR = re.compile(r"(?:under|over)states [\d.]+ times")
_IS_THAT_OF = re.compile(r"is that of ([^:;]+)")
_IS_ON = re.compile(r"it is “([^”]+)”, not “([^”]+)”")


class ShownSource(NamedTuple):
    """A source.

    Attributes:
        name: its original publisher, and where it was read if that is another publisher.
        publisher: its original publisher.
        address: where a browser finds the original; `""` if that is not known.
        copied_by: the publisher of the copy that was read; `""` if the original was.
        copy: where a browser finds the copy.
        title: its title.
        published: when it was published, in words; `""` if that is not known.
    """

    source_id: str
    name: str
    publisher: str = ""
    address: str = ""
    copied_by: str = ""
    copy: str = ""
    title: str = ""
    published: str = ""


class SourceValue(NamedTuple):
    """One source's value of a figure, with its day, and its basis unless it is the printed one."""

    text: str
    source: ShownSource
    day: str
    basis: str


def to_sources(rows: Iterable[Row]) -> dict[str, ShownSource]:
    """Return sources by id."""
    sources = {}
    for row in rows:
        original, publisher = row["original_publisher"], row["publisher"]
        sources[row["source_id"]] = ShownSource(
            source_id=row["source_id"],
            name=as_prose(f"{original}, via {publisher}" if original else publisher),
            publisher=as_prose(original or publisher),
            address=web_address(row["original_address"] or ("" if original else row["address"])),
            copied_by=as_prose(publisher) if original else "",
            copy=web_address(row["address"]) if original else "",
            title=as_prose(row["title"]),
            published=format_date(row["published"]) if row["published"] else "",
        )
    return sources


def differing(
    figures: Mapping[str, Figure],
    outcomes: Iterable[Row],
    references: Iterable[Row],
    sources: Mapping[str, ShownSource],
) -> dict[str, list[SourceValue]]:
    """Return by figure the differing values of sources, to be shown side by side.

    These are values of one day on the printed basis that exclude each other; and of a figure that depends on the source
    or the basis, the newest value of each source on each basis. Weak sources are left out.
    """
    cited = [row for row in references if row["tier"] in CITED and row["kind"] != "missing"]
    of_figure = grouped(cited, itemgetter("figure_id"))
    differing_values = {}
    for outcome in outcomes:
        figure = figures[outcome["figure_id"]]
        rows = of_figure.get(figure.figure_id, ())
        comparable = [row for row in rows if (row["unit"], row["basis"]) == (figure.unit, figure.basis)]
        shown = _newest(rows) if outcome["outcome"] == "depends" else _excluding(comparable)
        if len(shown) > 1:
            differing_values[figure.figure_id] = [_source_value(row, figure, sources) for row in shown[:MAX_SOURCES]]
    return differing_values


def _newest(rows: Iterable[Row]) -> list[Row]:
    """Return the newest row of each source and basis."""
    newest: dict[tuple[str, str], Row] = {}
    for row in sorted(rows, key=itemgetter("as_of")):
        newest[row["source_id"], row["basis"]] = row
    return sorted(newest.values(), key=itemgetter("basis", "as_of", "source_id"))


def _excluding(rows: Iterable[Row]) -> list[Row]:
    """Return the rows of the last day on which sources exclude each other, one for each value."""
    by_day = grouped(rows, itemgetter("as_of"))
    for day in sorted(by_day, reverse=True):
        groups = grouped_by_agreement(by_day[day])
        if len({group[0]["source_id"] for group in groups}) > 1:
            return [group[0] for group in groups]
    return []


def _source_value(row: Row, figure: Figure, sources: Mapping[str, ShownSource]) -> SourceValue:
    text = as_prose(rounded(row["text"], row["value"], row["unit"], figure.text))
    basis = "" if row["basis"] in (REPORTED, figure.basis) else row["basis"]
    return SourceValue(text, sources[row["source_id"]], format_date(row["as_of"]), basis)


_FIGURE_COLUMNS = (
    "figure_id",
    "table_name",
    "subject",
    "quantity",
    "label",
    "text",
    "value",
    "unit",
    "basis",
    "locator",
)


@dataclass(frozen=True)
class Figure:
    """A figure, with the place where it is printed."""

    figure_id: str
    table_name: str
    subject: str
    quantity: str
    label: str
    name: str
    text: str
    value: float | None
    unit: str
    basis: str
    source: ShownSource
    locator: str

    @property
    def title(self) -> str:
        """Its name at the start of a line; a label that starts with a small letter by itself keeps it."""
        return self.name if self.name.startswith(self.label[:1]) else as_sentence(self.name)


def to_figures(rows: Iterable[Mapping[str, Any]], sources: Mapping[str, ShownSource]) -> dict[str, Figure]:
    """Return figures by id.

    Figures of several tables that would share a name are reported apart by their table: by the title of the theme with
    the table's name, or by that name.
    """
    named = [(name_of(row), row) for row in rows]
    counts = Counter(name for name, _ in named)
    figures = {}
    for name, row in named:
        table = f" ({THEMES.get(row['table_name']) or humanize(row['table_name'])})" if counts[name] > 1 else ""
        columns = {column: row[column] for column in _FIGURE_COLUMNS}
        figures[row["figure_id"]] = Figure(**columns, name=f"{name}{table}", source=sources[row["source_id"]])
    return figures


def flipping_sources(tables: Mapping[str, Iterable[Row]]) -> dict[str, list[str]]:
    """Return by claim the references that each change its verdict, the nearest in time first; a last line counts more.

    Args:
        tables: the rows of `figures`, and of `substitutions`, `sources` and `verdicts` if there are any.
    """
    figures = by_key(tables["figures"], "figure_id")
    titles = column_by(tables.get("sources", []), "source_id", "title")
    judged_on = column_by(only(tables.get("verdicts", []), evidence_view="printed"), "claim_id", "as_of")
    turning = grouped(only(tables.get("substitutions", []), flips=True), itemgetter("claim_id"))
    lines = {}
    for claim_id, rows in turning.items():
        if claim_id not in judged_on:
            continue
        day = judged_on[claim_id]
        nearest = sorted(rows, key=lambda row: abs(row["as_of"] - day))
        shown = nearest[:SHOWN]
        lines[claim_id] = [_words(row, figures[row["figure_id"]], titles[row["source_id"]]) for row in shown]
        if len(nearest) > SHOWN:
            lines[claim_id].append(f"{len(nearest) - SHOWN} more: see the table substitutions")
    return lines


def _words(substitution: Row, figure: Row, title: str) -> str:
    name = name_of(figure)
    source = f"({title}, {format_date(substitution['as_of'])})"
    value = format_value(substitution["value"], substitution["unit"])
    return f"{name}: {without_zeros(substitution['reference'])} instead of {figure['text']} {source} gives {value}"


@dataclass(frozen=True)
class Card:
    """A printed figure with its outcome.

    Attributes:
        severity: how far off a faulted figure is, one of `vocabulary.SEVERITIES`.
        how: the kind of error of a wrong figure, one of `vocabulary.ERROR_TYPES`.
        better: the best source's value, rounded for reading.
        basis: its basis, if it is not the printed one.
        factor: the printed value divided by the better one.
        claims: the statements that state or use it and do not stand, each as anchor and name.
        accepted: why its finding is accepted.
        judged: the outcome of one that has drifted by all other rules.
        told: what sources that differ say of it.
        error: how far the better value may be off, in a sentence.
    """

    figure: Figure
    outcome: str
    severity: str
    how: str
    better: str
    basis: str
    day: str
    source: ShownSource | None
    factor: float | None
    severity_index: float
    reason: str
    claims: list[tuple[str, str]]
    accepted: str = ""
    judged: str = ""
    differing_values: Sequence[SourceValue] = ()
    error: str = ""

    @property
    def is_reported_by_claim(self) -> bool:
        """Whether it is the number that a claim quotes, without an outcome of its own."""
        return self.figure.figure_id.startswith("claims/") and self.outcome in ("unchecked", "drifted")

    @property
    def printed(self) -> str:
        """The figure as printed."""
        return self.figure.text

    @property
    def graveness(self) -> tuple[int, float]:
        """The key by which cards sort, the least grave first."""
        return graveness(self.severity, self.severity_index)

    @property
    def anchor(self) -> str:
        """The id of its place in the report."""
        return f"figure-{self.figure.figure_id.replace('/', '-')}"

    @property
    def fits(self) -> str:
        """The value that it matches, if it is one of another subject, unit or basis, with its basis and day."""
        return self.reason.partition(": ")[2] if self.how.startswith("another") else ""

    @property
    def off(self) -> str:
        """How far off it is, in words: `10 times too low: a power-of-ten error`."""
        if self.outcome in ("outdated", "expired"):
            first_clause = as_prose(self.reason.partition(";")[0])
            return first_clause if first_clause.startswith("right until") else "right once"
        if self.outcome == "right":
            remark = _FAR.search(self.reason)
            return remark[0] if remark else ""
        if self.outcome == "premature":
            return "became right only later"
        if self.outcome in ("contradicts itself", "drifted"):
            return self.reason
        if self.how.startswith("another"):
            return f"{self.figure.text} {self._matched}"
        size = off_words(self.factor)
        if self.how == "a power of ten":
            return f"{size}: a power-of-ten error"
        return "" if is_small_count(self.figure.value, self.figure.unit) else size or "another value"

    @property
    def _matched(self) -> str:
        subject = _IS_THAT_OF.search(self.reason)
        if subject:
            return f"is that of {subject[1]}"
        basis = _IS_ON.search(self.reason)
        if not basis:
            return "matches a value in another unit"
        matched, printed = basis.groups()
        if matched == REPORTED:
            return f"matches a value without a stated basis, and is not known to be {printed}"
        return f"was {matched}" if printed in (REPORTED, CLAIMED) else f"was {matched}, not {printed}"


@dataclass(frozen=True)
class FiguresSection:
    """All printed figures: cards, the gravest first; results about several figures, as name and text; and cards of
    numbers that claims report."""

    cards: list[Card]
    notes: list[tuple[str, str]]
    told_by_claims: list[Card] = field(default_factory=list)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Number of figures with each outcome, without accepted and minor ones."""
        outcomes = Counter(card.outcome for card in self.cards if _counts(card))
        return {outcome: outcomes[outcome] for outcome in FIGURE_OUTCOMES}

    @property
    def faulted(self) -> tuple[int, str]:
        """Number of faulted figures, with words for them: `wrong or out of date`."""
        counts = {"wrong": self.counts["wrong"], "out of date": self.counts["outdated"]}
        return sum(counts.values()), " or ".join(word for word, count in counts.items() if count)

    @property
    def minor(self) -> list[Card]:
        """The wrong or outdated figures with minor errors."""
        return [card for card in self.cards if card.severity == MINOR and not card.accepted]

    @property
    def differing(self) -> list[Card]:
        """The figures with differing sources, without those whose outcome depends on it."""
        return [card for card in self.cards if card.differing_values and card.outcome != "depends"]

    @property
    def accepted(self) -> list[Card]:
        """The figures whose finding is accepted."""
        return [card for card in self.cards if card.accepted]

    @property
    def contradictions(self) -> list[tuple[str, list[Card]]]:
        """The contradictions within the article's own tables, each with its figures."""
        return list(grouped(self.of("contradicts itself"), attrgetter("reason")).items())

    @property
    def checkable(self) -> int:
        """Number of figures with a comparable independent value that was known when published."""
        alone = sum(self.counts[outcome] for outcome in UNCHECKABLE)
        alone += sum(card.judged in UNCHECKABLE for card in self.of("drifted"))
        return len(self.cards) - len(self.accepted) - alone

    @property
    def unchecked(self) -> list[tuple[str, list[Card]]]:
        """Unchecked figures by reason, the most frequent reason first."""
        by_reason = grouped(self.of("unchecked"), attrgetter("reason"))
        return sorted(by_reason.items(), key=lambda item: -len(item[1]))

    def of(self, *outcomes: str) -> list[Card]:
        """Return the cards with one of these outcomes, without minor and accepted ones."""
        return [card for card in self.cards if card.outcome in outcomes and _counts(card)]


def better_text(row: Row) -> str:
    """Return the better value of an outcome, rounded for reading beside the printed one; `""` without one."""
    if row["better"] and went_other_way(row):
        return better_words(row)
    return rounded(row["better"], row["better_value"], row["better_unit"], row["printed"]) if row["better"] else ""


def error_words(outcome: Row, references: Iterable[Row]) -> str:
    """Say how far the better value of a figure may be off, or that this is not known; "" of an exact or stated one.

    Args:
        outcome: its row of `figure_outcomes`.
        references: rows of `reference_values`.
    """
    if not outcome["better"] or outcome["error_by"] in (STATED, EXACT):
        return ""
    if not outcome["error_by"]:
        return "The error of this reference is not known."
    for row in only(references, figure_id=outcome["figure_id"], source_id=outcome["source_id"]):
        if row["as_of"] == outcome["day"] and row["basis"] == outcome["basis"]:
            ends = format_interval(row["error_low"], row["error_high"], row["unit"])
            return f"95% of such references lie within {ends}, known by: {row['error_by']}."
    return ""


def _counts(card: Card) -> bool:
    """Whether an outcome counts: its error is not minor, and it is not accepted."""
    return card.severity != MINOR and not card.accepted


def figures_section(
    rows: Iterable[Row],
    comparisons: Iterable[Row],
    figures: Mapping[str, Figure],
    sources: Mapping[str, ShownSource],
    readers: Mapping[str, Sequence[tuple[str, str]]],
    differing_values: Mapping[str, list[SourceValue]],
    references: Iterable[Row] = (),
) -> FiguresSection:
    """Build the cards of all figures that have an outcome.

    Args:
        rows: rows of the table `figure_outcomes`.
        comparisons: rows of the table `comparisons`, with names for ids in their details.
        figures: figures by id.
        sources: sources by id.
        readers: by figure, the statements that state or use it and do not stand, each as anchor and name.
        differing_values: by figure, what sources that differ say of it.
        references: rows of the table `reference_values`.
    """
    cards = []
    of_figure = grouped(references, itemgetter("figure_id"))
    for row in rows:
        figure_id = row["figure_id"]
        source = sources.get(row["source_id"])
        card = _card(row, figures[figure_id], source, readers.get(figure_id, ()), differing_values.get(figure_id, ()))
        if row["outcome"] in ("wrong", "depends"):
            card = replace(card, error=error_words(row, of_figure[figure_id]))
        cards.append(card)
    cards.sort(key=attrgetter("figure.figure_id"))
    # A stable sort: cards that are as grave stay in the order of their ids.
    cards.sort(key=attrgetter("graveness"), reverse=True)
    accepted = {card.figure.figure_id for card in cards if card.accepted}
    open_figures = {name: figure for name, figure in figures.items() if name not in accepted}
    shown = [card for card in cards if not card.is_reported_by_claim]
    told_by_claim = [card for card in cards if card.is_reported_by_claim]
    return FiguresSection(shown, _table_notes(comparisons, open_figures), told_by_claim)


def _table_notes(comparisons: Iterable[Row], figures: Mapping[str, Figure]) -> list[tuple[str, str]]:
    """Return the contradictions within tables, each with the figure's title."""
    notes = []
    for comparison in comparisons:
        if comparison["result"] in OF_TABLES and comparison["figure_id"] in figures:
            notes.append((figures[comparison["figure_id"]].title, f"{comparison['result']}: {comparison['detail']}"))
    return notes


def _card(
    row: Row,
    figure: Figure,
    source: ShownSource | None,
    readers: Iterable[tuple[str, str]],
    differing_values: Sequence[SourceValue],
) -> Card:
    """Build the card of a figure from its outcome; the other arguments are what `figures_section` has on it."""
    better = better_text(row)
    return Card(
        figure=figure,
        outcome=row["outcome"],
        severity=row["severity"] or "",
        how=row["error_type"],
        # Blanks and signs that differ make no other value: nothing is struck out for itself.
        better=figure.text if folded(better).text == folded(figure.text).text else as_prose(better),
        basis=row["basis"] if row["basis"] not in (REPORTED, figure.basis) else "",
        day=format_date(row["day"]) if row["day"] else "",
        source=source,
        factor=row["factor"],
        severity_index=row["severity_index"],
        reason=with_rounded(in_quotes(row["reason"]), shorter(row["better"], better)),
        claims=list(readers),
        accepted=row.get("accepted") or "",
        judged=row.get("judged") or "",
        differing_values=differing_values,
    )
