"""Claims judged on whole databases: shares of bootstrap samples, too few models, readings that disagree."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest

from tests.plugins.live.test_trends import models, row
from tests.unit.assumed import assumed
from tests.unit.shipped import ASSUMED, FORMULAS, PLUGINS, RAW, WORDS
from tidebook.pipelines.judge.claims import read_claims
from tidebook.pipelines.judge.interpretations import read_interpretations
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.rawfile import RawFile, read_raw
from tidebook.plugins.live.database import VIEW, database_verdicts, judged_on_database
from tidebook.schemas.analysis import InterpretationVerdicts, Verdicts

DAY = dt.date(2025, 8, 7)
CLAIM = """
[[claims]]
id = "tenfold"
theme = "training"
kind = "takeaway"
section = "Outlook"
statement = "It grew"

[[claims.interpretations]]
interpretation = "as printed"
metric = "cost_growth_to_printed"
predicate = "at_least 1"

[[claims.database]]
interpretation = "on the database"
measure = "growth_to_printed"
trends = ["training_compute_notable_since_2016"]
predicate = "PREDICATE"
"""
GAP = """
[[claims.database]]
interpretation = "language against video"
measure = "growth_ratio"
trends = ["training_compute_language_since_2016", "training_compute_video_since_2016"]
predicate = "below 1"
"""
PRINTED = ("notes/capital/growth", "notes/capital/period")
"""The figures that growth is compared with."""

FIGURES = pd.DataFrame({"figure_id": PRINTED, "value": [10.0, 2.0]})


def database(language: float = 4.0, video: float = 8.0, count: int = 12) -> pd.DataFrame:
    """Return notable models that grow by exactly these factors a year."""
    days = [dt.date(2016, 1, 1) + dt.timedelta(days=200 * place) for place in range(count)]

    def each(factor: float, domains: list[str]) -> list[dict[str, object]]:
        values = [factor ** ((day - days[0]).days / 365.25) for day in days]
        notable = "Video" not in domains
        return [
            row(day.isoformat(), value, domains=domains, notable=notable)
            for day, value in zip(days, values, strict=True)
        ]

    return models(*each(language, ["Language"]), *each(video, ["Video"]))


def judged(text: str, table: pd.DataFrame, figures: pd.DataFrame = FIGURES) -> pd.DataFrame:
    claims = read_claims(RawFile("claims.toml", text.encode()), FORMULAS, WORDS, PLUGINS)
    found = judged_on_database(claims, table, figures, PRINTED, DAY, ASSUMED)
    return InterpretationVerdicts.validate(found)


@pytest.mark.parametrize(
    ("predicate", "expected", "share"),
    [("at_least 1.5", "supported", 1.0), ("at_least 1.7", "contradicted", 0.0)],
)
def test_growth_over_the_period_is_held_against_the_growth_printed(predicate: str, expected: str, share: float) -> None:
    found = judged(CLAIM.replace("PREDICATE", predicate), database()).iloc[0]
    # four a year is sixteen in two years, over the printed ten: 1.6
    assert found["value"] == pytest.approx(1.6, rel=1e-9)
    assert (found["status"], found["probability"], found["n"]) == (expected, share, 12)
    assert (found["evidence_view"], found["as_of"], found["metric_id"]) == (
        VIEW, DAY, "growth_to_printed/training_compute_notable_since_2016",
    )  # fmt: skip


def test_the_gap_narrows_when_video_grows_faster() -> None:
    text = CLAIM.replace("PREDICATE", "at_least 1") + GAP
    assert judged(text, database(4, 8)).iloc[1]["value"] == pytest.approx(0.5, rel=1e-9)
    assert list(judged(text, database(4, 8))["status"]) == ["supported", "supported"]
    assert list(judged(text, database(8, 4))["status"]) == ["supported", "contradicted"]


def test_too_few_models_decide_nothing() -> None:
    few = judged(CLAIM.replace("PREDICATE", "at_least 1"), database(count=7)).iloc[0]
    assert (few["status"], few["reason"]) == ("untestable", "7 cases, fewer than the minimum of 8")
    assert few["value"] == pytest.approx(1.6, rel=1e-9)
    none = judged(CLAIM.replace("PREDICATE", "at_least 1"), database(count=2)).iloc[0]
    assert none["status"] == "untestable"
    assert math.isnan(none["value"])


def test_growth_that_is_not_in_print_is_not_taken_for_too_few_models() -> None:
    reasons = [
        judged(CLAIM.replace("PREDICATE", "at_least 1"), database(count=count), figures).iloc[0]["reason"]
        for count, figures in ((12, FIGURES.assign(value=[math.nan, 2.0])), (2, FIGURES))
    ]
    assert reasons == [
        "the growth that is compared with is not in print",
        "the database holds too few models for the trend",
    ]


def test_a_claim_has_the_verdict_of_its_first_reading_and_says_when_others_disagree() -> None:
    found = database_verdicts(judged(CLAIM.replace("PREDICATE", "at_least 1") + GAP, database(8, 4)), PRINTED)
    (verdict,) = Verdicts.validate(found).to_dict("records")
    assert (verdict["claim_id"], verdict["status"], verdict["depends_on_interpretation"]) == (
        "tenfold",
        "supported",
        True,
    )
    assert "bootstrap over models" in verdict["method"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            '"training_compute_notable_since_2016"',
            '"training_compute_notable_since_2017"',
            "the id of a trend; did you mean",
        ),
        ('"training_compute_notable_since_2016"', '"zzz"', "expected the id of a trend"),
        ('"growth_to_printed"', '"growth_ratio"', "two different trends for a ratio, else one"),
        ("PREDICATE", "at_least 09.5", 'found "at_least 09.5", expected a number'),
        ("PREDICATE", "roughly 3", ':18, column "claims.0.database.0.predicate": found "roughly 3"'),
    ],
)
def test_a_reading_that_makes_no_sense_is_named(old: str, new: str, expected: str) -> None:
    text = CLAIM.replace(old, new).replace("PREDICATE", "at_least 1")
    with pytest.raises(InputError) as error:
        file = RawFile("claims.toml", text.encode())
        read_interpretations(file, read_claims(file, FORMULAS, WORDS, PLUGINS), assumed(), FORMULAS)
    assert expected in str(error.value)


def test_a_reading_that_is_declared_twice_is_refused() -> None:
    text = CLAIM.replace("PREDICATE", "at_least 1")
    once = text[text.index("[[claims.database]]") :]
    with pytest.raises(InputError, match="an interpretation that is not declared before"):
        read_claims(RawFile("claims.toml", f"{text}\n{once}".encode()), FORMULAS, WORDS, PLUGINS)


def test_the_committed_claims_judged_on_a_database() -> None:
    claims = read_claims(read_raw(RAW, "claims.toml"), FORMULAS, WORDS, PLUGINS)
    assert [claim.id for claim in claims if claim.database] == ["gap_narrowing", "capital_tenfold"]
