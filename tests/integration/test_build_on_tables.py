"""Assets of a host project that rest on published tables: each reads the version that its lineage shows."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from tests.conftest import ROOT, SMALL, edit, tidebook
from tidebook.dagster import address, read, release
from tidebook.pipelines.defs import materialize
from tidebook.pipelines.defs.command import QUIET
from tidebook.pipelines.defs.job import build_defs
from tidebook.pipelines.read.settings import Settings
from tidebook.releases import latest, release_at

pytestmark = [pytest.mark.parametrize("dossier", [SMALL], indirect=True), pytest.mark.usefixtures("already_built")]

SHOPS, FIGURES = dg.AssetKey(["shop", "shops"]), dg.AssetKey(["shop", "figure_outcomes"])
OWN, OTHER, RELEASE = dg.AssetKey("own"), dg.AssetKey("other"), dg.AssetKey(["shop", "release"])
TABLE = Path("article", "shops.csv")


def before_reading() -> None:
    """Do nothing: what a test puts here happens when the asset is about to read."""


def host(folders: Settings) -> dg.Definitions:
    """Return a project with a dossier, an asset and a check that rest on one of its tables, and one on none of it."""

    @dg.asset(deps=[SHOPS], automation_condition=dg.AutomationCondition.eager())
    def own(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        before_reading()
        frame = read(context, SHOPS)
        place = address(context, "shop/shops")
        return dg.MaterializeResult(metadata={"release": frame.attrs["release"], "address": place, "rows": len(frame)})

    @dg.asset(deps=[FIGURES])
    def other(context: dg.AssetExecutionContext) -> None:
        read(context, SHOPS)

    @dg.asset_check(asset=SHOPS)
    def is_long(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True, metadata={"release": read(context, SHOPS).attrs["release"]})

    @dg.asset_check(asset=OWN, additional_deps=[SHOPS])
    def is_as_long(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True, metadata={"release": read(context, SHOPS).attrs["release"]})

    mine = dg.Definitions([own, other], asset_checks=[is_long, is_as_long], executor=dg.in_process_executor)
    return dg.Definitions.merge(build_defs(folders), mine)


@pytest.fixture
def folders(raw: Path, out: Path) -> Settings:
    return Settings(raw, out, prefix="shop")


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    (tmp_path / "home").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "home")) as found:
        yield found


def run(folders: Settings, instance: dg.DagsterInstance, *keys: dg.AssetKey) -> dg.ExecuteInProcessResult:
    job = host(folders).resolve_implicit_global_asset_job_def()
    return job.execute_in_process(instance=instance, raise_on_error=False, run_config=QUIET, asset_selection=keys)


def assert_own_read_what_its_lineage_shows(folders: Settings, instance: dg.DagsterInstance) -> str:
    """Compare what the asset read with its provenance, and return the release of which it was."""
    event = instance.get_latest_materialization_event(OWN)
    assert event is not None and event.asset_materialization is not None
    made = event.asset_materialization
    provenance = dg.DataProvenance.from_tags(made.tags or {})
    assert provenance is not None
    shown = provenance.input_data_versions[SHOPS].value
    name = str(made.metadata["release"].value)
    release = release_at(folders.out / "releases" / name)
    assert release is not None and release.manifest["files"]["tables/shops.parquet"]["sha256"] == shown
    assert made.metadata["address"].value == str(release.folder.resolve() / "tables" / "shops.parquet")
    query = f"SELECT count(*) FROM read_parquet('{made.metadata['address'].value}')"
    assert duckdb.sql(query).fetchall() == [(made.metadata["rows"].value,)]
    return name


def test_in_one_run_with_its_table_it_reads_what_the_run_publishes(
    folders: Settings, instance: dg.DagsterInstance
) -> None:
    assert run(folders, instance, RELEASE).success
    edit(folders.raw / TABLE, "$20M", "$29M")
    result = run(folders, instance, SHOPS, OWN)
    assert result.success
    now = latest(folders.out)
    assert now is not None and assert_own_read_what_its_lineage_shows(folders, instance) == now.release_id
    assert run(folders, instance, SHOPS, OWN).success, "an unchanged table does not stop what was asked for beside it"
    assert_own_read_what_its_lineage_shows(folders, instance)


def test_alone_it_reads_what_is_on_record_though_a_plain_build_has_published_since(
    folders: Settings, instance: dg.DagsterInstance
) -> None:
    assert run(folders, instance, RELEASE).success
    known = latest(folders.out)
    edit(folders.raw / TABLE, "$20M", "$29M")
    assert tidebook("build", "--raw", str(folders.raw), "--out", str(folders.out)).exit_code == 0
    assert run(folders, instance, OWN).success
    assert known is not None and assert_own_read_what_its_lineage_shows(folders, instance) == known.release_id
    assert run(folders, instance, RELEASE).success and run(folders, instance, OWN).success
    now = latest(folders.out)
    assert now is not None and assert_own_read_what_its_lineage_shows(folders, instance) == now.release_id


def test_after_a_run_that_failed_between_judgement_and_publication_it_reads_the_release_before(
    folders: Settings, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(folders, instance, RELEASE).success
    before = latest(folders.out)
    edit(folders.raw / TABLE, "$20M", "$29M")

    def fails(*_: object) -> None:
        raise ValueError("no publication")

    with monkeypatch.context() as patched:
        patched.setattr(materialize, "publish_release", fails)
        failed = run(folders, instance, SHOPS, OWN)
    assert not failed.success and not failed.asset_materializations_for_node("own")
    assert run(folders, instance, OWN).success
    assert before is not None and assert_own_read_what_its_lineage_shows(folders, instance) == before.release_id


def test_what_is_published_while_it_runs_is_not_what_it_reads(
    folders: Settings, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(folders, instance, RELEASE).success
    before = latest(folders.out)

    def meanwhile() -> None:
        edit(folders.raw / TABLE, "$20M", "$29M")
        assert run(folders, instance, RELEASE).success

    monkeypatch.setitem(globals(), "before_reading", meanwhile)
    assert run(folders, instance, OWN).success
    assert before is not None and before != latest(folders.out)
    assert assert_own_read_what_its_lineage_shows(folders, instance) == before.release_id


def test_a_table_whose_release_was_pruned_is_read_from_another_with_the_same_content(
    folders: Settings, instance: dg.DagsterInstance
) -> None:
    assert run(folders, instance, RELEASE).success
    first = latest(folders.out)
    edit(folders.raw / "claims.toml", "almost half", "nearly half")
    result = run(folders, instance, RELEASE)
    second = latest(folders.out)
    assert first and second and first.release_id != second.release_id
    assert SHOPS not in {event.asset_key for event in result.get_asset_materialization_events()}
    shutil.rmtree(first.folder)
    assert run(folders, instance, OWN).success
    assert assert_own_read_what_its_lineage_shows(folders, instance) == second.release_id
    shutil.rmtree(second.folder)
    failed = run(folders, instance, OWN)
    (event,) = (event for event in failed.all_events if event.is_step_failure)
    assert "and no other has this version" in event.step_failure_data.error.to_string()  # type: ignore[union-attr]


def test_a_program_that_reads_several_tables_has_one_release_with_the_versions_that_the_lineage_shows(
    folders: Settings, instance: dg.DagsterInstance
) -> None:
    found: dict[str, str] = {}

    @dg.asset(deps=[SHOPS, FIGURES])
    def both(context: dg.AssetExecutionContext) -> None:
        found["release"] = release(context, "shop")
        found.update({name: address(context, f"shop/{name}") for name in ("shops", "figure_outcomes")})
        with pytest.raises(LookupError, match="expected a table of it"):
            release(context, "other")

    definitions = dg.Definitions.merge(build_defs(folders), dg.Definitions([both], executor=dg.in_process_executor))
    job = definitions.resolve_implicit_global_asset_job_def()

    def execute(*keys: dg.AssetKey) -> None:
        assert job.execute_in_process(instance=instance, run_config=QUIET, asset_selection=keys).success

    execute(RELEASE)
    first = latest(folders.out)
    edit(folders.raw / "reference" / "figures.csv", "$24.1M", "$30.1M")
    execute(RELEASE)
    execute(dg.AssetKey("both"))
    second = latest(folders.out)
    assert first and second and found["release"] == str(second.folder.resolve())
    assert found["shops"].startswith(str(first.folder.resolve())), "which has not changed since"
    assert found["figure_outcomes"].startswith(str(second.folder.resolve()))


def test_a_table_that_an_asset_does_not_rest_on_is_refused(folders: Settings, instance: dg.DagsterInstance) -> None:
    assert run(folders, instance, RELEASE).success
    failed = run(folders, instance, OTHER)
    (event,) = (event for event in failed.all_events if event.is_step_failure)
    assert "expected it in the `deps` of the asset" in event.step_failure_data.error.to_string()  # type: ignore[union-attr]


def test_a_table_that_was_never_published_is_refused(folders: Settings, instance: dg.DagsterInstance) -> None:
    failed = run(folders, instance, OWN)
    (event,) = (event for event in failed.all_events if event.is_step_failure)
    assert "shop/shops has not been published" in event.step_failure_data.error.to_string()  # type: ignore[union-attr]


def test_a_check_of_the_project_reads_what_the_run_publishes(folders: Settings, instance: dg.DagsterInstance) -> None:
    job = host(folders).resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(instance=instance, run_config=QUIET, asset_selection=[SHOPS])
    (found,) = (each for each in result.get_asset_check_evaluations() if each.check_name == "is_long")
    now = latest(folders.out)
    assert now is not None and found.metadata["release"].value == now.release_id


def test_a_check_of_an_asset_of_the_project_reads_a_table_that_it_names_beside_it(
    folders: Settings, instance: dg.DagsterInstance
) -> None:
    result = run(folders, instance, SHOPS, OWN)
    assert result.success
    (found,) = (each for each in result.get_asset_check_evaluations() if each.check_name == "is_as_long")
    assert found.metadata["release"].value == assert_own_read_what_its_lineage_shows(folders, instance)


@pytest.mark.filterwarnings("ignore::dagster.BetaWarning")
def test_an_automation_condition_sees_a_changed_table_and_no_unchanged_one(
    folders: Settings, instance: dg.DagsterInstance
) -> None:
    definitions = host(folders)

    def requested(cursor: Any = None) -> Any:
        return dg.evaluate_automation_conditions(definitions, instance, cursor=cursor)

    assert run(folders, instance, RELEASE).success
    found = requested()
    assert run(folders, instance, OWN).success
    found = requested(found.cursor)
    for old, new, expected in (
        (("claims.toml", "almost half"), "nearly half", 0),
        ((str(TABLE), "$20M"), "$29M", 1),
    ):
        edit(folders.raw / old[0], old[1], new)
        assert run(folders, instance, RELEASE).success
        found = requested(found.cursor)
        assert found.get_num_requested(OWN) == expected, old


PROJECT = """
from pathlib import Path
import dagster as dg
from tests.integration.test_build_on_tables import OWN, SHOPS, host
from tidebook.pipelines.read.settings import Settings

folders = Settings(Path({raw!r}), Path({out!r}), prefix="shop")
job = dg.define_asset_job("both", selection=[SHOPS, OWN], executor_def=dg.multiprocess_executor)
defs = dg.Definitions.merge(host(folders), dg.Definitions(jobs=[job]))
"""


def test_in_another_process_it_reads_what_the_run_publishes(
    folders: Settings, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    """The executor is the project's: it knows nothing of turns, and the sources are pinned all the same."""
    assert run(folders, instance, RELEASE).success
    edit(folders.raw / TABLE, "$20M", "$29M")
    project = tmp_path / "project.py"
    project.write_text(PROJECT.format(raw=str(folders.raw), out=str(folders.out)))
    command = [sys.executable, "-m", "dagster", "job", "execute", "-f", str(project), "-j", "both", "-d", str(ROOT)]
    environment = {**os.environ, "DAGSTER_HOME": str(instance.root_directory)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-3000:]
    now = latest(folders.out)
    assert now is not None and assert_own_read_what_its_lineage_shows(folders, instance) == now.release_id
