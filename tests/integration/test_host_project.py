"""The component in a project that `create-dagster` made, in an environment of its own, beside dbt's integration.

The project is that of the pages: the tutorial's commands, and the blocks of "Build on the tables". What rests on a
table there has read the version that its lineage shows, in whatever run, process or executor.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from ast import literal_eval
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.conftest import LONG, MARATHON, ROOT, edit

pytestmark = pytest.mark.skipif(not LONG, reason="needs an environment of its own")

COMPONENT = "tidebook.pipelines.defs.component.DossierComponent"
DOSSIER = "two_hours_is_next"
TABLE = Path("tables", "outcomes.parquet")
DBT_PACKAGES = ["dagster-dbt", "dbt-core<1.12", "dbt-duckdb", "duckdb"]
"""What dbt's models need; dbt-core 1.12 builds from what is on no package index."""
PROFILE = "desk: {target: dev, outputs: {dev: {type: duckdb, path: desk.duckdb}}}\n"
ATTRIBUTES = """\
dossier: ../../../../articles/marathon, out: ../../../../out, key_prefix: two_hours_is_next, location_executor: true"""
PLAY = """\
import json, sys
import dagster as dg
import duckdb
from newsroom.definitions import defs
from tidebook.pipelines.defs import materialize

table = dg.AssetKey(["two_hours_is_next", "outcomes"])
own = [dg.AssetKey(name) for name in ("wrong_claims", "counted", "statements")]
loaded = defs()
job = loaded.resolve_implicit_global_asset_job_def()


def fails(*_):
    raise ValueError("no publication")


with dg.DagsterInstance.get() as instance:

    def requested(cursor=None):
        return dg.evaluate_automation_conditions(loaded, instance, cursor=cursor)

    if "broken" in sys.argv:
        materialize.publish_release = fails
    if "run" in sys.argv:
        keys = [*([table] if "table" in sys.argv else []), *(own if "own" in sys.argv else [])]
        done = job.execute_in_process(instance=instance, asset_selection=keys, raise_on_error=False)
        assert done.success != ("broken" in sys.argv), done.all_events
    if "condition" in sys.argv:
        first = requested()
        job.execute_in_process(instance=instance, asset_selection=[table])
        wanted = requested(first.cursor).get_num_requested(own[0])
    else:
        wanted = None
    found = {}
    for key in own:
        made = instance.get_latest_materialization_event(key).asset_materialization
        lineage = dg.DataProvenance.from_tags(made.tags).input_data_versions[table].value
        told = {name: str(it.value) for name, it in made.metadata.items()}
        found[key.to_user_string()] = {"lineage": lineage, **told}
    rows = duckdb.connect("desk/desk.duckdb", read_only=True).sql("SELECT outcome, statements FROM statements")
    found["statements"]["counts"] = str(rows.fetchall())
    storage = instance.event_log_storage
    records = storage.get_asset_check_execution_history(dg.AssetCheckKey(table, "few_are_wrong"), limit=10)
    events = [each.event.dagster_event for each in records]  # of a run that failed it is only planned
    evaluated = [each for each in events if each.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION]
    evaluation = evaluated[0].asset_check_evaluation_data
    found["few_are_wrong"] = {"release": str(evaluation.metadata["release"].value)}
    print(json.dumps({"wanted": wanted, "executor": job.executor_def.name, "found": found}))
"""


def tutorial() -> str:
    """Return the commands of the page, with the version of create-dagster that goes with the `dg` of the tests."""
    page = (ROOT / "docs" / "dagster.md").read_text(encoding="utf-8")
    (commands,) = re.findall(r"```bash\n(uvx create-dagster@latest.*?)```", page, re.DOTALL)
    return str(commands).replace("create-dagster@latest", f"create-dagster@{version('dagster-dg-cli')}")


