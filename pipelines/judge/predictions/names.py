"""Names that predictions and evidence share: a slip on either side, and the question rests on nothing without a word.

Belongs here: what a question reads, by name. Does not: what it makes of that (`kinds`), or how a name is written.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from tidebook.pipelines.read.declarations import (
    Burst,
    Declaration,
    Indicators,
    Model,
    Predictions,
    Ratio,
    ShareByDeadline,
    kinds_and_series,
)
from tidebook.pipelines.read.dossier.declared import Dossier, Projected
from tidebook.pipelines.read.errors import Problem, close_to, place_of, refuse
from tidebook.pipelines.read.formatting import listed
from tidebook.pipelines.read.names import nearly
from tidebook.pipelines.read.notes import problem_at
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.schemas.base import records

SHOWN = 12
"""How many of the names that are known are listed."""

KeyPath = tuple[str | int, ...]


class Used(NamedTuple):
    """A name in predictions: where it stands, what it is the name of, and which such names there are."""

    place: KeyPath
    name: str
    what: str
    known: Collection[str]


class Read(NamedTuple):
    """Observations that a question reads: of a series, of these subjects and on these bases, of all where None."""

    series: str
    subjects: Collection[str] | None = None
    bases: Collection[str] | None = None


@dataclass(frozen=True)
class NamesOnRecord:
    """The names in events, observations and figures, and what may speak of them."""

    events: pd.DataFrame
    observations: pd.DataFrame
    figures: pd.DataFrame
    declared: Predictions
    dossier: Dossier

    @property
    def projected(self) -> list[Projected]:
        """What is projected, if anything is."""
        pack = self.dossier.packs.projections
        return pack.of if pack else []

    @cached_property
    def kinds(self) -> set[str]:
        """Kinds of events that are on record or were searched for."""
        return {*self.events["kind"], *self.declared.sweeps}

    @cached_property
    def series(self) -> set[str]:
        """Series that are on record or were searched for."""
        return {*self.observations["series"], *self.declared.sweeps}

    @cached_property
    def subjects(self) -> set[str]:
        """All of whom something is on record."""
        parties = (self.events["subject"], self.events["counterparty"], self.observations["subject"])
        return {name for column in (*parties, self.figures["subject"]) for name in column if name}

    def of(self, series: str, column: str) -> set[str]:
        """Return the subjects, bases or units of a series."""
        return set(self.observations.loc[self.observations["series"] == series, column])


def name_notes(evidence: NamesOnRecord, raw: RawFile, main: RawFile) -> list[Problem]:
    """Return a note for each name in predictions, or in projections and kinds of events, that nothing on record has.

    `raw` is the file of predictions, `main` that of the dossier.

    Raises InputError if another name is near, so that it looks like a slip for that, if what counts or is projected is
    not in print, or if a share is none.
    """
    declared = evidence.declared
    notes: list[Problem] = []
    slips: list[Problem] = []
    awaited = {name: ("awaited", place) for place, name in enumerate(declared.awaited)}
    missing = [(raw, each) for each in _names(evidence) if each.name not in each.known]
    missing += [(main, each) for each in _names_of_dossier(evidence) if each.name not in each.known]
    unused = awaited.keys() - {each.name for _, each in missing}
    for file, each in missing:
        if each.name in awaited:
            continue
        near = nearly(each.name, each.known)
        known = f" ({', '.join(sorted(each.known))})" if 0 < len(each.known) <= SHOWN and not near else ""
        expected = f"{each.what}{known}{close_to(each.name, each.known)}"
        expected += "" if each.what in CLOSED else "; a name that is right and has no evidence yet stands in awaited"
        problem = file.problem(each.place, expected, each.name)
        (slips if near or each.what in CLOSED else notes).append(problem)
    slips += _no_shares(evidence)
    refuse(slips)
    for name in sorted(unused):
        expected = "a name in predictions that no evidence has yet; this one is in none, or on record"
        notes.append(Problem(raw.path, expected, raw.toml_line(awaited[name]), "awaited", name))
    return notes


def _no_shares(evidence: NamesOnRecord) -> Iterator[Problem]:
    """Yield a problem for each row that a prediction of a share reads and that is none."""
    models = (prediction.model for prediction in evidence.declared.predictions)
    series = [model.series for model in models if isinstance(model, ShareByDeadline)]
    observations = evidence.observations
    for row in records(observations[observations["series"].isin(series) & observations["value"].notna()]):
        if row["unit"] != "percent" or not 0 <= row["value"] <= 100:
            yield problem_at(row, "a share from 0 to 100 %, for a prediction reads it", "text", row["text"])


FIGURE, TABLE, QUANTITY, UNIT = "a figure in print", "a table", "a quantity of the table", "the unit of what is there"
CLOSED = (FIGURE, TABLE, QUANTITY, UNIT)
"""What can be known for certain, whatever evidence is still to come."""
KIND = "a kind of event that is on record or searched for"
SERIES = "a series of observations"
COMPANY = "somebody of whom something is on record"
SUBJECT, BASIS = "a subject of that series", "a basis of that series"
NAMED = {
    **dict.fromkeys(("kinds", "events", "set_aside", "gone", "round", "shutdown"), KIND),
    **dict.fromkeys(("series", "valuation", "revenue", "yardstick"), SERIES),
    **dict.fromkeys(("companies", "members"), COMPANY),
    "populations": SUBJECT,
    **dict.fromkeys(("bases", "basis"), BASIS),
    **dict.fromkeys(("subject", "indexes", "total"), SUBJECT),
}
"""What the keys of models, their parts, counts and projections name: subjects and bases are those of its `series`."""


def _names(evidence: NamesOnRecord) -> Iterator[Used]:
    """Yield the names in predictions that stand for something outside of them."""
    declared = evidence.declared
    for roster, companies in declared.rosters.items():
        yield from _each(("rosters", roster), companies, COMPANY, evidence.subjects)
    for figure_id, count in declared.counts.items():
        yield Used(("counts", figure_id), figure_id, FIGURE, set(evidence.figures["figure_id"]))
        yield from _named(("counts", figure_id), count, evidence)
        known = evidence.subjects | (declared.rosters.keys() if isinstance(count.of, str) else set())
        yield from _each(("counts", figure_id, "of"), count.of, COMPANY, known)
    for index, prediction in enumerate(declared.predictions):
        if prediction.model:
            yield from _model_names(("predictions", index, "model"), prediction.model, evidence)


def _names_of_dossier(evidence: NamesOnRecord) -> Iterator[Used]:
    """Yield the names in the dossier's own file that stand for evidence."""
    for key, kinds in evidence.dossier.events:
        yield from _each(("events", key), kinds, KIND, evidence.kinds)
    for index, each in enumerate(evidence.projected):
        yield from _projected_names(("packs", "projections", "of", index), each, evidence)
    ledger = evidence.dossier.packs.ledger
    if ledger and "rents" in ledger.model_fields_set:
        known = {series.partition("_")[2] for series in evidence.series}
        yield Used(("packs", "ledger", "rents"), ledger.rents, "what series of observations end in", known)


