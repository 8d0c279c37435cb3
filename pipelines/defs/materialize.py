"""What happens in one step of a Dagster run: its assets are brought up to date, and each result is recorded.

Belongs here: the order, what a failure stops, and what is yielded for an asset. Does not: which assets there are
(`assets`), what a step computes (`graph.run`), or which rows and numbers the UI shows (`preview`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import dagster as dg
import pandas as pd

from tidebook.pipelines.defs.common import RESOURCE, bad_input, key_of, report_link, rows_metadata
from tidebook.pipelines.defs.editorial import editorial_results
from tidebook.pipelines.defs.observations import parents_of, records_of, source_version
from tidebook.pipelines.defs.preview import preview
from tidebook.pipelines.defs.turns import marking_outages
from tidebook.pipelines.graph.run import Run, RunObserver, StepResult, rule_problems
from tidebook.pipelines.graph.structure import CHANGES, CHECKED, RELEASE, Graph
from tidebook.pipelines.graph.warnings import WARNINGS, warning_lines
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.release.build import publish_release
from tidebook.releases import LocalRelease
from tidebook.schemas.base import records
from tidebook.schemas.rules import RuleResult, validate

if TYPE_CHECKING:
    from tidebook.pipelines.defs.resource import DossierResource

STATE = "tidebook/state"
"""The tag of a materialization: whether its data version is new, changed, or unchanged since the last one."""

SCHEMA = "schema"
"""The check that a table passes all rules of its model."""

MOST_NAMED = 8
"""Maximum assets that one message names."""


class NotCurrentError(Exception):
    """An input of an asset is not what Dagster has recorded of it, and the run does not materialize it."""


class StepError(Exception):
    """A step crashed: its name, with the reason as the cause."""


class Materializer:
    """The assets of one step of a run, and how far they have come."""

    def __init__(self, context: dg.AssetExecutionContext, folders: Settings, observer: RunObserver) -> None:
        resource: DossierResource = getattr(context.resources, folders.prefixed(RESOURCE))
        self.context = context
        self.folders = resource.folders
        self.observer = observer
        self.run = resource.graph_run
        self.graph: Graph = self.run.graph
        self.problems: list[Problem] = []
        self.crashes: list[tuple[str, Exception]] = []
        self.missing: set[str] = set()

    @cached_property
    def recorded(self) -> dict[str, str]:
        """The data version of each source and asset that the instance recorded last, by step."""
        steps = [*self.graph.sources(), *self.graph.stored(), RELEASE]
        found = records_of(self.context.instance, self.folders, steps)
        return {step: record.version for step, record in found.items()}

    def key(self, step: str) -> dg.AssetKey:
        """Return the asset key of a step."""
        return key_of(step, self.folders.prefix)

    def execute(self, assets: Sequence[str], values: Collection[str]) -> Iterator[Any]:
        """Bring the selected ones of these assets up to date, and yield the result of each with those of its checks.

        The values in memory that they depend on come first. Where all assets are selected, all `values` are, so that
        a run reports at once what is wrong in any file. What fails stops only what depends on it; after bad input only
        steps go on in which more of it may be found.

        Raises dg.Failure if raw input is bad or an input is not current, StepError if a step crashed.
        """
        with marking_outages(self.context.instance, self.context.run.run_id):
            assert self.recorded is not None  # before anything is made: what Dagster takes as versions of the inputs
            selected = [name for name in assets if self.key(name) in self.context.selected_asset_keys]
            wanted = self._steps_needed(selected)
            if len(selected) == len(assets):
                wanted.update(values)
            for name in (*Run.order(self.graph), RELEASE):
                if name in wanted:
                    yield from self._attempt(name, name in selected)
            for name in assets:
                if name not in selected:
                    yield from self._lone_checks(name)
            self._raise()

    def _steps_needed(self, selected: Sequence[str]) -> set[str]:
        """Return the selected assets with the values in memory that they need; a release repeats the warnings."""
        wanted = {*selected, *self.graph.values_needed(selected)}
        if RELEASE in selected and WARNINGS in self.graph.steps:
            wanted |= {WARNINGS, *self.graph.values_needed([WARNINGS])}
        return wanted

    def _attempt(self, name: str, is_selected: bool) -> Iterator[Any]:
        """Bring one step up to date, unless what it depends on is missing; a failure is kept for the end."""
        if not self._may_start(name):
            self.missing.add(name)
            return
        try:
            if is_selected:
                self._require_current(name)
            yield from self._made(name, is_selected)
        # A full disk is no fault of this step: the whole run is made again, see `marking_outages`.
        except OSError:
            raise
        except InputError as error:
            self.problems += error.problems
            self.missing.add(name)
        except Exception as error:
            self.crashes.append((name, error))
            self.missing.add(name)

    def _may_start(self, name: str) -> bool:
        """Whether the inputs of a step are there and, after bad input, the step may find more of it."""
        step = self.graph.steps.get(name)
        reads = step.inputs.values() if step else parents_of(self.graph, name)
        if not self.missing.isdisjoint(reads):
            return False
        return not self.problems or (step is not None and step.group in CHECKED)

    def _made(self, name: str, is_selected: bool) -> Iterator[Any]:
        if name == RELEASE:
            return self._release()
        return self._stored(name) if is_selected else self._value(name)

    def _raise(self) -> None:
        """Raise what went wrong; the log has what was found besides."""
        problems = list(dict.fromkeys(self.problems))
        self.observer.problems += problems
        if self.crashes:
            for name, other in self.crashes[1:]:
                self.context.log.error(f"{name}: {type(other).__name__}: {other}")
            name, first = self.crashes[0]
            if isinstance(first, NotCurrentError):
                # Not again: a retry selects the same assets.
                raise dg.Failure(str(first), {"not_current": True}, allow_retries=False)
            raise StepError(name) from first
        if problems:
            raise bad_input(InputError(problems))

    def _require_current(self, asset: str) -> None:
        """Check that the inputs of an asset are those that Dagster has recorded, or else the record would be false.

        Raises InputError if a raw file is bad, NotCurrentError if an input has changed that the run does not include.
        """
        inputs = parents_of(self.graph, asset)
        if all(self._is_recorded(name) for name in inputs):
            return
        changed = [name for name in self._ancestors(inputs) if not self._is_recorded(name)]
        more = f" and {len(changed) - MOST_NAMED} more" if len(changed) > MOST_NAMED else ""
        named = ", ".join(changed[:MOST_NAMED]) + more
        raise NotCurrentError(
            f"{asset}: found inputs that have changed since they were materialized: {named}; expected a run that "
            f"materializes them too: select +{self.key(asset).to_user_string()}, or materialize all that is unsynced"
        )

    def _is_recorded(self, step: str) -> bool:
        is_source = step in self.graph.sources()
        version = source_version(self.run, step) if is_source else self.run.current(step).version
        return self.recorded[step] == version

    def _ancestors(self, steps: Collection[str]) -> list[str]:
        """Return these steps and all that they are made from, in order."""
        found = {*steps}
        for name in reversed(self.graph.stored()):
            found.update(parents_of(self.graph, name) if name in found else ())
        return [name for name in (*self.graph.sources(), *self.graph.stored()) if name in found]

    def _value(self, name: str) -> Iterator[Any]:
        """Bring a value in memory up to date, of which nothing is recorded."""
        self._brought_up_to_date(name)
        self._warn(name)
        return iter(())

    def _warn(self, name: str) -> None:
        known = self.observer.warnings
        known += [line for line in warning_lines(name, self.run) if line not in known]

    def _brought_up_to_date(self, name: str) -> StepResult:
        self.observer.step_started(name)
        result = self.run.bring_up_to_date(name)
        if result.entry is not None:
            self.observer.step_finished(name, result.reused)
        return result

    def _stored(self, name: str) -> Iterator[Any]:
        """Bring a table or report up to date. If a rule fails, nothing is written, and the check has the rows."""
        result, step = self._brought_up_to_date(name), self.graph.steps[name]
        checks = [schema_check(self.key(name), result.rules, result.frame)] if step.model else []
        if result.entry is None:
            yield from self._wanted(checks)
            raise InputError(rule_problems(name, result))
        self._warn(name)
        self.context.log.info(f"{name}: {'cached' if result.reused else 'computed'}")
        shown = {**preview(step, result.entry, result.reused, self.run.table), "key": result.entry.folder.name}
        if step.model:
            shown["dagster/uri"] = (result.entry.folder / f"{name}.parquet").resolve().as_uri()
        checks = [*editorial_results(name, self.key(name), self.run), *checks]
        yield self._materialized(name, result.entry.version, shown, not result.reused, checks)

    def _release(self) -> Iterator[Any]:
        """Publish tables and report."""
        self.observer.step_started(RELEASE)
        with self.run.store.exclusive():
            release, new = publish_release(self.run, self.folders)
        self.observer.step_finished(RELEASE, not new)
        changed = what_changed(self.run) if new else {}
        if changed:
            self.context.instance.add_run_tags(self.context.run.run_id, changed)
        file = release.folder / "report" / "index.html"
        for text in (f"report: {file}", *changed.values()):
            self.context.log.info(text)
        shown: dict[str, Any] = {
            "report": report_link(f"releases/{release.release_id}", str(file)),
            "release": release.release_id,
            "dagster/uri": self._address(release),
        }
        checks = list(editorial_results(RELEASE, self.key(RELEASE), self.run))
        yield self._materialized(RELEASE, release.release_id, shown, new, checks)

    def _address(self, release: LocalRelease) -> str:
        if self.folders.remote:
            return f"{self.folders.shown}/releases/{release.release_id}"
        return release.folder.resolve().as_uri()

    def _materialized(
        self, name: str, version: str, metadata: Mapping[str, Any], computed: bool, checks: list[dg.AssetCheckResult]
    ) -> dg.MaterializeResult[Any]:
        """Return the result of an asset, marked as changed or unchanged since the instance last recorded it.

        That is not whether this run computed it: a plain build may have computed a result that the instance never saw.
        """
        before = self.recorded[name]
        # For the assets behind it, whose inputs must be what is recorded.
        self.recorded[name] = version
        return dg.MaterializeResult(
            asset_key=self.key(name),
            metadata={**metadata, "unchanged": before == version, "computed": computed},
            check_results=self._wanted(checks),
            data_version=dg.DataVersion(version),
            tags={STATE: _state(before, version)},
        )

    def _wanted(self, checks: Sequence[dg.AssetCheckResult]) -> list[dg.AssetCheckResult]:
        """Return the checks that the run includes."""
        wanted = self.context.selected_asset_check_keys
        return [each for each in checks if (each.asset_key, each.check_name) in wanted]

    def _lone_checks(self, name: str) -> Iterator[dg.AssetCheckResult]:
        """Yield the results of checks that the run includes without their asset: on what the asset is now."""
        if self.key(name) not in {key.asset_key for key in self.context.selected_asset_check_keys}:
            return
        try:
            self._require_current(name)
            step = self.graph.steps.get(name)
            checks = [*editorial_results(name, self.key(name), self.run)]
            if step and step.model:
                frame = self.run.table(name)
                checks.append(schema_check(self.key(name), validate(step.model, frame), frame))
            yield from self._wanted(checks)
        except InputError as error:
            self.problems += error.problems
        except NotCurrentError as error:
            self.crashes.append((name, error))


def _state(before: str, version: str) -> str:
    """Return the state of an asset, given the version that was recorded before, "" for none."""
    if before == version:
        return "unchanged"
    return "changed" if before else "new"


def what_changed(run: Run) -> dict[str, str]:
    """Return run tags that list the outcomes and verdicts that changed since the previous release, and the causes."""
    changes = run.table(CHANGES)
    words: dict[str, list[str]] = {}
    causes: set[str] = set()
    for kind in ("outcome", "verdict"):
        rows = records(changes[changes["kind"] == kind])
        words[kind] = [f"{row['name']}: {row['old']} → {row['new']}" for row in rows]
        for row in rows:
            causes.update(row["caused_by"])
    found = {"outcomes": words["outcome"], "turned": sorted({*words["verdict"]}), "because_of": sorted(causes)}
    return {
        f"tidebook/{tag}": shorten("; ".join(texts), 250, placeholder=" …") for tag, texts in found.items() if texts
    }


def schema_check(key: dg.AssetKey, judged: Sequence[RuleResult], frame: pd.DataFrame | None) -> dg.AssetCheckResult:
    """Return the result of the check that a table passes its rules: which fail, and the rows in which they do."""
    failed = [each for each in judged if not each.passed]
    metadata: dict[str, Any] = {"rules": len(judged)}
    if failed:
        metadata |= {
            "found": "; ".join(f"{each.rule.name}: {each.text}" for each in failed),
            "failing_rules": rows_metadata(
                pd.DataFrame(
                    [(each.rule.name, each.rule.meaning, each.text) for each in failed],
                    columns=["rule", "expected", "found"],
                )
            ),
        }
        rows = sorted({row for each in failed for row in each.rows})
        if frame is not None and rows:
            metadata |= {"failing_rows": rows_metadata(frame.iloc[rows]), "failing_row_count": len(rows)}
    return dg.AssetCheckResult(passed=not failed, check_name=SCHEMA, asset_key=key, metadata=metadata)
