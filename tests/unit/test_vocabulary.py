"""What each word and sign of a printed number means, one by one: the tables of the vocabulary against others.

Belongs here: that no entry is lost or wrong. Does not: how words combine (test_quantity.py, test_numerals.py).
"""

from __future__ import annotations

import unicodedata
from datetime import date
from fractions import Fraction
from math import isnan

import pytest

from tidebook.pipelines.read.quantities.currencies import MONEY_SIGNS, currencies_called, currency_names
from tidebook.pipelines.read.quantities.quantity import Context, QuantityError, parse_quantity
from tidebook.pipelines.read.quantities.vocabulary import BLANKS
from tidebook.schemas.units import EPOCH


def words(text: str) -> list[str]:
    return text.split()


SIGNS = words("""
    US$ USD  U.S.$ USD  C$ CAD  CA$ CAD  A$ AUD  AU$ AUD  NZ$ NZD  HK$ HKD  S$ SGD  NT$ TWD  R$ BRL  MX$ MXN  Mex$ MXN
    CN¥ CNY  RMB CNY  rmb CNY  元 CNY  ₹ INR  ₩ KRW  ₽ RUB  ₺ TRY  ₪ ILS  ₫ VND  ฿ THB  ₦ NGN  ₱ PHP  ₴ UAH  ₸ KZT
    ₾ GEL  ₡ CRC  ₭ LAK  zł PLN  Kč CZK  Ft HUF  Fr. CHF  $ USD  € EUR  £ GBP  ¥ JPY
""")
SHARED = {
    **dict.fromkeys(("kr", "kr."), "SEK NOK DKK ISK"),
    **dict.fromkeys(("Rs", "Rs."), "INR PKR LKR NPR MUR"),
    "$": "CAD AUD NZD HKD SGD TWD MXN CLP COP ARS",
    "£": "EGP LBP SYP",
    **dict.fromkeys(("¥", "￥"), "CNY"),
}
NAMES = {
    "US dollars": "USD", "US dollar": "USD", "dollars": "USD", "dollar": "USD", "euros": "EUR", "euro": "EUR",
    "pounds": "GBP", "pound": "GBP", "yen": "JPY", "Swiss francs": "CHF", "Swedish kronor": "SEK", "baht": "THB",
    "Danish kroner": "DKK", "Icelandic krónur": "ISK", "Indian rupees": "INR", "yuan": "CNY", "South Korean won": "KRW",
    "Brazilian reals": "BRL", "Mexican pesos": "MXN", "rand": "ZAR", "Russian rubles": "RUB", "Polish zlotys": "PLN",
    "Hungarian forints": "HUF", "Saudi riyals": "SAR", "Malaysian ringgits": "MYR", "Indonesian rupiahs": "IDR",
    "Vietnamese dong": "VND", "Nigerian nairas": "NGN", "Kenyan shillings": "KES", "Romanian lei": "RON",
    "Canadian dollars": "CAD", "Egyptian pounds": "EGP", "UAE dirhams": "AED", "Tunisian dinars": "TND",
    "Iranian rials": "IRR", "Ghanaian cedis": "GHS", "Bulgarian leva": "BGN", "Ukrainian hryvnias": "UAH",
    "Israeli new shekels": "ILS", "German marks": "DEM", "Spanish pesetas": "ESP", "Dutch guilders": "NLG",
}  # fmt: skip
MARKS = {
    "estimate": """~ ∼ ≈ about around approximately approx approx. roughly circa c. ca. estimated an_estimated est est.
        nearly almost not_quite some close_to just_under slightly_less_than a_little_under just_over
        in_the_region_of""",
    "at_most": """≤ < <= at_most up_to under below well_below less_than lower_than smaller_than fewer_than
        less_than_or_equal_to no_more_than not_more_than as_many_as as_much_as a_maximum_of within""",
    "at_least": """≥ > >= at_least over above well_above more_than greater_than larger_than higher_than
        far_more_than much_higher_than more_than_or_equal_to no_less_than not_less_than no_fewer_than not_fewer_than
        exceeding upwards_of in_excess_of a_minimum_of""",
}
BEHIND = {
    "estimate": "or_so or_thereabouts (est.) (estimated) est est. estimated estimate",
    "at_most": "or_less or_fewer or_below or_lower or_under and_less and_below",
    "at_least": "or_more or_above or_greater or_higher or_over or_up and_more and_up +",
}
MAGNITUDES = {
    3: "K k thousand Thousand", 5: "lakh", 6: "M m MM mm mn million", 7: "crore", 9: "B b bn bln billion",
    12: "T t tn tln trn trillion",
}  # fmt: skip
ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
ONES = words(f"{ONES} eighteen nineteen")
TENS = words("twenty thirty forty fifty sixty seventy eighty ninety")
ORDINALS = words("""first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth""")
MONTHS = words("January February March April May June July August September October November December")


