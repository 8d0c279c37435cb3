"""What a plugin is, which plugins are installed, and which of them a dossier switches on.

A plugin is a package with one `PLUGIN = Plugin(...)`, found through the entry points of the group `tidebook.plugins`:
nothing here imports or names one. Whatever takes time to import is given by its place, `package.module:attribute`, and
imported when it is used. Belongs here: finding and loading. Does not: what a section of a dossier may hold
(`read.declarations`), or what the parts of a plugin are used for (whoever uses them).
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from tidebook.pipelines.read.distributions import metadata_folders
from tidebook.pipelines.read.errors import InputError, Problem, did_you_mean

TYPE_CHECKING = False  # typing's own is slower to import than this module
if TYPE_CHECKING:
    from tidebook.schemas.base import Table

GROUP = "tidebook.plugins"
"""The group of entry points that names plugins: `live = "tidebook.plugins.live"`."""
WITHOUT = "TIDEBOOK_WITHOUT"
"""The environment variable that names, with commas between them, installed plugins that are left out."""


FILE = "file"
"""The kind of address of evidence that a file of this machine has, whose name needs no prefix."""


class Listed(NamedTuple):
    """How a table of a plugin is listed in the report's appendix: page, title, columns; `*` are all columns."""

    page: str
    title: str
    columns: str = "*"


class Address(NamedTuple):
    """A kind of addresses of evidence: its form in help (`atlas:MAP`), its content, and its handler."""

    form: str
    what: str
    take: str


class View(NamedTuple):
    """An evidence view: its words, in which {} takes the days, and the place of what replays it on two releases."""

    words: str
    replay: str


@dataclass(frozen=True)
class Plugin:
    """An optional part of Tidebook, which a dossier switches on by a section `[plugins.<name>]`.

    Of one that brings `text_rules` these are on wherever it is installed, unless it is left out (`without`).

    `settings` is the model of that section, a `PluginSettings`; `requires` are the plugins that must be on beside it.
    `units` are units of its tables, declared as a dossier declares its own. `tables` are the models of the tables that
    it brings, by name, and `appendix` says how the report lists them, or a table of the core to which they add rows.

    `kinds` are kinds of predictions, each a module with a declared model (`MODEL`), `populations`, `resolve`,
    `forecast` and `SCORED`. `interpretations` are keys of a claim, each with the model of one interpretation that its
    own steps judge. `connectors` are the sources that it fetches, and `files` are raw files that only its
    own steps read: those of a plugin that fetches sources are inputs once there is a snapshot.

    `evidence` are kinds of addresses, by what is before their colon, from which `tidebook sources add` takes
    evidence tables: each is taken by a function of the rest of the address and of what fetches one, which returns a
    `TakenEvidence`. They work wherever the plugin is installed, since no build uses them.

    `environment` is a function that raises InputError where a variable of the environment is not what it must be;
    `paths` are the variables that hold a path, which `tidebook ui` passes on as an absolute one.

    `text_rules` is a function of a text and of the sentences of its prose that returns what it finds in it, as
    `judge.text.brought` says; `text_findings` are the kinds of these findings with their meaning.

    `readers` are modules by the end of a file's name, without its dot: `read` returns a `RawFile` as a `Document`, and
    `mark`, where there is one, the bytes of a copy with notes at some of its words (`judge.text.marking`); `about` what
    the file says about itself, by the names of `read.text.about`. `HAS_LINES`
    says that the file is a text, so that an editor shows the lines that are read.

    `steps` is a module that declares steps, and of these one that makes `Added` rows adds them to a table of the core.
    `views` are evidence views, on which its steps judge claims beside those of the core. `commands` are click commands
    by name, below a group as `group name`; `definitions` is a function of the folders and the section that returns
    Dagster's definitions, or None. `docs` is the path of its page in the repository.
    """

    name: str
    settings: str
    requires: tuple[str, ...] = ()
    units: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    appendix: Mapping[str, Listed] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    interpretations: Mapping[str, str] = field(default_factory=dict)
    connectors: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, Address] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    text_rules: str = ""
    text_findings: Mapping[str, str] = field(default_factory=dict)
    readers: Mapping[str, str] = field(default_factory=dict)
    steps: str = ""
    views: Mapping[str, View] = field(default_factory=dict)
    commands: Mapping[str, str] = field(default_factory=dict)
    definitions: str = ""
    environment: str = ""
    paths: tuple[str, ...] = ()
    docs: str = ""


class Added(NamedTuple):
    """What a step of a plugin makes that adds rows to a table of the core."""

    plugin: str
    table: str


def load(place: str) -> Any:
    """Load a place: a module, or with `module:attribute` its attribute."""
    module, _, attribute = place.partition(":")
    found = import_module(module)
    return getattr(found, attribute) if attribute else found


@functools.cache
def installed() -> Mapping[str, str]:
    """Return the modules of the plugins that are installed, by name, sorted; none of them is imported."""
    found: dict[str, str] = {}
    for folder in metadata_folders().values():
        with suppress(OSError):  # most distributions have no entry points
            found |= dict(_named(os.path.join(folder, "entry_points.txt")))
    return dict(sorted(found.items()))


def _named(path: str) -> Iterator[tuple[str, str]]:
    """Yield the plugins that a file of entry points names, with their modules."""
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    if GROUP not in text:
        return  # nearly all distributions
    section = ""
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("["):
            section = stripped.strip("[]")
        elif section == GROUP and "=" in stripped:
            name, _, module = stripped.partition("=")
            yield name.strip(), module.strip()


