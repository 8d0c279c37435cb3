"""What the tables of installed plugins promise and mean: their contracts, and their part of the data dictionary.

`python -m tidebook.pipelines.read.plugin_tables` writes the contracts of each plugin to `contracts/` beside its module,
and the page of each table to docs/tables/, and prints the lines of the data dictionary that follow those of the core.
"""

import sys
from importlib import import_module
from pathlib import Path

from tidebook.pipelines.read.plugin import Plugin, all_plugins, installed, load
from tidebook.schemas.base import Table
from tidebook.schemas.contracts import write
from tidebook.schemas.dictionary import line, write_pages


def models_of(plugin: Plugin) -> list[type[Table]]:
    """Return the models of the tables that a plugin brings, in its order."""
    return [load(place) for place in plugin.tables.values()]


def folder_of(plugin: Plugin) -> Path:
    """Return the folder of an installed plugin."""
    return Path(str(import_module(installed()[plugin.name]).__file__)).parent


def main() -> int:
    """Write the contracts and print the sections; return the exit code, 2 if a table changed without its version."""
    wrong = []
    for plugin in all_plugins():
        if models := models_of(plugin):
            wrong += write(models, folder_of(plugin) / "contracts")
            write_pages(models)
            sys.stdout.write("".join(map(line, models)))
    sys.stderr.write("".join(f"error: {text}\n" for text in wrong))
    return 2 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
