"""A release from elsewhere may hold anything: commands say so in one line, and nothing of it acts on a terminal."""

from __future__ import annotations

import io
import json
import os
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tidebook as library
from tests.conftest import tidebook
from tests.reliability.foreign import HOSTILE, change_release, republish
from tidebook.pipelines.commands.common import FAILED
from tidebook.pipelines.report.rows import by_key
from tidebook.places import StrangeError

ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""What a terminal acts on: control characters other than line ends and tabs, and marks that turn text around."""

NAMED = "north_leads"
READERS: dict[str, tuple[str, ...]] = {
    "claims": ("claims",),
    "figures": ("figures",),
    "explain": ("explain", NAMED),
    "list": ("releases", "list"),
    "show": ("releases", "show"),
    "verify": ("verify",),
    "csv": ("export", "--csv", "{}/csv"),
    "duckdb": ("export", "--duckdb", "{}/tables.duckdb"),
    "xlsx": ("export", "--xlsx", "{}/tables.xlsx"),
}


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    """An output folder with a release that a test may damage."""
    return Path(shutil.copytree(built, tmp_path / "copy", symlinks=True))


def lines(command: str, out: Path) -> tuple[int, str]:
    """Return the exit code and the output of a command on an output folder; an exception is no end.

    That the release is another's, which each command says, is left out.
    """
    arguments = [part.format(out.parent) for part in READERS[command]]
    result = tidebook(*arguments, "--out", str(out))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert not ACTING.search(result.output)
    said = [line for line in result.output.splitlines(keepends=True) if "was not made by this account" not in line]
    return result.exit_code, "".join(said)


def with_column(out: Path, table: str, column: str, values: Callable[[int], pa.Array]) -> None:
    """Put other values in a column of a table of the latest release, whose hashes agree again."""
    path = (out / "latest").resolve() / "tables" / f"{table}.parquet"
    found = pq.read_table(path, partitioning=None)
    found = found.set_column(found.column_names.index(column), column, values(found.num_rows))
    sink = io.BytesIO()
    pq.write_table(found, sink)
    path.write_bytes(sink.getvalue())
    republish(path.parents[1])


def hostile_texts(count: int) -> pa.Array:
    return pa.array([HOSTILE] * count, pa.string())


@pytest.mark.parametrize(
    ("command", "table", "column"),
    [
        ("claims", "claim_cards", "correction"),
        ("figures", "figure_outcomes", "reason"),
        ("explain", "claims", "statement"),
        ("verify", "outcomes", "why"),
    ],
)
def test_words_of_a_release_do_not_act_on_the_terminal(copy: Path, command: str, table: str, column: str) -> None:
    with_column(copy, table, column, hostile_texts)
    code, output = lines(command, copy)
    assert code == (1 if command == "verify" else 0)
    assert r"\x1b]0;title\x07\x9b31m\u202egnp.exe" in output.replace("\\\\", "\\")


def test_a_table_of_another_version_is_reported_as_such(copy: Path) -> None:
    path = (copy / "latest").resolve() / "tables" / "outcomes.parquet"
    table = pq.read_table(path, partitioning=None).drop_columns("statement")
    pq.write_table(table.replace_schema_metadata({"tidebook.version": "1.1"}), path)
    republish(path.parents[1])
    code, output = lines("claims", copy)
    assert code == 2
    expected = r"version \S+ of outcomes, not 1\.1 of another Tidebook, as `tidebook build` writes it"
    assert re.search(expected, output)


def test_json_is_faithful_and_acts_on_no_terminal(copy: Path) -> None:
    with_column(copy, "outcomes", "why", hostile_texts)
    result = tidebook("claims", "--json", "--out", str(copy))
    assert not ACTING.search(result.stdout)
    assert {row["why"] for row in json.loads(result.stdout)} == {HOSTILE}


def test_a_library_of_hostile_name_is_escaped(copy: Path) -> None:
    folder = (copy / "latest").resolve()
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["versions"]["\x1b[31mnumpy"] = "\x1b[2J"
    republish(folder, manifest)
    code, output = lines("verify", copy)
    assert code == 0
    assert r"warning: \x1b[31mnumpy: recorded \x1b[2J, here none" in output


JUNK_MANIFESTS: dict[str, Callable[[dict[str, object]], object]] = {
    "no size": lambda manifest: manifest["files"]["datapackage.json"].pop("bytes"),  # type: ignore[index]
    "a size in words": lambda manifest: manifest["inputs"]["claims.toml"].update(bytes="many"),  # type: ignore[index]
    "a day that is none": lambda manifest: manifest.update(as_of="yesterday"),
    "versions that are none": lambda manifest: manifest.update(versions={"numpy": None}),
    "a path that cannot be shown": lambda manifest: manifest["files"].update(  # type: ignore[attr-defined]
        {"\x1b[31m": {"bytes": 1, "sha256": ""}}
    ),
}


@pytest.mark.parametrize("command", ["claims", "show", "csv", "verify"])
@pytest.mark.parametrize("junk", JUNK_MANIFESTS)
def test_a_manifest_that_no_build_writes_is_not_a_release(copy: Path, junk: str, command: str) -> None:
    folder = (copy / "latest").resolve()
    manifest = json.loads((folder / "manifest.json").read_bytes())
    JUNK_MANIFESTS[junk](manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    code, output = lines(command, copy)
    assert code == 2
    assert "manifest.json" in output


def write_package(out: Path, change: Callable[[dict[str, object]], object]) -> None:
    path = (out / "latest").resolve() / "datapackage.json"
    document = json.loads(path.read_bytes())
    change(document)
    path.write_text(json.dumps(document))
    republish(path.parent)


JUNK_PACKAGES: dict[str, Callable[[dict[str, object]], object]] = {
    "no resources": lambda package: package.pop("resources"),
    "resources that are a number": lambda package: package.update(resources=3),
    "a table without a schema": lambda package: package["resources"][0].pop("schema"),  # type: ignore[index]
    "a name that leads elsewhere": lambda package: package["resources"][0].update(name="../x"),  # type: ignore[index]
    "a path that leads elsewhere": lambda package: package["resources"][0].update(path="/etc/passwd"),  # type: ignore[index]
    "half of a character": lambda package: package.update(title="\ud800"),
    "a title that is no text": lambda package: package.update(title={"a": 1}),
    "a description that is a number": lambda package: package.update(description=float("nan")),
    "no licence": lambda package: package.update(licenses=[]),
    "a licence that is a word": lambda package: package.update(licenses=["x"]),
}


@pytest.mark.parametrize("command", ["show", "csv", "duckdb", "xlsx"])
@pytest.mark.parametrize("junk", JUNK_PACKAGES)
def test_a_data_package_that_no_build_writes_is_one_line(copy: Path, junk: str, command: str) -> None:
    write_package(copy, JUNK_PACKAGES[junk])
    code, output = lines(command, copy)
    assert code == 2
    assert output.startswith("error: ") and "datapackage.json" in output


@pytest.mark.parametrize("command", ["claims", "explain", "csv", "verify"])
def test_junk_in_the_place_of_parquet_is_one_line(copy: Path, command: str) -> None:
    path = (copy / "latest").resolve() / "tables" / "outcomes.parquet"
    path.write_bytes(b"PAR1 no table PAR1")
    republish(path.parents[1])
    code, output = lines(command, copy)
    assert code == 2
    assert "tables/outcomes.parquet: expected a Parquet file that can be read" in output


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (lambda count: pa.array([7] * count, pa.int64()), "string, not int64"),
        (lambda count: pa.nulls(count, pa.string()), "no nulls"),
        (lambda count: pa.array(["splendid"] * count), "one of drifted, wrong, "),
    ],
)
def test_a_column_that_is_not_its_contracts_is_named(
    copy: Path, values: Callable[[int], pa.Array], expected: str
) -> None:
    with_column(copy, "outcomes", "outcome", values)
    code, output = lines("claims", copy)
    assert code == 2
    assert f"of outcomes: {expected}" in output


@pytest.mark.parametrize(
    "path", ["manifest.json", "datapackage.json", "tables/outcomes.parquet", "report/verdicts.json"]
)
@pytest.mark.parametrize("command", ["claims", "show", "csv", "verify"])
def test_a_fifo_in_a_release_is_not_waited_for(copy: Path, path: str, command: str) -> None:
    place = (copy / "latest").resolve() / path
    place.unlink()
    os.mkfifo(place)
    code, _ = lines(command, copy)
    assert code in (0, 2)


def test_a_folder_of_releases_that_cannot_be_listed_is_not_empty(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An administrator may list everything: the refusal is given by hand."""
    real = os.scandir

    def refused(path: str) -> object:
        if str(path).endswith("/releases"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refused)
    for command in (("releases", "list"), ("releases", "prune", "--keep", "1")):
        result = tidebook(*command, "--out", str(copy))
        assert result.exit_code == FAILED
        assert result.output.startswith("error: ") and "Permission denied" in result.output


