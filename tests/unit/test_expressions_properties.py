"""Any text is read as an expression or refused in one line, and what is read comes to what plain Python makes of it."""

from __future__ import annotations

import json
import math
from random import Random
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tidebook.pipelines.evaluate.declared import read_metrics
from tidebook.pipelines.evaluate.dimensions import Columns, check
from tidebook.pipelines.evaluate.expressions import ExpressionError, Linker, Node, parse
from tidebook.pipelines.evaluate.frame import MissingFigureError, Scenarios
from tidebook.pipelines.evaluate.functions import FUNCTIONS
from tidebook.pipelines.evaluate.interpret import evaluate
from tidebook.pipelines.read.dossier.wording import Labels
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.rawfile import RawFile

FEW = settings(max_examples=150, deadline=None)

VALUES = np.array([[2.0, 3.0, np.nan, 7.0], [0.0, -1.0, 5.0, 7.0]])


def labels(groups: dict[str, str]) -> dict[str, str]:
    """Return the group of each figure as its row's labels."""
    return {name: json.dumps({"group": group}) for name, group in groups.items()}


SCENARIOS = Scenarios(VALUES, ["t/a/q", "t/b/q", "t/a/r", "t/b/r"], labels({"t/a/q": "x"}))

PIECES = st.sampled_from(
    [*FUNCTIONS, "t", "u", "a", "b", "q", "r", "group", "t.q", "t[a].q", "t[not a]", '"x"', "'4o'", "1", "2.5", "1e9",
     " ", "(", ")", "[", "]", ".", ",", "+", "-", "*", "/", "**", "==", "!=", "<", ">=", "and", "or", "not",
     "__class__", "lambda", "\\", "#", ":", "{", "}", "é", "\u0000", "\n", "if", "in", "0x", "_", "=", "%"]
)  # fmt: skip


@FEW
@given(st.one_of(st.lists(PIECES, max_size=25).map("".join), st.text(max_size=60)))
def test_any_text_is_read_or_refused_with_its_place(text: str) -> None:
    try:
        root = Linker({"d": parse("t.q + 1", ("define", "d"))}).link(parse(text, ("metrics", "m", "is")))
    except ExpressionError as error:
        assert 0 <= error.place.start <= error.place.end <= max(len(text), 1)
        assert error.expected
        return
    try:
        evaluate("m", root, SCENARIOS, {})
    except (MissingFigureError, ExpressionError) as error:
        assert str(error)


@FEW
@given(st.text(max_size=80))
def test_any_file_is_read_or_refused_in_lines(text: str) -> None:
    raw = RawFile("metrics.toml", f'[metrics.m]\nis = "1"\n{text}'.encode("utf-8", "replace"))
    try:
        read_metrics(raw, Labels())
    except InputError as error:
        assert all("\n" not in str(problem) for problem in error.problems)


def written(choose: Random, word: str, deep: int) -> str:
    """Return a text that may stand for a kind of value: `table`, `rows`, `one`, or an argument of a function."""
    if word in ("cells", "any", "table", "day"):
        kinds = {
            "cells": ("rows", "labels"),
            "any": ("rows", "one"),
            "table": ("rows", "tables"),
            "day": ("one", "date"),
        }
        return written(choose, choose.choice(kinds[word]), deep)
    if word in ("whole", "number", "text", "date"):
        return {"whole": "2", "number": "3", "text": '"USD"', "date": '"1970-01-03"'}[word]
    if word == "tables":
        conditions = ["not a", "a or b", 'group == "x"', 'u.group != "x"', "q > u.q", "q > 1 and not b", "u.r < 9",
                      'v.group == "x"', 'not v.group == "x"', 'v.group == "z"', "group == v.group",
                      'q > 1 or u.group == "y"', 'not (q > 1 and v.group == "y")', 'q < count(v.group == "y")',
                      'match(v.group, t) == "y"']  # fmt: skip
        base = choose.choice("tuv")
        return base if deep <= 0 else f"{written(choose, word, deep - 1)}[{choose.choice(conditions)}]"
    if word == "labels":
        return f"{written(choose, 'tables', deep - 1)}.group"
    shape = "rows" if word in ("rows", "days") else "one"
    if deep <= 0 or choose.random() < 0.3:
        leaf = f"{written(choose, 'tables', choose.randrange(2))}.q"
        return leaf if shape == "rows" else choose.choice(["1", "0", "t[a].q", "u[c].q"])
    if choose.random() < 0.3:
        sign = choose.choice(["+", "-", "*", "/", "**", "<", "==", "and", "or"])
        return f"({written(choose, shape, deep - 1)} {sign} {written(choose, 'one', deep - 1)})"
    function = choose.choice([one for one in FUNCTIONS.values() if one.gives in (shape, "each")])
    count = choose.randint(function.least, min(int(min(function.most, 9)), function.least + 1))
    args = [written(choose, function.argument(place), deep - 1) for place in range(count)]
    return f"{function.name}({', '.join(args)})"


