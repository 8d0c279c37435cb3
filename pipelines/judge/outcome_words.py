"""Reasons in words: verdicts on interpretations, changes between two days, errors of figures.

Belongs here: what fills the sentences of `corrections.toml` in the column `why`. Does not: which outcome follows from
what (`outcomes`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from math import isnan

from tidebook.pipelines.judge.corrections import sentence
from tidebook.pipelines.judge.predicates import NUMBER, PERCENTAGES
from tidebook.pipelines.read.formatting import format_apart, format_number, format_value
from tidebook.pipelines.read.grouping import Row
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
DAY_DECIDES = "it depends on the day it was written: "
"""How the words begin that say how a claim stood on the days on which it may have been written."""
BY_TODAYS_DATA = ", by today's data"
"""What follows a status that vintages of its evidence bear on, if all of them are later."""
SMALL_RATIO = 0.1
"""Ratios below this read better as fractions: 0.0133 as 1/75."""

BLANK: Row = {
    **dict.fromkeys(("quote", "judged", "number", "severity", "decided_by", "accepted"), ""),
    **dict.fromkeys(("as_printed", "written", "published", "now"), ""),
    **dict.fromkeys(("flip_figure_id", "flip_unit", "flip_direction", "decided_view"), ""),
    "decided_on": None,
    **{"evidence_to": None, "false_since": None, "wrong_evidence": [], "sensitive_to": [], "very_unlikely": False},
}
"""Defaults for columns of `outcomes` that do not apply."""


_WORD = re.compile(r"\w+")


def is_void(reason: str) -> bool:
    """Whether a verdict with this reason is that of a test which decides nothing."""
    return reason.startswith(DECIDES_NOTHING)


def names_in(labels: Iterable[str], sentences: Iterable[str]) -> frozenset[str]:
    """Return the words that keep their capital: those of labels, and those of sentences that do not stand first."""
    words = {word for label in labels for word in _WORD.findall(label)}
    words |= {word for each in sentences for word in _WORD.findall(each)[1:]}
    return frozenset(word for word in words if word[:1].isupper())


def small_start(sentence: str, names: Set[str]) -> str:
    """Return a sentence as it stands inside another one: a first word that is no name has a small letter."""
    word = (_WORD.findall(sentence) or [""])[0]
    is_owner = sentence.startswith((f"{word}'", f"{word}\u2019"))
    is_name = word in names or is_owner or word[1:] != word[1:].lower()
    return sentence if is_name else sentence[:1].lower() + sentence[1:]


def known_words(rows: Sequence[Row], names: Set[str] = frozenset()) -> str:
    """Put verdicts on interpretations into words: `“at least half” holds: 60%; “two thirds” does not hold: 60%`.

    Where the dossier says in a sentence what was found, that follows the verdict: `not true: the winner took 60%`.
    Omits untestable ones; "" if there is no other.

    Args:
        rows: The verdicts, each with `says` and `means` of its interpretation, or with `found` in words.
        names: The words that keep their capital.
    """
    texts = []
    for status in ("supported", "contradicted", "contested"):
        for row in rows:
            if row["status"] == status:
                part = "said" if row.get("says") else "reading"
                found = row.get("found") or _found(row, names)
                text = sentence(part, status, reading=row["interpretation"], found=found)
                texts.append(text.removesuffix(": "))
    return "; ".join(texts)


def _found(row: Row, names: Set[str]) -> str:
    """Return the value of an interpretation's metric in the dossier's sentence, or with what it measures.

    The value of an expression that stands in the claim is left out, unless another is read beside it: the card has it.
    """
    found, note = "", note_words(row)
    if row.get("says"):
        found = small_start(row["says"].replace("{value}", _metric_words(row)).rstrip("."), names)
    elif row.get("means"):
        found = sentence("found", "of", what=small_start(row["means"], names), found=_metric_words(row))
    others = []
    for begin in (FLAT, ON_ONE_BASIS, ON_ANOTHER_BASIS):
        _, separator, rest = row["reason"].partition(f"; {begin}")
        if separator and begin not in note:
            others = [f"{begin}{rest}"]
            break
    # What chance or another basis would give is read beside the value.
    if others and not found:
        found = _metric_words(row)
    return "; ".join(filter(None, [found, note, *others]))


def flat_words(flat: float, unit: str, rows: int) -> str:
    """Say what flat random shares would give of a concentration, as the end of a reason; "" of other metrics."""
    return "" if isnan(flat) else f"; {FLAT}{rows} rows would give {format_value(flat, unit)}"


def with_but(reason: str, why: str) -> str:
    """Return a reason with why it is open all the same; what chance would give stays at its end."""
    before, separator, flat = reason.partition(f"; {FLAT}")
    return f"{before}, but {why}{separator}{flat}"


def is_condition(row: Row) -> bool:
    """Whether an interpretation joins conditions, or its metric counts as one, true or not."""
    return _is_joined(row) or is_truth(row)


def _is_joined(row: Row) -> bool:
    return bool(row["predicate"].startswith("all_of "))


def is_truth(row: Row) -> bool:
    """Whether the metric counts as a condition: 1 where it is true, 0 where not."""
    return bool(row["unit"] == "number" and row["predicate"] == "at_least 1" and row["value"] in (0, 1))


def failed_part_words(row: Row) -> str:
    """Say how one of several joined conditions fails: `lead is −30, not above 0`."""
    if is_truth(row):
        return f"{row['interpretation']} is not true"
    form, _, bounds = row["predicate"].partition(" ")
    return f"{row['interpretation']} is {_metric_words(row)}, not {form.replace('_', ' ')} {bounds}"


def note_words(row: Row) -> str:
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
    return opposite_words(row) or value_words(row["value"], row["unit"], _bounds(row))


def opposite_words(row: Row) -> str:
    """Say that a change in percent went the other way than its condition asks for; "" of any other value."""
    bounds = _bounds(row)
    if row["unit"] not in PERCENTAGES or not bounds or not row["value"] < 0 < min(bounds):
        return ""
    return sentence("found", "opposite", value=format_value(-row["value"], row["unit"]))


def _bounds(row: Row) -> list[float]:
    return [float(word) for word in row["predicate"].split() if NUMBER.fullmatch(word)]


def changed_words(written: Sequence[Row], published: Sequence[Row], names: Set[str] = frozenset()) -> str:
    """Put verdicts on two days into words, where the status changed in between."""
    return sentence("turn", "changed", written=known_words(written, names), published=known_words(published, names))


def of_figure(row: Row) -> str:
    """Put the outcome of a printed figure into words, with the reason."""
    kind = row["error_type"] if row["outcome"] == "wrong" else row["outcome"]
    return sentence("figure", kind, printed=row["printed"], outcome=row["outcome"], reason=row["reason"])


def better_words(row: Row) -> str:
    """Return a better value as its source prints it, with its unit; of a change that went the other way its size."""
    if went_other_way(row):
        return sentence("found", "opposite", value=format_value(-row["better_value"], row["better_unit"], 6))
    text = str(row["better"])
    return text if re.search(r"[^\d.,\s]", text) else format_value(row["better_value"], row["better_unit"], 6)


def went_other_way(row: Row) -> bool:
    """Whether the better value of a change in percent has the other sign."""
    is_change = row["unit"] == row["better_unit"] and row["unit"] in PERCENTAGES
    return bool(is_change and row["better_value"] < 0 < (row["value"] or 0))
