"""Findings that the author of a dossier accepts, each with the reason: `[[accepted]]` of a figure or a claim.

Belongs here: what the section may hold, and which of its entries find nothing to accept. Does not: how a figure or a
claim is judged, which acceptance leaves as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Annotated, Any

from pydantic import Field

from tidebook.pipelines.judge.declared import DeclaredClaim
from tidebook.pipelines.read.declarations import Declaration, Text, declare, repeated
from tidebook.pipelines.read.errors import Problem, did_you_mean, refuse
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.schemas.vocabulary import FAULTED

AcceptedFile = Annotated[RawFile, "accepted.toml"]


class AcceptedFinding(Declaration):
    """A figure or a claim whose finding is accepted, and why."""

    id: Text
    why: Text


class _Document(Declaration):
    accepted: list[AcceptedFinding] = Field(default=[])
    claims: Any = None


class Accepted(Declaration):
    """All that is accepted: the reason by id, and the place of each in its file."""

    reasons: dict[str, str] = Field(default={})
    places: dict[str, Problem] = Field(default={})

    def why(self, name: str) -> str:
        """Return the reason for which a finding on a figure or claim is accepted, "" if it is not."""
        return self.reasons.get(name, "")

    def obsolete(self, rows: Iterable[Row]) -> Iterator[Problem]:
        """Yield a warning for each entry whose figure or claim has no finding.

        Args:
            rows: outcomes of figures and of statements.
        """
        faulted = set()
        for row in rows:
            if row["outcome"] in FAULTED:
                faulted.add(row.get("figure_id") or row["statement_id"])
        for name, problem in self.places.items():
            if name not in faulted:
                yield problem


def read_accepted(files: Iterable[RawFile], figure_ids: Collection[str], claims: Collection[DeclaredClaim]) -> Accepted:
    """Read the section from the files that may have it.

    Args:
        files: the section's own file, or dossier.toml, and the file of the claims.
        figure_ids: the printed figures.
        claims: the declared claims.

    Raises:
        InputError: an id is no figure and no claim, or stands twice.
    """
    known = [*figure_ids, *(claim.id for claim in claims)]
    found: list[tuple[RawFile, int, AcceptedFinding]] = []
    for raw in dict.fromkeys(files):
        found += [(raw, index, each) for index, each in enumerate(declare(_Document, raw).accepted)]
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
    return Accepted(reasons={each.id: each.why for _, _, each in found}, places=places)
