"""One verdict, figure or forecast traced back to its evidence, in plain lines.

Belongs here: what `tidebook explain` prints, and which rows it reads. Does not: the report (`render`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from tidebook.pipelines.evaluate.known import best_references
from tidebook.pipelines.judge.varied import ROBUST
from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean
from tidebook.pipelines.read.evidence_tables.flags import flag_words
from tidebook.pipelines.read.formatting import format_count, format_interval, format_number, format_value, joined
from tidebook.pipelines.read.grouping import Row, TableRows, grouped
from tidebook.pipelines.report.figures import error_words, flipping_sources
from tidebook.pipelines.report.rows import by_key, only, totals_left_out
from tidebook.pipelines.report.words import CLOCKS, as_prose, replace_ids, view_words
from tidebook.schemas.vocabulary import ABOUT_PRINTED, OF_EVIDENCE_TABLES, QUESTION

EXPLAINED = (
    "verdicts", "claims", "interpretation_verdicts", "metrics", "tipping_points", "figures", "sources", "comparisons",
    "reference_values",
    "outcomes", "figure_outcomes", "claim_cards", "substitutions", "predictions", "forecasts", "resolutions", "events",
    "observations",
    *OF_EVIDENCE_TABLES,
)  # fmt: skip


SHOWN_ROWS = 12
"""Maximum rows of a series that are listed."""


def explain(name: str, tables: TableRows) -> Iterator[str]:
    """Yield the lines that explain a claim, a prediction or a figure.

    Args:
        name: id of a claim or a prediction, or of a figure with slashes: all of it, or an ending that is unique.
        tables: the rows of the tables in `EXPLAINED`, null as None.

    Raises:
        InputError: nothing has this id.
    """
    explainers = {"figure": _explain_figure, "claim": _explain_claim, "prediction": _explain_prediction}
    for kind, known in _named(name, tables):
        yield from explainers[kind](known, tables)


def rows_on(name: str, tables: TableRows) -> dict[str, list[Row]]:
    """Return by table the rows that `explain` reads about a claim, a prediction or a figure.

    Raises:
        InputError: nothing has this id.
    """
    statements: set[str] = set()
    figures: set[str] = set()
    for kind, known in _named(name, tables):
        (figures if kind == "figure" else statements).add(known)
    verdicts = _verdicts_on(statements, figures, tables)
    claims = by_key(verdicts, "claim_id").keys()
    metrics = _matching(tables["metrics"], "metric_id", by_key(verdicts, "metric_id").keys())
    figures |= _evidence_of(_matching(tables["comparisons"], "figure_id", figures))
    if statements:
        figures |= _evidence_of(metrics)
    resolved = [row for table in ("resolutions", "forecasts") for row in tables[table]]
    evidence = _evidence_of(_matching(resolved, "prediction_id", statements))
    # The claims that use a figure are listed, not explained.
    wanted: dict[str, AbstractSet[str]] = {"claim_id": claims} if statements else {}
    wanted |= {
        "statement_id": statements,
        "prediction_id": statements,
        "event_id": evidence,
        "observation_id": evidence,
        "figure_id": figures,
    }
    chosen = {table: _concerned(tables[table], wanted) for table in EXPLAINED}
    readers = {_metric_of(row["metric_id"]) for row in verdicts} if statements else figures
    chosen |= _looked_up(readers, tables)
    chosen |= {"verdicts": verdicts, "metrics": metrics, "claims": _matching(tables["claims"], "claim_id", claims)}
    sources = _source_ids(chosen.values())
    return chosen | {"sources": _matching(tables["sources"], "source_id", sources)}


def _verdicts_on(statements: AbstractSet[str], figures: AbstractSet[str], tables: TableRows) -> list[Row]:
    """Return the verdicts on some claims, and on those that use some figures."""
    verdicts = tables["verdicts"]
    return [row for row in verdicts if row["claim_id"] in statements or not figures.isdisjoint(row["evidence"])]


def _looked_up(readers: AbstractSet[str], tables: TableRows) -> dict[str, list[Row]]:
    """Return the reads of evidence of metrics and figures, and the rows that are read."""
    reads = _matching(tables.get("evidence_reads", ()), "metric_id", readers)
    read = {row["evidence_row_id"] for row in reads}
    rows = _matching(tables.get("evidence_rows", ()), "evidence_row_id", read)
    return {"evidence_reads": reads, "evidence_rows": rows}


def _matching(rows: Iterable[Row], column: str, values: AbstractSet[str]) -> list[Row]:
    return [row for row in rows if row[column] in values]


def _metric_of(metric_id: str) -> str:
    """Return the name of a metric, without the subject."""
    return metric_id.partition("/")[0]


def _evidence_of(rows: Iterable[Row]) -> set[str]:
    names: set[str] = set()
    for row in rows:
        names.update(row["evidence"])
    return names


def _concerned(rows: Sequence[Row], wanted: Mapping[str, AbstractSet[str]]) -> list[Row]:
    """Return the rows with a wanted id, which is in the first of these columns that the table has."""
    for column, values in wanted.items():
        if rows and column in rows[0]:
            return _matching(rows, column, values)
    return []


def _source_ids(tables: Iterable[Iterable[Row]]) -> set[str]:
    ids = set()
    for rows in tables:
        for row in rows:
            if row.get("source_id"):
                ids.add(row["source_id"])
    return ids


def _named(name: str, tables: TableRows) -> list[tuple[str, str]]:
    """Return what a name means, as kind and id: a figure, a claim, a prediction, or the last two.

    Raises:
        InputError: nothing has this id.
    """
    if "/" in name:
        return [("figure", _figure_named(name, tables))]
    claims = by_key(tables["claims"], "claim_id")
    predictions = by_key(tables["predictions"], "prediction_id")
    matches = []
    if name in claims:
        matches.append(("claim", name))
    if name in predictions:
        matches.append(("prediction", name))
    if not matches:
        expected = f"the id of a claim or a prediction, or of a figure{did_you_mean(name, [*claims, *predictions])}"
        raise InputError(Problem("claims", expected, text=name))
    return matches


def _figure_named(name: str, tables: TableRows) -> str:
    known: list[str] = list(by_key(tables["figures"], "figure_id"))
    if name in known:
        return name
    endings = [figure_id for figure_id in known if figure_id.endswith(f"/{name}")]
    if len(endings) == 1:
        return endings[0]
    raise InputError(Problem("figures", f"the id of a figure{did_you_mean(name, known)}", text=name))


def _explain_figure(figure_id: str, tables: TableRows) -> Iterator[str]:
    """Yield the lines on a figure: outcome, cell, comparisons, independent values, and the claims that use it."""
    for row in only(tables["figure_outcomes"], figure_id=figure_id):
        yield f"{row['outcome'].capitalize()}: {row['reason']}"
        if words := error_words(row, tables["reference_values"]):
            yield f"  {words}"
    yield from _figure_lines([figure_id], tables)
    sources = by_key(tables["sources"], "source_id")
    related = [figure_id]
    for row in only(tables["comparisons"], figure_id=figure_id):
        yield f"Comparison: {row['result']}: {row['detail']}"
        if row["source_id"]:
            source = sources[row["source_id"]]
            yield f"  by {source['title']}, {source['address']}"
        related += row["evidence"]
    for name in dict.fromkeys(related):
        label = "" if name == figure_id else f"{name}: "
        for row in only(tables["reference_values"], figure_id=name):
            about = f"{row['unit']}, {row['basis']}, {row['as_of']}, tier {row['tier']}, {row['source_id']}"
            yield f"  {label}{row['text']} ({about}; {row['locator']})"
    yield from _evidence_lines(figure_id, tables)
    for row in only(tables["verdicts"], evidence_view="printed"):
        if figure_id in row["evidence"]:
            yield f"Claim {row['claim_id']} depends on it: {row['status']}"


def _explain_claim(claim_id: str, tables: TableRows) -> Iterator[str]:
    """Yield the lines of a claim's card, then its other readings, evidence views and what it is sensitive to."""
    verdicts = only(tables["verdicts"], claim_id=claim_id)
    claim = by_key(tables["claims"], "claim_id")[claim_id]
    cards = only(tables.get("claim_cards", ()), claim_id=claim_id)
    yield f"{claim_id}: {claim['statement']}"
    for card in cards:
        # "Undecided: nobody can tell: …" would be two colons.
        yield f"{card['outcome'].capitalize()}. {card['correction'][:1].upper()}{card['correction'][1:]}"
        place = f"; {card['place']}" if card["place"] else ""
        yield f"Judged on {card['day']}, {card['day_reason']}{place}; {claim['kind']}"
    yield from _outcome_lines(claim_id, tables, is_prediction=False)
    for card in cards:
        yield from _card_lines(card, tables)
    if claim["kind"] in ABOUT_PRINTED:
        yield "A claim about the printed text: it keeps the printed figures, whatever is best known"
    else:
        yield from _verdict_lines(verdicts, tables)
    for row in only(tables["interpretation_verdicts"], claim_id=claim_id, evidence_view="printed"):
        name = "Main reading" if row["rank"] == 0 else "Other reading"
        condition = row["predicate"].replace("at_least", "at least").replace("at_most", "at most")
        yield f"{name}: {row['interpretation']} [{row['metric_id']} {condition}]: {row['status']}"
    substitutions = flipping_sources(tables).get(claim_id)
    if substitutions:
        yield "Each of these sources alone changes the verdict; the nearest in time first:"
        for words in substitutions:
            yield f"  {words}"


