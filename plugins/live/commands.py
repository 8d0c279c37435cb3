"""The command `tidebook sources review`.

Belongs here: printing proposals. Does not: fetching, which is the core's (`commands.sources`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from tidebook.pipelines.commands.common import json_option_of, raw_option
from tidebook.pipelines.commands.help import example_text
from tidebook.pipelines.commands.terminal import print_json, print_line, print_table
from tidebook.pipelines.read.documents import JsonDocument
from tidebook.pipelines.read.settings import settings


@dataclass(frozen=True)
class UnknownNames(JsonDocument):
    """A name in `tidebook sources review` that is not in entities.csv."""

    kind: str
    """company or model."""
    name: str
    """The name as the sources have it."""
    occurs: int
    """How often it occurs."""
    entity_id: str
    """Id of the most similar entity; empty if none is similar."""
    score: float
    """How similar that is, up to 100."""


@click.command(epilog=example_text(["tidebook sources review --most 5"]))
@raw_option
@json_option_of(list[UnknownNames])
@click.option("--most", default=20, help="Maximum names of each kind.")
def review(raw: Path | None, most: int, as_json: bool) -> None:
    """List names that are not in entities.csv, most frequent first, with the most similar entity.

    Names are never matched by similarity: if a proposal is right, add the alias.
    """
    folders = settings(raw)
    from tidebook.pipelines.read.rawfile import read_raw
    from tidebook.plugins.live import entities

    table = entities.read_entities(read_raw(folders.dossier, entities.PATH))
    unknown = []
    for kind, found in _names_in(folders.fetched).items():
        proposed = entities.proposals(table, kind, found)
        if not as_json:
            print_line(f"{kind}: {len(set(found)) - len(proposed)} names are in the table, {len(proposed)} are not")
        for one in proposed[:most]:
            unknown.append(UnknownNames(one.kind, one.name, one.occurs, one.entity_id or "", float(one.score)))
    if as_json:
        print_json(unknown)
        return
    rows = []
    for each in unknown:
        similar = f"{each.entity_id} ({each.score:.0f})" if each.entity_id else ""
        rows.append((each.kind, each.name, str(each.occurs), similar))
    print_table(["kind", "name", "occurs", "most similar"], rows)


def _names_in(fetched: Path) -> dict[str, list[str]]:
    """Return the names of companies and models in the newest snapshots, each as often as it stands there."""
    from tidebook.pipelines.read.sources.snapshots import history, sources_of
    from tidebook.pipelines.read.sources.tables import parse

    names: dict[str, list[str]] = {"company": [], "model": []}
    for source in sources_of(fetched):
        parsed = parse(fetched, history(fetched, source)[-1])
        for row in parsed.rows.get("database_models", []):
            names["company"] += row["organizations"]
            names["model"].append(row["name"])
        for row in parsed.rows.get("model_prices", []):
            names["model"].append(row["model_id"])
    return names
