"""The report for machines: verdicts.json, and schema.org ClaimReview for search engines and fact-check indexes.

Belongs here: structures of plain values that others rely on. Does not: words or markup for people.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from math import isfinite
from typing import Any

from pipelines.report.alternatives import OtherVerdict
from pipelines.report.claims import READING_COLUMNS, Claim, Flip, Reading
from pipelines.report.content import Content
from pipelines.report.evidence import Figure
from pipelines.report.findings import Finding
from pipelines.report.predictions import Prediction
from pipelines.report.words import STATUS_WORDS

FORMAT = "tidebook-verdicts/1"
RATINGS = {"contradicted": 1, "contested": 2, "supported": 3}
"""Ratings on a scale from 1 to 3; a claim that cannot be tested has none, for it has no place on the scale."""


def verdicts_json(content: Content) -> bytes:
    """Return verdicts.json: UTF-8, two spaces of indent, null for every missing or infinite number.

    The object has these keys, and keeps them as long as `format` stays the same:

    - `format`, `lens`, `as_of` (date of the report), `article` (the source judged), `counts` (claims by status);
    - `outcome_counts`: by kind of statement, and of figures, how many have each outcome;
    - `outcomes` of every statement and `figure_outcomes` of every printed figure, as rows of the tables of these names;
    - `verdicts`: one per claim, in the order of the report, with its statement, status, metric, value, interval,
      probability, `readings` (rank 0 is the one judged on), `flips` (nearest first) and `evidence` (each figure
      with the printed text, support, locator and source);
    - `findings` on the figures that do not agree with independent ones, with their source;
    - `best_known`: claims whose verdict changes with the figures as best known on a day; `forecasts` as they stand;
    - `former`: id of the release that this one is compared with, null at the first; `changes`: all that differs
      from it, verdicts that turned first with their causes, as rows of the table `changes`;
    - `predictions`: each with criterion, the words that leave room, and a deadline per clock and reading;
    - `assumptions` (name, value, meaning) and `sources`.

    Values are in the unit beside them; a factor is a plain ratio; dates are ISO 8601.
    """
    document = {
        "format": FORMAT,
        "lens": content.lens,
        "as_of": content.as_of,
        "article": vars(content.article),
        "counts": content.counts,
        "outcome_counts": _outcome_counts(content),
        "outcomes": content.outcomes,
        "figure_outcomes": content.figure_outcomes,
        "verdicts": [_verdict_object(claim) for claim in content.claims],
        "findings": [_finding_object(found) for found in content.findings],
        "best_known": [_other_object(other) for other in content.other_verdicts],
        "forecasts": [vars(forecast) for forecast in content.forecasts],
        "former": content.changes.previous or None,
        "changes": [{name: row[name] for name in row if name != "former"} for row in content.changes.table],
        "predictions": [_prediction_object(prediction) for prediction in content.predictions],
        "assumptions": [vars(assumption) for assumption in content.assumptions],
        "sources": [vars(source) for source in content.sources],
    }
    return (json.dumps(_finite(document), ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def _outcome_counts(content: Content) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in content.outcomes:
        counts[row["statement_kind"]][row["outcome"]] += 1
    counts["figure"].update(row["outcome"] for row in content.figure_outcomes)
    return {kind: dict(sorted(of_kind.items())) for kind, of_kind in counts.items()}


def _finding_object(found: Finding) -> dict[str, Any]:
    return {
        "figure_id": found.figure.figure_id,
        "printed": found.figure.text,
        "finding": found.finding,
        "detail": found.detail,
        "source": vars(found.source) if found.source else None,
    }


def _other_object(other: OtherVerdict) -> dict[str, Any]:
    return {
        "claim_id": other.claim_id,
        "printed": other.printed,
        "best_known": [{"as_of": day, "status": status, "value": value} for day, status, value in other.known],
        "replaced": other.replaced,
    }


def _verdict_object(claim: Claim) -> dict[str, Any]:
    main, metric = claim.main, claim.metric
    about = ("claim_id", "theme", "kind", "section", "statement", "status", "reason")
    judged = ("reading", "predicate", "value", "low", "high", "unit", "probability")
    return {
        **{name: getattr(claim, name) for name in about},
        "metric_id": main.metric_id if main else None,
        "metric": metric.meaning if metric else None,
        "method": claim.method or None,
        **{name: getattr(main, name, None) for name in judged},
        "n": main.n if main else 0,
        "depends_on_reading": claim.depends_on_reading,
        "readings": [_reading_object(each) for each in ([main] if main else []) + claim.others],
        "nearest_flip": _flip_object(claim.nearest) if claim.nearest else None,
        "flips": [_flip_object(flip) for flip in claim.flips],
        "turned_by_leaving_out": main.omitted if main else [],
        "evidence": [_evidence_object(figure) for figure in claim.evidence],
    }


def _reading_object(reading: Reading) -> dict[str, Any]:
    return {name: getattr(reading, name) for name in READING_COLUMNS}


def _flip_object(flip: Flip) -> dict[str, Any]:
    figure = flip.figure
    return {
        "figure_id": figure.figure_id,
        "direction": flip.direction,
        "factor": flip.factor,
        "text": figure.text,
        "value": figure.value,
        "turns_at": None if figure.value is None else figure.value * flip.factor,
        "unit": figure.unit,
    }


def _evidence_object(figure: Figure) -> dict[str, Any]:
    source = figure.source
    names = ("figure_id", "label", "text", "value", "low", "high", "unit", "kind", "note", "as_of", "locator")
    about = {name: getattr(figure, name) for name in names}
    return about | {"source": {name: getattr(source, name) for name in ("source_id", "title", "address")}}


def _prediction_object(prediction: Prediction) -> dict[str, Any]:
    return vars(prediction) | {
        "criterion": "\n".join(prediction.criterion),
        "deadlines": [vars(deadline) for deadline in prediction.deadlines],
    }


def claim_reviews(content: Content) -> str:
    """Return a JSON-LD graph with a ClaimReview per claim, safe inside a script element."""
    graph = {"@context": "https://schema.org", "@graph": [_claim_review(content, each) for each in content.claims]}
    text = json.dumps(_finite(graph), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _claim_review(content: Content, claim: Claim) -> dict[str, Any]:
    article = content.article
    publisher = {"@type": "Organization", "name": article.publisher}
    rating: dict[str, Any] = {"@type": "Rating", "alternateName": STATUS_WORDS[claim.status].badge}
    if claim.status in RATINGS:
        rating |= {"ratingValue": RATINGS[claim.status], "worstRating": 1, "bestRating": max(RATINGS.values())}
    return {
        "@type": "ClaimReview",
        "url": f"#{claim.anchor}",
        "datePublished": content.as_of,
        "author": {"@type": "Organization", "name": "Tidebook"},
        "claimReviewed": claim.statement,
        "itemReviewed": {
            "@type": "Claim",
            "author": publisher,
            "datePublished": article.day,
            "appearance": {
                "@type": "Article",
                "headline": article.title,
                "url": article.address,
                "datePublished": article.day,
                "publisher": publisher,
            },
        },
        "reviewRating": rating,
    }


def _finite(value: Any) -> Any:
    """Return a structure that JSON can hold: dates as text, numbers that are not finite as None."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if isinstance(value, float) and not isfinite(value) else value
