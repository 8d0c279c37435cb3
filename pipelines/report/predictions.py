"""Predictions as the report shows them: outcome, probability, deadline, history and evidence.

Belongs here: the tables of predictions, resolutions and forecasts in words. Does not: how they are computed
(`judge.predictions`), or the chart of a history (`pictures`).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from tidebook.pipelines.judge.predictions.scores import LEAST_OUTCOMES
from tidebook.pipelines.read.formatting import MINUS, format_date, format_month, format_share, format_value
from tidebook.pipelines.read.grouping import Row, TableRows, grouped
from tidebook.pipelines.report.figures import ShownSource
from tidebook.pipelines.report.rows import by_key, only
from tidebook.pipelines.report.words import (
    BY_OTHERS,
    CLOCKS,
    humanize,
    plain,
    population_words,
    replace_ids,
    rounded,
    series_words,
)
from tidebook.schemas.vocabulary import QUESTION

Points = list[tuple[dt.date, float]]
DECIDED = ("came true", "failed")


@dataclass(frozen=True)
class Item:
    """An event or an observation that is evidence for a prediction."""

    date: dt.date
    what: str
    text: str
    note: str
    source: ShownSource


@dataclass(frozen=True)
class ShownQuestion:
    """A question that a prediction poses: one interpretation of its deadline, for one population.

    Attributes:
        counted_from: words for the starting days on which it has the same result.
        decides: whether it decides the prediction's outcome.
        points: probabilities over time.
        ceiling: whether `points` are upper bounds of a probability that is not known.
    """

    counted_from: list[str]
    interpretation: str
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
        """Return its label in a chart; a `short` one leaves out the population if there is a deadline."""
        population = "" if short and self.deadline else self.population
        parts = [population, "at most" if self.ceiling else "", self.until]
        return ", ".join(filter(None, parts))

    @property
    def until(self) -> str:
        """Its deadline, such as `to Dec 2025`."""
        return f"to {self.deadline}" if self.deadline else ""


@dataclass(frozen=True)
class ShownPrediction:
    """A prediction, or a thing to watch.

    Attributes:
        leaves_room: words of the prediction that leave room for interpretation.
        room: how the criterion takes them.
        chance: how likely it is as stated: the range over other cohorts and announced events, or "very unlikely".
        most: the highest probability, or bound, of the open questions that decide.
        is_very_unlikely: whether it is open and very unlikely.
        has_record: whether enough predictions of its kind have a known outcome for a probability on the first screen.
        path: probabilities over time of the open question that is most likely.
        path_at_most: whether `path` has upper bounds, since there is no probability.
        decided_by: the evidence of the questions that came true.
    """

    prediction_id: str
    kind: str
    statement: str
    criterion: list[str]
    ambiguous_words: list[str]
    ambiguity: str
    outcome: str
    why: str
    chance: str
    most: str
    is_very_unlikely: bool
    has_record: bool
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
        """The first probability, and the last while it is open: `1.9% at first, 0.4% now`."""
        if len(self.path) < 2:
            return ""
        at_most = "at most " if self.path_at_most else ""
        first, last = format_share(self.path[0][1]), format_share(self.path[-1][1])
        if self.outcome != "open":
            return f"{at_most}{first} at first"
        if first == last:
            return f"{at_most}{first} then and now"
        return f"{at_most}{first} at first, {last} now"

    @property
    def path_words(self) -> str:
        """The first and last probability, and the highest if it is above both."""
        if len(self.path) < 2:
            return ""
        (first, start), (last, end) = self.path[0], self.path[-1]
        words = f"{format_share(start)} on {format_date(first)}, {format_share(end)} on {format_date(last)}"
        day, top = max(self.path, key=itemgetter(1))
        if top > max(start, end):
            words += f"; highest {format_share(top)} on {format_date(day)}"
        return words

    @property
    def with_history(self) -> list[ShownQuestion]:
        """The questions whose history can be drawn."""
        return [question for question in self.questions if len(question.points) > 1]

    @property
    def drawn(self) -> list[ShownQuestion]:
        """Those of them that decide, or all if none does."""
        return [question for question in self.with_history if question.decides] or self.with_history

    @property
    def lines(self) -> list[ShownQuestion]:
        """The questions that are drawn, those with equal paths once."""
        distinct: dict[tuple[tuple[dt.date, float], ...], ShownQuestion] = {}
        for question in self.drawn:
            distinct.setdefault(tuple(question.points), question)
        return list(distinct.values())


def predictions_section(
    tables: TableRows, sources: Mapping[str, ShownSource], names: Mapping[str, str]
) -> list[ShownPrediction]:
    """Build all predictions, in the article's order.

    Args:
        tables: rows by table.
        sources: sources by id.
        names: words for ids, as in `words.replace_ids`.
    """
    builder = _Builder(tables, sources, names)
    outcomes = by_key(only(tables["outcomes"], statement_kind="prediction"), "statement_id")
    # The table has a row for each clock and reading of the deadline; statement and criterion are the same in all.
    rows: dict[str, Row] = {}
    for row in tables.get("predictions", []):
        rows.setdefault(row["prediction_id"], row)
    return [builder.prediction(row, outcomes[name]) for name, row in rows.items() if name in outcomes]


Key = tuple[Any, ...]
"""The values that name a question, as in `vocabulary.QUESTION`."""


def _key(row: Row) -> Key:
    return tuple(row[name] for name in QUESTION)


def _is_informed(forecast: Row) -> bool:
    """Whether a forecast says anything: a probability, a value or a number of cases."""
    return bool(forecast["n"]) or forecast["probability"] is not None or forecast["value"] is not None


class _Builder:
    """Builds predictions from the rows of the tables, with words for the ids in their texts."""

    def __init__(self, tables: TableRows, sources: Mapping[str, ShownSource], names: Mapping[str, str]) -> None:
        self.resolutions = {_key(row): row for row in tables.get("resolutions", [])}
        forecasts = tables.get("forecasts", [])
        current = filter(_is_informed, only(forecasts, current=True))
        self.forecasts = grouped(current, itemgetter("prediction_id"))
        self.earlier = grouped(only(forecasts, current=False), _key)
        self.history = self._history(tables.get("forecast_history", []))
        scored = {score["prediction_id"] for score in tables.get("scores", [])}
        of_kinds = {row["prediction_id"]: _model_kind(row) for row in tables.get("predictions", [])}
        self.outcomes_of_kind = Counter(kind for name, kind in of_kinds.items() if name in scored)
        self.items = _items(tables, sources, names)
        self.names = {**names, **_parties(tables), **_products(tables)}
        for name, item in self.items.items():
            self.names[name] = f"{item.what} ({format_date(item.date)})"

    def _history(self, rows: Iterable[Row]) -> Mapping[Key, list[Row]]:
        """Return past forecasts of each question by the version of the model that is current."""
        current = []
        for row in rows:
            forecasts = self.forecasts.get(row["prediction_id"])
            if forecasts and row["version"] == forecasts[0]["version"]:
                current.append(row)
        return grouped(current, _key)

    def prediction(self, row: Row, outcome: Row) -> ShownPrediction:
        """Build a prediction from its row and its outcome's."""
        forecasts = self.forecasts[row["prediction_id"]]
        deciding = only(forecasts, decides=True)
        undecided = only(deciding, status="open")
        likeliest = max(undecided or deciding, key=lambda forecast: forecast["probability"] or 0.0, default=None)
        path, at_most = self._points(likeliest) if likeliest else ([], False)
        return ShownPrediction(
            prediction_id=row["prediction_id"],
            kind=row["kind"],
            statement=row["statement"],
            ambiguity=row["ambiguity"],
            ambiguous_words=list(row["ambiguous_words"]),
            criterion=_lines(row["criterion"]),
            outcome=outcome["outcome"],
            why=plain(replace_ids(outcome["why"], self.names)),
            chance=_range_words(outcome),
            most=_most([*undecided, {"probability": outcome["probability"]}]),
            is_very_unlikely=outcome["very_unlikely"],
            has_record=self.outcomes_of_kind[_model_kind(row)] >= LEAST_OUTCOMES,
            deadline=self._deadlines(deciding),
            path=path,
            path_at_most=at_most,
            questions=self._questions(forecasts),
            evidence=self._evidence(forecasts),
            decided_by=self._evidence_of_success(deciding),
        )

    def _resolution(self, forecast: Row) -> Row:
        return self.resolutions.get(_key(forecast), {})

    def _deadlines(self, forecasts: Iterable[Row]) -> str:
        """Return the first and the last deadline of questions: `31 December 2025 to 25 November 2027`."""
        deadlines = []
        for forecast in forecasts:
            deadline = self._resolution(forecast).get("deadline")
            if deadline:
                deadlines.append(deadline)
        if not deadlines:
            return ""
        first, last = format_date(min(deadlines)), format_date(max(deadlines))
        return first if first == last else f"{first} to {last}"

    def _evidence(self, forecasts: Iterable[Row]) -> list[Item]:
        names: list[str] = []
        for forecast in forecasts:
            names += [*self._resolution(forecast).get("evidence", ()), *forecast["evidence"]]
        return self._in_order(names)

    def _evidence_of_success(self, forecasts: Iterable[Row]) -> list[Item]:
        names: list[str] = []
        for forecast in forecasts:
            if forecast["status"] == "came true":
                names += self._resolution(forecast).get("evidence", ())
        return self._in_order(names)

    def _in_order(self, names: Iterable[str]) -> list[Item]:
        items = {name: self.items[name] for name in names if name in self.items}
        return sorted(items.values(), key=lambda item: (item.date, item.what))

    def _points(self, forecast: Row) -> tuple[Points, bool]:
        """Return a question's probabilities up to its decision or today; else upper bounds, and True."""
        day = forecast["as_of"]
        if forecast["status"] in DECIDED and forecast["resolved_on"]:
            day = forecast["resolved_on"]
        rows = [row for row in self.history[_key(forecast)] if row["as_of"] <= day]
        if not rows or rows[-1]["as_of"] != day:
            rows.append({**forecast, "as_of": day})
        path = _until_decided(rows)
        probabilities = _dated(path, "probability")
        if probabilities:
            return probabilities, False
        return _dated(path, "high"), True

    def _questions(self, forecasts: Iterable[Row]) -> list[ShownQuestion]:
        """Build the questions; those that differ in the starting day alone become one."""
        questions: dict[Key, ShownQuestion] = {}
        for forecast in forecasts:
            question = self._question(forecast)
            # The exact deadline: the question has its month alone.
            deadline = self._resolution(forecast).get("deadline")
            shown = (question.interpretation, question.population, question.status, question.reason, question.chance)
            questions.setdefault((deadline, *shown), question).counted_from.append(CLOCKS[forecast["clock"]])
        return list(questions.values())

    def _question(self, forecast: Row) -> ShownQuestion:
        resolution = self._resolution(forecast)
        deadline = resolution.get("deadline")
        points, ceiling = self._points(forecast)
        measure = forecast["measure"]
        if measure and forecast["value"] is not None:
            measure = f"{measure}: {format_value(forecast['value'], forecast['unit'])}"
        return ShownQuestion(
            counted_from=[],
            interpretation=forecast["deadline_interpretation"],
            deadline=format_month(deadline) if deadline else "",
            population=population_words(forecast["population"]),
            decides=forecast["decides"],
            status=_status_words(forecast),
            reason=replace_ids(resolution.get("reason", ""), self.names),
            chance=_chance(forecast, deadline) + _prior_words(forecast, self.earlier[_key(forecast)]),
            measure=replace_ids(measure, self.names) if measure else "",
            points=points,
            ceiling=ceiling,
        )


