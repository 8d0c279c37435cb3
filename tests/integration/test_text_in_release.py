"""What an article's text says against itself, in the release as in `tidebook check`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import edit, tidebook

ARTICLE = """\
# Ferries

Passengers rose from 200,000 to 251,000 in a year, up 21%.

| Line | Trips | Passengers | Staff |
|---|---|---|---|
| North | 345 | 112,000 | 21 |
| South | 218 | 94,000 | 14 |
| West | 131 | 44,000 | 9 |
| Total | 694 | 250,000 | 44 |

From North to South, passengers fell from 112,000 to 94,000, down 26%.
"""

DOSSIER = """\
[article]
title = "Ferries"
published = 2024-02-01
text = "article.md"

[tables.lines]
from = "article.md"
[tables.lines.columns]
"Line" = { name = "line", role = "subject" }
"Trips" = { name = "trips", unit = "number" }
"Passengers" = { name = "passengers", unit = "number" }
"Staff" = { name = "staff", unit = "person" }
"""

CLAIM = """
[[claims]]
id = "fall"
quote = "From North to South, passengers fell from 112,000 to 94,000, down 26%"
number = "26%"
is = "lines[south].passengers / lines[north].passengers - 1"
"""


@pytest.fixture
def ferries(tmp_path: Path) -> Path:
    """An article of which two sentences contradict themselves."""
    folder = tmp_path / "ferries"
    folder.mkdir()
    (folder / "article.md").write_text(ARTICLE, encoding="utf-8")
    (folder / "dossier.toml").write_text(DOSSIER, encoding="utf-8")
    return folder


def built(folder: Path) -> pd.DataFrame:
    """Build a dossier, and return what its text says against itself."""
    out = folder.parent / "out"
    assert tidebook("build", "--dossier", str(folder), "--out", str(out)).exit_code == 0
    return pd.read_parquet(out / "latest" / "tables" / "text_findings.parquet")


def checked(folder: Path) -> dict[str, dict[str, object]]:
    """Return the findings of `check` that are of the text alone, by id."""
    findings = json.loads(tidebook("check", str(folder), "--json").stdout)["findings"]
    return {each["id"]: each for each in findings if each["id"] == each["fingerprint"]}


def test_a_release_has_what_check_finds_in_the_text(ferries: Path) -> None:
    table = built(ferries)
    assert list(table[["tier", "line", "position", "printed"]].itertuples(index=False, name=None)) == [
        ("certain", 12, 67, "26%"),
        ("certain", 3, 55, "21%"),
    ]
    assert list(table["expected"]) == ["16.1%", "25.5%"]
    assert list(table["finding_id"]) == list(checked(ferries))


def test_a_typo_that_a_claim_reports_too_is_reported_once_by_the_claim(ferries: Path) -> None:
    edit(ferries / "dossier.toml", "[article]", f"{CLAIM}\n[article]")
    told_by = built(ferries).set_index("printed")["told_by"].fillna("")
    assert told_by.to_dict() == {"26%": "claims/fall", "21%": ""}
    assert [each["printed"] for each in checked(ferries).values()] == ["21%"]


def test_a_total_that_the_dossier_contradicts_too_is_reported_once_by_the_figure(ferries: Path) -> None:
    edit(ferries / "article.md", "| Total | 694 |", "| Total | 964 |")
    table = built(ferries).set_index("printed")
    assert table.loc["964", "told_by"] == "lines/total/trips"


def test_a_release_has_the_sentence_only_where_the_text_is_the_authors_own(ferries: Path) -> None:
    assert built(ferries)["quote"].isna().all()
    assert next(iter(checked(ferries).values()))["quote"].startswith("From North to South")
    edit(ferries / "dossier.toml", "[article]", "[article]\nown = true")
    assert next(iter(built(ferries)["quote"])).startswith("From North to South")


def test_report_status_and_fail_on_of_a_build_agree_with_check(ferries: Path) -> None:
    place = ("--dossier", str(ferries), "--out", str(ferries.parent / "out"))
    result = tidebook("build", *place, "--fail-on", "wrong")
    assert (result.exit_code, tidebook("check", str(ferries)).exit_code) == (1, 1)
    assert "Failed: 2 contradicts itself" in result.stderr
    assert "contradicts itself: line 12 of the text, 26%: from 112,000 to 94,000 is a change of" in result.stdout
    assert "Contradictions in the text: 2 certain" in tidebook("status", *place).stdout
    report = ferries.parent / "out" / "latest" / "report"
    assert "checked: 2 contradictions in 2 places" in (report / "badge.svg").read_text()
    page = (report / "index.html").read_text()
    assert page.count('href="#text-') == page.count('id="text-') == 2
    assert not any(quote in page for quote in ("From North to South", "Passengers rose"))


def test_what_is_accepted_of_the_text_is_an_input_of_the_build(ferries: Path) -> None:
    (name, *_) = built(ferries)["finding_id"]
    assert tidebook("accept", name, "--why", "Rounded", "--dossier", str(ferries)).exit_code == 0
    assert list(built(ferries)["accepted"].fillna("")) == ["Rounded", ""]
    page = (ferries.parent / "out" / "latest" / "report" / "index.html").read_text()
    assert "1 finding is accepted" in page and "Accepted: Rounded" in page
    out = ferries.parent / "out"
    assert (out / "latest" / "inputs" / "article.md.accepted.toml").is_file()
    assert tidebook("verify", "--out", str(out)).exit_code == 0


def test_a_text_without_numbers_is_built(ferries: Path) -> None:
    (ferries / "article.md").write_text("# Ferries\n\nThey run all year.\n", "utf-8")
    edit(ferries / "dossier.toml", DOSSIER[DOSSIER.index("[tables.lines]") :], "")
    result = tidebook("build", "--raw", str(ferries), "--out", str(ferries.parent / "out"))
    assert result.exit_code == 0, result.output


def test_build_diff_and_review_report_what_changed_in_the_text(ferries: Path) -> None:
    out = ("--out", str(ferries.parent / "out"))
    mended = "From North to South, passengers fell from 112,000 to 94,000, down 16.1%."
    edit(ferries / "article.md", "down 26%", "down 16.1%")
    built(ferries)
    before = shutil.copytree(ferries, ferries.parent / "before")
    edit(ferries / "article.md", mended, "Staff rose from 40 to 44, up 20%.")
    edit(ferries / "article.md", "up 21%.\n\n|", "up 25.5%.\n\n|")
    lines = tidebook("build", "--dossier", str(ferries), *out).stdout
    assert "Changed: “20%” in line 12 of the text: new → contradicts itself" in lines
    assert "Changed: “21%” in line 3 of the text: contradicts itself → gone" in lines
    difference = tidebook("diff", *out, "--fail-on", "new:wrong")
    assert difference.exit_code == 1
    assert "Failed: “20%” in line 12 of the text: contradicts itself" in difference.stderr
    page = (ferries.parent / "out" / "latest" / "report" / "index.html").read_text()
    assert "“20%” in line 12 of the text" in page
    review = tidebook("review", str(before), str(ferries), "--fail-on", "new:wrong")
    assert review.exit_code == 1
    assert "### Tidebook: no outcome changed, 1 new finding in the text" in review.stdout
    assert "| New in the text | kind | printed | because |" in review.stdout
    assert "| `article.md:12` | change |" in review.stdout
    assert "| Gone from the text |" in review.stdout
    calm = tidebook("review", str(ferries), str(ferries), "--fail-on", "new:wrong")
    assert calm.exit_code == 0 and "no outcome changed" in calm.stdout
