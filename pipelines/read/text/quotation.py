"""What a dossier quotes of the text: the words, whose they are, and where a problem with them is told.

Belongs here: quotations as they are declared. Does not: where the text has them (`quotes`).
"""

from __future__ import annotations

from dataclasses import dataclass

from tidebook.pipelines.read.errors import Problem


@dataclass(frozen=True)
class Quotation:
    """Words that a dossier quotes.

    Attributes:
        words: the words.
        section: a heading above them, "" if they stand once only.
        anywhere: whether they only locate a statement, so that of several places the first will do.
    """

    words: str
    section: str = ""
    anywhere: bool = False


@dataclass(frozen=True)
class Quoted:
    """Words that the dossier quotes: whose they are, where a problem with them is told, and which number is meant, if
    that is named."""

    quote_id: str
    quotation: Quotation
    problem: Problem
    number: str = ""
