"""What commands print with `--json` is as `tidebook schema` says, on a real release."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from tests.conftest import MARATHON, SHIPPED, SMALL, edit, tidebook
from tidebook.pipelines.commands.schema import json_schema

DOSSIER = MARATHON
RAW = ["--raw", str(MARATHON)]
COMMANDS = (
    ["status", *RAW], ["check", "--fail-on", "none", *RAW], ["claims"], ["figures"], ["explain", "distance"],
    ["explain", "prose/marathon/distance"], ["explain", "below_two_hours"], ["releases", "list"],
    ["releases", "show"], ["sources", "status", "--raw", str(SHIPPED)],
)  # fmt: skip


def checked(schema: str, output: str) -> object:
    """Return a document, which has to be as the schema of its command says."""
    document = json.loads(output)
    validator = jsonschema.Draft202012Validator(json_schema(schema), format_checker=jsonschema.FormatChecker())
    assert not [error.message for error in validator.iter_errors(document)]
    return document


def named(command: list[str]) -> str:
    return " ".join(command[:2] if command[0] in ("releases", "sources") else command[:1])


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_a_command_prints_is_as_its_schema_says(built: Path, command: list[str]) -> None:
    place = [] if named(command) in ("check", "sources status") else ["--out", str(built)]
    result = tidebook(*command, *place, "--json")
    assert result.exit_code == 0, result.output
    assert checked(named(command), result.stdout)


def test_a_difference_is_as_its_schema_says_and_names_the_outcomes_that_changed(
    raw: Path, out: Path, already_built: Path
) -> None:
    assert tidebook("lock", "--raw", str(raw)).exit_code == 0
    for name in ("article.md", "claims.toml", "dossier.toml"):
        edit(raw / name, "42,195 km", "42.195 km")
    assert tidebook("build", "--raw", str(raw), "--out", str(out)).exit_code == 0
    result = tidebook("diff", "--json", "--out", str(out))
    document = checked("diff", result.stdout)
    assert isinstance(document, dict)
    turned = {(each["table_name"], each["name"]): (each["old"], each["new"]) for each in document["outcomes"]}
    assert turned["outcomes", "distance"] == ("wrong", "stands")
    assert ("figure_outcomes", "wrong", "right") in {(table, *words) for (table, _), words in turned.items()}
    status = checked("status", tidebook("status", "--raw", str(raw), "--out", str(out), "--json").stdout)
    assert isinstance(status, dict)
    assert (status["up_to_date"], status["unlocked"]) == (True, ["claims.toml", "dossier.toml"])


def test_what_check_cannot_read_is_reported_with_its_place(raw: Path) -> None:
    edit(raw / "article" / "men.csv", "2:04:26", "2:04:2x")
    result = tidebook("check", "--raw", str(raw), "--json")
    document = checked("check", result.stdout)
    assert isinstance(document, dict)
    (problem,) = document["problems"]
    assert (result.exit_code, document["readable"]) == (2, False)
    assert (problem["file"], problem["line"], problem["text"]) == ("article/men.csv", 3, "2:04:2x")


def test_what_changes_files_or_releases_tells_it_as_its_schema_says(tmp_path: Path) -> None:
    raw, out = Path(shutil.copytree(SMALL, tmp_path / "raw")), tmp_path / "out"
    place = ["--dossier", str(raw)]
    assert tidebook("build", *place, "--out", str(out)).exit_code == 0
    wrong = "shops/north/sales"
    commands = {
        "lock": ["lock", *place],
        "accept": ["accept", wrong, "--why", "known", *place],
        "verify": ["verify", "--out", str(out), *place],
        "releases prune": ["releases", "prune", "--keep", "1", "--out", str(out)],
        "releases repair": ["releases", "repair", "--out", str(out)],
        "sources list": ["sources", "list"],
    }
    documents = {}
    for name, command in commands.items():
        result = tidebook(*command, "--json")
        assert result.exit_code == 0, result.output
        documents[name] = checked(name, result.stdout)
    assert documents["accept"] == {"accepted": [wrong], "removed": []}
    assert documents["releases prune"] == {"removed": [], "kept": 1}
    assert documents["releases repair"] == {"repaired": [], "damaged": [], "releases": 1}
    verified = documents["verify"]
    assert isinstance(verified, dict) and (verified["same"], verified["differences"]) == (True, [])


def test_a_build_reports_which_outcomes_changed_and_an_export_what_it_wrote(tmp_path: Path) -> None:
    raw, out = Path(shutil.copytree(SMALL, tmp_path / "raw")), tmp_path / "out"
    build = ["build", "--dossier", str(raw), "--out", str(out), "--json"]
    first = checked("build", tidebook(*build).stdout)
    assert isinstance(first, dict)
    assert (first["new"], first["changed"], first["counts"]["figure"]["wrong"]) == (True, [], 1)
    assert Path(first["report"]).is_file()
    edit(raw / "article" / "shops.csv", "$30M", "$24.1M")
    second = checked("build", tidebook(*build).stdout)
    assert isinstance(second, dict)
    assert {"kind": "figure", "id": "shops/north/sales", "old": "wrong", "new": "right"} in second["changed"]
    third = checked("build", tidebook(*build).stdout)
    assert third == {**second, "new": False, "changed": []}
    assert tidebook(*build, "--watch").exit_code == 2
    files = {"--csv": str(tmp_path / "csv"), "--xlsx": str(tmp_path / "tables.xlsx")}
    export = ["export", *(word for pair in files.items() for word in pair), "--out", str(out), "--json"]
    exported = checked("export", tidebook(*export).stdout)
    assert exported == {"release": second["release"], "written": list(files.values()), "restricted": {}}


def test_a_draft_reports_its_guesses_and_which_proposals_it_left_out(tmp_path: Path) -> None:
    text, proposals = tmp_path / "draft.md", tmp_path / "proposals.json"
    text.write_text("# Sales\n\nSales rose from 40 to 50, an increase of 25%.\n", "utf-8")
    proposals.write_text('{"claims": [{"quote": "not there", "is": "1"}]}', "utf-8")
    result = tidebook("new", str(text), str(tmp_path / "made"), "--proposals", str(proposals), "--json")
    drafted = checked("new", result.stdout)
    assert isinstance(drafted, dict)
    assert (result.exit_code, drafted["folder"], drafted["taken"]) == (1, str(tmp_path / "made"), 0)
    assert [each["place"] for each in drafted["left_out"]] == ["claims 1"]
    assert drafted["guesses"]


def test_what_is_read_in_a_text_is_as_its_schema_says(tmp_path: Path) -> None:
    text = tmp_path / "draft.md"
    text.write_text("Sales rose from 40 to 50, an increase of 35%.\n", "utf-8")
    document = checked("read", tidebook("read", str(text), "--json").stdout)
    assert isinstance(document, dict)
    assert [finding["printed"] for finding in document["findings"]] == ["35%"]


def test_a_document_with_a_key_more_or_of_another_kind_is_not_as_its_schema_says(built: Path) -> None:
    for command in (["status", *RAW], ["releases", "show"], ["claims"], ["explain", "distance"]):
        document = json.loads(tidebook(*command, "--out", str(built), "--json").stdout)
        row = document[0] if command == ["claims"] else document
        row["more"] = 1
        assert not jsonschema.Draft202012Validator(json_schema(named(command))).is_valid(document)
        del row["more"]
        name = next(iter(row))
        row[name] = 1
        assert not jsonschema.Draft202012Validator(json_schema(named(command))).is_valid(document)


def test_schemas_are_listed_and_a_typo_is_reported() -> None:
    names = tidebook("schema").stdout.splitlines()
    for name in names:
        jsonschema.Draft202012Validator.check_schema(json.loads(tidebook("schema", name).stdout))
    assert {"status", "explain", "check", "claims", "figures", "releases list", "sources status"} <= set(names)
    slip = tidebook("schema", "stauts")
    assert (slip.exit_code, slip.output.endswith("did you mean status or statistics?\n")) == (2, True)