def test_a_row_that_a_release_names_and_does_not_have_is_reported() -> None:
    figures = by_key([{"figure_id": "men/a/time"}], "figure_id")
    assert figures.get("men/b/time") is None
    with pytest.raises(StrangeError, match="expected a row whose figure_id is men/b/time, which another row names"):
        figures["men/b/time"]


def test_the_library_says_that_a_release_is_damaged(copy: Path) -> None:
    path = (copy / "latest").resolve() / "tables" / "outcomes.parquet"
    path.write_bytes(b"junk")
    republish(path.parents[1])
    with pytest.raises(OSError, match="expected a Parquet file that can be read"):
        library.read_table("outcomes", copy)
    write_package(copy, lambda package: package.update(resources=None))
    with pytest.raises(OSError, match="expected a Data Package"):
        library.describe("figures", copy)


def test_a_table_whose_column_has_no_readable_name_is_one_line(copy: Path) -> None:
    path = (copy / "latest").resolve() / "tables" / "outcomes.parquet"
    path.write_bytes(path.read_bytes().replace(b"statement_id", b"state\xe5ent_id"))
    republish(path.parents[1])
    with pytest.raises(OSError, match="expected a Parquet file that can be read"):
        library.read_table("outcomes", copy)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_a_release_holds_no_command_ends_in_a_traceback(copy: Path, seed: int) -> None:
    change_release(copy, random.Random(seed))
    for command in READERS:
        assert lines(command, copy)[0] in (0, 1, 2)


