"""Each claim by other figures than the printed ones, in words: single sources that turn it, verdicts as best known.

Belongs here: sentences that the report and `explain` share. Does not: the table of all verdicts that change (`beside`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.report.numbers import format_date, format_interval, format_value
from pipelines.report.words import STATUS_WORDS, joined, possessive
from schemas.analysis import OF_THE_PRINT

Row = Mapping[str, Any]
SHOWN = 5
"""So many sources that turn a claim alone are told; the table `swaps` has all."""


@dataclass(frozen=True)
class Otherwise:
    """What other figures do to a claim: `swaps` are the first sources that turn it alone, `more` counts the others.

    `known` are the verdicts as best known where one differs from the printed one, `readings` the other readings whose
    verdict differs; `newest` is the status as best known on the last day, empty for a claim about the print itself.
    """

    swaps: list[str]
    more: int
    known: list[str]
    readings: list[str]
    newest: str


def otherwise(
    tables: Mapping[str, Iterable[Row]], figures: Mapping[str, Row], titles: Mapping[str, str]
) -> dict[str, Otherwise]:
    """Return what other figures do to each claim with a printed verdict.

    `tables` are the rows of `claims`, `verdicts`, `reading_verdicts`, `swaps`; figures and sources' titles are by id.
    """
    verdicts, readings, swaps = (by_claim(tables.get(name, [])) for name in ("verdicts", "reading_verdicts", "swaps"))
    kinds = {row["claim_id"]: row["kind"] for row in tables.get("claims", [])}
    found = {}
    for claim_id, mine in verdicts.items():
        if not (printed := next((row for row in mine if row["lens"] == "printed"), None)):
            continue
        turning = nearest([row for row in swaps.get(claim_id, []) if row["turns"]], printed["as_of"])
        found[claim_id] = Otherwise(
            [swap_words(row, figures[row["figure_id"]], titles[row["source_id"]]) for row in turning[:SHOWN]],
            len(turning[SHOWN:]),
            known_words(mine, printed),
            reading_words(readings.get(claim_id, [])),
            "" if kinds.get(claim_id) in OF_THE_PRINT else newest(mine),
        )
    return found


def newest(verdicts: Iterable[Row]) -> str:
    """Return the status as best known on the last day; nothing without one."""
    known = [row for row in verdicts if row["lens"] == "best_known"]
    return max(known, key=lambda row: row["as_of"])["status"] if known else ""


def nearest(rows: Iterable[Row], day: dt.date) -> list[Row]:
    """Return swaps in the order of how close their dates are to a day."""
    return sorted(rows, key=lambda row: (abs(row["as_of"] - day), row["figure_id"], row["as_of"], row["source_id"]))


def by_claim(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return rows by claim."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["claim_id"], []).append(row)
    return found


def swap_words(swap: Row, figure: Row, title: str) -> str:
    """Return a swap: figure, value and printed text, source, date, and the metric's value under it."""
    name = possessive(figure["label"], figure["quantity"])
    return (
        f"{name}: {swap['reference']} instead of {figure['text']} ({title}, {format_date(swap['as_of'])}) gives "
        f"{format_value(swap['value'], swap['unit'])}"
    )


def known_words(verdicts: Iterable[Row], printed: Row) -> list[str]:
    """Return a claim's verdicts as best known, days that say the same together; none when all are as printed."""
    known = [row for row in verdicts if row["lens"] == "best_known"]
    if all(row["status"] == printed["status"] for row in known):
        return []
    return [f"As best known on {days}: {words}" for days, words in by_day(known)]


def reading_words(readings: Iterable[Row]) -> list[str]:
    """Return the other readings whose verdict as best known differs on some day, with the days on which it does."""
    by_rank: dict[int, list[Row]] = {}
    for row in readings:
        if row["rank"] > 0:
            by_rank.setdefault(row["rank"], []).append(row)
    found = []
    for _, rows in sorted(by_rank.items()):
        printed = next(row for row in rows if row["lens"] == "printed")
        differing = [row for row in rows if row["lens"] == "best_known" and row["status"] != printed["status"]]
        found += [f"{printed['reading']}: as best known on {days}: {words}" for days, words in by_day(differing)]
    return found


def by_day(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Return verdicts in words, each with the days that share it."""
    found: dict[str, list[dt.date]] = {}
    for row in sorted(rows, key=lambda row: row["as_of"]):
        found.setdefault(verdict_words(row), []).append(row["as_of"])
    return [(joined([format_date(day) for day in days]), words) for words, days in found.items()]


def verdict_words(row: Row) -> str:
    """Return a verdict in words: status, value, interval over the draws, and why."""
    status = STATUS_WORDS[row["status"]].verb
    if row["status"] == "untestable":
        return f"{status}; {row['reason']}"
    value, interval = format_value(row["value"], row["unit"]), format_interval(row["low"], row["high"], row["unit"])
    return f"{status}; {value}, 90 % of draws: {interval}; {row['reason']}"
