"""Claims with their verdicts, as the report shows them: readings, metrics, flips, themes and status groups.

Belongs here: what is shown of a claim, and how it comes out of the tables. Does not: markup, or the wording of numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np

from pipelines.claims.predicates import parse_predicate
from pipelines.formatting import digits_between, format_factor, format_interval, format_value
from pipelines.report import words
from pipelines.report.alternatives import Alternatives
from pipelines.report.evidence import Figure
from pipelines.report.strip import Strip, draw_strip
from schemas.vocabulary import CLAIM_KINDS, STATUSES

Row = dict[str, Any]

NOTABLE = 4
"""How many claims of each status the first screen names."""

NOTABLE_KINDS = ("takeaway", "prose", "internal consistency", "prediction", "table cell")
"""Kinds of claims from what readers take away to single cells."""

CUTOFFS = "cutoffs."
"""What the names of assumptions that are cut-offs begin with."""


READING_COLUMNS = (
    "rank", "status", "reading", "metric_id", "predicate", "value", "low", "high", "unit", "probability", "n", "reason",
)  # fmt: skip
"""What is shown of a verdict on a reading as the table has it."""


@dataclass(frozen=True)
class Flip:
    """The factor on one figure at which a claim's condition turns."""

    figure: Figure
    direction: str
    factor: float
    turns_at: str

    @property
    def short(self) -> str:
        """Return what would turn the verdict, to follow `if`."""
        return f"{self.figure.name} were {self.turns_at} instead of {self.figure.text}"

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
    evidence: list[Figure]
    doubts: list[str]
    alternatives: Alternatives

    def turns_at(self, figure_id: str) -> list[str]:
        """Return the values of a figure, alone changed, at which the verdict turns."""
        return [flip.turns_at for flip in self.flips if flip.figure.figure_id == figure_id]

    @property
    def unprinted(self) -> list[str]:
        """Return what the evidence holds besides the figures that the article prints, in words."""
        tables = {figure.table: figure.locator for figure in self.evidence}
        return sorted(words.table_words(name) for name, where in tables.items() if where.startswith("reference/"))

    @property
    def anchor(self) -> str:
        """Return the id of the claim's place in the report."""
        return f"claim-{self.claim_id}"

    @property
    def name(self) -> str:
        """Return a short name for charts and lists: the title, or the id in words."""
        return self.title or words.humanize(self.claim_id)

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


