"""What every release is: described so that other tools read it, the same wherever it is made, without a clock."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import SMALL, tidebook
from tests.oracles import rocrate
from tidebook.pipelines.read.dossier.checked import read_dossier
from tidebook.pipelines.read.rawfile import read_raw
from tidebook.places import MANIFEST, RECORD_TABLE, id_of
from tidebook.schemas.base import version
from tidebook.schemas.registry import ALWAYS, RECORD

TABLES = {**read_dossier(read_raw(SMALL, "dossier.toml")).models, **ALWAYS, **RECORD}


def test_the_crate_is_what_rocrate_itself_reads_and_writes(built: Path) -> None:
    folder = built / "latest"
    stated = json.loads((folder / "ro-crate-metadata.json").read_bytes())
    crate = rocrate.ROCrate(folder)
    generated = crate.metadata.generate()
    assert generated["@context"] == stated["@context"]
    one, other = ({entity["@id"]: entity for entity in document["@graph"]} for document in (stated, generated))
    assert one == other
    files = {entity.id for entity in crate.data_entities}
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == present - {MANIFEST, "ro-crate-metadata.json"}
    assert all((folder / name).is_file() for name in files)
    assert crate.root_dataset["license"].id.startswith("https://")


def test_the_package_names_every_table_with_its_rows(built: Path) -> None:
    folder = built / "latest"
    package = json.loads((folder / "datapackage.json").read_bytes())
    files = json.loads((folder / MANIFEST).read_bytes())["files"]
    tables = {path: facts for path, facts in files.items() if path.startswith("tables/") or path == RECORD_TABLE}
    assert {resource["path"] for resource in package["resources"]} == set(tables)
    for resource in package["resources"]:
        assert resource["rows"] == tables[resource["path"]]["rows"]
        if resource["path"] == RECORD_TABLE:
            assert "hash" not in resource, "it holds the id of the release, which depends on the package"
            continue
        assert resource["hash"] == f"sha256:{tables[resource['path']]['sha256']}"


def test_frictionless_finds_the_package_valid(built: Path) -> None:
    command = [sys.executable, "-m", "frictionless", "validate", "datapackage.json"]
    found = subprocess.run(command, capture_output=True, text=True, check=False, cwd=built / "latest")
    assert found.returncode == 0, found.stdout


def test_a_release_holds_the_inputs_that_it_was_made_from(built: Path, raw: Path) -> None:
    manifest = json.loads((built / "latest" / MANIFEST).read_bytes())
    for path, facts in manifest["inputs"].items():
        data = (built / "latest" / "inputs" / path).read_bytes()
        assert data == (raw / path).read_bytes()
        assert facts["bytes"] == len(data)
        assert ("rows" in facts) == path.endswith(".csv")
    assert manifest["inputs"]["article/shops.csv"]["rows"] == 3


def test_the_folder_is_named_by_its_manifest(built: Path) -> None:
    manifest = json.loads((built / "latest" / MANIFEST).read_bytes())
    assert (built / "latest").resolve().name == id_of(manifest)


def test_releases_are_listed_and_pruned_by_the_command_line(raw: Path, out: Path, built: Path) -> None:
    assert "expected a release; run" in tidebook("releases", "list", "--out", str(out)).output
    assert "expected a release; run" in tidebook("releases", "prune", "--keep", "1", "--out", str(out)).output
    assert not out.exists()
    shutil.copytree(built, out, symlinks=True)
    first = (out / "latest").resolve()
    path = raw / "article" / "shops.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("$20M", "$21M"), encoding="utf-8")
    (out / "releases" / ".half.abc").mkdir()
    tidebook("build", "--raw", str(raw), "--out", str(out))
    assert not (out / "releases" / ".half.abc").exists(), "the next build cleans up"
    lines = tidebook("releases", "list", "--out", str(out)).output.splitlines()
    assert [line.endswith("latest") for line in lines] == [True, False]
    assert lines[1].startswith(first.name) and lines[1].endswith("first release")
    assert f"after {first.name[:8]}, changed: article/shops.csv" in lines[0]
    result = tidebook("releases", "prune", "--keep", "1", "--out", str(out))
    assert result.output == f"Removed {first.name}\n1 kept\n"
    assert [path.name for path in (out / "releases").iterdir()] == [(out / "latest").resolve().name]
    (line,) = tidebook("releases", "list", "--out", str(out)).output.splitlines()
    assert f"after {first.name[:8]}, which was removed" in line
    assert tidebook("releases", "prune", "--keep", "0", "--out", str(out)).exit_code == 2


def test_a_release_shows_every_table_with_rows_and_hash(built: Path) -> None:
    lines = tidebook("releases", "show", "--out", str(built)).output.splitlines()
    release, head, *rows = lines
    assert release.startswith(f"Release {(built / 'latest').resolve().name}, as of 2024-06-30")
    assert head.split() == ["table", "rows", "contract", "sha256"]
    files = json.loads((built / "latest" / MANIFEST).read_bytes())["files"]
    found = {line.split()[0]: line.split() for line in rows}
    paths = {Path(path).stem: path for path in files if Path(path).suffix == ".parquet"}
    assert found.keys() == paths.keys()
    for name, cells in found.items():
        facts = files[paths[name]]
        assert int(cells[1].replace(",", "")) == facts["rows"]
        assert cells[2:] == [version(TABLES[name]), facts["sha256"][:12]]
