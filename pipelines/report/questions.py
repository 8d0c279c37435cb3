"""The questions of each prediction: how each stands, how likely it was on each month-end, by which model, on what.

Belongs here: what is shown of the forecast tables, in words. Does not: markup, or the drawing of histories (`paths`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.formatting import format_date, format_month, format_number, format_share
from pipelines.report.earnings import Earnings, earnings
from pipelines.report.evidence import EvidenceItem, Source
from pipelines.report.words import (
    humanize,
    humanize_inside,
    joined,
    measure_words,
    population_words,
    replace_ids,
    short_population_words,
)

Row = Mapping[str, Any]
Key = tuple[Any, ...]
KEY = ("prediction_id", "clock", "deadline_reading", "population")
HISTORY = (*KEY, "version", "as_of", "status", "probability", "high")
"""Columns of the forecasts' history that are read here."""

DECIDED = ("came true", "failed")
DISAGREEMENT = 0.1
"""Probabilities this far apart are reported as a disagreement."""

BY_OTHERS = ("acquisition", "licence_and_hire", "minority_stake")
"""Kinds of events that the other party does to the subject."""


@dataclass(frozen=True)
class QuestionStatus:
    """One question, under each of the clocks on which all of this is the same."""

    clocks: list[str]
    starts: list[dt.date]
    reading: str
    deadline: dt.date | None
    population: str
    decides: bool
    status: str
    resolved_on: dt.date | None
    reason: str
    probability: str
    priors: str
    path: str
    measure: str
    n: int
    weak: int

    def words(self, kind: str) -> str:
        """Return how it stands, with the day when it is decided; what was to be watched for happens, or does not."""
        if not self.resolved_on or self.status not in DECIDED:
            return self.status
        status = "happened" if kind == "watch" and self.status == "came true" else self.status
        return f"{status} on {format_date(self.resolved_on)}"


_SAME = tuple(name for name in QuestionStatus.__dataclass_fields__ if name not in ("clocks", "starts", "path"))
"""What two clocks must agree on to be shown as one."""


@dataclass(frozen=True)
class Method:
    """A model's own account of itself, and the populations that it is used for."""

    populations: list[str]
    method: str
    prior: str


@dataclass(frozen=True)
class Line:
    """The probability of one question on month-ends; of a `ceiling`, only what it cannot exceed is known."""

    label: str
    points: list[tuple[dt.date, float]]
    ceiling: bool


@dataclass(frozen=True)
class Board:
    """All that is said of one prediction.

    `reading` is how its deadline is read when there is one way only; `without_data` are the populations of which no
    figure is known; `excluded` is what does not count, and why; `lines` are the histories by clock.
    """

    reading: str
    questions: list[QuestionStatus]
    without_data: list[str]
    disagreements: list[str]
    methods: list[Method]
    decided: list[tuple[QuestionStatus, list[EvidenceItem]]]
    evidence: list[EvidenceItem]
    excluded: list[str]
    lines: dict[str, list[Line]]
    earnings: Earnings


def boards(tables: Mapping[str, Sequence[Row]], sources: Mapping[str, Source]) -> dict[str, Board]:
    """Return the board of each prediction that has forecasts."""
    resolutions = {_key(row): row for row in tables.get("resolutions", [])}
    grouped: dict[str, list[Row]] = {}
    earlier: dict[Key, list[Row]] = {}
    for row in tables.get("forecasts", []):
        if row["current"]:
            grouped.setdefault(row["prediction_id"], []).append(row)
        else:
            earlier.setdefault(_key(row), []).append(row)
    current = {name: rows[0]["version"] for name, rows in grouped.items()}
    history: dict[Key, list[Row]] = {}
    for row in tables.get("forecast_history", []):
        if row["version"] == current.get(row["prediction_id"]):
            history.setdefault(_key(row), []).append(row)
    items = _evidence_items(tables, sources)
    names = _names(tables)
    hours = tables.get("gpu_hours", [])
    return {
        name: _board(
            rows, earlier, resolutions, history, items, names, [row for row in hours if row["prediction_id"] == name]
        )
        for name, rows in grouped.items()
    }


def _key(row: Row) -> Key:
    return tuple(row[name] for name in KEY)


