"""The TOML files of raw/ as checked objects and tables: assumptions, sources, predictions.

Claims name metrics and are read in `judge.declared`. What predictions come to is not decided here. What a kind of
predictions declares stands with the kind, in `judge.predictions.kinds` or a plugin; a plugin's section with the plugin.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import operator
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, create_model, field_validator
from pydantic_core import PydanticCustomError

from tidebook.pipelines.read.errors import InputError, Problem, close_names, did_you_mean, refuse
from tidebook.pipelines.read.names import SLUGGED, name_hint
from tidebook.pipelines.read.naming import COHORT, KIND, SERIES, Read, Used, named_fields
from tidebook.pipelines.read.plugin import plugin_with
from tidebook.pipelines.read.rawfile import CONTROL, Fault, RawFile
from tidebook.schemas.units import FIRST_SEEN, LAST_SEEN, LAST_YEAR, UNITS
from tidebook.schemas.vocabulary import SLUG

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

PredictionsFile = Annotated[RawFile, "predictions.toml"]
AssumptionsFile = Annotated[RawFile, "assumptions.toml"]
SourcesFile = Annotated[RawFile, "sources.toml"]

ARTICLE = "article"
"""The source that is judged."""

_SAID = re.compile("^(Input should be|[A-Z][a-z]+ should have) | after validation")
"""What Pydantic says around what it expects."""

MOST_NAMES = 2_000
"""Names in a cohort: each is looked for in all evidence."""
MOST_VARIED = 200
"""Numbers of a kind in the assumptions: each is changed alone to see what that flips."""

SHOWN_PROBLEMS = 50
"""Maximum problems reported for one file."""


def plain_name(text: str) -> str:
    """Return a name. Raises PydanticCustomError if it has characters that cannot be seen or told from others."""
    if expected := name_hint(text):
        raise PydanticCustomError("name", "{expected}", {"expected": expected})
    return text


def _each_once(names: list[str]) -> list[str]:
    if again := repeated(names):
        raise PydanticCustomError("once", "{name} once only", {"name": names[again[0]]})
    return names


_SHAPES: dict[str, str] = {}


def shaped(pattern: str, example: str, **bounds: Any) -> Any:
    """Return a field that has the form of `pattern`; messages show the example instead."""
    _SHAPES[pattern] = example
    return Field(pattern=pattern, **bounds)


Slug = Annotated[str, shaped(SLUG, "open_ai, of small letters and digits")]
LONGEST_TEXT = 10_000
"""Characters of a text at most."""
Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Name = Annotated[Text, AfterValidator(plain_name)]
"""A text that is compared with others, such as a basis."""
Identifier = Annotated[str, shaped(r"^[a-z][a-z0-9_]*$", "open_ai, of small letters and digits", max_length=100)]
Slugs = Annotated[list[Slug], AfterValidator(_each_once)]
Names = Annotated[list[Name], AfterValidator(_each_once)]
KindsOfEvents = Annotated[Slugs, KIND]
"""Kinds of events."""
Series = Annotated[Slug, SERIES]
"""A series of observations."""
Seen = Annotated[dt.date, Field(ge=FIRST_SEEN, le=LAST_SEEN)]
Foreseen = Annotated[dt.date, Field(ge=FIRST_SEEN, le=dt.date(LAST_YEAR, 12, 31))]
SEEN_HINT = f"a day from {FIRST_SEEN.year} to {LAST_SEEN.year} as YYYY-MM-DD"
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]
Factor = Annotated[float, Field(ge=1, le=1e6, allow_inf_nan=False)]


class Declaration(BaseModel):
    """A TOML table without unknown keys, control characters or conversions."""

    # Most commands read few kinds of declarations: each model is built when it is first used.
    # Every text has a limit: one declaration hands texts to another, as an article does to its source.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True, str_max_length=LONGEST_TEXT)

    @field_validator("*")
    @classmethod
    def plain_text(cls, value: object) -> object:
        """Refuse control characters, which TOML can escape."""
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and CONTROL.search(text):
                raise PydanticCustomError("control", "text without control characters")
        return value


Declared = TypeVar("Declared", bound=Declaration)


def declare(model: type[Declared], raw: RawFile, defaults: Mapping[str, Any] | None = None) -> Declared:
    """Return the file's content as `model`, with `defaults` for what it leaves out.

    Raises InputError if the text is not TOML, or a key is missing, unknown or has a value of another kind.
    """
    document = {**(defaults or {}), **raw.toml()}
    try:
        return model.model_validate(document)
    except ValidationError as error:
        details = error.errors()
        misspelled = {(*each["loc"][:-1], near) for each in details for near in _meant(model, each)}
        reported = [each for each in details if each["type"] != "missing" or each["loc"] not in misspelled][
            :SHOWN_PROBLEMS
        ]
        raise InputError([_declaration_problem(model, raw, document, each) for each in reported]) from error


def _meant(model: type[Declaration], detail: Any) -> list[str]:
    """Return the known keys that an unknown one may mean: they are not reported as missing."""
    *where, name = detail["loc"]
    if detail["type"] != "extra_forbidden":
        return []
    return close_names(str(name), _keys_at(model, where))


def _declaration_problem(model: type[Declaration], raw: RawFile, document: Any, detail: Any) -> Problem:
    """Turn one Pydantic error into a problem at its line."""
    where = _written(document, detail["loc"])
    kind = detail["type"]
    if kind.startswith("union_tag"):
        where = (*where, detail["ctx"]["discriminator"].strip("'"))
    key = ".".join(map(str, where))
    if kind in ("missing", "union_tag_not_found"):
        return Problem(raw.path, f"the key {where[-1]}", raw.toml_line(where[:-1]), key)
    found, expected = detail["input"], _SAID.sub("", detail["msg"])
    as_json = isinstance(found, dict | list | bool | None)  # rather than in Python's words
    found = json.dumps(found, ensure_ascii=False, default=str) if as_json else str(found)
    if kind.startswith("date_"):
        expected = "a day such as 2024-10-01" + ", without quotation marks" * isinstance(detail["input"], str)
    if kind == "union_tag_invalid":
        found, kinds = detail["ctx"]["tag"], detail["ctx"]["expected_tags"].replace("'", "")
        expected = f"one of {kinds}{did_you_mean(found, kinds.split(', '))}"
    if kind == "string_pattern_mismatch":
        expected = f"a text such as {_SHAPES[detail['ctx']['pattern']]}"
    if kind == "extra_forbidden":
        known = _keys_at(model, detail["loc"][:-1])
        expected = f"a key that is known here{did_you_mean(str(where[-1]), known)}"
        found = str(where[-1]) if isinstance(detail["input"], dict | list) else found
    return raw.problem(where, expected, found)


def _written(document: Any, where: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return a place without the tags of Pydantic's unions, which are not keys of the document."""
    place: list[str | int] = []
    for part in where[:-1]:
        if isinstance(part, int) or not isinstance(document, dict) or part in document:
            place.append(part)
            document = document[part] if isinstance(document, dict) or isinstance(part, int) else document
    return (*place, *where[-1:])


