"""Plain words for what the tables hold as codes: outcomes, statuses, kinds, populations, slugs, predicates.

Belongs here: how a code reads in a sentence. Does not: how a number reads (`read.formatting`) or what is shown
(`content`). What a dossier words in its own way holds for a whole report: `render` says it first, by `use_words`.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, log10
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from tidebook.pipelines.read.formatting import DIGITS, NBSP, digits_between, format_date, format_number, format_value
from tidebook.pipelines.read.grouping import grouped
from tidebook.schemas.units import UNITS, UNSCALED

if TYPE_CHECKING:
    from tidebook.pipelines.read.dossier.declared import Wording


@dataclass(frozen=True)
class Mark:
    """How a code is shown: its word, the tone that colours it, its sign as an SVG path, and what it means."""

    word: str
    tone: str
    sign: str
    meaning: str


_CHECK, _CROSS, _WAVE = (
    "M-0.9,0L-0.3,0.6L0.9,-0.6",
    "M-0.7,-0.7L0.7,0.7M-0.7,0.7L0.7,-0.7",
    "M-0.85,0.25C-0.45,-0.8,0.45,0.8,0.85,-0.25",
)
_DASH, _LATE, _EARLY = "M-0.6,0L0.6,0", "M0.5,-0.7L-0.5,0L0.5,0.7", "M-0.5,-0.7L0.5,0L-0.5,0.7"

OUTCOMES = {
    "right": Mark("right", "good", _CHECK, "it agrees with the best source, in the printed unit and on its basis"),
    "wrong": Mark("wrong", "bad", _CROSS, "a better source says otherwise, and did when it was published"),
    "outdated": Mark("outdated", "late", _LATE, "right once, and no longer when it was published"),
    "premature": Mark("premature", "late", _EARLY, "not yet right when it was written, right when it was published"),
    "unchecked": Mark("unchecked", "mute", _DASH, "no independent value is known that could bear it out"),
    "stands": Mark("stands", "good", _CHECK, "it holds in every fair reading, and what it rests on is checked"),
    "depends": Mark("depends", "open", _WAVE, "fair readings of the same words disagree, or the figures are too vague"),
    "undecided": Mark("undecided", "mute", _DASH, "nothing at hand decides it"),
    "agrees": Mark("agrees", "good", _CHECK, "the printed figures agree with each other"),
    "disagrees": Mark("disagrees", "bad", _CROSS, "the printed figures contradict each other"),
    "open": Mark("open", "open", _WAVE, "not yet decided"),
    "came true": Mark("came true", "good", _CHECK, "what was predicted happened in time"),
    "failed": Mark("failed", "bad", _CROSS, "what was predicted did not happen in time, however it is read"),
    "void": Mark("void", "mute", _DASH, "it was decided before it was made, or can no longer be decided"),
    "not falsifiable": Mark("not falsifiable", "mute", _DASH, "nothing that can happen would refute it"),
}
"""What each outcome of a figure or a statement means."""

STATUSES = {
    "S": Mark("holds", "good", _CHECK, "at least 95 of 100 possible values bear it out"),
    "C": Mark("does not hold", "bad", _CROSS, "at most 5 of 100 possible values bear it out"),
    "D": Mark("depends", "open", _WAVE, "readings differ, or the figures are too vague to tell"),
    "U": Mark("cannot be tested", "mute", _DASH, "the figures that it takes were not known, or not of one time"),
    "": Mark("not judged", "mute", _DASH, "a test of the print alone"),
}
"""How a statement stands at a moment."""

SIGNS = {mark.word: mark.sign for mark in (*OUTCOMES.values(), *STATUSES.values())}
"""The sign of each word."""

CODES = {"supported": "S", "contradicted": "C", "contested": "D", "untestable": "U"}
"""The code of each verdict on a reading."""

MOMENTS = {"as_printed": "As printed", "written": "When written", "published": "When published", "now": "Now"}
"""The four moments at which statements are judged."""

IN_FULL = 4
"""Whole numbers of so many digits are told in full."""

LENSES = {"printed": "as printed", "best_known": "as best known on {}", "database": "on the database of {}"}
"""How the figures are taken under each lens, on which days."""

TIERS = {"P": "primary", "S": "secondary", "W": "weak", "D": "derived"}

CLOCKS = {"content": "the day of its content", "publication": "the day of publication"}

THEMES: dict[str, str] = {}
"""The titles of the themes, in order; claims and metrics without one come last."""

BY_OTHERS: set[str] = set()
"""Kinds of events that the other party does to the subject."""

_WORDS: dict[str, str] = {}
_SPELLED: dict[str, str] = {}


def use_words(wording: Wording) -> None:
    """Have themes, slugs and the names in them worded as a dossier says."""
    BY_OTHERS.clear()
    BY_OTHERS.update(wording.by_others)
    for known, said in (
        (THEMES, {**wording.themes, "": "Other" if wording.themes else "All"}),
        (_WORDS, wording.words),
        (_SPELLED, {name.lower(): name for name in wording.names}),
    ):
        known.clear()
        known.update(said)
    humanize_inside.cache_clear()


def humanize(slug: str) -> str:
    """Return a slug as words, names spelled as usual: `eu_budget` is `EU budget`."""
    first, _, others = slug.partition("_")
    return f"{_SPELLED.get(first, first.capitalize())} {humanize_inside(others)}".rstrip()


@lru_cache(maxsize=1 << 14)
def humanize_inside(slug: str) -> str:
    """Return a slug as words inside a sentence: `price_in_eu` is `price in EU`."""
    return " ".join(_SPELLED.get(word, word) for word in slug.split("_"))


def possessive(label: str, quantity: str) -> str:
    """Return whose quantity: `Berlin’s total funding`, `cases in 2022`, `cases of Peru in 2022`.

    A printed remark in parentheses is left out.
    """
    what = _WORDS.get(quantity) or humanize_inside(quantity)
    if year := re.fullmatch(r"(.+ in )?(1[89]\d\d|20\d\d)", label):
        return f"{what} {'of' if year[1] else 'in'} {label}"
    owner = re.sub(r"\s*\([^()]*\)\s*$", "", label) or label
    ending = "’" if owner.endswith("s") else "’s"
    return f"{owner}{ending} {what}"


def population_words(name: str) -> str:
    """Return a population in words: `Ford against the rent`, `enterprise survey`."""
    parts = [_WORDS.get(part) or humanize(part) for part in name.split("/")]
    return " ".join(parts) if len(parts) > 1 or name in _WORDS else humanize_inside(name)


def replace_ids(text: str, names: Mapping[str, str]) -> str:
    """Return a text with the ids in it replaced by names; a figure that is not among them is spelled out."""

    def name(found: re.Match[str]) -> str:
        parts = found[0].split("/")
        return names.get(found[0]) or (possessive(humanize(parts[1]), parts[2]) if len(parts) == 3 else found[0])

    return re.sub(r"(?<![\w/.-])[a-z0-9_]+(?:/[\w-]+)*(?![\w/]|\.\w)", name, text)


def ended(text: str) -> str:
    """Return a sentence with its full stop, where a dossier has not written one; no text stays none."""
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."


@lru_cache(maxsize=1 << 14)
def as_prose(text: str) -> str:
    """Return a text as it is set for reading: quotation marks and apostrophes, dates in words, no break before `%`."""
    if not any(mark in text for mark in "-'`%"):  # what follows would find nothing
        return text
    months = re.sub(rf"between ({_DAY}) and ({_DAY})", lambda found: _month_words(found[1], found[2]), text)
    dated = re.sub(_DAY, lambda found: _date_words(found[0]), months)
    quotes = re.search(r"(?<!\w)'", dated)
    curled = re.sub(r"(?<=\w)'(?=[^\W\d])" if quotes else r"(?<=\w)'", "’", dated)
    return re.sub(r"(?<=\d) (?=%)", NBSP, re.sub(r"`([^`]+)`", r"“\1”", curled))


_DAY = r"(?<![\w-])\d{4}-\d\d-\d\d(?![\w-])"


def _month_words(first: str, last: str) -> str:
    """Return a span of days in words, a whole month by its name: `in June 2024`."""
    year, month, day = map(int, last.split("-"))
    if (first, day) != (f"{last[:7]}-01", monthrange(year, month)[1]):
        return f"between {first} and {last}"
    return f"in {format_date(dt.date(year, month, 1)).split(maxsplit=1)[1]}"


def _date_words(text: str) -> str:
    """Return a date in words; a text that only looks like one stays as it is."""
    try:
        return format_date(dt.date.fromisoformat(text))
    except ValueError:
        return text


def rounded(text: str, value: float, unit: str, printed: str) -> str:
    """Return a better value as it is read beside the printed one: no finer than that, or to three digits.

    A rounded one is said to be `about` that much, which holds the whole of the source's interval. The unit is said
    where the print says it.
    """
    scientific = re.fullmatch(r"(\d+\.\d+)(e\d+)", text)
    if unit not in UNSCALED and _digits(text) > max(_digits(printed), MOST_READ):
        return (
            f"about {float(scientific[1]):.2f}{scientific[2]}" if scientific else f"about {format_value(value, unit)}"
        )
    return f"{text}{NBSP}{unit}" if re.search(rf"\d {re.escape(unit)}\b", printed) and unit not in text else text


MOST_READ = 4
"""Significant digits up to which a source's value is shown as it has it."""


