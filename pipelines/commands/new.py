"""The command `new`: writes a dossier drafted from a text, or the smallest one that teaches itself.

Belongs here: which folder, and that what is written can be checked and built. Does not: the guesses (`judge.drafts`).
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tempfile
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from tidebook.pipelines.commands.common import json_option, text_file
from tidebook.pipelines.commands.locked import words_around
from tidebook.pipelines.commands.readings import against_option, files_beside, readings_of, readings_option
from tidebook.pipelines.commands.terminal import print_json, print_line
from tidebook.pipelines.judge.coverage import UNCHECKED, Coverage
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.dossier.sections import DOSSIER
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.formatting import format_count
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.lock import record_sentences
from tidebook.pipelines.read.names import slug_of_all
from tidebook.schemas.json_schemas import published, schema_line, schema_path
from tidebook.schemas.vocabulary import FAULTED

if TYPE_CHECKING:
    from tidebook.pipelines.graph.run import RunObserver
    from tidebook.pipelines.judge.drafts import Draft
    from tidebook.pipelines.judge.proposed import ProposedClaim, Refused, Verified
    from tidebook.pipelines.judge.readings.reading import Reading
    from tidebook.pipelines.read.text.document import Document

SHOWN, SHOWN_UNBOUND = 8, 5
"""Maximum guesses, which are all marked in the file, and numbers without a claim that are listed."""
JUDGED = "outcomes"
"""The table for which all of a dossier is read and judged."""
MOST_TRIES = 60
"""Maximum entries that are left out because they do not fit."""


@dataclass(frozen=True)
class DraftAssumption(JsonDocument):
    """Something that the draft assumes."""

    where: str
    """The table, figure or claim."""
    words: str
    """The assumption, and its alternative."""


@dataclass(frozen=True)
class ExcludedProposal(JsonDocument):
    """A proposal that is left out."""

    place: str
    """Its place in the file of proposals."""
    words: str
    """What it says."""
    why: str
    """What it lacks."""


@dataclass(frozen=True)
class FailedClaim(JsonDocument):
    """A proposed claim that does not hold: the proposal or the article is wrong."""

    place: str
    """Its place in the file of proposals."""
    claim: str
    """Its id in the dossier."""
    outcome: str
    """Its outcome."""
    why: str
    """The reason."""


@dataclass(frozen=True)
class UnboundNumber(JsonDocument):
    """A number of the text that no claim is about."""

    line: int
    text: str
    why: str
    """Why no statement of it is bound to a cell."""


@dataclass(frozen=True)
class NewDossier(JsonDocument):
    """What `tidebook new` wrote."""

    folder: str
    """The dossier."""
    guesses: list[DraftAssumption]
    """The guesses, the most important first."""
    taken: int
    """Number of proposals taken."""
    left_out: list[ExcludedProposal]
    """Proposals left out; the exit code is 1 if all are."""
    read: list[FailedClaim]
    """Proposed claims that do not hold."""
    claims: int = 0
    figures: int = 0
    """Number of numbers that are recorded and checked by nothing."""
    coverage: float | None = None
    """The share of the text's numbers that are checked, as `tidebook read` gives it; null if none counts."""
    unbound: list[UnboundNumber] = field(default_factory=list)
    """Numbers that nothing checks."""


@click.command()
@click.argument("text", default="", metavar="TEXT")
@click.argument("folder", default="", metavar="[DIR]")
@click.option("--empty", "name", metavar="NAME", help="Write a minimal dossier that explains itself.")
@click.option("--proposals", metavar="FILE", help="Also take claims, figures and units from this JSON, if they fit.")
@click.option("--record", is_flag=True, help="Also make a figure of each number that no claim is about.")
@against_option
@readings_option
@json_option
def new(
    text: str,
    folder: str,
    name: str | None,
    proposals: str | None,
    record: bool,
    against: tuple[str, ...],
    readings: str | None,
    as_json: bool,
) -> None:
    """Draft a dossier from an article: Markdown, a saved page or plain text. Guesses are marked, and listed at the end.

    The folder can be checked and built at once. It must be new or empty: nothing is overwritten.

    Each proposal is verified: its quote is in the text, its number in the quote, and its expression has the number's
    unit. What fails is listed and left out; if all fail, the dossier is written and the exit code is 1. Readings of the
    text, in TEXT.readings.jsonl or the file of --readings, become claims in the same way, with who read them; so do
    those of the built-in reader of plain sentences. A table of --against that a claim reads becomes evidence.
    """
    if name is None and not text:
        raise InputError(Problem("TEXT", "the file of an article, or --empty with a name"))
    if name is not None:
        _print_written(_new_empty(name, text), as_json)
        return
    if text == proposals == "-":
        raise InputError(Problem("--proposals", "a file: standard input is the text"))
    write_draft(text, folder, readings_of(text, readings), files_beside(against), proposals, record, as_json)


