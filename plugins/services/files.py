"""A file as a publisher lays it out: CSV or Parquet as it is, JSON-stat, SDMX and Eurostat's TSV as a long table.

Belongs here: which reader a file has. Does not: the guess of what columns are (`read.evidence_tables.guess`).
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from dataclasses import replace
from pathlib import PurePath

from tidebook.pipelines.read.errors import InputError, Problem, printable
from tidebook.pipelines.read.evidence_tables.formats import PARQUET
from tidebook.pipelines.read.evidence_tables.guess import NO_CHOICES, Choices, check_where, guessed
from tidebook.pipelines.read.evidence_tables.stated import stated_unit
from tidebook.pipelines.read.evidence_tables.taken import Get, TakenEvidence
from tidebook.pipelines.read.names import identifiers, slug_of_all
from tidebook.pipelines.read.rawfile import decoded, named_file
from tidebook.plugins.services.jsonstat import answer_of
from tidebook.plugins.services.observations import SHOWN, Answer, Observation, as_taken
from tidebook.plugins.services.sdmx import answer_of_rows, unit_of_code
from tidebook.plugins.services.sdmx_file import rows_of_file

_TSV = re.compile(r"([^\t\n]*)\\(?:TIME_PERIOD|time)\t")
"""How Eurostat's TSV begins: its dimensions with commas between them, then the periods."""
_CELL = re.compile(r"(\S+?)(?: ([a-z]+))?")
_LABELLED = re.compile(r"(?:DATAFLOW|STRUCTURE)\b[^\n]*,\"?[A-Za-z_]+: ")
"""How SDMX-CSV begins that has a code and its label in one cell: `FREQ: Frequency` above `A: Annual`."""
NO_SOURCE = {"publisher": "not named", "address": "none", "licence": "not known"}


def take(rest: str, get: Get, choices: Choices = NO_CHOICES) -> TakenEvidence:
    """Return a file of this machine, with what its columns are taken for.

    Raises:
        InputError: there is none, or it is no table.
    """
    raw = named_file(rest, "a file, or an address that begins as `tidebook sources add --help` lists")
    stem, text = PurePath(rest).stem, raw.data[:4096].decode("utf-8", "replace").lstrip("\ufeff")
    if text.lstrip().startswith(("{", "[", "<")):
        _check_choices(rest, choices)
        answer = _of_tree(rest, stem, raw.data, choices)
        return as_taken(replace(answer, unit=stated_unit(choices.unit)) if choices.unit else answer)
    if _TSV.match(text):
        _check_choices(rest, choices)
        return as_taken(_of_tsv(rest, stem, decoded(rest, raw.data), choices))
    data = _codes_of(decoded(rest, raw.data)) if _LABELLED.match(text) else raw.data
    found = guessed(rest, data, choices)
    code, title = found.named[0] or stem, found.named[1] or stem
    name = identifiers([code])[code]
    path = f"evidence/{name}.{'parquet' if raw.data.startswith(PARQUET) else 'csv'}"
    return TakenEvidence(
        name=name,
        files={path: data},
        source={"title": title, "tier": "S", **NO_SOURCE},
        evidence={"path": path, **({"title": title} if title != stem else {}), "source": name, **found.evidence},
        notes=tuple(found.notes),
        questions=tuple(found.questions),
        shown=tuple(found.shown),
    )


def _of_tree(path: str, stem: str, data: bytes, choices: Choices) -> Answer:
    """Return what JSON or XML holds. Raises InputError if it is neither JSON-stat nor SDMX."""
    is_xml = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    if (b"sdmx" if is_xml else b'"dataSets"') in data:
        rows = rows_of_file(path, data)
        check_where(path, choices.where, {header: {row[header] for row in rows} for header in rows[0]})
        kept = [row for row in rows if not choices.where.items() - row.items()]
        return answer_of_rows(path, stem, stem, kept, NO_SOURCE)
    if is_xml or not {b'"dimension"', b'"dataset"'} & {*re.findall(rb'"\w+"', data)}:
        expected = "JSON-stat, SDMX or a table; what a service answers is taken by its address, such as fred:UNRATE"
        raise InputError(Problem(path, expected, text=printable(data[:SHOWN].decode("utf-8", "replace"))))
    return answer_of(path, stem, data, NO_SOURCE, choices.where)


def _check_choices(path: str, choices: Choices) -> None:
    """Refuse what can be said of a table alone whose columns are guessed."""
    if choices.key or choices.value or choices.fiscal_year:
        expected = "--where and --unit alone: it names its keys and values itself"
        raise InputError(Problem(path, expected))


def _codes_of(text: str) -> bytes:
    """Return SDMX-CSV with codes alone: by their labels no flag, multiplier or country would be known."""
    first, *rows = csv.reader(io.StringIO(text))
    are_labelled, codes = [": " in header for header in first], io.StringIO()
    writer = csv.writer(codes, lineterminator="\n")
    for row in (first, *rows):
        pairs = itertools.zip_longest(row, are_labelled[: len(row)])
        writer.writerow([cell.partition(": ")[0] if is_labelled else cell for cell, is_labelled in pairs])
    return codes.getvalue().encode()


def _of_tsv(path: str, stem: str, text: str, choices: Choices) -> Answer:
    """Return a table of Eurostat: in each cell a number, a flag behind it, or `:` for none."""
    rows = list(csv.reader(io.StringIO(text), delimiter="\t"))
    first, *periods = rows[0]
    dimensions = first.partition("\\")[0].split(",")
    unit, found = "", []
    every = [dict(zip(dimensions, row[0].split(","), strict=True)) for row in rows[1:] if row]
    check_where(path, choices.where, {name: {own[name] for own in every} for name in dimensions})
    kept = [own for own in every if not choices.where.items() - own.items()]
    varying = [name for name in dimensions if len({own[name] for own in kept}) > 1]
    if "unit" in varying:
        known = sorted({own["unit"] for own in kept})
        raise InputError(Problem(path, "one unit, as --where unit=" + known[0], column="unit", text=", ".join(known)))
    unit = kept[0].get("unit", "") if kept else ""
    for own, row in zip(every, filter(None, rows[1:]), strict=True):
        if own not in kept:
            continue
        for when, cell in zip(periods, row[1:], strict=False):
            parts = _CELL.fullmatch(cell.strip())
            if parts:
                keys = tuple(own[name] for name in varying)
                found.append(Observation(keys, when.strip(), parts[1], parts[2] or ""))
    return Answer(
        address=path,
        code=stem,
        title=stem,
        keys=[slug_of_all(name) for name in varying],
        rows=found,
        unit=stated_unit(choices.unit or unit_of_code(unit)),
        words=unit,
        place="geo" if "geo" in varying else "",
        source={"publisher": "Eurostat", "address": "none", "licence": "CC BY 4.0"},
    )
