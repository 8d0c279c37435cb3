"""What holds for every text and every unit of the quantity grammar, searched by Hypothesis.

Single cells with the numbers that they must give are in test_quantity.py.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from math import inf, isnan, nan

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.conftest import LONG
from tidebook.pipelines.read.quantities.grammar import PRINTED_UNITS, SECONDS, STRICT, Reader
from tidebook.pipelines.read.quantities.quantity import QuantityError, examples, parse_quantity
from tidebook.pipelines.read.quantities.quantity import read as read_in_full
from tidebook.pipelines.read.quantities.sentences import find_quantities
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.pipelines.read.quantities.vocabulary import SMALL, TENS
from tidebook.schemas.units import CURRENCIES, EPOCH, UNITS, Unit

TIMES = settings(max_examples=5000 if LONG else 200, deadline=None)

CELLS_OF = {
    "FLOP": ["2.1e25", "1.0e25 (est.)", "2.1×10²⁵", "2.1E+25 FLOPs"],
    "USD": ["$100M+", "N/A (internal)", "-$5B", "$2–4B", "$2B to $4B", "USD 3bn", "5 million dollars"],
    "EUR": ["€600M", "3bn EUR"],
    "token": ["128K", "1M (experimental)", "15T tokens"],
    "parameter": ["1.8 trillion, estimated"],
    "star": ["1.2k+", "8k+ stars"],
    "person": ["a few thousand", "hundreds of people"],
    "company": ["at least three", "2–4"],
    "calendar year": ["by 2026", "2024"],
}
CELLS = [(text, symbol) for symbol, texts in CELLS_OF.items() for text in texts]
CELLS += [(text, symbol) for symbol, unit in UNITS.items() for text in examples(unit)]

NUMERIC_UNITS = [unit for symbol, unit in UNITS.items() if symbol not in {"date", "calendar year"}]
PARTS = [
    "",
    "\u00a0",
    "\u2009",
    "\x00",
    "0",
    "1",
    "2024",
    "000",
    ",000",
    "US$",
    "10^",
    "²⁵",
    "MM",
    "bn",
    "e25",
]
PARTS += [
    "(est.)",
    "est.",
    "N/A",
    "(internal)",
    "at least ",
    "about ",
    "up to ",
    " to ",
    "by ",
    "two ",
    "a few ",
]
PARTS += [" thousand", "thousands", " million", " of ", "USD ", " EUR", " months", " tokens", "<script>"]
PARTS += list(" .,-–+−$€%x×()=<~≥≤/KkmMeE")


def units() -> st.SearchStrategy[Unit]:
    return st.sampled_from(list(UNITS.values()))


def symbols() -> st.SearchStrategy[str]:
    return st.sampled_from(list(UNITS))


def notes() -> st.SearchStrategy[str]:
    return st.sampled_from(["", "internal", "excluding debt", "sous réserve", "実験的"])


def nearest(digits: int, power: int) -> float:
    return float(Decimal(digits).scaleb(power))


@st.composite
def decimals(draw: st.DrawFn, unit: Unit) -> tuple[int, int]:
    """Return digits and the power of ten of the last one, within the bounds of the unit."""
    digits = draw(st.integers(0, 10 ** draw(st.integers(1, 15)) - 1))
    power = draw(st.integers(-20, 26) if unit.upper == inf else st.integers(-len(str(digits)) - 2, 2))
    if unit.whole:
        power = abs(power)
    if unit.lower < 0 and draw(st.booleans()):
        digits = -digits
    assume(unit.lower <= nearest(digits, power) <= unit.upper)
    return digits, power


Written = tuple[str, Quantity]
"""A cell and what it must say; NaN ends of a value stand for any interval around it."""


def full(digits: int, power: int) -> str:
    """Return digits × 10^power in full or with an exponent."""
    return f"{digits}e{power}" if power > 0 or power < -9 else f"{Decimal(digits).scaleb(power):f}"


def with_unit(number: str, unit: Unit) -> str:
    """Return a number with the unit that a cell must print, if any."""
    if unit.currency:
        sign = CURRENCIES[unit.currency][0]
        return f"-{sign}{number[1:]}" if number.startswith("-") else sign + number
    return number + (unit.words[0] if unit.symbol in PRINTED_UNITS else "")


def with_note(text: str, note: str) -> str:
    return f"{text} ({note})" if note else text


@st.composite
def rounded(draw: st.DrawFn, unit: Unit) -> Written:
    digits, power = draw(decimals(unit))
    assume(power != 0 or not unit.count)
    assume(power != -3)
    # Round numbers and multiples are looser than their last digit: tests/unit/test_implied.py.
    assume(digits % 100 or power)
    assume(unit.symbol != "ratio" or power < 0)
    low = max(nearest(10 * digits - 5, power - 1), unit.lower)
    high = min(nearest(10 * digits + 5, power - 1), unit.upper)
    note = draw(notes())
    text, value = with_note(with_unit(full(digits, power), unit), note), nearest(digits, power)
    is_count = unit.count and unit.symbol not in SECONDS
    if is_count and -9 <= power < 0 and digits % 10**-power == 0:  # such as `12.0` people
        return text, Quantity(value, value, value, "exact", unit.symbol, note)
    return text, Quantity(value, low, high, "rounded", unit.symbol, note)


@st.composite
def marked(draw: st.DrawFn, unit: Unit) -> Written:
    digits, power = draw(decimals(unit))
    assume(power != -3)
    value, note = nearest(digits, power), draw(notes())
    before, after, kind = draw(
        st.sampled_from(
            [("~", "", "estimate"), ("", "+", "at_least"), ("≤ ", "", "at_most"), ("nearly ", "", "estimate")]
        )
    )
    low, high = (value, inf) if kind == "at_least" else (nan, nan)
    text = with_note(before + with_unit(full(digits, power), unit) + after, note)
    return text, Quantity(value, low, high, kind, unit.symbol, note)


@st.composite
def between(draw: st.DrawFn, unit: Unit) -> Written:
    first, last = sorted((draw(decimals(unit)), draw(decimals(unit))), key=lambda number: nearest(*number))
    low, high = nearest(*first), nearest(*last)
    assume(low < high)
    assume(-3 not in (first[1], last[1]))
    ends = (f"{digits}e{power}" for digits, power in (first, last))
    note = draw(notes())
    text = with_note(" to ".join(with_unit(end, unit) for end in ends), note)
    return text, Quantity((low + high) / 2, low, high, "estimate", unit.symbol, note)


@st.composite
def exact(draw: st.DrawFn) -> Written:
    unit = draw(units().filter(lambda unit: unit.count and unit.symbol not in SECONDS))
    value = draw(st.integers(int(unit.lower), int(min(unit.upper, 10**15 - 1))))
    assume(value % 100 or unit.symbol in ("calendar year", "rank"))
    note = draw(notes())
    printed = str(value) if unit.symbol == "calendar year" else draw(st.sampled_from([f"{value:,}", str(value)]))
    return with_note(printed, note), Quantity(*(float(value),) * 3, "exact", unit.symbol, note)


@st.composite
def days(draw: st.DrawFn) -> Written:
    value = draw(st.integers(int(UNITS["date"].lower), int(UNITS["date"].upper)))
    day = EPOCH + timedelta(days=value)
    name = f"{day:%B}"
    text = draw(st.sampled_from([f"{day}", f"{day.day} {name} {day.year}", f"{name} {day.day}, {day.year}"]))
    mark, low, kind = draw(st.sampled_from([("", float(value), "exact"), ("~", nan, "estimate")]))
    return mark + text, Quantity(float(value), low, low, kind, "date", "")


def missing() -> st.SearchStrategy[Written]:
    reasons = st.sampled_from(["", "internal", "not disclosed in 2024", "$5B or so"])
    return st.builds(
        lambda unit, note: (with_note("N/A", note), Quantity(nan, nan, nan, "missing", unit, note)), symbols(), reasons
    )


def written() -> st.SearchStrategy[Written]:
    numeric = st.sampled_from(NUMERIC_UNITS)
    measured = numeric.flatmap(lambda unit: st.one_of(rounded(unit), marked(unit), between(unit)))
    return st.one_of(measured, exact(), days(), missing())


def quantities() -> st.SearchStrategy[Quantity]:
    return written().map(lambda pair: pair[1])


@st.composite
def composed(draw: st.DrawFn) -> tuple[str, str]:
    """Return a text put together from the grammar's own parts, and any unit."""
    unit = draw(units())
    parts = st.sampled_from(PARTS) | st.integers(0, 2500).map(str) | st.sampled_from(unit.words or ("",))
    return "".join(draw(st.lists(parts, max_size=8))), unit.symbol


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, str]:
    """Return a readable cell with a few characters put in, taken out, replaced or doubled."""
    text, unit = draw(st.sampled_from(CELLS))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(text)))
        width = draw(st.integers(0, 2))
        inserted = draw(st.sampled_from(PARTS) | st.characters() | st.just(text[place : place + width] * 2))
        text = text[:place] + inserted + text[place + width :]
    return text, unit