def _keys_at(kind: Any, where: Sequence[str | int]) -> Iterator[str]:
    """Yield the keys that are known at a place in what is declared as `kind`, a model or a type made of some."""
    if isinstance(kind, type) and issubclass(kind, Declaration):
        yield from _keys_of_model(kind, where)
        return
    rest = where[1:] if get_origin(kind) in (dict, list) else where
    for part in get_args(kind):
        yield from _keys_at(part, rest)


def _keys_of_model(model: type[Declaration], where: Sequence[str | int]) -> Iterator[str]:
    """Yield the keys of a model, or those at a place below one of them."""
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    # Where the key kind tells models apart, Pydantic begins a place with its value.
    if where and "kind" in fields and where[0] in get_args(fields["kind"].annotation):
        where = where[1:]
    if not where:
        yield from fields
    elif where[0] in fields:
        yield from _keys_at(fields[str(where[0])].annotation, where[1:])


class Draws(Declaration):
    """How many scenarios are drawn, and from which seed."""

    count: int = Field(10_000, ge=100, le=100_000, description="Number of drawn scenarios")
    seed: int = Field(1, ge=0, description="Seed of the draws")


class Dates(Declaration):
    """How far an estimated date may be off."""

    estimate_days: int = Field(
        45, ge=0, le=3650, description="Days by which an estimated date may be off, in either direction"
    )


