"""Texts as they are compared: what is layout or type is folded, so that only words and numbers count.

Belongs here: which signs are the same. Does not: finding a quotation (`quotes`), or the marks of Markdown in a text,
which its reader drops.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

_QUOTES = dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‘’‚‛‹›′`´", "'")
_DASHES = dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
_SAME = _QUOTES | _DASHES | {"…": "..."}
_EM_DASH = re.compile(r"(?<=[^\s(\d])[—―](?=\S)|(?<=\d)[—―](?=[^\s\d])")
"""An em dash without blanks, which others print as an en dash between blanks; not that of a range or a sign."""
UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
"""Soft hyphens, joiners and marks that no reader sees."""
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()\s]*(?:\([^()]*\)[^()\s]*)?(?:\s+[\"'][^\"']*[\"'])?\)|\[[^\[\]]*\])")
_EMPHASIS = re.compile(
    r"\*+(?=\S)|(?<=\S)\*+|(?<!\w)_+(?=\S)|(?<=\S)_+(?!\w)|~~|`+|</?(?:b|i|em|strong|mark|u|span|a)\b[^<>]*>"
)


class Folded(NamedTuple):
    """A folded text, and the index in the text itself of each of its characters."""

    text: str
    places: Sequence[int]


def without_marks(text: str) -> str:
    """Return a quotation without emphasis and without the targets of links, as a reader sees it."""
    return _EMPHASIS.sub("", _LINK.sub(r"\1", text))


def plain_words(quote: str) -> str:
    """Return the words of a quotation as a reader sees them, on one line."""
    return " ".join(without_marks(quote).split())


@lru_cache(maxsize=4096)  # an editor asks again after each key, for all blocks but one
def folded(text: str) -> Folded:
    """Fold a text: blanks are one, quotation marks and dashes have one form, emphasis is dropped; case stays."""
    aside = set[int]()
    spaced = {mark.start() for mark in _EM_DASH.finditer(text)}
    for mark in _EMPHASIS.finditer(text):
        aside.update(range(mark.start(), mark.end()))
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        if place in aside or sign in UNSEEN:
            continue
        same = " - " if place in spaced else " " if sign.isspace() else _SAME.get(sign, sign)
        if same[0] == " " and signs[-1:] in ([], [" "]):
            same = same[1:]
        # Not `append`: an ellipsis becomes three signs.
        signs += same
        places += [place] * len(same)
    while signs and signs[-1] == " ":
        signs.pop()
        places.pop()
    return Folded("".join(signs), places)
