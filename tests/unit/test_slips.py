"""Slips in names, days, units and bases of the shipped dossier: each is an error or a note that says what is near.

Belongs here: one slip each, made in the text of a file. Does not: what a slip does to the outputs, which
`tests.reliability.semantic` follows through whole builds.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pandas as pd
import pytest

from tests.unit.shipped import (
    ARTICLE,
    ASSUMED,
    DOSSIER,
    FIGURES,
    FORMULAS,
    KINDS,
    PLUGINS,
    PRINTED,
    RAW,
    SOURCES,
    WORDS,
)
from tidebook.pipelines.judge.claims import read_claims
from tidebook.pipelines.judge.interpretations import read_interpretations
from tidebook.pipelines.judge.predictions.names import NamesOnRecord, name_warnings, unread_warnings
from tidebook.pipelines.judge.warnings import bound_warnings, definition_warnings
from tidebook.pipelines.read.corrections import check_corrected, read_corrections
from tidebook.pipelines.read.declarations import (
    Predictions,
    kinds_and_series,
    read_assumptions,
    read_predictions,
    read_sources,
)
from tidebook.pipelines.read.dossier.checked import read_dossier
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.evidence import events_table, observations_table
from tidebook.pipelines.read.naming import FIGURE, QUANTITY, TABLE
from tidebook.pipelines.read.rawfile import RawFile, read_raw
from tidebook.pipelines.read.references import reference_values_table, refuse_typos
from tidebook.pipelines.read.warnings import (
    SAME_FIGURE,
    SAME_OBSERVATION,
    SAME_REFERENCE,
    basis_warnings,
    clock_warnings,
    disagreeing_warnings,
    early_warnings,
    odd_warnings,
    share_warnings,
    today_warnings,
    twice_warnings,
    unit_warnings,
    wording_warnings,
)
from tidebook.schemas.units import dimension

PATHS = {
    "events": "reference/events.csv",
    "observations": "reference/observations.csv",
    "training": "reference/observations_training.csv",
    "references": "reference/figures.csv",
    "corrections": "reference/corrections.toml",
    "dossier": "dossier.toml",
    "predictions": "predictions.toml",
    "assumptions": "assumptions.toml",
    "sources": "sources.toml",
    "claims": "claims.toml",
}


def slipped(part: str, old: str = "", new: str = "") -> RawFile:
    """Return a file of the shipped dossier with every place of a text changed."""
    raw = read_raw(RAW, PATHS[part])
    assert old.encode() in raw.data, old
    return RawFile(raw.path, raw.data.replace(old.encode(), new.encode()))


CORRECTIONS = read_corrections(slipped("corrections"), SOURCES)


def events(old: str = "", new: str = "") -> pd.DataFrame:
    return events_table(slipped("events", old, new), CORRECTIONS, SOURCES)


def observations(old: str = "", new: str = "") -> pd.DataFrame:
    files = slipped("observations", old, new), slipped("training")
    return observations_table(files, CORRECTIONS, SOURCES)


def references(old: str = "", new: str = "") -> pd.DataFrame:
    predictions = read_predictions(slipped("predictions"), ARTICLE.clocks, KINDS)
    file = slipped("references", old, new)
    return reference_values_table(file, events(), CORRECTIONS, SOURCES, ASSUMED, PRINTED, predictions)


EVENTS, OBSERVATIONS, REFERENCES = events(), observations(), references()


def named(old: str, new: str, happened: pd.DataFrame = EVENTS, measured: pd.DataFrame = OBSERVATIONS) -> list[Problem]:
    """Return the warnings on names with a slip in predictions, or in the dossier where those do not have the text."""
    elsewhere = old not in slipped("predictions").data.decode()
    raw = slipped("predictions", *(("", "") if elsewhere else (old, new)))
    main = slipped("dossier", *((old, new) if elsewhere else ("", "")))
    dossier = read_dossier(main)
    evidence = NamesOnRecord(happened, measured, FIGURES, read_predictions(raw, ARTICLE.clocks, KINDS), dossier)
    return [*name_warnings(evidence, raw, main), *unread_warnings(evidence, raw)]


def told(found: Callable[[], list[Problem]]) -> tuple[str, list[str]]:
    """Return whether it is an error or warnings, and its lines."""
    try:
        return "note", list(map(str, found()))
    except InputError as error:
        return "error", list(map(str, error.problems))


def test_the_shipped_dossier_has_no_warnings() -> None:
    sources, predictions = slipped("sources"), slipped("predictions")
    declared = read_predictions(predictions, ARTICLE.clocks, KINDS)
    rows = EVENTS, OBSERVATIONS, REFERENCES
    assumed = slipped("assumptions")
    refuse_typos(REFERENCES, FIGURES, PRINTED)
    assert [
        *named("", ""),
        *basis_warnings(FIGURES, REFERENCES, ASSUMED, assumed),
        *disagreeing_warnings(FIGURES, SAME_FIGURE),
        *disagreeing_warnings(REFERENCES, SAME_REFERENCE),
        *disagreeing_warnings(OBSERVATIONS, SAME_OBSERVATION),
        *odd_warnings(OBSERVATIONS),
        *twice_warnings(EVENTS, kinds_and_series(declared)),
        *early_warnings(SOURCES, rows),
        *clock_warnings(declared, ARTICLE.clocks, predictions),
        *today_warnings(ASSUMED, assumed, SOURCES, sources, declared, predictions, rows),
    ] == []


PREDICTION_SLIPS = [
    ('strict = ["openai"', 'strict = ["openia"', "error", "did you mean openai"),
    ('strict = ["openai"', 'strict = ["another"', "note", "a company or person on record"),
    ('strict = ["openai",', 'strict = ["openai", "openai",', "error", "openai once only"),
    ('strict = ["openai", "anthropic", "google_deepmind", "xai", "mistral_ai"]', "strict = []", "error", "1 item"),
    ('events = ["merger"', 'events = ["mergr"', "error", "did you mean merger"),
    ('events = ["merger", "acquisition"]', "events = []", "error", "at least 1 item"),
    ('"licence_and_hire"', '"licence_and_hier"', "error", "did you mean licence_and_hire"),
    ('{ events = ["draft_filing"]', '{ events = ["draft_filling"]', "error", "did you mean draft_filing"),
    ('series = "open_weight_share"', 'series = "open_weights_share"', "error", "did you mean open_weight_share"),
    ('"enterprise_survey"', '"enterprise_surveys"', "error", "did you mean enterprise_survey"),
    ('"enterprise workloads"', '"enterprise workload"', "error", "did you mean enterprise workloads"),
    ('"enterprise workloads"', '"enterprise w\u043erkloads"', "error", "U+043E CYRILLIC SMALL LETTER O"),
    ('valuation = "valuation"', 'valuation = "valuations"', "error", "did you mean valuation"),
    ('subject = "ai_basket"', 'subject = "ai_baskt"', "note", "a subject of that series"),
    ('members = ["nvidia"', 'members = ["nvidai"', "error", "did you mean nvidia"),
    ('indexes = ["nasdaq_100"', 'indexes = ["nasdaq_10"', "note", "did you mean nasdaq_100"),
    ('not_rounds = ["tender"', 'not_rounds = ["tendr"', "note", "words in a basis of the valuations"),
    ('yardstick = "h100_rental_price"', 'yardstick = "h100_rental_prize"', "error", "did you mean h100_rental_price"),
    ('basis = "all plans"', 'basis = "all plan"', "error", "did you mean all plans"),
    ('total = "any"', 'total = "ayn"', "note", "did you mean any"),
    ('kinds = ["launch"]', 'kinds = ["lauch"]', "error", "did you mean launch"),
    ('of = "wide"', 'of = "wied"', "note", "did you mean wide"),
    ("unprinted/public_launch_of", "unprinted/public_lauch_of", "error", "did you mean unprinted/public_launch"),
    ('table = "training_runs"', 'table = "training_run"', "error", "did you mean training_runs"),
    ('"releases/release_date"', '"releases/release_dates"', "error", "did you mean release_date"),
    (
        'quantity = "training_compute"\npopulation = "article"\nunit = "FLOP"',
        'quantity = "training_compute"\npopulation = "article"\nunit = "USD"',
        "error",
        "what is there (FLOP)",
    ),
    ('series = "frontier_training_cost"', 'series = "frontier_training_cots"', "error", "frontier_training_cost"),
    ('"deepl", "secondary"', '"deepl", "secondary", "nobody"', "note", "this one is in none, or on record"),
    ('"price_change", ', "", "note", "price_change/openai ("),
    ('"price_change", ', '"price_change", "price_changes", ', "note", 'found "price_changes"'),
    ("content = 2024-10-03", "content = 2026-10-01", "error", "a day not after that of publication"),
    ("date = 2026-04-03", "date = 0206-04-01", "error", "1500-01-01"),
    ('rents = "rental_price"', 'rents = "rental_pric"', "error", "did you mean rental_price"),
    ("floor_percent = 75", "floor_percent = 25", "error", "a fall above that of fall_percent, which is 30"),
    ('indexes = ["nasdaq_100"', 'indexes = ["nvidia"', "error", "a name of the basket that is not used above"),
    ('members = ["nvidia"', 'members = ["ai_basket"', "error", "a name of the basket that is not used above"),
    ('"price_change", ', '"*", ', "error", "the kind or series named in full"),
    ("needed = 3", "needed = 6", "error", "at most 5, which are all of the cohort strict"),
]


def test_a_typo_in_predictions_is_reported(subtests: pytest.Subtests) -> None:
    for old, new, end, near in PREDICTION_SLIPS:
        with subtests.test(new=new):
            kind, lines = told(partial(named, old, new))
            assert kind == end
            assert any(line.startswith(("predictions.toml:", "dossier.toml:")) or "(" in line for line in lines)
            assert near in "\n".join(lines)


@pytest.mark.parametrize(
    ("part", "old", "new", "end", "near"),
    [
        ("observations", "open_weight_share,enterprise_survey,2023", "open_weight_shar,enterprise_survey,2023", "note",
         'column "series": found "open_weight_shar", expected what a prediction, count or projection reads'),
        ("observations", "enterprise_survey,2023", "enterprise_surwey,2023", "note", "did you mean enterprise_survey"),
        ("observations", "~20%,percent,enterprise workloads", "~20%,percent,enterprise workload", "note",
         "did you mean enterprise workloads"),
        ("observations", ",19%,percent", ",-19%,percent", "error", "a share from 0 to 100 %"),
        ("observations", ",19%,percent", ",190%,percent", "error", "a share from 0 to 100 %"),
        ("observations", "enterprise_survey,2023-12-31", "enterprise_survey,2099-12-31", "error", "1500 to 2075"),
        ("events", "completed,openai,,$50M", "completed,opnai,,$50M", "note", "did you mean openai"),
        ("events", "2019-03-11,funding", "0203-03-11,funding", "error", "1500 to 2075"),
        ("events", "2019-03-11,funding", "2019-W11-1,funding", "error", "1500 to 2075"),
        ("events", '2019-03-11,funding_round,completed,openai', '2019-03-11,funding_round,completed,"openai\n"',
         "error", "small letters, digits"),
    ],
)  # fmt: skip
def test_a_typo_in_evidence_is_reported(part: str, old: str, new: str, end: str, near: str) -> None:
    tables = {"events": events, "observations": observations}
    kind, lines = told(
        lambda: named("", "", *(tables[name](*(old, new) if name == part else ("", "")) for name in tables))
    )
    assert (kind, near in "\n".join(lines)) == (end, True), lines


def test_a_share_that_a_prediction_reads_lies_between_0_and_100() -> None:
    wild = OBSERVATIONS.assign(series=OBSERVATIONS["series"].replace("open_weight_share", "open_weight_part"))
    wild.loc[wild["series"] == "open_weight_part", "value"] = -3.0
    kind, lines = told(lambda: named('series = "open_weight_share"', 'series = "open_weight_part"', measured=wild))
    assert (kind, lines[0].rpartition(", ")[2]) == ("error", "for a prediction reads it")


@pytest.mark.parametrize(
    ("old", "new", "near"),
    [
        ("training_runs/gpt_4/training_compute", "training_runs/gpt_4/training_computes", "training_compute"),
        ("as reported,2.1e25,8.2e24–4.4e25 at 90 %,FLOP", "as reported,2.1e25,,token", "a unit like FLOP"),
        ("3.14e23,,FLOP", "3.14e23,,GPU", "a unit like FLOP"),
        (",2023-03-15,epoch_models", ",2106-03-15,epoch_models", "a day or month"),
        (",2023-03-15,epoch_models", ",2023-03-15,article", "a source other than the article itself, unless"),
    ],
)
def test_a_typo_in_references_is_an_error(old: str, new: str, near: str) -> None:
    with pytest.raises(InputError, match=near):
        refuse_typos(references(old, new), FIGURES, PRINTED)


def test_a_reference_keeps_to_the_bounds_of_its_column() -> None:
    low = REFERENCES.copy()
    low.loc[low["figure_id"] == "frontier_models/openai/mmlu", "value"] = -1.0
    with pytest.raises(InputError, match=r'found "88\.7", expected a value of at least 0, as its column'):
        refuse_typos(low, FIGURES, PRINTED)


UNIT_PAIRS = [
    ("USD", "EUR", True),
    ("USD/year", "EUR/month", True),
    ("percent", "ratio", True),
    ("GPU-day", "GPU-hour", True),
    ("USD/FLOP", "USD/1e24 FLOP", True),
    ("USD", "FLOP", False),
    ("USD", "USD/year", False),
    ("FLOP/hour", "FLOP/day", True),
    ("share", "basis point", True),
    ("hour", "number", False),
    ("percent", "percentage point", True),
    ("point", "percent", False),
]


def test_units_measure_the_same_or_not(subtests: pytest.Subtests) -> None:
    for unit, other, same in UNIT_PAIRS:
        with subtests.test(unit=unit, other=other):
            assert (dimension(unit) == dimension(other)) == same


@pytest.mark.parametrize(
    ("old", "new", "near"),
    [("significance = 0.05", "significance = 5.0", "from 0 to 1"),
     ("significance = 0.05", "significance = -0.05", "from 0 to 1")],
)  # fmt: skip
def test_a_cut_off_that_no_probability_reaches_is_an_error(old: str, new: str, near: str) -> None:
    assumed = read_assumptions(slipped("assumptions", old, new))
    claims = read_claims(slipped("claims"), FORMULAS, WORDS, PLUGINS)
    with pytest.raises(InputError, match=f"claims.toml:[0-9]+, .*expected a number {near}, for it is a probability"):
        read_interpretations(slipped("claims"), claims, assumed, FORMULAS)


@pytest.mark.parametrize(
    ("old", "new", "near"),
    [
        ('"list price"', '"list prices"', "did you mean list price"),
        ('"post-money"', '"post-mony"', "did you mean post-money"),
    ],
)
def test_a_basis_that_nothing_has_is_noted(old: str, new: str, near: str) -> None:
    raw = slipped("assumptions", old, new)
    (note,) = basis_warnings(FIGURES, REFERENCES, read_assumptions(raw), raw)
    assert near in str(note)


def test_a_basis_that_is_nearly_a_figures_is_noted() -> None:
    other = FIGURES.assign(basis=FIGURES["basis"].replace("cloud rental", "could rental"))
    notes = [str(note) for note in basis_warnings(other, REFERENCES, ASSUMED, slipped("assumptions"))]
    assert [note.rpartition("; ")[2] for note in notes] == ["did you mean cloud rental?"]


def test_a_reference_in_another_unit_than_its_figure_is_noted_unless_it_is_money() -> None:
    (figure,) = FIGURES[FIGURES["unit"] == "percent"].iloc[:1].to_dict("records")
    row = REFERENCES[REFERENCES["tier"] != "W"].iloc[:1].assign(figure_id=figure["figure_id"])
    assert list(unit_warnings(FIGURES, row.assign(unit="percent"))) == []
    for unit in ("share", "EUR"):
        (note,) = unit_warnings(FIGURES, row.assign(unit=unit))
        assert f'column "unit": found "{unit}", expected percent, the unit of its figure' in str(note)
    (paid,) = FIGURES[FIGURES["unit"] == "USD"].iloc[:1].to_dict("records")
    assert list(unit_warnings(FIGURES, row.assign(figure_id=paid["figure_id"], unit="EUR"))) == []


def test_a_share_that_looks_like_a_percentage_is_noted_once_a_column() -> None:
    (row,) = FIGURES.iloc[:1].assign(unit="share").to_dict("records")
    texts = [("0.31", 0.31), ("31", 31.0), ("16.4", 16.4)]
    (note,) = share_warnings(pd.DataFrame([row | {"text": text, "value": value} for text, value in texts]))
    assert 'found "31", expected a share such as 0.31, or the unit percent; it is read as 3,100 %' in str(note)


@pytest.mark.parametrize(
    ("unit", "predicate", "expected"),
    [
        ("share", "at_least 49.5", "a bound in share, where 49.5% is 0.495"),
        ("share", "between 0.4 0.6", ""),
        ("percent", "at_least 0.8", "a bound in percent, where 80% is 80"),
        ("percent", "below 0.5", ""),  # the reading speaks of 0.5 itself
        ("percent", "at_least 80", ""),
        ("percent", "at_least 5e-1", "a bound in percent, where 50% is 50"),
        ("probability", "at_most 1e-6", ""),
        ("share", "below significance10", ""),
    ],
)
def test_a_bound_that_is_a_share_for_a_percentage_is_noted(unit: str, predicate: str, expected: str) -> None:
    interpretation = f"{{ reading = 'below 0.5 %', metric = 'us_share', predicate = '{predicate}' }}"
    claim = f"[[claims]]\nid = 'one'\nstatement = 'One'\nreadings = [{interpretation}]"
    raw = RawFile("claims.toml", claim.encode())
    formula = FORMULAS["us_share"]
    formulas = FORMULAS | {"us_share": replace(formula, declared=formula.declared.model_copy(update={"unit": unit}))}
    notes = [str(note) for note in bound_warnings(read_claims(raw, FORMULAS, WORDS, PLUGINS), formulas, raw)]
    assert [expected in note for note in notes] == [True] * bool(expected)


def test_two_figures_for_the_same_that_disagree_are_noted() -> None:
    (row,) = FIGURES[FIGURES["figure_id"] == "regional_funding/china/total_funding"].to_dict("records")
    near, far = ({**row, "figure_id": "prose/china/total_funding", "drawn_low": low, "drawn_high": low * 1.1}
                 for low in (8e9, 8e10))  # fmt: skip
    assert list(disagreeing_warnings(pd.DataFrame([row, near]), SAME_FIGURE)) == []
    (note,) = disagreeing_warnings(pd.DataFrame([row, far]), SAME_FIGURE)
    assert "what prose/china/total_funding says too" in str(note)


@pytest.mark.parametrize(("rows", "same"), [(REFERENCES, SAME_REFERENCE), (OBSERVATIONS, SAME_OBSERVATION)])
def test_two_sources_as_good_as_one_another_that_disagree_are_noted(rows: pd.DataFrame, same: tuple[str, ...]) -> None:
    first = rows[rows["tier"] == "S"].dropna(subset="low").iloc[[0]]
    higher = {name: first[name] * 10 for name in ("value", "low", "high")}
    other = first.assign(**higher, text="another", locator="reference/figures.csv:999")
    (note,) = disagreeing_warnings(pd.concat([first, other]), same)
    assert str(note).endswith("expected what another row says too: another (reference/figures.csv:999)")
    assert str(note).startswith(first["locator"].iloc[0])
    unknown = dict.fromkeys(("value", "low", "high"), math.nan)
    usual = {name: first[name] * 1.9 for name in unknown}
    for apart in ({"tier": "P"}, {"basis": "another"}, unknown, usual):
        assert list(disagreeing_warnings(pd.concat([first, other.assign(**apart)]), same)) == []
    weak = pd.concat([first, other]).assign(tier="W")
    assert list(disagreeing_warnings(weak, same)) == []


def test_a_percentage_unlike_all_others_of_its_series_is_noted() -> None:
    rows = OBSERVATIONS[OBSERVATIONS["series"] == "basket_drawdown"].copy()
    assert list(odd_warnings(rows)) == []
    rows.loc[rows.index[0], "value"] = 30.0
    assert [str(note).rpartition("expected ")[2] for note in odd_warnings(rows)] == [
        "a percentage of at most 0, as all others of its series"
    ]


@pytest.mark.parametrize(
    ("part", "old", "new", "said"),
    [
        ("predictions", "merger = 2026-10-07", "merger = 2029-10-07", 'column "search_cutoffs.merger"'),
        ("sources", "published = 2026-08-05", "published = 2027-08-05", "sources.llm_prices.published"),
        ("sources", "read = 2026-11-24", "read = 2062-11-24", 'column "read"'),
        ("assumptions", "as_of = 2026-11-24", "as_of = 2027-11-24", "not so long after 2026-11-24"),
        ("assumptions", "as_of = 2026-11-24", "as_of = 2026-09-05", "found \"2026-10-07\", expected a day up to"),
    ],
)  # fmt: skip
def test_what_is_dated_after_today_and_a_today_without_evidence_are_noted(
    part: str, old: str, new: str, said: str
) -> None:
    raws = {name: slipped(name, *((old, new) if name == part else ())) for name in PATHS}
    declared = read_predictions(raws["predictions"], ARTICLE.clocks, KINDS)
    sources, assumed = read_sources(raws["sources"], ARTICLE.source), read_assumptions(raws["assumptions"])
    files = raws["assumptions"], sources, raws["sources"], declared, raws["predictions"]
    notes = "\n".join(map(str, today_warnings(assumed, *files, (EVENTS, OBSERVATIONS, REFERENCES))))
    assert said in notes


def test_a_day_that_alone_says_what_today_is_and_is_far_from_all_others_is_noted() -> None:
    rest = (EVENTS, OBSERVATIONS, REFERENCES)
    predictions = slipped("predictions")
    declared = read_predictions(predictions, ARTICLE.clocks, KINDS)
    for year, noted in ((2026, False), (2062, True)):
        raw = slipped("sources", "published = 2026-08-05", f"published = {year}-08-05")
        sources = read_sources(raw, ARTICLE.source)
        assumed = ASSUMED.model_copy(update={"as_of": max(dt.date(2026, 11, 24), dt.date(year, 8, 5))})
        blank = RawFile("assumptions.toml", b"")
        notes = [str(each) for each in today_warnings(assumed, blank, sources, raw, declared, predictions, rest)]
        assert any("the second newest: without as_of" in note for note in notes) == noted


def test_an_event_that_stands_twice_is_noted_where_it_counts() -> None:
    row = EVENTS[EVENTS["kind"] == "listing"].iloc[[0]]
    again = pd.concat([EVENTS, row.assign(event_id="once_more", locator="reference/events.csv:99")])
    (note,) = twice_warnings(again, {"listing"})
    assert str(note).startswith('reference/events.csv:99, column "event_id": found "once_more", expected another kind')
    assert list(twice_warnings(again, {"merger"})) == []
    assert list(twice_warnings(again.assign(status="announced"), {"listing"})) == []


def test_a_row_of_a_day_long_after_its_source_is_noted() -> None:
    late = references("at 90 %,FLOP,2023-03-15", "at 90 %,FLOP,2063-03-15")
    (note,) = early_warnings(SOURCES, [late])
    place = 'reference/figures.csv:2, column "as_of": found "2063-03-15"'
    assert str(note).startswith(f"{place}, expected a day not so long after ")
    assert list(early_warnings(SOURCES, [late.assign(tier="D")])) == [], "what is derived has a day of its own"


def test_a_correction_of_a_table_that_has_no_rows_is_an_error() -> None:
    there = {"reference/figures.csv", "reference/observations.csv"}
    check_corrected(CORRECTIONS, there)
    with pytest.raises(InputError, match=r'found "reference/figures\.csv", expected a table that has rows'):
        check_corrected(CORRECTIONS, there - {"reference/figures.csv"})


def test_today_is_not_before_the_article() -> None:
    with pytest.raises(InputError, match="a day not before 2026-05-25"):
        read_assumptions(slipped("assumptions", "as_of = 2026-11-24", "as_of = 2016-11-24"), None, ARTICLE.published)


def test_clocks_of_other_days_than_the_articles_are_noted() -> None:
    raw = slipped("predictions", "content = 2024-10-03", "content = 2024-01-10")
    (note,) = clock_warnings(read_predictions(raw, ARTICLE.clocks, KINDS), ARTICLE.clocks, raw)
    assert str(note).endswith('found "2024-01-10", expected 2024-10-03, as the article\'s dates have it')


@pytest.mark.parametrize(
    ("old", "new", "place", "suggestion"),
    [
        (
            'table = "reference/figures.csv"',
            'table = "reference/figuers.csv"',
            "6, .*corrections.0.table",
            "figures.csv",
        ),
        ('\nsource = "epoch_funding"', '\nsource = "epoch_fundign"', "12, .*corrections.0.source", "epoch_funding"),
    ],
)
def test_a_correction_of_no_table_or_by_no_source_is_an_error(old: str, new: str, place: str, suggestion: str) -> None:
    with pytest.raises(InputError, match=rf"{place}.*did you mean .*{suggestion}"):
        read_corrections(slipped("corrections", old, new), SOURCES)


def test_live_sources_are_held_against_what_is_in_print() -> None:
    live = DOSSIER.sections["live"]
    evidence = NamesOnRecord(pd.DataFrame(), pd.DataFrame(), FIGURES, Predictions(), DOSSIER)
    named = list(live.names(evidence))
    assert named
    assert [each for each in named if each.name not in each.known] == []
    slips = {"training_cost": "training_run/training_cost", "input_price": "frontier_models/input_pric"}
    slipped = live.model_copy(update={"references": slips, "growth": "prose_figures/nothing"})
    found = [(each.place, each.what) for each in slipped.names(evidence) if each.name not in each.known]
    assert found == [
        (("references", "training_cost"), TABLE),
        (("references", "input_price"), QUANTITY),
        (("growth",), FIGURE),
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"HumanEval"', '"HumanEvil"', 'found "HumanEvil", expected a word that occurs elsewhere in the dossier'),
        ('"HHI"', '"openai"', 'found "OpenAI", expected a name that is not used above'),
        ("training_gpu_days =", "training_gpu_day =", "did you mean training_gpu_days"),
        ("gpu_hour_revenue/minimum", "gpu_hour_revenue/minimal", "expected the id of a figure; did you mean prose"),
    ],
)
def test_a_word_to_be_spelled_or_worded_that_stands_nowhere_is_reported(old: str, new: str, expected: str) -> None:
    texts = {path.relative_to(RAW).as_posix(): path.read_text() for path in RAW.rglob("*.*") if path.suffix != ".lock"}
    figures = set(FIGURES["figure_id"])
    assert list(wording_warnings(slipped("dossier"), texts, figures)) == []
    (note,) = wording_warnings(slipped("dossier", old, new), texts, figures)
    assert str(note).startswith("dossier.toml:") and expected in str(note)


def test_a_definition_that_no_expression_uses_or_that_hides_a_table_is_reported() -> None:
    raw = read_raw(RAW, "metrics.toml")
    expressions = [metric["is"] for metric in raw.toml()["metrics"].values()]
    assert list(definition_warnings(raw, expressions, PRINTED)) == []
    line = raw.data[: raw.data.index(b"[define]")].count(b"\n") + 2
    for name, expected in (("left", "a definition that an expression uses"), ("prices", "a name that no table has")):
        text = f"[define]\n{name} = 'releases'\n".encode()
        (note,) = definition_warnings(RawFile(raw.path, raw.data.replace(b"[define]\n", text)), expressions, PRINTED)
        assert (note.text, note.line, note.expected) == (name, line, expected)
    raw = RawFile("claims.toml", b"[define]\nleft = 'releases'\n")
    assert list(definition_warnings(raw, ["count(left)"], ())) == [], "the expression may stand in a claim"


def test_a_row_cannot_be_known_before_what_it_speaks_of() -> None:
    day = ",2019-03-11\nopenai_round_2019_07"
    with pytest.raises(InputError, match="nothing, or a day not before 2019-03-11, the date of the row"):
        events_table(slipped("events", day, day.replace("2019-03-11", "1919-03-11")), CORRECTIONS, SOURCES)
