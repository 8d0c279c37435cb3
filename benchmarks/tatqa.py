"""TAT-QA: tables of annual reports, whose own words say "in millions" and "$".

Belongs here: its layout, and what a table's words declare. Does not: reading its cells (`quantities`, `slips`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from pipelines.ingest.quantity import Context

SCALES = (
    (3, r"in thousands|thousands of|'000|’000|\(000|\b000s|in 000"),
    (6, r"in millions|millions of|\bmillions\b|[$€£]m\b|[$€£] ?million|\bin million"),
    (9, r"in billions|[$€£]bn?\b|[$€£] ?billion"),
)
UNPRICED = r"shares|number of|employee|options|units|years|life|term|rate|ratio|times|days"
ONE_VALUE = re.compile(r"\d|^[$€£]?\s*[-‐‑‒–—―]+$")
MONTH = re.compile(r"(?i)\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b")


def tatqa_tables(path: Path) -> Iterator[tuple[list[list[str]], str]]:
    """Yield each table with the text around it."""
    for file in sorted((path / "tatqa").glob("*.json")):
        for entry in json.loads(file.read_text(encoding="utf-8")):
            yield entry["table"]["table"], " ".join(paragraph["text"] for paragraph in entry["paragraphs"])


def report_context(rows: list[list[str]], around: str) -> Context:
    """Return what a table of a report declares in its own words."""
    words = " ".join(cell for row in rows for cell in row if not re.fullmatch(r"[^A-Za-z]*", cell) or "$" in cell)
    printed = " ".join(cell for row in rows for cell in row)
    scale = next((power for power, pattern in SCALES if re.search(pattern, words.lower())), 0)
    signs = [code for sign, code in (("$", "USD"), ("€", "EUR"), ("£", "GBP")) if sign in printed]
    labels = " ".join(row[0] for row in rows) + around
    notes = tuple(sorted({mark for mark in re.findall(r"\(\d\)", printed) if mark in labels}))
    return Context(
        decimal=".",
        scale=scale,
        currency=signs[0] if len(signs) == 1 else "",
        nil=("—", "–", "-", "---", "―", "--"),
        footnotes=notes,
        parentheses="negative",
    )


def report_unit(text: str, label: str, heads: str, context: Context, money: bool) -> str:
    """Return the unit of a cell, from its sign, its row and the heads of its column."""
    if MONTH.search(text):
        return "date"
    if re.fullmatch(r"(?:19|20)\d\d(?: ?\(\d\))*|(?:19|20)\d\d ?[-–/] ?(?:19|20)\d\d", text.strip()):
        return "calendar year"
    if re.search(r"\d(?:st|nd|rd|th)$", text.strip()):
        return "rank"
    sign = re.search(r"[$€£]", text)
    if sign:
        return {"$": "USD", "€": "EUR", "£": "GBP"}[sign[0]]
    if "%" in text or ("%" in f"{label} {heads}" and not money):
        return "percent"
    if context.currency and not re.search(UNPRICED, label.lower()):
        return context.currency
    return "number"
