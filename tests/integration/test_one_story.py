"""A printed value has one story: a figure and the claim that only repeats it never say different things."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.dossiers import run_of
from tests.signs import disagreement

DOSSIER = """
[article]
title = "Phones"
publisher = "A test"
published = 2024-09-01
written = 2024-03-01

[tables.p]
path = "p.csv"
title = "Phones"
[tables.p.columns]
"Phone" = { name = "phone", role = "subject" }
"Price" = { name = "price", unit = "USD", basis = "list price" }
"Score" = { name = "score", unit = "number", basis = "bench" }

[assumptions]
as_of = 2025-06-01
"""
SOURCE = """
[sources.{id}]
title = "Prices of {id}"
publisher = "{id}"
address = "https://{id}.example/prices"
tier = "S"
licence = "CC0"
published = 2024-07-01
"""
HEADER = "figure_id,basis,text,interval,unit,as_of,source,tier,note,version"
OF_A_CLAIM = {"right": "stands", "unchecked": "consistent"}
"""What a claim is that repeats a figure with an outcome; any other outcome is its own."""


def stories(folder: Path, prints: dict[str, str], references: list[str], listed: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return the rows of figures and of claims that repeat them, by phone; some claims list their figure."""
    claims = []
    for name, text in prints.items():
        lists = f'states_figures = ["p/{name}/price"]\n' if name in listed else ""
        claims.append(
            f'[[claims]]\nid = "{name}"\nstatement = "{name} costs {text}"\n{lists}'
            f'is = "p[{name}].price"\nunit = "USD"\npredicate = "equals {text}"\n'
        )
    rows = [f'{name},"{text}",10' for name, text in prints.items()]
    files = {
        "dossier.toml": DOSSIER + SOURCE.format(id="aa") + SOURCE.format(id="bb"),
        "p.csv": "\n".join(["Phone,Price,Score", *rows]) + "\n",
        "reference/figures.csv": "\n".join([HEADER, *references]) + "\n",
        "claims.toml": "\n".join(claims),
    }
    run = run_of(folder, files)
    figures = run.table("figure_outcomes").set_index("figure_id")
    of_claims = run.table("outcomes").set_index("statement_id")
    found = {}
    for name in prints:
        figure = figures.loc[f"p/{name}/price"]
        found[name] = {
            "figure": figure["outcome"],
            "claim": of_claims.loc[name, "outcome"],
            "reason": figure["reason"],
            "why": of_claims.loc[name, "why"],
            "disagreement": disagreement(of_claims.loc[name, "outcome"], of_claims.loc[name].to_dict()),
        }
    return pd.DataFrame(found).T


# Of each phone: what sources say of its price of $800, and what that makes of it. The article is of March 2024 and was
# published in September.
HISTORIES = {
    "ended_before_publication": (["$800 2023-10-01/2024-05-01"], "expired"),
    "ended_before_writing": (["$800 2023-10-01/2024-01-01"], "expired"),
    "ended_after_publication": (["$800 2023-10-01/2024-12-01"], "right"),
    "succeeded": (["$800 2023-10-01/2024-05-01", "$700 2024-05-01"], "outdated"),
    "succeeded_by_what_ended": (["$800 2023-10-01/2024-05-01", "$700 2024-05-01/2024-07-01"], "outdated"),
    "succeeded_by_its_like": (["$800 2023-10-01/2024-05-01", "$800 2024-05-01"], "right"),
    "cut_for_a_while": (["$800 2023-01-01/2025-01-01", "$700 2023-06-01/2023-09-01"], "right"),
    "other_value_ended": (["$700 2023-01-01/2023-06-01"], "unchecked"),
    "other_value": (["$700 2023-01-01/2025-06-01"], "wrong"),
    "right_between": (["$700 2023-10-01", "$800 2024-05-01"], "premature"),
    "right_for_a_while_between": (["$700 2023-10-01", "$800 2024-05-01/2024-06-01"], "expired"),
    "right_after_publication": (["$700 2023-10-01", "$800 2024-12-01"], "wrong"),
    "known_after_publication": (["$800 2024-12-01"], "unchecked"),
    "on_two_bases": (["$800 2023-10-01/2024-05-01", "$750 2023-10-01 street price"], "expired"),
    "end_told_by_one_source": (["$800 2023-10-01", "$800 2023-10-01/2024-05-01 list price bb"], "expired"),
}


