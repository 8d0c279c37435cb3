"""Each connector on small files in its publisher's format: what is used, what is not, and what is wrong."""

from __future__ import annotations

import datetime as dt
import json
import math
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import publishers
from tests.publishers import MODEL_HEADER, MODELS, NOTABLE, as_csv, model
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.sources.base import Connector, FileRow, Parsed, columns_of
from tidebook.pipelines.read.sources.registry import all_connectors, fetched
from tidebook.plugins.live import epoch, openrouter, price_lists, sec_edgar
from tidebook.plugins.live.entities import Entities, proposals
from tidebook.plugins.live.price_lists import GENAI_PRICES as PACKAGED
from tidebook.plugins.live.price_lists import entries

FETCHED = fetched(all_connectors())
VINTAGE = dt.date(2025, 8, 7)
PLACES = {
    spec.name: spec.address.partition("://")[2]
    for connector in FETCHED.values()
    if connector.describe.name != "genai_prices"
    for spec in connector.describe.files
}


def parse(source: Connector, **changed: bytes) -> Parsed:
    """Return what a source's files hold, some of them replaced (by name without ending)."""
    files = {}
    for spec in source.describe.files:
        stem = spec.name.partition(".")[0]
        files[spec.name] = changed.get(stem, publishers.FILES[PLACES[spec.name]])
    return source.parse(files, VINTAGE)


def account(parsed: Parsed, file: str) -> tuple[int, int, int, int]:
    """Return rows, used, irrelevant and quarantined of one file."""
    (count,) = (count for count in parsed.files if count.file == file)
    return count.rows, count.used, count.irrelevant, count.quarantined


def seen(rows: list[dict[str, Any]], *columns: str) -> list[tuple[Any, ...]]:
    """Return some columns of rows."""
    return [tuple(row[column] for column in columns) for row in rows]


# Cells.


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e25", 1e25), ("$29827341.92", 29827341.92), ("1,892", 1892.0), ("2E+11", 2e11), (" 0 ", 0.0), (".5", 0.5)],
)
def test_a_number_is_read_as_publishers_write_it(text: str, value: float) -> None:
    row = FileRow("file.csv", 1, {"x": text}, [])
    assert row.number("x") == value
    assert row.problems == []


@pytest.mark.parametrize(
    "text", ["-1", "inf", "nan", "1e999", "1e300", "1e41", "1e-41", "about 3", "1.2.3", "€5", "1e", "True", "٦", "１"]
)
def test_what_is_not_a_number_is_a_bad_cell(text: str) -> None:
    row = FileRow("file.csv", 1, {"x": text}, [])
    assert math.isnan(row.number("x"))
    assert row.problems == [Problem("file.csv", "0, or a number from 1e-40 to 1e+40", 1, "x", text)]


def test_an_empty_cell_is_not_a_bad_one() -> None:
    row = FileRow("file.csv", 1, {"x": " ", "y": None}, [])
    assert (math.isnan(row.number("x")), row.day("x"), row.text("y"), row.text("z")) == (True, None, "", "")
    assert row.problems == []


@pytest.mark.parametrize(
    ("text", "day"),
    [("2024-02-29", dt.date(2024, 2, 29)), ("2/29/2024", dt.date(2024, 2, 29)), ("12/1/1999", dt.date(1999, 12, 1))],
)
def test_a_day_is_read_in_both_forms(text: str, day: dt.date) -> None:
    assert FileRow("file.csv", 1, {"x": text}, []).day("x") == day


@pytest.mark.parametrize(
    "text", ["0202-07-30", "2023-02-29", "13/1/2024", "2024", "20240101", "2024-W01-1", "1/1/24", "١/٢/٢٠٢٤"]
)
def test_what_is_not_a_day_is_a_bad_cell(text: str) -> None:
    row = FileRow("file.csv", 1, {"x": text}, [])
    assert row.day("x") is None
    assert (row.problems[0].column, row.problems[0].text) == ("x", text)


