"""The example on open data: claims on evidence alone, a table checked by two expressions, and what is stored of it."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT, built_once, edit, tidebook
from tidebook.places import id_of, manifest_bytes
from tidebook.schemas.base import records
from tidebook.schemas.parquet import read_parquet

ENERGY = ROOT / "examples" / "energy"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a build of the example, not to be changed."""
    return built_once(tmp_path_factory, ENERGY)


def column(out: Path, table: str, key: str, value: str) -> dict[str, str]:
    """Return a column of a table by another one."""
    rows = records(read_parquet(out / "latest" / "tables" / f"{table}.parquet"))
    return {row[key]: row[value] for row in rows}


def test_claims_on_evidence_alone_have_the_outcome_that_one_finds_by_hand(made: Path) -> None:
    """25.0, 28.8 and 57.9 %; 17.1 against 19.5 %; France rose least; 40.6 %; 3.1 times; 21.0 after 24.0 %."""
    assert column(made, "outcomes", "statement_id", "outcome") == {
        "a_quarter_in_2022": "stands",
        "more_a_year_later": "stands",
        "nobody_ahead_of_denmark": "stands",
        "wind_over_nuclear_in_2018": "wrong",
        "more_in_all_eight": "stands",
        "two_fifths_of_spain": "stands",
        "tripled_in_four_years": "stands",
        "first_fall_since_2017": "stands",
        "one_stormy_day": "undecided",
    }


def test_the_planted_typos_are_found_and_no_others(made: Path) -> None:
    """Every figure of the table has a reference, and no reference is typed."""
    outcomes = column(made, "figure_outcomes", "figure_id", "outcome")
    listed = re.findall(r"^\| `([\w/]+)`", (ENERGY / "README.md").read_text("utf-8"), re.MULTILINE)
    assert {name for name, outcome in outcomes.items() if outcome == "wrong"} == set(listed)
    assert set(outcomes.values()) == {"right", "wrong"}
    assert outcomes["claims/a_quarter_in_2022"] == "right"  # the number that a claim quotes has a reference too
    assert not (ENERGY / "reference").exists()


def test_an_explanation_lists_series_rows_dates_licence_and_citation(made: Path) -> None:
    """The rows that a claim rests on, not all of a series."""
    found = tidebook("explain", "wind_over_nuclear_in_2018", "--out", str(made)).output
    for words in (
        "Evidence:",
        "CC BY 4.0",
        "Our World in Data",
        "read on 2026-04-13",
        "share of generation",
        "United Kingdom 2018, wind's share: 17.05%",
        "United Kingdom 2018, nuclear's share: 19.5%",
    ):
        assert words in found
    assert "2019" not in found.partition("What decided:")[2]
    figure = tidebook("explain", "shares/spain/in_2013", "--out", str(made)).output
    assert "wind esp 2013: 19.77%" in figure
    assert "fra 2013" not in figure
    assert "tier S" in figure  # looked up, not computed
    assert "licence: CC BY 4.0" in figure


def test_a_release_holds_the_rows_that_were_read_and_is_rebuilt_from_its_inputs(made: Path) -> None:
    """Two values of 2018, and no row of a year that no expression names."""
    rows = records(read_parquet(made / "latest" / "tables" / "evidence_rows.parquet"))
    assert {row["period"] for row in rows if row["value_name"] == "nuclear"} == {"2018"}
    assert {row["source_id"] for row in rows} == {"owid_electricity"}
    result = tidebook("verify", "--out", str(made))
    assert "byte for byte" in result.output


