"""The table `gpu_hours`: revenue per accelerator hour beside the threshold and the yardstick's price at the time.

Belongs here: the section of the plugin and the table. Does not: which prices a figure is compared with, or the forecast
(`ratio`).
"""

from __future__ import annotations

import math
from statistics import median
from typing import NewType

from tidebook.pipelines.graph.step import step
from tidebook.pipelines.judge.predictions.rows import Observation, count_weak, evidence_of, ids, known_on, series
from tidebook.pipelines.read.declarations import Assumptions, PluginSettings, Prediction, Predictions, Slug
from tidebook.pipelines.read.dossier.declared import DossierFile
from tidebook.pipelines.read.errors import InputError, did_you_mean
from tidebook.plugins.accelerator_hours.ratio import Ratio, yardstick_prices
from tidebook.plugins.accelerator_hours.tables import GpuHours
from tidebook.schemas.base import Frame, table_of
from tidebook.schemas.evidence import Events, Observations

AskedPrediction = NewType("AskedPrediction", Prediction)


class AcceleratorHours(PluginSettings):
    """The section of the plugin: the prediction of the kind `ratio` whose figures the table lists."""

    prediction: Slug


@step(group="declared", name="declared/asked")
def asked_prediction(settings: AcceleratorHours, raw: DossierFile, predictions: Predictions) -> AskedPrediction:
    """Return the prediction that the section names.

    Raises:
        InputError: no prediction of the kind `ratio` has this id.
    """
    known = {entry.id: entry for entry in predictions.predictions if isinstance(entry.model, Ratio)}
    if settings.prediction not in known:
        place = ("plugins", "accelerator_hours", "prediction")
        expected = f"the id of a prediction of the kind ratio{did_you_mean(settings.prediction, known)}"
        raise InputError(raw.problem(place, expected, settings.prediction))
    return AskedPrediction(known[settings.prediction])


@step(group="forecasts")
def gpu_hours_table(
    asked: AskedPrediction, assumptions: Assumptions, events: Frame[Events], observations: Frame[Observations]
) -> Frame[GpuHours]:
    """Return the figures of a prediction's companies known on the as-of date, as rows of `GpuHours`."""
    assert isinstance(asked.model, Ratio)
    model, known = asked.model, known_on(evidence_of(events, observations), assumptions.as_of)
    figures: list[Observation] = []
    for company in model.companies:
        figures += series(known, model.series, company)
    rows = []
    for row in figures:
        prices = yardstick_prices(model, known, row)
        rent = median(price.value for price in prices) if prices else math.nan
        rows.append(
            {
                **row._asdict(),
                "prediction_id": asked.id,
                "company": row.subject,
                "threshold": model.threshold,
                "rental_price": rent,
                "rental_date": prices[0].date if prices else None,
                "rental_basis": prices[0].basis if prices else "",
                "rental_weak": count_weak(prices),
                "over_rent": row.value / rent,
                "evidence": list(ids([row, *prices])),
            }
        )
    return table_of(GpuHours, rows)