@given(st.text())
def test_no_text_makes_reading_fail(text: str) -> None:
    row = FileRow("file.csv", 1, {"x": text}, [])
    value = row.number("x")
    assert math.isnan(value) or value == 0 or 1e-40 <= value <= 1e40
    assert (row.day("x") is None) or not row.problems


# Epoch AI: models.


def test_models_are_read_with_every_row_accounted_for() -> None:
    parsed = parse(epoch.MODELS)
    # 10 large, 10 clips, GPT-4 and Llama are used; one has no numbers; one bad day, one bad compute
    assert account(parsed, "all.csv") == (25, 22, 1, 2)
    assert account(parsed, "notable.csv") == (11, 11, 0, 0)
    assert seen(parsed.quarantine, "file", "column_name", "text") == [
        ("all.csv", "Publication date", "0202-07-30"),
        ("all.csv", "Training compute (FLOP)", "about 1e20"),
    ]
    gpt_4 = next(row for row in parsed.rows["database_models"] if row["name"] == "GPT-4")
    assert (gpt_4["training_compute"], gpt_4["training_cost"]) == (2.1e25, 40586592.58)
    assert (gpt_4["notable"], gpt_4["confidence"], gpt_4["release_date"]) == (True, "Speculative", dt.date(2023, 3, 15))
    clip = next(row for row in parsed.rows["database_models"] if row["name"] == "Clip 2020")
    assert (clip["domains"], clip["notable"]) == (["Video", "Vision"], False)
    assert math.isnan(clip["training_cost"])


def test_a_row_is_placed_at_the_line_on_which_it_starts() -> None:
    # each row holds a note of two lines; the header is line 1
    assert seen(parse(epoch.MODELS).rows["database_models"][:3], "row") == [(2,), (4,), (6,)]


def test_the_notable_file_marks_models_and_adds_those_that_are_not_among_all() -> None:
    rows = as_csv(MODEL_HEADER, model("Clip 2020", "2020-03-01", "1e18"), model("New", "2024-01-01", "1e24"))
    models = {row["name"]: row for row in parse(epoch.MODELS, notable=rows).rows["database_models"]}
    assert models["Clip 2020"]["notable"]
    assert models["Clip 2020"]["file"] == "all.csv"
    assert (models["New"]["notable"], models["New"]["file"]) == (True, "notable.csv")
    assert len(models) == 23


def test_one_file_of_models_is_enough() -> None:
    everything, notable = (publishers.FILES[f"{publishers.EPOCH}{name}_ai_models.csv"] for name in ("all", "notable"))
    models = epoch.MODELS.parse({"all.csv": everything}, VINTAGE).rows["database_models"]
    assert (len(models), sum(row["notable"] for row in models)) == (22, 11), "by the column of criteria"
    models = epoch.MODELS.parse({"notable.csv": notable}, VINTAGE).rows["database_models"]
    assert (len(models), all(row["notable"] for row in models)) == (11, True)


def test_without_the_notable_file_the_column_of_criteria_is_needed() -> None:
    rows = as_csv([name.replace("Notability", "Former") for name in MODEL_HEADER], *MODELS)
    assert parse(epoch.MODELS, all=rows).rows["database_models"]
    with pytest.raises(InputError, match="the columns Notability criteria, which are missing"):
        epoch.MODELS.parse({"all.csv": rows}, VINTAGE)


def test_a_model_named_twice_is_kept_and_marked() -> None:
    parsed = parse(epoch.MODELS, all=as_csv(MODEL_HEADER, MODELS[0], MODELS[1], MODELS[0]))
    assert seen(parsed.rows["database_models"], "row", "duplicate_of") == [
        (2, 0),
        (4, 0),
        (6, 2),
        *[(row, 0) for row in range(6, 24, 2)][:9],
    ]
    assert parsed.files[0].duplicates == 1


def test_a_column_that_is_not_known_is_reported() -> None:
    header = [*MODEL_HEADER[:-1], "Vibes"]
    assert parse(epoch.MODELS, all=as_csv(header, *MODELS)).files[0].unknown_columns == ["Vibes"]


