"""Series of evidence that a figure may be held against, found by words: what they measure, where, when, in which unit.

Belongs here: candidates by the words around a number, the value that a build would show for each, and the chance that
one comes as near by accident. Does not: which figures lack evidence, or writing references (`commands.match`).
"""

from __future__ import annotations

import itertools
import keyword
import re
from calendar import month_abbr
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tidebook.pipelines.evaluate.derived_references import (
    ReferenceFormulas,
    derived_references,
    read_reference_formulas,
)
from tidebook.pipelines.evaluate.dimensions import check, fitting
from tidebook.pipelines.evaluate.evidence_rows import evidence_extracts, evidence_rows_table
from tidebook.pipelines.evaluate.evidence_values import EvidenceValues
from tidebook.pipelines.evaluate.expressions import Linker, parse
from tidebook.pipelines.evaluate.known import CLAIMED
from tidebook.pipelines.evaluate.lookups import LATEST
from tidebook.pipelines.judge.readings.statements.lexicon import (
    class_of,
    keys_of,
    keys_of_label_word,
    label_words,
    stem,
)
from tidebook.pipelines.judge.readings.statements.periods import Period, periods_in
from tidebook.pipelines.judge.sentences import FEWEST_LETTERS, countries_in
from tidebook.pipelines.judge.text.words import plain_label
from tidebook.pipelines.read.declarations import Assumptions, Sources
from tidebook.pipelines.read.dossier.declared import Dossier, PrintedTables
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.evidence_tables.files import read_rows
from tidebook.pipelines.read.evidence_tables.flags import is_forecast
from tidebook.pipelines.read.evidence_tables.periods import period
from tidebook.pipelines.read.evidence_tables.series import WORLD, EvidenceTables, Needed, Series
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.names import slug_of_all
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.toml_text import toml_section
from tidebook.schemas.units import UNITS

MOST = 12
"""Maximum candidates of a series: words that name more keys or periods than that name none."""
_WORLD_WORDS = frozenset(("world", "worldwide", "global", "globally"))
_NO_WORDS = frozenset(("value", "obs", "observation"))
"""Words of headers that say nothing of what a series measures."""
_NO_CONTENT = class_of("function") | class_of("level_verbs")
_TOTALS = ("total", "all", "t")
"""Texts of a key that stand for all of it, which words need not name."""
_MONTHS = {name: place for place, name in enumerate(month_abbr) if name}


OWN_LEVELS = 3
"""How many levels of words are of a figure itself: further ones are headings."""


class Context(NamedTuple):
    """A figure, as a row of `Figures`, and the words around it.

    Attributes:
        levels: the words, the nearest first: quotation, clause, sentence; or row, column, title; then headings.
        measure: words of which a series has one at least, if there are any: the head of a cell's column.
        names: words that name what it is of, so that no heading says of which country it is: the label of a row.
    """

    row: Row
    levels: Sequence[str]
    measure: str = ""
    names: str = ""


class Candidate(NamedTuple):
    """A series, with keys and a period, that the words around a figure name.

    Attributes:
        figure_id, series, value: the figure, the series and which of its values.
        is_: what it is in expressions.
        basis: the basis of the figure, where the series has none of its own.
        words: the words of the series that are found.
        share: their share among the words of the series.
    """

    figure_id: str
    series: str
    value: str
    is_: str
    basis: str
    words: tuple[str, ...]
    share: float

    @property
    def rank(self) -> tuple[int, float]:
        """What it is ranked by, the best least: how many words are found, then their share. No value is."""
        return -len(self.words), -self.share

    @property
    def toml(self) -> str:
        """The reference that it is, as a dossier declares it."""
        return toml_section("[[references]]", {"figure": self.figure_id, "is": self.is_, "basis": self.basis})


class Match(NamedTuple):
    """A candidate with its reference, and how many of the `of` values of its series lie as near to the print."""

    candidate: Candidate
    reference: Mapping[str, Any]
    as_near: int
    of: int
    title: str = ""

    def chance(self, tried: int) -> float:
        """Return the chance that one of several candidates lies as near by accident."""
        return float(1 - (1 - self.as_near / self.of) ** tried)


