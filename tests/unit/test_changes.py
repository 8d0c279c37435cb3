"""What changed between two releases: causes computed by hand, values that moved, rows, and how they read."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.unit.read_scenarios import metric
from tests.unit.regions import METRICS, PRINTED
from tests.unit.spreads import spread_of
from tidebook.pipelines.compare.changes import TableDifference, ValueChange, VerdictChange, compare
from tidebook.pipelines.compare.changes_table import (
    difference_json,
    difference_lines,
    difference_of,
    moved_words,
    row_words,
)
from tidebook.pipelines.compare.rows import RowChange, reported, row_changes
from tidebook.pipelines.evaluate.evidence_views import EvidenceView
from tidebook.pipelines.evaluate.frame import Scenarios
from tidebook.pipelines.read.printed import Column, PrintedTable
from tidebook.releases import LocalRelease
from tidebook.schemas.base import Tables
from tidebook.schemas.vocabulary import SPREAD

REGIONS = {"united_states": 35.0, "china": 8.0, "europe": 4.0, "rest_of_world": 2.0}
ASSUMED = {
    "draws.count": "1000",
    "draws.seed": "3",
    "estimate_spread.default": "1.5",
    "estimate_spread.USD": "1.0",
    "open_ended.at_least_hides": "1.5",
    "open_ended.at_most_hides": "1.5",
    "verdicts.supported_from": "0.95",
    "verdicts.contradicted_to": "0.05",
    "tipping_points.reach": "1000.0",
    "cutoffs.bulk": "0.6667",
}
"""Two thirds of the money: with 35 in the United States the total may be up to 52.497."""


def figures(values: Mapping[str, float], **columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return exact figures of the regions' funding in billions; `columns` sets others by region."""
    rows = []
    for line, (region, value) in enumerate(values.items(), start=2):
        row: dict[str, Any] = {
            "figure_id": f"regional_funding/{region}/total_funding",
            "subject": region,
            "labels": "",
            "is_total": False,
            "text": f"${value:g}B",
            "value": value,
            "low": value,
            "high": value,
            "low_open": False,
            "high_open": False,
            "kind": "exact",
            "unit": "USD",
            "basis": "as reported",
            "locator": f"regional_funding.csv:{line}",
        }
        row |= {name: given[region] for name, given in columns.items() if region in given}
        given = {name: row[name] for name in SPREAD if name in row}
        rows.append(row | spread_of(row) | given)
    return pd.DataFrame(rows)


def release(
    values: Mapping[str, float] = REGIONS,
    status: str = "supported",
    *,
    predicate: str = "at_least 0.6667",
    metric: str = "us_share",
    requires: str = "",
    least_n: int = 1,
    untestable: str = "",
    assumed: Mapping[str, str] | None = None,
    verdict: Mapping[str, Any] | None = None,
    **columns: Mapping[str, Any],
) -> dict[str, pd.DataFrame]:
    """Return the tables of a release with one claim that has a status."""
    share = values.get("united_states", math.nan) / sum(values.values())
    interpretation = {
        "claim_id": "us",
        "rank": 0,
        "interpretation": "most of it",
        "metric_id": metric,
        "predicate": predicate,
        "least_n": least_n,
        "requires": requires,
    }
    judged = {
        "claim_id": "us",
        "evidence_view": "printed",
        "status": status,
        "value": share,
        "probability": float(status == "supported"),
        "metric_id": "" if untestable else metric,
        "predicate": "" if untestable else predicate,
        "unit": "share",
        "reason": untestable or "as it is",
    }
    return {
        "figures": figures(values, **columns),
        "claims": pd.DataFrame([{"claim_id": "us", "statement": "Most of it is American", "untestable": untestable}]),
        "interpretations": pd.DataFrame([interpretation] if not untestable else [], columns=list(interpretation)),
        "assumptions": pd.DataFrame((ASSUMED | dict(assumed or {})).items(), columns=["name", "value"]),
        "metrics": pd.DataFrame([{"metric_id": "us_share", "value": share, "unit": "share"}]),
        "verdicts": pd.DataFrame([judged | dict(verdict or {})]),
    }