def test_a_mark_in_the_name_of_a_column_means_itself() -> None:
    header = publishers.CLUSTERS.decode().splitlines()[0].split(",")
    parsed = parse(epoch.INFRASTRUCTURE, gpu_clusters=as_csv([*header, "Single cluster?", "Single clusters"]))
    (clusters,) = (count for count in parsed.files if count.file == "gpu_clusters.csv")
    assert clusters.unknown_columns == ["Single clusters"]


@pytest.mark.parametrize("column", columns_of(epoch.MODELS.describe.folder, "all.csv")[0])
def test_a_missing_column_is_named(column: str) -> None:
    header = [f"Former {name}" if name == column else name for name in MODEL_HEADER]
    with pytest.raises(InputError) as error:
        parse(epoch.MODELS, all=as_csv(header, *MODELS))
    assert "epoch_models/all.csv:1: found" in str(error.value)
    assert f"the columns {column}, which are missing" in str(error.value)


def test_bytes_that_are_not_utf_8_are_named_with_their_line() -> None:
    with pytest.raises(InputError, match=r"epoch_models/all.csv:3: .*UTF-8"):
        parse(epoch.MODELS, all=as_csv(MODEL_HEADER) + b"ok\n\xff\n")


def test_control_characters_stop_nothing_and_reach_no_table() -> None:
    rows = [
        model("Odd\x02\u202e name\x00", "2020-01-01", "1e20"),
        ["\x02" if cell == "one\ntwo" else cell for cell in MODELS[1]],
    ]
    parsed = parse(epoch.MODELS, all=as_csv(MODEL_HEADER, *rows), notable=as_csv(MODEL_HEADER))
    assert [row["name"] for row in parsed.rows["database_models"]] == ["Odd name", "Large 2017"]


def test_a_header_that_no_reader_takes_is_refused() -> None:
    with pytest.raises(InputError, match=r"epoch_models/all\.csv:1: expected well-formed CSV \(field larger"):
        parse(epoch.MODELS, all=b"x" * 200_000)


def test_a_row_with_too_few_cells_goes_to_quarantine() -> None:
    parsed = parse(epoch.MODELS, all=as_csv(MODEL_HEADER, MODELS[0][:5], MODELS[1]))
    assert account(parsed, "all.csv") == (2, 1, 0, 1)
    assert parsed.quarantine[0]["reason"] == "expected 13 cells, one for each column"


CELLS = st.one_of(st.sampled_from(["", "1e20", "$5.00", "2020-01-01", "x"]), st.text(max_size=8))


@given(st.lists(st.lists(CELLS, min_size=len(MODEL_HEADER), max_size=len(MODEL_HEADER)), max_size=12))
def test_no_row_is_ever_lost(rows: list[list[str]]) -> None:
    cleaned = [[cell.replace("\0", "").encode("utf-8", "ignore").decode() for cell in row] for row in rows]
    parsed = parse(epoch.MODELS, all=as_csv(MODEL_HEADER, *cleaned), notable=as_csv(MODEL_HEADER))
    count, used, irrelevant, quarantined = account(parsed, "all.csv")
    assert count == used + irrelevant + quarantined == sum(any(row) for row in cleaned)
    assert used == len(parsed.rows["database_models"])
    assert quarantined == len({bad["row"] for bad in parsed.quarantine})


# Epoch AI: companies, infrastructure, hardware.


def test_companies_give_dated_values_of_whole_companies_and_closed_rounds() -> None:
    parsed = parse(epoch.COMPANIES)
    assert account(parsed, "revenue.csv") == (2, 1, 1, 0)
    assert account(parsed, "funding.csv") == (4, 3, 1, 0)
    found = {(row["series"], row["subject"], row["value"]) for row in parsed.observations}
    assert ("annualized_revenue", "OpenAI", 3.4e9) in found
    assert {("valuation", "Mistral AI", 6e9), ("valuation", "Mistral AI", 6.4e8)} <= found
    assert ("weekly_users", "OpenAI", 5e7) in found
    assert ("messages_per_day", "OpenAI", 1e9) in found
    assert ("compute_spend", "OpenAI", 4.16e8) in found
    assert parsed.files[0].unknown_columns == ["Surprise"]


