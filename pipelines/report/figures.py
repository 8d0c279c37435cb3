"""Printed figures beside the best source: how many are right, and a card for each that is not.

Belongs here: the table `figure_outcomes` in words, and findings on whole tables. Does not: how a figure is judged
(`pipelines.claims.figure_outcomes`), or the picture of it (`plots`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from pipelines.formatting import format_date
from pipelines.grouping import grouped
from pipelines.report.evidence import Figure, Row, Source
from pipelines.report.words import as_prose, in_quotes, off_words, rounded
from pipelines.worlds.known import CLAIMED
from schemas.units import UNITS
from schemas.vocabulary import FIGURE_OUTCOMES, REPORTED

FAULTED = ("wrong", "outdated", "premature")
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

_IS_THAT_OF = re.compile(r"is that of ([^:;]+)")
_IS_ON = re.compile(r"printed is “([^”]+)”; the value fits “([^”]+)”")


@dataclass(frozen=True)
class Card:
    """A printed figure with its outcome; `claims` are those that rest on it and do not stand, as anchor and name."""

    figure: Figure
    outcome: str
    how: str
    better: str
    basis: str
    day: str
    source: Source | None
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
class Figures:
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
    sources: Mapping[str, Source],
    readers: Mapping[str, Sequence[tuple[str, str]]],
) -> Figures:
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
    return Figures(cards, notes)


def _other_basis(fits: str, printed: str) -> str:
    """Return what a value is that fits another basis than the printed one: `“equity”, not “debt”`."""
    found = "on no stated basis" if fits == REPORTED else f"“{fits}”"
    return found if printed in (REPORTED, CLAIMED) else f"{found}, not “{printed}”"