OWN_SIGNS = list(zip(SIGNS[::2], SIGNS[1::2], strict=True))


def test_a_sign_of_money_means_its_currency_before_and_behind(subtests: pytest.Subtests) -> None:
    for sign, code in OWN_SIGNS:
        with subtests.test(sign=sign):
            assert parse_quantity(f"{sign}5", code).unit == code
            assert parse_quantity(f"{sign} 5", code).value == 5
            assert parse_quantity(f"5 {sign}", code).value == 5
            other = "NOK" if code != "NOK" else "SEK"
            with pytest.raises(QuantityError, match=f"{code} is another currency"):
                parse_quantity(f"{sign}5", other)


@pytest.mark.parametrize(("sign", "codes"), SHARED.items())
def test_a_shared_sign_means_what_is_declared(sign: str, codes: str) -> None:
    for code in codes.split():
        assert parse_quantity(f"{sign}5", code, Context(currency=code)).value == 5
        with pytest.raises(QuantityError):
            parse_quantity(f"{sign}5", code)
    with pytest.raises(QuantityError):
        parse_quantity(f"{sign}5", "CHF", Context(currency="CHF"))


def test_a_name_of_money_means_its_currency(subtests: pytest.Subtests) -> None:
    for name, code in NAMES.items():
        with subtests.test(name=name):
            assert parse_quantity(f"5 {name}", code).value == 5
            assert parse_quantity(f"5 {name.lower()}", code).value == 5


def test_a_noun_that_currencies_share_names_them_all() -> None:
    assert currencies_called("won") == ("KPW", "KRW")
    assert currencies_called("apples") == ()
    assert currency_names()["CHF"] == currency_names()["swiss franc"] == "CHF"
    assert all(unicodedata.category(sign) == "Sc" for sign in MONEY_SIGNS)
    assert {"$", "€", "£", "¥", "₹", "₭"} <= set(MONEY_SIGNS)


@pytest.mark.parametrize("kind", MARKS)
def test_marks_before_a_number_say_its_kind(kind: str) -> None:
    for mark in MARKS[kind].replace("\n", " ").split():
        assert parse_quantity(f"{mark.replace('_', ' ')} 300", "person").kind == kind, mark
        assert parse_quantity(f"{mark.replace('_', ' ').capitalize()} $300", "USD").kind == kind, mark


@pytest.mark.parametrize("kind", BEHIND)
def test_marks_behind_a_number_say_its_kind(kind: str) -> None:
    for mark in BEHIND[kind].split():
        joint = "" if mark == "+" else " "
        assert parse_quantity(f"300{joint}{mark.replace('_', ' ')}", "person").kind == kind, mark


def test_words_that_are_not_marks_are_refused() -> None:
    for mark in ("exact", "abouts", "aboutt", "or", "then", "less", "more", "a", "much"):
        with pytest.raises(QuantityError):
            parse_quantity(f"{mark} 300", "person")


def test_words_that_only_stress_a_number_leave_it_as_it_is() -> None:
    for words in ("only", "a total of"):
        assert parse_quantity(f"{words} 300", "person") == parse_quantity("300", "person")


