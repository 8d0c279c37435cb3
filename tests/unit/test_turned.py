"""Outcomes that turned between two releases, and by which rows; everything made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from tests.unit.regions import METRICS, PRINTED
from tests.unit.test_changes import REGIONS, release
from tidebook.pipelines.compare.changes import TableDifference, compare
from tidebook.pipelines.compare.changes_table import difference_lines, difference_of, outcome_causes
from tidebook.pipelines.evaluate.evidence_views import EvidenceView
from tidebook.releases import LocalRelease

CHINA = "regional_funding/china/total_funding"


def outcomes(**words: str) -> pd.DataFrame:
    rows = [{"statement_kind": "assertion", "statement_id": name, "outcome": word, "why": f"it {word}"}
            for name, word in words.items()]  # fmt: skip
    return pd.DataFrame(rows)


def figure_outcomes(word: str) -> pd.DataFrame:
    return pd.DataFrame([{"figure_id": CHINA, "outcome": word, "reason": "another source says so"}])


def references(*texts: str) -> pd.DataFrame:
    return pd.DataFrame(
        [{"figure_id": CHINA, "basis": "rounds", "as_of": "2024-12-31", "source_id": f"source_{line}", "text": text,
          "locator": f"reference/figures.csv:{line}"} for line, text in enumerate(texts, start=2)],
        columns=["figure_id", "basis", "as_of", "source_id", "text", "locator"],
    )  # fmt: skip


def judged(word: str, view: str = "best_known", **tables: Any) -> dict[str, pd.DataFrame]:
    """Return a release in which the one claim, judged under one evidence view, has an outcome."""
    values = tables.pop("values", REGIONS)
    status = {"stands": "supported", "wrong": "contradicted"}[word]
    made = release(values, status, verdict={"evidence_view": view, "as_of": None}, **tables)
    made["metrics"]["evidence"] = [[f"regional_funding/{region}/total_funding" for region in values]]
    return made | {"outcomes": outcomes(us=word)}


@pytest.fixture(autouse=True)
def as_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every evidence view see the figures as they stand."""
    monkeypatch.setattr(
        "tidebook.pipelines.compare.changes.view_of",
        lambda seen, name, day, _: EvidenceView(name, day, seen["figures"]),
    )


def found(old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]) -> TableDifference:
    return compare(old, new, METRICS, PRINTED)


def test_an_outcome_changes_by_the_cell_that_flipped_its_verdict() -> None:
    new = judged("wrong", "printed", values=REGIONS | {"china": 40.0, "europe": 4.5})
    old = judged("stands", "printed")
    for tables in (old, new):
        tables["claims"]["kind"] = "table cell"
    (turned,) = found(old, new).outcomes
    assert (turned.table_name, turned.name, turned.old, turned.new) == ("outcomes", "us", "stands", "wrong")
    assert list(outcome_causes(turned)) == [f'because {CHINA} went from "$8B" to "$40B" (regional_funding.csv:3)']


def test_where_no_such_verdict_turned_it_is_the_evidence_that_differs() -> None:
    # The verdict of the print turned too; an assertion does not follow from that.
    new = judged("wrong", "printed", values=REGIONS | {"china": 40.0, "europe": 4.5})
    (turned,) = found(judged("stands", "printed"), new).outcomes
    assert [change.name.split("/")[1] for change in turned.causes] == ["china", "europe"]


