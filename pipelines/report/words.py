"""Words for the codes in the tables: outcomes, statuses, kinds, populations, slugs; and how texts are set for reading.

Belongs here: how one code, id or value reads in a sentence. Does not: how numbers are formatted (`read.formatting`),
or what the report shows (`content`). A dossier's own words are global while a report is rendered: `render` sets them
first, with `use_words`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, log10
from operator import itemgetter
from typing import Any

from tidebook.pipelines.judge.corrections import sentence
from tidebook.pipelines.read.dossier.wording import Labels
from tidebook.pipelines.read.formatting import (
    DIGITS,
    MINUS,
    NBSP,
    days_in_words,
    digits_between,
    format_value,
)
from tidebook.pipelines.read.grouping import grouped
from tidebook.pipelines.read.plugin import plugin, plugin_with
from tidebook.schemas.units import UNITS, UNSCALED


@dataclass(frozen=True)
class Mark:
    """How a code is shown: its word, the tone that colours it, its sign as an SVG path, and its meaning."""

    word: str
    tone: str
    sign: str
    meaning: str


_CHECK, _CROSS, _WAVE = (
    "M-0.9,0L-0.3,0.6L0.9,-0.6",
    "M-0.7,-0.7L0.7,0.7M-0.7,0.7L0.7,-0.7",
    "M-0.85,0.25C-0.45,-0.8,0.45,0.8,0.85,-0.25",
)
_AGAIN, _END = "M0.7,-0.4A0.8,0.8,0,1,0,0.8,0.2M0.75,-0.9L0.7,-0.35L0.2,-0.5", "M-0.9,0L0.5,0M0.7,-0.7L0.7,0.7"
_DASH, _LATE, _EARLY = "M-0.6,0L0.6,0", "M0.5,-0.7L-0.5,0L0.5,0.7", "M-0.5,-0.7L0.5,0L-0.5,0.7"

OUTCOMES = {
    "right": Mark("right", "good", _CHECK, "it agrees with the best source, in the printed unit and on the same basis"),
    "wrong": Mark("wrong", "bad", _CROSS, "a better source contradicted it when it was published"),
    "outdated": Mark("outdated", "late", _LATE, "right once, no longer right when it was published"),
    "premature": Mark("premature", "early", _EARLY, "not yet right when it was written, right when it was published"),
    "unchecked": Mark("unchecked", "mute", _DASH, "no comparable source is known, or it has no figure to stand on"),
    "stands": Mark("stands", "good", _CHECK, "it holds in every fair reading, and its figures are checked"),
    "depends": Mark("depends", "open", _WAVE, "fair readings of the same words disagree, or the figures are too vague"),
    "undecided": Mark("undecided", "mute", _DASH, "no available evidence settles it"),
    "consistent": Mark(
        "consistent", "good", _CHECK, "the article’s own figures agree with it, and no other source decides"
    ),
    "contradicts itself": Mark("contradicts itself", "bad", _CROSS, "the article’s own figures contradict it"),
    "drifted": Mark("drifted", "late", _LATE, "the article no longer says what was quoted"),
    "revised": Mark("revised", "good", _AGAIN, "right by the data of its day, which its source has corrected since"),
    "expired": Mark("expired", "mute", _END, "right until a day, and nothing is known of it after that"),
    "open": Mark("open", "open", _WAVE, "not decided yet"),
    "came true": Mark("came true", "good", _CHECK, "what was predicted happened in time"),
    "failed": Mark("failed", "bad", _CROSS, "what was predicted did not happen in time, under any reading"),
    "void": Mark("void", "mute", _DASH, "it was decided before it was made, or can no longer be decided"),
    "advice": Mark("advice", "mute", _DASH, "it tells readers how to judge, and cannot come true"),
    "not falsifiable": Mark("not falsifiable", "mute", _DASH, "nothing that can happen would refute it"),
}
"""The mark of each outcome of a figure, a statement or a prediction."""


def badge_words(outcome: str, number: str, statuses: Mapping[str, str]) -> str:
    """Return what the badge of a statement says: its outcome, and which of its two questions that answers.

    Args:
        outcome: the outcome.
        number: the outcome of the figures whose number it prints, "" if they have no fault.
        statuses: the status of its test by dated view.
    """
    if not number:
        return outcome
    view = "as_printed" if number == "contradicts itself" else "published"
    if number != outcome or number not in ("wrong", "contradicts itself"):
        return f"{outcome}, with {sentence('number', number)}"
    if statuses.get(view) == "contradicted":
        return outcome
    return "wrong number" if number == "wrong" else "number contradicts itself"


_OF_SEVERAL = {"depends": "depend", "contradicts itself": "contradict themselves"}
"""Outcomes that are verbs, as they read of several figures or claims."""

_UNTESTABLE = Mark(
    "cannot be tested", "mute", _DASH, "the figures that it needs were not known, or are of different times"
)

STATUSES = {
    "supported": Mark("holds", "good", _CHECK, "the printed values satisfy it, or at least 95 of 100 possible values"),
    "contradicted": Mark(
        "does not hold", "bad", _CROSS, "no values that the print allows satisfy it, or at most 5 of 100"
    ),
    "depends": Mark("depends", "open", _WAVE, "readings differ, or the figures are too vague to tell"),
    "": _UNTESTABLE,
    "untestable": _UNTESTABLE,
}
"""The mark of a statement's status in one dated view; a test of the printed figures alone has no other."""