class OpenEnded(Declaration):
    """How far beyond the printed value an open-ended figure is drawn."""

    at_least_hides: Factor = Field(
        1.5, description="Largest factor by which the true value may exceed a printed `+` or `at least`"
    )
    at_most_hides: Factor = Field(
        1.5, description="Largest factor by which the true value may fall below a printed `up to`"
    )


class VerdictShares(Declaration):
    """Shares of the draws that decide a verdict."""

    supported_from: Share = Field(
        0.95, description="Share of the draws that must satisfy a claim for it to be supported"
    )
    contradicted_to: Share = Field(
        0.05, description="Share of the draws up to which a claim still counts as contradicted"
    )


class ReconciliationRules(Declaration):
    """When two values count as near, and one as standing apart."""

    near: Factor = Field(
        1.1,
        description="Factor within which a value on the printed basis rules out that one on another basis was meant",
    )
    outlier_z: float = Field(
        3.5, gt=0, le=100, description="Robust standard deviations from the median beyond which a value is an outlier"
    )
    fixed: Names = Field(
        [],
        description="Bases and quantities whose values belong to one event, version or period, and do not change later",
    )


class TippingPointSearch(Declaration):
    """How far a figure is scaled in search of a flip."""

    reach: float = Field(
        1000.0,
        gt=1,
        le=1e6,
        description="Largest factor, up or down, by which one figure is varied to find what flips a claim",
    )


class Calibration(Declaration):
    """How fast what references show of estimates and open ends takes the place of the spread assumed for them."""

    prior_cases: Positive = Field(
        1.0, description="Number of known cases that the assumed uncertainty counts as when it is fitted to cases"
    )
    unlike: Factor = Field(
        10.0,
        description="How many times less a case of another quantity, unit or basis counts when uncertainty is fitted",
    )


class ConfidenceClass(Declaration):
    """How far a value of one class of a source's confidence may be off, as a page of the source states it.

    It lies within `factor` of the truth, either way, in so many `percent` of the cases.
    """

    factor: Factor
    percent: float = Field(95.0, gt=50, lt=100)
    page: Text


class Premise(Declaration):
    """A number that no source states and that references rest on: the value taken, and the range in which it may be."""

    value: Positive
    low: Positive
    high: Positive
    why: Text


OWN_YEAR = "own"
"""The base year of nominal money: each figure has the prices of its own year."""


class Basis(Declaration):
    """What a basis is to others: a part of one, or money or an index of one year, which a series deflates.

    A figure on it is at most the one on the basis that it is `part_of`, of the same subject and time. `deflated_by` is
    a series of evidence with its keys, such as `cpi[usa]`, and `base_year` the year whose prices the basis has, "own"
    of nominal money.
    """

    part_of: str = ""
    deflated_by: str = ""
    base_year: int | str | None = None


class Correlated(Declaration):
    """Figures whose draws move together, because one cause makes them all too high or too low."""

    name: Slug
    figures: list[Text] = Field(min_length=1, description="Figures whose draws move together; `*` is any text")
    correlation: Share = Field(
        description="Correlation of their random draws, before each is scaled to its own uncertainty"
    )
    why: Text = Field(description="The cause that they share")


