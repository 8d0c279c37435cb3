"""Claims that their own quotation bounds: which of its numbers a claim's value must be, in which unit.

Belongs here: the choice of a number for `is`, and the interpretation and figures that follow. Does not: where the
quotation stands (`read.text.quotes`), or what is judged of it (`verdicts`, `outcomes`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import pandas as pd

from tidebook.pipelines.evaluate.declared import Formulas, TableColumns
from tidebook.pipelines.evaluate.dimensions import fitting
from tidebook.pipelines.evaluate.expressions import CONDITIONS, ExpressionError, Node
from tidebook.pipelines.evaluate.known import CLAIMED
from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.judge.claims import BoundClaims, BoundNumber, own_metrics
from tidebook.pipelines.judge.declared import DeclaredClaim, DeclaredInterpretation
from tidebook.pipelines.judge.predicates import parse_predicate
from tidebook.pipelines.read.declarations import Assumptions
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.errors import Problem, refuse
from tidebook.pipelines.read.evidence_tables.series import NO_EVIDENCE, EvidenceTables
from tidebook.pipelines.read.quantities.counted import Counted, counted_numbers, read_in
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.pipelines.read.text.figures import figure_row, named_number, numbers_words, present_locator, present_words
from tidebook.pipelines.read.text.folded import plain_words, without_marks
from tidebook.schemas.base import records, table_of
from tidebook.schemas.figures import Figures
from tidebook.schemas.units import UNITS

FIGURE = "{figure}"
"""Stands in a statement for the number of its quotation."""

HOLDS = "at_least 1"
"""The predicate of a condition, which is 1 where it holds."""


class _Choice(NamedTuple):
    """The number of a quotation that an expression must be, and the unit of its metric."""

    number: Counted
    quantity: Quantity
    unit: str


_Choices = dict[str, _Choice | None]
"""The number of each expression of a claim by the metric's name, None for a condition."""


class _Quotation(NamedTuple):
    """What the quotation of a claim says.

    Attributes:
        words: its words as the text has them.
        choices: the number of each expression; none if the quotation bounds none.
        statement: the statement with its number; "" where it does not ask for one.
    """

    words: str
    choices: _Choices
    statement: str

    @property
    def chosen(self) -> list[_Choice]:
        """The numbers, without conditions."""
        return [choice for choice in self.choices.values() if choice]

    @property
    def units(self) -> dict[str, str]:
        """The unit of each metric."""
        return {name: choice.unit if choice else "number" for name, choice in self.choices.items()}


class _NoChoiceError(ValueError):
    """No single number of a quotation fits; the text says what was expected, `key` where."""

    def __init__(self, expected: str, key: str = "quote") -> None:
        super().__init__(expected)
        self.key = key


def bind(
    raw: RawFile,
    claims: Sequence[DeclaredClaim],
    formulas: Formulas,
    tables: TableColumns,
    quotes: pd.DataFrame | None,
    cache: StepCache,
    evidence: EvidenceTables = NO_EVIDENCE,
) -> BoundClaims:
    """Choose the number of each quotation that bounds a claim.

    Args:
        raw: the file of the claims, for the places of problems.
        claims: the claims as declared.
        formulas: the metrics, with those that are in claims.
        tables: the columns that units follow from.
        quotes: where the quotations stand, as rows of `TextQuotes`; None without a text.
        cache: keeps which units fit an expression.
        evidence: the declared evidence, with its units.

    Raises:
        InputError: a quotation has no number that can be the value, or several and none is named.
    """
    found = {row["quote_id"]: row for row in records(quotes)} if quotes is not None else {}
    quotations = _read_quotations(raw, claims, formulas, found, _Fits(tables, cache, evidence))
    interpretations: dict[str, DeclaredInterpretation] = {}
    numbers: dict[str, list[BoundNumber]] = {}
    units, words, statements = dict[str, str](), dict[str, str](), dict[str, str]()
    for index, quotation in quotations.items():
        claim = claims[index]
        words[claim.id] = quotation.words
        if quotation.statement:
            statements[claim.id] = quotation.statement
        if quotation.choices:
            units |= quotation.units
            interpretations[claim.id] = _interpretation(claim, quotation.words, quotation.choices)
            locator = present_locator(f"claims/{claim.id}", found, raw.problem(("claims", index, "quote"), ""))
            numbers[claim.id] = _numbers(claim, quotation.chosen, quotation.words, locator)
    bound = BoundClaims(interpretations, units, words, numbers, statements)
    means = {name: bound.applied(claim).statement for claim in claims for name in own_metrics(claim)}
    return replace(bound, means=means)


