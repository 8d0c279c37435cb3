"""A prediction that cannot be tested: the latest values of some indicators are shown, and none of them decides.

No probability is given.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Literal

from tidebook.pipelines.judge.predictions.base import Forecast, Population, Question, Resolution
from tidebook.pipelines.judge.predictions.rows import Evidence, Observation, count_weak, ids
from tidebook.pipelines.read.declarations import Asked, Declaration, Name, Predictions, Series, Slug
from tidebook.pipelines.read.naming import BASIS, SUBJECT, Read


class Indicator(Declaration):
    """A series on one basis, whose latest values are shown; `total` is the subject for all of them."""

    series: Series
    basis: Annotated[Name, BASIS]
    total: Annotated[Slug | Literal[""], SUBJECT] = ""


class Indicators(Asked):
    """Not forecast: the latest values of the indicators are shown, and none of them decides."""

    kind: Literal["indicators"]
    shown: list[Indicator]

    def reads(self, cohorts: Mapping[str, Collection[str]]) -> Iterator[Read]:
        """Yield each indicator."""
        yield from (Read(each.series, None, [each.basis]) for each in self.shown)


MODEL = Indicators
SCORED = False


def populations(model: Indicators, declared: Predictions) -> list[Population]:
    """Return each indicator."""
    return [Population(indicator.series, False) for indicator in model.shown]


def resolve(question: Question[Indicators], known: Evidence, day: dt.date) -> Resolution:
    """Say that nothing can decide it, with the latest values as evidence."""
    rows = _latest(question, known)
    reason = "Not falsifiable: the words name no measure, no level and no day. Indicators are shown; none decides."
    return Resolution("void", reason, observed_to=rows[-1].date if rows else None, evidence=ids(rows))


def forecast(question: Question[Indicators], known: Evidence, day: dt.date) -> Forecast:
    """Show the latest value of an indicator: the leader's, with every subject's as evidence."""
    rows = _latest(question, known)
    method = "None: not falsifiable, indicators only. The value is that of the subject that leads."
    if not rows:
        return Forecast(method)
    top = rows[-1]
    measure = f"{question.population.replace('_', ' ')}, {top.subject}, on {top.date}"
    return Forecast(
        method, measure=measure, value=top.value, unit=top.unit, n=len(rows), weak=count_weak(rows), evidence=ids(rows)
    )


def _latest(question: Question[Indicators], known: Evidence) -> list[Observation]:
    """Return the latest observation of each subject, the largest last."""
    shown = next(indicator for indicator in question.model.shown if indicator.series == question.population)
    latest = {
        row.subject: row
        for row in known.observations
        if row.series == shown.series and row.basis == shown.basis and row.subject != shown.total
    }
    return sorted(latest.values(), key=lambda row: (row.value, row.id))