def _card_lines(card: Row, tables: TableRows) -> Iterator[str]:
    """Yield what decided a claim: the measure with its value on that day, the rows, and what would change it."""
    for metric in only(tables["metrics"], metric_id=card["metric_id"], evidence_view=card["evidence_view"]):
        if metric["as_of"] == card["as_of"]:
            yield from _metric_lines(metric, totals_left_out(metric, tables["figures"]))
    if card["trail"]:
        of = f", {len(card['trail'])} of {card['rows_read']} rows" if card["rows_read"] > len(card["trail"]) else ""
        yield f"What decided{of}:"
        yield from (f"  {line}" for line in card["trail"])
    for column in ("periods", "vintage_words", "keeps"):
        if card[column]:
            yield card[column][:1].upper() + card[column][1:]
    if card["would_change"]:
        yield f"What would change it: {card['would_change']}"
    yield from _reference_flip_lines(card["claim_id"], tables)
    yield from _evidence_lines(_metric_of(card["metric_id"] or ""), tables, most=0)


def _metric_lines(metric: Row, left_out: Sequence[str]) -> Iterator[str]:
    unit = metric["unit"]
    yield f"Metric {metric['metric_id']}: {metric['meaning']}"
    yield f"  {metric['expression'] or metric['method']}"
    by = "as printed" if metric["evidence_view"] == "printed" else f"as known on {metric['as_of']}"
    yield f"  {by}: {format_value(metric['value'], unit)}, n = {metric['n']}"
    if left_out:
        yield f"  without {joined(left_out)}, as the total of others"
    if metric["low"] is not None and metric["low"] != metric["high"]:
        which = "5th to 95th percentile of the draws" if metric["draws"] else "what its print allows"
        yield f"  {which}: {format_interval(metric['low'], metric['high'], unit)}"
    if metric["ci_low"] is not None:
        interval = format_interval(metric["ci_low"], metric["ci_high"], unit)
        yield f"  90% confidence interval of the statistic: {interval}"


