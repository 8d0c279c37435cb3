"""One verdict traced back in plain lines: metric, draws, figures, printed cells, sources, flips, forecasts.

Belongs here: what `tidebook explain` prints of the tables of a release. Does not: the full report (`render`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tidebook.pipelines.evaluate.known import best_references
from tidebook.pipelines.read.errors import InputError, Problem, close_to
from tidebook.pipelines.read.formatting import format_interval, format_value, joined
from tidebook.pipelines.read.grouping import Row, TableRows, grouped
from tidebook.pipelines.report.figures import turning_sources
from tidebook.pipelines.report.words import lens_words, turning_point
from tidebook.schemas.vocabulary import OF_THE_PRINT, QUESTION

EXPLAINED = (
    "verdicts", "claims", "reading_verdicts", "metrics", "flips", "figures", "sources", "findings", "references",
    "outcomes", "figure_outcomes", "swaps", "predictions", "forecasts", "resolutions", "events", "observations",
)  # fmt: skip


def explain(name: str, tables: TableRows) -> Iterator[str]:
    """Yield the lines that explain a claim or prediction, by its id, or a figure, by its id with slashes.

    `tables` are the rows of those of `EXPLAINED`, in which null is None. Raises InputError if there is none such.
    """
    explained = {"figure": _explain_figure, "claim": _explain_claim, "prediction": _explain_prediction}
    for kind, known in _named(name, tables):
        yield from explained[kind](known, tables)


def rows_on(name: str, tables: TableRows) -> dict[str, list[Row]]:
    """Return the rows that bear on a claim, prediction or figure, by table. Raises InputError if there is none such."""
    found = _named(name, tables)
    names = {known for kind, known in found if kind != "figure"}
    figures = {known for kind, known in found if kind == "figure"}
    verdicts = [row for row in tables["verdicts"] if row["claim_id"] in names or figures & {*row["evidence"]}]
    claims = {row["claim_id"] for row in verdicts}
    metrics = [row for row in tables["metrics"] if row["metric_id"] in {each["metric_id"] for each in verdicts}]
    figures |= {each for row in tables["findings"] if row["figure_id"] in figures for each in row["evidence"]}
    figures |= {each for row in metrics if names for each in row["evidence"]}
    predicted = [
        row for table in ("resolutions", "forecasts") for row in tables[table] if row["prediction_id"] in names
    ]
    evidence = {each for row in predicted for each in row["evidence"]}
    ids = {"statement_id": names, "prediction_id": names, "event_id": evidence, "observation_id": evidence}
    concerned = ({"claim_id": claims} if names else {}) | ids | {"figure_id": figures}
    chosen: dict[str, list[Row]] = {}
    for table in EXPLAINED:
        rows = tables[table]
        key = next((key for key in concerned if rows and key in rows[0]), "")
        chosen[table] = [row for row in rows if key and row[key] in concerned[key]]
    chosen |= {"verdicts": verdicts, "metrics": metrics}
    chosen["claims"] = [row for row in tables["claims"] if row["claim_id"] in claims]
    named = {row["source_id"] for rows in chosen.values() for row in rows if row.get("source_id")}
    return chosen | {"sources": [row for row in tables["sources"] if row["source_id"] in named]}


def _named(name: str, tables: TableRows) -> list[tuple[str, str]]:
    """Return what a name may stand for, as kind and id: a claim, a prediction, or both; or a figure; or it raises."""
    if "/" in name:
        known = [row["figure_id"] for row in tables["figures"]]
        ending = [each for each in known if each == name or each.endswith(f"/{name}")]
        if name in known or len(ending) == 1:
            return [("figure", name if name in known else ending[0])]
        raise InputError(Problem("figures", f"the id of a figure{close_to(name, known)}", text=name))
    keys = {"claim": "claims", "prediction": "predictions"}
    ids = {kind: list(dict.fromkeys(row[f"{kind}_id"] for row in tables[table])) for kind, table in keys.items()}
    if found := [(kind, name) for kind, known in ids.items() if name in known]:
        return found
    expected = f"the id of a claim or a prediction, or of a figure{close_to(name, [*ids['claim'], *ids['prediction']])}"
    raise InputError(Problem("claims", expected, text=name))


def _explain_figure(figure_id: str, tables: TableRows) -> Iterator[str]:
    """Yield the lines on a figure: cell, support, findings, independent values, and the claims that rest on it."""
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


def _explain_claim(claim_id: str, tables: TableRows) -> Iterator[str]:
    """Yield the lines that trace a claim's verdict to printed cells and their sources."""
    verdicts = _only(tables["verdicts"], claim_id=claim_id)
    claim = _by_key(tables["claims"], "claim_id")[claim_id]
    (verdict,) = _only(verdicts, lens="printed")
    yield f"{claim_id}: {claim['statement']}"
    yield from _outcome_lines(claim_id, tables)
    yield f"Section {claim['section']}; {claim['kind']}" if claim["section"] else claim["kind"].capitalize()
    of_the_print = claim["kind"] in OF_THE_PRINT
    yield from _verdict_lines([verdict] if of_the_print else verdicts, tables)
    if of_the_print:
        yield "A claim about the print itself: it keeps the printed figures, whatever is best known"
    for row in _only(tables["reading_verdicts"], claim_id=claim_id, lens="printed"):
        name = "Reading judged on" if row["rank"] == 0 else "Other reading"
        yield f"{name}: {row['reading']} [{row['metric_id']} {row['predicate']}]: {row['status']}"
    if swaps := turning_sources(tables).get(claim_id):
        yield "One source alone turns this; the nearest in time first:"
        yield from (f"  {words}" for words in swaps)
    metric = _by_key(tables["metrics"], "metric_id").get(verdict["metric_id"])
    if metric is None:
        return
    unit = metric["unit"]
    yield f"Metric {metric['metric_id']}: {metric['meaning']}"
    yield f"  {metric['expression'] or metric['method']}"
    yield f"  as printed: {format_value(metric['value'], unit)}, n = {metric['n']}"
    yield f"  5th to 95th percentile of the draws: {format_interval(metric['low'], metric['high'], unit)}"
    if metric["interval_low"] is not None:
        own = format_interval(metric["interval_low"], metric["interval_high"], unit)
        yield f"  the statistic's own 90 % interval: {own}"
    yield "Figures:"
    yield from _figure_lines(metric["evidence"], tables)
    if verdict["status"] != "untestable":
        yield from _flip_lines(verdict, tables)


