"""The Data Package and the RO-Crate of a release: what stands in them comes from the models and the sources table."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from tests.unit.regions import ARTICLE
from tidebook.pipelines.release.datapackage import About, as_json, crate, datapackage, table_schema
from tidebook.schemas.base import Table, column, version
from tidebook.schemas.registry import ENGINE

SOURCE = {
    "source_id": "epoch",
    "title": "Models",
    "publisher": "Epoch AI",
    "address": "https://example.org/models",
    "tier": "P",
    "licence": "CC BY 4.0",
    "published": dt.date(2025, 8, 7),
    "note": "",
}
FACTS = {"sha256": "ab", "bytes": 12, "rows": 3}
FILES = {"inputs/article/a.csv": FACTS, "report/index.html": FACTS, "tables/claims.parquet": FACTS}
MAKER = {"tidebook": "1.2.3", "code": "cafe", "versions": {"pandas": "3"}}
ABOUT = About("2026-11-24", [SOURCE], ARTICLE)


class Sizes(Table):
    """Sizes of things."""

    thing: str = column("The thing", key=True, str_matches="^[a-z]+$", str_length={"min_value": 2})
    kind: str = column("Its kind", isin=("a", "b"))
    size: float = column("Its size", unit="USD", nullable=True, gt=0, le=5)
    count: int = column("How many", ge=1)
    parts: object = column("Its parts", items="string")


def fields(kind: str) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in table_schema(Sizes, kind)["fields"]}


def test_a_column_becomes_a_field_with_meaning_unit_and_constraints() -> None:
    found = fields("parquet")
    assert list(found) == ["thing", "kind", "size", "count", "parts"]
    assert found["size"] == {
        "name": "size",
        "type": "number",
        "description": "Its size",
        "unit": "USD",
        "missingValues": ["", "nan"],
        "constraints": {"exclusiveMinimum": 0, "maximum": 5},
    }
    assert found["thing"]["constraints"] == {"required": True, "pattern": "^[a-z]+$", "minLength": 2}
    assert found["thing"]["missingValues"] == []
    assert found["kind"]["constraints"] == {"required": True, "enum": ["a", "b"]}
    assert found["count"]["constraints"] == {"required": True, "minimum": 1}
    assert table_schema(Sizes, "parquet")["primaryKey"] == ["thing"]


def test_a_list_is_what_frictionless_can_read_in_each_format() -> None:
    assert fields("csv")["parts"]["type"] == "array"
    assert fields("parquet")["parts"]["type"] == "any"
    assert fields("csv")["parts"]["arrayItem"] == {"type": "string"}


def test_every_table_has_a_schema_with_every_column(subtests: pytest.Subtests) -> None:
    for name in ENGINE:
        with subtests.test(name=name):
            found = table_schema(ENGINE[name], "parquet")
            assert [field["name"] for field in found["fields"]] == list(ENGINE[name].to_schema().columns)
            assert all(field["description"] for field in found["fields"])
            json.dumps(found, allow_nan=False)


def test_a_package_has_a_resource_for_each_table_and_its_sources() -> None:
    found = datapackage(ABOUT, MAKER, FILES)
    (resource,) = found["resources"]
    assert resource["name"] == "claims"
    assert resource["path"] == "tables/claims.parquet"
    assert resource["version"] == version(ENGINE["claims"])
    assert (resource["hash"], resource["rows"]) == ("sha256:ab", 3)
    assert found["created"] == "2026-11-24T00:00:00Z"
    assert found["version"] == "1.2.3"
    (source,) = found["sources"]
    assert (source["title"], source["path"]) == ("Models", "https://example.org/models")
    assert (source["version"], source["licence"]) == ("2025-08-07", "CC BY 4.0")
    assert found["licenses"][0]["name"] == "Apache-2.0"


def test_an_input_that_has_the_name_of_a_table_is_none() -> None:
    files = {"inputs/tables/claims.csv": FACTS}
    assert not datapackage(ABOUT, MAKER, files)["resources"]
    graph = {entity["@id"]: entity for entity in crate(ABOUT, MAKER, files)["@graph"]}
    assert "description" not in graph["inputs/tables/claims.csv"]


def test_a_crate_ties_results_to_inputs_code_and_libraries() -> None:
    graph = {entity["@id"]: entity for entity in crate(ABOUT, MAKER, FILES)["@graph"]}
    assert graph["#build"]["object"] == [{"@id": "inputs/article/a.csv"}]
    assert graph["#build"]["result"] == [{"@id": "report/index.html"}, {"@id": "tables/claims.parquet"}]
    assert graph["#tidebook"]["identifier"] == "cafe"
    assert graph["#pandas"]["version"] == "3"
    assert graph["tables/claims.parquet"]["encodingFormat"] == "application/vnd.apache.parquet"
    assert graph["tables/claims.parquet"]["contentSize"] == "12"
    assert graph["./"]["datePublished"] == "2026-11-24"
    assert graph["#source/epoch"]["usageInfo"] == "CC BY 4.0"
    named = {reference["@id"] for reference in [*graph["./"]["hasPart"], *graph["./"]["isBasedOn"]]}
    assert named <= set(graph)


def test_documents_are_text_that_people_can_read() -> None:
    assert as_json({"b": "é", "a": 1}) == b'{\n "b": "\xc3\xa9",\n "a": 1\n}\n'


def test_a_table_with_values_that_may_not_be_republished_says_so() -> None:
    about = About("2026-11-24", [SOURCE], ARTICLE, {"claims": ["live_a", "live_b"]})
    (table,) = datapackage(about, MAKER, FILES)["resources"]
    assert (table["republish"], table["restrictedSources"]) == (False, ["live_a", "live_b"])
    (table,) = datapackage(ABOUT, MAKER, FILES)["resources"]
    assert not {"republish", "restrictedSources"} & set(table)
