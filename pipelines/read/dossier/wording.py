"""How a dossier words its ids: themes, slugs, and the names of figures.

Belongs here: what a slug or a figure is called in a sentence. Does not: the words of codes, such as outcomes
(`report.words`), or how numbers are printed (`read.formatting`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from tidebook.pipelines.read.declarations import Declaration, Identifier, Slug, Text
from tidebook.pipelines.read.names import QUOTED, VALUE, head_of, parts_of, slug


class Labels(Declaration):
    """How a dossier words what its tables hold: themes with their titles, slugs in words, names as they are spelled."""

    themes: dict[Identifier, Text] = Field(default={})
    words: dict[str, Text] = Field(default={})
    names: list[Text] = Field(default=[])
    by_others: list[Slug] = Field(default=[])

    @property
    def spelled(self) -> dict[str, str]:
        """The names as they are spelled, by themselves in small letters."""
        return {name.lower(): name for name in self.names}

    def in_words(self, name: str) -> str:
        """Return a slug inside a sentence, as the dossier words it."""
        return self.words.get(name) or self.spell(name)

    def spell(self, name: str) -> str:
        """Return the words of a slug, names and months as they are spelled: `price in EU` of `price_in_eu`."""
        spelled = self.spelled
        words = " ".join(spelled.get(word, word) for word in head_of(name).split("_"))
        return _MONTH.sub(lambda month: month[0].capitalize(), words)

    def spell_name(self, name: str) -> str:
        """Return a slug as words with a capital: `EU budget` of `eu_budget`."""
        first, _, rest = name.partition("_")
        return f"{self.spelled.get(first, first.capitalize())} {self.spell(rest)}".rstrip()

    def possessive(self, label: str, quantity: str) -> str:
        """Return whose quantity it is: `Berlin’s total funding`, `Spain in 2023`, `cases of Peru in 2022`.

        Drops a remark in parentheses at the end of the label.
        """
        what = self.in_words(quantity)
        column = _YEAR_COLUMN.fullmatch(quantity) if quantity not in self.words else None
        if column:
            what = f"in {column['year']}"
        year = re.fullmatch(r"(.+ in )?(1[89]\d\d|20\d\d)", label)
        if year:
            return f"{what} {'of' if year[1] else 'in'} {label}"
        owner = re.sub(r"\s*\([^()]*\)\s*$", "", label) or label
        if what.partition(" ")[0] in _PREPOSITIONS:  # a column for a day or a place: its table says what it holds
            return f"{owner} {what}"
        if re.search(r"\b(?:19|20)\d\d$", what):  # a column of a period: `three months ended September 30 2025`
            return f"{owner}, {what}"
        ending = "’" if owner.endswith("s") else "’s"
        return f"{owner}{ending} {what}"

    def figure_name(self, figure_id: str, label: str, quantity: str) -> str:
        """Return the name of a figure: the dossier's own, the words that quote it, or its quantity and whose it is."""
        table, _, _ = parts_of(figure_id)
        own = self.words.get(figure_id, "")
        if table in QUOTED and quantity == VALUE:
            return own or f"“{label}”"
        return own or self.possessive(label, quantity)

    def name_of(self, row: Mapping[str, Any]) -> str:
        """Return the name of a figure; of a number of the prose, whose label is the passage around it, by its id.

        The number that a claim quotes has no name but the passage.
        """
        name, passage = row["figure_id"], row["label"]
        if not (row["text"] in passage and slug(passage) != row["subject"]):
            return self.figure_name(name, passage, row["quantity"])
        if row["table_name"] in QUOTED:
            return self.words.get(name) or f"“{passage}”"
        return self.figure_name(name, self.spell_name(row["subject"]), row["quantity"])


_MONTH = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)(?= \d)"
)
_PREPOSITIONS = {"after", "at", "before", "by", "during", "for", "from", "in", "of", "on", "per", "since", "until"}
_YEAR_COLUMN = re.compile(r"(?:c_|fy_?|year_)?(?P<year>(?:19|20)\d\d)")
"""The name of a column of a year, which begins with a letter as all names do."""