def _verdict_lines(verdicts: Sequence[Row], tables: TableRows) -> Iterator[str]:
    """Yield the verdicts under each lens, those that are alike in one line, and what stood for printed figures."""
    alike = grouped(verdicts, lambda row: (row["status"], row["reason"], _value_words(row), *row["replaced"]))
    for (status, reason, value, *_), rows in alike.items():
        lenses = lens_words(rows, lambda days: ", ".join(map(str, days)))
        yield f"Verdict {lenses}: {status} ({reason}){value}"
        for lines in dict.fromkeys(lines for row in rows for lines in _replaced_lines(row, tables)):
            yield from lines


def _outcome_lines(statement_id: str, tables: TableRows, kind: str = "") -> Iterator[str]:
    rows = _only(tables["outcomes"], statement_id=statement_id)
    for row in [row for row in rows if (row["statement_kind"] == "prediction") == (kind == "prediction")]:
        yield f"{row['outcome'].capitalize()}: {row['why']}"
        if row["hangs_on"]:
            yield f"It hangs on {joined(row['hangs_on'])}: another value gives another outcome"
        elif row["readings"] and row["statement_kind"] != "prediction":
            yield "Robust to every assumption, each changed by itself"
        if row["decided_by"]:
            yield f"What would decide it: {row['decided_by']}"


