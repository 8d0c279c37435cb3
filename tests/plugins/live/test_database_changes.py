"""What turned a verdict on the database between two releases: models, printed figures, the reading, other code."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.plugins.live.test_database_view import CLAIM, FIGURES, GAP, PRINTED, database, judged
from tests.plugins.live.test_trends import row
from tests.unit.regions import METRICS
from tests.unit.test_changes import ASSUMED
from tidebook.pipelines.compare.changes import VerdictChange, compare
from tidebook.pipelines.compare.changes_table import cause_lines
from tidebook.plugins.live.database import database_verdicts

GAP_CLAIM = CLAIM[: CLAIM.index("[[claims.database]]")] + GAP
SNAPSHOT = pd.DataFrame([{"source": "epoch_models", "snapshot": "abc", "vintage": "2025-10-01"}])


def release(models: pd.DataFrame, text: str = GAP_CLAIM, growth: float = 10.0) -> dict[str, pd.DataFrame]:
    """Return the tables of a release whose one claim is judged on these models."""
    figures = FIGURES.assign(value=[growth, 2.0], text=[f"{growth:g}x", "two years"], locator="prose.csv:2")
    figures = figures.assign(low=figures["value"], high=figures["value"], kind="exact", unit="ratio", labels="")
    verdicts = database_verdicts(judged(text, models, figures), PRINTED)
    return {
        "figures": figures,
        "claims": pd.DataFrame([{"claim_id": "tenfold", "statement": "It grew", "untestable": ""}]),
        "interpretations": pd.DataFrame(columns=["claim_id", "rank", "metric_id", "predicate"]),
        "assumptions": pd.DataFrame((ASSUMED | {"draws.seed": "20241001"}).items(), columns=["name", "value"]),
        "metrics": pd.DataFrame(columns=["metric_id", "value", "unit"]),
        "verdicts": verdicts,
        "database_models": models,
        "source_files": SNAPSHOT,
    }


def flip(old: dict[str, pd.DataFrame], new: dict[str, pd.DataFrame]) -> VerdictChange:
    (found,) = compare(old, new, METRICS, {}).verdicts
    return found


def causes(found: VerdictChange) -> list[tuple[str, str, str]]:
    return [(cause.role, cause.change.kind, cause.change.name) for cause in found.causes]


def more(models: pd.DataFrame, *rows: dict[str, Any]) -> pd.DataFrame:
    """Return the models with further ones for video, named x0, x1 and so on."""
    ordinary = models.iloc[-1].to_dict() | {"domains": ["Video"], "notable": False}
    extra = [ordinary | {"name": f"x{place}", "row": 100 + place, **each} for place, each in enumerate(rows)]
    return pd.concat([models, pd.DataFrame(extra)], ignore_index=True)


def test_revised_models_turn_the_verdict_alone() -> None:
    found = flip(release(database(4, 8)), release(database(8, 4)))
    assert (found.old.status, found.new.status) == ("supported", "contradicted")
    assert causes(found) == [("alone", "rows", "database models revised")]
    (cause,) = found.causes
    # of each kind the first of the twelve models has its value as before: one; the language models are now the largest
    assert cause.change.new == "m12, m11, m10 and 19 more"
    assert cause.alone is not None
    assert cause.alone[:2] == ("contradicted", pytest.approx(2, rel=1e-9))
    expected = "because database models revised: m12, m11, m10 and 19 more (snapshot abc of 2025-10-01)"
    assert f"{expected}; this alone changes it" in list(cause_lines(found.causes))


def test_added_and_lost_models_are_distinguished_from_those_that_do_not_matter() -> None:
    # many small videos at the end turn the growth of video down; a language model that is lost changes nothing
    old = database(4, 8)
    new = more(old, *(row("2023-01-01", 1.0) for _ in range(40)))
    new = new[new["name"] != "m1"].reset_index(drop=True)
    found = flip(release(old), release(new))
    assert causes(found) == [
        ("alone", "rows", "database models added"),
        ("other", "rows", "database models removed"),
    ]


def test_a_changed_reading_or_printed_figure_is_the_cause_and_no_model() -> None:
    text = CLAIM.replace("PREDICATE", "at_least 1")
    changed = flip(release(database(), text), release(database(), text, growth=20.0))
    assert causes(changed) == [("alone", "figure", "notes/capital/growth")]
    stricter = flip(release(database(), text), release(database(), CLAIM.replace("PREDICATE", "at_least 1.7")))
    assert causes(stricter) == [("alone", "predicate", "tenfold")]


def test_another_verdict_on_the_same_inputs_is_other_codes() -> None:
    old, new = release(database(4, 8)), release(database(4, 8))
    old["verdicts"] = old["verdicts"].assign(status="contested")
    assert causes(flip(old, new)) == [("alone", "code", "old inputs")]


def test_without_the_models_of_both_the_lens_is_not_replayed() -> None:
    old = release(database(4, 8))
    del old["database_models"]
    found = flip(old, release(database(8, 4)))
    assert causes(found) == [("other", "view", "database")]
    assert "the evidence view database cannot be replayed" in list(cause_lines(found.causes))
