"""Predictions under both clocks and every reading of their deadlines: open, or passed.

Probabilities and scores of predictions do not belong here.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from pipelines.ingest.declarations import Assumptions, Prediction, Predictions
from schemas import analysis
from schemas.base import Frame, column_types


def predictions_table(predictions: Predictions, assumptions: Assumptions) -> Frame[analysis.Predictions]:
    """Return the predictions as rows of `schemas.analysis.Predictions`, in their order.

    A prediction without a deadline has one row for each clock, whose reading says why there is none; it
    stays open.
    """
    starts = predictions.starts()
    rows = [
        {
            "prediction_id": prediction.id,
            "clock": clock,
            "deadline_reading": reading,
            **prediction.model_dump(exclude={"id", "deadlines", "no_deadline", "model"}),
            "asked": _asked(prediction, predictions),
            "clock_start": starts[clock],
            "deadline": deadline,
            "status": "passed" if deadline is not None and deadline < assumptions.as_of else "open",
        }
        for prediction in predictions.predictions
        for clock, reading, deadline in deadlines(prediction)
    ]
    return column_types(analysis.Predictions, pd.DataFrame(rows))


def _asked(prediction: Prediction, predictions: Predictions) -> str:
    """Return how a prediction is asked, so that a change of it is seen where it turns something."""
    model = prediction.model.model_dump(mode="json", exclude_defaults=True) if prediction.model else {}
    text = json.dumps(model, ensure_ascii=False)
    rosters = {name: members for name, members in predictions.rosters.items() if f'"{name}"' in text}
    return json.dumps({**model, **({"rosters": rosters} if rosters else {})}, ensure_ascii=False)


def deadlines(prediction: Prediction) -> list[tuple[str, str, Any]]:
    """Return clock, reading and date of each deadline; without any, the reason and None for both clocks."""
    if prediction.no_deadline:
        return [(clock, prediction.no_deadline, None) for clock in ("content", "publication")]
    return [(deadline.clock, deadline.reading, deadline.date) for deadline in prediction.deadlines]
