"""Findings that the author of a dossier accepts, each with the reason: `[[accepted]]` of a figure or a claim.

Belongs here: what the section may hold, which of its entries find nothing to accept, and writing it. Does not: how a
figure or a claim is judged, which acceptance leaves as it is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from tidebook.pipelines.read.declarations import Declaration, Text, declare, repeated
from tidebook.pipelines.read.errors import Problem, did_you_mean, refuse
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.folded import folded
from tidebook.pipelines.read.toml_text import toml_section
from tidebook.schemas.vocabulary import FAULTED, SEVERITIES

if TYPE_CHECKING:
    from tidebook.pipelines.judge.declared import DeclaredClaim

ACCEPTABLE = ("drifted", *FAULTED)
"""Outcomes that may be accepted."""

AcceptedFile = Annotated[RawFile, "accepted.toml"]


def finding_id(row: Row) -> str:
    """Return the id of the figure or statement of a row of outcomes."""
    return str(row.get("figure_id") or row["statement_id"])


def printed_in(row: Row) -> str | None:
    """Return what a finding is about, as printed: a figure, or the words that a claim quotes; None without any."""
    return row.get("printed") or row.get("quote") or None


def found_ids(rows: Iterable[Row]) -> set[str]:
    """Return the ids of the figures and statements that have a finding, from their rows of outcomes."""
    return {finding_id(row) for row in rows if row["outcome"] in ACCEPTABLE}


class AcceptedFinding(Declaration):
    """A figure or a claim whose finding is accepted, and why.

    Attributes:
        outcome, severity, printed: what was accepted, if that is recorded, of a claim with the words that it quotes; a
            finding that is worse is not.
    """

    id: Text
    why: Text
    outcome: str = ""
    severity: str = ""
    printed: str | None = None

    def covers(self, outcome: str, severity: str, printed: str | None) -> bool:
        """Whether a finding is the accepted one, or a milder one."""
        if self.outcome and outcome != self.outcome:
            return False
        if self.printed is not None and printed is not None and folded(printed).text != folded(self.printed).text:
            return False
        known = self.severity in SEVERITIES and severity in SEVERITIES
        return not known or SEVERITIES.index(severity) <= SEVERITIES.index(self.severity)


class AcceptedDocument(Declaration):
    """accepted.toml; claims.toml and dossier.toml may hold the section too."""

    accepted: list[AcceptedFinding] = Field(default=[])
    claims: Any = None


class Accepted(Declaration):
    """All that is accepted, by id, and the place of each in its file."""

    entries: dict[str, AcceptedFinding] = Field(default={})
    places: dict[str, Problem] = Field(default={})

    def obsolete(self, found: Collection[str], renamed: Mapping[str, str] = MappingProxyType({})) -> Iterator[Problem]:
        """Yield a warning for each entry that has no finding any more, or has it under the id of an older version.

        Args:
            found: ids of what has one.
            renamed: the id that a finding has now, by the one that it had before.
        """
        for name, problem in self.places.items():
            if name in renamed and name not in found:
                expected = f"{renamed[name]}, its id since 0.3; 0.4 does not read this one: `tidebook accept --prune`"
                yield replace(problem, expected=expected)
            elif name not in found:
                yield problem


class AcceptedInText(Accepted):
    """The accepted findings on a text, by id; these ids name nothing that could be checked."""


def read_accepted(files: Iterable[RawFile], figure_ids: Collection[str], claims: Collection[DeclaredClaim]) -> Accepted:
    """Read the section from the files that may have it.

    Args:
        files: the section's own file, or dossier.toml, and the file of the claims.
        figure_ids: the printed figures.
        claims: the declared claims.

    Raises:
        InputError: an id is neither a figure nor a claim, or occurs twice.
    """
    known = [*figure_ids, *(claim.id for claim in claims)]
    found: list[tuple[RawFile, int, AcceptedFinding]] = []
    # Once each: one file may hold the section and the claims.
    for raw in dict.fromkeys(files):
        found += [(raw, index, each) for index, each in enumerate(declare(AcceptedDocument, raw).accepted)]
    ids = [each.id for _, _, each in found]
    again = {found[place][:2] for place in repeated(ids)}
    problems = []
    places = {}
    for raw, index, each in found:
        place = ("accepted", index, "id")
        if each.id not in known:
            expected = f"the id of a figure or a claim{did_you_mean(each.id, known)}"
            problems.append(raw.problem(place, expected, each.id))
        elif (raw, index) in again:
            problems.append(raw.problem(place, "an id that is not accepted before", each.id))
        places[each.id] = raw.problem(place, "a figure or claim with a finding; this one has none: remove it", each.id)
    refuse(problems)
    return Accepted(entries={each.id: each for _, _, each in found}, places=places)


def entries_of(raw: RawFile) -> AcceptedInText:
    """Return the findings on a text that a file accepts.

    Raises:
        InputError: the file cannot be read, or an id occurs twice.
    """
    found = declare(AcceptedDocument, raw).accepted
    ids = [each.id for each in found]

    def problem(place: int, expected: str) -> Problem:
        return raw.problem(("accepted", place, "id"), expected, ids[place])

    refuse([problem(place, "an id that is not accepted before") for place in repeated(ids)])
    obsolete = "the id of a finding; this one is gone: remove it"
    places = {name: problem(place, obsolete) for place, name in enumerate(ids)}
    return AcceptedInText(entries={each.id: each for each in found}, places=places)


HEADER = "[[accepted]]"


def with_entries(text: str, entries: Iterable[AcceptedFinding], without: Collection[str] = ()) -> str:
    """Return the text of accepted.toml with further entries, sorted by id.

    Entries that are there keep their words and comments, unless one of the same id takes their place.

    Args:
        text: what the file holds now, "" for none.
        entries: what is accepted now.
        without: ids whose entries are removed.
    """
    preamble, blocks = _blocks(text)
    blocks = {name: block for name, block in blocks.items() if name not in without}
    for entry in entries:
        blocks[entry.id] = _block(entry)
    return "\n".join([*([preamble] if preamble else []), *(blocks[name] for name in sorted(blocks))])


def _blocks(text: str) -> tuple[str, dict[str, str]]:
    """Split the text of the file: what is before the first entry, and each entry with the comments above it."""
    parts: list[list[str]] = [[]]
    comments: list[str] = []
    for line in text.splitlines():
        if line.strip() == HEADER:
            parts.append([*comments, line])
            comments = []
        elif line.startswith("#"):
            comments.append(line)  # those right above an entry belong to it
        else:
            parts[-1] += [*comments, line]
            comments = []
    parts[-1] += comments
    preamble, *entries = ("\n".join(part).strip() for part in parts)
    blocks = {tomllib.loads(entry)["accepted"][0]["id"]: f"{entry}\n" for entry in entries}
    return f"{preamble}\n" if preamble else "", blocks


def _block(entry: AcceptedFinding) -> str:
    values = {
        "id": entry.id, "outcome": entry.outcome, "severity": entry.severity, "printed": entry.printed, "why": entry.why
    }  # fmt: skip
    return toml_section(HEADER, values)