IN_TEXT = {"supported": "✓", "contradicted": "✗", "depends": "≈", "untestable": "–", "": "–"}
"""The sign of each status where there are no pictures."""

SIGNS = {mark.word: mark.sign for mark in (*OUTCOMES.values(), *STATUSES.values())}
"""SVG paths by word."""

STATUS_OF_VERDICT = {
    "supported": "supported",
    "contradicted": "contradicted",
    "contested": "depends",
    "untestable": "untestable",
}
"""Codes of the verdicts on an interpretation."""

DATED_VIEWS = {"as_printed": "As printed", "written": "When written", "published": "When published", "now": "Now"}
"""The four dated views in which statements are judged: the print, and the values known on three dates."""

HEADS = {"as_printed": "Printed", "written": "Written", "published": "Published", "now": "Now"}
"""The same as heads of columns."""

MOST_NAMED = 60
"""Maximum characters of a statement that stands for the name of a claim."""

IN_FULL = 4
"""Whole numbers of up to this many digits are not rounded."""

EVIDENCE_VIEWS = {"printed": "as printed", "best_known": "as best known on {}"}
"""Words for each evidence view of the core; `{}` takes the days."""

TIERS = {"P": "primary", "S": "secondary", "W": "weak", "D": "derived"}

WEIGHTS = {"strict": "stricter test", "loose": "looser test"}
"""Words for the weights of interpretations that do not decide an outcome."""

CLOCKS = {"content": "when it was written", "publication": "publication"}

THEMES: dict[str, str] = {}
"""Titles of the themes, in order; claims and metrics without a theme come last."""

BY_OTHERS: set[str] = set()
"""Kinds of events in which the counterparty acts on the subject, such as an acquisition."""

_LABELS = [Labels()]
"""The dossier's own words, which `use_words` replaces."""


def use_words(wording: Labels) -> None:
    """Use a dossier's words for themes, slugs, names and kinds of events, until the next call."""
    _LABELS[:] = [wording]
    BY_OTHERS.clear()
    BY_OTHERS.update(wording.by_others)
    _replace(THEMES, {**wording.themes, "": "Other" if wording.themes else "All"})
    humanize_inside.cache_clear()


def _replace(target: dict[str, str], content: Mapping[str, str]) -> None:
    # In place: other modules have imported these dictionaries by name.
    target.clear()
    target.update(content)


def humanize(slug: str) -> str:
    """Return a slug as words with a capital; names are spelled as usual: `eu_budget` becomes `EU budget`."""
    return _LABELS[0].spell_name(slug)


@lru_cache(maxsize=1 << 14)
def humanize_inside(slug: str) -> str:
    """Return a slug as words inside a sentence: `price_in_eu` becomes `price in EU`."""
    return _LABELS[0].spell(slug)


def figure_name(figure_id: str, label: str, quantity: str) -> str:
    """Return the name of a figure: the dossier's own, the words that quote it, or its quantity and whose it is."""
    return _LABELS[0].figure_name(figure_id, label, quantity)


def name_of(row: Mapping[str, Any]) -> str:
    """Return the name of a row of `figures`."""
    return as_prose(_LABELS[0].name_of(row))


def outcome_of(outcome: str, number: int) -> str:
    """Return an outcome as it reads behind a number: `1 depends`, `2 depend`, `2 wrong`."""
    return outcome if number == 1 else _OF_SEVERAL.get(outcome, outcome)


def series_words(slug: str) -> str:
    """Return the name of a series of observations inside a sentence, as the dossier words it."""
    return _LABELS[0].in_words(slug)


def population_words(name: str) -> str:
    """Return a population in words: `Ford against the rent`, `enterprise survey`."""
    parts = [_LABELS[0].words.get(part) or humanize(part) for part in name.split("/")]
    return " ".join(parts) if len(parts) > 1 or name in _LABELS[0].words else humanize_inside(name)


