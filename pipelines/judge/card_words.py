"""Cards in words: what is so, by the form of what decides, and the sentence that corrects a statement.

Belongs here: values and rows in words, and filling the sentences of `corrections.toml`. Does not: which rows decided
(`evaluate.tracing`), or which verdict decides (`outcomes`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import isnan
from pathlib import Path
from typing import Any

from tidebook.pipelines.evaluate.evidence_values import gap_words
from tidebook.pipelines.evaluate.trail import DecidingRow, Side, Trail
from tidebook.pipelines.judge.outcome_words import small_start, value_words
from tidebook.pipelines.judge.predicates import NUMBER, PERCENTAGES, PROPORTIONS, Predicate
from tidebook.pipelines.read.evidence_tables.countries import country_name
from tidebook.pipelines.read.evidence_tables.flags import flag_words
from tidebook.pipelines.read.formatting import DIGITS, format_date, format_interval, format_value, joined
from tidebook.pipelines.read.grouping import Row
from tidebook.schemas.units import get_unit

SENTENCES = Path(__file__).with_name("corrections.toml")

OWN_TABLE = "the article's own figures"
"""The source of a figure as the article prints it."""

NAMED_SOURCES = 2
"""Maximum publishers that a sentence names."""

ONLY_VALUE = "value"
"""The name of a series' only value, which says less than the title of the series."""

OTHER_DIRECTION = {"less": "more", "more": "less"}

WHOLES = {"median": "the median", "mean": "the mean", "sum": "the total", "min": "the lowest", "max": "the highest"}
"""Words for functions over rows."""