@pytest.mark.parametrize("power", MAGNITUDES)
def test_a_magnitude_is_its_power_of_ten(power: int) -> None:
    for word in MAGNITUDES[power].split():
        for text in (f"$3{word}", f"$3 {word}"):
            assert parse_quantity(text, "USD").value == 3 * 10**power, text
        if len(word) > 1 and word not in ("mm", "MM"):
            assert parse_quantity(f"3 {word}", "person").value == 3 * 10**power
    for word in ("m", "b", "t", "mm", "MM"):
        with pytest.raises(QuantityError, match="a magnitude for money only"):
            parse_quantity(f"3{word}", "person")


def test_every_number_below_a_thousand_is_read_in_words() -> None:
    names = dict(enumerate(ONES, 1))
    for place, ten in enumerate(TENS, 2):
        names |= {10 * place: ten} | {10 * place + one: f"{ten}-{names[one]}" for one in range(1, 10)}
    assert len(names) == 99
    for number, name in names.items():
        assert parse_quantity(name, "number").value == number
        assert parse_quantity(name.replace("-", " "), "number").value == number
        assert parse_quantity(f"three hundred and {name}", "number").value == 300 + number
        assert parse_quantity(f"{name} thousand", "number").value == number * 1000
    for word in ("zero", "nought", "naught"):
        assert parse_quantity(word, "number").value == 0


def test_every_ordinal_is_a_rank_and_from_the_third_on_a_part() -> None:
    for number, word in enumerate(ORDINALS, 1):
        assert parse_quantity(word, "rank").value == number
        if number > 2:
            assert parse_quantity(f"a {word}", "number").value == pytest.approx(1 / number)
            assert parse_quantity(f"two {word}s", "number").value == pytest.approx(2 / number)
    for number, word in enumerate(TENS, 2):
        tenth = f"{word[:-1]}ieth"
        assert parse_quantity(tenth, "rank").value == 10 * number
        assert parse_quantity(f"one {tenth}", "number").value == pytest.approx(1 / (10 * number))
        assert parse_quantity(f"{word}-{ORDINALS[2]}", "rank").value == 10 * number + 3
    parts = {
        "hundredth": 2,
        "thousandth": 3,
        "millionth": 6,
        "billionth": 9,
        "trillionth": 12,
        "lakhth": 5,
        "croreth": 7,
    }
    for word, power in parts.items():
        assert parse_quantity(f"a {word}", "number").value == pytest.approx(10.0**-power)
    for word, value in {"half": 1 / 2, "a half": 1 / 2, "a quarter": 1 / 4, "three quarters": 3 / 4}.items():
        assert parse_quantity(word, "share").value == value


def test_vague_words_are_two_to_ten_of_them() -> None:
    powers = {"tens": 1, "hundreds": 2, "thousands": 3, "millions": 6, "billions": 9, "trillions": 12}
    for word, power in powers.items():
        assert parse_quantity(word, "number").interval == (2 * 10**power, 10 * 10**power, False, True)
    assert parse_quantity("dozens", "number").interval == (24, 100, False, True)
    for word, power in {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}.items():
        for few, most in (("a few", 7), ("several", 10)):
            assert parse_quantity(f"{few} {word}", "number")[1:3] == (2 * 10**power, most * 10**power)


def test_every_vulgar_fraction_is_what_unicode_says() -> None:
    signs = [chr(code) for code in (*range(0xBC, 0xBF), *range(0x2150, 0x215F))]
    for sign in signs:
        part = Fraction(unicodedata.numeric(sign)).limit_denominator(10)
        low, high = part - Fraction(1, 2 * part.denominator), part + Fraction(1, 2 * part.denominator)
        assert parse_quantity(sign, "number")[:3] == pytest.approx((part, low, high))
        assert parse_quantity(f"7{sign}", "number").value == pytest.approx(7 + part)


def test_strokes_stand_over_what_rulers_and_prices_have() -> None:
    allowed = (2, 3, 4, 5, 6, 8, 10, 16, 32, 64)
    for under in range(2, 100):
        if under in allowed:
            assert parse_quantity(f"7 1/{under}", "number").value == pytest.approx(7 + 1 / under)
        else:
            with pytest.raises(QuantityError):
                parse_quantity(f"7 1/{under}", "number")


