"""The project as Dagster sees it: definitions, checks, the sensor on raw content, real instances, the daemon."""

from __future__ import annotations

import errno
import os
import queue
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest

from tests.conftest import MARATHON, ON_SHIPPED, ROOT, SMALL, edit, made_once, tidebook
from tidebook.pipelines.compare.previous import PREVIOUS
from tidebook.pipelines.defs import location, materialize, sensors, turns
from tidebook.pipelines.defs.assets import steps_of
from tidebook.pipelines.defs.command import INSTANCE, QUIET, home_of, instance_of
from tidebook.pipelines.defs.common import SCHEMA, key_of, owners_of
from tidebook.pipelines.defs.editorial import CHECKS
from tidebook.pipelines.defs.internals import DATA_VERSION, GROUP_SEPARATOR, load_folder
from tidebook.pipelines.defs.job import DAILY, JOB, build_defs
from tidebook.pipelines.defs.turns import AGAIN, DIED, OUTAGE, RELOAD, TRIES, close_dead_runs
from tidebook.pipelines.graph.graph import graph_of
from tidebook.pipelines.graph.structure import MAIN, RELEASE
from tidebook.pipelines.read.dossier.declared import Article
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.settings import Settings
from tidebook.releases import latest

DOSSIER = MARATHON
MEN, WOMEN = Path("article", "men.csv"), Path("article", "women.csv")
FUNDING, PROSE = Path("article", "regional_funding.csv"), Path("article", "prose_figures.csv")
EDITORIAL = {each.name for each in CHECKS}
GRAPH = graph_of(Settings(MARATHON, Path("out")))
ASSETS = GRAPH.publications
TICK = 5
"""Seconds between two looks of Dagster's at the sensors."""


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        yield found


