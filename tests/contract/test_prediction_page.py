"""docs/dossier.md says all that a prediction can declare."""

from __future__ import annotations

import datetime as dt
import re
from typing import get_args

import pytest
from pydantic import BaseModel

from tests.conftest import ROOT
from tidebook.pipelines.judge.predictions.kinds.indicators import Indicator
from tidebook.pipelines.judge.predictions.questions import kinds_with
from tidebook.pipelines.read.declarations import (
    Deadline,
    EventCount,
    Prediction,
    Predictions,
    RatePrior,
    TrendPrior,
    read_predictions,
)
from tidebook.pipelines.read.plugin import SwitchedOn
from tidebook.pipelines.read.rawfile import RawFile

DOSSIER = (ROOT / "docs" / "dossier.md").read_text(encoding="utf-8")
PAGE = DOSSIER.partition("## Predictions\n")[2].partition("\n## ")[0]
MODELS = kinds_with(SwitchedOn())
TEXT = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
SAID = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`[^`]+`", TEXT))))


@pytest.mark.parametrize(
    "model", [*MODELS, Predictions, Prediction, Deadline, Indicator, EventCount, RatePrior, TrendPrior]
)
def test_every_key_is_on_the_page(model: type[BaseModel]) -> None:
    assert set(model.model_fields) <= SAID


def test_the_page_says_which_keys_are_needed_and_its_prediction_has_no_others() -> None:
    said = " ".join(re.findall(r"^\| (`.*?`) \| yes \|", PAGE, re.MULTILINE))
    needed = [name for name, field in Prediction.model_fields.items() if field.is_required()]
    assert set(re.findall("[a-z_]+", said)) == set(needed)
    (shown,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    days = {"content": dt.date(2026, 1, 1), "publication": dt.date(2026, 2, 1)}
    (found,) = read_predictions(RawFile("predictions.toml", shown.encode()), days, MODELS).predictions
    assert found.model_fields_set == {*needed, "deadlines"}


def test_every_kind_of_model_is_on_the_page() -> None:
    assert {get_args(model.model_fields["kind"].annotation)[0] for model in MODELS} <= SAID