def test_a_figure_that_a_reference_stands_for_is_named_by_its_row() -> None:
    old, new = judged("stands"), judged("wrong", values=REGIONS | {"china": 40.0})
    old |= {"reference_values": references("$8B"), "figure_outcomes": figure_outcomes("right")}
    new |= {"reference_values": references("$40B"), "figure_outcomes": figure_outcomes("wrong")}
    claim, figure = found(old, new).outcomes
    said = f'because {CHINA} went from "$8B" to "$40B" (reference/figures.csv:2)'
    assert said in list(outcome_causes(claim))
    assert said in list(outcome_causes(figure))
    assert (figure.table_name, figure.why) == ("figure_outcomes", "another source says so")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"predicate": "at_least 0.8"},
            'because interpretations us, predicate went from "at_least 0.6667" to "at_least 0.8"',
        ),
        ({"assumed": {"cutoffs.bulk": "0.7"}}, 'because the assumption cutoffs.bulk went from "0.6667" to "0.7"'),
        ({}, "no row that it depends on changed, so the question, the searches or the code did"),
    ],
)
def test_else_it_is_what_it_is_judged_by_then_an_assumption(change: dict[str, Any], said: str) -> None:
    (turned,) = found(judged("stands", "printed"), judged("wrong", "printed", **change)).outcomes
    assert list(outcome_causes(turned)) == [said]


def test_another_unit_of_a_metric_changes_a_claim() -> None:
    old, new = judged("stands", "printed"), judged("wrong", "printed")
    old["metrics"]["unit"] = "percent"
    new["metrics"] = old["metrics"].assign(unit="share", value=old["metrics"]["value"] / 100)
    (turned,) = found(old, new).outcomes
    assert list(outcome_causes(turned)) == ['because the unit of us_share went from "percent" to "share"']


def test_an_event_changes_a_prediction() -> None:
    event = {"event_id": "deal", "text": "$1B", "locator": "reference/events.csv:9"}
    resolutions = pd.DataFrame([{"prediction_id": "merger", "evidence": ["deal"]}])
    old, new = (release() | {"outcomes": outcomes(merger=word)} for word in ("open", "came true"))
    old |= {"events": pd.DataFrame([], columns=list(event))}
    new |= {"events": pd.DataFrame([event]), "resolutions": resolutions}
    (turned,) = found(old, new).outcomes
    assert list(outcome_causes(turned)) == ['because deal was added: "$1B" (reference/events.csv:9)']


def test_evidence_and_declaration_that_changed_at_once_are_both_named_from_where_their_texts_differ() -> None:
    """A deadline that moved must not stay unsaid because a row of evidence moved too."""
    resolutions = pd.DataFrame([{"prediction_id": "merger", "evidence": ["deal"]}])
    old, new = (
        release()
        | {"outcomes": outcomes(merger=word), "resolutions": resolutions}
        | {"events": pd.DataFrame([{"event_id": "deal", "text": text}])}
        | {
            "predictions": pd.DataFrame(
                [{"prediction_id": "merger", "model_spec": f"{'of a great many ' * 9}{needed}"}]
            )
        }
        for word, text, needed in (("open", "$1B", 3), ("came true", "$2B", 4))
    )
    (turned,) = found(old, new).outcomes
    by_event, by_question = outcome_causes(turned)
    assert by_event == 'because deal went from "$1B" to "$2B"'
    assert by_question.startswith("because predictions merger, model_spec went from")
    assert "many 3" in by_question and "many 4" in by_question


def test_what_only_one_release_judges_has_not_flipped() -> None:
    one, two = release() | {"outcomes": outcomes(us="stands")}, release() | {"outcomes": outcomes(other="wrong")}
    assert found(one, two).outcomes == ()
    assert found(release(), two).outcomes == ()


def test_outcomes_come_first_in_words() -> None:
    new = judged("wrong", "printed", values=REGIONS | {"china": 40.0})
    old = judged("stands", "printed")
    manifest = {"code": "c", "versions": {}, "files": {}}
    releases = (LocalRelease(name, None, {**manifest, "files": {f"tables/{name}": {}}}) for name in "ab")  # type: ignore[arg-type]
    lines = list(difference_lines(difference_of(*releases, found(old, new))))
    start = lines.index("1 outcome changed:")
    assert lines[start + 1 : start + 4] == [
        "us: stands → wrong",
        "  it wrong",
        f'  because {CHINA} went from "$8B" to "$40B" (regional_funding.csv:3)',
    ]
    assert start < lines.index("1 claim changed:")
