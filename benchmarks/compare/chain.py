"""A chain of sixty trivial steps in doit and in Snakemake: what a tool takes to find that there is nothing to do.

Each step copies the file of the step before it. There is no real work in it, so only that case says something.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

STEPS = 60
DODO = """
DOIT_CONFIG = {{"verbosity": 0}}


def task_copy():
    for number in range({steps}):
        yield {{
            "name": str(number),
            "file_dep": [f"step-{{number}}"],
            "targets": [f"step-{{number + 1}}"],
            "actions": [f"cp step-{{number}} step-{{number + 1}}"],
        }}
"""
SNAKEFILE = """
rule all:
    input: "step-{steps}"

{rules}
"""
RULE = """
rule copy_{number}:
    input: "step-{number}"
    output: "step-{after}"
    shell: "cp {{input}} {{output}}"
"""


def chain(folder: Path) -> None:
    """Write the chain for both tools into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "step-0").write_text(json.dumps({"rows": 10}))
    (folder / "dodo.py").write_text(DODO.format(steps=STEPS))
    rules = "".join(RULE.format(number=number, after=number + 1) for number in range(STEPS))
    (folder / "Snakefile").write_text(SNAKEFILE.format(steps=STEPS, rules=rules))


def command(tool: str, programs: Path) -> list[str]:
    """Return the command that brings the chain up to date with a tool: `doit` or `snakemake`."""
    if tool == "doit":
        return [str(programs / "doit")]
    return [str(programs / "snakemake"), "--cores", "1", "--quiet", "all"]


def prepare(tool: str, folder: Path, programs: Path) -> None:
    """Write the chain and run it once, so that nothing is left to do."""
    chain(folder)
    path = os.pathsep.join([str(programs), os.environ.get("PATH", "")])
    subprocess.run(
        command(tool, programs), cwd=folder, check=True, capture_output=True, env={**os.environ, "PATH": path}
    )
