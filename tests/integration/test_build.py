"""The main job on its real input, by the command line: build, rebuild, edit, break, explain."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import ROOT, edit, tidebook
from tests.unit.shipped import METRICS, PUBLISHED
from tidebook.pipelines.evaluate.evaluations import Evaluations, evaluated
from tidebook.pipelines.read.declarations import read_assumptions
from tidebook.pipelines.read.rawfile import read_raw
from tidebook.schemas.parquet import read_parquet

FUNDING = Path("article", "regional_funding.csv")


def build(raw: Path, out: Path) -> str:
    result = tidebook("build", "--raw", str(raw), "--out", str(out))
    assert result.exit_code == 0, result.output
    return result.output


def verdicts(out: Path) -> pd.DataFrame:
    found = pd.read_parquet(out / "latest" / "tables" / "verdicts.parquet").set_index("claim_id")
    return found[found["lens"] == "printed"]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rebuilt(output: str) -> list[str]:
    line = next(line for line in output.splitlines() if "steps rebuilt" in line)
    return line.partition(": ")[2].split(", ")


def test_a_build_holds_every_table_and_the_report(built: Path) -> None:
    tables = {path.stem for path in (built / "latest" / "tables").iterdir()}
    assert tables == set(PUBLISHED)
    report = {path.name for path in (built / "latest" / "report").iterdir()}
    assert {"index.html", "evidence.html", "report.md", "verdicts.json", "verdicts.schema.json", "feed.xml"} <= report


def test_every_claim_has_one_verdict(built: Path) -> None:
    found = verdicts(built)
    claims = pd.read_parquet(built / "latest" / "tables" / "claims.parquet")
    assert list(found.index) == list(claims["claim_id"])
    assert len(found) >= 35
    assert (found.loc[found["status"] == "untestable", "reason"].str.len() > 10).all()
    assert set(found["status"]) == {"supported", "contradicted", "contested", "untestable"}


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
    os.utime(raw / FUNDING)
    assert build(raw, out).startswith("Nothing has changed")


@pytest.mark.usefixtures("already_built")
def test_one_cell_turns_the_verdict_and_rebuilds_only_what_it_reaches(raw: Path, out: Path) -> None:
    assert verdicts(out).loc["us_majority", "status"] == "contested"
    former = (out / "latest").resolve()
    edit(raw / FUNDING, "$8B", "$400B")
    output = build(raw, out)
    assert "note: article/regional_funding.csv differs from sources.lock" in output
    assert "Changed: us_majority: contested → contradicted as printed" in output
    assert verdicts(out).loc["us_majority", "value"] == pytest.approx(35 / (35 + 400 + 4 + 2))
    steps = rebuilt(output)
    assert set(steps) == {
        "raw/article/regional_funding", "regional_funding", "figures", "worlds", "declared/charts", "declared/columns",
        "declared/notes",
        "lenses/evaluations", "lenses/views", "metrics", "reading_verdicts", "flips", "swaps", "reconciliation",
        "calibration_cases", "sensitivity", "information", "multiverse", "figure_outcomes", "outcomes", "projections",
        "findings", "verdicts", "verdict_report", "release", "previous_release", "changes",
    }  # fmt: skip
    assert former.is_dir(), "readers of the former release keep it"


@pytest.mark.usefixtures("already_built")
def test_an_equal_output_stops_the_wave(raw: Path, out: Path) -> None:
    text = (raw / "article" / "training_runs.csv").read_text()
    (raw / "article" / "training_runs.csv").write_text(text.replace("\n", "\r\n"), newline="")
    steps = rebuilt(build(raw, out))
    assert set(steps) == {
        "raw/article/training_runs", "training_runs", "figures",
        "previous_release", "changes", "verdict_report", "release",
    }  # fmt: skip


@pytest.mark.usefixtures("already_built")
def test_going_back_finds_the_former_results_and_says_what_changed_back(raw: Path, out: Path) -> None:
    first = verdicts(out)
    edit(raw / FUNDING, "$8B", "$9B")
    build(raw, out)
    edit(raw / FUNDING, "$9B", "$8B")
    assert set(rebuilt(build(raw, out))) == {"previous_release", "changes", "verdict_report", "release"}
    pd.testing.assert_frame_equal(verdicts(out), first)


@pytest.mark.usefixtures("already_built")
def test_a_bad_cell_is_one_clear_line_and_the_former_report_stays(raw: Path, out: Path) -> None:
    former = snapshot(out / "latest")
    edit(raw / FUNDING, "$8B", "$1Z")
    result = tidebook("build", "--raw", str(raw), "--out", str(out))
    assert result.exit_code == 2
    errors = [line for line in result.output.splitlines() if line.startswith("error:")]
    assert len(errors) == 1
    start = 'error: article/regional_funding.csv:3, column "Total Funding (2024, est.)": found "$1Z", expected '
    assert errors[0].startswith(start)
    assert "Traceback" not in result.output
    assert snapshot(out / "latest") == former


@pytest.mark.parametrize(
    ("path", "old", "new", "error"),
    [
        ("claims.toml", "[[claims]]", "[claims]", "claims.toml"),
        ("article/frontier_models.csv", "88.7", "188.7", 'frontier_models.csv:2, column "MMLU Score"'),
        ("article/frontier_models.csv", "Company,", "Firm,", "frontier_models.csv:1: found"),
        ("assumptions.toml", "count = 10000", "count = 0", 'assumptions.toml:10, column "draws.count"'),
        ("predictions.toml", 'clock = "content"', 'clock = "wall"', "predictions.toml"),
        ("sources.toml", 'tier = "P"', 'tier = "Z"', "sources.toml"),
    ],
)
def test_bad_raw_files_end_with_their_place(raw: Path, out: Path, path: str, old: str, new: str, error: str) -> None:
    place = raw / path
    place.write_text(place.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    for command in (["build", "--out", str(out)], ["check"]):
        result = tidebook(*command, "--raw", str(raw))
        assert result.exit_code == 2, result.output
        assert error in result.output
        assert "Traceback" not in result.output
    assert not (out / "latest").exists()


def test_a_missing_folder_or_file_is_bad_input(raw: Path, out: Path) -> None:
    assert tidebook("build", "--raw", str(raw / "nowhere"), "--out", str(out)).exit_code == 2
    (raw / FUNDING).unlink()
    result = tidebook("build", "--raw", str(raw), "--out", str(out))
    assert result.exit_code == 2
    assert "regional_funding.csv" in result.output


def test_notes_are_for_dossiers_without_bad_input(raw: Path) -> None:
    """Those on words read every raw file, of which one is none here."""
    (raw / "charts.toml").unlink()
    (raw / "charts.toml").mkdir()
    result = tidebook("check", "--raw", str(raw))
    assert result.exit_code == 2
    assert "charts.toml" in result.output


@pytest.mark.skipif(os.name == "nt", reason="a shell closes the stream")
def test_a_closed_output_is_no_crash() -> None:
    line = f"{sys.executable} -m tidebook --version >&-"
    assert subprocess.run(line, shell=True, capture_output=True, cwd=ROOT, check=True).stderr == b""


@pytest.mark.usefixtures("already_built")
def test_a_row_less_makes_its_claims_untestable(raw: Path, out: Path) -> None:
    path = raw / FUNDING
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("United States")))
    build(raw, out)
    row = verdicts(out).loc["us_majority"]
    assert row["status"] == "untestable"
    assert row["reason"] == "no table holds the figure regional_funding/united_states/total_funding"


ELSEWHERE = {
    "PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C", "OMP_NUM_THREADS": "1",
    "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "OPENBLAS_CORETYPE": "Prescott",
}  # fmt: skip


def test_two_builds_are_byte_identical_whatever_the_environment(raw: Path, built: Path, out: Path) -> None:
    command = [sys.executable, "-m", "tidebook.pipelines.commands.app", "build", "--raw", str(raw), "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | ELSEWHERE, cwd=ROOT)
    assert (out / "latest").readlink().name == (out / "latest").resolve().name
    found = snapshot(out / "latest")
    assert found == snapshot(built / "latest")
    assert len(found) > len(PUBLISHED)


@pytest.mark.parametrize(
    "module", ["tidebook.pipelines.commands.app", "tidebook.pipelines.definitions", "tests.conftest"]
)
def test_numpy_is_left_only_functions_that_round_alike_on_every_processor(module: str) -> None:
    code = f"import {module}; from numpy._core._multiarray_umath import __cpu_features__ as f; print(f['AVX512_SKX'])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.split()[-1] == "False"


def test_row_order_changes_no_verdict(raw: Path, out: Path, built: Path) -> None:
    for path in (raw / "article").glob("*.csv"):
        header, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join([header, *reversed(rows)]), encoding="utf-8")
    build(raw, out)
    compared = ["status", "value", "low", "high", "probability", "n", "flip_figure_id", "flip_factor"]
    pd.testing.assert_frame_equal(verdicts(out)[compared], verdicts(built)[compared], rtol=1e-12)


def test_explain_reaches_the_printed_cell_and_its_source(built: Path) -> None:
    result = tidebook("explain", "us_majority", "--out", str(built))
    assert result.exit_code == 0
    for part in ("us_share", "$35B", "regional_funding.csv:2", "ainews.cool", "What would turn it:"):
        assert part in result.output
    unknown = tidebook("explain", "us_majorty", "--out", str(built))
    assert unknown.exit_code == 2
    assert "us_majority" in unknown.output


def test_status_says_how_things_stand(raw: Path, out: Path, built: Path) -> None:
    assert "`tidebook build` makes the first" in tidebook("status", "--raw", str(raw), "--out", str(out)).output
    shutil.copytree(built, out, symlinks=True)
    assert "Up to date" in tidebook("status", "--raw", str(raw), "--out", str(out)).output
    edit(raw / FUNDING, "$8B", "$9B")
    assert "Out of date: article/regional_funding.csv changed" in (
        tidebook("status", "--raw", str(raw), "--out", str(out)).output
    )


@pytest.mark.usefixtures("already_built")
def test_what_is_gone_since_the_release_before_is_noted_and_a_changed_question_says_how_it_turned(
    raw: Path, out: Path
) -> None:
    edit(raw / FUNDING, "Rest of World,$2B,1,Cohere (Canada)\n", "")
    edit(raw / "predictions.toml", "needed = 3", "needed = 1")
    output = build(raw, out)
    assert "note: figures: gone since release" in output
    assert ": regional_funding/rest_of_world/total_funding, regional_funding/rest_of_world/large_deals" in output
    assert "Changed: consolidation: open → depends" in output


@pytest.mark.usefixtures("already_built")
def test_a_new_row_needs_no_code(raw: Path, out: Path) -> None:
    with (raw / FUNDING).open("a", encoding="utf-8") as stream:
        stream.write("India,$1B,2,Sarvam\n")
    build(raw, out)
    figures = pd.read_parquet(out / "latest" / "tables" / "figures.parquet").set_index("figure_id")
    assert figures.loc["regional_funding/india/total_funding", "value"] == 1e9
    assert verdicts(out).loc["us_majority", "value"] == pytest.approx(35 / 50)


def test_the_manifest_lists_every_file(built: Path) -> None:
    manifest = json.loads((built / "latest" / "manifest.json").read_bytes())
    files = set(snapshot(built / "latest")) - {"manifest.json"}
    assert set(manifest["files"]) == files
    assert manifest["files"]["tables/regional_funding.parquet"]["rows"] == 4


@pytest.mark.usefixtures("already_built")
def test_a_damaged_table_of_the_latest_release_is_named_and_stops_no_build(raw: Path, out: Path) -> None:
    place = (out / "latest" / "tables" / "verdicts.parquet").resolve()
    data = place.read_bytes()
    place.write_bytes(data[:100])
    result = tidebook("explain", "us_majority", "--out", str(out))
    assert result.exit_code == 2
    assert result.output.startswith(f"error: {out}/latest/tables/verdicts.parquet: expected a Parquet file")
    edit(raw / FUNDING, "$8B", "$400B")
    assert "Changed" not in build(raw, out), "there is nothing to compare with"
    assert verdicts(out).loc["us_majority", "status"] == "contradicted"


def test_figures_that_no_metric_reads_change_nothing(built: Path) -> None:
    figures = read_parquet(built / "latest" / "tables" / "figures.parquet")
    assumed = read_assumptions(read_raw(ROOT / "raw", "assumptions.toml"))
    evaluations = Evaluations(figures, assumed, METRICS)
    evaluations.prepare(METRICS)
    found = pd.DataFrame([row for name in METRICS for row in evaluations.of(name).values()])
    read = {figure for name in METRICS for figure in evaluations.reads(name)}
    assert len(read) < len(figures)
    pd.testing.assert_frame_equal(found, pd.DataFrame(list(evaluated(figures, assumed, METRICS))))
