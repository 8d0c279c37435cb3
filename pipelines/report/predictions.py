"""Predictions with their outcomes: what was predicted, how likely it is, by when, how that went, and on what it rests.

Belongs here: the tables of predictions, resolutions and forecasts in words. Does not: how they are computed
(`judge.predictions`), or the drawing of a history (`plots`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from tidebook.pipelines.read.formatting import format_date, format_month, format_share, format_value
from tidebook.pipelines.read.grouping import Row, TableRows, grouped
from tidebook.pipelines.report.figures import ShownSource
from tidebook.pipelines.report.words import (
    BY_OTHERS,
    CLOCKS,
    humanize,
    humanize_inside,
    population_words,
    replace_ids,
)
from tidebook.schemas.vocabulary import HARDLY, QUESTION

Points = list[tuple[dt.date, float]]
DECIDED = ("came_true", "failed")


@dataclass(frozen=True)
class Item:
    """An event or an observation that a prediction rests on."""

    date: dt.date
    what: str
    text: str
    note: str
    source: ShownSource


@dataclass(frozen=True)
class ShownQuestion:
    """A prediction from one or more starting days, its deadline read in one way, for one population."""

    counted_from: list[str]
    reading: str
    deadline: str
    population: str
    decides: bool
    status: str
    reason: str
    chance: str
    measure: str
    points: Points
    ceiling: bool

    def label(self, short: bool) -> str:
        """Return a name beside its line in a picture: without whom it counts where `short`, if it has a deadline."""
        whom = "" if short and self.deadline else self.population
        return ", ".join(each for each in (whom, "at most" if self.ceiling else "", self.until) if each)

    @property
    def until(self) -> str:
        """Its deadline, to follow on what it is of."""
        return f"to {self.deadline}" if self.deadline else ""


@dataclass(frozen=True)
class ShownPrediction:
    """A prediction, or a thing to watch; `path` is the history of the likeliest question that is open.

    Where it has no probability, the path is of what that is `path_at_most`.
    """

    prediction_id: str
    kind: str
    statement: str
    criterion: list[str]
    leaves_room: list[str]
    room: str
    outcome: str
    why: str
    chance: str
    hardly: bool
    deadline: str
    path: Points
    path_at_most: bool
    questions: list[ShownQuestion]
    evidence: list[Item]
    decided_by: list[Item]

    @property
    def anchor(self) -> str:
        """The id of its place in the report."""
        return f"prediction-{self.prediction_id}"

    @property
    def path_short(self) -> str:
        """How likely it was at first, and is now while it is open: `1.9 % at first, 0.4 % now`."""
        if len(self.path) < 2:
            return ""
        most = "at most " if self.path_at_most else ""
        first, last = (format_share(self.path[place][1]) for place in (0, -1))
        if self.outcome == "open" and first == last:
            return f"{most}{first} then and now"
        return f"{most}{first} at first{f', {last} now' if self.outcome == 'open' else ''}"

    @property
    def path_words(self) -> str:
        """How it went: first, last, and what lay above both."""
        if len(self.path) < 2:
            return ""
        (first, start), (last, end) = self.path[0], self.path[-1]
        words = f"{format_share(start)} on {format_date(first)}, {format_share(end)} on {format_date(last)}"
        day, top = max(self.path, key=itemgetter(1))
        return f"{words}; highest {format_share(top)} on {format_date(day)}" if top > max(start, end) else words

    @property
    def lines(self) -> list[ShownQuestion]:
        """The questions whose history can be drawn, of those that decide if any do, each path once."""
        told = [each for each in self.questions if len(each.points) > 1]
        told = [each for each in told if each.decides] or told
        drawn = {tuple(each.points): each for each in reversed(told)}
        return list(reversed(drawn.values()))


def predictions_section(
    tables: TableRows, sources: Mapping[str, ShownSource], names: Mapping[str, str]
) -> list[ShownPrediction]:
    """Return all predictions in the article's order; `names` are those of what texts name by id."""
    builder = _Builder(tables, sources, names)
    outcomes = {row["statement_id"]: row for row in tables["outcomes"] if row["statement_kind"] == "prediction"}
    rows: dict[str, Row] = {}
    for row in tables.get("predictions", []):
        rows.setdefault(row["prediction_id"], row)
    return [builder.prediction(row, outcomes[name]) for name, row in rows.items() if name in outcomes]


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in QUESTION)


