"""Every family of printed numbers with its rule and what its prints allow: the tests' table, and a page made from it.

`python -m tests.unit.number_families > docs/printed-numbers.md` writes the page.
"""

from __future__ import annotations

import sys

from tests.conftest import SHIPPED_UNITS
from tidebook.pipelines.read.quantities.quantity import parse_quantity
from tidebook.schemas.units import use_units

FAMILIES = {
    "Rounding has half a unit of the last printed digit either way": (
        (
            "A number in digits allows all that rounds to it, both ends included: a tie may go to either "
            "neighbour. A zero that is printed behind a point is a digit."
        ),
        [
            ("3.2%", "percent", "[3.15, 3.25]"),
            ("1.20 million", "person", "[1195000, 1205000]"),
            ("0%", "percent", "[-0.5, 0.5]"),
            ("18 months", "month", "[17.5, 18.5]"),
            ("2 h 30 min", "second", "[8970, 9030]"),
        ],
    ),
    "A count is all of its digits, but zeros may be places": (
        (
            "Two or more digits with three or more zeros may have been rounded to the last of them; a single "
            "digit with two or more zeros to the second, except as an amount of money. All other counts, and "
            "those with `exactly`, are exact."
        ),
        [
            ("1,243", "person", "[1243, 1243]"),
            ("20", "person", "[20, 20]"),
            ("1,200", "person", "[1200, 1200]"),
            ("300", "person", "[295, 305]"),
            ("a hundred", "person", "[95, 105]"),
            ("248,000", "person", "[247500, 248500]"),
            ("exactly 300", "person", "[300, 300]"),
            ("$300", "USD", "[299.5, 300.5]"),
        ],
    ),
    "About has both sides: a coarse digit, a tenth or four points at most": (
        (
            "The slack is half a unit of the last digit that is not a zero at the end (a last 5 behind "
            "another digit counts as half of ten), at most a tenth of the number, and of percentages four "
            "points; it is never less than rounding, but what `million` hides is no rounding."
        ),
        [
            ("about 300", "person", "[270, 330]"),
            ("circa 1,800", "person", "[1750, 1850]"),
            ("approximately 75%", "percent", "[72.5, 77.5]"),
            ("around 60%", "percent", "[56, 64]"),
            ("~1 million", "person", "[900000, 1100000]"),
            ("close to 90%", "percent", "[86, 94]"),
            ("barely 90%", "percent", "[86, 94]"),
            ("about twice", "ratio", "[1.8, 2.2]"),
        ],
    ),
    "Nearly and just under are below, just over above; none is equal": (
        "Nearly has the slack of about, but on one side. Just under and just over reach five percent, ten where the\n"
        "number itself is loose, such as a third or a decade, and of whole things one at least.",
        [
            ("nearly 50%", "percent", "[46, 50)"),
            ("almost 300", "person", "[270, 300)"),
            ("just under $1 billion", "USD", "[950000000, 1000000000)"),
            ("slightly more than 20%", "percent", "(20, 21]"),
            ("just over a decade", "year", "(10, 11]"),
            ("a shade over twelve", "person", "(12, 13]"),
            ("getting on for 300", "person", "[270, 300)"),
            ("just shy of 40%", "percent", "[38, 40)"),
        ],
    ),
    "A bound has no slack": (
        (
            "Over, more than and above leave the number out, at least and `+` take it in; so do less than and "
            "at most. The far side of a bound is never wrong."
        ),
        [
            ("over 1,000", "person", "(1000, inf]"),
            ("well over 300", "person", "(300, inf]"),
            ("20+", "person", "[20, inf]"),
            ("20-plus", "person", "[20, inf]"),
            ("300 or more", "person", "[300, inf]"),
            ("<1%", "percent", "[0, 1)"),
            ("no more than 12", "person", "[0, 12]"),
            ("up to 40%", "percent", "[0, 40]"),
            ("within three years", "year", "[0, 3]"),
            ("a good 300", "person", "[300, inf]"),
            ("a good dozen", "person", "[12, inf]"),
            ("past the 40% mark", "percent", "(40, inf]"),
            ("north of 40%", "percent", "(40, inf]"),
        ],
    ),
    "A range has both of its ends, and the magnitude of the upper one": (
        "A magnitude, unit or sign of the upper end holds for the lower one if that has none. Two bounds are a range,\n"
        "with the ends that their words leave it.",
        [
            ("between $1.5 and $2 billion", "USD", "[1500000000, 2000000000]"),
            ("20–30%", "percent", "[20, 30]"),
            ("−5% to −3%", "percent", "[-5, -3]"),
            ("−3% to −5%", "percent", "[-5, -3]"),
            ("more than 20 but no more than 30", "person", "(20, 30]"),
        ],
    ),
    "Fractions and multiples in words are loose": (
        (
            "A fraction allows three points or a tenth of it, whichever is less; with about, five points or "
            "15 percent. A multiple allows a tenth; `tripled` is a change of 200 percent, and `more than halved` "
            "a fall of more than a half. `Three times more` may be three or four times as many. With decimals, digits "
            "count."
        ),
        [
            ("half", "share", "[0.47, 0.53]"),
            ("a third", "percent", "[30.33333333, 36.33333333]"),
            ("around half", "share", "[0.45, 0.55]"),
            ("nearly a quarter", "share", "[0.2125, 0.25)"),
            ("more than half", "share", "(0.5, inf]"),
            ("exactly half", "share", "[0.5, 0.5]"),
            ("half a million", "person", "[450000, 550000]"),
            ("3x", "ratio", "[2.7, 3.3]"),
            ("2.5x", "ratio", "[2.45, 2.55]"),
            ("halved", "ratio", "[0.45, 0.55]"),
            ("more than halved", "percent", "[-100, -50)"),
            ("nearly halved", "percent", "(-50, -45]"),
            ("a factor of ten", "ratio", "[9, 11]"),
            ("three times as many", "ratio", "[2.7, 3.3]"),
            ("three times more", "ratio", "[2.7, 4.4]"),
            ("tripled", "percent", "[170, 230]"),
            ("more than doubled", "percent", "(100, inf]"),
            ("half as much again", "ratio", "[1.35, 1.65]"),
            ("every third", "share", "[0.3033333333, 0.3633333333]"),
        ],
    ),
    "Plural words are two to ten of them": (
        "The next power of ten has its own word; `a few` ends at seven.",
        [
            ("hundreds", "person", "[200, 1000)"),
            ("tens of thousands", "person", "[20000, 100000)"),
            ("dozens", "person", "[24, 100)"),
            ("a few thousand", "person", "[2000, 7000]"),
            ("several hundred", "person", "[200, 1000]"),
            ("a handful", "person", "[3, 6]"),
            ("an order of magnitude", "ratio", "[5, 20]"),
            ("a six-figure sum", "USD", "[100000, 1000000)"),
            ("double-digit", "percent", "[10, 100)"),
        ],
    ),
    "Words for a part of ten are a third of it": (
        "Low, mid and high overlap where a number may have decimals. `60-odd` ends below the next ten,\n"
        "`200-odd` below 250.",
        [
            ("low twenties", "company", "[20, 23]"),
            ("mid-teens", "percent", "[13, 17)"),
            ("high thirties", "percent", "[36, 40)"),
            ("mid-to-high single digits", "percent", "[3, 10)"),
            ("60-odd", "company", "[60, 70)"),
            ("200-odd", "person", "[200, 250)"),
        ],
    ),
    "A fall is the number behind the verb with the other sign": (
        (
            "The whole interval is mirrored, so that `fell more than 10%` is a larger fall. Where a verb "
            "names a level, as in `fell to 8%`, the cell is refused."
        ),
        [
            ("fell 8%", "percent", "[-8.5, -7.5]"),
            ("fell more than 10%", "percent", "[-100, -10)"),
            ("fell nearly 10%", "percent", "(-10, -9]"),
            ("dropped by a third", "percent", "[-36.33333333, -30.33333333]"),
            ("a fall of 5–8%", "percent", "[-8, -5]"),
            ("up 50 basis points", "basis point", "[49.5, 50.5]"),
        ],
    ),
    "A negative number is hedged from zero and bounded on the number line": (
        ("`Nearly −10%` and `up to −10%` lie between −10 and zero; `more than −10%` is any number above −10."),
        [
            ("about −10%", "percent", "[-11, -9]"),
            ("nearly −10%", "percent", "(-10, -9]"),
            ("up to −10%", "percent", "[-10, 0]"),
            ("more than −10%", "percent", "(-10, inf]"),
            ("at least −2", "number", "[-2, inf]"),
            ("less than −5%", "percent", "[-100, -5)"),
        ],
    ),
    "Durations in words are loose, and convert": (
        (
            "Seven percent either way in words, digits in digits. Units of time convert into each other: a "
            "year has 365.25 days, a month is a twelfth of it."
        ),
        [
            ("two years", "year", "[1.86, 2.14]"),
            ("a decade", "year", "[9.3, 10.7]"),
            ("less than a year", "month", "[0, 12)"),
            ("nearly two years", "month", "[21.6, 24)"),
            ("a fortnight", "month", "[0.427761807, 0.4921560575]"),
        ],
    ),
    "Shares in words": (
        "Of a part and its whole, both numbers count: `7 of 9` is not `7 of 8`.",
        [
            ("most", "share", "(0.5, 1)"),
            ("the majority", "percent", "(50, 100]"),
            ("a minority", "share", "[0, 0.5)"),
            ("the vast majority", "share", "[0.75, 1)"),
            ("almost all", "share", "[0.9, 1]"),
            ("hardly any", "share", "[0, 0.05]"),
            ("7 of 9", "share", "[0.7772777778, 0.7782777778]"),
            ("all nine", "share", "[1, 1]"),
            ("none", "person", "[0, 0]"),
            ("unchanged", "percent", "[-0.25, 0.25]"),
            ("broadly unchanged", "percent", "[-1, 1]"),
        ],
    ),
    "Places in an order are exact": (
        "`Top ten` is any of them.",
        [
            ("second-largest", "rank", "[2, 2]"),
            ("runner-up", "rank", "[2, 2]"),
            ("second only to", "rank", "[2, 2]"),
            ("No. 3", "rank", "[3, 3]"),
            ("top ten", "rank", "[1, 10]"),
            ("outside the top 100", "rank", "(100, inf]"),
        ],
    ),
    "A date allows its days, a word before it the days on its side": (
        "Early, mid and late are thirds of a year, a month or a decade. Seasons are those of the northern hemisphere;\n"
        "a season of two years, as in sport, lasts from July to June.",
        [
            ("March 2024", "date", "[19783, 19813]"),
            ("early 2023", "date", "[19358, 19477]"),
            ("mid-March 2024", "date", "[19793, 19802]"),
            ("the second half of 2020", "date", "[18444, 18627]"),
            ("1Q21", "date", "[18628, 18717]"),
            ("summer 2019", "date", "[18048, 18161]"),
            ("winter 2018/19", "date", "[17866, 17975]"),
            ("the 2018/19 season", "date", "[17713, 18077]"),
            ("by 2026", "calendar year", "[1000, 2026]"),
            ("after 2020", "date", "(18627, inf]"),
            ("the mid-1990s", "calendar year", "[1993, 1996]"),
            ("the late nineties", "calendar year", "[1996, 1999]"),
            ("the 19th century", "calendar year", "[1800, 1900]"),
        ],
    ),
}


