"""Single figures and whole quantities of worlds, for metrics that tests write as functions."""

from __future__ import annotations

import pandas as pd

from pipelines.worlds.frame import Worlds


def figure(worlds: Worlds, figure_id: str) -> pd.Series[float]:
    """Return one figure in every world."""
    return pd.Series(worlds.take([figure_id])[:, 0], name=figure_id)


def table(worlds: Worlds, name: str, quantity: str) -> pd.DataFrame:
    """Return one quantity of a table: worlds × subjects in printed order."""
    wanted = [each for each in worlds.figures_of(name) if each.endswith(f"/{quantity}")]
    return pd.DataFrame(
        worlds.take(wanted or [f"{name}/*/{quantity}"]), columns=[each.split("/")[1] for each in wanted]
    )
