"""Evidence views: the figures as printed, or each replaced by the best value that was known on a day.

Belongs here: the views, the disputes within them, and whether figures of a view may be used together. Does not: how
printed and best-known values differ (`evaluate.reconciliation`), or which reference replaces a figure (`known`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from tidebook.pipelines.evaluate.conversions import ConvertedBases
from tidebook.pipelines.evaluate.digits import is_coarser_form
from tidebook.pipelines.evaluate.known import (
    CITED,
    CLAIMED,
    NO_NAMES,
    best_groups,
    best_of_dates,
    date_on,
    dispute_words,
    ends_by_date,
    grouped_by_agreement,
    is_comparable,
    is_known_by,
    own_terms,
)
from tidebook.pipelines.read.formatting import format_value
from tidebook.pipelines.read.grouping import Row
from tidebook.schemas.base import records
from tidebook.schemas.units import UNSCALED
from tidebook.schemas.vocabulary import INTERVAL, REPORTED, SPREAD

YEAR = re.compile(r", (\d{4})\Z", re.ASCII)
"""The year at the end of a basis: values of another year have another basis."""


_NUMBERS = re.compile(r"[\W\d_]+", re.ASCII)
"""What distinguishes bases of several times, which are one basis: years, periods and marks between them."""


class Validity(NamedTuple):
    """The day from which a value held, and the first day on which it no longer did, None if it still does."""

    since: dt.date
    until: dt.date | None


class Dispute(NamedTuple):
    """Best references for one figure that exclude each other.

    Attributes:
        others: The values that are not preferred, one of each group of references that agree.
        words: Which source says what.
    """

    others: tuple[Row, ...]
    words: str


NO_CONVERSIONS = ConvertedBases()


@dataclass(frozen=True, eq=False)
class EvidenceView:
    """A view of the figures on a day.

    Attributes:
        known: When the value held that replaces a printed one, by figure.
        printed: The day that the printed figures describe.
        disputes: Best references that exclude the one in the view, by figure.
        on_bases: The best references on other bases than the figure's own, by figure and basis.
        conversions: What turns a number on one basis into one on another.
    """

    name: str
    as_of: dt.date
    figures: pd.DataFrame
    known: Mapping[str, Validity] = field(default_factory=dict)
    printed: dt.date = dt.date.max
    disputes: Mapping[str, Dispute] = field(default_factory=dict)
    on_bases: Mapping[str, Mapping[str, Row]] = field(default_factory=dict)
    conversions: ConvertedBases = NO_CONVERSIONS

    def alternatives(self, figure_id: str) -> Iterator[EvidenceView]:
        """Yield the view with each other value of a disputed figure; all other figures stay as they are."""
        for row in self.disputes[figure_id].others:
            figures = _replaced(self.figures, {figure_id: row})
            yield replace(self, figures=figures, known={**self.known, figure_id: _validity([row])}, disputes={})

    @cached_property
    def printed_figures(self) -> list[str]:
        """The figures that have the article's value. Figures that a claim states are left out: they have no day."""
        found = []
        for row in records(self.figures[["figure_id", "kind", "locator", "basis"]]):
            if row["figure_id"] not in self.known and is_printed(row) and row["basis"] != CLAIMED:
                found.append(row["figure_id"])
        return found

    @cached_property
    def years(self) -> dict[str, int]:
        """The year that each figure describes: the one at the end of its basis, or else that of the view's day.

        A figure without a year holds until another value replaces it. Figures that a claim states have no year.
        """
        dated = self.figures.loc[self.figures["basis"] != CLAIMED, ["figure_id", "basis"]]
        years = {}
        for name, basis in zip(dated["figure_id"], dated["basis"], strict=True):
            stated = YEAR.search(basis)
            years[name] = int(stated[1]) if stated else self.as_of.year
        return years

    def of_several_times(self, evidence: Collection[str], one_year: bool) -> str:
        """Return why figures must not be used together, "" if they may.

        They must describe one day, and with `one_year` one year. A value that no longer held does not describe the
        view's day, and a printed one does not describe a time after the article.
        """
        return (
            (self._different_years(evidence) if one_year else "")
            or self._no_longer_valid(evidence)
            or self._later_than_print(evidence)
        )

    def of_several_bases(self, evidence: Collection[str], mixes: Collection[str]) -> str:
        """Return why figures of one unit must not be joined: their declared bases differ; "" if they may.

        Bases that differ only in the years that date their figures are one: growth compares them. A year that defines a
        basis, as in `2015 = 100`, counts. A metric names in `mixes` what it joins on purpose.
        """
        bases: dict[str, dict[str, str]] = {}
        for name in evidence:
            if name in self._terms:
                unit, basis = self._terms[name]
                bases.setdefault(unit, {}).setdefault(_without_time(basis), basis)
        named = set(map(_without_time, mixes))
        for unit, kinds in bases.items():
            if len(kinds) > 1 and not named.issuperset(kinds):
                listed = " and ".join(sorted(kinds.values()))
                return f"it joins figures in {unit} of different bases: {listed}; `mixes` of the metric can name them"
        return ""

    def on_one_basis(self, evidence: Collection[str]) -> OneBasis | None:
        """Return the figures with all of some evidence on one basis of its unit, if sources or deflators give that.

        Each basis of the evidence is tried, the one of most figures first: what is on another one takes the value of a
        reference on it, or is converted.
        """
        terms = {name: self._terms[name] for name in evidence if name in self._terms}
        bases = Counter(basis for _, basis in terms.values())
        for basis, _ in sorted(bases.items(), key=lambda each: (-each[1], each[0])):
            found: dict[str, Row] = {}
            for name, (_, own) in terms.items():
                if own != basis:
                    found[name] = self._on_basis(self._rows[name], basis)
            if all(found.values()):
                return self._one_basis(basis, found)
        return None

    def on_other_bases(self, evidence: Collection[str]) -> Iterator[OneBasis]:
        """Yield the figures with all evidence of one unit in other money, or by another index, by sources or deflators.

        Only bases that one series deflates are of one thing: debt is no other money than equity.
        """
        by_unit: dict[str, list[str]] = {}
        for name in evidence if self.conversions.bases else ():
            if name in self._terms:
                by_unit.setdefault(self._terms[name][0], []).append(name)
        for names in by_unit.values():
            rows = [self._rows[name] for name in names]
            own = {_without_time(row["basis"]) for row in rows}
            if len(own) != 1:
                continue
            known = [self._known_bases(row) for row in rows]
            for basis in sorted(set.intersection(*known)):
                if _without_time(basis) not in own:
                    yield self._one_basis(basis, {row["figure_id"]: self._on_basis(row, basis) for row in rows})

    def _known_bases(self, figure: Row) -> set[str]:
        """Return the other bases, deflated as its own is, on which a figure is known or can be had."""
        by_reference = self.on_bases.get(figure["figure_id"], {})
        alike = [basis for basis in by_reference if self.conversions.are_alike(figure["basis"], basis)]
        return {*alike, *self.conversions.others(figure)}

    def known_on_bases(self, evidence: Collection[str]) -> list[Any]:
        """Return all that is known of some figures on other bases, for what depends on it."""
        known: list[Any] = []
        for name in evidence if self._has_other_bases else ():
            if name in self._rows:
                row, by_reference = self._rows[name], self.on_bases.get(name, {})
                known += [(basis, other["text"], other["value"]) for basis, other in sorted(by_reference.items())]
                known += [(basis, self.conversions.factor(row, basis)) for basis in self.conversions.others(row)]
        return known

    @property
    def _has_other_bases(self) -> bool:
        """Whether any figure is known on another basis than its own, or could be had on one."""
        return bool(self.on_bases or self.conversions.bases)

    def _one_basis(self, basis: str, found: Mapping[str, Row]) -> OneBasis:
        words = ", ".join(f"{row['label']} {row['better']}" for row in found.values())
        return OneBasis(_replaced(self.figures, found), f"{basis}: {words}")

    @cached_property
    def _rows(self) -> dict[str, Row]:
        return {row["figure_id"]: row for row in records(self.figures)}

    def _on_basis(self, figure: Row, basis: str) -> Row:
        """Return a figure on another basis: by a reference, or converted; nothing without either."""
        reference = self.on_bases.get(figure["figure_id"], {}).get(basis)
        if reference is not None:
            return {**figure, **reference, "label": figure["label"], "better": reference["text"]}
        factor = self.conversions.factor(figure, basis)
        if factor is None:
            return {}
        ends = ("value", "low", "high", "drawn_low", "drawn_high")
        converted = {name: figure[name] * factor for name in ends}
        return {**figure, **converted, "better": format_value(converted["value"], figure["unit"])}

    @cached_property
    def _terms(self) -> dict[str, tuple[str, str]]:
        """The unit and the declared basis of each figure that has one."""
        terms = {}
        for row in records(self.figures[["figure_id", "unit", "basis"]]):
            # The basis of a point in time is what happened then: from an opening to a closing is a span.
            if row["basis"] not in (CLAIMED, REPORTED) and row["unit"] not in UNSCALED:
                terms[row["figure_id"]] = row["unit"], row["basis"]
        return terms

    def _different_years(self, evidence: Collection[str]) -> str:
        dated = sorted((self.years[name], name) for name in evidence if name in self.years)
        if not dated or dated[0][0] == dated[-1][0]:
            return ""
        (first, early), *_, (last, late) = dated
        return f"its figures are of different years: {early} of {first}, {late} of {last}"

    def _no_longer_valid(self, evidence: Collection[str]) -> str:
        for name in evidence:
            held = self.known.get(name)
            if held and held.until and held.until <= self.as_of:
                return f"the last known value of {name} held until {held.until}"
        return ""

    def _later_than_print(self, evidence: Collection[str]) -> str:
        """Return why a printed value must not be used beside one that was known only later."""
        for name in evidence:
            if name not in self.known or self.known[name].since <= self.printed:
                continue
            printed = next((figure for figure in self.printed_figures if figure in evidence), "")
            if not printed:
                return ""
            return f"its figures are of different times: {printed} as printed, {name} of {self.known[name].since}"
        return ""


