"""Two runners of one graph: plain or under Dagster, in one process or several, a release has the same bytes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from tests.conftest import ON_SHIPPED, ROOT, SMALL, edit, tidebook
from tidebook.pipelines.compare.previous import PREVIOUS
from tidebook.pipelines.defs.assets import STEPS
from tidebook.pipelines.defs.command import QUIET, home_place
from tidebook.pipelines.defs.common import key_of
from tidebook.pipelines.defs.job import JOB, build_defs
from tidebook.pipelines.evaluate.step_cache import seal_of
from tidebook.pipelines.graph.graph import graph_of
from tidebook.pipelines.graph.run import Run
from tidebook.pipelines.graph.structure import RELEASE
from tidebook.pipelines.read.settings import Settings
from tidebook.releases import latest

SHOPS = Path("article", "shops.csv")
CELL = ("$20M", "$29M")
GRAPH = graph_of(Settings(SMALL, Path("out")))
IMPORTED = ["tidebook.pipelines.definitions", "tidebook.pipelines.report.render", __name__]
FORKED = {"execution": {"config": {"start_method": {"forkserver": {"preload_modules": IMPORTED}}}}}
"""Each stage in a process of its own, forked from one that has everything imported."""


def release_id(out: Path) -> str:
    found = latest(out)
    assert found is not None
    return found.release_id


def files_of(out: Path) -> dict[str, bytes]:
    folder = (out / "latest").resolve()
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_step_comes_once_and_after_what_it_reads() -> None:
    steps = Run.order(GRAPH)
    assert sorted(steps) == sorted({*GRAPH.raw_files, PREVIOUS, *GRAPH.steps})
    assert max(map(steps.index, GRAPH.raw_files)) < steps.index(PREVIOUS)
    for name, step in GRAPH.steps.items():
        assert max(map(steps.index, step.inputs.values())) < steps.index(name)


# The same bytes.


@ON_SHIPPED
def test_dagster_makes_the_same_release_in_one_process(dossier: Path, built: Path, out: Path) -> None:
    job = build_defs(Settings(dossier, out)).resolve_job_def(JOB)
    with dg.DagsterInstance.ephemeral() as instance:
        assert job.execute_in_process(instance=instance, run_config=QUIET).success
    assert release_id(out) == release_id(built)
    assert files_of(out) == files_of(built)


def job_of(raw: str, out: str) -> dg.JobDefinition:
    """Return the job as the processes of its steps have it."""
    return build_defs(Settings(Path(raw), Path(out)), executor=dg.multiprocess_executor).resolve_job_def(JOB)


@pytest.mark.usefixtures("already_built")
def test_dagster_makes_the_same_release_with_each_step_in_its_own_process(raw: Path, out: Path, tmp_path: Path) -> None:
    alone = shutil.copytree(out, tmp_path / "alone", symlinks=True)
    edit(raw / SHOPS, *CELL)
    assert tidebook("build", "--raw", str(raw), "--out", str(alone)).exit_code == 0
    job = dg.build_reconstructable_job(__name__, "job_of", (), {"raw": str(raw), "out": str(out)}, str(ROOT))
    with (
        dg.DagsterInstance.local_temp(str(tmp_path)) as instance,
        dg.execute_job(job, instance, run_config=FORKED) as result,
    ):
        assert result.success
        processes = {event.pid for event in result.all_events if event.is_step_success}
    assert len(processes) == len(STEPS)
    assert release_id(out) == release_id(alone)
    assert files_of(out) == files_of(alone)
    assert not list(out.rglob(".*")), "nothing unfinished is left"


# Dagster only where it is asked for.

COMMANDS = """
import json, os, sys
from tidebook.pipelines.commands.app import app
for command in json.loads(sys.argv[1]):
    try:
        app(command, standalone_mode=False)
    finally:
        sys.stdout.flush()