def test_a_round_named_twice_counts_once() -> None:
    rows = [row for row in parse(epoch.COMPANIES).observations if row["subject"] == "Mistral AI"]
    equity = [row["duplicate_of"] for row in rows if row["series"] == "funding_equity"]
    valuation = [row["duplicate_of"] for row in rows if row["series"] == "valuation"]
    assert (equity, valuation) == ([0, 3], [0, 0])


def test_the_older_form_of_the_revenue_file_is_read_too() -> None:
    parsed = parse(epoch.COMPANIES, revenue=publishers.OLDER_REVENUE)
    assert account(parsed, "revenue.csv") == (1, 1, 0, 0)
    assert seen(parsed.observations[:1], "value", "basis") == [(3.4e9, "annualized")]


def test_a_row_without_its_day_goes_to_quarantine() -> None:
    rows = as_csv(["Company", "Date", "Amount", "Category", "Period type"], ["OpenAI", "", "1", "x", "Year"])
    parsed = parse(epoch.COMPANIES, compute_spend=rows)
    assert account(parsed, "compute_spend.csv") == (1, 0, 0, 1)


def test_rows_after_the_copy_and_planned_clusters_are_projections() -> None:
    parsed = parse(epoch.INFRASTRUCTURE)
    power = [(row["date"].year, row["projection"]) for row in parsed.observations if row["series"] == "power"]
    assert power == [(2018, False), (2099, True)]
    clusters = [(row["subject"], row["projection"]) for row in parsed.observations if row["basis"] == "cluster"]
    assert clusters == [("One", False), ("Two", True)]
    assert account(parsed, "data_center_timelines.csv") == (3, 2, 0, 1), "the year 2100 is no day"
    assert account(parsed, "gpu_clusters.csv") == (3, 2, 1, 0)


def test_clusters_of_one_name_and_day_are_repeats_only_with_the_same_value() -> None:
    header = ["Name", "Status", "Owner", "First Operational Date", "H100 equivalents", "Possible Duplicate"]
    rows = [["Anonymous", "Existing", "", "9/2/2023", value, ""] for value in ("10", "20", "10")]
    parsed = parse(epoch.INFRASTRUCTURE, gpu_clusters=as_csv(header, *rows))
    clusters = [row["duplicate_of"] for row in parsed.observations if row["basis"] == "cluster"]
    assert clusters == [0, 0, 2]


def test_hardware_is_dated_by_its_release() -> None:
    parsed = parse(epoch.HARDWARE)
    assert account(parsed, "ml_hardware.csv") == (2, 1, 1, 0)
    assert {row["series"] for row in parsed.observations} == {
        "hardware_peak_fp16", "hardware_peak_tensor_16", "hardware_peak_int8", "hardware_power",
        "hardware_memory", "hardware_memory_bandwidth",
    }  # fmt: skip


# Prices.


def test_llm_prices_keep_their_periods() -> None:
    parsed = parse(price_lists.LLM_PRICES)
    assert account(parsed, "historical.json") == (3, 2, 0, 1)
    assert seen(parsed.rows["model_prices"], "model_id", "input_price", "from_date", "to_date") == [
        ("gpt-4", 30.0, None, None),
        ("gpt-4o", 2.5, dt.date(2024, 10, 1), dt.date(2026, 1, 1)),
    ]
    assert seen(parsed.quarantine, "row", "column_name", "text") == [(3, "input", "free")]


@pytest.mark.parametrize("data", [b"[]", b'{"prices": 3}', b'{"prices": [3]}', b'{"prices": [{"id": "x"}]}', b"{"])
def test_a_price_list_of_another_form_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"llm_prices/historical\.json"):
        parse(price_lists.LLM_PRICES, historical=data)