def reference_row(phone: str, told: str) -> str:
    text, held, *more = told.split(" ", 2)
    basis = "street price" if more == ["street price"] else "list price"
    source = "bb" if more == ["list price bb"] else "aa"
    return f'p/{phone}/price,{basis},"{text}",,USD,{held},{source},S,,'


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    references = [reference_row(phone, told) for phone, (history, _) in HISTORIES.items() for told in history]
    # The score of a version ended with it; its price, of which no end is told, ended with the version.
    references += [
        "p/version/price,list price,$800,,USD,2023-10-01,aa,S,,V1",
        "p/version/score,bench,10,,number,2023-10-01/2024-05-01,aa,S,,V1",
    ]
    prints = dict.fromkeys([*HISTORIES, "version"], "$800")
    return stories(tmp_path_factory.mktemp("known"), prints, references, listed=("version", "ended_before_writing"))


@pytest.mark.parametrize(
    ("phone", "expected"), [*((phone, word) for phone, (_, word) in HISTORIES.items()), ("version", "expired")]
)
def test_a_figure_and_the_claim_that_repeats_it_follow_from_when_its_value_held(
    known: pd.DataFrame, phone: str, expected: str
) -> None:
    story = known.loc[phone]
    assert (story["figure"], story["claim"]) == (expected, OF_A_CLAIM.get(expected, expected)), story["reason"]


def test_what_ended_without_a_successor_says_so(known: pd.DataFrame) -> None:
    story = known.loc["ended_before_publication"]
    aged = "after 6 months 1 in 3 of such totals had changed (21 seen)"
    assert story["reason"] == f"right until 2024-05-01; no later value is known; {aged}"
    assert story["why"] == f"$800 was {story['reason']}"
    assert known.loc["ended_after_publication", "reason"] == "$800 (list price, 2023-10-01), until 2024-12-01"
    ended = "the last value known, $700 (list price, 2023-01-01), held until 2023-06-01 only"
    assert known.loc["other_value_ended", "reason"] == ended


PRINTS = ("$800", "$700", "$790", "about $800", "over $700", "nearly $800", "$700+", "$1,200")
KNOWN = ("$800", "$800", "$700", "$790", "$8,000", "$1,200", "more than $600", "about $800")


def history(phone: str, rng: random.Random) -> Iterator[str]:
    """Yield references of a phone's price at random, some with an end, another basis or a version."""

    def day() -> dt.date:
        return dt.date(2023, 1, 1) + dt.timedelta(days=30 * rng.randrange(30))

    seen = set()
    for _ in range(rng.randint(1, 4)):
        start, source = day(), rng.choice(("aa", "bb"))
        end = f"/{start + dt.timedelta(days=30 * rng.randint(1, 12))}" if rng.random() < 0.5 else ""
        basis = rng.choice(("list price", "list price", "list price", "street price", "as reported"))
        version = rng.choice(("", "", f"V1 {phone}", f"V2 {phone}"))
        if (start, basis, source) not in seen:
            tier = rng.choice("SSP")
            text = rng.choice(KNOWN)
            yield f'p/{phone}/price,{basis},"{text}",,USD,{start}{end},{source},{tier},,{version}'
        seen.add((start, basis, source))
    if rng.random() < 0.3:
        start = day()
        yield f"p/{phone}/score,bench,10,,number,{start}/{start + dt.timedelta(days=90)},aa,S,,V1 {phone}"


def test_whatever_its_history_a_claim_has_the_outcome_of_the_figure_that_it_repeats(tmp_path: Path) -> None:
    rng = random.Random(32)
    prints = {f"s{number}": rng.choice(PRINTS) for number in range(120)}
    references = {phone: list(history(phone, rng)) for phone in prints}
    listed = tuple(rng.sample(sorted(prints), 40))
    found = stories(tmp_path, prints, [row for rows in references.values() for row in rows], listed)
    for phone, text in prints.items():
        story = found.loc[phone]
        expected = OF_A_CLAIM.get(story["figure"], story["figure"])
        assert not story["disagreement"], story
        # Draws of an unchecked bound or estimate may lie on both sides of what a claim repeats.
        is_open = story["figure"] == "unchecked" and not text.removeprefix("$").isdigit()
        assert story["claim"] in {expected, "depends" if is_open else expected}, (
            text,
            references[phone],
            story["reason"],
            story["why"],
        )
    assert set(found["figure"]) >= {"right", "wrong", "outdated", "expired", "premature", "depends", "unchecked"}
