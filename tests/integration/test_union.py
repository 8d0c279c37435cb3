"""The outcomes of many dossiers as one data set, which other tools read at an address that does not change."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pyarrow.parquet as pq
import pytest
import yaml

import tidebook as reading
from tests.conftest import MARATHON, SMALL, edit, tidebook
from tests.servers import BUCKET, serving_s3
from tidebook.pipelines.graph.places import Bucket, Folder
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.release.union import UNION, publish_union

TABLES = ("outcomes", "figure_outcomes")


def build(raw: Path, out: Path) -> str:
    result = tidebook("build", "--raw", str(raw), "--out", str(out))
    assert result.exit_code == 0, result.output
    return reading.find_release(out).release_id


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The output folders of two dossiers, by their ids."""
    place = tmp_path_factory.mktemp("releases")
    for name, raw in (("small", SMALL), ("marathon", MARATHON)):
        build(raw, place / name)
    return {reading.find_release(place / name).manifest["dossier"]: place / name for name in ("small", "marathon")}


@pytest.fixture
def dossiers(releases: dict[str, Path], tmp_path: Path) -> dict[str, str]:
    """A private copy of these folders."""
    return {name: str(shutil.copytree(out, tmp_path / name, symlinks=True)) for name, out in releases.items()}


def described(to: Path) -> dict[str, dict[str, str]]:
    """Return what union.json says: the release of each file, by table and dossier."""
    tables = json.loads((to / UNION).read_text())["tables"]
    return {name: {part["dossier"]: part["release"] for part in parts} for name, parts in tables.items()}


def test_every_row_of_all_dossiers_is_in_it_with_dossier_release_and_day(
    dossiers: dict[str, str], tmp_path: Path
) -> None:
    to = tmp_path / "union"
    union = publish_union(dossiers, TABLES, Folder(to))
    assert len(union.written) == 4 and not union.left_out
    found = duckdb.sql(
        f"FROM read_parquet('{to}/outcomes/*/*.parquet', hive_partitioning = true, union_by_name = true) "
        "SELECT dossier, release, article_published, count(*) AS n GROUP BY ALL ORDER BY dossier"
    ).fetchall()
    expected = []
    for name, out in sorted(dossiers.items()):
        record = reading.read_table("release", out).iloc[0]
        expected.append((name, record["release"], record["published"], len(reading.read_table("outcomes", out))))
    assert found == expected
    (name, *_) = dossiers
    path = to / "outcomes" / f"dossier={name}" / "outcomes.parquet"
    schema = pq.read_schema(path)
    assert schema.metadata[b"dossier"].decode() == name
    assert schema.metadata[b"release"].decode() == described(to)["outcomes"][name]
    assert schema.metadata[b"tidebook.contract"] == b"outcomes", "the contract of the table stays"
    assert "dossier" not in schema.names, "external tables have it from the folder"


def test_only_what_has_another_release_is_written_and_what_is_no_longer_named_goes(
    dossiers: dict[str, str], tmp_path: Path
) -> None:
    to = Folder(tmp_path / "union")
    publish_union(dossiers, TABLES, to)
    assert not publish_union(dossiers, TABLES, to).written
    small, marathon = dossiers
    raw = Path(shutil.copytree(SMALL, tmp_path / "raw"))
    edit(raw / "article" / "shops.csv", "$20M", "$21M")
    after = build(raw, Path(dossiers[small]))
    assert publish_union(dossiers, TABLES, to).written == {
        f"{table}/dossier={small}/{table}.parquet" for table in TABLES
    }
    assert described(to.path)["outcomes"][small] == after
    publish_union({small: dossiers[small]}, ["outcomes"], to)
    assert described(to.path) == {"outcomes": {small: after}}
    assert [path.name for path in to.path.rglob("*.parquet")] == ["outcomes.parquet"]
    assert marathon not in str([*to.path.rglob("*")])


def test_a_dossier_that_cannot_be_read_stays_as_it_was_and_holds_no_other_up(
    dossiers: dict[str, str], tmp_path: Path
) -> None:
    to = Folder(tmp_path / "union")
    small, marathon = dossiers
    publish_union(dossiers, TABLES, to)
    before = described(to.path)
    shutil.rmtree(dossiers[small])
    union = publish_union({**dossiers, "tides": dossiers[marathon]}, TABLES, to)
    assert described(to.path) == before
    assert [*union.left_out] == [small, "tides"]
    assert "no release in" in union.left_out[small]
    assert f'found "{marathon}", expected a release of the dossier tides' in union.left_out["tides"]