def _board(
    rows: Sequence[Row],
    earlier: Mapping[Key, list[Row]],
    resolutions: Mapping[Key, Row],
    history: Mapping[Key, list[Row]],
    items: Mapping[str, EvidenceItem],
    names: Mapping[str, str],
    hours: Sequence[Row],
) -> Board:
    """Return the board of one prediction from its forecasts."""
    with_data = [row for row in rows if not _is_without_data(row)]
    merged: dict[Key, tuple[QuestionStatus, Row]] = {}
    decided: dict[Key, list[EvidenceItem]] = {}
    evidence: dict[str, None] = {}
    for row in with_data:
        resolution, path = resolutions.get(_key(row), {}), history.get(_key(row), [])
        question = _question(row, earlier.get(_key(row), []), resolution, path, names)
        same = tuple(getattr(question, name) for name in _SAME)
        if same in merged and _repeats(path, history.get(_key(merged[same][1]), [])):
            merged[same][0].clocks.extend(question.clocks)
            merged[same][0].starts.extend(question.starts)
        else:
            same = same if same not in merged else (*same, row["clock"])
            merged[same] = question, row
            if question.status in DECIDED:
                decided[same] = [items[name] for name in resolution.get("evidence", []) if name in items]
        evidence |= dict.fromkeys((*resolution.get("evidence", []), *row["evidence"]))
    unknown = [population_words(row["population"]).partition(" against ")[0] for row in rows if _is_without_data(row)]
    shown = [row for _, row in merged.values()]
    readings = {row["deadline_reading"] for row in rows}
    return Board(
        reading=readings.pop() if len(readings) == 1 else "",
        questions=[question for question, _ in merged.values()],
        without_data=list(dict.fromkeys(unknown)),
        disagreements=_disagreements(shown),
        methods=_methods(with_data),
        decided=[(merged[same][0], found) for same, found in decided.items()],
        evidence=sorted((items[name] for name in evidence if name in items), key=lambda item: (item.date, item.what)),
        excluded=[replace_ids(text, names) for text in _excluded(with_data, resolutions)],
        lines=_lines(shown, resolutions, history),
        earnings=earnings(hours),
    )


def _excluded(rows: Sequence[Row], resolutions: Mapping[Key, Row]) -> list[str]:
    """Return what does not count and why, with the populations for which it does not where there are several.

    What counts for another population on the same clock and reading is left out: it is among the evidence.
    """
    counted: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        mine = resolutions.get(_key(row), {}).get("evidence", [])
        counted.setdefault((row["clock"], row["deadline_reading"]), set()).update(mine)
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        for text in resolutions.get(_key(row), {}).get("set_aside", []):
            if text.partition(": ")[0] not in counted[row["clock"], row["deadline_reading"]]:
                found.setdefault(text, {})[population_words(row["population"])] = None
    if len({row["population"] for row in rows}) == 1:
        return list(found)
    return [f"{text} ({joined(list(populations))})" for text, populations in found.items()]


def _repeats(path: Sequence[Row], longer: Sequence[Row]) -> bool:
    """Return whether one history has on each of its days what the other has."""
    known = {row["as_of"]: (row["probability"], row["high"], row["status"]) for row in longer}
    return all(known.get(row["as_of"]) == (row["probability"], row["high"], row["status"]) for row in path)


def _is_without_data(row: Row) -> bool:
    """Return whether a forecast rests on nothing and says nothing."""
    return not row["n"] and row["probability"] is None and row["value"] is None


def _question(
    row: Row, earlier: Sequence[Row], resolution: Row, path: Sequence[Row], names: Mapping[str, str]
) -> QuestionStatus:
    """Return how one question stands; `names` are those of what its texts name by id."""
    chance = "none given" if row["probability"] is None else format_share(row["probability"])
    if row["low"] is not None and row["high"] is not None and row["status"] == "open":
        low, high = format_share(row["low"]), format_share(row["high"])
        chance += f" ({low} to {high})" if low != high else ""
    if row["by"] and row["by"] != resolution.get("deadline") and row["status"] == "open":
        chance += f" by {format_date(row['by'])}"
    return QuestionStatus(
        clocks=[row["clock"]],
        starts=[resolution["clock_start"]] if resolution else [],
        reading=row["deadline_reading"],
        deadline=resolution.get("deadline"),
        population=population_words(row["population"]),
        decides=row["decides"],
        status=row["status"].replace("_", " "),
        resolved_on=row["resolved_on"],
        reason=replace_ids(resolution.get("reason", ""), names),
        probability=chance,
        priors=_prior_words(row, earlier),
        path=path_words(path),
        measure=replace_ids(measure_words(row), names),
        n=row["n"],
        weak=row["weak"],
    )


def _prior_words(row: Row, earlier: Sequence[Row]) -> str:
    """Return how much hangs on the prior, and what earlier versions of it say; nothing once decided."""
    if row["prior_low"] is None:
        return ""
    words = f"{format_share(row['prior_low'])} to {format_share(row['prior_high'])} with half or double the prior"
    for old in earlier:
        if old["probability"] is not None:
            words += (
                f"; {format_share(old['probability'])} by version {old['version']}, of {format_date(old['chosen'])}"
            )
    return words


def path_words(path: Sequence[Row]) -> str:
    """Return how the probability went while the question was open: first, last, and what lay above both."""
    points, ceiling = _points([row for row in path if row["status"] == "open"])
    if not points:
        return ""
    before = "at most " if ceiling else ""
    (first, start), (last, end) = points[0], points[-1]
    words = f"{before}{format_share(start)} on {format_date(first)}"
    if len(points) > 1:
        words += f", {before}{format_share(end)} on {format_date(last)}"
    day, top = max(points, key=lambda point: point[1])
    if top > max(start, end):
        words += f"; highest {format_share(top)} on {format_date(day)}"
    return words