def _lines(text: str) -> list[str]:
    return list(filter(None, map(str.strip, text.splitlines())))


def _dated(rows: Iterable[Row], column: str) -> Points:
    """Return the known values of a column with their days."""
    return [(row["as_of"], row[column]) for row in rows if row[column] is not None]


def _model_kind(prediction: Row) -> str:
    """Return the kind of model that forecasts a prediction, "" without one."""
    return str(json.loads(prediction.get("model_spec") or "{}").get("kind", ""))


def _range_words(outcome: Row) -> str:
    """Say how likely an open prediction is: `very unlikely`, `12% to 40%`, `at most 18%`; "" where nothing is known."""
    low, high = outcome["probability_low"], outcome["probability_high"]
    if high is None:
        return ""
    if outcome["very_unlikely"]:
        return "very unlikely"
    if outcome["probability"] is None:
        return f"at most {format_share(high)}"
    first, last = format_share(low), format_share(high)
    return first if first == last else f"{first} to {last}"


def _most(undecided: Iterable[Row]) -> str:
    """Return the highest probability of some questions, or its upper bound where a question has none."""
    tops = []
    for forecast in undecided:
        top = forecast["probability"] if forecast["probability"] is not None else forecast.get("high")
        if top is not None:
            tops.append(top)
    return format_share(max(tops)) if tops else ""


