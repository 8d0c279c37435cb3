"""The world × figure frame that every metric reads: one row per world, one column per figure.

How worlds are drawn, dropped or scaled is in `pipelines.worlds.build`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]


class MissingFigureError(LookupError):
    """A metric asks for a figure that no raw table holds."""

    def __init__(self, figure_id: str) -> None:
        super().__init__(f"no table holds the figure {figure_id}")
        self.figure_id = figure_id


class Worlds:
    """Values of every figure (columns) in every world (rows); NaN where a figure has no value.

    `values` has the shape (worlds, figures). `reads` collects the ids of the figures asked for, in order.
    """

    def __init__(self, values: FloatArray, figure_ids: Sequence[str]) -> None:
        if values.shape[1:] != (len(figure_ids),):
            raise ValueError(f"{values.shape} values for {len(figure_ids)} figures")
        self.values = values
        self.figure_ids = tuple(figure_ids)
        self.reads: dict[str, None] = {}
        self._place = {figure_id: place for place, figure_id in enumerate(figure_ids)}

    def __len__(self) -> int:
        """Return the number of worlds."""
        return len(self.values)

    def figure(self, figure_id: str) -> pd.Series[float]:
        """Return one figure in every world, in its own unit.

        Raises:
            MissingFigureError: no table holds it.
        """
        if figure_id not in self._place:
            raise MissingFigureError(figure_id)
        self.reads[figure_id] = None
        return pd.Series(self.values[:, self._place[figure_id]], name=figure_id)

    def table(self, table: str, quantity: str) -> pd.DataFrame:
        """Return one quantity of a table: worlds × subjects, columns named by subject in printed order.

        Raises:
            MissingFigureError: the table has no such quantity.
        """
        start, end = f"{table}/", f"/{quantity}"
        wanted = [name for name in self.figure_ids if name.startswith(start) and name.endswith(end)]
        if not wanted:
            raise MissingFigureError(f"{table}/*/{quantity}")
        self.reads.update(dict.fromkeys(wanted))
        subjects = [name[len(start) : -len(end)] for name in wanted]
        return pd.DataFrame(self.values[:, [self._place[name] for name in wanted]], columns=subjects)

    def select(self, figure_ids: Sequence[str]) -> Worlds:
        """Return the same worlds with these figures only, in this order."""
        return Worlds(self.values[:, [self._place[name] for name in figure_ids]], figure_ids)
