"""Names that predictions and evidence share: a typo on either side, and the question depends on nothing without a word.

Belongs here: what a question reads, by name. Does not: what it makes of that (`kinds`), or how a name is written.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any

import pandas as pd

from tidebook.pipelines.read.declarations import Declaration, Predictions, kinds_and_series
from tidebook.pipelines.read.dossier.declared import Dossier
from tidebook.pipelines.read.errors import Problem, did_you_mean, place_of, refuse, suggestion
from tidebook.pipelines.read.formatting import listed
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.read.names import nearly
from tidebook.pipelines.read.naming import (
    CLOSED,
    COHORT,
    COMPANY,
    FIGURE,
    KIND,
    SERIES,
    SUBJECT,
    KeyPath,
    NamedField,
    Read,
    Used,
    named_fields,
)
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.warnings import problem_at
from tidebook.schemas.base import records

PARTIES = ("subject", "counterparty")
"""The columns of an event that name who takes part."""

SHOWN = 12
"""How many of the names that are known are listed."""


@dataclass(frozen=True)
class NamesOnRecord:
    """The names in events, observations and figures, and what may speak of them."""

    events: pd.DataFrame
    observations: pd.DataFrame
    figures: pd.DataFrame
    declared: Predictions
    dossier: Dossier

    @cached_property
    def kinds(self) -> set[str]:
        """Kinds of events that are on record or were searched for."""
        return {*self.events["kind"], *self.declared.search_cutoffs}

    @cached_property
    def series(self) -> set[str]:
        """Series that are on record or were searched for."""
        return {*self.observations["series"], *self.declared.search_cutoffs}

    @cached_property
    def subjects(self) -> set[str]:
        """All of whom something is on record."""
        parties = (self.events["subject"], self.events["counterparty"], self.observations["subject"])
        return {name for column in (*parties, self.figures["subject"]) for name in column if name}

    @cached_property
    def by_series(self) -> Mapping[str, Sequence[Row]]:
        """The observations of each series."""
        return grouped(records(self.observations), itemgetter("series"))

    def of(self, series: str, column: str) -> set[str]:
        """Return the subjects, bases or units of a series."""
        return {row[column] for row in self.by_series.get(series, ())}


def name_warnings(evidence: NamesOnRecord, raw: RawFile, main: RawFile) -> list[Problem]:
    """Return a warning for each name in predictions, sections of plugins or kinds of events that nothing on record has.

    `raw` is the file of predictions, `main` that of the dossier.

    Raises InputError if another name is near, so that it looks like a typo for that, if what a section or a count
    names is not printed, or if a share is none.
    """
    declared = evidence.declared
    warnings: list[Problem] = []
    typos: list[Problem] = []
    awaited = {name: ("awaited", place) for place, name in enumerate(declared.awaited)}
    missing = [(raw, each) for each in _names(evidence) if each.name not in each.known]
    missing += [(main, each) for each in _names_of_dossier(evidence) if each.name not in each.known]
    unused = awaited.keys() - {each.name for _, each in missing}
    for file, each in missing:
        if each.name in awaited:
            continue
        is_typo = bool(nearly(each.name, each.known)) or each.what in CLOSED
        (typos if is_typo else warnings).append(file.problem(each.place, _expected_name(each), each.name))
    typos += _no_shares(evidence)
    refuse(typos)
    for name in sorted(unused):
        expected = "a name in predictions that no evidence has yet; this one is in none, or on record"
        warnings.append(Problem(raw.path, expected, raw.toml_line(awaited[name]), "awaited", name))
    return warnings


def _expected_name(each: Used) -> str:
    """Say what was expected in place of a name that nothing on record has."""
    is_listed = 0 < len(each.known) <= SHOWN and not nearly(each.name, each.known)
    known = f" ({', '.join(sorted(each.known))})" if is_listed else ""
    closing = "" if each.what in CLOSED else "; a name that is right and has no evidence yet stands in awaited"
    return f"{each.what}{known}{did_you_mean(each.name, each.known)}{closing}"


def _no_shares(evidence: NamesOnRecord) -> Iterator[Problem]:
    """Yield a problem for each row that a prediction of a share reads and that is none."""
    series = [read.series for read in _reads(evidence) if read.shares]
    observations = evidence.observations
    for row in records(observations[observations["series"].isin(series) & observations["value"].notna()]):
        if row["unit"] != "percent" or not 0 <= row["value"] <= 100:
            yield problem_at(row, "a share from 0 to 100%, for a prediction reads it", "text", row["text"])


def _names(evidence: NamesOnRecord) -> Iterator[Used]:
    """Yield the names in predictions that refer to something outside of them."""
    declared = evidence.declared
    for cohort, companies in declared.cohorts.items():
        yield from _each(("cohorts", cohort), companies, COMPANY.what, evidence.subjects)
    for figure_id, count in declared.counts.items():
        yield Used(("counts", figure_id), figure_id, FIGURE, set(evidence.figures["figure_id"]))
        yield from used_names(count, ("counts", figure_id), evidence)
        known = evidence.subjects | (declared.cohorts.keys() if isinstance(count.of, str) else set())
        yield from _each(("counts", figure_id, "of"), count.of, COMPANY.what, known)
    for index, prediction in enumerate(declared.predictions):
        if prediction.model:
            yield from used_names(prediction.model, ("predictions", index, "model"), evidence)


def _names_of_dossier(evidence: NamesOnRecord) -> Iterator[Used]:
    """Yield the names in the dossier's own file that refer to evidence."""
    for key, kinds in evidence.dossier.events:
        yield from _each(("events", key), kinds, KIND.what, evidence.kinds)
    for plugin, section in evidence.dossier.sections.items():
        for each in section.names(evidence):
            yield each._replace(place=("plugins", plugin, *each.place))


