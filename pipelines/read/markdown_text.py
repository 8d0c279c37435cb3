"""Texts as Markdown shows them, for reports and reviews that quote what anyone may have written.

Belongs here: escaping texts, code and addresses. Does not: reading Markdown (`text.markdown`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

_SPACE = re.compile(r"[^\S\u00a0]+")
_MARKS = re.compile(r"[\\`*_\[\]<>|~&#]")
_FIRST_MARK = re.compile(r"^([-+=]|\d+(?=[.)](?:\s|$)))")
_LIVE = re.compile(r"\b(https?)://|\b(www)\.", re.IGNORECASE)


@lru_cache(maxsize=1 << 14)
def escape_markdown(text: object) -> str:
    """Escape text for Markdown, on one line, anywhere in a line or in a table's cell.

    Breaks up addresses with character references, so that renderers make no links of them.
    """
    line = _SPACE.sub(" ", str(text)).strip()
    line = _MARKS.sub(r"\\\g<0>", line)
    line = _LIVE.sub(_dead_address, line)
    return _FIRST_MARK.sub(_escaped_first_mark, line)


def _dead_address(match: re.Match[str]) -> str:
    scheme, www = match.groups()
    return f"{scheme}&#58;//" if scheme else f"{www}&#46;"


def _escaped_first_mark(match: re.Match[str]) -> str:
    # A list's number is escaped at its point: a backslash before a digit would be shown.
    return f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}"


def markdown_link(text: object, address: str) -> str:
    """Return a Markdown link; its address is encoded, so that it cannot end the link or become markup."""
    safe = re.sub(r"[^\w:/?#@!$&+,;=.~%-]", lambda match: quote(match[0], safe=""), address)
    return f"[{escape_markdown(text)}](<{safe}>)"


def markdown_code(words: str) -> str:
    """Return a name as code, on one line; no mark in it ends the code or the cell of a table."""
    plain = re.sub(r"[`|]|\s+", " ", words)
    return f"`{plain}`"
