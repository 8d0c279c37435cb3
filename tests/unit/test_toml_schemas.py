"""JSON Schemas of TOML files: they are published, they let pass what readers read, and refuse what readers refuse."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.conftest import ROOT, SMALL, tidebook
from tests.reliability.mutate import change_toml
from tidebook.pipelines.commands.schema import published_files
from tidebook.pipelines.commands.toml_schemas import FILE_NAMES, models, schema_name, toml_schemas
from tidebook.pipelines.read.declarations import declare
from tidebook.pipelines.read.dossier.declared import dossier_model
from tidebook.pipelines.read.dossier.sections import DOSSIER, KEYS, OWN, section_of
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.plugin import installed, readable
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.schemas.json_schemas import FOLDER, published, schema_line, schema_path

FOLDERS = ("raw", "examples/energy", "examples/marathon", "examples/measles", "tests/small", "tests/ferries")
SHIPPED = [path.relative_to(ROOT) for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.toml"))]

PLUGINS = readable(installed())
MODELS = models(PLUGINS)


@cache
def validator(name: str) -> jsonschema.Draft7Validator:
    """Return the validator of a TOML file by its schema."""
    schema = toml_schemas()[name]
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())


def as_json(value: Any) -> Any:
    """Return a TOML value as editors hand it to a validator: days and times are texts."""
    if isinstance(value, Mapping):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def faults(name: str, text: str) -> list[str]:
    """Return what is wrong with a file by its schema, each with its place."""
    errors = validator(name).iter_errors(as_json(tomllib.loads(text)))
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


def test_the_published_schemas_are_those_of_the_models() -> None:
    found = {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()}
    assert found == published_files(), "run `make pages`"


@pytest.mark.parametrize("path", SHIPPED, ids=str)
def test_each_shipped_file_is_valid(path: Path) -> None:
    assert faults(schema_name(path.name), (ROOT / path).read_text("utf-8")) == []


MISTAKES: dict[str, tuple[str, str, str]] = {
    "a key is misspelt": (
        "claims.toml",
        '[[claims]]\nid = "a"\nstatment = "It rose"',
        "claims.0: Additional properties are not allowed ('statment' was unexpected)",
    ),
    "a section is called as its entries are": (
        DOSSIER,
        '[article]\ntitle = "A"\npublished = 2024-01-01\n[[claim]]\nid = "a"',
        ": Additional properties are not allowed ('claim' was unexpected)",
    ),
    "the article has no day": (DOSSIER, '[article]\ntitle = "A"', "article: 'published' is a required property"),
    "a day is written in words": (
        DOSSIER,
        '[article]\ntitle = "A"\npublished = "3 May 2024"',
        "article.published: '3 May 2024' is not a 'date'",
    ),
    "a table has no place": (
        DOSSIER,
        '[article]\ntitle = "A"\npublished = 2024-01-01\n[tables.shops]\ntitle = "Shops"',
        "tables.shops: 'path' is a required property",
    ),
    "a table has a name with capitals": (
        DOSSIER,
        '[article]\ntitle = "A"\npublished = 2024-01-01\n[tables.Shops]\npath = "a.csv"\ntitle = "Shops"',
        "tables: 'Shops' does not match '^[a-z][a-z0-9_]*$'",
    ),
    "a sign of decimals is none": (
        DOSSIER,
        '[article]\ntitle = "A"\npublished = 2024-01-01\n'
        '[tables.shops]\npath = "a.csv"\ntitle = "Shops"\ndecimal = "point"',
        "tables.shops.decimal: 'point' is not one of ['', '.', ',']",
    ),
    "claims are a table": (
        "claims.toml",
        '[claims.a]\nquote = "It rose"',
        "claims: {'a': {'quote': 'It rose'}} is not of type 'array'",
    ),
    "a number is a text": (
        "claims.toml",
        '[[claims]]\nid = "a"\ninterpretations = [{ interpretation = "b", least_n = "3" }]',
        "claims.0.interpretations.0.least_n: '3' is not of type 'integer'",
    ),
    "a tier is unknown": (
        "sources.toml",
        '[sources.a]\ntitle = "A"\npublisher = "B"\nlicence = "none"\ntier = "A"',
        "sources.a.tier: 'A' is not one of ['P', 'S', 'W', 'D']",
    ),
    "a share is a percentage": (
        "assumptions.toml",
        "materiality = 5",
        "materiality: 5 is greater than the maximum of 1",
    ),
    "a reason is missing": ("accepted.toml", '[[accepted]]\nid = "a"', "accepted.0: 'why' is a required property"),
    "a kind of prediction is misspelt": (
        "predictions.toml",
        '[[predictions]]\nid = "a"\nkind = "prediction"\nsection = "b"\nstatement = "c"\ncriterion = "d"\n'
        'ambiguous_words = []\nambiguity = "none"\nmodel = { kind = "first_evnt" }',
        "predictions.0.model.kind: 'first_evnt' is not one of",
    ),
    "a kind of prediction lacks a key": (
        "predictions.toml",
        '[[predictions]]\nid = "a"\nkind = "prediction"\nsection = "b"\nstatement = "c"\ncriterion = "d"\n'
        'ambiguous_words = []\nambiguity = "none"\nmodel = { kind = "indicators" }',
        "predictions.0.model: 'shown' is a required property",
    ),
}


@pytest.mark.parametrize(("name", "text", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_reported_once_at_its_place(name: str, text: str, message: str) -> None:
    (fault,) = faults(name, text)
    assert fault.startswith(message)


def refusals(name: str, data: bytes) -> Iterator[str]:
    """Yield what the readers of a file refuse in its keys and values, before they compare one with another."""
    defaults = {"as_of": dt.date(2026, 1, 1)}
    if name == DOSSIER:
        document = RawFile(name, data).toml()
        yield from sorted(set(document) - {*OWN, *(key for keys in KEYS.values() for key in keys)})
        read = [(dossier_model(PLUGINS), RawFile(name, data, OWN), None)]
        read += [
            (model, section_of(name, data, section), defaults if section == "assumptions" else None)
            for section, model in MODELS.items()
        ]
    else:
        section = name.removesuffix(".toml")
        read = [(MODELS[section], RawFile(name, data), defaults if section == "assumptions" else None)]
    for model, file, given in read:
        try:
            declare(model, file, given)
        except InputError as error:
            yield from map(str, error.problems)


# What JSON cannot say: a day is a text there, and its range and invisible characters are no matter of form.
BEYOND_JSON = re.compile(r"control characters|\d{4}-\d\d-\d\d")


def test_the_schemas_refuse_what_the_readers_refuse_and_nothing_else(tmp_path: Path, subtests: pytest.Subtests) -> None:
    counts = {True: 0, False: 0}
    for seed in range(400):
        chance = random.Random(seed)
        path = chance.choice([path for path in SHIPPED if path.parts[0] != "raw"])
        changed = tmp_path / path.name
        changed.write_bytes((ROOT / path).read_bytes())
        with subtests.test(seed=seed, said=change_toml(changed, chance)):
            data = changed.read_bytes()
            try:
                document = RawFile(path.name, data).toml()
            except InputError:
                continue  # no TOML: no schema is asked
            refused = list(refusals(path.name, data))
            found = list(validator(path.name).iter_errors(as_json(document)))
            if not any(map(BEYOND_JSON.search, refused)):
                assert bool(refused) == bool(found), (refused, found)
                counts[bool(refused)] += 1
    assert min(counts.values()) > 50, "neither side is tried often enough"


@pytest.mark.parametrize("path", [DOSSIER, "claims.toml", "reference/corrections.toml"])
def test_the_line_of_a_file_leads_to_its_schema(path: str) -> None:
    address = schema_line(path).removeprefix("#:schema ")
    assert Path(path).parent.joinpath(address).resolve() == Path(schema_path(path)).resolve()


def test_new_names_the_schema_that_it_writes_beside(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    assert tidebook("new", "--empty", "Shop", str(folder)).exit_code == 0
    text = (folder / DOSSIER).read_text("utf-8")
    assert text.splitlines()[0] == "#:schema .tidebook/dossier.schema.json"
    assert (folder / ".tidebook" / "dossier.schema.json").read_bytes() == published(DOSSIER)
    assert faults(DOSSIER, text) == []


def test_the_schemas_are_written_beside_a_dossier_and_the_missing_lines_are_reported(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    shutil.copytree(SMALL, folder)
    claims = folder / "claims.toml"
    claims.write_text(f"{schema_line('claims.toml')}\n{claims.read_text('utf-8')}", "utf-8")
    told = tidebook("schema", "--write", str(folder)).output
    assert sorted(path.name for path in (folder / ".tidebook").iterdir()) == sorted(
        schema_path(name).rpartition("/")[2] for name in FILE_NAMES
    )
    assert "dossier.toml: add the line #:schema .tidebook/dossier.schema.json" in told
    assert "claims.toml" not in told
    assert tidebook("check", "--raw", str(folder)).exit_code == 1  # findings: all files can be read
    assert tidebook("schema", "--write", str(tmp_path)).exit_code == 2


@pytest.mark.parametrize("path", [".tidebook", ".tidebook/claims.schema.json"])
def test_no_schema_is_written_through_a_link(tmp_path: Path, path: str) -> None:
    """The error comes before the first write, and what the link leads to stays as it is."""
    folder, outside = tmp_path / "small", tmp_path / "outside"
    shutil.copytree(SMALL, folder)
    outside.mkdir()
    (outside / "claims.schema.json").write_text("mine")
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).symlink_to(outside / Path(path).relative_to(".tidebook"))
    result = tidebook("schema", "--write", str(folder))
    assert (result.exit_code, "not a link or device" in result.output) == (2, True), result.output
    assert [each.name for each in outside.iterdir()] == ["claims.schema.json"]
    assert (outside / "claims.schema.json").read_text() == "mine"


def test_the_command_prints_the_schema_of_a_file_wherever_it_stands() -> None:
    for name in ("accepted.toml", "article.accepted.toml", "my/accepted.toml"):
        assert json.loads(tidebook("schema", name).stdout) == toml_schemas()["accepted.toml"]


@pytest.mark.parametrize("command", ["taplo lint", "tombi lint --offline"])
def test_an_editor_reads_the_schemas_without_a_network(command: str, tmp_path: Path) -> None:
    tool, *arguments = command.split()
    if not (found := shutil.which(tool)):
        pytest.skip(f"{tool} is not installed")
    folder = tmp_path / "marathon"
    shutil.copytree(ROOT / "examples" / "marathon", folder)
    tidebook("schema", "--write", str(folder))
    for path in folder.glob("*.toml"):
        path.write_text(f"{schema_line(path.name)}\n{path.read_text('utf-8')}", "utf-8")
    run = [found, *arguments, *(path.name for path in folder.glob("*.toml"))]
    right = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
    assert right.returncode == 0, right.stderr
    claims = folder / "claims.toml"
    claims.write_text(claims.read_text("utf-8").replace("statement =", "statment =", 1), "utf-8")
    wrong = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
    assert wrong.returncode != 0
    assert "statment" in wrong.stdout + wrong.stderr
