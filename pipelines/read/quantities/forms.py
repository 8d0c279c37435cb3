"""Forms such as `{} - *` or `* ({})`, which say where the quantity is in a cell that holds other text too.

Belongs here: which parts of a cell a form allows. Does not: reading those parts (quantity.py).
"""

import re
from collections.abc import Callable, Iterable

from tidebook.pipelines.read.quantities.vocabulary import BLANKS

_GROUPED = re.compile(rf"[0-9][{BLANKS}]+[0-9]")


def parts_by(form: str) -> Callable[[str], Iterable[str]]:
    """Return a function that lists each part of a cell that a form allows to be the quantity.

    A `*` that blanks part from the rest may match nothing: `{} *` allows both `5` and `5 million` in `5 million`. No
    part begins or ends between the digits of `20 708`.
    """
    before, _, after = re.sub(f"[{BLANKS}]+", " ", form.strip(BLANKS)).partition("{}")
    head, tail = _pattern(before), _pattern(after)

    def parts(text: str) -> Iterable[str]:
        text = text.strip(BLANKS)
        starts, ends = [], []
        for place in _cuts(text):
            if head.fullmatch(text, 0, place):
                starts.append(place)
            if tail.fullmatch(text, place):
                ends.append(place)
        # A dict, not a set: proposals and errors name the parts in this order.
        found: dict[str, None] = {}
        for start in starts:
            for end in ends:
                if start < end:
                    found[text[start:end].strip(BLANKS)] = None
        return found

    return parts


def _cuts(text: str) -> list[int]:
    """Return the places where a part may begin or end: all but those within a number with blanks, such as `20 708`."""
    within: set[int] = set()
    for found in _GROUPED.finditer(text):
        within.update(range(found.start() + 1, found.end()))
    return [place for place in range(len(text) + 1) if place not in within]


def _pattern(literal: str) -> re.Pattern[str]:
    """Compile the text on one side of `{}`, in which `*` is any text and a blank any blanks."""
    blanks = f"[{BLANKS}]+"
    # At an end of a form `*` takes its blank with it, so that it may match nothing.
    signs = {"* ": f"(?:.*{blanks})?", " *": f"(?:{blanks}.*)?", "*": ".*", " ": blanks}
    parts = re.split(r"(^\* | \*$|[* ])", literal)
    return re.compile("".join(signs.get(part) or re.escape(part) for part in parts), re.DOTALL)