def flip(old: Tables, new: Tables) -> VerdictChange:
    (found,) = compare(old, new, METRICS, PRINTED).verdicts
    return found


def causes(old: Tables, new: Tables) -> list[tuple[str, str, str]]:
    """Return role, kind and name of each cause of the one flip, regions for their figures."""
    names = [(cause.role, cause.change.kind, cause.change.name) for cause in flip(old, new).causes]
    return [(role, kind, name.split("/")[1] if "/" in name else name) for role, kind, name in names]


# Figures.


def test_one_figure_turns_the_verdict_alone_and_another_does_not_matter() -> None:
    new = release(REGIONS | {"china": 40.0, "europe": 4.5}, "contradicted")
    found = flip(release(), new)
    assert causes(release(), new) == [("alone", "figure", "china"), ("other", "figure", "europe")]
    china, europe = found.causes
    assert (china.change.old, china.change.new, china.change.locator) == ("$8B", "$40B", "regional_funding.csv:3")
    assert china.alone is not None and europe.alone is not None
    assert china.alone == ("contradicted", pytest.approx(35 / 81), 0)
    assert europe.alone == ("supported", pytest.approx(35 / 49.5), 1)


def test_two_changes_flip_it_only_together() -> None:
    new = release(REGIONS | {"china": 10.0, "europe": 6.0, "rest_of_world": 1.9}, "contradicted")
    assert causes(release(), new) == [
        ("together", "figure", "china"),
        ("together", "figure", "europe"),
        ("other", "figure", "rest_of_world"),
    ]


def test_of_three_changes_any_two_of_which_suffice_two_are_named() -> None:
    new = release(REGIONS | {"china": 10.0, "europe": 6.0, "rest_of_world": 4.0}, "contradicted")
    assert [role for role, _, _ in causes(release(), new)] == ["together", "together", "other"]


def test_two_changes_each_of_which_suffices_are_both_named() -> None:
    new = release(REGIONS | {"china": 40.0, "united_states": 10.0}, "contradicted")
    assert causes(release(), new) == [("alone", "figure", "united_states"), ("alone", "figure", "china")]


def test_a_change_of_the_interval_alone_is_a_cause() -> None:
    # Uniform in the logarithm between 1.6 and 40, china is at most 11.497 in ln(7.19)/ln(25) = 61% of the draws.
    new = release(status="contested", text={"china": "~$8B"}, kind={"china": "estimate"}, low={"china": 1.6},
                  high={"china": 40.0})  # fmt: skip
    assert causes(release(), new) == [("alone", "figure", "china")]
    alone = flip(release(), new).causes[0].alone
    assert alone is not None
    assert alone.probability == pytest.approx(0.61, abs=0.05)


def outside(scenarios: Scenarios) -> pd.Series:
    """Return the funding of the regions whose bloc is the east."""
    blocs = scenarios.labels("regional_funding", "bloc") or {}
    east = [f"regional_funding/{name}/total_funding" for name, bloc in blocs.items() if bloc == "east"]
    return pd.Series(scenarios.take(east).sum(axis=1))


def test_a_label_that_brings_a_row_into_the_sum_flips_it_alone() -> None:
    east, west = '{"bloc": "east"}', '{"bloc": "west"}'
    blocs = {"united_states": west, "china": east, "europe": west}
    old = release(metric="outside", predicate="below 10", labels=blocs)
    new = release(status="contradicted", metric="outside", predicate="below 10", labels=blocs | {"europe": east})
    (found,) = compare(old, new, {"outside": metric("outside", outside)}, PRINTED).verdicts
    assert [(cause.role, cause.change.name) for cause in found.causes] == [
        ("alone", "regional_funding/europe/total_funding")
    ]


