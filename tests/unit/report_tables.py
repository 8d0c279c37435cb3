"""Tables as the pipeline hands them to the report: a small, valid stand-in with every status and kind of figure.

Belongs here: rows for tests of the report. Does not: results anyone should rely on; many numbers are made up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from math import inf, log10, nan
from typing import Any

import pandas as pd

from tests.unit.spreads import spread_of
from tests.validated import validated
from tidebook.pipelines.read.dossier.wording import Labels
from tidebook.pipelines.read.names import slug
from tidebook.pipelines.read.plugin import plugin_table
from tidebook.schemas.base import Table, column_types
from tidebook.schemas.registry import ENGINE

CONTENT_DATE, PUBLICATION_DATE = dt.date(2024, 10, 1), dt.date(2026, 5, 25)
AS_OF = "2026-11-24"
DRAWS = 1000
WORDING = Labels(
    themes={"funding": "Funding", "training": "Training", "prices": "Prices"},
    words={"strict": "strict list", "wide": "wide list", "gpt_4_api": "GPT-4 API"},
    names=[
        "API",
        "China",
        "CoreWeave",
        "Europe",
        "GPT",
        "Llama",
        "MMLU",
        "OpenAI",
        "OpenRouter",
        "SpaceX",
        "US",
        "xAI",
    ],
    by_others=["acquisition"],
)
"""How the dossier of these tables words what they hold."""

HOSTILE = "<script>alert('x')</script>|`a`|=cmd()|[b](javascript:c)|{{ d }}|<!-- --></script>\n# *e*"

CELLS = {
    "training_runs": (
        ("GPT-4 (est.)", "training_compute", "2.1e25", 2.1e25, 9.1e24, 4.8e25, "estimate", "FLOP"),
        ("GPT-4 (est.)", "training_cost", "$100M+", 1e8, 1e8, inf, "at_least", "USD"),
        ("Llama 3 405B", "training_compute", "3.8e24", 3.8e24, 1.7e24, 8.7e24, "estimate", "FLOP"),
        ("Llama 3 405B", "training_cost", "$30M+", 3e7, 3e7, inf, "at_least", "USD"),
        ("Stable Video", "training_compute", "1.2e23", 1.2e23, 5.2e22, 2.8e23, "estimate", "FLOP"),
        ("Stable Video", "training_cost", "$5M", 5e6, 4e6, 6.25e6, "estimate", "USD"),
    ),
    "frontier_models": (
        ("OpenAI", "mmlu", "88.7", 88.7, 88.65, 88.75, "rounded", "point"),
        ("OpenAI", "input_price", "$5.00", 5.0, 5.0, 5.0, "exact", "USD/Mtok"),
        ("OpenAI", "total_funding", "$13B+", 1.3e10, 1.3e10, inf, "at_least", "USD"),
        ("Anthropic", "mmlu", "88.3", 88.3, 88.25, 88.35, "rounded", "point"),
        ("Anthropic", "total_funding", "$7.5B", 7.5e9, 7.45e9, 7.55e9, "rounded", "USD"),
        ("Google DeepMind", "mmlu", "86.4", 86.4, 86.35, 86.45, "rounded", "point"),
        ("Google DeepMind", "total_funding", "N/A (internal)", nan, nan, nan, "missing", "USD"),
        ("Mistral AI", "mmlu", "84.0", 84.0, 83.95, 84.05, "rounded", "point"),
        ("Mistral AI", "total_funding", "$1.2B", 1.2e9, 1.15e9, 1.25e9, "rounded", "USD"),
    ),
    "regional_funding": (
        ("United States", "total_funding", "$35B", 3.5e10, 2.8e10, 4.4e10, "estimate", "USD"),
        ("United States", "large_deals", "12", 12.0, 12.0, 12.0, "exact", "deal"),
        ("China", "total_funding", "$8B", 8e9, 6.4e9, 1e10, "estimate", "USD"),
        ("Europe", "total_funding", "$4B", 4e9, 3.2e9, 5e9, "estimate", "USD"),
    ),
    "prose_figures": (
        ("GPT-4 API", "price_cut", "50%", 50.0, 49.5, 50.5, "rounded", "percent"),
        ("CoreWeave", "debt_financing", "up to $1.1B", 1.1e9, -inf, 1.1e9, "at_most", "USD"),
    ),
    "releases": (("GPT-4", "release_date", "2023-03-15", 19431.0, 19431.0, 19431.0, "exact", "date"),),
}

SHARES = tuple(f"regional_funding/{place}/total_funding" for place in ("united_states", "china", "europe"))
SCORES = tuple(
    f"frontier_models/{company}/{quantity}"
    for company in ("openai", "anthropic", "google_deepmind", "mistral_ai")
    for quantity in ("mmlu", "total_funding")
)
RUNS = tuple(
    f"training_runs/{run}/{quantity}"
    for run in ("gpt_4", "llama_3_405b", "stable_video")
    for quantity in ("training_compute", "training_cost")
)
CUT = ("prose_figures/gpt_4_api/price_cut",)

METRICS = (
    ("cost_growth", "training", "Growth of cost per year", "1/year", nan, nan, nan, 1, nan, nan, RUNS),
    ("dearest_run", "training", "Price of compute", "USD/FLOP", 4.17e-17, 3.1e-17, 5.4e-17, 3, nan, nan, RUNS),
    ("funding_mmlu_pearson", "models", "Pearson's r", "correlation", 0.92, 0.88, 0.95, 3, -0.4, 0.99, SCORES),
    ("funding_mmlu_p", "models", "Exact permutation test", "p-value", 1 / 3, 1 / 3, 1 / 3, 3, nan, nan, SCORES),
    ("us_share", "funding", "Share of all regions", "percent", 74.47, 68.6, 79.3, 3, nan, nan, SHARES),
    ("price_cut", "prices", "Price cut", "percent", 50.0, 49.5, 50.5, 1, nan, nan, CUT),
)

JUDGED = (
    # claim, theme, kind, statement, status, metric, reading, predicate, probability, flip, subjects, depends
    (
        ("us_majority", "funding", "takeaway", "Most of the money stays in the United States"),
        ("supported", "us_share", "more than half of the total", "at_least 50", 1.0),
        ((SHARES[0], 0.343), (SHARES[1], 2.91)),
        ((), True),
    ),
    (
        ("funding_buys_scores", "models", "takeaway", "Companies with more money score higher"),
        ("contradicted", "funding_mmlu_p", "significant at 5 %", "at_most 0.05", 0.0),
        (),
        ((), False),
    ),
    (
        ("strong_correlation", "models", "takeaway", "Money and score go together closely, yet not in step"),
        ("contested", "funding_mmlu_pearson", "r from 0.9 to 0.99", "between 0.9 0.99", 0.6),
        ((SCORES[1], 1.094), (SCORES[3], 0.871)),
        (("mistral_ai",), False),
    ),
    (
        ("price_halved", "prices", "prose", "The price of GPT-4 was cut in half"),
        ("supported", "price_cut", "a cut of at least 45 %", "at_least 45", 0.9996),
        ((CUT[0], 0.9),),
        ((), False),
    ),
    (
        ("video_costs_most", "training", "table cell", "Compute is dearest for video models"),
        ("supported", "dearest_run", "no run costs more", "at_least 1e-17", 0.97),
        ((RUNS[5], 0.24), (RUNS[4], 4.17)),
        (("stable_video",), False),
    ),
)

UNTESTABLE = (
    ("tenfold_growth", "training", "prose", "Capital needs grew tenfold", "cost_growth", "one run has a date"),
    ("monoculture", "outlook", "takeaway", "One country's values prevail", "", "values have no measure here"),
)

SOURCES = (
    ("article", "A “Capital” <Tsunami> & more", "AINews", "https://example.org/a", "P", PUBLICATION_DATE, ""),
    ("dates", "Release dates", "Nobody", "javascript:alert(1)", "S", CONTENT_DATE, "Made up | for tests"),
)

ASSUMPTIONS = (
    ("as_of", AS_OF, "Day on which deadlines are open or passed"),
    ("draws.count", str(DRAWS), "Number of drawn scenarios"),
    ("verdicts.supported_from", "0.95", "Share of the draws from which a claim is supported"),
    ("verdicts.contradicted_to", "0.05", "Share of the draws up to which a claim is contradicted"),
)

SEEN = {"evidence_view": "printed", "as_of": dt.date(2024, 10, 1)}

PREDICTIONS = (
    ("consolidation", "prediction", "Three companies merge", "content", dt.date(2026, 4, 1), "passed"),
    ("consolidation", "prediction", "Three companies merge", "publication", dt.date(2027, 11, 25), "open"),
    ("first_listing", "watch", "The first listing sets the price level", "content", None, "open"),
)

FAULTED = {
    # figure: outcome, how, better, factor, held until
    RUNS[2]: ("wrong", "a power of ten", "3.8e25", 0.1, None),
    RUNS[5]: ("wrong", "a factor", "$0.4M", 12.5, None),
    SCORES[1]: ("outdated", "", "$160B", 13 / 160, dt.date(2024, 10, 2)),
    CUT[0]: ("premature", "", "40%", 1.25, None),
}
RIGHT = (SCORES[0], SCORES[2])

STATUS = {"S": "supported", "C": "contradicted", "D": "depends", "U": "untestable"}

OUTCOMES = (
    # kind, statement, outcome, why, four moments, what turns it: figure, from, at, unit
    (
        "assertion",
        "us_majority",
        "depends",
        "“one” holds (60 %), but “the other” does not hold (60 %)",
        "SDDD",
        (SHARES[0], 3.5e10, 2.8006e10, "USD"),
    ),
    ("assertion", "funding_buys_scores", "wrong", "the test says no", "CCCC", None),
    ("assertion", "strong_correlation", "outdated", "it was once", "SSCC", (SCORES[1], 1.3e10, 1.4222e10, "USD")),
    ("assertion", "price_halved", "stands", "a cut of 50 %", "SSSS", None),
    ("consistency test", "video_costs_most", "consistent", "“no run costs more” holds (1×)", "S", None),
    ("assertion", "tenfold_growth", "undecided", "one run has a date", "UUUU", None),
    ("assertion", "monoculture", "undecided", "values have no measure here", "UUUU", None),
    ("prediction", "consolidation", "failed", "failed under 1 of 1 reading", "", None),
    ("prediction", "first_listing", "open", "open under 1 of 1 reading", "", None),
)

CHANGES = (
    # kind, table, name, evidence view, as_of, old, new, text, causes
    ("note", "", "", "", None, "", "", "Compared with release abc.", ()),
    ("outcome", "outcomes", "us_majority", "", None, "stands", "depends", "readings differ", ("because it was",)),
    ("outcome", "outcomes", "consolidation", "", None, "open", "failed", "failed under 1 of 1 reading", ()),
    ("outcome", "figure_outcomes", RUNS[2], "", None, "right", "wrong", "3.8e25 FLOP", (f'because {RUNS[2]} "1"',)),
    *(
        (
            "verdict",
            "verdicts",
            "us_majority",
            view,
            day,
            "contested",
            "supported",
            "us_share 60 % → 71 %",
            ("because x",),
        )
        for view, day in (("printed", CONTENT_DATE), ("best_known", CONTENT_DATE), ("best_known", PUBLICATION_DATE))
    ),
    ("moved", "verdicts", "price_halved", "printed", CONTENT_DATE, "40.0", "50.0", "40 % → 50 %", ()),
    ("metric", "metrics", "us_share", "printed", None, "60.0", "74.47", "60 % → 74.5 %", ()),
    ("revised", "figures", "regional_funding/china/total_funding", "", None, "$9B", "$8B", '"$9B" → "$8B"', ()),
    ("counted", "verdicts", "", "", None, "", "", "verdicts 4 revised", ()),
)

MONTHS = (dt.date(2024, 10, 31), dt.date(2024, 11, 30), dt.date(2024, 12, 31))
EVENT = {
    "event_id": "deal", "date": dt.date(2024, 12, 1), "kind": "acquisition", "status": "completed", "subject": "xai",
    "counterparty": "spacex", "text": "$250B", "value": 2.5e11, "low": 2.5e11, "high": 2.5e11, "unit": "USD",
    "quantity_kind": "rounded", "source_id": "dates", "tier": "S", "note": "same owner",
    "locator": "reference/events.csv:2", "available_from": dt.date(2024, 12, 1),
}  # fmt: skip
PRICE = {
    "observation_id": "price", "series": "rent", "subject": "market", "date": dt.date(2024, 12, 1), "text": "$2.50",
    "value": 2.5, "low": 2.5, "high": 2.5, "quantity_kind": "exact", "unit": "USD/GPU-hour", "basis": "on-demand",
    "source_id": "dates", "tier": "W", "note": "", "locator": "reference/observations.csv:2",
    "available_from": dt.date(2024, 12, 1),
}  # fmt: skip


def report_tables() -> dict[str, pd.DataFrame]:
    """Return all tables that the report reads, each valid by its model."""
    figures, verdicts, interpretations, interpretation_verdicts, tipping_points = figure_rows(), [], [], [], []
    metrics = {row["metric_id"]: row for row in metric_rows()}
    claims = []
    for about, judged, turns, (subjects, depends) in JUDGED:
        status, metric_id, interpretation, predicate, probability = judged
        claims.append(claim_row(*about, untestable=""))
        result = {
            **SEEN,
            **{key: metrics[metric_id][key] for key in ("metric_id", "value", "low", "high", "unit", "n")},
            **{"claim_id": about[0], "status": status, "interpretation": interpretation, "predicate": predicate},
            **{"probability": probability, "reason": f"Holds in {probability:.1%} of the draws"},
            "drop_flips": list(subjects),
            "replaced": [],
        }
        nearest = turns[0] if turns else ("", nan)
        verdicts.append(
            result
            | {"flip_figure_id": nearest[0], "flip_factor": nearest[1], "depends_on_interpretation": depends}
            | {key: metrics[metric_id][key] for key in ("method", "evidence")}
        )
        interpretation_verdicts.append(result | {"rank": 0})
        if depends:
            other = {"rank": 1, "interpretation": "nine tenths of it", "predicate": "at_least 90", "probability": 0.0}
            interpretation_verdicts.append(result | other | {"status": "contradicted", "reason": "In no draw"})
        tipping_points += [
            {"claim_id": about[0], "evidence_view": "printed", "figure_id": figure_id, "factor": factor}
            | {"direction": "up" if factor > 1 else "down"}
            for figure_id, factor in turns
        ]
    for *about, metric_id, reason in UNTESTABLE:
        claims.append(claim_row(*about, untestable="" if metric_id else reason))
        verdicts.append(untestable_row(about[0], metric_id, reason, metrics))
    interpretations = [
        {key: row[key] for key in ("claim_id", "rank", "interpretation", "metric_id", "predicate")}
        | {"least_n": 1, "requires": "", "strictness": "fair"}
        for row in interpretation_verdicts
    ]
    rows = {
        "figures": figures,
        "figure_outcomes": figure_outcome_rows(figures),
        "outcomes": outcome_rows(),
        "metrics": list(metrics.values()),
        "claims": claims,
        "interpretations": interpretations,
        "verdicts": verdicts,
        "interpretation_verdicts": interpretation_verdicts,
        "tipping_points": tipping_points,
        "substitutions": substitution_rows(),
        "predictions": prediction_rows(),
        "assumptions": [dict(zip(("name", "value", "meaning"), row, strict=True)) for row in ASSUMPTIONS],
        "sources": source_rows(),
        "changes": change_rows(),
        "events": [EVENT],
        "observations": [PRICE],
        **forecast_rows(),
    }
    return {name: table(name, each) for name, each in rows.items()}


def hostile_tables() -> dict[str, pd.DataFrame]:
    """Return the same tables with markup of every kind in each cell of free text."""
    tables = report_tables()
    for name, columns in {
        "figures": ("label", "text", "note", "locator"),
        "figure_outcomes": ("printed", "better", "basis", "reason"),
        "outcomes": ("why",),
        "metrics": ("meaning", "method"),
        "claims": ("section", "statement", "quote"),
        "verdicts": ("interpretation", "reason", "method"),
        "interpretation_verdicts": ("interpretation", "reason"),
        "substitutions": ("reference",),
        "predictions": ("section", "statement", "criterion", "ambiguity", "deadline_interpretation"),
        "sources": ("title", "publisher", "licence", "note"),
        "changes": ("text",),
        "events": ("text", "note", "locator"),
        "observations": ("text", "basis", "note"),
        "resolutions": ("reason",),
        "forecasts": ("method", "prior", "measure"),
        "projections": ("method",),
    }.items():
        for column in columns:
            tables[name][column] = HOSTILE + tables[name][column]
    tables["predictions"]["ambiguous_words"] = [[HOSTILE] for _ in tables["predictions"].index]
    tables["assumptions"]["meaning"] = HOSTILE
    tables["changes"]["causes"] = [[HOSTILE] if causes else [] for causes in tables["changes"]["causes"]]
    rows = tables["changes"]["kind"] == "revised"
    tables["changes"].loc[rows, "name"] = HOSTILE
    return tables


def model_of(name: str) -> type[Table]:
    """Return the model of a table of the engine or of a plugin."""
    return ENGINE.get(name) or plugin_table(name)


def table(name: str, rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a table that its model accepts."""
    model = model_of(name)
    frame = column_types(model, pd.DataFrame(list(rows)))
    return validated(model, frame)


