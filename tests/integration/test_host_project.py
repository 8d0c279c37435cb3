"""The component in a project that `create-dagster` made, in an environment of its own, beside dbt's integration."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.conftest import LONG, MARATHON, ROOT

COMPONENT = "tidebook.pipelines.defs.component.DossierComponent"
DBT_PACKAGES = ["dagster-dbt", "dbt-core<1.12", "dbt-duckdb"]
"""What dbt's models need; dbt-core 1.12 builds from what is on no package index."""
DBT = """\
type: dagster_dbt.DbtProjectComponent
attributes: {project: "{{ context.project_root }}/shop"}
"""
PROFILE = "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}\n"


def tutorial() -> str:
    """Return the commands of the page, with the version of create-dagster that goes with the `dg` of the tests."""
    page = (ROOT / "docs" / "dagster.md").read_text(encoding="utf-8")
    (commands,) = re.findall(r"```bash\n(uvx create-dagster@latest.*?)```", page, re.DOTALL)
    return str(commands).replace("create-dagster@latest", f"create-dagster@{version('dagster-dg-cli')}")


@pytest.mark.skipif(not LONG, reason="needs an environment of its own")
def test_the_tutorial_adds_a_dossier_to_a_project_that_has_dbt_models(tmp_path: Path) -> None:
    tools, project = Path(sys.prefix, "bin"), tmp_path / "newsroom"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TIDEBOOK"))}
    environment |= {"PATH": f"{tools}:{os.environ['PATH']}", "UV_PYTHON": sys.executable}
    environment |= {"DBT_PROFILES_DIR": str(project / "shop"), "DAGSTER_HOME": str(tmp_path / "home")}
    environment.pop("VIRTUAL_ENV", None)
    (tmp_path / "home").mkdir()

    def run(*command: str, cwd: Path = project) -> str:
        done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout

    run("uv", "build", "--quiet", "--wheel", "--out-dir", "dist", str(ROOT), cwd=tmp_path)
    run("sh", "-euc", tutorial(), cwd=tmp_path)
    listed = json.loads(run("uv", "run", "dg", "list", "components", "--json"))
    assert COMPONENT in {each["key"] for each in listed["items"]}
    run("uv", "add", *DBT_PACKAGES)
    shutil.copytree(MARATHON, project / "articles" / "marathon")
    declared = project / "src" / "newsroom" / "defs" / "marathon" / "defs.yaml"
    paths = "{dossier: ../../../../articles/marathon, out: ../../../../out}"
    declared.write_text(f"type: {COMPONENT}\nattributes: {paths}\n")
    models = project / "shop" / "models"
    models.mkdir(parents=True)
    (models / "sales.sql").write_text("select 1 as shop\n")
    (project / "shop" / "profiles.yml").write_text(PROFILE)
    (project / "shop" / "dbt_project.yml").write_text("name: shop\nversion: '1.0'\nconfig-version: 2\nprofile: shop\n")
    (project / "src" / "newsroom" / "defs" / "shop").mkdir()
    (project / "src" / "newsroom" / "defs" / "shop" / "defs.yaml").write_text(DBT)

    run("uv", "run", "dg", "check", "defs")
    found = {each["asset_key"] for each in json.loads(run("uv", "run", "dg", "list", "defs", "--json"))["assets"]}
    assert {"marathon/outcomes", "marathon/release", "sales"} <= found
    run("uv", "run", "dg", "launch", "--job", "marathon_build_report")
    assert (project / "out" / "latest" / "report" / "index.html").is_file()
