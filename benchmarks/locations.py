"""A code location of ten dossiers beside one of as many assets of Dagster's own: `python -m benchmarks locations`.

Belongs here: how long each takes to load, in processor time of a fresh process, the processes by turns. The other has
the same keys, dependencies, checks, jobs, sensors and schedules, and assets that do nothing.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.builds import ROOT, measured

DOSSIERS, ROUNDS, MOST = 10, 3, 2.0
"""How many dossiers there are, and how many times as long as Dagster's own assets they may take."""

PLACES = {"tidebook": "dossiers", "dagster": "plain"}

LOAD = """\
import sys
from pathlib import Path
import dagster as dg
found = dg.load_from_defs_folder(path_within_project=Path(sys.argv[1])).get_repository_def()
assert len(found.asset_graph.get_all_asset_keys()) == int(sys.argv[2])
"""

PLAIN = """\
import dagster as dg

ASSETS = {assets!r}


def made(key, group, text, kinds, deps, checks):
    @dg.asset(
        key=key, group_name=group, description=text, kinds=set(kinds), deps=[dg.AssetKey(each) for each in deps],
        check_specs=[dg.AssetCheckSpec(name, asset=dg.AssetKey(key), description=words) for name, words in checks],
    )
    def asset():
        pass

    return asset


job = dg.define_asset_job({name!r}, selection=dg.AssetSelection.assets(*(dg.AssetKey(each[0]) for each in ASSETS)))


@dg.sensor(name={name!r} + "_sensor", job=job)
def sensor():
    pass


daily = dg.ScheduleDefinition(name={name!r} + "_daily", job=job, cron_schedule="0 6 * * *")
defs = dg.Definitions([made(*each) for each in ASSETS], jobs=[job], sensors=[sensor], schedules=[daily])
"""


def make(folder: Path) -> tuple[dict[str, Path], int]:
    """Make a project of ten dossiers and one of plain assets.

    Return the folder of definitions of each by tool, and how many assets each has.
    """
    import dagster as dg

    (folder / "dg.toml").write_text('directory_type = "project"\n\n[project]\nroot_module = "dossiers"\n')
    found = {tool: folder / name / "defs" for tool, name in PLACES.items()}
    for number in range(DOSSIERS):
        raw, place = folder / "raw" / f"dossier_{number}", found["tidebook"] / f"dossier_{number}"
        shutil.copytree(ROOT / "examples" / "measles", raw)
        dossier = (raw / "dossier.toml").read_text(encoding="utf-8")
        (raw / "dossier.toml").write_text(dossier.replace('id = "measles"', f'id = "measles_{number}"'), "utf-8")
        place.mkdir(parents=True)
        attributes = f"attributes: {{dossier: {raw}, out: {folder / 'out' / raw.name}}}\n"
        (place / "defs.yaml").write_text(
            f"type: tidebook.pipelines.defs.component.DossierComponent\n{attributes}", "utf-8"
        )
    for path in found.values():
        path.mkdir(parents=True, exist_ok=True)
        for each in (path, path.parent):
            (each / "__init__.py").touch()
    sys.path.insert(0, str(folder))
    graph = dg.load_from_defs_folder(path_within_project=found["tidebook"]).get_repository_def().asset_graph
    by_dossier: dict[str, list[Any]] = {}
    for key in graph.toposorted_asset_keys:
        node = graph.get(key)
        checks = [(check.name, graph.get_check_spec(check).description) for check in node.check_keys]
        about = (list(key.path), node.group_name, node.description, sorted(node.kinds or ()))
        by_dossier.setdefault(key.path[0], []).append((*about, [list(one.path) for one in node.parent_keys], checks))
    for name, assets in by_dossier.items():
        (found["dagster"] / f"{name}.py").write_text(PLAIN.format(assets=assets, name=name), encoding="utf-8")
    return found, len(graph.get_all_asset_keys())


def measure(rounds: int = ROUNDS) -> dict[str, Any]:
    """Return the median processor seconds of each over interleaved rounds, the first round being a warm-up."""
    with tempfile.TemporaryDirectory(prefix="locations-") as scratch:
        found, assets = make(Path(scratch))
        paths = f"{scratch}:{ROOT}"
        seconds: dict[str, list[float]] = {tool: [] for tool in found}
        for _ in range(rounds + 1):
            for tool, place in found.items():
                command = [sys.executable, "-c", LOAD, str(place), str(assets)]
                _, processors = measured(command, Path(scratch), PYTHONPATH=paths)
                seconds[tool].append(processors)
    medians = {tool: median(each[1:]) for tool, each in seconds.items()}
    return {"seconds": medians, "rounds": rounds, "dossiers": DOSSIERS, "assets": assets, "most": MOST}
