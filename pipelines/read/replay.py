"""What could be known on the day as of which a dossier is replayed.

Belongs here: which evidence is left out, by one rule for each kind of it. Does not: the day, which stands for that of
publication (`dossier.declared`), or snapshots of sources, which settings choose.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd

from tidebook.pipelines.read.declarations import Predictions, Sources
from tidebook.pipelines.read.dossier.sections import REFERENCE
from tidebook.pipelines.read.evidence_tables.periods import period
from tidebook.schemas.units import EPOCH


class Replay(NamedTuple):
    """The day of a replay; of a build that is none, a day after all evidence."""

    day: dt.date = dt.date.max

    @property
    def is_on(self) -> bool:
        """Whether a build is a replay."""
        return self.day < dt.date.max

    def known(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the rows that were available."""
        return rows[rows["available_from"] <= self.day].reset_index(drop=True) if self.is_on else rows

    def known_evidence(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of evidence by vintages of the time; a series without vintages is cut at ends of periods."""
        if not self.is_on:
            return rows
        ends = {text: when.end for text in rows["period"].unique() if text and (when := period(text))}
        days = rows["vintage"].where(rows["vintage"].notna(), rows["period"].map(ends))
        is_known = np.array([pd.isna(day) or day <= self.day for day in days], dtype=bool)
        return rows[is_known].reset_index(drop=True)

    def known_figures(self, figures: pd.DataFrame, sources: Sources) -> pd.DataFrame:
        """Return the figures; those of tables of references are missing whose source, or a day in their row, is later.

        Their rows stay: expressions name their subjects.
        """
        of_references = figures["locator"].str.startswith(f"{REFERENCE}/")
        if not self.is_on or not of_references.any():
            return figures
        later = {name for name in sources.sources if sources.public(name) > self.day}
        is_later = figures["source_id"].isin(later)
        is_later |= (figures["unit"] == "date") & (figures["value"] > (self.day - EPOCH).days)
        keys = ["table_name", "subject"]
        rows = pd.MultiIndex.from_frame(figures[keys])
        gone = of_references & rows.isin(rows[of_references & is_later])
        columns = ["value", "low", "high", "drawn_low", "drawn_high"]
        found = figures.copy()
        found.loc[gone, columns] = np.nan
        found.loc[gone, ["kind", "distribution", "note"]] = "missing", "none", f"not known on {self.day}"
        found.loc[gone, ["low_open", "high_open"]] = False
        return found

    def known_searches(self, predictions: Predictions) -> Predictions:
        """Return the predictions; nothing had been searched for beyond the day."""
        cutoffs = {name: min(day, self.day) for name, day in predictions.search_cutoffs.items()}
        return predictions.model_copy(update={"search_cutoffs": cutoffs})
