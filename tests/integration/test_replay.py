"""A replay judges an article as a build of its folder would, had the folder been cut on that day."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import nullcontext
from pathlib import Path

import pandas as pd

from tests.conftest import edit, tidebook
from tests.dossiers import written
from tidebook.pipelines.graph.replayed import judged, replayed
from tidebook.pipelines.read.replay import Replay
from tidebook.pipelines.read.settings import Settings
from tidebook.schemas.base import table_of
from tidebook.schemas.evidence import EvidenceRows

DAY = dt.date(2021, 6, 30)
TABLES = ("outcomes", "verdicts", "figure_outcomes", "reference_values")

DOSSIER = """
[article]
title = "People and prices"
published = {published}
written = {written}

[tables.prices]
path = "prices.csv"
title = "Prices"
[tables.prices.columns]
"Shop" = {{ name = "shop", role = "subject" }}
"Price" = {{ name = "price", unit = "USD", basis = "list price" }}
"People" = {{ name = "people", unit = "person", basis = "residents" }}

[tables.openings]
path = "reference/openings.csv"
title = "When the shops opened"
source = "row"
[tables.openings.columns]
"Shop" = {{ name = "shop", role = "subject" }}
"Opened" = {{ name = "opened", unit = "date" }}
"Source" = {{ name = "source_id", role = "source" }}

[assumptions]
as_of = {now}

[sources]
{sources}

[evidence.pop]
path = "evidence/{{}}.csv"
vintages = [{vintages}]
source = "office"
key = ["country", "year"]
values = {{ people = "person" }}
basis = "residents"

[evidence.rain]
path = "evidence/rain.csv"
source = "office"
key = ["year"]
values = {{ fell = "mm" }}
basis = "residents"

[[references]]
figure = "prices/north/people"
is = "pop[prt, 2019]"

[[claims]]
id = "north_is_cheap"
statement = "The north costs less than 12 dollars"
is = "prices[north].price"
unit = "USD"
predicate = "below 12"

[[claims]]
id = "south_is_dear"
statement = "The south costs more than 20 dollars"
is = "prices[south].price"
unit = "USD"
predicate = "above 20"

[[claims]]
id = "more_than_ten_million"
statement = "Portugal had more than ten million people in 2019"
is = "pop[prt, 2019]"
unit = "person"
predicate = "above 10e6"

[[claims]]
id = "wet"
statement = "The last year was wet"
is = "rain[latest]"
unit = "mm"
predicate = "above 500"