class OneBasis(NamedTuple):
    """The figures of a view with some of them on the basis of the others, and which these are, in words."""

    figures: pd.DataFrame
    words: str


NO_ENDS: Mapping[str, dt.date] = {}


def evidence_views(
    figures: pd.DataFrame,
    references: pd.DataFrame,
    days: Sequence[dt.date],
    publishers: Mapping[str, str] = NO_NAMES,
    ends: Mapping[str, dt.date] = NO_ENDS,
    conversions: ConvertedBases = NO_CONVERSIONS,
) -> list[EvidenceView]:
    """Return the printed view, on the first day, and the best-known view on each day; others as in `best_known`."""
    return [
        EvidenceView("printed", days[0], figures, conversions=conversions),
        *(best_known(figures, references, day, days[0], publishers, ends, conversions) for day in sorted(set(days))),
    ]


def best_known(
    figures: pd.DataFrame,
    references: pd.DataFrame,
    day: dt.date,
    printed: dt.date = dt.date.max,
    publishers: Mapping[str, str] = NO_NAMES,
    ends: Mapping[str, dt.date] = NO_ENDS,
    conversions: ConvertedBases = NO_CONVERSIONS,
) -> EvidenceView:
    """Return the best-known view on a day; figures without a comparable reference by then stay as printed.

    Args:
        figures: the figures as printed.
        references: independent values.
        day: the day of the view.
        printed: the day that the printed figures describe.
        publishers: names of sources by id, for the words of disputes.
        ends: the first day that the rows of a table no longer cover, by table.
        conversions: what turns a number on one basis into one on another.
    """
    groups = best_groups(records(figures[["figure_id", "unit", "basis"]]), records(references), day)
    best, disputes = {}, {}
    known: dict[str, Validity] = {}
    # Before the references: their own validity replaces that of a whole table.
    for name in figures["figure_id"] if ends else ():
        end = ends.get(name.partition("/")[0])
        if end is not None:
            known[name] = Validity(dt.date.min, end)
    rows = {row["figure_id"]: row for row in records(figures) if row["figure_id"] in groups}
    for name, (preferred, *others) in groups.items():
        # The print has the digits that such a reference lacks.
        if not is_coarser_form(preferred[0], rows[name]):
            best[name] = preferred[0]
        known[name] = _validity(preferred)
        if others:
            words = dispute_words([preferred, *others], publishers)
            disputes[name] = Dispute(tuple(group[0] for group in others), words)
    of_print = _replaced(figures, best)
    on_bases = _on_other_bases(records(figures[["figure_id", "unit", "basis"]]), records(references), day)
    return EvidenceView("best_known", day, of_print, known, printed, disputes, on_bases, conversions)