def test_litellm_gives_what_vendors_themselves_sell_per_million_tokens() -> None:
    parsed = parse(price_lists.LITELLM_PRICES)
    assert account(parsed, "model_prices.json") == (3, 1, 2, 0)
    assert seen(parsed.rows["model_prices"], "model_id", "input_price", "output_price") == [("gpt-4o", 2.5, 10.0)]
    assert price_lists.LITELLM_PRICES.describe.tier == "W"


def test_the_package_of_prices_works_without_a_network() -> None:
    received = PACKAGED.fetch(lambda *_: pytest.fail("nothing is asked"))["prices.json"]
    assert received is not None
    parsed = PACKAGED.parse({"prices.json": received.data}, VINTAGE)
    (count,) = parsed.files
    assert (
        count.rows == count.used + count.irrelevant == len(json.loads(received.data)["prices"]) == len(list(entries()))
    )
    assert count.used > 100
    prices = {(row["vendor"], row["model_id"]): row["input_price"] for row in parsed.rows["model_prices"]}
    assert (prices["openai", "gpt-4o-2024-05-13"], prices["anthropic", "claude-3-5-sonnet"]) == (5.0, 3.0)


def test_the_open_weight_share_follows_the_stated_rule() -> None:
    parsed = parse(openrouter.SOURCE)
    shares = {(row["date"].day, row["basis"]): row["value"] for row in parsed.observations if row["unit"] == "percent"}
    # on the first 30 of 100 tokens are open and 40 are of models in the list; on the second 50 of 100
    assert shares == {
        (1, "all tokens"): 30.0,
        (1, "tokens of classed models"): 75.0,
        (2, "all tokens"): 50.0,
        (2, "tokens of classed models"): 50.0,
    }
    assert "Hugging Face" in openrouter.SOURCE.describe.note
    assert seen(parsed.rows["model_prices"], "model_id", "input_price") == [("meta/open", 0.1), ("openai/closed", 2.5)]
    assert account(parsed, "models.json") == (3, 2, 1, 0)


def test_the_documented_form_of_the_rankings_is_read() -> None:
    header = ["date", "model_permaslug", "rank", "total_tokens", "share_of_daily_tokens"]
    rows = as_csv(header, ["2026-10-01", "meta/open-1", "1", "30", "0.3"], ["2026-10-01", "other", "", "70", "0.7"])
    parsed = parse(openrouter.SOURCE, rankings_daily=rows)
    assert parsed.files[1].unknown_columns == []
    shares = [row["value"] for row in parsed.observations if row["unit"] == "percent"]
    assert shares == [30.0, 100.0], "of all tokens, and of those of models in the list"


def test_a_list_of_models_that_goes_on_elsewhere_is_refused() -> None:
    whole, part = (
        json.dumps({**publishers.OPENROUTER_MODELS, "total_count": 3, "links": {"next": following}}).encode()
        for following in (None, "/api/v1/models?offset=500")
    )
    assert account(parse(openrouter.SOURCE, models=whole), "models.json") == (3, 2, 1, 0)
    with pytest.raises(InputError, match="all models in one page"):
        parse(openrouter.SOURCE, models=part)


def test_edgar_gives_revenue_by_length_of_period_and_debt() -> None:
    parsed = parse(sec_edgar.SOURCE)
    assert account(parsed, "companyfacts.json") == (5, 4, 1, 0)
    assert seen(parsed.observations, "series", "basis", "value", "duplicate_of") == [
        ("revenue", "quarter", 395_371_000.0, 0),
        ("revenue", "half-year", 584_055_000.0, 0),
        ("revenue", "quarter", 395_371_000.0, 1),
        ("debt_outstanding", "LongTermDebt", 5e9, 0),
    ]


def test_edgar_without_a_fact_is_refused_with_its_names() -> None:
    facts = {"Revenues": {"units": {"USD": [publishers.fact("2024-04-01", "2024-06-30", 1)]}}}
    with pytest.raises(InputError, match="LongTermDebt, DebtLongterm"):
        parse(sec_edgar.SOURCE, companyfacts=filing(facts))
    with pytest.raises(InputError, match="one of the facts Revenues"):
        parse(sec_edgar.SOURCE, companyfacts=filing({"Revenues": {"units": {"EUR": [{}]}}}))


