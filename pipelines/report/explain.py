"""One verdict traced back in plain lines: metric, draws, figures, printed cells, sources, flips, forecasts.

It reads the tables of a release; the full report is in `render`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from pipelines.ingest.errors import InputError, Problem, close_to
from pipelines.report.numbers import format_factor, format_interval, format_value
from pipelines.report.otherwise import otherwise
from pipelines.worlds.lenses import best_known
from schemas.analysis import OF_THE_PRINT
from schemas.base import records

EXPLAINED = (
    "verdicts", "claims", "reading_verdicts", "metrics", "flips", "figures", "sources", "findings", "references",
    "swaps", "predictions", "forecasts", "resolutions", "events", "observations",
)  # fmt: skip

FORETOLD = ("predictions", "forecasts", "resolutions")
QUESTION = ("clock", "deadline_reading", "population")


def explain(name: str, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield the lines that explain a claim or prediction, by its id, or a figure, by its id with slashes.

    Raises:
        InputError: there is no such claim, prediction or figure.
    """
    if "/" in name:
        yield from explain_figure(name, tables)
        return
    claims, predictions = list(tables["claims"]["claim_id"]), list(tables["predictions"]["prediction_id"].unique())
    if name not in (known := [*claims, *predictions]):
        expected = f"the id of a claim or a prediction, or of a figure{close_to(name, dict.fromkeys(known))}"
        raise InputError(Problem("claims", expected, text=name))
    if name in claims:
        yield from explain_claim(name, tables)
    if name in predictions:
        yield from explain_prediction(name, tables)