def days(first: date, after: date) -> tuple[float, float, float]:
    """Return the middle day of a time, its first and its last day, since 1970; `after` is the day after it."""
    low, high = (first - EPOCH).days, (after - EPOCH).days
    return low + (high - low) // 2, low, high - 1


def test_every_month_and_part_of_a_year_has_its_days() -> None:
    for month, name in enumerate(MONTHS, 1):
        whole = days(date(2023, month, 1), date(2023 + month // 12, month % 12 + 1, 1))
        for word in (name, name.lower(), name[:3], f"{name[:3]}."):
            assert parse_quantity(f"{word} 2023", "date")[:3] == whole
            assert parse_quantity(f"{word} 5, 2023", "date").value == (date(2023, month, 5) - EPOCH).days
    assert parse_quantity("Sept 2023", "date") == parse_quantity("September 2023", "date")
    quarters = {"Q1": (1, 4), "Q2": (4, 7), "Q3": (7, 10), "Q4": (10, 13), "H1": (1, 7), "H2": (7, 13)}
    for part, (first, after) in quarters.items():
        end = date(2023, after, 1) if after < 13 else date(2024, 1, 1)
        for text in (f"{part} 2023", f"2023 {part}", f"{part}2023"):
            assert parse_quantity(text, "date")[:3] == days(date(2023, first, 1), end)


def test_digits_of_a_declared_script_are_read() -> None:
    zeros = {
        "fullwidth": 0xFF10,
        "arabic": 0x660,
        "persian": 0x6F0,
        "devanagari": 0x966,
        "bengali": 0x9E6,
        "thai": 0xE50,
    }
    for script, zero in zeros.items():
        text = "".join(chr(zero + digit) for digit in (1, 0, 9, 8, 7, 6, 5, 4, 3, 2))
        assert parse_quantity(text, "number", Context(digits=script)).value == 1_098_765_432
        with pytest.raises(QuantityError):
            parse_quantity(text, "number")


def test_blanks_of_any_width_are_blanks() -> None:
    for blank in BLANKS:
        assert parse_quantity(f"{blank}5{blank}people{blank}", "person").value == 5
    assert {unicodedata.category(blank) for blank in BLANKS} == {"Zs"}
    assert len(BLANKS) == 16


@pytest.mark.parametrize(
    "character", ["\x00", "\x1f", "\x7f", "\u200b", "\u202e", "\ud800", "\ue000", "\u0378", "\u2028", "\u2029"]
)
def test_characters_that_cannot_be_seen_are_refused(character: str) -> None:
    with pytest.raises(QuantityError, match=f"U\\+{ord(character):04X}") as caught:
        parse_quantity(f"12{character}", "number")
    assert caught.value.position == 2


def test_dashes_of_every_kind_part_a_range() -> None:
    for dash in "-‐‑‒–—―":
        assert parse_quantity(f"2{dash}4", "month")[:3] == (3, 2, 4)
        assert isnan(parse_quantity(dash, "month", Context(missing=(dash,))).value)
    with pytest.raises(QuantityError):
        parse_quantity("2−4", "month")  # the minus sign


def test_footnote_marks_and_missing_values() -> None:
    for mark in [*words("* ** † ‡ § ¶ [a] [z] [1] [99] [nb12] ᵃ ᵇ ᶜ ᵈ ᵉ ᶠ"), "[note 1]", "[Note1]"]:
        assert parse_quantity(f"12{mark}", "event")[3:6] == ("exact", "event", mark)
    for mark in ("[0]", "[100]", "[ab]", "[note]", "[note 123]", "#"):
        with pytest.raises(QuantityError):
            parse_quantity(f"12{mark}", "event")
    for text in ("n/a", "N/A", "n.a.", "N.A.", "n/m", "N/M", "n.m."):
        assert parse_quantity(text, "event").kind == "missing"
    for markup in ("[BOLD]", "[ITALIC]", "<b>", "</i>", "<bold>", "</italic>", "<em>", "</strong>"):
        assert parse_quantity(f"{markup} 12", "event").value == 12
