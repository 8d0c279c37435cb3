"""The days that an article's content may be from: those on which its figures were right.

Belongs here: from the spans of figures to an interval of days. Does not: the span of one figure (`reconciliation`), or
what follows from the interval (`judge.judged_days`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from tidebook.pipelines.evaluate.known import is_fixed
from tidebook.pipelines.evaluate.reconciliation import judged_figures, paired_figures
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.grouping import Row


def content_days(
    figures: Sequence[Row], references: Iterable[Row], published: dt.date, assumed: Assumptions
) -> tuple[dt.date, dt.date]:
    """Return the first and the last day that the content may be from.

    Each printed figure that was right by publication was so from one day to another. If all were right on some days in
    common, the content is from one of these. If not, it was put together over the shortest time that meets the span of
    each: from the day on which the first of them was last right to that on which the last of them became right.
    Figures whose values are of one event, version or period say nothing, nor do those that were never right.
    """
    starts, ends = [], []
    fixed = assumed.reconciliation.fixed
    for figure, found, _ in judged_figures(paired_figures(figures, references), published, assumed, published):
        if is_fixed(figure, fixed) or found.name not in ("agrees", "outdated"):
            continue
        if found.valid_from:
            starts.append(found.valid_from)
        if found.valid_until:
            # `valid_until` is the first day on which it no longer held.
            ends.append(min(found.valid_until - dt.timedelta(days=1), published))
    if not starts and not ends:
        return published, published
    last_start, first_end = max(starts, default=min(ends, default=published)), min(ends, default=published)
    return min(last_start, first_end), max(last_start, first_end)
