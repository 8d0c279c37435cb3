"""The main job on its real input, by the command line: build, rebuild, edit, break, explain."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import ROOT, SHIPPED, edit, tidebook
from tests.unit.shipped import METRICS, PUBLISHED
from tidebook.pipelines.evaluate.evaluations import Evaluations, evaluated
from tidebook.pipelines.read.declarations import read_assumptions
from tidebook.pipelines.read.rawfile import read_raw
from tidebook.schemas.parquet import read_parquet

DOSSIER = SHIPPED

FUNDING = Path("article", "regional_funding.csv")


def build(raw: Path, out: Path, *options: str) -> str:
    result = tidebook("build", "--raw", str(raw), "--out", str(out), *options)
    assert result.exit_code == 0, result.output
    return result.output


def verdicts(out: Path) -> pd.DataFrame:
    found = pd.read_parquet(out / "latest" / "tables" / "verdicts.parquet").set_index("claim_id")
    return found[found["evidence_view"] == "printed"]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rebuilt(output: str) -> list[str]:
    """Return the steps that a build with `-v` has rebuilt: without, more than eight are only counted."""
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
def test_one_cell_turns_the_verdict_and_rebuilds_only_what_it_reaches(raw: Path, out: Path) -> None:
    assert verdicts(out).loc["us_majority", "status"] == "contested"
    former = (out / "latest").resolve()
    edit(raw / FUNDING, "$8B", "$400B")
    output = build(raw, out, "-v")
    assert "warning: article/regional_funding.csv differs from sources.lock" in output
    assert "Changed: us_majority: depends → contradicts itself" in output
    assert verdicts(out).loc["us_majority", "value"] == pytest.approx(35 / (35 + 400 + 4 + 2))
    steps = rebuilt(output)
    assert set(steps) == {
        "raw/article/regional_funding", "declared/cells/regional_funding", "regional_funding", "declared/printed",
        "figures", "scenarios", "declared/charts", "declared/columns",
        "declared/accepted", "declared/warnings", "declared/derived_references", "declared/reference_formulas",
        "declared/deflators", "claim_cards",
        "evidence_views/converted", "evidence_views/evaluations", "evidence_views/views",
        "evidence_views/deciding",
        "live/verdicts", "metrics", "interpretation_verdicts",
        "tipping_points", "substitutions",
        "reconciliation", "calibration_cases", "sensitivity", "value_of_information", "multiverse", "figure_outcomes",
        "claims", "changed_outcomes", "outcomes", "projections",
        "comparisons", "verdicts", "release/tables", "verdict_report", "release",
        "previous_release", "changes",
    }  # fmt: skip
    assert former.is_dir(), "readers of the former release keep it"


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


def test_warnings_are_for_dossiers_without_bad_input(raw: Path) -> None:
    """Those on words read every raw file, of which one is none here."""
    (raw / "charts.toml").unlink()
    (raw / "charts.toml").mkdir()
    result = tidebook("check", "--raw", str(raw))
    assert result.exit_code == 2
    assert "charts.toml" in result.output


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
    for part in ("us_share", "$35B", "regional_funding.csv:2", "What decided:", "What would change it:"):
        assert part in result.output
    unknown = tidebook("explain", "us_majorty", "--out", str(built))
    assert unknown.exit_code == 2
    assert "us_majority" in unknown.output


@pytest.mark.usefixtures("already_built")
def test_what_is_missing_since_the_release_before_is_noted_and_a_changed_question_says_how_it_turned(
    raw: Path, out: Path
) -> None:
    edit(raw / FUNDING, "Rest of World,$2B,1,Cohere (Canada)\n", "")
    edit(raw / "predictions.toml", "needed = 3", "needed = 1")
    output = build(raw, out)
    assert "warning: figures: gone since release" in output
    assert ": regional_funding/rest_of_world/total_funding, regional_funding/rest_of_world/large_deals" in output
    assert "Changed: consolidation: open → depends" in output


def test_the_manifest_lists_every_file(built: Path) -> None:
    manifest = json.loads((built / "latest" / "manifest.json").read_bytes())
    files = set(snapshot(built / "latest")) - {"manifest.json"}
    assert set(manifest["files"]) == files
    assert manifest["files"]["tables/regional_funding.parquet"]["rows"] == 4


def test_figures_that_no_metric_reads_change_nothing(built: Path) -> None:
    figures = read_parquet(built / "latest" / "tables" / "figures.parquet")
    assumed = read_assumptions(read_raw(ROOT / "raw", "assumptions.toml"))
    evaluations = Evaluations(figures, assumed, METRICS)
    evaluations.prepare(METRICS)
    found = pd.DataFrame([row for name in METRICS for row in evaluations.of(name).values()])
    read = {figure for name in METRICS for figure in evaluations.reads(name)}
    assert len(read) < len(figures)
    pd.testing.assert_frame_equal(found, pd.DataFrame(list(evaluated(figures, assumed, METRICS))))
