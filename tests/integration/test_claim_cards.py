"""Cards on real dossiers: what is shown is what decided, and every claim of the examples has its own sentence."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.conftest import tidebook
from tidebook.pipelines.graph.graph import graph_with
from tidebook.pipelines.graph.run import Run, RunObserver
from tidebook.pipelines.graph.store import Store
from tidebook.pipelines.judge.corrections import sentences
from tidebook.schemas.base import records

HERE = Path(__file__).parents[2]
DOSSIERS = ("raw", "examples/energy", "examples/marathon", "examples/measles", "tests/small")

Judged = Callable[[str], pd.DataFrame]

BARE = re.compile(r"[^\W\d]{0,2}[^\w\s]?[\d.,]+\S*( [a-z]+){0,3}( \([^()]*\))?")
"""A value with its unit and range alone, which says nothing of what it is."""


@pytest.fixture(scope="module", params=DOSSIERS)
def judged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judged]:
    """Return the tables of a dossier by name."""
    place = tmp_path_factory.mktemp("cards")
    run = Run(graph_with(HERE / request.param, None, None).up_to("claim_cards"), Store(place / "store"), place / "out")
    run.execute(RunObserver())
    yield run.table


@pytest.fixture(scope="module")
def energy(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Return the cards of an example by claim."""
    place = tmp_path_factory.mktemp("energy")
    graph = graph_with(HERE / "examples" / "energy", None, None).up_to("claim_cards")
    run = Run(graph, Store(place / "store"), place / "out")
    run.execute(RunObserver())
    return {row["claim_id"]: row for row in records(run.table("claim_cards"))}


def alike(first: pd.Series, second: pd.Series) -> bool:
    return bool(np.isclose(first.astype(float), second.astype(float), rtol=1e-12, atol=0, equal_nan=True).all())


def test_a_metric_has_the_value_of_each_verdict_on_its_own_day(judged: Judged) -> None:
    verdicts, metrics = judged("interpretation_verdicts"), judged("metrics")
    joined = verdicts.merge(metrics, on=["metric_id", "evidence_view", "as_of"], how="left", indicator=True)
    assert (joined["_merge"] == "both").all()
    given = joined[joined["value_x"].notna()]
    assert alike(given["value_x"], given["value_y"])


def test_a_card_has_the_value_of_its_metric_and_its_verdict(judged: Judged) -> None:
    cards, metrics = judged("claim_cards"), judged("metrics")
    tested = cards[cards["metric_id"] != ""]
    joined = tested.merge(metrics, on=["metric_id", "evidence_view", "as_of"], how="left", indicator=True)
    assert (joined["_merge"] == "both").all()
    given = joined[joined["value_x"].notna()]
    assert alike(given["value_x"], given["value_y"])


def test_each_claim_has_one_card_with_its_outcome_and_the_rows_that_decided(judged: Judged) -> None:
    cards, outcomes = judged("claim_cards"), judged("outcomes")
    by_id = {row["statement_id"]: row for row in records(outcomes) if row["statement_kind"] != "prediction"}
    assert set(cards["claim_id"]) == set(by_id)
    for card in records(cards):
        assert card["outcome"] == by_id[card["claim_id"]]["outcome"]
        assert card["correction"], card["claim_id"]
        assert len(card["rows"]) == len(card["trail"])
        assert len(set(card["rows"])) == len(card["rows"])
        words = sentences()
        assert card["outcome"] in words["outcome"], f"{card['claim_id']} would get the plain sentence"
        assert card["kind"] in words["found"] or card["kind"] == "none"
        assert not BARE.fullmatch(card["found"].replace("\u00a0", " ")), card["claim_id"]


def test_every_sentence_has_a_good_and_a_bad_value() -> None:
    for part in sentences().values():
        for name, own in part.items():
            assert own.keys() == {"text", "good", "bad"}, name
            assert own["good"] != own["bad"]
            assert re.search(re.sub(r"\\{\w+\\}", ".*", re.escape(own["text"])), own["good"]), name


