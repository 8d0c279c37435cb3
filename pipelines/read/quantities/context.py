"""The printing conventions that a table or column declares, such as the decimal sign.

Belongs here: the declaration and its allowed values. Does not: how a dossier writes it, or reading a cell by it.
"""

from dataclasses import dataclass
from typing import Self

from tidebook.pipelines.read.quantities.vocabulary import APOSTROPHES, BLANKS, DIGITS

MOST_ANY = 2
"""Maximum `*` in a form: matching a cell that does not have the form takes time to the power of their number."""

MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

BY_START = ", named by its start"
"""How a fiscal year ends that bears the number of the year in which it begins; others bear that of their end."""

CHOICES = {
    "decimal": ("", ".", ","),
    "grouping": ("", ",", ".", " ", "'", "’"),
    "parentheses": ("", "negative", "error", "aside"),
    "digits": ("", *DIGITS),
    "clock": ("", "m:s", "h:m"),
    "fiscal_year": ("", *MONTH_NAMES, *(f"{name}{BY_START}" for name in MONTH_NAMES)),
}
"""What conventions may be, of those that choose."""


@dataclass(frozen=True, slots=True)
class Context:
    """The printing conventions of a table or column. Where it declares nothing, cells are read strictly.

    Attributes:
        decimal: The decimal sign.
        grouping: The sign between thousands.
        scale: The power of ten of "in millions". Percentages, ratios, dates and prices ignore it.
        currency: The currency of a number without one, and of a shared sign such as `kr`.
        unit: The unit of a number without unit words.
        fractions: Whether percentages are printed as fractions of one.
        missing: Marks of a missing value.
        nil: Marks of zero.
        footnotes: Marks to ignore.
        parentheses: "negative" around a number; behind a number "error" or "aside", which goes to the note.
        padded: Whether numbers may have leading zeros.
        digits: Another script of `vocabulary.DIGITS`.
        clock: "m:s" or "h:m", for times such as `3:56`.
        fiscal_year: The first month of fiscal years such as `FY2024`, which bear the year of their end unless it says
            otherwise.
        within: Forms of cells that hold more than the quantity: `{}` is the quantity, `*` any text.
        estimated: Whether a plain number is an estimate, as below a heading with `est.`.
    """

    decimal: str = ""
    grouping: str = ""
    scale: int = 0
    currency: str = ""
    unit: str = ""
    fractions: bool = False
    missing: tuple[str, ...] = ()
    nil: tuple[str, ...] = ()
    footnotes: tuple[str, ...] = ()
    parentheses: str = ""
    padded: bool = False
    digits: str = ""
    clock: str = ""
    fiscal_year: str = ""
    within: tuple[str, ...] = ()
    estimated: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for values that are unknown or contradict each other."""
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                known = ", ".join(map(repr, filter(None, allowed)))
                raise ValueError(f"{name} is {getattr(self, name)!r}, not one of {known}")
        if self.decimal and self.decimal == self.grouping:
            raise ValueError(f"{self.decimal!r} cannot be the sign of decimals and of thousands")
        if not 0 <= self.scale <= 15:
            raise ValueError(f"scale is {self.scale}, not a power of ten from 0 to 15")
        for form in self.within:
            if fault := _form_fault(form):
                raise ValueError(f"within has '{form}', not {fault}")

    @classmethod
    def of_locale(cls, name: str) -> Self:
        """Return the number signs of a locale such as "de", "fr_CA" or "fr-CA", from CLDR.

        Raises:
            ValueError: CLDR does not have the locale.
        """
        from babel import Locale, UnknownLocaleError  # lazy: babel is slow to import and few dossiers name a locale

        try:
            signs = Locale.parse(name.replace("-", "_")).number_symbols["latn"]
        except (UnknownLocaleError, ValueError) as error:
            raise ValueError(f"locale is {name!r}, which CLDR does not have") from error
        grouping = str(signs["group"])
        # Its versions differ in which blank and which apostrophe they have; authors type any, and one stands for all.
        if grouping in BLANKS:
            grouping = " "
        elif grouping in APOSTROPHES:
            grouping = "’"
        return cls(decimal=str(signs["decimal"]), grouping=grouping)


def _form_fault(form: str) -> str:
    """Return what was expected in place of a wrong form, or "" if it is right."""
    before, found, after = form.partition("{}")
    # A `*` that touches the quantity would take some of its digits.
    is_apart = not before.endswith("*") and not after.startswith("*")
    if found and "{}" not in after and is_apart and form.count("*") <= MOST_ANY:
        return ""
    return f"one {{}} and at most {MOST_ANY} *, with something between, such as '* ({{}})'"


STRICT = Context()
