"""Replays of claims on the database: verdicts on mixtures of the databases of two releases.

They show which change of the database caused a change of a verdict. Belongs here: changes and mixtures. Does not: the
verdict (`database`), or which mixtures are tried (`compare.causes`).
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
"""Columns of a model that can change a trend."""
MOST_NAMES = 3
MODELS = "database_models/"
"""Prefix of the name of a change of models in a state; the kind of change follows."""


class DatabaseReplay:
    """The databases of two releases, ready to be mixed."""

    def __init__(self, old: Tables, new: Tables) -> None:
        self.tables, self.days = (old["database_models"], new["database_models"]), ("", "")
        self.figures = by_id(old["figures"]), by_id(new["figures"])
        was, now = _by_name(self.tables[0]), _by_name(self.tables[1])
        self.models = {
            "added": [name for name in now if name not in was],
            "removed": [name for name in was if name not in now],
            "revised": [name for name in now if name in was and _is_revised(was[name], now[name])],
        }
        (first, *_) = records(new["source_files"].query(f"source == {DATABASE!r}"))
        self.snapshot = f"snapshot {first['snapshot']} of {first['vintage']}"

    def changes(self, old: Terms, new: Terms) -> list[Change]:
        """Return the changes that a verdict may depend on: models, printed growth, terms."""
        changes = []
        # One change for all models added, removed or revised: they are many, and each alone matters little.
        for kind, names in self.models.items():
            if names:
                words = f"database models {kind}"
                changes.append(Change("rows", words, "", listed(names, MOST_NAMES), self.snapshot, (MODELS + kind,)))
        was, now = self.figures
        for name in new["printed"].split():
            if name in was and name in now and was[name]["value"] != now[name]["value"]:
                texts = was[name]["text"], now[name]["text"]
                changes.append(Change("figure", name, *texts, now[name]["locator"], figures=(name,)))
        return [*changes, *term_changes(old, new)]

    def result(self, state: State) -> ReplayResult:
        """Evaluate the claim in a state, as a build does."""
        terms = state.terms
        kind, _, trends = terms["metric_id"].partition("/")
        stated = {"measure": kind, "trends": trends.split("_to_")}
        interpretation = DatabaseInterpretation.model_validate(
            stated | {name: terms[name] for name in ("interpretation", "predicate")}
        )
        values = []
        for name in terms["printed"].split():
            figure = self.figures[state.takes_new(name)].get(name, {})
            values.append(figure.get("value", math.nan))
        judged = verdict_on_models(interpretation, self._mix(state), values, assumed_by(terms))
        return ReplayResult(judged["status"], judged.get("value", math.nan), judged["probability"])

    def _mix(self, state: State) -> pd.DataFrame:
        """Return the old models with the changes that a state applies."""
        old, new = self.tables
        if state.all:
            return new
        switched: set[str] = set()
        for kind, names in self.models.items():
            if MODELS + kind in state.switched:
                switched.update(names)
        return pd.concat([old[~old["name"].isin(switched)], new[new["name"].isin(switched)]], ignore_index=True)


def _by_name(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the models by name, the largest by training compute first, as they are listed."""
    first = table[table["duplicate_of"] == 0].drop_duplicates("name")
    ordered = first.sort_values(["training_compute", "name"], ascending=[False, True])
    return {row["name"]: row for row in records(ordered)}


def _is_revised(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return any(json_value(was[column]) != json_value(now[column]) for column in DECIDING)


def terms_on_database(tables: Tables, verdict: Mapping[str, Any]) -> dict[str, str]:
    """Return what a verdict on the database depends on besides models, as texts: interpretation and assumptions."""
    stated = {name: str(verdict[name]) for name in ("claim_id", "interpretation", "metric_id", "predicate")}
    assumed = dict(zip(tables["assumptions"]["name"], tables["assumptions"]["value"], strict=True))
    stated["printed"] = " ".join(verdict["evidence"])
    return {**stated, "untestable": "", "least_n": "1", "requires": "", **assumed}


def replay_of(old: Tables, new: Tables) -> DatabaseReplay | None:
    """Return the databases of two releases, ready to be mixed; None if a release has none."""
    there = all(name in each for name in NEEDED for each in (old, new))
    return DatabaseReplay(old, new) if there else None


VIEW = OtherView(replay_of, terms_on_database)
