"""Plugins: found by entry points, switched on by a dossier, unknown to the core; the tutorial's plugin works."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import ROOT, tidebook
from tidebook.pipelines.graph.keys import CORE as FOLDERS
from tidebook.pipelines.read import plugin as plugins
from tidebook.pipelines.read.dossier import checked as dossiers
from tidebook.pipelines.read.dossier.sections import plugins_of
from tidebook.pipelines.read.evidence import OBSERVATION_HEADERS
from tidebook.pipelines.read.plugin import Plugin, all_plugins, installed, load, plugin_place
from tidebook.schemas.contracts import HISTORY, read_history

MARATHON = ROOT / "examples" / "marathon"
PAGE = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
OLD_KEYS = {"runs", "models"}
"""Keys of the plugin live that the next version no longer reads."""

NAMED = ("kinds", "tables", "units", "interpretations", "views", "connectors", "evidence", "commands", "files")
"""The parts of a plugin that have names or paths."""
OF_THE_CORE_TOO = {"ratio", "https", "git", "file"}
"""A unit, the scheme of addresses that are safe, the command that reads clones, a file: the core has each by itself."""

CORE = [ROOT / name for name in FOLDERS]


def quoted(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the whole texts that stand in quotation marks in a folder's modules, with the module."""
    for path in sorted(folder.rglob("*.py")):
        if "plugins" in path.relative_to(ROOT).parts or any(each.is_symlink() for each in path.parents):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value, path.relative_to(ROOT).as_posix()


def test_no_module_of_the_core_holds_an_id_that_a_plugin_declares() -> None:
    own = {
        name: each.name
        for each in all_plugins()
        for name in (each.name, *chain.from_iterable(getattr(each, part) for part in NAMED))
        if name not in OF_THE_CORE_TOO
    }
    found = {(text, path) for folder in CORE for text, path in quoted(folder) if text in own}
    assert found == set()


def blocks() -> dict[str, str]:
    """Return the files of the tutorial by name, and what a dossier needs."""
    python, kind = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    project, dossier = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    return {"__init__.py": python, "kind.py": kind, "pyproject.toml": project, "dossier": dossier}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with the tutorial's plugin as pip leaves an installed package."""
    found, site = blocks(), tmp_path / "site"
    package, about = site / "tidebook_threshold", site / "tidebook_threshold-1.0.dist-info"
    package.mkdir(parents=True)
    about.mkdir()
    for name in ("__init__.py", "kind.py"):
        (package / name).write_text(found[name])
    entry = found["pyproject.toml"].partition('[project.entry-points."tidebook.plugins"]\n')[2]
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: tidebook-threshold\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[tidebook.plugins]\n" + entry.replace('"', ""))
    return site


def run(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(site), str(ROOT), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "tidebook", *arguments]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=False)


def dossier_with(tmp_path: Path, switched_on: bool = True) -> Path:
    """Return a copy of the example with the prediction of the tutorial."""
    raw = Path(shutil.copytree(MARATHON, tmp_path / "raw"))
    section, _, predictions = blocks()["dossier"].partition("\n\n")
    if switched_on:
        with (raw / "dossier.toml").open("a") as stream:
            stream.write(f"\n{section}\n")
    with (raw / "predictions.toml").open("a") as stream:
        stream.write(f"\n{predictions}")
    path = raw / "reference" / "observations.csv"
    row = "finishers,world,2024-11-30,2.1 million,person,all races,article,S,"
    path.write_text(f"{','.join(OBSERVATION_HEADERS)}\n{row}\n")
    return raw