def read(text: str, unit: str) -> Quantity | str:
    """Return what a cell says, or the message of its refusal; any other exception escapes."""
    try:
        return parse_quantity(text, unit)
    except QuantityError as error:
        assert error.text == text
        assert 0 <= error.position <= max(len(text), 200)
        assert error.expected and error.reason
        assert str(error).isprintable()
        return str(error)


@TIMES
@given(written())
def test_a_cell_says_what_was_written(written: Written) -> None:
    text, quantity = written
    found = parse_quantity(text, quantity.unit)._replace(low_open=False, high_open=False, loose=False)
    if isnan(quantity.low) and quantity.kind != "missing":
        assert found.low <= found.value <= found.high
        quantity = quantity._replace(low=found.low, high=found.high)
    assert found == quantity


@TIMES
@given(st.one_of(mutated(), composed(), st.tuples(st.text(max_size=210), symbols())))
def test_any_text_is_read_in_its_unit_or_refused(cell: tuple[str, str]) -> None:
    text, symbol = cell
    outcome = read(text, symbol)
    assert outcome == read(text, symbol)
    if isinstance(outcome, str):
        return
    unit = UNITS[symbol]
    assert outcome.unit == symbol
    assert isnan(outcome.value) == (outcome.kind == "missing")
    if not isnan(outcome.value):
        assert unit.lower <= outcome.value <= unit.upper
    if not isnan(outcome.low):
        assert unit.lower <= outcome.low <= outcome.value <= outcome.high
        assert outcome.kind == "at_least" or outcome.high <= unit.upper
    assert (outcome.kind == "exact") <= (outcome.low == outcome.value == outcome.high)


