"""`tidebook new`: from a text to a dossier that can be checked and built with nothing filled in.

The texts are small ones of every form; whatever is guessed is marked in the file, and listed.
"""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.conftest import ROOT, tidebook

FERRIES = ROOT / "tests" / "ferries" / "article.md"
MARKDOWN = """# Rents

*Notes of 3 May 2024.*

Table 1. Rents

| City | Rent 2022 ($ thousand) | Rent 2023 ($ thousand) | Vacant | Note |
|---|---:|---:|---:|---|
| Avon | 1.20 | 1.50 | 4% | – |
| Bree | 2.10 | – | 3.5% | new |
| Total | 3.30 | 1.50 | n/a | |

Rents in Avon rose by 25 % within a year, from $1,200 to $1,500. In Bree 3.5% of all homes are vacant, fewer than in
Avon. Nobody knows why; 17 people were asked on 2 May 2024.
"""
HTML = """<html><head><title>x</title></head><body><article><h1>Boats</h1><p>The harbour has 12 boats, and 40 % of them
are new.</p><table><caption>Boats</caption><tr><th>Kind</th><th>Boats</th></tr><tr><td>Sail</td><td>7</td></tr>
<tr><td>Motor</td><td>5</td></tr></table></article></body></html>
"""
PARTS = """<html><body><article><h1>Pumps</h1><p>Net sales rose to $412.6 million. Cash was $96.4 million.</p><table>
<caption>Results (in millions, except per share data)</caption>
<tr><th></th><th>2024</th><th>2023</th><th>% change</th></tr>
<tr><td colspan="4">Income Statement Data:</td></tr>
<tr><td>Net sales</td><td>$412.6</td><td>$377.1</td><td>9.4%</td></tr>
<tr><td>Earnings per share</td><td>$1.27</td><td>$1.04</td><td>22.1%</td></tr>
<tr><td colspan="4">Balance Sheet Data:</td></tr>
<tr><td>Cash</td><td>$96.4</td><td>$81.2</td><td>18.7%</td></tr>
</table></article></body></html>
"""
PLAIN = "Sales rose by 8 % to $2.5 million in 2019.\n\nThat was more than ever before.\n"
TWICE = "# Twice\n\nSales were 5 million. Sales were 5 million.\n\n| A | A |\n|---|---|\n| 1 | 2 |\n| 1 | x |\n"
QUOTED = '# "Quotes" and \\\\ signs\n\nHe said "we sold 12 \\\\ 13 boats" and `8 %` of **them** sank.\n'
NOTHING = "# No number\n\nNothing is counted here.\n"
TEXTS = {
    "rents.md": MARKDOWN, "boats.html": HTML, "plain.txt": PLAIN, "twice.md": TWICE, "quoted.md": QUOTED,
    "nothing.md": NOTHING,
    "parts.html": PARTS, "ferries.md": FERRIES.read_text(encoding="utf-8"),
}  # fmt: skip


