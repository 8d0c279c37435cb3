"""TAT-QA: tables of annual reports, whose own words say "in millions" and "$".

Belongs here: its layout, and what a table's words declare. Does not: reading its cells (`quantities`, `slips`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from tidebook.pipelines.read.quantities.quantity import Context

SCALES = (
    (3, r"in thousands|thousands of|'000|’000|\(000|\b000s|in 000"),
    (6, r"in millions|millions of|\bmillions\b|[$€£]m\b|[$€£] ?million|\bin million"),
    (9, r"in billions|[$€£]bn?\b|[$€£] ?billion"),
)
MEASURES = (
    r"\(?(?:in )?years\)?$|\blife\b|(?:remaining|expected|contractual|vesting|lease) term\b"
    r"|\brates?\b(?! (?:swaps?|changes?))|\bratio\b|\btimes\b|\bdays\b"
)
UNPRICED = rf"\b(?:shares|options|units|employees|headcount)\b|number of|{MEASURES}"
"""What rows are about that have no currency, of a table of money."""
PRICED = r"\b(?:amounts?|price|fair value|[$€£])"
"""What a column is about that has one, whatever its rows are about."""
UNSCALED = (
    rf"per (?:\w+ )?(?:share|unit)|(?:average|exercise|share|stock|market) price|(?<!\d)%|percent|cents"
    rf"|number of|employees|headcount|{MEASURES}"
)
"""What "in millions" does not speak of."""
RATE = r"(?i)(?<!\d)%|\bas (?:a )?percentage"
"""A percent sign that says what the cells are, not how large something is."""
ONE_VALUE = re.compile(r"\d|^[$€£]?\s*[-‐‑‒–—―]+$")
MONTH = re.compile(r"(?i)\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b")


class Derivation(NamedTuple):
    """A question's arithmetic, the printed answer, and the scale of that: "percent", "million" or another."""

    text: str
    answer: float
    scale: str


class Report(NamedTuple):
    """A table with the text around it, and the derivations of the questions on both."""

    rows: list[list[str]]
    paragraphs: list[str]
    derivations: list[Derivation]

    @property
    def around(self) -> str:
        """The text around the table."""
        return " ".join(self.paragraphs)

    def heads(self, column: int) -> str:
        """Return what stands at the head of a column, counted from 1 without that of the labels."""
        heads = " ".join(row[column] for row in self.rows[:4] if column < len(row))
        return re.sub(r"(?i)\bexcept [^()]*", "", heads)


def reports(path: Path) -> Iterator[Report]:
    """Yield each table with what stands around it."""
    for file in sorted((path / "tatqa").glob("*.json")):
        for entry in json.loads(file.read_text(encoding="utf-8")):
            found = [
                Derivation(each["derivation"].strip(), float(each["answer"]), each["scale"])
                for each in entry["questions"]
                if each["answer_type"] == "arithmetic"
            ]
            yield Report(entry["table"]["table"], [each["text"] for each in entry["paragraphs"]], found)


def report_cells(report: Report) -> Iterator[tuple[int, int, str, str, Context]]:
    """Yield the cells that hold a number or a dash, words apart from months left out, and numbers of notes.

    Each has its row and column, from 1 and without the labels, its text and unit, and what its column declares.
    """
    declared = report_context(report.rows, report.around)
    for line, (label, *cells) in enumerate(report.rows, 1):
        money = any(sign in cell for cell in cells for sign in "$€£")
        for column, text in enumerate(cells, 1):
            if not ONE_VALUE.search(text.strip()) or re.search(r"[A-Za-z]{3}", MONTH.sub("", text)):
                continue
            heads = report.heads(column)
            if re.search(r"(?i)\bnotes?\b", heads):
                continue
            unit = report_unit(text, label, heads, declared, money)
            unscaled = re.search(UNSCALED, f"{label} {heads}".lower())
            yield line, column, text, unit, replace(declared, unit=unit, scale=0 if unscaled else declared.scale)


def report_context(rows: list[list[str]], around: str) -> Context:
    """Return what a table of a report declares in its own words, or in those around it."""
    words = " ".join(cell for row in rows for cell in row if not re.fullmatch(r"[^A-Za-z]*", cell) or "$" in cell)
    printed = " ".join(cell for row in rows for cell in row)
    scale = next((power for power, pattern in SCALES if re.search(pattern, words.lower())), 0)
    if not scale and (said := re.search(r"\bin (thousand|million|billion)s\b", around.lower())):
        scale = {"thousand": 3, "million": 6, "billion": 9}[said[1]]
    signs = [code for sign, code in (("$", "USD"), ("€", "EUR"), ("£", "GBP"), ("RMB", "CNY")) if sign in printed]
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
    if "%" in text or (re.search(RATE, f"{label} {heads}") and not money):
        return "percent"
    about = f"{label} {heads}".lower()
    if context.currency and (re.search(PRICED, heads.lower()) or not re.search(UNPRICED, about)):
        return context.currency
    return "number"
