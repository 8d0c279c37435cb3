"""Cards in words: what is so, by the form of what decides, and the sentence that corrects a statement.

Belongs here: values and rows in words, and filling the sentences of `corrections.toml`. Does not: which rows decided
(`evaluate.tracing`), or which verdict decides (`outcomes`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from math import isnan
from typing import TYPE_CHECKING, Any

from tidebook.pipelines.evaluate.evidence_values import gap_words
from tidebook.pipelines.evaluate.trail import DecidingRow, Side, Trail
from tidebook.pipelines.judge.corrections import sentence
from tidebook.pipelines.judge.outcome_words import is_truth, note_words, small_start, value_words
from tidebook.pipelines.judge.predicates import NUMBER, PERCENTAGES, PROPORTIONS, Predicate
from tidebook.pipelines.read.dossier.wording import Labels
from tidebook.pipelines.read.evidence_tables.countries import country_name
from tidebook.pipelines.read.evidence_tables.flags import flag_words
from tidebook.pipelines.read.formatting import (
    DIGITS,
    days_in_words,
    format_date,
    format_interval,
    format_value,
    joined,
    significant_digits,
)
from tidebook.pipelines.read.grouping import Row
from tidebook.schemas.units import get_unit

if TYPE_CHECKING:
    from tidebook.pipelines.judge.interpretations import Interpretation

OWN_TABLE = "the article's own figures"
"""The source of a figure as the article prints it."""

NAMED_SOURCES = 2
"""Maximum publishers that a sentence names."""

NAMED_ROWS = 3
"""Maximum rows from which a value follows that a sentence names."""

ONLY_VALUE = "value"
"""The name of a series' only value, which says less than the title of the series."""

_FIGURE = re.compile(r"(?<![\w/.-])\w+/[\w-]+/\w+(?![\w/]|\.\w)")

OTHER_DIRECTION = {"less": "more", "more": "less"}

WHOLES = {
    "median": "the median", "mean": "the mean", "sum": "the total", "min": "the lowest", "max": "the highest",
    "slope": "the trend",
}  # fmt: skip
"""Words for functions over rows."""


@dataclass(frozen=True)
class NamedRows:
    """What is known of rows of evidence and figures, to name them.

    Attributes:
        evidence: Rows of `evidence_rows` by id.
        figures: Rows of `figures` by id.
        better: The reference that replaces a figure on the day, by figure.
        sources: Names of sources by id.
        publishers: Their publishers.
        licences: Licences by source.
        names: The words that keep their capital.
        labels: How the dossier words quantities and subjects.
    """

    evidence: Mapping[str, Row] = field(default_factory=dict)
    figures: Mapping[str, Row] = field(default_factory=dict)
    better: Mapping[str, Row] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    publishers: Mapping[str, str] = field(default_factory=dict)
    licences: Mapping[str, str] = field(default_factory=dict)
    names: Set[str] = frozenset()
    labels: Labels = field(default_factory=Labels)

    def subject(self, row_id: str) -> str:
        """Return the subject of a row: a country, or the label of a printed row."""
        if row_id in self.evidence:
            keys = filter(None, str(self.evidence[row_id]["keys"] or "").split("/"))
            return " ".join(map(country_name, keys))
        if row_id not in self.figures:
            return row_id
        row = self.figures[row_id]
        # The label of a number of the prose is the passage around it.
        return self.labels.in_words(row["subject"]) if row["text"] in row["label"] else str(row["label"])

    def of_values(self, subject: str, row_id: str) -> str:
        """Return the name of a value among many: its keys and period, or the label of its printed row."""
        if row_id in self.figures:
            return self.subject(row_id)
        return " ".join(map(country_name, filter(None, subject.split("/"))))

    def parts(self, row_id: str) -> list[str]:
        """Return all that names a row: quantity, subject, period."""
        if row_id in self.evidence:
            row = self.evidence[row_id]
            quantity = row["title"] if row["value_name"] == ONLY_VALUE else self.labels.in_words(row["value_name"])
            return [quantity, self.subject(row_id), str(row["period"] or "")]
        if row_id in self.figures:
            return [self.labels.in_words(self.figures[row_id]["quantity"]), self.subject(row_id), ""]
        return [row_id, "", ""]

    def name(self, row_id: str) -> str:
        """Return the name of a row: `United Kingdom 2022, wind`, `Berlin’s total funding`."""
        if row_id in self.figures:
            return self.labels.name_of(self.figures[row_id])
        quantity, *keys = self.parts(row_id)
        return named_words(quantity, keys)

    def value(self, row_id: str) -> str:
        """Return the value of a row in words."""
        row = self.evidence.get(row_id) or self.better.get(row_id) or self.figures[row_id]
        return _in_digits(row["value"], row["unit"])

    def source(self, row_id: str) -> str:
        """Return who says the value of a row."""
        row = self.evidence.get(row_id) or self.better.get(row_id)
        return self.sources.get(row["source_id"], row["source_id"]) if row else OWN_TABLE

    def publisher(self, row_id: str) -> str:
        """Return who published the value of a row."""
        row = self.evidence.get(row_id) or self.better.get(row_id)
        return self.publishers.get(row["source_id"], row["source_id"]) if row else OWN_TABLE

    def line(self, row: DecidingRow) -> str:
        """Return a row in words: role, quantity, subject, period, value, flag, day, source, licence, error."""
        name, about = row.row_id, self.name(row.row_id)
        role = f"{row.role}: " if row.role else ""
        found = self.evidence.get(name) or self.better.get(name)
        if not found:
            return f"{role}{about}: {self.value(name)} as printed ({self.figures[name]['locator']})"
        when = found.get("vintage") or found.get("as_of")
        # Rows of evidence have no column of their error, and an error that is known is in the range of the value.
        error = "its error is not known" if found.get("error_by") == "" else ""
        licence = self.licences.get(found["source_id"], "")
        by = [self.source(name), f"as of {format_date(when)}" if when else ""]
        by = [", ".join(filter(None, by)), f"licence: {licence}" if licence else "", error]
        flag = f", {flag_words(found['flag'])}" if found.get("flag") else ""
        return f"{role}{about}: {self.value(name)}{flag} ({'; '.join(filter(None, by))})"

    def in_words(self, reason: str) -> str:
        """Return a reason with names in place of the ids of figures, and days in words."""
        named = _FIGURE.sub(lambda found: self.name(found[0]) if found[0] in self.figures else found[0], reason)
        return days_in_words(named)

    def is_known(self, row_id: str) -> bool:
        """Whether a row is among those that are known here."""
        return row_id in self.evidence or row_id in self.figures


