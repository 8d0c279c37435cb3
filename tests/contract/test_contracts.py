"""Contracts: the size of every kind of change, the history that only grows, and the committed files."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandera.pandas as pa
import pytest

from tests.conftest import ROOT
from tidebook.pipelines.read.plugin import all_plugins
from tidebook.pipelines.read.plugin_tables import folder_of, models_of
from tidebook.schemas.base import Table, column, table_name, version
from tidebook.schemas.contracts import (
    FOLDER,
    HISTORY,
    STEPS,
    changes,
    constraints,
    contract,
    current,
    fault,
    parse_history,
    read_history,
    step,
    terms,
    with_seal,
    write,
)
from tidebook.schemas.dictionary import PAGES, core_models, dictionary, line
from tidebook.schemas.dictionary import page as table_page
from tidebook.schemas.registry import ENGINE, RECORD
from tidebook.schemas.units import UNITS

Terms = dict[str, Any]

HOLDERS = {FOLDER: [*ENGINE.values(), *RECORD.values()]} | {
    folder_of(each) / "contracts": models_of(each) for each in all_plugins() if each.tables
}
"""The folders of contracts, each with the tables that it has contracts of."""
DESCRIBED = {table_name(model): model for models in HOLDERS.values() for model in models}
PLACES = {table_name(model): folder for folder, models in HOLDERS.items() for model in models}


def recorded_versions() -> list[Terms]:
    return [entry for folder in HOLDERS for entry in read_history(folder)]


OLD: Terms = {
    "key": ["name", "day"],
    "order": "source",
    "columns": {
        "name": {"type": "string", "unit": None, "nullable": False, "constraints": {"pattern": "^[a-z]+$"}},
        "day": {"type": "date", "unit": None, "nullable": False, "constraints": {}},
        "price": {"type": "float64", "unit": "USD", "nullable": True, "constraints": {"minimum": 0}},
        "mark": {"type": "string", "unit": None, "nullable": False, "constraints": {"enum": ["a", "b"]}},
    },
    "rules": ["day_is_past"],
}


def changed(place: str, value: object) -> Callable[[Terms], None]:
    def change(found: Terms) -> None:
        *folders, name = place.split("/")
        for folder in folders:
            found = found[folder]
        found[name] = value

    return change


def without(name: str) -> Callable[[Terms], None]:
    return lambda found: found["columns"].pop(name)


def renamed(found: Terms) -> None:
    found["columns"]["cost"] = found["columns"].pop("price")


def moved(found: Terms) -> None:
    found["columns"] = dict(reversed(found["columns"].items()))


def added_in_front(found: Terms) -> None:
    found["columns"] = {"new": OLD["columns"]["day"], **found["columns"]}


CHANGES = [
    (lambda found: None, "none"),
    (changed("columns/new", OLD["columns"]["day"]), "minor"),
    (added_in_front, "minor"),
    (moved, "minor"),
    (changed("columns/price/nullable", False), "minor"),
    (changed("columns/price/constraints", {}), "minor"),
    (changed("columns/price/constraints", {"minimum": 1}), "minor"),
    (changed("columns/price/constraints", {"minimum": 0, "maximum": 9}), "minor"),
    (changed("columns/mark/constraints/enum", ["a", "b", "c"]), "minor"),
    (changed("columns/mark/constraints/enum", ["b", "a"]), "none"),
    (changed("columns/mark/constraints", {}), "minor"),
    (changed("columns/name/constraints", {}), "minor"),
    (changed("columns/day/constraints", {"enum": ["2024-01-01"]}), "minor"),
    (changed("rules", []), "minor"),
    (changed("rules", ["day_is_past", "another"]), "minor"),
    (changed("key", ["day", "name"]), "none"),
    (without("mark"), "major"),
    (renamed, "major"),
    (changed("columns/price/type", "int64"), "major"),
    (changed("columns/price/unit", "EUR"), "major"),
    (changed("columns/price/unit", None), "major"),
    (changed("columns/day/unit", "date"), "major"),
    (changed("columns/day/nullable", True), "major"),
    (changed("columns/mark/constraints/enum", ["a"]), "major"),
    (changed("columns/mark/constraints/enum", ["a", "c"]), "major"),
    (changed("columns/name/constraints/pattern", "^[0-9]+$"), "major"),
    (changed("key", ["name"]), "major"),
    (changed("key", ["name", "day", "mark"]), "major"),
    (changed("order", "key"), "major"),
]


def after(change: Callable[[Terms], None]) -> Terms:
    found = copy.deepcopy(OLD)
    change(found)
    return found


def test_every_kind_of_change_takes_its_step(subtests: pytest.Subtests) -> None:
    for number, (change, expected) in enumerate(CHANGES):
        with subtests.test(number=number):
            assert max((size for size, _ in changes(OLD, after(change))), key=STEPS.index, default="none") == expected


def test_the_largest_of_several_changes_decides_and_all_are_reported() -> None:
    found = after(changed("columns/new", OLD["columns"]["day"]))
    found["columns"]["price"]["unit"] = "EUR"
    assert sorted(changes(OLD, found)) == [
        ("major", "unit of price is EUR, was USD"),
        ("minor", "column new is new"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("1.0", "1.0", "none"),
        ("1.0", "1.1", "minor"),
        ("1.9", "1.10", "minor"),
        ("1.4", "2.0", "major"),
        ("1.0", "1.2", None),
        ("1.4", "2.4", None),
        ("1.4", "3.0", None),
        ("1.4", "1.3", None),
        ("2.0", "1.1", None),
    ],
)
def test_versions_go_up_one_step_at_a_time(old: str, new: str, expected: str | None) -> None:
    assert step(old, new) == expected


@pytest.mark.parametrize(
    ("change", "new", "right"),
    [
        (lambda found: None, "1.4", True),
        (lambda found: None, "1.5", False),
        (lambda found: None, "2.0", True),  # a change of meaning, in words only
        (moved, "1.4", False),
        (moved, "1.5", True),
        (moved, "2.0", True),
        (renamed, "1.4", False),
        (renamed, "1.5", False),
        (renamed, "2.0", True),
    ],
)
def test_a_change_needs_its_step_and_a_step_its_change(change: Callable[[Terms], None], new: str, right: bool) -> None:
    former = {"table": "t", "version": "1.4", "terms": OLD}
    found = fault(former, {"table": "t", "version": new, "terms": after(change)})
    assert (found is None) == right, found


def test_a_fault_names_table_versions_changes_and_step() -> None:
    former = {"table": "t", "version": "1.4", "terms": OLD}
    found = fault(former, {"table": "t", "version": "1.4", "terms": after(without("mark"))})
    assert found == "t 1.4 after 1.4: column mark is gone; this takes the step: major"


def test_a_new_table_starts_at_the_first_version() -> None:
    assert fault(None, {"table": "t", "version": "1.0", "terms": OLD}) is None
    assert fault(None, {"table": "t", "version": "2.0", "terms": OLD}) is not None


# Writing them down.


def model(name: str, stated: str, /, **columns: object) -> type[Table]:
    """Return a table of this name and version with a column `id` and others."""
    body = {"__doc__": "A table.", "id": column("Id", key=True), **columns}
    notes = {"id": str, **dict.fromkeys(columns, float)}
    return type(name, (Table,), {**body, "__annotations__": notes, "__module__": __name__}, version=stated)


def test_what_is_recorded_is_never_rewritten(tmp_path: Path) -> None:
    assert write([model("Things", "1.0")], tmp_path) == []
    record = (tmp_path / HISTORY).read_bytes()
    kept = (tmp_path / "things.json").read_bytes()
    price = column("Price", unit="USD")
    (wrong,) = write([model("Things", "1.0", price=price)], tmp_path)
    assert wrong == "things 1.0 after 1.0: column price is new; this takes the step: minor or major"
    assert (tmp_path / HISTORY).read_bytes() == record
    assert (tmp_path / "things.json").read_bytes() == kept
    assert write([model("Things", "1.1", price=price)], tmp_path) == []
    assert (tmp_path / HISTORY).read_bytes().startswith(record)
    assert [entry["version"] for entry in read_history(tmp_path)] == ["1.0", "1.1"]
    assert json.loads((tmp_path / "things.json").read_bytes())["version"] == "1.1"


def test_a_table_steps_once_between_two_releases(tmp_path: Path) -> None:
    assert write([model("Things", "1.0")], tmp_path) == []
    published = with_seal((tmp_path / HISTORY).read_text(), "0.1.0")
    (tmp_path / HISTORY).write_text(published)
    price, tax = column("Price", unit="USD"), column("Tax", unit="USD")
    assert write([model("Things", "1.1", price=price)], tmp_path) == []
    assert write([model("Things", "1.1", price=price, tax=tax)], tmp_path) == []
    assert [(each["version"], [*each["terms"]["columns"]]) for each in read_history(tmp_path)] == [
        ("1.0", ["id"]),
        ("1.1", ["id", "price", "tax"]),
    ]
    assert (tmp_path / HISTORY).read_text().startswith(published)
    assert write([model("Things", "1.0")], tmp_path) == [], "what was taken back leaves no step"
    assert (tmp_path / HISTORY).read_text() == published


def test_texts_take_no_step_and_nothing_new_writes_the_same(tmp_path: Path) -> None:
    assert write([model("Things", "1.0", price=column("Price", unit="USD"))], tmp_path) == []
    record = (tmp_path / HISTORY).read_bytes()
    assert write([model("Things", "1.0", price=column("Price without tax", unit="USD"))], tmp_path) == []
    assert (tmp_path / HISTORY).read_bytes() == record
    assert "without tax" in (tmp_path / "things.json").read_text()


def test_a_table_that_is_missing_leaves_its_history(tmp_path: Path) -> None:
    write([model("Things", "1.0"), model("Others", "1.0")], tmp_path)
    assert write([model("Others", "1.0")], tmp_path) == []
    assert {path.name for path in tmp_path.iterdir()} == {HISTORY, "others.json"}
    assert [entry["table"] for entry in read_history(tmp_path)] == ["things", "others"]


def test_a_contract_says_all_that_the_model_says() -> None:
    found = contract(ENGINE["forecasts"])
    by_name = {each["name"]: each for each in found["columns"]}
    assert (found["table"], found["version"]) == ("forecasts", version(ENGINE["forecasts"]))
    assert found["key"] == ["prediction_id", "clock", "deadline_interpretation", "population", "version"]
    assert by_name["low"]["constraints"] == {"minimum": 0, "maximum": 1}
    assert (by_name["low"]["unit"], by_name["low"]["nullable"]) == ("probability", True)
    assert by_name["status"]["constraints"] == {"enum": ["open", "came true", "failed", "void"]}
    assert by_name["evidence"]["type"] == "list<string>"
    assert found["rules"] == {"interval_holds_probability": "low <= probability <= high where they are given"}


def test_a_check_without_a_name_in_table_schema_is_an_error() -> None:
    with pytest.raises(KeyError):
        constraints(pa.Column(str, pa.Check.str_startswith("x")))


# The committed files.


def test_the_committed_contract_is_that_of_the_model(subtests: pytest.Subtests) -> None:
    for name, model in DESCRIBED.items():
        with subtests.test(table=name):
            path = PLACES[name] / f"{name}.json"
            text = json.dumps(contract(model), ensure_ascii=False, indent=1) + "\n"
            assert path.read_text(encoding="utf-8") == text, "run `make pages`"


def test_the_committed_dictionary_is_that_of_the_models() -> None:
    page = ROOT / "docs" / "data-dictionary.md"
    of_plugins = (model for folder, models in HOLDERS.items() if folder != FOLDER for model in models)
    models = [*core_models(), *of_plugins]
    expected = dictionary() + "".join(map(line, models[len(core_models()) :]))
    assert page.read_text(encoding="utf-8") == expected, "run `make pages`"
    for model in models:
        path = PAGES / f"{table_name(model)}.md"
        assert path.read_text(encoding="utf-8") == table_page(model), "run `make pages`"
    assert {path.stem for path in PAGES.glob("*.md")} == set(map(table_name, models))


def test_there_is_a_contract_for_every_table_and_for_nothing_else() -> None:
    for folder, models in HOLDERS.items():
        assert {path.stem for path in folder.glob("*.json")} == {table_name(model) for model in models}


def steps_of(history: Sequence[Terms]) -> Iterator[tuple[Terms | None, Terms]]:
    """Yield each recorded version with the one before it of the same table, None before the first."""
    last: dict[str, Terms] = {}
    for entry in history:
        yield last.get(entry["table"]), entry
        last[entry["table"]] = entry


def test_every_recorded_step_was_right() -> None:
    assert [text for former, entry in steps_of(recorded_versions()) if (text := fault(former, entry))] == []


def test_a_changed_table_has_stepped_its_version(subtests: pytest.Subtests) -> None:
    for entry in current(list(DESCRIBED.values())):
        with subtests.test(entry["table"]):
            recorded = [each for each in recorded_versions() if each["table"] == entry["table"]]
            assert recorded, "run `make pages`"
            assert fault(recorded[-1], entry) is None
            assert recorded[-1]["version"] == entry["version"], "run `make pages`"


def told(table: str, word: str) -> bool:
    """Return whether a line of the changelog names the table and a version or word."""
    lines = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    return any(f"`{table}`" in line and re.search(rf"(?<![\w.]){re.escape(word)}(?![\w]|\.\d)", line) for line in lines)


def test_every_step_is_reported_in_the_changelog() -> None:
    history = recorded_versions()
    steps = [entry for former, entry in steps_of(history) if former is not None]
    untold = [(entry["table"], entry["version"]) for entry in steps if not told(entry["table"], entry["version"])]
    gone = [(entry["table"], "removed") for entry in history if entry["table"] not in DESCRIBED]
    assert untold + [pair for pair in gone if not told(*pair)] == []


def test_every_unit_is_known() -> None:
    for name, table in DESCRIBED.items():
        for each in contract(table)["columns"]:
            assert each["unit"] is None or each["unit"] in UNITS, (name, each["name"])


def test_terms_hold_no_texts() -> None:
    for table in DESCRIBED.values():
        found = json.dumps(terms(contract(table)))
        assert "description" not in found
        assert contract(table)["description"] not in found


@pytest.mark.parametrize(
    "line",
    [
        "3",
        "[" * 100_000,
        '{"table": "t", "version": "1.0", "terms": {}}',
        '{"table": "t", "version": 1, "terms": {"key": [], "order": "key", "columns": {}, "rules": []}}',
        '{"table": "t", "version": "1.0", "terms": {"key": [], "order": "key", "columns": {"a": 3}, "rules": []}}',
        '{"table": "t", "version": "one", "terms": {"key": [], "order": "key", "columns": {}, "rules": []}}',
    ],
)
def test_junk_in_a_history_is_named_by_its_line(line: str) -> None:
    good = '{"table": "t", "version": "1.0", "terms": {"key": [], "order": "key", "columns": {}, "rules": []}}'
    assert len(parse_history(good)) == 1
    with pytest.raises(ValueError, match=r"line 2 is no version|recursion"):
        parse_history(f"{good}\n{line}")