def _each(place: KeyPath, names: str | Sequence[str], what: str, known: Collection[str]) -> Iterator[Used]:
    if isinstance(names, str):
        yield Used(place, names, what, known)
        return
    for index, name in enumerate(names):
        yield Used((*place, index), name, what, known)


def used_names(part: Declaration, here: KeyPath, evidence: NamesOnRecord) -> Iterator[Used]:
    """Yield the names in something declared whose fields say what they name, and which such names are on record.

    Subjects and bases of a series that is not on record are left out: they are reported with the series.
    """
    known = {KIND: evidence.kinds, SERIES: evidence.series, COMPANY: evidence.subjects}
    for field in named_fields(part, here):
        there = known.get(field.names)
        if there is None and field.names.what != COHORT:
            there = _of_series(field, evidence)
        if there is None:
            continue
        for place, text in zip(field.places, field.texts, strict=True):
            found = field.names.within and any(text in name.lower() for name in there)
            yield Used(place, text, field.names.what, {text} if found else there)


def _of_series(field: NamedField, evidence: NamesOnRecord) -> set[str] | None:
    """Return the subjects or bases of the series that a field belongs to; None where it is not on record."""
    series = getattr(field.part, field.names.of, None)
    if series not in evidence.series:
        return None
    return evidence.of(series, "subject" if field.names == SUBJECT else "basis")


def unread_warnings(evidence: NamesOnRecord, raw: RawFile) -> Iterator[Problem]:
    """Yield a warning for each row of evidence that is nearly what a question reads, and one a file for all others.

    Nothing follows from them: no prediction, count or projection reads their kind of event or their series, subject and
    basis. Those that are kept as background are left out.
    """
    background = evidence.declared.background
    fitting: set[str] = set()
    rest = defaultdict[str, Counter[str]](Counter)
    for row, key, names in chain(_unread_observations(evidence), _unread_events(evidence)):
        if patterns := {each for each in background if fnmatchcase(key, each) or fnmatchcase(key, f"{each}/*")}:
            fitting |= patterns
        elif problem := _nearly_read(row, names):
            yield problem
        elif key:
            rest[place_of(row["locator"])[0]][key.rpartition("/")[0]] += 1
    for path, counts in sorted(rest.items()):
        told = [f"{name} ({count})" for name, count in sorted(counts.items())]
        expected = "rows that a prediction, count or projection reads, or that are kept as background; not so"
        yield Problem(path, f"{expected} {listed(told, SHOWN)}")
    yield from _idle_background(background, fitting, raw)


