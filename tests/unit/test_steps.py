"""Steps: parameters are edges, types say what they carry, and a key covers inputs, code and versions."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, NamedTuple

import pandas as pd
import pytest

from tests.conftest import ROOT
from tests.unit.shipped import MODELS, PUBLISHED, TABLES
from tidebook.pipelines.compare.previous import PREVIOUS
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.graph import step as steps_module
from tidebook.pipelines.graph.graph import checked_graph, graph_of, graph_with
from tidebook.pipelines.graph.step import (
    Bundle,
    Files,
    GraphInputs,
    Step,
    ThisCode,
    Want,
    connect,
    raw_step,
    step,
    steps_of,
    want,
)
from tidebook.pipelines.graph.steps import tables as tables_module
from tidebook.pipelines.graph.structure import Graph
from tidebook.pipelines.graph.warnings import WARNINGS
from tidebook.pipelines.read.atomic import write_file
from tidebook.pipelines.read.dossier.checked import STEPS
from tidebook.pipelines.read.dossier.sections import input_paths
from tidebook.pipelines.read.plugin import plugin
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.read.sources.selection import PATH as SNAPSHOTS
from tidebook.schemas.base import Frame, Table, column
from tidebook.schemas.figures import Figures
from tidebook.schemas.registry import ENGINE, LOOKED_UP, OF_TEXT, SOURCED
from tidebook.schemas.units import UNITS, own_unit, use_units

OF_LIVE = {
    *plugin("live").tables,
    *(f"live/{name}" for name in ("reference_values", "observations", "interpretation_verdicts")),
    "ledger/observations",
}
"""Steps of plugins that there are only where a source has a snapshot."""


class Colours(Table):
    """Colours by name."""

    name: str = column("Name", key=True)


class WarmShades(Table):
    """Shades of warm colours."""

    name: str = column("Name", key=True)


class Hues(NamedTuple):
    """A declaration, parsed."""

    names: tuple[str, ...]


class Names(list[str]):
    """Another value."""


@step(group="declared")
def hues(file: Annotated[RawFile, "reference/hues.toml"]) -> Hues:
    """Parse the hues."""
    return Hues(tuple(file.text().split()))


@step(group="tables")
def colours_of_hues(hues: Hues, cache: StepCache, shades: Frame[WarmShades] | None = None) -> Frame[Colours]:
    """List the colours."""
    return pd.DataFrame({"name": hues.names})


@step(group="report")
def page(colours: Frame[Colours], code: ThisCode, names: Names | None = None) -> Files:
    """Render the colours."""
    return {"page.txt": " ".join(colours["name"]).encode()}


@step(group="metrics", by_key=True)
def names(colours: Frame[Colours]) -> Names:
    """Return the names alone."""
    return Names(colours["name"])


def of(function: object) -> Step:
    """Return the step that a function is."""
    found = vars(function)["step"]
    assert isinstance(found, Step)
    return found


def copied(name: str, *wants: str, makes: object = Files) -> Step:
    """Return a step of this name that wants others by theirs."""
    return Step(name, "tables", page, {f"p{place}": Want(wanted) for place, wanted in enumerate(wants)}, makes)


RAW = {"raw/reference/hues": None}


# Declared.


def test_parameters_are_edges_and_their_types_say_to_what() -> None:
    assert of(hues).wants == {"file": Want("raw/reference/hues")}
    assert of(colours_of_hues).wants == {
        "hues": Want(kind=Hues), "cache": Want(kind=StepCache), "shades": Want("warm_shades", optional=True),
    }  # fmt: skip
    assert of(page).wants == {
        "colours": Want("colours"), "code": Want(kind=ThisCode), "names": Want(kind=Names, optional=True),
    }  # fmt: skip


def test_a_table_is_named_as_its_model_a_value_below_its_group_and_files_as_the_function() -> None:
    assert [of(each).name for each in (hues, colours_of_hues, names, page)] == [
        "declared/hues", "colours", "metrics/names", "page",
    ]  # fmt: skip
    assert [of(each).group for each in (hues, colours_of_hues, page)] == ["declared", "tables", "report"]
    assert [of(each).by_key for each in (hues, names)] == [False, True]


def test_the_return_annotation_is_what_is_made() -> None:
    assert [of(each).makes for each in (hues, colours_of_hues, page)] == [Hues, Colours, Files]
    assert [of(each).model for each in (hues, colours_of_hues, page)] == [None, Colours, None]
    assert [of(each).is_value for each in (hues, colours_of_hues, page)] == [True, False, False]


def test_the_function_stays_as_it_is() -> None:
    assert of(hues).function is hues
    assert hues(RawFile("reference/hues.toml", b"red blue")) == Hues(("red", "blue"))
    assert list(colours_of_hues(Hues(("red",)), StepCache())["name"]) == ["red"]


def test_what_an_annotation_asks_for() -> None:
    assert want(Frame[Figures]) == Want("figures")
    assert want(Frame[Figures] | None) == Want("figures", optional=True)
    assert want(Annotated[RawFile, "article/prices.csv"]) == Want("raw/article/prices")
    assert want(list[str]) == Want(kind=list[str])
    assert raw_step("reference/figures.csv") == "raw/reference/figures"


def test_a_module_declares_its_steps_in_its_order() -> None:
    known = GraphInputs(GRAPH.dossier, ["raw/reference/observations"])
    found = [each.name for each in steps_of(tables_module, known) if each.name not in MODELS]
    assert [name for name in found if not name.startswith("declared/cells/")] == [
        "sources", "assumptions", "events", "observations", "claims", "interpretations", "predictions",
    ]  # fmt: skip
    assert steps_of(steps_module, known) == []


def test_a_general_function_makes_a_step_of_each_table() -> None:
    def rows(kind: str, raw: RawFile) -> pd.DataFrame:
        return pd.DataFrame({"name": [kind, raw.path]})

    made, _ = (
        Step("colours", "tables", partial(rows, kind), {"raw": Want("raw/a")}, Colours) for kind in ("red", "blue")
    )
    assert (made.name, made.group, made.wants, made.makes) == ("colours", "tables", {"raw": Want("raw/a")}, Colours)
    assert list(made.function(raw=RawFile("a.csv", b""))["name"]) == ["red", "a.csv"]


# Connected.


def test_each_parameter_gets_the_step_behind_it() -> None:
    found = connect([of(page), of(names), of(colours_of_hues), of(hues)], RAW)
    assert {name: each.inputs for name, each in found.items()} == {
        "declared/hues": {"file": "raw/reference/hues"},
        "colours": {"hues": "declared/hues"},
        "metrics/names": {"colours": "colours"},
        "page": {"colours": "colours", "names": "metrics/names"},
    }


@dataclass(frozen=True)
class Painted(Bundle):
    """Parameters that belong together."""

    hues: Hues
    shades: Annotated[RawFile, "shades.csv"]


def test_each_field_of_a_bundle_is_an_edge() -> None:
    @step(group="painting")
    def painting(painted: Painted, more: Hues) -> Files:
        return {str(len(painted.hues.names)): painted.shades.data, str(len(more.names)): b""}

    inputs = connect([of(hues), of(painting)], {**RAW, "raw/shades": None})["painting"].inputs
    assert inputs == {"painted.hues": "declared/hues", "painted.shades": "raw/shades", "more": "declared/hues"}
    given = {"painted.hues": Hues(("a",)), "painted.shades": RawFile("shades.csv", b"b"), "more": Hues(())}
    assert of(painting).make(given) == {"1": b"b", "0": b""}


def test_what_is_optional_is_read_where_it_is_there() -> None:
    shades = Step("warm_shades", "tables", page, {}, WarmShades)
    found = connect([of(hues), of(colours_of_hues), shades], RAW)
    assert found["colours"].inputs == {"hues": "declared/hues", "shades": "warm_shades"}
    assert list(found) == ["declared/hues", "warm_shades", "colours"]


def test_a_step_that_needs_what_is_not_there_is_left_out_and_so_is_who_needs_it() -> None:
    assert connect([of(hues), of(colours_of_hues), of(names), of(page)], {}) == {}
    without_names = connect([of(hues), of(colours_of_hues), of(page)], RAW)
    assert without_names["page"].inputs == {"colours": "colours"}
    half = connect([of(hues), copied("needs", "nothing"), copied("then", "needs")], RAW)
    assert list(half) == ["declared/hues"]


def test_what_no_step_makes_is_known_by_name_or_by_type() -> None:
    found = connect([of(colours_of_hues), copied("by_name", "given")], {"given": Hues})
    assert found["colours"].inputs == {"hues": "given"}
    assert found["by_name"].inputs == {"p0": "given"}
    assert list(connect([of(colours_of_hues)], {"given": None})) == []


def test_what_the_runner_gives_is_not_an_edge() -> None:
    found = connect([of(hues), of(colours_of_hues), of(page)], RAW)
    assert found["colours"].given(StepCache) == ["cache"]
    assert found["page"].given(ThisCode) == ["code"]
    assert found["page"].given(StepCache) == []


def test_two_steps_of_one_name_are_an_error() -> None:
    with pytest.raises(ValueError, match="two steps have the same name"):
        connect([copied("a"), copied("a")], {})


def test_a_step_named_as_the_folder_of_another_is_an_error() -> None:
    with pytest.raises(ValueError, match="would be inside those of metrics"):
        connect([copied("metrics"), copied("metrics/names")], {})


def test_two_steps_with_values_of_one_type_are_an_error() -> None:
    with pytest.raises(ValueError, match="two steps make values of the same type"):
        connect(
            [
                copied("a", makes=Hues),
                copied("b", makes=Hues),
                Step("c", "tables", page, {"hues": Want(kind=Hues)}, Files),
            ],
            {},
        )


def test_steps_that_read_each_other_are_an_error() -> None:
    with pytest.raises(ValueError, match="in a cycle: b, c"):
        connect([copied("a"), copied("b", "c", "a"), copied("c", "b")], {})


def test_steps_keep_their_order_where_what_they_read_allows_it() -> None:
    found = connect([copied("d"), copied("c", "b"), copied("a"), copied("b", "d")], {})
    assert list(found) == ["d", "a", "b", "c"]


# The key.


def test_the_key_of_a_step_has_its_name_inputs_code_and_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Step("a", "claims", write_file, {"x": Want("x"), "y": Want("y")}, Files)
    first = plain.key({"x": "1", "y": "2"})
    assert plain.key({"y": "2", "x": "1"}) == first
    assert replace(plain, group="other", wants={}).key({"x": "1", "y": "2"}) == first
    others = {
        replace(plain, name="b").key({"x": "1", "y": "2"}),
        plain.key({"x": "1", "y": "3"}),
        plain.key({"x": "2", "y": "1"}),
        plain.key({"x": "1"}),
        replace(plain, makes=MODELS["training_runs"]).key({"x": "1", "y": "2"}),
    }
    monkeypatch.setattr(steps_module, "versions", lambda: {"pandas": "0.1"})
    others.add(plain.key({"x": "1", "y": "2"}))
    assert len(others - {first}) == 6


def all_steps() -> Graph:
    """Return the graph with all steps, those of live sources too."""
    return graph_with(ROOT / "raw", RawFile(SNAPSHOTS, b"[]"), Path("snapshots"))


GRAPH = all_steps()


def test_no_table_of_a_dossier_can_have_the_name_of_a_step() -> None:
    names = {name.partition("/")[0] for name in GRAPH.steps}
    of_plugins = {name for each in GRAPH.dossier.switched_on.plugins for name in (each.name, *each.tables)}
    assert names - {*ENGINE, *MODELS, *of_plugins} <= STEPS


def test_a_unit_of_a_dossier_counts_in_every_key() -> None:
    """Whatever reads or shows a number asks the process for its unit, which no input names."""
    before = {name: each.code for name, each in GRAPH.steps.items()}
    declared = UNITS.declared
    use_units({"km": own_unit("km", "kilometres", ["miles"])})
    after = {name: each.code for name, each in GRAPH.steps.items()}
    use_units(declared)
    assert not before.items() & after.items()


def test_all_code_counts_in_every_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: each.key({}) for name, each in GRAPH.steps.items()}
    monkeypatch.setattr(steps_module, "code_key", lambda _: "other code")
    after = {name: each.key({}) for name, each in GRAPH.steps.items()}
    assert not before.items() & after.items()


# The whole graph.


def test_the_graph_has_each_table_that_a_release_has(tmp_path: Path) -> None:
    alone = graph_of(Settings(ROOT / "raw", tmp_path))
    assert alone.published == [*PUBLISHED]
    assert alone.snapshots is None and SNAPSHOTS not in alone.raw_files
    others = {*LOOKED_UP, *OF_TEXT}  # it declares no evidence tables, and its text is not in the repository
    assert GRAPH.published == [name for name in TABLES if name not in others]
    assert set(GRAPH.steps) - set(alone.steps) == {*SOURCED, *OF_LIVE, "declared/entities", "declared/scores"}
    assert set(GRAPH.raw_files.values()) - set(alone.raw_files.values()) == {
        SNAPSHOTS, "reference/entities.csv", "reference/scores.csv",
    }  # fmt: skip


def test_only_with_live_sources_are_they_read(tmp_path: Path) -> None:
    alone = graph_of(Settings(ROOT / "raw", tmp_path))
    for name, live in (
        ("observations", "live/observations"),
        ("sources", "source_files"),
        ("release/tables", "trends"),
    ):
        assert live not in alone.steps[name].inputs.values()
        assert live in GRAPH.steps[name].inputs.values()


def test_every_step_comes_after_what_it_reads_and_nothing_is_read_that_is_not_there() -> None:
    known = {*GRAPH.raw_files, PREVIOUS}
    for name, each in GRAPH.steps.items():
        assert set(each.inputs.values()) <= known, name
        known.add(name)


def test_every_raw_file_is_read_and_every_value_is_used() -> None:
    read = {source for each in GRAPH.steps.values() for source in each.inputs.values()}
    assert set(GRAPH.raw_files) - read <= {"raw/charts"}
    assert {name for name, each in GRAPH.steps.items() if each.is_value} <= {*read, WARNINGS}


def test_no_value_that_its_text_tells_apart_holds_a_frame() -> None:
    """The text of a frame leaves out the rows between its first and last, so that an edit of them would be missed."""
    for name, each in GRAPH.steps.items():
        if not each.is_value or each.by_key:
            continue
        holds = [str(each.makes)]
        if is_dataclass(each.makes):
            holds += [str(field.type) for field in fields(each.makes)]
        assert not re.search(r"DataFrame|Frame\[|pd\.Series|ndarray", " ".join(holds)), name


def test_what_is_checked_needs_the_raw_folder_alone() -> None:
    graph = checked_graph(ROOT / "raw")
    assert {each.group for each in graph.steps.values()} == {"declared", "tables", "figures", "claims"}
    assert {"figures", "reference_values", "declared/scores", *MODELS} <= set(graph.steps)
    assert not {"metrics", "verdicts", "forecasts", "changes", "verdict_report", *SOURCED} & set(graph.steps)
    assert {"reference/entities.csv", "reference/scores.csv"} <= set(graph.raw_files.values())


def test_the_paths_of_the_inputs_are_those_of_the_graph(tmp_path: Path) -> None:
    assert input_paths(ROOT / "raw", False) == sorted(
        set(graph_of(Settings(ROOT / "raw", tmp_path)).raw_files.values())
    )
    assert input_paths(ROOT / "raw", True) == sorted(set(GRAPH.raw_files.values()) - {SNAPSHOTS})


def test_a_raw_step_reads_its_file_and_the_snapshots_are_as_selected() -> None:
    assert GRAPH.read("raw/claims").data == (ROOT / "raw" / "claims.toml").read_bytes()
    assert GRAPH.read(SNAPSHOTS) == RawFile(SNAPSHOTS, b"[]")


def test_every_step_says_what_it_does() -> None:
    for each in GRAPH.steps.values():
        function = getattr(each.function, "func", each.function)
        assert function.__doc__, each.name
