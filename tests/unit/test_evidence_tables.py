"""Evidence tables: what an expression looks up, what is missing, and what is an error at its place."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
import string

import numpy as np
import pandas as pd
import pyarrow as arrow
import pycountry
import pytest
from pyarrow import parquet

from tidebook.pipelines.evaluate.declared import read_metrics, ready_metrics
from tidebook.pipelines.evaluate.evaluations import columns
from tidebook.pipelines.evaluate.evidence_rows import evidence_extracts, evidence_rows_table
from tidebook.pipelines.evaluate.evidence_values import EvidenceValues, gap_words
from tidebook.pipelines.evaluate.frame import Scenarios
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.evaluate.unknown_keys import unknown_keys
from tidebook.pipelines.read.dossier.wording import Labels
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.evidence_tables.countries import country
from tidebook.pipelines.read.evidence_tables.declared import read_evidence_tables, units_of
from tidebook.pipelines.read.evidence_tables.periods import Age, age, between, fiscal_period, last_ended, period
from tidebook.pipelines.read.evidence_tables.series import EvidenceTables
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.warnings import evidence_label_warnings
from tidebook.schemas.evidence import EvidenceRows

DECLARED = """
[evidence.staff]
path = "staff.csv"
source = "office"
key = ["country", "year"]
values = { staff = "person" }
max_age = "2 years"

[evidence.share]
path = "wide.csv"
source = "office"
wide = "country"
resolution = "year"
unit = "percent"
aka = { world = "All countries" }

