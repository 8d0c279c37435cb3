"""Assumptions for tests: one small set, of which a test changes what it is about.

Belongs here: what `raw/assumptions.toml` must have. Does not: what that file says, or how it is checked.
"""

from __future__ import annotations

from tidebook.pipelines.read.declarations import Assumptions, read_assumptions
from tidebook.pipelines.read.rawfile import RawFile

TERMS = {
    "as_of": "2026-11-24",
    "draws": "{ count = 100, seed = 1 }",
    "estimate_spread": "{ default = 1.5 }",
    "dates": "{ estimate_days = 45 }",
    "reconciliation": "{ near = 1.1, outlier_z = 3.5 }",
    "open_ended": "{ at_least_hides = 1.5, at_most_hides = 1.5 }",
    "calibration": "{ prior_cases = 1.0 }",
    "verdicts": "{ supported_from = 0.95, contradicted_to = 0.05 }",
    "tipping_points": "{ reach = 1000 }",
    "cutoffs": "{}",
}


def assumptions_file(**changes: str) -> RawFile:
    """Return the file with some keys changed, each to its value as TOML."""
    lines = [f"{key} = {text}\n" for key, text in (TERMS | changes).items()]
    return RawFile("assumptions.toml", "".join(lines).encode())


def assumed(**changes: str) -> Assumptions:
    """Return the assumptions with some keys changed, each to its value as TOML."""
    return read_assumptions(assumptions_file(**changes))
