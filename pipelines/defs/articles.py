"""Many articles in one code location: an asset for each, which checks it, and asset checks that say what was found.

Belongs here: these assets, with their job, schedule and sensor. Does not: the tables and the report of one dossier as
assets (`assets`, `job`). Nothing of an article is read when the location loads, so that hundreds load in seconds and a
broken one stops no other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import pandas as pd

from tidebook.pipelines.defs.common import OWNERS, rows_metadata
from tidebook.pipelines.graph.check import check
from tidebook.pipelines.judge.finding import Finding
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.dossier.sections import DOSSIER, is_dossier
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.rawfile import names_in
from tidebook.pipelines.read.regular import hash_regular
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.read.sources.selection import input_hashes
from tidebook.pipelines.report.article_findings import article_findings
from tidebook.pipelines.report.dossier_findings import coverage
from tidebook.schemas.vocabulary import NOT_TO_BELIEVE

if TYPE_CHECKING:
    from tidebook.pipelines.defs.job import Automation

ASSET, READABLE, HOLDS = "article", "can_be_read", "holds"
"""The asset of an article, below its prefix, and the checks of it."""

SHOWN = ["file", "line", "id", "kind", "severity", "printed", "expected", "why"]
"""Columns of findings in the UI."""


def dossiers_in(place: Path, named: str | Sequence[str]) -> list[Path]:
    """Return the dossiers that a component names: those in one folder, or each of a list.

    Args:
        place: the folder to which paths are relative.
        named: a folder whose folders are dossiers, in the order of their names, or dossiers.

    Raises:
        InputError: the folder is not there, or has no dossier.
    """
    if not isinstance(named, str):
        return [place / each for each in named]
    folder = place / named
    found = [folder / name for name in names_in(folder, str(folder)) if _may_be_dossier(folder / name)]
    if not found:
        raise InputError(Problem(str(folder), f"a folder of dossiers: of folders with {DOSSIER}"))
    return found


def _may_be_dossier(folder: Path) -> bool:
    """Whether a folder is a dossier, or unreadable: then its check says why."""
    try:
        return is_dossier(folder)
    except InputError:
        return True


def _check_inside(folders: Settings, within: Path | None) -> None:
    """Check that an article of a folder of articles is there and not elsewhere. Raises InputError if it is not."""
    if within and not Path(os.path.realpath(folders.raw)).is_relative_to(os.path.realpath(within)):
        raise InputError(Problem(str(folders.raw), f"a dossier inside {within}, not a link out of it"))


def article_defs(
    articles: Mapping[str, Settings],
    name: str,
    group: str,
    executor: dg.ExecutorDefinition,
    automation: Automation,
    within: Path | None = None,
) -> dg.Definitions:
    """Return the definitions of articles.

    Args:
        articles: the folders of each, by the prefix of its asset.
        name: what the names of job, schedule and sensor begin with.
        group: the group of all assets.
        executor: where checks run, each in a step of its own.
        automation: the schedule, and whether it and the sensor start switched on.
        within: the folder that the articles must be in, None if each was named.
    """
    assets = [_asset(prefix, folders, group, within) for prefix, folders in articles.items()]
    job = dg.define_asset_job(
        f"{name}_check",
        selection=dg.AssetSelection.assets(*(_key(prefix) for prefix in articles)),
        executor_def=executor,
        description="Checks the articles: all, or those that you select.",
    )
    return dg.Definitions(
        assets=assets,
        jobs=[job],
        schedules=[_schedule(name, job, automation)] if automation.schedule else [],
        sensors=[_sensor(articles, name, job, automation.running, within)],
    )


def _key(prefix: str) -> dg.AssetKey:
    return dg.AssetKey([prefix, ASSET])


def _asset(prefix: str, folders: Settings, group: str, within: Path | None) -> dg.AssetsDefinition:
    """Return the asset of an article; unreadable files and wrong outcomes fail a check, not the run."""
    key = _key(prefix)
    texts = {
        READABLE: "All files of the dossier can be read.",
        HOLDS: "No figure or claim is wrong, contradicts itself or has drifted.",
    }

    @dg.multi_asset(
        name=f"{prefix}_{ASSET}",  # a prefix may be a word that Dagster reserves, such as type
        specs=[
            dg.AssetSpec(
                key,
                skippable=True,
                group_name=group,
                owners=OWNERS,
                description=f"The article of {folders.raw.name}, checked as `tidebook check` does.",
                metadata={"dagster/uri": Path(os.path.realpath(folders.raw)).as_uri()},
            )
        ],
        check_specs=[dg.AssetCheckSpec(name, asset=key, description=text) for name, text in texts.items()],
    )
    def article() -> Iterator[Any]:
        yield from checked(key, folders, within)

    return article


def checked(key: dg.AssetKey, folders: Settings, within: Path | None = None) -> Iterator[Any]:
    """Yield what a check of an article found, as the results of its asset; `within` is the folder that it must be in.

    Raises:
        RuntimeError: the check crashed, which says nothing about the article.
    """
    try:
        _check_inside(folders, within)
        found = check(folders)
        findings = article_findings(folders.raw, found.rows, is_error)
    except InputError as error:
        problems = pd.DataFrame([vars(problem) for problem in error.problems]).astype(str)
        yield _result(key, READABLE, False, dg.AssetCheckSeverity.ERROR, rows_metadata(problems), len(problems))
        # Nothing was judged, but Dagster takes a step that leaves out a check for a crash.
        yield _result(key, HOLDS, False, dg.AssetCheckSeverity.WARN, None, 0)
        return
    errors = [finding for finding in findings if finding.level == "error"]
    share = coverage(found.rows.numbers)
    yield dg.MaterializeResult(
        asset_key=key,
        metadata={
            "findings": _table(findings),
            "errors": len(errors),
            "accepted": sum(bool(finding.accepted) for finding in findings),
            **({} if share is None else {"coverage": share}),
        },
        data_version=dg.DataVersion(digest([asdict(finding) for finding in findings])),
    )
    yield _result(key, READABLE, True, dg.AssetCheckSeverity.ERROR, None, 0)
    yield _result(key, HOLDS, not errors, dg.AssetCheckSeverity.WARN, _table(errors), len(errors))


def is_error(outcome: str, severity: str) -> bool:
    """Whether an outcome is an error, as for `tidebook check` by itself."""
    return outcome in NOT_TO_BELIEVE and severity != "minor"


def _result(
    key: dg.AssetKey, name: str, passed: bool, severity: dg.AssetCheckSeverity, rows: Any, count: int
) -> dg.AssetCheckResult:
    metadata = {"found": count, **({} if rows is None else {"rows": rows})}
    return dg.AssetCheckResult(passed=passed, check_name=name, asset_key=key, severity=severity, metadata=metadata)


def _table(findings: Sequence[Finding]) -> dg.TableMetadataValue:
    return rows_metadata(pd.DataFrame([asdict(finding) for finding in findings], columns=SHOWN))


def _schedule(name: str, job: Any, automation: Automation) -> dg.ScheduleDefinition:
    """Return the schedule that requests a check of all articles."""
    return dg.ScheduleDefinition(
        name=f"{name}_daily",
        job=job,
        cron_schedule=automation.schedule,
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING if automation.running else dg.DefaultScheduleStatus.STOPPED,
    )


def _sensor(
    articles: Mapping[str, Settings], name: str, job: Any, running: bool, within: Path | None
) -> dg.SensorDefinition:
    """Return the sensor that requests a check of each article with a file that changed since the last tick."""
    status = dg.DefaultSensorStatus.RUNNING if running else dg.DefaultSensorStatus.STOPPED

    @dg.sensor(
        name=f"{name}_changed",
        job=job,
        default_status=status,
        description="Requests a check of each article with a changed file.",
    )
    def changed(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        known = json.loads(context.cursor or "{}")
        now = {prefix: _content(folders, within) for prefix, folders in articles.items()}
        keys = [_key(prefix) for prefix, content in now.items() if known.get(prefix) != content]
        if not keys:
            return dg.SkipReason("no file of an article changed")
        return dg.SensorResult(run_requests=[dg.RunRequest(asset_selection=keys)], cursor=json.dumps(now))

    return changed


def _content(folders: Settings, within: Path | None) -> str:
    """Return a hash of all inputs of an article, or, if they cannot be listed, of the reason and its main file."""
    try:
        _check_inside(folders, within)
        return digest(dict(input_hashes(folders)))
    except InputError as error:
        return digest([str(error), hash_regular(folders.raw, DOSSIER) or ""])