def explain_figure(figure_id: str, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield the lines on a figure: cell, support, findings, independent values, and the claims that rest on it.

    Raises:
        InputError: there is no such figure.
    """
    known = by_key(tables["figures"], "figure_id")
    ending = [name for name in known if name.endswith(f"/{figure_id}")]
    if len(ending) == 1:
        (figure_id,) = ending
    if figure_id not in known:
        raise InputError(Problem("figures", f"the id of a figure{close_to(figure_id, known)}", text=figure_id))
    yield from figure_lines([figure_id], tables)
    findings, references, sources = tables["findings"], tables["references"], by_key(tables["sources"], "source_id")
    concerned = {figure_id: None}
    for row in records(findings[findings["figure_id"] == figure_id]):
        yield f"Finding: {row['finding']}: {row['detail']}"
        if row["source_id"]:
            yield f"  by {sources[row['source_id']]['title']}, {sources[row['source_id']]['address']}"
        concerned |= dict.fromkeys(row["evidence"])
    for name in concerned:
        for row in records(references[references["figure_id"] == name]):
            about = f"{row['unit']}, {row['basis']}, {row['as_of']}, tier {row['tier']}, {row['source_id']}"
            yield f"  {'' if name == figure_id else f'{name}: '}{row['text']} ({about}; {row['locator']})"
    verdicts = tables["verdicts"]
    for row in records(verdicts[verdicts["lens"] == "printed"]):
        if figure_id in row["evidence"]:
            yield f"Claim {row['claim_id']} rests on it: {row['status']}"


def explain_claim(claim_id: str, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield the lines that trace a claim's verdict to printed cells and their sources."""
    verdicts = tables["verdicts"]
    claim = by_key(tables["claims"], "claim_id")[claim_id]
    verdict = by_key(verdicts[verdicts["lens"] == "printed"], "claim_id")[claim_id]
    yield f"{claim_id}: {claim['statement']}"
    yield f"Section {claim['section']}; {claim['kind']}"
    yield f"Verdict as printed: {verdict['status']} ({verdict['reason']})"
    of_the_print = claim["kind"] in OF_THE_PRINT
    if of_the_print:
        yield "A claim about the print itself: it keeps the printed figures, whatever is best known"
    other = verdicts[(verdicts["lens"] != "printed") & (verdicts["claim_id"] == claim_id)]
    for row in records(other) if not of_the_print else ():
        seen = "on the database of" if row["lens"] == "database" else "as best known on"
        yield f"Verdict {seen} {row['as_of']}: {row['status']} ({row['reason']}){value_words(row)}"
        yield from replaced_lines(row, tables)
    judged = tables["reading_verdicts"]
    yield from reading_lines(judged[judged["lens"] == "printed"], claim_id)
    yield from other_lines(claim_id, tables)
    if not verdict["metric_id"]:
        return
    metric = by_key(tables["metrics"], "metric_id").get(verdict["metric_id"])
    if metric is None:
        return
    unit = metric["unit"]
    yield f"Metric {metric['metric_id']}: {metric['meaning']}"
    yield f"  method: {metric['method']}"
    yield f"  as printed: {format_value(metric['value'], unit)}, n = {metric['n']}"
    yield f"  5th to 95th percentile of the draws: {format_interval(metric['low'], metric['high'], unit)}"
    if not pd.isna(metric["interval_low"]):
        own = format_interval(metric["interval_low"], metric["interval_high"], unit)
        yield f"  the statistic's own 90 % interval: {own}"
    yield "Figures:"
    yield from figure_lines(metric["evidence"], tables)
    if verdict["status"] != "untestable":
        yield from flip_lines(claim_id, verdict, tables["flips"])


def explain_prediction(prediction_id: str, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield the lines on a prediction: its test, each question's ruling, probability and evidence, the models."""
    mine = {name: table[table["prediction_id"] == prediction_id] for name, table in tables.items() if name in FORETOLD}
    first = records(mine["predictions"])[0]
    yield f"Prediction {prediction_id}: {first['statement']}"
    yield from (f"  {line.strip()}" for line in first["criterion"].splitlines() if line.strip())
    rulings = {tuple(row[name] for name in QUESTION): row for row in records(mine["resolutions"])}
    rows = by_key(tables["events"], "event_id") | by_key(tables["observations"], "observation_id")
    for row in records(mine["forecasts"]):
        ruling = rulings[tuple(row[name] for name in QUESTION)]
        chance = "no probability" if pd.isna(row["probability"]) else format_value(row["probability"], "probability")
        yield f"Question: {row['clock']} clock; {row['deadline_reading']}; {row['population']}"
        yield f"  {row['status'].replace('_', ' ')}: {ruling['reason']}"
        yield f"  {chance} on {row['as_of']}, n = {row['n']}"
        for name in dict.fromkeys([*ruling["evidence"], *row["evidence"]]):
            proof = rows[name]
            yield f"  evidence {name}: {proof['text'] or 'no amount'}, {proof['date']} ({proof['locator']})"
    yield from (f"Model: {method}" for method in dict.fromkeys(mine["forecasts"]["method"]))


def by_key(table: pd.DataFrame, key: str) -> dict[str, dict[str, Any]]:
    """Return the rows of a table by its key."""
    return {row[key]: row for row in records(table)}


def reading_lines(verdicts: pd.DataFrame, claim_id: str) -> Iterator[str]:
    """Yield a line for each reading of the claim."""
    for row in records(verdicts[verdicts["claim_id"] == claim_id]):
        name = "Reading judged on" if row["rank"] == 0 else "Other reading"
        yield f"{name}: {row['reading']} [{row['metric_id']} {row['predicate']}]: {row['status']}"


def value_words(verdict: Mapping[str, Any]) -> str:
    """Return the value of a verdict with its interval over the draws; nothing when it has none."""
    if pd.isna(verdict["value"]):
        return ""
    unit = verdict["unit"]
    return f": {format_value(verdict['value'], unit)}, {format_interval(verdict['low'], verdict['high'], unit)}"


def other_lines(claim_id: str, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield the other readings that are not as printed as best known, and the single sources that turn the claim."""
    rows = {name: tables[name] for name in ("verdicts", "reading_verdicts", "swaps")}
    mine = {name: records(table[table["claim_id"] == claim_id]) for name, table in rows.items()}
    titles = {name: row["title"] for name, row in by_key(tables["sources"], "source_id").items()}
    found = otherwise(mine, by_key(tables["figures"], "figure_id"), titles)[claim_id]
    yield from (f"Other reading, not as printed: {words}" for words in found.readings)
    if found.swaps:
        yield "One source alone turns this; the nearest in time first:"
    yield from (f"  {words}" for words in found.swaps)
    if found.more:
        yield f"  {found.more} more stand in the table swaps"


def figure_lines(evidence: list[str], tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield the lines of each figure: text, support, place, source."""
    figures, sources = by_key(tables["figures"], "figure_id"), by_key(tables["sources"], "source_id")
    for figure_id in evidence:
        figure = figures.get(figure_id)
        if figure is None:
            yield f"  {figure_id}: not in any table"
            continue
        support = format_interval(figure["low"], figure["high"], figure["unit"])
        source = sources[figure["source_id"]]
        yield f'  {figure_id}: printed "{figure["text"]}", {figure["kind"]}, {support}'
        yield f"    {figure['locator']}; {source['title']} ({source['publisher']}), {source['address']}"


def replaced_lines(verdict: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield the value by which a lens replaced each figure of a verdict's evidence, with its source and place."""
    known = by_key(best_known(tables["figures"], tables["references"], verdict["as_of"]), "figure_id")
    sources = by_key(tables["sources"], "source_id")
    for figure_id in verdict["replaced"]:
        row = known[figure_id]
        note = f"; {row['note']}" if row["note"] else ""
        yield f"  {figure_id}: {row['text']} in {row['unit']} on {row['as_of']}{note}"
        yield f"    {row['locator']}; {sources[row['source_id']]['title']}, {sources[row['source_id']]['address']}"


def flip_lines(claim_id: str, verdict: Mapping[str, Any], flips: pd.DataFrame) -> Iterator[str]:
    """Yield what would turn the claim: single figures by their smallest factor, and subjects left out."""
    own = records(flips[flips["claim_id"] == claim_id])
    yield "What would turn it:" if own or verdict["drop_flips"] else "No single figure turns it within reach."
    for row in sorted(own, key=lambda row: max(row["factor"], 1 / row["factor"])):
        yield f"  {row['figure_id']} × {format_factor(row['factor'])}"
    for subject in verdict["drop_flips"]:
        yield f"  leaving out {subject}"