def write_draft(
    text: str,
    folder: str,
    readings: Sequence[Reading],
    beside: Sequence[Document],
    proposals: str | None = None,
    is_recorded: bool = False,
    as_json: bool = False,
) -> None:
    """Write a dossier of a text, with evidence of the files that it is held against, and say what it has.

    Raises:
        InputError: as `new`.
        SystemExit: proposals were given, and none was taken.
    """
    data = text_file(text).data
    drafted = _draft(text, data, proposals, readings, beside, is_recorded=is_recorded)
    draft = drafted.draft
    place = _place(folder or slug_of_all(draft.title) or "dossier")
    _write(place, _with_schema({DOSSIER: draft.toml.encode(), drafted.article: data, **_files_of(draft)}))
    record_sentences(place, words_around(place) or {})
    written = _new_dossier(place, drafted)
    _print_written(written, as_json, has_proposals=bool(written.taken or written.left_out))
    if written.left_out and not written.taken:
        raise SystemExit(1)


def drafted_toml(data: bytes, name: str, beside: Sequence[Document]) -> str:
    """Return the drafted `dossier.toml` of a text, named by its file, "" for none. Raises InputError as `new`."""
    return _draft(name or "-", data, None, (), beside).draft.toml


def _new_empty(name: str, folder: str) -> NewDossier:
    """Write a minimal dossier that explains itself."""
    from tidebook.pipelines.judge.drafts import empty_dossier

    place = _place(folder or slug_of_all(name) or "dossier")
    _write(place, _with_schema({path: content.encode() for path, content in empty_dossier(name).items()}))
    return NewDossier(str(place), [], 0, [], [])


def _new_dossier(place: Path, drafted: _Drafted) -> NewDossier:
    """Describe the new dossier, with the claims that do not hold: the proposal or the article is wrong."""
    ids, found = drafted.draft.proposed_ids, drafted.proposals
    faulted = [row for row in drafted.outcomes if row["statement_id"] in ids and row["outcome"] not in HOLDS]
    return NewDossier(
        folder=str(place),
        guesses=[DraftAssumption(guess.where, guess.words) for guess in drafted.draft.guesses],
        taken=found.count - sum(place in drafted.unasked for place, _ in found.claims),
        left_out=[ExcludedProposal(each.place, each.words, each.why) for each in found.refused],
        read=[
            FailedClaim(ids[row["statement_id"]], row["statement_id"], row["outcome"], row["why"]) for row in faulted
        ],
        claims=drafted.draft.lines.count("[[claims]]"),
        figures=drafted.draft.lines.count("[[figures]]"),
        coverage=drafted.coverage.share,
        unbound=[
            UnboundNumber(each.line, each.text, each.why)
            for each in drafted.coverage.numerals
            if each.state in UNCHECKED
        ],
    )


def _print_written(written: NewDossier, as_json: bool, *, has_proposals: bool = False) -> None:
    if as_json:
        print_json(written)
        return
    for claim in written.read:
        print_line(f"look: claim {claim.claim} ({claim.place}) {claim.outcome}: {claim.why}", always=True)
    _print_guesses(written)
    _print_unbound(written)
    if has_proposals:
        _print_proposals(written)
    if written.coverage is not None:
        claims, share = format_count(written.claims, "claim"), f"{written.coverage:.0%}"
        print_line(f"{claims}: {share} of the text's numbers are checked, and would be refuted with another value")
    if written.figures:
        print_line(f"{format_count(written.figures, 'number')} recorded, which nothing checks")
    print_line(f"Wrote {written.folder}; next: tidebook build {written.folder} --open")


def _print_guesses(written: NewDossier) -> None:
    """Print the guesses that decide how tables are read: a claim names its cells itself."""
    deciding = [guess for guess in written.guesses if not guess.where.startswith(("claim ", "figure "))]
    for guess in deciding[:SHOWN]:
        print_line(f"guess: {guess.where}: {guess.words}")
    if len(deciding) > SHOWN:
        print_line(f"and {len(deciding) - SHOWN} more, marked in the file")


