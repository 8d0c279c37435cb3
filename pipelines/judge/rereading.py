"""The sentence around a quotation: whether it is the one that was recorded, and what is told of it.

Belongs here: two versions of a sentence. Does not: what a sentence says against its claim (`sentences`), or the lock
(`read.lock`). Kept light: a build that changes nothing asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.grouping import Row
from tidebook.pipelines.read.text.folded import folded

_NEGATIONS = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|hardly|scarcely|false|untrue|wrong|myth|without|cannot)\b|n't\b",
    re.IGNORECASE,
)
"""Words that turn a sentence into its opposite."""
_WORDS = re.compile(r"[\w…]+")


def negated(was: str, now: str) -> bool:
    """Whether one of two sentences has a word of negation that the other one lacks."""
    first, second = (sorted(word.lower() for word in _NEGATIONS.findall(text)) for text in (was, now))
    return first != second


def other_words(before: str, behind: str) -> str:
    """Return the words around a quotation in one line, as they are recorded."""
    return " ".join(f"{before} … {behind}".split())


def words_digest(words: str) -> str:
    """Return a digest of the words around a quotation, whatever their capitals, blanks and marks."""
    return digest(" ".join(_WORDS.findall(folded(words).text.lower())))[:16]


def other_statement(stated: str, words: str) -> str:
    """Return how the words of a text contradict what a prediction states, "" if they do not."""
    if words_digest(stated) == words_digest(words):
        return ""
    return f"judged as “{stated}”; the sentence says “{words}”"


SENTENCE, REREAD = "sentence", "reread"
"""Kinds of findings: a sentence that contradicts what is judged, and one that is another than was recorded."""


def sentence_state(contradiction: str, was: str, digest_now: str, now: str) -> tuple[str, str]:
    """Return the kind of finding on a sentence, "" for none, and why.

    Args:
        contradiction: What the sentence says against that by which it is judged, "" if nothing.
        was: The words around the quotation as they were recorded, "" if they were not.
        digest_now: The digest of the words as they are, "" if the text has none of them.
        now: The words as they are, "" if they are not the author's own.
    """
    if contradiction:
        return SENTENCE, contradiction
    if not was or words_digest(was) == digest_now:
        return "", ""
    if not digest_now:
        return REREAD, f"the text no longer has its words; around them stood “{was}”"
    versions = f"it was “{was}”" + (f" and is “{now}”" if now else "")
    if now and negated(was, now):
        return SENTENCE, f"the sentence is negated another way; {versions}"
    return REREAD, f"the sentence around it has changed; {versions}"


def sentence_states(rows: Iterable[Row], recorded: Mapping[str, str]) -> Iterator[tuple[str, str, str, str]]:
    """Yield id, kind, why and locator of each finding on the sentences of a text.

    Claims whose quotation is gone have drifted, which is told elsewhere.

    Args:
        rows: Rows of `text_sentences`.
        recorded: The words around quotations as they were recorded, by the id of the quotation.
    """
    left = dict(recorded)
    for row in rows:
        was = left.pop(row["quote_id"], "")
        kind, why = sentence_state(row["contradiction"] or "", was, row["digest"], row["words"] or "")
        if kind:
            yield row["quote_id"], kind, why, row["locator"]
    for quote_id, was in left.items():
        if quote_id.startswith("predictions/"):
            yield quote_id, *sentence_state("", was, "", ""), ""
