"""Warnings about valid dossiers: claims and correlations that name something that is not printed.

Belongs here: such warnings on what is declared. Does not: what stops a build, which whoever reads the file tells.
"""

from __future__ import annotations

import fnmatch
import json
import math
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter

from tidebook.pipelines.evaluate.declared import Formulas, TableColumns
from tidebook.pipelines.evaluate.dimensions import NO_ROWS, absent, small_percentages, unlike, unmatched
from tidebook.pipelines.evaluate.expressions import ExpressionError, nodes
from tidebook.pipelines.judge.declared import DeclaredClaim
from tidebook.pipelines.judge.drift import quote_words
from tidebook.pipelines.judge.predicates import NUMBER
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.errors import Problem, did_you_mean, refuse
from tidebook.pipelines.read.formatting import format_count
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.read.quantities.counted import counted_numbers
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.warnings import MOST_SHARE

MOST_UNCOVERED = 12
"""Maximum uncovered numbers that are listed one by one."""


def claim_warnings(
    claims: Sequence[DeclaredClaim],
    formulas: Formulas,
    tables: TableColumns,
    labels: Iterable[tuple[str, str]],
    claims_file: RawFile,
    metrics: RawFile,
) -> list[Problem]:
    """Return a warning for each empty table, label that no row has, and row without a match, that a claim reads.

    `labels` are those of the rows, as JSON, each with its table.

    Raises:
        InputError: a row was renamed or removed, or no row has a label and one has a text near it, which is named: else
            such a claim would open in silence.
    """
    lost = list(_lost(claims, formulas, tables, metrics, claims_file))
    unlikely = list(_unlike_labels(claims, formulas, tables, labels, claims_file, metrics))
    problems = [problem for problem, is_empty in lost if not is_empty]
    problems += _interpretations_without_row(claims, formulas, tables, claims_file)
    refuse([*problems, *(problem for problem, is_typo in unlikely if is_typo)])
    found = [problem for problem, is_empty in lost if is_empty]
    found += [problem for problem, is_typo in unlikely if not is_typo]
    asked = defaultdict[Problem, list[str]](list)
    for name, mine in _readers(claims).items():
        root = formulas[name].root
        for error in (*unmatched(root, tables), *small_percentages(root, tables)):
            asked[error.problem(metrics, claims_file)] += mine
    return found + [_with_claims(*each, "{} asks for it") for each in asked.items()]


def _unlike_labels(
    claims: Sequence[DeclaredClaim],
    formulas: Formulas,
    tables: TableColumns,
    labels: Iterable[tuple[str, str]],
    claims_file: RawFile,
    metrics: RawFile,
) -> Iterator[tuple[Problem, bool]]:
    """Yield a problem for each text that no row has as label, and whether it is near one: a slip."""
    texts = defaultdict[tuple[str, str], set[str]](set)
    for table, row in labels:
        for name, text in json.loads(row or "{}").items():
            texts[table, name].add(text)
    asked = defaultdict[tuple[Problem, bool], list[str]](list)
    for name, mine in _readers(claims).items():
        for error, is_typo in unlike(formulas[name].root, texts, tables):
            asked[error.problem(metrics, claims_file), is_typo] += mine
    for (problem, is_typo), readers in asked.items():
        words = "{} asks for it" + ("; if no row has it yet, the enum of its column lists it" if is_typo else "")
        yield _with_claims(problem, readers, words), is_typo


def _lost(
    claims: Sequence[DeclaredClaim], formulas: Formulas, tables: TableColumns, *files: RawFile
) -> Iterator[tuple[Problem, bool]]:
    """Yield a problem for each part of an expression that names what is absent, and whether its table is empty."""
    lost = defaultdict[tuple[Problem, bool], list[str]](list)
    for name, mine in _readers(claims).items():
        for error in absent(formulas[name].root, tables):
            lost[error.problem(*files), error.expected == NO_ROWS] += mine
    for (problem, is_empty), readers in lost.items():
        yield _with_claims(problem, readers), is_empty


def _readers(claims: Sequence[DeclaredClaim]) -> Mapping[str, list[str]]:
    """Return the claims by the name of a metric that they read, their own or that of a condition."""
    readers = defaultdict[str, list[str]](list)
    for claim in claims:
        for interpretation in claim.interpretations:
            readers[interpretation.metric.partition("/")[0]].append(claim.id)
            if interpretation.requires:
                readers[interpretation.requires.partition(" ")[0].partition("/")[0]].append(claim.id)
    return readers