class Assumptions(Declaration):
    """raw/assumptions.toml."""

    as_of: Seen = Field(description="Day on which the report judges: a later deadline is still open")
    draws: Draws = Draws()
    estimate_spread: dict[str, Factor] = Field(
        {"default": 1.5},
        max_length=MOST_VARIED,
        description="Factor by which an estimate without stated bounds may be off, in either direction",
    )
    dates: Dates = Dates()
    open_ended: OpenEnded = OpenEnded()
    exact_bases: Names = Field([], description="Bases whose figures are taken as exact")
    calibration: Calibration = Calibration()
    correlated: list[Correlated] = Field([], max_length=MOST_VARIED, description="Figures whose draws move together")
    confidence: dict[Slug, ConfidenceClass] = Field(
        {}, max_length=MOST_VARIED, description="How far a reference of this class of confidence may be off"
    )
    premises: dict[Slug, Premise] = Field(
        {}, max_length=MOST_VARIED, description="Number that references rest on and no source states"
    )
    bases: dict[Name, Basis] = Field({}, description="What a basis is to others; declared in dossier.toml")
    verdicts: VerdictShares = VerdictShares()
    reconciliation: ReconciliationRules = ReconciliationRules()
    tipping_points: TippingPointSearch = TippingPointSearch()
    materiality: Share = Field(
        0.01, description="Relative difference below which a wrong or outdated number counts as minor"
    )
    cutoffs: dict[Identifier, Annotated[float, Field(allow_inf_nan=False)]] = Field(
        {}, max_length=MOST_VARIED, description="Cut-off that claims use by this name"
    )

    def spread(self, unit: str) -> float:
        """Return the factor by which an estimate in `unit` may be off."""
        return self.estimate_spread.get(unit, self.estimate_spread["default"])


def default_days(
    published: dt.date, sources: Sources, references: RawFile | None, vintages: Iterable[dt.date] = ()
) -> dict[str, Any]:
    """Return the day that assumptions leave out: now is that of the newest source, reference or vintage, or of
    publication."""
    found = [published, *(sources.public(name) for name in sources.sources), *vintages]
    (_, headers), *rows = references.rows() if references else [(1, ["as_of"])]
    if "as_of" in headers:
        days = (read_day(cells[headers.index("as_of")]) for _, cells in rows)
        found += [day for day in days if day is not None]
    return {"as_of": max(found)}


def read_assumptions(
    raw: RawFile, defaults: Mapping[str, Any] | None = None, published: dt.date = FIRST_SEEN
) -> Assumptions:
    """Return the assumptions, with `defaults` for what is left out.

    Raises InputError as `declare` says, or if today lies before the article was published, `estimate_spread` has no
    default, or the verdict shares overlap.
    """
    assumptions = declare(Assumptions, raw, defaults)
    if assumptions.as_of < published:
        expected = f"a day not before {published}, on which the article was published"
        raise InputError(raw.problem(("as_of",), expected, str(assumptions.as_of)))
    for unit in sorted(set(assumptions.estimate_spread) - {"default", *UNITS}):
        raise InputError(raw.problem(("estimate_spread", unit), f"default or a unit{did_you_mean(unit, UNITS)}"))
    if "default" not in assumptions.estimate_spread:
        raise InputError(raw.problem(("estimate_spread",), "a key default"))
    refuse(duplicates(raw, "correlated", [each.name for each in assumptions.correlated], "name"))
    if assumptions.bases:
        raise InputError(raw.problem(("bases",), "this section in dossier.toml", next(iter(assumptions.bases))))
    for name, premise in assumptions.premises.items():
        if not premise.low <= premise.value <= premise.high:
            found = f"{premise.low:g}, {premise.value:g}, {premise.high:g}"
            raise InputError(raw.problem(("premises", name), "low, value and high in this order", found))
    if assumptions.verdicts.contradicted_to >= assumptions.verdicts.supported_from:
        text = str(assumptions.verdicts.contradicted_to)
        raise InputError(raw.problem(("verdicts", "contradicted_to"), "a share below supported_from", text))
    return assumptions


def assumptions_table(assumptions: Assumptions) -> pd.DataFrame:
    """Return the assumptions as rows of name, value and meaning, in their order."""
    import pandas as pd

    rows = []
    for name, field in Assumptions.model_fields.items():
        value = getattr(assumptions, name)
        if isinstance(value, Declaration):
            rows += _part_rows(name, value)
        elif name == "correlated":
            rows += [row for each in value for row in _part_rows(f"{name}.{each.name}", each)]
        elif name in ("confidence", "premises"):
            for key, part in value.items():
                rows += [(f"{name}.{key}.{one}", as_text(own), str(field.description)) for one, own in part]
        elif name == "bases":
            continue  # they are declared of the dossier, and decide nothing by their size
        elif isinstance(value, dict):
            rows += [(f"{name}.{key}", as_text(part), str(field.description)) for key, part in value.items()]
        else:
            rows.append((name, as_text(value), str(field.description)))
    return pd.DataFrame(rows, columns=["name", "value", "meaning"])