def _read_quotations(
    raw: RawFile,
    claims: Sequence[DeclaredClaim],
    formulas: Formulas,
    found: Mapping[str, Mapping[str, Any]],
    fits: _Fits,
) -> dict[int, _Quotation]:
    """Return what the quotations of claims say, by the place of the claim.

    Raises:
        InputError: a quotation has no number that can be the value, or several and none is named.
    """
    problems: list[Problem] = []
    quotations: dict[int, _Quotation] = {}
    for index, claim in enumerate(claims):
        if not claim.quote.strip():
            continue
        present = present_words(f"claims/{claim.id}", claim.quote, found)
        try:
            quotations[index] = _read_quotation(claim, formulas, present, fits)
        except _NoChoiceError as error:
            problems.append(raw.problem(("claims", index, error.key), str(error), getattr(claim, error.key)))
    refuse(problems)
    return quotations


def _read_quotation(claim: DeclaredClaim, formulas: Formulas, present: str, fits: _Fits) -> _Quotation:
    """Return what the quotation of a claim says, of which the text has some words.

    Raises:
        _NoChoiceError: a number is missing, or one of several is not named.
    """
    statement = _filled(claim, counted_numbers(present)) if FIGURE in claim.statement else ""
    quotation = _Quotation(*_bounding_words(claim, formulas, present, fits), statement)
    if statement and quotation.chosen:
        # The number that bounds the claim is the one that its statement asks for.
        return quotation._replace(statement=_filled(claim, [choice.number for choice in quotation.chosen]))
    return quotation


def _filled(claim: DeclaredClaim, numbers: Sequence[Counted]) -> str:
    """Return a statement with the first of some numbers of its quotation.

    Raises:
        _NoChoiceError: there is none.
    """
    if not numbers:
        raise _NoChoiceError(f"a quote with a number, for {FIGURE}", "statement")
    return claim.statement.replace(FIGURE, numbers[0].text)


def _bounding_words(claim: DeclaredClaim, formulas: Formulas, present: str, fits: _Fits) -> tuple[str, _Choices]:
    """Return the words that bound a claim with the number of each expression, as `_bounding`.

    They are those of the text. Where its number can no longer be the value, as dollars in place of euros, the words
    have drifted, which is an outcome and no bad input: the claim keeps the words that it quotes.
    """
    try:
        return present, _bounding(claim, formulas, present, fits)
    except _NoChoiceError:
        quoted = plain_words(claim.quote)
        if quoted == present:
            raise
        return quoted, _bounding(claim, formulas, quoted, fits)


def _bounding(claim: DeclaredClaim, formulas: Formulas, words: str, fits: _Fits) -> _Choices:
    """Return the number of each expression that a quotation bounds, None for a condition; nothing if it bounds none.

    Raises:
        _NoChoiceError: a number is missing, or one of several is not named.
    """
    names = own_metrics(claim)
    if not claim.is_bound or not all(name in formulas for name in names):
        return {}
    try:
        return _choices(claim, {name: formulas[name].root for name in names}, words, fits)
    except ExpressionError:
        return {}  # the check of units reports it


class _Fits:
    """Says which units fit an expression; checks of units take long to start, so that results are kept."""

    def __init__(self, tables: TableColumns, cache: StepCache, evidence: EvidenceTables) -> None:
        self.tables, self.cache, self.evidence = tables, cache, evidence
        self.known = digest(repr(tables) + (repr(evidence) if evidence.series else ""))

    def __call__(self, root: Node, symbols: Sequence[str]) -> list[str]:
        wanted = list(dict.fromkeys(symbols))
        key = digest([_outline(root), self.known, wanted])
        found: list[str] = self.cache.gather(
            {0: key}, lambda _: {0: fitting(root, self.tables, wanted, self.evidence)}
        )[0]
        return found


