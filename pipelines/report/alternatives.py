"""Claims by other figures than the printed ones, in words: single sources that turn them, verdicts as best known.

Belongs here: sentences that the report and `explain` share, and the claims whose verdict differs. Does not: which value
replaces a figure (`pipelines.claims.replacements`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.formatting import format_date, format_interval, format_value
from pipelines.report.words import STATUS_WORDS, joined, possessive
from schemas.vocabulary import OF_THE_PRINT

Row = Mapping[str, Any]
SHOWN = 5
"""So many sources that turn a claim alone are shown; the table `swaps` has all."""


@dataclass(frozen=True)
class Alternatives:
    """What other figures do to a claim: `swaps` are the first sources that turn it alone, `more` counts the others.

    `known` are the verdicts as best known where one differs from the printed one, `readings` the other readings whose
    verdict differs; `newest` is the status as best known on the last day, empty for a claim about the print itself.
    """

    swaps: list[str]
    more: int
    known: list[str]
    readings: list[str]
    newest: str


@dataclass(frozen=True)
class OtherVerdict:
    """A claim whose verdict changes with the figures as best known: day, status and value under each lens.

    `replaced` holds the values that stand for printed figures on the last day, each with date, source and place.
    """

    claim_id: str
    statement: str
    printed: str
    known: list[tuple[dt.date, str, str]]
    replaced: list[str]


def alternatives(
    tables: Mapping[str, Iterable[Row]], figures: Mapping[str, Row], titles: Mapping[str, str]
) -> dict[str, Alternatives]:
    """Return what other figures do to each claim with a printed verdict.

    `tables` are the rows of `claims`, `verdicts`, `reading_verdicts`, `swaps`; figures and sources' titles are by id.
    """
    verdicts, readings, swaps = (_by_claim(tables.get(name, [])) for name in ("verdicts", "reading_verdicts", "swaps"))
    kinds = {row["claim_id"]: row["kind"] for row in tables.get("claims", [])}
    found = {}
    for claim_id, mine in verdicts.items():
        printed, known = _printed_and_known(mine)
        if not printed:
            continue
        turning = _nearest([row for row in swaps.get(claim_id, []) if row["turns"]], printed["as_of"])
        found[claim_id] = Alternatives(
            [_swap_words(row, figures[row["figure_id"]], titles[row["source_id"]]) for row in turning[:SHOWN]],
            len(turning[SHOWN:]),
            [f"As best known on {days}: {words}" for days, words in _by_day(known)] if _differs(printed, known) else [],
            _reading_words(readings.get(claim_id, [])),
            "" if kinds.get(claim_id) in OF_THE_PRINT or not known else known[-1]["status"],
        )
    return found


def other_verdicts(
    claims: Iterable[Row], verdicts: Iterable[Row], replacements: Iterable[Row], titles: Mapping[str, str]
) -> list[OtherVerdict]:
    """Return the claims whose status as best known differs, on some day, from that as printed.

    `replacements` are the rows that `pipelines.claims.replacements` gives; sources' titles are by id.
    """
    values = {(row["known_on"], row["figure_id"]): _replacement_words(row, titles) for row in replacements}
    by_claim = _by_claim(verdicts)
    found = []
    for claim in claims:
        printed, known = _printed_and_known(by_claim.get(claim["claim_id"], []))
        if printed and _differs(printed, known):
            found.append(
                OtherVerdict(
                    claim["claim_id"],
                    claim["statement"],
                    printed["status"],
                    [(row["as_of"], row["status"], _value_words(row)) for row in known],
                    [values.get((known[-1]["as_of"], name), name) for name in known[-1]["replaced"]],
                )
            )
    return found


def _by_claim(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["claim_id"], []).append(row)
    return found


def _printed_and_known(verdicts: Sequence[Row]) -> tuple[Row | None, list[Row]]:
    """Return a claim's verdict as printed, if there is one, and those as best known by day."""
    known = sorted((row for row in verdicts if row["lens"] == "best_known"), key=lambda row: row["as_of"])
    return next((row for row in verdicts if row["lens"] == "printed"), None), known


def _differs(printed: Row, known: Iterable[Row]) -> bool:
    return any(row["status"] != printed["status"] for row in known)


def _nearest(swaps: Iterable[Row], day: dt.date) -> list[Row]:
    """Return swaps in the order of how close their dates are to a day."""
    return sorted(swaps, key=lambda row: (abs(row["as_of"] - day), row["figure_id"], row["as_of"], row["source_id"]))


def _swap_words(swap: Row, figure: Row, title: str) -> str:
    name = possessive(figure["label"], figure["quantity"])
    return (
        f"{name}: {swap['reference']} instead of {figure['text']} ({title}, {format_date(swap['as_of'])}) gives "
        f"{format_value(swap['value'], swap['unit'])}"
    )


def _replacement_words(row: Row, titles: Mapping[str, str]) -> str:
    return (
        f"{row['label']}, {row['quantity'].replace('_', ' ')}: {row['text']} ({format_date(row['as_of'])}, "
        f"{titles[row['source_id']]}; {row['locator']})"
    )


def _reading_words(readings: Iterable[Row]) -> list[str]:
    """Return the other readings whose verdict as best known differs on some day, with the days on which it does."""
    by_rank: dict[int, list[Row]] = {}
    for row in readings:
        if row["rank"] > 0:
            by_rank.setdefault(row["rank"], []).append(row)
    found = []
    for _, rows in sorted(by_rank.items()):
        printed = next(row for row in rows if row["lens"] == "printed")
        differing = [row for row in rows if row["lens"] == "best_known" and row["status"] != printed["status"]]
        found += [f"{printed['reading']}: as best known on {days}: {words}" for days, words in _by_day(differing)]
    return found


def _by_day(rows: Iterable[Row]) -> list[tuple[str, str]]:
    """Return verdicts in words, each with the days that share it."""
    found: dict[str, list[dt.date]] = {}
    for row in sorted(rows, key=lambda row: row["as_of"]):
        found.setdefault(_verdict_words(row), []).append(row["as_of"])
    return [(joined([format_date(day) for day in days]), words) for words, days in found.items()]


def _verdict_words(row: Row) -> str:
    """Return a verdict in words: status, value, interval over the draws, and why."""
    status = STATUS_WORDS[row["status"]].verb
    if row["status"] == "untestable":
        return f"{status}; {row['reason']}"
    interval = format_interval(row["low"], row["high"], row["unit"])
    return f"{status}; {_value_words(row)}, 90 % of draws: {interval}; {row['reason']}"


def _value_words(verdict: Row) -> str:
    return "" if verdict["status"] == "untestable" else format_value(verdict["value"], verdict["unit"])