def _part_rows(name: str, part: Declaration) -> list[tuple[str, str, str]]:
    fields = type(part).model_fields
    return [(f"{name}.{key}", as_text(value), str(fields[key].description)) for key, value in part if key != "name"]


def as_text(value: Any) -> str:
    """Return a value as text, a list as its items, a whole number without decimals."""
    if isinstance(value, list):
        return ", ".join(map(as_text, value))
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def read_day(text: str, last: dt.date = LAST_SEEN) -> dt.date | None:
    """Return the day of a text in YYYY-MM-DD, None for other texts and impossible days."""
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.isoformat() == text and FIRST_SEEN <= found <= last else None


NO_ADDRESS = "no address given"
"""The address of a source without one."""


class Source(Declaration):
    """One source: the page or copy that was read, and whose work it is where that is another's."""

    title: Text
    publisher: Text
    address: Text = NO_ADDRESS
    tier: Literal["P", "S", "W", "D"]
    licence: Text
    published: Seen | None = Field(default=None, description="Day of the page or of this version; none if undated")
    read: Seen | None = Field(default=None, description="Day on which it was read; else that of the file")
    original_publisher: str = ""
    original_address: str = ""
    original_published: Seen | None = None
    note: str = ""
    confidence: str = Field(default="", description="Class of confidence of its values, of those in assumptions")

    def tier_of(self, tier: str) -> str:
        """Return the tier of what this source says: that of a copy is never primary, whatever it is entered as."""
        return "S" if tier == "P" and self.original_publisher else tier

    @property
    def original(self) -> str:
        """The address of the original: that of the page itself unless it is a copy; "" if unknown."""
        own = "" if self.original_publisher or self.address == NO_ADDRESS else self.address
        return self.original_address or own


class Sources(Declaration):
    """raw/sources.toml."""

    read: Seen | None = Field(default=None, description="Day on which the sources were read that give none")
    sources: dict[Slug, Source] = {}

    def tier_of(self, source_id: str, tier: str) -> str:
        """Return the tier of a row of evidence that is entered with `tier`, as `Source.tier_of`."""
        source = self.sources.get(source_id)
        return source.tier_of(tier) if source else tier

    @property
    def publishers(self) -> dict[str, str]:
        """The name by which each source is cited: its publisher, with the title where several have the same one."""
        counts = Counter(source.publisher for source in self.sources.values())
        names = {}
        for source_id, source in self.sources.items():
            title = "" if counts[source.publisher] == 1 else f", “{source.title}”"
            names[source_id] = f"{source.publisher}{title}"
        return names

    def public(self, source_id: str) -> dt.date:
        """Return the day from which what a source says was public: where no page gives one, that of its reading."""
        source = self.sources[source_id]
        days = (source.original_published, source.published, source.read, self.read)
        return next(day for day in days if day)


def read_sources(raw: RawFile, article: Source) -> Sources:
    """Return the sources, with the article's own where the file has none.

    Raises InputError as `declare` says, or if a source has no day.
    """
    declared = declare(Sources, raw)
    undated = []
    for name, source in declared.sources.items():
        if not (source.original_published or source.published or source.read or declared.read):
            undated.append(raw.problem(("sources", name), "a day: published, or read", name))
    refuse(undated)
    return declared.model_copy(update={"sources": {ARTICLE: article, **declared.sources}})


def sources_table(sources: Sources) -> pd.DataFrame:
    """Return the sources as a table, sorted by id."""
    import pandas as pd

    rows = [
        {
            "source_id": source_id,
            **source.model_dump(),
            "read": source.read or sources.read,
            "tier": source.tier_of(source.tier),
            "original_address": source.original,
        }
        for source_id, source in sorted(sources.sources.items())
    ]
    return pd.DataFrame(rows, columns=["source_id", *Source.model_fields])


