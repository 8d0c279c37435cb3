"""The language of expressions: what it takes, what it refuses and how it says so, and texts that mean harm."""

from __future__ import annotations

import re
import time
import warnings

import pytest

from tidebook.pipelines.evaluate.declared import Formula, read_metrics
from tidebook.pipelines.evaluate.expressions import (
    DEEPEST,
    LONGEST,
    MOST_NODES,
    VALUE,
    ExpressionError,
    Linker,
    Node,
    constant,
    nodes,
    parse,
    relative_change,
)
from tidebook.pipelines.read.dossier.wording import Labels
from tidebook.pipelines.read.errors import InputError
from tidebook.pipelines.read.rawfile import RawFile


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
    themes = {"funding": "Funding", "models": "Models"}
    return read_metrics(RawFile("metrics.toml", text.encode()), Labels(themes=themes))


def declared(expression: str) -> str:
    quoted = '"' + expression.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'
    return f'[metrics.m]\nis = {quoted}\nunit = "USD"\nmeans = "It"\ntheme = "funding"\n'


# What it takes.


SHAPES = [
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
    ("t.q / (2 + 1)", "rows", True),
    ("t.q / (t[a].q + 1)", "rows", False),
    ("t.q / min(t.q)", "rows", False),
    ("t.q / max(t.q, 2)", "rows", True),
    ("t.q / count(t)", "rows", False),
    ("t[q > mean(t.q)][not a].r", "rows", False),
    ("match(u[q > mean(u.q)].q, t)", "rows", False),
    ("match(u.q, t[q > mean(t.q)])", "rows", False),
    ("t[u.q > v.q].r", "rows", True),
    ("t[u.q > v.q and r < 3].r", "rows", True),
    ("count(t.q > 3)", "one", False),
    ("Table[X].Q_1", "one", False),
]


def test_the_shape_of_an_expression(subtests: pytest.Subtests) -> None:
    for text, shape, rowwise in SHAPES:
        with subtests.test(text=text):
            found = linked(text)
            assert found.shape == shape
            if shape == "rows":
                assert found.rowwise is rowwise, (
                    "rows rest on themselves unless a function over rows or a single figure is used"
                )


def test_the_table_of_rows_is_the_one_that_they_are_brought_to() -> None:
    assert linked("match(u.q, t)").table == linked("match(u.q, t) * 2").table == "t"
    assert linked("share(u.q)").table == "u"
    assert linked("t[a].q").table == linked("sum(t.q)").table == linked("min(t.q)").table == "", "it has no rows"
    assert linked("best_by(t.q, t.day, match(u.day, v))").table == "v"
    assert linked('t[u.kind == "x"].q').table == "t"


def test_each_part_of_an_expression_knows_its_words() -> None:
    text = 'max(-t[a or not "b c"].q, +2) ** 2 > 1 and not t.q + u[kind == "x"].r < 3 <= 4'
    assert [(node.kind, node.value, node.place.words) for node in _all(parse(text, ("m",)))] == [
        ("and", None, text),
        (">", None, 'max(-t[a or not "b c"].q, +2) ** 2 > 1'),
        ("**", None, 'max(-t[a or not "b c"].q, +2) ** 2'),
        ("call", "max", 'max(-t[a or not "b c"].q, +2)'),
        ("neg", None, '-t[a or not "b c"].q'),
        ("column", "q", 't[a or not "b c"].q'),
        ("select", None, 't[a or not "b c"]'),
        ("name", "t", "t"),
        ("or", None, 'a or not "b c"'),
        ("subject", "a", "a"),
        ("not", None, 'not "b c"'),
        ("subject", "b c", '"b c"'),
        ("number", 2, "2"),  # a plus sign changes nothing
        ("number", 2, "2"),
        ("number", 1, "1"),
        ("not", None, 'not t.q + u[kind == "x"].r < 3 <= 4'),
        ("and", None, 't.q + u[kind == "x"].r < 3 <= 4'),  # one comparison after another
        ("<", None, 't.q + u[kind == "x"].r < 3 <= 4'),
        ("+", None, 't.q + u[kind == "x"].r'),
        ("column", "q", "t.q"),
        ("name", "t", "t"),
        ("column", "r", 'u[kind == "x"].r'),
        ("select", None, 'u[kind == "x"]'),
        ("name", "u", "u"),
        ("==", None, 'kind == "x"'),
        ("own", "kind", "kind"),
        ("text", "x", '"x"'),
        ("number", 3, "3"),
        ("<=", None, 't.q + u[kind == "x"].r < 3 <= 4'),
        ("number", 3, "3"),
        ("number", 4, "4"),
    ]