@pytest.fixture(params=TEXTS)
def text(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / str(request.param)
    path.write_text(TEXTS[path.name], encoding="utf-8")
    return path


def test_a_draft_is_read_and_built_at_once(text: Path, tmp_path: Path) -> None:
    made, out = tmp_path / "made", tmp_path / "out"
    result = tidebook("new", str(text), str(made))
    assert result.exit_code == 0, result.output
    assert "Wrote " in result.stdout
    checked = tidebook("check", "--raw", str(made))
    assert checked.exit_code == 0, checked.output
    built = tidebook("build", "--raw", str(made), "--out", str(out), "--fail-on", "wrong,drifted")
    assert built.exit_code == 0, built.output
    tomllib.loads((made / "dossier.toml").read_text(encoding="utf-8"))
    assert (made / f"article{text.suffix}").read_bytes() == text.read_bytes()


def drafted(tmp_path: Path, name: str) -> str:
    path = tmp_path / name
    path.write_text(TEXTS[name], encoding="utf-8")
    assert tidebook("new", str(path), str(tmp_path / "made")).exit_code == 0
    return (tmp_path / "made" / "dossier.toml").read_text(encoding="utf-8")


def test_it_guesses_units_scales_and_days_and_says_so(tmp_path: Path) -> None:
    toml = drafted(tmp_path, "rents.md")
    assert "published = 2024-05-03  # guess: the first day near the top of the text" in toml
    columns = tomllib.loads(toml)["tables"]["rents"]["columns"]
    assert columns["City"] == {"name": "city", "role": "subject"}
    assert columns["Rent 2022 ($ thousand)"]["unit"] == "USD"
    assert columns["Rent 2022 ($ thousand)"]["scale"] == 1e3
    assert columns["Vacant"]["unit"] == "percent"
    assert "# guess" in toml.partition('"Vacant"')[2].partition("\n")[0]


def test_a_number_that_is_bound_by_its_words_is_a_claim_named_by_what_it_is_about(tmp_path: Path) -> None:
    claims = tomllib.loads(drafted(tmp_path, "ferries.md"))["claims"]
    table = "passengers_by_route"
    whole = " + ".join(f"{table}[{route}].c_2024" for route in ("northern", "island", "night"))
    assert {claim["id"]: (claim["number"], claim["is"], claim["read_by"]) for claim in claims} == {
        "northern_and_others_2024_share": ("42 %", f"{table}[northern].c_2024 / ({whole})", "built-in"),
        "northern_2024_change": ("40 %", f"{table}[northern].c_2024 / {table}[northern].c_2023 - 1", "built-in"),
    }


def test_a_number_that_nothing_is_bound_to_is_recorded_on_demand_only(tmp_path: Path) -> None:
    assert "figures" not in tomllib.loads(drafted(tmp_path, "ferries.md"))
    path, made = tmp_path / "ferries.md", tmp_path / "recorded"
    assert tidebook("new", str(path), str(made), "--record").exit_code == 0
    recorded = tomllib.loads((made / "dossier.toml").read_text(encoding="utf-8"))
    numbers = [each.get("number") or each["quote"] for each in recorded["figures"]]
    assert "passengers fell by 10 % in the same" in numbers and len(numbers) == 4
    assert len(recorded["claims"]) == 2


def test_a_draft_is_checked_to_the_same_share_as_its_text(tmp_path: Path) -> None:
    toml = drafted(tmp_path, "ferries.md")
    assert toml
    read = json.loads(tidebook("read", str(tmp_path / "ferries.md"), "--json").stdout)
    checked = json.loads(tidebook("check", "--raw", str(tmp_path / "made"), "--json").stdout)
    assert read["coverage"]["share"] == checked["coverage"] == 2 / 6


def test_sentences_that_compare_have_a_start(tmp_path: Path) -> None:
    assert '# quote = "That was more than ever before"' in drafted(tmp_path, "plain.txt")


def test_the_empty_one_teaches_itself(tmp_path: Path) -> None:
    made = tmp_path / "made"
    assert tidebook("new", "--empty", 'My "shops"', str(made)).exit_code == 0
    assert tidebook("check", "--strict", "--raw", str(made)).exit_code == 0
    built = tidebook(
        "build", "--raw", str(made), "--out", str(tmp_path / "out"), "--fail-on", "wrong,drifted,uncovered"
    )
    assert built.exit_code == 0, built.output
    assert "2 consistent" in built.stdout


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    (made / "mine.txt").write_text("mine", encoding="utf-8")
    for arguments in (["--empty", "x", str(made)], [str(FERRIES), str(made)]):
        result = tidebook("new", *arguments)
        assert result.exit_code == 2
        assert "expected a new or empty folder: nothing is overwritten" in result.stderr
    assert [each.name for each in made.iterdir()] == ["mine.txt"]


def test_what_is_not_a_text_is_reported(tmp_path: Path) -> None:
    result = tidebook("new", str(tmp_path / "absent.md"))
    assert result.exit_code == 2
    assert "absent.md: expected a file of text, or - for standard input" in result.stderr
    assert tidebook("new").exit_code == 2


COSTS = """# Costs

| | Unaudited | | |
|---|---|---|---|
| | Three months ended | | |
| | 31 December 2019 | | 31 December 2018 |
| | Amount | % of sales | Amount |
| | (RMB in millions) | | |
| Games | 26,120 | 50% | 20,330 |
| Advertising | 9,241 | 46% | 10,800 |

Costs of games increased by 28% to RMB26,120 million. Costs of advertising decreased by 14% to RMB9,241 million.
"""


def test_numbers_that_are_linked_to_cells_are_claims_in_the_currency_and_scale_of_the_table(tmp_path: Path) -> None:
    made = draft_of_text(tmp_path, COSTS)
    (table,) = made["tables"].values()
    columns = {each["name"]: each.get("unit") for each in table["columns"].values()}
    assert columns == {
        "column_1": None,
        "c_31_december_2019": "CNY",
        "of_sales": "percent",
        "c_31_december_2018": "CNY",
    }
    found = {each["number"]: each["is"] for each in made["claims"]}
    assert found["RMB26,120 million"] == "costs[games].c_31_december_2019"
    assert found["28%"] == "costs[games].c_31_december_2019 / costs[games].c_31_december_2018 - 1"
    assert found["14%"] == "costs[advertising].c_31_december_2019 / costs[advertising].c_31_december_2018 - 1"


INCOME = """\
# A year of clocks

14 March 2019. Net income fell to $951,000, or $0.31 a share. We paid interest of $412,000. By 2021 it will be less.

| (in thousands) | 2018 | 2017 |
|---|---|---|
| Net income | $951 | $1,016 |
| Interest | (412) | (388) |
| Margin | 6.4% | 7.1% |
| Diluted earnings per share | $0.31 | $0.34 |

## References

1. Smith J. Clocks. Time 2011;12(3):101-110.
"""


def test_a_table_whose_rows_have_a_unit_each_is_read_transposed(tmp_path: Path) -> None:
    made = draft_of_text(tmp_path, INCOME)
    (table,) = made["tables"].values()
    assert table["transposed"] is True
    units = {each["name"]: (each.get("unit"), each.get("scale")) for each in table["columns"].values()}
    assert units == {
        "subject_name": (None, None),
        "net_income": ("USD", 1e3),
        "interest": ("USD", 1e3),
        "margin": ("percent", None),
        "diluted_earnings_per_share": ("USD", None),
    }
    figures = {each["figure_id"]: each["value"] for each in run_json(tmp_path, "figures")}
    assert figures["year_of_clocks/2018/net_income"] == 951_000
    assert figures["year_of_clocks/2017/interest"] == -388_000
    assert f"{made['article']['published']}" == "2019-03-14"


def test_a_statement_that_does_not_hold_is_a_claim_all_the_same(tmp_path: Path) -> None:
    wrong = COSTS.replace("increased by 28% to", "increased by 82% to")
    (claim,) = (each for each in draft_of_text(tmp_path, wrong)["claims"] if each["number"] == "82%")
    assert claim["read_by"] == "built-in"
    assert claim["id"] == "games_31_december_2019_change"


def draft_of_text(tmp_path: Path, text: str) -> dict[str, Any]:
    tmp_path.mkdir(exist_ok=True)
    path = tmp_path / "text.md"
    path.write_text(text, encoding="utf-8")
    result = tidebook("new", str(path), str(tmp_path / "made"))
    assert result.exit_code == 0, result.output
    return tomllib.loads((tmp_path / "made" / "dossier.toml").read_text(encoding="utf-8"))


def test_a_heading_across_a_table_leaves_it_in(tmp_path: Path) -> None:
    (tmp_path / "parts.html").write_text(PARTS, encoding="utf-8")
    assert tidebook("new", str(tmp_path / "parts.html"), str(tmp_path / "made")).exit_code == 0
    draft = (tmp_path / "made" / "dossier.toml").read_text(encoding="utf-8")
    assert "is left out: no column" not in draft
    assert '"Earnings per share" is not in the unit and scale of its columns' in draft
    assert "3 results" in tidebook("check", "--raw", str(tmp_path / "made")).output


PARTS_TWICE = """\
# Two harbours

| Rank 2024 | Harbour | Boats 2023 | Boats 2024 |
|---|---|---:|---:|
| **North coast** | | | |
| 1 | Aven | 120 | 168 |
| 2 | Others | 80 | 72 |
| **South coast** | | | |
| 3 | Brack | 60 | 66 |
| 4 | Others | 30 | 40 |
| | Total of both | 290 | 346 |

Aven had 168 boats in 2024, 40 % more than in 2023. Brack had 66 boats in 2024.
"""


def test_rows_of_one_name_are_told_apart_by_the_heading_above_and_totals_and_ranks_are_declared(
    tmp_path: Path,
) -> None:
    made = draft_of_text(tmp_path, PARTS_TWICE)
    (table,) = made["tables"].values()
    assert table["totals"] == ["Total of both"]
    assert table["columns"]["Rank 2024"]["unit"] == "rank"
    assert table["columns"]["Harbour"] == {"name": "harbour", "role": "subject"}
    figures = run_json(tmp_path, "figures")
    boats = {each["figure_id"]: each["value"] for each in figures if each["figure_id"].endswith("boats_2024")}
    assert [boats[each] for each in boats if each.startswith("two_harbours/")] == [168, 72, 66, 40, 346]
    assert "two_harbours/south_coast_others/boats_2024" in boats
    claims = {claim["number"]: claim["is"] for claim in made["claims"]}
    assert claims["40 %"] == "two_harbours[aven].boats_2024 / two_harbours[aven].boats_2023 - 1"
    assert claims["66"] == "two_harbours[brack].boats_2024"


def run_json(tmp_path: Path, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table of the draft that was built."""
    out = tmp_path / "out"
    built = tidebook("build", "--raw", str(tmp_path / "made"), "--out", str(out))
    assert built.exit_code == 0, built.output
    return pd.read_parquet(next((out / "latest").rglob(f"{table}.parquet"))).to_dict("records")


PAGE = """<!doctype html><html><head><title>x</title>
<meta property="og:site_name" content="Harbour News"><meta name="author" content="Kim Lee">
<link rel="canonical" href="https://example.org/boats">
<script type="application/ld+json">{"@graph": [{"@type": "Person", "name": "Nobody"}, {"@type": "NewsArticle",
"headline": "Boats of the year", "datePublished": "2024-03-09T08:00:00Z",
"publisher": {"name": "The Harbour"}}]}</script>
<script type="application/ld+json">{not json</script></head>
<body><article><p>Seen on 2 February 2023: 12 boats.</p>
<table><caption>Boats</caption><tr><th>Kind</th><th>Boats</th></tr><tr><td>Sail</td><td>7</td></tr>
<tr><td>Motor</td><td>5</td></tr></table></article></body></html>
"""


def test_title_publisher_author_day_and_address_are_those_that_a_page_states(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    assert tidebook("new", str(tmp_path / "page.html"), str(tmp_path / "made")).exit_code == 0
    toml = (tmp_path / "made" / "dossier.toml").read_text(encoding="utf-8")
    article = tomllib.loads(toml)["article"]
    assert article == {
        "title": "Boats of the year",
        "published": dt.date(2024, 3, 9),
        "publisher": "The Harbour",
        "note": "By Kim Lee",
        "address": "https://example.org/boats",
        "text": "article.html",
    }
    assert "published = 2024-03-09\n" in toml, "what the page states is no guess"


QUARTERS = """\
# Nordlind grows

| mEUR | Q3'23 | Q3'22 | Change | Q1-Q3'23 | Q1-Q3'22 |
|---|---|---|---|---|---|
| Revenue | 412.5 | 371.6 | 11.0% | 1,203.4 | 1,120.8 |
| Operating profit | 51.2 | 40.3 | 27.0% | 143.9 | 121.0 |
| Employees | 5,120 | 4,876 | 5.0% | 5,120 | 4,876 |

Revenue rose by 11.0 percent to EUR 412.5 million in the third quarter of 2023, from EUR 371.6 million a year earlier.
Operating profit was EUR 51.2 million, 27.0 percent more than in the third quarter of 2022.
"""


def test_quarters_as_columns_are_in_the_currency_and_scale_of_the_first_head(tmp_path: Path) -> None:
    made = draft_of_text(tmp_path, QUARTERS)
    (table,) = made["tables"].values()
    assert (table["columns"]["Q3'23"]["unit"], table["columns"]["Q3'23"]["scale"]) == ("EUR", 1e6)
    assert {claim["number"]: claim["is"] for claim in made["claims"]} == {
        "11.0 percent": "nordlind_grows[revenue].q3_23 / nordlind_grows[revenue].q3_22 - 1",
        "EUR 412.5 million": "nordlind_grows[revenue].q3_23",
        "EUR 371.6 million": "nordlind_grows[revenue].q3_22",
        "EUR 51.2 million": "nordlind_grows[operating_profit].q3_23",
        "27.0 percent": "nordlind_grows[operating_profit].q3_23 / nordlind_grows[operating_profit].q3_22 - 1",
    }


def test_the_screen_says_what_is_checked_what_is_not_and_what_to_look_at_first(tmp_path: Path) -> None:
    path = tmp_path / "ferries.md"
    path.write_text(TEXTS["ferries.md"].replace("grew by 40 %", "grew by 60 %"), encoding="utf-8")
    lines = tidebook("new", str(path), str(tmp_path / "made")).stdout.splitlines()
    assert lines[0].startswith("look: claim northern_2024_change (reading 2) contradicts itself: ")
    assert "unchecked: line 18: 10 %: nothing explains carried once ground" in lines
    assert lines[-2:] == [
        "2 claims: 33% of the text's numbers are checked, and would be refuted with another value",
        f"Wrote {tmp_path / 'made'}; next: tidebook build {tmp_path / 'made'} --open",
    ]


REPORT = """\
# CoreWeave more than doubles its revenue in a year

| USD million | Q1'24 | Q2'24 | Q3'24 | Q1'25 | Q2'25 | Q3'25 |
|---|---:|---:|---:|---:|---:|---:|
| Revenue | 188.7 | 395.4 | 583.9 | 981.6 | 1,212.8 | 1,364.7 |
| Accelerators (units) | 71,468 | 111,466 | 166,849 | 277,946 | 304,242 | 362,908 |

Revenue rose by 133.7 percent to USD 1,364.7 million in the third quarter of 2025, from USD 583.9 million a
year earlier. In the second quarter of 2025 revenue was USD 1,212.8 million, after USD 395.4 million in the
second quarter of 2024. In the first quarter of 2025 it was USD 981.6 million. In the first quarter of 2024 it
had been USD 188.7 million.

The number of accelerators was 362,908 in the third quarter of 2025, 117.5 percent more than in the third
quarter of 2024. Accelerators rose from 111,466 in the second quarter of 2024 to 304,242 in the second quarter
of 2025. In the first quarter of 2025 accelerators were 277,946, after 71,468 in the first quarter of 2024.
Revenue increased by USD 780.8 million between the third quarter of 2024 and the third quarter of 2025.
Revenue in the third quarter of 2025 was 2.3 times as high as in the third quarter of 2024.
"""
REVENUE, UNITS = "coreweave_more_than_doubles[{}].revenue", "coreweave_more_than_doubles[{}].accelerators_units"


def test_a_report_of_quarters_is_judged_with_nothing_typed(tmp_path: Path) -> None:
    made = draft_of_text(tmp_path, REPORT)
    checked = tidebook("check", str(tmp_path / "made"), "--fail-on", "wrong:minor", "--coverage-min", "0.9")
    assert checked.exit_code == 0, checked.output
    now, before = REVENUE.format("q3_25"), REVENUE.format("q3_24")
    assert {" ".join(claim["number"].split()): claim["is"] for claim in made["claims"]} == {
        "133.7 percent": f"{now} / {before} - 1",
        "USD 1,364.7 million": now,
        "USD 583.9 million": before,
        "USD 1,212.8 million": REVENUE.format("q2_25"),
        "USD 395.4 million": REVENUE.format("q2_24"),
        "USD 981.6 million": REVENUE.format("q1_25"),
        "USD 188.7 million": REVENUE.format("q1_24"),
        "362,908": UNITS.format("q3_25"),
        "117.5 percent": f"{UNITS.format('q3_25')} / {UNITS.format('q3_24')} - 1",
        "111,466": UNITS.format("q2_24"),
        "304,242": UNITS.format("q2_25"),
        "277,946": UNITS.format("q1_25"),
        "71,468": UNITS.format("q1_24"),
        "USD 780.8 million": f"{now} - {before}",
        "2.3 times": f"{now} / {before}",
    }


@pytest.mark.parametrize(
    ("printed", "wrong"),
    [
        ("395.4 million", "359.4 million"),
        ("71,468 in", "74,168 in"),
        ("2.3 times", "3.2\ntimes"),
        ("362,908 in", "326,908 in"),
    ],
)
def test_a_slip_between_quarters_is_found(printed: str, wrong: str, tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    path.write_text(REPORT, encoding="utf-8")
    assert tidebook("read", str(path), "--fail-on", "likely").exit_code == 0
    start, end = REPORT.split("\n\nRevenue rose")
    path.write_text(f"{start}\n\nRevenue rose{end.replace(printed, wrong)}", encoding="utf-8")
    assert tidebook("read", str(path), "--fail-on", "likely").exit_code == 1
