"""SDMX in XML or JSON that somebody has, by the library sdmx1: rows as in SDMX-CSV, of which `sdmx` makes a table.

Belongs here: the library, and the attributes that SDMX keeps apart from dimensions. Does not: fetching, which the
library could do as well, past limits and snapshots.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

from tidebook.pipelines.read.errors import InputError, Problem, printable
from tidebook.pipelines.read.rawfile import decoded
from tidebook.plugins.services.observations import SHOWN
from tidebook.plugins.services.sdmx import PERIOD, VALUE, Row

ATTRIBUTES = ("UNIT_MULT", "SCALE", "DECIMALS", "DECIMALS_DISPLAYED", "OBS_STATUS", "TIME_FORMAT")
"""What is no dimension, though a file without its structure does not say so."""
_UNSAFE = re.compile(r"""<!DOCTYPE|<!ENTITY|<\?xml[^>]*encoding=["'](?!utf-8["'])""", re.IGNORECASE)
"""What could have the library read other files, or hides it."""


def rows_of_file(path: str, data: bytes) -> list[Row]:
    """Return the observations of a file, each with its dimensions, then period and value, then its attributes.

    Raises:
        InputError: it is no SDMX, holds no observations or deletes some, or has none by period.
        ImportError: the library is not installed.
    """
    if found := _UNSAFE.search(decoded(path, data)):
        raise InputError(Problem(path, "XML in UTF-8 without a document type", text=found[0]))
    try:
        import sdmx
    except ImportError as error:
        raise ImportError('SDMX in XML or JSON needs the package sdmx1: pip install "tidebook[sdmx]"') from error
    logging.getLogger("sdmx").setLevel(logging.CRITICAL)
    try:
        # It prints what it has read so far where a file ends too early.
        with redirect_stdout(io.StringIO()):
            message = sdmx.read_sdmx(io.BytesIO(data))
        sets = list(getattr(message, "data", ()))
        rows = [row for each in sets for row in _rows(path, each)]
    except InputError:
        raise
    except Exception as error:  # whatever its parsers raise
        raise InputError(Problem(path, f"SDMX that can be read ({printable(repr(error))[:SHOWN]})")) from error
    if not rows:
        footer = getattr(message, "footer", None)
        said = "; ".join(map(str, footer.text)) if footer else None
        raise InputError(Problem(path, "a file with observations; it has none", text=said and printable(said)[:SHOWN]))
    headers = dict.fromkeys(header for row in rows for header in row)
    return [{header: row.get(header, "") for header in headers} for row in rows]


def _rows(path: str, dataset: Any) -> Iterator[Row]:
    if "delete" in str(dataset.action):
        raise InputError(Problem(path, "observations, not rows that are deleted", text="action Delete"))
    for each in dataset.obs:
        own = {name.upper(): str(key.value) for name, key in each.key.values.items()}
        if PERIOD not in own:
            raise InputError(Problem(path, f"a dimension {PERIOD}", text=", ".join(own)))
        beside = {name.upper(): str(attribute.value) for name, attribute in each.attrib.items()}
        beside |= {name: own.pop(name) for name in ATTRIBUTES if name in own}
        when, value = own.pop(PERIOD), "" if each.value is None else str(each.value)
        yield {**own, PERIOD: when, VALUE: value, **beside}