@pytest.mark.parametrize("found", ["88.9%", "0.3", "€5.8B", "8.5 percentage points (8.25–8.75 percentage points)"])
def test_a_value_alone_is_bare(found: str) -> None:
    assert BARE.fullmatch(found)


def test_a_difference_shows_both_sides_and_which_is_less(energy: dict[str, dict[str, Any]]) -> None:
    card = energy["wind_over_nuclear_in_2018"]
    assert card["correction"].replace("\u00a0", " ") == (
        "in fact, United Kingdom 2018: 17.05% (wind's share) against 19.5% (nuclear's share), "
        "2.45 percentage points less (Our World in Data)"
    )
    assert card["rows"] == ["electricity/gbr/2018/wind", "electricity/gbr/2018/nuclear"]


def test_a_rank_names_the_subject_and_its_neighbours_alone(energy: dict[str, dict[str, Any]]) -> None:
    card = energy["nobody_ahead_of_denmark"]
    assert card["found"].replace("\u00a0", " ") == "number 1 of 8, with 57.88%; Ireland is one below with 37.24%"
    assert card["rows"] == ["electricity/dnk/2023/wind", "electricity/irl/2023/wind"]
    assert card["rows_read"] == 8


def test_an_extreme_says_whose_it_is(energy: dict[str, dict[str, Any]]) -> None:
    found = energy["more_in_all_eight"]["found"].replace("\u00a0", " ")
    assert found == "the lowest of 8 is 3.46 percentage points, that of Spain"


def test_a_value_without_a_sentence_has_the_name_of_its_row(energy: dict[str, dict[str, Any]]) -> None:
    assert energy["a_quarter_in_2022"]["found"] == "United Kingdom 2022, wind's share: 24.99%"
    found = energy["two_fifths_of_spain"]["found"]
    assert found == "Spain 2023: 40.6%, from 23.23% (wind's share) and 17.36% (solar's share)"


def test_a_card_says_how_soon_the_values_that_it_rests_on_change(energy: dict[str, dict[str, Any]]) -> None:
    """Shares of wind of whole years, of which most keep for one: what was known of 2023 is due before 2024 ends."""
    latest = energy["nobody_ahead_of_denmark"]
    assert (latest["value_kind"], latest["value_change"]) == ("rate", "later value")
    words = r"known on 2023-12-31; after 1[01] months 1 in 3 of such rates had changed \(57 seen\)"
    assert re.fullmatch(words, latest["keeps"])
    assert dt.date(2024, 10, 15) < latest["look_again"] < dt.date(2024, 12, 31)
    fixed = energy["wind_over_nuclear_in_2018"]
    assert (fixed["value_change"], fixed["keeps"], fixed["look_again"]) == ("revision", "", None), "nothing was revised"


def test_what_cannot_be_tested_says_which_value_would_decide(energy: dict[str, dict[str, Any]]) -> None:
    card = energy["one_stormy_day"]
    assert card["correction"].startswith(
        "nobody can tell: there is no value of electricity for the United Kingdom in December"
    )
    assert card["would_change"].startswith("a value of electricity for the United Kingdom in December")


def test_a_country_that_no_row_has_is_a_warning_with_the_nearest_and_its_claim_a_note(tmp_path: Path) -> None:
    raw = shutil.copytree(HERE / "examples" / "energy", tmp_path / "energy")
    claim = '\n[[claims]]\nid = "other"\nstatement = "Others too"\nis = "electricity[xyz, 2022].wind"\n'
    with (raw / "dossier.toml").open("a", encoding="utf-8") as file:
        file.write(f'{claim}predicate = "above 20"\n')
    result = tidebook("check", str(raw))
    assert 'found "electricity[xyz, 2022].wind", expected a country of electricity: the nearest are ' in result.stderr
    assert "note: undecided: other, “Others too”: nobody can tell: there is no value of electricity" in result.stdout
