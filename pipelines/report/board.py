"""The board of predictions: how each stands, how likely it was on each month-end, by which model, on what evidence.

Belongs here: what is shown of the forecast tables, in words. Does not: markup, or the drawing of paths (`paths`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.report.numbers import (
    format_count,
    format_date,
    format_interval,
    format_month,
    format_number,
    format_share,
    format_value,
)
from pipelines.report.parts import Source
from pipelines.report.words import joined, named, spell, spell_inside

Row = Mapping[str, Any]
KEY = ("prediction_id", "clock", "deadline_reading", "population")
HISTORY = (*KEY, "as_of", "status", "probability", "high")
"""Columns of the forecasts' history that are read here."""

DECIDED = ("came true", "failed")
APART = 0.1
"""Probabilities this far apart are told as a disagreement."""

BY_OTHERS = ("acquisition", "licence_and_hire", "minority_stake")
"""Kinds of events that the other party does to the subject."""

POPULATIONS = {
    "strict": "strict roster",
    "wide": "wide roster",
    "both": "both populations",
    "openrouter": "OpenRouter",
    "threshold": "against the article’s dollar",
    "rental_price": "against the rent of an H100",
}

SHORT = {"strict": "strict", "wide": "wide", "both": "both", "threshold": "dollar", "rental_price": "rent"}


@dataclass(frozen=True)
class Proof:
    """A row of evidence: an event or an observation with its source."""

    date: dt.date
    what: str
    text: str
    basis: str
    note: str
    tier: str
    source: Source
    locator: str


@dataclass(frozen=True)
class Standing:
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
    path: str
    measure: str
    n: int
    weak: int

    def stands(self, kind: str) -> str:
        """Return how it stands, with the day when it is decided; what was to be watched for happens, or does not."""
        if not self.resolved_on or self.status not in DECIDED:
            return self.status
        status = "happened" if kind == "watch" and self.status == "came true" else self.status
        return f"{status} on {format_date(self.resolved_on)}"


SAME = tuple(name for name in Standing.__dataclass_fields__ if name not in ("clocks", "starts", "path"))
"""What two clocks must agree on to be told together."""


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
class Earned:
    """What an accelerator-hour earned a company, and what renting an H100 cost then."""

    company: str
    date: dt.date
    basis: str
    earned: str
    over_threshold: str
    rent: str
    rent_date: dt.date | None
    rent_basis: str
    weak_rent: bool
    over_rent: str


@dataclass(frozen=True)
class Earnings:
    """Revenue per GPU-hour, summed up in a sentence a company, and figure by figure."""

    sentences: list[str]
    rows: list[Earned]


@dataclass(frozen=True)
class Board:
    """All that is said of one prediction.

    `reading` is how its deadline is read when there is one way only; `silent` are the populations of which no
    figure is known; `lines` are the histories by clock.
    """

    reading: str
    standings: list[Standing]
    silent: list[str]
    apart: list[str]
    methods: list[Method]
    decided: list[tuple[Standing, list[Proof]]]
    proofs: list[Proof]
    aside: list[str]
    lines: dict[str, list[Line]]
    earnings: Earnings


def boards(tables: Mapping[str, Sequence[Row]], sources: Mapping[str, Source]) -> dict[str, Board]:
    """Return the board of each prediction that has forecasts."""
    rulings = {key_of(row): row for row in tables.get("resolutions", [])}
    history: dict[tuple[Any, ...], list[Row]] = {}
    for row in tables.get("forecast_history", []):
        history.setdefault(key_of(row), []).append(row)
    proofs = proofs_of(tables, sources)
    names = names_of(tables)
    grouped: dict[str, list[Row]] = {}
    for row in tables.get("forecasts", []):
        grouped.setdefault(row["prediction_id"], []).append(row)
    hours = tables.get("gpu_hours", [])
    return {
        name: board(rows, rulings, history, proofs, names, [row for row in hours if row["prediction_id"] == name])
        for name, rows in grouped.items()
    }


def key_of(row: Row) -> tuple[Any, ...]:
    """Return what names a question."""
    return tuple(row[name] for name in KEY)