def _nearly_read(row: Row, names: Mapping[str, tuple[set[str], Counter[str]]]) -> Problem | None:
    """Return a warning of the first name that only a row that nothing reads has, and that is near one that is read."""
    for column, (known, there) in names.items():
        name = row[column]
        # A typo stands once: what several rows say is meant.
        near = nearly(name, known) if there[name] == 1 and name not in known else []
        if near:
            expected = f"what a prediction, count or projection reads{suggestion(sorted(near))}"
            return problem_at(row, expected, column, name)
    return None


def _idle_background(background: Sequence[str], fitting: Collection[str], raw: RawFile) -> Iterator[Problem]:
    """Yield a warning for each pattern of what is kept as background that fits no such row."""
    for place, pattern in enumerate(background):
        if pattern not in fitting:
            where = ("background", place)
            expected = "a kind of event, a series, series/subject or series/subject/basis of rows that nothing reads"
            yield Problem(raw.path, expected, raw.toml_line(where), "background", pattern)


Unread = tuple[dict[str, Any], str, dict[str, tuple[set[str], Counter[str]]]]
"""A row that nothing reads, its key, and by column the names that are read and those that are there."""


def _unread_observations(evidence: NamesOnRecord) -> Iterator[Unread]:
    reads = grouped(_reads(evidence), attrgetter("series"))
    rows = records(evidence.observations)
    there = {name: Counter(row[name] for row in rows) for name in ("series", "subject", "basis")}
    for row in rows:
        mine = reads.get(row["series"], [])
        if any(_is_read(row, read) for read in mine):
            continue
        known = {"series": set(reads), "subject": set[str](), "basis": set[str]()}
        for read in mine:
            known["subject"].update(read.subjects or ())
            known["basis"].update(read.bases or ())
        key = f"{row['series']}/{row['subject']}/{row['basis']}"
        yield row, key, {name: (known[name], there[name]) for name in known}


def _unread_events(evidence: NamesOnRecord) -> Iterator[Unread]:
    """Yield events of kinds that nothing reads, and without a key those of other companies than are asked for.

    That these do not count is said with the question.
    """
    declared, rows = evidence.declared, records(evidence.events)
    kinds, found = kinds_and_series(declared), Counter(row["kind"] for row in rows)
    companies: set[str] = set()
    for members in declared.cohorts.values():
        companies.update(members)
    for count in declared.counts.values():
        companies.update(declared.counted(count))
    parties = Counter(row[name] for row in rows for name in PARTIES)
    for row in rows:
        names = dict.fromkeys(PARTIES, (companies, parties))
        if row["kind"] in kinds:
            yield row, "", names
        else:
            yield row, f"{row['kind']}/{row['subject']}/", {"kind": (kinds, found), **names}


def _is_read(row: dict[str, Any], read: Read) -> bool:
    """Whether a question that reads the series of a row reads this row."""
    is_of_these = read.subjects is None or row["subject"] in read.subjects
    return is_of_these and (read.bases is None or row["basis"] in read.bases)


def _reads(evidence: NamesOnRecord) -> Iterator[Read]:
    for section in evidence.dossier.sections.values():
        yield from section.reads()
    for prediction in evidence.declared.predictions:
        if prediction.model:
            yield from prediction.model.reads(evidence.declared.cohorts)