def _points(path: Sequence[Row]) -> tuple[list[tuple[dt.date, float]], bool]:
    """Return the probabilities by day, or else what they cannot exceed; the flag says which."""
    known, at_most = (
        [(row["as_of"], row[column]) for row in path if row[column] is not None] for column in ("probability", "high")
    )
    return known or at_most, not known


def _disagreements(rows: Iterable[Row]) -> list[str]:
    """Return a sentence for each clock and reading under which the populations' probabilities lie apart."""
    grouped: dict[tuple[str, str], list[tuple[float, str]]] = {}
    for row in rows:
        if row["probability"] is not None and row["status"] == "open":
            found = grouped.setdefault((row["clock"], row["deadline_reading"]), [])
            found.append((row["probability"], population_words(row["population"])))
    sentences = []
    for (_, reading), found in grouped.items():
        least, most = min(found)[0], max(found)[0]
        if most - least >= DISAGREEMENT:
            each = joined([f"{format_share(chance)} for {name}" for chance, name in found])
            points = format_number(round(100 * (most - least)))
            read = f"Read as “{reading}”, the" if len(grouped) > 1 else "The"
            sentences.append(f"{read} probabilities lie {points} percentage points apart and are not pooled: {each}.")
    return sentences


def _methods(rows: Iterable[Row]) -> list[Method]:
    """Return each model's account of itself once, with its populations."""
    grouped: dict[tuple[str, str], dict[str, None]] = {}
    for row in rows:
        grouped.setdefault((row["method"], row["prior"]), {})[population_words(row["population"])] = None
    return [Method(list(names), method, prior) for (method, prior), names in grouped.items()]


def _lines(
    rows: Sequence[Row], resolutions: Mapping[Key, Row], history: Mapping[Key, list[Row]]
) -> dict[str, list[Line]]:
    """Return the histories to draw, by clock, each up to the first month-end on which it was decided.

    Where the later clock only repeats the earlier one it is left out.
    """
    found: dict[str, list[Line]] = {}
    several = len({row["deadline_reading"] for row in rows}) > 1
    drawn: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        path, question = history.get(_key(row), []), (row["deadline_reading"], row["population"])
        if question in drawn and _repeats(path, drawn[question]):
            continue
        drawn[question] = path
        ended = next((place for place, day in enumerate(path) if day["status"] != "open"), len(path))
        points, ceiling = _points(path[: ended + 1])
        label = short_population_words(row["population"]) + (", at most" if ceiling else "")
        deadline = resolutions.get(_key(row), {}).get("deadline")
        if several and deadline:
            label += f", to {format_month(deadline)}"
        if len(points) > 1:
            found.setdefault(row["clock"], []).append(Line(label, points, ceiling))
    return found


def _evidence_items(tables: Mapping[str, Sequence[Row]], sources: Mapping[str, Source]) -> dict[str, EvidenceItem]:
    found = {}
    for row in tables.get("events", []):
        found[row["event_id"]] = _evidence_item(row, _event_words(row), "", sources)
    for row in tables.get("observations", []):
        found[row["observation_id"]] = _evidence_item(row, _observation_words(row), row["basis"], sources)
    return found


def _names(tables: Mapping[str, Sequence[Row]]) -> dict[str, str]:
    """Return in words what the texts of the forecasts name by id: events with their day, companies, products."""
    events, observations = tables.get("events", []), tables.get("observations", [])
    parties = {row[side] for row in events for side in ("subject", "counterparty") if row[side]}
    products = {row["subject"] for row in observations if humanize(row["subject"]) != row["subject"].capitalize()}
    dated = {row["event_id"]: f"{_event_words(row)} ({format_date(row['date'])})" for row in events}
    dated |= {row["observation_id"]: f"{_observation_words(row)} ({format_date(row['date'])})" for row in observations}
    return {name: humanize(name) for name in parties | products} | dated


def _event_words(row: Row) -> str:
    """Return what happened: `xAI: acquisition by SpaceX`."""
    word = "by" if row["kind"] in BY_OTHERS else "with"
    other = f" {word} {humanize(row['counterparty'])}" if row["counterparty"] else ""
    status = "" if row["status"] == "completed" else f", {row['status']}"
    return f"{humanize(row['subject'])}: {row['kind'].replace('_', ' ')}{other}{status}"


def _observation_words(row: Row) -> str:
    """Return what was measured: `CoreWeave: revenue per GPU hour`."""
    return f"{humanize(row['subject'])}: {humanize_inside(row['series'])}"


def _evidence_item(row: Row, what: str, basis: str, sources: Mapping[str, Source]) -> EvidenceItem:
    return EvidenceItem(
        row["date"], what, row["text"], basis, row["note"], row["tier"], sources[row["source_id"]], row["locator"]
    )