class _Builder:
    """Puts predictions together from the rows of the tables, in whose texts ids of parties and products get names."""

    def __init__(self, tables: TableRows, sources: Mapping[str, ShownSource], names: Mapping[str, str]) -> None:
        self.resolutions = {_key(row): row for row in tables.get("resolutions", [])}
        given = tables.get("forecasts", [])
        told = [row for row in given if row["n"] or row["probability"] is not None or row["value"] is not None]
        self.forecasts = grouped((row for row in told if row["current"]), itemgetter("prediction_id"))
        self.earlier = grouped((row for row in given if not row["current"]), _key)
        current = {name: rows[0]["version"] for name, rows in self.forecasts.items()}
        past = tables.get("forecast_history", [])
        self.history = grouped((row for row in past if row["version"] == current.get(row["prediction_id"])), _key)
        self.items = _items(tables, sources, names)
        parties = {row[side] for row in tables.get("events", []) for side in ("subject", "counterparty") if row[side]}
        subjects = {row["subject"] for row in tables.get("observations", [])}
        products = {name for name in subjects if humanize(name) != name.capitalize()}
        dated = {name: f"{item.what} ({format_date(item.date)})" for name, item in self.items.items()}
        self.names = {**names, **{name: humanize(name) for name in parties | products}, **dated}

    def prediction(self, row: Row, outcome: Row) -> ShownPrediction:
        """Return a prediction with its outcome."""
        forecasts = self.forecasts[row["prediction_id"]]
        resolved = [(each, self.resolutions.get(_key(each), {})) for each in forecasts]
        deciding = [(each, found) for each, found in resolved if each["decides"]]
        open_ones = [each for each, _ in deciding if each["status"] == "open"]
        days = sorted({found["deadline"] for _, found in deciding if found.get("deadline")})
        chances = open_ones or [each for each, _ in deciding]
        first = max(chances, key=lambda each: each["probability"] or 0.0, default=None)
        path, at_most = self._points(first) if first else ([], False)
        came_true = (found.get("evidence", ()) for each, found in deciding if each["status"] == "came_true")
        evidence = ((*found.get("evidence", ()), *each["evidence"]) for each, found in resolved)
        likely = outcome["probability"]
        return ShownPrediction(
            **{name: row[name] for name in ("prediction_id", "kind", "statement", "room")},
            leaves_room=list(row["leaves_room"]),
            criterion=[line.strip() for line in row["criterion"].splitlines() if line.strip()],
            outcome=outcome["outcome"],
            why=replace_ids(outcome["why"], self.names),
            chance="" if likely is None else format_share(likely),
            hardly=likely is not None and likely < HARDLY and None not in [each["probability"] for each in open_ones],
            deadline=" to ".join(dict.fromkeys(format_date(day) for day in (days[0], days[-1]))) if days else "",
            path=path,
            path_at_most=at_most,
            questions=self._questions(forecasts),
            evidence=self._in_order(evidence),
            decided_by=self._in_order(came_true),
        )

    def _in_order(self, names: Iterable[Iterable[str]]) -> list[Item]:
        found = {name: self.items[name] for each in names for name in each if name in self.items}
        return sorted(found.values(), key=lambda item: (item.date, item.what))

    def _points(self, today: Row) -> tuple[Points, bool]:
        """Return the probabilities up to the decision or today, or what they cannot exceed; the flag says which."""
        day = today["resolved_on"] if today["status"] in DECIDED and today["resolved_on"] else today["as_of"]
        path = [row for row in self.history[_key(today)] if row["as_of"] <= day]
        path += [] if path and path[-1]["as_of"] == day else [{**today, "as_of": day}]
        ended = next((place for place, row in enumerate(path) if row["status"] != "open"), len(path))
        known, at_most = (
            [(row["as_of"], row[column]) for row in path[: ended + 1] if row[column] is not None]
            for column in ("probability", "high")
        )
        return known or at_most, not known

    def _questions(self, forecasts: Iterable[Row]) -> list[ShownQuestion]:
        """Return the questions, those once that stand alike from several starting days."""
        found: dict[tuple[Any, ...], ShownQuestion] = {}
        for row in forecasts:
            resolution = self.resolutions.get(_key(row), {})
            points, ceiling = self._points(row)
            status = row["status"].replace("_", " ")
            if row["status"] in DECIDED and row["resolved_on"]:
                status += f" on {format_date(row['resolved_on'])}"
            deadline = resolution.get("deadline")
            amount = "" if row["value"] is None else f": {format_value(row['value'], row['unit'])}"
            question = ShownQuestion(
                counted_from=[],
                reading=row["deadline_reading"],
                deadline=format_month(deadline) if deadline else "",
                population=population_words(row["population"]),
                decides=row["decides"],
                status=status,
                reason=replace_ids(resolution.get("reason", ""), self.names),
                chance=_chance(row, deadline) + _prior_words(row, self.earlier[_key(row)]),
                measure=replace_ids(f"{row['measure']}{amount}", self.names) if row["measure"] else "",
                points=points,
                ceiling=ceiling,
            )
            same = (question.reading, deadline, question.population, status, question.reason, question.chance)
            found.setdefault(same, question).counted_from.append(CLOCKS[row["clock"]])
        return list(found.values())