print("imported:", "dagster" in sys.modules)
"""


def imported_dagster(*commands: list[str]) -> bool:
    """Run commands in one process and return whether that has imported Dagster."""
    command = [sys.executable, "-c", COMMANDS, json.dumps(commands)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()[-1] == "imported: True"


def runs(home: Path) -> list[tuple[dg.DagsterRunStatus, set[str]]]:
    """Return for each run of an instance, the last first, how it ended and what it materialised."""
    kind = dg.DagsterEventType.ASSET_MATERIALIZATION
    with dg.DagsterInstance.from_config(str(home)) as instance:
        return [
            (
                run.status,
                {
                    entry.dagster_event.asset_key.to_user_string()
                    for entry in instance.all_logs(run.run_id, of_type=kind)
                    if entry.dagster_event and entry.dagster_event.asset_key
                },
            )
            for run in instance.get_runs()
        ]


@pytest.mark.usefixtures("already_built")
def test_builds_checks_and_verification_import_no_dagster(raw: Path, out: Path) -> None:
    edit(raw / SHOPS, *CELL)
    before = release_id(out)
    folders = ["--raw", str(raw), "--out", str(out)]
    assert not imported_dagster(["check", "--raw", str(raw)], ["build", *folders], ["verify", "--out", str(out)])
    assert release_id(out) != before
    assert not home_place(Settings(out, out)).exists()


@pytest.mark.usefixtures("already_built")
def test_with_dagster_the_run_is_in_the_instance_that_the_ui_shows(raw: Path, out: Path) -> None:
    edit(raw / SHOPS, *CELL)
    assert imported_dagster(["build", "--dagster", "--raw", str(raw), "--out", str(out)])
    ((status, made),) = runs(home_place(Settings(out, out)))
    assert status == dg.DagsterRunStatus.SUCCESS
    assert made == {*GRAPH.publications}
    with dg.DagsterInstance.from_config(str(home_place(Settings(out, out)))) as instance:
        event = instance.get_latest_materialization_event(key_of(RELEASE))
    assert event is not None and event.asset_materialization is not None
    assert event.asset_materialization.metadata["release"].value == release_id(out)


@pytest.mark.usefixtures("already_built")
def test_where_dagster_has_a_home_runs_are_there_and_bad_input_is_reported_as_plainly(
    raw: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(raw / SHOPS, "$20M", "soon")
    edit(raw / "reference" / "figures.csv", "$24.1M", "late")
    before, own_home = release_id(out), home_place(Settings(out, out))
    folders = ["--raw", str(raw), "--out", str(out)]
    plain = tidebook("build", *folders)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    run = tidebook("build", *folders)
    assert plain.exit_code == run.exit_code == 2
    errors = [[line for line in one.output.splitlines() if line.startswith("error:")] for one in (plain, run)]
    assert sorted(errors[0]) == sorted(errors[1])
    assert len(errors[0]) == 2
    assert "Traceback" not in run.output
    assert release_id(out) == before
    assert [status for status, _ in runs(tmp_path / "home")] == [dg.DagsterRunStatus.FAILURE]
    assert not own_home.exists()


@pytest.mark.usefixtures("already_built")
@pytest.mark.parametrize("how", [[], ["--dagster"]], ids=["plain", "dagster"])
def test_a_crash_is_reported_with_its_step_and_its_trace(
    raw: Path, out: Path, monkeypatch: pytest.MonkeyPatch, how: list[str]
) -> None:
    def crash(amount: object, column: object) -> float:
        raise ZeroDivisionError("a crash")

    monkeypatch.setattr("tidebook.pipelines.read.tables._typed", crash)
    edit(raw / SHOPS, *CELL)
    result = tidebook("build", *how, "--raw", str(raw), "--out", str(out))
    assert result.exit_code == 3
    for part in ("error: declared", "shops: ", "ZeroDivisionError: a crash", "in crash\n"):
        assert part in result.output


# What is cached from build to build.


def cache_files(out: Path) -> list[Path]:
    return sorted((out / "store").rglob("cache.json"))


@pytest.mark.usefixtures("already_built")
def test_what_is_rebuilt_from_caches_is_what_is_built_from_nothing(raw: Path, out: Path) -> None:
    steps = [str(place.parent.relative_to(out / "store")) for place in cache_files(out)]
    assert steps == ["declared/metrics", "evidence_views/evaluations", "scenarios"]
    day = "as_of = 2024-06-30\n"
    changes: list[tuple[str | Path, str, str]] = [
        (SHOPS, *CELL),
        ("claims.toml", "at_least 0.9", "at_least 0.8"),
        ("dossier.toml", day, f"{day}verdicts = {{ supported_from = 0.9, contradicted_to = 0.05 }}\n"),
        ("dossier.toml", day, f"{day}draws = {{ count = 1000, seed = 1 }}\n"),
    ]
    for number, (path, old, new) in enumerate(changes):
        before = {place: place.read_bytes() for place in cache_files(out)}
        text = (raw / path).read_text(encoding="utf-8")
        assert old in text
        (raw / path).write_text(text.replace(old, new, 1), encoding="utf-8")
        result = tidebook("build", "--raw", str(raw), "--out", str(out))
        assert result.exit_code == 0, result.output
        assert any(place.read_bytes() != data for place, data in before.items())
        if number % 2:
            verified = tidebook("verify", "--out", str(out))
            assert verified.output.startswith("Verified: "), verified.output


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def other_results(data: bytes) -> bytes:
    return data.replace(b"0.", b"1.")


def nothing(data: bytes) -> bytes:
    return b""


def list_of_bytes(data: bytes) -> bytes:
    return b"[1, 2]"


@pytest.mark.usefixtures("already_built")
@pytest.mark.parametrize("harm", [list_of_bytes, cut, other_results, nothing])
def test_a_damaged_cache_is_as_good_as_none(
    raw: Path, out: Path, tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    damaged = shutil.copytree(out, tmp_path / "damaged", symlinks=True)
    for place in cache_files(damaged):
        place.write_bytes(harm(place.read_bytes()))
    edit(raw / SHOPS, *CELL)
    for folder in (out, damaged):
        result = tidebook("build", "--raw", str(raw), "--out", str(folder))
        assert result.exit_code == 0, result.output
    assert files_of(damaged) == files_of(out)
    repaired = [place.read_bytes().partition(b"\n") for place in cache_files(damaged)]
    assert [seal for seal, _, _ in repaired] == [seal_of(text) for _, _, text in repaired]
    assert all(json.loads(text) for _, _, text in repaired)