def _outline(root: Node) -> str:
    return f"{root.kind} {root.value!r} {root.table} ({', '.join(map(_outline, root.args))})"


def _choices(claim: DeclaredClaim, roots: Mapping[str, Node], words: str, fits: _Fits) -> _Choices:
    """Return the number of each expression of a claim; None for a condition.

    Raises:
        _NoChoiceError: a number is missing, or one of several is not named.
    """
    stated = [name for name, root in roots.items() if root.kind not in CONDITIONS]
    chosen: _Choices = dict.fromkeys(roots)
    if not stated:
        if claim.number:
            raise _NoChoiceError("no number beside a condition: it holds or does not", "number")
        return chosen
    numbers = _numbers_meant(claim, words)
    if len(roots) == 1:
        chosen[stated[0]] = _only_choice(claim, roots[stated[0]], numbers, fits)
        return chosen
    if len(numbers) != len(stated):
        have = f"{len(numbers)}: {numbers_words(numbers)}" if numbers else "none"
        raise _NoChoiceError(
            f"a quote with {len(stated)} numbers, one for each of is that is no condition; it has {have}"
        )
    for name, number in zip(stated, numbers, strict=True):
        chosen[name] = _only_choice(claim, roots[name], [number], fits)
    return chosen


def _numbers_meant(claim: DeclaredClaim, words: str) -> list[Counted]:
    """Return the numbers of quoted words, or the one that a claim names.

    Raises:
        _NoChoiceError: the claim names none of them.
    """
    numbers = counted_numbers(words)
    if not claim.number:
        return numbers
    declared = counted_numbers(without_marks(claim.quote))
    named = named_number(numbers, declared, claim.number)
    if named is None:
        raise _NoChoiceError(f"a number of the quote: {numbers_words(declared)}", "number")
    return [named]


def _only_choice(claim: DeclaredClaim, root: Node, numbers: Sequence[Counted], fits: _Fits) -> _Choice:
    """Return the only number whose unit converts to that of an expression; one with words of its unit comes first."""
    symbols = {number.quantity.unit for number in numbers if number.quantity}
    own_unit = claim.unit if claim.unit != "number" and claim.unit in UNITS else ""
    allowed = fits(root, sorted({*symbols, *filter(None, [own_unit])}))
    choices = _choices_as_printed(numbers, allowed, root, fits)
    if not choices:
        # 2:52, or a number in a unit that the claim names.
        units = [own_unit] if own_unit in allowed else _units_of_clock(root, numbers, fits)
        choices = _choices_in(units, numbers)
    if len(choices) == 1:
        return choices[0]
    if not choices:
        raise _NoChoiceError(f"words with a number that {_words(root)} can be; {_reasons(numbers)}")
    several = numbers_words([choice.number for choice in choices])
    first = choices[0].number.text
    raise _NoChoiceError(f'number = "{first}" or another beside it, as several numbers can be meant: {several}')


def _choices_in(units: Sequence[str], numbers: Sequence[Counted]) -> list[_Choice]:
    """Return the numbers that can be read in one of some units."""
    choices = []
    for unit in units:
        for number in numbers:
            quantity = read_in(number, unit)
            if quantity:
                choices.append(_Choice(number, quantity, unit))
    return choices


def _choices_as_printed(numbers: Sequence[Counted], allowed: Collection[str], root: Node, fits: _Fits) -> list[_Choice]:
    """Return the numbers that have a unit which an expression can have; without any, those without words of a unit."""
    with_unit: list[_Choice] = []
    bare: list[_Choice] = []
    for number in numbers:
        quantity = number.quantity
        if not quantity or quantity.unit not in allowed:
            continue
        if quantity.unit == "number":
            bare.append(_counted(number, quantity, root, fits))
        else:
            with_unit.append(_Choice(number, quantity, quantity.unit))
    return with_unit or bare


def _counted(number: Counted, quantity: Quantity, root: Node, fits: _Fits) -> _Choice:
    """Return a number without a unit as one of what an expression counts: 38 million of a population are people."""
    things = fits(root, [symbol for symbol, unit in UNITS.nameable.items() if unit.whole])
    read = read_in(number, things[0]) if len(things) == 1 else None
    return _Choice(number, read, things[0]) if read else _Choice(number, quantity, "number")