def test_the_plugin_of_the_tutorial_decides_its_prediction(site: Path, tmp_path: Path) -> None:
    done = run(site, "build", "--raw", str(dossier_with(tmp_path)), "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stdout + done.stderr
    table = pd.read_parquet(tmp_path / "out" / "latest" / "tables" / "resolutions.parquet")
    found = table[table["prediction_id"] == "two_million"]
    assert set(found["status"]) == {"came true"}


def test_a_kind_whose_plugin_is_off_is_reported_at_its_line(site: Path, tmp_path: Path) -> None:
    raw = dossier_with(tmp_path, switched_on=False)
    done = run(site, "check", "--raw", str(raw))
    line = (
        (raw / "predictions.toml")
        .read_text()
        .splitlines()
        .index('model = { kind = "threshold", series = "finishers", subject = "world", at_least = 2e6 }')
    )
    assert done.returncode == 2
    assert f"predictions.toml:{line + 1}" in done.stderr
    expected = "expected [plugins.threshold] in dossier.toml, which switches on the plugin that has this kind"
    assert expected in done.stderr


def test_a_plugin_whose_table_breaks_its_recorded_contract_makes_no_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, out = Path(shutil.copytree(ROOT / "raw", tmp_path / "raw")), tmp_path / "out"
    name, table = "accelerator_hours", "gpu_hours"
    entries = read_history(plugin_place(name) / "contracts")
    entries[-1]["terms"]["columns"]["promised"] = {"type": "string", "unit": "", "nullable": False, "constraints": {}}
    monkeypatch.setattr(dossiers, "plugin_place", lambda each: {name: tmp_path / "plugin"}.get(each, raw))
    folder = tmp_path / "plugin" / "contracts"
    folder.mkdir(parents=True)
    (folder / HISTORY).write_text("".join(f"{json.dumps(entry)}\n" for entry in entries))
    built = tidebook("build", "--raw", str(raw), "--out", str(out))
    assert built.exit_code == 2, built.output
    line = (raw / "dossier.toml").read_text().splitlines().index(f"[plugins.{name}]") + 1
    place = f'error: dossier.toml:{line}, column "plugins.{name}": '
    expected = f"{place}expected a plugin whose tables are as its contracts say: {table} "
    assert expected in built.output
    assert "column promised is gone; this takes the step: major" in built.output
    assert not (out / "latest").exists()


def checked(tmp_path: Path, section: str) -> str:
    raw = Path(shutil.copytree(MARATHON, tmp_path / "raw"))
    with (raw / "dossier.toml").open("a") as stream:
        stream.write(f"\n{section}\n")
    result = tidebook("check", "--fail-on", "none", "--raw", str(raw))
    assert result.exit_code == 2, result.output
    return result.output


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("[plugins.projection]", 'found "projection", expected a plugin that is installed'),
        ("[plugins.projection]", "did you mean projections?"),
        ("[plugins.ledger]", "expected [plugins.live] beside it, which ledger requires"),
        ("[plugins.burst]\nsize = 1", "a key that is known here"),
        ("[plugins.projections]\nleast = 3", "the key horizons"),
    ],
)
def test_what_is_wrong_with_a_section_is_reported(tmp_path: Path, section: str, expected: str) -> None:
    output = checked(tmp_path, section)
    assert "dossier.toml:" in output and expected in output


def test_a_plugin_that_cannot_be_imported_is_one_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "installed", lambda: {"broken": "no_such_module"})
    plugins.plugin.cache_clear()
    raw = Path(shutil.copytree(MARATHON, tmp_path / "raw"))
    with (raw / "dossier.toml").open("a") as stream:
        stream.write("\n[plugins.broken]\n")
    assert plugins_of(raw).names == ()
    with pytest.raises(RuntimeError, match="the plugin broken cannot be imported from no_such_module"):
        plugins.plugin("broken")


def test_sections_called_packs_are_read_with_a_note(tmp_path: Path) -> None:
    raw = Path(shutil.copytree(MARATHON, tmp_path / "raw"))
    with (raw / "dossier.toml").open("a") as stream:
        stream.write("\n[packs.projections]\nhorizons = [1]\nof = []\n")
    result = tidebook("check", "--fail-on", "none", "--raw", str(raw))
    assert "plugins.projections.of" in result.output, "what is wrong is told at the same line"
    text = (raw / "dossier.toml").read_text().replace("[packs.projections]\nhorizons = [1]\nof = []\n", "[packs]\n")
    (raw / "dossier.toml").write_text(text)
    result = tidebook("check", "--fail-on", "none", "--raw", str(raw))
    assert (result.exit_code, "the key plugins: packs is its old name" in result.output) == (0, True), result.output


def test_plugins_are_found_by_entry_points() -> None:
    assert {"accelerator_hours", "burst", "ledger", "live", "projections"} <= set(installed())


@pytest.mark.parametrize("plugin", all_plugins(), ids=lambda plugin: plugin.name)
def test_the_page_of_a_plugin_names_what_it_brings(plugin: Plugin) -> None:
    page = (ROOT / plugin.docs).read_text(encoding="utf-8")
    settings = load(plugin.settings)
    brought = [*plugin.tables, *plugin.units, *plugin.kinds, *plugin.interpretations, *plugin.connectors, *plugin.files]
    keys = [name for name in settings.model_fields if name not in OLD_KEYS]
    commands = [name.split()[0] for name in plugin.commands]
    for name in (*brought, *keys):
        assert f"`{name}`" in page, name
    for name in commands:
        assert f"`tidebook {name}" in page, name
    (section,) = re.findall(rf"```toml\n(\[plugins\.{plugin.name}\].*?)```", page, re.DOTALL)
    settings.model_validate(tomllib.loads(section)["plugins"][plugin.name])
