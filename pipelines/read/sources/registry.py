"""The sources that plugins bring, by name, in the order in which they are listed and fetched."""

from collections.abc import Mapping

from tidebook.pipelines.read.plugin import SwitchedOn, all_plugins, load
from tidebook.pipelines.read.sources.base import Connector


def connectors(on: SwitchedOn) -> dict[str, Connector]:
    """Return the sources of the plugins that are on."""
    return _loaded(on.parts("connectors"))


def all_connectors() -> dict[str, Connector]:
    """Return the sources of all installed plugins."""
    return _loaded({name: place for plugin in all_plugins() for name, place in plugin.connectors.items()})


def fetched(known: Mapping[str, Connector]) -> dict[str, Connector]:
    """Return the sources that are fetched, not handed over by another command."""
    return {name: each for name, each in known.items() if each.fetched}


def _loaded(places: Mapping[str, str]) -> dict[str, Connector]:
    return {name: load(place) for name, place in places.items()}
