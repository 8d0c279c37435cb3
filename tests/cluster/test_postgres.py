"""A deployment as deploy/ has it: code location, daemon and webserver apart, their runs in PostgreSQL."""

from __future__ import annotations

import json
import shutil
import urllib.request
from pathlib import Path

import yaml

import tidebook as reading
from tests.cluster.conftest import Postgres, Processes, free_port, listens
from tests.conftest import ROOT, edit
from tidebook.releases import latest

FUNDING = Path("article", "regional_funding.csv")
SECONDS = 300


def graphql(port: int, query: str) -> dict[str, object]:
    """Return what the webserver answers to a query."""
    body = json.dumps({"query": query}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/graphql", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: dict[str, object] = json.loads(answer.read())["data"]
    return found


def test_a_changed_file_gives_a_new_report_with_runs_in_postgres(
    raw: Path, out: Path, home: Path, environment: dict[str, str], postgres: Postgres, processes: Processes
) -> None:
    shutil.copy(ROOT / "deploy" / "postgres" / "dagster.yaml", home)
    environment |= postgres.environment
    code, web = free_port(), free_port()
    workspace = yaml.safe_load((ROOT / "deploy" / "workspace.yaml").read_text())
    workspace["load_from"][0]["grpc_server"] |= {"host": "127.0.0.1", "port": code}
    (home / "workspace.yaml").write_text(yaml.safe_dump(workspace))
    served = ["dagster", "api", "grpc", "-h", "127.0.0.1", "-p", str(code), "-m", "tidebook.pipelines.definitions"]
    named = ["-w", str(home / "workspace.yaml")]
    processes.start("code", served, environment)
    processes.wait(lambda: listens(code), SECONDS)
    processes.start("webserver", ["dagster-webserver", "-h", "127.0.0.1", "-p", str(web), *named], environment)
    processes.wait(lambda: listens(web), SECONDS)
    processes.start("daemon", ["dagster-daemon", "run", *named], environment)

    processes.wait(lambda: latest(out), SECONDS)
    first = latest(out)
    assert first is not None
    edit(raw / FUNDING, "$8B", "$40B")
    processes.wait(lambda: latest(out) != first, SECONDS)
    verdicts = reading.read_table("verdicts", out)
    printed = verdicts[verdicts["evidence_view"] == "printed"].set_index("claim_id")["status"]
    assert printed["us_majority"] == "contradicted"
    assert set(reading.read_table("changes", out)["previous"]) == {first.release_id}

    runs = "{ runsOrError { ... on Runs { results { status jobName tags { key value } } } } }"

    def ended() -> list[str]:
        found = graphql(web, runs)["runsOrError"]["results"]  # type: ignore[index]
        return [run["status"] for run in found if run["jobName"] == "article_changed"]

    processes.wait(lambda: ended() == ["SUCCESS", "SUCCESS"], SECONDS)
    assert postgres.ask("SELECT count(*) FROM runs WHERE status = 'SUCCESS' AND pipeline_name = 'article_changed'") == [
        (2,)
    ]
    assert postgres.ask("SELECT count(*) > 100 FROM event_logs") == [(True,)]
    assert not list(home.rglob("*.db")), "nothing is kept in SQLite"
