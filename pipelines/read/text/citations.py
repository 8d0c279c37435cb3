"""Numbers that cite: marks such as `[3-5]`, and the entries of a list of references.

Belongs here: telling them from numbers that count something. Does not: what becomes of any number (`numbers`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from tidebook.pipelines.read.text.blocks import Block

_MARK = re.compile(r"(?!\d{1,3}(?:,\d{3})+$)\d{1,3}(?:[,–-]\s?\d{1,3})*")
"""Numbers of notes or references; digits in groups of three are one number."""
_OPENS = re.compile(r"[\[(](?:\d{1,3}[,–-]\s?)*$")
_CLOSES = re.compile(r"(?:[,–-]\s?\d{1,3})*[\])]")
_LIST = re.compile(
    r"\W*(?:\d+\.?\s+)?(?:references?(?: and notes)?|bibliography|works cited|literature(?: cited)?|sources"
    r"|further reading|(?:end|foot)?notes(?: and references)?)\W*",
    re.IGNORECASE,
)
"""A heading above references."""
_NUMBERED = re.compile(r"\s*\[\d{1,3}\]")
_PRINTED = re.compile(
    r"\bdoi\b|\barXiv:|\bISBN\b|\bpp?\.\s?\d|\d\s?\(\d+(?:[-–]\d+)?\)\s?[:,]\s?\w?\d|\b(?:19|20)\d\d;\s?\d|\d:\s?e?\d+[-–]\d",
    re.IGNORECASE,
)
"""Volume, issue and pages, or an identifier."""
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
NEAR = 20
"""Characters on either side of a number in which brackets of a citation stand."""


def is_reference(block: Block) -> bool:
    """Whether a block is an entry of a list of references: below such a heading, or a numbered entry of its form."""
    heading = block.section[-1] if block.section else ""
    return _is_entry(block.text, heading, is_item=block.kind == "item")


@lru_cache(maxsize=64)  # asked for each number of a block
def _is_entry(text: str, heading: str, *, is_item: bool) -> bool:
    if _LIST.fullmatch(heading):
        return is_item or bool(_YEAR.search(text))
    may_be = is_item or _NUMBERED.match(text) is not None
    return may_be and bool(_YEAR.search(text) and _PRINTED.search(text))


def is_cited(block: Block, start: int, end: int) -> bool:
    """Whether a part of a block is numbers of references in brackets."""
    if not _MARK.fullmatch(block.text, start, end):
        return False
    before, behind = block.text[max(start - NEAR, 0) : start], block.text[end : end + NEAR]
    return bool(_OPENS.search(before) and _CLOSES.match(behind))