def _units_of_clock(root: Node, numbers: Sequence[Counted], fits: _Fits) -> list[str]:
    """Return the unit in which unclear numbers such as `2:52` can be read as the value of an expression."""
    unclear = [number for number in numbers if number.quantity is None]
    return fits(root, ["second"]) if unclear else []


def _words(root: Node) -> str:
    return " ".join(root.place.words.split())


def _reasons(numbers: Sequence[Counted]) -> str:
    """Say which numbers quoted words have, with their units, so that one sees why none fits."""
    if not numbers:
        return "there is none"
    parts = []
    for number in numbers:
        why = f"in {number.quantity.unit}" if number.quantity else number.problem
        parts.append(f"{number.text} ({why})")
    return f"not {', '.join(parts)}"


def _interpretation(claim: DeclaredClaim, words: str, chosen: _Choices) -> DeclaredInterpretation:
    """Return the only interpretation of a claim that its quotation bounds."""
    predicates = {name: _predicate(choice) if choice else HOLDS for name, choice in chosen.items()}
    given: dict[str, Any] = {"interpretation": words}
    if len(predicates) == 1:
        name, predicate = next(iter(predicates.items()))
        return DeclaredInterpretation.model_validate({**given, "metric": name, "predicate": predicate})
    parts = [{"metric": name, "predicate": predicate} for name, predicate in predicates.items()]
    return DeclaredInterpretation.model_validate({**given, "metric": claim.id, "all_of": parts})


def _predicate(choice: _Choice) -> str:
    """Return the predicate of a number: its words where they mean the same by themselves, else its bounds."""
    quantity = choice.quantity
    words = f"equals {choice.number.said}"
    numeric = _by_bounds(quantity)
    try:
        by_words, by_bounds = (parse_predicate(text, {}, choice.unit) for text in (words, numeric))
    except ValueError:
        return numeric
    bounds = [bound for bound in (quantity.low, quantity.high) if math.isfinite(bound)]
    same_bounds = all(
        # `abs_tol` for a bound of zero, to which `rel_tol` allows nothing.
        math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-300)
        for one, other in zip(by_words.bounds, bounds, strict=False)
    )
    return words if same_bounds and by_words.form in (by_bounds.form, "equals") else numeric


def _by_bounds(quantity: Quantity) -> str:
    """Return the values that a number allows as a predicate."""
    if math.isinf(quantity.high):
        return f"{'above' if quantity.low_open else 'at_least'} {quantity.low!r}"
    if math.isinf(quantity.low):
        return f"{'below' if quantity.high_open else 'at_most'} {quantity.high!r}"
    return f"between {quantity.low!r} {quantity.high!r}"


def _numbers(claim: DeclaredClaim, choices: Sequence[_Choice], label: str, locator: str) -> list[BoundNumber]:
    """Return the numbers of a claim as figures: `claims/ID`, or `claims/ID/1` and so on of several expressions."""
    found = []
    for place, choice in enumerate(choices, 1):
        figure_id = f"claims/{claim.id}" if len(claim.is_) == 1 else f"claims/{claim.id}/{place}"
        quantity = choice.quantity._replace(unit=choice.unit)
        found.append(BoundNumber(figure_id, choice.number, quantity, label, locator))
    return found


def with_quoted(rows: pd.DataFrame, bound: BoundClaims, content: dt.date, assumptions: Assumptions) -> pd.DataFrame:
    """Return rows of `Figures` with the numbers that claims quote behind them.

    Args:
        rows: the other figures.
        bound: the numbers, in the order of the claims.
        content: the day that the numbers describe.
        assumptions: how wide estimates are.
    """
    if not bound.numbers:
        return rows
    return pd.concat([rows, table_of(Figures, _claim_rows(bound, content, assumptions))], ignore_index=True)


def _claim_rows(bound: BoundClaims, content: dt.date, assumptions: Assumptions) -> Iterator[dict[str, Any]]:
    for numbers in bound.numbers.values():
        for each in numbers:
            told = (each.figure_id, each.label, each.number, each.quantity)
            yield figure_row(*told, CLAIMED, content, each.locator, assumptions)
