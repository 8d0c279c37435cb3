"""The sentences that a copy editor reads: `corrections.toml`, and filling them in.

Belongs here: looking up a template. Does not: the words that are filled in (`card_words`, `outcome_words`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

SENTENCES = Path(__file__).with_name("corrections.toml")


@cache
def sentences() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return the sentences by part and name."""
    return tomllib.loads(SENTENCES.read_text(encoding="utf-8"))


def sentence(part: str, name: str, **words: str) -> str:
    """Return a sentence with its words filled in, the plain one of its part where there is none of this name."""
    own = sentences()[part]
    return (own.get(name) or own["plain"])["text"].format(**words)
