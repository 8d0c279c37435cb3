"""The metrics of a build in every world, remembered between its steps. How one metric is evaluated is in `evaluate`."""

import pandas as pd

from pipelines.ingest.declarations import Assumptions
from pipelines.metrics.declared import Metrics
from pipelines.metrics.evaluate import evaluations_table, figures_read
from pipelines.storage.keys import digest
from pipelines.storage.parquet import to_parquet
from schemas.figures import Figures

KEPT = 8
MANY = 1_000
"""Of more figures, those that no metric reads are set aside first: it takes a pass over the metrics to find them."""

_known: dict[str, pd.DataFrame] = {}


def evaluate_all(figures: pd.DataFrame, assumptions: Assumptions, metrics: Metrics) -> pd.DataFrame:
    """Return these metrics in every world, as rows of `schemas.analysis.Evaluations`.

    The steps of one run ask for the same worlds: those last evaluated in this process are remembered by content.
    """
    read = figures_read(figures, metrics) if len(figures) > MANY else figures
    about = [[name, metric.key] for name, metric in metrics.items()]
    key = digest([digest(to_parquet(Figures, read)), assumptions.model_dump_json(), about])
    if key not in _known:
        if len(_known) == KEPT:
            _known.pop(next(iter(_known)))
        _known[key] = evaluations_table(read, assumptions, metrics)
    return _known[key]


def evaluate_changed(
    base: pd.DataFrame,
    figures: pd.DataFrame,
    assumptions: Assumptions,
    changed: set[str],
    used: Metrics,
) -> pd.DataFrame:
    """Return the evaluations of other figures.

    `base` are the evaluations of figures that differ only in the ids `changed`. Of the metrics `used`, by
    function, those that read such a figure are evaluated anew; the rows of all others are those of `base`.
    """
    function = base["metric_id"].str.partition("/")[0]
    reading = {name for name, reads in zip(function, base["reads"], strict=True) if not changed.isdisjoint(reads)}
    names = reading & set(used)
    fresh = evaluate_all(figures, assumptions, {name: used[name] for name in sorted(names)})
    kept = base[~function.isin(names)]
    return pd.concat([kept, fresh], ignore_index=True).sort_values("metric_id", ignore_index=True)