def test_within_brackets_every_lone_name_is_a_column_of_the_table() -> None:
    text = "t[-q + +r * max(q, 1) > 1 and (not (q or r)) == (q < r)].s / q"
    kinds = [(node.kind, node.value) for node in _all(parse(text, ("m",))) if node.kind in ("own", "name")]
    own = ["q", "r", "q", "q", "r", "q", "r"]
    assert kinds == [("name", "t"), *(("own", name) for name in own), ("name", "q")]


def test_the_parts_of_a_linked_expression_come_once_and_before_what_is_made_of_them() -> None:
    root = linked("d - d * 2", d="sum(t.q)")
    assert [node.kind for node in nodes(root)] == ["table", "column", "call", "number", "*", "-"]


@pytest.mark.parametrize(
    ("text", "number"), [("2", 2.0), ("-2", -2.0), ("- -2", 2.0), ("-t[a].q", None), ("'2'", None)]
)
def test_a_number_with_its_sign_is_a_constant(text: str, number: float | None) -> None:
    assert constant(parse(text, ("m",))) == number


def test_a_definition_is_replaced_by_its_text() -> None:
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


@pytest.mark.parametrize("period", ["2019-Q4", "2019-q2", "2025-08", "2025-12-31"])
def test_a_period_needs_no_quotation_marks_as_an_index(period: str) -> None:
    """There is nothing to subtract there; elsewhere 2025-12 is 2013."""
    keys = [node.value for node in nodes(parse(f"t[fra, {period}:{period} ]", ("k",))) if node.kind == "key"]
    assert keys == ["fra", period, period]
    assert [node.value for node in nodes(parse(f"t[{period}]", ("k",))) if node.kind == "subject"] == [period]
    assert [node.value for node in nodes(parse(f"t['[{period}]', 2019]", ("k",))) if node.kind == "key"] == [
        f"[{period}]",
        "2019",
    ]


def test_a_difference_of_numbers_is_no_period() -> None:
    assert [node.value for node in nodes(parse("2025-12", ("k",))) if node.kind == "number"] == [2025, 12]
    assert refused("max(t.q, 2025-12, 1)") == ("2025-12", "a name of letters, digits and _ that begins with a letter")


def test_a_change_is_relative_only_to_one_of_its_two_values() -> None:
    """One plus a value is another base, so that a fall to below zero has a value there."""
    assert relative_change(linked("(t[a].q - t[b].q) / t[b].q"))
    assert not relative_change(linked("(t[a].q - t[b].q) / (1 + t[b].q)"))


def test_constants_are_floats() -> None:
    assert isinstance(linked("9").value, float)


# What it refuses: what was found, what was expected.


