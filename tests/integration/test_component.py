"""Several dossiers in one code location of Dagster, each declared by a `defs.yaml`."""

from __future__ import annotations

import shutil
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import dagster as dg
import pytest

from tests.conftest import ROOT
from tests.servers import BUCKET, serving_s3
from tidebook.pipelines.defs import location as own_location
from tidebook.pipelines.defs.command import QUIET
from tidebook.pipelines.defs.component import ArticlesComponent, DossierComponent, UnionComponent
from tidebook.pipelines.defs.internals import GROUP_SEPARATOR, load_folder
from tidebook.pipelines.defs.job import JOB
from tidebook.pipelines.defs.turns import RELOAD
from tidebook.places import find_release

DEFS = """\
type: tidebook.pipelines.defs.component.DossierComponent
attributes:
  dossier: {raw}
  out: {out}
"""


@pytest.fixture
def location(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project of Dagster with the two examples and a dossier that cannot be read."""
    (tmp_path / "dg.toml").write_text('directory_type = "project"\n\n[project]\nroot_module = "place"\n')
    for name in ("marathon", "measles"):
        shutil.copytree(ROOT / "examples" / name, tmp_path / name)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "dossier.toml").write_text("[articel]\n")
    for name in ("marathon", "measles", "broken"):
        folder = tmp_path / "place" / "defs" / {"broken": "broken-one"}.get(name, name)
        folder.mkdir(parents=True)
        text = DEFS.format(raw=f"../../../{name}", out=f"../../../out/{name}")
        (folder / "defs.yaml").write_text(text + ("  key_prefix: running\n" if name == "marathon" else ""))
    (tmp_path / "place" / "__init__.py").write_text("")
    (tmp_path / "place" / "defs" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "place"]:
        del sys.modules[name]  # the next test has another project of this name


def load(location: Path) -> dg.Definitions:
    return dg.load_from_defs_folder(path_within_project=location / "place" / "defs")


def test_each_dossier_has_its_prefix_job_sensor_and_store_and_a_broken_one_fails_alone(location: Path) -> None:
    definitions = load(location)
    repository = definitions.get_repository_def()
    prefixes = {key.path[0] for key in repository.asset_graph.get_all_asset_keys()}
    jobs = {job.name for job in repository.get_all_jobs() if not job.name.startswith("__")}
    assert jobs == {f"{prefix}_{JOB}" for prefix in prefixes}
    assert {each.name for each in repository.sensor_defs} == {f"{prefix}_raw_content" for prefix in prefixes}
    assert prefixes == {"running", "measles", "broken_one"}, "a prefix of its own, or the name of its folder"
    with dg.DagsterInstance.ephemeral() as instance:
        done = definitions.resolve_job_def("running_build_report").execute_in_process(
            instance=instance, run_config=QUIET
        )
        assert done.success
        failed = definitions.resolve_job_def("broken_one_build_report").execute_in_process(
            instance=instance, raise_on_error=False, run_config=QUIET
        )
        (event,) = (event for event in failed.all_events if event.is_step_failure)
        assert 'found "articel"' in str(event.step_failure_data.user_failure_data.description)
    assert sorted(path.name for path in (location / "out").iterdir()) == ["marathon"]
    assert (location / "out" / "marathon" / "latest" / "tables" / "outcomes.parquet").is_file()


def test_without_packs_nothing_is_fetched_and_no_ledger_added_up(
    location: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"RAW": location / "measles", "OUT": location / "out", "LEDGER_DATA": location}.items():
        monkeypatch.setenv(f"TIDEBOOK_{name}", str(value))
    found = {
        job.name
        for job in load_folder(own_location).get_repository_def().get_all_jobs()
        if not job.name.startswith("__")
    }
    assert found == {JOB}
    with (location / "measles" / "dossier.toml").open("a") as stream:
        stream.write('\n[packs]\nlive = { runs = "world", models = "world", growth = "", period = "" }\nledger = {}\n')
    found = {
        job.name
        for job in load_folder(own_location).get_repository_def().get_all_jobs()
        if not job.name.startswith("__")
    }
    assert found == {JOB, "fetch_daily", "fetch_weekly", "ledger"}


def test_a_table_more_asks_for_a_reload_and_a_repaired_dossier_too(location: Path) -> None:
    definitions = load(location)
    marathon = "running_raw_content"

    def tick(name: str) -> dg.SensorExecutionData:
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_sensor_context(instance=instance, definitions=definitions, sensor_name=name)
            return definitions.resolve_sensor_def(name).evaluate_tick(context)

    assert len(tick(marathon).run_requests or []) == 1, "nothing is built yet"
    with (location / "marathon" / "dossier.toml").open("a") as stream:
        stream.write('\n[tables.more]\npath = "more.csv"\ntitle = "More"\n[tables.more.columns]\n')
        stream.write('"Name" = { name = "thing", role = "subject" }\n"Size" = { name = "size", unit = "number" }\n')
    (location / "marathon" / "more.csv").write_text("Name,Size\nOne,1\n")
    assert [RELOAD in request.tags for request in tick(marathon).run_requests or []] == [True]
    (fails,) = tick("broken_one_raw_content").run_requests or []
    assert RELOAD not in fails.tags, "its run fails with the reason"
    shutil.copytree(ROOT / "examples" / "measles", location / "broken", dirs_exist_ok=True)
    (repaired,) = tick("broken_one_raw_content").run_requests or []
    assert RELOAD in repaired.tags


def component(location: Path, more: str, out: str = "../../../out/marathon") -> dg.Definitions:
    """Return the definitions of a project with one dossier, declared with more keys."""
    for name in ("measles", "broken-one"):
        shutil.rmtree(location / "place" / "defs" / name)
    text = DEFS.format(raw="../../../marathon", out=out)
    (location / "place" / "defs" / "marathon" / "defs.yaml").write_text(text + more)
    return load(location)


def test_an_address_is_an_object_store_as_for_the_commands(location: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving_s3() as environment, dg.DagsterInstance.ephemeral() as instance:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        definitions = component(location, "", f"s3://{BUCKET}/x/")
        job = definitions.resolve_job_def("marathon_build_report")
        assert job.execute_in_process(instance=instance, run_config=QUIET).success
        assert find_release(f"s3://{BUCKET}/x").manifest["dossier"] == "two_hours_is_next"
    assert not list(location.rglob("s3:*"))


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        (
            "out",
            "ftp://host/x",
            'the output: found "ftp://host/x", expected a folder, or an address of an object store',
        ),
        ("out", "s3:/bucket/x", 'the output: found "s3:/bucket/x"'),
        ("out", "s3://", 'the output: found "s3://"'),
        ("out", '""', "out"),
        ("executor", "threads", 'executor: found "threads"'),
        ("executor", "dask", 'executor: "dask" needs dagster_dask: pip install dagster-dask'),
        ("schedule", "every day", "invalid cron schedule 'every day'"),
        ("key_prefix", "'!'", 'key_prefix: found "!", expected a name with a letter or a digit'),
        ("group", "desk/!", 'group: found "!", expected a name with a letter or a digit'),
        ("sensors", "maybe", "sensors"),
        ("color", "red", "color"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_when_the_location_loads(
    location: Path, key: str, value: str, expected: str
) -> None:
    with pytest.raises(Exception, match=r".") as raised:
        component(location, "" if key == "out" else f"  {key}: {value}\n", value if key == "out" else "../out")
    told = []
    error: BaseException | None = raised.value
    while error:
        told.append(str(error))
        error = error.__cause__ or error.__context__
    assert expected in "\n".join(told)


def test_settings_name_schedule_executor_snapshots_sensors_prefix_and_group(location: Path) -> None:
    more = "  schedule: 30 7 * * 1\n  executor: multiprocess\n  snapshots: ../../../snapshots\n"
    definitions = component(location, f"{more}  sensors: stopped\n  key_prefix: sport\n  group: desk/sport\n")
    (schedule,), (sensor,) = definitions.schedules or (), definitions.sensors or ()
    assert isinstance(schedule, dg.ScheduleDefinition) and isinstance(sensor, dg.SensorDefinition)
    assert (schedule.cron_schedule, schedule.default_status.name) == ("30 7 * * 1", "STOPPED")
    assert sensor.default_status.name == "STOPPED"
    assert definitions.resolve_job_def("sport_build_report").executor_def.name == "multiprocess"
    node = definitions.resolve_asset_graph().get(dg.AssetKey(["sport", "men"]))
    assert node.group_name == GROUP_SEPARATOR.join(("desk", "sport", "inputs", "tables"))


def test_paths_and_names_are_what_a_person_means(location: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(location / "home"))
    definitions = component(location, "  key_prefix: Спорт 2026\n", "~/results")
    resource = (definitions.resources or {})["sport_2026_tidebook"]
    assert (resource.dossier, resource.out) == (str(location / "marathon"), str(location / "home" / "results"))
    node = definitions.resolve_asset_graph().get(dg.AssetKey(["sport_2026", "men"]))
    expected = GROUP_SEPARATOR.join(("sport_2026", "inputs", "tables"))
    assert node.group_name == expected, "so that it does not mix with another dossier's"


def test_what_is_selected_by_hand_runs_in_the_executor_of_the_components_that_say_so(location: Path) -> None:
    by_hand = load(location).resolve_implicit_global_asset_job_def()
    assert by_hand.executor_def is dg.multi_or_in_process_executor, "that of the project"
    for name in ("marathon", "measles"):
        with (location / "place" / "defs" / name / "defs.yaml").open("a") as stream:
            stream.write("  executor: multiprocess\n  location_executor: true\n")
    assert load(location).resolve_implicit_global_asset_job_def().executor_def.name == "multiprocess"


def test_without_a_schedule_there_is_none(location: Path) -> None:
    assert not component(location, '  schedule: ""\n').schedules


def test_the_package_registers_the_component_for_dg() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    (module,) = declared["dagster_dg_cli.registry_modules"].values()
    found = [each for each in vars(import_module(module)).values() if isinstance(each, type)]
    components = {ArticlesComponent, DossierComponent, UnionComponent}
    assert {each for each in found if issubclass(each, dg.Component)} == components
    for component_type in components:
        assert all(field.description for field in component_type.model_fields.values())
