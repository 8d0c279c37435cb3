"""Vega-Lite specifications to SVG, in a process of its own: its engine is slow to start and starts while others work.

What the charts show is in `charts`; how their SVG is fitted into the page is in `svg`.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any

ENGINE = """
import json, sys, vl_convert
vl_convert.vegalite_to_svg({"data": {"values": [{}]}, "mark": "point"})
for line in sys.stdin:
    print(json.dumps(vl_convert.vegalite_to_svg(json.loads(line))), flush=True)
"""


class Engine:
    """A running engine; it takes a specification a line and answers with its SVG, a line each in JSON."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", ENGINE]
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")
        self.turns = ThreadPoolExecutor(max_workers=1)
        atexit.register(self.close)

    def draw(self, specification: dict[str, Any]) -> Future[str]:
        """Return the SVG of a specification to come; the caller goes on meanwhile."""
        return self.turns.submit(self.svg, specification)

    def svg(self, specification: dict[str, Any]) -> str:
        """Return the SVG of a specification.

        Raises:
            RuntimeError: the engine has ended; what it said is on stderr.
        """
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps(specification) + "\n")
            self.process.stdin.flush()
            return str(json.loads(self.process.stdout.readline()))
        except (OSError, ValueError) as error:
            raise RuntimeError("the chart engine ended before it answered") from error

    def close(self) -> None:
        """End the engine."""
        self.process.communicate()


@cache
def engine() -> Engine:
    """Return this process's engine, started now if it was not."""
    return Engine()