[groups]
big = "fra deu"
"union@2019" = "fra deu ita"
"union" = "fra deu"
"""

STAFF = """Entity,country,year,staff
France,France,2017,10
France,France,2018,20
France,France,2019,40
Germany,DEU,2017,30
Germany,DEU,2019,10
Italy,it,2019,5
World,World,2019,900
"""

WIDE = "Date,FRA,DEU,All countries\n2018,50,,60\n2019,25,10,70\n"
FILES = {"staff.csv": RawFile("staff.csv", STAFF.encode()), "wide.csv": RawFile("wide.csv", WIDE.encode())}
NO_FIGURES = Scenarios(pd.DataFrame([[]]).to_numpy(dtype=float), [])


def declared(text: str = DECLARED) -> EvidenceTables:
    """Return the evidence that a text declares."""
    return read_evidence_tables(RawFile("evidence.toml", text.encode()), {})


def found(
    expression: str,
    unit: str = "person",
    day: str = "2020-06-30",
    files: dict[str, RawFile] = FILES,
    text: str = DECLARED,
):
    """Return the result of an expression over the evidence above, on a day."""
    metric = ready(expression, unit, day, files, text)
    return columns(metric, NO_FIGURES)


def ready(expression: str, unit: str, day: str, files: dict[str, RawFile] = FILES, text: str = DECLARED):
    """Return a metric over the evidence above, on a day."""
    evidence = declared(text)
    raw = RawFile("metrics.toml", f"[metrics.m]\nis = '''{expression}'''\nunit = '{unit}'\nmeans = 'm'\n".encode())
    formulas = read_metrics(raw, Labels(), evidence=evidence)
    extracts = evidence_extracts(formulas, evidence, files, raw)
    rows = EvidenceRows.validate(evidence_rows_table(formulas, evidence, extracts))
    values = EvidenceValues(rows, evidence, dt.date.fromisoformat(day))
    return ready_metrics(formulas, {}, raw, StepCache(), evidence=values)["m"]


def value(expression: str, unit: str = "person", day: str = "2020-06-30") -> float:
    """Return the single value of an expression."""
    return float(found(expression, unit, day).value[0, 0])


@pytest.mark.parametrize(
    ("expression", "unit", "expected"),
    [
        ("staff[fra, 2019]", "person", 40),
        ("staff['France', 2019]", "person", 40),
        ("staff[2019, ita]", "person", 5),  # a year stands for the time, wherever it is
        ("staff[world, 2019]", "person", 900),
        ("share[world, 2018]", "percent", 60),
        ("sum(staff[fra, 2017:2018])", "person", 30),  # both ends
        ("sum(staff[:, 2019])", "person", 55),  # all countries, of which the world is none
        ("sum(staff[big, 2019])", "person", 50),
        ("sum(staff[union, 2019])", "person", 55),
        ("sum(staff[union, 2017])", "person", 40),  # before the third joined
        ("sum(staff['union@2017', 2019])", "person", 50),  # the members of another year
        ("sum(share[big, 2019] * staff[big, 2019]) / sum(staff[big, 2019])", "percent", 22),  # (25·40 + 10·10) / 50
        ("staff[fra, 2019] / staff[fra, 2017] - 1", "percent", 300),
        ("min(staff[fra, 2017:2018])", "person", 10),
        ("count(staff[big, 2019] > 20)", "number", 1),
        ("rank(staff[deu, 2019], among = staff[:, 2019])", "number", 2),
        ("slope(staff[fra, 2017:2019])", "person/year", 15),  # 10, 20, 40
        ("max(differences(staff[fra]))", "person", 20),
        ("change(staff[fra])", "ratio", 4),
        ("earliest(staff[fra])", "person", 10),
    ],
)
def test_an_index_picks_keys_and_periods(expression: str, unit: str, expected: float) -> None:
    """Worked by hand from the rows above."""
    assert value(expression, unit) == pytest.approx(expected)


@pytest.mark.parametrize("least", ["slope(staff[deu, 2017:2019])", "quantity(3, 'person/year')"])
def test_a_trend_beside_something_else_is_said_by_year(least: str) -> None:
    metric = ready(f"slope(staff[fra, 2017:2019]) > {least}", "number", "2020-06-30")
    side = metric.traced(NO_FIGURES, {}, "").sides[0]
    assert (side.unit, side.rows) == ("person/year", 3)
    assert side.value == pytest.approx(15, rel=1e-3), "10, 20, 40; years of days are of 365.2425 each"


VINTAGES = """
[evidence.jobs]
path = "jobs_{}.csv"
source = "office"
key = ["country", "year"]
values = { jobs = "person", firms = "number" }
vintages = [2019-03-01, 2020-03-01]
"""
JOBS = {
    "jobs_2019-03-01.csv": "country,year,jobs,firms\nFrance,2018,70,7\n",
    "jobs_2020-03-01.csv": "country,year,jobs,firms\nFrance,2018,72,7\nFrance,2019,80,\n",
}


@pytest.mark.parametrize(
    ("day", "jobs", "firms"),
    [("2019-02-28", np.nan, np.nan), ("2019-03-01", 70, 7), ("2020-02-29", 70, 7), ("2020-03-01", 80, np.nan)],
)
def test_a_day_has_the_newest_vintage_of_the_whole_series_by_then(day: str, jobs: float, firms: float) -> None:
    """That of March 2020 has no firms of 2019: those of 2018 are not what `2019` means."""
    files = {name: RawFile(name, text.encode()) for name, text in JOBS.items()}
    year = 2018 if day < "2020-03" else 2019
    for name, expected in (("jobs", jobs), ("firms", firms)):
        unit = "person" if name == "jobs" else "number"
        got = found(f"jobs[fra, {year}].{name}", unit, day, files, VINTAGES).value[0, 0]
        assert got == pytest.approx(expected, nan_ok=True)


OFFICE = """
[evidence.gdp]
path = "gdp.csv"
source = "office"
key = ["geo", "TIME_PERIOD"]
time = "TIME_PERIOD"
place = "geo"
where = { unit = "EUR", freq = "A" }
flag = "OBS_FLAG"
values = { gdp = { column = "OBS_VALUE", unit = "EUR", scale = 1e6 } }
"""
GDP = """freq,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG
A,EUR,DE,2019,100,
A,USD,DE,2019,110,
A,EUR,DE,2020,90,b
A,EUR,DE,2021,99,p
A,EUR,DE,2022,108.9,p
A,EUR,DE,2023,300,f
A,EUR,EU27_2020,2021,900,e
"""
OF_OFFICE = {"gdp.csv": RawFile("gdp.csv", GDP.encode())}


def of_office(expression: str, unit: str = "EUR", text: str = OFFICE):
    """Return the result of an expression over the flagged series, in 2024."""
    return found(expression, unit, "2024-06-30", OF_OFFICE, text)


def test_rows_are_chosen_by_other_columns_and_countries_by_any_header() -> None:
    assert of_office("gdp[germany, 2019]").value[0, 0] == 100e6
    assert of_office("sum(gdp[:, 2021])").value[0, 0] == 99e6, "the European Union is no country"
    assert of_office("gdp[eu27_2020, 2021]").value[0, 0] == 900e6


def test_the_world_and_kosovo_go_by_the_codes_of_publishers() -> None:
    """1W and OWID_WRL are one key, `world`, which is no country; OWID_KOS is one."""
    rows = "code,year,staff\n1W,2018,90\nOWID_WRL,2019,95\nOWID_KOS,2019,2\nEL,2019,3\nUK,2019,4\n"
    text = (
        '[evidence.staff]\npath = "staff.csv"\nsource = "office"\nkey = ["code", "year"]\nvalues = { staff = "person" }'
    )
    files = {"staff.csv": RawFile("staff.csv", rows.encode())}
    for expression, expected in (
        ("staff[world, 2018]", 90),
        ("staff[world, 2019]", 95),
        ("staff[kosovo, 2019]", 2),
        ("sum(staff[:, 2019])", 9),
    ):
        assert found(expression, files=files, text=text).value[0, 0] == expected


def test_a_forecast_is_no_observation() -> None:
    """The latest value is the provisional one of 2022, and that of 2023 is missing, with the reason."""
    assert of_office("gdp[deu, latest]").value[0, 0] == 108.9e6
    missing = of_office("gdp[deu, 2023]")
    assert np.isnan(missing.value[0, 0])
    assert "gdp for Germany in 2023 (what is there is a forecast)" in gap_words(missing.gaps)


def test_a_growth_across_a_break_is_not_known() -> None:
    """2020 is the first year of the new series: 2019 and 2020 cannot be compared, 2021 and 2022 can."""
    assert of_office("gdp[deu, 2022] / gdp[deu, 2021] - 1", "percent").value[0, 0] == pytest.approx(10)
    for expression in ("gdp[deu, 2021] / gdp[deu, 2019] - 1", "gdp[deu, 2020] / gdp[deu, 2019] - 1"):
        broken = of_office(expression, "percent")
        assert np.isnan(broken.value[0, 0])
        assert "across 2020, where the series breaks" in gap_words(broken.gaps)
    assert of_office("gdp[deu, 2021] / gdp[deu, 2020] - 1", "percent").value[0, 0] == pytest.approx(10)


def test_a_text_that_a_column_lacks_is_an_error_with_what_is_near() -> None:
    with pytest.raises(InputError, match=r"did you mean EUR"):
        of_office("gdp[deu, 2019]", text=OFFICE.replace('"EUR", freq', '"EURO", freq'))


def test_rows_that_differ_in_other_columns_are_told() -> None:
    with pytest.raises(InputError, match=r"one row for each key; .*`where` names them"):
        of_office("gdp[deu, 2019]", text=OFFICE.replace('unit = "EUR", freq', "freq"))


REVISED = """
[evidence.jobless]
path = "jobless.csv"
source = "office"
key = ["month"]
since = "realtime_start"
values = { rate = "percent" }
"""
JOBLESS = """month,realtime_start,rate
2019-01,2019-02-01,4.0
2019-02,2019-03-08,3.8
2019-01,2020-01-10,3.9
"""


@pytest.mark.parametrize(
    ("day", "january", "february"),
    [
        ("2019-01-31", np.nan, np.nan),
        ("2019-02-01", 4.0, np.nan),
        ("2019-03-08", 4.0, 3.8),
        ("2020-01-10", 3.9, 3.8),  # the value of February was not replaced, and still holds
    ],
)
def test_each_row_holds_until_a_later_one_replaces_it(day: str, january: float, february: float) -> None:
    files = {"jobless.csv": RawFile("jobless.csv", JOBLESS.encode())}
    got = [found(f"jobless['2019-0{n}']", "percent", day, files, REVISED).value[0, 0] for n in (1, 2)]
    assert got == pytest.approx([january, february], nan_ok=True)


def test_days_share_one_index_of_the_rows() -> None:
    """An index for each day took as much time and memory as there are days."""
    rows = pd.DataFrame(columns=list(EvidenceRows.to_schema().columns))
    values = EvidenceValues(rows, declared())
    first, second = (values.on(dt.date(2019, 1, day)) for day in (1, 2))
    assert first is not second
    assert first._index is second._index
    assert first.on(dt.date(2019, 1, 2)) is second


def test_the_latest_period_is_the_last_that_had_ended() -> None:
    """On 30 June 2019 that is 2018, on 31 December 2019 itself; of Germany 2017 is not too old by then, later it is."""
    assert value("staff[fra, latest]", day="2019-06-30") == 20
    assert value("latest(staff[fra])", day="2019-12-31") == 40
    assert value('latest(staff[fra], until = "2018-01-15")') == 10
    assert value("staff[deu, latest]", day="2019-06-30") == 30
    late = found("staff[deu, latest]", day="2023-06-30")
    assert gap_words(late.gaps) == "there is no value of staff for Germany by 2023-06-30"


def test_sums_and_means_over_a_gap_have_no_value() -> None:
    """Germany has no row of 2018; what is left out on purpose is left out."""
    gap = "there is no value of staff for Germany in 2018"
    mean = found("mean(staff[deu, 2017:2019])")
    assert pd.isna(mean.value[0, 0])
    assert gap_words(mean.gaps) == gap
    assert value("mean(known(staff[deu, 2017:2019]))") == 20
    total = found("sum(staff[deu, 2017:2019])")
    assert (total.least[0, 0], total.most[0, 0]) == (40, float("inf"))


def test_an_extreme_over_a_gap_is_open_on_one_side() -> None:
    """At least 30 were there: whether 35 is more than any of them stays open, and 20 is not."""
    assert value("staff[fra, 2018] > max(staff[deu, 2017:2019])", "number") == 0
    lowest = found("min(staff[deu, 2017:2019])")
    assert (lowest.least[0, 0], lowest.most[0, 0]) == (0, 10)


def test_differences_do_not_bridge_a_gap() -> None:
    """Germany fell by 20 in two years: by how much in one is not known, nor a change from before the series."""
    assert pd.isna(found("min(differences(staff[deu, 2017:2019]))").value[0, 0])
    fewest = found("min(differences(staff[fra, 2016:2019]))")
    assert (fewest.least[0, 0], fewest.most[0, 0]) == (float("-inf"), 10)


def test_a_month_of_a_yearly_series_has_no_value() -> None:
    """Nothing is interpolated, and the reason says so."""
    month = found('staff[fra, "2018-05"]')
    assert "(it has one value for each year)" in gap_words(month.gaps)


PERIODS = "Country,Code,2018,2019,2019-Q2\nFrance,FRA,50,25,\nGermany,DEU,..,10,\n"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("share[fra, 2018]", 50),
        ("max(share[:, 2019])", 25),
        ("min(share[fra, 2018:2019])", 25),
        ("share[deu, latest]", 10),
    ],
)
def test_headers_may_be_periods(expression: str, expected: float) -> None:
    """As in files of the World Bank: the first column has the country, a column that is no period is passed over."""
    text = DECLARED.replace('wide = "country"', 'wide = "year"')
    files = {**FILES, "wide.csv": RawFile("wide.csv", PERIODS.encode())}
    assert found(expression, "percent", files=files, text=text).value[0, 0] == pytest.approx(expected)


def test_a_wide_table_without_periods_is_an_error() -> None:
    """The message says which headers were expected, and which are there."""
    text = DECLARED.replace('wide = "country"', 'wide = "year"')
    with pytest.raises(InputError, match="columns whose headers are periods"):
        found("share[fra, 2019]", "percent", text=text)


def test_a_minus_takes_members_out_of_a_group() -> None:
    text = DECLARED.replace('big = "fra deu"', 'all = "fra deu ita"\nbig = "all -ita"')
    assert found("sum(staff[big, 2019])", text=text).value[0, 0] == 50


def test_a_minus_before_what_is_not_a_member_is_an_error() -> None:
    text = DECLARED.replace('big = "fra deu"', 'big = "fra deu -gbr"')
    with pytest.raises(InputError, match='found "-gbr", expected after a minus, a country or group that the words'):
        declared(text)


@pytest.mark.parametrize("day", ["29.01.2019", "01/29/2019", "Jan 2019"])
def test_a_column_of_times_in_which_nothing_is_a_period_is_an_error(day: str) -> None:
    """Else its rows would be missed without a word, and the value would only be missing."""
    files = {**FILES, "staff.csv": RawFile("staff.csv", f"Entity,country,year,staff\nFrance,FR,{day},10\n".encode())}
    with pytest.raises(InputError, match=f'staff.csv, column "year": found "{day}", expected periods such as 2019'):
        found("staff[fra, 2019]", files=files)


def test_a_total_among_the_times_is_passed_over() -> None:
    files = {**FILES, "staff.csv": RawFile("staff.csv", (STAFF + "France,FR,Total,70\n").encode())}
    assert found("staff[fra, 2019]", files=files).value[0, 0] == 40


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("staff[fra, 2019] - 2020-10-29", 'a date in quotation marks: "2020-10-29"'),
        ("staff[frx, 2019]", "a country of staff"),
        ("staff[fra, 2019, 2018]", "no more than country, year"),
        ("staff[fra, 2019:2018]", "a range whose first period is not after its last"),
        ("staff[fra, 2019].people", "a value of staff"),
        ("stafff[fra, 2019]", "did you mean staff?"),
        ("staff[fra, 2019] + share[fra, 2019]", "a value in person"),
        ("slope(staff[:, 2019])", "evidence over time alone"),
        ("latest(staff[fra] / 2)", "one series, such as latest(a[gbr])"),
        ('latest(staff[fra], until = "2019-13-01")', 'a date such as "2019-05-31"'),
    ],
)
def test_a_wrong_index_is_an_error_at_its_place(expression: str, expected: str) -> None:
    """The message says what was expected, with what is near."""
    with pytest.raises(InputError) as error:
        found(expression)
    assert expected in str(error.value)


def unknown(*indices: str, series: str = "staff", fail: bool) -> list[str]:
    """Return what is told of the keys of some lookups, in the order of the indices."""
    evidence = declared()
    text = "".join(
        f"[metrics.m{number}]\nis = '{series}[{each}]'\nunit = 'person'\nmeans = 'm'\n"
        for number, each in enumerate(indices)
    )
    raw = RawFile("metrics.toml", text.encode())
    formulas = read_metrics(raw, Labels(), evidence=evidence)
    there = {"staff": {"country": {"fra"}}, "share": {"country": {"fra"}}}
    errors = unknown_keys(formulas, evidence, there, FILES.__getitem__, fail=fail)
    return [each.expected for each in errors]


def test_a_key_that_no_row_has_is_told_with_the_three_nearest() -> None:
    """Of France, Germany, Italy and the world, by their letters."""
    (told,) = unknown("fra, 2019", "itx, 2019", fail=False)
    assert told == "a country of staff: the nearest are ita, world or fra"
    assert unknown("fra, 2019", "itx, 2019", fail=True) == []
    (told,) = unknown("fra, 2019", "gbr, 2019", fail=False)
    assert told.startswith("a country of staff: the nearest are ")


def test_a_column_that_has_no_key_which_is_asked_for_is_an_error_unless_it_lacks_countries_alone() -> None:
    """Britain may be missing from a table of countries; XYZ is nowhere, and neither are the others."""
    assert len(unknown("xyz, 2019", "itx, 2019", fail=True)) == 2
    assert unknown("xyz, 2019", "itx, 2019", fail=False) == []
    assert unknown("gbr, 2019", fail=True) == []
    assert len(unknown("gbr, 2019", fail=False)) == 1


def test_of_a_group_the_absent_members_are_named() -> None:
    """The wide table has France and Germany, the group Italy as well."""
    (told,) = unknown("union, 2019", series="share", fail=False)
    assert told.startswith("a country of share, which has no ita: the nearest are ")


def test_doubled_keys_are_an_error() -> None:
    """Two rows of one key would make a value a matter of order."""
    twice = STAFF + "France,FR,2019,41\n"
    with pytest.raises(InputError, match="two of fra 2019"):
        found("staff[fra, 2019]", files={**FILES, "staff.csv": RawFile("staff.csv", twice.encode())})


def test_a_cell_that_is_not_a_number_is_an_error() -> None:
    """Its column and text are told."""
    odd = STAFF.replace("2019,40", "2019,seventh heaven")
    with pytest.raises(InputError, match="seventh heaven"):
        found("staff[fra, 2019]", files={**FILES, "staff.csv": RawFile("staff.csv", odd.encode())})


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Paris", "America/New_York"])
@pytest.mark.parametrize("hour", [0, 12])
def test_a_time_of_parquet_is_of_its_day(zone: str | None, hour: int) -> None:
    """Midnight of Paris is the day before in UTC, and noon of the last day is in the range."""
    days = pd.to_datetime(ROWS["year"].astype(str) + f"-06-01 {hour:02}:00").dt.tz_localize(zone)
    text = DECLARED.replace('key = ["country", "year"]\nvalues', 'key = ["country", "day"]\nvalues')
    files = {**FILES, "staff.csv": RawFile("staff.csv", as_parquet(ROWS.assign(day=days.dt.as_unit("ns"))))}
    last = 'max(staff[fra, "2018-01-01":"2019-06-01"])'
    for expression in ('staff[fra, "2019-06-01"]', last, 'max(staff[fra, "0001-01-01":"9998-12-31"])'):
        assert found(expression, files=files, text=text).value[0, 0] == 40


def test_parquet_gives_the_same_rows_as_csv() -> None:
    """Only the reader differs."""
    file = io.BytesIO()
    pd.read_csv(io.StringIO(STAFF)).to_parquet(file)
    files = {**FILES, "staff.csv": RawFile("staff.csv", file.getvalue())}
    for expression in ("sum(staff[union, 2019])", "sum(staff[fra, 2017:2018])", "staff[world, 2019]"):
        assert found(expression, files=files).value[0, 0] == value(expression)


def extracts(expression: str, unit: str, files: dict[str, RawFile] = FILES) -> dict[str, bytes]:
    """Return the parts of files that an expression over the evidence above needs."""
    raw = RawFile("metrics.toml", f"[metrics.m]\nis = '{expression}'\nunit = '{unit}'\nmeans = 'm'\n".encode())
    return evidence_extracts(read_metrics(raw, Labels(), evidence=declared()), declared(), files, raw)


def test_an_extract_has_the_cells_that_are_named_as_they_stand() -> None:
    """Two countries in other spellings, some years, and of a wide table the named columns."""
    parts = extracts("staff[fra, 2019] - max(staff[ita, 2018:])", "person")
    assert parts["staff/staff.csv"].decode() == "country,year,staff\nFrance,2019,40\nit,2019,5\n"
    assert json.loads(parts["files.json"]) == {"staff.csv": FILES["staff.csv"].sha256}
    assert extracts("share[world, 2019]", "percent")["share/wide.csv"].decode() == "Date,All countries\n2019,70\n"


def test_an_extract_of_parquet_is_parquet_with_the_types_of_the_file() -> None:
    """An integer stays one; what pandas noted on the file is left out."""
    file = io.BytesIO()
    pd.read_csv(io.StringIO(STAFF)).to_parquet(file)
    parts = extracts("staff[fra, 2019]", "person", {**FILES, "staff.csv": RawFile("staff.csv", file.getvalue())})
    part = parquet.read_table(io.BytesIO(parts["staff/staff.csv"]))
    assert part.to_pylist() == [{"country": "France", "year": 2019, "staff": 40}]
    assert part.schema.metadata is None


def as_parquet(frame: pd.DataFrame) -> bytes:
    """Return a table as Parquet."""
    file = io.BytesIO()
    frame.to_parquet(file)
    return file.getvalue()


ROWS = pd.read_csv(io.StringIO(STAFF))
DAMAGED = {
    "cut": as_parquet(ROWS)[:-30],
    "only the first bytes": b"PAR1",
    "flipped": as_parquet(ROWS).replace(b"France", b"\xff\xfe\xff\xfe\xff\xfe"),
    "a column of lists": as_parquet(ROWS.assign(staff=[[1]] * len(ROWS))),
    "a column of bytes": as_parquet(ROWS.assign(country=[b"\x00"] * len(ROWS))),
    "an infinite number": as_parquet(ROWS.assign(staff=float("inf"))),
    "days for numbers": as_parquet(ROWS.assign(staff=pd.Timestamp("2020-01-01"))),
    "no UTF-8": STAFF.replace("Italy,it", "Italy,\xff").encode("latin-1"),
    "NUL": STAFF.replace("2019,40", "2019,4\x000").encode(),
    "control characters": STAFF.replace("2019,40", "2019,\x1b[31m").encode(),
    "ragged rows": (STAFF + "France,France\n").encode(),
    "a quotation mark": (STAFF + '"France,France,2016,1\n').encode(),
    "an infinite text": STAFF.replace("2019,40", "2019,1e999").encode(),
    "nothing": b"",
    "only line ends": b"\n\n\n",
}


@pytest.mark.parametrize("how", DAMAGED)
def test_a_damaged_file_is_an_error_that_names_it(how: str) -> None:
    """Whatever a reader of CSV or Parquet makes of it, and in text that acts on no terminal."""
    with pytest.raises(InputError) as error:
        found("sum(staff[:, 2019])", files={**FILES, "staff.csv": RawFile("staff.csv", DAMAGED[how])})
    assert "staff.csv" in str(error.value)
    assert str(error.value).replace("\n", "").isprintable()


def packed(rows: int, text: str) -> bytes:
    """Return a Parquet file of some kB that holds the same row over and over."""
    indices = arrow.array(np.zeros(rows, dtype=np.int32))
    row = {"country": text, "year": 2019, "staff": 1}
    columns = {name: arrow.DictionaryArray.from_arrays(indices, arrow.array([value])) for name, value in row.items()}
    file = io.BytesIO()
    parquet.write_table(arrow.table(columns), file, compression="zstd")
    return file.getvalue()


@pytest.mark.parametrize(
    ("rows", "text", "expected"),
    [
        (1_000_001, "France", "at most 1,000,000 rows in"),
        (10_000, "x" * 30_000, "texts of at most 256 MiB in the rows of a column"),
        (1, "x" * 80_000_000, "columns of at most 64 times the file's bytes"),
    ],
)
def test_a_file_of_some_kb_that_would_fill_the_memory_is_refused(rows: int, text: str, expected: str) -> None:
    data = packed(rows, text)
    assert len(data) < 50_000
    with pytest.raises(InputError, match=expected):
        found("sum(staff[:, 2019])", files={**FILES, "staff.csv": RawFile("staff.csv", data)})


LAID_OUT = {
    "semicolons": STAFF.replace(",", ";"),
    "tabs": STAFF.replace(",", "\t"),
    "a byte-order mark": "\ufeff" + STAFF,
    "line ends of a Mac": STAFF.replace("\n", "\r"),
    "lines above": f'Data Source,Office,\n\n"Updated",2024-05-30,\n\n{STAFF}',
    "a comment above": f"# Staff, by country\n{STAFF}",
    "notes below": f"{STAFF}\n\nSource: Office\nLast updated: 2024-05-30\n",
    "empty notes below": f"{STAFF}\nSource: Office,,,\n",
    "a sign behind each row": STAFF.replace("\n", ",,\n"),
    "blanks around cells": STAFF.replace(",", " , "),
    "a line end in a header": STAFF.replace("Entity,", '"Entity\nby name",'),
    "years as floating numbers": STAFF.replace("2019", "2019.0"),
    "years with a letter": STAFF.replace("2019", "Y2019"),
}


@pytest.mark.parametrize("how", LAID_OUT)
def test_a_publisher_s_layout_is_read(how: str) -> None:
    """The header is the first row with the keys, whatever stands above it; a row of one cell is a note."""
    files = {**FILES, "staff.csv": RawFile("staff.csv", LAID_OUT[how].encode())}
    assert found("sum(staff[fra, 2018:2019])", files=files).value[0, 0] == 60


@pytest.mark.parametrize("text", ["Y2018,Y2019", "2018.0,2019.0", "2018 [YR2018],2019 [YR2019]", "2019"])
def test_headers_may_be_years_as_programs_write_them(text: str) -> None:
    """Those of FAO, pandas and the World Bank, below a row in which a day stands alone."""
    above = "Data Source,World Development Indicators,\nLast Updated Date,2024-05-30,\n"
    rows = f"Country,{text}\nFrance,{'1,' if ',' in text else ''}25\n"
    files = {**FILES, "wide.csv": RawFile("wide.csv", ((above if "," in text else "") + rows).encode())}
    declaration = DECLARED.replace('wide = "country"', 'wide = "year"')
    assert found("share[fra, 2019]", "percent", files=files, text=declaration).value[0, 0] == 25


@pytest.mark.parametrize(
    ("convention", "cell", "expected"),
    [
        ('locale = "de"', "1.234", 1234),
        ('grouping = "\'"', "1'234", 1234),
        ("scale = 1e3", "40", 40_000),
        ('missing = ["x"]', "x", None),
        ('nil = ["—"]', "—", 0),
        ('footnotes = [" e"]', "40 e", 40),
    ],
)
def test_numbers_are_read_as_they_are_declared_to_be_printed(
    convention: str, cell: str, expected: float | None
) -> None:
    """By the keys that printed tables have."""
    text = DECLARED.replace('max_age = "2 years"', f'max_age = "2 years"\n{convention}')
    files = {**FILES, "staff.csv": RawFile("staff.csv", STAFF.replace("2019,40", f"2019,{cell}").encode())}
    result = found("staff[fra, 2019]", files=files, text=text).value[0, 0]
    assert pd.isna(result) if expected is None else result == expected


def test_a_scale_is_of_the_numbers_of_parquet_too() -> None:
    """They have no text by which a reader would know."""
    text = DECLARED.replace('staff = "person"', 'staff = { unit = "person", scale = 1e3 }')
    files = {**FILES, "staff.csv": RawFile("staff.csv", as_parquet(ROWS))}
    assert found("staff[fra, 2019]", files=files, text=text).value[0, 0] == 40_000


@pytest.mark.parametrize(
    ("cell", "expected"), [("<40", "no bound"), ("~40", "no bound"), ('"40,5"', 'such as locale = "de"')]
)
def test_a_cell_that_is_not_one_number_is_an_error(cell: str, expected: str) -> None:
    """A bound taken for its number would decide what it does not."""
    odd = STAFF.replace("2019,40", f"2019,{cell}")
    with pytest.raises(InputError, match=expected):
        found("staff[fra, 2019]", files={**FILES, "staff.csv": RawFile("staff.csv", odd.encode())})


def test_two_spellings_of_one_country_are_both_found() -> None:
    """One row spelled as usual does not hide another one."""
    text = STAFF.replace("France,France,2018", 'Frankreich,"FRANCE, the",2018')
    files = {**FILES, "staff.csv": RawFile("staff.csv", text.encode())}
    assert found("sum(staff[fra, 2017:2019])", files=files).value[0, 0] == 70


def test_a_typo_in_a_key_is_noted() -> None:
    """`Germny` is no country, so that `:` would leave its row out; Niger and Nigeria are two, and the world is far."""
    text = STAFF + "Germny,Germny,2018,7\nNiger,Niger,2018,1\nNigeria,Nigeria,2018,2\n"
    (note,) = evidence_label_warnings(
        declared().series["staff"], RawFile("staff.csv", text.replace("DEU", "Germany").encode())
    )
    assert 'column "country"' in str(note) and "Germny" in str(note) and "did you mean Germany?" in str(note)
    assert [*evidence_label_warnings(declared().series["staff"], FILES["staff.csv"])] == []
    codes = RawFile("wide.csv", b"Date,France,OWID_USS,OWID_KOS,EU27_2020,EU28_2013,EU27_2007\n2018,1,2,3,4,5,6\n")
    assert [*evidence_label_warnings(declared().series["share"], codes)] == []
    headers = RawFile("wide.csv", b"Date,France,Frnace,Italy\n2018,1,2,3\n")
    (note,) = evidence_label_warnings(declared().series["share"], headers)
    assert "Frnace" in str(note)


def test_a_day_that_is_none_has_no_row() -> None:
    """Dates of Parquet may be absent."""
    days = pd.to_datetime(ROWS["year"].astype(str) + "-06-01").where(ROWS["staff"] != 20)
    text = DECLARED.replace('key = ["country", "year"]\nvalues', 'key = ["country", "day"]\nvalues')
    files = {**FILES, "staff.csv": RawFile("staff.csv", as_parquet(ROWS.assign(day=days)))}
    assert found("max(staff[fra])", files=files, text=text).value[0, 0] == 40
    assert found("count(staff[fra])", "number", files=files, text=text).value[0, 0] == 2


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (('max_age = "2 years"', 'max_age = "old"'), "an age such as 3 years"),
        (('unit = "percent"', ""), "a unit: the metadata has none that is known"),
        (('staff = "person"', 'staff = "persn"'), "did you mean person or percent?"),
        (('path = "staff.csv"', ""), "either path"),
        (('resolution = "year"', 'resolution = "years"'), "did you mean year?"),
        (('wide = "country"', 'wide = "yera"\nkey = ["country", "year"]'), "one of two keys"),
        (('wide = "country"', 'key = ["sector", "country", "year"]\nwide = "country"'), "one of two keys"),
    ],
)
def test_a_wrong_declaration_is_an_error(change: tuple[str, str], expected: str) -> None:
    """The message says what was expected in place of what is there."""
    with pytest.raises(InputError) as error:
        declared(DECLARED.replace(*change))
    assert expected in str(error.value)


def test_metadata_gives_titles_and_units_and_an_override_is_kept_in_words() -> None:
    """A folder of files needs one line for each series."""
    text = (
        '[evidence.all]\nfiles = "{}.csv"\nwide = "country"\nmetadata = "metadata.json"\nsource = "office"\n'
        '[evidence.all.series]\na = "one"\nb = { file = "two", unit = "person" }\n'
    )
    stated = (
        b'[{"filename": "one.csv", "title": "One", "unit": "% of adults"},'
        b' {"filename": "two.csv", "title": "Two", "unit": "heads"}]'
    )
    tables = read_evidence_tables(
        RawFile("evidence.toml", text.encode()), {"metadata.json": RawFile("metadata.json", stated)}
    )
    assert tables.series["a"].title == "One"
    assert tables.series["a"].values["value"].unit == "percent"
    assert tables.series["b"].overridden == "unit 'heads' of the metadata replaced"


def test_a_data_package_states_columns_with_their_units() -> None:
    """Fields with a unit are values, unless they are keys."""
    files = 'path = "rates.csv"\nmetadata = "datapackage.json"\nsource = "office"'
    text = f'[evidence.rates]\n{files}\nkey = ["country", "year"]'
    fields = b'[{"name": "country"}, {"name": "year", "unit": "year"}, {"name": "Rate", "unit": "%"}]'
    package = b'{"resources": [{"path": "rates.csv", "title": "Rates", "schema": {"fields": ' + fields + b"}}]}"
    tables = read_evidence_tables(
        RawFile("evidence.toml", text.encode()), {"datapackage.json": RawFile("datapackage.json", package)}
    )
    assert tables.series["rates"].title == "Rates"
    assert {name: value.unit for name, value in tables.series["rates"].values.items()} == {"rate": "percent"}


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        ('"decimalChar": ","', (",", ".")),
        ('"groupChar": " "', (".", " ")),
        ('"decimalChar": "x"', ("", "")),
        ('"decimalChar": ["."]', ("", "")),
    ],
)
def test_a_data_package_states_the_signs_of_its_numbers(signs: str, expected: tuple[str, str]) -> None:
    """The table may say otherwise; what are no such signs is passed over."""
    text = '[evidence.rates]\npath = "rates.csv"\nmetadata = "datapackage.json"\nsource = "office"\nkey = ["year"]\n'
    field = f'{{"name": "Rate", "unit": "%", {signs}}}'
    package = f'{{"resources": [{{"path": "rates.csv", "schema": {{"fields": [{field}]}}}}]}}'
    metadata = {"datapackage.json": RawFile("datapackage.json", package.encode())}
    evidence = read_evidence_tables(RawFile("evidence.toml", text.encode()), metadata)
    printing = evidence.series["rates"].values["rate"].printing
    assert (printing.decimal, printing.grouping) == expected


@pytest.mark.parametrize("schema", [None, "schema.json", {}, {"fields": None}, {"fields": 5}, {"fields": [None]}])
def test_a_schema_without_a_list_of_fields_states_no_units(schema: object) -> None:
    """A Data Package from elsewhere may hold anything."""
    assert units_of({"schema": schema}) == {}


@pytest.mark.parametrize("stated", [b"[", b"[" * 100_000, b"[" + b"1" * 5_000 + b"]"], ids=["open", "deep", "long"])
def test_metadata_that_cannot_be_read_are_an_error_of_their_file(stated: bytes) -> None:
    """Cut off, nested too deep for the parser, or with an integer of too many digits."""
    files = 'path = "rates.csv"\nmetadata = "metadata.json"\nsource = "office"'
    text = f'[evidence.rates]\n{files}\nkey = ["country", "year"]'
    with pytest.raises(InputError, match=r"^metadata.json.*: expected well-formed JSON"):
        read_evidence_tables(
            RawFile("evidence.toml", text.encode()), {"metadata.json": RawFile("metadata.json", stated)}
        )


def test_every_country_of_iso_3166_has_its_codes_and_names() -> None:
    """CLDR has the codes, and the names but for the official ones; pycountry has what ISO publishes."""
    for one in pycountry.countries:
        known = {one.alpha_2, one.alpha_3, one.name, getattr(one, "official_name", one.name)}
        assert {country(text) for text in known} == {one.alpha_3.lower()}, known
    three = map("".join, itertools.product(string.ascii_uppercase, repeat=3))
    others = {"XKX", "UAE", "DRC", "PRC"}
    assert {text for text in three if country(text)} == {one.alpha_3 for one in pycountry.countries} | others


@pytest.mark.parametrize("text", ["Republic of Vietnam", "Democratic Yemen", "Republic of Germany", "AC", "DDR", "XK9"])
def test_a_state_of_the_past_is_not_the_one_of_its_name(text: str) -> None:
    assert country(text) is None


def test_names_and_codes_of_a_country_are_one_key() -> None:
    """ISO 3166 and the usual English names; a group or a region is no country."""
    assert {country(text) for text in ("GBR", "gb", "United Kingdom")} == {"gbr"}
    assert country("South Korea") == country("Korea, Republic of") == "kor"
    assert country("Kosovo") == "xkx"
    assert country("World") is None


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("gbr", ["UK", "U.K.", "Great Britain"]),
        ("usa", ["U.S.", "the United States"]),
        ("civ", ["Ivory Coast", "Cote d'Ivoire", "Côte d’Ivoire"]),
        ("cod", ["DR Congo", "Democratic Republic of Congo", "Congo, Dem. Rep."]),
        ("cog", ["Congo", "Congo, Rep."]),
        ("kor", ["Korea, Rep.", "Korea, South"]),
        ("prk", ["Korea, Dem. People's Rep."]),
        ("tur", ["Turkey", "Türkiye"]),
        ("gmb", ["Gambia, The"]),
        ("vir", ["Virgin Islands (U.S.)", "United States Virgin Islands"]),
        ("isl", ["Iceland", "IS"]),
    ],
)
def test_usual_names_of_publishers_are_known(code: str, names: list[str]) -> None:
    """Short and former names, and those of the World Bank and Our World in Data, which turn and shorten words."""
    assert {country(name) for name in names} == {code}


@pytest.mark.parametrize(
    "text", ["Africa", "North Africa", "Islands", "Republic", "the", "South Georgia", "Ireland, N"]
)
def test_a_part_of_a_name_is_not_a_country(text: str) -> None:
    """Regions and other parts stay what they are, lest they be counted among countries."""
    assert country(text) is None


def test_periods_of_a_range_and_ages() -> None:
    """Quarters of a year, the last month that had ended, and three years back."""
    first, last = period("2019"), period("2019")
    assert [each.text for each in between(first, last, "quarter")] == ["2019-Q1", "2019-Q2", "2019-Q3", "2019-Q4"]
    assert last_ended(dt.date(2019, 2, 28), "month").text == "2019-02"
    assert last_ended(dt.date(2019, 2, 27), "month").text == "2019-01"
    assert age("3 years") == Age(3, "year")
    assert age("3 years").earliest(period("2019")) == dt.date(2016, 1, 1)
    assert period("2019-13") is None
    assert period("9999") is None
    assert age("3000 years").earliest(period("2019")) == dt.date.min


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fr\u200bance", 'staff.csv, column "country": found "Fr\\u200bance", expected a name without U+200B'),
        ("Fr\u0430nce", "expected a name without U+0430 CYRILLIC SMALL LETTER A"),
        ("\u202eecnarF", "expected a name without U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("Fran\x00ce", r'staff.csv:9: found "\x00", expected text without control characters'),
        ("Fran\x9bce", r'staff.csv:9: found "\x9b", expected text without control characters'),
    ],
)
def test_a_name_that_looks_like_another_one_is_refused_in_evidence_too(text: str, expected: str) -> None:
    files = FILES | {"staff.csv": RawFile("staff.csv", f"{STAFF}x,{text},2019,7\n".encode())}
    with pytest.raises(InputError) as refused:
        found("sum(staff[:, 2019])", files=files)
    assert expected in str(refused.value)


def test_a_header_that_looks_like_another_country_is_refused() -> None:
    wide = WIDE.replace("FRA", "FR\u0410")
    with pytest.raises(InputError, match=r'wide\.csv:1, column "country": found "FR\u0410", expected a name without'):
        found("share[deu, 2019]", "percent", files=FILES | {"wide.csv": RawFile("wide.csv", wide.encode())})


def test_names_of_other_scripts_are_names() -> None:
    files = FILES | {
        "staff.csv": RawFile("staff.csv", f"{STAFF}x,\u0420\u043e\u0441\u0441\u0438\u044f,2019,7\n".encode())
    }
    assert float(found("staff[rossiya, 2019]", files=files).value[0, 0]) == 7


def test_a_column_may_be_both_a_key_and_a_value() -> None:
    text = DECLARED.replace('key = ["country", "year"]', 'key = ["country", "year", "staff"]')
    assert found("max(staff[fra, 2019, :])", text=text).value[0, 0] == 40


BUDGET = """
[evidence.budget]
path = "budget.csv"
source = "office"
key = ["country", "year"]
fiscal_year = "April"
values = { spent = "USD" }
"""


@pytest.mark.parametrize(
    ("expression", "day", "expected"),
    [
        ("budget[gbr, '2010/11']", "2020-06-30", 10),
        ("budget[gbr, 'FY2012']", "2020-06-30", 20),  # it ends in March 2012
        ("sum(budget[gbr, '2010/11':'FY2013'])", "2020-06-30", 60),
        ("budget[gbr, latest]", "2013-03-30", 20),
        ("budget[gbr, latest]", "2013-03-31", 30),
    ],
)
def test_a_fiscal_year_has_the_months_that_are_declared(expression: str, day: str, expected: float) -> None:
    """Of 2011-12, which would be a December, too."""
    rows = "country,year,spent\nGBR,2010-11,10\nGBR,2011-12,20\nGBR,FY2013,30\n"
    files = {"budget.csv": RawFile("budget.csv", rows.encode())}
    assert found(expression, "USD", day, files, BUDGET).value[0, 0] == expected


def test_a_fiscal_year_is_written_by_its_months_and_read_again() -> None:
    fiscal = fiscal_period("2019/20", "April")
    assert fiscal is not None
    assert (fiscal.text, fiscal.end) == ("2019-04--2020-03", dt.date(2020, 3, 31))
    assert period(fiscal.text) == fiscal
    assert period("2019-04--2020-04") is None
    assert fiscal_period("Q1 FY2020", "February") == period("2019-02--2019-04")
    assert fiscal_period("2019", "April") is None


@pytest.mark.parametrize(
    "text",
    [
        "Country,2018,,2019,\n,staff,note,staff,note\nFrance,20,x,40,y\n",
        "Staff of the office,,,,\n\nCountry,2018,,2019,\n,staff,note,staff,note\nFrance,20,x,40,y\n",
    ],
)
def test_a_header_of_two_lines_names_a_column_by_both(text: str) -> None:
    """The upper one spans the columns to its right."""
    declared_lines = 'key = ["Country"]\nheader = 2\nvalues = { then = { column = "2018 staff", unit = "person" } }'
    evidence = f'[evidence.staff]\npath = "staff.csv"\nsource = "office"\n{declared_lines}\n'
    files = {"staff.csv": RawFile("staff.csv", text.encode())}
    assert found("staff[france]", files=files, text=evidence).value[0, 0] == 20


def test_an_empty_cell_of_each_publisher_holds_nothing() -> None:
    for sign in (".", "..", ":", "n.a.", "-"):
        text = STAFF.replace("2019,40", f"2019,{sign}")
        files = {**FILES, "staff.csv": RawFile("staff.csv", text.encode())}
        assert found("sum(staff[:, 2019])", files=files).value[0, 0] == 15