@given(number=st.sampled_from(["5", "1.5K", "two", "3–4", "2.1e25"]), data=st.data())
@settings(deadline=None)
def test_a_printed_unit_is_never_taken_for_another(number: str, data: st.DataObject) -> None:
    printed = [unit for unit in UNITS.values() if (unit.words or unit.currency) and not unit.of]
    unit = data.draw(st.sampled_from(printed))  # `five million tokens` are tokens, too
    word = data.draw(st.sampled_from(unit.words)) if unit.words else ""
    money = data.draw(st.sampled_from(CURRENCIES[unit.currency])) if unit.currency else ""
    for other in UNITS.values():
        own = {spelling.lower() for spelling in other.words}
        if {unit.symbol, other.symbol} <= SECONDS.keys() or {unit.symbol, other.symbol} <= {
            "percentage point",
            "basis point",
        }:
            continue  # converted: 18 months are 1.5 years
        if unit.currency != other.currency or (word and word.lower() not in own):
            with pytest.raises(QuantityError):
                parse_quantity(f"{number} {money} {word}", other.symbol)


@given(number=decimals(UNITS["USD"]), unit=st.sampled_from(["percent", "ratio", "USD", "EUR", "USD/Mtok"]))
def test_a_bare_number_is_refused_where_the_unit_must_be_printed(number: tuple[int, int], unit: str) -> None:
    digits, power = number
    with pytest.raises(QuantityError):
        parse_quantity(f"{abs(digits)}e{power}", unit)


