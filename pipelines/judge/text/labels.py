"""Labels: what the words of a row or a head say of its numbers, and a table as the search for relations takes it.

Belongs here: English. Does not: what the numbers give each other (`relate`), or the words of findings (`wording`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from tidebook.pipelines.judge.text.prose import NOT_PLAIN
from tidebook.pipelines.judge.text.words import words
from tidebook.pipelines.relate.terms import NAME, Grid, Line, Table, Term, terms_of

_TOTAL = re.compile(r"\b(?:sub-?)?totals?\b|\bsum\b|\boverall\b|\bcombined\b|\btogether\b", re.IGNORECASE)
_CLOSING = re.compile(
    r"^\s*$|^(?:all|both|world|altogether)\b|\bnet\b|\bbalance\b|\b(?:ending|closing|end of)\b"
    r"|\b(?:profit|loss|surplus|deficit|margin)\b",
    re.IGNORECASE,
)
"""Labels of a result of several rows that need not be their sum."""
_OPENING = re.compile(r"\b(?:opening|beginning)\b", re.IGNORECASE)
_RESTATED = re.compile(r"\b(?:restat\w*|adopt\w*|adjust\w*|cumulative effect|change in accounting)\b", re.IGNORECASE)
_CHANGE = re.compile(
    r"\b(?:changes?|variances?|var\.|increase|decrease|growth|diff(?:erence)?|delta|rise|gain|yoy|y-o-y)\b"
    r"|\by/y\b|[+−-]/|[δ∆Δ]",
    re.IGNORECASE,
)
"""Labels of what one number is more than another."""
_SHARE = re.compile(
    r"%|\b(?:rates?|shares?|percent(?:age)?|proportion|portion|turnout|margin|ratio)\b"
    r"|\bof (?:the )?(?:total|all|whole|sales|revenue)\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"%|\bper ?cent(?:age)?\b|\bpct\b", re.IGNORECASE)
_APART = re.compile(
    r"\bper\b(?! ?cent)|(?<!\bpurchase )\bprice\b|\baverage\b|\beps\b|\b(?:avg|mean|median|density|ratio|index|rank)\b"
    r"|\b(?:may yet be|remaining|cumulative|running|so far)\b"
    r"|\bvariances?\b|\b(?:un)?favou?rable\b|\badverse\b|\bbetter\b|\bworse\b",
    re.IGNORECASE,
)
"""Labels of what does not add up: prices, means and what has come to so far; differences of which good ones are
positive, be they of income or of cost."""
_EXCEPT = re.compile(r"\bexcept\b[^()]*", re.IGNORECASE)
"""What a head says of other numbers: `in thousands, except per share data`."""
_STATISTIC = re.compile(r"(?:\w+ )?(?:average|mean|median|min(?:imum)?|max(?:imum)?)(?: \w+)?", re.IGNORECASE)
_NAME = re.compile(
    r"(?:#|nos?\.?|rank(?:ing)?|place|pos(?:ition)?\.?|grid|car|lane|seed|bib|round|week|day|date|years?|season|age"
    r"|time|record|result)(?: (?:no|number|position|of birth|founded))?\.?"
    r"|.*\bscores?\b.*|.*\b(?:squad|shirt) number\b.*",
    re.IGNORECASE,
)
"""Heads of numbers that are names, ranks, times or scores."""
_PART = re.compile(r"\s*(?:of which\b|thereof\b|including\b|incl\.|o/w\b)", re.IGNORECASE)
_KINDS = re.compile(
    r"\b(?:species|taxa|genera|kinds?|types?|varieties|languages|unique|distinct|different)\b", re.IGNORECASE
)
"""Words of what several rows may have in common, so that the whole has fewer than they add up to."""
_NUMBERED = re.compile(r"(.*?)[ .:#(-]*(?:\d+|(?<![A-Za-z])[A-Za-z])\)?")
"""A label that ends in a number, or in a letter by itself: what is before it."""
_YEAR, _YEARS = re.compile(r"\b(?:19|20)\d\d\b"), re.compile(r"\d\s?[-–/]\s?\d")
_MONTHS = "jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec"
_MONTHS += "|january|february|march|april|august|september|october|november|december"
_PERIODS = "years?|ended|ending|fiscal|months?|quarters?|half|three|six|nine|twelve|as|at|of|and"
_PERIODS += "|restated|revised|final|estimated|preliminary|unaudited|audited|actual|us|millions?|thousands?|m"
_OF_PERIODS = re.compile(rf"\b(?:{_MONTHS}|{_PERIODS})\b|[^a-z]+")
"""What heads of one quantity in two periods differ by."""


@lru_cache(maxsize=10_000)
def line_of(label: str) -> Line:
    """Return what a label says of the numbers in its row or column."""
    text = label.strip()
    numbered = _NUMBERED.fullmatch(text)
    years = set(_YEAR.findall(text))
    return Line(
        total=bool(_TOTAL.search(text)),
        closing=bool(_CLOSING.search(text)),
        opening=bool(_OPENING.search(text)),
        restated=bool(_RESTATED.search(text)),
        change=bool(_CHANGE.search(text)) or _is_of_two_years(text) or text.strip(" ()/") == "%",
        share=bool(_SHARE.search(text)),  # a bare percent sign may mean either
        adjusted=bool(NOT_PLAIN.search(text)),
        statistic=bool(_STATISTIC.fullmatch(text)),
        part=bool(_PART.match(text)),
        apart=bool(_APART.search(_EXCEPT.sub("", text))),
        kinds=bool(_KINDS.search(text)),
        stem=numbered[1].lower() if numbered else None,
        quantity=_OF_PERIODS.sub("", text.lower()),
        words=words(text),
        year=int(years.pop()) if len(years) == 1 else 0,
    )


def _is_of_two_years(text: str) -> bool:
    """Whether a label names two years that are no period, as `2019 over 2018` does."""
    return len(set(_YEAR.findall(text))) > 1 and not _YEARS.search(text)


def table_of(grid: Grid, labels: Sequence[str], heads: Sequence[str]) -> Table:
    """Return a table of parsed cells as its terms, each row with its label and each column with its head.

    Cells without a number are None; all rows are as long as `heads`.
    """
    terms = terms_of(grid)
    is_name = [bool(_NAME.fullmatch(head.strip())) for head in heads]
    is_percent = [bool(_PERCENT.search(head)) for head in heads]
    for row, line in enumerate(terms):
        named = bool(_NAME.fullmatch(labels[row].strip()))
        for column, term in enumerate(line):
            if term is not None and term.unit != "rank":
                line[column] = _declared(term, named or is_name[column], is_percent[column])
    return Table(terms, [line_of(label) for label in labels], [line_of(head) for head in heads])


def _declared(term: Term, is_name: bool, is_percent: bool) -> Term:
    """Return a number as the words beside it declare it."""
    if term.unit != "number" or not (is_name or is_percent):
        return term
    return term._replace(unit=NAME if is_name else "percent")