def _explain_prediction(prediction_id: str, tables: TableRows) -> Iterator[str]:
    """Yield the lines on a prediction: its test, each question's resolution, probability and evidence, the models."""
    names = ("predictions", "forecasts", "resolutions")
    predictions, forecasts, resolved = (_only(tables[name], prediction_id=prediction_id) for name in names)
    first = predictions[0]
    yield f"{prediction_id}: {first['statement']}"
    yield from _outcome_lines(prediction_id, tables, "prediction")
    yield "How it is decided:"
    yield from (f"  {line.strip()}" for line in first["criterion"].splitlines() if line.strip())
    resolutions = {tuple(row[name] for name in QUESTION): row for row in resolved}
    rows = _by_key(tables["events"], "event_id") | _by_key(tables["observations"], "observation_id")
    for row in (row for row in forecasts if row["current"]):
        resolution = resolutions[tuple(row[name] for name in QUESTION)]
        chance = "no probability" if row["probability"] is None else format_value(row["probability"], "probability")
        yield f"Question: {row['clock']} clock; {row['deadline_reading']}; {row['population']}"
        yield f"  {row['status'].replace('_', ' ')}: {resolution['reason']}"
        yield f"  {chance} on {row['as_of']}, n = {row['n']}"
        for name in dict.fromkeys([*resolution["evidence"], *row["evidence"]]):
            item = rows[name]
            yield f"  evidence {name}: {item['text'] or 'no amount'}, {item['date']} ({item['locator']})"
    yield from (f"Model: {method}" for method in dict.fromkeys(row["method"] for row in forecasts))


def _by_key(rows: Sequence[Row], key: str) -> dict[str, Row]:
    return {row[key]: row for row in rows}


def _only(rows: Sequence[Row], **values: str) -> list[Row]:
    return [row for row in rows if all(row[name] == value for name, value in values.items())]


def _value_words(verdict: Row) -> str:
    """Return the value of a verdict with its interval over the draws; nothing when it has none."""
    if verdict["value"] is None:
        return ""
    unit = verdict["unit"]
    return f": {format_value(verdict['value'], unit)}, {format_interval(verdict['low'], verdict['high'], unit)}"


def _figure_lines(evidence: list[str], tables: TableRows) -> Iterator[str]:
    """Yield the lines of each figure: text, support, place, and then the sources."""
    figures, sources = _by_key(tables["figures"], "figure_id"), _by_key(tables["sources"], "source_id")
    for figure_id in evidence:
        if figure_id not in figures:
            yield f"  {figure_id}: not in any table"
            continue
        figure = figures[figure_id]
        support = format_interval(figure["low"], figure["high"], figure["unit"])
        yield f'  {figure_id}: printed "{figure["text"]}", {figure["kind"]}, {support}'
        yield f"    {figure['locator']}; {figure['source_id']}"
    for name in dict.fromkeys(figures[each]["source_id"] for each in evidence if each in figures):
        source = sources[name]
        yield f"  {name} is {source['title']} ({source['publisher']}), {source['address']}"


def _replaced_lines(verdict: Row, tables: TableRows) -> Iterator[tuple[str, str]]:
    """Yield the value by which a lens replaced each figure of a verdict's evidence, and its source and place."""
    if not verdict["replaced"]:
        return
    known = best_references(tables["figures"], tables["references"], verdict["as_of"])
    sources = _by_key(tables["sources"], "source_id")
    for figure_id in verdict["replaced"]:
        row = known[figure_id]
        note = f"; {row['note']}" if row["note"] else ""
        source = sources[row["source_id"]]
        yield (
            f"  {figure_id}: {row['text']} in {row['unit']} on {row['as_of']}{note}",
            f"    {row['locator']}; {source['title']}, {source['address']}",
        )


def _flip_lines(verdict: Row, tables: TableRows) -> Iterator[str]:
    """Yield what would turn the claim: single figures at their nearest value, and subjects left out."""
    flips, figures = _only(tables["flips"], claim_id=verdict["claim_id"]), _by_key(tables["figures"], "figure_id")
    yield "What would turn it:" if flips or verdict["drop_flips"] else "No single figure turns it within reach."
    for row in sorted(flips, key=lambda row: max(row["factor"], 1 / row["factor"])):
        figure = figures[row["figure_id"]]
        bound = turning_point(figure["value"], figure["value"] * row["factor"], figure["unit"], figure["text"])
        yield f"  {row['figure_id']}: {bound} instead of {figure['text']}"
    for subject in verdict["drop_flips"]:
        yield f"  leaving out {subject}"
