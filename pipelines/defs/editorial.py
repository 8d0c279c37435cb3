"""Checks for an editor, which warn and stop nothing: wrong figures, changed verdicts, missing evidence.

Does not belong here: the rules of tables, which stop a build (`schemas.rules`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import dagster as dg
import pandas as pd

from tidebook.pipelines.defs.common import rows_metadata
from tidebook.pipelines.defs.preview import by_rank
from tidebook.pipelines.graph.run import Run
from tidebook.pipelines.graph.structure import CHANGES, RELEASE
from tidebook.pipelines.graph.warnings import dossier_warnings, removed_rows
from tidebook.schemas.vocabulary import STATUSES

COVERED = 0.9
"""The nominal coverage of draws: they are shown from their 5th to their 95th percentile."""


@dataclass(frozen=True)
class EditorialCheck:
    """A check of a step's result: what holds if it passes, and the rows that contradict it, the most severe first."""

    name: str
    table: str
    meaning: str
    against: Callable[[Run], pd.DataFrame]


def _wrong(run: Run) -> pd.DataFrame:
    figures = run.table("figure_outcomes")
    wrong = figures[figures["outcome"] == "wrong"]
    columns = ["figure_id", "printed", "better", "day", "error_type", "claims", "severity_index", "source_id"]
    return by_rank("figure_outcomes", wrong)[columns]


def _overtaken(run: Run) -> pd.DataFrame:
    figures = run.table("figure_outcomes")
    found = figures[figures["valid_until"].notna()].sort_values("valid_until", kind="stable")
    return found[["figure_id", "printed", "valid_until", "better", "day", "source_id", "outcome"]]


def _outcomes(run: Run, kind: str = "outcome") -> pd.DataFrame:
    changes = run.table(CHANGES)
    return changes.loc[changes["kind"] == kind, ["name", "old", "new", "text", "caused_by"]]


def _tipping_points(run: Run) -> pd.DataFrame:
    return _outcomes(run, "verdict").drop_duplicates("name")


def _untestable(run: Run) -> pd.DataFrame:
    tipping_points = _tipping_points(run)
    return tipping_points[tipping_points["new"] == STATUSES[3]]


def _uncovered(run: Run) -> pd.DataFrame:
    forms = run.table("calibration")
    found = forms[(forms["coverage_high"] < COVERED) | (forms["coverage_low"] > COVERED)]
    return found[["form", "cases", "hits", "coverage", "coverage_low", "coverage_high"]]


def _warnings(run: Run) -> pd.DataFrame:
    return _lines(dossier_warnings(run))


def _removed_evidence(run: Run) -> pd.DataFrame:
    return _lines(removed_rows(run))


def _lines(lines: Sequence[str]) -> pd.DataFrame:
    """Return each warning as the place that it begins with, what was found there, and what was expected."""
    parts = ([*line.replace(", expected ", ": ").split(": ", 2), "", ""] for line in lines)
    return pd.DataFrame([each[:3] for each in parts], columns=["place", "found", "expected"])


CHECKS = (
    EditorialCheck("no_figure_is_wrong", "figure_outcomes", "No printed figure is wrong by a better source.", _wrong),
    EditorialCheck(
        "no_figure_is_overtaken", "figure_outcomes", "No printed value has ended or been superseded.", _overtaken
    ),
    EditorialCheck("no_outcome_turned", CHANGES, "No outcome changed since the previous release.", _outcomes),
    EditorialCheck("no_verdict_turned", CHANGES, "No verdict changed since the previous release.", _tipping_points),
    EditorialCheck(
        "no_claim_lost_its_evidence", CHANGES, "No claim became untestable since the previous release.", _untestable
    ),
    EditorialCheck("no_warnings", RELEASE, "No name, day, basis or row of the dossier looks like a typo.", _warnings),
    EditorialCheck(
        "nothing_is_gone", CHANGES, "The raw files have every row that the previous release had.", _removed_evidence
    ),
    EditorialCheck(
        "draws_cover_known_values",
        "calibration",
        f"The draws of figures cover the known value in {COVERED:.0%} of cases, given how few there are.",
        _uncovered,
    ),
)


def editorial_specs(step: str, key: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """Return the Dagster specifications of the checks on a step's table."""
    return [dg.AssetCheckSpec(each.name, asset=key, description=each.meaning) for each in CHECKS if each.table == step]


def editorial_results(step: str, key: dg.AssetKey, run: Run) -> Iterator[dg.AssetCheckResult]:
    """Yield the results of the checks on a step's table, with the rows that contradict each."""
    for each in (each for each in CHECKS if each.table == step):
        rows = each.against(run)
        metadata: dict[str, dg.MetadataValue | int | str] = {"rows": len(rows), "rule": each.meaning}
        if len(rows):
            metadata |= {"found": f"{len(rows)} rows contradict it", "failing_rows": rows_metadata(rows)}
        yield dg.AssetCheckResult(
            passed=rows.empty,
            check_name=each.name,
            asset_key=key,
            severity=dg.AssetCheckSeverity.WARN,
            metadata=metadata,
        )