def replace_ids(text: str, names: Mapping[str, str]) -> str:
    """Replace the ids in a text by names; the id of a figure that is not in `names` is spelled out."""

    def name_of(match: re.Match[str]) -> str:
        name = names.get(match[0])
        parts = match[0].split("/")
        if not name and len(parts) == 3:  # a figure: table/subject/quantity
            return figure_name(match[0], humanize(parts[1]), parts[2])
        return name or match[0]

    return re.sub(r"(?<![\w/.-])[a-z0-9_]+(?:/[\w-]+)*(?![\w/]|\.\w)", name_of, text)


def for_texts(names: Mapping[str, str]) -> dict[str, str]:
    """Return the names of ids that a text cannot have as a word of its own, as it can a single word."""
    return {name: words for name, words in names.items() if not name.isalpha()}


def ended(text: str) -> str:
    """Return a sentence with a full stop, if it does not end in a mark already; empty text stays empty."""
    return text if not text or text.rstrip("”’)").endswith((".", "!", "?", "…")) else f"{text}."


_MINUS = re.compile(r"(?:^|(?<=[\s(“]))-(?=[$€£]?\d)")


@lru_cache(maxsize=1 << 14)
def as_prose(text: str) -> str:
    """Set a text for reading: typographic quotes and apostrophes, dates in words, no space before `%`."""
    if not any(mark in text for mark in "-'`%"):  # fast path: nothing to replace
        return text
    text = _MINUS.sub(MINUS, text)
    text = days_in_words(text)
    # An apostrophe after a word may close a quotation: then only those inside words are certain to be apostrophes.
    quotation = re.search(r"(?<!\w)'", text)
    text = re.sub(r"(?<=\w)'(?=[^\W\d])" if quotation else r"(?<=\w)'", "’", text)
    text = re.sub(r"`([^`]+)`", r"“\1”", text)
    return re.sub(r"(?<=\d) %", "%", text)


def rounded(text: str, value: float, unit: str, printed: str) -> str:
    """Round a better value for reading beside the printed one: to as many digits as that has, or to three.

    Args:
        text: the better value as its source prints it.
        value: the same as a number.
        unit: its unit, appended if the printed text names it.
        printed: the printed text.

    A rounded value starts with `about`, which covers the source's interval.
    """
    if unit not in UNSCALED and _IN_FULL.fullmatch(text) and _digits(text) <= DIGITS:
        return format_value(value, unit)
    text = without_zeros(text)
    if unit not in UNSCALED and _digits(text) > max(_digits(printed), MOST_READ):
        scientific = re.fullmatch(r"(\d+\.\d+)(e\d+)", text)
        if scientific:
            return f"about {float(scientific[1]):.2f}{scientific[2]}"
        return f"about {format_value(value, unit)}"
    if unit not in text and re.search(rf"\d {re.escape(unit)}\b", printed):
        return f"{text}{NBSP}{unit}"
    return text


def without_zeros(text: str) -> str:
    """Return an amount as a source prints it without zeros that tell nothing: `$4.00B` becomes `$4B`."""
    return re.sub(r"(?<=\d)\.0+(?=[TBMK]\b)", "", text)


_IN_FULL = re.compile(r"\D*\d{1,3}(?:,\d{3}){2,}\D*")
"""A number of millions or more, written in full."""


def shorter(exact: str, text: str) -> dict[str, str]:
    """Return a better value as it is rounded, by its text at the source; nothing if it is not."""
    return {} if not exact or text.startswith(exact) else {exact: text}


def with_rounded(text: str, rounded_texts: Mapping[str, str]) -> str:
    """Return a text with values rounded as in `rounded_texts`, by their text at the source, and `about` for `~`."""
    for exact, short in sorted(rounded_texts.items(), key=lambda item: -len(item[0])):
        if exact in text:
            # Where the rounded value has its unit in words, those behind the exact one are not repeated.
            unit = re.search(r"(?<=\d)[\s\xa0]([^\W\d]+)$", short)
            behind = rf"(?:[\s\xa0]{unit[1]}\b)?" if unit else ""
            text = re.sub(rf"(?<![\d.,]){re.escape(exact)}(?!\d|[.,]\d){behind}", short, text)
    return re.sub(rf"(?<![\w~])~(?=[{MINUS}$€£\d-])", "about ", text)


MOST_READ = 4
"""Significant digits up to which a source's value is shown as printed there."""


def _digits(text: str) -> int:
    """Count the significant digits of a text that is one number; 0 for a range, a time or a date."""
    match = re.fullmatch(r"\D*(\d[\d,]*(?:\.\d+)?)(?:e\d+|[^\d.,:–-]*)", text)
    if not match:
        return 0
    number = match[1].replace(",", "").lstrip("0.")
    if "." in number:
        return len(number.replace(".", ""))
    return len(number.rstrip("0"))


