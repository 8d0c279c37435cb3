"""The parts that a report consists of, as plain values: sources, figures, readings, claims, predictions.

Belongs here: what each part holds, and what follows from its fields. Does not: how it comes out of the tables.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

from pipelines.report import words
from pipelines.report.numbers import format_factor, format_share
from pipelines.report.strip import Strip

NOTABLE = 4
"""How many claims of each status the first screen names."""


if TYPE_CHECKING:
    from pipelines.report.beside import FoundFigure, OtherVerdict, Outlook, QuietFigure
    from pipelines.report.board import Board
    from pipelines.report.changed import Since
    from pipelines.report.live import Live
    from pipelines.report.otherwise import Otherwise
    from pipelines.report.track import Outlooks, Track


@dataclass(frozen=True)
class Source:
    """Where figures come from."""

    source_id: str
    title: str
    publisher: str
    address: str
    tier: str
    licence: str
    as_of: dt.date
    note: str

    @property
    def link(self) -> str:
        """Return the address if a browser may follow it, else nothing."""
        return self.address if self.address.startswith(("https://", "http://")) else ""


@dataclass(frozen=True)
class Evidence:
    """One figure, down to the printed cell; `spread` are its 5th and 95th percentile over the draws."""

    figure_id: str
    table: str
    subject: str
    quantity: str
    label: str
    name: str
    text: str
    value: float | None
    low: float | None
    high: float | None
    spread: tuple[float, float] | None
    unit: str
    kind: str
    support: str
    note: str
    as_of: dt.date
    source: Source
    locator: str


@dataclass(frozen=True)
class Flip:
    """The factor on one figure at which a claim's condition turns."""

    evidence: Evidence
    direction: str
    factor: float
    turns_at: str

    @property
    def short(self) -> str:
        """Return what would turn the verdict, to follow `if`."""
        return f"{self.evidence.name} were {self.turns_at} instead of {self.evidence.text}"

    @property
    def words(self) -> str:
        """Return the same with the factor."""
        return f"{self.short} ({format_factor(self.factor)} times as large)"

    @property
    def distance(self) -> float:
        """Return how far the factor is from one, on a log scale."""
        return abs(log(self.factor))


@dataclass(frozen=True)
class Reading:
    """A claim read in one way, and the verdict on it."""

    rank: int
    status: str
    reading: str
    metric_id: str
    predicate: str
    condition: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    number: str
    interval: str
    as_printed: bool | None
    probability: float | None
    draws: str
    n: int
    reason: str
    omitted: list[str]
    strip: Strip | None

    @property
    def outside(self) -> bool:
        """Return whether the value as printed lies outside the middle of the draws."""
        if self.value is None or self.low is None or self.high is None:
            return False
        return not self.low <= self.value <= self.high


@dataclass(frozen=True)
class Metric:
    """A metric with its spread over the draws and the statistic's own interval."""

    metric_id: str
    theme: str
    meaning: str
    unit: str
    method: str
    n: int
    draws: int
    number: str
    interval: str
    own_interval: str


@dataclass(frozen=True)
class Claim:
    """A claim with its verdict; `main` is the reading that it is judged on, absent when it cannot be tested.

    `doubts` are the figures it rests on that independent values do not bear out, each with the finding.
    """

    claim_id: str
    lens: str
    theme: str
    kind: str
    section: str
    title: str
    statement: str
    status: str
    reason: str
    main: Reading | None
    others: list[Reading]
    depends_on_reading: bool
    metric: Metric | None
    method: str
    nearest: Flip | None
    up: Flip | None
    down: Flip | None
    flips: list[Flip]
    evidence: list[Evidence]
    doubts: list[str]
    otherwise: Otherwise

    def turns_at(self, figure_id: str) -> list[str]:
        """Return the values of a figure, alone changed, at which the verdict turns."""
        return [flip.turns_at for flip in self.flips if flip.evidence.figure_id == figure_id]

    @property
    def beside(self) -> list[str]:
        """Return what the evidence holds beside the figures that the article prints, in words."""
        tables = {figure.table: figure.locator for figure in self.evidence}
        return sorted(
            words.BESIDE.get(name) or f"rows of the reference table “{name.replace('_', ' ')}”"
            for name, where in tables.items()
            if not where.startswith("article/")
        )

    @property
    def anchor(self) -> str:
        """Return the id of the claim's place in the report."""
        return f"claim-{self.claim_id}"

    @property
    def name(self) -> str:
        """Return a short name for charts and lists: the title, or the id in words."""
        return self.title or words.spell(self.claim_id)

    @property
    def words(self) -> words.StatusWords:
        """Return how the claim's status is named."""
        return words.STATUS_WORDS[self.status]