class _Offered(NamedTuple):
    """The values of a series without forecasts, by the ids of their rows; the texts of each key, and the periods."""

    values: pd.Series
    keys: Mapping[str, set[str]]
    periods: set[str]


@dataclass(frozen=True)
class Matcher:
    """The evidence of a dossier, and what a build would make of a reference to it.

    Attributes:
        file: returns a file of the dossier by its path.
        figures, tables: the printed figures and their tables.
    """

    evidence: EvidenceTables
    file: Callable[[str], RawFile]
    figures: pd.DataFrame
    tables: PrintedTables
    sources: Sources
    assumptions: Assumptions
    dossier: Dossier
    _offered: dict[tuple[str, str], _Offered] = field(default_factory=dict)

    def offered(self, name: str, value: str) -> _Offered:
        """Return the rows, keys and periods of a series from its last vintage. Raises InputError as a build does."""
        if (name, value) not in self._offered:
            series = self.evidence.series[name]
            _, path = series.files[-1]
            rows = read_rows(series, self.file(path), [Needed(value, {}, None, None)])
            rows = rows[~rows["flag"].map(is_forecast)].set_index("evidence_row_id")
            keys = [key for key in series.keys if key != series.time]
            parts = zip(*(text.split("/") for text in rows["keys"].unique()), strict=True) if keys else ()
            known = dict(zip(keys, map(set, parts), strict=False))
            self._offered[name, value] = _Offered(rows["value"], known, set(rows["period"]))
        return self._offered[name, value]

    def matches(self, contexts: Iterable[Context]) -> dict[str, list[Match]]:
        """Return the matches of each figure that has any, the best first."""
        by_figure = {context.row["figure_id"]: context.row for context in contexts}
        candidates = [each for context in contexts for each in self.candidates(context)]
        found: dict[str, list[Match]] = {}
        for each, reference, row_id in self._with_references(candidates):
            offered, row = self.offered(each.series, each.value).values, by_figure[each.figure_id]
            values = offered.to_numpy(dtype=float) * self._factor(each, row["unit"])
            apart = np.maximum(np.maximum(row["low"] - values, values - row["high"]), 0)
            # Room for the errors of float arithmetic.
            near = int((apart <= apart[offered.index.get_loc(row_id)] * (1 + 1e-9)).sum())
            title = self.evidence.series[each.series].title
            found.setdefault(each.figure_id, []).append(Match(each, reference, near, len(values), title))
        return found

    def candidates(self, context: Context) -> list[Candidate]:
        """Return the series that the words around a figure name, best first; the nearest words that name any decide."""
        names = [(name, value) for name, series in self.evidence.series.items() for value in series.values]
        levels = [_without(level, context.row["text"]) for level in context.levels]
        context = context._replace(levels=levels)
        said: set[str] = set()
        for place, level in enumerate(levels):
            said.update(key for word in label_words(level) for key in keys_of(word))
            found = [each for name in names for each in self._candidates(*name, said, context)]
            if place >= OWN_LEVELS:
                found = [each for each in found if self._explains(each, context)]
            if found:
                return sorted(found, key=lambda each: each.rank)
        return []

    def _explains(self, each: Candidate, context: Context) -> bool:
        """Whether the words beside a number say nothing but a series, countries and periods: `It was 82.5 years`.

        Only then a heading says what the number is.
        """
        beside = context.levels[1]
        own = _all_words(self.evidence.series[each.series], each.value)
        own |= {key for word in UNITS[context.row["unit"]].words for key in keys_of(stem(word))}
        others = [word for word in label_words(beside) if not _is_said(word, own)]
        return all(word in _NO_CONTENT or countries_in(word.title()) for word in others)

    def _candidates(self, name: str, value: str, said: set[str], context: Context) -> Iterator[Candidate]:
        """Yield a value of a series with each choice of keys and period that the words name."""
        series, row = self.evidence.series[name], context.row
        words = _words_found(series, value, said)
        if words is None:
            return
        _, keys, periods = self.offered(name, value)
        if not _has_measure(series, value, keys, context):
            return
        if not series.place and self._is_of_others(series, context.levels):
            return
        is_named = _is_named(series, value, context)
        choices = {key: _keys_named(series, key, context.levels, texts, is_named) for key, texts in keys.items()}
        if series.time:
            choices[series.time] = _periods_named(series, context.levels, periods)
        options = list(itertools.islice(itertools.product(*(choices[key] for key in series.keys)), MOST + 1))
        basis = "" if series.values[value].basis or row["basis"] == CLAIMED else row["basis"]
        for option in options if len(options) <= MOST else ():
            own = f".{value}" if len(series.values) > 1 else ""
            is_ = f"{name}[{', '.join(map(_index, option))}]{own}" if option else name + own
            root = Linker({}, self.evidence).link(parse(is_, ("references", 0, "is")))
            if fitting(root, {}, [row["unit"]], self.evidence):
                yield Candidate(row["figure_id"], name, value, is_, basis, *words)

    def _is_of_others(self, series: Series, levels: Sequence[str]) -> bool:
        """Whether the words name a country, and a series without countries is not by its title or source of it."""
        named = next(filter(None, map(countries_in, levels)), set())
        source = self.sources.sources[series.source]
        return bool(named) and named.isdisjoint(countries_in(f"{series.title}. {source.title}. {source.publisher}"))

    def _factor(self, each: Candidate, unit: str) -> float:
        """Return the factor that converts the values of a series to the unit of a figure."""
        root = Linker({}, self.evidence).link(parse(each.is_, ("references", 0, "is")))
        conversions, _ = check({"": (root, unit)}, {}, self.evidence)
        return float(conversions[""].get((0, -1), 1))

    def _with_references(self, candidates: Sequence[Candidate]) -> Iterator[tuple[Candidate, Mapping[str, Any], str]]:
        """Yield each candidate that has a value, with the reference that a build would make and the id of its row."""
        if not candidates:
            return
        together = RawFile("references.toml", "".join(each.toml for each in candidates).encode())
        formulas = read_reference_formulas(together, self.evidence).formulas
        files = {path: self.file(path) for series in self.evidence.series.values() for _, path in series.files}
        rows = evidence_rows_table(formulas, self.evidence, evidence_extracts(formulas, self.evidence, files, together))
        known = EvidenceValues(rows, self.evidence, self.dossier.article.published)
        for each in candidates:
            raw = RawFile("references.toml", each.toml.encode())
            declared: ReferenceFormulas = read_reference_formulas(raw, self.evidence)
            try:
                made = derived_references(
                    raw, declared, self.figures, self.tables, known, self.sources, self.assumptions
                )
            except InputError:  # no value in that period, or none that this unit can have
                continue
            there = self.offered(each.series, each.value).values.index
            # Rows of a vintage that is a file of its own have its day behind their ids.
            ids = {part for name in made.reads.get(each.figure_id, ()) for part in (name, name.rpartition("@")[0])}
            if own := sorted(ids.intersection(there)):
                yield each, made.rows[-1], own[-1]


