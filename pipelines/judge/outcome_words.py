"""Outcomes in words: verdicts on interpretations, changes between two days, errors of figures.

Belongs here: sentences of the column `why`. Does not: which outcome follows from what (`outcomes`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import isnan
from operator import itemgetter
from typing import NamedTuple

from tidebook.pipelines.judge.predicates import NUMBER
from tidebook.pipelines.read.formatting import MINUS, format_apart, format_number, format_value, joined
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.schemas.units import percent

THANKS_TO_ROUNDING = "thanks to rounding"
"""Words for a condition that fails at the printed values, but may hold before rounding."""
EQUAL_AS_PRINTED = "equal as printed"
"""Words for a strict comparison that rounding leaves open."""
IN_POINTS = "it holds of the difference in percentage points alone"
"""Words for a relative change of two percentages that is printed as their difference."""
DECIDES_NOTHING = "it decides nothing: "
"""How the reason of a verdict begins that is untestable since its test could not have failed."""
FLAT = "flat random shares of "
"""How the words begin that say what chance would give of a concentration."""
ON_ONE_BASIS = "on one basis, "
"""How the words begin that say which values were taken where figures have several bases."""
ON_ANOTHER_BASIS = "on another basis, "
"""How the words begin that say on which other basis a verdict is the opposite."""
SMALL_RATIO = 0.1
"""Ratios below this read better as fractions: 0.0133 as 1/75."""
NAMED = 2
"""Maximum wrong figures that are named; more are counted."""

NUMBER_WORDS = {
    "wrong": "a wrong number",
    "contradicts itself": "a number that contradicts itself",
    "depends": "a disputed number",
    "outdated": "an outdated number",
    "premature": "a premature number",
    "revised": "a revised number",
    "expired": "an expired number",
}
"""Words for the number that a claim prints, where its own test judges the claim."""

BLANK: Row = {
    **dict.fromkeys(("quote", "judged", "number", "severity", "decided_by", "accepted"), ""),
    **dict.fromkeys(("as_printed", "written", "published", "now"), ""),
    **dict.fromkeys(("flip_figure_id", "flip_unit", "flip_direction", "decided_view"), ""),
    "decided_on": None,
    **{"evidence_to": None, "false_since": None, "wrong_evidence": [], "sensitive_to": [], "very_unlikely": False},
}
"""Defaults for columns of `outcomes` that do not apply."""

_SMALL_INSIDE = (
    "A",
    "An",
    "The",
    "In",
    "On",
    "Of",
    "By",
    "At",
    "From",
    "No",
    "Its",
    "Their",
    "Each",
    "Every",
    "All",
    "Both",
)
"""First words of a sentence that have a small letter inside another one; a name keeps its capital."""

_BARE = re.compile(rf"[{MINUS}~]?[\d.,]+")
"""A number without a unit, which says little by itself."""

_VERBS = {
    "supported": ("holds", "hold"),
    "contradicted": ("does not hold", "do not hold"),
    "contested": ("remains open", "remain open"),
}
_MARKERS = {"supported": "true", "contradicted": "not true", "contested": "open"}
"""Words before a dossier's own sentence on what was found."""
_ERRS = {
    "a power of ten": " by a power of ten",
    "another subject's value": " (another subject's value)",
    "another unit or basis": " (another unit or basis)",
}


def is_void(reason: str) -> bool:
    """Whether a verdict with this reason is that of a test which decides nothing."""
    return reason.startswith(DECIDES_NOTHING)


def known_words(rows: Sequence[Row]) -> str:
    """Put verdicts on interpretations into words: `“at least half” holds (60%), but “two thirds” does not hold (60%)`.

    Where the dossier says in a sentence what was found, that follows the verdict: `not true: the winner took 60%`.
    Omits untestable ones; "" if there is no other.
    """
    by_status = grouped(rows, itemgetter("status"))
    parts = []
    for status, (one, several) in _VERBS.items():
        same = by_status[status]
        if any(row.get("says") for row in same):
            parts.append(f"{_MARKERS[status]}: {joined([finding_words(row) for row in same])}")
        elif len(same) == 1:
            parts.append(f"“{same[0]['interpretation']}” {one}{_in_brackets(_value_words(same[0]))}")
        elif same:
            parts.append(f"{joined([finding_words(row) for row in same])} {several}")
    if len(parts) < 2:
        return "".join(parts)
    first, *others = parts
    conjunction = "but" if by_status["supported"] else "and"
    return f"{first}, {conjunction} {', and '.join(others)}"


def finding_words(row: Row) -> str:
    """Return what was found, in the dossier's own sentence if it has one: `“at least half” (60%)`."""
    if not row.get("says"):
        return f"“{row['interpretation']}”{_in_brackets(_value_words(row))}"
    value, note = _metric_words(row), _note_words(row)
    sentence = small_start(row["says"].replace("{value}", value).rstrip("."))
    return f"{sentence}{_in_brackets(note)}"


def small_start(sentence: str) -> str:
    """Return a sentence as it stands inside another one: a first word that is no name has a small letter."""
    first, _, rest = sentence.partition(" ")
    return f"{first.lower()} {rest}" if first in _SMALL_INSIDE else sentence


def _in_brackets(words: str) -> str:
    return f" ({words})" if words else ""


def flat_words(flat: float, unit: str, rows: int) -> str:
    """Say what flat random shares would give of a concentration, as the end of a reason; "" of other metrics."""
    return "" if isnan(flat) else f"; {FLAT}{rows} rows would give {format_value(flat, unit)}"


def with_but(reason: str, why: str) -> str:
    """Return a reason with why it is open all the same; what chance would give stays at its end."""
    before, separator, flat = reason.partition(f"; {FLAT}")
    return f"{before}, but {why}{separator}{flat}"