WRONG = [
    ("su(t.q)", "su", "the name of a function; did you mean sum?"),
    ("sum(t.q, t.r)", "sum(t.q, t.r)", "the arguments of sum(values)"),
    ("latest(t.q)", "latest(t.q)", "the arguments of latest(values, days, [until])"),
    ("sum(t.q, axis=1)", "sum(t.q, axis=1)", "plain arguments: sum(values)"),
    ("sum(t[a].q)", "t[a].q", "values of several rows: sum(values)"),
    ("max(t[a].q)", "t[a].q", "values of several rows, or several values: max(values, ...)"),
    ("growth(t.q, t.day, t.r)", "t.r", "a single value: growth(values, days, [years])"),
    ("top_share(t.q, 1.5)", "1.5", "a whole number of at least 1"),
    ("top_share(t.q, 0)", "0", "a whole number of at least 1"),
    ("quantity(t[a].q, 'USD')", "t[a].q", "a number written out"),
    ("quantity(5, t.q)", "t.q", "a text written out"),
    ("t", "t", VALUE),
    ("t[a]", "t[a]", VALUE),
    ("t[a] + 1", "t[a]", VALUE),
    ("sum(t)", "t", "values of several rows: sum(values)"),
    ("t[a][b].q", "t[a]", "a quantity: it is a single row"),
    ("t.q.r", "t.q", "the name of a table or of a selection of its rows"),
    ("t.q[a]", "t.q", "the name of a table or of a selection of its rows"),
    ("t.q + u.q", "u.q", "rows of t; match(other.quantity, t) joins those of another table"),
    ("pearson(t.q, u.q)", "u.q", "rows of t; match(other.quantity, t) joins those of another table"),
    ("t[1 == 1].q", "1 == 1", "a comparison of a label or quantity of t"),
    ("t[q].q + t[q + 1].q", "q + 1", 'a subject, "a subject" that is no name, not subject, or a comparison'),
    ("t[2023].q", "2023", 'quotation marks around a subject that is no name: t["2023"]'),
    ("t[q > 1][2.5].q", "2.5", 'quotation marks around a subject that is no name: t[q > 1]["2.5"]'),
    ("t._q", "t._q", "a name of letters, digits and _ that begins with a letter"),
    ("1 if t.q else 2", "1 if t.q else 2", "a number, a text, table.quantity, a definition, or a function"),
    ("t.q in (1, 2)", "(1, 2)", "a number, a text, table.quantity, a definition, or a function"),
    ("t.q is 1", "t.q is 1", "one of == != < <= > >="),
    ("sum(t.q", "(", "an expression that is complete and well-formed"),
    ("sum(t.q))", ")", "an expression that is complete and well-formed"),
    ("10 % 3", "%", "names, numbers, texts in quotes, + - * / ** and comparisons"),
    ("True", "True", "a number, a text, table.quantity, a definition, or a function"),
    ("1e999", "1e999", "a number below 1.8e308"),
    ("2 * " + "9" * 400, "9" * 400, "a number below 1.8e308"),
    ("t.q(1)", "t.q", "the name of a function"),
    ("1 + sum(*t)", "sum(*t)", "plain arguments: sum(values)"),
    ("1 + (t.q in t.r)", "t.q in t.r", "one of == != < <= > >="),
    ("1 + t._q", "t._q", "a name of letters, digits and _ that begins with a letter"),
    ("1 + _q", "_q", "a name of letters, digits and _ that begins with a letter"),
    ("_t.q", "_t", "a name of letters, digits and _ that begins with a letter"),
    ("count(t[a])", "t[a]", "a table, a selection or rows: count(rows)"),
    ("where(t, 1)", "t", "values: where(values, condition)"),
    ("first(t[a].q)", "t[a].q", "values of several rows: first(values)"),
    ("span(t.q, 1)", "1", "values of several rows: span(values, days)"),
    ("best_by(t.q, u.day, v.day)", "u.day", "rows of t; match(other.quantity, t) joins those of another table"),
    ("pareto_front(t.q, t.r, u.q)", "u.q", "rows of t; match(other.quantity, t) joins those of another table"),
    ("top_share(t.q, -1)", "-1", "a whole number of at least 1"),
    ("top_share(t.q, t[a].q)", "t[a].q", "a whole number of at least 1"),
    ("quantity('5', 'USD')", "'5'", "a number written out"),
    ("quantity(-5, 5)", "5", "a text written out"),
    ("t.q + (1 + u.q[a])", "u.q", "the name of a table or of a selection of its rows"),
    ('"a(b" % 2', "%", "names, numbers, texts in quotes, + - * / ** and comparisons"),
    ("1 + 'a\\b'", "'", "names, numbers, texts in quotes, + - * / ** and comparisons"),
    (" )", ")", "an expression that is complete and well-formed"),
    ('"größe" + (1 2)', "1 2", "an expression that is complete and well-formed"),
    ("t['\ud800'].q", "t['\ud800'].q", "an expression of plain text that is nested less deep"),
]