def board(
    rows: Sequence[Row],
    rulings: Mapping[tuple[Any, ...], Row],
    history: Mapping[tuple[Any, ...], list[Row]],
    proofs: Mapping[str, Proof],
    names: Mapping[str, str],
    hours: Sequence[Row],
) -> Board:
    """Return the board of one prediction from its forecasts."""
    spoken = [row for row in rows if not silent(row)]
    merged: dict[tuple[Any, ...], tuple[Standing, Row]] = {}
    decided: dict[tuple[Any, ...], list[Proof]] = {}
    evidence: dict[str, None] = {}
    for row in spoken:
        ruling = rulings.get(key_of(row), {})
        found = standing(row, ruling, history.get(key_of(row), []), names)
        same = tuple(getattr(found, name) for name in SAME)
        if same in merged and follows(history.get(key_of(row), []), history.get(key_of(merged[same][1]), [])):
            merged[same][0].clocks.extend(found.clocks)
            merged[same][0].starts.extend(found.starts)
        else:
            same = same if same not in merged else (*same, row["clock"])
            merged[same] = found, row
            if found.status in DECIDED:
                decided[same] = [proofs[name] for name in ruling.get("evidence", []) if name in proofs]
        evidence |= dict.fromkeys((*ruling.get("evidence", []), *row["evidence"]))
    unknown = [population_words(row["population"]).partition(" against ")[0] for row in rows if silent(row)]
    known = [proofs[name] for name in evidence if name in proofs]
    readings = {row["deadline_reading"] for row in rows}
    return Board(
        reading=readings.pop() if len(readings) == 1 else "",
        standings=[found for found, _ in merged.values()],
        silent=list(dict.fromkeys(unknown)),
        apart=apart([row for _, row in merged.values()]),
        methods=methods(spoken),
        decided=[(merged[same][0], found) for same, found in decided.items()],
        proofs=sorted(known, key=lambda proof: (proof.date, proof.what)),
        aside=[named(text, names) for text in set_aside(spoken, rulings)],
        lines=lines([row for _, row in merged.values()], rulings, history),
        earnings=earnings(hours),
    )


def set_aside(rows: Sequence[Row], rulings: Mapping[tuple[Any, ...], Row]) -> list[str]:
    """Return what does not count and why, with the populations for which it does not where there are several.

    What counts for another population on the same clock and reading is left out: it is among the evidence.
    """
    counted: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        mine = rulings.get(key_of(row), {}).get("evidence", [])
        counted.setdefault((row["clock"], row["deadline_reading"]), set()).update(mine)
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        for text in rulings.get(key_of(row), {}).get("set_aside", []):
            if text.partition(": ")[0] not in counted[row["clock"], row["deadline_reading"]]:
                found.setdefault(text, {})[population_words(row["population"])] = None
    if len({row["population"] for row in rows}) == 1:
        return list(found)
    return [f"{text} ({joined(list(populations))})" for text, populations in found.items()]


def follows(path: Sequence[Row], longer: Sequence[Row]) -> bool:
    """Return whether one history says on each of its days what the other says."""
    said = {row["as_of"]: (row["probability"], row["high"], row["status"]) for row in longer}
    return all(said.get(row["as_of"]) == (row["probability"], row["high"], row["status"]) for row in path)


def silent(row: Row) -> bool:
    """Return whether a forecast rests on nothing and says nothing."""
    return not row["n"] and row["probability"] is None and row["value"] is None


def standing(row: Row, ruling: Row, path: Sequence[Row], names: Mapping[str, str]) -> Standing:
    """Return how one question stands; `names` are those of what its texts name by id."""
    chance = "none given" if row["probability"] is None else format_share(row["probability"])
    if row["low"] is not None and row["high"] is not None and row["status"] == "open":
        low, high = format_share(row["low"]), format_share(row["high"])
        chance += f" ({low} to {high})" if low != high else ""
    if row["by"] and row["by"] != ruling.get("deadline") and row["status"] == "open":
        chance += f" by {format_date(row['by'])}"
    measure = row["measure"]
    if row["value"] is not None:
        measure += f": {format_value(row['value'], row['unit'])}"
    return Standing(
        clocks=[row["clock"]],
        starts=[ruling["clock_start"]] if ruling else [],
        reading=row["deadline_reading"],
        deadline=ruling.get("deadline"),
        population=population_words(row["population"]),
        decides=row["decides"],
        status=row["status"].replace("_", " "),
        resolved_on=row["resolved_on"],
        reason=named(ruling.get("reason", ""), names),
        probability=chance,
        path=path_words(path),
        measure=named(measure, names),
        n=row["n"],
        weak=row["weak"],
    )