def test_a_release_has_the_cells_that_were_read_in_place_of_the_file(tmp_path: Path) -> None:
    """As they stand in it, with the hash of the whole; a country and a column that no expression names are not."""
    raw, out = shutil.copytree(ENERGY, tmp_path / "raw"), tmp_path / "out"
    file = raw / "evidence" / "electricity.csv"
    lines = file.read_text("utf-8").splitlines()
    whole = [f"{lines[0]},coal", "Norway,1990,0.0,0.0,0.0,0.1", *(f"{line},1.0" for line in lines[1:])]
    file.write_text("\n".join(whole) + "\n", "utf-8")
    assert tidebook("build", "--raw", str(raw), "--out", str(out)).exit_code == 0
    release = (out / "latest").resolve()
    part = release / "rows" / "electricity" / "evidence" / "electricity.csv"
    assert part.read_text("utf-8").splitlines() == lines
    manifest = json.loads((release / "manifest.json").read_text("utf-8"))
    assert manifest["inputs"]["evidence/electricity.csv"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert not (release / "inputs" / "evidence").exists()
    result = tidebook("verify", "--out", str(out))
    assert "byte for byte" in result.output


def test_another_cell_in_a_release_is_another_result(made: Path, tmp_path: Path) -> None:
    """`verify` computes from the cells: a release whose hashes agree, and whose tables do not follow, is told."""
    out = shutil.copytree(made, tmp_path / "out", symlinks=True)
    release = (out / "latest").resolve()
    part = release / "rows" / "electricity" / "evidence" / "electricity.csv"
    edit(part, "2018,17.05,3.80,19.50", "2018,17.05,3.80,15.50")
    manifest = json.loads((release / "manifest.json").read_text("utf-8"))
    stated = manifest["files"]["rows/electricity/evidence/electricity.csv"]
    stated["sha256"] = hashlib.sha256(part.read_bytes()).hexdigest()
    renamed = release.with_name(id_of(manifest))
    (release / "manifest.json").write_bytes(manifest_bytes(manifest))
    release.rename(renamed)
    result = tidebook("verify", str(renamed), "--out", str(out))
    assert result.exit_code == 1, result.output
    assert "Differs: table" in result.output


def test_a_revised_value_flips_the_claim_that_depends_on_it(made: Path, tmp_path: Path) -> None:
    """With nuclear power at 15.5 % wind would have been ahead in 2018; nothing else changes."""
    raw, out = shutil.copytree(ENERGY, tmp_path / "raw"), shutil.copytree(made, tmp_path / "out", symlinks=True)
    edit(raw / "evidence" / "electricity.csv", "2018,17.05,3.80,19.50", "2018,17.05,3.80,15.50")
    assert tidebook("build", "--raw", str(raw), "--out", str(out)).exit_code == 0
    before, after = (column(place, "outcomes", "statement_id", "outcome") for place in (made, out))
    assert {name for name in after if after[name] != before[name]} == {"wind_over_nuclear_in_2018"}
    assert after["wind_over_nuclear_in_2018"] == "stands"
    found = tidebook("diff", "--out", str(out))
    assert found.exit_code == 0, found.output
    assert "wind_over_nuclear_in_2018" in found.output
    assert 'because electricity/gbr/2018/nuclear went from "19.5 percent" to "15.5 percent"' in found.output
    assert "other code" not in found.output


def test_a_comparison_judges_each_release_by_its_own_day(made: Path, tmp_path: Path) -> None:
    """A year earlier the latest share was 24.99 %, not above a quarter: the day is the cause, and not the code."""
    raw, out = shutil.copytree(ENERGY, tmp_path / "raw"), tmp_path / "out"
    edit(raw / "dossier.toml", "published = 2024-06-03", "published = 2023-06-03")
    assert tidebook("build", "--raw", str(raw), "--out", str(out)).exit_code == 0
    found = tidebook("diff", str(out), str(made))
    assert found.exit_code == 0, found.output
    assert 'because the day up to which evidence counts went from "2023-06-03" to "2024-06-03"' in found.output
    assert "other code" not in found.output


def test_a_row_that_no_expression_names_changes_nothing(made: Path, tmp_path: Path) -> None:
    """The file is another one, and what was looked up is the same: a row that `latest` passes over is not told."""
    raw, out = shutil.copytree(ENERGY, tmp_path / "raw"), shutil.copytree(made, tmp_path / "out", symlinks=True)
    edit(raw / "evidence" / "electricity.csv", "France,2018,4.97,1.88,71.70", "France,2018,4.98,1.88,71.70")
    assert tidebook("build", "--raw", str(raw), "--out", str(out)).exit_code == 0
    for table in ("outcomes", "metrics", "verdicts"):
        assert (out / "latest" / "tables" / f"{table}.parquet").read_bytes() == (
            made / "latest" / "tables" / f"{table}.parquet"
        ).read_bytes()
    found = tidebook("diff", "--out", str(out))
    assert found.exit_code == 0, found.output
    assert "electricity/fra/2018" not in found.output
    # How soon values change is learnt from all rows of the evidence.
    assert set(re.findall(r"(\w+) \d+ revised", found.output)) <= {"hazards"}
