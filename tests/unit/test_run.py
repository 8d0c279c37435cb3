"""The plain runner on a small graph: each step once, only what changed again, and nothing bad is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import pandas as pd
import pytest

from tests.conftest import MARATHON
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.graph.run import Run, RunObserver
from tidebook.pipelines.graph.step import Files, Step, connect, step
from tidebook.pipelines.graph.store import Entry, Store
from tidebook.pipelines.graph.structure import Graph
from tidebook.pipelines.read.dossier.checked import dossier_in
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.schemas.base import Frame, Table, column

RAW_FILES = {"raw/numbers": "numbers.txt", "raw/words": "words.txt"}


class Doubled(Table):
    """Numbers and their doubles."""

    number: int = column("Number", key=True, ge=0)
    double: int = column("Twice as much", le=100)


class Numbers(NamedTuple):
    """The numbers declared."""

    numbers: tuple[int, ...]


class Total(list[int]):
    """A large value: its key stands for it."""


CALLS: list[str] = []
"""The functions called, in order."""


@step(group="declared")
def numbers(file: Annotated[RawFile, "numbers.txt"]) -> Numbers:
    """Parse the numbers."""
    CALLS.append("numbers")
    if file.text().startswith("bad"):
        raise InputError(Problem(file.path, "numbers", 1))
    return Numbers(tuple(map(int, file.text().split())))


@step(group="tables")
def doubled(numbers: Numbers, cache: StepCache) -> Frame[Doubled]:
    """Double each number; each double is cached."""
    CALLS.append("doubled")
    found = cache.gather(
        {number: str(number) for number in numbers.numbers}, lambda new: {each: 2 * each for each in new}
    )
    return pd.DataFrame({"number": list(found), "double": list(found.values())})


@step(group="report", by_key=True)
def total(numbers: Numbers) -> Total:
    """Add the numbers up."""
    CALLS.append("total")
    if 13 in numbers.numbers:
        raise ZeroDivisionError("thirteen")
    return Total([sum(numbers.numbers)])


@step(group="report")
def page(doubled: Frame[Doubled], total: Total, words: Annotated[RawFile, "words.txt"]) -> Files:
    """Write all that there is to say."""
    CALLS.append("page")
    return {"page.txt": f"{words.text()}: {list(doubled['double'])} {total}".encode()}


STEPS: list[Step] = [vars(each)["step"] for each in (numbers, doubled, total, page)]


class Noted(RunObserver):
    """Notes which steps were started, and which were computed."""

    def __init__(self) -> None:
        super().__init__()
        self.started_steps: list[str] = []
        self.computed: list[str] = []

    def step_started(self, step: str) -> None:
        self.started_steps.append(step)

    def step_finished(self, step: str, reused: bool) -> None:
        self.computed += [] if reused else [step]


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    CALLS.clear()
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "numbers.txt").write_text("1 2")
    (raw / "words.txt").write_text("Doubles")
    return Graph(raw, RAW_FILES, connect(STEPS, dict.fromkeys(RAW_FILES)), dossier_in(MARATHON))


@pytest.fixture
def walk(graph: Graph, tmp_path: Path) -> Callable[..., Noted]:
    """Walk the graph as a process would that has just begun; return what was heard, and forget the calls before."""

    def walked(given: dict[str, Entry] | None = None) -> Noted:
        noted = Noted()
        CALLS.clear()
        run_of(graph, tmp_path, given).execute(noted)
        return noted

    return walked


def run_of(graph: Graph, tmp_path: Path, given: dict[str, Entry] | None = None) -> Run:
    return Run(graph, Store(tmp_path / "out"), tmp_path / "out", given)


def said(graph: Graph, tmp_path: Path) -> str:
    return run_of(graph, tmp_path).current("page").read("page.txt").decode()


ALL = ["raw/numbers", "raw/words", "declared/numbers", "doubled", "report/total", "page"]


def test_every_step_is_computed_once_in_order(graph: Graph, walk: Callable[..., Noted], tmp_path: Path) -> None:
    noted = walk()
    assert noted.started_steps == noted.computed == ALL == Run.order(graph)
    assert CALLS == ["numbers", "doubled", "total", "page"]
    assert said(graph, tmp_path) == "Doubles: [2, 4] [3]"
    table = run_of(graph, tmp_path).table("doubled")
    assert list(table["double"]) == [2, 4]
    assert run_of(graph, tmp_path).current("doubled").rows == 2


def test_with_nothing_changed_nothing_is_computed(walk: Callable[..., Noted]) -> None:
    walk()
    noted = walk()
    assert (noted.started_steps, noted.computed, CALLS) == (ALL, [], [])


def test_a_step_that_comes_out_equal_stops_the_wave(graph: Graph, walk: Callable[..., Noted]) -> None:
    walk()
    (graph.raw / "numbers.txt").write_text("1   2\n")
    assert walk().computed == ["raw/numbers", "declared/numbers"]
    assert CALLS == ["numbers"]


def test_what_another_process_computed_is_loaded_and_values_are_made_from_their_inputs(
    graph: Graph, walk: Callable[..., Noted], tmp_path: Path
) -> None:
    walk()
    (graph.raw / "words.txt").write_text("Twice")
    assert walk().computed == ["raw/words", "page"]
    assert CALLS == ["numbers", "total", "page"], "tables are read, values are computed again"
    assert said(graph, tmp_path) == "Twice: [2, 4] [3]"


def test_going_back_computes_nothing(graph: Graph, walk: Callable[..., Noted], tmp_path: Path) -> None:
    walk()
    (graph.raw / "numbers.txt").write_text("1 2 3")
    assert walk().computed == ["raw/numbers", "declared/numbers", "doubled", "report/total", "page"]
    assert said(graph, tmp_path) == "Doubles: [2, 4, 6] [6]"
    (graph.raw / "numbers.txt").write_text("1 2")
    assert walk().computed == []
    assert said(graph, tmp_path) == "Doubles: [2, 4] [3]"


def test_a_value_whose_key_stands_for_it_changes_with_its_inputs(graph: Graph, walk: Callable[..., Noted]) -> None:
    walk()
    (graph.raw / "numbers.txt").write_text("2 1")
    assert walk().computed == ["raw/numbers", "declared/numbers", "doubled", "report/total", "page"]


def test_parts_are_kept_under_the_lock(graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, locked = Store(tmp_path / "out"), dict[Path | None, bool]()
    monkeypatch.setattr(StepCache, "save", lambda cache: locked.update({cache.path: store.lock().is_locked}))
    run_of(graph, tmp_path).execute(RunObserver())
    assert locked[store.root / "doubled" / "cache.json"], "or another run sweeps away what is half written"


def test_parts_are_kept_beside_the_results_of_their_step(
    graph: Graph, walk: Callable[..., Noted], tmp_path: Path
) -> None:
    walk()
    path = tmp_path / "out" / "store" / "doubled" / "cache.json"
    first = path.read_bytes()
    (graph.raw / "numbers.txt").write_text("2 1")
    walk()
    assert path.read_bytes() == first
    (graph.raw / "numbers.txt").write_text("2 5")
    walk()
    assert path.read_bytes() != first
    assert said(graph, tmp_path) == "Doubles: [4, 10] [7]"


def test_values_and_tables_stay_in_memory_for_the_next_step(graph: Graph, tmp_path: Path) -> None:
    run = run_of(graph, tmp_path)
    run.execute(RunObserver())
    assert run.load("declared/numbers") is run.load("declared/numbers")
    assert run.load("doubled") is run.table("doubled")
    assert run.load("raw/words") == RawFile("words.txt", b"Doubles")
    assert CALLS == ["numbers", "doubled", "total", "page"]


def test_what_is_given_is_taken_as_it_is(walk: Callable[..., Noted], graph: Graph, tmp_path: Path) -> None:
    store = Store(tmp_path / "out")
    entry = store.put("page", "given", {"page.txt": b"given"})
    store.make_current("page", "given")
    assert walk({"page": entry}).computed == ALL[:-1]
    assert CALLS == ["numbers", "doubled", "total"]
    assert said(graph, tmp_path) == "given"


# What goes wrong.


def test_bad_input_stops_what_needs_it_and_nothing_that_finds_more_of_it(
    graph: Graph, walk: Callable[..., Noted], tmp_path: Path
) -> None:
    (graph.raw / "numbers.txt").write_text("bad")
    with pytest.raises(InputError, match=r"numbers\.txt:1: expected numbers"):
        walk()
    assert CALLS == ["numbers"]
    with pytest.raises(LookupError, match="declared/numbers has not been built"):
        run_of(graph, tmp_path).current("declared/numbers")


def test_the_problems_of_all_files_are_reported_at_once_and_each_once(graph: Graph, walk: Callable[..., Noted]) -> None:
    (graph.raw / "numbers.txt").write_text("bad")
    (graph.raw / "words.txt").unlink()
    with pytest.raises(InputError) as caught:
        walk()
    assert [problem.file for problem in caught.value.problems] == ["words.txt", "numbers.txt"]


@pytest.mark.parametrize(("text", "rule"), [("1 51", "double"), ("-1", "number")])
def test_rows_that_fail_a_rule_are_never_written(
    graph: Graph, walk: Callable[..., Noted], tmp_path: Path, text: str, rule: str
) -> None:
    walk()
    before = run_of(graph, tmp_path).current("doubled")
    (graph.raw / "numbers.txt").write_text(text)
    with pytest.raises(InputError, match=f"table doubled: expected .*{rule}"):
        walk()
    assert CALLS == ["numbers", "doubled"], "after bad input only steps in which more may be found go on"
    run = run_of(graph, tmp_path)
    assert run.current("doubled").version == before.version
    result = run.bring_up_to_date("doubled")
    assert result.entry is None and result.frame is not None
    assert {judged.rule.name for judged in result.rules if not judged.passed}


def test_a_crash_is_not_bad_input(graph: Graph, walk: Callable[..., Noted]) -> None:
    (graph.raw / "numbers.txt").write_text("13")
    with pytest.raises(RuntimeError, match=r"(?s)^report/total: Traceback.*ZeroDivisionError: thirteen"):
        walk()
    assert "page" not in CALLS


def test_a_disk_that_refuses_is_reported_as_it_is(
    graph: Graph, walk: Callable[..., Noted], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: Any) -> Entry:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Store, "put", refuse)
    with pytest.raises(OSError, match="No space left"):
        walk()


def test_what_has_not_been_built_is_named(graph: Graph, tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="doubled has not been built"):
        run_of(graph, tmp_path).table("doubled")
    with pytest.raises(LookupError, match="declared/numbers has not been built"):
        run_of(graph, tmp_path).bring_up_to_date("doubled")


def test_a_damaged_result_is_computed_again(graph: Graph, walk: Callable[..., Noted], tmp_path: Path) -> None:
    walk()
    entry = run_of(graph, tmp_path).current("doubled")
    (entry.folder / "doubled.parquet").write_bytes(b"harmed")
    assert walk().computed == ["doubled"]
    assert list(run_of(graph, tmp_path).table("doubled")["double"]) == [2, 4]