def population_words(name: str) -> str:
    """Return a population in words: `OpenAI against the rent of an H100`, `enterprise survey`."""
    parts = [POPULATIONS.get(part) or spell(part) for part in name.split("/")]
    return " ".join(parts) if len(parts) > 1 or name in POPULATIONS else name.replace("_", " ")


def short_words(name: str) -> str:
    """Return a population in few words, for a chart: `OpenAI, rent`, `wide`."""
    if "/" not in name:
        return SHORT.get(name) or population_words(name)
    return ", ".join(SHORT.get(part) or spell(part) for part in name.split("/"))


def path_words(path: Sequence[Row]) -> str:
    """Return how the probability went while the question was open: first, last, and what lay above both."""
    still = [row for row in path if row["status"] == "open"]
    points = [(row["as_of"], row["probability"]) for row in still if row["probability"] is not None]
    before = ""
    if not points:
        before = "at most "
        points = [(row["as_of"], row["high"]) for row in still if row["high"] is not None]
    if not points:
        return ""
    (first, start), (last, end) = points[0], points[-1]
    words = f"{before}{format_share(start)} on {format_date(first)}"
    if len(points) > 1:
        words += f", {before}{format_share(end)} on {format_date(last)}"
    day, top = max(points, key=lambda point: point[1])
    if top > max(start, end):
        words += f"; highest {format_share(top)} on {format_date(day)}"
    return words


def apart(rows: Iterable[Row]) -> list[str]:
    """Return a sentence for each clock and reading under which the populations' probabilities lie apart."""
    grouped: dict[tuple[str, str], list[tuple[float, str]]] = {}
    for row in rows:
        if row["probability"] is not None and row["status"] == "open":
            found = grouped.setdefault((row["clock"], row["deadline_reading"]), [])
            found.append((row["probability"], population_words(row["population"])))
    sentences = []
    for (_, reading), found in grouped.items():
        least, most = min(found)[0], max(found)[0]
        if most - least >= APART:
            each = joined([f"{format_share(chance)} for {name}" for chance, name in found])
            points = format_number(round(100 * (most - least)))
            read = f"Read as “{reading}”, the" if len(grouped) > 1 else "The"
            sentences.append(f"{read} probabilities lie {points} percentage points apart and are not pooled: {each}.")
    return sentences


def methods(rows: Iterable[Row]) -> list[Method]:
    """Return each model's account of itself once, with its populations."""
    grouped: dict[tuple[str, str], dict[str, None]] = {}
    for row in rows:
        grouped.setdefault((row["method"], row["prior"]), {})[population_words(row["population"])] = None
    return [Method(list(names), method, prior) for (method, prior), names in grouped.items()]


def lines(
    rows: Iterable[Row], rulings: Mapping[tuple[Any, ...], Row], history: Mapping[tuple[Any, ...], list[Row]]
) -> dict[str, list[Line]]:
    """Return the histories to draw, by clock, each up to the first month-end on which it was decided.

    Where the later clock only repeats the earlier one it is left out.
    """
    found: dict[str, list[Line]] = {}
    chosen = list(rows)
    several = len({row["deadline_reading"] for row in chosen}) > 1
    drawn: dict[tuple[str, str], list[Row]] = {}
    for row in chosen:
        path, question = history.get(key_of(row), []), (row["deadline_reading"], row["population"])
        if question in drawn and follows(path, drawn[question]):
            continue
        drawn[question] = path
        ended = next((place for place, day in enumerate(path) if day["status"] != "open"), len(path))
        path = path[: ended + 1]
        points = [(day["as_of"], day["probability"]) for day in path if day["probability"] is not None]
        ceiling = not points
        if ceiling:
            points = [(day["as_of"], day["high"]) for day in path if day["high"] is not None]
        label = short_words(row["population"]) + (", at most" if ceiling else "")
        deadline = rulings.get(key_of(row), {}).get("deadline")
        if several and deadline:
            label += f", to {format_month(deadline)}"
        if len(points) > 1:
            found.setdefault(row["clock"], []).append(Line(label, points, ceiling))
    return found


def proofs_of(tables: Mapping[str, Sequence[Row]], sources: Mapping[str, Source]) -> dict[str, Proof]:
    """Return the evidence by its ids."""
    found = {}
    for row in tables.get("events", []):
        found[row["event_id"]] = proof(row, event_words(row), "", sources)
    for row in tables.get("observations", []):
        found[row["observation_id"]] = proof(row, observation_words(row), row["basis"], sources)
    return found