def _print_unbound(written: NewDossier) -> None:
    for each in written.unbound[:SHOWN_UNBOUND]:
        print_line(f"unchecked: line {each.line}: {each.text}: {each.why}")
    if len(written.unbound) > SHOWN_UNBOUND:
        print_line(f"and {len(written.unbound) - SHOWN_UNBOUND} more that nothing checks")


def _print_proposals(written: NewDossier) -> None:
    for each in written.left_out:
        print_line(f"left out: {each.place} ({each.words}): {each.why}", always=True)
    taken = format_count(written.taken, "proposal")
    print_line(f"{taken} taken, {len(written.left_out)} left out; none decides anything by itself")


HOLDS = ("stands", "consistent")
"""Outcomes of a claim that the author need not check."""


class _Drafted(NamedTuple):
    """A draft that can be checked, the name of the article in it, the proposals, and the outcomes of its claims.

    `unasked` are the places of proposals that are of the built-in reader, `coverage` is that of the text alone.
    """

    draft: Draft
    article: str
    proposals: Verified
    outcomes: list[Row]
    unasked: Collection[str]
    coverage: Coverage


def _place(folder: str) -> Path:
    """Return a folder to write to. Raises InputError if it is not empty."""
    place = Path(folder)
    if place.is_dir() and not any(place.iterdir()):
        return place
    if place.exists() or place.is_symlink():
        raise InputError(Problem(folder, "a new or empty folder: nothing is overwritten"))
    return place


def _draft(
    text: str,
    data: bytes,
    proposals: str | None,
    readings: Sequence[Reading],
    beside: Sequence[Document] = (),
    *,
    is_recorded: bool = False,
) -> _Drafted:
    """Return a draft that can be checked, without the entries that do not fit."""
    from tidebook.pipelines.commands.progress import progress_of_run
    from tidebook.pipelines.judge.drafted_evidence import drafted_evidence
    from tidebook.pipelines.judge.drafts import draft_of, file_of
    from tidebook.pipelines.judge.proposed import NOTHING, Refused, read_proposals
    from tidebook.pipelines.judge.readings.claims import claims_of
    from tidebook.pipelines.judge.readings.request import MaskedText
    from tidebook.pipelines.judge.readings.review import review_with_readings
    from tidebook.pipelines.judge.readings.statements.reader import BUILT_IN
    from tidebook.pipelines.judge.readings.statements.reader import read_text as read_built_in
    from tidebook.pipelines.judge.text.prose import prose_of
    from tidebook.pipelines.read.text.about import about_of
    from tidebook.pipelines.read.text.document import read_document

    file = file_of("" if text == "-" else text, data)
    document = read_document(file)
    for note in document.notes:
        print_line(f"note: {note}", err=True)
    place = Path(text) if Path(text).is_file() else Path()
    changed = dt.datetime.fromtimestamp(place.stat().st_mtime, tz=dt.UTC).date()
    proposed = NOTHING
    if proposals is not None:
        proposed = read_proposals(text_file(proposals), document)
    about = about_of(file)
    masked = MaskedText(document, beside)
    evidence = drafted_evidence(masked.tables)
    tables = tomllib.loads(draft_of(document, changed).toml).get("tables", {})
    own = read_built_in(masked, prose_of(document.blocks).sentences).readings
    read = list(claims_of(masked, [*readings, *own], tables, {each.id: each.names for each in evidence}))
    read = [each for each in read if each.claim.read_by != BUILT_IN or not _is_proposed(each.claim, proposed, document)]
    proposed = proposed.with_claims([(each.place, each.claim) for each in read])
    agreeing = {each.place for each in read if each.agrees}
    # Nobody asked for these, so those that do not fit the draft are dropped without a message.
    unasked = {each.place for each in read if each.claim.read_by == BUILT_IN}
    left_out: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="tidebook-") as scratch, progress_of_run() as observer:
        for _ in range(MOST_TRIES + proposed.count):
            kept = [each for each in evidence if each.name not in left_out]
            draft = draft_of(document, changed, left_out, proposed, about, kept, is_recorded=is_recorded)
            tried = _tried(Path(scratch), draft, file.path, data, observer)
            misread = _misread(draft, tried.outcomes, agreeing)
            proposed = proposed.without(misread)
            if not tried.unfit and not misread:
                asked = [each for each in proposed.refused if each.place not in unasked]
                taken = replace(proposed, refused=asked)
                coverage = review_with_readings(document, readings, beside=beside).review.coverage
                return _Drafted(draft, file.path, taken, tried.outcomes, unasked, coverage)
            refused = []
            for entry, problem in tried.unfit.items():
                if entry.place:
                    refused.append(Refused(entry.place, entry.name, _why(entry.name, problem)))
                else:
                    left_out.add(entry.name)
            proposed = proposed.without(refused)
    raise InputError(Problem(text, "an article from which a dossier can be drafted; start with --empty"))


