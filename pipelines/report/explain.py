"""One verdict traced back in plain lines: metric, draws, figures, printed cells, sources, flips, forecasts.

Belongs here: what `tidebook explain` prints of the tables of a release. Does not: the full report (`render`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.formatting import format_interval, format_value
from pipelines.ingest.errors import InputError, Problem, close_to
from pipelines.report.swaps import turning_sources
from pipelines.worlds.known import best_references
from schemas.vocabulary import OF_THE_PRINT

EXPLAINED = (
    "verdicts", "claims", "reading_verdicts", "metrics", "flips", "figures", "sources", "findings", "references",
    "outcomes", "figure_outcomes", "swaps", "predictions", "forecasts", "resolutions", "events", "observations",
)  # fmt: skip

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]

_PREDICTED = ("predictions", "forecasts", "resolutions")
_QUESTION = ("clock", "deadline_reading", "population")


def explain(name: str, tables: Tables) -> Iterator[str]:
    """Yield the lines that explain a claim or prediction, by its id, or a figure, by its id with slashes.

    `tables` are the rows of those of `EXPLAINED`, in which null is None.

    Raises:
        InputError: there is no such claim, prediction or figure.
    """
    if "/" in name:
        yield from _explain_figure(name, tables)
        return
    claims = [row["claim_id"] for row in tables["claims"]]
    predictions = list(dict.fromkeys(row["prediction_id"] for row in tables["predictions"]))
    if name not in (known := [*claims, *predictions]):
        expected = f"the id of a claim or a prediction, or of a figure{close_to(name, dict.fromkeys(known))}"
        raise InputError(Problem("claims", expected, text=name))
    if name in claims:
        yield from _explain_claim(name, tables)
    if name in predictions:
        yield from _explain_prediction(name, tables)


def _explain_figure(figure_id: str, tables: Tables) -> Iterator[str]:
    """Yield the lines on a figure: cell, support, findings, independent values, and the claims that rest on it.

    Raises:
        InputError: there is no such figure.
    """
    known = _by_key(tables["figures"], "figure_id")
    ending = [name for name in known if name.endswith(f"/{figure_id}")]
    if len(ending) == 1:
        (figure_id,) = ending
    if figure_id not in known:
        raise InputError(Problem("figures", f"the id of a figure{close_to(figure_id, known)}", text=figure_id))
    for row in _only(tables["figure_outcomes"], figure_id=figure_id):
        yield f"{row['outcome'].capitalize()}: {row['reason']}"
    yield from _figure_lines([figure_id], tables)
    sources = _by_key(tables["sources"], "source_id")
    concerned = {figure_id: None}
    for row in _only(tables["findings"], figure_id=figure_id):
        yield f"Finding: {row['finding']}: {row['detail']}"
        if row["source_id"]:
            yield f"  by {sources[row['source_id']]['title']}, {sources[row['source_id']]['address']}"
        concerned |= dict.fromkeys(row["evidence"])
    for name in concerned:
        for row in _only(tables["references"], figure_id=name):
            about = f"{row['unit']}, {row['basis']}, {row['as_of']}, tier {row['tier']}, {row['source_id']}"
            yield f"  {'' if name == figure_id else f'{name}: '}{row['text']} ({about}; {row['locator']})"
    for row in _only(tables["verdicts"], lens="printed"):
        if figure_id in row["evidence"]:
            yield f"Claim {row['claim_id']} rests on it: {row['status']}"


def _explain_claim(claim_id: str, tables: Tables) -> Iterator[str]:
    """Yield the lines that trace a claim's verdict to printed cells and their sources."""
    verdicts = _only(tables["verdicts"], claim_id=claim_id)
    claim = _by_key(tables["claims"], "claim_id")[claim_id]
    (verdict,) = _only(verdicts, lens="printed")
    yield f"{claim_id}: {claim['statement']}"
    yield from _outcome_lines(claim_id, tables)
    yield f"Section {claim['section']}; {claim['kind']}" if claim["section"] else claim["kind"].capitalize()
    yield f"Verdict as printed: {verdict['status']} ({verdict['reason']})"
    of_the_print = claim["kind"] in OF_THE_PRINT
    if of_the_print:
        yield "A claim about the print itself: it keeps the printed figures, whatever is best known"
    for row in verdicts if not of_the_print else ():
        if row["lens"] == "printed":
            continue
        seen = "on the database of" if row["lens"] == "database" else "as best known on"
        yield f"Verdict {seen} {row['as_of']}: {row['status']} ({row['reason']}){_value_words(row)}"
        yield from _replaced_lines(row, tables)
    yield from _reading_lines(_only(tables["reading_verdicts"], claim_id=claim_id, lens="printed"))
    yield from _other_lines(claim_id, tables)
    if not verdict["metric_id"]:
        return
    metric = _by_key(tables["metrics"], "metric_id").get(verdict["metric_id"])
    if metric is None:
        return
    unit = metric["unit"]
    yield f"Metric {metric['metric_id']}: {metric['meaning']}"
    yield f"  method: {metric['method']}"
    yield f"  as printed: {format_value(metric['value'], unit)}, n = {metric['n']}"
    yield f"  5th to 95th percentile of the draws: {format_interval(metric['low'], metric['high'], unit)}"
    if metric["interval_low"] is not None:
        own = format_interval(metric["interval_low"], metric["interval_high"], unit)
        yield f"  the statistic's own 90 % interval: {own}"
    yield "Figures:"
    yield from _figure_lines(metric["evidence"], tables)
    if verdict["status"] != "untestable":
        flips = _only(tables["flips"], claim_id=claim_id)
        yield from _flip_lines(verdict, flips, _by_key(tables["figures"], "figure_id"))