def test_what_is_wrong_is_shown_with_what_was_expected(subtests: pytest.Subtests) -> None:
    for text, found, expected in WRONG:
        with subtests.test(text=text):
            shown, said = refused(text)
            assert shown == found
            assert said.startswith(expected)


def test_nothing_at_all_is_refused_at_its_first_character() -> None:
    for text in ("", " ", "   "):
        with pytest.raises(ExpressionError, match=f"^character {max(len(text), 1)}: expected an expression"):
            parse(text, ("m",))


def test_an_error_within_a_definition_shows_the_text_of_the_definition() -> None:
    assert refused("d.q", d="sum(t.q)") == ("sum(t.q)", "the name of a table or of a selection of its rows")
    assert refused("d[a].q", d="1 + 1") == ("d", "a table or a selection of its rows")
    joined = "rows of t; match(other.quantity, t) joins those of another table"
    assert refused("1 + d", d="t.q + u.q") == ("u.q", joined), "no bracket stands around a definition"


def test_what_later_versions_of_python_refuse_is_refused() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert refused("1or 2")[1] == "an expression that is complete and well-formed"


def test_an_error_names_file_line_place_and_what_is_near() -> None:
    text = declared("1 + 1") + declared("2 * su(t.q)").replace("metrics.m", "metrics.n")
    with pytest.raises(InputError) as caught:
        metrics(text)
    assert str(caught.value) == (
        'metrics.toml:7, column "metrics.n.is, character 5": '
        'found "su", expected the name of a function; did you mean sum?'
    )


def test_the_line_is_the_one_within_a_text_of_several() -> None:
    text = '[metrics.m]\nis = """1\n + su(t.q)"""\nunit = "USD"\nmeans = "It"\ntheme = "funding"\n'
    with pytest.raises(InputError, match=r"^metrics.toml:3, .*found \"su\""):
        metrics(text)
    with pytest.raises(InputError, match=r'^metrics.toml:2, .*found "t_ \. q\._q"'):
        metrics(text.replace("su(t.q)", "2").replace("1\n", "t_ .\n q._q\n"))


def test_characters_are_counted_not_bytes() -> None:
    with pytest.raises(ExpressionError, match=r"^character 18: expected the name of a function"):
        linked('t["größe"].q + 2*x(1)')
    assert refused('t["größe"].q + 2*x(1)')[0] == "x"


def test_an_error_in_a_definition_is_reported_once_and_at_its_place() -> None:
    text = '[define]\nbad = "su(t.q)"\n' + declared("bad + 1") + declared("bad").replace("metrics.m", "metrics.n")
    with pytest.raises(InputError) as caught:
        metrics(text)
    assert [problem.line for problem in caught.value.problems] == [2]


def test_all_wrong_metrics_are_reported_at_once() -> None:
    text = declared("su(1)") + declared("t").replace("metrics.m", "metrics.n").replace("USD", "USDD")
    with pytest.raises(InputError) as caught:
        metrics(text)
    assert sorted(problem.line or 0 for problem in caught.value.problems) == [2, 7, 8]


@pytest.mark.parametrize("name", ["is", "not", "lambda"])
def test_a_word_of_the_language_names_nothing(name: str) -> None:
    with pytest.raises(InputError, match="a name that is not a word of the language"):
        metrics(f'[define]\n{name} = "1"\n' + declared("1"))


