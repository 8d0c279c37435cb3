"""The true errors of the shipped article, each found by a rule: without the evidence behind it the result goes.

Belongs here: what is known to be wrong, and the rows that show it. Does not: the rules on rows by hand (tests/unit).
One build is read; only what a comparison follows from is worked out again, without its evidence.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import SHIPPED
from tests.unit import shipped
from tests.unit.shipped import ARTICLE, ASSUMED, FORMULAS, METRICS, PLUGINS, RAW, WORDS
from tidebook.pipelines.evaluate.evaluations import Evaluations
from tidebook.pipelines.evaluate.evidence_views import evidence_views
from tidebook.pipelines.judge.claims import read_claims
from tidebook.pipelines.judge.comparisons import comparisons_table
from tidebook.pipelines.judge.figure_outcomes import WRONG, FigureRules, figure_outcomes_table
from tidebook.pipelines.judge.interpretations import read_interpretations
from tidebook.pipelines.judge.judged_days import judged_days
from tidebook.pipelines.judge.outcomes import Decider, OutcomeInputs, outcomes_table
from tidebook.pipelines.judge.verdicts import interpretation_verdicts_table
from tidebook.pipelines.read.rawfile import read_raw
from tidebook.schemas.analysis import Sensitivity, TippingPoints
from tidebook.schemas.base import column_types
from tidebook.schemas.parquet import read_parquet

DOSSIER = SHIPPED

DAYS = judged_days(ARTICLE, ASSUMED)
CLAIMS_FILE = read_raw(RAW, "claims.toml")
CLAIMS = read_claims(CLAIMS_FILE, FORMULAS, WORDS, PLUGINS)
INTERPRETATIONS = read_interpretations(CLAIMS_FILE, CLAIMS, ASSUMED, FORMULAS)


@pytest.fixture(scope="module")
def tables(built: Path) -> dict[str, pd.DataFrame]:
    """The tables of a build that comparisons and outcomes follow from."""
    names = ("figures", "reference_values", "metrics")
    return {name: read_parquet(built / "latest" / "tables" / f"{name}.parquet") for name in names}


def without(frame: pd.DataFrame, figure: str) -> pd.DataFrame:
    """Return the rows of all but one figure, or of all but those whose id starts with a subject and a stroke."""
    return frame[~frame["figure_id"].str.startswith(figure)].reset_index(drop=True)


def figure_outcome(tables: dict[str, pd.DataFrame], figure: str, references: pd.DataFrame) -> tuple[str, str]:
    found = figure_outcomes_table(tables["figures"], references, {}, FigureRules(DAYS.written, DAYS.published, ASSUMED))
    row = found.set_index("figure_id").loc[figure]
    return row["outcome"], row["error_type"]


@pytest.mark.parametrize(
    ("figure", "how"),
    [
        ("training_runs/llama_3_405b/training_compute", "a power of ten"),
        ("training_runs/gemini_ultra/training_compute", "a factor"),
        ("training_runs/stable_video_diffusion/training_cost", "a factor"),
        ("frontier_models/google_deepmind/mmlu", "a factor"),
        ("prose_figures/anthropic/funding_round", "a factor"),
        ("prose_figures/coreweave/debt_financing", "another unit or basis"),
    ],
)
def test_a_figure_that_is_wrong(tables: dict[str, pd.DataFrame], figure: str, how: str) -> None:
    assert figure_outcome(tables, figure, tables["reference_values"]) == ("wrong", how)
    assert figure_outcome(tables, figure, without(tables["reference_values"], figure)) == ("unchecked", "")


@pytest.mark.parametrize(
    ("result", "figure", "behind"),
    [
        # GPT-4o's price was replaced in August 2024, before Grok-2 was sold at its own.
        ("no single date", "frontier_models/openai/input_price", "frontier_models/openai/input_price"),
        # No source and scope fits the cells of several regions.
        ("no single scope", "regional_funding/united_states/total_funding", "regional_funding/"),
    ],
)
def test_a_column_of_several_days_or_scopes(
    tables: dict[str, pd.DataFrame], result: str, figure: str, behind: str
) -> None:
    def found(references: pd.DataFrame) -> set[tuple[str, str]]:
        known = tables["figures"], references, tables["metrics"]
        rows = comparisons_table(*known, METRICS, shipped.DOSSIER.printed, ARTICLE, ASSUMED)
        return set(zip(rows["figure_id"], rows["result"], strict=True))

    assert (figure, result) in found(tables["reference_values"])
    assert (figure, result) not in found(without(tables["reference_values"], behind))
    regional = figure_outcome(tables, "regional_funding/china/total_funding", tables["reference_values"])
    assert regional == ("unchecked", "")  # the cells themselves stay so


OF_COLUMNS = ("no single date", "no single scope", "outlier", "inconsistent", "only by rounding", "repeated")


def test_no_two_comparisons_contradict(built: Path) -> None:
    tables = built / "latest" / "tables"
    comparisons, outcomes, beside = (
        read_parquet(tables / f"{name}.parquet") for name in ("comparisons", "figure_outcomes", "reconciliation")
    )
    of_figures = comparisons[~comparisons["result"].isin(OF_COLUMNS)].set_index("figure_id")["result"]
    assert of_figures.index.is_unique and set(of_figures.index) == set(outcomes["figure_id"])
    how = outcomes.set_index("figure_id")["error_type"]
    assert {name: WRONG.get(comparison, "") for name, comparison in of_figures.items()} == how.to_dict()
    # One number of one subject beside one value is near it or not, whichever figure prints it.
    subject = beside["figure_id"].str.split("/").str[1]
    alike = beside.groupby([subject, "printed", "unit", "reference", "reference_unit", "source_id"])[
        "intervals_overlap"
    ]
    assert alike.nunique().max() == 1 and alike.size().max() > 1


@pytest.mark.parametrize(
    ("claim_id", "outcome", "behind", "left"),
    [
        ("sora_gated", "outdated", "unprinted/public_launch_of_sora/", "unchecked"),
        ("listing_awaited", "outdated", "unprinted/listing_of_a_model_company/", "unchecked"),
        # Opus fell in November 2025; the list of other prices ends in October 2024.
        ("anthropic_price_cut", "premature", "unprinted/claude_opus/", "contradicts itself"),
        ("eu_ai_act", "premature", "unprinted/ai_act_duties_of_model_makers/", "unchecked"),
    ],
)
def test_a_claim_that_is_not_so(
    tables: dict[str, pd.DataFrame], claim_id: str, outcome: str, behind: str, left: str
) -> None:
    def decided(figures: pd.DataFrame, references: pd.DataFrame) -> str:
        claims = [claim for claim in CLAIMS if claim.id == claim_id]
        interpretations = [interpretation for interpretation in INTERPRETATIONS if interpretation.claim_id == claim_id]
        evaluations = Evaluations(figures, ASSUMED, METRICS)
        seen = evidence_views(figures, references, DAYS.days, ends=shipped.DOSSIER.printed.ends)
        views = [(view, evaluations.on_figures(view.figures)) for view in seen]
        verdicts = interpretation_verdicts_table(interpretations, views, ASSUMED.verdicts)
        of_figures = figure_outcomes_table(figures, references, {}, FigureRules(DAYS.written, DAYS.published, ASSUMED))
        none = column_types(TippingPoints, pd.DataFrame())
        tried = column_types(Sensitivity, pd.DataFrame())
        known = OutcomeInputs(figures, references, of_figures, tables["metrics"], verdicts, none, tried)
        return str(
            outcomes_table(claims, Decider(interpretations, known, DAYS, lambda *_: "contradicted", ASSUMED))[
                "outcome"
            ].iloc[0]
        )

    figures, references = tables["figures"], tables["reference_values"]
    assert decided(figures, references) == outcome
    assert decided(figures, without(references, behind)) == left