def _outcome_lines(statement_id: str, tables: Tables) -> Iterator[str]:
    for row in _only(tables["outcomes"], statement_id=statement_id):
        yield f"{row['outcome'].capitalize()}: {row['why']}"
        if row["decided_by"]:
            yield f"It would be decided by {row['decided_by']}"


def _explain_prediction(prediction_id: str, tables: Tables) -> Iterator[str]:
    """Yield the lines on a prediction: its test, each question's resolution, probability and evidence, the models."""
    mine = {name: _only(tables[name], prediction_id=prediction_id) for name in _PREDICTED}
    first = mine["predictions"][0]
    yield f"Prediction {prediction_id}: {first['statement']}"
    yield from (f"  {line.strip()}" for line in first["criterion"].splitlines() if line.strip())
    resolutions = {tuple(row[name] for name in _QUESTION): row for row in mine["resolutions"]}
    rows = _by_key(tables["events"], "event_id") | _by_key(tables["observations"], "observation_id")
    for row in (row for row in mine["forecasts"] if row["current"]):
        resolution = resolutions[tuple(row[name] for name in _QUESTION)]
        chance = "no probability" if row["probability"] is None else format_value(row["probability"], "probability")
        yield f"Question: {row['clock']} clock; {row['deadline_reading']}; {row['population']}"
        yield f"  {row['status'].replace('_', ' ')}: {resolution['reason']}"
        yield f"  {chance} on {row['as_of']}, n = {row['n']}"
        for name in dict.fromkeys([*resolution["evidence"], *row["evidence"]]):
            item = rows[name]
            yield f"  evidence {name}: {item['text'] or 'no amount'}, {item['date']} ({item['locator']})"
    yield from (f"Model: {method}" for method in dict.fromkeys(row["method"] for row in mine["forecasts"]))


def _by_key(rows: Sequence[Row], key: str) -> dict[str, Row]:
    return {row[key]: row for row in rows}


def _only(rows: Sequence[Row], **values: str) -> list[Row]:
    return [row for row in rows if all(row[name] == value for name, value in values.items())]


def _reading_lines(verdicts: Sequence[Row]) -> Iterator[str]:
    for row in verdicts:
        name = "Reading judged on" if row["rank"] == 0 else "Other reading"
        yield f"{name}: {row['reading']} [{row['metric_id']} {row['predicate']}]: {row['status']}"


def _value_words(verdict: Mapping[str, Any]) -> str:
    """Return the value of a verdict with its interval over the draws; nothing when it has none."""
    if verdict["value"] is None:
        return ""
    unit = verdict["unit"]
    return f": {format_value(verdict['value'], unit)}, {format_interval(verdict['low'], verdict['high'], unit)}"


def _other_lines(claim_id: str, tables: Tables) -> Iterator[str]:
    """Yield the single sources that turn the claim."""
    mine = {name: _only(tables[name], claim_id=claim_id) for name in ("verdicts", "swaps")}
    found = turning_sources({**mine, "sources": tables["sources"]}, _by_key(tables["figures"], "figure_id"))
    if claim_id in found:
        yield "One source alone turns this; the nearest in time first:"
        yield from (f"  {words}" for words in found[claim_id])


def _figure_lines(evidence: list[str], tables: Tables) -> Iterator[str]:
    """Yield the lines of each figure: text, support, place, source."""
    figures, sources = _by_key(tables["figures"], "figure_id"), _by_key(tables["sources"], "source_id")
    for figure_id in evidence:
        figure = figures.get(figure_id)
        if figure is None:
            yield f"  {figure_id}: not in any table"
            continue
        support = format_interval(figure["low"], figure["high"], figure["unit"])
        source = sources[figure["source_id"]]
        yield f'  {figure_id}: printed "{figure["text"]}", {figure["kind"]}, {support}'
        yield f"    {figure['locator']}; {source['title']} ({source['publisher']}), {source['address']}"


def _replaced_lines(verdict: Mapping[str, Any], tables: Tables) -> Iterator[str]:
    """Yield the value by which a lens replaced each figure of a verdict's evidence, with its source and place."""
    if not verdict["replaced"]:
        return
    known = best_references(tables["figures"], tables["references"], verdict["as_of"])
    sources = _by_key(tables["sources"], "source_id")
    for figure_id in verdict["replaced"]:
        row = known[figure_id]
        note = f"; {row['note']}" if row["note"] else ""
        yield f"  {figure_id}: {row['text']} in {row['unit']} on {row['as_of']}{note}"
        yield f"    {row['locator']}; {sources[row['source_id']]['title']}, {sources[row['source_id']]['address']}"


def _flip_lines(verdict: Row, flips: Sequence[Row], figures: Mapping[str, Row]) -> Iterator[str]:
    """Yield what would turn the claim: single figures at their nearest value, and subjects left out."""
    yield "What would turn it:" if flips or verdict["drop_flips"] else "No single figure turns it within reach."
    for row in sorted(flips, key=lambda row: max(row["factor"], 1 / row["factor"])):
        figure = figures[row["figure_id"]]
        value = format_value(figure["value"] * row["factor"], figure["unit"])
        side = "least" if row["factor"] > 1 else "most"
        yield f"  {row['figure_id']} at {side} {value} instead of {figure['text']}"
    for subject in verdict["drop_flips"]:
        yield f"  leaving out {subject}"
