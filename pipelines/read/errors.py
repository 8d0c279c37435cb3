"""Problems with input: file, line, column, the text found and what was expected, each in one line.

Belongs here: their type, their error, and the quoting of texts in messages. Does not: the checks that find them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tidebook.places import masked

SHOWN_TEXT = 60
"""Maximum characters of a quoted text."""

NEAREST = 3
"""Maximum names that are near an unknown one."""

MOST_COMPARED = 10_000
"""Maximum names of which the nearest is sought however far it is, which compares all of them in full."""

RUNNER_COMMAND = re.compile(r"^([^\S\n]*):(?=:)|#(?=#\w*\[)", re.MULTILINE)
"""The first character of a command in a log: for GitHub's runner `::` at the start of a line and `##[` anywhere, for
others `##vso[` and `##teamcity[`."""


@dataclass(frozen=True)
class Problem:
    """One problem at a place in a raw file. `line` counts from 1; `column` is a CSV header or a TOML key."""

    file: str
    expected: str
    line: int | None = None
    column: str | None = None
    text: str | None = None

    @property
    def words(self) -> str:
        """The problem without the file and line, for whoever shows these apart."""
        column = "" if self.column is None else f"column {shown(self.column)}: "
        found = "" if self.text is None else f"found {shown(masked(self.text))}, "
        return printable(masked(f"{column}{found}expected {self.expected}"))

    def __str__(self) -> str:
        """Return the problem as one line."""
        place = printable(masked(self.file if self.line is None else f"{self.file}:{self.line}"))
        return f"{place}{': ' if self.column is None else ', '}{self.words}"


class InputError(ValueError):
    """Unusable input, with all problems found in it. A build that raises it writes nothing."""

    def __init__(self, problems: Sequence[Problem] | Problem) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def refuse(problems: Sequence[Problem]) -> None:
    """Raise InputError if there are problems."""
    if problems:
        raise InputError(problems)


def place_of(locator: str) -> tuple[str, int, str | None]:
    """Split a locator such as `a.csv:2, column Total` into file, line and column, None without a column."""
    place, _, column = locator.partition(", column ")
    path, _, line = place.rpartition(":")
    return path, int(line), column or None


def close_names(name: str, known: Iterable[str]) -> list[str]:
    """Return at most three known names that an unknown one may be a typo of, the closest first.

    One that differs only in upper and lower case is returned alone.
    """
    import difflib  # lazy: only errors need it

    by_folded, folded = {each.casefold(): each for each in known}, name.casefold()
    if folded in by_folded:
        return [by_folded[folded]]
    return [by_folded[each] for each in difflib.get_close_matches(folded, by_folded, n=NEAREST)]


def nearest_names(name: str, known: Sequence[str]) -> list[str]:
    """Return the three known names that are nearest to an unknown one, however far; of very many the close ones."""
    import difflib  # lazy: only errors need it

    close = close_names(name, known)
    if len(known) <= MOST_COMPARED:
        close += difflib.get_close_matches(name, known, n=NEAREST, cutoff=0)
    return list(dict.fromkeys(close))[:NEAREST]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean a, b or c?` for an unknown name, to end an expectation; "" if none is close."""
    return suggestion(close_names(name, known))


def suggestion(names: Sequence[str]) -> str:
    """Return `; did you mean a, b or c?` for these names; "" for none."""
    if not names:
        return ""
    *others, last = names
    listed = f"{', '.join(others)} or {last}" if others else last
    return f"; did you mean {listed}?"


def one_of_units(symbol: str) -> str:
    """Return what was expected in place of an unknown unit; `km/h` suggests `km/hour`."""
    from tidebook.schemas.units import SHORT_TIMES, UNITS  # commands that read no numbers do without units

    over, _, time = symbol.rpartition("/")
    spelled_out = f"{over}/{SHORT_TIMES.get(time, time)}"
    known = [*UNITS]
    if spelled_out in UNITS:
        known.insert(0, spelled_out)  # units made of others are in UNITS, but not in its iteration
    listed = f" {', '.join(UNITS)}, or one of your own: [units.NAME]"
    return f"one of the units{did_you_mean(symbol, known) or listed}"


def shown(text: str, limit: int = SHOWN_TEXT) -> str:
    """Return a text in quotation marks, printable and cut to `limit` characters."""
    return f'"{printable(text if len(text) <= limit else text[: limit - 1] + "…")}"'


def printable(text: str) -> str:
    """Escape unprintable characters of a text, such as a file name, so that it fits one line of a terminal.

    Line ends, control sequences, characters without a glyph or that reverse the direction of writing, and bytes of a
    name that are not UTF-8 are escaped: untrusted names must not act on a terminal.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def without_commands(text: str, number_sign: str = r"\x23") -> str:
    """Escape what the runner of a workflow takes for a command, since logs quote texts that anyone may have written.

    Args:
        text: lines of a log, or a document of JSON or XML, in which no line begins with a text.
        number_sign: how `#` is written there.
    """
    return RUNNER_COMMAND.sub(lambda found: number_sign if found[1] is None else rf"{found[1]}\x3a", text)
