"""The reference that replaces a figure on a day, and the others of that day that exclude it; without pandas.

Belongs here: which references are comparable, which of them is best, and which contradict it. Does not: the figures
after the replacement (`evidence_views`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import inf, isnan

from tidebook.pipelines.read.formatting import joined
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.names import parts_of
from tidebook.pipelines.read.quantities.interval import Interval

CITED = {"P": 0, "S": 1, "D": 2}
"""Tiers of references that may replace a printed figure, with their rank; weak references (tier W) never do."""

VINTAGE = "vintage of "
"""The beginning of the version of a reference that is by a vintage of evidence: what a file held on a day."""

CLAIMED = "as claimed"
"""The basis of a figure that a claim states: the figure itself is judged, so that no reference replaces it."""


def own_terms(figures: Iterable[Row]) -> dict[str, tuple[str, str]]:
    """Return unit and basis of each figure that a reference may replace, by figure id."""
    return {row["figure_id"]: (row["unit"], row["basis"]) for row in figures if row["basis"] != CLAIMED}


def is_comparable(reference: Row, own: Mapping[str, tuple[str, str]]) -> bool:
    """Whether a reference may replace its figure: it is cited and has a value of the same unit and basis."""
    terms = reference["unit"], reference["basis"]
    return reference["tier"] in CITED and reference["kind"] != "missing" and own.get(reference["figure_id"]) == terms


def is_known_by(reference: Row, day: dt.date) -> bool:
    """Whether a value could be known on a day: neither it nor its release, where its row states one, is later.

    A source that merely appeared later does not count: a record of 2014 on a page of 2023 was known in 2014.
    """
    released = reference["released"]
    return bool(reference["as_of"] <= day and (released is None or released <= day))


def best_groups(figures: Iterable[Row], references: Iterable[Row], as_of: dt.date) -> dict[str, list[list[Row]]]:
    """Return the best references of each figure on a day, by figure id, as groups that exclude each other.

    The latest that held are best; of the same date, those of the best tier. Several groups are a dispute; the first is
    preferred.
    """
    own = own_terms(figures)
    known: dict[str, list[Row]] = defaultdict(list)
    for row in references:
        if is_known_by(row, as_of) and is_comparable(row, own):
            known[row["figure_id"]].append(row)
    groups = {}
    for name, rows in known.items():
        best = best_of_dates(rows)
        latest = date_on(ends_by_date(best), as_of)
        groups[name] = grouped_by_agreement([row for row in best if row["as_of"] == latest])
    return groups


def best_of_dates(references: Sequence[Row]) -> list[Row]:
    """Keep the cited references of the best tier on each date, in order."""
    tiers: dict[dt.date, int] = {}
    for row in references:
        tier = CITED[row["tier"]]
        tiers[row["as_of"]] = min(tier, tiers.get(row["as_of"], tier))
    return [row for row in references if CITED[row["tier"]] == tiers[row["as_of"]]]


Ends = Mapping[dt.date, dt.date | None]
"""When the value of each date ended, by what its references declare; None where they declare no end."""


def ends_by_date(references: Iterable[Row]) -> Ends:
    """Return the last end that the references of each date declare."""
    ends: dict[dt.date, dt.date | None] = {}
    for row in references:
        date, known = row["as_of"], filter(None, (ends.get(row["as_of"]), row["until"]))
        ends[date] = max(known, default=None)
    return ends


def date_on(ends: Ends, day: dt.date) -> dt.date | None:
    """Return the date of the references whose value counts on a day: the latest that held, else the latest by then.

    A value holds until its declared end, or without one until that of a later date. None if all dates are later.
    """
    dates = sorted((date for date in ends if date <= day), reverse=True)
    for date in dates:
        end = ends[date]
        if end > day if end else date == dates[0]:
            return date
    return dates[0] if dates else None


def best_references(figures: Iterable[Row], references: Iterable[Row], as_of: dt.date) -> dict[str, Row]:
    """Return the best reference of each figure on a day, by figure id; where sources disagree, the preferred one."""
    return {name: groups[0][0] for name, groups in best_groups(figures, references, as_of).items()}


def grouped_by_agreement(rows: Sequence[Row]) -> list[list[Row]]:
    """Group references of one figure, day and tier so that the first rows of two groups exclude each other.

    The value that most rows allow is preferred, then the most precise one, then the lowest: neither the order of the
    rows nor the name of a source decides. Among rows that say the same, the source first by name is cited.
    """
    if len(rows) < 2:
        return [list(rows)]

    def preference(row: Row) -> tuple[float | str, ...]:
        allowing = sum(not exclude(row, other) for other in rows)
        width = row["high"] - row["low"]
        return -allowing, inf if isnan(width) else width, row["value"], row["text"], row["source_id"]

    groups: list[list[Row]] = []
    for row in sorted(rows, key=preference):
        agreeing = next((group for group in groups if not exclude(group[0], row)), None)
        if agreeing is None:
            groups.append([row])
        else:
            agreeing.append(row)
    return groups


def exclude(first: Row, second: Row) -> bool:
    """Whether no value lies in the implied intervals of both of two rows of figures or references."""
    one, other = Interval.of(first), Interval.of(second)
    # Neighbours such as $6M and $7M share the end at which one rounds up: that is no agreement.
    touching = max(one.low, other.low) == min(one.high, other.high) and not (one.is_point or other.is_point)
    return touching or not one.overlaps(other)


DISAGREE = "sources disagree: "

NO_NAMES: Mapping[str, str] = {}


def dispute_words(groups: Iterable[Sequence[Row]], publishers: Mapping[str, str] = NO_NAMES) -> str:
    """Say who disagrees on what, in the order of the values: `sources disagree: 10 (City A.M.) or 11 (Goal)`.

    Args:
        groups: references that exclude those of the other groups.
        publishers: names of sources by id; an id without one is its own publisher.
    """
    values = []
    for group in sorted(groups, key=lambda rows: (rows[0]["value"], rows[0]["text"])):
        names = dict.fromkeys(publishers.get(row["source_id"], row["source_id"]) for row in group)
        values.append(f"{group[0]['text']} ({joined(sorted(names))})")
    return f"{DISAGREE}{joined(values, 'or')}"


def is_fixed(figure: Row, fixed: Collection[str]) -> bool:
    """Whether a figure's basis or quantity is among `fixed`: those with values of one event, version or period."""
    return figure["basis"] in fixed or parts_of(figure["figure_id"])[2] in fixed


def is_of_one_period(row: Row, fixed: Collection[str]) -> bool:
    """Whether a figure or reference is of one event or period: its basis, its row or its column names a year."""
    named = (row["basis"], row.get("label", ""), parts_of(row["figure_id"])[2])
    return is_fixed(row, fixed) or any(map(_NAMES_YEAR.search, named))


_NAMES_YEAR = re.compile(r"(?<![0-9])(?:1[89]|20)\d\d(?![0-9])", re.ASCII)
