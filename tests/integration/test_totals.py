"""Rows that are the total of others: which they are, what leaves them out, and who is told.

Belongs here: a dossier with such a row, from its table to the report. Does not: single functions
(`tests/unit/test_interpret.py`).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import tidebook
from tests.dossiers import written
from tidebook.pipelines.read.printed import PrintedTable

ARTICLE = """# Trams

| Line | Riders 2023 | Riders 2022 |
|---|---:|---:|
| Ring | 61,300 | 58,100 |
| Port | 24,700 | 26,900 |
| Zoo | 9,150 | 8,850 |
| {total} | 95,150 | 93,850 |

Ring is our busiest line. The median line carried 24,700 riders. Two of three lines grew.
"""

DOSSIER = """[article]
title = "Trams"
published = 2024-02-29
text = "article.md"
[tables.trams]
from = "article.md"
number = 1
{totals}
[tables.trams.columns]
"Line" = {{ name = "line", role = "subject" }}
"Riders 2023" = {{ name = "riders", unit = "number" }}
"Riders 2022" = {{ name = "before", unit = "number" }}
[[claims]]
id = "busiest"
quote = "Ring is our busiest line"
is = "{busiest}"
[[claims]]
id = "median"
quote = "The median line carried 24,700 riders"
is = "median(trams.riders)"
[[claims]]
id = "grew"
quote = "Two of three lines grew"
number = "Two"
is = "count(trams.riders > trams.before)"
"""
BUSIEST = "trams[ring].riders == max(trams.riders)"


def dossier(folder: Path, total: str = "Total", totals: str = "", busiest: str = BUSIEST) -> str:
    files = {
        "dossier.toml": DOSSIER.format(totals=totals, busiest=busiest),
        "article.md": ARTICLE.format(total=total),
    }
    return str(written(folder, files))


def test_a_total_contradicts_no_claim_on_the_rows(tmp_path: Path) -> None:
    assert tidebook("check", dossier(tmp_path)).exit_code == 0


def test_a_declared_total_is_one_whatever_its_label(tmp_path: Path) -> None:
    assert tidebook("check", dossier(tmp_path, "Whole town", 'totals = ["Whole town"]')).exit_code == 0


def test_a_row_that_adds_up_the_others_is_a_row_and_the_author_is_told(tmp_path: Path) -> None:
    done = tidebook("check", "-v", dossier(tmp_path, "Whole town"))
    assert done.exit_code == 1
    assert "busiest line”: its own figures say 61,300 (Ring) against 95,150 (the highest of 4)" in done.output
    assert 'expected totals = ["Whole town"], or totals = [] if no row is to be left out' in done.output


def test_a_table_that_declares_no_total_has_none_and_no_warning(tmp_path: Path) -> None:
    done = tidebook("check", "-v", dossier(tmp_path, totals="totals = []"))
    assert done.exit_code == 1
    assert "or totals = []" not in done.output


def test_a_typo_in_the_total_changes_no_other_claim(tmp_path: Path) -> None:
    folder = dossier(tmp_path)
    article = Path(folder) / "article.md"
    article.write_text(article.read_text().replace("95,150", "96,150"))
    done = tidebook("check", folder)
    assert "Total" in done.output or "total" in done.output
    assert "busiest" not in done.output


def test_a_declared_total_that_no_row_is_called_is_an_error(tmp_path: Path) -> None:
    done = tidebook("check", dossier(tmp_path, totals='totals = ["Totals"]'))
    assert done.exit_code == 2
    assert 'found "Totals", expected a row with the label that totals names; did you mean Total?' in done.output


@pytest.mark.parametrize(
    ("busiest", "found"),
    [
        ("max(trams[ring or total].riders) == 1", "total"),
        ("row(trams.riders / trams.before, 'total') > 1", "'total'"),
    ],
)
def test_a_total_among_rows_is_an_error_at_its_place(tmp_path: Path, busiest: str, found: str) -> None:
    done = tidebook("check", dossier(tmp_path, busiest=busiest))
    assert done.exit_code == 2
    assert f'found "{found}", expected a row of trams that is no total of others' in done.output


def test_the_report_says_which_total_is_left_out(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert tidebook("build", "--dossier", dossier(tmp_path / "in"), "--out", str(out)).exit_code == 0
    assert "(without Total)" in (out / "latest/report/index.html").read_text()
    assert "without Total, as the total of others" in tidebook("explain", "busiest", "--out", str(out)).output


@pytest.mark.parametrize(
    "label", ["Total", "TOTAL:", "Grand total", "Sub-total (a)", "Totals*", "All", "Sum", "**Total**"]
)
def test_a_label_that_says_nothing_else_is_that_of_a_total(label: str) -> None:
    assert PrintedTable(path="a.csv", title="A").is_total(label)


@pytest.mark.parametrize(
    "label", ["Total SA", "All Blacks", "Allianz", "Sum Holdings", "Totality", "Subtotal of north", ""]
)
def test_a_name_that_holds_such_a_word_is_none(label: str) -> None:
    assert not PrintedTable(path="a.csv", title="A").is_total(label)


WRONG_TOTAL = ARTICLE.replace("95,150", "95,510")


def _judged(folder: str) -> dict[str, str]:
    outcomes = json.loads(tidebook("check", folder, "--json").stdout)["outcomes"]
    return {name: outcome for name, outcome in outcomes.items() if outcome == "contradicts itself"}


def test_a_wrong_total_accuses_none_of_its_parts(tmp_path: Path) -> None:
    folder = dossier(tmp_path)
    (Path(folder) / "article.md").write_text(WRONG_TOTAL.format(total="Total"), encoding="utf-8")
    assert _judged(folder) == {"trams/total/riders": "contradicts itself"}


def test_parts_are_accused_where_a_source_confirms_the_total(tmp_path: Path) -> None:
    folder = dossier(tmp_path)
    (Path(folder) / "article.md").write_text(WRONG_TOTAL.format(total="Total"), encoding="utf-8")
    main = Path(folder) / "dossier.toml"
    source = """
[sources.council]
title = "Riders of trams"
publisher = "Council"
address = "https://council.example/riders"
tier = "P"
licence = "CC BY 4.0"
published = 2024-01-31
"""
    main.write_text(main.read_text() + source, encoding="utf-8")
    references = main.parent / "reference" / "figures.csv"
    references.parent.mkdir()
    references.write_text(
        "figure_id,basis,text,interval,unit,as_of,source,tier,note\n"
        'trams/total/riders,as reported,"95,510",,number,2023-12-31,council,P,\n',
        encoding="utf-8",
    )
    judged = _judged(folder)
    assert "trams/total/riders" not in judged
    assert set(judged) >= {"trams/ring/riders", "trams/port/riders", "trams/zoo/riders"}