class Deadline(Declaration):
    """One interpretation of a deadline under one clock."""

    clock: Literal["content", "publication"]
    interpretation: Text
    date: Foreseen


Count = Annotated[int, Field(ge=1, le=1000)]
Months = Annotated[int, Field(ge=1, le=600)]
Percent = Annotated[float, Field(gt=0, lt=100)]


class RatePrior(Declaration):
    """A rate before any row is seen, a gamma distribution: `events` in `years` of exposure."""

    events: Positive
    years: Positive


class LevelPrior(Declaration):
    """A level on a logarithmic scale before any row is seen.

    `level_sd` is its standard deviation around zero, `noise` that of one measurement, which weighs as much as
    `noise_weight` measurements.
    """

    level_sd: Positive
    noise: Positive
    noise_weight: Positive


class TrendPrior(LevelPrior):
    """A level and a slope on a logit scale; `slope_sd` is the slope's standard deviation around zero, per year."""

    slope_sd: Positive


class Precursor(Declaration):
    """One on record with one of `events` sees the model's own at another rate, learnt from all such."""

    events: KindsOfEvents = Field(min_length=1)
    prior: RatePrior


class Asked(Declaration):
    """What a kind of prediction declares: its name under `kind`, as a literal, and more.

    What its fields name is said by their annotations (`read.naming`).
    """

    if TYPE_CHECKING:
        kind: str

    @classmethod
    def among(cls, kinds: tuple[type[Asked], ...]) -> type[Asked]:
        """Return the model where these kinds are known: itself, unless it is made of others."""
        return cls

    def faults(self) -> Iterator[Fault]:
        """Yield the faults of it that no field's own type says, each at its place here."""
        return iter(())

    def reads(self, cohorts: Mapping[str, Collection[str]]) -> Iterator[Read]:
        """Yield the observations that it reads."""
        return iter(())


class Forecasting(Asked):
    """A model with priors, frozen on the day on which they were chosen: others are another version of the forecast."""

    chosen: Seen


class PluginSettings(Declaration):
    """A section `[plugins.<name>]` of a dossier. Places count from the section on."""

    def faults(self) -> Iterator[Fault]:
        """Yield the faults of it that no field's own type says."""
        return iter(())

    def names(self, evidence: Any) -> Iterator[Used]:
        """Yield the names in it that refer to evidence, given all names on record (`NamesOnRecord`)."""
        return iter(())

    def reads(self) -> Iterator[Read]:
        """Yield the observations that its steps read."""
        return iter(())


class Prediction(Declaration):
    """One prediction, one thing to watch, or one piece of advice to readers, which cannot come true.

    Without a model it is listed, but neither forecast nor resolved.

    `earlier` are the model's earlier versions, oldest first: they ask the same with other priors, and stand. Both are
    of the kinds that `predictions_model` is given.
    """

    id: Slug
    kind: Literal["prediction", "watch", "advice"]
    section: Text
    statement: Text
    criterion: Text
    ambiguous_words: list[Text]
    ambiguity: Text
    no_deadline: Text | None = None
    deadlines: list[Deadline] = []
    model: Any = None
    earlier: list[Any] = []


class Clocks(Declaration):
    """The two dates that a prediction may count from."""

    content: Seen
    publication: Seen


FigureId = Annotated[str, shaped(r"^[a-z0-9_]+/[a-z0-9_]+(/[a-z0-9_]+)?$", f"table/subject/quantity, of {SLUGGED}")]
Unread = Annotated[Name, shaped(r"^[a-z0-9_]+(/.+)?$", "revenue, or revenue/*/year: the kind or series named in full")]
"""What nothing reads. A pattern for any kind or series would keep every slip in their names in silence."""


class EventCount(Declaration):
    """Which events a figure counts: completed ones of these kinds, to any of these subjects or of a cohort."""

    kinds: KindsOfEvents = Field(min_length=1)
    of: Slug | Annotated[Slugs, Field(min_length=1)]