HEAD = """# What a printed number allows

A print stands for a set of values. One function, `implied_interval` in `pipelines/read/quantities/implied.py`, says
which, and everything uses it: figures and their draws, findings, `tidebook explain` and `tidebook read`. `[` and `]`
include an end, `(` and `)` leave it out. How a cell is read is told [elsewhere](quantities.md).

Two principles decide where a family is not obvious:

- **Rounding has slack, a bound has none.** `Over 1,000` does not allow 990, though 990 rounds to 1,000.
- **The word decides the side.** Nearly is below, over above, about either. Sign, unit and power of ten come first: no
  slack excuses them.

Generated from the tests by `make pages`; edit `tests/unit/number_families.py`, not this page.
"""
TAIL = """
## How a reference decides

- A number, derived ones too: the figure is right if the number lies in its implied interval. For a figure without a
  word it is also right if the source prints fewer digits and the figure rounds to them.
- A range, a number with an error, an estimate, a stated interval: the figure is right if the two share a value.
- A bound, such as `at least 10`: the figure is right if all that the bound leaves lies in its interval, wrong if
  nothing does; else the bound decides nothing. Two bounds on the same side are compared by their ends.

The pairs of `tests/corpus/pairs.csv`, a print, the truth and what an editor says, are run by
`python -m tests.corpus [FILE]`, which takes any file of that form.
"""


def allowed(text: str, unit: str) -> str:
    """Return what a text allows, as `[270, 300)`."""
    low, high, low_open, high_open = parse_quantity(text, unit).interval
    return f"{'(' if low_open else '['}{_end(low)}, {_end(high)}{')' if high_open else ']'}"


def _end(value: float) -> str:
    return f"{value:.10g}"


def page() -> str:
    """Return docs/printed-numbers.md."""
    use_units(SHIPPED_UNITS)
    parts = [HEAD]
    for family, (rule, prints) in FAMILIES.items():
        parts.append(f"## {family}\n\n{rule}\n\n| print | unit | allows |\n|---|---|---|")
        parts += [f"| `{text}` | {unit} | {allowed(text, unit).replace('inf]', '∞)')} |" for text, unit, _ in prints]
        parts.append("")
    return "\n".join(parts).rstrip("\n") + "\n" + TAIL


if __name__ == "__main__":
    sys.stdout.write(page())
