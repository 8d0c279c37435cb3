"""The report for machines: verdicts.json, ClaimReview of schema.org, and an Atom feed.

Belongs here: structures of plain values that others rely on. Does not: words or markup for people.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from hashlib import sha256
from html import escape
from operator import attrgetter, itemgetter
from typing import Any

from tidebook.pipelines.read.documents import json_value, with_nulls
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.report.claims import Statement
from tidebook.pipelines.report.content import MOST_CHANGES, Content
from tidebook.pipelines.report.counts import ASSERTION
from tidebook.pipelines.report.rows import by_key, only
from tidebook.pipelines.report.words import DATED_VIEWS, as_prose
from tidebook.schemas.vocabulary import STATUSES

FORMAT = "tidebook-verdicts/4"
RATINGS = {"wrong": 1, "outdated": 2, "premature": 3, "stands": 4}
"""Ratings of decided assertions, from 1 to 4; other assertions have no review."""

MOST_ENTRIES = 50
"""Maximum entries of the feed, one for each release."""

_ROW = (
    "outcome", "judged", "number", "severity", "why", "as_printed", "written", "published", "now", "evidence_to",
    "false_since", "wrong_evidence", "sensitive_to", "flip_figure_id", "flip_from", "flip_at", "flip_unit",
    "decided_by", "accepted",
)  # fmt: skip


def verdicts_json(content: Content) -> bytes:
    """Return verdicts.json: UTF-8, indented by two spaces, null for every missing or infinite number.

    Its structure is that of its JSON Schema, published beside it, and changes only with `format`. Values are in the
    unit beside them, dates are ISO 8601.
    """
    rows = content.rows
    as_printed = Counter(map(itemgetter("status"), only(rows["verdicts"], evidence_view="printed")))
    document = {
        "format": FORMAT,
        "as_of": content.as_of,
        "evidence_to": content.evidence_to,
        "article": content.article.model_dump(include={"title", "publisher", "address", "published", "written"}),
        "headline": content.headline.sentences,
        "counts": {status: as_printed[status] for status in STATUSES},
        "outcome_counts": _outcome_counts(content),
        "figures": _figures(content),
        "text_findings": [with_nulls(row) for row in rows.get("text_findings", [])],
        "statements": list(map(_statement, content.statements)),
        "predictions": _predictions(content),
        "previous": content.previous or None,
        "changes": [with_nulls(_without(row, "previous")) for row in rows.get("changes", [])],
        "assumptions": [with_nulls(row) for row in rows["assumptions"]],
        "sources": [with_nulls(row) for row in rows["sources"]],
    }
    text = json.dumps(json_value(document, finite=True), ensure_ascii=False, indent=2, allow_nan=False)
    return f"{text}\n".encode()


def _picked(source: object, names: str) -> dict[str, Any]:
    return {name: getattr(source, name) for name in names.split()}


def _without(row: Row, column: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != column}


def _outcome_counts(content: Content) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for statement in content.statements:
        counts[statement.kind][statement.outcome] += 1
    counts["prediction"].update(map(attrgetter("outcome"), content.predictions))
    counts["figure"].update(map(attrgetter("outcome"), content.figures.cards))
    for tier, found in (("certain", content.text.certain), ("likely", content.text.likely)):
        if found:
            counts["text"][tier] = len(found)
    return {kind: dict(sorted(outcomes.items())) for kind, outcomes in counts.items()}


def _figures(content: Content) -> list[dict[str, Any]]:
    cards = {card.figure.figure_id: card for card in [*content.figures.cards, *content.figures.told_by_claims]}
    figures = []
    for row in content.rows["figure_outcomes"]:
        figures.append({**_picked(cards[row["figure_id"]].figure, "name locator"), **with_nulls(row)})
    return figures


def _statement(statement: Statement) -> dict[str, Any]:
    interpretations = []
    for interpretation in statement.interpretations:
        statuses = {DATED_VIEWS[name]: status or None for name, status in interpretation.statuses.items()}
        picked = _picked(interpretation, "rank strictness metric_id condition number")
        interpretations.append(picked | {"interpretation": interpretation.words, "statuses": statuses})
    return {
        **with_nulls(_picked(statement, "claim_id kind statement section quote")),
        **with_nulls({name: statement.row[name] for name in _ROW}),
        "badge": statement.badge,
        "look_again": statement.look_again,
        "interpretations": interpretations,
        "evidence": statement.evidence_ids,
    }


def _predictions(content: Content) -> list[dict[str, Any]]:
    outcomes = only(content.rows["outcomes"], statement_kind="prediction")
    by_id = by_key(outcomes, "statement_id")
    likely = ("probability", "probability_low", "probability_high", "very_unlikely")
    predictions = []
    for prediction in content.predictions:
        evidence = [_picked(item, "date what") | _picked(item.source, "source_id") for item in prediction.evidence]
        predictions.append(
            {
                **_picked(prediction, "prediction_id kind statement outcome why"),
                **{name: by_id[prediction.prediction_id][name] for name in likely},
                "criterion": "\n".join(prediction.criterion),
                "evidence": evidence,
            }
        )
    return predictions


def claim_reviews(content: Content, base_url: str) -> str:
    """Return a JSON-LD graph with a ClaimReview for each decided assertion, safe inside a script element."""
    reviews = []
    for statement in content.statements:
        if statement.kind == ASSERTION and statement.outcome in RATINGS:
            reviews.append(_claim_review(content, statement, base_url))
    graph = {"@context": "https://schema.org", "@graph": reviews}
    # No `</script>` or `<!--` in a text may end the element.
    text = json.dumps(json_value(graph, finite=True), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _claim_review(content: Content, statement: Statement, base_url: str) -> dict[str, Any]:
    article = content.article
    publisher = {"@type": "Organization", "name": article.publisher}
    appearance = {
        "@type": "Article",
        "headline": article.title,
        "datePublished": article.published,
        **({"url": content.link} if content.link else {}),
        "publisher": publisher,
    }
    return {
        "@type": "ClaimReview",
        "url": f"{base_url}#{statement.anchor}",
        "datePublished": content.newest,
        "author": {"@type": "Organization", "name": "Tidebook"},
        "claimReviewed": statement.statement,
        "itemReviewed": {
            "@type": "Claim",
            **({"text": statement.quote} if statement.quote else {}),
            "author": publisher,
            "datePublished": article.published,
            "appearance": appearance,
        },
        "reviewRating": {
            "@type": "Rating",
            "alternateName": statement.badge,
            "ratingExplanation": as_prose(statement.why),
            "ratingValue": RATINGS[statement.outcome],
            "worstRating": 1,
            "bestRating": max(RATINGS.values()),
        },
    }


_ENTRY = re.compile("<entry>.*?</entry>", re.DOTALL)


def feed(content: Content, verdicts: bytes, base_url: str, earlier: bytes = b"") -> bytes:
    """Return the Atom feed: an entry for this release with its changes, then the entries of `earlier`, a feed.

    An entry is dated by the newest evidence of its release, and named by the hash of `verdicts`.
    """
    feed_id = f"urn:tidebook:{content.article.slug}"
    # The clock is not read: the same inputs give the same bytes.
    updated = f"{content.newest.isoformat()}T00:00:00Z"
    link = f'<link href="{escape(base_url)}"/>' if base_url else ""
    title = f"Checked: {content.article.title}"
    summary = escape("\n".join([*content.headline.sentences, *_change_lines(content)]))
    entry = (
        f"<entry><id>{feed_id}:{sha256(verdicts).hexdigest()[:16]}</id><title>{escape(content.headline.short)}</title>"
        f'<updated>{updated}</updated>{link}<content type="text">{summary}</content></entry>'
    )
    entries = "\n".join([entry, *_ENTRY.findall(earlier.decode())][:MOST_ENTRIES])
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{feed_id}</id><title>{escape(title)}</title><updated>{updated}</updated>"
        f"<author><name>Tidebook</name></author>{link}\n{entries}\n</feed>\n"
    ).encode()


def _change_lines(content: Content) -> list[str]:
    changes = content.changes["outcomes"][:MOST_CHANGES]
    if changes:
        return [f"{change.title}: {change.old} → {change.new}" for change in changes]
    return ["No outcome changed since the previous release."] if content.previous else []


def earlier_entries(feed: bytes) -> bytes:
    """Return the entries of earlier releases in a feed: all but the first."""
    return "\n".join(_ENTRY.findall(feed.decode())[1:]).encode()