def _on_other_bases(figures: Iterable[Row], references: Iterable[Row], day: dt.date) -> dict[str, dict[str, Row]]:
    """Return the best reference known on a day for each figure and each basis other than its own, in its unit."""
    own = own_terms(figures)
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in references:
        unit, basis = own.get(row["figure_id"], ("", ""))
        is_value = row["kind"] != "missing" and row["tier"] in CITED and row["unit"] == unit
        if is_value and row["basis"] not in (basis, REPORTED) and is_known_by(row, day):
            found[row["figure_id"], row["basis"]].append(row)
    best: dict[str, dict[str, Row]] = defaultdict(dict)
    for (name, basis), rows in found.items():
        known = best_of_dates(rows)
        latest = date_on(ends_by_date(known), day)
        best[name][basis] = grouped_by_agreement([row for row in known if row["as_of"] == latest])[0][0]
    return best


def _validity(references: Sequence[Row]) -> Validity:
    """Return when the value of references of one date held."""
    ((since, until),) = ends_by_date(references).items()
    return Validity(since, until)


def is_printed(figure: Row) -> bool:
    """Whether a figure has a value that the article prints, and not one from a table of references."""
    return figure["kind"] != "missing" and not str(figure["locator"]).startswith("reference/")


def replaced_figures(figures: pd.DataFrame, view: EvidenceView) -> set[str]:
    """Return the ids of the figures whose value or uncertainty in a view differs from the printed one."""
    parts = [*INTERVAL, "kind", *SPREAD]
    before, after = figures[parts].reset_index(drop=True), view.figures[parts].reset_index(drop=True)
    same = ((before == after) | (before.isna() & after.isna())).all(axis="columns").to_numpy()  # NaN equals NaN here
    return set(figures.loc[~same, "figure_id"])