def _until_decided(rows: Sequence[Row]) -> Sequence[Row]:
    """Return the rows up to the first that is not open, this one among them."""
    for index, row in enumerate(rows):
        if row["status"] != "open":
            return rows[: index + 1]
    return rows


def _status_words(forecast: Row) -> str:
    status: str = forecast["status"].replace("_", " ")
    if forecast["status"] in DECIDED and forecast["resolved_on"]:
        return f"{status} on {format_date(forecast['resolved_on'])}"
    return status


def _chance(forecast: Row, deadline: dt.date | None) -> str:
    """Return a probability in words; of an open question with its interval, and its day if not the deadline."""
    if forecast["probability"] is None:
        return "none given"
    words = format_share(forecast["probability"])
    if forecast["status"] != "open":
        return words
    low, high, day = forecast["low"], forecast["high"], forecast["target_date"]
    if low is not None and high is not None and low != high:
        words += f" ({format_share(low)} to {format_share(high)})"
    return f"{words} by {format_date(day)}" if day and day != deadline else words


def _prior_words(forecast: Row, earlier: Iterable[Row]) -> str:
    """Say how much a probability depends on the prior, and which ones earlier priors give; `""` once decided."""
    if forecast["prior_low"] is None:
        return ""
    words = ""
    low, high = format_share(forecast["prior_low"]), format_share(forecast["prior_high"])
    if low != high:
        words = f"; {low} to {high} with half or double the prior"
    for old in earlier:
        if old["probability"] is not None:
            prior = f"the prior of {format_date(old['chosen'])}, version {old['version']}"
            words += f"; {format_share(old['probability'])} by {prior}"
    return words