@pytest.mark.parametrize(
    ("turned", "expected"), [(False, "regional_funding.csv:4, column Bloc"), (True, "regional_funding.csv:4, column N")]
)
def test_a_changed_label_is_reported_where_it_is_printed(
    monkeypatch: pytest.MonkeyPatch, turned: bool, expected: str
) -> None:
    printed = {"europe": "regional_funding.csv:4, column N"}
    of_china = json.dumps({"bloc": "east"})
    blocs = [{**dict.fromkeys(REGIONS, json.dumps({"bloc": bloc})), "china": of_china} for bloc in ("west", "east")]
    verdict = {"evidence_view": "best_known"}
    old, new = (release(status=status, metric="outside", predicate="below 10", labels=labels, locator=printed,
                        verdict=verdict)
                for status, labels in zip(("supported", "contradicted"), blocs, strict=True))  # fmt: skip
    better = {"europe": "reference/figures.csv:3"}
    views = [
        EvidenceView("best_known", dt.date(2024, 10, 1), figures(REGIONS, labels=labels, locator=better))
        for labels in blocs
    ]
    monkeypatch.setattr("tidebook.pipelines.compare.changes.view_of", lambda tables, *_: views[tables is new])
    columns = {"Region": Column(name="region", role="subject"), "Bloc": Column(name="bloc")}
    table = PrintedTable(path="regional_funding.csv", title="Money", columns=columns, transposed=turned)
    (found,) = compare(old, new, {"outside": metric("outside", outside)}, {"regional_funding": table}).verdicts
    places = [cause.change.locator for cause in found.causes if cause.change.name.startswith("regional_funding/europe")]
    assert places == [expected]


def test_a_note_beside_a_figure_is_not_a_cause() -> None:
    noted = {"europe": '{"note": "as of spring"}'}, {"europe": '{"note": "see the annex"}'}
    old = release(labels=noted[0])
    new = release(REGIONS | {"china": 40.0}, "contradicted", labels=noted[1])
    assert causes(old, new) == [("alone", "figure", "china")]


def test_a_text_that_says_the_same_is_not_a_cause() -> None:
    new = release(REGIONS | {"china": 40.0}, "contradicted", text={"europe": "4 billion USD"})
    assert causes(release(), new) == [("alone", "figure", "china")]


def test_a_row_added_or_removed_is_named_as_such() -> None:
    new = release({**REGIONS, "india": 10.0}, "contradicted")
    assert causes(release(), new) == [("alone", "added", "india")]
    assert causes(new, release()) == [("alone", "removed", "india")]


def test_the_row_of_the_claim_itself_removed_makes_it_untestable() -> None:
    rest = {name: value for name, value in REGIONS.items() if name != "united_states"}
    new = release(rest, "untestable", verdict={"probability": math.nan})
    assert causes(release(), new) == [("alone", "removed", "united_states")]


# Causes that are no figure.


def test_a_change_of_predicate_is_named_as_such() -> None:
    new = release(status="contradicted", predicate="at_least 0.8")
    assert causes(release(), new) == [("alone", "predicate", "us")]
    change = flip(release(), new).causes[0].change
    assert (change.old, change.new) == ("at_least 0.6667", "at_least 0.8")


def test_a_predicate_and_a_figure_that_flip_it_together() -> None:
    # 35 / 46 = 0.761 is at least 0.75, and 35 / 49 = 0.714 at least 0.6667, but not 0.75.
    old = release(REGIONS | {"china": 5.0})
    new = release(status="contradicted", predicate="at_least 0.75")
    assert causes(old, new) == [("together", "figure", "china"), ("together", "predicate", "us")]


def test_another_reading_a_condition_and_a_sample_size_are_named() -> None:
    other = release(status="contradicted", metric="us_to_rest", predicate="at_least 3")
    assert causes(release(), other) == [("alone", "interpretation", "us")]
    condition = release(status="untestable", requires="funding_total at_least 50")
    assert causes(release(), condition) == [("alone", "interpretation", "us.requires")]
    sample = release(status="untestable", least_n=5)
    assert causes(release(), sample) == [("alone", "interpretation", "us.least_n")]