ODD_COLUMNS: dict[str, pa.Array] = {
    "no type": pa.nulls(1),
    "a dictionary": pa.array(["x"]).dictionary_encode(),
    "a map": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
    "a structure": pa.array([{"a": "=1+1"}]),
    "nested lists": pa.array([[[1]]]),
    "bytes": pa.array([b"\xff"]),
    "a moment": pa.array([0], pa.timestamp("ns", "Europe/Berlin")),
    "a long decimal": pa.array([10**60], pa.decimal256(76, 0)),
    "half a number": pa.array([1.5], pa.float16()),
    "a time": pa.array([0], pa.time64("ns")),
    "a length of time": pa.array([0], pa.duration("s")),
    "a text view": pa.array(["x"], pa.string_view()),
    "a day before Christ": pa.array([-1_000_000], pa.date32()),
}


@pytest.mark.parametrize("command", ["csv", "duckdb", "xlsx"])
@pytest.mark.parametrize("kind", ODD_COLUMNS)
def test_a_column_of_any_type_is_exported_or_refused(copy: Path, kind: str, command: str) -> None:
    with_column(copy, "shops", "sales", lambda count: pa.concat_arrays([ODD_COLUMNS[kind]] * count))
    code, output = lines(command, copy)
    assert code in (0, 2)
    assert code == 0 or "shops.parquet" in output


@pytest.mark.parametrize("name", ["=cmd()", "SHOP", "a b", 'a"; DROP TABLE x --', "x\ny", ""])
def test_a_column_that_no_build_names_so_is_refused(copy: Path, name: str) -> None:
    """It would be a header, a part of SQL, or another column where case does not count."""
    folder = (copy / "latest").resolve()
    path = folder / "tables" / "shops.parquet"
    table = pq.read_table(path, partitioning=None)
    assert table.column_names[1] == "shop"
    pq.write_table(table.rename_columns([name, *table.column_names[1:]]), path)
    package = json.loads((folder / "datapackage.json").read_bytes())
    (fields,) = [each["schema"]["fields"] for each in package["resources"] if each["name"] == "shops"]
    fields[0]["name"] = name
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    republish(folder)
    for command in ("csv", "duckdb", "xlsx", "show"):
        code, output = lines(command, copy)
        assert (code, "datapackage.json: expected columns of shops" in output) == (2, True), output