@given(digits=st.integers(0, 10**9), places=st.integers(0, 6), letter=st.sampled_from(" KMBT"))
def test_rounding_is_half_a_unit_of_the_last_printed_digit(digits: int, places: int, letter: str) -> None:
    assume(places != 3 or letter != " ")
    assume(digits % 1000 or places or letter != " ")  # `$248,000` may be rounded to thousands
    power = {" ": 0, "K": 3, "M": 6, "B": 9, "T": 12}[letter] - places
    printed = Decimal(digits).scaleb(-places)
    outcome = parse_quantity(f"${printed:f}{letter}", "USD")
    assert outcome.kind == "rounded"
    assert outcome.value == nearest(digits, power)
    assert outcome.low == nearest(10 * digits - 5, power - 1)
    assert outcome.high == nearest(10 * digits + 5, power - 1)
    assert outcome.low < outcome.value < outcome.high


@given(value=st.integers(1000, 10**15 - 1), separator=st.sampled_from(",\u00a0\u2009\u202f"))
def test_thousands_are_separated_in_threes_only(value: int, separator: str) -> None:
    grouped = f"{value:,}".replace(",", separator)
    assert parse_quantity(grouped, "token").value == value
    for wrong in (grouped[:-1], f"{grouped}0", *(grouped.replace(separator, other) for other in ".'")):
        with pytest.raises(QuantityError):
            parse_quantity(wrong, "token")


@given(quantities(), quantities())
def test_equal_quantities_hash_alike(first: Quantity, second: Quantity) -> None:
    assert first == Quantity(first.value, first.low, first.high, first.kind, first.unit, first.note)
    assert first != second or hash(first) == hash(second)
    assert first != first.note


@TIMES
@given(st.one_of(mutated(), composed(), written().map(lambda pair: (pair[0], pair[1].unit))))
def test_plain_cells_are_read_as_the_whole_grammar_reads_them(cell: tuple[str, str]) -> None:
    text, symbol = cell
    try:
        expected: Quantity | str = read_in_full(Reader(text, UNITS[symbol], STRICT))
    except QuantityError as error:
        expected = str(error)
    assert read(text, symbol) == expected


@given(value=st.integers(1000, 10**15 - 1))
def test_blanks_separate_thousands_where_no_two_numbers_can_be_meant(value: int) -> None:
    groups = f"{value:,}".split(",")
    if len(groups) == 2 and not groups[1].startswith("0"):
        with pytest.raises(QuantityError, match="or two numbers"):
            parse_quantity(" ".join(groups), "token")
    else:
        assert parse_quantity(" ".join(groups), "token").value == value


@TIMES
@given(st.lists(mutated().map(lambda cell: cell[0]) | st.sampled_from(PARTS) | st.text(max_size=20), max_size=6))
def test_any_text_has_its_quantities_in_order_each_with_its_words(parts: list[str]) -> None:
    text = " ".join(parts)
    end = 0
    for found in find_quantities(text):
        assert end <= found.start < found.end <= len(text)
        assert text[found.start : found.end] == found.text
        assert (found.quantity is None) == bool(found.problem)
        end = found.end


@TIMES
@given(number=st.integers(0, 10**6 - 1))
def test_a_number_in_words_is_read_back(number: int) -> None:
    read_back = parse_quantity(in_words(number), "company")
    assert read_back.value == number
    is_round = number % 1000 == 0 or (number % 100 == 0 and number < 1000)
    assert read_back.kind == ("rounded" if number and is_round else "exact")


def in_words(number: int) -> str:
    """Return a number below a million in English words."""
    if number >= 1000:
        rest = number % 1000
        return f"{in_words(number // 1000)} thousand" + (
            f"{' and' if rest < 100 else ''} {in_words(rest)}" if rest else ""
        )
    if number >= 100:
        return f"{in_words(number // 100)} hundred" + (f" and {in_words(number % 100)}" if number % 100 else "")
    if number < 20:
        return ("zero", *SMALL)[number]
    tens = next(word for word, value in TENS.items() if value == number // 10 * 10)
    return tens + (f"-{in_words(number % 10)}" if number % 10 else "")