def test_a_condition_that_a_figure_no_longer_meets() -> None:
    old = release(requires="funding_total at_most 49.5")
    new = release(REGIONS | {"europe": 5.0}, "untestable", requires="funding_total at_most 49.5")
    assert causes(old, new) == [("alone", "figure", "europe")]


def test_a_claim_declared_untestable_or_given_a_reading() -> None:
    new = release(status="untestable", untestable="nobody counts")
    assert causes(release(), new) == [("alone", "claim", "us")]
    assert causes(new, release()) == [("alone", "claim", "us")]


def test_an_assumption_that_the_verdict_depends_on_is_named() -> None:
    old = release(predicate="at_least bulk")
    new = release(
        status="contradicted", predicate="at_least bulk", assumed={"cutoffs.bulk": "0.8", "tipping_points.reach": "9"}
    )
    assert causes(old, new) == [("alone", "assumption", "cutoffs.bulk")]


ESTIMATE = {"text": {"china": "~$8B"}, "kind": {"china": "estimate"}}


def test_an_estimate_that_spreads_further_by_assumption() -> None:
    wider = {"low": {"china": 1.6}, "high": {"china": 40.0}}
    new = release(status="contested", assumed={"estimate_spread.USD": "5.0"}, **ESTIMATE, **wider)
    assert causes(release(**ESTIMATE), new) == [("alone", "assumption", "estimate_spread.USD")]


FITTED = {"distribution": {"china": "fitted"}, "degrees_of_freedom": {"china": 9.0}, "drawn_low": {"china": 7.9}}


def test_an_estimate_that_spreads_further_as_references_show_more_errors() -> None:
    old = release(**ESTIMATE, **FITTED, drawn_high={"china": 8.1})
    new = release(status="contested", **ESTIMATE, **FITTED | {"drawn_low": {"china": 1.6}}, drawn_high={"china": 40.0})
    assert causes(old, new) == [("alone", "uncertainty", "fitted spread")]


def test_a_statement_that_its_print_no_longer_contradicts_has_the_causes_of_that_verdict() -> None:
    old = release(status="contradicted", **ESTIMATE, **FITTED, drawn_high={"china": 8.1})
    new = release(status="contested", **ESTIMATE, **FITTED | {"drawn_low": {"china": 1.6}}, drawn_high={"china": 40.0})
    for tables, outcome in ((old, "contradicts itself"), (new, "depends")):
        tables["outcomes"] = pd.DataFrame([{"statement_id": "us", "outcome": outcome, "why": ""}])
    (found,) = compare(old, new, METRICS, PRINTED).outcomes
    assert [cause.name for cause in found.causes] == ["fitted spread"]


def test_a_fitted_spread_with_another_prior_is_reported_by_the_assumption() -> None:
    old = release(**ESTIMATE, **FITTED, drawn_high={"china": 8.1}, assumed={"calibration.prior_cases": "1"})
    new = release(status="contested", **ESTIMATE, **FITTED | {"drawn_low": {"china": 1.6}}, drawn_high={"china": 40.0},
                  assumed={"calibration.prior_cases": "2"})  # fmt: skip
    assert causes(old, new) == [("alone", "assumption", "calibration.prior_cases")]


def test_other_code_is_named_when_this_code_does_not_give_the_old_verdict() -> None:
    old = release(status="contradicted")
    assert causes(old, release()) == [("alone", "code", "old inputs")]
    assert causes(release(), old) == [("alone", "code", "new inputs")]


def test_cells_of_the_same_text_read_otherwise_are_the_code() -> None:
    new = release(REGIONS | {"china": 40.0}, "contradicted", text={"china": "$8B"})
    assert causes(release(), new) == [("alone", "code", "reading of cells")]


