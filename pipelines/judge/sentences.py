"""The sentence around a quotation: whether it contradicts what its claim is judged by.

Belongs here: the years and names that an expression means, and a sentence that says others. Does not: where a quotation
stands (`read.text.quotes`), or whether the sentence is the one that was recorded (`rereading`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from tidebook.pipelines.evaluate.expressions import Node, nodes
from tidebook.pipelines.evaluate.lookups import ALL, Lookup
from tidebook.pipelines.read.evidence_tables.countries import ADJECTIVES, country, country_name
from tidebook.pipelines.read.evidence_tables.periods import period
from tidebook.pipelines.read.evidence_tables.series import EvidenceTables
from tidebook.pipelines.read.formatting import joined
from tidebook.pipelines.read.text.folded import folded

_YEAR = re.compile(r"(?<![\w.,])(1[5-9]\d\d|20\d\d)(?![\d%]|[.,]\d)")
_MONEY = r"(?:dollars?|euros?|pounds?|francs?|yen|yuan|rupees?|kron\w+)\b"
_IS_MONEY = re.compile(rf"\s+{_MONEY}", re.IGNORECASE)
_IS_BASE = re.compile(rf"\s*=\s*100\b|\s+(?:[A-Z]\w*\s+)?{_MONEY}", re.IGNORECASE)
_BASE_BEFORE = re.compile(
    rf"\b(?:{_MONEY}\s+of|prices\s+of|(?:at|constant)(?:\s+prices\s+of)?|base\s+year)\s+$", re.IGNORECASE
)
"""What stands behind and before a year that is the base of an index or of money: no time at which anything was so."""
_YEAR_IN_NAME = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_DENIED = re.compile(
    r"\b(?:(?:it|this|that) is|it's) (?:false|untrue|wrong|not true|not the case|a myth)\b[^.;:]*\bthat\b[^.;:]*$",
    re.IGNORECASE,
)
"""Words before a quotation that deny it, whatever the claim says."""

FEWEST_LETTERS = 4
"""Minimum letters of the label of a row that is sought in a sentence."""


@dataclass(frozen=True)
class Meant:
    """What an expression means: years, and of each list the names that it takes and all names that it could take.

    Attributes:
        years: The first and last year of each period that it names; none if it takes the latest one anywhere.
        taken: The members that it names, by list.
        others: The names of all members in words, by list and member.
    """

    years: Sequence[tuple[int, int]] = ()
    taken: Mapping[str, frozenset[str]] = field(default_factory=dict)
    others: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)


COUNTRIES = "country"
"""The list of all countries."""


def meant_by(roots: Iterable[Node], labels: Mapping[str, Mapping[str, str]], evidence: EvidenceTables) -> Meant:
    """Return what expressions mean.

    Args:
        roots: The linked expressions of a claim.
        labels: The label of each row by table and subject.
        evidence: The declared evidence.
    """
    years: list[tuple[int, int]] = []
    is_dated = True
    whole: set[str] = set()
    taken: dict[str, set[str]] = {}
    for root in roots:
        for node in nodes(root):
            if node.kind == "lookup":
                lookup: Lookup = node.value
                is_dated = is_dated and lookup.until is None
                years += _years_of(lookup)
                series = evidence.series[lookup.series]
                for key, texts in zip(series.keys, lookup.keys, strict=True):
                    if key == series.place and texts and texts != (ALL,):
                        taken.setdefault(COUNTRIES, set()).update(texts)
            elif node.kind == "subject" and (label := labels.get(node.table, {}).get(str(node.value))) is not None:
                taken.setdefault(node.table, set()).add(str(node.value))
                years += _years_in(f"{node.value} {label}")
            elif node.kind in ("column", "own"):
                years += _years_in(str(node.value))
                if node.shape in ("table", "rows"):
                    whole.add(node.table)
    others = {}
    for name in list(taken):
        if name not in labels:
            continue
        # A share of a total is about the other rows as well. Rows that are years are told apart by these, and a
        # sentence may name one as the start of a span: "since 2019".
        if name in whole or any(map(_years_in, labels[name].values())):
            del taken[name]
        else:
            others[name] = {subject: [label] for subject, label in labels[name].items()}
    return Meant(tuple(years) if is_dated else (), {name: frozenset(own) for name, own in taken.items()}, others)


def _years_of(lookup: Lookup) -> Iterator[tuple[int, int]]:
    if lookup.times in ((ALL,), ()):
        return
    ends = [period(text) for text in lookup.times]
    first, last = ends[0], ends[-1]
    yield (first.start.year if first else 0, last.end.year if last else 9999)


def _years_in(name: str) -> list[tuple[int, int]]:
    return [(int(year), int(year)) for year in _YEAR_IN_NAME.findall(name)]


def contradiction(before: str, quotation: str, behind: str, meant: Meant) -> str:
    """Return how a sentence contradicts what its claim is judged by, "" if it does not.

    A sentence that names none of what could be meant, or that one among others, does not.

    Args:
        before, quotation, behind: The sentence in three parts.
        meant: What the claim's expressions mean.
    """
    whole = f"{before} {quotation} {behind}"
    said = _said_years(whole)
    if said and meant.years and not _is_among(said.values(), meant.years):
        wanted = dict.fromkeys(f"{first}" if first == last else f"{first} to {last}" for first, last in meant.years)
        return f"judged for {joined(list(wanted))}; the sentence says {joined(list(said))}"
    for name, own in meant.taken.items():
        found = countries_in(whole) if name == COUNTRIES else _labels_in(whole, meant.others.get(name, {}))
        if found and own.isdisjoint(found):
            names = country_name if name == COUNTRIES else lambda each, known=meant.others[name]: known[each][0]
            judged, told = (joined(sorted(map(names, each))) for each in (own, found))
            return f"judged for {judged}; the sentence says {told}"
    if _DENIED.search(before):
        return "the sentence denies what it quotes"
    return ""


_OPEN = {
    **dict.fromkeys(("since", "from", "after"), (0, 9999)),
    **dict.fromkeys(("until", "till", "by", "before", "to"), (-9999, 0)),
}
"""What words before a year add to it, at its start and at its end."""
LONGEST_OPENING = 20
"""Characters before a year in which such a word may stand."""


def _said_years(text: str) -> dict[str, tuple[int, int]]:
    """Return the years that a sentence names, each with the first and the last year that it may mean."""
    found = {}
    for match in _YEAR.finditer(text):
        before = text[max(match.start() - LONGEST_OPENING, 0) : match.start()]
        if _IS_BASE.match(text, match.end()) or _BASE_BEFORE.search(before):
            continue
        words = before.split()
        below, above = _OPEN.get(words[-1].lower() if words else "", (0, 0))
        found[match[0]] = int(match[0]) + below, int(match[0]) + above
    return found


def _is_among(said: Iterable[tuple[int, int]], years: Sequence[tuple[int, int]]) -> bool:
    """Whether anything that a sentence says lies within what is meant, from the first year to the last."""
    first, last = min(each for each, _ in years), max(each for _, each in years)
    return any(start <= last and first <= end for start, end in said)


_CAPITALS = re.compile(r"\b[A-Z][\w'’.-]*(?:\s+(?:and|of|the|[A-Z][\w'’.-]*))*")


def countries_in(text: str) -> set[str]:
    """Return the countries that a sentence names, as `country` does; `British` names one too."""
    found = set()
    for match in _CAPITALS.finditer(text):
        words = [re.sub(r"['’]s$|[.'’]$", "", word) for word in match[0].split()]
        if _IS_MONEY.match(text, match.end()):
            words.pop()  # US dollars
        start = 0
        while start < len(words):
            for end in range(len(words), start, -1):
                code = _country_called(" ".join(words[start:end]))
                if code:
                    found.add(code)
                    start = end - 1
                    break
            start += 1
    return found


@cache
def _country_called(words: str) -> str | None:
    """Return the country that words call by a name, not by a code such as `IN`; None for others."""
    if len(words) < FEWEST_LETTERS and words not in ("UK", "US", "USA", "UAE"):
        return None
    return country(words) or _by_adjective().get(words)


@cache
def _by_adjective() -> Mapping[str, str]:
    """Return countries by what is called after them: `British`."""
    found: dict[str, str] = {}
    for code, words in ADJECTIVES.items():
        found.update(dict.fromkeys(words.split(), country(code) or code))
    return found


def _labels_in(text: str, labels: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the subjects whose labels a sentence has as whole words, or another name of the same country."""
    plain, named = folded(text).text, countries_in(text)
    found = set()
    for subject, names in labels.items():
        for name in names:
            wanted = folded(name).text
            is_said = len(wanted) >= FEWEST_LETTERS and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", plain)
            if is_said or _country_called(name) in named:
                found.add(subject)
    return found