def _is_proposed(claim: ProposedClaim, proposed: Verified, document: Document) -> bool:
    """Whether a proposal quotes the number of a claim."""
    quotes = [each.quote for _, each in proposed.quoting if claim.number in each.quote]
    return any(quote in block.text and claim.quote in block.text for quote in quotes for block in document.blocks)


def _misread(draft: Draft, outcomes: list[Row], agreeing: Collection[str]) -> list[Refused]:
    """Return the claims from readings that agree with the text, though not with the draft of its tables."""
    from tidebook.pipelines.judge.proposed import Refused

    found = []
    for row in outcomes:
        place = draft.proposed_ids.get(row["statement_id"], "")
        if place in agreeing and row["outcome"] in FAULTED:
            found.append(Refused(place, row["quote"], "is: the draft reads the table otherwise, as in another scale"))
    return found


class _Entry(NamedTuple):
    """An entry of a draft: the name of its table or unit, or its quotation; its place among proposals, if it is one."""

    name: str
    place: str


class _TriedDraft(NamedTuple):
    """The entries that make a draft unreadable, or the outcomes of a readable one."""

    unfit: dict[_Entry, Problem]
    outcomes: list[Row]


def _why(name: str, problem: Problem) -> str:
    """Say what an entry lacks."""
    key = f"{problem.column.rpartition('.')[2]}: " if problem.column else ""
    found = f"found {problem.text!r}, " if problem.text and problem.text != name else ""
    return f"{key}{found}expected {problem.expected}"


def _tried(scratch: Path, draft: Draft, article: str, data: bytes, observer: RunObserver) -> _TriedDraft:
    """Read and judge a draft.

    Judging is what a build does before its report; results for unchanged parts of an earlier draft are in `scratch`.
    """
    from tidebook.pipelines.graph.graph import graph_with
    from tidebook.pipelines.graph.run import Run
    from tidebook.pipelines.graph.store import Store
    from tidebook.schemas.base import records

    raw, out = scratch / "raw", scratch / "out"
    _write(raw, {"dossier.toml": draft.toml.encode(), article: data, **_files_of(draft)})
    try:
        run = Run(graph_with(raw, None, None).up_to(JUDGED), Store(out), out)
        run.execute(observer)
    except InputError as error:
        found: dict[_Entry, Problem] = {}
        for problem in error.problems:
            if entry := _entry_at(draft, problem):
                found.setdefault(entry, problem)
        if not found:
            raise
        return _TriedDraft(found, [])
    return _TriedDraft({}, [*records(run.table(JUDGED))])


def _entry_at(draft: Draft, problem: Problem) -> _Entry | None:
    """Return the entry that a problem is in, or None."""
    if problem.file != DOSSIER or not problem.line:
        return None
    lines, start = draft.lines, problem.line - 1
    while start >= 0 and not lines[start].startswith("["):
        start -= 1
    if start < 0:
        return None
    place = draft.proposed.get(start, "")
    if named := re.match(r"\[(?:tables|units|evidence|sources)\.(\w+)", lines[start]):
        return _Entry(named[1], place)
    for line in lines[start : start + 6]:
        if line.startswith("quote = "):
            return _Entry(str(json.loads(line.removeprefix("quote = "))), place)  # as the draft wrote it
    return None


def _files_of(draft: Draft) -> dict[str, bytes]:
    """Return the files of a draft's evidence."""
    return {each.path: each.content for each in draft.evidence}


def _with_schema(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files with the schema of dossier.toml, which its first line names: editors complete and check by it."""
    line = f"{schema_line(DOSSIER)}\n".encode()
    return {**files, DOSSIER: line + files[DOSSIER], schema_path(DOSSIER): published(DOSSIER)}


def _write(place: Path, files: Mapping[str, bytes]) -> None:
    from tidebook.pipelines.read.atomic import write_file

    for path, content in files.items():
        write_file(place / path, content)
