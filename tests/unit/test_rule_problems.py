"""Rules that a table fails, told at the places in the raw files that its rows name."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.unit.shipped import ARTICLE, ASSUMED, KINDS, PRINTED, RAW, SOURCES, TABLES
from tidebook.pipelines.graph.run import StepResult, rule_problems
from tidebook.pipelines.read.corrections import read_corrections
from tidebook.pipelines.read.declarations import read_predictions
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.evidence import events_table
from tidebook.pipelines.read.rawfile import RawFile, read_raw
from tidebook.pipelines.read.references import reference_values_table
from tidebook.schemas.rules import RuleResult, validate

PATH = "reference/figures.csv"
PREDICTIONS = read_predictions(read_raw(RAW, "predictions.toml"), ARTICLE.clocks, KINDS)


def references(*changes: tuple[str, str]) -> pd.DataFrame:
    """Return the committed references with changes of the text of their file."""
    declared = read_corrections(read_raw(RAW, "reference/corrections.toml"), SOURCES), SOURCES, ASSUMED
    events = events_table(read_raw(RAW, "reference/events.csv"), *declared[:2])
    text = read_raw(RAW, PATH).text()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return reference_values_table(RawFile(PATH, text.encode()), events, *declared, PRINTED, PREDICTIONS)


def problems(frame: pd.DataFrame) -> list[str]:
    result = StepResult(None, False, validate(TABLES["reference_values"], frame), frame)
    return list(map(str, rule_problems("reference_values", result)))


def test_rows_with_one_key_are_reported_at_their_lines() -> None:
    lines = read_raw(RAW, PATH).text().splitlines(keepends=True)
    frame = references((lines[1], lines[1] * 2))
    assert problems(frame) == [
        f"reference/figures.csv:{line}: expected figure_id, basis, as_of, source_id together occur once"
        for line in (2, 3)
    ]


@pytest.mark.parametrize(
    ("figure_id", "expected", "suggestion"),
    [
        ("training_run/gpt_4/training_cost", "one of the tables training_runs, ", "; did you mean training_runs?"),
        (
            "training_runs/gpt_4/training_cots",
            "one of the quantities training_compute, ",
            "; did you mean training_cost",
        ),
        ("training_runs/GPT-4/training_cost", "table/subject/quantity in small letters", ""),
        ('"training_runs/gpt_4/training_cost\n"', "table/subject/quantity in small letters", ""),
    ],
)
def test_an_impossible_figure_id_is_reported_with_a_suggestion(figure_id: str, expected: str, suggestion: str) -> None:
    row = f"{figure_id},as reported,$1M,,USD,2024-01-01,epoch_models,P,"
    with pytest.raises(InputError) as caught:
        references(("version\n", f"version\n{row},\n"))
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.column, problem.text) == (
        "reference/figures.csv", 2, "figure_id", figure_id.strip('"'),
    )  # fmt: skip
    assert problem.expected.startswith(expected)
    assert suggestion in problem.expected


@pytest.mark.parametrize(("column", "text"), [("as_of", "2024-W40-3"), ("as_of", "20241002"), ("basis", "as\u00a0is")])
def test_a_day_is_written_in_one_way_and_a_basis_with_plain_blanks(column: str, text: str) -> None:
    cells = {"as_of": "2024-01-01", "basis": "as reported"} | {column: text}
    row = f"training_runs/gpt_4/training_cost,{cells['basis']},$1M,,USD,{cells['as_of']},epoch_models,P,"
    with pytest.raises(InputError) as caught:
        references(("version\n", f"version\n{row},\n"))
    (problem,) = caught.value.problems
    assert (problem.line, problem.column, problem.text) == (2, column, text)


def test_a_cell_that_fails_a_rule_is_reported_at_its_line_and_column() -> None:
    frame = references()
    row = int(frame.index[frame["locator"] == "reference/figures.csv:5"][0])
    frame.loc[row, "tier"] = "Z"
    (problem,) = problems(frame)
    assert problem.startswith('reference/figures.csv:5, column "tier": found "Z", expected tier: one of P, S, W, D')


def test_a_locator_with_a_column_names_that_column() -> None:
    frame = pd.DataFrame({"locator": ["article/x.csv:7, column Total, in USD"], "kind": ["odd"]})
    (judged, *_) = [one for one in validate(TABLES["figures"], frame) if one.rule.name == "schema"]
    at_row = StepResult(None, False, [RuleResult(judged.rule, False, [0])], frame)
    assert str(rule_problems("figures", at_row)[0]).startswith('article/x.csv:7, column "Total, in USD": expected ')


def test_a_reference_for_no_figure_is_refused_where_it_stands() -> None:
    with pytest.raises(InputError) as caught:
        references(("\ntraining_runs/gemini_ultra/training_compute,", "\ntraining runs/gemini_ultra,"))
    assert str(caught.value).startswith(
        'reference/figures.csv:3, column "figure_id": found "training runs/gemini_ultra",'
    )
