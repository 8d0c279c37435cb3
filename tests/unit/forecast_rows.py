"""Small evidence for the tests of forecasts: rows by hand, and the declared questions with another model."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from tests.unit import shipped
from tidebook.pipelines.judge.predictions.base import Question
from tidebook.pipelines.judge.predictions.questions import questions
from tidebook.pipelines.judge.predictions.rows import Event, Evidence, Observation, in_order
from tidebook.pipelines.read.corrections import Corrections
from tidebook.pipelines.read.declarations import read_predictions
from tidebook.pipelines.read.rawfile import read_raw

RAW, ASSUMPTIONS, SOURCES = shipped.RAW, shipped.ASSUMED, shipped.SOURCES
PREDICTIONS = read_predictions(read_raw(RAW, "predictions.toml"), shipped.ARTICLE.clocks, shipped.KINDS)
QUESTIONS = questions(PREDICTIONS)
EVENT_KINDS = (
    "merger", "acquisition", "licence_and_hire", "minority_stake", "listing", "filing", "draft_filing",
    "funding_round", "price_change", "launch", "shutdown", "rule",
)  # fmt: skip
NO_CORRECTIONS = Corrections("reference/corrections.toml", ())


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def event(
    subject: str,
    date: str,
    kind: str = "acquisition",
    status: str = "completed",
    tier: str = "S",
    counterparty: str = "buyer",
    value: float = float("nan"),
    available: str | None = None,
) -> Event:
    known = day(available or date)
    return Event(f"{subject}_{kind}_{date}", day(date), kind, status, subject, counterparty, value, tier, known)


def observed(
    series: str,
    subject: str,
    date: str,
    value: float,
    unit: str = "percent",
    basis: str = "",
    tier: str = "S",
    available: str | None = None,
) -> Observation:
    known = day(available or date)
    return Observation(f"{series}/{subject}/{date}", day(date), series, subject, value, unit, basis, tier, known)


def rows(*given: Event | Observation) -> Evidence:
    happened = [row for row in given if isinstance(row, Event)]
    measured = [row for row in given if isinstance(row, Observation)]
    return Evidence(in_order(happened), in_order(measured))


def question(prediction: str, population: str, clock: str = "content", deadline: str | None = None) -> Question[Any]:
    """Return the question as declared, of the current version; `deadline` picks one of several readings."""
    (found,) = (
        each
        for each in QUESTIONS
        if (each.prediction_id, each.population, each.clock, each.current) == (prediction, population, clock, True)
        and (deadline is None or each.deadline == day(deadline))
    )
    return found


def searched(asked: Question[Any], to: str) -> Question[Any]:
    """Return a question whose rows have been searched for up to a day."""
    names = (*EVENT_KINDS, "open_weight_share", "basket_drawdown", "revenue_run_rate")
    return asked._replace(search_cutoffs=dict.fromkeys(names, day(to)))


def frames(evidence: Evidence) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows as tables of the columns that forecasts read."""
    events = pd.DataFrame([row._asdict() for row in evidence.events], columns=list(Event._fields))
    observations = pd.DataFrame([row._asdict() for row in evidence.observations], columns=list(Observation._fields))
    return events.rename(columns={"id": "event_id"}), observations.rename(columns={"id": "observation_id"})
