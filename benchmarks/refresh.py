"""How long an edit takes to reach the last asset by automation conditions: `python -m benchmarks.refresh`.

A raw file is an observable source asset, observed as often as a condition allows, once a minute; three assets that rest
on one another are eager. A daemon and a code server run them, as in docs/internals/decisions.md. What the sensor
of this project takes is what `python -m tests.operations` prints for a save.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import dagster as dg

from tests.servers import Processes, environment_of, free_port, listens, workspace

EDITS = 3
DEFINITIONS = """
import hashlib, pathlib
import dagster as dg

RAW = pathlib.Path({raw!r})

@dg.observable_source_asset(automation_condition=dg.AutomationCondition.on_cron("* * * * *"))
def raw():
    return dg.DataVersion(hashlib.sha256(RAW.read_bytes()).hexdigest())

def made(name, parent):
    @dg.asset(name=name, deps=[parent], automation_condition=dg.AutomationCondition.eager())
    def asset():
        version = hashlib.sha256(RAW.read_bytes() + name.encode()).hexdigest()
        return dg.MaterializeResult(data_version=dg.DataVersion(version))
    return asset

defs = dg.Definitions(
    assets=[raw, made("inputs", "raw"), made("judgement", "inputs"), made("outputs", "judgement")],
    sensors=[
        dg.AutomationConditionSensorDefinition(
            "conditions",
            target=dg.AssetSelection.all(include_sources=True),
            minimum_interval_seconds=4,
            default_status=dg.DefaultSensorStatus.RUNNING,
        )
    ],
)
"""


def main() -> None:
    """Edit the file a few times, and print how long each edit took to reach the last asset, and in how many runs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        raw, home = folder / "raw.csv", folder / "home"
        for path in (home, folder / "logs"):
            path.mkdir()
        raw.write_text("0")
        (folder / "conditions.py").write_text(DEFINITIONS.format(raw=str(raw)))
        port, processes = free_port(), Processes(folder / "logs")
        environment = environment_of(home)
        served = ["dagster", "code-server", "start", "-h", "127.0.0.1", "-p", str(port)]
        with dg.DagsterInstance.from_config(str(home)) as instance:
            try:
                processes.start("code", [*served, "-f", str(folder / "conditions.py")], environment, folder)
                processes.wait(lambda: listens(port))
                daemon = ["dagster-daemon", "run", "-w", str(workspace(home, port))]
                processes.start("daemon", daemon, environment)
                seconds = [_edit(number, raw, instance, processes) for number in range(EDITS)]
            finally:
                processes.end_all()
    runs = [count for _, count in seconds]
    print(
        f"seconds {[round(each) for each, _ in seconds]}, median {statistics.median(each for each, _ in seconds):.0f}"
    )
    print(f"runs {runs}")


def _edit(number: int, raw: Path, instance: dg.DagsterInstance, processes: Processes) -> tuple[float, int]:
    before, count = _made(instance), instance.get_runs_count()
    raw.write_text(str(number + 1))
    seconds = processes.wait(lambda: _made(instance) != before, 400)
    time.sleep(5)
    return seconds, instance.get_runs_count() - count


def _made(instance: dg.DagsterInstance) -> str:
    event = instance.get_latest_materialization_event(dg.AssetKey("outputs"))
    return "" if event is None else str(event.run_id)


if __name__ == "__main__":
    main()