def test_a_metric_that_this_code_does_not_have() -> None:
    new = release(REGIONS | {"china": 40.0}, "contradicted")
    assert causes(release(metric="gone"), new) == [
        ("together", "figure", "china"),
        ("together", "interpretation", "us"),
        ("other", "code", "old inputs"),
    ]


# Evidence views and days.


def test_a_later_day_of_a_view_is_the_same_view(monkeypatch: pytest.MonkeyPatch) -> None:
    days = dt.date(2026, 11, 1), dt.date(2026, 12, 1)
    old, new = (
        release(status=status, verdict={"evidence_view": "best_known", "as_of": day})
        for status, day in zip(("supported", "contradicted"), days, strict=True)
    )
    found = flip(old, new)
    assert found.as_of == days[1]
    assert [(cause.role, cause.change.kind) for cause in found.causes] == [("other", "view")]
    views = {days[0]: figures(REGIONS), days[1]: figures(REGIONS | {"china": 40.0})}
    monkeypatch.setattr(
        "tidebook.pipelines.compare.changes.view_of", lambda _, view, day, *__: EvidenceView(view, day, views[day])
    )
    replayed = flip(old, new)
    assert [(cause.role, cause.change.kind) for cause in replayed.causes] == [("alone", "figure")]


def test_a_day_that_only_one_release_has_is_left_out_of_the_key() -> None:
    new = release(REGIONS | {"china": 40.0}, "contradicted", verdict={"as_of": dt.date(2024, 10, 1)})
    assert causes(release(), new) == [("alone", "figure", "china")]


# Values that moved.


def test_values_that_move_without_a_flip() -> None:
    found = compare(release(), release(REGIONS | {"china": 9.0}), METRICS, PRINTED)
    assert not found.verdicts
    (moved,) = found.moved
    assert (moved.kind, moved.name, moved.old, moved.new) == ("verdict", "us", 35 / 49, 35 / 50)
    assert moved.change == pytest.approx(-0.02)


def test_metrics_of_no_claim_move_too_and_no_change_is_relative_to_zero_or_a_date() -> None:
    rows = [("funding_cr1", "share"), ("first_day", "date"), ("from_zero", "share"), ("none", "share")]
    old, new = (
        release() | {"metrics": pd.DataFrame([(*row, value) for row, value in zip(rows, values, strict=True)],
                                             columns=["metric_id", "unit", "value"])}
        for values in ((0.5, 100.0, 0.0, np.nan), (0.4, 110.0, 1.0, np.nan))
    )  # fmt: skip
    moved = {move.name: move.change for move in compare(old, new, METRICS, PRINTED).moved}
    assert moved == {
        "funding_cr1": pytest.approx(-0.2),
        "first_day": pytest.approx(math.nan, nan_ok=True),
        "from_zero": pytest.approx(math.nan, nan_ok=True),
    }


# Rows.


def test_rows_added_removed_and_revised() -> None:
    old = figures(REGIONS)
    new = figures({"united_states": 35.0, "china": 40.0, "europe": 4.0, "india": 1.0})
    found = {(row.change, row.key["figure_id"].split("/")[1]): row for row in row_changes("figures", old, new, PRINTED)}
    assert list(found) == [("revised", "china"), ("removed", "rest_of_world"), ("added", "india")]
    assert found["revised", "china"].columns["text"] == ("$8B", "$40B")
    assert found["removed", "rest_of_world"].columns == {"text": ("$2B", None)}
    assert found["added", "india"].columns == {"text": (None, "$1B")}
    assert found["added", "india"].locator == "regional_funding.csv:5"


def test_a_row_that_only_moved_in_its_file_is_the_same() -> None:
    assert row_changes("figures", figures(REGIONS), figures(dict(reversed(REGIONS.items()))), PRINTED) == []


