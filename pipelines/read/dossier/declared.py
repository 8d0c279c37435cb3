"""dossier.toml as checked objects: the article, its tables and units, themes, words and plugins.

Belongs here: what a dossier may declare. Does not: how it is read and checked (`checked`), tables in print
(`read.printed`), claims, metrics and predictions, which have modules of their own.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from contextlib import suppress
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, create_model, field_validator
from pydantic_core import PydanticCustomError

from tidebook.pipelines.read.declarations import (
    NO_ADDRESS,
    SEEN_HINT,
    Basis,
    Declaration,
    Identifier,
    Name,
    PluginSettings,
    Seen,
    Slug,
    Source,
    Text,
)
from tidebook.pipelines.read.dossier.wording import Labels
from tidebook.pipelines.read.names import article_slug
from tidebook.pipelines.read.plugin import SwitchedOn, load
from tidebook.pipelines.read.printed import PrintedTable, ends_of
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.schemas.base import Table
from tidebook.schemas.units import FIRST_SEEN, LAST_SEEN, Unit, own_unit

DossierFile = Annotated[RawFile, "dossier.toml"]


FIGURES = "figures"
"""The value of `written` that has the day follow from the figures that were right for some time only."""


def _days(value: object) -> object:
    """Return a day, or the first and the last of an interval, whose days may be texts; or `FIGURES`.

    Raises:
        PydanticCustomError: it is neither.
    """
    if value == FIGURES:
        return value
    given = list(map(_day_in, value)) if isinstance(value, list) else [value]
    # A moment in time is a day to Python, but no day in TOML.
    days = [day for day in given if type(day) is dt.date and FIRST_SEEN <= day <= LAST_SEEN]
    if len(days) != len(given) or len(days) not in (1, 2) or days != sorted(days):
        raise PydanticCustomError("days", f'{SEEN_HINT}, the first and the last in brackets, or "{FIGURES}"')
    return days[0] if days[0] == days[-1] else days


def _day_in(text: object) -> object:
    """Return the day that a text states, or the default."""
    with suppress(ValueError):
        return dt.date.fromisoformat(text) if isinstance(text, str) else text
    return text


Written = Annotated[dt.date | list[dt.date] | Literal["figures"], BeforeValidator(_days)]
"""A day, the first and the last of an interval, or `FIGURES`."""


class Article(Declaration):
    """What is judged: who published it when, and the day that its content is from where that is another one.

    `text` is its text, which a release holds only if it is the author's `own`.

    That day may be known to lie in an interval only: `written` then has its first and its last day. If it is to follow
    from the figures, it is that of publication until they are known (`evaluate.content_days`).

    On the day of a `replay` it is judged as if published then, with only what was available on it.
    """

    title: Text
    published: Seen
    written: Written | None = None
    replay: Seen | None = None
    publisher: str = ""
    address: str = ""
    id: Slug | None = None
    owner: str = ""
    text: str = ""
    own: bool = False
    licence: str = "not known; only figures and printed cells are quoted"
    note: str = ""

    @field_validator("written")
    @classmethod
    def before_publication(
        cls, written: dt.date | list[dt.date] | Literal["figures"] | None, info: ValidationInfo
    ) -> dt.date | list[dt.date] | Literal["figures"] | None:
        """Refuse content that is younger than its publication."""
        last = written[-1] if isinstance(written, list) else written
        # A day of publication that is no day is missing here; it is reported by itself.
        if isinstance(last, dt.date) and last > info.data.get("published", last):
            raise PydanticCustomError("order", "a day not after that of publication")
        return written

    @property
    def slug(self) -> str:
        """The name of the dossier: its id, or else its title as a slug."""
        return article_slug(self.id, self.title)

    @property
    def content(self) -> dt.date:
        """The day that the content is from; of an interval, its first day."""
        return self._written_days[0]

    @property
    def content_to(self) -> dt.date:
        """The last day that the content may be from."""
        return self._written_days[-1]

    @property
    def _written_days(self) -> list[dt.date]:
        if isinstance(self.written, list):
            return self.written
        return [self.written if isinstance(self.written, dt.date) else self.published]

    @property
    def follows_from_figures(self) -> bool:
        """Whether the day that the content is from is to follow from its figures."""
        return self.written == FIGURES

    def dated(self, first: dt.date, last: dt.date) -> Article:
        """Return the article with the days between which its content is from."""
        return self.model_copy(update={"written": first if first == last else [first, last]})

    def replayed(self) -> Article:
        """Return the article as if published on the day of its replay, with content that is no younger."""
        if self.replay is None:
            return self
        written: Any = self.written
        if not self.follows_from_figures:
            days = sorted({min(day, self.replay) for day in self._written_days})
            written = days if len(days) > 1 else days[0]
        note = f"Replayed as of {self.replay}; published on {self.published}. {self.note}".strip()
        return self.model_copy(update={"published": self.replay, "written": written, "note": note})

    @property
    def clocks(self) -> dict[str, dt.date]:
        """The days that predictions may count from."""
        return {"content": self.content, "publication": self.published}

    @property
    def source(self) -> Source:
        """The article as a source."""
        return Source(
            title=self.title,
            publisher=self.publisher or "not named",
            address=self.address or NO_ADDRESS,
            tier="P",
            licence=self.licence,
            published=self.published,
            note=self.note,
        )


class DeclaredUnit(Declaration):
    """A unit that the engine does not have; `counts` says that a whole number of it is exact and it has no parts.

    A multiple says `of` what: `1e6 token`. Of a `binary` unit one K may be 1,024.
    """

    meaning: Text
    words: list[Text] = Field(default=[])
    counts: bool = True
    minimum: float = 0.0
    maximum: float = math.inf
    binary: bool = False
    of: str = ""


class PrintedTables(Declaration):
    """The tables in print, by name."""

    tables: dict[Identifier, PrintedTable] = Field(default={})

    @property
    def ends(self) -> dict[str, dt.date]:
        """The first day that the rows of a table no longer cover, by the name of the table."""
        return ends_of(self.tables)

    @cached_property
    def models(self) -> dict[str, type[Table]]:
        """The model of each table, by its name."""
        return {name: table.model(name) for name, table in self.tables.items()}


class EventKinds(Declaration):
    """Kinds of events: `public` ones are known on their day; the other party does those `by_others`."""

    public: list[Slug] = Field(default=[])
    by_others: list[Slug] = Field(default=[])


class Dossier(Declaration):
    """dossier.toml, but for the sections that others read."""

    article: Article
    tables: dict[Identifier, PrintedTable] = Field(default={})
    units: dict[str, DeclaredUnit] = Field(default={})
    themes: dict[Identifier, Text] = Field(default={})
    spelling: dict[Literal["names"], list[Text]] = Field(default={})
    words: dict[str, Text] = Field(default={})
    bases: dict[Name, Basis] = Field(default={}, max_length=1000)
    events: EventKinds = EventKinds()
    plugins: Any = Field(default=None, description="Sections of the plugins that are on, by name")

    @property
    def sections(self) -> dict[str, PluginSettings]:
        """The sections of the plugins that it switches on, by name, in its order."""
        return {name: section for name, section in self.plugins or () if section is not None}

    @property
    def switched_on(self) -> SwitchedOn:
        """The plugins that it switches on."""
        return SwitchedOn(tuple(self.sections))

    @cached_property
    def printed(self) -> PrintedTables:
        """Its tables."""
        return PrintedTables(tables=self.tables)

    @property
    def models(self) -> dict[str, type[Table]]:
        """The model of each of its tables, by name."""
        return self.printed.models

    @property
    def wording(self) -> Labels:
        """How it words what its tables hold."""
        names, by_others = self.spelling.get("names", []), self.events.by_others
        return Labels(themes=self.themes, words=self.words, names=names, by_others=by_others)

    @property
    def declared_units(self) -> dict[str, Unit]:
        """Its own units by symbol, then those of its plugins that it does not redeclare."""
        own = {symbol: own_unit(symbol, **dict(each)) for symbol, each in self.units.items()}
        brought = {symbol: each for plugin in self.switched_on.plugins for symbol, each in plugin.units.items()}
        return own | {symbol: own_unit(symbol, **each) for symbol, each in brought.items() if symbol not in own}


@functools.cache
def dossier_model(on: SwitchedOn) -> type[Dossier]:
    """Return the model of a dossier that has sections of these plugins."""
    settings: dict[str, Any] = {each.name: (load(each.settings) | None, None) for each in on.plugins}
    sections: Any = create_model("Plugins", __base__=Declaration, **settings)
    return create_model("Dossier", __base__=Dossier, plugins=(sections, sections()))
