"""Known errors of sources as data: raw/reference/corrections.toml, applied to the records of a raw table.

The raw file keeps what the source says; what the cells mean is read by the table's own module.
"""

from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase
from typing import Annotated, NamedTuple

from pydantic import Field

from tidebook.pipelines.read.declarations import Declaration, Slug, Sources, Text, declare
from tidebook.pipelines.read.errors import Problem, did_you_mean, refuse
from tidebook.pipelines.read.rawfile import EMPTY_ROW, RawFile, RawRow, is_empty

AVAILABLE = "available"
"""The day from which a row of evidence could be known, where its source gives another."""


_TABLES = ("reference/figures.csv", "reference/events.csv", "reference/observations.csv")
_MORE = "reference/observations_*.csv"


class Correction(Declaration):
    """A known error of a source: the row found by `key` has `expect` in `column`, and `value` is right."""

    table: str
    key: dict[str, str]
    column: str
    expect: str
    value: str
    reason: Text
    source: Slug


class CorrectionsDocument(Declaration):
    """reference/corrections.toml."""

    corrections: list[Correction] = Field(default=[])


class Corrections(NamedTuple):
    """All corrections in the order of their file, each with its line."""

    path: str
    entries: tuple[tuple[int | None, Correction], ...]


def read_corrections(raw: Annotated[RawFile, "reference/corrections.toml"], sources: Sources) -> Corrections:
    """Return the corrections of a file.

    Raises InputError as `declare` says, or if one is of no table of evidence or depends on no known source.
    """
    declared = declare(CorrectionsDocument, raw).corrections
    lines = [raw.toml_line(("corrections", index)) for index in range(len(declared))]
    problems = []
    for index, each in enumerate(declared):
        if each.table not in _TABLES and not fnmatchcase(each.table, _MORE):
            expected = f"a table of evidence{did_you_mean(each.table, _TABLES)}"
            problems.append(raw.problem(("corrections", index, "table"), expected, each.table))
        if each.source not in sources.sources:
            expected = f"the id of a source in sources.toml{did_you_mean(each.source, sources.sources)}"
            problems.append(raw.problem(("corrections", index, "source"), expected, each.source))
        if each.value == each.expect:
            problems.append(raw.problem(("corrections", index, "value"), "another text than is expected", each.value))
    refuse(problems)
    return Corrections(raw.path, tuple(zip(lines, declared, strict=True)))


def check_corrected(corrections: Corrections, paths: Collection[str]) -> None:
    """Check that each correction names a table with rows. Raises InputError for one that changed nothing."""
    problems = [
        Problem(corrections.path, f"a table that has rows{did_you_mean(each.table, paths)}", line, "table", each.table)
        for line, each in corrections.entries
        if each.table not in paths
    ]
    refuse(problems)


def _close(key: dict[str, str], records: list[dict[str, str]]) -> str:
    """Suggest a correction for the first text of a key that no record has."""
    for name, text in key.items():
        known = {record.get(name, "") for record in records}
        if text not in known:
            return did_you_mean(text, sorted(known))
    return ""


def corrected(
    raw: RawFile | None,
    headers: Sequence[str],
    corrections: Corrections,
    problems: list[Problem],
    may_have: Sequence[str] = (AVAILABLE,),
) -> list[RawRow]:
    """Return the rows of a table, if there is one, with the corrections for it applied and named in `note`.

    What is found to be wrong in the rows is added to `problems`. Beside its headers a table may have the columns
    `may_have`. Raises InputError if a correction finds no row, or more than one, or the row no longer has the text
    that it expects: the source has repaired itself.
    """
    if raw is None:
        return []
    optional = [name for name in may_have if name in next(raw.rows())[1]]
    found = _filled_rows(raw, [*headers, *optional], problems)
    records = [row.cells for row in found]
    faults = []
    # In the order of the file: a later correction sees the text that an earlier one has put in.
    for line, each in corrections.entries:
        if each.table == raw.path:
            faults += _apply(each, records, corrections.path, line)
    refuse(faults)
    return found


def _filled_rows(raw: RawFile, headers: Sequence[str], problems: list[Problem]) -> list[RawRow]:
    """Return the rows that are not empty; each empty one is a problem."""
    given = list(raw.records(headers, problems))
    problems += [Problem(raw.path, EMPTY_ROW, row.line) for row in given if is_empty(row.cells)]
    return [row for row in given if not is_empty(row.cells)]


def _apply(one: Correction, records: list[dict[str, str]], path: str, line: int | None) -> list[Problem]:
    """Correct the row that a correction names, or return the problem why it cannot."""
    rows = [record for record in records if one.key.items() <= record.items()]
    if len(rows) != 1:
        expected = f"a key that finds one row of {one.table}{_close(one.key, records)}"
        return [Problem(path, expected, line, "key", f"{len(rows)} rows")]
    (row,) = rows
    if row.get(one.column) != one.expect:
        expected = f"{one.expect!r} in {one.table}; the source has changed: remove the correction"
        return [Problem(path, expected, line, one.column, row.get(one.column))]
    row[one.column] = one.value
    reason = f"corrected from {one.expect} by {one.source}: {one.reason}"
    row["note"] = f"{row['note']}; {reason}" if row["note"] else reason
    return []