class Predictions(Declaration):
    """raw/predictions.toml."""

    clocks: Clocks | None = None
    cohorts: dict[Slug, Annotated[Slugs, Field(min_length=1, max_length=MOST_NAMES)]] = Field(
        {}, description="Who events are counted over, by cohort"
    )
    awaited: Names = Field([], description="Names in predictions that have no evidence yet and are not typos")
    background: Annotated[list[Unread], AfterValidator(_each_once)] = Field(
        [], description="Kinds of events and series, or series/subject/basis with `*` for any, that may be unused"
    )
    counts: dict[FigureId, EventCount] = Field({}, description="Figures that count events")
    search_cutoffs: dict[Slug, Seen] = Field(
        default={}, description="Day up to which rows of a kind of event, or of a series, have been searched for"
    )
    predictions: list[Prediction] = []

    def starts(self) -> dict[str, dt.date]:
        """Return the day on which each clock starts, if there are any."""
        return self.clocks.model_dump() if self.clocks else {}

    def counted(self, count: EventCount) -> list[str]:
        """Return the subjects whose events count."""
        return self.cohorts.get(count.of, [count.of]) if isinstance(count.of, str) else count.of


@functools.cache
def predictions_model(kinds: tuple[type[Asked], ...]) -> type[Predictions]:
    """Return the model of a file of predictions of these kinds."""
    models = [kind.among(kinds) for kind in kinds]
    model: Any = Annotated[functools.reduce(operator.or_, models), Field(discriminator="kind")]
    fields: dict[str, Any] = {"model": (model | None, None), "earlier": (list[model], [])}
    prediction: Any = create_model("Prediction", __base__=Prediction, **fields)
    return create_model("Predictions", __base__=Predictions, predictions=(list[prediction], []))


def read_predictions(raw: RawFile, clocks: Mapping[str, dt.date], kinds: tuple[type[Asked], ...]) -> Predictions:
    """Return the predictions of these kinds; those without clocks of their own count from the days in `clocks`.

    Raises InputError as `declare` says, or if the plugin of a kind is not switched on, an id occurs twice, or a
    deadline of a prediction, or one has both or neither of deadlines for both clocks and `no_deadline`, or a model
    names a cohort that is not there, or an earlier one differs in more than its priors, or what is swept or counted
    is unknown.
    """
    refuse(_kinds_of_other_plugins(raw, kinds))
    declared = declare(predictions_model(kinds), raw, {"clocks": dict(clocks)} if clocks else {})
    problems = duplicates(raw, "predictions", [prediction.id for prediction in declared.predictions])
    problems += [raw.problem(*each) for each in _wrong_in(declared)]
    refuse(problems)
    return declared


def _kinds_of_other_plugins(raw: RawFile, kinds: Sequence[type[Asked]]) -> list[Problem]:
    """Return a problem for each prediction of a kind that only a plugin has which is not switched on."""
    known = {name for kind in kinds for name in get_args(kind.model_fields["kind"].annotation)}
    problems = []
    listed = raw.toml().get("predictions")
    for index, each in enumerate(listed if isinstance(listed, list) else ()):
        model = each.get("model") if isinstance(each, dict) else None
        kind = model.get("kind") if isinstance(model, dict) else None
        if isinstance(kind, str) and kind not in known and (plugin := plugin_with("kinds", kind)):
            expected = f"[plugins.{plugin}] in dossier.toml, which switches on the plugin that has this kind"
            problems.append(raw.problem(("predictions", index, "model", "kind"), expected, kind))
    return problems


def _wrong_in(declared: Predictions) -> Iterator[Fault]:
    """Yield the faults of deadlines, models, clocks and search cutoffs: place, expected, found."""
    for index, prediction in enumerate(declared.predictions):
        for keys, expected, text in _wrong_in_prediction(prediction, declared.cohorts):
            yield ("predictions", index, *keys), expected, text
    if (starts := declared.clocks) and starts.content > starts.publication:
        yield ("clocks", "content"), "a day not after that of publication", str(starts.content)
    known = kinds_and_series(declared)
    for name in declared.search_cutoffs:
        if name not in known:
            expected = f"a kind of event or a series that something here reads{did_you_mean(name, sorted(known))}"
            yield ("search_cutoffs", name), expected, name