def _each(place: KeyPath, names: str | Sequence[str], what: str, known: Collection[str]) -> Iterator[Used]:
    if isinstance(names, str):
        yield Used(place, names, what, known)
        return
    for index, name in enumerate(names):
        yield Used((*place, index), name, what, known)


def _named(here: KeyPath, part: Declaration, evidence: NamesOnRecord) -> Iterator[Used]:
    """Yield the names that stand under the keys of something declared, by what `NAMED` says of them."""
    series = getattr(part, "series", None)
    known = {KIND: evidence.kinds, SERIES: evidence.series, COMPANY: evidence.subjects}
    if series in evidence.series:
        known |= {SUBJECT: evidence.of(series, "subject"), BASIS: evidence.of(series, "basis")}
    for key, what in NAMED.items():
        found = getattr(part, key, None)
        if found and what in known:
            yield from _each((*here, key), found, what, known[what])


def _model_names(here: KeyPath, model: Model, evidence: NamesOnRecord) -> Iterator[Used]:
    yield from _named(here, model, evidence)
    for key in ("after", "basket"):
        if part := getattr(model, key, None):
            yield from _named((*here, key), part, evidence)
    if isinstance(model, Burst):
        bases = evidence.of(model.valuation, "basis")
        for index, words in enumerate(model.not_rounds):
            known = {words} if any(words in basis.lower() for basis in bases) else bases
            yield Used((*here, "not_rounds", index), words, "words in a basis of the valuations", known)
    for index, shown in enumerate(model.shown if isinstance(model, Indicators) else ()):
        yield from _named((*here, "shown", index), shown, evidence)


def _projected_names(here: KeyPath, each: Projected, evidence: NamesOnRecord) -> Iterator[Used]:
    yield from _named(here, each, evidence)
    if each.series:
        if units := evidence.of(each.series, "unit"):
            yield Used((*here, "unit"), each.unit, UNIT, units)
        return
    figures = evidence.figures
    dated, _, days = (each.dates or "").partition("/")
    for key, of_quantity, of_unit, table, quantity, unit in (
        ("table", "quantity", "unit", each.table, each.quantity, each.unit),
        ("dates", "dates", "dates", dated, days, "date"),
    ):
        there = figures[figures["table"] == table]
        yield Used((*here, key), str(table), TABLE, set(figures["table"]))
        if len(there):
            yield Used((*here, of_quantity), quantity, QUANTITY, set(there["quantity"]))
            if units := set(there.loc[there["quantity"] == quantity, "unit"]):
                yield Used((*here, of_unit), unit, UNIT, units)


