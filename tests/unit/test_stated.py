"""Units in the words of publishers: what each means, and what none of them means."""

from __future__ import annotations

import pytest

from tidebook.pipelines.read.evidence_tables.stated import Stated, of_name, stated_unit

UNITS_IN_WORDS = {
    "% of GDP": Stated("percent"),
    "annual %": Stated("percent"),
    "Percent": Stated("percent"),
    "Percentage points": Stated("percentage point"),
    "percentage change, index 2015 = 100": Stated("percent"),
    "Index 2017=100": Stated("index", 1, "2017 = 100"),
    "Index, 2015=100": Stated("index", 1, "2015 = 100"),
    "metric tons": Stated("tonne"),
    "million tonnes": Stated("tonne", 1e6),
    "hectares": Stated("hectare"),
    "sq. km": Stated("km2"),
    "deaths": Stated("death"),
    "reported cases": Stated("case"),
    "terawatt-hours": Stated("TWh"),
    "TWh": Stated("TWh"),
    "Thousands of Persons": Stated("person", 1e3),
    "Thousand persons": Stated("person", 1e3),
    "Billions of Dollars": Stated("USD", 1e9),
    "Millions of euros": Stated("EUR", 1e6),
    "Billions of Chained 2017 Dollars": Stated("USD", 1e9, "Chained 2017 Dollars"),
    "current US$": Stated("USD", 1, "current US$"),
    "constant 2015 US$": Stated("USD", 1, "constant 2015 US$"),
    "Years": Stated("year"),
    "homicides per 100,000 population": Stated("homicide/100000 person"),
    "cases per 100,000": Stated("case/100000 person"),
    "Births per 1,000 people": Stated("birth/1000 person"),
    "Dollars per Hour": Stated("USD/hour"),
    "cases per day": Stated("case/day"),
    "US$ per tonne": Stated("USD/tonne"),
    "degrees Celsius": Stated("°C"),
    "hours": Stated("hour"),
    "hours per worker": Stated("hour/worker"),
    "furlongs": Stated(),
    "": Stated(),
}

NAMES = {
    "GDP (current US$)": Stated("USD", 1, "current US$"),
    "GDP per capita (constant 2015 US$)": Stated("USD/person", 1, "constant 2015 US$"),
    "GDP per capita, PPP (current international $)": Stated(
        "international dollar/person", 1, "current international $"
    ),
    "Population, total": Stated("person"),
    "Population growth (annual %)": Stated("percent"),
    "Unemployment, total (% of total labor force) (modeled ILO estimate)": Stated("percent"),
    "Physicians (per 1,000 people)": Stated("doctor/1000 person"),
    "Life expectancy at birth, total (years)": Stated("year"),
    "Forest area (sq. km)": Stated("km2"),
    "Number of reported cases": Stated("case"),
    "Ease of doing business": Stated(),
}


@pytest.mark.parametrize(("text", "expected"), UNITS_IN_WORDS.items())
def test_a_unit_in_words_has_a_symbol_a_scale_and_a_basis(text: str, expected: Stated) -> None:
    assert stated_unit(text) == expected


@pytest.mark.parametrize(("name", "expected"), NAMES.items())
def test_a_name_states_its_unit_in_brackets_or_behind_a_comma(name: str, expected: Stated) -> None:
    assert of_name(name) == expected


def test_what_is_per_people_is_counted_by_the_title() -> None:
    assert stated_unit("Per 1,000 people", "Medical doctors per 1,000 people") == Stated("doctor/1000 person")
    assert stated_unit("international-$ in 2021 prices", "Income per capita") == Stated(
        "international dollar/person", 1, "international-$ in 2021 prices"
    )