def _wrong_in_prediction(prediction: Prediction, cohorts: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    yield from _wrong_deadlines(prediction)
    unit = getattr(prediction.model, "unit", None)
    if unit is not None and unit not in UNITS:
        yield ("model", "unit"), f"a unit{did_you_mean(unit, UNITS)}", unit
    question = _question_of(prediction.model)
    models: list[tuple[tuple[str | int, ...], Any]] = [(("model",), prediction.model)]
    models += [(("earlier", number), model) for number, model in enumerate(prediction.earlier)]
    for place, model in models:
        # Another question would be another prediction: its forecasts could not be scored as one series.
        if _question_of(model) != question:
            yield place, "the same question, with other priors only", prediction.id
        for keys, expected, text in _wrong_in_model(model, cohorts):
            yield (*place, *keys), expected, text


def _wrong_deadlines(prediction: Prediction) -> Iterator[Fault]:
    clocks = {deadline.clock for deadline in prediction.deadlines}
    if prediction.no_deadline and clocks:
        yield ("no_deadline",), "either deadlines or the reason for none, not both", prediction.no_deadline
    elif not prediction.no_deadline and not clocks:
        expected = "deadlines for the clocks content and publication, or no_deadline with the reason"
        yield ("deadlines",), expected, prediction.id
    elif len(clocks) == 1:
        (clock,) = clocks
        lacking = "publication" if clock == "content" else "content"
        yield ("deadlines", 0, "clock"), f"a deadline for the clock {lacking} beside it", clock
    asked = [(deadline.clock, deadline.interpretation) for deadline in prediction.deadlines]
    for place in repeated(asked):
        yield ("deadlines", place, "interpretation"), "another clock or interpretation", asked[place][1]


def _wrong_in_model(model: Asked | None, cohorts: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    """Yield the faults of the cohorts that a model names, then those of its own keys."""
    if model is None:
        return
    for field in named_fields(model):
        if field.names.what != COHORT:
            continue
        (name,), counted = field.texts, field.names.count
        if name not in cohorts:
            yield field.place, f"{COHORT} {', '.join(cohorts)}{did_you_mean(name, cohorts)}", name
        elif counted and (count := getattr(field.part, counted)) > len(cohorts[name]):
            expected = f"at most {len(cohorts[name])}, which are all of the cohort {name}"
            yield (*field.place[:-1], counted), expected, str(count)
    yield from model.faults()


def _question_of(model: Declaration | None) -> dict[str, Any]:
    """Return what a model asks: all that it declares but its priors and the day of their choice."""
    asked: dict[str, Any] = {}
    for name, value in model or ():
        is_prior = isinstance(value, RatePrior | LevelPrior | Precursor)
        if value is None or is_prior or name == "chosen":
            continue
        if name == "parts":
            asked[name] = [(part.part, _question_of(part.model)) for part in value]
        else:
            asked[name] = value
    return asked


def kinds_and_series(declared: Predictions) -> set[str]:
    """Return the kinds of events and the series that predictions read."""
    found = {kind for count in declared.counts.values() for kind in count.kinds}
    for entry in declared.predictions:
        fields = named_fields(entry.model) if entry.model else ()
        found.update(name for each in fields if each.names in (KIND, SERIES) for name in each.texts)
    return found


def duplicates(raw: RawFile, array: str, ids: list[str], key: str = "id") -> list[Problem]:
    """Return a problem for each id, or other `key`, that an earlier element of a TOML array has already."""
    problems = []
    # Backwards, so that the first place of each stays.
    first = {name: place for place, name in reversed(list(enumerate(ids)))}
    for index in repeated(ids):
        line = raw.toml_line((array, first[ids[index]], key))
        expected = f"{'an' if key == 'id' else 'a'} {key} that line {line} does not have"
        problems.append(raw.problem((array, index, key), expected, ids[index]))
    return problems


def repeated(values: Sequence[Hashable]) -> list[int]:
    """Return the places of the values that are at an earlier place already."""
    seen: set[Hashable] = set()
    places = []
    for place, value in enumerate(values):
        if value in seen:
            places.append(place)
        seen.add(value)
    return places
