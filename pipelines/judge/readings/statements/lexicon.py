"""The words of `lexicon.toml`, as sets and patterns.

Belongs here: what a word does in a sentence. Does not: rules on several words (`rules`).
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from tidebook.pipelines.judge.text.words import ALIKE, root

_WORD = re.compile(r"[A-Za-z][A-Za-z&'’]*[A-Za-z]|[A-Za-z]")
_LONG_WORD = 5
"""Words with more letters are compared by their roots."""


@cache
def _declared() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("lexicon.toml").read_text(encoding="utf-8"))


@cache
def class_of(name: str) -> frozenset[str]:
    """Return the words of a class."""
    return frozenset(_declared()[name].split())


@cache
def pattern(name: str) -> re.Pattern[str]:
    """Return a pattern over running text, in which line breaks of the file have no meaning."""
    return re.compile("".join(_declared()["patterns"][name].split("\n")), re.IGNORECASE)


@cache
def directions() -> dict[str, int]:
    """Return the direction of each word of change: 1 for a rise, -1 for a fall."""
    return {**dict.fromkeys(class_of("up"), 1), **dict.fromkeys(class_of("down"), -1)}


@cache
def multiples() -> dict[str, float]:
    """Return the factor of each verb such as `doubled`."""
    return dict(_declared()["multiples"])


_CLASSES_WITHOUT_CONTENT = (
    "function",
    "up",
    "down",
    "level_verbs",
    "largest",
    "smallest",
    "means",
    "share_verbs",
    "exceeding",
    "contrasts",
    "fractions",
)


@cache
def _without_content() -> frozenset[str]:
    return frozenset(multiples()).union(*(class_of(name) for name in _CLASSES_WITHOUT_CONTENT))


def has_content(word: str) -> bool:
    """Whether a word, in small letters, names something that a label, a heading or a caption has to explain."""
    return len(word) > 1 and word not in _without_content()


@cache
def stem(word: str) -> str:
    """Return a word without the endings of possession and plural."""
    low = word.lower().rstrip("'’")
    if low.endswith(("'s", "’s")):
        low = low[:-2]
    if low.endswith("ies") and len(low) > 4:
        return low[:-3] + "y"
    if low.endswith("s") and not low.endswith(("ss", "us", "is")) and len(low) > 3:
        return low[:-1]
    return low


@cache
def _generic_stems() -> frozenset[str]:
    return frozenset(stem(word) for word in class_of("generic"))


@cache
def label_words(text: str) -> tuple[str, ...]:
    """Return the stems of a label's words that tell it from others, each once, in their order."""
    found: dict[str, None] = {}
    for word in _WORD.findall(text):
        stemmed = stem(word)
        if len(stemmed) > 1 and word.lower() not in class_of("generic") and stemmed not in _generic_stems():
            found[stemmed] = None
    return tuple(found)


@cache
def keys_of(word: str) -> tuple[str, ...]:
    """Return the keys under which alike words of labels are found: a stem, its synonyms, the root of a long one."""
    keys = (word, *sorted(ALIKE.get(word, ())))
    return (*keys, f"{root(word)}-") if len(word) > _LONG_WORD else keys


@cache
def keys_of_label_word(word: str) -> tuple[str, ...]:
    """Return the keys of a word of a label."""
    return (word, f"{root(word)}-") if len(word) > _LONG_WORD else (word,)


def is_alike(one: str, other: str) -> bool:
    """Whether a stem says the same as a word of a label: they are equal, share a root, or are synonyms."""
    return not set(keys_of(one)).isdisjoint(keys_of_label_word(other))