def named_words(quantity: str, keys: Sequence[str]) -> str:
    """Return a quantity with its subject and period, as far as there are any: `United Kingdom 2022, wind`."""
    return ", ".join(filter(None, (" ".join(filter(None, keys)), quantity)))


def _in_digits(value: float, unit: str) -> str:
    """Return a value in four digits, or in five if it has no more: `42.195 km`."""
    return format_value(value, unit, 5 if len(significant_digits(value)) == 5 else 4)


def source_words(rows: Sequence[DecidingRow], named: NamedRows) -> str:
    """Return who says so, in the order of the rows; their titles stand beside the rows."""
    names = list(dict.fromkeys(named.publisher(row.row_id) for row in rows))
    if len(names) > NAMED_SOURCES:
        names = [*names[:NAMED_SOURCES], f"{len(names) - NAMED_SOURCES} more"]
    return "; ".join(names)


def found_words(row: Row, interpretation: Interpretation, trail: Trail, named: NamedRows) -> str:
    """Return the value in words, with what it is of, both sides of what it compares, and the bound that it misses.

    A dossier's own sentence on the value stands in their place, but for an event, which has its day.

    Args:
        row: The verdict that decides.
        interpretation: What was judged.
        trail: What decided its value.
        named: What is known of the rows.
    """
    predicate, says = interpretation.predicate, interpretation.says
    if trail.parts:
        failed = [part for part in trail.parts if part.holds == 0] if row["status"] == "contradicted" else trail.parts
        plain = replace(interpretation, says="", means="")
        texts = [found_words({**row, "value": part.holds}, plain, part, named) for part in failed]
        return sentence("found", "several", parts="; ".join(dict.fromkeys(texts)))
    form, words = _form(row, predicate, trail, named)
    if form == "event":
        return sentence("found", form, **words)
    if says:
        found = small_start(says.replace("{value}", with_range(row, predicate)).rstrip("."), named.names)
    else:
        found = sentence("found", form, **words)
        if what := small_start(interpretation.means, named.names) or words.get("what", ""):
            found = sentence("found", "of", what=what, found=found)
    if row["status"] == "contested" and (note := note_words(row)):
        found = f"{found}; {note}"
    if says or row["status"] != "contradicted" or form == "condition":
        return found
    if predicate.form == "equals":
        return sentence("found", "against", found=found, said=_stated(predicate.said, row["unit"]))
    is_signed = form in ("difference", "change") or (form in ("value", "made of") and row["unit"] in PERCENTAGES)
    if (is_signed and predicate.bounds == (0,)) or is_truth(row):
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
    if predicate.form == "between" and len(set(predicate.bounds)) == 1:
        return format_value(predicate.bounds[0], row["unit"])
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
    return format_value(float(bare), unit, _digits(number)) if NUMBER.fullmatch(bare) else small_start(number, set())


