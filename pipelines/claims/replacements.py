"""What stands for printed figures in verdicts as best known: each value with its date, source and place.

Which value is the best known is decided in `pipelines.worlds.lenses`; a verdict holds the ids of the figures alone.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from pipelines.worlds.lenses import best_known


def replacements_table(figures: pd.DataFrame, references: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each day of the lens `best_known` and each figure that a verdict on that day replaced.

    The columns are those of `figures`, with the values as known on the day, and the day as `known_on`.
    """
    judged = verdicts[verdicts["lens"] == "best_known"]
    replaced: dict[dt.date, set[str]] = {}
    for day, names in zip(judged["as_of"], judged["replaced"], strict=True):
        replaced.setdefault(day, set()).update(names)
    found = []
    for day, names in sorted(replaced.items()):
        known = best_known(figures, references, day).figures
        found.append(known[known["figure_id"].isin(names)].assign(known_on=day))
    return pd.concat(found, ignore_index=True) if found else figures.iloc[:0].assign(known_on=None)