def _without(text: str, number: str) -> str:
    """Return words without the numeral of a figure, which may look like a year."""
    numeral = re.search(r"\d[\d.,]*", number)
    return text.replace(numeral[0], " ") if numeral else text


def _words_found(series: Series, value: str, said: set[str]) -> tuple[tuple[str, ...], float] | None:
    """Return the words of a value of a series that a text has, and their share; None if it has too few.

    It needs half of the words, or both of two. A series with one value is named by its title, or by a header of
    several words. Of several values each needs half of the words of its own header, and one of the title.
    """
    title, header = _words_of(series.title or series.name), _words_of(f"{series.values[value].column} {value}")
    if len(series.values) > 1:
        return _enough(header, tuple(word for word in title if word not in header), said)
    of_title = _enough(title, (), said)
    of_header = _enough(header, (), said) if len(header) > 1 else None
    return max(filter(None, (of_title, of_header)), default=None, key=lambda each: (len(each[0]), each[1]))


def _enough(own: tuple[str, ...], others: tuple[str, ...], said: set[str]) -> tuple[tuple[str, ...], float] | None:
    found, more = (tuple(word for word in each if _is_said(word, said)) for each in (own, others))
    if len(found) < max((len(own) + 1) // 2, min(2, len(own)), 1) or (others and not more):
        return None
    return (*found, *more), len(found + more) / len(own + others)


def _words_of(text: str) -> tuple[str, ...]:
    return tuple(word for word in label_words(plain_label(text.replace("_", " "))) if word not in _NO_WORDS)


def _all_words(series: Series, value: str) -> set[str]:
    """Return all keys of the words that say what a value of a series is."""
    words = _words_of(f"{series.title} {series.name} {series.values[value].column} {value}")
    return {key for word in words for key in keys_of(word)}


def _has_measure(series: Series, value: str, keys: Mapping[str, set[str]], context: Context) -> bool:
    """Whether a series has a word of a column's head, or a key that it names; a head of periods names neither."""
    words = label_words(plain_label(context.measure))
    own = _all_words(series, value)
    return (
        not words
        or any(_is_said(word, own) for word in words)
        or any(_named_in(series, key, context.measure, texts) for key, texts in keys.items())
    )


def _is_named(series: Series, value: str, context: Context) -> bool:
    """Whether a figure is of something by a name that a series does not have, such as Berlin below the head Germany."""
    own = _all_words(series, value)
    return any(not _is_said(word, own) for word in label_words(context.names))


def _is_said(word: str, said: set[str]) -> bool:
    return not said.isdisjoint(keys_of_label_word(word))


def _keys_named(series: Series, key: str, levels: Sequence[str], known: set[str], is_named: bool) -> list[str]:
    """Return the texts of a key that the nearest words name; without any the only one, or that of the total.

    Headings name a country only where the figure is not of something else by name, and never the world.
    """
    is_place = key == series.place
    for place, level in enumerate(levels):
        named = _named_in(series, key, level, known)
        if is_place and place >= OWN_LEVELS:
            named = set() if is_named else named - {WORLD}
        if named:
            return sorted(named & known)
    if len(known) == 1:
        return list(known)
    return [text for text in _TOTALS if text in known][:1] if not is_place else []


def _named_in(series: Series, key: str, level: str, known: set[str]) -> set[str]:
    """Return the texts of a key that words name, and countries that the series does not have."""
    slug = slug_of_all(level) if level else ""
    named = countries_in(level) if key == series.place else set()
    if key == series.place and not _WORLD_WORDS.isdisjoint(slug.split("_")):
        named = named | {WORLD}
    if (whole := series.key_of(key, level)) in known:
        return {whole}
    spelled = {**{text: text for text in known}, **series.spellings}
    there = [text for text in spelled if len(text) >= FEWEST_LETTERS and f"_{text}_" in f"_{slug}_"]
    longest = [text for text in there if not any(text != other and f"_{text}_" in f"_{other}_" for other in there)]
    return named | {spelled[text] for text in longest if not text.isdecimal()}


def _periods_named(series: Series, levels: Sequence[str], known: set[str]) -> list[str]:
    """Return the periods of a series that the nearest words name; the latest one if none name any."""
    for level in levels:
        named = [_period_text(series, level[start:end], found) for start, end, found in periods_in(level) if found.year]
        if named:
            return [text for text in dict.fromkeys(named) if text in known]
    return [LATEST]


def _period_text(series: Series, words: str, found: Period) -> str:
    """Return a period as expressions write it; "" for one that no series has, such as nine months."""
    part = f"-{_MONTHS[found.part]:02}" if found.part in _MONTHS else f"-{found.part}" if found.part else ""
    # Two years are a season or a span, which only a series with fiscal years has.
    is_span = len(re.findall(r"\d\d+", words)) > 1
    own = series.period_of(words) or (None if is_span else period(f"{found.year}{part}"))
    return own.text if own else ""


def _index(text: str) -> str:
    """Return a key or a period as an index of an expression."""
    is_plain = re.fullmatch(r"\d{4}|[a-z_][a-z0-9_]*", text) and not keyword.iskeyword(text)
    return text if is_plain else f'"{text}"'
