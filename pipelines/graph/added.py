"""Rows that steps of plugins add to tables of the core: one rule for all of them.

A plugin's step that makes `Added("its_name", "reference_values")` returns rows of that table's model; the table's own
step then has them behind its own. Which rows a plugin adds is its own business.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

ADDED = "added/"
"""Prefix of the parameter with the rows that a plugin's step adds."""


class Rule(NamedTuple):
    """Which added rows count, and in which order.

    One that is the same as a row of the table's own step by all columns in `same` is left out: what a dossier has
    entered stays alone. The whole is sorted by the columns in `order`, else added rows stand last.
    """

    same: tuple[str, ...] = ()
    order: tuple[str, ...] = ()


RULES = {
    "reference_values": Rule(order=("figure_id", "basis", "as_of", "source_id")),
    "observations": Rule(("series", "subject", "date", "basis"), ("date", "observation_id")),
    "verdicts": Rule(),
    "interpretation_verdicts": Rule(),
}
"""The tables of the core that plugins may add rows to."""


def with_rows(table: str, own: pd.DataFrame, added: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of a table's own step with those that plugins add."""
    rule = RULES[table]
    frames = [own]
    for frame in added:
        fresh = _not_entered(frame, own, rule.same) if rule.same else frame
        frames += [fresh] if len(fresh) else []
    if len(frames) == 1:
        return own
    both = pd.concat(frames, ignore_index=True)
    return both.sort_values(list(rule.order), ignore_index=True) if rule.order else both


def _not_entered(added: pd.DataFrame, own: pd.DataFrame, same: Sequence[str]) -> pd.DataFrame:
    """Return the added rows that are not the same as one of the table's own step."""
    columns = list(same)
    entered = set(own[columns].itertuples(index=False, name=None))
    return added[[row not in entered for row in added[columns].itertuples(index=False, name=None)]]
