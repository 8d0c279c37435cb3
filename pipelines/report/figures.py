"""Printed figures and their sources, each figure beside the best one: how many are right, a card for each that is not.

Belongs here: what outcomes rest on, down to the printed cell; the table `figure_outcomes` in words, findings on whole
tables, and single sources that turn a claim. Does not: how a figure is judged (`judge.figure_outcomes`), or
the picture of it (`plots`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from tidebook.pipelines.evaluate.known import CLAIMED
from tidebook.pipelines.read.formatting import format_date, format_value
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.report.words import (
    THEMES,
    as_prose,
    as_sentence,
    humanize,
    in_quotes,
    off_words,
    possessive,
    rounded,
)
from tidebook.schemas.units import UNITS
from tidebook.schemas.vocabulary import FIGURE_OUTCOMES, REPORTED

SHOWN = 5
"""So many sources that turn a claim alone are shown; the table `swaps` has all."""

OF_TABLES = ("no single date", "no single scope", "outlier", "inconsistent", "only by rounding")
"""Findings that fault how figures stand together, beside the outcome of each."""

IN_SHORT = {
    "outdated": "right once, not when published",
    "premature": "not yet right when written",
    "unchecked": "no independent value known",
}
"""Of outcomes whose words do not explain themselves, what they mean in a few words."""

FEW = 10
"""Of less than so many things, how far off their number is goes without saying."""

MOST_LISTED = 500
"""So many right figures are listed, and so many unchecked ones for each reason."""

_IS_THAT_OF = re.compile(r"is that of ([^:;]+)")
_IS_ON = re.compile(r"printed is “([^”]+)”; the value fits “([^”]+)”")


class ShownSource(NamedTuple):
    """Where figures come from; `name` says whose work it is, and where it was read if another has published it."""

    source_id: str
    name: str


def to_sources(rows: Iterable[Row]) -> dict[str, ShownSource]:
    """Return sources by id."""
    found = {}
    for row in rows:
        whose, publisher = row["original_publisher"], row["publisher"]
        found[row["source_id"]] = ShownSource(row["source_id"], f"{whose}, read at {publisher}" if whose else publisher)
    return found


_FIGURE_COLUMNS = ("figure_id", "table", "subject", "quantity", "label", "text", "value", "unit", "basis", "locator")


@dataclass(frozen=True)
class Figure:
    """One figure, down to the printed cell."""

    figure_id: str
    table: str
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
        """Its name as a line begins with it."""
        return self.name if self.name.startswith(self.label[:1]) else as_sentence(self.name)


def to_figures(rows: Iterable[Mapping[str, Any]], sources: Mapping[str, ShownSource]) -> dict[str, Figure]:
    """Return figures by id; those of one name in several tables say which table they are of.

    It is said by the title of the theme that bears the table's name, or by that name.
    """
    named = [(possessive(row["label"], row["quantity"]), row) for row in rows]
    times = Counter(name for name, _ in named)
    found = {}
    for name, row in named:
        table = f" ({THEMES.get(row['table']) or humanize(row['table'])})" if times[name] > 1 else ""
        own = {column: row[column] for column in _FIGURE_COLUMNS}
        found[row["figure_id"]] = Figure(**own, name=f"{name}{table}", source=sources[row["source_id"]])
    return found


def turning_sources(tables: Mapping[str, Iterable[Row]]) -> dict[str, list[str]]:
    """Return by claim the references that turn it alone, the nearest in time first, the last line counting the others.

    `tables` are the rows of `figures`, and of `swaps`, `sources` and `verdicts` where there are any, in their order.
    """
    figures = {row["figure_id"]: row for row in tables["figures"]}
    titles = {row["source_id"]: row["title"] for row in tables.get("sources", [])}
    days = {row["claim_id"]: row["as_of"] for row in tables.get("verdicts", []) if row["lens"] == "printed"}
    turning = (row for row in tables.get("swaps", []) if row["turns"] and row["claim_id"] in days)
    found = {}
    for claim_id, rows in grouped(turning, itemgetter("claim_id")).items():
        rows.sort(key=lambda row: abs(row["as_of"] - days[row["claim_id"]]))
        found[claim_id] = [_words(row, figures[row["figure_id"]], titles[row["source_id"]]) for row in rows[:SHOWN]]
        if len(rows) > SHOWN:
            found[claim_id].append(f"{len(rows) - SHOWN} more stand in the table swaps")
    return found


def _words(swap: Row, figure: Row, title: str) -> str:
    whose = possessive(figure["label"], figure["quantity"])
    source = f"({title}, {format_date(swap['as_of'])})"
    value = format_value(swap["value"], swap["unit"])
    return f"{whose}: {swap['reference']} instead of {figure['text']} {source} gives {value}"


@dataclass(frozen=True)
class Card:
    """A printed figure with its outcome; `claims` are those that rest on it and do not stand, as anchor and name."""

    figure: Figure
    outcome: str
    how: str
    better: str
    basis: str
    day: str
    source: ShownSource | None
    factor: float | None
    gravity: float
    reason: str
    claims: list[tuple[str, str]]

    @property
    def anchor(self) -> str:
        """The id of its place in the report."""
        return f"figure-{self.figure.figure_id.replace('/', '-')}"

    @property
    def fits(self) -> str:
        """The value that a figure of another subject, unit or basis fits, with its basis and day."""
        return self.reason.partition(": ")[2] if self.how.startswith("another") else ""

    @property
    def off(self) -> str:
        """How far off it is, in words: `10 times too low: a slip in the power of ten`."""
        size = off_words(self.factor)
        if self.outcome == "outdated":
            ended = as_prose(self.reason.partition(";")[0])
            return ended if ended.startswith("right until") else "right once"
        if self.outcome == "premature":
            return "right only later"
        if self.how.startswith("another"):
            subject, basis = _IS_THAT_OF.search(self.reason), _IS_ON.search(self.reason)
            printed = _other_basis(basis[2], basis[1]) if basis else "of another unit"
            return f"what is printed is {f'the value of {subject[1]}' if subject else printed}"
        if self.how == "a power of ten":
            return f"{size}: a slip in the power of ten"
        few = self.figure.unit in UNITS and UNITS[self.figure.unit].whole and (self.figure.value or 0) < FEW
        return "" if few else size or "another value"


@dataclass(frozen=True)
class FiguresSection:
    """All printed figures: cards of the gravest first, counts by outcome, and findings on whole tables."""

    cards: list[Card]
    notes: list[tuple[str, str]]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many figures have each outcome, in the table's order."""
        found = [card.outcome for card in self.cards]
        return {outcome: found.count(outcome) for outcome in FIGURE_OUTCOMES}

    @property
    def checkable(self) -> int:
        """How many figures have a comparable independent value."""
        return len(self.cards) - self.counts["unchecked"]

    @property
    def unchecked(self) -> list[tuple[str, list[Card]]]:
        """The unchecked ones by the reason why, that of most first."""
        found = grouped(self.of("unchecked"), attrgetter("reason"))
        return sorted(found.items(), key=lambda each: -len(each[1]))

    def of(self, *outcomes: str) -> list[Card]:
        """Return the cards with one of some outcomes."""
        return [card for card in self.cards if card.outcome in outcomes]