@pytest.fixture(scope="module")
def recorded_home(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an instance that has recorded a run of the dossier as committed, not to be changed."""

    def make(home: Path) -> None:
        out = shutil.copytree(built, tmp_path_factory.mktemp("recorded") / "out", symlinks=True)
        with dg.DagsterInstance.local_temp(str(home)) as found:
            assert run(Settings(MARATHON, out), found).success

    return made_once(tmp_path_factory, "recorded-marathon", make)


@pytest.fixture
def recorded(recorded_home: Path, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """An instance that knows the release in `already_built`."""
    home = shutil.copytree(recorded_home, tmp_path / "home")
    with dg.DagsterInstance.local_temp(str(home)) as found:
        yield found


def run(
    folders: Settings, instance: dg.DagsterInstance, some: Sequence[dg.AssetKey] | None = None
) -> dg.ExecuteInProcessResult:
    """Run the job, or materialize some assets as the button of the UI does."""
    definitions = build_defs(folders)
    job = definitions.resolve_implicit_global_asset_job_def() if some else definitions.resolve_job_def(JOB)
    return job.execute_in_process(instance=instance, raise_on_error=False, run_config=QUIET, asset_selection=some)


def evaluate(folders: Settings, instance: dg.DagsterInstance, cursor: str | None) -> dg.SensorExecutionData:
    definitions = build_defs(folders)
    sensor = definitions.resolve_sensor_def("raw_content")
    context = dg.build_sensor_context(
        instance=instance, cursor=cursor, definitions=definitions, sensor_name="raw_content"
    )
    return sensor.evaluate_tick(context)


@ON_SHIPPED
def test_every_asset_reports_its_story(raw: Path, out: Path) -> None:
    graph, steps = build_defs(Settings(raw, out)).resolve_asset_graph(), graph_of(Settings(raw, out))
    names = {key.to_user_string() for key in graph.get_all_asset_keys()}
    files = {step for step, path in steps.raw_files.items() if path != steps.raw_files[MAIN] or step == MAIN}
    assert names == {*files, *steps.publications}, "what is published, and the files that it is made from"
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description and node.owners and node.kinds, key
        assert node.group_name.replace(GROUP_SEPARATOR, "/") in {
            "inputs/raw", "inputs/tables", "inputs/figures", "inputs/claims", "inputs/sources",
            "judgement/evidence_views", "judgement/comparisons", "judgement/scenarios", "judgement/metrics",
            "judgement/verdicts", "judgement/forecasts", "outputs/report", "outputs/release",
        }  # fmt: skip
    for name in steps.stored():
        node, model = graph.get(key_of(name)), steps.steps[name].model
        read = {*steps.up_to(name).steps[name].inputs.values()} & {*files} - {PREVIOUS}
        assert read <= {key.to_user_string() for key in node.parent_keys} <= files, name
        assert ("dagster/column_schema" in node.metadata) == (model is not None)
        checks = {key.name for key in graph.get_check_keys_for_assets({key_of(name)})}
        editorial = {each.name for each in CHECKS if each.table == name}
        assert checks == ({SCHEMA} if model else set()) | editorial


@ON_SHIPPED
def test_the_code_of_an_asset_is_that_of_its_step(raw: Path, out: Path) -> None:
    graph = build_defs(Settings(raw, out)).resolve_asset_graph()
    steps = graph_of(Settings(raw, out))
    for name in steps.stored():
        step, node = steps.steps[name], graph.get(key_of(name))
        (place,) = node.metadata["dagster/code_references"].code_references
        assert isinstance(place, dg.LocalFileCodeReference)
        function = getattr(step.function, "func", step.function)
        assert place.line_number is not None
        lines = Path(place.file_path).read_text(encoding="utf-8").splitlines()[place.line_number - 1 :]
        assert f"def {function.__name__}(" in next(line for line in lines if not line.startswith("@")), name


@pytest.mark.usefixtures("already_built")
def test_a_run_records_data_versions_counts_and_checks(raw: Path, out: Path, instance: dg.DagsterInstance) -> None:
    result = run(Settings(raw, out), instance)
    assert result.success
    event = instance.get_latest_materialization_event(dg.AssetKey("verdicts"))
    assert event is not None and event.asset_materialization is not None
    metadata = event.asset_materialization.metadata
    assert metadata["dagster/row_count"].value >= 9
    assert {"preview", "as_printed_supported", "as_printed_untestable", "dagster/uri"} <= set(metadata)
    evaluations = result.get_asset_check_evaluations()
    assert len(evaluations) == sum(step.model is not None for step in GRAPH.steps.values()) + len(CHECKS)
    assert all(evaluation.passed for evaluation in evaluations if evaluation.check_name not in EDITORIAL)


def metadata_of(name: str, instance: dg.DagsterInstance) -> dict[str, object]:
    """Return the values of the latest materialization's metadata, in order."""
    event = instance.get_latest_materialization_event(key_of(name))
    assert event is not None and event.asset_materialization is not None
    return {label: value.value for label, value in event.asset_materialization.metadata.items()}


@pytest.mark.usefixtures("already_built")
def test_metadata_tell_the_story_in_numbers_first_and_the_gravest_rows_next(
    raw: Path, out: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDEBOOK_REPORTS", "http://127.0.0.1:3001")
    edit(raw / MEN, "2:00:35", "1:59:35")
    result = run(Settings(raw, out), instance)
    found = {name: metadata_of(name, instance) for name in ("figure_outcomes", "outcomes", "changes", "calibration")}
    tables = {name: pd.read_parquet(out / "latest" / "tables" / f"{name}.parquet") for name in found}
    figures, outcomes = tables["figure_outcomes"], tables["outcomes"]
    assertions = outcomes[outcomes["statement_kind"] == "assertion"]
    assert found["figure_outcomes"]["figures_wrong"] == (figures["outcome"] == "wrong").sum() > 0
    assert found["outcomes"]["assertions_stands"] == (assertions["outcome"] == "stands").sum() > 0
    assert found["outcomes"]["hold_now"] == (assertions["now"] == "supported").sum() > 0
    assert found["changes"]["outcomes_turned"] == 1, "a figure; of the claims only verdicts change"
    leading = {"figure_outcomes": 12, "outcomes": 10, "changes": 5, "calibration": 2}
    for name, metadata in found.items():
        numbers = [isinstance(value, int | float) for value in metadata.values()]
        assert numbers.index(False) == leading[name], "numbers come first"
    rows = found["figure_outcomes"]["preview"].records  # type: ignore[attr-defined]
    gravest = figures.sort_values("severity_index", ascending=False, kind="stable")["figure_id"]
    assert [row.data["figure_id"] for row in rows] == list(gravest[: len(rows)])
    report = metadata_of("verdict_report", instance)
    summary = str(report["summary"])
    assert summary.startswith("![badge](data:") and str(gravest.iloc[0].rpartition("/")[2].replace("_", " ")) in summary
    address = f"http://127.0.0.1:3001/releases/{(out / 'latest').resolve().name}/report/index.html"
    assert report["report"] == metadata_of(RELEASE, instance)["report"] == address
    tags = instance.get_run_by_id(result.run_id).tags  # type: ignore[union-attr]
    assert tags["tidebook/outcomes"] == "men/kiptum_2023/time: right → wrong"


@ON_SHIPPED
@pytest.mark.usefixtures("already_built")
def test_editorial_checks_warn_with_their_rows_and_stop_nothing(
    raw: Path, out: Path, instance: dg.DagsterInstance
) -> None:
    edit(raw / FUNDING, "$8B", "$400B")
    edit(raw / PROSE, ",4D,", ",3D,")
    result = run(Settings(raw, out), instance)
    assert result.success
    found = {each.check_name: each for each in result.get_asset_check_evaluations() if each.check_name in EDITORIAL}
    assert set(found) == EDITORIAL
    assert {each.severity for each in found.values()} == {dg.AssetCheckSeverity.WARN}
    shown = {
        name: [row.data for row in each.metadata["failing_rows"].records] if not each.passed else []  # type: ignore[union-attr]
        for name, each in found.items()
    }
    figures = pd.read_parquet(out / "latest" / "tables" / "figure_outcomes.parquet")
    wrong = figures[figures["outcome"] == "wrong"].sort_values("severity_index", ascending=False, kind="stable")
    assert [row["figure_id"] for row in shown["no_figure_is_wrong"]] == list(wrong["figure_id"])
    ended = figures["valid_until"].notna().sum()
    assert len(shown["no_figure_is_overtaken"]) == min(ended, 20) > 0, "the UI shows the first 20 rows"
    assert "us_majority" in [row["name"] for row in shown["no_verdict_turned"]]
    assert {"svd_dimensions"} < {row["name"] for row in shown["no_outcome_turned"]}
    assert shown["no_claim_lost_its_evidence"] == []
    forms = pd.read_parquet(out / "latest" / "tables" / "calibration.parquet").set_index("form")
    outside = forms[(forms["coverage_high"] < 0.9) | (forms["coverage_low"] > 0.9)].index
    assert [row["form"] for row in shown["draws_cover_known_values"]] == list(outside)


@pytest.mark.usefixtures("already_built")
def test_a_table_without_its_rows_is_evidence_lost(raw: Path, out: Path, instance: dg.DagsterInstance) -> None:
    (raw / WOMEN).write_text("Record,City,Date,Time\n", encoding="utf-8")
    result = run(Settings(raw, out), instance)
    (lost,) = (each for each in result.get_asset_check_evaluations() if each.check_name == "no_claim_lost_its_evidence")
    assert not lost.passed and result.success
    assert "women_ahead" in [row.data["name"] for row in lost.metadata["failing_rows"].records]  # type: ignore[union-attr]


def test_owners_are_those_that_the_dossier_names() -> None:
    for named, expected in (
        ("", "team:tidebook"), ("desk", "team:desk"), ("team:desk", "team:desk"), ("a@b.example", "a@b.example")
    ):  # fmt: skip
        article = Article.model_construct(owner=named)
        assert owners_of(article) == [expected]


@pytest.mark.usefixtures("already_built")
def test_warnings_and_rows_that_are_missing_fail_checks_that_only_warn(
    raw: Path, out: Path, instance: dg.DagsterInstance
) -> None:
    edit(raw / MEN, "Kiptum 2023,Chicago,2023-10-08,2:00:35\n", "")
    result = run(Settings(raw, out), instance)
    assert result.success
    failed = {found.check_name: found for found in result.get_asset_check_evaluations() if not found.passed}
    for name, said in (("no_warnings", "article.md:11:40"), ("nothing_is_gone", "gone since release")):
        assert said in str(failed[name].metadata["failing_rows"].value)
        assert failed[name].severity == dg.AssetCheckSeverity.WARN


def announced(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    """Return by asset the data version of each that a run announced."""
    found = {}
    for event in result.all_events:
        if event.is_step_materialization:
            made = event.materialization
            found[made.asset_key.to_user_string()] = (made.tags or {})[DATA_VERSION]
    return found


def published(out: Path) -> dict[str, str]:
    """Return by table the hash of its content in the latest release."""
    release = latest(out)
    assert release is not None
    files = release.manifest["files"]
    hashes = {path[7:-8]: facts["sha256"] for path, facts in files.items() if path.startswith("tables/")}
    return {**hashes, RELEASE: release.release_id}


@pytest.mark.usefixtures("already_built")
@pytest.mark.parametrize("selection", [None, [key_of("women")]])
def test_a_run_announces_what_has_changed_whatever_was_selected_and_says_which_cell_caused_it(
    selection: list[dg.AssetKey] | None, raw: Path, out: Path, instance: dg.DagsterInstance
) -> None:
    folders = Settings(raw, out)
    first = run(folders, instance, selection)
    assert announced(first).keys() == {*ASSETS}, "the instance knows none of them"
    before = published(out)
    assert before.items() <= announced(first).items()
    second = run(folders, instance, selection)
    assert announced(second) == {RELEASE: before[RELEASE]}, "which each run confirms"
    edit(raw / MEN, "2:00:35", "1:59:35")
    third = run(folders, instance, selection)
    after = published(out)
    changed = {name for name in after if after[name] != before.get(name)}
    assert announced(third).keys() - {"verdict_report"} == changed > {"men", "verdicts", "changes", RELEASE}
    assert not {"women", "predictions"} & changed
    tags = [instance.get_run_by_id(each.run_id).tags for each in (first, second, third)]  # type: ignore[union-attr]
    assert "gain: supported → contradicted" in tags[2]["tidebook/turned"]
    assert "men/kiptum_2023/time" in tags[2]["tidebook/because_of"]
    assert not {"tidebook/turned", "tidebook/because_of"} & {*tags[0], *tags[1]}


@pytest.mark.usefixtures("already_built")
def test_an_address_is_that_of_the_published_file(raw: Path, out: Path, instance: dg.DagsterInstance) -> None:
    assert run(Settings(raw, out), instance).success
    folder = (out / "latest").resolve()
    for name, path in (("men", "tables/men.parquet"), (RELEASE, "release.parquet")):
        assert metadata_of(name, instance)["dagster/uri"] == (folder / path).as_uri()
    assert metadata_of("verdict_report", instance)["dagster/uri"] == (folder / "report" / "index.html").as_uri()


@pytest.mark.usefixtures("already_built")
def test_what_a_plain_build_has_published_is_announced_by_the_run_that_the_sensor_asks_for(
    raw: Path, out: Path, recorded: dg.DagsterInstance
) -> None:
    folders = Settings(raw, out)
    cursor = evaluate(folders, recorded, None).cursor
    edit(raw / MEN, "2:00:35", "1:59:35")
    cursor = evaluate(folders, recorded, cursor).cursor  # its run is never made
    assert tidebook("build", "--raw", str(raw), "--out", str(out)).exit_code == 0
    asked = evaluate(folders, recorded, cursor)
    (request,) = asked.run_requests or []
    found = announced(run(folders, recorded, request.asset_selection))
    assert {"men", "verdicts", RELEASE} <= found.keys() and "women" not in found
    assert not evaluate(folders, recorded, asked.cursor).run_requests


def test_the_first_step_reads_all_in_which_bad_input_is_found_and_each_reads_only_earlier_ones() -> None:
    steps = steps_of(GRAPH)
    assert sorted(name for names in steps.values() for name in names) == sorted(
        [*GRAPH.raw_files, PREVIOUS, *GRAPH.steps]
    )
    known: set[str] = set()
    for names in steps.values():
        for name in names:
            known.add(name)
            assert name not in GRAPH.steps or known.issuperset(GRAPH.steps[name].inputs.values()), name
    assert GRAPH.checking <= {*steps["read_article"]}
    assert {"figures", "claims"} <= {*steps["read_article"]} and "outcomes" in steps["judge_claims"]
    assert "verdict_report" in steps["write_report"]


@pytest.mark.parametrize("dossier", [SMALL], indirect=True)
@pytest.mark.usefixtures("already_built")
def test_a_broken_rule_fails_its_check_with_the_rows_and_writes_nothing(
    raw: Path, out: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = latest(out)
    table = (out / "store" / "shops" / "current").read_text()
    edit(raw / "dossier.toml", 'basis = "audited"', 'basis = "audited", minimum = 0')
    monkeypatch.setattr("tidebook.pipelines.read.tables._typed", lambda amount, _: -amount.value)
    edit(raw / "article" / "shops.csv", "$20M", "$29M")
    result = run(Settings(raw, out), instance)
    assert not result.success
    failed = [found for found in result.get_asset_check_evaluations() if not found.passed]
    assert {found.asset_key.to_user_string() for found in failed} >= {"shops"}
    checks = {found.check_name: found for found in failed if found.asset_key == dg.AssetKey("shops")}
    check = checks[SCHEMA]
    (rule,) = check.metadata["failing_rules"].records  # type: ignore[union-attr]
    assert rule.data["rule"] == "sales_greater_than_or_equal_to"
    assert len(check.metadata["failing_rows"].records) == 3  # type: ignore[union-attr]
    failure = next(event.step_failure_data.user_failure_data for event in result.all_events if event.is_step_failure)
    assert failure is not None and failure.description is not None
    assert 'article/shops.csv:2, column "Sales": found "$30M"' in failure.description
    assert (out / "store" / "shops" / "current").read_text() == table
    assert latest(out) == before


def test_a_crash_is_an_error_and_no_failed_check(
    raw: Path, out: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(amount: object, column: object) -> float:
        raise ZeroDivisionError("a crash")

    monkeypatch.setattr("tidebook.pipelines.read.tables._typed", crash)
    result = run(Settings(raw, out), instance)
    assert not result.success
    assert all(found.passed for found in result.get_asset_check_evaluations())
    failed = {event.step_key: event for event in result.all_events if event.is_step_failure}
    error = failed["build.read_article"].step_failure_data.error
    assert error is not None and "ZeroDivisionError: a crash" in error.to_string()
    assert "RuntimeError: declared/cells/" in error.to_string()


@pytest.mark.usefixtures("already_built")
def test_the_sensor_asks_for_one_run_per_change(
    raw: Path, out: Path, instance: dg.DagsterInstance, recorded: dg.DagsterInstance
) -> None:
    folders = Settings(raw, out)
    first = evaluate(folders, instance, None)
    assert len(first.run_requests or []) == 1
    assert not evaluate(folders, recorded, first.cursor).run_requests
    assert not evaluate(folders, recorded, None).run_requests, "the release is up to date"
    os.utime(raw / MEN)
    assert not evaluate(folders, recorded, first.cursor).run_requests, "a touched file starts nothing"
    edit(raw / MEN, "2:00:35", "soon")
    bad = evaluate(folders, recorded, first.cursor)
    (request,) = bad.run_requests or []
    assert request.tags["tidebook/changed"] == MEN.as_posix()
    assert not run(folders, recorded).success
    assert not evaluate(folders, recorded, bad.cursor).run_requests
    edit(raw / MEN, "soon", "1:59:35")
    good = evaluate(folders, recorded, bad.cursor)
    assert len(good.run_requests or []) == 1
    assert run(folders, recorded).success, "what failed is tried again with the next change"


@pytest.mark.usefixtures("already_built")
def test_the_sensor_notices_that_files_went_to_and_fro_while_somebody_built(
    raw: Path, out: Path, instance: dg.DagsterInstance
) -> None:
    folders = Settings(raw, out)
    edit(raw / MEN, "2:00:35", "2:00:36")
    cursor = evaluate(folders, instance, None).cursor
    run(folders, instance)
    looked = evaluate(folders, instance, cursor)
    assert not looked.run_requests and looked.cursor != cursor, "the run's own release is no other"
    edit(raw / MEN, "2:00:36", "1:59:35")
    assert tidebook("build", "--raw", str(raw), "--out", str(out)).exit_code == 0
    edit(raw / MEN, "1:59:35", "2:00:36")
    job = build_defs(folders).resolve_job_def(JOB)
    going_on = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    waits = evaluate(folders, instance, looked.cursor)
    assert not waits.run_requests and waits.cursor == looked.cursor, "a run that goes on may publish these files"
    instance.delete_run(going_on.run_id)
    asked = evaluate(folders, instance, looked.cursor)
    (request,) = asked.run_requests or []
    assert request.tags["tidebook/changed"] == "the latest release changed or is missing"
    assert run(folders, instance, request.asset_selection).success
    assert tidebook("build", "--raw", str(raw), "--out", str(out)).stdout.startswith("Nothing has changed")
    assert not evaluate(folders, instance, asked.cursor).run_requests


@pytest.mark.usefixtures("already_built")
@pytest.mark.parametrize("why", ["code", "failed", "repaired", "plain", "gone", "lost"])
def test_a_run_that_the_sensor_asks_for_makes_the_release_of_a_whole_build_whatever_happened_before(
    why: str, raw: Path, out: Path, recorded: dg.DagsterInstance
) -> None:
    folders = Settings(raw, out)
    cursor = evaluate(folders, recorded, None).cursor
    if why == "code":
        (out / "store" / "code").write_text("that of other code")
    if why == "failed":
        edit(raw / MEN, "2:00:35", "soon")
        cursor = evaluate(folders, recorded, cursor).cursor
        assert not run(folders, recorded).success
    if why == "repaired":  # the sensor saw none of this
        edit(raw / WOMEN, "2:11:53", "soon")
        assert not run(folders, recorded).success
        edit(raw / WOMEN, "soon", "2:11:53")
    if why == "plain":
        edit(raw / MEN, "2:00:35", "1:58:35")
        assert tidebook("build", "--raw", str(raw), "--out", str(out)).exit_code == 0
    if why == "gone":
        (raw / "predictions.toml").unlink()
    if why == "lost":
        shutil.rmtree(out / "store")
    text = (raw / MEN).read_text(encoding="utf-8")
    (raw / MEN).write_text(text.replace("2:00:35", "1:59:35").replace("soon", "1:59:35"), encoding="utf-8")
    asked = evaluate(folders, recorded, cursor)
    (request,) = asked.run_requests or []
    made = run(folders, recorded, request.asset_selection)
    assert made.success and announced(made)[RELEASE] == published(out)[RELEASE]
    assert tidebook("build", "--raw", str(raw), "--out", str(out)).stdout.startswith("Nothing has changed")
    assert tidebook("verify", "--raw", str(raw), "--out", str(out)).exit_code == 0
    assert not evaluate(folders, recorded, asked.cursor).run_requests


@pytest.mark.usefixtures("already_built")
def test_a_second_save_before_the_run_starts_is_taken_in_by_it(
    raw: Path, out: Path, recorded: dg.DagsterInstance
) -> None:
    folders = Settings(raw, out)
    cursor = evaluate(folders, recorded, None).cursor
    edit(raw / MEN, "2:00:35", "1:59:35")
    asked = evaluate(folders, recorded, cursor)
    edit(raw / WOMEN, "2:11:53", "2:10:53")
    (request,) = asked.run_requests or []
    made = run(folders, recorded, request.asset_selection)
    assert made.success, [event.step_failure_data.error for event in made.all_events if event.is_step_failure]
    assert {"men", "women"} <= announced(made).keys()
    after = evaluate(folders, recorded, asked.cursor)
    assert not after.run_requests, "one run for two saves"
    assert "was built from these raw files" in (after.skip_message or "")
    assert tidebook("build", "--raw", str(raw), "--out", str(out)).stdout.startswith("Nothing has changed")


@pytest.mark.usefixtures("already_built")
def test_a_tick_looks_for_dead_runs_seldom_where_the_release_is_of_the_files_and_no_run_goes_on(
    raw: Path, out: Path, recorded: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    monkeypatch.setattr(sensors, "_is_first_in", lambda seconds, last: asked.append(seconds) or True)
    folders = Settings(raw, out)
    cursor = evaluate(folders, recorded, None).cursor
    evaluate(folders, recorded, cursor)
    (out / "store" / "alive").mkdir(parents=True, exist_ok=True)
    (out / "store" / "alive" / "0123").touch()
    evaluate(folders, recorded, cursor)
    edit(raw / MEN, "2:00:35", "1:59:35")
    evaluate(folders, recorded, evaluate(folders, recorded, cursor).cursor)
    assert asked == [sensors.EVERY, sensors.AT_REST, sensors.EVERY, sensors.EVERY, sensors.EVERY]


NEW_TABLE = """
[tables.juniors]
path = "article/juniors.csv"
title = "Juniors"

[tables.juniors.columns]
"Runner" = { name = "runner", role = "subject" }
"Time" = { name = "time", unit = "second", basis = "official" }
"""


def requested(folders: Settings, definitions: dg.Definitions, instance: dg.DagsterInstance, cursor: str) -> Any:
    """Return what the sensor of definitions requests that were loaded before the dossier was changed."""
    context = dg.build_sensor_context(
        instance=instance, cursor=cursor, definitions=definitions, sensor_name="raw_content"
    )
    return definitions.resolve_sensor_def("raw_content").evaluate_tick(context)


@pytest.mark.usefixtures("already_built")
@pytest.mark.parametrize("change", ["a new table", "a removed file", "broken", "repaired"])
def test_a_graph_that_the_location_does_not_know_is_built_whole_and_each_change_of_it_once(
    change: str, raw: Path, out: Path, instance: dg.DagsterInstance
) -> None:
    folders, declared = Settings(raw, out), (raw / "dossier.toml").read_text(encoding="utf-8")
    if change == "repaired":
        (raw / "dossier.toml").write_text("[article", encoding="utf-8")
    definitions = build_defs(folders)
    cursor = str(requested(folders, definitions, instance, "").cursor)
    if change == "a new table":
        (raw / "article" / "juniors.csv").write_text("Runner,Time\nAda,3:00:00\n", encoding="utf-8")
        (raw / "dossier.toml").write_text(declared + NEW_TABLE, encoding="utf-8")
    elif change == "a removed file":
        (raw / "predictions.toml").unlink()
    else:
        (raw / "dossier.toml").write_text("[article" if change == "broken" else declared, encoding="utf-8")
    ticked = requested(folders, definitions, instance, cursor)
    (request,) = ticked.run_requests
    assert not request.asset_selection, "the job has the release alone, as every dossier does"
    assert (RELOAD in request.tags) == (change != "broken")
    assert not requested(folders, definitions, instance, ticked.cursor).run_requests
    result = run(folders, instance)
    assert result.success == (change != "broken")


def test_the_sensor_looks_often_and_the_schedule_is_daily(raw: Path, out: Path) -> None:
    definitions = build_defs(Settings(raw, out))
    interval = definitions.resolve_sensor_def("raw_content").minimum_interval_seconds
    assert interval is not None and interval < TICK, "or every other look of Dagster's would come too early"
    schedule = definitions.resolve_schedule_def(DAILY)
    assert schedule.cron_schedule == "0 6 * * *"
    assert schedule.job_name == JOB


def test_the_code_location_loads_as_workspace_yaml_says() -> None:
    command = [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_code_location_loads_with_a_dossier_that_cannot_be_read_and_a_run_of_the_release_says_why(
    raw: Path, out: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    (raw / "dossier.toml").write_text("nonsense = 1", encoding="utf-8")
    monkeypatch.setenv("TIDEBOOK_RAW", str(raw))
    monkeypatch.setenv("TIDEBOOK_OUT", str(out))
    graph = load_folder(location).resolve_asset_graph()
    assert graph.get_all_asset_keys() == {key_of(RELEASE)}
    failed = run(Settings(raw, out), instance)
    (event,) = (event for event in failed.all_events if event.is_step_failure)
    assert 'dossier.toml:1: found "nonsense"' in str(event.step_failure_data.user_failure_data)


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        ("dagster.yaml", b"a: [", "a home that Dagster can use, but: while parsing a flow node"),
        ("dagster.yaml", b"\xff\xfe", "a home that Dagster can use, but: 'utf-8' codec"),
        ("dagster.yaml", b"nonsense: 1", 'a home that Dagster can use, but: .*entry "nonsense"'),
        ("dagster.yaml", b"run_storage: {module: nope, class: X}", "a home that Dagster can use, but: .*module nope"),
        ("dagster.yaml/folder", b"", "a folder for the settings and runs of Dagster, but: Is a directory"),
        ("history/runs.db", b"no database, but longer than one page's head", "but: file is not a database"),
    ],
)
def test_a_home_that_is_damaged_is_reported_in_one_line(
    path: str, content: bytes, expected: str, raw: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    home = home_of(Settings(raw, out))
    (home / "dagster.yaml").unlink()
    (home / path).parent.mkdir(parents=True, exist_ok=True)
    (home / path).write_bytes(content)
    with pytest.raises(InputError, match=expected) as raised, instance_of(Settings(raw, out)):
        pass
    assert str(raised.value).startswith(str(home))
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize("home", ["/proc/nothing", "/" + "long" * 100])
def test_a_home_that_cannot_be_made_is_reported_in_one_line(
    home: str, raw: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", home)
    with pytest.raises(InputError, match="^" + home + ": expected a folder for the settings and runs of Dagster"):
        home_of(Settings(raw, out))


def wait_for(condition: Callable[[], object], daemon: subprocess.Popen[bytes]) -> None:
    start = time.monotonic()
    while not condition():
        assert daemon.poll() is None, "the daemon ended"
        assert time.monotonic() - start < 240, "nothing came in time"
        time.sleep(0.2)


KILLED = """
import os, sys
import dagster as dg
from pathlib import Path
from tidebook.pipelines.defs.job import JOB, build_defs
from tidebook.pipelines.graph.run import Run
from tidebook.pipelines.read.settings import Settings

Run.walk = lambda *_: os.kill(os.getpid(), 9)
raw, out, home = map(Path, sys.argv[1:])
with dg.DagsterInstance.local_temp(str(home)) as instance:
    build_defs(Settings(raw, out)).resolve_job_def(JOB).execute_in_process(instance=instance)
"""


@pytest.mark.usefixtures("already_built")
def test_a_run_that_was_killed_is_closed_by_the_next_look_and_made_once_more(
    raw: Path, out: Path, recorded: dg.DagsterInstance, tmp_path: Path
) -> None:
    folders = Settings(raw, out)
    cursor = evaluate(folders, recorded, None).cursor
    edit(raw / MEN, "2:00:35", "1:59:35")
    cursor = evaluate(folders, recorded, cursor).cursor

    def killed() -> dg.DagsterRun:
        command = [sys.executable, "-c", KILLED, str(raw), str(out), str(tmp_path / "home")]
        assert subprocess.run(command, check=False, capture_output=True).returncode == -signal.SIGKILL
        return recorded.get_runs(limit=1)[0]

    first = killed()
    assert first.status == dg.DagsterRunStatus.STARTED
    again = evaluate(folders, recorded, cursor)
    (request,) = again.run_requests or []
    assert request.tags[AGAIN] == first.run_id
    closed = recorded.get_run_by_id(first.run_id)
    assert closed is not None and closed.status == dg.DagsterRunStatus.FAILURE
    assert DIED in [entry.dagster_event.message for entry in recorded.all_logs(first.run_id) if entry.dagster_event]
    second = killed()
    recorded.add_run_tags(second.run_id, {AGAIN: first.run_id})
    assert not evaluate(folders, recorded, again.cursor).run_requests, "what kills each run is not tried for ever"
    assert run(folders, recorded).success, "its locks were taken over"
    assert not close_dead_runs(recorded, folders)
    assert not list((out / "store" / "alive").iterdir())


def test_a_run_that_its_server_closed_before_it_took_a_lease_is_made_once_more_and_one_that_failed_by_itself_is_not(
    raw: Path, out: Path, instance: dg.DagsterInstance
) -> None:
    folders = Settings(raw, out)
    job = build_defs(folders).resolve_job_def(JOB)
    cursor = evaluate(folders, instance, None).cursor

    def started(tags: Mapping[str, str]) -> dg.DagsterRun:
        found = instance.create_run_for_job(job, tags=tags)
        instance.report_dagster_event(dg.DagsterEvent("PIPELINE_START", JOB), found.run_id)
        return found

    first = started({})
    assert not evaluate(folders, instance, cursor).run_requests, "it goes on"
    instance.report_run_failed(first)
    again = evaluate(folders, instance, cursor)
    (request,) = again.run_requests or []
    assert request.tags[AGAIN] == first.run_id
    instance.report_run_failed(started(request.tags))
    assert not evaluate(folders, instance, again.cursor).run_requests, "what ends each run is not tried for ever"
    edit(raw / MEN, "2:00:35", "soonish")
    assert not run(folders, instance).success
    cursor = evaluate(folders, instance, again.cursor).cursor  # of the edit
    assert not evaluate(folders, instance, cursor).run_requests


def test_a_run_that_met_an_outage_is_made_once_more_after_a_pause_until_it_is_over(
    raw: Path, out: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, a store that does not answer: nobody saves a file when it is over, and the report is to be made."""
    folders = Settings(raw, out)
    job = build_defs(folders).resolve_job_def(JOB)

    def fail(tags: Mapping[str, str]) -> dg.DagsterRun:
        result = job.execute_in_process(instance=instance, raise_on_error=False, run_config=QUIET, tags=tags)
        assert not result.success
        return instance.get_runs(limit=1)[0]

    cursor = evaluate(folders, instance, None).cursor
    (out / "store").mkdir(parents=True)
    (out / "store" / "alive").write_text("in the way")
    first = fail({})
    assert first.tags[OUTAGE].startswith("FileExistsError")
    assert not evaluate(folders, instance, cursor).run_requests, "it is over in no moment"
    monkeypatch.setattr(turns, "PAUSE", 0.0)
    tries = []
    for _ in range(2):
        looked = evaluate(folders, instance, cursor)
        (request,) = looked.run_requests or []
        cursor, tries = looked.cursor, [*tries, request.tags[TRIES]]
        assert request.tags[AGAIN] == instance.get_runs(limit=1)[0].run_id
        fail(request.tags)
    assert tries == ["1", "2"]
    monkeypatch.setattr(turns, "PAUSE", 5.0)
    assert not evaluate(folders, instance, cursor).run_requests, "each try doubles the pause"
    (out / "store" / "alive").unlink()
    assert run(folders, instance).success
    monkeypatch.setattr(turns, "PAUSE", 0.0)
    assert not evaluate(folders, instance, cursor).run_requests


def test_a_run_that_could_not_be_launched_is_made_once_more_after_a_pause_until_one_can(
    raw: Path, out: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code server took too long: Dagster fails the run, also one that stands in for a run that died."""
    folders = Settings(raw, out)
    job = build_defs(folders).resolve_job_def(JOB)
    cursor, tags = evaluate(folders, instance, None).cursor, {AGAIN: "a run that died"}
    reloads: queue.Queue[str] = queue.Queue()
    monkeypatch.setattr(turns, "reload_code", lambda of: reloads.put(of.run_id))
    for tries in ("1", "2"):
        monkeypatch.setattr(turns, "PAUSE", 60.0)
        waiting = instance.create_run_for_job(job, tags=tags)
        instance.report_run_failed(waiting)
        for _ in range(2):
            assert not evaluate(folders, instance, cursor).run_requests, "the server may need a while"
        assert reloads.get(timeout=10) == waiting.run_id
        assert reloads.empty(), "it is asked once"
        monkeypatch.setattr(turns, "PAUSE", 0.0)
        looked = evaluate(folders, instance, cursor)
        (request,) = looked.run_requests or []
        assert (request.tags[AGAIN], request.tags[TRIES]) == (waiting.run_id, tries)
        assert turns.NOT_LAUNCHED in request.tags["tidebook/changed"]
        cursor, tags = looked.cursor, dict(request.tags)
    dies = instance.create_run_for_job(job, tags=tags)
    instance.report_dagster_event(dg.DagsterEvent("PIPELINE_START", JOB), dies.run_id)
    instance.report_run_failed(dies)
    (request,) = evaluate(folders, instance, cursor).run_requests or []
    assert request.tags[AGAIN] == dies.run_id, "no other died before it"
    assert run(folders, instance).success
    assert not evaluate(folders, instance, cursor).run_requests


def test_a_step_that_meets_an_outage_says_so_in_its_run(
    raw: Path, out: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(materialize, "publish_release", full)
    assert not run(Settings(raw, out), instance).success
    assert instance.get_runs(limit=1)[0].tags[OUTAGE] == "OSError: [Errno 28] No space left on device"


def test_a_run_that_died_before_it_took_its_lease_is_closed_after_a_while(
    raw: Path, out: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = Settings(raw, out)
    job = build_defs(folders).resolve_job_def(JOB)
    died = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    assert close_dead_runs(instance, folders, [JOB]) == [], "it may be about to take it"
    monkeypatch.setattr(turns, "GRACE", -1.0)
    assert [run.run_id for run in close_dead_runs(instance, folders, [JOB])] == [died.run_id]
    closed = instance.get_run_by_id(died.run_id)
    assert closed is not None and closed.status == dg.DagsterRunStatus.FAILURE


@ON_SHIPPED
@pytest.mark.usefixtures("already_built")
def test_under_the_daemon_a_saved_file_and_a_first_snapshot_give_new_reports_and_a_touched_file_none(
    raw: Path, out: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text(INSTANCE)
    environment = os.environ | {"DAGSTER_HOME": str(home), "TIDEBOOK_RAW": str(raw), "TIDEBOOK_OUT": str(out)}
    command = [sys.executable, "-m", "dagster._daemon", "run", "-m", "tidebook.pipelines.definitions"]
    with (tmp_path / "daemon.log").open("wb") as log, dg.DagsterInstance.from_config(str(home)) as found:
        daemon = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            succeeded = dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS])
            wait_for(lambda: found.get_runs(succeeded), daemon)
            first = latest(out)
            edit(raw / FUNDING, "$8B", "$400B")
            wait_for(lambda: latest(out) != first, daemon)
            second = latest(out)
            os.utime(raw / FUNDING)
            time.sleep(TICK + 2)
            assert latest(out) == second
            assert tidebook("sources", "fetch", "genai_prices", "--raw", str(raw)).exit_code == 0
            wait_for((out / "latest" / "tables" / "trends.parquet").is_file, daemon)
            of_the_sensor = dg.RunsFilter(tags={"dagster/sensor_name": "raw_content"})  # a schedule may fire meanwhile
            assert len(found.get_runs(of_the_sensor)) == 3
        finally:
            os.killpg(daemon.pid, signal.SIGTERM)
            daemon.wait(timeout=30)
