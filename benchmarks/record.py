"""The record: what became of outcomes, over dossiers that are frozen on a day and judged again later.

Belongs here: the table, its scores and the page that shows them. Does not: how a day is replayed (`graph.replayed`).

`python -m benchmarks.record ARTICLE... [--tsver FOLDER]` writes record.csv, record.md and record.svg in docs/method;
FOLDER is that of `benchmarks.tsver`, whose claims become a dossier each.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import tsver
from tidebook.pipelines.evaluate.hazards import KnownHazards
from tidebook.pipelines.graph.replayed import judged, replayed
from tidebook.pipelines.graph.run import Run
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.dossier.checked import dossier_in
from tidebook.pipelines.read.evidence_tables.periods import period
from tidebook.pipelines.read.settings import Settings
from tidebook.pipelines.read.sources.selection import input_hashes
from tidebook.schemas.base import Date, Table, column, probability_column, records, table_of, with_nulls
from tidebook.schemas.vocabulary import HORIZONS, LATER, OUTCOMES, REVISION

FOLDER = Path(__file__).parents[1] / "docs" / "method"
TABLES = ("outcomes", "claim_cards", "hazards", "assumptions")
ROWS = "evidence_rows"
PROMISED, PROMISED_MONTHS, PROMISED_FROM = ("stands", "wrong", "outdated"), 12, 30
"""The outcomes that carry a promise, for how many months, and from how many articles on."""

FORECASTS = ("hazard", "base rate", "same word", "nothing changes")

HASHED = 12
"""Hex digits of a hash that name what was judged."""

PRINT, NOTHING = "print", "nothing"


class Record(Table, order="key"):
    """Outcomes of assertions on the day of their content, and what became of each."""

    article: str = column("Dossier; of a claim that stands alone its own", key=True)
    inputs: str = column("Start of the SHA-256 of its files", str_matches=r"^[0-9a-f]{12}$")
    claim_id: str = column("Claim", key=True)
    months: int = column("Months after which it was judged again", key=True, isin=HORIZONS)
    frozen: Date = column("Day up to which evidence was available at first: the last of its content")
    rests_on: str = column(
        "later value: a quantity that moves on; revision: fixed periods or events; print: the article's own figures; "
        "nothing: no value",
        isin=(LATER, REVISION, PRINT, NOTHING),
    )
    outcome: str = column("Outcome on that day", isin=OUTCOMES)
    later: str = column("Outcome after the months; null beyond the evidence", isin=OUTCOMES, nullable=True)
    chance: float = probability_column(
        "Chance that such a value keeps for so long after its own day, by the hazards known when it was frozen; null "
        "where none are",
        nullable=True,
    )


def rows_of(raw: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of one dossier: its own outcome on the last day of its content, and after each horizon."""
    article = dossier_in(raw).article
    frozen = article.published if article.follows_from_figures else article.content_to
    with tempfile.TemporaryDirectory() as scratch:
        folders = Settings(raw, Path(scratch, "out"))
        inputs = digest(input_hashes(folders))[:HASHED]

        def on(day: dt.date) -> Run:
            with replayed(folders, day) as copy:
                return judged(copy, *TABLES)

        known_to, first = _known_to(judged(folders, *TABLES)), on(frozen)
        later = {}
        for months in HORIZONS:
            day = (pd.Timestamp(frozen) + pd.DateOffset(months=months)).date()
            later[months] = _words(on(day)) if day <= known_to else {}
    cards = {row["claim_id"]: row for row in records(first.table("claim_cards"))}
    hazards = KnownHazards(first.table("hazards"))
    for claim_id, outcome in _words(first).items():
        card = cards[claim_id]
        on_print = PRINT if card["evidence_view"] == "printed" else NOTHING
        rests_on = card["value_change"] or on_print
        for months, words in later.items():
            hazard = hazards.at(card["value_kind"], card["value_change"], months) if card["value_kind"] else None
            yield {
                **{"article": article.slug, "inputs": inputs, "claim_id": claim_id, "months": months, "frozen": frozen},
                **{"rests_on": rests_on, "outcome": outcome, "later": words.get(claim_id, "")},
                "chance": round(1 - hazard["changed"], 4) if hazard else None,
            }


def _words(run: Run) -> dict[str, str]:
    assertions = [row for row in records(run.table("outcomes")) if row["statement_kind"] == "assertion"]
    return {row["statement_id"]: row["judged"] or row["outcome"] for row in assertions}


def _known_to(run: Run) -> dt.date:
    """Return the last day of the evidence: a series is known until the next of its periods would end."""
    day = next(row["value"] for row in records(run.table("assumptions")) if row["name"] == "as_of")
    ends = [dt.date.fromisoformat(day)]
    if ROWS in run.graph.steps:
        rows = run.table(ROWS)
        for _, periods in rows[rows["period"] != ""].groupby("series")["period"]:
            last = max((when for text in periods.unique() if (when := period(text))), key=lambda each: each.end)
            ends.append(last.moved(1).end - dt.timedelta(days=1))
    return min(ends)


