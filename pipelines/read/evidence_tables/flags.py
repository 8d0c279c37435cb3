"""Flags that publishers set on values: provisional, estimated, forecast, a break in the series; and cells without one.

Belongs here: what the signs, letters and words mean. Does not: the columns that hold them (`declared`), or what follows
from one (`evaluate.evidence_values`). Letters are those of Eurostat and of SDMX's OBS_STATUS, where both mean the same.
"""

from __future__ import annotations

import re

NO_VALUE = frozenset({
    "", ".", "..", "...", "…", ":", "-", "–", "—", "NA", "N/A", "n/a", "n.a.", "#N/A", "NaN", "nan", "None", "null",
    "NULL", "no data",
})  # fmt: skip
"""Cells of publishers that hold no value."""

MEANING = {
    "b": "break in the series",
    "c": "confidential",
    "d": "definition differs",
    "e": "estimated",
    "f": "forecast",
    "i": "imputed",
    "n": "not significant",
    "p": "provisional",
    "r": "revised",
    "s": "estimated by the publisher",
    "u": "low reliability",
}
_LETTERS = re.compile(r"[A-Za-z]{1,4}")
_FORECAST = re.compile(r"forecast|projection|projected", re.IGNORECASE)
_BREAK = re.compile(r"break\b", re.IGNORECASE)


def flag_words(flag: str) -> str:
    """Return what a flag says: `ep` is estimated, provisional. Words and unknown signs are returned as they are."""
    if not _LETTERS.fullmatch(flag):
        return flag
    # A is a normal value, which needs no words.
    return ", ".join(MEANING.get(letter, letter) for letter in flag.lower() if letter != "a")


def is_forecast(flag: str) -> bool:
    """Whether a flag says that nobody has observed the value yet."""
    return _has(flag, "f") or bool(_FORECAST.search(flag))


def is_break(flag: str) -> bool:
    """Whether a flag says that a value cannot be compared with earlier ones."""
    return _has(flag, "b") or bool(_BREAK.search(flag))


def _has(flag: str, letter: str) -> bool:
    return bool(_LETTERS.fullmatch(flag)) and letter in flag.lower()
