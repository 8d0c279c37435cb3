"""What the columns of publishers' files are taken for, and what is asked in place of a guess."""

from __future__ import annotations

from typing import Any

import pytest

from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.evidence_tables.guess import Choices, Guess, guessed, looks_measured

WIDE = """Data from,An office,
Last update,2024-02-21,

Country Name,Country Code,Indicator Name,2018,2019,2020,
Aruba,ABW,"Population, total",10,11,..,
World,WLD,"Population, total",900,910,,
"""
LONG = """freq;unit;geo;TIME_PERIOD;OBS_VALUE;OBS_FLAG;note
A;PC;EL;2019;1,5;b;x
A;PC;EL;2020;2,5;;y
A;EUR;EL;2019;100,25;;z
A;EUR;EL;2020;110,5;p;w
"""
DATED = "observation_date,RATE\n2020-01-01,3.5\n2020-04-01,4.4\n2020-07-01,10.2\n"


def of(text: str, **choices: Any) -> Guess:
    """Return what a file is taken for."""
    return guessed("x.csv", text.encode(), Choices(**choices))


def test_years_in_the_header_are_a_wide_table_below_the_lines_of_its_publisher() -> None:
    found = of(WIDE)
    assert found.evidence == {"wide": "year", "unit": "person"}
    assert list(found.shown) == [
        "guess: one value for each country and 3 periods in the header; person",
        "  Aruba, 2020: ..",
        "  World, 2020: nothing",
    ]
    assert not found.questions


def test_units_that_vary_are_a_question_and_a_text_answers_it() -> None:
    """Of percentages and euros in one column neither is a key."""
    (question,) = of(LONG).questions
    assert question == 'unit has 2 texts (PC, EUR): which one? --where "unit=PC"'
    found = of(LONG, where={"unit": "PC"})
    assert not found.questions
    assert found.evidence["key"] == ["geo", "TIME_PERIOD"]
    assert found.evidence["flag"] == "OBS_FLAG"
    assert found.evidence["where"] == {"unit": "PC"}
    value = {"column": "OBS_VALUE", "unit": "percent", "decimal": ",", "grouping": "."}
    assert found.evidence["values"] == {"obs_value": value}


def test_measurements_are_no_key() -> None:
    """The values of a series are looked up by its days, which are the first of each quarter."""
    found = of(DATED)
    assert found.evidence["key"] == ["observation_date"]
    assert found.evidence["resolution"] == "quarter"
    assert found.evidence["values"] == {"rate": {"column": "RATE", "unit": "number"}}
    assert "RATE: no unit is stated" in " ".join(found.notes)
    assert of(DATED, unit="percent").evidence["values"] == {"rate": {"column": "RATE", "unit": "percent"}}


def test_what_else_tells_rows_apart_is_a_key() -> None:
    text = "sex,country,year,rate (%)\nF,FRA,2019,1\nM,FRA,2019,2\nF,DEU,2019,3\nM,DEU,2019,4\n"
    found = of(text)
    assert found.evidence["key"] == ["sex", "country", "year"]
    assert found.evidence["values"] == {"rate": {"column": "rate (%)", "unit": "percent"}}


def test_each_dimension_of_a_data_flow_that_varies_is_a_key() -> None:
    """Two currencies are two series though their years differ; what stands behind the time is none."""
    flow = "DATAFLOW,FREQ,CURRENCY,TIME_PERIOD,OBS_CONF,REMARK,OBS_VALUE\n"
    rows = "".join(f"X:Y(1.0),A,{text},1.5\n" for text in ("USD,2018,F,a", "USD,2019,F,b", "EUR,2020,F,a"))
    found = of(flow + rows)
    assert found.evidence["key"] == ["CURRENCY", "TIME_PERIOD"]


def test_rows_that_nothing_tells_apart_are_a_question() -> None:
    (question,) = of("country,year,rate\nFRA,2019,1\nFRA,2019,2\nDEU,2019,3\n").questions
    assert "several rows have the same country, year: which column tells them apart?" in question


def test_a_multiplier_multiplies_and_a_scale_does_not() -> None:
    """OECD states UNIT_MULT, the IMF how it shows numbers: a reader who confuses them is off by 10⁹."""
    text = "country,year,OBS_VALUE,UNIT_MULT,SCALE\nFRA,2019,1.5,6,9\nDEU,2019,2,6,9\n"
    found = of(text)
    assert found.evidence["values"]["obs_value"]["scale"] == 1e6
    assert "SCALE says how numbers are shown: it multiplies nothing" in found.notes


