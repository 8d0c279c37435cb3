"""The report's step: the report gets tables only, so what is in none of them is computed here first."""

from __future__ import annotations

import pandas as pd

from pipelines.claims.replacements import replacements_table
from pipelines.report.render import render


def verdict_report(**tables: pd.DataFrame) -> dict[str, bytes]:
    """Render the report."""
    replaced = replacements_table(tables["figures"], tables["references"], tables["verdicts"])
    return render({**tables, "replacements": replaced})
