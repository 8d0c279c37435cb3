"""The language of expressions: what it takes, what it refuses and how it says so, and texts that mean harm."""

from __future__ import annotations

import re
import time

import pytest

from pipelines.ingest.errors import InputError
from pipelines.ingest.rawfile import RawFile
from pipelines.metrics.declared import Formula, read_metrics
from pipelines.metrics.expressions import DEEPEST, LONGEST, MOST_NODES, ExpressionError, Linker, Node, parse


def linked(text: str, **define: str) -> Node:
    linker = Linker({name: parse(one, ("define", name)) for name, one in define.items()})
    return linker.link(parse(text, ("metrics", "m", "is")))


def refused(text: str, **define: str) -> tuple[str, str]:
    """Return what was found in a wrong expression, and what was expected there."""
    with pytest.raises(ExpressionError) as caught:
        linked(text, **define)
    place = caught.value.place
    return place.text[place.start : place.end], caught.value.expected


def metrics(text: str) -> dict[str, Formula]:
    return read_metrics(RawFile("metrics.toml", text.encode()), ("funding", "models"))


def declared(expression: str) -> str:
    quoted = '"' + expression.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'
    return f'[metrics.m]\nis = {quoted}\nunit = "USD"\nmeans = "It"\ntheme = "funding"\n'


# What it takes.


@pytest.mark.parametrize(
    ("text", "shape", "rowwise"),
    [
        ("1", "one", True),
        ("-2.5e3", "one", True),
        ("t[a].q", "one", False),
        ('t["4o"].q', "one", False),
        ("t.q", "rows", True),
        ("t[not a].q", "rows", True),
        ("t[a or b].q", "rows", True),
        ('t[kind == "x" and q > 5].r', "rows", True),
        ("t[q > mean(t.q)].r", "rows", False),
        ("t[q > limits[upper].q].r", "rows", False),
        ("t.q / t.r", "rows", True),
        ("log10(t.q) * 2", "rows", True),
        ("where(t.q, t.r >= 3)", "rows", True),
        ("match(u.q, t) / t.q", "rows", True),
        ("t.q / sum(t.q)", "rows", False),
        ("t.q / t[a].q", "rows", False),
        ("share(t.q)", "rows", False),
        ("pareto_front(t.q, -t.r, t.s)", "rows", False),
        ("best_by(t.q, t.day, u.day)", "rows", False),
        ("sum(t.q)", "one", False),
        ("min(t.q)", "one", False),
        ("min(t.q, 3)", "rows", True),
        ("min(t[a].q, t[b].q)", "one", False),
        ("1 < t.q <= 3", "rows", True),
        ("not t.q == 3 or t.r != 1", "rows", True),
        ("upper(growth(t.q, t.day))", "one", False),
        ('quantity(989.5e12, "FLOP/GPU/second")', "one", True),
        ("count(t)", "one", False),
        ("count(t[a or b])", "one", False),
        ("  sum(\n t.q,\n)  ", "one", False),
        ("0x10 + 1_000", "one", True),
    ],
)
def test_what_an_expression_gives(text: str, shape: str, rowwise: bool) -> None:
    found = linked(text)
    assert found.shape == shape
    if shape == "rows":
        assert found.rowwise is rowwise, (
            "rows rest on themselves unless a function over rows or a single figure is used"
        )


def test_the_table_of_rows_is_the_one_that_they_are_brought_to() -> None:
    assert linked("match(u.q, t)").table == "t"
    assert linked("best_by(t.q, t.day, match(u.day, v))").table == "v"
    assert linked('t[u.kind == "x"].q').table == "t"


def test_a_definition_stands_for_its_text() -> None:
    define = {"big": "t[q > 5]", "ratio": "sum(big.q) / sum(t.q)"}
    assert linked("ratio * 2", **define).shape == "one"
    assert linked("big[a].q", **define).shape == "one"
    assert linked("count(big)", **define).shape == "one"


def test_within_brackets_a_lone_name_is_never_a_definition() -> None:
    found = linked("t[a].q + sum(t[q > 1].q)", a="t[b].q", q="t[b].q")
    kinds = {(node.kind, node.value) for node in _all(found)}
    assert {("subject", "a"), ("own", "q")} <= kinds
    assert ("subject", "b") not in kinds


def _all(node: Node) -> list[Node]:
    return [node, *(inner for part in node.args for inner in _all(part))]


def test_constants_are_floats() -> None:
    assert isinstance(linked("9").value, float)