def filing(facts: object) -> bytes:
    """Return a file of EDGAR with these facts."""
    return json.dumps({"entityName": "X", "facts": {"us-gaap": facts}}).encode()


@pytest.mark.parametrize("fact", [True, 3, "x", [1], {"units": None}, {"units": {"USD": 3}}, {"units": {"USD": ["x"]}}])
def test_edgar_in_another_form_is_refused(fact: object) -> None:
    with pytest.raises(InputError, match=r"sec_edgar/companyfacts\.json: expected entityName, and facts"):
        parse(sec_edgar.SOURCE, companyfacts=filing({"Revenues": fact}))


@pytest.mark.parametrize(
    ("source", "old", "new"),
    [
        (sec_edgar.SOURCE, b'"accn"', b'"surprise"'),
        (price_lists.LITELLM_PRICES, b'"output_cost_per_token"', b'"surprise": 1, "output_cost_per_token"'),
        (openrouter.SOURCE, b'"canonical_slug"', b'"surprise"'),
    ],
    ids=lambda value: value.describe.name if isinstance(value, Connector) else "",
)
def test_a_key_that_is_not_known_is_reported(source: Connector, old: bytes, new: bytes) -> None:
    spec = next(spec for spec in source.describe.files if spec.kind == "json")
    data = publishers.FILES[PLACES[spec.name]]
    stem = spec.name.partition(".")[0]
    assert parse(source).files[0].unknown_columns == []
    assert parse(source, **{stem: data.replace(old, new)}).files[0].unknown_columns == ["surprise"]


@pytest.mark.parametrize("key", ["mode", "litellm_provider", "input_cost_per_token", "output_cost_per_token"])
def test_a_price_map_without_a_key_is_refused_with_its_name(key: str) -> None:
    data = publishers.FILES[PLACES["model_prices.json"]].replace(f'"{key}"'.encode(), b'"former"')
    with pytest.raises(InputError, match=f"the keys {key}, which are missing"):
        parse(price_lists.LITELLM_PRICES, model_prices=data)


def test_numbers_and_texts_that_only_json_can_hold_are_bad_cells_or_cleaned() -> None:
    prices = [
        {**publishers.LLM_PRICES["prices"][0], "id": "a\ud800b"},
        {**publishers.LLM_PRICES["prices"][1], "input": 10**400},
    ]
    parsed = parse(price_lists.LLM_PRICES, historical=json.dumps({"prices": prices}).encode())
    assert seen(parsed.rows["model_prices"], "model_id") == [("a b",)]
    assert seen(parsed.quarantine, "row", "column_name") == [(2, "input")]


@pytest.mark.parametrize("source", [one for one in FETCHED.values() if not one.made], ids=lambda one: one.describe.name)
def test_every_source_refuses_bytes_that_are_not_utf_8(source: Connector) -> None:
    for spec in source.describe.files:
        with pytest.raises(InputError, match="UTF-8"):
            parse(source, **{spec.name.partition(".")[0]: b"\xff\xfe"})


def test_every_source_states_its_terms() -> None:
    for describe in (one.describe for one in FETCHED.values()):
        assert describe.licence and describe.attribution and describe.title and describe.publisher
        assert describe.max_age_days >= {"daily": 1, "weekly": 7}[describe.cadence]
        assert describe.tier in "PSWD" and all(spec.kind in ("csv", "json") for spec in describe.files)
    assert [one.describe.name for one in FETCHED.values() if not one.describe.republish] == ["llm_prices", "openrouter"]
    assert len(NOTABLE) == 11


def test_what_needs_a_library_of_the_extra_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("genai_prices.data", "rapidfuzz"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(RuntimeError, match=r'genai_prices needs genai-prices, .* pip install "tidebook\[live\]"'):
        list(entries())
    with pytest.raises(RuntimeError, match=r'proposals of entities needs RapidFuzz, .* "tidebook\[live\]"'):
        proposals(Entities({}, {}, {}), "model", ["x"])