[[claims]]
id = "opened_later"
statement = "The south opened after the north"
is = "openings[south].opened - openings[north].opened"
unit = "month"
predicate = "above 0"
"""
SOURCE = 'publisher = "Office", address = "none", tier = "P", licence = "CC0"'
SOURCES = f"""early = {{ title = "Early", {SOURCE}, published = 2020-01-01 }}
office = {{ title = "Office", {SOURCE}, published = 2020-01-01 }}
late = {{ title = "Late", {SOURCE}, published = 2022-02-02 }}"""
HEADERS = "figure_id,basis,text,interval,unit,as_of,source,tier,note,available\n"
REFERENCES = (
    "prices/north/price,list price,$11,,USD,2020-05-01,early,P,,\n",
    "prices/south/price,list price,$22,,USD,2020-05-01/2021-09-01,early,P,,\n",
    "prices/north/price,list price,$13,,USD,2021-05-01,early,P,,2021-08-01\n",
    "prices/south/price,list price,$19,,USD,2021-09-01,early,P,,\n",
    "prices/north/price,list price,$14,,USD,2021-02-01,late,P,,\n",
)
FILES = {
    "prices.csv": "Shop,Price,People\nNorth,$11,10.3 million\nSouth,$22,10.3 million\n",
    "reference/openings.csv": "Shop,Opened,Source\nNorth,2019-03-01,early\nSouth,2021-03-01,late\n",
    "evidence/2020-06-01.csv": "country,year,people\nPRT,2019,10290000\n",
    "evidence/2021-12-01.csv": "country,year,people\nPRT,2019,9880000\n",
    "evidence/rain.csv": "year,fell\n2019,400\n2020,600\n2021,450\n",
}
WHOLE = FILES | {
    "reference/figures.csv": HEADERS + "".join(REFERENCES),
    "dossier.toml": DOSSIER.format(
        published="2021-03-01",
        written="2021-02-01",
        now="2023-01-01",
        sources=SOURCES,
        vintages="2020-06-01, 2021-12-01",
    ),
}
CUT = FILES | {
    "reference/figures.csv": HEADERS + REFERENCES[0] + REFERENCES[1].replace("/2021-09-01", ""),
    "reference/openings.csv": "Shop,Opened,Source\nNorth,2019-03-01,early\nSouth,-,late\n",
    "evidence/rain.csv": "year,fell\n2019,400\n2020,600\n",
    "dossier.toml": DOSSIER.format(
        published=DAY, written="2021-02-01", now=DAY, sources=SOURCES, vintages="2020-06-01"
    ).replace('unit = "date" }', 'unit = "date", missing = ["-"] }'),
}


def tables_of(folder: Path, files: dict[str, str], day: dt.date | None) -> dict[str, pd.DataFrame]:
    """Return tables of a dossier of these files, replayed if a day is given."""
    folders = Settings(written(folder / "raw", files), folder / "out")
    with replayed(folders, day) if day else nullcontext(folders) as judging:
        run = judged(judging, *TABLES)
        return {name: run.table(name).drop(columns="locator", errors="ignore") for name in TABLES}


def test_a_replay_equals_a_build_of_the_folder_cut_by_hand(tmp_path: Path) -> None:
    """Later rows, ends, vintages and periods are gone, and so is what a table of references has from a later source."""
    found, cut = tables_of(tmp_path / "a", WHOLE, DAY), tables_of(tmp_path / "b", CUT, None)
    for name in TABLES:
        pd.testing.assert_frame_equal(found[name], cut[name])
    words = dict(zip(found["outcomes"]["statement_id"], found["outcomes"]["outcome"], strict=True))
    assert words == {
        "north_is_cheap": "stands",
        "south_is_dear": "stands",
        "more_than_ten_million": "stands",
        "wet": "stands",
        "opened_later": "undecided",
    }


def test_the_command_shows_both_outcomes_of_each_statement(tmp_path: Path) -> None:
    raw = written(tmp_path / "raw", WHOLE)
    result = tidebook("replay", "--as-of", str(DAY), str(raw), "--out", str(tmp_path / "out"), "--json")
    assert result.exit_code == 0, result.output
    found = {row["id"]: (row["then"], row["now"]) for row in json.loads(result.stdout)}
    assert found["more_than_ten_million"] == ("stands", "stands")
    assert found["opened_later"][0] == "undecided" != found["opened_later"][1]
    later = tidebook("replay", "--as-of", "2022-06-30", str(raw))
    assert "more_than_ten_million: outdated → stands" in later.output, "it held when written, not by the later vintage"
    assert tidebook("verify", "--out", str(tmp_path / "out")).exit_code == 0
    assert "replay" not in (raw / "dossier.toml").read_text(encoding="utf-8")


def test_a_day_beyond_the_evidence_and_a_dossier_without_a_section_are_refused(tmp_path: Path) -> None:
    raw = written(tmp_path / "raw", WHOLE)
    result = tidebook("replay", "--as-of", "2024-01-01", str(raw))
    assert result.exit_code == 2 and "a day up to 2023-01-01" in result.output
    days = "published = 2021-03-01\nwritten = 2021-02-01\n"
    inline = 'article = { title = "People", published = 2021-03-01 }\n'
    edit(raw / "dossier.toml", f'[article]\ntitle = "People and prices"\n{days}', inline)
    result = tidebook("replay", "--as-of", str(DAY), str(raw))
    assert result.exit_code == 2 and "a section that begins with [article]" in result.output


def test_evidence_without_a_row_stays_a_table_without_rows() -> None:
    none = table_of(EvidenceRows, [])
    assert list(Replay(DAY).known_evidence(none).columns) == list(none.columns)