def _chance(row: Row, deadline: dt.date | None) -> str:
    """Return a probability in words, with its interval and the day that it is for while it is open."""
    if row["probability"] is None:
        return "none given"
    words = format_share(row["probability"])
    if row["status"] != "open":
        return words
    if row["low"] is not None and row["high"] is not None and row["low"] != row["high"]:
        words += f" ({format_share(row['low'])} to {format_share(row['high'])})"
    return f"{words} by {format_date(row['by'])}" if row["by"] and row["by"] != deadline else words


def _prior_words(row: Row, earlier: Iterable[Row]) -> str:
    """Return how much hangs on the prior, and what earlier versions of it say; nothing once decided."""
    if row["prior_low"] is None:
        return ""
    low, high = format_share(row["prior_low"]), format_share(row["prior_high"])
    words = [f"{low} to {high} with half or double the prior" if low != high else ""]
    words += [
        f"{format_share(old['probability'])} by the prior of {format_date(old['chosen'])}, version {old['version']}"
        for old in earlier
        if old["probability"] is not None
    ]
    return "".join(f"; {each}" for each in words if each)


def _items(tables: TableRows, sources: Mapping[str, ShownSource], names: Mapping[str, str]) -> dict[str, Item]:
    """Return events and observations by id."""
    told = [(row["event_id"], _event_words(row), row) for row in tables.get("events", [])]
    for row in tables.get("observations", []):
        told.append((row["observation_id"], f"{humanize(row['subject'])}: {humanize_inside(row['series'])}", row))
    found = {}
    for name, what, row in told:
        text = "" if row["quantity_kind"] == "missing" else row["text"]
        found[name] = Item(row["date"], what, text, replace_ids(row["note"], names), sources[row["source_id"]])
    return found


def _event_words(row: Row) -> str:
    """Return what happened: `Acme: acquisition by Globex`."""
    word = "by" if row["kind"] in BY_OTHERS else "with"
    other = f" {word} {humanize(row['counterparty'])}" if row["counterparty"] else ""
    status = "" if row["status"] == "completed" else f", {row['status']}"
    return f"{humanize(row['subject'])}: {row['kind'].replace('_', ' ')}{other}{status}"