def figures_section(
    rows: Iterable[Row],
    findings: Iterable[Row],
    figures: Mapping[str, Figure],
    sources: Mapping[str, ShownSource],
    readers: Mapping[str, Sequence[tuple[str, str]]],
) -> FiguresSection:
    """Return the cards of all figures that have an outcome; `readers` are the claims that fall with each."""
    cards = []
    for row in rows:
        figure = figures[row["figure_id"]]
        better = rounded(row["better"], row["better_value"], row["better_unit"], row["printed"])
        card = Card(
            figure=figure,
            outcome=row["outcome"],
            how=row["how"],
            better=as_prose(better),
            basis=row["basis"] if row["basis"] not in (REPORTED, figure.basis) else "",
            day=format_date(row["day"]) if row["day"] else "",
            source=sources.get(row["source_id"]),
            factor=row["factor"],
            gravity=row["gravity"],
            reason=in_quotes(row["reason"]),
            claims=list(readers.get(row["figure_id"], ())),
        )
        cards.append(card)
    cards.sort(key=lambda card: (-card.gravity, card.figure.figure_id))
    notes = [
        (figures[row["figure_id"]].name, f"{row['finding']}: {row['detail']}")
        for row in findings
        if row["finding"] in OF_TABLES and row["figure_id"] in figures
    ]
    return FiguresSection(cards, notes)


def _other_basis(fits: str, printed: str) -> str:
    """Return what a value is that fits another basis than the printed one: `“equity”, not “debt”`."""
    found = "on no stated basis" if fits == REPORTED else f"“{fits}”"
    return found if printed in (REPORTED, CLAIMED) else f"{found}, not “{printed}”"