def plugin_place(name: str) -> Path:
    """Return where the code of an installed plugin is, a folder or a single module, without importing it.

    Raises KeyError if there is none of this name, ImportError if its module is not there.
    """
    module = installed()[name]
    spec = find_spec(module)
    places = [*(spec.submodule_search_locations or ()), spec.origin] if spec else []
    if not places or not places[0]:
        raise ImportError(f"the plugin {name} has no module {module}")
    return Path(places[0])


@functools.cache
def plugin(name: str) -> Plugin:
    """Return an installed plugin. Raises KeyError if there is none of this name, RuntimeError if it is not a plugin."""
    module = installed()[name]
    try:
        found = import_module(module).PLUGIN
    except Exception as error:  # whatever somebody's package raises when it is imported
        raise RuntimeError(f"the plugin {name} cannot be imported from {module}: {error!r}") from error
    if not isinstance(found, Plugin) or found.name != name:
        raise RuntimeError(f"{module} has no PLUGIN = Plugin({name!r}, ...), which the entry point {name} promises")
    return found


def all_plugins() -> list[Plugin]:
    """Return all installed plugins."""
    return [plugin(name) for name in installed()]


def without() -> frozenset[str]:
    """Return the names of the installed plugins that are left out.

    Raises:
        InputError: one is not installed.
    """
    return left_out(os.environ.get(WITHOUT, "").split(","), WITHOUT)


def left_out(names: Iterable[str], named_in: str) -> frozenset[str]:
    """Return names of plugins without blanks and empty ones. Raises InputError for the first that is not installed."""
    found = frozenset(filter(None, map(str.strip, names)))
    if unknown := sorted(found - installed().keys()):
        raise InputError(Problem(named_in, expected_of(unknown[0]), text=unknown[0]))
    return found


def text_plugins() -> list[Plugin]:
    """Return the installed plugins that read or judge texts and are on, those aside that cannot be imported.

    Raises:
        InputError: a plugin that is to be left out is not installed.
    """
    off = without()
    on = readable(name for name in installed() if name not in off)
    return [each for each in on.plugins if each.text_rules or each.readers]


def reader_of(path: str) -> Any:
    """Return the module of a plugin that reads files with the end of this name, None where no plugin that is on does.

    Raises:
        InputError: a plugin that is to be left out is not installed.
    """
    end = path.rpartition(".")[2].lower() if "." in path else ""
    places = [each.readers[end] for each in text_plugins() if end in each.readers] if end else []
    return load(places[0]) if places else None


def has_lines(path: str) -> bool:
    """Whether the lines of a document are those of its file, as of a text: not of a Word file.

    Raises:
        InputError: a plugin that is to be left out is not installed.
    """
    reader = reader_of(path)
    return reader is None or bool(getattr(reader, "HAS_LINES", False))


def endings() -> frozenset[str]:
    """Return the ends, with their dots, of the names of files that plugins read."""
    return frozenset(f".{end}" for each in text_plugins() for end in each.readers)


def plugin_with(part: str, name: str) -> str:
    """Return the installed plugin that has this name among its `kinds`, `commands` or the like; empty if none has."""
    return next((each.name for each in all_plugins() if name in getattr(each, part)), "")


def expected_of(name: str) -> str:
    """Return what was expected of the name of a plugin that is not installed."""
    return f"a plugin that is installed ({', '.join(installed()) or 'none is'}){did_you_mean(name, installed())}"


class SwitchedOn(NamedTuple):
    """The plugins that a dossier switches on, by name, in its order."""

    names: tuple[str, ...] = ()

    @property
    def acting(self) -> tuple[str, ...]:
        """The names of all plugins whose code makes its results: of these, and of those that read or judge texts."""
        return tuple(dict.fromkeys([*self.names, *(each.name for each in text_plugins())]))

    @property
    def plugins(self) -> list[Plugin]:
        """The plugins themselves."""
        return [plugin(name) for name in self.names]

    def parts(self, part: str) -> dict[str, Any]:
        """Return the places of what they bring of a sort: `kinds`, `tables`, `connectors` and so on, by name."""
        return {name: place for each in self.plugins for name, place in getattr(each, part).items()}

    @property
    def tables(self) -> dict[str, type[Table]]:
        """The models of the tables that they bring, by name."""
        return {name: load(place) for name, place in self.parts("tables").items()}

    def files(self, with_sources: bool) -> list[str]:
        """Return the raw files that only they read; files of plugins that fetch only if there are sources."""
        found: list[str] = []
        for each in self.plugins:
            if with_sources or not each.connectors:
                found += each.files
        return found


def plugin_table(name: str) -> type[Table]:
    """Return the model of a table that an installed plugin brings. Raises KeyError if none does."""
    model: type[Table] = load(plugin(plugin_with("tables", name)).tables[name])
    return model


def readable(names: Iterable[str]) -> SwitchedOn:
    """Return the names of importable plugins; faults of others are reported elsewhere."""
    found = []
    for name in names:
        try:
            found.append(plugin(name).name)
        except (KeyError, RuntimeError):
            continue
    return SwitchedOn(tuple(found))


def fetching_plugins() -> str:
    """Return what was expected if no plugin that fetches sources is on."""
    names = [f"[plugins.{each.name}]" for each in all_plugins() if each.connectors and not each.requires]
    return f"a plugin that fetches sources: {' or '.join(names) or 'none is installed'}"
