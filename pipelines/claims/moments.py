"""The moments at which statements are judged, from what the dossier states of the article's dates.

Belongs here: which day is which. Does not: what was known on a day (`pipelines.worlds.lenses`).
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from pipelines.dossier.declared import Article
from pipelines.ingest.declarations import Assumptions


class Moments(NamedTuple):
    """The three days on which statements are judged, besides as printed."""

    written: dt.date
    published: dt.date
    latest: dt.date


def moments_of(article: Article, assumptions: Assumptions) -> Moments:
    """Return the days of the content, of publication, and of today."""
    return Moments(article.content, article.published, assumptions.as_of)