# The subjects of `v` are those of `t` in the same order; `u` has one more, in another order.
MORE = np.random.default_rng(3).integers(-2, 6, (4, 11)).astype(float)
MORE[::2, ::3] = np.nan
LABELS = labels(  # all figures of a row have its labels
    {
        "t/a/q": "x",
        "t/b/q": "x",
        "u/b/q": "x",
        "u/c/q": "y",
        "u/a/q": "y",
        "u/d/q": "y",
        "u/c/r": "y",
        "v/a/q": "x",
        "v/b/q": "y",
        "v/c/q": "y",
    }
)
TABLES = Scenarios(
    MORE,
    ["t/a/q", "t/b/q", "t/c/q", "u/b/q", "u/c/q", "u/a/q", "u/d/q", "u/c/r", "v/a/q", "v/b/q", "v/c/q"],
    LABELS,
)
COLUMNS = {name: Columns(list("abcd"), {"q": "USD"}, ["group"]) for name in "tuv"}


def read_alone(root: Node) -> Scenarios:
    """Return the scenarios with those figures only that an expression reads."""
    given = TABLES.with_values(TABLES.values)
    evaluate("m", root, given, {})
    names = [name for name in TABLES.figure_ids if name in given.reads]
    return Scenarios(given.take(names), names, LABELS)


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(["rows", "one"]))
def test_what_is_linked_comes_to_something_and_has_a_unit_or_none_that_fits(choose: Random, shape: str) -> None:
    text = written(choose, shape, 4)
    try:
        root = Linker({}).link(parse(text, ("m",)))
        found = evaluate("m", root, TABLES, {})
    except (ExpressionError, MissingFigureError):
        return
    alone = evaluate("m", root, read_alone(root), {})
    assert alone.ids == found.ids, text
    np.testing.assert_array_equal(alone.value, found.value, err_msg=text)
    np.testing.assert_array_equal(alone.n, found.n, err_msg=text)
    assert len(found.value) == len(TABLES)
    assert not np.isinf(found.value).any()
    for error in check({"m": (root, "ratio")}, COLUMNS)[1]:
        assert error.expected


def numbers() -> st.SearchStrategy[tuple[str, Any]]:
    """Return texts of the language, each with what plain Python makes of it in a scenario of a and b."""
    leaves = st.one_of(
        st.integers(0, 9).map(lambda number: (str(number), lambda a, b, number=number: float(number))),
        st.just(("t[a].q", lambda a, b: a)),
        st.just(("t[b].q", lambda a, b: b)),
    )
    return st.recursive(
        leaves, lambda inner: st.tuples(inner, st.sampled_from(list(SIGNS)), inner).map(joined), max_leaves=12
    )


def joined(parts: tuple[Any, str, Any]) -> tuple[str, Any]:
    (left, first), sign, (right, second) = parts
    call = SIGNS[sign]
    text = (
        f"{sign}({left}, {right})"
        if sign.isalpha() and len(sign) == 3 and sign != "and"
        else f"({left}) {sign} ({right})"
    )
    return text, lambda a, b: finite(call, first(a, b), second(a, b))


def finite(call: Any, left: float, right: float) -> float:
    if math.isnan(left) or math.isnan(right):
        return math.nan
    try:
        found = float(call(left, right))
    except (ZeroDivisionError, OverflowError, TypeError):  # (-1) ** 0.5 is complex
        return math.nan
    return found if math.isfinite(found) else math.nan


SIGNS: dict[str, Any] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "and": lambda a, b: a != 0 and b != 0,
    "or": lambda a, b: a != 0 or b != 0,
    "min": min,
    "max": max,
}


@FEW
@given(numbers())
def test_numbers_are_those_of_plain_python(one: tuple[str, Any]) -> None:
    text, expected = one
    try:
        root = Linker({}).link(parse(text, ("m",)))
    except ExpressionError as error:
        assert "nested" in error.expected or "finite" in error.expected
        return
    found = evaluate("m", root, SCENARIOS, {})
    for scenario in range(2):
        np.testing.assert_array_equal(found.value[scenario, 0], expected(*VALUES[scenario, :2].tolist()))


@FEW
@given(st.lists(st.sampled_from(["d0", "d1", "d2", "t.q", "1"]), min_size=3, max_size=3), st.sampled_from("+*/"))
def test_any_definitions_are_linked_or_refused(parts: list[str], sign: str) -> None:
    trees = {
        f"d{place}": parse(f"{part} {sign} {parts[0]}", ("define", f"d{place}")) for place, part in enumerate(parts)
    }
    try:
        Linker(trees).link(parse("d0 + d1 * d2", ("m",)))
    except ExpressionError as error:
        assert "without a cycle" in error.expected