def _digits(text: str) -> int:
    """Return how many significant digits a text has that is one number; 0 for a range, a time or a date."""
    found = re.fullmatch(r"\D*(\d[\d,]*(?:\.\d+)?)(?:e\d+|[^\d.,:–-]*)", text)
    if not found:
        return 0
    plain = found[1].replace(",", "").lstrip("0.")
    return len(plain.replace(".", "")) if "." in plain else len(plain.rstrip("0"))


def lens_words(rows: Iterable[Mapping[str, Any]], told: Callable[[list[dt.date]], str]) -> str:
    """Return how the figures are taken in rows that say the same: `as printed, and as best known on ...`."""
    days = grouped((row for row in rows if row["as_of"]), itemgetter("lens"))
    return ", and ".join(
        words.format(told([row["as_of"] for row in days[lens]])) for lens, words in LENSES.items() if lens in days
    )


def in_quotes(text: str) -> str:
    """Return a text with quotation marks as they are set: `the basis printed is “debt”`."""
    quoted = r"""(?<!\w)(?:'([^']+)'|"([^"]*)")(?!\w)"""
    return re.sub(quoted, lambda found: f"“{(found[1] or found[2] or '').translate(_INNER)}”", text)


_INNER = str.maketrans("“”", "‘’")


def web_address(address: str) -> str:
    """Return an address if a browser may follow it, else nothing."""
    return address if address.startswith(("https://", "http://")) else ""


