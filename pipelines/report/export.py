"""The report for machines: verdicts.json, schema.org ClaimReview and a feed.

Belongs here: structures of plain values that others rely on. Does not: words or markup for people.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from hashlib import sha256
from html import escape
from typing import Any

from tidebook.pipelines.read.documents import json_value
from tidebook.pipelines.report.claims import ASSERTION, Statement
from tidebook.pipelines.report.content import MOST_CHANGES, Content
from tidebook.pipelines.report.words import MOMENTS, as_prose
from tidebook.schemas.vocabulary import STATUSES

FORMAT = "tidebook-verdicts/2"
RATINGS = {"wrong": 1, "outdated": 2, "premature": 3, "stands": 4}
"""Ratings on a scale from 1 to 4; an assertion that is not decided has none, and no review."""

MOST_ENTRIES = 50
"""So many releases the feed goes back."""

_ROW = ("outcome", "why", "as_printed", "written", "published", "now", "evidence_to", "since", "although",
        "hangs_on", "turns_figure_id", "turns_from", "turns_at", "turns_unit", "decided_by")  # fmt: skip


def verdicts_json(content: Content) -> bytes:
    """Return verdicts.json: UTF-8, two spaces of indent, null for every missing or infinite number.

    What it holds is in its JSON Schema, published beside it; it stays so as long as `format` does. Values are in the
    unit beside them, dates are ISO 8601.
    """
    rows = content.rows
    figures = {card.figure.figure_id: card.figure for card in content.figures.cards}
    as_printed = [row["status"] for row in rows["verdicts"] if row["lens"] == "printed"]
    chances = {
        row["statement_id"]: row["probability"] for row in rows["outcomes"] if row["statement_kind"] == "prediction"
    }
    document = {
        "format": FORMAT,
        "as_of": content.as_of,
        "evidence_to": content.evidence_to,
        "article": content.article.model_dump(include={"title", "publisher", "address", "published", "written"}),
        "headline": content.headline.sentences,
        "counts": {status: as_printed.count(status) for status in STATUSES},
        "outcome_counts": _outcome_counts(content),
        "figures": [{**_picked(figures[row["figure_id"]], "name locator"), **row} for row in rows["figure_outcomes"]],
        "statements": [_statement(each) for each in content.statements],
        "predictions": [
            _picked(each, "prediction_id kind statement outcome why")
            | {"probability": chances[each.prediction_id], "criterion": "\n".join(each.criterion)}
            | {"evidence": [_picked(item, "date what") | _picked(item.source, "source_id") for item in each.evidence]}
            for each in content.predictions
        ],
        "previous": content.previous or None,
        "changes": [{name: row[name] for name in row if name != "previous"} for row in rows.get("changes", [])],
        "assumptions": rows["assumptions"],
        "sources": rows["sources"],
    }
    return (
        json.dumps(json_value(document, finite=True), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    ).encode()


def _picked(of: object, names: str) -> dict[str, Any]:
    return {name: getattr(of, name) for name in names.split()}


def _outcome_counts(content: Content) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for statement in content.statements:
        counts[statement.kind][statement.outcome] += 1
    counts["prediction"].update(each.outcome for each in content.predictions)
    counts["figure"].update(card.outcome for card in content.figures.cards)
    return {kind: dict(sorted(of_kind.items())) for kind, of_kind in counts.items()}


def _statement(each: Statement) -> dict[str, Any]:
    readings = [
        _picked(reading, "rank weight metric_id condition number")
        | {"reading": reading.words, "moments": {MOMENTS[name]: code for name, code in reading.moments.items()}}
        for reading in each.readings
    ]
    return {
        **_picked(each, "claim_id kind statement section quote"),
        **{name: each.row[name] for name in _ROW},
        "readings": readings,
        "evidence": [basis.figure.figure_id for basis in each.evidence],
    }


def claim_reviews(content: Content, base_url: str) -> str:
    """Return a JSON-LD graph with a ClaimReview per decided assertion, safe inside a script element."""
    decided = [each for each in content.statements if each.kind == ASSERTION and each.outcome in RATINGS]
    graph = {"@context": "https://schema.org", "@graph": [_claim_review(content, each, base_url) for each in decided]}
    text = json.dumps(json_value(graph, finite=True), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _claim_review(content: Content, each: Statement, base_url: str) -> dict[str, Any]:
    article = content.article
    publisher = {"@type": "Organization", "name": article.publisher}
    appearance = {"@type": "Article", "headline": article.title, "datePublished": article.published}
    return {
        "@type": "ClaimReview",
        "url": f"{base_url}#{each.anchor}",
        "datePublished": content.newest,
        "author": {"@type": "Organization", "name": "Tidebook"},
        "claimReviewed": each.statement,
        "itemReviewed": {
            "@type": "Claim",
            **({"text": each.quote} if each.quote else {}),
            "author": publisher,
            "datePublished": article.published,
            "appearance": appearance | ({"url": content.link} if content.link else {}) | {"publisher": publisher},
        },
        "reviewRating": {
            "@type": "Rating",
            "alternateName": each.outcome,
            "ratingExplanation": as_prose(each.why),
            "ratingValue": RATINGS[each.outcome],
            "worstRating": 1,
            "bestRating": max(RATINGS.values()),
        },
    }


def feed(content: Content, verdicts: bytes, base_url: str, earlier: bytes = b"") -> bytes:
    """Return the Atom feed: an entry for this release with what turned, then those of the feed of the one before.

    An entry is dated by the newest evidence of its release.
    """
    name = f"urn:tidebook:{content.article.slug}"
    day = f"{content.newest.isoformat()}T00:00:00Z"
    turned = [f"{each.title}: {each.old} → {each.new}" for each in content.changes["turned"][:MOST_CHANGES]]
    none = ["Nothing turned since the release before."] if content.previous else []
    said = escape("\n".join([*content.headline.sentences, *(turned or none)]))
    link = f'<link href="{escape(base_url)}"/>' if base_url else ""
    title = f"Checked: {content.article.title}"
    entry = (
        f"<entry><id>{name}:{sha256(verdicts).hexdigest()[:16]}</id><title>{escape(content.headline.short)}</title>"
        f'<updated>{day}</updated>{link}<content type="text">{said}</content></entry>'
    )
    entries = "\n".join([entry, *_ENTRY.findall(earlier.decode())][:MOST_ENTRIES])
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{name}</id><title>{escape(title)}</title><updated>{day}</updated><author><name>Tidebook</name></author>"
        f"{link}\n{entries}\n</feed>\n"
    ).encode()


def earlier_entries(feed: bytes) -> bytes:
    """Return the entries that a feed went on from: all but its first."""
    return "\n".join(_ENTRY.findall(feed.decode())[1:]).encode()


_ENTRY = re.compile("<entry>.*?</entry>", re.DOTALL)