def names_of(tables: Mapping[str, Sequence[Row]]) -> dict[str, str]:
    """Return in words what the texts of the forecasts name by id: events with their day, companies, products."""
    events, observations = tables.get("events", []), tables.get("observations", [])
    parties = {row[side] for row in events for side in ("subject", "counterparty") if row[side]}
    products = {row["subject"] for row in observations if spell(row["subject"]) != row["subject"].capitalize()}
    told = {row["event_id"]: f"{event_words(row)} ({format_date(row['date'])})" for row in events}
    told |= {row["observation_id"]: f"{observation_words(row)} ({format_date(row['date'])})" for row in observations}
    return {name: spell(name) for name in parties | products} | told


def event_words(row: Row) -> str:
    """Return what happened: `xAI: acquisition by SpaceX`."""
    word = "by" if row["kind"] in BY_OTHERS else "with"
    other = f" {word} {spell(row['counterparty'])}" if row["counterparty"] else ""
    status = "" if row["status"] == "completed" else f", {row['status']}"
    return f"{spell(row['subject'])}: {row['kind'].replace('_', ' ')}{other}{status}"


def observation_words(row: Row) -> str:
    """Return what was measured: `CoreWeave: revenue per GPU hour`."""
    return f"{spell(row['subject'])}: {spell_inside(row['series'])}"


def proof(row: Row, what: str, basis: str, sources: Mapping[str, Source]) -> Proof:
    """Return one row of evidence."""
    return Proof(
        row["date"], what, row["text"], basis, row["note"], row["tier"], sources[row["source_id"]], row["locator"]
    )


def earnings(rows: Sequence[Row]) -> Earnings:
    """Return revenue per GPU-hour beside the article's dollar and the rent of the same time."""
    sentences = [rent_words(rented)] if (rented := [row for row in rows if row["rental_price"] is not None]) else []
    by_company: dict[str, list[Row]] = {}
    for row in rows:
        by_company.setdefault(row["company"], []).append(row)
    sentences += [company_words(spell(name), mine) for name, mine in by_company.items()]
    return Earnings(sentences, [earned(row) for row in rows])


def rent_words(rows: Sequence[Row]) -> str:
    """Return what renting an H100 cost at the time of the figures, and what part of it the article asks for."""
    rents = [row["rental_price"] for row in rows]
    parts = [row["threshold"] / row["rental_price"] for row in rows]
    asked = format_value(rows[0]["threshold"], "USD/GPU-hour")
    return (
        f"The article asks for {asked}. Renting an H100 cost {format_interval(min(rents), max(rents), 'USD/GPU-hour')} "
        f"at the time of the figures below, so that it asks for {format_interval(min(parts), max(parts), 'share')} of "
        "the rent."
    )


def company_words(name: str, rows: Sequence[Row]) -> str:
    """Return what a company earned per GPU-hour, and in how many periods it is the article's dollar, and the rent.

    A period counts when its revenue is enough however accelerators are counted.
    """
    values = [row["value"] for row in rows]
    days = sorted({row["date"] for row in rows})
    dollar = [all(row["value"] >= row["threshold"] for row in rows if row["date"] == day) for day in days]
    ratios = [[row["over_rent"] for row in rows if row["date"] == day and row["over_rent"] is not None] for day in days]
    rented = [min(each) >= 1 for each in ratios if each]
    span = f"up to {format_date(days[-1])}" if len(days) == 1 else f"{format_date(days[0])} to {format_date(days[-1])}"
    words = (
        f"{name}: {format_interval(min(values), max(values), 'USD/GPU-hour')} ({format_count(len(days), 'period')}, "
        f"{span}). At least what the article asks for, however accelerators are counted: in {sum(dollar)} of "
        f"{len(dollar)}."
    )
    if rented:
        words += f" At least the rent of the time: in {sum(rented)} of {len(rented)}."
    return words


def earned(row: Row) -> Earned:
    """Return one figure in words."""
    unit = "USD/GPU-hour"
    return Earned(
        company=spell(row["company"]),
        date=row["date"],
        basis=row["basis"],
        earned=format_value(row["value"], unit),
        over_threshold=format_value(row["value"] / row["threshold"], "ratio"),
        rent="" if row["rental_price"] is None else format_value(row["rental_price"], unit),
        rent_date=row["rental_date"],
        rent_basis=row["rental_basis"],
        weak_rent=bool(row["rental_weak"]),
        over_rent="" if row["over_rent"] is None else format_value(row["over_rent"], "ratio"),
    )