# What it refuses: what was found, what was expected.


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [
        ("su(t.q)", "su", "the name of a function; close: sum"),
        ("sum(t.q, t.r)", "sum(t.q, t.r)", "the arguments of sum(values)"),
        ("latest(t.q)", "latest(t.q)", "the arguments of latest(values, days, [until])"),
        ("sum(t.q, axis=1)", "sum(t.q, axis=1)", "plain arguments: sum(values)"),
        ("sum(t[a].q)", "t[a].q", "values of several rows: sum(values)"),
        ("max(t[a].q)", "t[a].q", "values of several rows, or several values: max(values, ...)"),
        ("growth(t.q, t.day, t.r)", "t.r", "a single value: growth(values, days, [years])"),
        ("top_share(t.q, 1.5)", "1.5", "a whole number from 1 on"),
        ("top_share(t.q, 0)", "0", "a whole number from 1 on"),
        ("quantity(t[a].q, 'USD')", "t[a].q", "a number written out"),
        ("quantity(5, t.q)", "t.q", "a text written out"),
        ("t", "t", "a value, such as one of its quantities: .quantity"),
        ("t[a] + 1", "t[a]", "a value, such as one of its quantities: .quantity"),
        ("sum(t)", "t", "values of several rows: sum(values)"),
        ("t[a][b].q", "t[a]", "a quantity: it is a single row"),
        ("t.q.r", "t.q", "the name of a table or of a selection of its rows"),
        ("t.q[a]", "t.q", "the name of a table or of a selection of its rows"),
        ("t.q + u.q", "u.q", "rows of t; match(other.quantity, t) joins those of another table"),
        ("pearson(t.q, u.q)", "u.q", "rows of t; match(other.quantity, t) joins those of another table"),
        ("t[1 == 1].q", "1 == 1", "a comparison of a label or quantity of t"),
        ("t[q].q + t[q + 1].q", "q + 1", 'a subject, "a subject" that is no name, not subject, or a comparison'),
        ("t._q", "t._q", "a name of letters, digits and _ that begins with a letter"),
        ("1 if t.q else 2", "1 if t.q else 2", "a number, a text, table.quantity, a definition, or a function"),
        ("t.q in (1, 2)", "(1, 2)", "a number, a text, table.quantity, a definition, or a function"),
        ("t.q is 1", "t.q is 1", "one of == != < <= > >="),
        ("sum(t.q", "(", "an expression that is complete and well-formed"),
        ("sum(t.q))", ")", "an expression that is complete and well-formed"),
        ("10 % 3", "%", "names, numbers, texts in quotes, + - * / ** and comparisons"),
        ("True", "True", "a number, a text, table.quantity, a definition, or a function"),
        ("1e999", "1e999", "a number below 1.8e308"),
    ],
)
def test_what_is_wrong_is_shown_with_what_was_expected(text: str, found: str, expected: str) -> None:
    shown, said = refused(text)
    assert shown == found
    assert said.startswith(expected)


def test_an_error_names_file_line_place_and_what_is_near() -> None:
    text = declared("1 + 1") + declared("2 * su(t.q)").replace("metrics.m", "metrics.n")
    with pytest.raises(InputError) as caught:
        metrics(text)
    assert str(caught.value) == (
        'metrics.toml:7, column "metrics.n.is, character 5": found "su", expected the name of a function; close: sum'
    )


def test_the_line_is_the_one_within_a_text_of_several() -> None:
    text = '[metrics.m]\nis = """1\n + su(t.q)"""\nunit = "USD"\nmeans = "It"\ntheme = "funding"\n'
    with pytest.raises(InputError, match=r"^metrics.toml:3, .*found \"su\""):
        metrics(text)


def test_characters_are_counted_not_bytes() -> None:
    with pytest.raises(ExpressionError, match=r"^character 18: expected the name of a function"):
        linked('t["größe"].q + 2*x(1)')
    assert refused('t["größe"].q + 2*x(1)')[0] == "x"


def test_an_error_in_a_definition_is_told_once_and_at_its_place() -> None:
    text = '[define]\nbad = "su(t.q)"\n' + declared("bad + 1") + declared("bad").replace("metrics.m", "metrics.n")
    with pytest.raises(InputError) as caught:
        metrics(text)
    assert [problem.line for problem in caught.value.problems] == [2]


def test_all_wrong_metrics_are_told_at_once() -> None:
    text = declared("su(1)") + declared("t").replace("metrics.m", "metrics.n").replace("USD", "USDD")
    with pytest.raises(InputError) as caught:
        metrics(text)
    assert sorted(problem.line or 0 for problem in caught.value.problems) == [2, 7, 8]


@pytest.mark.parametrize("name", ["is", "not", "lambda"])
def test_a_word_of_the_language_names_nothing(name: str) -> None:
    with pytest.raises(InputError, match="a name that is no word of the language"):
        metrics(f'[define]\n{name} = "1"\n' + declared("1"))


@pytest.mark.parametrize("name", ["Q", "_a", "a-b", '"a b"', '"é"'])
def test_a_name_is_an_identifier(name: str) -> None:
    with pytest.raises(InputError):
        metrics(f'[define]\n{name} = "1"\n' + declared("1"))


# Definitions that come back to themselves, or grow beyond measure.


def test_a_cycle_is_shown_with_its_way() -> None:
    found, expected = refused("1 + a", a="b * 2", b="c + 1", c="sum(t.q) + a")
    assert (found, expected) == ("a", "a definition that does not come back to itself: a -> b -> c -> a")
    assert refused("a", a="a")[1].endswith("a -> a")


