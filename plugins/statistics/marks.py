"""Marks of a text that reports statistics: words, letters and signs by which rules that take long are left out.

Belongs here: cheap searches. Does not: reading what they find (`notation`, `tables`).
"""

from __future__ import annotations

import re

from tidebook.pipelines.read.text.document import Document

_ANY = re.compile(
    r"[=<>≤≥±]|%|\b(?:per ?cent|SD|SE|CI|mean|average|margin|standard error|confidence|significan"
    r"|sensitivity|respon[ds]e)\b"
)
_MORE = re.compile(
    r"(?<![A-Za-z])[pPtFzZMnNrRdgbBQH]s?\s?(?:[(\[][^)\]]{1,30}[)\]])?\s?[=<>≤≥]|\bn\.s\.|±|\bC(?:I|rI)\b|\b[Cc]onfidence\b"
    r"|\b[pPtFzZ][-\s](?:values?|tests?|stat)|χ|\b[Cc]hi\b|\b[Mm]ean\b|\bS[DE]\b|\b[Mm]argins?\s+of\b|\b[Rr]esponse\s+rate"
    r"|\b[Ss]ensitivity\b|\b[Rr]andomi[sz]ed\b|\bassigned\b|\bsignifican|\balpha\b|α|\*\s*p\b|\bdf\b|\b[acsu]?(?:OR|HR|RR|IRR)s?\b|\b(?:[Oo]dds|[Rr]isk|[Hh]azard|[Rr]ate)\s+ratio|\b[Rr]elative\s+risk"
    r"|\bon\s+average\b|\baveraged\b|\b[Ss]ampling\s+error"
)
_HEAD = re.compile(r"(?<![A-Za-z])(?:[pPtFzZrMnNbB]|SE|SD|CI|[ah]?[OHR]R|df|Wald|Sig|Mean|Test|%)(?![A-Za-z])")

_LABEL = re.compile(r"\s*(?:[nN]|Obs\.?|Observations|F\s*\(.*\))\s*")


def may_report(document: Document) -> bool:
    """Whether a text may report any statistics: all others cost one search."""
    return any(_ANY.search(block.text) for block in document.blocks) or _has_heads(document)


def reports_more_than_shares(document: Document) -> bool:
    """Whether a text reports tests, intervals, means or the like, in its running text or its tables."""
    texts = (block.text for block in document.blocks if block.is_prose)
    return any(map(_MORE.search, texts)) or _has_heads(document)


def _has_heads(document: Document) -> bool:
    """Whether the heads, labels or the caption of a table may be those of statistics."""
    for table in document.tables:
        if any(map(_HEAD.search, table.heads)) or any(map(_LABEL.fullmatch, table.labels)):
            return True
        if "orrelation" in table.caption:
            return True
    return False