def test_no_value_equals_no_value_and_lists_are_compared_by_content() -> None:
    old = pd.DataFrame({"metric_id": ["a", "b"], "value": [np.nan, 1.0], "evidence": [["x"], ["y"]]})
    assert row_changes("metrics", old, old.copy(), PRINTED) == []
    new = pd.DataFrame({"metric_id": ["a", "b"], "value": [np.nan, np.nan], "evidence": [["x"], ["y", "z"]]})
    (row,) = row_changes("metrics", old, new, PRINTED)
    assert row.columns == {"value": (1.0, None), "evidence": (["y"], ["y", "z"])}
    assert reported(row, PRINTED) is None


def test_a_question_that_is_decided_otherwise_is_reported_by_its_status_alone() -> None:
    key = {"prediction_id": "bubble_bursts", "clock": "content"}
    turned = {"status": ("open", "came true"), "reason": ("Not yet.", "Met.")}
    shown = reported(RowChange("resolutions", "revised", key, turned, ""), PRINTED)
    assert shown == RowChange("resolutions", "revised", key, {"status": ("open", "came true")}, "")
    again = RowChange("resolutions", "revised", key, {"reason": ("Not yet.", "Still not.")}, "")
    assert reported(again, PRINTED) is None


def test_a_table_without_a_model_or_a_shared_key_is_left_out() -> None:
    frame = pd.DataFrame({"a": [1]})
    assert row_changes("nothing", frame, frame + 1, PRINTED) == []
    assert row_changes("metrics", frame, frame + 1, PRINTED) == []


def test_of_a_printed_table_the_texts_are_reported_and_the_numbers_only_as_figures() -> None:
    old = pd.DataFrame({"subject": ["china"], "total_funding": [8e9], "key_companies": ["Zhipu"]})
    (number,) = row_changes("regional_funding", old, old.assign(total_funding=9e9), PRINTED)
    (text,) = row_changes("regional_funding", old, old.assign(total_funding=9e9, key_companies="Baichuan"), PRINTED)
    assert reported(number, PRINTED) is None
    shown = reported(text, PRINTED)
    assert shown is not None
    assert shown.columns == {"key_companies": ("Zhipu", "Baichuan")}


def test_a_comparison_that_changed_is_reported_with_its_figure() -> None:
    def found(*pairs: tuple[str, str]) -> pd.DataFrame:
        return pd.DataFrame([{"figure_id": name, "result": comparison, "detail": ""} for name, comparison in pairs])

    old = release() | {
        "comparisons": found(("a/b/c", "power-of-ten error"), ("a/b/d", "agrees"), ("a/b/e", "outdated"))
    }
    new = release() | {"comparisons": found(("a/b/c", "no reference"), ("a/b/d", "agrees"))}
    difference = compare(old, new, METRICS, PRINTED)
    assert [row_words(row) for row in difference.rows] == [
        "comparison of a/b/c: power-of-ten error → no reference", "comparison of a/b/e: outdated → none",
    ]  # fmt: skip
    assert difference.counts["comparisons"] == {"added": 1, "removed": 2, "revised": 0}


@pytest.mark.parametrize(
    ("unit", "old", "new", "words"),
    [("ratio", 2.0, 3.0, "2× → 3× (+50%)"), ("ratio", -1.0, 2.0, "−1× → 2×"), ("point", 2.0, 1.0, None)],
)
def test_a_change_is_relative_only_where_that_says_something(
    unit: str, old: float, new: float, words: str | None
) -> None:
    said = moved_words(ValueChange("metric", "m", "", None, unit, old, new, (new - old) / abs(old), math.nan, math.nan))
    assert said == words if words else "%" not in said


def test_nothing_differs() -> None:
    found = compare(release(), release(), METRICS, PRINTED)
    assert not found
    assert (found.verdicts, found.moved, found.rows, found.counts) == ((), (), (), {})


# Words and JSON.


