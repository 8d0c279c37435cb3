"""A claim judged again on the database, between two releases: the old models with the new, lost or revised ones.

How it is judged is in `database`; which states are asked for is decided in `compare.causes`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from tidebook.pipelines.compare.causes import (
    Change,
    OtherView,
    ReplayResult,
    State,
    Terms,
    assumed_by,
    by_id,
    term_changes,
)
from tidebook.pipelines.read.documents import json_value
from tidebook.pipelines.read.formatting import listed
from tidebook.plugins.live.database import DATABASE, DatabaseInterpretation, verdict_on_models
from tidebook.schemas.base import Tables, records

NEEDED = ("database_models", "source_files", "figures")
DECIDING = ("release_date", "training_compute", "training_cost", "domains", "notable")
"""The columns of a model that can change a trend."""
MOST_NAMES = 3
MODELS = "database_models/"
"""With the kind of change, the name under which a state applies it."""


class DatabaseReplay:
    """The databases of two releases, ready to be mixed."""

    def __init__(self, old: Tables, new: Tables) -> None:
        self.tables, self.days = (old["database_models"], new["database_models"]), ("", "")
        self.figures = by_id(old["figures"]), by_id(new["figures"])
        was, now = (_by_name(table) for table in self.tables)
        self.models = {
            "added": [name for name in now if name not in was],
            "removed": [name for name in was if name not in now],
            "revised": [
                name
                for name, row in now.items()
                if name in was and any(json_value(was[name][part]) != json_value(row[part]) for part in DECIDING)
            ],
        }
        (first, *_) = records(new["source_files"].query(f"source == {DATABASE!r}"))
        self.snapshot = f"snapshot {first['snapshot']} of {first['vintage']}"

    def changes(self, old: Terms, new: Terms) -> list[Change]:
        """Return all that differs of what a claim's verdict rests on: models, the growth in print, terms.

        Models are many and each alone counts for little: those added, removed and revised are one change each.
        """
        models = [
            Change("models", f"database models {kind}", "", listed(names, MOST_NAMES), self.snapshot, (MODELS + kind,))
            for kind, names in self.models.items()
            if names
        ]
        was, now = self.figures
        figures = [
            Change("figure", name, was[name]["text"], now[name]["text"], now[name]["locator"], figures=(name,))
            for name in new["printed"].split()
            if name in was and name in now and was[name]["value"] != now[name]["value"]
        ]
        return [*models, *figures, *term_changes(old, new)]

    def result(self, state: State) -> ReplayResult:
        """Return what the claim comes to in a state, judged as the build does."""
        terms = state.terms
        kind, _, trends = terms["metric_id"].partition("/")
        stated = {"measure": kind, "trends": trends.split("_to_")}
        interpretation = DatabaseInterpretation.model_validate(
            stated | {name: terms[name] for name in ("interpretation", "predicate")}
        )
        printed = [self.figures[state.takes_new(name)].get(name, {}) for name in terms["printed"].split()]
        values = [row.get("value", math.nan) for row in printed]
        judged = verdict_on_models(interpretation, self._mix(state), values, assumed_by(terms))
        return ReplayResult(judged["status"], judged.get("value", math.nan), judged["probability"])

    def _mix(self, state: State) -> pd.DataFrame:
        """Return the old models with those changes that a state applies."""
        old, new = self.tables
        if state.all:
            return new
        switched = {name for kind, names in self.models.items() if MODELS + kind in state.switched for name in names}
        return pd.concat([old[~old["name"].isin(switched)], new[new["name"].isin(switched)]], ignore_index=True)


def _by_name(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the models by name, the largest by training compute first, as they are listed."""
    first = table[table["duplicate_of"] == 0].drop_duplicates("name")
    return {
        row["name"]: row for row in records(first.sort_values(["training_compute", "name"], ascending=[False, True]))
    }


def terms_on_database(tables: Tables, verdict: Mapping[str, Any]) -> dict[str, str]:
    """Return what a verdict on the database rests on besides models, as text: its reading, and every assumption."""
    stated = {name: str(verdict[name]) for name in ("claim_id", "interpretation", "metric_id", "predicate")}
    assumed = dict(zip(tables["assumptions"]["name"], tables["assumptions"]["value"], strict=True))
    stated["printed"] = " ".join(verdict["evidence"])
    return {**stated, "untestable": "", "least_n": "1", "requires": "", **assumed}


def replay_of(old: Tables, new: Tables) -> DatabaseReplay | None:
    """Return the databases of two releases, ready to be mixed; None where one has none."""
    there = all(name in each for name in NEEDED for each in (old, new))
    return DatabaseReplay(old, new) if there else None


VIEW = OtherView(replay_of, terms_on_database)
