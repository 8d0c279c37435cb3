"""The table of entities decides who is who; likeness only proposes."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from tests.unit.shipped import SOURCES
from tidebook.pipelines.read.declarations import Sources
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.rawfile import RawFile, read_raw
from tidebook.plugins.live.entities import PATH, normalise, proposals, read_entities, read_scores

HEAD = "entity_id,kind,name,developer,aliases\n"
TABLE = HEAD + "acme,company,Acme AI,,Acme;acme-ai\nacme_1,model,Acme-1,acme,acme-1-0314\n"


def entities(text: str = TABLE):  # type: ignore[no-untyped-def]
    return read_entities(RawFile(PATH, text.encode()))


@pytest.mark.parametrize("name", ["Acme AI", "acme-ai", "ACME", "Acmé AI", "ACME  AI"])
def test_a_company_is_found_by_each_of_its_names_however_written(name: str) -> None:
    assert entities().find("company", name) == "acme"


def test_a_name_is_not_matched_by_likeness_or_across_kinds() -> None:
    assert entities().find("company", "Acme AIs") == ""
    assert entities().find("model", "Acme AI") == ""
    assert entities().find("model", "acme/acme-1-0314") == "acme_1"


def test_names_that_the_table_lacks_are_proposed_most_frequent_first() -> None:
    found = proposals(entities(), "company", ["Zeta", "Acme AIs", "Zeta", "Acme AI"])
    assert [(one.name, one.occurs, one.entity_id) for one in found] == [("Zeta", 2, ""), ("Acme AIs", 1, "acme")]
    assert 80 <= found[1].score < 100


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("a,company,Acme,,\nb,company,ACME,,\n", ':3, column "aliases": found "ACME", expected a name that a does not'),
        ("a,company,A,,\na,company,B,,\n", ':3, column "entity_id"'),
        ("A b,company,A,,\n", 'column "entity_id": found "A b"'),
        ('"a\n",company,A,,\n', r'column "entity_id": found "a\n"'),
        ("a,company,\u0410cme,,\n", 'column "aliases": found "\u0410cme", expected a name without U+0410 CYRILLIC'),
        ("a,company,A,,Ac\u00a0me\n", r'column "aliases": found "Ac\xa0me", expected a name without U+00A0'),
        ("a,firm,A,,\n", 'column "kind": found "firm", expected one of company, model'),
        ("a,company,A,,Ac;Ac\n", 'column "aliases": found "Ac", expected each name once'),
        ("a,model,A,nobody,\n", 'column "developer": found "nobody"'),
        ("a,company,–,,\n", 'column "aliases": found "–"'),
    ],
)
def test_a_bad_row_is_named(rows: str, expected: str) -> None:
    with pytest.raises(InputError) as error:
        entities(HEAD + rows)
    assert expected in str(error.value)


def test_normalised_names() -> None:
    assert [normalise(name) for name in ("GPT-4o", "openai/gpt-4o", "Île 1.5", "–")] == ["gpt4o", "gpt4o", "ile15", ""]


def test_the_committed_tables_can_be_read() -> None:
    known = read_entities(read_raw(ROOT / "raw", PATH))
    assert known.find("company", "Meta AI") == "meta"
    scores = read_scores(read_raw(ROOT / "raw", "reference/scores.csv"), known, SOURCES)
    assert scores["gpt_4"].score == 86.4
    with pytest.raises(InputError, match='column "source": found "simple_evals"'):
        read_scores(read_raw(ROOT / "raw", "reference/scores.csv"), known, Sources())


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("acme_1,MMLU,101,2024-01-01,simple_evals,", 'column "score": found "101"'),
        ("acme_1,MMLU,09.5,2024-01-01,simple_evals,", 'column "score": found "09.5"'),
        ("acme_1,MMLU,86,someday,simple_evals,", 'column "released": found "someday"'),
        ("acme_2,MMLU,86,2024-01-01,simple_evals,", 'column "entity_id": found "acme_2"'),
        ("acme_1,GPQA,86,2024-01-01,simple_evals,", 'column "benchmark": found "GPQA"'),
    ],
)
def test_a_bad_score_is_named(row: str, expected: str) -> None:
    text = f"entity_id,benchmark,score,released,source,note\n{row}\n"
    with pytest.raises(InputError) as error:
        read_scores(RawFile("reference/scores.csv", text.encode()), entities(), SOURCES)
    assert expected in str(error.value)