def claims_alone(folder: Path, into: Path) -> Iterator[Path]:
    """Yield a dossier of each claim of the benchmark, published on its day, with the series that it reads."""
    declared = tomllib.loads((tsver.HERE / "tsver.toml").read_text(encoding="utf-8"))
    claims = tsver.read_claims(folder, declared)
    for name, claim in claims.items():
        raw = into / name
        (raw / "csv").mkdir(parents=True)
        own = tsver.text_of(declared["claims"][name])
        series = declared["evidence"]["owid"]["series"]
        read = {each: path for each, path in series.items() if re.search(rf"\b{each}\b", own)}
        evidence = {"owid": declared["evidence"]["owid"] | {"series": read}}
        for path in read.values():
            shutil.copy(folder / "time_series" / "csv" / f"{path}.csv", raw / "csv")
        shutil.copy(folder / "time_series" / "metadata.json", raw)
        tsver.write(raw, {**declared, "evidence": evidence}, {name: claim})
        text = re.sub(r"^said = .*\n", "", (raw / "dossier.toml").read_text(encoding="utf-8"), flags=re.MULTILINE)
        text = text.replace('title = "TSVer"', f'title = "TSVer {name}"', 1)
        (raw / "dossier.toml").write_text(text, encoding="utf-8")
        yield raw


def by_article(rows: pd.DataFrame, values: pd.Series) -> pd.Series:
    """Return the mean of each article: the article is the unit, however many claims it has."""
    return values.groupby(rows["article"]).mean()


def interval(means: pd.Series) -> str:
    """Return the middle nine tenths of the mean over articles that are drawn again, seeded."""
    draws = np.random.default_rng(60).choice(means.to_numpy(), (2000, len(means))).mean(axis=1)
    low, high = np.quantile(draws, (0.05, 0.95))
    return f"{low:.2f}–{high:.2f}"


def others(means: pd.Series) -> pd.Series:
    """Return by article the chance by all others that an outcome survives, by the rule of succession (Laplace)."""
    return (means.sum() - means + 1) / (len(means) + 1)


def promise(outcome: Hashable, months: Hashable, means: pd.Series) -> str:
    """Return the chance that an outcome carries, "" for none: that of one more article."""
    if outcome not in PROMISED or months != PROMISED_MONTHS or len(means) < PROMISED_FROM:
        return ""
    return f"{(means.sum() + 1) / (len(means) + 2):.2f}"


def survival(rows: pd.DataFrame) -> Iterator[Sequence[Any]]:
    """Yield by outcome and horizon how often it survived."""
    for (outcome, months), some in rows.groupby(["outcome", "months"]):
        means = by_article(some, some["survived"])
        few = interval(means) if len(means) > 1 else ""
        yield outcome, months, len(some), len(means), f"{means.mean():.2f}", few, promise(outcome, months, means)


