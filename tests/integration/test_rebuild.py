"""A build after a change, by the command line, on the small dossier: what is made again, what is said, what stays."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import edit, tidebook
from tests.integration.test_build import build, rebuilt, snapshot, verdicts
from tidebook.pipelines.graph.keys import tidebook_version

SHOPS = Path("article", "shops.csv")


@pytest.mark.usefixtures("already_built")
def test_nothing_changed_writes_nothing_and_needs_no_dagster(raw: Path, out: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    code = (
        "import sys; from tidebook.pipelines.commands.app import app\n"
        "try: app()\n"
        "finally: sys.stderr.write(' '.join(n for n in ('dagster', 'pandas', 'pandera') if n in sys.modules))"
    )
    command = [sys.executable, "-c", code, "build", "--raw", str(raw), "--out", str(out)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.startswith("Nothing has changed since release")
    assert run.stderr == ""
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


@pytest.mark.usefixtures("already_built")
def test_a_touched_file_rebuilds_nothing(raw: Path, out: Path) -> None:
    os.utime(raw / SHOPS)
    assert build(raw, out).startswith("Nothing has changed")


@pytest.mark.usefixtures("already_built")
def test_a_comment_in_the_code_computes_again_and_makes_no_release(
    raw: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (out / "latest").resolve()
    for module in ("graph.step", "release.current"):
        monkeypatch.setattr(f"tidebook.pipelines.{module}.code_key", lambda plugins=(): "that of edited code")
    assert {"figures", "verdicts", "outcomes"} <= set(rebuilt(build(raw, out, "-v")))
    assert (out / "latest").resolve() == before
    manifest = json.loads((before / "manifest.json").read_bytes())
    assert manifest["code"] == manifest["tidebook"] == tidebook_version()


@pytest.mark.usefixtures("already_built")
def test_an_equal_output_ends_the_rebuild(raw: Path, out: Path) -> None:
    text = (raw / SHOPS).read_text()
    (raw / SHOPS).write_text(text.replace("\n", "\r\n"), newline="")
    steps = rebuilt(build(raw, out, "-v"))
    assert set(steps) == {
        "raw/article/shops", "declared/cells/shops", "shops", "declared/printed", "declared/columns",
        "declared/deflators", "declared/reference_formulas", "declared/derived_references", "evidence_views/converted",
        "figures", "previous_release", "changes", "verdict_report", "release",
    }  # fmt: skip


@pytest.mark.usefixtures("already_built")
def test_going_back_finds_the_earlier_results_and_says_what_changed_back(raw: Path, out: Path) -> None:
    first = verdicts(out)
    edit(raw / SHOPS, "$20M", "$29M")
    assert re.search(r"^\d+ of \d+ steps rebuilt$", build(raw, out), re.MULTILINE)
    edit(raw / SHOPS, "$29M", "$20M")
    assert set(rebuilt(build(raw, out))) == {"previous_release", "changes", "verdict_report", "release"}
    pd.testing.assert_frame_equal(verdicts(out), first)


@pytest.mark.usefixtures("already_built")
def test_a_bad_cell_is_one_clear_line_and_the_report_before_stays(raw: Path, out: Path) -> None:
    before = snapshot(out / "latest")
    edit(raw / SHOPS, "$20M", "$1Z")
    result = tidebook("build", "--raw", str(raw), "--out", str(out))
    assert result.exit_code == 2
    errors = [line for line in result.output.splitlines() if line.startswith("error:")]
    assert len(errors) == 1
    assert errors[0].startswith('error: article/shops.csv:3, column "Sales": found "$1Z", expected ')
    assert "Traceback" not in result.output
    assert snapshot(out / "latest") == before


def test_a_missing_folder_or_file_is_bad_input(raw: Path, out: Path) -> None:
    assert tidebook("build", "--raw", str(raw / "nowhere"), "--out", str(out)).exit_code == 2
    (raw / SHOPS).unlink()
    result = tidebook("build", "--raw", str(raw), "--out", str(out))
    assert result.exit_code == 2
    assert "shops.csv" in result.output


@pytest.mark.usefixtures("already_built")
def test_a_missing_row_stops_the_build_with_the_claim_that_reads_it(raw: Path, out: Path) -> None:
    edit(raw / SHOPS, "North,$30M\n", "")
    (raw / "reference" / "figures.csv").unlink()
    result = tidebook("build", "--raw", str(raw), "--out", str(out))
    assert result.exit_code == 2
    assert 'found "north", expected a subject of shops; did you mean south?' in result.output
    assert "without it interpretations of north_leads cannot be tested" in result.output


@pytest.mark.usefixtures("already_built")
def test_a_new_row_needs_no_code(raw: Path, out: Path) -> None:
    with (raw / SHOPS).open("a", encoding="utf-8") as stream:
        stream.write("West,$4M\n")
    build(raw, out)
    figures = pd.read_parquet(out / "latest" / "tables" / "figures.parquet").set_index("figure_id")
    assert figures.loc["shops/west/sales", "value"] == 4e6
    assert verdicts(out).loc["north_leads", "value"] == pytest.approx(30 / 64)


def test_status_says_how_things_stand(raw: Path, out: Path, built: Path) -> None:
    assert "run `tidebook build` first" in tidebook("status", "--raw", str(raw), "--out", str(out)).output
    shutil.copytree(built, out, symlinks=True)
    assert "Up to date" in tidebook("status", "--raw", str(raw), "--out", str(out)).output
    edit(raw / SHOPS, "$20M", "$21M")
    assert "Out of date: article/shops.csv changed" in tidebook("status", "--raw", str(raw), "--out", str(out)).output


@pytest.mark.usefixtures("already_built")
def test_a_damaged_table_of_the_latest_release_is_named_and_stops_no_build(raw: Path, out: Path) -> None:
    place = (out / "latest" / "tables" / "verdicts.parquet").resolve()
    place.write_bytes(place.read_bytes()[:100])
    result = tidebook("explain", "north_leads", "--out", str(out))
    assert result.exit_code == 2
    assert result.output.startswith(f"error: {out}/latest/tables/verdicts.parquet: expected the Parquet file")
    edit(raw / SHOPS, "$20M", "$200M")
    assert "Changed" not in build(raw, out), "there is nothing to compare with"
    assert verdicts(out).loc["north_leads", "status"] == "contradicted"


@pytest.mark.skipif(os.name == "nt", reason="a shell closes the stream")
def test_a_closed_output_is_not_a_crash() -> None:
    line = f"{sys.executable} -m tidebook --version >&-"
    assert subprocess.run(line, shell=True, capture_output=True, check=True).stderr == b""
