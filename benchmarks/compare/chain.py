"""A chain of sixty trivial steps in doit and in Snakemake: what a tool takes to find that there is nothing to do.

Each step copies the file of the step before it. There is no real work in it, so only that case says something.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from benchmarks.builds import measured

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


class Chain:
    """The chain of one tool, `doit` or `snakemake`, in a folder of its own; after its first run nothing is to do."""

    def __init__(self, tool: str, folder: Path, programs: Path) -> None:
        self.tool = tool
        self.folder = folder
        self.programs = programs
        folder.mkdir(parents=True)
        (folder / "step-0").write_text(json.dumps({"rows": 10}))
        (folder / "dodo.py").write_text(DODO.format(steps=STEPS))
        rules = "".join(RULE.format(number=number, after=number + 1) for number in range(STEPS))
        (folder / "Snakefile").write_text(SNAKEFILE.format(steps=STEPS, rules=rules))
        self.run()

    def run(self) -> tuple[float, float]:
        """Return the seconds of one run: on the clock, and of processors."""
        snakemake = ["snakemake", "--cores", "1", "--quiet", "all"]
        program, *rest = ["doit"] if self.tool == "doit" else snakemake
        path = os.pathsep.join([str(self.programs), os.environ.get("PATH", "")])
        return measured([str(self.programs / program), *rest], cwd=self.folder, PATH=path)