def comparable(figures: pd.DataFrame, references: pd.DataFrame) -> pd.DataFrame:
    """Return the references that may replace a figure, in their order."""
    own = own_terms(records(figures[["figure_id", "unit", "basis"]]))
    return references.loc[[is_comparable(row, own) for row in records(references)]].reset_index(drop=True)


def between(references: pd.DataFrame, first: dt.date, last: dt.date) -> pd.DataFrame:
    """Return the references that held on some day of a period, without those that were replaced before it."""
    known = references[references["as_of"] <= last]
    terms = ["figure_id", "unit", "basis"]
    # The latest reference by the first day still held on it.
    since = known[known["as_of"] <= first].groupby(terms)["as_of"].max().to_dict()
    of_row = zip(*(known[name] for name in terms), strict=True)
    held = [key not in since or day >= since[key] for key, day in zip(of_row, known["as_of"], strict=True)]
    return known.loc[pd.Series(held, index=known.index, dtype=bool)]


def _replaced(figures: pd.DataFrame, best: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Return the figures with the values of their best references."""
    terms = zip(*(figures[name] for name in ("figure_id", "distribution", "low", "high")), strict=True)
    by_row = []
    for name, distribution, low, high in terms:
        row = best.get(name)
        # A number that does not vary though its digits leave it open is a count, and so is another value for it.
        if row is not None and distribution == "none" and low < high:
            row = _counted(row, high - low)
        by_row.append(row)
    replaced = {}
    for name in (
        "text",
        *INTERVAL,
        "kind",
        *SPREAD,
        "as_of",
        "source_id",
        "note",
        "locator",
    ):
        # Column by column as plain lists: setting rows of many types in a frame takes four times as long.
        printed = figures[name].tolist()
        values = [value if row is None else row[name] for value, row in zip(printed, by_row, strict=True)]
        replaced[name] = pd.Series(values, figures.index, figures[name].dtype)
    return figures.assign(**replaced).reset_index(drop=True)


def _counted(reference: Mapping[str, Any], width: float) -> Mapping[str, Any]:
    """Return a whole number as a count, which does not vary, unless it is rounded further than to `width`."""
    value = reference["value"]
    if reference["distribution"] != "rounding" or value % 1 or reference["high"] - reference["low"] > width:
        return reference
    return {**reference, "distribution": "none", "drawn_low": value, "drawn_high": value}


_DEFINED_BY_YEAR = re.compile(
    r"\d{4}\s*=\s*1|\b(?:constant|chained|real|inflation)\b|\b(?:prices|dollars|euros|pounds|money)\b", re.IGNORECASE
)
"""Bases of which a year is a part, as `dollars of 1970` and `2015 = 100`, and not the time of the figure."""
_CURRENT = re.compile(r"\b(?:current|nominal)\b", re.IGNORECASE)


def _without_time(basis: str) -> str:
    """Return a basis without the years that date its figures; years that define it stay."""
    if _DEFINED_BY_YEAR.search(basis) and not _CURRENT.search(basis):
        return basis
    return _NUMBERS.sub("", basis)
