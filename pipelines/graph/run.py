"""The plain runner: it walks the graph in this process, without Dagster, and rebuilds only what changed.

Order of one step: key, store, compute, validate, write; nothing bad is ever written. Dagster's assets call it for one
step each. What the steps are is in `graph.steps`, where results lie in `graph`.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from tidebook.pipelines.compare.previous import PREVIOUS
from tidebook.pipelines.evaluate.step_cache import FILE as CACHE_FILE
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.graph.keys import tidebook_version, versions
from tidebook.pipelines.graph.previous import keep_previous, read_previous
from tidebook.pipelines.graph.step import Files, Step, Stored, ThisCode
from tidebook.pipelines.graph.store import Entry, Store
from tidebook.pipelines.graph.structure import CHECKED, Graph
from tidebook.pipelines.read.detail import detail, listened
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.errors import InputError, Problem, place_of
from tidebook.pipelines.read.formatting import listed
from tidebook.pipelines.read.outputs import owner_fault
from tidebook.pipelines.read.sources.selection import PATH as SNAPSHOTS
from tidebook.pipelines.read.tables import ParsedTable, row_problems
from tidebook.releases import latest
from tidebook.schemas.base import records
from tidebook.schemas.parquet import read_parquet, to_arrow, to_frame, to_parquet
from tidebook.schemas.rules import Rule, RuleResult, all_passed, rules, valid_table, validate
from tidebook.schemas.units import use_units

SHOWN = 3
"""Maximum changed inputs listed as the reason for computing a step."""


class RunObserver:
    """Receives progress events; `problems` collects those of bad input, `warnings` what is valid but may surprise."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[str] = []

    def run_started(self, steps: int) -> None:
        """Receive the number of steps of a run; several runs may share an observer."""

    def step_started(self, step: str) -> None:
        """Receive the name of a step that starts."""

    def step_finished(self, step: str, reused: bool) -> None:
        """Receive the name of a step that has a result, and whether it was cached."""

    def rules_failed(self, step: str, result: StepResult) -> None:
        """Receive the name of a step whose table fails a rule, with the rows that were judged."""


@dataclass(frozen=True)
class StepResult:
    """The result of a step. `entry` is None if a rule failed.

    Then `frame` holds the rows that were judged, and `arguments` what they were computed from.
    """

    entry: Entry | None
    reused: bool
    rules: list[RuleResult] = field(default_factory=list)
    frame: pd.DataFrame | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)


