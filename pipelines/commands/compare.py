"""The commands `explain` and `diff`: one statement or figure back to its evidence, and two releases beside each other.

What is said of a statement is in `report`; changes, their causes and their words are in `judge`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tidebook.pipelines.commands.common import json_option, latest_rows, named_release, out_option
from tidebook.pipelines.commands.terminal import json_text, tell
from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.settings import settings
from tidebook.releases import LocalRelease

if TYPE_CHECKING:
    import pandas as pd

    from tidebook.pipelines.evaluate.declared import Metrics
    from tidebook.pipelines.read.dossier.declared import Dossier

EITHER = "An output folder, a release folder, or the id of a release; by default the previous"


@click.command()
@click.argument("name", help="Id of a claim, a prediction, or a figure: table/subject/quantity")
@out_option
@json_option
def explain(name: str, out: str | None, as_json: bool) -> None:
    """Trace a verdict or forecast back to its evidence, or a figure to what better sources say."""
    from tidebook.pipelines.report.explain import EXPLAINED, rows_on
    from tidebook.pipelines.report.explain import explain as trace

    tables = latest_rows(out, EXPLAINED)
    if as_json:
        click.echo(json_text(rows_on(name, tables)))
        return
    for line in trace(name, tables):
        tell(line)


@click.command()
@click.argument("old", required=False, metavar="[A]", help=EITHER)
@click.argument(
    "new", required=False, metavar="[B]", help="What it is compared with, named in the same way; by default the latest"
)
@out_option
@json_option
def diff(old: str | None, new: str | None, out: str | None, as_json: bool) -> None:
    """Say what changed from release A to B: outcomes and verdicts that turned, and why; values that moved; rows."""
    folders = settings(None, out)
    for place, name in (("A", old), ("B", new)):
        if name == "":  # others take the latest then; here a slip in a script would pass unseen
            raise InputError(Problem(place, "an output folder, a release folder, or the id of a release"))
    latest = named_release(new or "", folders)
    if not (old := old or latest.manifest["former"]):
        raise InputError(Problem(str(latest.folder), "a release that is not the first, or two to compare"))
    releases = named_release(old, folders), latest
    from tidebook.pipelines.compare.changes import compare
    from tidebook.pipelines.compare.changes_table import difference_json, difference_lines, difference_of

    tables = _release_tables(releases[0]), _release_tables(releases[1])
    dossier, metrics = _release_metrics(releases[1], *tables)
    found = difference_of(*releases, compare(*tables, metrics, dossier.tables))
    if as_json:
        click.echo(json_text(difference_json(found)))
        return
    for line in difference_lines(found):
        tell(line)


def _release_metrics(release: LocalRelease, *tables: dict[str, pd.DataFrame]) -> tuple[Dossier, Metrics]:
    """Return the dossier of a release with its metrics, checked on the figures in these tables of releases.

    Raises InputError if it has none, or they do not fit the figures.
    """
    import pandas as pd

    from tidebook.pipelines.evaluate.declared import metrics_on
    from tidebook.pipelines.read.dossier.checked import dossier_in
    from tidebook.pipelines.read.dossier.sections import section_of, section_paths
    from tidebook.pipelines.read.rawfile import read_raw

    figures = pd.concat([each["figures"] for each in tables]).drop_duplicates("figure_id", keep="last")
    inputs = release.folder / "inputs"
    dossier = dossier_in(inputs)
    path = section_paths(inputs)["metrics"]
    raw = section_of(path, read_raw(inputs, path).data, "metrics")
    return dossier, metrics_on(raw, dossier.wording, dossier.printed, figures)


def _release_tables(release: LocalRelease) -> dict[str, pd.DataFrame]:
    """Return all tables of a release.

    Raises InputError if a table is damaged, or what a comparison needs is missing.
    """
    from pyarrow import ArrowException

    from tidebook.pipelines.compare.changes import missing_tables
    from tidebook.schemas.parquet import read_parquet

    tables = {}
    for path in sorted((release.folder / "tables").glob("*.parquet")):
        try:
            tables[path.stem] = read_parquet(path)
        except (ArrowException, OSError):
            raise InputError(Problem(str(path), "a Parquet file that can be read")) from None
    if lack := missing_tables(tables):
        raise InputError(Problem(str(release.folder), f"a release that has {lack}"))
    return tables