def test_a_folder_of_something_else_is_left_alone(dossiers: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / UNION).write_text('{"tables": {"x": [{"path": "../../x"}]}}')
    with pytest.raises(InputError, match="what an earlier union wrote"):
        publish_union(dossiers, TABLES, Folder(tmp_path))


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with serving_s3() as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield Bucket(f"s3://{BUCKET}/union")


def test_an_object_store_has_the_same_files_as_a_folder(
    dossiers: dict[str, str], tmp_path: Path, store: Bucket
) -> None:
    publish_union(dossiers, TABLES, store)
    publish_union(dossiers, TABLES, Folder(tmp_path / "union"))
    there = store.files("")
    here = [path for path in (tmp_path / "union").rglob("*") if path.is_file()]
    assert {path.relative_to(tmp_path / "union").as_posix() for path in here} == {*there}
    for path in here:
        assert store.read(path.relative_to(tmp_path / "union").as_posix()) == path.read_bytes()
    small, _ = dossiers
    publish_union({small: dossiers[small]}, TABLES, store)
    assert {*store.files("")} == {UNION, *(f"{table}/dossier={small}/{table}.parquet" for table in TABLES)}


@pytest.fixture
def location(dossiers: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.Definitions]:
    """A project of Dagster with the union of two dossiers."""
    (tmp_path / "dg.toml").write_text('directory_type = "project"\n\n[project]\nroot_module = "desk"\n')
    folder = tmp_path / "desk" / "defs" / "all_dossiers"
    folder.mkdir(parents=True)
    attributes = {"dossiers": dossiers, "to": "../../../union"}
    declared = {"type": "tidebook.pipelines.defs.component.UnionComponent", "attributes": attributes}
    (folder / "defs.yaml").write_text(yaml.safe_dump(declared))
    for each in (folder.parents[1], folder.parent):
        (each / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield dg.load_from_defs_folder(path_within_project=folder.parent)
    for name in [name for name in sys.modules if name.partition(".")[0] == "desk"]:
        del sys.modules[name]


def test_in_dagster_each_table_is_an_asset_that_is_told_of_when_it_changed(
    location: dg.Definitions, dossiers: dict[str, str], tmp_path: Path
) -> None:
    small, _ = dossiers
    job = location.resolve_job_def("all_dossiers_publish")
    with dg.instance_for_test() as instance:

        def run() -> set[str]:
            result = job.execute_in_process(instance=instance)
            assert result.success
            assert all(check.passed for check in result.get_asset_check_evaluations())
            return {
                event.asset_key.to_user_string()
                for event in result.get_asset_materialization_events()
                if event.asset_key
            }

        assert run() == {"all_dossiers/outcomes", "all_dossiers/figure_outcomes"}
        assert run() == set()
        raw = Path(shutil.copytree(SMALL, tmp_path / "raw"))
        edit(raw / "article" / "shops.csv", "$20M", "$21M")
        build(raw, Path(dossiers[small]))
        assert run() == {"all_dossiers/outcomes", "all_dossiers/figure_outcomes"}
        shutil.rmtree(dossiers[small])
        left = job.execute_in_process(instance=instance).get_asset_check_evaluations()
        assert [(check.passed, check.severity.value) for check in left] == [(False, "WARN")] * 2


def test_the_sensor_requests_a_run_when_a_release_is_another_one(
    location: dg.Definitions, dossiers: dict[str, str]
) -> None:
    small, _ = dossiers
    sensor = location.resolve_sensor_def("all_dossiers_changed")

    def look(cursor: str | None) -> dg.SensorExecutionData:
        return sensor.evaluate_tick(dg.build_sensor_context(cursor=cursor))

    first = look(None)
    assert len(first.run_requests or []) == 1
    second = look(first.cursor)
    assert not second.run_requests
    link = Path(dossiers[small], "latest")
    link.unlink()
    link.symlink_to("releases/0123456789abcdef")
    (Path(dossiers[small]) / "releases" / "0123456789abcdef").mkdir()
    (request,) = look(first.cursor).run_requests or []
    assert request.tags["tidebook/changed"] == small
