"""Vega-Lite specifications to SVG, in a thread: the engine takes 0.3 s to start and leaves Python free meanwhile.

What the charts show is in `charts` and `paths`; how their SVG is fitted into the page is in `svg`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import vl_convert


@cache
def _engine() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="vega")  # it draws one picture at a time anyway


def start() -> None:
    """Have the engine start, if it has not; nobody waits for it. A process must not fork afterwards."""
    _engine().submit(vl_convert.vegalite_to_svg, {"data": {"values": [{}]}, "mark": "point"})


def draw(specification: dict[str, Any]) -> str:
    """Return the SVG of a specification.

    Raises:
        ValueError: Vega does not understand it.
    """
    return str(_engine().submit(vl_convert.vegalite_to_svg, specification).result())