@cache
def sentences() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return the sentences by part and name."""
    return tomllib.loads(SENTENCES.read_text(encoding="utf-8"))


def sentence(part: str, name: str, **words: str) -> str:
    """Return a sentence with its words filled in, the plain one where there is none of this name."""
    own = sentences()[part]
    text = own.get(name) or own["plain" if part == "outcome" else "value"]
    return text["text"].format(**words)


@dataclass(frozen=True)
class NamedRows:
    """What is known of rows of evidence and figures, to name them.

    Attributes:
        evidence: Rows of `evidence_rows` by id.
        figures: Rows of `figures` by id.
        better: The reference that replaces a figure on the day, by figure.
        sources: Names of sources by id.
        licences: Licences by source.
    """

    evidence: Mapping[str, Row] = field(default_factory=dict)
    figures: Mapping[str, Row] = field(default_factory=dict)
    better: Mapping[str, Row] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    licences: Mapping[str, str] = field(default_factory=dict)

    def subject(self, row_id: str) -> str:
        """Return the subject of a row: a country, or the label of a printed row."""
        if row_id in self.evidence:
            keys = filter(None, str(self.evidence[row_id]["keys"] or "").split("/"))
            return " ".join(map(country_name, keys))
        return str(self.figures[row_id]["label"]) if row_id in self.figures else row_id

    def of_values(self, subject: str, row_id: str) -> str:
        """Return the name of a value among many: its keys and period, or the label of its printed row."""
        if row_id in self.figures:
            return self.subject(row_id)
        return " ".join(map(country_name, filter(None, subject.split("/"))))

    def parts(self, row_id: str) -> list[str]:
        """Return all that names a row: quantity, subject, period."""
        if row_id in self.evidence:
            row = self.evidence[row_id]
            quantity = row["title"] if row["value_name"] == ONLY_VALUE else _plain(row["value_name"])
            return [quantity, self.subject(row_id), str(row["period"] or "")]
        if row_id in self.figures:
            return [_plain(self.figures[row_id]["quantity"]), self.subject(row_id), ""]
        return [row_id, "", ""]

    def value(self, row_id: str) -> str:
        """Return the value of a row in words."""
        row = self.evidence.get(row_id) or self.better.get(row_id) or self.figures[row_id]
        return format_value(row["value"], row["unit"], 4)

    def source(self, row_id: str) -> str:
        """Return who says the value of a row."""
        row = self.evidence.get(row_id) or self.better.get(row_id)
        return self.sources.get(row["source_id"], row["source_id"]) if row else OWN_TABLE

    def line(self, row: DecidingRow) -> str:
        """Return a row in words: role, quantity, subject, period, value, flag, day, source, licence, error."""
        name = row.row_id
        quantity, *keys = self.parts(name)
        about = ", ".join(filter(None, (" ".join(filter(None, keys)), quantity)))
        role = f"{row.role}: " if row.role else ""
        found = self.evidence.get(name) or self.better.get(name)
        if not found:
            return f"{role}{about}: {self.value(name)} as printed ({self.figures[name]['locator']})"
        when = found.get("vintage") or found.get("as_of")
        # Rows of evidence have no column of their error, and an error that is known is in the range of the value.
        error = "its error is not known" if found.get("error_by") == "" else ""
        by = [self.source(name), f"as of {when}" if when else "", self.licences.get(found["source_id"], ""), error]
        flag = f", {flag_words(found['flag'])}" if found.get("flag") else ""
        return f"{role}{about}: {self.value(name)}{flag} ({', '.join(filter(None, by))})"

    def is_known(self, row_id: str) -> bool:
        """Whether a row is among those that are known here."""
        return row_id in self.evidence or row_id in self.figures


def _plain(name: str) -> str:
    return name.replace("_", " ")


def source_words(rows: Sequence[DecidingRow], named: NamedRows) -> str:
    """Return who says so, in the order of the rows."""
    names = list(dict.fromkeys(named.source(row.row_id) for row in rows))
    if len(names) > NAMED_SOURCES:
        names = [*names[:NAMED_SOURCES], f"{len(names) - NAMED_SOURCES} more"]
    return joined(names)


def found_words(row: Row, predicate: Predicate, trail: Trail, named: NamedRows, says: str = "") -> str:
    """Return the value in words, with both sides of what it compares, and the bound that it misses.

    A dossier's own sentence on the value stands in their place, but for an event, which has its day.

    Args:
        row: The verdict that decides.
        predicate: Its condition.
        trail: What decided its value.
        named: What is known of the rows.
        says: The dossier's sentence, with `{value}` in place of the value; "" for none.
    """
    if trail.parts:
        failed = [part for part in trail.parts if part.holds == 0] if row["status"] == "contradicted" else trail.parts
        texts = [found_words({**row, "value": part.holds}, predicate, part, named) for part in failed]
        return sentence("found", "several", parts="; ".join(dict.fromkeys(texts)))
    form, words = _form(row, predicate, trail, named)
    if says and form != "event":
        return small_start(says.replace("{value}", with_range(row, predicate)).rstrip("."))
    found = sentence("found", form, **words)
    if row["status"] != "contradicted" or form in ("condition", "event"):
        return found
    if predicate.form == "equals":
        return sentence("found", "against", found=found, said=_stated(predicate.said, row["unit"]))
    if predicate.form == "between":
        low, high = predicate.bounds
        said = "exactly " + format_value(low, row["unit"]) if low == high else format_interval(low, high, row["unit"])
        return sentence("found", "bound", found=found, said=said)
    is_signed = form in ("difference", "change") or (form == "value" and row["unit"] in PERCENTAGES)
    if (is_signed and predicate.bounds == (0,)) or _is_truth(row):
        return found
    return sentence("found", "bound", found=found, said=_bound_words(row, predicate, words.get("direction", "")))


def _bound_words(row: Row, predicate: Predicate, direction: str) -> str:
    """Return the bound that is missed, as it stands beside a value: `at least 50% less`, `zero`.

    Args:
        row: The verdict.
        predicate: Its condition.
        direction: The word for the sign of the value, if it is shown without it.
    """
    if predicate.form == "at_most" and predicate.bounds == (0,) and get_unit(row["unit"]).whole:
        return "zero"
    other = ""
    if direction and row["value"] < 0:
        is_other = all(bound > 0 for bound in predicate.bounds)
        other = f" {OTHER_DIRECTION[direction]}" if is_other else ""
        predicate = predicate if is_other else predicate.mirrored
    bounds = [_times(format_value(bound, row["unit"]).removeprefix("p = ")) for bound in predicate.bounds]
    return (
        predicate.words_of([bound.removesuffix(" times") if bound == "1 times" else bound for bound in bounds]) + other
    )


def _stated(number: str, unit: str) -> str:
    """Return a number as the article states it, with its unit if it stands alone."""
    bare = number.replace(",", "")
    return format_value(float(bare), unit, _digits(number)) if NUMBER.fullmatch(bare) else small_start(number)


def _digits(number: str) -> int:
    """Return with how many digits a value is shown beside a number: as many as it has, if they are more than usual."""
    return max(DIGITS, len(number.replace(",", "").replace(".", "").lstrip("-0")))


def _form(row: Row, predicate: Predicate, trail: Trail, named: NamedRows) -> tuple[str, dict[str, str]]:
    """Return the form of a sentence and its words; a condition on a rank or a count is that of the rank or count."""
    value = with_range(row, predicate)
    if trail.kind in ("difference", "change", "ratio") and _are_told(trail.sides, in_units=True):
        left, right = side_words(trail.sides, named)
        if trail.kind == "difference" and row["value"] == 0:
            return "equal", {"left": left}
        first, second = trail.sides
        # The sign of a change is that of its sides: `1 - new / old` has the other one.
        is_less = first.value < second.value if trail.kind == "change" else (row["value"] or 0) < 0
        direction = "less" if is_less else "more"
        size = value if trail.kind == "ratio" else without_sign(row, predicate)
        return trail.kind, {"left": left, "right": right, "value": size, "direction": direction}
    side = trail.sides[0] if trail.sides else None
    if trail.kind == "condition" and _is_truth(row) and side:
        if of_rows := _form_of_rows(side.function, f"{side.value:g}", side, trail, named):
            return of_rows
        if _are_told(trail.sides):
            left, right = side_words(trail.sides, named)
            return "condition", {"left": left, "right": right}
    if side and (of_rows := _form_of_rows(trail.kind, value, side, trail, named)):
        return of_rows
    if side and trail.kind == "value" and row["unit"] in PROPORTIONS and side.unit in PERCENTAGES:
        value = format_value(side.value, side.unit, 4)
    if row["unit"] == "event" and row["value"] and len(trail.rows) == 1 and trail.rows[0].row_id in named.better:
        name = trail.rows[0].row_id
        return "event", {"subject": named.subject(name), "day": format_date(named.better[name]["as_of"])}
    return "value", {"value": value}


def _form_of_rows(
    kind: str, value: str, side: Side, trail: Trail, named: NamedRows
) -> tuple[str, dict[str, str]] | None:
    """Return the form and words of a rank, a count or an extreme of rows; None of anything else."""
    if kind == "rank":
        return "rank", rank_words(side, trail.rows, named)
    if kind == "count" and side.rows:
        return "count", {"value": value, "rows": str(side.rows)}
    if kind != "extreme" or side.rows < 2 or not trail.rows:
        return None
    first = trail.rows[0]
    subject = named.of_values(side.subject, first.row_id)
    words = {
        "value": value,
        "role": first.role or WHOLES[side.function],
        "rows": str(side.rows),
        "subject": f", that of {subject}" if subject else "",
    }
    return "extreme", words


def _times(text: str) -> str:
    """Return a ratio as readers say it: `1.34 times`."""
    return re.sub(r"(?<=\d)[×x]$", " times", text)


def _are_told(sides: Sequence[Side], *, in_units: bool = False) -> bool:
    """Whether both sides have a value, and a unit if it must be said."""
    is_known = len(sides) == 2 and not any(isnan(side.value) for side in sides)
    return is_known and (not in_units or all(side.unit for side in sides))


def _is_truth(row: Row) -> bool:
    """Whether the value only says whether a condition is true."""
    return bool(row["unit"] == "number" and row["predicate"] == "at_least 1" and row["value"] in (0, 1))


def with_range(row: Row, predicate: Predicate) -> str:
    """Return a value in words with its range, if it has one."""
    value = _times(value_words(row["value"], row["unit"], predicate.bounds))
    is_number = predicate.form == "equals" and NUMBER.fullmatch(predicate.said.replace(",", ""))
    if is_number and (digits := _digits(predicate.said)) > DIGITS:
        value = _times(format_value(row["value"], row["unit"], digits))
    low, high = row["low"], row["high"]
    if low is None or high is None or isnan(low) or isnan(high):
        return value
    if format_value(low, row["unit"]) == format_value(high, row["unit"]):
        return value
    interval = _times(format_interval(low, high, row["unit"]))
    if not low <= row["value"] <= high:  # draws of estimates and bounds have centres of their own
        return sentence("found", "beside", value=value, interval=interval)
    return f"{value} ({interval})"


def without_sign(row: Row, predicate: Predicate) -> str:
    """Return the size of a difference in words, with its range if that is of one sign."""
    value, low, high = row["value"], row["low"], row["high"]
    if value is None or value >= 0:
        return with_range(row, predicate)
    ends = (-high, -low) if low is not None and high is not None else (None, None)
    return with_range({**row, "value": -value, "low": ends[0], "high": ends[1]}, predicate)


def side_words(sides: Sequence[Side], named: NamedRows) -> list[str]:
    """Return the sides of a comparison in words, each with what tells it from the other."""
    labels = _labels(sides, named)
    texts = []
    for side, label in zip(sides, labels, strict=True):
        # A number that is written out has the unit of the other side; an unknown unit of rows stays unsaid.
        is_written = not side.row and not side.rows
        unit = side.unit or (next((other.unit for other in sides if other.unit), "") if is_written else "") or "number"
        texts.append(_times(format_value(side.value, unit, 4)) + (f" ({label})" if label else ""))
    return texts


def _labels(sides: Sequence[Side], named: NamedRows) -> list[str]:
    """Return the names of sides: of rows what differs between them, of functions what they are of how many rows."""
    own = [named.parts(side.row) if side.row and named.is_known(side.row) else [] for side in sides]
    labels = []
    for side, parts in zip(sides, own, strict=True):
        if parts:
            others = [other for other in own if other and other is not parts]
            kept = parts[1:]
            if others:
                kept = [part for place, part in enumerate(parts) if any(other[place] != part for other in others)]
            labels.append(" ".join(filter(None, kept)))
        elif side.function in WHOLES and side.rows > 1:
            labels.append(f"{WHOLES[side.function]} of {side.rows}")
        else:
            labels.append("")
    return labels


def rank_words(side: Side, rows: Sequence[DecidingRow], named: NamedRows) -> dict[str, str]:
    """Return a rank with the first row and the neighbours of its subject."""
    near = []
    for row in rows:
        if row.role and named.is_known(row.row_id):
            is_verb = "is " if row.role != "counted" else ""
            near.append(f"{named.subject(row.row_id)} {is_verb}{_role(row.role)} with {named.value(row.row_id)}")
    subject = next((row.row_id for row in rows if not row.role and named.is_known(row.row_id)), "")
    own = f", with {named.value(subject)}" if subject else ""
    return {
        "value": f"{side.value:g}",
        "rows": str(side.rows),
        "neighbours": own + (f"; {', '.join(near)}" if near else ""),
    }


def _role(role: str) -> str:
    return role.replace("the first", "first")


def correction(outcome: str, found: str, source: str, why: str) -> str:
    """Return the correction: a sentence that follows the statement."""
    by = f" ({source})" if source and source != OWN_TABLE else ""
    return sentence("outcome", outcome, found=found or why, source=by, why=why)


def vintage_words(kind: str, day: Any, count: int) -> str:
    """Return a sentence on the vintages."""
    return sentence("vintages", kind, day=format_date(day) if day else "", count=str(count))


def period_words(rows: Sequence[DecidingRow], named: NamedRows) -> str:
    """Say that rows which are compared are each of their own latest period; "" if they are of the same one."""
    by_period: dict[str, list[str]] = {}
    for row in rows:
        period = str(named.evidence[row.row_id]["period"] or "") if row.row_id in named.evidence else ""
        if period:
            by_period.setdefault(period, []).append(named.subject(row.row_id))
    if len(by_period) < 2:
        return ""
    parts = [f"{joined(list(dict.fromkeys(subjects)))} of {period}" for period, subjects in sorted(by_period.items())]
    return f"each value is the latest known, and not of one period: {', '.join(parts)}"


def missing_words(gaps: Sequence[str]) -> str:
    """Say which values would decide a claim that lacks them."""
    return gap_words(gaps).removeprefix("there is no ").join(("a ", "")) if gaps else ""
