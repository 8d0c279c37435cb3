"""Names: their slugs, characters that make two names look the same, and likely misspellings.

Belongs here: rules for one name or a list of names. Does not: which cells are names (`tables`), or characters that no
text may hold (`rawfile`).
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

SLUGGED = "small letters, digits and single underscores"
"""The characters of a slug, in words."""
LOOK_ALIKES = frozenset("АВЕЅІЈКМНОРСТУХаеѕіјорсухԁһԛԝ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧικνορυ")
"""Cyrillic and Greek letters that look like Latin ones."""
UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp")
"""Categories of control and format characters (zero-width ones among them), blanks and line ends."""
UNDRAWN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe00-\ufe0f\uffa0]")
"""Letters and marks without a glyph: joiners, fillers, variation selectors (Unicode, Default_Ignorable)."""

NEAR = 0.8
"""Similarity from which one of two names may be a misspelling of the other; 1 is equality."""


MOST_OF_NAME = 80
"""Maximum letters of a name that is made from a text, before a number."""

VALUE = "value"
"""The quantity of a figure whose id has none."""


QUOTED = ("claims", "figures")
"""The tables of numbers that claims and `[[figures]]` quote."""


def head_of(column: str) -> str:
    """Return the name of a column without the letter that one whose head begins with a digit has before it."""
    return re.sub(r"^c_(?=\d)", "", column)


def parts_of(figure_id: str) -> tuple[str, str, str]:
    """Return table, subject and quantity of a figure; the quantity of `claims/ID` is `value`."""
    table, subject, *quantity = figure_id.split("/")
    return table, subject, quantity[0] if quantity else VALUE


def figure_of(table: str, subject: str, quantity: str) -> str:
    """Return the id of a figure, the inverse of `parts_of`."""
    return f"{table}/{subject}" if table in QUOTED and quantity == VALUE else f"{table}/{subject}/{quantity}"


def column_of(figure_id: str) -> tuple[str, str]:
    """Return the table and the quantity of a figure, which all figures of its column have in common."""
    table, _, quantity = parts_of(figure_id)
    return table, quantity


def slug(label: str) -> str:
    """Return the slug of a printed label, ignoring parentheses at its end: `Zoë (2024)` becomes `zoe`."""
    return slug_of_all(re.sub(r"\s*\([^()]*\)\s*$", "", label))


def article_slug(id: str | None, title: str) -> str:
    """Return the name of a dossier: its id, or else its title as a slug."""
    # A title of signs alone has no slug.
    return id or slug_of_all(title) or f"article_{hashlib.sha256(title.encode()).hexdigest()[:8]}"


def slug_of_all(text: str) -> str:
    """Return a text in small Latin letters and digits, joined by underscores, without accents.

    Letters and digits of other scripts are transliterated by the library anyascii: `Москва ٢` becomes `moskva_2`.
    """
    letters = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", text))
    if not letters.isascii():
        from anyascii import anyascii  # lazy: most names are Latin

        # Composed again: anyascii knows whole syllables of Hangul, not their parts.
        composed = unicodedata.normalize("NFC", letters)
        letters = "".join(anyascii(char) if char.isalpha() or char.isdecimal() else char for char in composed)
    return re.sub(r"[^a-z0-9]+", "_", letters.lower()).strip("_")


def identifiers(texts: Iterable[str]) -> dict[str, str]:
    """Return a unique identifier for each text: its slug, starting with a letter."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for text in texts:
        slug = slug_of_all(text)[:MOST_OF_NAME]
        name = short = slug if slug[:1].isalpha() else f"s_{slug}"
        number = 1
        while name in taken:
            number += 1
            name = f"{short}_{number}"
        taken.add(name)
        found[text] = name
    return found


def name_hint(text: str) -> str:
    """Return what was expected of a name with blanks around it, or as in `disguise_hint`; "" for other names."""
    if text != text.strip(" ") or "  " in text:
        return "a name without blanks at its ends, and with one between words"
    return disguise_hint(text)


def disguise_hint(text: str) -> str:
    """Return what was expected of a name with an invisible or look-alike character, "" for other names.

    A word must not mix Latin letters with Cyrillic, fullwidth or look-alike Greek ones. Beside Latin words, no word may
    consist of look-alikes alone, as the А of "Model А1" may. Names in another script throughout are fine.
    """
    if text.isascii() and text.isprintable():
        return ""
    odd = [char for char in text if _is_invisible(char)]
    if _has("LATIN", text):
        for word in re.findall(r"[^\W\d_]+", text):
            odd += _look_alikes(word)
    return f"a name without U+{ord(odd[0]):04X} {unicodedata.name(odd[0], '')}".rstrip() if odd else ""


def _is_invisible(char: str) -> bool:
    if char == " ":
        return False
    return unicodedata.category(char) in UNSEEN or UNDRAWN.match(char) is not None


def _look_alikes(word: str) -> list[str]:
    """Return the letters of a word that a reader takes for Latin ones, where that is likely."""
    if not _has("LATIN", word) and not LOOK_ALIKES.issuperset(word):
        return []
    return [char for char in word if char in LOOK_ALIKES or _has("CYRILLIC", char) or _has("FULLWIDTH", char)]


def _has(script: str, text: str) -> bool:
    """Whether a text has a letter of a script, by the names of Unicode."""
    return any(unicodedata.name(char, "").startswith(f"{script} ") for char in text)


def share_hint(name: str, unit: str, value: float) -> str:
    """Return what was expected of a percentage declared as a share, "" for other values."""
    is_share = unit == "percent" and not {"share", "shares"}.isdisjoint(name.split("_"))
    return "a share from 0 to 100 %" if is_share and (value < 0 or value > 100) else ""


def nearly(name: str, known: Iterable[str]) -> list[str]:
    """Return the known names that a text is likely a misspelling of.

    Names with other digits are left out: they name another version, not the same thing.
    """
    import difflib  # commands that read a release import names, and compare none

    digits = re.sub("[^0-9]", "", name)
    similar = []
    for other in dict.fromkeys(known):
        has_same_digits = re.sub("[^0-9]", "", other) == digits  # first: comparing names is slow
        if has_same_digits and difflib.get_close_matches(other, [name], cutoff=NEAR):
            similar.append(other)
    return similar


def letters_apart(one: str, other: str, most: int) -> bool:
    """Whether at most `most` letters are exchanged with their neighbour, replaced, lost or added from one to the other.

    This is the optimal string alignment distance, of which only a band of the table is computed.
    """
    if abs(len(one) - len(other)) > most:
        return False
    beyond = most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        now = [row] + [beyond] * len(other)
        for column in range(max(1, row - most), min(len(other), row + most) + 1):
            same = letter == other[column - 1]
            now[column] = min(last[column] + 1, now[column - 1] + 1, last[column - 1] + (not same))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == other[column - 1]:
                now[column] = min(now[column], before[column - 2] + 1)
        if min(now) > most:
            return False
        before, last = last, now
    return last[-1] <= most


def is_typo(one: str, other: str) -> bool:
    """Whether one text is likely another with a slip of the pen: one letter apart, or two in words of eight or more.

    Texts of fewer than four letters, or with other digits or signs such as &, are names of their own.
    """
    shorter = min(len(one), len(other))
    if shorter < 4 or re.sub("[^0-9&+/%]", "", one) != re.sub("[^0-9&+/%]", "", other):
        return False
    return one != other and letters_apart(one.casefold(), other.casefold(), 1 if shorter < 8 else 2)