def _digits(number: str) -> int:
    """Return with how many digits a value is shown beside a number: as many as it has, if they are more than usual."""
    return max(DIGITS, len(number.replace(",", "").replace(".", "").lstrip("-0")))


def _form(row: Row, predicate: Predicate, trail: Trail, named: NamedRows) -> tuple[str, dict[str, str]]:
    """Return the form of a sentence and its words; a condition on a rank or a count is that of the rank or count."""
    value = with_range(row, predicate)
    if trail.kind in ("difference", "change", "ratio") and _are_told(trail.sides, in_units=True):
        left, right = side_words(trail.sides, named)
        what = common_words([side.row for side in trail.sides], named)
        if trail.kind == "difference" and row["value"] == 0:
            return "equal", {"left": left, "what": what}
        first, second = trail.sides
        # The sign of a change is that of its sides: `1 - new / old` has the other one.
        is_less = first.value < second.value if trail.kind == "change" else (row["value"] or 0) < 0
        direction = "less" if is_less else "more"
        size = value if trail.kind == "ratio" else without_sign(row, predicate)
        form = "rate" if trail.kind == "ratio" and first.unit != second.unit else trail.kind
        return form, {"what": what, "left": left, "right": right, "value": size, "direction": direction}
    side = trail.sides[0] if trail.sides else None
    if trail.kind == "condition" and is_truth(row) and side:
        if of_rows := _form_of_rows(side.function, f"{side.value:g}", side, trail, named):
            return of_rows
        if _are_told(trail.sides):
            left, right = side_words(trail.sides, named)
            what = common_words([each.row for each in trail.sides], named)
            return "condition", {"what": what, "left": left, "right": right}
    if side and (of_rows := _form_of_rows(trail.kind, value, side, trail, named)):
        return of_rows
    if side and trail.kind == "value" and row["unit"] in PROPORTIONS and side.unit in PERCENTAGES:
        value = format_value(side.value, side.unit, 4)
    if row["unit"] == "event" and row["value"] and len(trail.rows) == 1 and trail.rows[0].row_id in named.better:
        name = trail.rows[0].row_id
        return "event", {"subject": named.subject(name), "day": format_date(named.better[name]["as_of"])}
    known = [each.row_id for each in trail.rows if named.is_known(each.row_id)]
    read = max(trail.read, len(known))
    if read > NAMED_ROWS:
        return "all", {"value": value, "rows": str(read)}
    if len(known) > 1:
        known.sort(key=lambda name: named.parts(name)[2])
        told = zip(known, told_apart([named.parts(name) for name in known]), strict=True)
        parts = joined([f"{named.value(name)} ({label})" for name, label in told])
        return "made of", {"what": common_words(known, named), "value": value, "parts": parts}
    return "value", {"value": value, **({"what": named.name(known[0])} if known else {})}


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
        texts.append(_times(_in_digits(side.value, unit)) + (f" ({label})" if label else ""))
    return texts


def _labels(sides: Sequence[Side], named: NamedRows) -> list[str]:
    """Return the names of sides: of rows what differs between them, of functions what they are of how many rows."""
    known = [side for side in sides if side.row and named.is_known(side.row)]
    names = dict(zip([side.row for side in known], told_apart([named.parts(side.row) for side in known]), strict=True))
    labels = []
    for side in sides:
        of_many = f"{WHOLES[side.function]} of {side.rows}" if side.function in WHOLES and side.rows > 1 else ""
        labels.append(names.get(side.row, of_many))
    return labels


def common_words(rows: Sequence[str], named: NamedRows) -> str:
    """Return what several rows are all of: `Spain, wind's share`; "" if nothing is known of one."""
    if not all(map(named.is_known, rows)):
        return ""
    names = [named.parts(row) for row in rows]
    common = [part if all(parts[place] == part for parts in names) else "" for place, part in enumerate(names[0])]
    return named_words(common[0], common[1:])


def told_apart(names: Sequence[Sequence[str]]) -> list[str]:
    """Return of several names the parts in which they differ; of a single one all but its quantity, the first."""
    kept = [place for place in range(3) if len({parts[place] for parts in names}) > 1] if len(names) > 1 else [1, 2]
    return [" ".join(filter(None, (parts[place] for place in kept))) for parts in names]


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
