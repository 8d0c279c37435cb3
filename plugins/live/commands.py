"""The command on names: `tidebook sources review`. What fetches is the core's."""

from __future__ import annotations

from pathlib import Path

import click

from tidebook.pipelines.commands.common import raw_option
from tidebook.pipelines.commands.terminal import print_table
from tidebook.pipelines.read.settings import settings


@click.command()
@raw_option
@click.option("--most", default=20, help="How many names of each kind are shown.")
def review(raw: Path | None, most: int) -> None:
    """List names that entities.csv does not hold, the most frequent first, with the entity most like each.

    Nothing is matched by likeness: add an alias where a proposal is right.
    """
    folders = settings(raw)
    from tidebook.pipelines.read.rawfile import read_raw
    from tidebook.pipelines.read.sources.snapshots import history, sources_of
    from tidebook.pipelines.read.sources.tables import parse
    from tidebook.plugins.live import entities

    table = entities.read_entities(read_raw(folders.raw, entities.PATH))
    names: dict[str, list[str]] = {"company": [], "model": []}
    for source in sources_of(folders.fetched):
        parsed = parse(folders.fetched, history(folders.fetched, source)[-1])
        models, prices = (parsed.rows.get(name, []) for name in ("database_models", "model_prices"))
        names["company"] += [name for row in models for name in row["organizations"]]
        names["model"] += [*(row["name"] for row in models), *(row["model_id"] for row in prices)]
    rows = []
    for kind, found in names.items():
        proposed = entities.proposals(table, kind, found)
        click.echo(f"{kind}: {len(set(found)) - len(proposed)} names are in the table, {len(proposed)} are not")
        rows += [
            (one.kind, one.name, str(one.occurs), f"{one.entity_id} ({one.score:.0f})" if one.entity_id else "")
            for one in proposed[:most]
        ]
    print_table(["kind", "name", "occurs", "most like"], rows)
