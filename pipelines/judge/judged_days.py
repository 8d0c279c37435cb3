"""The days on which statements are judged, and the status of an interpretation on one of them.

Belongs here: the days, the key of a verdict, and the word for a probability. Does not: how a probability is found
(`verdicts`), or what follows from the statuses (`outcomes`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from typing import NamedTuple

from tidebook.pipelines.read.declarations import Assumptions, VerdictShares
from tidebook.pipelines.read.dossier.declared import Article
from tidebook.pipelines.read.grouping import Row

VerdictKey = tuple[str, int, str, dt.date]
"""An interpretation in an evidence view: claim and rank of the interpretation, name and day of the view."""


class JudgedDays(NamedTuple):
    """The days on which statements are judged: of the content, of publication, and the as-of date.

    The content is from any day between `earliest` and `written`; from `written` if there is no earlier one.
    """

    written: dt.date
    published: dt.date
    latest: dt.date
    earliest: dt.date | None = None

    @property
    def first(self) -> dt.date:
        """The first day that the content may be from."""
        return self.earliest or self.written

    @property
    def days(self) -> list[dt.date]:
        """The days of the evidence views: that of the printed figures, which is the last they may be from, first."""
        return [self.written, self.first, self.published, self.latest]


def judged_days(article: Article, assumptions: Assumptions) -> JudgedDays:
    """Return these days from the article's declared dates and the assumptions."""
    return JudgedDays(article.content_to, article.published, assumptions.as_of, article.content)


def by_verdict_key(verdicts: Iterable[Row]) -> dict[VerdictKey, Row]:
    """Index verdicts on interpretations by claim, rank, evidence view and day."""
    return {(row["claim_id"], row["rank"], row["evidence_view"], row["as_of"]): row for row in verdicts}


def status(probability: float, shares: VerdictShares) -> str:
    """Classify a probability: supported, contradicted or contested; untestable if draws give none."""
    if math.isnan(probability):
        return "untestable"
    if probability >= shares.supported_from:
        return "supported"
    return "contradicted" if probability <= shares.contradicted_to else "contested"