def _parties(tables: TableRows) -> dict[str, str]:
    names = {}
    for row in tables.get("events", []):
        for party in (row["subject"], row["counterparty"]):
            if party:
                names[party] = humanize(party)
    return names


def _products(tables: TableRows) -> dict[str, str]:
    """Return names for the subjects of observations; those that are plain words stay as they are in texts."""
    names = {}
    for row in tables.get("observations", []):
        subject = row["subject"]
        if humanize(subject) != subject.capitalize():
            names[subject] = humanize(subject)
    return names


def _items(tables: TableRows, sources: Mapping[str, ShownSource], names: Mapping[str, str]) -> dict[str, Item]:
    """Return events and observations by id."""
    described: list[tuple[str, str, Row]] = []
    for row in tables.get("events", []):
        described.append((row["event_id"], _event_words(row), row))
    for row in tables.get("observations", []):
        what = f"{humanize(row['subject'])}: {series_words(row['series'])}"
        described.append((row["observation_id"], what, row))
    items = {}
    for name, what, row in described:
        text = ""
        if row["quantity_kind"] != "missing":
            text = _amount_words(rounded(row["text"], row["value"], row["unit"], ""))
        items[name] = Item(row["date"], what, text, replace_ids(row["note"], names), sources[row["source_id"]])
    return items


def _amount_words(text: str) -> str:
    """Return an amount with words for `~` and a minus sign: `about −34%` for `~-34%`."""
    about, amount = ("about ", text[1:]) if text.startswith("~") else ("", text)
    return f"{about}{re.sub(r'^-(?=[0-9])', MINUS, amount)}"


def _event_words(event: Row) -> str:
    """Say what happened: `Acme: acquisition by Globex`."""
    by_or_with = "by" if event["kind"] in BY_OTHERS else "with"
    other = f" {by_or_with} {humanize(event['counterparty'])}" if event["counterparty"] else ""
    status = "" if event["status"] == "completed" else f", {event['status']}"
    return f"{humanize(event['subject'])}: {event['kind'].replace('_', ' ')}{other}{status}"