def totals_warnings(formulas: Formulas, unnamed: Mapping[str, Sequence[str]], raw: RawFile) -> Iterator[Problem]:
    """Yield a warning for each table of which a formula reads all rows, and some add up the others without a name.

    `unnamed` are the labels of these rows, by table.
    """
    read = {node.table for formula in formulas.values() for node in nodes(formula.root) if node.shape == "rows"}
    for table, labels in unnamed.items():
        if table in read:
            listed = ", ".join(f'"{label}"' for label in labels)
            expected = (
                f"totals = [{listed}], or totals = [] if no row is to be left out: functions over rows count them"
            )
            yield raw.problem(("tables", table), expected, table)


def share_sum_warnings(
    claims: Sequence[DeclaredClaim], formulas: Formulas, figures: Iterable[Row], *files: RawFile
) -> Iterator[Problem]:
    """Warn of `share()` of a column of percentages that do not add to 100: each is divided by what they add to."""
    columns = grouped(figures, itemgetter("table_name", "quantity"))
    asked = defaultdict[Problem, list[str]](list)
    for name, mine in _readers(claims).items():
        for node in nodes(formulas[name].root):
            if node.kind != "call" or node.value != "share" or node.args[0].kind != "column":
                continue
            rows = [row for row in columns[node.args[0].table, str(node.args[0].value)] if not row["is_total"]]
            total = math.fsum(row["value"] for row in rows if not math.isnan(row["value"]))
            slack = sum(row["high"] - row["low"] for row in rows if math.isfinite(row["high"] - row["low"])) / 2
            if rows and rows[0]["unit"] == "percent" and abs(total - 100) > slack:
                expected = f"percentages that add to 100; they add to {total:.4g}, by which each is divided"
                asked[ExpressionError(node.place, expected).problem(*files)] += mine
    for problem, readers in asked.items():
        yield _with_claims(problem, readers, "{} asks for it")


def definition_warnings(raw: RawFile, expressions: Collection[str], tables: Collection[str]) -> Iterator[Problem]:
    """Yield a warning for each definition that nothing uses, no expression and no other: nobody would see a slip in it.

    So too for one that has the name of a table, which expressions then cannot mean.

    Args:
        raw: the file of the definitions.
        expressions: those of metrics and of claims.
        tables: names of tables.
    """
    definitions = raw.toml().get("define", {})
    for name in definitions:
        others = [text for other, text in definitions.items() if other != name]
        if not any(re.search(rf"\b{name}\b", text) for text in (*expressions, *others)):
            yield raw.problem(("define", name), "a definition that an expression uses", name)
        elif name in tables:
            yield raw.problem(("define", name), "a name that no table has", name)


def asserted_warnings(
    claims: Sequence[DeclaredClaim],
    figures: Mapping[str, Row],
    stated_figures: Callable[[DeclaredClaim, Mapping[str, Row]], Collection[str]],
    raw: RawFile,
) -> Iterator[Problem]:
    """Yield a warning for each figure that a claim lists and that no table prints, or that its quotation does not."""
    for index, claim in enumerate(claims):
        stated = stated_figures(claim, figures)
        for number, name in enumerate(claim.states_figures):
            place = ("claims", index, "states_figures", number)
            if name not in figures:
                expected = f"a published figure, since {claim.id} asserts it{did_you_mean(name, figures)}"
                yield raw.problem(place, expected, name)
            elif name not in stated:
                printed = figures[name]["text"]
                expected = f"a figure whose number the quote prints; {printed} is evidence for {claim.id}, not stated"
                yield raw.problem(place, expected, name)


def bound_warnings(claims: Sequence[DeclaredClaim], formulas: Formulas, raw: RawFile) -> Iterator[Problem]:
    """Yield a warning for each bound that looks as if a share were meant in percent, or a percentage as a share.

    Not for a percentage below one of which the interpretation itself speaks.
    """
    for index, claim in enumerate(claims):
        for rank, interpretation in enumerate(claim.interpretations):
            unit = formulas[interpretation.metric.partition("/")[0]].declared.unit
            for word in filter(NUMBER.fullmatch, interpretation.predicate.split()[1:]):
                bound, expected = float(word), ""
                said = re.search(rf"(?<![\d.]){re.escape(word)}(?![\d.])", interpretation.interpretation)
                if unit in ("share", "probability") and abs(bound) > MOST_SHARE:
                    expected = f"a bound in {unit}, where {word}% is {bound / 100:g}"
                elif unit == "percent" and 0 < abs(bound) < 1 and not said:
                    expected = f"a bound in percent, where {100 * bound:g}% is {100 * bound:g}"
                if expected:
                    yield raw.problem(
                        ("claims", index, "interpretations", rank, "predicate"), expected, interpretation.predicate
                    )