@dataclass(frozen=True)
class StatusGroup:
    """All claims with one status, the most notable first."""

    words: words.StatusWords
    claims: list[Claim]

    @property
    def heading(self) -> str:
        """Return what its claims do, to follow their number."""
        return self.words.verb if len(self.claims) == 1 else self.words.heading

    @property
    def notable(self) -> list[Claim]:
        """Return the claims named on the first screen; a list that is one too long is shown whole."""
        return self.claims if len(self.claims) <= NOTABLE + 1 else self.claims[:NOTABLE]

    @property
    def further(self) -> list[Claim]:
        """Return the others."""
        return self.claims[len(self.notable) :]


@dataclass(frozen=True)
class ThemeSection:
    """A theme with its claims, and how many have which status."""

    theme: str
    title: str
    claims: list[Claim]
    counts: dict[str, int]

    @property
    def summary(self) -> str:
        """Return how many claims have which status, in words."""
        return words.joined(
            [
                f"{self.counts[status]} {each.verb if self.counts[status] == 1 else each.heading}"
                for status, each in words.STATUS_WORDS.items()
                if self.counts[status]
            ]
        )


@dataclass(frozen=True)
class Deadline:
    """A prediction's deadline in one reading under one clock."""

    clock: str
    clock_words: str
    clock_start: dt.date
    reading: str
    deadline: dt.date | None
    status: str


@dataclass(frozen=True)
class Prediction:
    """A prediction, or a thing to watch, under every clock."""

    prediction_id: str
    kind: str
    section: str
    statement: str
    criterion: list[str]
    leaves_room: list[str]
    room: str
    deadlines: list[Deadline]


@dataclass(frozen=True)
class Assumption:
    """A value that no source states."""

    name: str
    value: str
    meaning: str


@dataclass(frozen=True)
class Content:
    """The whole report, before any markup."""

    lens: str
    as_of: dt.date
    article: Source
    counts: dict[str, int]
    groups: list[StatusGroup]
    fragile: list[Claim]
    sections: list[ThemeSection]
    predictions: list[Prediction]
    metrics: list[Metric]
    assumptions: list[Assumption]
    sources: list[Source]
    figures: list[Evidence]
    draws: int
    findings: list[FoundFigure]
    quiet: list[QuietFigure]
    finding_counts: dict[str, int]
    other_verdicts: list[OtherVerdict]
    known_day: dt.date | None
    live: Live
    outlooks: list[Outlook]
    boards: dict[str, Board]
    track: Track
    projections: Outlooks
    since: Since

    @property
    def claims(self) -> list[Claim]:
        """Return all claims in the order of the report."""
        return [claim for section in self.sections for claim in section.claims]

    @property
    def foretold(self) -> set[str]:
        """Return the ids of the predictions, which a claim may share."""
        return {prediction.prediction_id for prediction in self.predictions}

    @property
    def metrics_by_theme(self) -> list[tuple[str, list[Metric]]]:
        """Return the metrics under the title of their theme."""
        grouped = (
            (title, [m for m in self.metrics if m.theme == theme]) for theme, title in words.THEME_TITLES.items()
        )
        return [(title, metrics) for title, metrics in grouped if metrics]

    def assumption(self, name: str, default: str) -> str:
        """Return the value of an assumption, or `default` when the table does not hold it."""
        return next((row.value for row in self.assumptions if row.name == name), default)

    def percent(self, name: str, default: float) -> str:
        """Return an assumed share as a percentage."""
        return format_share(float(self.assumption(name, str(default))))