def test_an_unused_definition_is_checked_too() -> None:
    with pytest.raises(InputError, match="a -> b -> a"):
        metrics('[define]\na = "b"\nb = "a"\n' + declared("1"))


def test_a_definition_named_like_a_subject_does_not_recur() -> None:
    assert linked("openai", openai="frontier_models[openai].mmlu").shape == "one"


def test_definitions_that_double_each_other_are_capped() -> None:
    define = {f"d{place}": f"d{place + 1} * d{place + 1}" for place in range(30)} | {"d30": "sum(t.q)"}
    assert refused("d0", **define)[1].startswith("at most 5,000 parts")


def test_a_long_chain_of_definitions_is_capped() -> None:
    define = {f"d{place}": f"1 + d{place + 1}" for place in range(2_000)} | {"d2000": "1"}
    assert "at most 40 deep" in refused("d0", **define)[1]
    backwards = dict(reversed([(name, define[name]) for name in list(define)[-150:]]))
    linker = Linker({name: parse(text, ("define", name)) for name, text in backwards.items()})
    with pytest.raises(ExpressionError, match="100 deep, with all definitions written out"):
        for name, tree in linker.definitions.items():
            linker.define(name, tree.place)


# Texts that mean harm: each ends in one line with the place, at once.

ATTACKS = [
    "__import__('os').system('true')",
    "().__class__.__bases__[0].__subclasses__()",
    "t.__class__",
    "t.q.__class__.__mro__",
    "sum.__globals__",
    "sum(t.q).__reduce__()",
    "t['a'].__init__",
    "'{0.__class__}'.format(t)",
    "f'{t.__class__}'",
    "f'{__import__(\"os\")}'",
    "b'x'",
    "lambda: 1",
    "(lambda: 1)()",
    "[x for x in t]",
    "{1: 2}",
    "{x for x in t}",
    "(x for x in t)",
    "[1, 2, 3]",
    "(1, 2)",
    "a := 1",
    "a = 1",
    "import os",
    "exec('1')",
    "eval('1')",
    "compile('1', '', 'eval')",
    "open('/etc/passwd')",
    "getattr(t, 'q')",
    "globals()",
    "vars()",
    "print(1)",
    "breakpoint()",
    "yield 1",
    "await t",
    "t[0].q",
    "t[1:2].q",
    "t[...].q",
    "t[a, b].q",
    "t[*a].q",
    "t[lambda: 0].q",
    "t['a' + 'b'].q",
    "sum(*t)",
    "sum(**t)",
    "max(t.q, key=len)",
    "1 if 1 else 2",
    "1 or 2 if t.q else 3",
    "assert 1",
    "1; 2",
    "1 # a comment",
    "1\n2",
    "1 \\\n + 2",
    "'\\x41'",
    "'''",
    "~1",
    "1 @ 2",
    "1 << 64",
    "1 // 2",
    "1j",
    "None",
    "...",
    "0777",
    "1if 1else 2",
    "1e999",
    "9" * 400,
    "9" * LONGEST,
    "9" * (LONGEST + 1),
    "(" * 150 + "1" + ")" * 150,
    "(" * (LONGEST - 1),
    "[" * 300,
    "t[" * 900,
    "-" * (LONGEST - 1) + "1",
    "not " * 900 + "1",
    "1" + "+1" * 1_900,
    "1" + "**1" * 1_300,
    "1" + "<1" * 600,
    "max(1," * 200 + "1" + ")" * 200,
    "max(" + "1," * (LONGEST // 2 - 10) + "1)",
    "t.q" * 1_300,
    "a" * LONGEST + "b",
    "a.b.c.d.e.f",
    "t[a].q[b].r[c].s",
    "ｓum(t.q)",
    "t.ｑ",
    "\u202et.q",
    "t.q\u2028+ 1",
]


@pytest.mark.parametrize("attack", ATTACKS, ids=[f"{place}: {text[:30]!a}" for place, text in enumerate(ATTACKS)])
def test_an_attack_ends_in_one_line_with_its_place(attack: str) -> None:
    text = declared(attack)
    took = []
    for _ in range(2):  # the machine may be busy once
        start = time.process_time()
        with pytest.raises(InputError) as caught:
            metrics(text)
        took.append(time.process_time() - start)
    said = str(caught.value)
    assert re.match(r'metrics\.toml:[23], column "metrics\.m\.is, character \d+": found ".*", expected ', said)
    assert "\n" not in said and len(said) < 400
    assert min(took) < 0.1


def test_powers_of_powers_are_floats_and_end() -> None:
    assert linked("9**9**9**9").shape == "one"


def test_limits_are_told() -> None:
    assert refused("a" * (LONGEST + 1))[1] == f"at most {LONGEST:,} characters"
    assert refused("(" * (DEEPEST + 1))[1] == f"brackets nested at most {DEEPEST} deep"
    many = "max(" + ",".join(["1"] * MOST_NODES) + ")"
    assert refused(many)[1].startswith(f"at most {MOST_NODES} parts")