def _evidence_lines(reader: str, tables: TableRows, most: int = SHOWN_ROWS) -> Iterator[str]:
    """Yield the series that a metric or the reference of a figure looks up, with licence, citation and rows of each.

    A claim has its rows already, in its trail: it shows none of them, `most = 0`.
    """
    chosen = {row["evidence_row_id"] for row in tables.get("evidence_reads", ()) if row["metric_id"] == reader}
    rows = [row for row in tables.get("evidence_rows", ()) if row["evidence_row_id"] in chosen]
    sources = by_key(tables["sources"], "source_id")
    if rows:
        yield "Evidence:"
    for series, own in grouped(rows, lambda row: row["series"]).items():
        first = own[0]
        source = sources[first["source_id"]]
        about = ", ".join(filter(None, (first["unit"], first["basis"])))
        yield f"  {series}: {first['title']} ({about}); {first['locator']}"
        yield f"    {source['title']} ({source['publisher']}), {source['address']}; {_dates(source)}"
        yield f"    licence: {source['licence']}"
        if first["note"]:
            yield f"    {first['note']}"
        yield from map(_evidence_line, own[:most])
        if len(own) > most > 0:
            yield f"    and {len(own) - most} more rows, in the table evidence_rows"


def _evidence_line(row: Row) -> str:
    keys = " ".join(filter(None, (row["value_name"], *str(row["keys"]).split("/"), row["period"])))
    vintage = f", as of {row['vintage']}" if row["vintage"] else ""
    flag = f", {flag_words(row['flag'])}" if row.get("flag") else ""  # of a release before 0.3 there is none
    return f"    {keys}: {format_value(row['value'], row['unit'], 6)}{vintage}{flag}"


