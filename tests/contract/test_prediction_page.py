"""docs/add-a-prediction.md says all that a prediction can declare."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from pydantic import BaseModel

from pipelines.ingest.declarations import (
    Basket,
    Deadline,
    EventCount,
    Indicator,
    Model,
    Prediction,
    Predictions,
    RatePrior,
    TrendPrior,
)
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "add-a-prediction.md").read_text(encoding="utf-8")
MODELS = get_args(get_args(Model)[0])
SAID = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`[^`]+`", PAGE))))


@pytest.mark.parametrize(
    "model", [*MODELS, Predictions, Prediction, Deadline, Basket, Indicator, EventCount, RatePrior, TrendPrior]
)
def test_every_key_is_on_the_page(model: type[BaseModel]) -> None:
    assert set(model.model_fields) <= SAID


def test_every_kind_of_model_is_on_the_page() -> None:
    assert {get_args(model.model_fields["kind"].annotation)[0] for model in MODELS} <= SAID