def plain(text: str) -> str:
    """Return a text without the terms of the method, as the main page has it."""
    return re.sub(r"\bdraws\b(?!\.)", "possible values", text)


def as_sentence(text: str) -> str:
    """Return a text with its first letter a capital; `str.capitalize` would lower the others."""
    return text[:1].upper() + text[1:]


def off_words(factor: float | None) -> str:
    """Return how far a printed value is from the better one that it is `factor` times: `10 times too low`."""
    if factor is None or factor <= 0 or factor == 1:
        return ""
    side, size = ("high", factor) if factor > 1 else ("low", 1 / factor)
    if size >= 1.95:
        return f"{format_number(size, 2 if size < 10 else DIGITS)} times too {side}"
    return f"{format_number(100 * abs(factor - 1), 2)}{NBSP}% too {side}"


def first_words(text: str, most: int) -> str:
    """Return the words that the first characters of a text hold whole; of a script without blanks the characters."""
    return text[:most].rpartition(" ")[0] or text[:most]


def turning_point(value: float, turns_at: float, unit: str, printed: str = "") -> str:
    """Return from which value on a verdict turns, rounded to the side that turns it: `$28B or less`.

    A time is given as the print has it: `2:03:23`.
    """
    up = turns_at > value
    if unit == "second" and (parts := re.fullmatch(r"(?:\d+:)?\d+:\d\d", printed)):
        whole = ceil(turns_at) if up else floor(turns_at)
        hours = f"{whole // 3600}:{whole // 60 % 60:02}" if parts[0].count(":") > 1 else f"{whole // 60}"
        bound = f"{hours}:{whole % 60:02}"
    elif unit in UNSCALED:
        bound = format_value(float(ceil(turns_at) if up else floor(turns_at)), unit)
    else:
        digits = digits_between(value, turns_at) if value else DIGITS
        size = floor(log10(abs(turns_at))) if turns_at else 0
        if unit in UNITS and UNITS[unit].whole:
            digits = size + 1 if size < IN_FULL else min(digits, size + 1)
        scale = 10.0 ** (digits - 1 - size)
        scaled = round(turns_at * scale, 9)  # 0.07 times 100 is a little more than 7
        bound = format_value((ceil(scaled) if up else floor(scaled)) / scale, unit, digits + 1)
    more, less = ("later", "earlier") if unit == "date" else ("more", "less")
    return f"{bound} or {more if up else less}"
