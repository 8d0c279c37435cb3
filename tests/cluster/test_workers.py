"""The graph on workers that share nothing but an object store, and in several processes on one folder."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

import tidebook as reading
from tests.conftest import ROOT, SHIPPED, edit, tidebook
from tests.servers import BUCKET, Processes, free_port, listens, serving_s3
from tidebook.pipelines.compare.previous import PREVIOUS
from tidebook.pipelines.graph.graph import graph_of
from tidebook.pipelines.graph.places import Bucket
from tidebook.pipelines.read.settings import Settings
from tidebook.releases import latest

DOSSIER = SHIPPED

FUNDING = Path("article", "regional_funding.csv")
ASSETS = len(graph_of(Settings(ROOT / "raw", Path("out"))).publications)
SECONDS = 300


@pytest.fixture
def bucket(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a new bucket, which the environment and this process may write to."""
    with serving_s3() as access:
        access |= {"TIDEBOOK_OUT": f"s3://{BUCKET}/releases"}
        environment |= access
        for name, value in access.items():
            monkeypatch.setenv(name, value)
        yield access["TIDEBOOK_OUT"]


@pytest.fixture
def cluster(environment: dict[str, str], processes: Processes, tmp_path: Path) -> Iterator[list[Path]]:
    """A Dask scheduler and two workers; the caches of both, which they do not share with each other or anybody."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    near = ["--host", "127.0.0.1", "--no-dashboard"]
    processes.start("scheduler", ["dask", "scheduler", "--port", str(port), *near], environment)
    processes.wait(lambda: listens(port), SECONDS)
    environment |= {"TIDEBOOK_EXECUTOR": f"dask:{address}", "TIDEBOOK_CACHE": str(tmp_path / "launcher")}
    caches = [tmp_path / f"worker-{number}" for number in (1, 2)]
    for cache in caches:
        cache.mkdir()
        command = ["dask", "worker", address, "--nworkers", "1", "--nthreads", "1", *near]
        processes.start(cache.name, command, environment | {"TIDEBOOK_CACHE": str(cache)}, cache)
    yield caches


def execute(environment: dict[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the job through Dagster's command line."""
    command = ["dagster", "job", "execute", "-m", "tidebook.pipelines.definitions", "-j", "build_report"]
    return subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, check=False)


def announced(home: Path) -> list[int]:
    """Return for each run, the last first, how many assets it announced."""
    kind = dg.DagsterEventType.ASSET_MATERIALIZATION
    with dg.DagsterInstance.from_config(str(home)) as instance:
        return [len(instance.all_logs(run.run_id, of_type=kind)) for run in instance.get_runs()]


def entries(cache: Path) -> list[Path]:
    """Return the entries of the store in a cache, from the step on."""
    return [path.relative_to(store) for store in cache.glob("*/store") for path in store.rglob("entry.json")]


def pointer(url: str) -> str:
    return str(json.loads(Bucket(url).read("latest.json") or b"")["release"])


def test_two_workers_that_share_an_object_store_alone_make_the_release_of_one_process(
    raw: Path, home: Path, tmp_path: Path, environment: dict[str, str], bucket: str, cluster: list[Path], built: Path
) -> None:
    shutil.copy(ROOT / "deploy" / "local" / "dagster.yaml", home)
    done = execute(environment, home)
    assert done.returncode == 0, done.stderr[-3000:]
    alone = latest(built)
    assert alone is not None
    first = pointer(bucket)
    assert first == alone.release_id, "the same inputs and code, the same release"
    release = reading.find_release(bucket)
    for path in release.manifest["files"]:
        release.read(path)
    made = [len(entries(cache)) for cache in cluster]
    assert any(made), "which worker takes a step is the scheduler's choice"
    made_there = {path.parts[0] for path in entries(tmp_path / "launcher")}
    assert made_there <= {"raw", PREVIOUS}, (
        "Dagster's command looks at the sources when the run has ended; it makes nothing"
    )

    edit(raw / FUNDING, "$8B", "$40B")
    assert execute(environment, home).returncode == 0
    assert pointer(bucket) != first
    assert set(reading.read_table("changes", bucket)["previous"]) == {first}
    last, before = announced(home)
    assert before == ASSETS and 3 < last < ASSETS - 10, "what the cell does not reach is not announced again"

    edit(raw / FUNDING, "$40B", "$1Z")
    second = pointer(bucket)
    bad = execute(environment, home)
    assert bad.returncode != 0
    assert 'regional_funding.csv:3, column "Total Funding (2024, est.)": found "$1Z"' in bad.stderr
    assert pointer(bucket) == second, "no step goes on with what an earlier run had made"


def test_processes_on_one_folder_make_the_same_release(
    out: Path, home: Path, environment: dict[str, str], built: Path
) -> None:
    shutil.copy(ROOT / "deploy" / "local" / "dagster.yaml", home)
    done = execute(environment | {"TIDEBOOK_EXECUTOR": "multiprocess"}, home)
    assert done.returncode == 0, done.stderr[-3000:]
    here, alone = latest(out), latest(built)
    assert here is not None and alone is not None
    assert here.release_id == alone.release_id
    assert not list(out.rglob(".*")), "nothing unfinished is left"
    assert "Verified" in tidebook("verify", "--out", str(out)).output