def unread_notes(evidence: NamesOnRecord, raw: RawFile) -> Iterator[Problem]:
    """Yield a note for each row of evidence that is nearly what a question reads, and one a file for all others.

    Nothing follows from them: no prediction, count or projection reads their kind of event or their series, subject and
    basis. Those that are kept as background are left out.
    """
    background = evidence.declared.background
    fitting: set[str] = set()
    rest = defaultdict[str, Counter[str]](Counter)
    for row, key, names in _unread(evidence):
        if patterns := {each for each in background if fnmatchcase(key, each) or fnmatchcase(key, f"{each}/*")}:
            fitting |= patterns
            continue
        for column, (known, there) in names.items():
            if there[row[column]] == 1 and row[column] not in known and (near := nearly(row[column], known)):
                expected = f"what a prediction, count or projection reads; close: {', '.join(sorted(near))}"
                yield problem_at(row, expected, column, row[column])
                break
        else:
            if key:
                rest[place_of(row["locator"])[0]][key.rpartition("/")[0]] += 1
    for path, counts in sorted(rest.items()):
        told = [f"{name} ({count})" for name, count in sorted(counts.items())]
        expected = "rows that a prediction, count or projection reads, or that are kept as background; not so"
        yield Problem(path, f"{expected} {listed(told, SHOWN)}")
    for place, pattern in enumerate(background):
        if pattern not in fitting:
            where = ("background", place)
            expected = "a kind of event, a series, series/subject or series/subject/basis of rows that nothing reads"
            yield Problem(raw.path, expected, raw.toml_line(where), "background", pattern)


def _unread(evidence: NamesOnRecord) -> Iterator[tuple[dict[str, Any], str, dict[str, tuple[set[str], Counter[str]]]]]:
    """Yield each row that nothing reads, its key, and by column the names that are read and those that are there.

    Events of other companies than are asked for have no key: that they do not count is said with the question.
    """
    declared, reads = evidence.declared, list(_reads(evidence))
    measured, happened = records(evidence.observations), records(evidence.events)
    there = {name: Counter(row[name] for row in measured) for name in ("series", "subject", "basis")}
    for row in measured:
        if any(_is_read(row, read) for read in reads):
            continue
        mine = [read for read in reads if read.series == row["series"]]
        known = {
            "series": {read.series for read in reads},
            "subject": {name for read in mine for name in read.subjects or ()},
            "basis": {name for read in mine for name in read.bases or ()},
        }
        key = f"{row['series']}/{row['subject']}/{row['basis']}"
        yield row, key, {name: (known[name], there[name]) for name in known}
    kinds = kinds_and_series(declared)
    companies = {name for names in declared.rosters.values() for name in names}
    companies |= {name for count in declared.counts.values() for name in declared.counted(count)}
    parties = Counter(row[name] for row in happened for name in ("subject", "counterparty"))
    found = Counter(row["kind"] for row in happened)
    for row in happened:
        names = dict.fromkeys(("subject", "counterparty"), (companies, parties))
        if row["kind"] in kinds:
            yield row, "", names
        else:
            yield row, f"{row['kind']}/{row['subject']}/", {"kind": (kinds, found), **names}


def _is_read(row: dict[str, Any], read: Read) -> bool:
    of_these = read.subjects is None or row["subject"] in read.subjects
    return row["series"] == read.series and of_these and (read.bases is None or row["basis"] in read.bases)


def _reads(evidence: NamesOnRecord) -> Iterator[Read]:
    yield from (Read(each.series) for each in evidence.projected if each.series)
    declared = evidence.declared
    for prediction in declared.predictions:
        model = prediction.model
        if isinstance(model, ShareByDeadline):
            yield Read(model.series, model.populations, model.bases)
        elif isinstance(model, Ratio):
            yield from (Read(model.series, model.companies, model.bases), Read(model.yardstick))
        elif isinstance(model, Indicators):
            yield from (Read(each.series, None, [each.basis]) for each in model.shown)
        elif isinstance(model, Burst):
            basket = model.basket
            yield Read(basket.series, [basket.subject, *basket.members, *basket.indexes])
            yield Read(model.valuation, model.companies)
            yield Read(model.revenue, declared.rosters[model.survivors_of])
