"""What Dagster calls fresh and stale agrees with the files and the store, in whatever order assets are materialized."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.data_version import StaleStatus
from dagster._utils.test.data_versions import get_stale_status_resolver

from tests.conftest import LONG, SMALL, edit, tidebook
from tidebook.pipelines.compare.previous import PREVIOUS
from tidebook.pipelines.defs.command import QUIET
from tidebook.pipelines.defs.common import key_of
from tidebook.pipelines.defs.job import DAILY, JOB, build_defs
from tidebook.pipelines.defs.observations import assets_of, needed, observe_now, parents_of, records_of, stale_assets
from tidebook.pipelines.graph.graph import graph_of
from tidebook.pipelines.graph.run import Run, RunObserver
from tidebook.pipelines.graph.store import Store
from tidebook.pipelines.graph.structure import RELEASE
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.read.sources.selection import input_hashes
from tidebook.pipelines.release.build import publish_results
from tidebook.releases import latest

GRAPH = graph_of(Settings(SMALL, Path("out")))
ASSETS = assets_of(GRAPH)
EDITS = {
    Path("article", "shops.csv"): ("$20M", "$29M"),
    Path("claims.toml"): ("almost half", "nearly half"),
    Path("reference", "figures.csv"): ("$24.1M", "$25.1M"),
    Path("dossier.toml"): ("", "# Nothing reads this line\n"),
}
"""What a file says in turn: each edit takes it from one to the other."""


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        yield found


class Project:
    """A dossier with its results and its instance, and a memory of its own of what was materialized from what."""

    def __init__(self, raw: Path, out: Path, instance: dg.DagsterInstance) -> None:
        self.folders = Settings(raw, out)
        self.graph = graph_of(self.folders)
        self.instance = instance
        self.made: dict[str, str] = {}
        self.truths: dict[str, dict[str, str]] = {}
        self.made_from: dict[str, dict[str, str]] = {}

    def toggle(self, path: Path) -> None:
        """Edit a file, or take the edit back."""
        place, (one, other) = self.folders.raw / path, EDITS[path]
        text = place.read_text(encoding="utf-8")
        if not one:
            place.write_text(text.removesuffix(other) if text.endswith(other) else text + other, encoding="utf-8")
        else:
            old, new = (one, other) if one in text else (other, one)
            edit(place, old, new)

    def run(self, some: Collection[str] | None = None) -> dg.ExecuteInProcessResult:
        """Materialize some assets, or all, and remember what is known to have come of it."""
        truth = self.truth()
        wanted = [asset for asset in ASSETS if some is None or asset in some]
        expected = self._possible(wanted, truth)
        job = build_defs(self.folders).resolve_job_def(JOB)
        keys = [key_of(asset) for asset in wanted]
        result = job.execute_in_process(
            instance=self.instance, raise_on_error=False, run_config=QUIET, asset_selection=keys
        )
        assert result.success == (expected == wanted), f"of {wanted} only {expected} rest on what is recorded"
        done = [
            event.asset_key.to_user_string() for event in result.get_asset_materialization_events() if event.asset_key
        ]
        assert set(done) <= set(expected), "nothing is recorded that rests on what is not"
        for asset in done:
            self.made[asset] = truth[asset]
            self.made_from[asset] = {parent: truth[parent] for parent in parents_of(GRAPH, asset)}
        return result

    def _possible(self, wanted: Sequence[str], truth: dict[str, str]) -> list[str]:
        """Return the assets of a run whose inputs are sources, or made in the run, or recorded as they are."""
        found: list[str] = []
        for asset in wanted:
            others = [each for each in parents_of(GRAPH, asset) if each not in GRAPH.sources()]
            outside = [each for each in others if each not in wanted]
            inside = [each for each in others if each in wanted]
            if set(inside) <= set(found) and all(self.made.get(each) == truth[each] for each in outside):
                found.append(asset)
        return found

    def truth(self) -> dict[str, str]:
        """Return the version of each source and asset that a plain build gives now, in a copy of the output folder."""
        released = latest(self.folders.out)
        state = str([released and released.release_id, sorted(input_hashes(self.folders).items())])
        if state not in self.truths:
            self.truths[state] = self._built()
        return self.truths[state]

    def _built(self) -> dict[str, str]:
        copy = self.folders.out.parent / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        if self.folders.out.exists():
            shutil.copytree(self.folders.out, copy, symlinks=True)
        run = Run(graph_of(self.folders), Store(copy), copy)
        run.execute(RunObserver())
        found = {asset: run.current(asset).version for asset in GRAPH.stored()}
        for step, path in GRAPH.raw_files.items():
            found[step] = hashlib.sha256((self.folders.raw / path).read_bytes()).hexdigest()
        release = publish_results(run)[0]
        found[PREVIOUS] = str(release.manifest["previous"] or "none")
        return {**found, RELEASE: release.release_id}

    def fresh(self, truth: dict[str, str]) -> set[str]:
        """Return the assets that were made from what their inputs are now, whether or not these are current."""
        now = {**truth, **dict.fromkeys(ASSETS, ""), **self.made}
        return {
            asset
            for asset, made_from in self.made_from.items()
            if made_from == {parent: now[parent] for parent in parents_of(GRAPH, asset)}
        }

    def check(self) -> None:
        """Compare what Dagster has recorded, what it shows as fresh and what a run is to make with memory and truth."""
        observe_now(self.instance, self.folders, self.graph)
        truth, definitions = self.truth(), build_defs(self.folders)
        recorded = {step: each.version for step, each in records_of(self.instance, self.folders, ASSETS).items()}
        assert {step: version for step, version in recorded.items() if version} == self.made
        resolver = get_stale_status_resolver(self.instance, definitions.resolve_asset_graph().assets_defs)
        shown = {asset for asset in ASSETS if resolver.get_status(key_of(asset)) == StaleStatus.FRESH}
        assert shown == self.fresh(truth)
        current = {*GRAPH.sources()}
        for asset in ASSETS:
            current |= {asset} if asset in shown and current.issuperset(parents_of(GRAPH, asset)) else set()
        current -= {*GRAPH.sources()}
        assert {asset: recorded[asset] for asset in current} == {asset: truth[asset] for asset in current}
        assert RELEASE not in shown or recorded[RELEASE] == truth[RELEASE], "it reads all raw files"
        stale = set(ASSETS) - current
        on_disk = latest(self.folders.out)
        stale |= {RELEASE} if on_disk and on_disk.release_id != recorded[RELEASE] else set()
        assert set(stale_assets(self.instance, self.folders, self.graph)) == stale


@pytest.mark.parametrize("seed", range(20 if LONG else 2))
def test_in_every_order_what_is_fresh_is_what_a_build_from_nothing_makes(
    seed: int, raw: Path, out: Path, instance: dg.DagsterInstance
) -> None:
    chance, project = random.Random(seed), Project(raw, out, instance)

    def some() -> None:
        project.run(chance.sample(ASSETS, chance.randint(1, 6)))

    def with_what_it_rests_on() -> None:
        one = chance.choice(ASSETS)
        found = {one}
        for asset in reversed(ASSETS):
            found.update(parents_of(GRAPH, asset) if asset in found else ())
        assert project.run(found).success

    def what_is_stale() -> None:
        # Nothing is not run: Dagster 1.11 takes an empty selection for all assets.
        if found := stale_assets(instance, project.folders, project.graph):
            assert project.run(found).success
        assert latest(out).release_id == project.truth()[RELEASE]  # type: ignore[union-attr]
        assert stale_assets(instance, project.folders, project.graph) == []

    def a_plain_build() -> None:
        assert tidebook("build", "--raw", str(raw), "--out", str(out)).exit_code == 0

    assert project.run().success
    project.check()
    acts = [some, with_what_it_rests_on, what_is_stale, a_plain_build]
    for _ in range(5):
        for path in chance.sample(list(EDITS), chance.randint(0, 2)):
            project.toggle(path)
        project.check()
        chance.choice(acts)()
        project.check()
    what_is_stale()
    project.check()


@pytest.mark.usefixtures("already_built")
def test_one_asset_alone_fails_where_its_inputs_have_changed_and_says_what_to_select(
    raw: Path, out: Path, instance: dg.DagsterInstance
) -> None:
    project = Project(raw, out, instance)
    assert project.run().success
    project.toggle(Path("article", "shops.csv"))
    result = project.run(["figure_outcomes"])
    (failure,) = (event.step_failure_data.user_failure_data for event in result.all_events if event.is_step_failure)
    assert failure is not None
    assert str(failure.description).startswith("figure_outcomes: found inputs that have changed since they were")
    assert "figures" in str(failure.description) and "select +figure_outcomes" in str(failure.description)
    assert latest(out).release_id == project.made[RELEASE]  # type: ignore[union-attr]
    project.check()


@pytest.mark.usefixtures("already_built")
def test_an_edit_shows_as_stale_before_any_run_and_its_reversal_as_fresh(
    raw: Path, out: Path, instance: dg.DagsterInstance
) -> None:
    project = Project(raw, out, instance)
    assert project.run().success
    for expected in ({"figures", "figure_outcomes", RELEASE}, set()):
        project.toggle(Path("article", "shops.csv"))
        observe_now(instance, project.folders, project.graph)
        assert expected <= set(stale_assets(instance, project.folders, project.graph))
        assert bool(expected) == bool(stale_assets(instance, project.folders, project.graph))
    project.check()


@pytest.mark.usefixtures("already_built")
def test_nothing_is_observed_while_a_run_goes_on_which_has_read_the_files_before(
    raw: Path, out: Path, instance: dg.DagsterInstance
) -> None:
    project = Project(raw, out, instance)
    assert project.run().success
    job = build_defs(project.folders).resolve_job_def(JOB)
    going_on = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    project.toggle(Path("claims.toml"))
    before = records_of(instance, project.folders, ["raw/claims"])
    observe_now(instance, project.folders, project.graph)
    assert records_of(instance, project.folders, ["raw/claims"]) == before
    instance.delete_run(going_on.run_id)
    observe_now(instance, project.folders, project.graph)
    assert records_of(instance, project.folders, ["raw/claims"]) != before


@pytest.mark.usefixtures("already_built")
def test_a_run_on_unchanged_files_makes_the_release_alone(raw: Path, out: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "home")) as instance:
        project = Project(raw, out, instance)
        assert project.run().success
        assert needed(instance, project.folders, project.graph) == [key_of(RELEASE)]
        schedule = build_defs(project.folders).resolve_schedule_def(DAILY)
        (request,) = schedule.evaluate_tick(dg.build_schedule_context(instance)).run_requests or []
        assert request.asset_selection == [key_of(RELEASE)]
        project.toggle(Path("article", "shops.csv"))
        some = needed(instance, project.folders, project.graph)
        assert some is not None and key_of("figures") in some and key_of("predictions") not in some
