"""The job as a DVC project: a stage for each step, each in a process of its own, files tracked by their content.

A stage depends on what it reads; the code is not among its dependencies, so that DVC has less to look at than a build.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from benchmarks.compare.job import GRAPH, STEPS, files, sources


def project(folder: Path, dvc: Path, python: Path) -> None:
    """Make a DVC project in a folder that holds `raw/`; its results go to `tables/`."""
    stages = {}
    for step in STEPS:
        raws, tables = sources(step)
        stages[step] = {
            "cmd": f"{python} -m benchmarks.compare.stage {step} raw tables",
            "deps": [f"raw/{GRAPH.raw_files[name]}" for name in raws] + [f"tables/{name}.parquet" for name in tables],
            "outs": [f"tables/{name}" for name in files(step)],
        }
    (folder / "dvc.yaml").write_text(json.dumps({"stages": stages}, indent=1))  # JSON is YAML
    for command in (["init", "--no-scm", "--quiet"], ["config", "core.analytics", "false"]):
        subprocess.run([dvc, *command], cwd=folder, check=True, capture_output=True)
