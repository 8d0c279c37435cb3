"""The report for machines: verdicts.json, schema.org ClaimReview, a badge and a feed.

Belongs here: structures of plain values that others rely on. Does not: words or markup for people.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter, defaultdict
from hashlib import sha256
from html import escape
from math import isfinite
from typing import Any

from pipelines.report.claims import ASSERTION, Statement
from pipelines.report.content import MOST_CHANGES, Content
from pipelines.report.words import MOMENTS, as_prose
from schemas.vocabulary import STATUSES

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
    names = {card.figure.figure_id: card.figure for card in content.figures.cards}
    as_printed = [row["status"] for row in rows["verdicts"] if row["lens"] == "printed"]
    document = {
        "format": FORMAT,
        "as_of": content.as_of,
        "evidence_to": content.evidence_to,
        "article": content.article.model_dump(include={"title", "publisher", "address", "published", "written"}),
        "headline": content.headline.sentences,
        "counts": {status: as_printed.count(status) for status in STATUSES},
        "outcome_counts": _outcome_counts(content),
        "figures": [
            {"name": names[row["figure_id"]].name, "locator": names[row["figure_id"]].locator, **row}
            for row in rows["figure_outcomes"]
        ],
        "statements": [_statement(each) for each in content.statements],
        "predictions": [
            {
                **{name: getattr(each, name) for name in ("prediction_id", "kind", "statement", "outcome", "why")},
                "probability": next(
                    row["probability"]
                    for row in rows["outcomes"]
                    if row["statement_kind"] == "prediction" and row["statement_id"] == each.prediction_id
                ),
                "criterion": "\n".join(each.criterion),
                "evidence": [
                    {"date": item.date, "what": item.what, "source_id": item.source.source_id} for item in each.evidence
                ],
            }
            for each in content.predictions
        ],
        "previous": content.changes.previous or None,
        "changes": [{name: row[name] for name in row if name != "previous"} for row in content.rows.get("changes", [])],
        "assumptions": content.rows["assumptions"],
        "sources": [vars(source) for source in content.sources],
    }
    return (json.dumps(_finite(document), ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def _outcome_counts(content: Content) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for statement in content.statements:
        counts[statement.kind][statement.outcome] += 1
    counts["prediction"].update(each.outcome for each in content.predictions)
    counts["figure"].update(card.outcome for card in content.figures.cards)
    return {kind: dict(sorted(of_kind.items())) for kind, of_kind in counts.items()}


def _statement(each: Statement) -> dict[str, Any]:
    return {
        **{name: getattr(each, name) for name in ("claim_id", "kind", "statement", "section", "quote")},
        **{name: each.row[name] for name in _ROW},
        "readings": [
            {
                **{name: getattr(reading, name) for name in ("rank", "weight", "metric_id", "condition", "number")},
                "reading": reading.words,
                "moments": {MOMENTS[name]: code for name, code in reading.moments.items()},
            }
            for reading in each.readings
        ],
        "evidence": [basis.figure.figure_id for basis in each.evidence],
    }


def claim_reviews(content: Content, base_url: str) -> str:
    """Return a JSON-LD graph with a ClaimReview per decided assertion, safe inside a script element."""
    decided = [each for each in content.statements if each.kind == ASSERTION and each.outcome in RATINGS]
    graph = {"@context": "https://schema.org", "@graph": [_claim_review(content, each, base_url) for each in decided]}
    text = json.dumps(_finite(graph), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
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
            **{"ratingValue": RATINGS[each.outcome], "worstRating": 1, "bestRating": max(RATINGS.values())},
        },
    }


def badge(content: Content) -> bytes:
    """Return the badge: what is checked, and how many figures are wrong, as an SVG to embed."""
    left, right = "checked", content.headline.short
    bad = content.figures.counts["wrong"] + content.figures.counts["outdated"]
    tone = "#a5301a" if bad else "#14578e" if content.figures.checkable else "#5f5a51"
    first, second = (round(6.4 * len(text)) + 14 for text in (left, right))
    title = escape(f"{left}: {right}")
    texts = f'<text x="{first / 2}" y="14">{left}</text><text x="{first + second / 2}" y="14">{escape(right)}</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{first + second}" height="20" role="img" aria-label="{title}">'
        f"<title>{title}</title>"
        f'<rect width="{first + second}" height="20" rx="3" fill="{tone}"/>'
        f'<path fill="#3a3732" d="M3 0H{first}V20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">'
        f"{texts}</g></svg>\n"
    ).encode()


def feed(content: Content, verdicts: bytes, base_url: str, earlier: bytes = b"") -> bytes:
    """Return the Atom feed: an entry for this release with what turned, then those of the feed of the one before.

    An entry is dated by the newest evidence of its release.
    """
    name = f"urn:tidebook:{content.article.slug}"
    day = f"{content.newest.isoformat()}T00:00:00Z"
    turned = [f"{each.title}: {each.old} → {each.new}" for each in content.changes.turned[:MOST_CHANGES]]
    none = ["Nothing turned since the release before."] if content.changes.previous else []
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


def _finite(value: Any) -> Any:
    """Return a structure that JSON can hold: dates as text, numbers that are not finite as None."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if isinstance(value, float) and not isfinite(value) else value
