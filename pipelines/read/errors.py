"""How bad input is reported: file, line, column, the text and what was expected, one line a problem."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tidebook.schemas.units import SHORT_TIMES, UNITS

SHOWN_TEXT = 60


@dataclass(frozen=True)
class Problem:
    """One thing wrong at a place in a raw file. `line` counts from 1; `column` is a CSV header or a TOML key."""

    file: str
    expected: str
    line: int | None = None
    column: str | None = None
    text: str | None = None

    def __str__(self) -> str:
        """Return the problem as one line."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        column = "" if self.column is None else f", column {shown(self.column)}"
        found = "" if self.text is None else f"found {shown(self.text)}, "
        return printable(f"{place}{column}: {found}expected {self.expected}")


class InputError(ValueError):
    """Raw input that cannot be used; nothing is written on account of it."""

    def __init__(self, problems: Sequence[Problem] | Problem) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def refuse(problems: Sequence[Problem]) -> None:
    """Raise InputError with these problems, if there are any."""
    if problems:
        raise InputError(problems)


def place_of(locator: str) -> tuple[str, int, str | None]:
    """Return the file and line that a locator such as `a.csv:2, column Total` names, and the column if it names one."""
    place, _, column = locator.partition(", column ")
    path, _, line = place.rpartition(":")
    return path, int(line), column or None


def close_to(name: str, known: Iterable[str]) -> str:
    """Return the names known that are close to one that is not, to end what was expected; nothing without any."""
    import difflib  # no good build needs it

    close = difflib.get_close_matches(name, list(dict.fromkeys(known)), n=3)
    return f"; close: {', '.join(close)}" if close else ""


def one_of_units(symbol: str) -> str:
    """Return what was expected of a symbol that is no unit, such as `km/h` where `km/hour` is one."""
    over, _, time = symbol.rpartition("/")
    meant = f"{over}/{SHORT_TIMES.get(time, time)}"
    known = [meant, *UNITS] if meant in UNITS else [*UNITS]
    return f"one of the units{close_to(symbol, known) or ' ' + ', '.join(UNITS)}"


def shown(text: str, limit: int = SHOWN_TEXT) -> str:
    """Return a text as `printable` does, quoted and shortened to `limit` characters of its own."""
    return f'"{printable(text if len(text) <= limit else text[: limit - 1] + "…")}"'


def printable(text: str) -> str:
    """Return a text, such as the name of a file, fit for one line of a terminal.

    Escaped are line ends, what a terminal acts on, what has no glyph or turns the direction of writing, and bytes of a
    name that are no UTF-8.
    """
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
