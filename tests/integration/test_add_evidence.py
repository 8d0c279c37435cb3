"""`tidebook sources add`: evidence fetched from a server on this machine that answers in the publishers' formats."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import tidebook
from tests.dossiers import written
from tests.publishers import LIVES, publishing
from tidebook.pipelines.read.dossier import adding
from tidebook.pipelines.read.evidence_tables.taken import Get, TakenEvidence
from tidebook.pipelines.read.plugin import Address, Plugin

CHART = "Entity,Code,Year,life\nFrance,FRA,2020,82.2\nCote d'Ivory,CIV,2020,59.0\nWorld,OWID_WRL,2020,71.9\n"
METADATA = {
    "chart": {"title": "Life expectancy", "citation": "UN WPP (2024)"},
    "columns": {"life": {"unit": "years", "citationShort": "UN (2024)", "lastUpdated": "2024-01-15"}},
    "dateDownloaded": "2026-11-29",
}
PACKAGE = {
    "title": "Rates",
    "licenses": [{"name": "CC0-1.0"}],
    "resources": [
        {
            "name": "rates",
            "path": "rates.csv",
            "schema": {"fields": [{"name": "country"}, {"name": "year"}, {"name": "rate", "unit": "percent"}]},
        }
    ],
}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A dossier without evidence."""
    lives = "Country,2020\nFrance,82.2 years\nWorld,71.9 years\n"
    return written(tmp_path / "raw", {"dossier.toml": LIVES, "lives.csv": lives})