class ClaimBuilder:
    """Puts claims together from the rows of one lens.

    `labels` are subjects as printed; `alternatives` are by claim, the findings that fault a figure by its id.
    """

    def __init__(
        self,
        lens: str,
        rows: Mapping[str, list[Row]],
        figures: Mapping[str, Figure],
        metrics: Mapping[str, Metric],
        labels: Mapping[str, str],
        alternatives: Mapping[str, Alternatives],
        doubts: Mapping[str, Sequence[str]],
    ) -> None:
        self.lens, self.figures, self.metrics, self.labels = lens, figures, metrics, labels
        self.alternatives, self.doubts = alternatives, doubts
        self.draws = max((metric.draws for metric in metrics.values()), default=0)
        self.cutoffs = {
            row["name"].removeprefix(CUTOFFS): float(row["value"])
            for row in rows["assumptions"]
            if row["name"].startswith(CUTOFFS)
        }
        self.by_claim: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for table in ("verdicts", "reading_verdicts", "flips"):
            for row in rows[table]:
                if row["lens"] == lens:
                    self.by_claim[table, row["claim_id"]].append(row)

    def build(self, row: Row) -> Claim:
        """Return a claim with its verdict, readings, flips and evidence."""
        claim_id = row["claim_id"]
        verdicts = self.by_claim["verdicts", claim_id]
        if len(verdicts) != 1:
            raise LookupError(f"{len(verdicts)} verdicts on the claim {claim_id} under the lens {self.lens}")
        verdict = verdicts[0]
        readings = [self._reading(each) for each in self.by_claim["reading_verdicts", claim_id]]
        readings.sort(key=lambda reading: reading.rank)
        flips = sorted(map(self._flip, self.by_claim["flips", claim_id]), key=lambda flip: flip.distance)
        main = self._reading(verdict | {"rank": 0}) if verdict["metric_id"] else None
        return Claim(
            claim_id=claim_id,
            lens=self.lens,
            **{name: row[name] for name in ("theme", "kind", "section", "title", "statement")},
            status=verdict["status"],
            reason=row["untestable"] or verdict["reason"],
            main=main,
            others=[reading for reading in readings if reading.rank > 0],
            depends_on_reading=verdict["depends_on_reading"],
            metric=self.metrics.get(verdict["metric_id"]),
            method=verdict["method"],
            nearest=self._nearest(verdict),
            up=next((flip for flip in flips if flip.direction == "up"), None),
            down=next((flip for flip in flips if flip.direction == "down"), None),
            flips=flips,
            evidence=[self.figures[figure_id] for figure_id in verdict["evidence"]],
            doubts=[
                f"{self.figures[figure_id].name} ({words.joined(list(findings))})"
                for figure_id in verdict["evidence"]
                if (findings := self.doubts.get(figure_id))
            ],
            alternatives=self.alternatives[claim_id],
        )

    def _reading(self, row: Row) -> Reading:
        predicate = parse_predicate(row["predicate"], self.cutoffs)
        return Reading(
            **{name: row[name] for name in READING_COLUMNS},
            condition=words.condition_words(predicate, row["unit"]),
            number=format_value(row["value"], row["unit"]),
            interval=format_interval(row["low"], row["high"], row["unit"]),
            as_printed=None if row["value"] is None else bool(predicate.holds(np.array(row["value"]))),
            draws=words.draws_words(row["probability"], self.draws),
            omitted=[self.labels.get(subject, subject) for subject in row["drop_flips"]],
            strip=draw_strip(row["value"], row["low"], row["high"], predicate),
        )

    def _flip(self, row: Row) -> Flip:
        figure, factor = self.figures[row["figure_id"]], row["factor"]
        value = figure.value or 0
        turns_at = format_value(value * factor, figure.unit, digits_between(value, value * factor))
        return Flip(figure, row["direction"], factor, turns_at)

    def _nearest(self, verdict: Row) -> Flip | None:
        """Return the flip that a verdict names as its nearest."""
        if not verdict["flip_figure_id"] or verdict["flip_factor"] is None:
            return None
        factor = verdict["flip_factor"]
        direction = "up" if factor > 1 else "down"
        return self._flip({"figure_id": verdict["flip_figure_id"], "direction": direction, "factor": factor})


def to_metric(row: Row, labels: Mapping[str, str]) -> Metric:
    """Return a metric with its numbers in words and its subject, if it has one, as printed."""
    subject = row["metric_id"].partition("/")[2]
    meaning = row["meaning"].removesuffix(f": {subject}") if subject else row["meaning"]
    own = (row["interval_low"], row["interval_high"])
    return Metric(
        **{name: row[name] for name in ("metric_id", "theme", "unit", "method", "n", "draws")},
        meaning=f"{meaning}: {labels.get(subject, subject)}" if subject else meaning,
        number=format_value(row["value"], row["unit"]),
        interval=format_interval(row["low"], row["high"], row["unit"]),
        own_interval="" if None in own else format_interval(*own, row["unit"]),
    )


def to_sections(claims: list[Claim]) -> list[ThemeSection]:
    """Return the themes that have claims, takeaways first within each."""
    sections = []
    for theme, title in words.THEMES.items():
        mine = by_notability(claim for claim in claims if claim.theme == theme)
        if mine:
            sections.append(ThemeSection(theme, title, mine, count_statuses(mine)))
    return sections


def by_notability(claims: Iterable[Claim]) -> list[Claim]:
    """Return claims with what readers take away first and single table cells last, else in their order."""
    order = [*NOTABLE_KINDS, *CLAIM_KINDS]
    return sorted(claims, key=lambda claim: order.index(claim.kind))


def count_statuses(claims: Iterable[Claim]) -> dict[str, int]:
    """Return how many claims have each status."""
    statuses = [claim.status for claim in claims]
    return {status: statuses.count(status) for status in STATUSES}