def figure_rows() -> list[dict[str, Any]]:
    """Return a figure per cell."""
    names = ("label", "quantity", "text", "value", "low", "high", "kind", "unit")
    return [
        dict(zip(names, cell, strict=True))
        | {
            "figure_id": f"{source}/{slug(cell[0])}/{cell[1]}",
            "table_name": source,
            "subject": slug(cell[0]),
            "labels": "",
            "is_total": False,
            "basis": "as reported",
            "note": "internal" if cell[6] == "missing" else "",
            "as_of": CONTENT_DATE,
            "source_id": "dates" if source == "releases" else "article",
            "locator": f"article/{source}.csv:{line}, column {cell[1]}",
        }
        | spread_of(dict(zip(names, cell, strict=True)))
        for source, cells in CELLS.items()
        for line, cell in enumerate(cells, start=2)
    ]


def figure_outcome_rows(figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the outcome of every figure: those of `FAULTED` as they say, `RIGHT` right, all others unchecked."""
    none = {
        "error_type": "",
        "better": "",
        "better_value": nan,
        "better_unit": "",
        "basis": "",
        "day": None,
        "source_id": "",
    }
    none |= {
        "valid_from": None,
        "valid_until": None,
        "factor": nan,
        "claims": 0,
        **{"judged": "", "severity": ""},
        "severity_index": 0.0,
        "reason": "unknown",
    }
    rows = []
    for figure in sorted(figures, key=lambda row: row["figure_id"]):
        if figure["kind"] == "missing" or figure["source_id"] != "article":
            continue
        about = {name: figure[name] for name in ("figure_id", "value", "unit")} | {"printed": figure["text"]}
        row = about | none | {"outcome": "unchecked"}
        if found := FAULTED.get(figure["figure_id"]):
            outcome, how, better, factor, until = found
            row |= {"outcome": outcome, "error_type": how, "better": better, "factor": factor, "valid_until": until}
            row |= {"better_value": figure["value"] / factor, "better_unit": figure["unit"], "basis": "as reported"}
            row |= {"day": CONTENT_DATE, "source_id": "dates", "claims": 1, "severity_index": 2 * abs(log10(factor))}
            row |= {"reason": f"right until {until}; when published, more" if until else "a better source says so"}
        elif figure["figure_id"] in RIGHT:
            row |= {"outcome": "right", "better": figure["text"], "factor": 1.0, "source_id": "dates"}
        rows.append(row)
    return rows


def outcome_rows() -> list[dict[str, Any]]:
    """Return the outcome of every statement."""
    names = ("statement_kind", "statement_id", "outcome", "why", "moments", "flips")
    rows = []
    for row in OUTCOMES:
        each = dict(zip(names, row, strict=True))
        cells = dict(
            zip(
                ("as_printed", "written", "published", "now"),
                [*map(STATUS.get, each.pop("moments")), *[""] * 4],
                strict=False,
            )
        )
        name, start, end, unit = each.pop("flips") or ("", nan, nan, "")
        turns = {"flip_figure_id": name, "flip_from": start, "flip_at": end, "flip_unit": unit}
        turns |= {"flip_direction": "" if not name else "up" if end > start else "down"}
        rest = {
            "evidence_to": PUBLICATION_DATE,
            **{"statement": "said", "quote": "", "judged": "", "severity": ""},
            "false_since": None,
            "wrong_evidence": [],
            "sensitive_to": [],
            "interpretations": 1,
            "decided_by": "",
        }
        probability = 0.004 if row[2] == "open" and row[0] == "prediction" else nan
        likely = dict.fromkeys(("probability", "probability_low", "probability_high"), probability)
        rows.append(each | cells | turns | rest | likely | {"very_unlikely": probability < 0.01})
    return rows


def metric_rows() -> list[dict[str, Any]]:
    """Return the metrics."""
    names = (
        *("metric_id", "theme", "meaning", "unit", "value", "low", "high", "n"),
        *("ci_low", "ci_high", "evidence"),
    )
    return [
        dict(zip(names, row, strict=True))
        | {
            "evidence": list(row[-1]),
            "method": "as the formula says",
            "expression": "x",
            "draws": 0 if row[4] != row[4] else DRAWS,
            **SEEN,
        }
        for row in METRICS
    ]


def claim_row(claim_id: str, theme: str, kind: str, statement: str, *, untestable: str) -> dict[str, Any]:
    """Return a claim."""
    about = {"claim_id": claim_id, "theme": theme, "kind": kind, "statement": statement}
    said = {"quote": "", "states_figures": [], "decided_by": ""}
    return about | said | {"section": "Key Players", "title": "", "untestable": untestable}


def untestable_row(claim_id: str, metric_id: str, reason: str, metrics: dict[str, Any]) -> dict[str, Any]:
    """Return the verdict on a claim that cannot be tested, with or without a metric."""
    metric = metrics.get(metric_id, {})
    return {
        **SEEN,
        **{"claim_id": claim_id, "replaced": [], "status": "untestable", "metric_id": metric_id},
        **{"interpretation": "at least tenfold" if metric else "", "predicate": "at_least 10" if metric else ""},
        **{"value": nan, "low": nan, "high": nan, "unit": metric.get("unit", ""), "probability": nan},
        **{"n": metric.get("n", 0), "method": metric.get("method", ""), "reason": reason},
        **{"flip_figure_id": "", "flip_factor": nan, "drop_flips": [], "depends_on_interpretation": False},
        "evidence": metric.get("evidence", []),
    }


def prediction_rows() -> list[dict[str, Any]]:
    """Return the predictions, a row per clock."""
    names = ("prediction_id", "kind", "statement", "clock", "deadline", "status")
    return [
        dict(zip(names, row, strict=True))
        | {
            "deadline_interpretation": "18 months" if row[4] else "The words give no date.",
            "section": "Predictions",
            "criterion": "Came true if three deals closed.\nEvidence: filings.",
            "model_spec": "{}",
            "ambiguous_words": ["by 2026", "top-tier"],
            "ambiguity": "The deadline may be read in two ways.",
            "clock_start": CONTENT_DATE if row[3] == "content" else PUBLICATION_DATE,
        }
        for row in PREDICTIONS
    ]


def source_rows() -> list[dict[str, Any]]:
    """Return the sources."""
    names = ("source_id", "title", "publisher", "address", "tier", "published", "note")
    rest = {"licence": "not known", "read": CONTENT_DATE, "original_publisher": "", "original_address": ""}
    return [dict(zip(names, row, strict=True)) | rest | {"original_published": None} for row in SOURCES]


def substitution_rows() -> list[dict[str, Any]]:
    """Return seven references that turn a claim, a month apart, and one that does not."""
    return [
        {
            "claim_id": "us_majority",
            "figure_id": SHARES[0],
            "as_of": dt.date(2024, month, 1),
            "source_id": "dates",
            "reference": f"${month}B",
            "value": 40.0 + month,
            "unit": "percent",
            "flips": month < 11,
        }
        for month in range(4, 12)
    ]


def change_rows() -> list[dict[str, Any]]:
    """Return what changed since a former release."""
    names = ("kind", "table_name", "name", "evidence_view", "as_of", "old", "new", "text", "causes")
    return [
        dict(zip(names, row, strict=True)) | {"position": place, "previous": "abc", "unit": "", "caused_by": []}
        for place, row in enumerate(CHANGES)
    ]


def forecast_rows() -> dict[str, list[dict[str, Any]]]:
    """Return what the forecasts come to: one prediction, failed for the strict cohort and open for the wide one."""
    key = {"prediction_id": "consolidation", "clock": "content", "deadline_interpretation": "18 months"}
    chances = {"strict": (0.5, 0.2, 0.0), "wide": (0.6, 0.7, 0.6)}
    said = {"target_date": dt.date(2024, 12, 15), "value": 1.0, "value_low": nan, "value_high": nan, "n": 1}
    forecasts, history, rulings, scores, skill = [], [], [], [], []
    for population, path in chances.items():
        question = {**key, "population": population}
        status = "failed" if population == "strict" else "open"
        resolved = dt.date(2024, 12, 15) if population == "strict" else None
        now = {**said, "probability": path[-1], "low": path[-1], "high": path[-1], "status": status}
        now |= {"decides": population == "strict", "as_of": MONTHS[-1], "resolved_on": resolved, "unit": "company"}
        now |= {"measure": "companies", "method": "A rate.", "prior": "one in 20", "weak": 0, "evidence": ["deal"]}
        now |= {
            "in_range": True,
            "with_pending": nan,
            "version": 1,
            "current": True,
            "chosen": CONTENT_DATE,
            "prior_low": nan,
            "prior_high": nan,
        }
        forecasts.append(question | now)
        for day, chance in zip(MONTHS, path, strict=True):
            stood = status if day == MONTHS[-1] else "open"
            row = {
                **said,
                "version": 1,
                "as_of": day,
                "status": stood,
                "probability": chance,
                "low": chance,
                "high": chance,
            }
            history.append(question | row | {"prior_only": 0.5, "last_value": 0.0})
        rulings.append(
            {
                **question,
                "decides": population == "strict",
                "clock_start": CONTENT_DATE,
                "deadline": said["target_date"],
            }
            | {"status": status, "resolved_on": resolved, "observed_to": MONTHS[-1], "counted": 1.0, "needed": 3.0}
            | {"unit": "company", "reason": "xai since 2024-10-01: 1 of 3.", "evidence": ["deal"]}
            | {"excluded": ["other: spacex is the other party"]}
        )
    for place, forecaster in enumerate(("model", "always_half", "prior_only", "last_value")):
        score = {"n": 2, "came_true": 0, "brier": 0.1 * place, "log_score": 0.1 * place}
        scores.append({**key, "population": "strict", "version": 1, "forecaster": forecaster, **score})
        skill.append({"forecaster": forecaster, "outcomes": 1, "series": 1, "months": 2, "skill": nan})
    projection = {"quantity": "training_cost", "population": "frontier", "origin": CONTENT_DATE, "unit": "USD", "n": 9}
    projection |= {"last": CONTENT_DATE}
    projection |= {"value": 1e9, "low": 1e8, "high": 1e10, "growth": 3.0, "method": "A line.", "evidence": []}
    ahead = {"kind": "projection", "tested": 0, "covered": 0, "coverage": nan, "target": PUBLICATION_DATE}
    back = {"kind": "backtest", "tested": 4, "covered": 3, "coverage": 0.75, "target": PUBLICATION_DATE}
    hour = {"prediction_id": "consolidation", "company": "xai", "date": MONTHS[1], "basis": "per GPU", "value": 2.0}
    hour |= {
        "threshold": 1.0,
        "rental_price": 2.5,
        "rental_date": dt.date(2024, 12, 1),
        "rental_basis": "index",
        "rental_weak": 1,
    }
    return {
        "forecasts": forecasts,
        "forecast_history": history,
        "resolutions": rulings,
        "scores": scores,
        "skill": skill,
        "projections": [projection | kind | {"horizon_years": years} for kind in (ahead, back) for years in (1, 2)],
        "gpu_hours": [hour | {"over_rent": 0.8, "tier": "D", "evidence": ["price"]}],
    }
