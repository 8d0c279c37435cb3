"""Reading events and observations: every bad cell is named by file, line and column, and corrections apply."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest

from tests.unit import shipped
from tests.unit.forecast_rows import NO_CORRECTIONS, RAW, SOURCES
from tests.unit.test_slips import references
from tidebook.pipelines.read.corrections import Corrections, read_corrections
from tidebook.pipelines.read.declarations import SEEN_HINT
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.evidence import EVENT_HEADERS, OBSERVATION_HEADERS, events_table, observations_table
from tidebook.pipelines.read.rawfile import RawFile, read_raw
from tidebook.schemas.evidence import Events, Observations

EVENT = dict(
    zip(
        EVENT_HEADERS,
        (
            "xai_spacex",
            "2026-02-02",
            "merger",
            "completed",
            "xai",
            "spacex",
            "$250B",
            "USD",
            "article",
            "S",
            "note",
        ),
        strict=True,
    )
)
OBSERVATION = dict(
    zip(
        OBSERVATION_HEADERS,
        ("open_weight_share", "openrouter", "2025-12-31", "~33%", "percent", "all tokens", "article", "S", ""),
        strict=True,
    )
)


def csv_of(path: str, *records: dict[str, str]) -> RawFile:
    return RawFile(path, pd.DataFrame(records).to_csv(index=False, lineterminator="\n").encode())


def events(*records: dict[str, str], corrections: Corrections = NO_CORRECTIONS) -> pd.DataFrame:
    raw = csv_of("reference/events.csv", *records)
    return Events.validate(events_table(raw, corrections, SOURCES, shipped.DOSSIER.events.public))


def test_an_empty_row_of_evidence_is_reported_in_one_line() -> None:
    with pytest.raises(InputError) as caught:
        events(EVENT, dict.fromkeys(EVENT_HEADERS, ""))
    assert str(caught.value) == "reference/events.csv:3: expected something in the row: all of its cells are empty"


def observations(*records: dict[str, str], corrections: Corrections = NO_CORRECTIONS) -> pd.DataFrame:
    raw = csv_of("reference/observations.csv", *records)
    return Observations.validate(observations_table([raw], corrections, SOURCES))


def test_an_event_is_read_with_its_amount_and_place() -> None:
    (row,) = events(EVENT).to_dict("records")
    assert (row["date"], row["value"], row["low"], row["high"]) == (dt.date(2026, 2, 2), 250e9, 249.5e9, 250.5e9)
    assert (row["quantity_kind"], row["unit"], row["locator"]) == ("rounded", "USD", "reference/events.csv:2")


@pytest.mark.parametrize(
    ("source", "tier", "expected"),
    [("epoch_funding", "P", "S"), ("epoch_funding", "D", "D"), ("epoch_models", "P", "P"), ("epoch_models", "W", "W")],
)
def test_a_row_from_a_copy_of_a_source_is_never_primary(source: str, tier: str, expected: str) -> None:
    assert bool(SOURCES.sources[source].original_publisher) is (source == "epoch_funding")
    (event,) = events({**EVENT, "source": source, "tier": tier}).to_dict("records")
    assert event["tier"] == expected
    (row,) = observations({**OBSERVATION, "source": source, "tier": tier}).to_dict("records")
    assert row["tier"] == expected


def test_a_reference_from_a_copy_of_a_source_is_never_primary() -> None:
    entered = references(",epoch_revenue,S,", ",epoch_revenue,P,")
    assert set(entered[entered["source_id"] == "epoch_revenue"]["tier"]) == {"S"}


@pytest.mark.parametrize(
    ("changed", "available"),
    [
        ({}, "2026-05-25"),  # the day of its source
        ({"date": "2026-06-01"}, "2026-06-01"),  # never before its own day
        ({"available": "2026-02-03"}, "2026-02-03"),
        ({"kind": "listing"}, "2026-02-02"),  # what happens in public
        ({"kind": "listing", "status": "reported"}, "2026-05-25"),
        ({"kind": "draft_filing"}, "2026-05-25"),
        ({"kind": "rule", "status": "announced", "date": "2027-12-02"}, "2026-05-25"),  # told before it happens
        ({"source": "openai_draft_s1"}, "2026-06-08"),  # the day of the original, not of the page that retells it
        ({"source": "ai_index_2025_summary"}, "2026-11-24"),  # undated: the day of reading
    ],
)
def test_a_row_could_be_known_from_a_day(changed: dict[str, str], available: str) -> None:
    (row,) = events({**EVENT, **changed}).to_dict("records")
    assert str(row["available_from"]) == available


def test_a_day_of_availability_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match='column "available": found "soon", expected nothing, or a day'):
        observations({**OBSERVATION, "available": "soon"})


def test_an_unknown_source_is_reported_with_a_suggestion() -> None:
    with pytest.raises(InputError, match=r"did you mean article\?"):
        observations({**OBSERVATION, "source": "artcle"})


def test_an_event_may_have_no_amount() -> None:
    (row,) = events({**EVENT, "text": "", "unit": ""}).to_dict("records")
    assert row["quantity_kind"] == "missing"
    assert math.isnan(row["value"])


def test_an_estimate_has_its_implied_interval() -> None:
    (row,) = observations(OBSERVATION).to_dict("records")
    assert (row["quantity_kind"], row["value"], row["low"]) == ("estimate", 33.0, pytest.approx(32.5))
    assert row["observation_id"] == "open_weight_share/openrouter/2025-12-31/article"


def test_rows_are_in_order_of_dates() -> None:
    found = events(
        {**EVENT, "event_id": "b"}, {**EVENT, "event_id": "a"}, {**EVENT, "event_id": "c", "date": "2020-01-01"}
    )
    assert list(found["event_id"]) == ["c", "a", "b"]


BAD_CELLS = [
    ("event_id", "No Slug", "small letters, digits and single underscores"),
    ("date", "2026-02", SEEN_HINT),
    ("date", "20260202", SEEN_HINT),
    ("date", "2026-02-30", SEEN_HINT),
    ("kind", "Take over", "small letters, digits and single underscores"),
    ("status", "done", "one of completed, announced, reported"),
    ("date", "2026-W05-1", SEEN_HINT),
    ("event_id", "xai_spacex_2\n", "small letters"),
    ("subject", "xAI", "small letters"),
    ("subject", "xai\n", "small letters"),
    ("subject", "x\u0430i", "small letters"),
    ("counterparty", "space\u0445", "a name without U+0445 CYRILLIC SMALL LETTER HA"),
    ("counterparty", EVENT["subject"], "another party than the subject"),
    ("text", "$250Z", "an amount in USD"),
    ("text", "", "an amount in USD"),
    ("unit", "", "one of the units"),
    ("unit", "dollars", "one of the units"),
    ("source", "nobody", "the id of a source in sources.toml"),
    ("tier", "R", "one of P, S, W, D"),
]


def test_a_bad_cell_is_one_clear_line(subtests: pytest.Subtests) -> None:
    for column, text, expected in BAD_CELLS:
        with subtests.test(column=column, text=text):
            with pytest.raises(InputError) as caught:
                events({**EVENT, "event_id": "good", "text": "$1B"}, {**EVENT, column: text})
            (problem,) = caught.value.problems
            assert (problem.file, problem.line, problem.column, problem.text) == (
                "reference/events.csv",
                3,
                column,
                text,
            )
            assert problem.expected.startswith(expected)


def test_a_basis_with_a_blank_that_looks_like_another_is_reported() -> None:
    with pytest.raises(InputError, match=r'column "basis": found "all\\xa0tokens", expected a name without U\+00A0'):
        observations({**OBSERVATION, "basis": "all\u00a0tokens"})


def test_all_problems_are_reported_at_once() -> None:
    with pytest.raises(InputError) as caught:
        observations({**OBSERVATION, "date": "soon", "tier": "X"}, {**OBSERVATION, "text": "much"})
    assert [(problem.line, problem.column) for problem in caught.value.problems] == [
        (2, "tier"),
        (2, "date"),
        (3, "text"),
    ]


def test_an_id_occurs_once() -> None:
    with pytest.raises(InputError, match="an id that line 2 does not have"):
        events(EVENT, EVENT)
    with pytest.raises(InputError, match=r"than reference/observations\.csv:2"):
        observations(OBSERVATION, OBSERVATION)


def test_two_bases_of_one_day_have_ids_of_their_own() -> None:
    found = observations(OBSERVATION, {**OBSERVATION, "basis": "tokens of classed models"})
    assert list(found["observation_id"]) == [
        "open_weight_share/openrouter/2025-12-31/article/all_tokens",
        "open_weight_share/openrouter/2025-12-31/article/tokens_of_classed_models",
    ]


CORRECTION = b"""[[corrections]]
table = "reference/observations.csv"
key = { series = "open_weight_share" }
column = "date"
expect = "0205-12-31"
value = "2025-12-31"
reason = "A slip."
source = "article"
"""


def test_a_correction_changes_something() -> None:
    same = CORRECTION.replace(b"2025-12-31", b"0205-12-31")
    with pytest.raises(InputError, match='found "0205-12-31", expected another text'):
        read_corrections(RawFile("reference/corrections.toml", same), SOURCES)


def test_a_correction_is_applied_and_goes_once_the_source_has_repaired_itself() -> None:
    corrections = read_corrections(RawFile("reference/corrections.toml", CORRECTION), SOURCES)
    (row,) = observations({**OBSERVATION, "date": "0205-12-31"}, corrections=corrections).to_dict("records")
    assert row["date"] == dt.date(2025, 12, 31)
    assert "corrected from 0205-12-31 by article: A slip." in row["note"]
    with pytest.raises(InputError, match="remove the correction"):
        observations(OBSERVATION, corrections=corrections)


def test_the_evidence_of_the_raw_folder_is_read() -> None:
    corrections = read_corrections(read_raw(RAW, "reference/corrections.toml"), SOURCES)
    found = events_table(read_raw(RAW, "reference/events.csv"), corrections, SOURCES)
    assert found.set_index("event_id").loc["xai_spacex", "date"] == dt.date(2026, 2, 2)