@dataclass(frozen=True)
class Host:
    """A project with the wheel in an environment of its own."""

    folder: Path
    environment: Mapping[str, str]

    def run(self, *command: str, cwd: Path | None = None) -> str:
        """Run a command, and return what it prints."""
        place = cwd or self.folder
        done = subprocess.run(command, cwd=place, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout

    def declare(self, more: str = "") -> None:
        """Declare the dossier."""
        place = self.folder / "src" / "newsroom" / "defs" / "marathon" / "defs.yaml"
        place.write_text(f"type: {COMPONENT}\nattributes: {{{ATTRIBUTES}{more}}}\n")

    def play(self, *words: str) -> dict[str, dict[str, str]]:
        """Do something in a new process, check that each has read what its lineage shows, and return what they say."""
        told = json.loads(self.run("uv", "run", "--no-sync", "python", "play.py", *words).splitlines()[-1])
        found: dict[str, dict[str, str]] = told["found"]
        claims, counted, models = (found[name] for name in ("wrong_claims", "counted", "statements"))
        read = self.folder / "out" / "releases" / claims["release"] / TABLE
        assert hashlib.sha256(read.read_bytes()).hexdigest() == claims["lineage"]
        assert hashlib.sha256(Path(counted["address"]).read_bytes()).hexdigest() == counted["lineage"]
        assert len({claims["lineage"], counted["lineage"], models["lineage"]}) == 1
        rows = [sorted(literal_eval(each["counts"])) for each in (counted, models)]
        assert rows[0] == rows[1], "the model of dbt has counted the same table"
        found["told"] = {"wanted": str(told["wanted"]), "executor": told["executor"]}
        return found

    @property
    def latest(self) -> str:
        """The id of the latest release."""
        return (self.folder / "out" / "latest").resolve().name

    def save(self, old: str, new: str) -> None:
        """Save a cell of the article."""
        edit(self.folder / "articles" / "marathon" / "article" / "men.csv", old, new)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Host:
    """The project of the pages, with the dossier, assets of its own, and a model of dbt."""
    place = tmp_path_factory.mktemp("host")
    project = place / "newsroom"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TIDEBOOK"))}
    environment |= {"PATH": f"{Path(sys.prefix, 'bin')}:{os.environ['PATH']}", "UV_PYTHON": sys.executable}
    environment |= {"DBT_PROFILES_DIR": str(project / "desk"), "DAGSTER_HOME": str(place / "home")}
    environment |= {name: os.environ[name] for name in ("TIDEBOOK_CACHE", "XDG_CONFIG_HOME") if name in os.environ}
    environment.pop("VIRTUAL_ENV", None)
    (place / "home").mkdir()
    found = Host(project, environment)
    found.run("uv", "build", "--quiet", "--wheel", "--out-dir", "dist", str(ROOT), cwd=place)
    found.run("sh", "-euc", tutorial(), cwd=place)
    found.run("uv", "add", *DBT_PACKAGES)
    shutil.copytree(MARATHON, project / "articles" / "marathon")
    found.declare()
    (project / "desk" / "models").mkdir(parents=True)
    (project / "desk" / "profiles.yml").write_text(PROFILE)
    (project / "desk" / "dbt_project.yml").write_text("name: desk\nversion: '1.0'\nconfig-version: 2\nprofile: desk\n")
    page = (ROOT / "docs" / "dagster.md").read_text(encoding="utf-8")
    claims, check, counted, models = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (model,) = re.findall(r"```sql\n-- models/statements.sql\n(.*?)```", page, re.DOTALL)
    (project / "desk" / "models" / "statements.sql").write_text(model)
    defs = project / "src" / "newsroom" / "defs"
    for name, text in {"claims": claims + check, "counted": counted, "models": models}.items():
        (defs / f"{name}.py").write_text(text)
    (project / "play.py").write_text(PLAY)
    found.run("uv", "run", "--no-sync", "tidebook", "build", "--dossier", "articles/marathon", "--out", "out")
    shutil.copy(project / "out" / "latest" / "sources.yml", project / "desk" / "models")
    found.run("uv", "run", "--no-sync", "dbt", "parse", cwd=project / "desk")
    return found


def test_the_tutorial_adds_a_dossier_to_a_project_that_has_dbt_models(host: Host) -> None:
    listed = json.loads(host.run("uv", "run", "--no-sync", "dg", "list", "components", "--json"))
    assert COMPONENT in {each["key"] for each in listed["items"]}
    found = json.loads(host.run("uv", "run", "--no-sync", "dg", "list", "defs", "--json"))["assets"]
    assert {f"{DOSSIER}/outcomes", f"{DOSSIER}/release", "statements"} <= {each["asset_key"] for each in found}


def test_what_rests_on_a_table_has_read_the_version_that_its_lineage_shows(host: Host) -> None:
    first = host.play("run", "table", "own")
    assert first["wrong_claims"]["release"] == first["few_are_wrong"]["release"] == host.latest, "in one run"
    assert first["told"]["executor"] == "in_process", "that of the component"

    host.save("2:00:35", "1:59:35")
    host.run("uv", "run", "--no-sync", "tidebook", "build", "--dossier", "articles/marathon", "--out", "out")
    alone = host.play("run", "own")
    assert alone["wrong_claims"]["release"] == first["wrong_claims"]["release"] != host.latest, "what is on record"

    before = host.latest
    host.save("1:59:35", "1:58:35")
    broken = host.play("run", "table", "own", "broken")
    assert host.latest == before
    assert broken["wrong_claims"] == alone["wrong_claims"], "nothing was announced, and nothing ran that rests on it"
    after = host.play("run", "own")
    assert after["wrong_claims"]["release"] == first["wrong_claims"]["release"]

    assert host.play("condition")["told"]["wanted"] == "1", "the table has changed"
    together = host.play("run", "own")
    assert together["wrong_claims"]["release"] == host.latest != before

    host.declare(", executor: multiprocess")
    host.save("1:58:35", "2:00:35")
    host.run(
        "uv", "run", "--no-sync", "dg", "launch", "--assets", f"{DOSSIER}/outcomes,wrong_claims,counted,statements"
    )
    apart = host.play()
    assert apart["wrong_claims"]["release"] == host.latest, "each step in a process of its own"
    assert apart["told"]["executor"] == "multiprocess"
