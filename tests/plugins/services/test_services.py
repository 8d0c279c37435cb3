"""Data services through `sources add`, `check`, a claim, `explain` and a second fetch, by answers made by hand.

A server on this machine answers in each service's form; every number is worked out by hand.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.conftest import tidebook
from tests.dossiers import written
from tests.publishers import LIVES, publishing


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A dossier without evidence."""
    return written(tmp_path / "raw", {"dossier.toml": LIVES, "lives.csv": "Country,2020\nFrance,82.2 years\n"})


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FRED_API_KEY", raising=False)


def run(command: str, address: str, raw: Path, files: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command on sources with a server that has these files, JSON as values of Python."""
    served = {name: each if isinstance(each, bytes) else json.dumps(each).encode() for name, each in files.items()}
    with publishing(served) as found:
        monkeypatch.setenv("TIDEBOOK_MIRROR", found.address)
        return tidebook("sources", command, address, "--raw", str(raw))


def added(address: str, raw: Path, files: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> str:
    """Add evidence, and return what the command says."""
    result = run("add", address, raw, files, monkeypatch)
    assert result.exit_code == 0, result.output
    return str(result.output)


def refused(address: str, raw: Path, files: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the message with which evidence is refused; nothing of it is written."""
    result = run("add", address, raw, files, monkeypatch)
    assert result.exit_code == 2, result.output
    assert not (raw / "evidence").exists()
    return str(result.output)


def explained(raw: Path, *claims: str, name: str = "c0") -> str:
    """Return what `explain` says of a claim, after a build with these claims, each an expression with its keys."""
    texts = [f'[[claims]]\nid = "c{place}"\nstatement = "c{place}"\nis = {each}\n' for place, each in enumerate(claims)]
    text = (raw / "dossier.toml").read_text(encoding="utf-8")
    (raw / "dossier.toml").write_text(text + "\n" + "\n".join(texts), encoding="utf-8")
    out = str(raw.parent / "out")
    checked = tidebook("check", str(raw))
    assert "all can be read" in checked.output, checked.output
    built = tidebook("build", str(raw), "--out", out)
    assert built.exit_code == 0, built.output
    return str(tidebook("explain", name, "--out", out).output).replace("\N{NO-BREAK SPACE}", " ")


# The World Bank


def indicator(rows: list[tuple[str, str, str, float | None]], pages: int = 1) -> dict[str, Any]:
    """Return the answers of the service for an indicator, of rows of a name, code, year and value."""
    site = "api.worldbank.org/v2"
    data = [
        {
            "indicator": {"id": "EN.ATM.X", "value": "Emissions (million tonnes)"},
            "country": {"id": code[:2], "value": name},
            "countryiso3code": code,
            "date": year,
            "value": value,
            "unit": "",
            "obs_status": "",
        }
        for name, code, year, value in rows
    ]
    about = {"id": "EN.ATM.X", "name": "Emissions (million tonnes)", "sourceOrganization": "An office"}
    return {
        f"{site}/country/all/indicator/EN.ATM.X?format=json&per_page=20000": [
            {"page": 1, "pages": pages, "lastupdated": "2024-05-30"},
            data,
        ],
        f"{site}/indicator/EN.ATM.X?format=json": [{"page": 1, "pages": 1}, [about]],
    }


ROWS = [
    ("World", "WLD", "2019", 900.0),
    ("France", "FRA", "2019", 30.5),
    ("Kosovo", "XKX", "2019", 1.5),
    ("France", "FRA", "2020", None),
]


def test_an_indicator_has_its_unit_from_its_name_and_the_world_is_no_country(
    raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 30.5 and 1.5 million tonnes the sum is 32 million; the world would make it 932."""
    added("worldbank:EN.ATM.X", raw, indicator(ROWS), monkeypatch)
    said = explained(raw, '"sum(en_atm_x[:, 2019])"\nunit = "tonne"\npredicate = "equals 32e6"')
    assert "Stands" in said or "Consistent" in said
    text = (raw / "dossier.toml").read_text(encoding="utf-8")
    assert 'unit = "tonne", scale = 1e6' in text or 'unit = "tonne", scale = 1000000.0' in text
    assert "published = 2024-05-30" in text
    assert 'original_publisher = "An office"' in text


def test_a_refusal_with_status_200_is_an_error_with_what_the_service_says(
    raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = [{"message": [{"id": "120", "key": "Invalid value", "value": "The indicator was not found"}]}]
    files = {"api.worldbank.org/v2/country/all/indicator/NO.SUCH?format=json&per_page=20000": message}
    assert "The indicator was not found" in refused("worldbank:NO.SUCH", raw, files, monkeypatch)


def test_an_answer_cut_into_pages_is_refused(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "3 pages" in refused("worldbank:EN.ATM.X", raw, indicator(ROWS, pages=3), monkeypatch)


def test_a_unit_that_changes_is_refused(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    added("worldbank:EN.ATM.X", raw, indicator(ROWS), monkeypatch)
    other = json.loads(json.dumps(indicator(ROWS)).replace("million tonnes", "% of the total"))
    result = run("fetch", "en_atm_x", raw, other, monkeypatch)
    assert result.exit_code == 3
    assert "unit percent" in result.output
    assert "unit tonne" in result.output


# FRED

SERIES = {
    "seriess": [
        {
            "title": "Output",
            "frequency_short": "Q",
            "units": "Billions of Dollars",
            "seasonal_adjustment": "Seasonally Adjusted Annual Rate",
            "last_updated": "2024-05-30 07:52:02-05",
        }
    ]
}
FRED = "api.stlouisfed.org/fred/series"
EVERY = "realtime_start=1776-07-04&realtime_end=9999-12-31&limit=100000&api_key=secret1&file_type=json"


def observations(*rows: tuple[str, str, str], count: int = 0) -> dict[str, Any]:
    """Return the answers of FRED with rows of date, first day of validity, and value."""
    found = [{"date": day, "realtime_start": since, "realtime_end": "9999-12-31", "value": v} for day, since, v in rows]
    return {
        f"{FRED}?series_id=OUT&api_key=secret1&file_type=json": SERIES,
        f"{FRED}/observations?series_id=OUT&{EVERY}": {"count": count or len(rows), "observations": found},
    }


REVISED = (
    ("2019-10-01", "2020-01-30", "21.5"),
    ("2019-10-01", "2020-07-30", "21.75"),
    ("2020-01-01", "2020-04-29", "."),
    ("2020-01-01", "2020-05-28", "22"),
)


def test_a_series_has_each_value_from_the_day_of_its_release(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In March 2020 the fourth quarter was 21.5 billion; a claim of then stands by that, and not by what came later."""
    monkeypatch.setenv("FRED_API_KEY", "secret1")
    said = added("fred:OUT", raw, observations(*REVISED), monkeypatch)
    assert "secret1" not in said
    assert "secret1" not in (raw / "dossier.toml").read_text(encoding="utf-8")
    rows = (raw / "evidence" / "out.csv").read_text(encoding="utf-8").splitlines()
    assert rows == [
        "period,value,since",
        "2019-Q4,21.5,2020-01-30",
        "2019-Q4,21.75,2020-07-30",
        "2020-Q1,22,2020-05-28",
    ]
    then = '"out[latest]"\nunit = "USD"\npredicate = "equals 21.5e9"\nsaid = 2020-03-01'
    assert "30 January 2020" in explained(raw, then)


def test_a_key_is_in_no_message(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where the service is down nor where it refuses the key."""
    monkeypatch.setenv("FRED_API_KEY", "secret1")
    assert "secret1" not in refused("fred:OUT", raw, {}, monkeypatch)
    said = {f"{FRED}?series_id=OUT&api_key=secret1&file_type=json": {"error_message": "The key secret1 is not known"}}
    message = refused("fred:OUT", raw, said, monkeypatch)
    assert "is not known" in message
    assert "secret1" not in message


def test_a_part_of_the_vintages_is_refused(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRED_API_KEY", "secret1")
    assert "all 9 values" in refused("fred:OUT", raw, observations(*REVISED, count=9), monkeypatch)


def test_without_a_key_the_file_of_the_graph_is_read_by_its_months(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its values are no key, and what it does not state is said."""
    data = b"observation_date,RATE\n2020-01-01,3.5\n2020-02-01,\n2020-03-01,4.4\n"
    said = added("fred:RATE", raw, {"fred.stlouisfed.org/graph/fredgraph.csv?id=RATE": data}, monkeypatch)
    assert "one value for each month" in said
    assert (raw / "evidence" / "rate.csv").read_text(encoding="utf-8") == "period,value\n2020-01,3.5\n2020-03,4.4\n"


# Eurostat


def table(**changes: Any) -> dict[str, Any]:
    """Return a table in JSON-stat: two countries, two years, one unit; Greece has no value in 2020."""
    dimensions = {
        "freq": {"A": "Annual"},
        "unit": {"CP_MEUR": "Current prices, million euro"},
        "geo": {"EL": "Greece", "EU27_2020": "European Union"},
        "time": {"2019": "2019", "2020": "2020"},
    } | changes.pop("dimensions", {})
    about = {
        name: {
            "label": name,
            "category": {"index": {code: place for place, code in enumerate(codes)}, "label": codes},
        }
        for name, codes in dimensions.items()
    }
    return {
        "version": "2.0",
        "class": "dataset",
        "label": "Output of an economy",
        "updated": "2024-05-30T11:00:00+0200",
        "id": list(dimensions),
        "size": [len(codes) for codes in dimensions.values()],
        "dimension": about,
        "value": {"0": 183.25, "2": 14000, "3": 13500},
        "status": {"2": "b", "3": "p"},
        **changes,
    }


EUROSTAT = "ec.europa.eu/eurostat/api/dissemination/statistics/1.0/data/nama_x?format=JSON&lang=EN"


def test_a_table_of_eurostat_has_labels_units_flags_and_its_own_countries(
    raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Greece is EL there; 183.25 million euro at position 0."""
    added("eurostat:nama_x", raw, {EUROSTAT: table()}, monkeypatch)
    rows = (raw / "evidence" / "nama_x.csv").read_text(encoding="utf-8").splitlines()
    assert rows == [
        "geo,period,value,flag",
        "EL,2019,183.25,",
        "EU27_2020,2019,14000,b",
        "EU27_2020,2020,13500,p",
    ]
    claims = [
        '"nama_x[greece, 2019]"\nunit = "EUR"\npredicate = "equals 183.25e6"',
        '"nama_x[eu27_2020, 2020]"\nunit = "EUR"\npredicate = "equals 13.5e9"',
    ]
    assert "Stands" in explained(raw, *claims) or "Consistent" in explained(raw)


def test_several_units_in_one_table_are_a_question(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    two = {"unit": {"CP_MEUR": "Million euro", "PC_GDP": "Percentage of GDP"}}
    message = refused("eurostat:nama_x", raw, {EUROSTAT: table(dimensions=two)}, monkeypatch)
    assert "unit=CP_MEUR" in message
    assert "PC_GDP (Percentage of GDP)" in message


def test_an_error_of_eurostat_is_what_it_says(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"error": [{"status": "413", "label": "Extraction too big, please filter"}]}
    assert "Extraction too big" in refused("eurostat:nama_x", raw, {EUROSTAT: said}, monkeypatch)


def test_the_first_version_of_json_stat_is_refused_by_its_name(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = table()
    old["dimension"] |= {"id": old.pop("id"), "size": old.pop("size")}
    for answer in ({"dataset": old}, {"nama_x": old}):
        message = refused("eurostat:nama_x", raw, {EUROSTAT: answer}, monkeypatch)
        assert "JSON-stat 2.0; the service answers in 1.x" in message


def test_a_category_without_an_index_is_the_only_one(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As tables of some offices have it; the unit is that of what is measured."""
    about = table(value=[1, None, 3, 4], status=None, role={"time": ["Tid"], "metric": ["what"]})
    about["id"] = ["what", "geo", "Tid"]
    about["dimension"]["what"] = {"category": {"label": {"x": "Births"}, "unit": {"x": {"base": "live births"}}}}
    about["dimension"]["Tid"] = {"category": {"index": ["2019K1", "2019K2"]}}
    added("jsonstat:https://office.example/t.json", raw, {"office.example/t.json": about}, monkeypatch)
    rows = (raw / "evidence" / "t.csv").read_text(encoding="utf-8").splitlines()
    assert rows[1:] == ["EL,2019K1,1,", "EU27_2020,2019K1,3,", "EU27_2020,2019K2,4,"]
    assert 'unit = "birth"' in (raw / "dossier.toml").read_text(encoding="utf-8")


# SDMX-CSV

OECD = "sdmx.oecd.org/public/rest/data/OECD.X,DSD@DF_DEBT,/.A?format=csvfilewithlabels"
LABELLED = """STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,REF_AREA,Reference area,FREQ,Frequency,UNIT_MEASURE,Unit,\
TIME_PERIOD,Time period,OBS_VALUE,Value,OBS_STATUS,Status,UNIT_MULT,Multiplier
DATAFLOW,X:Y(1.0),Debt,I,FRA,France,A,Annual,USD,US dollar,2019,,1.25,,A,Normal,6,Millions
DATAFLOW,X:Y(1.0),Debt,I,FRA,France,A,Annual,USD,US dollar,2020,,2.5,,P,Provisional,6,Millions
DATAFLOW,X:Y(1.0),Debt,I,DEU,Germany,A,Annual,USD,US dollar,2019,,3,,A,Normal,9,Billions
DATAFLOW,X:Y(1.0),Debt,I,DEU,Germany,A,Annual,USD,US dollar,2020,,,,M,Missing,9,Billions
"""


def test_a_flow_of_the_oecd_is_multiplied_by_row(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """1.25 with UNIT_MULT 6 is 1,250,000; 3 with 9 is three billion; M has no value."""
    added("oecd:OECD.X,DSD@DF_DEBT,/.A", raw, {OECD: LABELLED.encode()}, monkeypatch)
    rows = (raw / "evidence" / "df_debt_a.csv").read_text(encoding="utf-8").splitlines()
    assert rows == [
        "ref_area,period,value,flag",
        "DEU,2019,3000000000,",
        "FRA,2019,1250000,",
        "FRA,2020,2500000,P",
    ]
    claims = ['"df_debt_a[fra, 2020] / df_debt_a[fra, 2019]"\nunit = "ratio"\npredicate = "equals 2"']
    assert explained(raw, *claims)


def test_a_flow_of_the_central_bank_has_codes_alone(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dimensions stand before the period, attributes behind it, the value among these."""
    data = "KEY,FREQ,CURRENCY,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT,UNIT_MULT\n"
    data += "EXR.M.USD,M,USD,2024-01,1.09,A,USD,0\nEXR.M.USD,M,USD,2024-02,1.08,F,USD,0\n"
    said = added(
        "ecb:EXR/M.USD",
        raw,
        {"data-api.ecb.europa.eu/service/data/EXR/M.USD?format=csvdata": data.encode()},
        monkeypatch,
    )
    assert "1 of 2 values are forecasts" in said
    rows = (raw / "evidence" / "exr_m_usd.csv").read_text(encoding="utf-8").splitlines()
    assert rows == ["period,value,flag", "2024-01,1.09,", "2024-02,1.08,F"]


def test_a_text_in_place_of_a_flow_is_what_the_service_says(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "NoRecordsFound" in refused("oecd:OECD.X,DSD@DF_DEBT,/.A", raw, {OECD: b"NoRecordsFound"}, monkeypatch)


def sheet(factor: str, scale: str, *rows: tuple[str, str]) -> str:
    """Return a file in SDMX-ML as the IMF's, with rows of a year and a value."""
    about = f'FREQ="A" REF_AREA="FR" UNIT="EUR"{factor}{scale} LATEST_ACTUAL_ANNUAL_DATA="2019"'
    values = "".join(f'<Obs TIME_PERIOD="{year}" OBS_VALUE="{value}"/>' for year, value in rows)
    site = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<m:StructureSpecificData xmlns:m="{site}/message" xmlns:c="{site}/common" xmlns:s="{site}/data/structurespecific"
 xmlns:x="urn:x" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><m:Header><m:ID>a</m:ID><m:Test>false</m:Test>
<m:Prepared>2024-01-01T00:00:00</m:Prepared><m:Sender id="X"/><m:Structure structureID="D" namespace="urn:x"
 dimensionAtObservation="TIME_PERIOD"><c:Structure><Ref agencyID="X" id="D" version="1.0"/></c:Structure>
</m:Structure></m:Header><m:DataSet s:structureRef="D" xsi:type="x:DataSetType"><Series {about}>{values}</Series>
</m:DataSet></m:StructureSpecificData>"""


@pytest.mark.parametrize(("factor", "scale", "written"), [(' UNIT_MULT="6"', "", "1500000"), ("", ' SCALE="6"', "1.5")])
def test_sdmx_in_xml_is_multiplied_by_its_multiplier_and_not_by_how_it_is_shown(
    raw: Path, tmp_path: Path, factor: str, scale: str, written: str
) -> None:
    """What lies after the last year of data is a forecast."""
    file = tmp_path / "flow.xml"
    file.write_text(sheet(factor, scale, ("2019", "1.5"), ("2020", "2")), encoding="utf-8")
    result = tidebook("sources", "add", str(file), "--raw", str(raw))
    assert result.exit_code == 0, result.output
    assert "1 of 2 values are forecasts" in result.output
    rows = (raw / "evidence" / "flow.csv").read_text(encoding="utf-8").splitlines()
    assert rows[:2] == ["period,value,flag", f"2019,{written},"]
    assert rows[2].endswith(",F")
    assert 'unit = "EUR"' in (raw / "dossier.toml").read_text(encoding="utf-8")


ODD_FILES = {
    "an entity": ('<!DOCTYPE a [<!ENTITY x SYSTEM "dossier.toml">]>' + sheet("", ""), "without a document type"),
    "a page": ("<html>sdmx is down</html>", "SDMX that can be read"),
    "half of a file": (sheet("", "")[:700], "SDMX that can be read"),
    "no rows": (sheet("", ""), "a file with observations; it has none"),
    "an answer of a service": ('{"observations": []}', "is taken by its address, such as fred:UNRATE"),
    "a list": ('[{"page": 1}, [{"value": 1}]]', "is taken by its address, such as fred:UNRATE"),
}


@pytest.mark.parametrize("what", ODD_FILES)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(raw: Path, tmp_path: Path, what: str) -> None:
    text, expected = ODD_FILES[what]
    file = tmp_path / "flow.txt"
    file.write_text(text, encoding="utf-8")
    result = tidebook("sources", "add", str(file), "--raw", str(raw))
    assert result.exit_code == 2
    assert expected in result.output
    assert result.output.count("\n") == 1
    assert not (raw / "evidence").exists()


def test_without_its_library_a_message_names_what_brings_it(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sdmx", None)
    file = tmp_path / "flow.xml"
    file.write_text(sheet("", "", ("2019", "1")), encoding="utf-8")
    result = tidebook("sources", "add", str(file), "--raw", str(raw))
    assert result.exit_code == 3
    assert 'pip install "tidebook[sdmx]"' in result.output


# The SEC

SEC = "data.sec.gov/api/xbrl/companyconcept/CIK0000000042/us-gaap/Revenues.json"


def filed(**units: list[tuple[str, str, float, str]]) -> dict[str, Any]:
    """Return a concept with rows of start, end, value and day of filing, by unit."""
    return {
        "entityName": "Acme",
        "label": "Revenues",
        "units": {
            unit: [
                {"start": start, "end": end, "val": value, "filed": day, "accn": f"{place}", "fy": 2030, "form": "10-K"}
                for place, (start, end, value, day) in enumerate(rows)
            ]
            for unit, rows in units.items()
        },
    }


FILED = [
    ("2022-01-01", "2022-12-31", 400, "2023-02-01"),
    ("2022-10-02", "2022-12-31", 110, "2023-02-01"),  # a quarter of 13 weeks
    ("2022-01-01", "2022-12-31", 400, "2024-02-01"),  # repeated a year later
    ("2022-01-01", "2022-12-31", 390, "2024-05-01"),  # restated
]


def test_a_concept_is_as_filed_with_the_length_of_its_period(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The year and its last quarter end on one day; the restatement of May 2024 is a value from then on."""
    added("sec:42/Revenues", raw, {SEC: filed(USD=FILED)}, monkeypatch)
    rows = (raw / "evidence" / "acme_revenues.csv").read_text(encoding="utf-8").splitlines()
    assert rows == [
        "length,period,value,since",
        "quarter,2022-12-31,110,2023-02-01",
        "year,2022-12-31,400,2023-02-01",
        "year,2022-12-31,390,2024-05-01",
    ]
    claim = '"acme_revenues[\'year\', \'2022-12-31\']"\nunit = "USD"\npredicate = "equals 400"\nsaid = 2024-03-01'
    assert "400" in explained(raw, claim)


def test_a_concept_of_several_units_is_a_question(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    message = refused("sec:42/Revenues", raw, {SEC: filed(USD=FILED, EUR=FILED)}, monkeypatch)
    assert "sec:42/Revenues?unit=USD" in message


# What every service goes through


class Case(NamedTuple):
    """A service: its address, how a claim looks a value up, what it is first and later, and its answers with either."""

    address: str
    look_up: str
    value: str
    revised: str
    unit: str
    files: Callable[[str, str], Mapping[str, Any]]
    factor: str = ""


def _worldbank(value: str, day: str) -> Mapping[str, Any]:
    answers = indicator([("World", "WLD", "2019", 900.0), ("France", "FRA", "2019", float(value))])
    next(iter(answers.values()))[0]["lastupdated"] = day
    return answers


def _fred(value: str, day: str) -> Mapping[str, Any]:
    later = [("2019-10-01", "2024-07-01", value)] if day > "2024-06" else []
    return observations(("2019-10-01", "2024-05-30", "21.5"), *later)


def _eurostat(value: str, day: str) -> Mapping[str, Any]:
    return {EUROSTAT: table(value={"0": float(value), "2": 14000}, updated=f"{day}T11:00:00+0200")}


def _jsonstat(value: str, day: str) -> Mapping[str, Any]:
    return {"office.example/t.json": next(iter(_eurostat(value, day).values()))}


def _ecb(value: str, day: str) -> Mapping[str, Any]:
    lines = ["KEY,FREQ,CURRENCY,TIME_PERIOD,OBS_VALUE,OBS_STATUS,TITLE,UNIT,UNIT_MULT"]
    lines += [f"EXR.M.USD,M,USD,2024-01,{value},A,Dollar,USD,0", "EXR.M.USD,M,USD,2024-02,1.5,P,Dollar,USD,0"]
    return {"data-api.ecb.europa.eu/service/data/EXR/M.USD?format=csvdata": "\r\n".join([*lines, ""]).encode()}


def _oecd(value: str, day: str) -> Mapping[str, Any]:
    return {OECD: LABELLED.replace("1.25", value).encode()}


def _sec(value: str, day: str) -> Mapping[str, Any]:
    later = [("2022-01-01", "2022-12-31", int(value), day)] if day > "2024-06" else []
    return {SEC: filed(USD=[("2022-01-01", "2022-12-31", 400, "2024-05-30"), *later])}


def _owid(value: str, day: str) -> Mapping[str, Any]:
    site, query = "ourworldindata.org/grapher/life", "?v=1&csvType=full&useColumnShortNames=true"
    about = {"unit": "years", "titleShort": "Life expectancy", "lastUpdated": day}
    rows = f"Entity,Code,Year,Life expectancy\nFrance,FRA,2020,{value}\nWorld,OWID_WRL,2020,71.9\n"
    metadata = {"chart": {"title": "Life"}, "columns": {"Period life expectancy at birth": about}}
    return {f"{site}.csv{query}": rows.encode(), f"{site}.metadata.json{query}": metadata}


SERVICES = {
    "World Bank": Case(
        "worldbank:EN.ATM.X", "en_atm_x[fra, 2019]", "30.5", "31", "tonne", _worldbank, "e6",
    ),
    "FRED": Case("fred:OUT", "out[2019-Q4]", "21.5", "22", "USD", _fred, "e9"),
    "Eurostat": Case(
        "eurostat:nama_x", "nama_x[greece, 2019]", "183.25", "184", "EUR", _eurostat, "e6",
    ),
    "JSON-stat": Case(
        "jsonstat:https://office.example/t.json", "t[greece, 2019]", "183.25", "184", "EUR", _jsonstat, "e6",
    ),
    "ECB": Case("ecb:EXR/M.USD", "exr_m_usd[2024-01]", "1.25", "1.5", "USD", _ecb),
    "OECD": Case("oecd:OECD.X,DSD@DF_DEBT,/.A", "df_debt_a[fra, 2019]", "1.25", "1.5", "USD", _oecd, factor="e6"),
    "SEC": Case(
        "sec:42/Revenues", "acme_revenues['year', '2022-12-31']", "400", "390", "USD", _sec,
    ),
    "Our World in Data": Case(
        "owid:life", "life[fra, 2020]", "82.5", "82.75", "year", _owid,
    ),
}  # fmt: skip
OUTAGES = {
    "a page": b"<!DOCTYPE html><html><title>We are busy</title></html>",
    "a quota": b"Request rate threshold exceeded",
    "an error in JSON": b'{"error": [{"status": "503", "label": "Extraction too big"}]}',
    "a message of the World Bank": b'[{"message": [{"id": "175", "key": "Invalid format", "value": "Gone"}]}]',
    "nothing": b"",
}
"""Answers with status 200 that hold no data."""


FETCHED, REFETCHED = "2024-05-30", "2024-07-01"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_from_its_address_to_a_claim_a_revision_and_an_outage(
    service: str, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim of June stands by the value of then, and one of August by the revised one; an outage changes nothing."""
    monkeypatch.setenv("FRED_API_KEY", "secret1")
    one = SERVICES[service]
    name = one.look_up.partition("[")[0]
    days = itertools.chain([dt.date(2024, 5, 30)], itertools.repeat(dt.date(2024, 7, 1)))
    monkeypatch.setattr("tidebook.pipelines.read.sources.fetch.day_of_reading", lambda: next(days))
    added(one.address, raw, one.files(one.value, FETCHED), monkeypatch)
    claim = f'"{one.look_up}"\nunit = "{one.unit}"\npredicate = \'equals {{}}{one.factor}\'\nsaid = {{}}'
    then, later = claim.format(one.value, "2024-06-15"), claim.format(one.revised, "2024-08-01")
    assert "Stands" in explained(raw, then, later)

    files = one.files(one.revised, REFETCHED)
    assert f"{name}: vintage of {REFETCHED}" in run("fetch", name, raw, files, monkeypatch).output
    assert f"{name}: unchanged" in run("fetch", name, raw, files, monkeypatch).output
    said = explained(raw)
    assert "Stands" in said
    assert "Right by the data of its day; since that of 1 July 2024 no longer" in said
    assert "by the data of 1 July 2024" in explained(raw, name="c1")

    kept = {path: path.read_bytes() for path in raw.rglob("*.*")}
    for answer in OUTAGES.values():
        down = run("fetch", name, raw, dict.fromkeys(files, answer), monkeypatch)
        assert down.exit_code == 3, down.output
        assert "what was fetched before stays, and is stale" in down.output
        assert "secret1" not in down.output
    assert {path: path.read_bytes() for path in raw.rglob("*.*")} == kept


def test_an_answer_with_other_columns_is_no_vintage(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the key the series had days of release, without it there are none: every value would hold from any day."""
    monkeypatch.setenv("FRED_API_KEY", "secret1")
    added("fred:OUT", raw, observations(*REVISED), monkeypatch)
    monkeypatch.delenv("FRED_API_KEY")
    data = b"observation_date,OUT\n2019-10-01,21.75\n2020-01-01,22\n2020-04-01,23\n"
    result = run("fetch", "out", raw, {"fred.stlouisfed.org/graph/fredgraph.csv?id=OUT": data}, monkeypatch)
    assert result.exit_code == 3
    assert 'found "since", expected the columns of the file that was fetched before' in result.output


def test_a_country_more_is_no_vintage_of_one_without_countries(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rows would have one key."""
    one = {"geo": {"EL": "Greece"}}
    added("eurostat:nama_x", raw, {EUROSTAT: table(dimensions=one, value=[1, 2], status={})}, monkeypatch)
    result = run("fetch", "nama_x", raw, {EUROSTAT: table()}, monkeypatch)
    assert result.exit_code == 3
    assert 'found "geo"' in result.output
