"""The files under deploy/: pinned, not root, no port to the network, and settings that the code knows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import dagster as dg
import yaml

from tests.conftest import ROOT
from tidebook.pipelines.defs import location
from tidebook.pipelines.defs.assets import POOL
from tidebook.pipelines.defs.internals import load_folder

DEPLOY = ROOT / "deploy"
OWN = {"TIDEBOOK_MIRROR", "TIDEBOOK_REPORTS", "TIDEBOOK_RELEASE"}
"""Settings of tests, what `tidebook ui` tells the processes that it starts, and what dbt reads of a consumer."""

SETTING = re.compile(r"\bTIDEBOOK_[A-Z_]*[A-Z]\b")


def read(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


def services() -> dict[str, Any]:
    found: dict[str, Any] = read("compose.yaml")["services"]
    return found


def known() -> set[str]:
    """Return the settings that the code reads."""
    paths = [path for folder in ("pipelines", "plugins") for path in sorted((ROOT / folder).rglob("*.py"))]
    texts = (path.read_text(encoding="utf-8") for path in paths)
    return {name for text in texts for name in SETTING.findall(text)}


def test_the_image_is_not_root_and_takes_what_the_lock_holds_by_hash() -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users == ["10001"]
    installs = [line for line in lines if " install --no-cache-dir" in line]
    assert len(installs) == 2
    assert all("--require-hashes" in line or "--no-deps --no-build-isolation" in line for line in installs)
    lock = (ROOT / "requirements-deploy.lock").read_text(encoding="utf-8")
    for name in ("dagster-postgres", "dagster-k8s", "obstore", "openlineage-python", "hatchling"):
        assert re.search(rf"^{name}==\S+ \\\n    --hash=sha256:", lock, re.MULTILINE), name


def test_what_the_image_is_made_from_is_not_ignored() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    places = [place for part in copied for place in part.split()]
    assert len(places) > 8
    for place in places:
        assert (ROOT / place).exists(), place
        assert any(line == place or line.startswith(f"{place}/") for line in not_ignored()), place


def not_ignored() -> list[str]:
    """Return what of the checkout may go into the image, as patterns."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "*" and all(line[0] == "!" for line in lines[1:])
    return [line[1:] for line in lines[1:]]


def test_images_have_versions_and_ports_are_on_this_machine() -> None:
    for name, service in services().items():
        assert service["image"] == "tidebook" or re.search(r":.*\d", service["image"]), name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        if "tidebook" in service["image"]:
            assert service["cap_drop"] == ["ALL"], name
    assert {name for name, service in services().items() if "healthcheck" in service} == {
        "webserver", "daemon", "postgres", "minio",
    }  # fmt: skip


def test_every_setting_is_one_that_the_code_reads_and_is_explained() -> None:
    named = set(SETTING.findall((DEPLOY / "Dockerfile").read_text(encoding="utf-8")))
    named |= {key for service in services().values() for key in service.get("environment", {}) if SETTING.match(key)}
    helm = read("helm-values.yaml")["dagster-user-deployments"]["deployments"][0]
    named |= {entry["name"] for entry in helm["env"] if SETTING.match(entry["name"])}
    assert named >= {"TIDEBOOK_OUT", "TIDEBOOK_EXECUTOR", "TIDEBOOK_WEBHOOK", "TIDEBOOK_OPENLINEAGE"}
    assert named <= known()
    explained = (ROOT / "docs" / "internals" / "operations.md").read_text(encoding="utf-8")
    assert known() - OWN <= set(SETTING.findall(explained))


def test_compose_and_the_chart_pass_every_setting_of_the_code_location() -> None:
    places = {"TIDEBOOK_SNAPSHOTS", "TIDEBOOK_CACHE"}  # the image's own
    old_names = {"TIDEBOOK_RAW"}
    settings = known() - places - old_names - OWN - {"TIDEBOOK_HOSTS", "TIDEBOOK_PASS"}  # the webserver's
    assert "TIDEBOOK_HOSTS" in services()["webserver"]["environment"]
    assert {key for key in services()["code"]["environment"] if SETTING.match(key)} == settings
    helm = read("helm-values.yaml")["dagster-user-deployments"]["deployments"][0]
    passed = {entry["name"] for entry in helm["env"] if SETTING.match(entry["name"])}
    assert passed == settings - {"TIDEBOOK_DOSSIER", "TIDEBOOK_KEY"}, "raw tables are in the image, the key is a secret"
    assert helm["envSecrets"] and "TIDEBOOK_KEY" in (DEPLOY / "helm-values.yaml").read_text(encoding="utf-8")


def test_the_chart_mounts_a_volume_that_many_pods_may_write() -> None:
    claim = read("helm-snapshots.yaml")
    helm = read("helm-values.yaml")["dagster-user-deployments"]["deployments"][0]
    assert [volume["persistentVolumeClaim"]["claimName"] for volume in helm["volumes"]] == [claim["metadata"]["name"]]
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    assert "kubectl apply -f deploy/helm-snapshots.yaml" in (DEPLOY / "helm-values.yaml").read_text(encoding="utf-8")


def test_no_secret_has_a_value() -> None:
    example = dict(
        line.split("=", 1)
        for line in (DEPLOY / "example.env").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    )
    assert {name for name in example if "PASSWORD" in name} == {"POSTGRES_PASSWORD", "MINIO_PASSWORD"}
    assert all(not value for name, value in example.items() if "PASSWORD" in name or "KEY" in name)
    needed = set(re.findall(r"\$\{(\w+):[?-]", (DEPLOY / "compose.yaml").read_text(encoding="utf-8")))
    assert needed == set(example)


def test_dagster_takes_the_settings_for_one_machine(tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_bytes((DEPLOY / "local" / "dagster.yaml").read_bytes())
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert not instance.telemetry_enabled
        assert instance.get_settings("retention")["sensor"]["purge_after_days"]["skipped"] == 7


def test_the_database_and_the_chart_take_one_way_of_reaching_it() -> None:
    postgres = read("postgres/dagster.yaml")
    assert postgres["storage"]["postgres"]["postgres_db"]["scheme"] == "postgresql+psycopg2"
    chart = read("helm-values.yaml")
    assert chart["postgresql"]["postgresqlScheme"] == "postgresql+psycopg2"


def test_runs_that_publish_take_turns_whichever_job_asks_for_them() -> None:
    assert read("postgres/dagster.yaml")["concurrency"] == {"pools": {"granularity": "run", "default_limit": 1}}
    chart = read("helm-values.yaml")
    assert chart["concurrency"]["pools"] == {"granularity": "run", "defaultLimit": 1}
    assert not chart["dagsterDaemon"]["runCoordinator"]["enabled"], "its limits would be refused beside these"
    definitions = load_folder(location)
    made = [asset for asset in definitions.resolve_asset_graph().assets_defs if asset.is_executable]
    ours = [asset for asset in made if not {key.path[0] for key in asset.keys} & {"fetch", "ledger"}]
    pools = {op.pool for asset in ours for op in asset.node_def.iterate_op_defs()}
    assert pools == {POOL}


def test_code_servers_can_reload_and_the_article_is_not_written_to() -> None:
    assert '"dagster", "code-server", "start"' in (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert "codeServerArgs" in read("helm-values.yaml")["dagster-user-deployments"]["deployments"][0]
    assert "../raw:/data/raw:ro" in services()["code"]["volumes"]