def forecast(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that have a hazard, with the chance to survive that each forecast gives them.

    The rates are of all other articles with that horizon, of any outcome or of the same: nothing of an article is used
    for its own chance.
    """
    parts = []
    for _, every in rows.groupby("months"):
        base = every["article"].map(others(by_article(every, every["survived"])))
        same = pd.Series(np.nan, every.index)
        for _, some in every.groupby("outcome"):
            same[some.index] = some["article"].map(others(by_article(some, some["survived"])))
        chances: tuple[Any, ...] = (every["chance"], base, same, 1.0)
        parts.append(every.assign(**dict(zip(FORECASTS, chances, strict=True)))[every["chance"].notna()])
    return pd.concat(parts)


def brier(rows: pd.DataFrame) -> Iterator[Sequence[Any]]:
    """Yield by horizon the score of each forecast."""
    for months, some in rows.groupby("months"):
        scores = [by_article(some, (some[name] - some["survived"]) ** 2).mean() for name in FORECASTS]
        yield months, len(some), some["article"].nunique(), *(f"{score:.3f}" for score in scores)


def calibration(rows: pd.DataFrame) -> Iterator[Sequence[Any]]:
    """Yield by forecast and class of its chance how often outcomes survived, over all horizons."""
    for name in FORECASTS:
        for part, own in rows.groupby(pd.cut(rows[name], [0, 0.25, 0.5, 0.75, 1], include_lowest=True), observed=True):
            means = (by_article(own, own[column]).mean() for column in (name, "survived"))
            yield (
                name,
                f"up to {part.right:.2f}",
                len(own),
                own["article"].nunique(),
                *(f"{mean:.2f}" for mean in means),
            )


def chart(classes: Iterable[Sequence[Any]]) -> str:
    """Return the plot of classes of `calibration`: what was expected and what survived, beside where both are equal."""
    import altair as alt
    import vl_convert

    names = ("forecast", "chance", "outcomes", "articles", "expected", "survived")
    points = [dict(zip(names, row, strict=True)) for row in classes]
    share = alt.Scale(domain=[0, 1])
    base = alt.Chart(alt.Data(values=points)).encode(
        alt.X("expected:Q", scale=share, title="chance to survive"), alt.Y("survived:Q", scale=share, title="survived")
    )
    forecasts = alt.Color("forecast:N", sort=FORECASTS, title=None)
    lines = base.mark_line().encode(forecasts)
    marks = base.mark_point(filled=True).encode(forecasts, alt.Size("articles:Q"))
    equal = alt.Chart(alt.Data(values=[{"x": 0, "y": 0}, {"x": 1, "y": 1}])).mark_line(color="gray", strokeDash=[4, 4])
    layers = alt.layer(equal.encode(alt.X("x:Q"), alt.Y("y:Q")), lines, marks).properties(width=360, height=360)
    return str(vl_convert.vegalite_to_svg(layers.to_dict()))


def judged_again(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of what moves on, and all other rows, that could be judged again, with what survived."""
    known = table[table["later"] != ""].assign(survived=lambda rows: (rows["outcome"] == rows["later"]).astype(float))
    return known[known["rests_on"] == LATER], known[known["rests_on"] != LATER]


def page(table: pd.DataFrame) -> str:
    """Return the page of the record."""
    moving, fixed = judged_again(table)
    forecasts = forecast(moving)
    corpus = digest(dict(zip(table["article"], table["inputs"], strict=True)))[:HASHED]
    claims, articles = len(table.groupby(["article", "claim_id"])), table["article"].nunique()
    words = ["outcome", "months", "claims", "articles", "survived", "interval", "promise"]
    parts = [
        "# The record",
        "For whoever asks how often a verdict stays what it was. `make record` writes this page from "
        "[the table](record.csv).",
        f"{claims} claims of {articles} articles (`{corpus}`, the start of the SHA-256 of what `inputs` says of each); "
        f"{len(moving) + len(fixed)} of {len(table)} outcomes could be judged again, the others are beyond their "
        "evidence. Each article is judged as of the last day of its content "
        "(`tidebook replay`), and again later, its text unchanged. Means are over articles; intervals (nine tenths) "
        "draw articles again.",
        "## Claims about what changes",
        _table(words, survival(moving)),
        f"**Promise**: the chance that {', '.join(PROMISED)} are the same word after {PROMISED_MONTHS} months, from "
        f"{PROMISED_FROM} articles of a word on: that of one more article by the rule of succession. Until then a card "
        "says how soon its values change, and promises nothing.",
        "## How good a forecast the hazards are",
        "Brier scores of the chance that an outcome survives (0 is best): by the [hazard](../method.md) of the values "
        "that it rests on; by how often outcomes of all other articles did, of any word, and of the same word, as a "
        "promise would say; and of no change at all. Each article is left out of its own chance, so that no split has "
        "to be chosen. A value may change and leave the outcome as it is: the hazard expects too much change, and is "
        "no chance of a verdict.",
        _table(["months", "claims", "articles", *FORECASTS], brier(forecasts)),
        "![Of each class of chances, what was expected and what survived](record.svg)",
        _table(["forecast", "chance", "outcomes", "articles", "expected", "survived"], calibration(forecasts)),
        "## Fixed periods, the article's own figures, and what has no value",
        "Those survive unless somebody revises or finds a value: apart, as they say nothing of how verdicts age.",
        _table(words[:-1], (row[:-1] for row in survival(fixed))),
        "## What it does not say",
        "- Most articles are single claims of fact checkers ([TSVer](../internals/benchmarks.md)) over yearly series "
        "of one publisher; they are no sample of articles.\n"
        "- **A series without vintages keeps later revisions**: a replay cuts it at the ends of periods, though "
        "values of then may have been others, and were published later.\n"
        "- Evidence typed by hand is what somebody looked for, knowing the article.",
        "## Columns",
        _table(["column", "meaning"], ((name, each.description) for name, each in Record.to_schema().columns.items())),
    ]
    return "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def main(arguments: Sequence[str]) -> int:
    """Judge the articles, and write the table and the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", nargs="+", type=Path)
    parser.add_argument("--tsver", type=Path)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as made:
        alone = claims_alone(given.tsver, Path(made)) if given.tsver else ()
        rows: list[dict[str, Any]] = []
        for raw in [*given.articles, *alone]:
            rows += rows_of(raw)
            print(raw.name, len(rows), file=sys.stderr)
    table = table_of(Record, rows)
    Record.validate(with_nulls(Record, table))
    FOLDER.mkdir(exist_ok=True)
    table.to_csv(FOLDER / "record.csv", index=False)
    (FOLDER / "record.md").write_text(page(table), encoding="utf-8")
    (FOLDER / "record.svg").write_text(chart(calibration(forecast(judged_again(table)[0]))), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