class Run:
    """One run of a graph over a store; values and tables that one step has read stay in memory for the next.

    Results that are `given` are used as they are. Other steps that this run has not reached keep the result of the last
    run. A `complete` run brings them up to date first, so that running some steps gives what running all would.
    """

    def __init__(
        self, graph: Graph, store: Store, out: Path, given: Mapping[str, Entry] | None = None, complete: bool = False
    ) -> None:
        self.graph = graph
        self.store = store
        self.out = out
        self.given = given or {}
        self.complete = complete
        self._entries = dict(self.given)
        use_units(graph.dossier.declared_units)
        self._values: dict[tuple[str, str], Any] = {}
        self._computed: dict[tuple[str, str], pa.Table] = {}
        self._caches: dict[str, StepCache] = {}
        self._changed: set[str] = set()

    def following(self, graph: Graph) -> Run:
        """Return a run of another graph over the same store and folder, with the values that this one has read."""
        run = Run(graph, self.store, self.out)
        run._values = self._values
        return run

    @staticmethod
    def order(graph: Graph) -> list[str]:
        """Return all steps of a graph, each after those that it reads; the release is not among them.

        Steps that check input come first, with what they read, so that bad input is reported before much is computed.
        """
        checking = graph.checking
        # A stable sort keeps the order within each half.
        steps = sorted(graph.steps, key=lambda name: name not in checking)
        first = next((place for place, name in enumerate(steps) if PREVIOUS in graph.steps[name].inputs.values()), None)
        # As late as possible: reading a whole release is wasted where bad input stops the build.
        before = [] if first is None else [*steps[:first], PREVIOUS]
        return [*graph.raw_files, *before, *steps[first:]]

    def bring_up_to_date(self, name: str) -> StepResult:
        """Bring a step's result up to date and make it current; what was cached on the way is saved.

        Raises LookupError if an input has no current result, InputError if the raw input is bad.
        """
        result = self._result(name)
        self._save_caches()
        return result

    def _result(self, name: str) -> StepResult:
        # Only `--verbose` needs what was current before, which reads the store.
        before = self.store.current(name) if listened() else None
        result = self._brought_up_to_date(name)
        if result.entry:
            self._entries[name] = result.entry
            if before and before.version != result.entry.version:
                self._changed.add(name)
        return result

    def _brought_up_to_date(self, name: str) -> StepResult:
        if name in self.given:
            return StepResult(self.given[name], True)
        if name in self.graph.raw_files:
            return self._register_raw_file(name)
        if name == PREVIOUS:
            hashes = {path: self.current(step).folder.name for step, path in self.graph.raw_files.items()}
            return StepResult(*keep_previous(self.out, self.store, hashes))
        step = self.graph.steps[name]
        key = step.key({parameter: self.current(source).version for parameter, source in step.inputs.items()})
        found = self.store.find(name, key)
        if listened():
            detail("{}", self._reason(step, found))
        if found:
            self.store.make_current(name, key)
            return StepResult(found, True, [RuleResult(rule, True, []) for rule in self.rules(step)])
        return self._compute(step, key)

    def _reason(self, step: Step, found: Entry | None) -> str:
        """Return in words whether a step is computed, and why; needs what was current before it."""
        if found:
            return f"reuses {step.name}: nothing that it depends on has changed"
        changed = [source for source in step.inputs.values() if source in self._changed]
        if changed:
            return f"computes {step.name}: {listed(changed, SHOWN)} changed"
        before = self.store.current(step.name)
        return f"computes {step.name}: {'its code or a library changed' if before else 'no result is stored yet'}"

    def _compute(self, step: Step, key: str) -> StepResult:
        arguments = self._arguments(step)
        result = step.make(arguments)
        judged: list[RuleResult] = []
        rows, table = None, None
        if step.model:
            table = valid_table(step.model, result)
            judged = validate(step.model, result) if table is None else all_passed(step.model)
            if not all(each.passed for each in judged):
                return StepResult(None, False, judged, result, arguments)
            table = to_arrow(step.model, result) if table is None else table
            files, rows = {f"{step.name}.parquet": to_parquet(step.model, table)}, len(result)
        elif step.makes == Files:
            files = result
        else:
            # The text of a value is its version: a value that comes out equal stops what follows.
            files = {"value": key.encode() if step.by_key else repr(result).encode()}
        entry = self.store.put(step.name, key, files, rows)
        self.store.make_current(step.name, key)
        if step.is_value:
            self._values[step.name, entry.version] = result
        elif table is not None:
            self._computed[step.name, entry.version] = table
        return StepResult(entry, False, judged)

    def arguments(self, name: str) -> dict[str, Any]:
        """Return the arguments of a step, by parameter. They are shared: do not modify them."""
        return self._arguments(self.graph.steps[name])

    def _arguments(self, step: Step) -> dict[str, Any]:
        arguments = {
            parameter: self._stored(source) if step.wants[parameter].kind is Stored else self.load(source)
            for parameter, source in step.inputs.items()
        }
        caches = {name: self._cache(step) for name in step.given(StepCache)}
        code = {name: ThisCode(tidebook_version(), versions()) for name in step.given(ThisCode)}
        return {**arguments, **caches, **code}

    def _cache(self, step: Step) -> StepCache:
        """Return the cache of a step, one for the whole run."""
        if step.name not in self._caches:
            path = self.store.root / step.name / CACHE_FILE
            self._caches[step.name] = StepCache(path, digest([step.code, versions()]))
        return self._caches[step.name]

    def _save_caches(self) -> None:
        """Write the caches, under the lock: another run would sweep away half-written files."""
        if self._caches:
            with self.store.held():
                for cache in self._caches.values():
                    cache.save()

    def load(self, name: str) -> Any:
        """Return a step's current result as the argument of other steps. It is shared: do not modify it.

        A value that another process made is made again from its inputs.
        """
        entry = self.current(name)
        place = name, entry.version
        if place not in self._values:
            self._values[place] = self._read(name, entry)
        return self._values[place]

    def _read(self, name: str, entry: Entry) -> Any:
        if name == SNAPSHOTS and self.graph.snapshots:
            return self.graph.snapshots
        if name in self.graph.raw_files:
            return self.graph.as_read(name, entry.read("bytes"))
        if name == PREVIOUS:
            return read_previous(entry)
        step = self.graph.steps[name]
        if step.is_value:
            # Only the text of a value is stored, so that it is made again where another process made it.
            return step.function(**self._arguments(step))
        if step.makes == Files:
            return {file: entry.read(file) for file in entry.files}
        # A step gets what is stored, not what was computed: types and nulls are the same in any later run.
        computed = self._computed.pop((name, entry.version), None)
        return read_parquet(entry.folder / f"{name}.parquet") if computed is None else to_frame(computed)

    def _stored(self, name: str) -> Stored:
        entry, file = self.current(name), f"{name}.parquet"
        return Stored(
            entry.rows or 0, (entry.folder / file).stat().st_size, entry.files[file], lambda: self.table(name)
        )

    def table(self, name: str) -> pd.DataFrame:
        """Return the table that a step has stored. It is shared: do not modify it."""
        found: pd.DataFrame = self.load(name)
        return found

    def current(self, name: str) -> Entry:
        """Return a step's current result, from this run if it has reached the step.

        Raises LookupError if it has none, InputError if it has to be made and the raw input is bad.
        """
        entry = self._entries.get(name)
        if entry is None and self.complete:
            entry = self._rebuilt(name).entry
        entry = entry or self.store.current(name)
        if entry is None:
            raise LookupError(f"{name} has not been built")
        return entry

    def has(self, name: str) -> bool:
        """Whether this run has reached a step with a result."""
        return name in self._entries

    def _register_raw_file(self, name: str) -> StepResult:
        if self._owner_problem:
            raise InputError(self._owner_problem)
        raw = self.graph.read(name)
        detail("reads {}: {} bytes", raw.path, len(raw.data))
        return StepResult(*self.store.ensure(name, raw.sha256, lambda: {"bytes": raw.data}))

    @cached_property
    def _owner_problem(self) -> Problem | None:
        """The problem of an output folder that belongs to another dossier: nothing may become current there."""
        release = latest(self.out)
        fault = owner_fault(release.manifest, self.graph.dossier.article.slug) if release else ""
        return Problem(str(self.out), fault) if fault else None

    @staticmethod
    def rules(step: Step) -> list[Rule]:
        """Return the rules that a step's result must pass."""
        return rules(step.model) if step.model else []

    def execute(self, observer: RunObserver, warn: Callable[[str, Run], list[str]] | None = None) -> None:
        """Bring every step up to date, as `walk` does."""
        steps = self.order(self.graph)
        observer.run_started(len(steps))
        self.walk(steps, observer, warn)

    def walk(
        self, steps: Sequence[str], observer: RunObserver, warn: Callable[[str, Run], list[str]] | None = None
    ) -> None:
        """Bring steps up to date in their order. After bad input only those that may find more of it run.

        `warn` returns the warnings to show once a step is up to date; the observer keeps them.

        Raises InputError with the problems of all steps, RuntimeError if a step crashed.
        """
        with self.store.exclusive():  # or each write would take the lock, which is slow
            problems = self._walk(steps, observer, warn)
            self._save_caches()
        if problems:
            raise InputError(list(dict.fromkeys(problems)))

    def _walk(
        self, steps: Sequence[str], observer: RunObserver, warn: Callable[[str, Run], list[str]] | None
    ) -> list[Problem]:
        """Bring steps up to date in their order, and return the problems of all."""
        problems: list[Problem] = []
        missing: set[str] = set()
        for name in steps:
            if self._is_stopped(name, missing, bool(problems)):
                missing.add(name)
                continue
            observer.step_started(name)
            try:
                result = self._result(name)
                if result.entry is None:
                    observer.rules_failed(name, result)
                    raise InputError(rule_problems(name, result))
                if warn and not problems:
                    observer.warnings += warn(name, self)
            except InputError as error:
                problems += error.problems
                missing.add(name)
            # A full disk or a missing right is no crash of a step: the command says it in one line.
            except OSError:
                raise
            except Exception as error:
                raise RuntimeError(f"{name}: {''.join(traceback.format_exception(error))}") from error
            else:
                observer.step_finished(name, result.reused)
        return problems

    def _is_stopped(self, name: str, missing: Set[str], has_problems: bool) -> bool:
        """Whether a step is left out: an input is missing, or after bad input none of its own can be found in it."""
        step = self.graph.steps.get(name)
        if step is None:
            return name == PREVIOUS and not missing.isdisjoint(self.graph.raw_files)
        return not missing.isdisjoint(step.inputs.values()) or (has_problems and step.group not in CHECKED)

    def _rebuilt(self, name: str) -> StepResult:
        result = self._result(name)
        if result.entry is None:
            raise InputError(rule_problems(name, result))
        return result


def rule_problems(step: str, result: StepResult) -> list[Problem]:
    """Return the rules that a step's result fails as problems, in the raw rows where these are known."""
    parsed, frame = result.arguments.get("parsed"), result.frame
    problems: list[Problem] = []
    for judged in result.rules:
        rule = judged.rule
        if judged.passed:
            continue
        if judged.rows and isinstance(parsed, ParsedTable):
            problems += row_problems(parsed.table, parsed.raw, judged.rows, rule.column, rule.meaning)
        elif judged.rows and frame is not None and "locator" in frame:
            problems += [_located(row, rule) for row in records(frame.iloc[judged.rows])]
        else:
            problems.append(Problem(f"table {step}", f"{rule.meaning}; {judged.text}"))
    return problems


def _located(row: Mapping[str, Any], rule: Rule) -> Problem:
    """Return the problem of a row that fails a rule, at the place that its locator names."""
    path, line, header = place_of(row["locator"])
    text = str(row[rule.column]) if rule.column else None
    return Problem(path, rule.meaning, line, header or rule.column, text)