def test_multipliers_that_vary_are_a_question() -> None:
    text = "country,year,OBS_VALUE,UNIT_MULT\nFRA,2019,1.5,6\nDEU,2019,2,3\n"
    assert "UNIT_MULT varies" in of(text).questions[0]


def test_countries_in_the_header_are_a_wide_table_by_country() -> None:
    found = of("Date,FRA,DEU,Italy,World\n2018,50,,60,70\n2019,25,10,70,80\n", unit="tonnes")
    assert found.evidence == {"wide": "country", "resolution": "year", "unit": "tonne"}


def test_days_that_are_written_otherwise_are_said() -> None:
    text = "country,year,when,rate\nFRA,2019,29.01.2020,1\nDEU,2019,30.01.2020,2\nDEU,2020,29.01.2020,2\n"
    assert "when is passed over: days such as 29.01.2020 are read as 2020-01-29" in of(text).notes


def test_a_choice_that_names_no_column_is_an_error_with_what_is_near() -> None:
    with pytest.raises(InputError, match="did you mean year"):
        of("country,year,rate\nFRA,2019,1\n", key=("yaer",))
    with pytest.raises(InputError, match="did you mean PC"):
        of(LONG, where={"unit": "PCT"})


def test_units_below_the_header_are_a_part_of_it() -> None:
    found = of("Year,GDP,Population\n,USD bn,thousand persons\n2019,1.5,3\n2020,2.5,4\n2021,2.5,5\n")
    assert found.evidence["header"] == 2
    assert found.evidence["values"] == {
        "gdp_usd_bn": {"column": "GDP USD bn", "unit": "USD", "scale": 1e9},
        "population_thousand_persons": {"column": "Population thousand persons", "unit": "person", "scale": 1e3},
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Country,2019,,,\n,Q1,Q2,Q3,Q4\nFRA,1,2,3,4\nDEU,2,3,4,5\n", {"wide": "quarter", "header": 2}),
        ("Country;Population;;\n;2019;2020;2021\nFRA;1;2;3\nDEU;2;3;4\n", {"wide": "year", "header": 2}),
        ("Population;;;\nCountry;2019;2020;2021\nFRA;1;2;3\nDEU;2;3;4\n", {"wide": "year"}),
        ("geo,2019-Q1,2019-Q2,2019-Q3\nFRA,1,2,3\nDEU,3,4,5\n", {"wide": "quarter"}),
    ],
)
def test_a_line_that_spans_columns_is_a_part_of_the_header(text: str, expected: dict[str, object]) -> None:
    """What spans all of them is a title, unless it is their year."""
    assert of(text).evidence == {**expected, "unit": "number"}


def test_names_beside_periods_in_a_header_are_a_question() -> None:
    (question,) = of("Country;2019;;2020;\n;Men;Women;Men;Women\nFRA;1;2;3;4\nDEU;2;3;4;5\n").questions
    assert "the header has periods beside other names, such as 2019 Men" in question


def test_a_header_that_names_two_columns_alike_is_refused() -> None:
    with pytest.raises(InputError, match='found "Value", expected headers that differ'):
        of("Country,Value,Value\nFRA,1,2\nDEU,3,4\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("country,year,rate (%)\nGBR,2009-10,1\nGBR,2010-11,2\nGBR,2011-12,2\n", "year"),
        ("Country,2009-10,2010-11,2011-12\nGBR,1,2,3\nFRA,1,2,3\n", "the header"),
    ],
)
def test_the_first_month_of_fiscal_years_is_a_question(text: str, expected: str) -> None:
    """As months they would be read without complaint: 2011-12 is a December."""
    (question,) = of(text).questions
    assert question == f"{expected} has fiscal years such as 2009-10: what is their first month? --fiscal-year April"
    answered = of(text, fiscal_year="April")
    assert not answered.questions
    assert answered.evidence["fiscal_year"] == "April"


def test_months_are_no_fiscal_years() -> None:
    text = "country,month,rate (%)\n" + "".join(f"GBR,2011-{month:02},1\n" for month in range(1, 13))
    assert not of(text).questions


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["3.5", "4.4", "10.2", "5.1", "7.7"], True),
        (["2015", "2016", "2017", "2018", "2019"], False),
        (["01001", "01003", "01005", "01007", "01009"], False),
        (["FRA", "DEU", "ITA", "ESP", "4.4"], False),
        (["1.0", "2.5"], False),
    ],
)
def test_numbers_with_decimals_look_like_measurements(texts: list[str], expected: bool) -> None:
    assert looks_measured(dict.fromkeys(texts, 1)) is expected
