"""Claims, figures and units that others propose for a drafted dossier, such as a language model.

Belongs here: what a proposal may say, and what of it can be verified against the text alone. Does not: units and
expressions, which are verified with the draft that holds the proposals (`commands.new`). A proposal decides nothing: it
is written as a draft is, to be read by whoever owns the dossier.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean
from tidebook.pipelines.read.quantities.counted import counted_numbers
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.document import Document
from tidebook.pipelines.read.text.figures import numbers_words
from tidebook.pipelines.read.text.folded import folded, plain_words
from tidebook.pipelines.read.text.quotation import Quotation
from tidebook.pipelines.read.text.quotes import AmbiguousError, Passage, QuoteFinder

MOST, MOST_OF_EXPRESSIONS = 250, 50_000
"""Maximum proposals of a kind in a file, and characters of all its expressions. Each claim is judged as in a build,
which takes some 15 ms."""

Slug = Annotated[str, Field(pattern=r"^[a-z0-9_]*$", max_length=100)]
Quote = Annotated[str, Field(min_length=1, max_length=200)]
Line = Annotated[str, Field(max_length=1000)]


class _Proposal(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True, frozen=True)


class Quoting(_Proposal):
    """Words of the text, and which of their numbers is meant."""

    quote: Quote = Field(description="Words of the text, verbatim, which stand in it once")
    number: Line = Field("", description="The number that is meant, as the quote prints it, if it has several")
    id: Slug = Field("", description="The id; by default the quote as a slug")
    section: Line = Field("", description="The heading above, if the words stand several times")


class ProposedClaim(Quoting):
    """A claim: an expression over the tables of the text, which must come out as the number in the words."""

    is_: Line = Field(alias="is", min_length=1, description="The expression, such as sales[north].now / sum(sales.now)")
    statement: Line = Field("", description="The claim in other words, with {figure} for its number")
    read_by: Line = Field("", description="Who read it without sight of its number, and when")


class ProposedFigure(Quoting):
    """A number of the text that no claim states."""

    unit: Line = Field("", description="Its unit, if the number does not say it")
    basis: Line = Field("", description="What kind of number it is, such as list price")


class ProposedUnit(_Proposal):
    """A counted thing that Tidebook has no unit for."""

    symbol: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=40, description="The unit, in singular")
    meaning: Line = Field(min_length=1, description="What is counted")
    words: list[Annotated[str, Field(min_length=1, max_length=40)]] = Field(
        [], max_length=20, description="Its words in the text, such as regions"
    )
    counts: bool = Field(True, description="Whether a whole number of it is exact, as of shops, not of kilometres")


class Proposals(_Proposal):
    """The file that `tidebook new TEXT --proposals FILE` takes. Each entry is verified, and left out if it fails."""

    claims: list[ProposedClaim] = Field([], max_length=MOST)
    figures: list[ProposedFigure] = Field([], max_length=MOST)
    units: list[ProposedUnit] = Field([], max_length=MOST)


KINDS: dict[str, type[BaseModel]] = {"claims": ProposedClaim, "figures": ProposedFigure, "units": ProposedUnit}


@dataclass(frozen=True)
class Refused:
    """A proposal that is left out: its place in the file, what it says, and why."""

    place: str
    words: str
    why: str


@dataclass(frozen=True)
class Verified:
    """Proposals whose words are in the text, with their places in the file; and those that are left out."""

    claims: Sequence[tuple[str, ProposedClaim]]
    figures: Sequence[tuple[str, ProposedFigure]]
    units: Sequence[tuple[str, ProposedUnit]]
    refused: Sequence[Refused]

    def without(self, refused: Sequence[Refused]) -> Verified:
        """Return them without further ones."""
        gone = {each.place for each in refused}
        return Verified(
            [pair for pair in self.claims if pair[0] not in gone],
            [pair for pair in self.figures if pair[0] not in gone],
            [pair for pair in self.units if pair[0] not in gone],
            [*self.refused, *refused],
        )

    def with_claims(self, claims: Sequence[tuple[str, ProposedClaim]]) -> Verified:
        """Return them with further claims behind their own."""
        return replace(self, claims=[*self.claims, *claims])

    @property
    def quoting(self) -> list[tuple[str, Quoting]]:
        """The claims and figures."""
        return [*self.claims, *self.figures]

    @property
    def count(self) -> int:
        """How many are taken so far."""
        return len(self.claims) + len(self.figures) + len(self.units)


NOTHING = Verified((), (), (), ())


def read_proposals(file: RawFile, document: Document) -> Verified:
    """Read proposals, and leave out those whose entry is malformed or whose words are not in the text.

    Raises:
        InputError: the file is not JSON, or not an object of lists named claims, figures and units; or it has too much.
    """
    refused: list[Refused] = []
    entries: dict[str, list[tuple[str, Any]]] = {kind: [] for kind in KINDS}
    for kind, given in _lists(file).items():
        for index, each in enumerate(given, 1):
            place = f"{kind} {index}"
            if not isinstance(each, dict):
                refused.append(Refused(place, _shown(each), 'expected an object such as {"quote": ...}'))
                continue
            try:
                entries[kind].append((place, KINDS[kind].model_validate(each)))
            except ValidationError as error:
                refused.append(Refused(place, _shown(each), _reason(error)))
    if sum(len(claim.is_) for _, claim in entries["claims"]) > MOST_OF_EXPRESSIONS:
        expected = f"expressions of at most {MOST_OF_EXPRESSIONS:,} characters in all claims together"
        raise InputError(Problem(file.path, expected, 1, column="claims"))
    found = Verified(entries["claims"], entries["figures"], entries["units"], refused)
    return found.without(list(_misquoted(found.quoting, document)))


def _lists(file: RawFile) -> dict[str, list[Any]]:
    """Return the lists of a file by kind."""
    text = file.text()
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        expected = f"JSON: {error.msg[:1].lower()}{error.msg[1:]} (column {error.colno})"
        shown = text.splitlines()[error.lineno - 1].strip()[:80] if text.splitlines()[error.lineno - 1 :] else ""
        raise InputError(Problem(file.path, expected, error.lineno, text=shown)) from error
    except RecursionError as error:
        raise InputError(Problem(file.path, "JSON that is not nested by the hundreds", 1)) from error
    except ValueError as error:  # Python reads no integer of more than 4,300 digits
        raise InputError(Problem(file.path, "JSON without numbers of thousands of digits", 1)) from error
    if not isinstance(found, dict):
        raise InputError(Problem(file.path, 'an object such as {"claims": [...], "figures": [...], "units": [...]}', 1))
    for name, given in found.items():
        if name not in KINDS:
            raise InputError(Problem(file.path, f"one of {', '.join(KINDS)}{did_you_mean(name, KINDS)}", 1, text=name))
        if not isinstance(given, list) or len(given) > MOST:
            raise InputError(Problem(file.path, f"a list of at most {MOST} entries", 1, column=name))
    return found


def _shown(entry: Any) -> str:
    quote = entry.get("quote") or entry.get("symbol") if isinstance(entry, dict) else entry
    return " ".join(str(quote).split())[:80]


def _reason(error: ValidationError) -> str:
    """Say what is wrong with an entry: the key, and what is expected there."""
    reasons = []
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        key = ".".join(map(str, each["loc"]))
        reasons.append(f"{key}: {each['msg'][:1].lower()}{each['msg'][1:]}" if key else each["msg"])
    return "; ".join(reasons)


def _misquoted(given: Sequence[tuple[str, Quoting]], document: Document) -> Iterator[Refused]:
    """Yield the proposals whose words or number the text does not have."""
    passages = QuoteFinder(document).find_all([Quotation(each.quote, each.section) for _, each in given])
    for (place, each), passage in zip(given, passages, strict=True):
        if why := _wrong_words(each, passage):
            yield Refused(place, each.quote, why)


def _wrong_words(each: Quoting, passage: Passage | AmbiguousError) -> str:
    if isinstance(passage, AmbiguousError):
        return f"quote: expected {passage}"
    if passage.status == "changed":
        return f"quote: the text has “{passage.text}” ({passage.place})"
    if passage.status == "gone":
        near = f"; near: “{passage.near}” ({passage.place})" if passage.near else ""
        return f"quote: the text does not have these words{near}"
    numbers = counted_numbers(plain_words(each.quote))
    if each.number and folded(each.number).text not in {folded(number.text).text for number in numbers}:
        return f"number: expected a number of the quote: {numbers_words(numbers)}"
    return ""