def _dates(source: Row) -> str:
    for word in ("published", "read"):
        if source[word]:
            return f"{word} on {source[word]}"
    return "undated"


def _verdict_lines(verdicts: Sequence[Row], tables: TableRows) -> Iterator[str]:
    """Yield the verdicts under each evidence view, equal ones in one line, and the values that replaced printed
    figures."""
    same = grouped(verdicts, lambda row: (row["status"], row["reason"], _value_words(row), *row["replaced"]))
    for (status, reason, value, *_), rows in same.items():
        evidence_views = view_words(rows, lambda days: ", ".join(map(str, days)))
        yield f"Verdict {evidence_views}: {status} ({as_prose(replace_ids(reason, {}))}){value}"
        lines: dict[tuple[str, str], None] = {}
        for row in rows:
            lines |= dict.fromkeys(_replaced_lines(row, tables))
        for pair in lines:
            yield from pair


def _outcome_lines(statement_id: str, tables: TableRows, *, is_prediction: bool) -> Iterator[str]:
    for row in only(tables["outcomes"], statement_id=statement_id):
        # A claim and a prediction may share an id.
        if (row["statement_kind"] == "prediction") != is_prediction:
            continue
        about = "Why" if row["statement_kind"] != "prediction" else row["outcome"].capitalize()
        yield f"{about}: {as_prose(replace_ids(row['why'], {}))}"
        if row["sensitive_to"]:
            yield f"Sensitive to {joined(row['sensitive_to'])}: other values change the outcome"
        elif row["interpretations"] and not is_prediction:
            yield ROBUST
        if row["decided_by"] and is_prediction:
            yield f"What would settle it: {row['decided_by']}"


def _explain_prediction(prediction_id: str, tables: TableRows) -> Iterator[str]:
    """Yield the lines on a prediction: its criterion, each question with its evidence, the models."""
    prediction = only(tables["predictions"], prediction_id=prediction_id)[0]
    yield f"{prediction_id}: {prediction['statement']}"
    yield from _outcome_lines(prediction_id, tables, is_prediction=True)
    yield "How it is decided:"
    for line in prediction["criterion"].splitlines():
        if line.strip():
            yield f"  {line.strip()}"
    forecasts = only(tables["forecasts"], prediction_id=prediction_id)
    resolutions = {_question(row): row for row in only(tables["resolutions"], prediction_id=prediction_id)}
    evidence = by_key(tables["events"], "event_id") | by_key(tables["observations"], "observation_id")
    for forecast in forecasts:
        if forecast["current"]:
            yield from _question_lines(forecast, resolutions[_question(forecast)], evidence)
    for method in by_key(forecasts, "method"):
        yield f"Model: {method}"


def _question(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in QUESTION)


def _question_lines(forecast: Row, resolution: Row, evidence: Mapping[str, Row]) -> Iterator[str]:
    probability = forecast["probability"]
    chance = "no probability" if probability is None else format_value(probability, "probability")
    counted = f"counted from {CLOCKS[forecast['clock']]}"
    yield f"Question: {counted}; {forecast['deadline_interpretation']}; {forecast['population']}"
    yield f"  {forecast['status'].replace('_', ' ')}: {resolution['reason']}"
    yield f"  {chance} on {forecast['as_of']}, n = {forecast['n']}"
    for name in dict.fromkeys([*resolution["evidence"], *forecast["evidence"]]):
        item = evidence[name]
        yield f"  evidence {name}: {item['text'] or 'no amount'}, {item['date']} ({item['locator']})"


