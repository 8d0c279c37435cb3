"""What turns a number on one basis into one on another: two bases that one series deflates.

Belongs here: the year of a figure on a basis, and the factor between two. Does not: where the series' ratios come from
(`deflators`), or which figures are converted (`evidence_views`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tidebook.pipelines.read.declarations import OWN_YEAR, Basis
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.names import parts_of

_INDEX = re.compile(r"=\s*100?\b", re.ASCII)
"""A basis of an index, `2015 = 100`, whose numbers fall where its year is dearer; those of money rise."""

_YEAR_AT_END = re.compile(r", (\d{4})\Z", re.ASCII)
_YEAR = re.compile(r"(?<![0-9])(?:1[6-9]|20)\d\d(?![0-9])", re.ASCII)


def is_index(basis: str) -> bool:
    """Whether a basis is that of an index."""
    return bool(_INDEX.search(basis))


@dataclass(frozen=True)
class ConvertedBases:
    """The bases that a series deflates, and the ratio of each series in one year to itself in another.

    Attributes:
        bases: the declared bases.
        ratios: by series and two years, its level in the second over that in the first.
    """

    bases: Mapping[str, Basis] = field(default_factory=dict)
    ratios: Mapping[tuple[str, int, int], float] = field(default_factory=dict)

    def others(self, figure: Row) -> Iterator[str]:
        """Yield the bases on which a figure can be had by a deflator."""
        for basis in self.bases:
            if basis != figure["basis"] and self.factor(figure, basis) is not None:
                yield basis

    def are_alike(self, one: str, other: str) -> bool:
        """Whether one series deflates both of two bases, of money or of indices."""
        declared = [self.bases.get(base_of(basis, self.bases)) for basis in (one, other)]
        series = {basis.deflated_by if basis else "" for basis in declared}
        return len(series) == 1 and "" not in series and is_index(one) == is_index(other)

    def factor(self, figure: Row, basis: str) -> float | None:
        """Return the factor that converts a figure to another basis of one fixed year; None if there is none."""
        name = base_of(figure["basis"], self.bases)
        if not self.are_alike(name, basis):
            return None
        one, other = self.bases[name], self.bases[basis]
        if not isinstance(other.base_year, int):
            return None
        first, second = year_of(figure, one), other.base_year
        if first == second:
            return 1.0
        # Where the year of a basis is dearer, an index on it is lower, and money of it is more.
        years = (second, first) if is_index(name) else (first, second)
        return self.ratios.get((one.deflated_by, *years))


def base_of(basis: str, bases: Mapping[str, Basis]) -> str:
    """Return the declared basis that a figure's is, or is with its year: `current dollars` of `current dollars, 1970`;
    "" if none is declared."""
    return next((name for name in (basis, _YEAR_AT_END.sub("", basis)) if name in bases), "")


def year_of(figure: Row, basis: Basis) -> int:
    """Return the year whose money a figure is, or in which its index is 100: its own, of nominal money.

    That is the year at the end of its basis, else the one that its row or its column names, else that of its day.
    """
    if basis.base_year != OWN_YEAR:
        return int(basis.base_year or 0)
    if stated := _YEAR_AT_END.search(figure["basis"]):
        return int(stated[1])
    for text in (figure["label"], parts_of(figure["figure_id"])[2]):
        if named := _YEAR.search(text.replace("_", " ")):
            return int(named[0])
    return int(figure["as_of"].year)
