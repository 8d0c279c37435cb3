"""Plain words for what the tables hold as codes: statuses, kinds, populations, slugs, predicates.

Belongs here: how a code reads in a sentence. Does not: how a number reads (`pipelines.formatting`) or what is shown
(`content`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.claims.predicates import FORMS, Predicate
from pipelines.dossier.declared import Wording
from pipelines.formatting import NBSP, format_count, format_date, format_share, format_value


@dataclass(frozen=True)
class StatusWords:
    """How a status is named: on a badge, over a list, in a sentence, what it means, and its sign as an SVG path."""

    status: str
    badge: str
    heading: str
    verb: str
    meaning: str
    sign: str


STATUS_WORDS = {
    words.status: words
    for words in (
        StatusWords(
            *("supported", "Holds", "hold", "holds"),
            meaning="the figures bear it out",
            sign="M-0.9,0L-0.3,0.6L0.9,-0.6",
        ),
        StatusWords(
            *("contradicted", "Does not hold", "do not hold", "does not hold"),
            meaning="the figures say otherwise",
            sign="M-0.7,-0.7L0.7,0.7M-0.7,0.7L0.7,-0.7",
        ),
        StatusWords(
            *("contested", "Contested", "are contested", "is contested"),
            meaning="the figures’ own vagueness decides",
            sign="M-0.85,0.25C-0.45,-0.8,0.45,0.8,0.85,-0.25",
        ),
        StatusWords(
            *("untestable", "Cannot be tested", "cannot be tested", "cannot be tested"),
            meaning="no printed figure decides it",
            sign="M-0.6,0L0.6,0",
        ),
    )
}

FIGURE_KINDS = {
    "exact": "exact",
    "rounded": "rounded",
    "estimate": "estimate",
    "at_least": "at least",
    "at_most": "at most",
    "missing": "missing",
}

TIERS = {"P": "primary", "S": "secondary", "W": "weak", "D": "derived"}

CLOCKS = {"content": "date of the content", "publication": "date of publication"}

THEMES: dict[str, str] = {}
"""The titles of the themes, in order; claims and metrics without one come last."""

_WORDS: dict[str, str] = {}
_SPELLED: dict[str, str] = {}


def use_words(wording: Wording) -> None:
    """Have themes, slugs and the names in them worded as a dossier says."""
    spelled = {name.lower(): name for name in wording.names}
    for known, said in (
        (THEMES, {**wording.themes, "": "Other" if wording.themes else "All"}),
        (_WORDS, wording.words),
        (_SPELLED, spelled),
    ):
        known.clear()
        known.update(said)


def table_words(name: str) -> str:
    """Return what a table that is not the article's holds."""
    return _WORDS.get(name) or f"rows of the reference table “{name.replace('_', ' ')}”"


def humanize(slug: str) -> str:
    """Return a slug as words, names spelled as usual: `us_majority` is `US majority`."""
    first, _, others = slug.partition("_")
    return f"{_SPELLED.get(first, first.capitalize())} {humanize_inside(others)}".rstrip()


def humanize_inside(slug: str) -> str:
    """Return a slug as words inside a sentence: `revenue_per_gpu_hour` is `revenue per GPU hour`."""
    return " ".join(_SPELLED.get(word, word) for word in slug.split("_"))


def possessive(label: str, quantity: str) -> str:
    """Return whose quantity: `China’s total funding`; a printed remark in parentheses is left out."""
    owner = re.sub(r"\s*\([^()]*\)\s*$", "", label) or label
    ending = "’" if owner.endswith("s") else "’s"
    return f"{owner}{ending} {_WORDS.get(quantity) or humanize_inside(quantity)}"


def population_words(name: str) -> str:
    """Return a population in words: `OpenAI against the rent of an H100`, `enterprise survey`."""
    parts = [_WORDS.get(part) or humanize(part) for part in name.split("/")]
    return " ".join(parts) if len(parts) > 1 or name in _WORDS else humanize_inside(name)


def short_population_words(name: str) -> str:
    """Return a population in few words, for a chart: `OpenAI, rent`, `wide`."""
    first, *others = name.split("/")
    return ", ".join([humanize(first) if others else humanize_inside(first), *map(humanize_inside, others)])


def replace_ids(text: str, names: Mapping[str, str]) -> str:
    """Return a text with the ids in it replaced by names; a figure that is not among them is spelled out."""

    def name(found: re.Match[str]) -> str:
        parts = found[0].split("/")
        return names.get(found[0]) or (possessive(humanize(parts[1]), parts[2]) if len(parts) == 3 else found[0])

    return re.sub(r"(?<![\w/.-])[a-z0-9_]+(?:/[\w-]+)*(?![\w/]|\.\w)", name, text)


def condition_words(predicate: Predicate, unit: str) -> str:
    """Return a condition in words, its bounds with their unit: `at least 50 %`, `between 0.7 and 0.99`."""
    bounds = [format_value(bound, unit).removeprefix("p = ") for bound in predicate.bounds]
    return FORMS[predicate.form][0].format(*bounds)


def draws_words(probability: float | None, draws: int) -> str:
    """Return in how many draws the condition holds, in words."""
    if probability is None:
        return ""
    if probability == 1:
        return f"in every one of {format_count(draws, 'draw')}"
    if probability == 0:
        return f"in none of {format_count(draws, 'draw')}"
    return f"in {format_share(probability)} of {format_count(draws, 'draw')}"


def measure_words(forecast: Mapping[str, Any]) -> str:
    """Return what a forecast measures, with its value where there is one."""
    if forecast["value"] is None:
        return str(forecast["measure"])
    return f"{forecast['measure']}: {format_value(forecast['value'], forecast['unit'])}"


def as_prose(text: str) -> str:
    """Return a text as it is set for reading: quotation marks, dates in words, no break before a percent sign."""
    dated = re.sub(r"(?<![\w-])\d{4}-\d\d-\d\d(?![\w-])", lambda found: _date_words(found[0]), text)
    return re.sub(r"(?<=\d) (?=%)", NBSP, re.sub(r"`([^`]+)`", r"“\1”", dated))


def _date_words(text: str) -> str:
    """Return a date in words; a text that only looks like one stays as it is."""
    try:
        return format_date(dt.date.fromisoformat(text))
    except ValueError:
        return text


def as_sentence(text: str) -> str:
    """Return a text with its first letter a capital; `str.capitalize` would lower the others."""
    return text[:1].upper() + text[1:]


def joined(items: list[str], word: str = "and") -> str:
    """Return items as an English list: `a, b and c`."""
    return f" {word} ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