def _value_words(verdict: Row) -> str:
    """Return the value of a verdict with its range over the draws, or `""` if it has none."""
    if verdict["value"] is None:
        return ""
    unit = verdict["unit"]
    value = f": {format_value(verdict['value'], unit)}"
    if verdict["low"] is None or verdict["low"] == verdict["high"]:
        return value
    return f"{value}, {format_interval(verdict['low'], verdict['high'], unit)}"


def _figure_lines(evidence: Sequence[str], tables: TableRows) -> Iterator[str]:
    """Yield the lines on each figure: text, implied interval and place; then their sources."""
    figures, sources = by_key(tables["figures"], "figure_id"), by_key(tables["sources"], "source_id")
    source_ids: dict[str, None] = {}
    for figure_id in evidence:
        figure = figures.get(figure_id)
        if figure is None:
            yield f"  {figure_id}: not in any table"
            continue
        interval = format_interval(*(figure[name] for name in ("low", "high", "unit", "low_open", "high_open")))
        yield f'  {figure_id}: printed "{figure["text"]}", {figure["kind"]}, {interval}'
        yield f"    {figure['locator']}; {figure['source_id']}"
        yield from _drawn_lines(figure)
        source_ids[figure["source_id"]] = None
    for source_id in source_ids:
        source = sources[source_id]
        yield f"  {source_id} is {source['title']} ({source['publisher']}), {source['address']}"


_DRAWN = {
    "range": "log-uniform over the printed range",
    "interval": "log-normal, by the stated interval",
    "assumed": "log-uniform, as the dossier assumes",
    "fitted": "Student's t in the logarithm",
}
"""Words for the distributions of figures that are drawn."""


def _drawn_lines(figure: Row) -> Iterator[str]:
    """Yield the interval of a figure's draws, their distribution, and its source."""
    if figure["kind"] == "missing":
        return
    if figure["distribution"] not in _DRAWN:
        if figure["low"] < figure["drawn_low"] and figure["drawn_high"] < figure["high"]:
            judged = format_interval(figure["drawn_low"], figure["drawn_high"], figure["unit"])
            yield f"    judged as {'exactly ' if figure['distribution'] == 'none' else ''}{judged}"
        return
    interval = format_interval(figure["drawn_low"], figure["drawn_high"], figure["unit"])
    words = _DRAWN[figure["distribution"]]
    if figure["distribution"] == "fitted":
        cases, weight = int(figure["spread_cases"]), figure["spread_weight"]
        words += f" with {figure['degrees_of_freedom']:g} degrees of freedom, fitted to "
        if weight == cases:
            words += f"{format_count(cases, 'known error')} of its kind"
        else:
            words += f"{format_count(cases, 'known error')}, which weigh as {format_number(weight, 2)} of its kind"
    # Normal and t distributions exceed their ends.
    share = "90% within " if figure["distribution"] in ("interval", "fitted") else ""
    yield f"    drawn: {share}{interval}, {words}"


def _replaced_lines(verdict: Row, tables: TableRows) -> Iterator[tuple[str, str]]:
    """Yield the values that replaced printed figures under an evidence view: each with its day, and its source and
    place."""
    if not verdict["replaced"]:
        return
    best = best_references(tables["figures"], tables["reference_values"], verdict["as_of"])
    known = by_key(best.values(), "figure_id")
    sources = by_key(tables["sources"], "source_id")
    for figure_id in verdict["replaced"]:
        reference = known[figure_id]
        note = f"; {reference['note']}" if reference["note"] else ""
        source = sources[reference["source_id"]]
        yield (
            f"  {figure_id}: {reference['text']} in {reference['unit']} on {reference['as_of']}{note}",
            f"    {reference['locator']}; {source['title']}, {source['address']}",
        )


def _reference_flip_lines(claim_id: str, tables: TableRows) -> Iterator[str]:
    """Yield the references whose known error reaches the value at which a claim flips."""
    better = by_key(tables["figure_outcomes"], "figure_id")
    for row in only(tables["tipping_points"], claim_id=claim_id, evidence_view="best_known"):
        known = better[row["figure_id"]]
        if known["better_value"] is not None:
            flipped = format_value(known["better_value"] * row["factor"], known["better_unit"])
            name = row["figure_id"]
            yield f"Within the error of its reference {name} flips it: {flipped} instead of {known['better']}"