def named(name: str, code: str = "c") -> LocalRelease:
    files = {"tables/figures.parquet": {"sha256": name}}
    return LocalRelease(name, Path(name), {"inputs": {}, "code": code, "versions": {"numpy": "2"}, "files": files})


def lines(found: TableDifference) -> list[str]:
    return list(difference_lines(difference_of(named("a"), named("b"), found)))


def test_flips_come_first_with_their_causes_then_values_then_rows() -> None:
    found = lines(
        compare(release(), release(REGIONS | {"china": 10.0, "europe": 6.0}, "contradicted"), METRICS, PRINTED)
    )
    assert found == [
        "No outcome changed.",
        "1 claim changed:",
        "us: supported → contradicted",
        "  Most of it is American",
        "  us_share 71.4% → 66%; at least 0.6667 in 100% → 0%",
        "  because of these together:",
        '    regional_funding/china/total_funding went from "$8B" to "$10B" (regional_funding.csv:3)',
        '    regional_funding/europe/total_funding went from "$4B" to "$6B" (regional_funding.csv:4)',
        "Rows:",
        '  figures revised regional_funding/china/total_funding: "$8B" → "$10B" (regional_funding.csv:3)',
        '  figures revised regional_funding/europe/total_funding: "$4B" → "$6B" (regional_funding.csv:4)',
        "Computed tables: metrics 1 revised; verdicts 1 revised",
    ]


def test_causes_that_are_not_figures_read_as_what_they_are() -> None:
    changed = release(status="contradicted", predicate="at_least 0.8")
    text = "\n".join(lines(compare(release(), changed, METRICS, PRINTED)))
    assert 'because the claim\'s predicate went from "at_least 0.6667" to "at_least 0.8"; this alone changes it' in text
    assert 'interpretations revised us/0: predicate "at_least 0.6667" → "at_least 0.8"' in text
    text = "\n".join(lines(compare(release(status="contradicted"), release(), METRICS, PRINTED)))
    assert "because other code made the old release: this code gives supported on its inputs, not contradicted" in text


def test_what_was_not_needed_is_named_in_one_line() -> None:
    new = release(REGIONS | {"china": 40.0, "europe": 4.5}, "contradicted", assumed={"draws.seed": "4"})
    line = "  also changed, without need: regional_funding/europe/total_funding, draws.seed"
    assert line in lines(compare(release(), new, METRICS, PRINTED))
    unknown = {"evidence_view": "other"}
    found = lines(compare(release(verdict=unknown), release(status="contradicted", verdict=unknown), METRICS, PRINTED))
    assert "us (other): supported → contradicted" in found
    assert "  the evidence view other cannot be replayed" in found


def test_json_says_the_same_without_nan_or_infinity() -> None:
    new = release(
        {**REGIONS, "india": 40.0}, "contradicted", kind={"india": "at_least"}, high={"india": math.inf},
        verdict={"probability": math.nan, "value": math.nan},
    )  # fmt: skip
    difference = difference_of(named("a"), named("b", code="d"), compare(release(), new, METRICS, PRINTED))
    content = difference_json(difference)
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert list(content) == [
        "old", "new", "identical", "code_changed", "libraries_changed", "tables_added", "tables_removed",
        "outcomes", "verdicts", "moved", "rows", "counts",
    ]  # fmt: skip
    assert content["code_changed"] and not content["identical"]
    (found,) = content["verdicts"]
    assert (found["old"]["status"], found["new"]["status"], found["new"]["value"]) == (
        "supported",
        "contradicted",
        None,
    )
    (cause,) = found["causes"]
    assert (cause["role"], cause["kind"], cause["new"]) == ("alone", "added", "$40B")
    assert cause["figures"] == ["regional_funding/india/total_funding"]


def test_identical_releases_say_so() -> None:
    found = compare(release(), release(), METRICS, PRINTED)
    assert list(difference_lines(difference_of(named("a"), named("a"), found))) == ["Identical: both are release a"]
    assert lines(found) == ["All tables that both have are equal."]