def add(raw: Path, address: str, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> str:
    """Add evidence from a server that has these files, and return what the command says."""
    with publishing(dict(files)) as found:
        monkeypatch.setenv("TIDEBOOK_MIRROR", found.address)
        result = tidebook("sources", "add", address, "--raw", str(raw))
    assert result.exit_code == 0, result.output
    return result.output


def test_a_chart_is_fetched_declared_and_looked_up(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the command to an outcome: the table is checked by what was fetched, an odd name by its code."""
    site = "ourworldindata.org/grapher/life-expectancy"
    query = "?v=1&csvType=full&useColumnShortNames=true"
    files = {f"{site}.csv{query}": CHART.encode(), f"{site}.metadata.json{query}": json.dumps(METADATA).encode()}
    said = add(raw, "owid:life-expectancy", files, monkeypatch)
    assert "life_expectancy[...].life" in said
    text = (raw / "dossier.toml").read_text(encoding="utf-8")
    assert 'aka = { civ = "Cote d\'Ivory", world = "World" }' in text
    assert "dateDownloaded" not in (raw / "evidence" / "life-expectancy.metadata.json").read_text(encoding="utf-8")
    reference = (
        '\n[[references]]\nfigures = "lives/*/in_2020"\nis = "life_expectancy[:, 2020].life"\nbasis = "period"\n'
    )
    world = (
        '\n[[references]]\nfigure = "lives/world/in_2020"\nis = "life_expectancy[world, 2020].life"\nbasis = "period"\n'
    )
    (raw / "dossier.toml").write_text(text + reference + world, encoding="utf-8")
    built = tidebook("build", "--raw", str(raw), "--out", str(raw.parent / "out"))
    assert built.exit_code == 0, built.output
    assert "Figures: 2 right" in built.output


@pytest.mark.parametrize("name", ["titleShort", "shortName"])
def test_a_header_may_be_the_title_or_the_short_name_of_its_column(
    raw: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The metadata of the life have another key; that of no other column is taken for it."""
    others = {"birth": {"unit": "births"}, "long": {name: "life", "unit": "years"}}
    about = json.dumps({"chart": METADATA["chart"], "columns": others}).encode()
    add(raw, "owid:life-expectancy", {**GOOD, JSON: about}, monkeypatch)
    assert 'unit = "year"' in (raw / "dossier.toml").read_text(encoding="utf-8")


def test_a_data_package_states_units_and_licence(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first resource is taken."""
    files = {
        "example.org/p/datapackage.json": json.dumps(PACKAGE).encode(),
        "example.org/p/rates.csv": b"country,year,rate\nFRA,2020,1.5\n",
    }
    add(raw, "https://example.org/p/datapackage.json", files, monkeypatch)
    text = (raw / "dossier.toml").read_text(encoding="utf-8")
    assert 'licence = "CC0-1.0"' in text
    assert 'values = { rate = { column = "rate", unit = "percent" } }' in text


def test_a_file_is_declared_by_its_header_wherever_it_stands(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between semicolons, below a line of the publisher's own."""
    add(
        raw,
        "https://example.org/x.csv",
        {"example.org/x.csv": b"Source: they\nCountry;Year;Rate\nFRA;2020;1\n"},
        monkeypatch,
    )
    text = (raw / "dossier.toml").read_text(encoding="utf-8")
    assert 'key = ["Country", "Year"]' in text
    assert 'values = { rate = { column = "Rate", unit = "number" } }' in text
    assert "0 claims, 1 series that nothing looks up: all can be read" in tidebook("check", str(raw)).output


LONG = "unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG\nPC,EL,2019,1.5,\nPC,EL,2020,2.5,p\nEUR,EL,2019,10,\nEUR,EL,2020,11,\n"


def test_a_file_of_this_machine_is_added_as_it_is_once_its_question_is_answered(raw: Path, tmp_path: Path) -> None:
    """Percentages and euros in one column are a question; the answer is shown with rows, and no address is kept."""
    file = tmp_path / "office.csv"
    file.write_text(LONG, encoding="utf-8")
    asked = tidebook("sources", "add", str(file), "--raw", str(raw))
    assert asked.exit_code == 2
    assert "unit has 2 texts (PC, EUR): which one?" in asked.output
    assert not (raw / "evidence").exists()
    added = tidebook("sources", "add", str(file), "--where", "unit=PC", "--raw", str(raw))
    assert added.exit_code == 0, added.output
    assert "guess: key geo, TIME_PERIOD; values obs_value (percent)\n  EL, 2019, 1.5\n  EL, 2020, 2.5\n" in added.output
    assert (raw / "evidence" / "office.csv").read_text(encoding="utf-8") == LONG
    text = (raw / "dossier.toml").read_text(encoding="utf-8")
    assert 'where = { unit = "PC" }' in text
    assert 'address = "none"' in text
    assert str(tmp_path) not in text
    claim = '\n[[claims]]\nid = "growth"\nstatement = "It grew"\nis = "office[greece, 2020] > office[greece, 2019]"\n'
    claim += 'predicate = "at_least 1"\n'
    (raw / "dossier.toml").write_text(text + claim, encoding="utf-8")
    built = tidebook("build", "--raw", str(raw), "--out", str(tmp_path / "out"))
    assert built.exit_code == 0, built.output
    assert "2.5%, provisional" in tidebook("explain", "growth", "--out", str(tmp_path / "out")).output


def test_a_file_of_one_indicator_is_named_by_it(raw: Path, tmp_path: Path) -> None:
    """As the World Bank's, whose file names are long."""
    header = "Country Name,Country Code,Indicator Name,Indicator Code,2019,2020,2021\n"
    rows = 'France,FRA,"Population, total",SP.POP,67,68,68\nSpain,ESP,"Population, total",SP.POP,47,47,47\n'
    (tmp_path / "API_SP_DS2_en.csv").write_text(header + rows, encoding="utf-8")
    added = tidebook("sources", "add", str(tmp_path / "API_SP_DS2_en.csv"), "--raw", str(raw))
    assert "Expressions look it up as sp_pop[...].value" in added.output
    text = (raw / "dossier.toml").read_text(encoding="utf-8")
    assert '[sources.sp_pop]\ntitle = "Population, total"' in text
    # By its words `match` finds it.
    assert 'path = "evidence/sp_pop.csv"\ntitle = "Population, total"' in text


def test_a_table_of_eurostat_in_tabs_becomes_a_long_one(raw: Path, tmp_path: Path) -> None:
    """Its cells hold numbers and flags, `:` for none."""
    file = tmp_path / "x.tsv"
    file.write_text("freq,unit,geo\\TIME_PERIOD\t2019 \t2020 \nA,MIO_PER,EL\t1.5 e\t: \nA,MIO_PER,DE\t2 \t3 ep\n")
    added = tidebook("sources", "add", str(file), "--raw", str(raw))
    assert added.exit_code == 0, added.output
    rows = (raw / "evidence" / "x.csv").read_text(encoding="utf-8").splitlines()
    assert rows == ["geo,period,value,flag", "DE,2019,2,", "DE,2020,3,ep", "EL,2019,1.5,e"]
    assert "scale = 1e6" in (raw / "dossier.toml").read_text(encoding="utf-8").replace("1000000.0", "1e6")


def test_the_unit_of_a_file_is_as_said_and_one_that_is_not_known_is_an_error(raw: Path, tmp_path: Path) -> None:
    """Hours are a unit, and so is what the dossier declares; another word was once taken for plain numbers."""
    file, about = tmp_path / "work.csv", raw / "dossier.toml"
    file.write_text("country,year,work\nFRA,2020,1500.5\nFRA,2021,1501.5\n", encoding="utf-8")
    before = about.read_text(encoding="utf-8") + '\n[units.stint]\nmeaning = "stints"\nwords = ["stints"]\n'
    for said, unit in (("hours", "hour"), ("stints", "stint")):
        about.write_text(before, encoding="utf-8")
        added = tidebook("sources", "add", str(file), "--unit", said, "--raw", str(raw))
        assert f"values work ({unit})" in added.output
    about.write_text(before, encoding="utf-8")
    refused = tidebook("sources", "add", str(file), "--unit", "hourz", "--raw", str(raw))
    assert refused.exit_code == 2
    assert 'found "hourz", expected a unit' in refused.output and "did you mean hour or hours?" in refused.output
    assert about.read_text(encoding="utf-8") == before


@pytest.mark.parametrize("name", ["x.json", "x.tsv"])
def test_of_a_table_that_names_its_keys_a_part_is_chosen_by_its_dimensions(
    raw: Path, tmp_path: Path, name: str
) -> None:
    """Once `--where` and `--unit` were passed over for JSON-stat without a word."""
    file = tmp_path / name
    units = {"category": {"index": ["PC", "EUR"]}}
    times = {"category": {"index": ["2019", "2020"]}}
    cube = {"version": "2.0", "class": "dataset", "id": ["unit", "time"], "size": [2, 2], "value": [1, 2, 3, 4]}
    text = json.dumps({**cube, "dimension": {"unit": units, "time": times}})
    if name == "x.tsv":
        text = "unit,geo\\TIME_PERIOD\t2019 \t2020 \nPC,EL\t1 \t2 \nEUR,EL\t3 \t4 \n"
    file.write_text(text, encoding="utf-8")

    def said(*words: str) -> str:
        return str(tidebook("sources", "add", str(file), *words, "--raw", str(raw)).output)

    assert "expected one unit" in said()
    assert 'column "unit": found "KG", expected a text of it, such as EUR, PC' in said("--where", "unit=KG")
    assert "one of the columns; did you mean unit?" in said("--where", "units=PC")
    assert "--where and --unit alone" in said("--key", "unit")
    assert not (raw / "evidence").exists()
    assert "  2019, 3\n  2020, 4\n" in said("--where", "unit=EUR", "--unit", "births")
    assert 'unit = "birth"' in (raw / "dossier.toml").read_text(encoding="utf-8")


FLOW = """DATAFLOW,REF_AREA: Area,TIME_PERIOD: Time,OBS_VALUE: Value,UNIT_MEASURE: Unit,UNIT_MULT: By,OBS_STATUS: Status
X:Y(1.0),FRA: France,2019,1.5,USD: US dollar,{0},A: Normal
X:Y(1.0),FRA: France,2020,2.5,USD: US dollar,{0},F: Forecast
"""


def test_labels_beside_codes_hide_no_multiplier_flag_or_country(raw: Path, tmp_path: Path) -> None:
    """The values are millions, and that of 2020 is no observation."""
    file = tmp_path / "flow.csv"
    file.write_text(FLOW.format("6: Millions"), encoding="utf-8")
    added = tidebook("sources", "add", str(file), "--raw", str(raw))
    assert "key REF_AREA, TIME_PERIOD; values obs_value (USD, times 1e+06)\n  FRA, 2019, 1.5\n" in added.output
    assert 'flag = "OBS_STATUS"' in (raw / "dossier.toml").read_text(encoding="utf-8")
    assert "FRA,2020,2.5,USD,6,F\n" in (raw / "evidence" / "flow.csv").read_text(encoding="utf-8")


def test_a_multiplier_below_one_is_a_question(raw: Path, tmp_path: Path) -> None:
    """A scale makes numbers greater; thousandths would have been read as whole ones."""
    file = tmp_path / "flow.csv"
    file.write_text(FLOW.format("-3: Thousandths"), encoding="utf-8")
    asked = tidebook("sources", "add", str(file), "--raw", str(raw))
    assert asked.exit_code == 2
    assert "UNIT_MULT is -3: multiply the numbers by 10^-3 first" in asked.output


def test_a_key_that_looks_like_a_measurement_is_a_warning(raw: Path) -> None:
    """As when the values of a series were declared its key."""
    rows = "\n".join(f"2019-0{month},{3.5 + month / 10}" for month in range(1, 8))
    (raw / "evidence").mkdir()
    (raw / "evidence" / "rate.csv").write_text(f"month,RATE\n{rows}\n", encoding="utf-8")
    source = 'title = "r"\npublisher = "p"\naddress = "none"\ntier = "S"\nlicence = "CC0"\nread = 2024-01-01\n'
    table = 'path = "evidence/rate.csv"\nsource = "rate"\nkey = ["RATE"]\n'
    table += 'values = { rate = { column = "RATE", unit = "percent" } }\n'
    claim = '[[claims]]\nid = "a"\nstatement = "a"\nis = "max(rate[:])"\npredicate = "above 1"\n'
    text = f"{LIVES}\n[sources.rate]\n{source}\n[evidence.rate]\n{table}\n{claim}"
    (raw / "dossier.toml").write_text(text, encoding="utf-8")
    said = tidebook("check", str(raw)).output
    assert "these look like measurements, which belong in `values`" in said


def test_what_is_there_is_not_written_twice(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time it is an error that names the section."""
    files = {"example.org/x.csv": b"country,year,rate\nFRA,2020,1.5\n"}
    said = add(raw, "https://example.org/x.csv", files, monkeypatch)
    assert "no unit is stated" in said
    with publishing(dict(files)) as found:
        monkeypatch.setenv("TIDEBOOK_MIRROR", found.address)
        result = tidebook("sources", "add", "https://example.org/x.csv", "--raw", str(raw))
    assert result.exit_code == 2
    assert "no section [sources.x] yet" in result.output


def test_a_history_becomes_vintages(raw: Path, tmp_path: Path) -> None:
    """Each commit that changed the file is one, dated by it."""
    clone = tmp_path / "clone"
    clone.mkdir()

    def git(*words: str, day: str = "2020-01-01") -> None:
        moment = f"{day}T12:00:00+00:00"
        environment = {**os.environ, "GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment, "HOME": str(tmp_path)}
        subprocess.run(["git", "-C", str(clone), *words], check=True, capture_output=True, env=environment)

    git("init", "-q")
    for day, value in (("2020-06-01", 10), ("2023-07-01", 9)):
        pd.DataFrame({"country": ["PRT"], "year": [2019], "people": [value]}).to_csv(clone / "pop.csv", index=False)
        git("add", "pop.csv")
        git("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "-m", "x", day=day)
    result = tidebook("sources", "add", f"git:{clone}:pop.csv", "--raw", str(raw))
    assert result.exit_code == 0, result.output
    text = (raw / "dossier.toml").read_text(encoding="utf-8")
    assert "vintages = [2020-06-01, 2023-07-01]" in text
    assert (raw / "evidence" / "pop" / "2020-06-01.csv").read_text() == "country,year,people\nPRT,2019,10\n"


SITE = "ourworldindata.org/grapher/life-expectancy"
QUERY = "?v=1&csvType=full&useColumnShortNames=true"
CSV, JSON = f"{SITE}.csv{QUERY}", f"{SITE}.metadata.json{QUERY}"
GOOD = {CSV: CHART.encode(), JSON: json.dumps(METADATA).encode()}
PUBLISHED = {
    "no UTF-8": {CSV: b"Entity,Code,Year,life\n\xff\xfe,FRA,2020,1\n"},
    "another table": {CSV: b"a,b\n1,2\n"},
    "nothing": {CSV: b""},
    "a field without end": {CSV: b'Entity,Code,Year,life\n"' + b"x" * 200_000},
    "no JSON": {JSON: b"{"},
    "a list": {JSON: b"[1]"},
    "nesting": {JSON: b"[" * 100_000},
    "columns that are none": {JSON: b'{"columns": 1}'},
}
ODD = {
    "a column that is none": {JSON: json.dumps({**METADATA, "columns": {"life": 1}}).encode()},
    "a chart that is none": {JSON: json.dumps({**METADATA, "chart": [1]}).encode()},
    "control characters": {JSON: json.dumps({**METADATA, "chart": {"title": "a\x1b[31m\x85b\ud800"}}).encode()},
    "a short row": {CSV: f"{CHART}France\n".encode()},
    "cells too many": {CSV: f"{CHART}France,FRA,2019,1,2,3\n".encode()},
}


@pytest.mark.parametrize("how", PUBLISHED)
def test_a_publisher_s_odd_answer_is_an_error(raw: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the chart, and the dossier stays as it is."""
    before = (raw / "dossier.toml").read_bytes()
    with publishing({**GOOD, **PUBLISHED[how]}) as found:
        monkeypatch.setenv("TIDEBOOK_MIRROR", found.address)
        result = tidebook("sources", "add", "owid:life-expectancy", "--raw", str(raw))
    assert result.exit_code == 2, result.output
    assert "life-expectancy" in result.output
    assert (raw / "dossier.toml").read_bytes() == before and not (raw / "evidence").exists()


@pytest.mark.parametrize("how", ODD)
def test_what_is_odd_in_an_answer_is_written_so_that_it_can_be_read(
    raw: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build reads the sections, whatever the publisher states."""
    add(raw, "owid:life-expectancy", {**GOOD, **ODD[how]}, monkeypatch)
    checked = tidebook("check", "--raw", str(raw), "--fail-on", "none")
    assert checked.exit_code == 0, checked.output


@pytest.mark.parametrize("path", ["evidence", "evidence/x.csv", "dossier.toml"])
def test_nothing_is_written_through_a_link(
    raw: Path, tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Evidence is written inside the dossier only, and the error comes before the first write."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.csv").write_text("mine")
    place = raw / path
    place.parent.mkdir(exist_ok=True)
    if path == "dossier.toml":
        place.rename(outside / "dossier.toml")
    place.symlink_to(outside if path == "evidence" else outside / place.name)
    before = {each: each.read_bytes() for each in outside.iterdir()}
    with publishing({"example.org/x.csv": b"country,year,rate\nFRA,2020,1.5\n"}) as found:
        monkeypatch.setenv("TIDEBOOK_MIRROR", found.address)
        result = tidebook("sources", "add", "https://example.org/x.csv", "--raw", str(raw))
    assert result.exit_code == 2, result.output
    assert {each: each.read_bytes() for each in outside.iterdir()} == before


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("git:{}:pop.csv@--output=x", "begin with no dash"),
        ("git:{}:--output=x.csv", "begin with no dash"),
        ("git:{}:pop.sh", "ends in .csv or .parquet"),
        ("git:{}:../pop.csv", "a git repository with ../pop.csv"),
        ("git:{}:pop.csv@nothing", "at nothing"),
        ("git:{}/no:pop.csv", "a git repository"),
        ("git:pop.csv", "git:FOLDER:PATH"),
        ("git:{}:late.csv", "commits of which each day is"),
    ],
)
def test_an_odd_history_is_an_error(raw: Path, tmp_path: Path, address: str, expected: str) -> None:
    """A commit or path is no option of git; what is no evidence, or of no day, is not written."""
    clone = tmp_path / "clone"
    clone.mkdir()
    environment = {**os.environ, "HOME": str(tmp_path)}
    late = {"GIT_AUTHOR_DATE": "@7258118400 +0000", "GIT_COMMITTER_DATE": "@7258118400 +0000"}
    (clone / "pop.csv").write_text("country,year,people\nPRT,2019,10\n")
    (clone / "late.csv").write_text("country,year,people\nPRT,2019,10\n")
    commit = ("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "-m", "x")
    for words, more in (
        (("init", "-q"), {}), (("add", "pop.csv"), {}), (commit, {}), (("add", "late.csv"), {}), (commit, late),
    ):  # fmt: skip
        subprocess.run(["git", "-C", str(clone), *words], check=True, capture_output=True, env=environment | more)
    result = tidebook("sources", "add", address.format(clone), "--raw", str(raw))
    assert result.exit_code == 2, result.output
    assert expected in result.output
    assert not (raw / "evidence").exists()


def test_an_unknown_address_is_an_error(raw: Path) -> None:
    """It names those that there are."""
    result = tidebook("sources", "add", "owd:life-expectancy", "--raw", str(raw))
    assert result.exit_code == 2
    assert "did you mean owid?" in result.output


def test_a_plugin_brings_a_kind_of_address(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The core knows none: without plugins no address is taken, and with one of another's its own."""
    monkeypatch.setattr(adding, "all_plugins", lambda: [])
    without = tidebook("sources", "add", "owid:life-expectancy", "--raw", str(raw))
    assert (without.exit_code, "none is installed" in without.output) == (2, True)
    address = Address("theirs:NAME", "their rates", f"{__name__}:taken_from_memory")
    theirs = Plugin("theirs", "", evidence={"theirs": address})
    monkeypatch.setattr(adding, "all_plugins", lambda: [theirs])
    assert tidebook("sources", "add", "theirs:rates", "--raw", str(raw)).exit_code == 0
    assert (raw / "evidence" / "rates.csv").read_bytes() == b"country,year,rate\nFRA,2020,1.5\n"
    assert "[evidence.rates]" in (raw / "dossier.toml").read_text(encoding="utf-8")


def taken_from_memory(rest: str, get: Get) -> TakenEvidence:
    """Take evidence as a plugin does, without fetching any."""
    source = {"title": rest, "publisher": "They", "address": "none", "tier": "S", "licence": "CC0"}
    declared = {
        "path": f"evidence/{rest}.csv",
        "source": rest,
        "key": ["country", "year"],
        "values": {"rate": "percent"},
    }
    return TakenEvidence(rest, {f"evidence/{rest}.csv": b"country,year,rate\nFRA,2020,1.5\n"}, source, declared)


@pytest.mark.parametrize("headers", ["country,2019,2020", "country,a b,a.b", "country,year,", "country,Ü,日本"])
def test_columns_of_any_name_are_values_that_can_be_read(
    raw: Path, headers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names of values begin with a letter, and no two columns have one."""
    count = headers.count(",")
    add(raw, "https://example.org/x.csv", {"example.org/x.csv": f"{headers}\nFRA,1,2\n".encode()}, monkeypatch)
    checked = tidebook("check", "--raw", str(raw), "--fail-on", "none")
    assert checked.exit_code == 0, checked.output
    values = tomllib.loads((raw / "dossier.toml").read_text(encoding="utf-8"))["evidence"]["x"]["values"]
    assert len(values) == count - ("year" in headers)


@pytest.mark.parametrize(
    ("package", "table", "expected"),
    [
        ({"title": "x" * 10_001}, "country,year,rate\nFRA,2020,1.5\n", "the publisher's answer"),
        (
            {},
            f"country,year,{','.join(f'c{n}' for n in range(1_001))}\nFRA,2020{',1' * 1_001}\n",
            "at most 1,000 columns",
        ),
    ],
)
def test_what_fits_in_no_dossier_is_refused_before_anything_is_written(
    raw: Path, package: dict[str, object], table: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resources = [{"name": "rates", "path": "rates.csv"}]
    answer = json.dumps({"resources": resources, **package}).encode()
    files = {"example.org/datapackage.json": answer, "example.org/rates.csv": table.encode()}
    before = (raw / "dossier.toml").read_bytes()
    with publishing(files) as found:
        monkeypatch.setenv("TIDEBOOK_MIRROR", found.address)
        result = tidebook("sources", "add", "https://example.org/datapackage.json", "--raw", str(raw))
    assert (result.exit_code, expected in result.output) == (2, True), result.output
    assert (raw / "dossier.toml").read_bytes() == before and not (raw / "evidence").exists()


LATER = "Entity,Code,Year,life\nFrance,FRA,2020,81.4\nCote d'Ivory,CIV,2020,59.0\nWorld,OWID_WRL,2020,71.9\n"


def fetched(raw: Path, data: str, last: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Fetch the chart again, as it is on a later day, and return what the command says."""
    column = {**METADATA["columns"]["life"], "lastUpdated": last}  # type: ignore[index]
    answers = {CSV: data.encode(), JSON: json.dumps({**METADATA, "columns": {"life": column}}).encode()}
    with publishing(answers) as found:
        monkeypatch.setenv("TIDEBOOK_MIRROR", found.address)
        result = tidebook("sources", "fetch", "life_expectancy", "--raw", str(raw))
    assert result.exit_code == 0, result.output
    return result.output


def test_evidence_that_is_fetched_again_is_a_vintage_and_flips_a_verdict(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """82.2 years were right by the file of their day; the build that has both versions says which, and what changed."""
    add(raw, "owid:life-expectancy", dict(GOOD), monkeypatch)
    reference = (
        '\n[[references]]\nfigures = "lives/*/in_2020"\nis = "life_expectancy[:, 2020].life"\nbasis = "period"\n'
        '\n[[claims]]\nid = "above_82"\nstatement = "People in France lived more than 82 years in 2020"\n'
        'is = "life_expectancy[fra, 2020].life"\nunit = "year"\npredicate = "above 82"\n'
    )
    place = raw / "dossier.toml"
    place.write_text(place.read_text(encoding="utf-8") + reference, encoding="utf-8")
    out = str(tmp_path / "out")
    assert tidebook("build", "--raw", str(raw), "--out", out).exit_code == 0
    assert "unchanged" in fetched(raw, CHART, "2024-01-15", monkeypatch)
    assert "vintage of 2024-07-01" in fetched(raw, LATER, "2024-07-01", monkeypatch)
    assert "vintages = [2024-01-15, 2024-07-01]" in place.read_text(encoding="utf-8")
    assert not (raw / "evidence" / "life-expectancy.csv").exists()
    built = tidebook("build", "--raw", str(raw), "--out", out)
    assert built.exit_code == 0, built.output
    assert "right → revised" in built.output
    explained = tidebook("explain", "above_82", "--out", out).output.replace("\N{NO-BREAK SPACE}", " ")
    assert "by the data of 15 January 2024" in explained
    assert "by data that were revised on 1 July 2024 it does not hold" in explained
    assert "unchanged" in fetched(raw, LATER, "2024-07-01", monkeypatch)


def test_a_history_that_has_gone_on_has_further_vintages(raw: Path, tmp_path: Path) -> None:
    """A commit later than the last vintage is one; the section keeps what a person wrote into it."""
    clone = tmp_path / "clone"
    clone.mkdir()

    def commit(value: int, day: str) -> None:
        (clone / "pop.csv").write_text(f"country,year,people\nPRT,2019,{value}\n")
        moment = f"{day}T12:00:00+00:00"
        dated = {**os.environ, "GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment, "HOME": str(tmp_path)}
        who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        for words in (("init", "-q"), ("add", "pop.csv"), (*who, "commit", "-q", "-m", "x")):
            subprocess.run(["git", "-C", str(clone), *words], check=True, capture_output=True, env=dated)

    commit(10, "2020-06-01")
    assert tidebook("sources", "add", f"git:{clone}:pop.csv", "--raw", str(raw)).exit_code == 0
    place = raw / "dossier.toml"
    place.write_text(place.read_text("utf-8").replace('"number"', '"person"'), "utf-8")
    commit(9, "2023-07-01")
    result = tidebook("sources", "fetch", "--raw", str(raw))
    assert result.exit_code == 0, result.output
    assert "vintage of 2023-07-01" in result.output
    text = place.read_text("utf-8")
    assert "vintages = [2020-06-01, 2023-07-01]" in text and '"person"' in text
    assert (raw / "evidence" / "pop" / "2023-07-01.csv").read_text() == "country,year,people\nPRT,2019,9\n"


def test_evidence_is_fetched_first_whose_claims_are_to_be_looked_at_again_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each year is another amount. Of `debt` the last known is 2021, of `costs` 2023; no claim rests on `aid`."""
    years = {"aid": 2020, "costs": 2023, "debt": 2021}
    files = {f"{name}.csv": series(last) for name, last in years.items()}
    evidence = "".join(
        f'[evidence.{name}]\npath = "{name}.csv"\naddress = "none:{name}"\nsource = "{name}"\nkey = ["year"]\n'
        f'values = {{ spent = "USD" }}\n[sources.{name}]\ntitle = "{name}"\npublisher = "{name}"\ntier = "P"\n'
        'address = "none"\nlicence = "CC0"\npublished = 2024-01-01\n'
        for name in years
    )
    claims = "".join(
        f'[[claims]]\nid = "{name}"\nstatement = "It is much"\nis = "{name}[latest]"\nunit = "USD"\n'
        'predicate = "above 1"\n'
        for name in ("costs", "debt")
    )
    raw = written(
        tmp_path / "raw", {"dossier.toml": f"{LIVES}{evidence}{claims}", "lives.csv": "Country,2020\n", **files}
    )
    monkeypatch.setenv("TIDEBOOK_OUT", str(tmp_path / "out"))

    def order() -> list[str]:
        result = tidebook("sources", "fetch", "--raw", str(raw))
        assert result.exit_code == 3, "no address is one from which evidence can be fetched"
        return re.findall(r"^(\w+): failed", result.output, re.MULTILINE)

    assert order() == ["aid", "costs", "debt"], "without a release they come as they are declared"
    built = tidebook("build", "--raw", str(raw))
    assert built.exit_code == 0, built.output
    assert order() == ["debt", "costs", "aid"]


def series(last: int) -> str:
    """Return a table of another amount for each year up to a last one."""
    return "year,spent\n" + "".join(f"{year},{2**year % 10007}\n" for year in range(2005, last + 1))