def _value_words(row: Row) -> str:
    """Return the value of an interpretation's metric; with the reason if it is contested or holds by rounding only.

    Leaves out the value of a condition, which is 1 where it is true: the verdict says so.
    """
    value, note = _metric_words(row), _note_words(row)
    if _is_condition(row):
        return note
    if _BARE.fullmatch(value):
        value = f"the value is {value}"
    if note:
        value += f"{', ' if note == THANKS_TO_ROUNDING else '; '}{note}"
    for begin in (FLAT, ON_ONE_BASIS, ON_ANOTHER_BASIS):
        _, found, rest = row["reason"].partition(f"; {begin}")
        if found and begin not in note:
            return f"{value}{found}{rest}"
    return value


def _is_condition(row: Row) -> bool:
    """Whether an interpretation joins conditions, or its metric counts as one, true or not."""
    return _is_joined(row) or _is_truth(row)


def _is_joined(row: Row) -> bool:
    return bool(row["predicate"].startswith("all_of "))


def _is_truth(row: Row) -> bool:
    """Whether the metric counts as a condition: 1 where it is true, 0 where not."""
    return bool(row["unit"] == "number" and row["predicate"] == "at_least 1" and row["value"] in (0, 1))


def failed_part_words(row: Row) -> str:
    """Say how one of several joined conditions fails: `lead is −30, not above 0`."""
    if _is_truth(row):
        return f"{row['interpretation']} is not true"
    form, _, bounds = row["predicate"].partition(" ")
    return f"{row['interpretation']} is {_metric_words(row)}, not {form.replace('_', ' ')} {bounds}"


def _note_words(row: Row) -> str:
    """Say why a verdict is contested, holds only by rounding, or which of its conditions fail; "" for any other."""
    if row["reason"].endswith(IN_POINTS):
        return IN_POINTS
    if _is_joined(row) and row["status"] in ("contradicted", "contested"):
        return str(row["reason"])
    if row["status"] != "contested":
        return THANKS_TO_ROUNDING if THANKS_TO_ROUNDING in row["reason"] else ""
    if row["reason"].startswith(EQUAL_AS_PRINTED):
        return EQUAL_AS_PRINTED
    # If a small n made it contested, the reason ends with the confidence interval.
    small_n = row["reason"].partition(f"; {FLAT}")[0].partition(", but ")[2]
    return small_n or f"it holds in {percent(row['probability'])} of the draws"


def value_words(value: float | None, unit: str, bounds: Iterable[float]) -> str:
    """Return a value so that it reads by itself: events as they are on record, small ratios as fractions.

    It has enough digits to differ from each bound that it must satisfy.
    """
    if value is None:
        return format_value(value, unit)
    if unit == "event":
        return f"{format_value(value, unit)} on record" if value else "no event on record"
    if unit == "ratio" and 0 < value < SMALL_RATIO:
        return f"about 1/{format_number(1 / value, 2)}"
    return format_apart(value, unit, bounds)


def _metric_words(row: Row) -> str:
    bounds = [float(word) for word in row["predicate"].split() if NUMBER.fullmatch(word)]
    return value_words(row["value"], row["unit"], bounds)


class _Turn(NamedTuple):
    """Words for a status before a change: beside an interpretation, and before the dossier's own sentence."""

    before: str
    after: str
    marker: str


_TURNED: dict[tuple[str, ...], _Turn] = {
    ("supported", "contradicted"): _Turn(
        "held when written", "no longer when published", "no longer true when published"
    ),
    ("contradicted", "supported"): _Turn(
        "did not yet hold when written", "did when published", "true only when published"
    ),
}


def changed_words(written: Sequence[Row], published: Sequence[Row]) -> str:
    """Put verdicts on two days into words, where the status changed in between."""
    turned = _turn(written, published)
    if turned is None:
        return f"when written, {known_words(written)}; when published, {known_words(published)}"
    then, now = ("; ".join(filter(None, map(_value_words, rows))) for rows in (written, published))
    if any(row.get("says") for row in written):
        before = f"when written: {then}" if then else ""
        return f"{turned.marker}: {joined([finding_words(row) for row in published])}{_in_brackets(before)}"
    quoted = joined([f"“{row['interpretation']}”" for row in written])
    return f"{quoted} {turned.before}{_in_brackets(then)}, but {turned.after}{_in_brackets(now)}"


def _turn(written: Sequence[Row], published: Sequence[Row]) -> _Turn | None:
    """Return the words for how the same interpretations changed, all from one status to the other."""
    if [row["rank"] for row in written] != [row["rank"] for row in published]:
        return None
    # Several statuses on one day make more than two, for which there are no words.
    statuses = [*{row["status"] for row in written}, *{row["status"] for row in published}]
    return _TURNED.get(tuple(statuses))


def of_figure(row: Row) -> str:
    """Put the outcome of a printed figure into words, with the reason."""
    if row["outcome"] in ("outdated", "expired", "revised"):
        return f"{row['printed']} was {row['reason']}"
    if row["outcome"] == "depends":
        return f"{row['printed']} depends: {row['reason']}"
    if row["outcome"] == "contradicts itself":
        return f"{row['printed']} contradicts itself: {row['reason']}"
    return f"{row['printed']} is {row['outcome']}{_ERRS.get(row['error_type'], '')}: {row['reason']}"


def wrong_words(names: Sequence[str]) -> str:
    """Say which figures are wrong as printed, or how many."""
    many = f"{len(names)} of its figures" if len(names) > NAMED else joined(names)
    return f"{many} {'is' if len(names) == 1 else 'are'} wrong as printed"