@pytest.mark.parametrize("name", ["Q", "_a", "a-b", '"a b"', '"é"'])
def test_a_name_is_an_identifier(name: str) -> None:
    with pytest.raises(InputError):
        metrics(f'[define]\n{name} = "1"\n' + declared("1"))


# Definitions that come back to themselves, or grow beyond measure.


def test_a_cycle_is_shown_with_its_way() -> None:
    found, expected = refused("1 + a", a="b * 2", b="c + 1", c="sum(t.q) + a")
    assert (found, expected) == ("a", "a definition without a cycle: a -> b -> c -> a")
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
    "9**9**9**9",
    "1 / 0",
    "t.q + (-8) ** 0.5",
    "1e308 * 10 - 1",
]


def test_an_attack_ends_in_one_line_with_its_place(subtests: pytest.Subtests) -> None:
    for attack in ATTACKS:
        with subtests.test(attack=attack):
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


def of_ones(count: int) -> str:
    return f"max({', '.join('1' * count)})"


def test_limits_are_reported_and_what_just_keeps_them_is_read() -> None:
    assert linked("1" + " " * (LONGEST - 1)).value == 1
    assert refused("1" + " " * LONGEST) == (" ", f"at most {LONGEST:,} characters")

    for opening, closing in ("()", "[]"):
        nested = f"{opening * DEEPEST}1{closing * DEEPEST}"
        assert refused(nested + " % 2")[0] == "%"
        text = "(t[a].q) * t['(('].q + " + opening + nested
        assert refused(text) == (opening, f"brackets nested at most {DEEPEST} deep")
    assert linked("(" * DEEPEST + "1" + ")" * DEEPEST).value == 1
    beside = ", ".join(["(t[a].q)"] * DEEPEST)
    assert linked(f"max({beside})").shape == "one", "brackets side by side are not nested"

    assert linked("-" * DEEPEST + "1").depth == DEEPEST + 1
    assert refused("-" * (DEEPEST + 1) + "1") == ("1", f"parts nested at most {DEEPEST} deep")

    assert linked(of_ones(MOST_NODES - 2)).shape == "one", "the call and its name are parts too"
    expected = f"at most {MOST_NODES} parts; give some of them a name under [define]"
    assert refused(of_ones(MOST_NODES - 1)) == ("1", expected)


def test_limits_of_what_is_written_out_are_reported_and_what_just_keeps_them_is_read() -> None:
    # A call of 498 ones has 499 parts; ten of them, nine ones and the call around them are 5,000.
    ten = ", ".join(["many"] * 10)
    assert linked(f"max({ten}, {', '.join('1' * 9)})", many=of_ones(498)).cost == 5_000
    expected = "at most 5,000 parts, 100 deep, with all definitions written out"
    over = f"max({ten}, {', '.join('1' * 10)})"
    assert refused(over, many=of_ones(498)) == (over, expected)
    assert (linked("sum(t.q)").cost, linked("sum(t.q)").depth) == (3, 3), "the call, the quantity and its table"
    deep = {"d": "-" * 39 + "1", "e": "-" * 30 + "d"}  # 40 and 70 deep
    assert linked("-" * 30 + "e", **deep).depth == 100
    assert refused("-" * 31 + "e", **deep)[1] == expected


def test_definitions_depend_on_so_many_others_at_most() -> None:
    chain = {f"d{place}": f"d{place + 1}" for place in range(DEEPEST)} | {f"d{DEEPEST}": "1"}
    assert linked("d0", **chain).value == 1
    longer = chain | {f"d{DEEPEST}": f"d{DEEPEST + 1}", f"d{DEEPEST + 1}": "1"}
    assert refused("d0", **longer) == (
        f"d{DEEPEST + 1}",
        f"definitions nested at most {DEEPEST} deep",
    )