def view_words(rows: Iterable[Mapping[str, Any]], day_words: Callable[[list[dt.date]], str]) -> str:
    """Return how figures are taken in rows that agree otherwise: `as printed, and as best known on ...`."""
    dated = [row for row in rows if row["as_of"]]
    by_view = grouped(dated, itemgetter("evidence_view"))
    parts = []
    of_plugins = sorted(by_view.keys() - EVIDENCE_VIEWS)
    for view in (*EVIDENCE_VIEWS, *of_plugins):
        if view in by_view:
            days = [row["as_of"] for row in by_view[view]]
            parts.append(_pattern_of_view(view).format(day_words(days)))
    return ", and ".join(parts)


def _pattern_of_view(view: str) -> str:
    """Return the words for an evidence view; its name for one whose plugin is not installed."""
    if view in EVIDENCE_VIEWS:
        return EVIDENCE_VIEWS[view]
    found = plugin_with("views", view)
    return plugin(found).views[view].words if found else f"on {humanize_inside(view)} of {{}}"


def in_quotes(text: str) -> str:
    """Return a text with typographic quotation marks: `the basis printed is “debt”`."""

    def quotation(match: re.Match[str]) -> str:
        inside = match[1] or match[2] or ""
        return f"“{inside.translate(_INNER)}”"

    return re.sub(r"""(?<!\w)(?:'([^']+)'|"([^"]*)")(?!\w)""", quotation, text)


_INNER = str.maketrans("“”", "‘’")


def web_address(address: str) -> str:
    """Return an address if a browser may follow it, else `""`."""
    return address if address.startswith(("https://", "http://")) else ""


def plain(text: str) -> str:
    """Replace terms of the method, which the main page does not explain."""
    text = re.sub(r"\binterpretation(s?)\b", r"reading\1", text)
    return re.sub(r"\bdraws\b(?!\.)", "possible values", text)


def as_sentence(text: str) -> str:
    """Return a text with a capital first letter, unless it begins with a name that has its capital later: `xAI`."""
    first = re.match(r"\w*", text)
    is_name = first is not None and first[0] != first[0].lower() and first[0][:1].islower()
    return text if is_name else text[:1].upper() + text[1:]


def cut(statement: str, most: int) -> str:
    """Return a statement without its full stop, cut after a whole word if it has more than `most` characters."""
    statement = statement.rstrip(".")
    return statement if len(statement) <= most else f"{first_words(statement, most).rstrip(',;')} …"


def claim_name(claim: Mapping[str, Any]) -> str:
    """Return a claim's short name: its title in the dossier, or the first words of its statement."""
    return claim["title"] or cut(claim["statement"], MOST_NAMED)


def first_words(text: str, most: int) -> str:
    """Return the whole words among the first `most` characters; in a script without blanks, the characters."""
    return text[:most].rpartition(" ")[0] or text[:most]


def flip_point(value: float, flip_at: float, unit: str, printed: str = "") -> str:
    """Return the value from which on a verdict flips, such as `$28B or less`.

    Rounds away from `value`, so that the verdict has really flipped there. A time of day or a duration is given in
    the form in which it is printed: `2:03:23`.
    """
    upwards = flip_at > value
    # Towards `value`, rounding could name a value that does not flip the verdict.
    away: Callable[[float], int] = ceil if upwards else floor
    if unit == "second" and re.fullmatch(r"(?:\d+:)?\d+:\d\d", printed):
        bound = _clock_time(away(flip_at), has_hours=printed.count(":") > 1)
    elif unit in UNSCALED:
        bound = format_value(float(away(flip_at)), unit)
    else:
        is_whole = (unit in UNITS and UNITS[unit].whole) or bool(unit == "number" and _IN_ONES.fullmatch(printed))
        bound = _rounded_away(value, flip_at, unit, away, is_whole)
    more, less = ("later", "earlier") if unit == "date" else ("more", "less")
    return f"{bound} or {more if upwards else less}"


def _clock_time(seconds: int, has_hours: bool) -> str:
    minutes = seconds // 60
    if has_hours:
        return f"{minutes // 60}:{minutes % 60:02}:{seconds % 60:02}"
    return f"{minutes}:{seconds % 60:02}"


_IN_ONES = re.compile(r"[\d,]+")


def _rounded_away(value: float, flip_at: float, unit: str, away: Callable[[float], int], is_whole: bool) -> str:
    """Return `flip_at` in as many digits as tell it from `value`; counts are whole."""
    digits = digits_between(value, flip_at) if value else DIGITS
    power = floor(log10(abs(flip_at))) if flip_at else 0
    if is_whole:
        digits = power + 1 if power < IN_FULL else min(digits, power + 1)
    scale = 10.0 ** (digits - 1 - power)
    scaled = round(flip_at * scale, 9)  # 0.07 * 100 is a little more than 7
    return format_value(away(scaled) / scale, unit, digits + 1)