def quote_warnings(path: str, quotes: Iterable[Row], places: Mapping[str, Problem]) -> Iterator[Problem]:
    """Yield a warning for each quotation that the article's text does not have as it is quoted, or has several times.

    Args:
        path: the file of the text.
        quotes: its quotations, as rows of `TextQuotes`.
        places: where each is quoted in the dossier, by id, of those to warn of.
    """
    for row in quotes:
        if row["quote_id"] not in places or (row["status"] == "found" and not row["near"]):
            continue
        if row["status"] == "found":
            yield replace(places[row["quote_id"]], expected=row["near"])
            continue
        expected = f"words of {path}: {quote_words(path, row)}"
        if row["status"] == "changed":
            expected += f"; `tidebook follow {row['quote_id'].partition('/')[2]}` copies them"
        yield replace(places[row["quote_id"]], expected=expected)


def copied_warnings(claims: Sequence[DeclaredClaim], raw: RawFile, quotes: Iterable[Row]) -> Iterator[Problem]:
    """Yield a warning for each statement that repeats a number of its own quotation, which would stay after an edit."""
    quoted = {row["quote_id"]: row["quote"] for row in quotes}
    declared = raw.toml().get("claims", [])
    for index, claim in enumerate(claims):
        quote, statement = quoted.get(f"claims/{claim.id}", ""), declared[index].get("statement", "")
        own = {number.text for number in counted_numbers(statement)}
        for number in counted_numbers(quote) if own else ():
            if number.text in own and any(map(str.isdigit, number.text)):
                expected = f"{{figure}} in place of {number.text}, which is the number of its quote"
                yield raw.problem(("claims", index, "statement"), expected, statement)
                break


def uncovered_warnings(path: str, numbers: Iterable[Row]) -> Iterator[Problem]:
    """Yield a warning for each number of the text that nothing accounts for, at its place; many are counted.

    Args:
        path: the file of the text.
        numbers: its numbers, as rows of `TextNumbers`.
    """
    unknown = [row for row in numbers if row["coverage"] == "unknown"]
    expected = "a claim or [[figures]] that quotes this number, or [[ignored]] with the reason"
    for row in unknown[:MOST_UNCOVERED]:
        yield Problem(f"{path}:{row['line']}:{row['position']}", expected, text=row["text"])
    if len(unknown) > MOST_UNCOVERED:
        rest = len(unknown) - MOST_UNCOVERED
        yield Problem(path, f"the same of {format_count(rest, 'more number')}, which the table text_numbers lists")


def correlation_warnings(assumed: Assumptions, figure_ids: Collection[str], raw: RawFile) -> Iterator[Problem]:
    """Yield a warning for each pattern of correlated figures that fits none, or one that an earlier group has."""
    taken: dict[str, str] = {}
    for index, group in enumerate(assumed.correlated):
        for number, pattern in enumerate(group.figures):
            place = ("correlated", index, "figures", number)
            fitting = fnmatch.filter(figure_ids, pattern)
            expected = "" if fitting else f"a figure, with * for any text{did_you_mean(pattern, figure_ids)}"
            if both := [name for name in fitting if taken.setdefault(name, group.name) != group.name]:
                expected = f"figures of one group only; {both[0]} moves with those of {taken[both[0]]}"
            if expected:
                yield raw.problem(place, expected, pattern)


def _with_claims(
    problem: Problem, claims: Sequence[str], words: str = "without it interpretations of {} cannot be tested"
) -> Problem:
    return replace(problem, expected=f"{problem.expected}; {words.format(', '.join(dict.fromkeys(claims)))}")


def _interpretations_without_row(
    claims: Sequence[DeclaredClaim], formulas: Formulas, tables: TableColumns, raw: RawFile
) -> Iterator[Problem]:
    for index, claim in enumerate(claims):
        for rank, interpretation in enumerate(claim.interpretations):
            named = {"metric": interpretation.metric, "requires": (interpretation.requires or "").partition(" ")[0]}
            for key, metric_id in named.items():
                name, _, subject = metric_id.partition("/")
                table = formulas[name].root.table if subject else ""
                columns = tables.get(table)
                if columns and (subject not in columns.subjects or subject in columns.totals):
                    place = ("claims", index, "interpretations", rank, key)
                    expected = f"a subject of {table}{did_you_mean(subject, columns.subjects)}"
                    if subject in columns.totals:
                        expected = f"a row of {table} that is no total of others"
                    yield _with_claims(raw.problem(place, expected, metric_id), [claim.id])
